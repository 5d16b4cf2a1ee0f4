begin;
-- include: demo_queue.sql
select plan(13);

-- A person is never behind a bulk run.
select jobs.enqueue_many('demo', 'import', array_fill('{}'::jsonb, array[50]));
insert into owed values ('person', jobs.enqueue('demo', 'greet'));
create temporary table held on commit drop as select test_jobs.claim(1) as jobs;
select is((select (jobs -> 0 ->> 'job')::bigint from held), (select job from owed), 'A person''s job is claimed before fifty bulk jobs that came first');
select jobs.exchange('demo', (select test_jobs.reports(jobs, 'retry', '{"error": "boom"}') from held));
select test_jobs.make_due();
update held set jobs = test_jobs.claim(1);
select is((select (jobs -> 0 ->> 'job')::bigint from held), (select job from owed), 'so it is after a retry');
select test_jobs.kill_workers();
update held set jobs = test_jobs.claim(1);
select is((select (jobs -> 0 ->> 'job')::bigint from held), (select job from owed), 'and after its worker was killed');
select jobs.exchange('demo', (select test_jobs.reports(jobs, 'completed') from held));
select jobs.enqueue_many('demo', 'import', array_fill('{}'::jsonb, array[300]), run_at => private.clock() + interval '1 second');
insert into owed values ('later', jobs.enqueue('demo', 'greet', run_at => private.clock() + interval '2 seconds'));
select test_jobs.make_due();
select is((select (claimed -> 0 ->> 'job')::bigint from jobs.exchange('demo', '[]', 1)), (select job from owed where name = 'later'),
  'and when hundreds of bulk jobs came due before it');

-- A place kept free
select is((select count(*)::integer from jobs.exchange('demo', '[]', 4, 1) x, jsonb_array_elements(x.claimed)), 3, 'A reserved place is not filled with bulk jobs');
select jobs.enqueue('demo', 'greet') from generate_series(1, 4);
select is((select count(*)::integer from jobs.exchange('demo', '[]', 4, 1) x, jsonb_array_elements(x.claimed)), 4, 'but people may have it');

-- As many at once as the provider allows
update jobs.queues set max_in_flight = 3 where name = 'demo';
truncate pgmq.q_demo, pgmq.q_demo_bulk;
select jobs.enqueue_many('demo', 'import', array_fill('{}'::jsonb, array[5]));
update held set jobs = test_jobs.claim(10);
select is((select jsonb_array_length(jobs) from held), 2, 'A bounded queue keeps its last place for a person');
select is(test_jobs.claim(10), '[]', 'Another worker gets nothing while the places are taken');
select jobs.enqueue('demo', 'greet') from generate_series(1, 2);
select is(jsonb_array_length(test_jobs.claim(10)), 1, 'A person gets the last place, and only that');
select is((select jsonb_array_length(claimed) from jobs.exchange('demo', (select test_jobs.reports(jobs, 'completed') from held), 10)), 2,
  'Places that are reported free are filled by the same call');
update jobs.queues set max_in_flight = 1 where name = 'demo';
truncate pgmq.q_demo, pgmq.q_demo_bulk;
select jobs.enqueue('demo', 'import');
select is(jsonb_array_length(test_jobs.claim(10)), 1, 'With a single place, bulk jobs may have it');

-- The kill switch
truncate pgmq.q_demo, pgmq.q_demo_bulk;
select jobs.enqueue('demo', 'greet');
update jobs.queues set is_enabled = false, paused_reason = 'Mailchimp is down.', max_in_flight = null where name = 'demo';
select is((select array[jsonb_array_length(claimed), next_due_ms] from jobs.exchange('demo', '[]', 10)), array[0, null], 'Nothing of a paused queue is started, and nothing waited for');
update jobs.queues set is_enabled = true, paused_reason = null where name = 'demo';
select is(jsonb_array_length(test_jobs.claim(10)), 1, 'and nothing was lost when it goes on');

select * from finish();
rollback;
