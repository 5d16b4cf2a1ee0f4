begin;
-- include: ../memberships/stripe.sql
select plan(21);
create function pg_temp.health(path text) returns text language sql as $$ select private.health(now()) #>> path::text[] $$;
create function pg_temp.waiting() returns text language sql as $$ select string_agg(what, ', ' order by what) from admin.attention $$;

-- All is well.
select is(pg_temp.health('{database}'), 'ok', 'The database answers');
select is(pg_temp.health('{stripe_events_waiting}'), '0', 'No event waits');
select is(pg_temp.health('{queues,memberships,dead}'), '0', 'No job is dead');
select is(pg_temp.health('{queues,audience,enabled}'), 'true', 'Every queue runs');
select is(pg_temp.waiting(), null, 'Nothing waits for a person');

-- Schedules.
select jobs.beat('jobs.tick'), jobs.beat('jobs.prune');
select is(pg_temp.health('{schedules,jobs.tick,ok}'), 'true', 'A schedule that ran is well');
update jobs.heartbeats set at = clock_timestamp() - interval '4 minutes';
select is(pg_temp.health('{schedules,jobs.tick,ok}'), 'false', 'The one that runs each minute is not well after three without it');
select is(pg_temp.health('{schedules,jobs.prune,ok}'), 'true', 'the others have a day');
update jobs.heartbeats set at = clock_timestamp() - interval '27 hours';
select is(pg_temp.health('{schedules,jobs.prune,ok}'), 'false', 'and no more');

-- What goes wrong shows.
select pg_temp.receive('customer.subscription.created', pg_temp.sub('sub_x', price => 'price_new'), '2026-06-15Z', 'evt_dead');
select is(pg_temp.health('{stripe_events_waiting}'), '1', 'An event that waits for a person is counted');
select is(pg_temp.waiting(), 'Stripe event', 'and listed');
select is((select do_this from admin.attention where id = 'evt_dead'), 'admin.replay_event(event_id) or admin.ignore_event(event_id, reason)', 'with what to do');
select pg_temp.receive('customer.subscription.created', pg_temp.sub(more => '{"status": "odd"}'), '2026-06-15Z', 'evt_failed');
select isnt(pg_temp.health('{oldest_failed_event}'), null, 'An event that failed shows how long it waits');
select is(pg_temp.waiting(), 'Stripe event', 'but no person has to look while it is tried again');
insert into jobs.dead (job, queue, priority, kind, args, attempts, reason, hint, last_error, enqueued_at, died_at)
values (-1, 'audience', 'bulk', 'sync_contact', '{}', 8, 'attempts_exhausted', 'Look', 'Mailchimp is down', now(), now());
select is(pg_temp.health('{queues,audience,dead}'), '1', 'A dead job is counted in its queue');
select is((select why from admin.attention where what = 'Dead job'), 'audience/sync_contact: Mailchimp is down', 'and listed with its error');
select admin.abandon_job(-1, 'Not needed');
select is(pg_temp.health('{queues,audience,dead}'), '0', 'One that was given up is not');
select admin.pause_queue('audience', 'Mailchimp is down');
select is(pg_temp.health('{queues,audience,enabled}'), 'false', 'A paused queue shows');
select is((select why from admin.attention where what = 'Queue paused'), 'Mailchimp is down', 'with its reason');
select private.open_identity_review(pg_temp.ada(), null, 'x@example.org', 'Looks alike', null);
insert into private.reconciliation_proposals (run_id, subscription_id, difference, raises_access, observed_at)
values (private.start_reconciliation(now()), 'sub_y', 'Differs', false, now());
select is(pg_temp.waiting(), 'Identity, Queue paused, Stripe differs, Stripe event', 'Doubts and differences are on the same list');

-- No personal data in what health says.
select unalike(private.health(now())::text, '%@%', 'Health tells nobody''s address');

select * from finish();
rollback;
