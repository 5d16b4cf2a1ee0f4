-- Stripe's books, read into ours: every movement on the balance, and which charge paid which invoice.

create table private.balance_transactions (
  txn_id text primary key,
  type text not null,
  reporting_category text not null,
  source text,
  payment_intent_id text,
  source_amount bigint,
  source_currency text,
  amount bigint not null,
  fee bigint not null,
  net bigint not null,
  currency text not null,
  status text not null,
  created_at timestamptz not null,
  available_on timestamptz,
  asked_at timestamptz,
  constraint balance_transactions_net_is_exact check (net = amount - fee)
);
alter table private.balance_transactions enable row level security;
create index balance_transactions_newest on private.balance_transactions (created_at desc, txn_id desc);
create index balance_transactions_source on private.balance_transactions (source);
create index balance_transactions_payment_intent on private.balance_transactions (payment_intent_id);

comment on table private.balance_transactions is 'Every movement on the balance at Stripe, as Stripe books it: charges, refunds, disputes, fees, payouts. Amounts in the smallest unit.';
comment on column private.balance_transactions.source is 'What moved the money: a charge, a refund, a dispute, a payout.';
comment on column private.balance_transactions.source_amount is 'What was charged or refunded, in the currency of whoever paid; the movement itself is in ours.';
comment on column private.balance_transactions.asked_at is 'When Stripe was asked which invoice this charge paid, because no list had said so.';

create table private.invoice_payments (
  invoice_payment_id text primary key,
  invoice_id text not null,
  payment_intent_id text,
  amount bigint not null,
  currency text not null,
  created_at timestamptz not null
);
alter table private.invoice_payments enable row level security;
create index invoice_payments_invoice on private.invoice_payments (invoice_id);
create index invoice_payments_payment_intent on private.invoice_payments (payment_intent_id);

comment on table private.invoice_payments is 'Which payment at Stripe paid which invoice. The invoice may come later than this, so there is no foreign key.';

create type private.ledger_phase as enum ('movements', 'payments', 'stragglers');
comment on type private.ledger_phase is 'What a reading of Stripe''s books is at: the movements, then what they paid, then those of which no list said so.';

create table private.ledger_readings (
  id bigint generated always as identity primary key,
  from_at timestamptz not null,
  until_at timestamptz not null,
  phase private.ledger_phase not null default 'movements',
  after text,
  movements integer not null default 0,
  started_at timestamptz not null,
  touched_at timestamptz not null,
  ended_at timestamptz,
  is_complete boolean not null default false,
  constraint ledger_readings_window_ordered check (from_at < until_at),
  constraint ledger_readings_complete_has_ended check (not is_complete or ended_at is not null)
);
alter table private.ledger_readings enable row level security;
create unique index ledger_readings_one_at_a_time on private.ledger_readings ((true)) where ended_at is null;
create index ledger_readings_complete on private.ledger_readings (until_at desc) where is_complete;

comment on table private.ledger_readings is 'Each reading of Stripe''s books: which stretch of time, how far it has come. One at a time; one that stood still for an hour is given up.';

select jobs.define_kind('memberships', 'read_ledger', 'Reads one page of Stripe''s movements, or of what they paid, into our books.', priority => 'bulk');

create function private.read_through()
returns timestamptz
language sql
stable
set search_path = ''
as $$ select max(r.until_at) from private.ledger_readings r where r.is_complete $$;

comment on function private.read_through is 'Until when Stripe''s books are read without a gap. Null: they were never read.';

create function private.ledger_begins(at timestamptz)
returns timestamptz
language sql
stable
set search_path = ''
as $$
  select pg_catalog.date_trunc('month', greatest(at - interval '1 year', least(at,
    (select min(i.created_at) from public.invoices i), (select min(d.donated_at) from public.donations d))), 'UTC')
$$;

comment on function private.ledger_begins is 'From when on books are kept: the month of the first payment known here, a year back at most.';

create function private.open_ledger_reading(from_at timestamptz, at timestamptz)
returns bigint
language plpgsql
volatile
set search_path = ''
as $$
declare
  -- What Stripe books in this very moment is left to the next reading.
  until constant timestamptz := pg_catalog.date_trunc('minute', at) - interval '1 minute';
  reading bigint;
begin
  update private.ledger_readings r set ended_at = at where r.ended_at is null and r.touched_at < at - interval '1 hour';
  insert into private.ledger_readings (from_at, until_at, started_at, touched_at)
  values (least(open_ledger_reading.from_at, until - interval '1 hour'), until, at, at)
  on conflict ((true)) where ended_at is null do nothing
  returning id into reading;
  if reading is null then
    return null;  -- one is under way
  end if;
  perform jobs.enqueue('memberships', 'read_ledger', pg_catalog.jsonb_build_object('reading_id', reading),
    key => 'ledger:' || reading::text, correlation_id => 'ledger-' || reading::text);
  return reading;
end
$$;

comment on function private.open_ledger_reading is 'Begins to read Stripe''s books from a moment on until now. Null while another reading is under way.';

create function private.read_ledger_hourly(at timestamptz)
returns bigint
language plpgsql
volatile
set search_path = ''
as $$
begin
  perform jobs.beat('memberships.ledger');
  -- An hour again: what Stripe booked late is found, and what is known already stays as it is.
  return private.open_ledger_reading(coalesce(private.read_through() - interval '1 hour', private.ledger_begins(at)), at);
end
$$;

comment on function private.read_ledger_hourly is 'Reads what Stripe has booked since the last reading; the first time everything. pg_cron calls it each hour; twice does no harm.';

create function private.read_ledger_month(at timestamptz)
returns bigint
language plpgsql
volatile
set search_path = ''
as $$
begin
  perform jobs.beat('memberships.ledger_month');
  return private.open_ledger_reading(least(coalesce(private.read_through(), private.ledger_begins(at)),
    pg_catalog.date_trunc('month', at - interval '3 days', 'UTC')), at);
end
$$;

comment on function private.read_ledger_month is 'Reads the open month again from its beginning, in its first days the one before. pg_cron calls it each night.';

select cron.schedule('memberships.ledger', '17 * * * *', 'select private.read_ledger_hourly(private.clock())');
select cron.schedule('memberships.ledger_month', '45 3 * * *', 'select private.read_ledger_month(private.clock())');

create function private.ledger_owed(reading bigint)
returns jsonb
language plpgsql
stable
set search_path = ''
as $$
begin
  return (select pg_catalog.jsonb_build_object('phase', r.phase, 'after', r.after,
      'from', extract(epoch from r.from_at)::bigint, 'until', extract(epoch from r.until_at)::bigint,
      'charges', case when r.phase = 'stragglers' then private.ledger_stragglers(r) end)
    from private.ledger_readings r where r.id = reading and r.ended_at is null);
end
$$;

comment on function private.ledger_owed is 'Which page a reading needs next, in Stripe''s seconds; null when it has ended.';

create function private.ledger_stragglers(reading private.ledger_readings)
returns jsonb
language sql
stable
set search_path = ''
as $$
  select coalesce(pg_catalog.jsonb_agg(t.payment_intent_id), '[]') from (
    select distinct b.payment_intent_id from private.balance_transactions b
     where b.created_at >= reading.from_at and b.created_at < reading.until_at and b.reporting_category = 'charge'
       and b.payment_intent_id is not null and b.asked_at is null
       and not exists (select from private.invoice_payments p where p.payment_intent_id = b.payment_intent_id)
       and not exists (select from public.donations d where d.payment_intent_id = b.payment_intent_id)
     limit 8) t
$$;

comment on function private.ledger_stragglers is 'Payments of which neither a list of Stripe''s nor a gift here says what they paid: a renewal that was tried for days, say. Stripe is asked one by one.';

create function private.take_ledger_page(reading bigint, phase private.ledger_phase, after text, rows jsonb, next text, at timestamptz)
returns integer
language plpgsql
volatile
set search_path = ''
as $$
declare
  held private.ledger_readings;
  goes_on private.ledger_phase;
begin
  select r.* into held from private.ledger_readings r where r.id = reading for update;
  -- A page that came twice, or of a reading that was given up.
  if held.ended_at is not null or (held.phase, held.after) is distinct from (take_ledger_page.phase, take_ledger_page.after) then
    return 0;
  end if;
  if phase = 'movements' then
    perform private.keep_movements(rows);
  else
    perform private.keep_invoice_payments(rows);
  end if;
  if phase = 'stragglers' then
    update private.balance_transactions b set asked_at = at
     where b.payment_intent_id in (select r ->> 'asked' from pg_catalog.jsonb_array_elements(rows) r where r ? 'asked');
  end if;
  goes_on := case when next is not null then phase when phase = 'movements' then 'payments'::private.ledger_phase
    when phase = 'payments' then 'stragglers'::private.ledger_phase end;
  update private.ledger_readings r
     set phase = coalesce(goes_on, r.phase), after = case when goes_on = r.phase then next end, touched_at = at,
         movements = r.movements + case when take_ledger_page.phase = 'movements' then pg_catalog.jsonb_array_length(rows) else 0 end,
         ended_at = case when goes_on is null then at end, is_complete = goes_on is null
   where r.id = reading;
  if goes_on is not null then
    perform jobs.enqueue('memberships', 'read_ledger', pg_catalog.jsonb_build_object('reading_id', reading),
      key => pg_catalog.format('ledger:%s:%s:%s', reading, goes_on, coalesce(next, '')), correlation_id => 'ledger-' || reading::text);
  end if;
  return pg_catalog.jsonb_array_length(rows);
end
$$;

comment on function private.take_ledger_page is 'Keeps one page of a reading and owes the next; the last ends it. A page that comes twice changes nothing.';

create function private.keep_movements(rows jsonb)
returns void
language sql
volatile
set search_path = ''
as $$
  insert into private.balance_transactions as b (txn_id, type, reporting_category, source, payment_intent_id, source_amount, source_currency,
    amount, fee, net, currency, status, created_at, available_on)
  select r ->> 'id', r ->> 'type', r ->> 'reporting_category', r ->> 'source', r ->> 'payment_intent', (r ->> 'source_amount')::bigint,
    r ->> 'source_currency', (r ->> 'amount')::bigint, (r ->> 'fee')::bigint, (r ->> 'net')::bigint, r ->> 'currency', r ->> 'status',
    private.moment(r ->> 'created'), private.moment(r ->> 'available_on')
    from pg_catalog.jsonb_array_elements(rows) r
  on conflict (txn_id) do update set status = excluded.status, available_on = excluded.available_on, type = excluded.type,
    reporting_category = excluded.reporting_category, amount = excluded.amount, fee = excluded.fee, net = excluded.net
    where (b.status, b.available_on, b.type, b.reporting_category, b.amount, b.fee, b.net) is distinct from
          (excluded.status, excluded.available_on, excluded.type, excluded.reporting_category, excluded.amount, excluded.fee, excluded.net)
$$;

comment on function private.keep_movements is 'Takes movements into our books as Stripe has them now.';

create function private.keep_invoice_payments(rows jsonb)
returns void
language sql
volatile
set search_path = ''
as $$
  insert into private.invoice_payments (invoice_payment_id, invoice_id, payment_intent_id, amount, currency, created_at)
  select r ->> 'id', r ->> 'invoice', r ->> 'payment_intent', (r ->> 'amount')::bigint, r ->> 'currency', private.moment(r ->> 'created')
    from pg_catalog.jsonb_array_elements(rows) r where r ? 'id'
  on conflict (invoice_payment_id) do nothing
$$;

comment on function private.keep_invoice_payments is 'Takes in which payment paid which invoice. Entries without an id only say that Stripe was asked.';
