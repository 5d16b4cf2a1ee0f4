begin;
-- include: stripe.sql
select plan(47);
create function pg_temp.state(id text) returns text language sql as $$ select state::text from private.stripe_events where event_id = id $$;
create function pg_temp.note(id text) returns text language sql as $$ select note from private.stripe_events where event_id = id $$;

-- Once, twice, unknown.
select is(pg_temp.receive('customer.subscription.created', pg_temp.sub(), '2026-06-15Z', 'evt_a'), 'applied', 'An event is applied');
select is((select payload -> 'data' -> 'object' ->> 'id' from private.stripe_events where event_id = 'evt_a'), 'sub_ada', 'and kept as it came');
create temporary table logged as select count(*) as n from private.audit_log;
select is(pg_temp.receive('customer.subscription.created', pg_temp.sub(), '2026-06-15Z', 'evt_a'), 'duplicate', 'Delivered again it is a duplicate');
select is(pg_temp.receive('customer.subscription.updated', pg_temp.sub(status => 'unpaid'), '2026-06-16Z', 'evt_a'), 'duplicate', 'whatever its body now says');
select is(pg_temp.has('status'), 'active', 'A duplicate changes nothing');
select is((select count(*) from private.audit_log), (select n from logged), 'and writes nothing');
select is(pg_temp.receive('radar.early_fraud_warning.created', '{"id": "issfr_1"}', '2026-06-15Z', 'evt_b'), 'ignored', 'A type that means nothing here is ignored');
select is(pg_temp.note('evt_b'), 'Commons does not act on radar.early_fraud_warning.created', 'with a note');
select is(pg_temp.receive('account.updated', null, '2026-06-15Z', 'evt_no_object'), 'ignored', 'even when it carries no object');

-- The other mode.
select is(private.receive_stripe_event(pg_temp.event('customer.subscription.updated', pg_temp.sub(status => 'unpaid'), '2026-06-17Z', 'evt_live', true), false, '2026-06-17Z'),
  'quarantined', 'A live event at a test site is quarantined');
select is(pg_temp.note('evt_live'), 'A live event reached a test site', 'and says why');
select is(private.receive_stripe_event(pg_temp.event('customer.subscription.updated', pg_temp.sub(status => 'unpaid'), '2026-06-17Z', 'evt_test'), true, '2026-06-17Z'),
  'quarantined', 'A test event at the live site is quarantined');
select is(pg_temp.note('evt_test'), 'A test-mode event reached the live site', 'and says why');
select is(private.receive_stripe_event(pg_temp.event('customer.subscription.updated', pg_temp.sub(status => 'unpaid'), '2026-06-17Z', 'evt_none') - 'livemode', false, '2026-06-17Z'),
  'quarantined', 'An event that does not tell its mode is quarantined');
select is(pg_temp.has('status'), 'active', 'None of them was applied');
select is(private.apply_stripe_event('evt_live', true, '2026-06-17Z'), 'quarantined', 'Replaying does not apply it');

-- A mix-up of live and test that was mended: nothing is lost.
create temporary table mixed as select pg_temp.event('customer.subscription.created', pg_temp.sub('sub_mixed'), '2026-06-17Z', 'evt_mixed') as event;
select is(private.receive_stripe_event(event, true, '2026-06-17Z'), 'quarantined', 'With the wrong key a good event is quarantined') from mixed;
select is(admin.replay_event('evt_mixed'), 'quarantined', 'Replaying does not let it out while the key is wrong');
select is(private.receive_stripe_event(event, false, '2026-06-18Z'), 'duplicate', 'Once the key is right, sending it again is no news') from mixed;
select is(admin.replay_event('evt_mixed'), 'applied', 'but replaying now applies it');
select is(pg_temp.has('status', 'sub_mixed'), 'active', 'with what it says');
select is((select array[actor_kind::text, after ->> 'state'] from private.audit_log where target_id = 'evt_mixed' order by id desc limit 1), array['studio', 'applied'], 'which is in the audit log');
select is(admin.replay_event('evt_none'), 'quarantined', 'An event that does not tell its mode stays where it is');
select is((select count(*)::int from private.stripe_mode), 1, 'A site has one mode');

-- A price that nobody mapped.
select is(pg_temp.receive('customer.subscription.created', pg_temp.sub('sub_x', price => 'price_new'), '2026-06-15Z', 'evt_x'), 'dead', 'An unmapped price is never guessed: its event is dead');
select is(pg_temp.note('evt_x'), 'Stripe price price_new is not mapped to a tier', 'with a reason that an admin understands');
select is((select why from admin.attention where id = 'evt_x'), 'customer.subscription.created: Stripe price price_new is not mapped to a tier', 'It stands on the list of what waits for a person');
select is(pg_temp.jobs_of('apply_event'), 0::bigint, 'It is not tried again by itself');
select is(admin.replay_event('evt_x'), 'dead', 'Replaying before the price is mapped leaves it dead');
select admin.map_price('price_new', 'annual', 'usd', 9000, 'year');
select is(admin.replay_event('evt_x'), 'applied', 'Once the price is mapped it applies');
select is(pg_temp.has('tier', 'sub_x'), 'annual', 'in the tier that it was mapped to');
select is((select attempts::int from private.stripe_events where event_id = 'evt_x'), 3, 'Its tries are counted');
select is(admin.replay_event('evt_x'), 'applied', 'Replaying what is applied does nothing');
select is((select attempts::int from private.stripe_events where event_id = 'evt_x'), 3, 'and is no try');

-- A failure.
select is(pg_temp.receive('customer.subscription.updated', pg_temp.sub(more => '{"status": "hibernating"}'), '2026-06-18Z', 'evt_f'), 'failed', 'An event that cannot be applied is kept as failed');
select alike(pg_temp.note('evt_f'), 'invalid input value for enum%"hibernating" (22P02)', 'with its error');
select is((select args ->> 'event_id' from admin.jobs where kind = 'apply_event'), 'evt_f', 'and will be tried again by itself');
select is(pg_temp.receive('customer.subscription.updated', pg_temp.sub(status => 'trialing'), '2026-06-19Z'), 'applied', 'It does not block what comes after it');
select is(pg_temp.receive('customer.subscription.created', pg_temp.sub('sub_ben', customer => 'cus_ben'), '2026-06-18Z'), 'applied', 'nor its neighbours');
select is(private.apply_stripe_event('evt_f', false, '2026-06-20Z'), 'failed', 'A further failure leaves it failed');
select is(private.apply_stripe_event('evt_f', true, '2026-06-20Z'), 'dead', 'The last one makes it dead');
select throws_ok($$select private.apply_stripe_event('evt_nowhere', false, '2026-06-20Z')$$, 'PT404', 'There is no Stripe event evt_nowhere', 'An event that was never received cannot be applied');

-- A failure leaves nothing half done.
select pg_temp.receive('checkout.session.completed', pg_temp.session(more => '{"currency": null}', email => 'half@example.org'), '2026-06-18Z', 'evt_half');
select is(pg_temp.state('evt_half'), 'failed', 'A checkout that breaks half way has failed');
select is((select count(*)::int from member_emails where email = 'half@example.org'), 0, 'and has made no member');

-- Two deliveries at the same moment: the second finds the row when it stores its own.
create function pg_temp.beside() returns trigger language plpgsql as
  $$ begin insert into private.stripe_events select 'evt_race', 'x', now(), null, 'applied', null, 1, now(), now(), '{}' where pg_trigger_depth() = 1; return new; end $$;
create trigger beside before insert on private.stripe_events for each row when (new.event_id = 'evt_race') execute function pg_temp.beside();
select throws_ok($$select pg_temp.receive('customer.subscription.updated', pg_temp.sub(status => 'unpaid'), '2026-06-21Z', 'evt_race')$$,
  'CM002', 'Event evt_race was received at the same moment', 'Of two deliveries at the same moment one is undone');
select is(pg_temp.has('status'), 'trialing', 'with everything that it had changed');

-- What an admin sets aside.
select admin.ignore_event('evt_live', 'The test endpoint was registered in live mode');
select is(pg_temp.state('evt_live'), 'ignored', 'A quarantined event can be set aside with a reason');

select * from finish();
rollback;
