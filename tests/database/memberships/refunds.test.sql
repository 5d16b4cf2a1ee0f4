-- Single refunds as Stripe tells of them, in whatever order, and what follows when one does not arrive.
begin;
-- include: stripe.sql
select plan(26);

create function pg_temp.refund(id text, amount integer, status text default 'succeeded', charge text default 'ch_1', intent text default 'pi_1', more jsonb default '{}')
returns jsonb language sql as $$
  select pg_catalog.jsonb_build_object('id', id, 'object', 'refund', 'charge', charge, 'payment_intent', intent, 'amount', amount, 'currency', 'usd',
    'status', status, 'reason', 'requested_by_customer', 'created', pg_temp.epoch('2026-06-20 12:00Z'), 'metadata', '{}'::jsonb) || more
$$;
create function pg_temp.status_of(id text) returns text language sql as $$ select r.status from private.refunds r where r.refund_id = id $$;
create function pg_temp.given(charge text default 'ch_1') returns bigint language sql as $$ select c.amount_refunded from private.charges c where c.charge_id = charge $$;

-- One refund, and its states in any order.
select is(pg_temp.receive('refund.created', pg_temp.refund('re_1', 400), '2026-06-20 12:00Z', 'evt_re_1'), 'applied', 'A refund at Stripe is known by itself');
select results_eq($$select charge_id, payment_intent_id, amount, currency, status, reason, created_at, proposal_id from private.refunds where refund_id = 're_1'$$,
  $$values ('ch_1', 'pi_1', 400::bigint, 'usd', 'succeeded', 'requested_by_customer', '2026-06-20 12:00Z'::timestamptz, null::uuid)$$, 'with its charge, amount and reason');
select is(pg_temp.receive('refund.created', pg_temp.refund('re_1', 400), '2026-06-20 12:00Z', 'evt_re_1'), 'duplicate', 'The same event again changes nothing');
select is(pg_temp.receive('refund.updated', pg_temp.refund('re_1', 400, 'pending'), '2026-06-20 12:05Z'), 'superseded', 'Nor does one that says it is still under way');
select is(pg_temp.status_of('re_1'), 'succeeded', 'It never goes back');
select is(pg_temp.receive('refund.updated', pg_temp.refund('re_2', 300, 'pending', 'ch_2', 'pi_2'), '2026-06-20 12:00Z'), 'applied', 'An update may come before its beginning');
select is(pg_temp.receive('refund.created', pg_temp.refund('re_2', 300, 'pending', 'ch_2', 'pi_2'), '2026-06-20 11:59Z'), 'superseded', 'which then says nothing new');
select is(pg_temp.receive('refund.updated', pg_temp.refund('re_2', 300, 'succeeded', 'ch_2', 'pi_2'), '2026-06-20 12:00Z'), 'applied', 'Two states of one second: the further one counts');
select is(pg_temp.status_of('re_2'), 'succeeded', 'whichever comes first');
select is(pg_temp.receive('refund.created', pg_temp.refund('re_3', 100, more => '{"metadata": {"proposal_id": "not an id"}}'), '2026-06-20 12:00Z'), 'applied', 'What somebody else wrote as a proposal is no proposal');
select is((select count(*)::int from private.charges), 0, 'A refund alone makes no charge up: charge.refunded says what was given back of it');

-- Dues: a full refund ends access, and gives it back when it does not arrive.
delete from private.refunds;
select pg_temp.receive('customer.subscription.created', pg_temp.sub(), '2026-06-15 12:00Z');
select pg_temp.receive('invoice.paid', pg_temp.invoice(), '2026-06-15 12:00Z');
select pg_temp.receive('charge.refunded', pg_temp.charge(1000), '2026-06-20 12:00Z');
select private.attach_charge('ch_1', 'in_1', 'test', '2026-06-20 12:00Z');
select pg_temp.receive('refund.created', pg_temp.refund('re_a', 1000), '2026-06-20 12:00Z');
select is(pg_temp.until(), '2026-06-21Z', 'A full refund ends access with its day');
select is(pg_temp.receive('refund.failed', pg_temp.refund('re_a', 1000, 'failed', more => '{"failure_reason": "lost_or_stolen_card"}'), '2026-06-23 12:00Z'), 'applied', 'When the bank sends it back');
select is(pg_temp.given(), 0::bigint, 'nothing was given back');
select is(pg_temp.until(), 'infinity', 'and access is as it was');
select is((select after from private.audit_log where action = 'memberships.refund_failed'),
  '{"refund": "re_a", "amount": 1000, "currency": "usd", "status": "failed"}', 'The log says so, by ids and amounts');
update private.refunds set as_of = now() where refund_id = 're_a';
select results_eq($$select id, why from admin.attention where what = 'Refund did not arrive'$$, $$values ('re_a', '$10.00: lost_or_stolen_card')$$, 'Admins are told, because she still waits for it');
select pg_temp.receive('charge.refunded', pg_temp.charge(1000), '2026-06-20 12:00Z', 'evt_late');
select is(pg_temp.given(), 0::bigint, 'A late word of the refund does not bring it back');
-- Given again, to another card: its events the other way round.
select pg_temp.receive('charge.refunded', pg_temp.charge(1000), '2026-06-25 12:00Z');
select pg_temp.receive('refund.created', pg_temp.refund('re_b', 1000, more => jsonb_build_object('created', pg_temp.epoch('2026-06-25 12:00Z'))), '2026-06-25 12:00Z');
select is_empty($$select id from admin.attention where what = 'Refund did not arrive'$$, 'until it was given again');
select is(array[pg_temp.given()::text, pg_temp.until()::text], array['1000', '2026-06-26 00:00:00+00'], 'The next one counts, from its own day');

-- Of several only the one that failed is taken off; what Stripe reported besides stays.
select pg_temp.receive('charge.refunded', pg_temp.charge(900, 'ch_9', 'pi_9'), '2026-06-20 12:00Z');
select pg_temp.receive('refund.failed', pg_temp.refund('re_9', 300, 'failed', 'ch_9', 'pi_9'), '2026-06-21 12:00Z');
select is(pg_temp.given('ch_9'), 600::bigint, 'A refund of before we listened still counts when another one fails');
select pg_temp.receive('refund.failed', pg_temp.refund('re_9', 300, 'failed', 'ch_9', 'pi_9'), '2026-06-21 12:00Z', 'evt_again');
select is(pg_temp.given('ch_9'), 600::bigint, 'once');
-- Failed before anybody spoke of the charge.
select pg_temp.receive('refund.failed', pg_temp.refund('re_8', 500, 'canceled', 'ch_8', 'pi_8'), '2026-06-21 12:00Z');
select pg_temp.receive('charge.refunded', pg_temp.charge(500, 'ch_8', 'pi_8'), '2026-06-20 12:00Z');
select is(pg_temp.given('ch_8'), 0::bigint, 'Canceled first and reported later is nothing given back either');

-- Gifts.
select pg_temp.receive('checkout.session.completed', pg_temp.session(), '2026-06-15 12:00Z');
select pg_temp.receive('charge.refunded', pg_temp.charge(2500, 'ch_gift', 'pi_gift', 2500), '2026-06-20 12:00Z');
select pg_temp.receive('refund.created', pg_temp.refund('re_gift', 2500, charge => 'ch_gift', intent => 'pi_gift'), '2026-06-20 12:00Z');
select is((select format('%s %s', status, amount_refunded) from public.donations where checkout_session_id = 'cs_1'), 'refunded 2500', 'A gift that was given back is refunded');
select pg_temp.receive('refund.failed', pg_temp.refund('re_gift', 2500, 'failed', 'ch_gift', 'pi_gift'), '2026-06-24 12:00Z');
select is((select format('%s %s', status, amount_refunded) from public.donations where checkout_session_id = 'cs_1'), 'paid 0', 'and paid again when it did not arrive');
select is((select count(*)::int from private.stripe_events where state not in ('applied', 'superseded')), 0, 'All of it was understood');

select * from finish();
rollback;
