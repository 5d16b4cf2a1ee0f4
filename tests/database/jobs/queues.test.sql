begin;
-- include: demo_queue.sql
select plan(17);

-- Everything may run twice.
select jobs.enqueue('demo', 'greet');
update jobs.queues set max_in_flight = 4 where name = 'demo';
update jobs.kinds set max_attempts = 9 where queue = 'demo' and kind = 'greet';
set local client_min_messages = warning;
select lives_ok($$select jobs.create_queue('demo', max_in_flight => 1)$$, 'A queue can be made again');
set local client_min_messages = notice;
select lives_ok($$select jobs.define_kind('demo', 'greet', 'Other words.', max_attempts => 2)$$, 'and a kind');
select is((select max_in_flight from jobs.queues where name = 'demo'), 4, 'What an admin has set stays');
select results_eq($$select max_attempts::integer, comment from jobs.kinds where queue = 'demo' and kind = 'greet'$$, $$values (9, 'Other words.')$$, 'only the words are new');
select is((select count(*)::integer from pgmq.q_demo), 1, 'and no job is lost');
select throws_ok($$select jobs.create_queue('demo_bulk')$$, '23514', null, 'A queue cannot take another''s bulk lane');
select throws_ok($$select jobs.define_kind('nowhere', 'x', 'x')$$, '23503', null, 'A kind belongs to a queue');

-- Nothing is open.
select is((select array_agg(relname::text order by relname) from pg_class where oid in ('pgmq.q_demo'::regclass, 'pgmq.q_demo_bulk'::regclass, 'pgmq.a_demo'::regclass, 'pgmq.a_demo_bulk'::regclass) and relrowsecurity),
  array['a_demo', 'a_demo_bulk', 'q_demo', 'q_demo_bulk'], 'Row level security is on for every table of a queue');
select is_empty($$select r, c.oid::regclass from unnest(array['anon', 'authenticated', 'agent', 'service_role']) r, pg_class c
  where c.relnamespace in ('jobs'::regnamespace, 'admin'::regnamespace, 'pgmq'::regnamespace) and c.relkind in ('r', 'v') and c.relname ~ '^(q_demo|a_demo|queues|kinds|delayed|attempts|dead|idempotency_keys|effects|heartbeats|bells|jobs)'
    and has_table_privilege(r, c.oid, 'select, insert, update, delete')$$, 'Nobody from outside has a privilege on a table of jobs');
select is_empty($$select r, p.oid::regprocedure from unnest(array['anon', 'authenticated', 'agent', 'service_role']) r, pg_proc p
  where p.pronamespace in ('jobs'::regnamespace, 'admin'::regnamespace) and has_function_privilege(r, p.oid, 'execute')$$, 'nor on a function, the ones made with a queue included');
select is_empty($$select r from unnest(array['anon', 'authenticated', 'agent', 'service_role']) r where has_schema_privilege(r, 'jobs', 'usage')$$, 'nor on the schema');
set local role authenticated;
select throws_ok($$select * from jobs.attempts$$, '42501', 'permission denied for schema jobs', 'A member is refused');
select throws_ok($$select jobs.enqueue('demo', 'greet')$$, '42501', 'permission denied for schema jobs', 'and cannot owe a job');
reset role;

-- Pruning
insert into jobs.attempts (job, msg_id, read_ct, queue, priority, kind, attempt, outcome, args, enqueued_at, started_at, duration_ms)
select -n, n, 1, 'demo', 'interactive', 'greet', 1, 'completed', '{}', private.clock(), private.clock() - n * interval '20 days', 1 from generate_series(1, 3) n;
insert into jobs.idempotency_keys (key, job, created_at) values ('old', -1, private.clock() - interval '91 days'), ('young', -2, private.clock()), ('waiting', -3, private.clock() - interval '91 days');
select jobs.bury('demo', 'interactive', '{"job": -3, "kind": "greet", "args": {}}', 1, 'refused', 'no', private.clock(), private.clock() - interval '1 year');
select ok(jobs.prune(private.clock()) >= 3, 'Pruning removes what is old');
select is((select array_agg(job) from jobs.attempts where job < 0), array[-1::bigint], 'attempts after 30 days');
select is((select array_agg(key order by key) from jobs.idempotency_keys where job < 0), array['waiting', 'young'], 'keys after 90 days, but not that of a job somebody must still look at');
select isnt_empty($$select from jobs.dead where job = -3$$, 'and never a dead job that nobody has looked at');

select * from finish();
rollback;
