begin;
-- include: stripe.sql
select plan(23);

-- A deleted customer.
select pg_temp.receive('customer.subscription.created', pg_temp.sub(), '2026-06-15Z');
select is(pg_temp.receive('customer.deleted', '{"id": "cus_ada"}', '2026-06-20Z'), 'applied', 'A customer may be deleted at Stripe');
select is((select member_id from private.stripe_customers where customer_id = 'cus_ada'), pg_temp.ada(), 'We still know whose it was');
select is(pg_temp.receive('customer.updated', '{"id": "cus_ada", "email": "new@example.org"}', '2026-06-21Z'), 'superseded', 'A deleted customer is not changed any more');
select is(pg_temp.receive('customer.subscription.deleted', pg_temp.ended(at => '2026-06-20Z'), '2026-06-20Z'), 'applied', 'Its last events still apply');
select is(pg_temp.until(), '2026-07-16Z', 'and reach their member, who keeps what she paid for');
select is(pg_temp.receive('customer.deleted', '{"id": "cus_nobody"}', '2026-06-20Z'), 'applied', 'A deleted customer that was never seen blocks nothing');

-- Two changes of one second.
create function pg_temp.address() returns text language sql as $$ select email from private.stripe_customers where customer_id = 'cus_two' $$;
create function pg_temp.change(email text, event text, moment timestamptz) returns text language sql as $$
  select pg_temp.receive('customer.updated', jsonb_build_object('id', 'cus_two', 'email', email, 'name', 'Two'), moment, event) $$;
select is(pg_temp.change('old@example.org', 'evt_old', '2026-06-02Z'), 'applied', 'A changed address is taken over');
select is(pg_temp.change('new@example.org', 'evt_new', '2026-06-02Z'), 'applied', 'A second one of the same second');
select is((select note from private.stripe_events where event_id = 'evt_new'), 'Two events of the same second: Stripe was asked for the current state', 'makes us ask Stripe');
select is(pg_temp.address(), 'old@example.org', 'and changes nothing by itself');
select is((select array[args ->> 'customer_id', correlation_id] from admin.jobs where kind = 'refresh_customer'), array['cus_two', 'evt_new'], 'The question is owed as a job');
select is(pg_temp.change('old@example.org', 'evt_same', '2026-06-02Z'), 'applied', 'One that says the same');
select is(pg_temp.jobs_of('refresh_customer'), 1::bigint, 'asks nobody');
select is(private.apply_customer('{"id": "cus_two", "email": "new@example.org", "name": "Two"}', 'fetched', '2026-06-02 00:00:02Z', 'evt_new', '2026-06-02 00:00:02Z'), 'applied', 'What Stripe answers is applied');
select is(pg_temp.address(), 'new@example.org', 'and holds');
select is(pg_temp.change('old@example.org', 'evt_late', '2026-06-02Z'), 'superseded', 'whatever comes late');
select is(private.apply_customer('{"id": "cus_two", "email": "old@example.org"}', 'fetched', '2026-06-01Z', 'evt_new', '2026-06-02 00:00:02Z'), 'superseded', 'An answer from before it is none');
select is(pg_temp.change('new@example.org', 'evt_b1', '2026-06-03Z') || pg_temp.change('old@example.org', 'evt_b2', '2026-06-03Z'), 'appliedapplied', 'In the other order');
select is(pg_temp.jobs_of('refresh_customer'), 2::bigint, 'Stripe is asked as well');
select is(pg_temp.address(), 'new@example.org', 'and what came last does not win by coming last');

-- A second customer.
insert into auth.users (id, email, email_confirmed_at) values ('11111111-0000-4000-8000-000000000001', 'ada@example.org', now());
select pg_temp.receive('checkout.session.completed', pg_temp.session('cs_n', 'subscription', customer => 'cus_ada2'), '2026-06-22Z');
select pg_temp.receive('customer.subscription.created', pg_temp.sub('sub_new', ends => '2026-08-22Z', customer => 'cus_ada2'), '2026-06-22Z');
select is((select subscription_id from memberships where member_id = pg_temp.ada()), 'sub_new', 'Paying as a new customer goes on with the same membership');
insert into private.stripe_customers (customer_id, member_id, as_of) values ('cus_ada3', pg_temp.ada(), '2026-06-25Z');
select is(private.open_portal('11111111-0000-4000-8000-000000000001', '2026-06-23Z'), 'cus_ada2', 'Her portal is that of the customer who pays');
select is((select count(*)::int from members), 1, 'She is one person throughout');

select * from finish();
rollback;
