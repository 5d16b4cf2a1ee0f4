-- What Stripe's books come to, and what differs from ours.

create function private.movement_kind(category text)
returns text
language sql
immutable
set search_path = ''
as $$
  select case
    when category in ('charge', 'charge_failure') then 'charges'
    when category in ('refund', 'refund_failure', 'partial_capture_reversal') then 'refunds'
    when category in ('dispute', 'dispute_reversal') then 'disputes'
    when category in ('payout', 'payout_reversal', 'payout_minimum_balance_hold', 'payout_minimum_balance_release') then 'payouts'
    when category in ('fee', 'tax', 'network_cost') then 'fees'
    else 'adjustments' end
$$;

comment on function private.movement_kind is 'Which of six kinds a movement is, by Stripe''s reporting category. What we do not know by name is an adjustment, so that nothing is left out.';

create function private.ledger_totals(from_at timestamptz, until_at timestamptz)
returns jsonb
language plpgsql
stable
set search_path = ''
as $$
begin
  return coalesce((
    with booked as (
      select b.currency, b.reporting_category, count(*) as n, sum(b.amount) as amount, sum(b.fee) as fee, sum(b.net) as net
        from private.balance_transactions b
       where b.created_at >= from_at and b.created_at < until_at
       group by b.currency, b.reporting_category
    ), moved as (
      -- Every kind of every currency, also when nothing was of it.
      select c.currency, k.kind, coalesce(sum(b.n), 0) as n, coalesce(sum(b.amount), 0) as amount, coalesce(sum(b.fee), 0) as fee, coalesce(sum(b.net), 0) as net
        from (select distinct b.currency from booked b) c
       cross join (values ('charges'), ('refunds'), ('disputes'), ('adjustments'), ('fees'), ('payouts')) k (kind)
        left join booked b on b.currency = c.currency and private.movement_kind(b.reporting_category) = k.kind
       group by c.currency, k.kind
    )
    select pg_catalog.jsonb_agg(per.line order by per.currency) from (
      select m.currency, pg_catalog.jsonb_build_object('currency', m.currency,
               'total', pg_catalog.jsonb_build_object('count', sum(m.n), 'amount', sum(m.amount), 'fee', sum(m.fee), 'net', sum(m.net)))
             || pg_catalog.jsonb_object_agg(m.kind, pg_catalog.jsonb_build_object('count', m.n, 'amount', m.amount, 'fee', m.fee, 'net', m.net)) as line
        from moved m group by m.currency) per), '[]');
end
$$;

comment on function private.ledger_totals is 'What Stripe booked in a stretch of time, by currency and kind, to the cent: count, amount, fee, net.';

create function private.our_books(from_at timestamptz, until_at timestamptz)
returns jsonb
language plpgsql
stable
set search_path = ''
as $$
begin
  return coalesce((
    with booked as (
      select i.currency, case when d.id is null then 'dues' else 'donations' end as kind, i.amount_paid as amount
        from public.invoices i left join public.donations d on d.invoice_id = i.invoice_id
       where i.status = 'paid' and i.amount_paid > 0 and i.paid_at >= from_at and i.paid_at < until_at
      union all
      select d.currency, 'donations', d.amount from public.donations d
       where d.invoice_id is null and d.status in ('paid', 'partly_refunded', 'refunded') and d.donated_at >= from_at and d.donated_at < until_at
      union all
      select r.currency, 'refunds', -r.amount from private.refunds r
       where private.refund_rank(r.status) < 2 and r.created_at >= from_at and r.created_at < until_at
    )
    select pg_catalog.jsonb_agg(pg_catalog.jsonb_build_object('currency', per.currency, 'dues', per.dues, 'donations', per.donations,
             'refunds', per.refunds, 'sum', per.dues + per.donations + per.refunds) order by per.currency)
      from (select b.currency, coalesce(sum(b.amount) filter (where b.kind = 'dues'), 0) as dues,
                   coalesce(sum(b.amount) filter (where b.kind = 'donations'), 0) as donations,
                   coalesce(sum(b.amount) filter (where b.kind = 'refunds'), 0) as refunds
              from booked b group by b.currency) per), '[]');
end
$$;

comment on function private.our_books is 'The same stretch of time by what is known here: paid dues, gifts, and what was given back, by currency.';

create function private.charges_that_differ(from_at timestamptz, until_at timestamptz)
returns table (what text, movement text, payment text, refund text, currency text, ours bigint, stripes bigint)
language sql
stable
set search_path = ''
as $$
  -- Each charge against what it paid here, whenever that was booked.
  select case when i.invoice_id is null and d.id is null then 'not_here' else 'amount_differs' end, b.txn_id,
         coalesce(p.invoice_id, d.id::text), null, coalesce(b.source_currency, b.currency), coalesce(i.amount_paid, d.amount), coalesce(b.source_amount, b.amount)
    from private.balance_transactions b
    left join private.invoice_payments p on p.payment_intent_id = b.payment_intent_id
    left join public.invoices i on i.invoice_id = p.invoice_id and i.status = 'paid'
    left join public.donations d on d.payment_intent_id = b.payment_intent_id and d.invoice_id is null and d.status in ('paid', 'partly_refunded', 'refunded')
   where b.reporting_category = 'charge' and b.created_at >= from_at and b.created_at < until_at
     and (coalesce(i.amount_paid, d.amount), coalesce(i.currency, d.currency))
         is distinct from (coalesce(b.source_amount, b.amount), coalesce(b.source_currency, b.currency))
  union all
  -- What is paid here, and Stripe has not charged.
  select 'not_at_stripe', null, i.invoice_id, null, i.currency, i.amount_paid, null
    from public.invoices i
   where i.status = 'paid' and i.amount_paid > 0 and i.paid_at >= from_at and i.paid_at < until_at
     and not exists (select from private.invoice_payments p join private.balance_transactions b on b.payment_intent_id = p.payment_intent_id
                      where p.invoice_id = i.invoice_id and b.reporting_category = 'charge')
  union all
  select 'not_at_stripe', null, d.id::text, null, d.currency, d.amount, null
    from public.donations d
   where d.invoice_id is null and d.status in ('paid', 'partly_refunded', 'refunded') and d.donated_at >= from_at and d.donated_at < until_at
     and not exists (select from private.balance_transactions b where b.payment_intent_id = d.payment_intent_id and b.reporting_category = 'charge')
$$;

comment on function private.charges_that_differ is 'Charges at Stripe that paid nothing known here, paid invoices and gifts that Stripe did not charge, and sums that are not the same.';

create function private.refunds_that_differ(from_at timestamptz, until_at timestamptz)
returns table (what text, movement text, payment text, refund text, currency text, ours bigint, stripes bigint)
language sql
stable
set search_path = ''
as $$
  select case when r.refund_id is null then 'not_here' else 'amount_differs' end, b.txn_id, null, b.source,
         coalesce(b.source_currency, b.currency), -r.amount, -coalesce(b.source_amount, -b.amount)
    from private.balance_transactions b left join private.refunds r on r.refund_id = b.source
   where b.reporting_category = 'refund' and b.created_at >= from_at and b.created_at < until_at
     and (r.amount, r.currency) is distinct from (coalesce(b.source_amount, -b.amount), coalesce(b.source_currency, b.currency))
  union all
  select 'not_at_stripe', null, null, r.refund_id, r.currency, -r.amount, null
    from private.refunds r
   where r.created_at >= from_at and r.created_at < until_at and r.status = 'succeeded'
     and not exists (select from private.balance_transactions b where b.source = r.refund_id and b.reporting_category = 'refund')
$$;

comment on function private.refunds_that_differ is 'Refunds that Stripe booked and nobody told us of, the reverse, and sums that are not the same.';

create function private.ledger_differences(from_at timestamptz, until_at timestamptz, most integer)
returns jsonb
language plpgsql
stable
set search_path = ''
as $$
declare
  told jsonb;
begin
  with found as materialized (
    select * from private.charges_that_differ(from_at, until_at) union all select * from private.refunds_that_differ(from_at, until_at)
  )
  select pg_catalog.jsonb_build_object('count', (select count(*) from found),
           'list', coalesce(pg_catalog.jsonb_agg(pg_catalog.jsonb_build_object('what', f.what, 'movement', f.movement, 'payment', f.payment,
             'refund', f.refund, 'currency', f.currency, 'ours', f.ours, 'stripe', f.stripes) order by f.what, f.movement, f.payment, f.refund), '[]'))
    into told
    from (select * from found order by what, movement, payment, refund limit most) f;
  return told;
end
$$;

comment on function private.ledger_differences is 'How much differs between Stripe''s books and ours in a stretch of time, and the first of it with ids.';
