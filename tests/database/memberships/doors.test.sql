begin;
-- include: stripe.sql
select plan(40);
insert into auth.users (id, email, email_confirmed_at) values ('11111111-0000-4000-8000-000000000001', 'ada@example.org', now());
create function pg_temp.open(request jsonb, caller uuid default null, at timestamptz default now()) returns jsonb language sql as
  $$ select private.open_checkout(caller, request, at) $$;
create function pg_temp.me() returns uuid language sql immutable as $$ select '11111111-0000-4000-8000-000000000001'::uuid $$;

-- A visitor joins.
select is(pg_temp.open('{"tier": "annual"}') -> 'line_items', '[{"price": "price_annual", "quantity": 1}]', 'A tier is sold at the price that the table says');
select is(pg_temp.open('{"tier": "annual", "price": "price_cheap", "amount": 1, "line_items": [{"price": "price_cheap"}], "quantity": 0, "mode": "payment"}')
  - 'metadata', pg_temp.open('{"tier": "annual"}') - 'metadata', 'whatever price, amount or mode the client sends');
select is(pg_temp.open('{"tier": "annual"}') ->> 'mode', 'subscription', 'It is a subscription');
select is(pg_temp.open('{"tier": "annual", "email": " Vic@Example.org"}') ->> 'customer_email', 'vic@example.org', 'A visitor''s address is filled in');
select ok(not pg_temp.open('{"tier": "annual", "client_reference_id": "x", "customer": "cus_ada"}') ?| array['customer', 'client_reference_id'], 'A visitor cannot name a customer or a buyer');
select throws_ok($$select pg_temp.open('{"tier": "annual", "email": "nobody"}')$$, 'PT422', 'This is not an e-mail address that mail can be sent to', 'A visitor''s address has to be one');
select throws_ok($$select pg_temp.open('{"tier": "platinum"}')$$, 'PT422', 'There is no such tier on offer', 'What is not on offer cannot be bought');
select throws_ok($$select pg_temp.open('{"tier": null}')$$, 'PT422', 'There is no such tier on offer', 'nor can nothing');
select throws_ok($$select pg_temp.open('{"tier": "annual", "currency": "chf"}')$$, 'PT422', 'There is no such tier on offer', 'nor a tier in a currency without a price');
update stripe_prices set is_offered = false where price_id = 'price_monthly';
select throws_ok($$select pg_temp.open('{"tier": "monthly"}')$$, 'PT422', 'There is no such tier on offer', 'nor a price that is offered no more');

-- A signed-in person joins.
update members set user_id = pg_temp.me() where id = pg_temp.ada();
select is(pg_temp.open('{"tier": "annual", "email": "other@example.org", "client_reference_id": "x"}', pg_temp.me()) ->> 'client_reference_id', pg_temp.me()::text, 'A signed-in buyer''s own id travels through the checkout');
select is(pg_temp.open('{"tier": "annual"}', pg_temp.me()) -> 'subscription_data' -> 'metadata' ->> 'user_id', pg_temp.me()::text, 'and on the subscription, whose events may come first');
select is(pg_temp.open('{"tier": "annual"}', pg_temp.me()) ->> 'customer', 'cus_ada', 'She pays as the customer that she is');
select is(pg_temp.open('{"tier": "annual"}', pg_temp.me()) ->> 'customer_email', null, 'then no address is asked');
update private.stripe_customers set deleted_at = now() where customer_id = 'cus_ada';
select is(pg_temp.open('{"tier": "annual"}', pg_temp.me(), now() + interval '1 hour') ->> 'customer_email', 'ada@example.org', 'When the customer was deleted, she pays with her proved address as a new one');
update private.stripe_customers set deleted_at = null where customer_id = 'cus_ada';

-- Already a member.
select pg_temp.receive('customer.subscription.created', pg_temp.sub(ends => now() + interval '20 days'), now());
select throws_ok($$select pg_temp.open('{"tier": "annual"}', pg_temp.me(), now() + interval '1 hour')$$, 'PT409', 'You are a member already', 'Who pays dues already cannot pay them twice');
select is(pg_temp.open('{"donation": {"amount": 2500}}', pg_temp.me(), now() + interval '1 hour') ->> 'customer', 'cus_ada', 'but can give');
select pg_temp.receive('customer.subscription.deleted', pg_temp.ended(at => now() + interval '20 days', ends => now() + interval '20 days'), now() + interval '20 days');
select is(pg_temp.open('{"tier": "annual"}', pg_temp.me(), now() + interval '22 days') ->> 'customer', 'cus_ada', 'Who has left can come back');

select pg_temp.receive('customer.subscription.created', pg_temp.sub('sub_late', 'past_due'), now() - interval '40 days');
select is(pg_temp.open('{"tier": "annual"}', pg_temp.me(), now() + interval '23 days') ->> 'mode', 'subscription', 'so can who lost access over a payment that never came');

-- Gifts.
select is(pg_temp.open('{"donation": {"amount": 2500}}', null, now() + interval '2 hours') #>> '{line_items,0,price_data,product}', 'prod_donation', 'A gift is booked on the donation product');
select is(pg_temp.open('{"donation": {"amount": 2500}}', null, now() + interval '2 hours') ->> 'mode', 'payment', 'and is one payment');
select is(pg_temp.open('{"donation": {"amount": 2500, "interval": "month"}}', null, now() + interval '2 hours') #>> '{line_items,0,price_data,recurring,interval}', 'month', 'or one each month');
select is(pg_temp.open('{"donation": {"amount": 100}}', null, now() + interval '2 hours') #>> '{line_items,0,price_data,unit_amount}', '100', 'The smallest gift is taken');
select is(pg_temp.open('{"donation": {"amount": 1000000}}', null, now() + interval '2 hours') #>> '{line_items,0,price_data,unit_amount}', '1000000', 'and the largest');
select throws_ok(format('select pg_temp.open(%L, null, now() + interval ''3 hours'')', body), 'PT422', 'This amount is outside what we can take', 'No gift of ' || body)
  from unnest(array['{"donation": {"amount": 99}}', '{"donation": {"amount": 1000001}}', '{"donation": {"amount": -2500}}', '{"donation": {"amount": 25.5}}',
    '{"donation": {"amount": "all"}}', '{"donation": {"amount": 99999999999999999999}}', '{"donation": {}}', '{}']) body;
select throws_ok($$select pg_temp.open('{"donation": {"amount": 2500, "currency": "chf"}}')$$, 'PT422', 'We cannot take donations in this currency', 'A currency without bounds is not taken');
select throws_ok(format('select pg_temp.open(%L)', jsonb_build_object('donation', jsonb_build_object('amount', 2500, 'note', repeat('a', 501)))), 'PT422',
  'This text is longer than 500 characters', 'A note has the length that Stripe keeps');

-- Too many.
select lives_ok($$select private.admit_checkout('somewhere', now()) from generate_series(1, 10)$$, 'Ten checkouts a minute may start from one place');
select throws_ok($$select private.admit_checkout('somewhere', now())$$, 'PT429', 'Too many checkouts were started from here', 'The eleventh may not');
select lives_ok($$select private.admit_checkout('elsewhere', now())$$, 'From another place it may');

-- The billing portal.
select is(private.open_portal(pg_temp.me(), now()), 'cus_ada', 'A member opens the portal of her own customer');
insert into auth.users (id, email, email_confirmed_at) values ('11111111-0000-4000-8000-000000000002', 'eve@example.org', now());
select throws_ok($$select private.open_portal('11111111-0000-4000-8000-000000000002', now())$$, 'PT404', 'There is nothing to manage yet', 'Who never paid has none');
update private.stripe_customers set deleted_at = now() where customer_id = 'cus_ada';
select throws_ok($$select private.open_portal(pg_temp.me(), now())$$, 'PT404', 'There is nothing to manage yet', 'nor has who was deleted at Stripe');

select * from finish();
rollback;
