begin;
-- include: demo_queue.sql
select plan(27);

-- States
insert into owed values ('completed', jobs.enqueue('demo', 'greet', '{"member": 1}', correlation_id => 'evt_1'));
select test_jobs.work('completed');
insert into owed values ('dead', jobs.enqueue('demo', 'greet', '{"member": 2}', correlation_id => 'evt_2'));
select test_jobs.work('refused', '{"error": "no"}');
insert into owed values ('retrying', jobs.enqueue('demo', 'greet'));
select test_jobs.work('retry', '{"error": "boom"}');
insert into owed values ('lost', jobs.enqueue('demo', 'greet'));
select test_jobs.claim();
select test_jobs.kill_workers();
insert into owed values ('processing', jobs.enqueue('demo', 'import'));
update pgmq.q_demo_bulk set vt = clock_timestamp() + interval '1 hour', read_ct = 1;
insert into owed values ('pending', jobs.enqueue('demo', 'greet')), ('scheduled', jobs.enqueue('demo', 'greet', run_at => private.clock() + interval '1 day'));
select results_eq($$select o.name, j.state::text from owed o join admin.jobs j using (job) order by 1$$,
  $$values ('completed', 'completed'), ('dead', 'dead'), ('lost', 'retrying'), ('pending', 'pending'), ('processing', 'processing'),
    ('retrying', 'retrying'), ('scheduled', 'pending')$$, 'Every job is in one state that an admin can read');
select isnt_empty($$select from admin.jobs join owed using (job) where name = 'dead' and reason = 'refused' and hint <> '' and last_error = 'no'
  and correlation_id = 'evt_2' and ended_at is not null$$, 'A dead job says why, and what to do');

-- Replay
select is(admin.replay_job(job), 'Job ' || job || ' is pending again.', 'A dead job can be replayed') from owed where name = 'dead';
select is(test_jobs.state(job), 'pending', 'It is pending, and no longer dead') from owed where name = 'dead';
select is((select array[(message ->> 'job')::bigint, (message -> 'args' ->> 'member')::bigint] from pgmq.q_demo order by msg_id desc limit 1),
  (select array[job, 2] from owed where name = 'dead'), 'with its number and its args');
select results_eq($$select actor_kind::text, actor, action, target_id, before ->> 'reason', correlation_id from private.audit_log join owed on target_id = job::text where name = 'dead'$$,
  $$select 'studio', session_user::text collate "default", 'jobs.replayed', job::text, 'refused', 'evt_2' from owed where name = 'dead'$$, 'and the audit log knows');
select throws_ok(format('select admin.replay_job(%s)', job), 'PT409', format('Job %s is not dead, abandoned or waiting.', job), 'Not twice') from owed where name = 'dead';
select is(admin.replay_job(job) like '%runs now instead of%', true, 'A waiting job can be brought forward') from owed where name = 'retrying';
select is(admin.replay_job(job) like '%runs now instead of%', true, 'and a scheduled one') from owed where name = 'scheduled';
select throws_ok('select admin.replay_job(-1)', 'PT409', 'Job -1 is not dead, abandoned or waiting.', 'An unknown job is refused');

-- It dies again, and again stands among the dead.
select test_jobs.work('refused', '{"error": "still no"}');
select is(test_jobs.state(job), 'dead', 'A replayed job may die again') from owed where name = 'dead';
select is(last_error, 'still no', 'and says how this time') from admin.jobs join owed using (job) where name = 'dead';
select is(admin.replay_dead_jobs('demo', 'import'), 0, 'All dead jobs of one kind can be replayed');
select ok(admin.replay_dead_jobs('demo') >= 1, 'or of a whole queue');
select is((select count(*)::integer from admin.jobs where state = 'dead' and queue = 'demo'), 0, 'Then none is left');

-- Abandon
select test_jobs.work('refused', '{"error": "no"}');
select throws_ok(format('select admin.abandon_job(%s, %L)', job, ' '), 'PT422', 'Say why the job is given up.', 'Giving up needs a reason') from owed where name = 'dead';
select admin.abandon_job(job, 'She wrote that she left.') from owed where name = 'dead';
select results_eq($$select state::text, reason from admin.jobs join owed using (job) where name = 'dead'$$,
  $$values ('abandoned', 'She wrote that she left.')$$, 'A dead job can be given up');
select is(admin.replay_dead_jobs('demo', 'greet') >= 0 and test_jobs.state(job) = 'abandoned', true, 'and is not replayed with the others') from owed where name = 'dead';
insert into owed values ('unwanted', jobs.enqueue('demo', 'greet', correlation_id => 'evt_9')), ('unwanted later', jobs.enqueue('demo', 'greet', run_at => private.clock() + interval '1 day'));
select admin.abandon_job(job, 'Not wanted.') from owed where name like 'unwanted%';
select is((select array_agg(test_jobs.state(job)::text) from owed where name like 'unwanted%'), array['abandoned', 'abandoned'], 'So can one that runs, and one that waits');
select is((select count(*)::integer from pgmq.q_demo join owed on message ->> 'job' = job::text where name = 'unwanted'), 0, 'It is out of the queue');
select is((select array_agg(distinct reason) from private.audit_log join owed on target_id = job::text where name like 'unwanted%'), array['Not wanted.'], 'and the audit log has the reason');
select isnt_empty($$select from private.audit_log where correlation_id = 'evt_9' and action = 'jobs.abandoned'$$, 'and what it belonged to');
select ok(admin.replay_job(job) is not null and test_jobs.state(job) = 'pending', 'Giving up can be undone') from owed where name = 'unwanted';

-- Pause
select throws_ok($$select admin.pause_queue('demo', '')$$, 'PT422', 'Say why the queue is paused.', 'A pause needs a reason');
select throws_ok($$select admin.pause_queue('nowhere', 'x')$$, 'PT404', 'There is no queue "nowhere".', 'and a queue');
select admin.pause_queue('demo', 'Mailchimp is down.');
select is(test_jobs.claim(), '[]', 'Nothing of a paused queue starts');
select admin.resume_queue('demo');
select results_eq($$select action, reason, after ->> 'is_enabled', after ->> 'paused_reason' from private.audit_log where target_type = 'queue' and target_id = 'demo' order by id$$,
  $$values ('jobs.queue_edited', 'Mailchimp is down.', 'false', 'Mailchimp is down.'), ('jobs.queue_edited', null, 'true', null)$$, 'Both are in the audit log');

select * from finish();
rollback;
