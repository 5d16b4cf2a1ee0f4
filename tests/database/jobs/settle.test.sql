begin;
-- include: demo_queue.sql
select plan(24);

select results_eq(
  $$select extract(epoch from jobs.backoff(k, n, 0.5))::integer from jobs.kinds k, generate_series(1, 5) n where kind = 'greet' order by n$$,
  $$values (10), (20), (40), (60), (60)$$, 'Each pause is twice the last, up to the longest');
update jobs.kinds set jitter = 0.2 where kind = 'greet' and queue = 'demo';
select results_eq(
  $$select extract(epoch from jobs.backoff(k, 1, c))::integer from jobs.kinds k, unnest(array[0, 0.5, 1]::double precision[]) c where kind = 'greet' and queue = 'demo' order by c$$,
  $$values (8), (10), (12)$$, 'give or take a share by chance');
select is((select extract(epoch from jobs.backoff(k, 100, 0.5))::integer from jobs.kinds k where kind = 'greet' and queue = 'demo'), 60,
  'A hundredth failure does not overflow');
update jobs.kinds set jitter = 0 where kind = 'greet' and queue = 'demo';

-- Failing
insert into owed values ('failing', jobs.enqueue('demo', 'greet', '{"member": 1}'));
select is(test_jobs.work('retry', '{"error": "boom"}'), '{}', 'A failed attempt is reported');
select results_eq($$select waiting_for::text, last_error, extract(epoch from run_at - private.clock())::integer from jobs.delayed join owed using (job)$$,
  $$values ('retry', 'boom', 10)$$, 'The job waits for its retry and says why');
select is((select test_jobs.state(job) from owed), 'retrying', 'An admin reads: retrying');
select is(test_jobs.claim(), '[]', 'It is not due before its pause is over');
select test_jobs.make_due();
select test_jobs.work('retry', '{"error": "boom"}');
select is((select extract(epoch from run_at - private.clock())::integer from jobs.delayed join owed using (job)), 20, 'The next pause is longer');
select test_jobs.make_due();
select test_jobs.work('retry', '{"error": "boom for good"}');
select is((select test_jobs.state(job) from owed), 'dead', 'After as many attempts as its kind may have, it is dead');
select results_eq($$select reason::text, attempts::integer, last_error, hint from jobs.dead join owed using (job)$$,
  $$values ('attempts_exhausted', 3, 'boom for good', 'Read the last error. When its cause is gone, call admin.replay_job.')$$,
  'with its reason, its last error and what to do');
select results_eq($$select outcome::text, attempt::integer from jobs.attempts join owed using (job) order by attempt$$,
  $$values ('retry', 1), ('retry', 2), ('dead', 3)$$, 'and every attempt is on record');

-- Asked to wait
truncate owed;
insert into owed values ('limited', jobs.enqueue('demo', 'greet'));
select test_jobs.work('retry', '{"error": "429", "retry_after": 7}');
select ok((select waiting_for = 'provider' and run_at - private.clock() between interval '7 seconds' and interval '7.7 seconds' from jobs.delayed join owed using (job)),
  'When the provider says when to come back, the job waits that long and a little by chance');
select test_jobs.make_due();
create temporary table held on commit drop as select test_jobs.claim() as jobs;
select is((select jobs -> 0 ->> 'attempt' from held), '1', 'That did not count as an attempt');
select jobs.exchange('demo', (select test_jobs.reports(jobs, 'retry', '{"error": "429", "retry_after": 86400}') from held));
select ok((select run_at - private.clock() <= interval '1 minute' from jobs.delayed join owed using (job)), 'No provider makes us wait longer than the kind allows');
update jobs.kinds set max_deferrals = 2 where queue = 'demo' and kind = 'greet';
select test_jobs.make_due();
select test_jobs.work('retry', '{"error": "429", "retry_after": 7}');
select results_eq($$select waiting_for::text, extract(epoch from run_at - private.clock())::integer from jobs.delayed join owed using (job)$$,
  $$values ('retry', 10)$$, 'Asked to wait too often, it counts as a failure');
select results_eq($$select outcome::text from jobs.attempts join owed using (job) order by msg_id$$,
  $$values ('deferred'), ('deferred'), ('retry')$$, 'and the record tells the two apart');

-- No use in trying again
insert into owed values ('refused', null), ('misconfigured', null);
delete from jobs.delayed where queue = 'demo';
update owed set job = jobs.enqueue('demo', 'greet') where name = 'refused';
select test_jobs.work('refused', '{"error": "mailchimp: gone"}');
update owed set job = jobs.enqueue('demo', 'greet') where name = 'misconfigured';
select test_jobs.work('misconfigured', '{"error": "mailchimp: API key"}');
select results_eq($$select name, reason::text, attempts::integer from jobs.dead join owed using (job) order by job$$,
  $$values ('refused', 'refused', 1), ('misconfigured', 'misconfigured', 1)$$, 'What cannot succeed is dead at once, with the reason');
select isnt_empty($$select from jobs.dead join owed using (job) where name = 'misconfigured' and hint like '%admin.replay_dead_jobs%'$$,
  'A wrong setting says how to replay everything it stopped');

-- A kind that an admin has removed
insert into owed values ('orphan', jobs.enqueue('demo', 'import'));
update held set jobs = test_jobs.claim();
delete from jobs.kinds where queue = 'demo' and kind = 'import';
select is((select stale from jobs.exchange('demo', (select test_jobs.reports(jobs, 'retry', '{"error": "x"}') from held))), '{}', 'A job of a kind that was removed is settled too');
select is((select last_error from jobs.dead join owed using (job) where name = 'orphan'), 'This kind is no longer in jobs.kinds. x', 'It is dead, and says why');

-- One report of many
insert into owed select 'batch' || n, jobs.enqueue('demo', 'greet') from generate_series(1, 3) n;
update held set jobs = test_jobs.claim();
select is((select stale from jobs.exchange('demo', (
    select jsonb_agg(case n when 1 then r || '{"outcome": "retry", "error": "boom"}' when 2 then r || '{"read_ct": 9}' else r end)
    from held, jsonb_array_elements(test_jobs.reports(jobs, 'completed')) with ordinality e (r, n)))),
  (select array[job] from owed where name = 'batch2'), 'One bad report in a batch does not spoil the others');
select results_eq($$select name, test_jobs.state(job)::text from owed where name like 'batch%' order by name$$,
  $$values ('batch1', 'retrying'), ('batch2', 'processing'), ('batch3', 'completed')$$, 'each is settled for itself');
select is((select length(last_error) from jobs.delayed join owed using (job) where name = 'batch1'), 4, 'The error is kept');
select test_jobs.kill_workers();
select test_jobs.work('retry', jsonb_build_object('error', repeat('x', 9000)));
select is((select length(last_error) from jobs.delayed join owed using (job) where name = 'batch2'), 2000, 'and a long one cut short');

select * from finish();
rollback;
