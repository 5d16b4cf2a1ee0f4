begin;
-- include: demo_queue.sql
select plan(19);

insert into owed values ('plain', jobs.enqueue('demo', 'greet', '{"member": 1}', correlation_id => 'evt_1'));
select is(
  (select message from pgmq.q_demo),
  (select jsonb_build_object('job', job, 'kind', 'greet', 'args', '{"member": 1}'::jsonb, 'correlation_id', 'evt_1') from owed),
  'A job is one lean message in the queue of its room');
select ok((select vt <= clock_timestamp() from pgmq.q_demo), 'It is ready at once');

insert into owed values ('keyed', jobs.enqueue('demo', 'greet', '{"member": 2}', key => 'greet:2'));
select is(jobs.enqueue('demo', 'greet', '{"member": 2}', key => 'greet:2'), (select job from owed where name = 'keyed'),
  'The same key names the same job');
select is((select count(*)::integer from pgmq.q_demo), 2, 'and nothing is sent a second time');
create temporary table many on commit drop as
select jobs.enqueue_many('demo', 'greet', array['{"member": 2}', '{"member": 3}', '{"member": 3}']::jsonb[], keys => array['greet:2', 'greet:3', 'greet:3']) as ids;
select is((select ids from many), (select array[k.job, j.job, j.job] from owed k, jobs.idempotency_keys j where k.name = 'keyed' and j.key = 'greet:3'),
  'Many jobs with keys: known and repeated keys get one job each, in the order of the arguments');
select is((select count(*)::integer from pgmq.q_demo), 3, 'and only the new one is sent');

select is((select count(*)::integer from pgmq.q_demo_bulk), 0, 'Nothing is in the bulk lane yet');
select is(cardinality(jobs.enqueue_many('demo', 'import', array(select jsonb_build_object('row', n) from generate_series(1, 20) n))), 20,
  'Many jobs go out with one call');
select is((select array_agg((message -> 'args' ->> 'row')::integer order by msg_id) from pgmq.q_demo_bulk),
  array(select generate_series(1, 20)), 'in their order, into the lane of their kind');
select is(jobs.enqueue_many('demo', 'import', '{}'), '{}'::bigint[], 'No jobs are no jobs');
select lives_ok($$select jobs.enqueue('demo', 'import', priority => 'interactive')$$, 'A caller may say that somebody waits');
select is((select count(*)::integer from pgmq.q_demo where message ->> 'kind' = 'import'), 1, 'and the job takes that lane');

insert into owed values ('later', jobs.enqueue('demo', 'greet', run_at => private.clock() + interval '1 hour'));
select is((select waiting_for from jobs.delayed d join owed o using (job) where o.name = 'later'), 'schedule',
  'A job for later waits outside the live queue');
insert into owed values ('past', jobs.enqueue('demo', 'greet', run_at => private.clock() - interval '1 hour'));
select isnt_empty($$select from pgmq.q_demo join owed on message ->> 'job' = job::text where name = 'past'$$, 'A time that has passed means now');
select is((select count(*)::integer from jobs.delayed where queue = 'demo'), 1, 'and puts nothing aside');

select throws_ok($$select jobs.enqueue('nowhere', 'greet')$$, '22023', 'There is no queue "nowhere".', 'An unknown queue is refused');
select throws_ok($$select jobs.enqueue('demo', 'sing')$$, '22023', 'The queue "demo" has no jobs of kind "sing".', 'An unknown kind is refused');
select throws_ok($$select jobs.enqueue('demo', 'greet', '[1]')$$, '22023', 'A job''s args are one small JSON object.', 'Args are one object');

create temporary table by_pgmq on commit drop as
select pgmq.send_batch('demo', array['{"a": 1}', '{"a": 2}']::jsonb[]) as msg_id;
select jobs.put('demo', 'interactive', array['{"a": 1}', '{"a": 2}']::jsonb[], now());
select is(
  (select array_agg((to_jsonb(q) - '{msg_id,vt}'::text[]) order by q.msg_id) from pgmq.q_demo q where q.msg_id not in (select msg_id from by_pgmq) and q.message ? 'a'),
  (select array_agg((to_jsonb(q) - '{msg_id,vt}'::text[]) order by q.msg_id) from pgmq.q_demo q where q.msg_id in (select msg_id from by_pgmq)),
  'What we insert is what pgmq.send_batch would have sent');

select * from finish();
rollback;
