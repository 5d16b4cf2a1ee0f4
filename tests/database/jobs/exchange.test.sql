begin;
-- include: demo_queue.sql
select plan(24);

insert into owed values ('one', jobs.enqueue('demo', 'greet', '{"member": 1}', correlation_id => 'evt_1'));
create temporary table held on commit drop as select test_jobs.claim() as jobs;
select is((select jobs #- '{0,msg_id}' from held),
  (select jsonb_build_array(jsonb_build_object('job', job, 'kind', 'greet', 'args', '{"member": 1}'::jsonb, 'correlation_id', 'evt_1',
    'attempt', 1, 'read_ct', 1, 'priority', 'interactive', 'lost', false, 'lease_ms', 30000)) from owed),
  'A claim leases the job with everything its handler needs');
select is(test_jobs.claim(), '[]', 'Nobody else gets it');
select is((select test_jobs.state(job) from owed where name = 'one'), 'processing', 'It is being processed');

select is((select stale from jobs.exchange('demo', (select test_jobs.reports(jobs, 'completed', '{"note": "said hello"}') from held))), '{}',
  'Its worker reports it as completed');
select is((select test_jobs.state(job) from owed where name = 'one'), 'completed', 'and it is');
select results_eq(
  $$select outcome::text, attempt::integer, note, duration_ms, correlation_id from jobs.attempts join owed using (job) where name = 'one'$$,
  $$values ('completed', 1, 'said hello', 5, 'evt_1')$$, 'with one attempt on record');
select is((select count(*)::integer from pgmq.q_demo), 0, 'and nothing left in the queue');
select is((select stale from jobs.exchange('demo', (select test_jobs.reports(jobs, 'completed') from held))), '{}',
  'The same report again changes nothing and is no mistake');
select is((select count(*)::integer from jobs.attempts join owed using (job)), 1, 'and is not booked twice');

-- A worker is killed, another takes over, and the first one was not dead after all.
insert into owed values ('taken', jobs.enqueue('demo', 'greet'));
update held set jobs = test_jobs.claim();
select test_jobs.kill_workers();
create temporary table second on commit drop as select test_jobs.claim() as jobs;
select is((select jobs -> 0 ->> 'attempt' from second), '2', 'When a lease has run out, the job is taken over: its second attempt');
select results_eq($$select outcome::text, attempt::integer from jobs.attempts join owed using (job) where name = 'taken'$$,
  $$values ('lost', 1)$$, 'and the first is on record as lost');
select is((select stale from jobs.exchange('demo', (select test_jobs.reports(jobs, 'completed') from held))),
  (select array[job] from owed where name = 'taken'), 'The late worker is told that its report came too late');
select is((select stale from jobs.exchange('demo', (select test_jobs.reports(jobs, 'refused') from held))),
  (select array[job] from owed where name = 'taken'), 'whatever it reports');
select is((select test_jobs.state(job) from owed where name = 'taken'), 'processing', 'and nothing has changed for the one that has it now');

-- A job that kills its worker each time.
select test_jobs.kill_workers();
update held set jobs = test_jobs.claim();
select test_jobs.kill_workers();
select is(test_jobs.claim(), '[]', 'After its third lost worker the job is not tried again');
select is((select reason from jobs.dead join owed using (job) where name = 'taken'), 'worker_lost', 'but dead, and says so');

-- Given back.
insert into owed values ('back', jobs.enqueue('demo', 'greet'));
select is(test_jobs.work('released'), '{}', 'A worker that must end gives its job back');
update held set jobs = test_jobs.claim();
select is((select (jobs -> 0 ->> 'attempt') || ' ' || (jobs -> 0 ->> 'lost') from held), '1 false',
  'and it is leased again at once: still the first attempt, and not lost');
select is((select stale from jobs.exchange('demo', (select test_jobs.reports(jobs, 'completed') from held))), '{}', 'and completes');

-- How much, and how long until there is more.
select jobs.enqueue_many('demo', 'greet', array_fill('{}'::jsonb, array[12]));
update jobs.queues set batch_size = 5 where name = 'demo';
select is(jsonb_array_length(test_jobs.claim(10)), 5, 'No claim is larger than the queue''s batch');
select is((select array[jsonb_array_length(claimed), next_due_ms] from jobs.exchange('demo', '[]', 2)), array[2, null], 'nor than wanted');
-- Leases go by the real clock, so the answer is measured between what it says before and after.
update pgmq.q_demo set vt = clock_timestamp() + interval '1 hour';
create function pg_temp.learns() returns boolean language plpgsql as $$
declare
  lease_end constant timestamptz := (select min(vt) from pgmq.q_demo);
  earliest constant numeric := extract(epoch from lease_end - clock_timestamp()) * 1000;
  told integer;
begin
  select next_due_ms into told from jobs.exchange('demo', '[]', 2);
  return told between floor(extract(epoch from lease_end - clock_timestamp()) * 1000) and ceil(earliest);
end
$$;
select ok(pg_temp.learns(), 'A worker without work learns when the next lease ends');
select jobs.enqueue('demo', 'greet', run_at => private.clock() + interval '3 seconds');
select is((select next_due_ms from jobs.exchange('demo', '[]', 2)), 3000, 'or when the next delayed job is due, if that is sooner');
select throws_ok($$select jobs.exchange('nowhere')$$, '22023', 'There is no queue "nowhere".', 'An unknown queue is refused');

select * from finish();
rollback;
