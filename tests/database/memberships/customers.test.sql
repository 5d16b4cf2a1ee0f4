begin;
-- include: stripe.sql
select plan(9);

-- A deleted customer.
select pg_temp.receive('customer.subscription.created', pg_temp.sub(), '2026-06-15Z');
select is(pg_temp.receive('customer.deleted', '{"id": "cus_ada"}', '2026-06-20Z'), 'applied', 'A customer may be deleted at Stripe');
select is((select member_id from private.stripe_customers where customer_id = 'cus_ada'), pg_temp.ada(), 'We still know whose it was');
select is(pg_temp.receive('customer.updated', '{"id": "cus_ada", "email": "new@example.org"}', '2026-06-21Z'), 'superseded', 'A deleted customer is not changed any more');
select is(pg_temp.receive('customer.subscription.deleted', pg_temp.ended(at => '2026-06-20Z'), '2026-06-20Z'), 'applied', 'Its last events still apply');
select is(pg_temp.until(), '2026-07-16Z', 'and reach their member, who keeps what she paid for');
select is(pg_temp.receive('customer.deleted', '{"id": "cus_nobody"}', '2026-06-20Z'), 'applied', 'A deleted customer that was never seen blocks nothing');

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
