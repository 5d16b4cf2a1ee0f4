begin;
-- include: stripe.sql
select plan(42);

-- In order and out of order.
select is(pg_temp.receive('customer.subscription.updated', pg_temp.sub(status => 'past_due'), '2026-06-20Z'), 'applied', 'An update may come before the creation');
select is(pg_temp.receive('customer.subscription.created', pg_temp.sub(), '2026-06-15Z'), 'superseded', 'The older creation then changes nothing');
select is(pg_temp.has('status'), 'past_due', 'and the newer state stays');
select is(pg_temp.receive('customer.subscription.updated', pg_temp.sub(), '2026-06-19Z'), 'superseded', 'nor does an older update');

-- The same second.
select pg_temp.receive('customer.subscription.updated', pg_temp.sub('sub_b'), '2026-06-20Z');
select is(pg_temp.receive('customer.subscription.created', pg_temp.sub('sub_b', 'incomplete'), '2026-06-20Z'), 'superseded', 'A creation in the second of an update is the older of the two');
select is(pg_temp.has('status', 'sub_b'), 'active', 'so the update stays');
select pg_temp.receive('customer.subscription.created', pg_temp.sub('sub_c', 'incomplete'), '2026-06-20Z');
select is(pg_temp.receive('customer.subscription.updated', pg_temp.sub('sub_c'), '2026-06-20Z'), 'applied', 'An update in the second of the creation is the newer');
select is(pg_temp.has('status', 'sub_c'), 'active', 'and counts');
select is(pg_temp.receive('customer.subscription.updated', pg_temp.sub('sub_c', 'past_due'), '2026-06-20Z', 'evt_tie'), 'applied', 'Two updates of one second that differ are kept');
select is(pg_temp.has('status', 'sub_c'), 'active', 'but neither is believed');
select is((select note from private.stripe_events where event_id = 'evt_tie'), 'Two events of the same second: Stripe was asked for the current state', 'and the event says so');
select is((select args ->> 'subscription_id' from admin.jobs where kind = 'refresh_subscription'), 'sub_c', 'Stripe is asked which one holds');
select is(pg_temp.receive('customer.subscription.updated', pg_temp.sub('sub_b'), '2026-06-20Z'), 'applied', 'Two updates of one second that agree need no question');
select is(pg_temp.jobs_of('refresh_subscription'), 1::bigint, 'so none is asked');
select is(pg_temp.receive('customer.subscription.deleted', pg_temp.ended('sub_b', '2026-06-20Z'), '2026-06-20Z'), 'applied', 'A deletion wins over an update of its second');
select is(pg_temp.has('status', 'sub_b'), 'canceled', 'and ends the subscription');

-- What has ended stays ended.
select is(pg_temp.receive('customer.subscription.updated', pg_temp.sub('sub_b'), '2026-06-20Z'), 'superseded', 'An update of that second does not revive it');
select is(pg_temp.receive('customer.subscription.updated', pg_temp.sub('sub_b'), '2026-06-21Z'), 'superseded', 'nor does a later one');
select is(pg_temp.has('status', 'sub_b'), 'canceled', 'It is canceled still');

-- What Stripe answers when asked.
select is(private.apply_subscription(pg_temp.sub('sub_c'), 'fetched', '2026-06-19Z', 'test', null, '2026-06-22Z'), 'superseded', 'An answer older than what is known counts for nothing');
select is(private.apply_subscription(pg_temp.sub('sub_c', 'past_due'), 'fetched', '2026-06-20Z', 'test', null, '2026-06-22Z'), 'applied', 'An answer of the doubtful second settles it');
select is(pg_temp.has('as_of_event', 'sub_c'), 'fetched', 'and the row says that Stripe was asked');
select is(pg_temp.receive('customer.subscription.updated', pg_temp.sub('sub_c'), '2026-06-20Z', at => '2026-06-22Z'), 'applied', 'An event of that second that says otherwise is not believed either');
select is(pg_temp.has('status', 'sub_c'), 'past_due', 'and Stripe is asked once more');
select private.apply_subscription(pg_temp.sub('sub_d'), 'fetched', '2026-06-20 10:00:00.4Z', 'test', null, '2026-06-22Z');
select is(pg_temp.receive('customer.subscription.updated', pg_temp.sub('sub_d'), '2026-06-20 10:00Z'), 'superseded', 'An event of the second of the answer that agrees with it says nothing new');
select is(pg_temp.receive('customer.subscription.updated', pg_temp.sub('sub_d', 'past_due'), '2026-06-20 10:00Z', 'evt_after'), 'applied', 'one that says otherwise may be from after the answer');
select is((select note from private.stripe_events where event_id = 'evt_after'), 'Two events of the same second: Stripe was asked for the current state', 'so Stripe is asked again, and no change is lost');
select is(pg_temp.receive('customer.subscription.updated', pg_temp.sub('sub_d', 'past_due'), '2026-06-20 09:59:59Z'), 'superseded', 'One of the second before it is older');
select is(private.apply_subscription(pg_temp.sub('sub_b'), 'fetched', '2026-06-20Z', 'test', null, '2026-06-22Z'), 'superseded', 'An answer of the second of its end does not revive what ended');
select is(private.apply_subscription(pg_temp.sub('sub_b'), 'fetched', '2026-06-22Z', 'test', null, '2026-06-22Z'), 'applied', 'Stripe''s own later answer does: then the end was our mistake');

-- Odd shapes.
select pg_temp.receive('customer.subscription.created', pg_temp.sub('sub_two_items', more => jsonb_build_object('items', jsonb_build_object('data', jsonb_build_array(
  '{"price": {"id": "price_adhoc", "product": "prod_donation", "unit_amount": 500}, "current_period_end": 1}'::jsonb,
  '{"price": {"id": "price_annual", "product": "prod_x", "unit_amount": 10000}, "current_period_end": 1813000000}'::jsonb)))), '2026-06-20Z');
select is(pg_temp.has('tier', 'sub_two_items'), 'annual', 'Of dues and a gift in one subscription, the dues say what it is');
select is(pg_temp.has('unit_amount', 'sub_two_items'), '10000', 'and what it costs');
select pg_temp.receive('customer.subscription.updated', pg_temp.sub('sub_two_items', price => 'price_annual', more => '{"currency": "eur"}'), '2026-06-21Z');
select is(pg_temp.has('currency', 'sub_two_items'), 'eur', 'A new currency is taken over');
select is(pg_temp.has('unit_amount', 'sub_two_items'), '1000', 'and a new amount');
select pg_temp.receive('customer.subscription.deleted', pg_temp.sub('sub_no_end', 'canceled'), '2026-06-20 10:00Z');
select is(pg_temp.has('access_until', 'sub_no_end')::timestamptz, '2026-07-16Z', 'A cancellation that names no moment still lasts through the paid period');
select pg_temp.receive('customer.subscription.created', pg_temp.sub('sub_unpaid', 'incomplete'), '2026-06-20Z');
select pg_temp.receive('customer.subscription.deleted', pg_temp.ended('sub_unpaid', '2026-06-20 10:00Z'), '2026-06-20 10:00Z');
select is(pg_temp.has('access_until', 'sub_unpaid')::timestamptz, '2026-06-21Z', 'One that was never paid gives no period when it is canceled');
select is(pg_temp.receive('customer.subscription.paused', pg_temp.sub('sub_c', 'paused'), '2026-06-23Z'), 'applied', 'A pause is applied');
select is(pg_temp.has('access_until', 'sub_c'), '-infinity', 'and gives no access');
select is(pg_temp.receive('customer.subscription.resumed', pg_temp.sub('sub_c'), '2026-06-24Z'), 'applied', 'Resuming is applied');
select is(pg_temp.has('access_until', 'sub_c'), 'infinity', 'and gives it back');

-- Nobody knows whose it is.
select pg_temp.receive('customer.subscription.created', pg_temp.sub('sub_who', customer => 'cus_who'), '2026-06-20Z');
select is((select member_id from private.stripe_customers where customer_id = 'cus_who'), null, 'A subscription says nothing of its buyer');
select is((select args ->> 'customer_id' from admin.jobs where kind = 'resolve_customer'), 'cus_who', 'so Stripe will be asked, unless another event tells first');

select * from finish();
rollback;
