-- Stripe's books in ours: read page by page, once, without a gap.
begin;
-- include: stripe.sql
set local search_path = public, extensions;
select plan(25);

create function pg_temp.movement(id text, amount integer, category text default 'charge', at timestamptz default '2026-06-10 12:00Z', fee integer default 0, currency text default 'usd')
returns jsonb language sql as $$
  select jsonb_build_object('id', id, 'type', category, 'reporting_category', category, 'source', 'src_' || id, 'payment_intent', 'pi_' || id, 'amount', amount,
    'fee', fee, 'net', amount - fee, 'currency', currency, 'status', 'pending', 'created', pg_temp.epoch(at), 'available_on', pg_temp.epoch(at + interval '2 days'))
$$;
create function pg_temp.held() returns text language sql as $$
  select format('%s after %s, %s movements%s', r.phase, coalesce(r.after, 'the beginning'), r.movements, case when r.is_complete then ', complete' when r.ended_at is not null then ', given up' else '' end)
    from private.ledger_readings r order by r.id desc limit 1
$$;
create function pg_temp.reading() returns bigint language sql as $$ select max(r.id) from private.ledger_readings r $$;
create function pg_temp.pages() returns bigint language sql as $$ select pg_temp.jobs_of('read_ledger') $$;

-- From when on.
select is(private.read_through(), null, 'Nothing is read yet');
insert into public.invoices (invoice_id, customer_id, status, amount_due, amount_paid, currency, created_at, paid_at, as_of)
values ('in_first', 'cus_ada', 'paid', 1000, 1000, 'usd', '2026-05-20 12:00Z', '2026-05-20 12:00Z', '2026-05-20Z');
select isnt(private.read_ledger_hourly('2026-06-15 12:00:30Z'), null, 'The first reading begins');
select results_eq($$select from_at, until_at from private.ledger_readings where id = pg_temp.reading()$$, $$values ('2026-05-01Z'::timestamptz, '2026-06-15 11:59Z'::timestamptz)$$,
  'with the month of the first payment, up to the minute before');
select is(pg_temp.pages(), 1::bigint, 'A job is owed for it');
select is(private.read_ledger_hourly('2026-06-15 12:30Z'), null, 'While it is under way there is no other');
select is(private.ledger_owed(pg_temp.reading()), jsonb_build_object('phase', 'movements', 'after', null, 'from', pg_temp.epoch('2026-05-01Z'), 'until', pg_temp.epoch('2026-06-15 11:59Z'), 'charges', null),
  'It says which page it needs');

-- Page by page.
select is(private.take_ledger_page(pg_temp.reading(), 'movements', null, jsonb_build_array(pg_temp.movement('a', 1000, fee => 59), pg_temp.movement('b', -300, 'refund')), 'b', '2026-06-15 12:01Z'), 2, 'A page is kept');
select is(private.take_ledger_page(pg_temp.reading(), 'movements', null, jsonb_build_array(pg_temp.movement('a', 5, fee => 0)), 'b', '2026-06-15 12:01Z'), 0, 'When it comes twice it changes nothing');
select is(pg_temp.held(), 'movements after b, 2 movements', 'The next one goes on behind it');
select is((select net from private.balance_transactions where txn_id = 'a'), 941::bigint, 'What it said stands');
select is(private.take_ledger_page(pg_temp.reading(), 'movements', 'b', jsonb_build_array(pg_temp.movement('c', 700, currency => 'eur'), pg_temp.movement('d', -1500, 'dispute', fee => 1500), pg_temp.movement('e', -50, 'climate_order_purchase')), null, '2026-06-15 12:02Z'), 3, 'The last page of movements');
select is(private.take_ledger_page(pg_temp.reading(), 'payments', null, jsonb_build_array(jsonb_build_object('id', 'inpay_1', 'invoice', 'in_first', 'payment_intent', 'pi_a', 'amount', 1000, 'currency', 'usd', 'created', pg_temp.epoch('2026-06-10Z'))), null, '2026-06-15 12:03Z'), 1, 'Then which payment paid which invoice');
select is(private.ledger_owed(pg_temp.reading()) -> 'charges', '["pi_c"]', 'Then what no list named is asked for by itself');
select is(private.take_ledger_page(pg_temp.reading(), 'stragglers', null, '[{"asked": "pi_c"}]', '1', '2026-06-15 12:04Z'), 1, 'Stripe may not know either');
select is(private.ledger_owed(pg_temp.reading()) -> 'charges', '[]', 'and is not asked again');
select private.take_ledger_page(pg_temp.reading(), 'stragglers', '1', '[]', null, '2026-06-15 12:05Z');
select is(pg_temp.held(), 'stragglers after the beginning, 5 movements, complete', 'It has come to its end');
select is(private.read_through(), '2026-06-15 11:59Z'::timestamptz, 'The books are read through its end');
select is(private.ledger_owed(pg_temp.reading()), null, 'and nothing more is owed for it');

-- What it comes to.
select is(private.ledger_totals('2026-06-01Z', '2026-07-01Z') -> 1 -> 'total', '{"count": 4, "amount": -850, "fee": 1559, "net": -2409}', 'Every movement counts, by currency');
select is(private.ledger_totals('2026-06-01Z', '2026-07-01Z') -> 1 -> 'adjustments', '{"count": 1, "amount": -50, "fee": 0, "net": -50}', 'A kind that nobody knows by name is an adjustment');
select is(private.ledger_totals('2026-06-01Z', '2026-07-01Z') -> 1 -> 'payouts', '{"count": 0, "amount": 0, "fee": 0, "net": 0}', 'A kind of which there was nothing is told as nothing');
select is(private.ledger_totals('2026-07-01Z', '2026-08-01Z'), '[]', 'Another month has its own');

-- The next ones.
select private.read_ledger_hourly('2026-06-15 13:17Z');
select is((select from_at from private.ledger_readings where id = pg_temp.reading()), '2026-06-15 10:59Z'::timestamptz, 'The next reading overlaps the last by an hour, so that nothing is left out');
select private.read_ledger_month('2026-07-02 03:45Z');
select is((select format('%s %s', from_at, (select count(*) from private.ledger_readings r where r.ended_at is not null and not r.is_complete)) from private.ledger_readings where id = pg_temp.reading()),
  format('%s 1', '2026-06-01Z'::timestamptz), 'One that stood still for an hour is given up; at night the open month is read anew, in its first days the one before');
select throws_ok($$insert into private.ledger_readings (from_at, until_at, started_at, touched_at) values ('2026-07-01Z', '2026-07-02Z', now(), now())$$, '23505',
  'duplicate key value violates unique constraint "ledger_readings_one_at_a_time"', 'There is never more than one under way');

select * from finish();
rollback;
