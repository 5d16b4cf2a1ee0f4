begin;
-- include: stripe.sql
select plan(17);
create function pg_temp.logged(what text, target text) returns text[] language sql as $$
  select array[actor_kind::text, actor, coalesce(reason, '')] from private.audit_log where action = what and target_id = target order by id desc limit 1
$$;

-- Prices.
select admin.map_price('price_old', 'annual', 'usd', 9000, 'year');
select is(pg_temp.logged('memberships.price_edited', 'price_old'), array['studio', session_user::text, ''], 'Mapping a price is in the audit log');
select ok((select not is_offered from stripe_prices where price_id = 'price_old'), 'A mapped price is not offered to new buyers');
select lives_ok($$select admin.map_price('price_old', 'donor_annual', 'usd', 9000, 'year')$$, 'A price can be mapped anew');
select is((select tier::text from stripe_prices where price_id = 'price_old'), 'donor_annual', 'and then means the other tier');
insert into stripe_prices values ('price_gift', 'donation', null, 'usd', 500, 'month', false);
select lives_ok($$select admin.map_price('price_gift', 'monthly', 'usd', 500, 'month')$$, 'Also one that was a gift''s');
select throws_ok($$insert into stripe_prices values ('price_second', 'dues', 'annual', 'usd', 1, 'year', true)$$, '23505',
  'duplicate key value violates unique constraint "stripe_prices_one_offer_a_tier"', 'A tier has one price on offer');
select throws_ok($$insert into stripe_prices values ('price_tierless', 'dues', null, 'usd', 1, 'year', false)$$, '23514',
  'new row for relation "stripe_prices" violates check constraint "stripe_prices_dues_have_a_tier"', 'Dues are always of a tier');

-- Events.
select pg_temp.receive('customer.subscription.created', pg_temp.sub('sub_x', price => 'price_new'), '2026-06-15Z', 'evt_x');
select admin.replay_event('evt_x');
select is(pg_temp.logged('memberships.event_replayed', 'evt_x'), array['studio', session_user::text, ''], 'Replaying an event is in the audit log');
select throws_ok($$select admin.replay_event('evt_none')$$, 'PT404', 'There is no Stripe event evt_none', 'What was never received cannot be replayed');
select throws_ok($$select admin.ignore_event('evt_x', '')$$, 'PT422', 'A reason is missing', 'Setting an event aside needs a reason');
select admin.ignore_event('evt_x', 'A test of ours');
select is(pg_temp.logged('memberships.event_ignored', 'evt_x'), array['studio', session_user::text, 'A test of ours'], 'and is in the audit log with it');
select is_empty($$select * from admin.attention where id = 'evt_x'$$, 'Then it waits for nobody');
select throws_ok($$select admin.ignore_event('evt_x', 'again')$$, 'PT409', 'This event does not wait for anybody', 'What does not wait cannot be set aside');

-- Who sees what an admin sees.
select pg_temp.receive('customer.subscription.created', pg_temp.sub(), '2026-06-15Z');
select is((select array[name, email, tier::text, status::text] from admin.members), array['Ada Example', 'ada@example.org', 'monthly', 'active'], 'An admin sees who a member is and what she has');
set local role authenticated;
select throws_ok($$select * from admin.members$$, '42501', 'permission denied for schema admin', 'A signed-in person does not');
select throws_ok($$select admin.map_price('price_mine', 'annual', 'usd', 1, 'year')$$, '42501', 'permission denied for schema admin', 'nor does what an admin does');
set local role anon;
select throws_ok($$select admin.replay_event('evt_x')$$, '42501', 'permission denied for schema admin', 'A visitor neither');
reset role;

select * from finish();
rollback;
