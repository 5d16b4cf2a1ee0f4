begin;
-- include: ../memberships/stripe.sql
select plan(12);
select pg_temp.receive('customer.subscription.created', pg_temp.sub(), '2026-06-15Z');

select throws_ok($$update stripe_prices set tier = 'annual' where price_id = 'price_monthly'$$, 'PT409', 'People pay this price now', 'A price that people pay keeps its tier');
select throws_ok($$update stripe_prices set purpose = 'donation', tier = null where price_id = 'price_monthly'$$, 'PT409', 'People pay this price now', 'and its purpose');
select throws_ok($$delete from stripe_prices where price_id = 'price_monthly'$$, 'PT409', 'People pay this price now', 'and is not deleted');
select lives_ok($$update stripe_prices set is_offered = false where price_id = 'price_monthly'$$, 'It may be taken off the shelf');
select lives_ok($$update stripe_prices set tier = 'donor_annual', is_offered = false where price_id = 'price_annual'$$, 'A price that nobody pays may be mended by hand');
select lives_ok($$delete from stripe_prices where price_id = 'price_donor_annual'$$, 'or deleted');

select lives_ok($$select admin.map_price('price_monthly', 'annual', 'usd', 1000, 'month')$$, 'The function changes what a price means');
select is((select tier::text from subscriptions where subscription_id = 'sub_ada'), 'annual', 'and brings along who pays it');
select is((select tier::text from memberships where member_id = pg_temp.ada()), 'annual', 'with her membership');
select ok(private.is_entitled(pg_temp.ada(), '2026-06-16Z'), 'She stays entitled');
select throws_ok($$update stripe_prices set tier = 'monthly' where price_id = 'price_monthly'$$, 'PT409', 'People pay this price now', 'Its leave does not last');
select is((select count(*)::int from private.audit_log where action = 'memberships.price_edited' and target_id = 'price_monthly' and after ->> 'tier' = 'annual'), 1, 'The change is on record');

select * from finish();
rollback;
