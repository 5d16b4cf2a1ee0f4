begin;
-- include: stripe.sql
select plan(22);

select pg_temp.receive('customer.subscription.created', pg_temp.sub(), '2026-06-15 12:00Z');
select is((select member_since from memberships where member_id = pg_temp.ada()), '2026-06-15 12:00Z', 'Whoever pays is a member from that moment');
select pg_temp.receive('customer.subscription.updated', pg_temp.sub(more => jsonb_build_object('cancel_at_period_end', true)), '2026-06-16 12:00Z');
select is(pg_temp.until(), '2026-07-16Z', 'Canceling in the portal keeps access through the last paid day');

-- The moment.
select ok(private.is_entitled(pg_temp.ada(), '2026-07-15 23:59:59.999999Z'), 'In the last microsecond of her last day she is entitled');
select ok(not private.is_entitled(pg_temp.ada(), '2026-07-16 00:00Z'), 'At midnight she is not, though no job has run');
select ok(not private.is_entitled(null, '2026-07-01Z'), 'Nobody is not entitled');
select ok(not private.is_entitled('00000000-0000-4000-8000-000000000000', '2026-07-01Z'), 'Who does not exist is not entitled');
select is((select access_until from profiles where member_id = pg_temp.ada()), '2026-07-16Z', 'Her profile carries the same moment for the directory');

-- Carrying it out.
select is(private.end_memberships('2026-07-15 23:59:59.999Z'), 0, 'A millisecond before midnight nothing ends');
select is((select ended_at from memberships where member_id = pg_temp.ada()), null, 'and she is not marked as ended');
select is(private.end_memberships('2026-07-16 00:00Z'), 1, 'At midnight her membership ends');
select is((select ended_at from memberships where member_id = pg_temp.ada()), '2026-07-16 00:00Z', 'and says when');
select is(private.end_memberships('2026-07-16 00:00Z'), 0, 'Ending twice changes nothing');
select is(private.end_memberships('2026-07-16 00:01Z'), 0, 'nor a minute later');
select private.end_membership(pg_temp.ada(), null, '2026-07-16 00:02Z');
select is((select count(*)::int from private.audit_log where action = 'memberships.ended' and target_id = pg_temp.ada()::text), 1, 'It is in the audit log once');

-- The event of the end comes late and changes nothing.
select is(pg_temp.receive('customer.subscription.deleted', pg_temp.ended(), '2026-07-15 12:00Z', at => '2026-07-16 08:00Z'), 'applied', 'The end that Stripe reports later is applied');
select is((select ended_at from memberships where member_id = pg_temp.ada()), '2026-07-16 00:00Z', 'but she does not end a second time');

-- Coming back.
select pg_temp.receive('customer.subscription.created', pg_temp.sub('sub_new', price => 'price_annual', ends => '2027-08-01Z'), '2026-08-01 09:00Z');
select is((select array[tier::text, status::text, (ended_at is null)::text] from memberships where member_id = pg_temp.ada()), array['annual', 'active', 'true'],
  'Who comes back has the same membership, alive again, in the new tier');
select is((select member_since from memberships where member_id = pg_temp.ada()), '2026-06-15 12:00Z', 'and has been a member since she first paid');
select is((select count(*)::int from private.audit_log where action = 'memberships.returned' and target_id = pg_temp.ada()::text), 1, 'Her return is in the audit log');
select is((select access_until from profiles where member_id = pg_temp.ada()), 'infinity', 'The directory finds her again');

-- Several at once, and a bound.
insert into members (id, origin) select ('bbbbbbbb-0000-4000-8000-' || lpad(n::text, 12, '0'))::uuid, 'checkout' from generate_series(1, 5) n;
insert into memberships (member_id, tier, status, cancel_at_period_end, access_until, member_since)
select id, 'monthly', 'canceled', false, '2026-09-01Z', '2026-01-01Z' from members where id::text like 'bbbbbbbb%';
select is(private.end_memberships('2026-09-01Z', 3), 3, 'A run ends no more than it was told');
select is(private.end_memberships('2026-09-01Z', 3), 2, 'and the next run ends the rest');

select * from finish();
rollback;
