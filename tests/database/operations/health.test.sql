begin;
-- include: ../memberships/stripe.sql
select plan(37);
create function pg_temp.health(path text) returns text language sql as $$ select private.health(now()) #>> path::text[] $$;
create function pg_temp.waiting() returns text language sql as $$ select string_agg(what, ', ' order by what) from admin.attention $$;

-- All is well.
select is(pg_temp.health('{database}'), 'ok', 'The database answers');
select is(pg_temp.health('{stripe_events_waiting}'), '0', 'No event waits');
select is(pg_temp.health('{queues,memberships,dead}'), '0', 'No job is dead');
select is(pg_temp.health('{queues,audience,enabled}'), 'true', 'Every queue runs');
select is(pg_temp.waiting(), null, 'Nothing waits for a person');

-- Schedules.
create temporary view unwell as
select key as schedule from jsonb_each(private.health(now()) -> 'schedules') where not (value ->> 'ok')::boolean;
create function pg_temp.silent(name text, for_how_long interval) returns text language sql as $$
  update jobs.heartbeats h set at = clock_timestamp() - for_how_long where h.name = silent.name;
  select pg_temp.health(array['schedules', name, 'ok']::text)
$$;
select jobs.beat(jobname) from cron.job;
select is_empty('select * from unwell', 'Schedules that ran are well');
select set_eq($$select jsonb_object_keys(private.health(now()) -> 'schedules')$$, 'select jobname from cron.job', 'Every schedule is looked at');
select is(pg_temp.silent('jobs.tick', '2 minutes'), 'true', 'One that runs each minute may be late');
select is(pg_temp.silent('jobs.tick', '4 minutes'), 'false', 'but not for more than three minutes');
select is(private.longest_silence('*/5 * * * *'), '15 minutes', 'One that runs every five minutes may miss two turns');
select is(pg_temp.silent('memberships.warn', '100 minutes'), 'true', 'One that runs each hour may miss an hour');
select is(pg_temp.silent('memberships.warn', '121 minutes'), 'false', 'but not two');
select is(pg_temp.silent('memberships.reconcile', '47 hours'), 'true', 'One that runs each night may miss a night');
select is(pg_temp.silent('memberships.reconcile', '49 hours'), 'false', 'but not two');
delete from jobs.heartbeats where name = 'audience.drift';
select is(pg_temp.health('{schedules,audience.drift,ok}'), 'false', 'One that never ran is not well');
select jobs.beat('events.gone');
select is(pg_temp.health('{schedules,events.gone,ok}'), 'false', 'nor one that somebody took away');
select cron.schedule('vacuum', '0 4 * * 0', 'vacuum');
select is(pg_temp.health('{schedules,vacuum}'), null, 'What others have scheduled is none of ours');

-- Jobs without a worker.
create function pg_temp.ready(at timestamptz default now()) returns integer language sql as
  $$ select (private.health(at) #>> '{queues,audience,oldest_ready_seconds}')::integer $$;
select is(pg_temp.ready(), 0, 'While nothing is owed nothing waits');
select jobs.enqueue('audience', 'check_drift', run_at => now() + interval '1 hour');
select is(pg_temp.ready(), 0, 'What is for later does not wait');
select is(pg_temp.ready(now() + interval '70 minutes'), 600, 'unless its time has come and nobody takes it');
select jobs.enqueue('audience', 'sync_contact');
update pgmq.q_audience set vt = clock_timestamp() - interval '20 minutes';
-- That goes by the real clock: so many seconds, and those that pass until it is asked.
create function pg_temp.ready_for(seconds integer) returns boolean language plpgsql as $$
declare
  said constant integer := pg_temp.ready();
begin
  return said between seconds and ceil(extract(epoch from clock_timestamp() - (select min(vt) from pgmq.q_audience)));
end
$$;
select ok(pg_temp.ready_for(1200), 'A job that no worker takes waits');
select jobs.enqueue('audience', 'check_drift');
select ok(pg_temp.ready_for(1200), 'and the oldest counts');
select jsonb_array_length(claimed) from jobs.exchange('audience', wanted => 5);
select is(pg_temp.ready(), 0, 'What a worker has in hand does not wait');

-- What goes wrong shows.
select pg_temp.receive('customer.subscription.created', pg_temp.sub('sub_x', price => 'price_new'), '2026-06-15Z', 'evt_dead');
select is(pg_temp.health('{stripe_events_waiting}'), '1', 'An event that waits for a person is counted');
select is(pg_temp.waiting(), 'Stripe event', 'and listed');
select is((select do_this from admin.attention where id = 'evt_dead'), 'admin.replay_event(event_id) or admin.ignore_event(event_id, reason)', 'with what to do');
select pg_temp.receive('customer.subscription.created', pg_temp.sub(more => '{"status": "odd"}'), '2026-06-15Z', 'evt_failed');
select isnt(pg_temp.health('{oldest_failed_event}'), null, 'An event that failed shows how long it waits');
select is(pg_temp.health('{stripe_events_waiting}'), '1', 'and is tried again by itself at first');
select is(private.health(now() + interval '61 minutes') ->> 'stripe_events_waiting', '2', 'After an hour it counts as waiting');
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
