-- payments.ledger: a month as Stripe booked it, and what differs from our own books.

create function private.agent_ledger(call private.agent_call, args jsonb)
returns jsonb
language plpgsql
stable
set search_path = ''
as $$
declare
  from_at constant timestamptz := private.arg_begun_month(args, 'month', call.at, true);
  until_at constant timestamptz := from_at + interval '1 month';
  in_detail constant boolean := private.arg_boolean(args, 'detail', false);
  size constant integer := private.arg_integer(args, 'limit', 1, 100, 25);
  last_id constant text := private.arg_text(args, 'after', 200);
  begins constant timestamptz := (select min(r.from_at) from private.ledger_readings r where r.is_complete);
  through constant timestamptz := private.read_through();
  -- Null stays null: of a month that is not read nothing is told.
  read_through constant timestamptz := case when through > until_at then until_at when through > from_at then through end;
  is_complete constant boolean := coalesce(begins <= from_at and read_through >= until_at, false);
  summed jsonb;
begin
  if last_id is not null and not in_detail then
    perform private.refuse_field('after', 'Only the movements have pages', 'Send detail true with it.');
  end if;
  summed := pg_catalog.jsonb_build_object('month', pg_catalog.to_char(from_at at time zone 'UTC', 'YYYY-MM'),
    'read_through', read_through, 'is_complete', is_complete);
  if in_detail then
    return private.ledger_movements(summed, from_at, until_at, size, last_id);
  end if;
  return pg_catalog.jsonb_build_object('data', summed || pg_catalog.jsonb_build_object(
    'movements', (select count(*) from private.balance_transactions b where b.created_at >= from_at and b.created_at < until_at),
    'stripe', private.ledger_totals(from_at, until_at),
    'ours', private.our_books(from_at, until_at),
    -- What Stripe has booked since is not known yet, so that it is not held against what is known here.
    'differences', case when read_through is null then '{"count": 0, "list": []}'::jsonb
      else private.ledger_differences(greatest(from_at, begins), read_through, 100) end));
end
$$;

comment on function private.agent_ledger is
  'payments.ledger: a month''s movements at Stripe by currency and kind, our own books beside them, and what differs. read_through: until when Stripe''s books are read; is_complete: the whole month is.';

create function private.ledger_movements(head jsonb, from_at timestamptz, until_at timestamptz, size integer, last_id text)
returns jsonb
language plpgsql
stable
set search_path = ''
as $$
declare
  last_row private.balance_transactions;
  ids text[];
begin
  if last_id is not null then
    select b.* into last_row from private.balance_transactions b where b.txn_id = last_id;
    if last_row.txn_id is null then
      perform private.stale_page();
    end if;
  end if;
  ids := array(select b.txn_id from private.balance_transactions b
    where b.created_at >= from_at and b.created_at < until_at
      and (b.created_at, b.txn_id) < (coalesce(last_row.created_at, 'infinity'), coalesce(last_row.txn_id, ''))
    order by b.created_at desc, b.txn_id desc limit size + 1);
  return pg_catalog.jsonb_build_object('data', head || pg_catalog.jsonb_build_object('detail', coalesce((
      select pg_catalog.jsonb_agg(pg_catalog.jsonb_build_object('movement', b.txn_id, 'kind', private.movement_kind(b.reporting_category),
               'category', b.reporting_category, 'source', b.source,
               'payment', coalesce((select p.invoice_id from private.invoice_payments p where p.payment_intent_id = b.payment_intent_id limit 1),
                 (select d.id::text from public.donations d where d.payment_intent_id = b.payment_intent_id)),
               'amount', b.amount, 'fee', b.fee, 'net', b.net, 'currency', b.currency, 'status', b.status,
               'created_at', b.created_at, 'available_on', b.available_on) order by e.place)
        from pg_catalog.unnest(ids[:size]) with ordinality e (id, place) join private.balance_transactions b on b.txn_id = e.id), '[]')))
    || case when pg_catalog.cardinality(ids) > size then pg_catalog.jsonb_build_object('next', ids[size]) else '{}' end;
end
$$;

comment on function private.ledger_movements is 'The movements of a stretch of time in pages, the newest first.';
