begin;
set local search_path = public, extensions;
-- include: ../cast.sql
select plan(10);

create function pg_temp.change(who text, wished text, at timestamptz default now()) returns text language sql as
  $$ select subscription_id || ' to ' || price_id from private.tier_change(pg_temp.login(who), wished::public.membership_tier, at) $$;

insert into public.stripe_prices (price_id, purpose, tier, currency, unit_amount, recurring_interval) values
  ('price_monthly', 'dues', 'monthly', 'usd', 1000, 'month'), ('price_annual', 'dues', 'annual', 'usd', 10000, 'year')
on conflict (price_id) do update set is_offered = true;

create temporary table own as
  select m.member_id, m.subscription_id, s.price_id from public.memberships m join public.subscriptions s using (subscription_id);

select is(pg_temp.change('ada', 'annual'), (select subscription_id || ' to price_annual' from own where member_id = pg_temp.person('ada')),
  'A member changes her own subscription, to the price that the table says');
select throws_ok($$select pg_temp.change('ada', 'monthly')$$, 'PT409', 'This is your tier already', 'not to what she has');
select throws_ok($$select pg_temp.change('dot', 'annual')$$, 'PT409', 'Your last payment is still open', 'Who owes a payment mends her card first');
select throws_ok($$select pg_temp.change('cyn', 'annual')$$, 'PT409', 'There is no membership to change', 'Who ended has nothing to change');
select throws_ok($$select pg_temp.change('eve', 'annual')$$, 'PT409', 'There is no membership to change', 'nor has who never joined');
select throws_ok($$select private.tier_change(null, 'annual', now())$$, 'PT409', 'There is no membership to change', 'nor nobody');

update public.stripe_prices set is_offered = false where price_id = 'price_annual';
select throws_ok($$select pg_temp.change('ada', 'annual')$$, 'PT409', 'This tier is not on offer', 'A price that is not offered cannot be chosen');
update public.stripe_prices set is_offered = true, currency = 'eur' where price_id = 'price_annual';
select throws_ok($$select pg_temp.change('ada', 'annual')$$, 'PT409', 'This tier is not on offer', 'nor one in another currency');
update public.stripe_prices set currency = 'usd' where price_id = 'price_annual';

update public.subscriptions s set cancel_at = now() + interval '3 days' from own where own.subscription_id = s.subscription_id and own.member_id = pg_temp.person('ada');
select throws_ok($$select pg_temp.change('ada', 'annual')$$, 'PT409', 'Your membership is about to end', 'Who cancelled keeps it first');
update public.subscriptions s set cancel_at = null from own where own.subscription_id = s.subscription_id;
select is(pg_temp.change('ada', 'annual'), (select subscription_id || ' to price_annual' from own where member_id = pg_temp.person('ada')), 'and then changes it');

select * from finish();
rollback;
