begin;
-- include: demo_queue.sql
select plan(20);

update jobs.queues set batch_size = 1000 where name = 'demo';
delete from vault.secrets where name in ('functions_url', 'worker_secret');
create function test_jobs.rings() returns integer language sql
as $$ select count(*)::integer from net.http_request_queue where url = 'http://functions.test/demo/drain' $$;
create function test_jobs.pg_net_sends() returns void language sql
as $$ delete from net.http_request_queue where url = 'http://functions.test/demo/drain' $$;

select lives_ok($$select jobs.enqueue('demo', 'greet')$$, 'Without the secrets nothing rings, and nothing fails');
select vault.create_secret('http://functions.test', 'functions_url');
select is(jobs.ring('demo'), false, 'nor with one of them');
select vault.create_secret('letter by letter', 'worker_secret');

select jobs.enqueue('demo', 'greet');
select is(test_jobs.rings(), 1, 'A new job rings');
select results_eq($$select headers ->> 'Authorization', headers ->> 'Content-Type', convert_from(body, 'utf8') collate "default" from net.http_request_queue where url = 'http://functions.test/demo/drain'$$,
  $$values ('Bearer letter by letter', 'application/json', '{}')$$, 'as the worker''s door wants it');
select jobs.enqueue_many('demo', 'import', array_fill('{}'::jsonb, array[100]));
select jobs.enqueue('demo', 'greet');
select is(test_jobs.rings(), 1, 'A hundred more do not ring while a request is on its way');

select test_jobs.pg_net_sends();
create function pg_temp.promised() returns boolean language plpgsql as $$
declare
  before constant timestamptz := clock_timestamp();
begin
  perform test_jobs.claim(1000);
  return busy_until between before + interval '1 second' and clock_timestamp() + interval '15 seconds' from jobs.bells where queue = 'demo';
end
$$;
select ok(pg_temp.promised(), 'A worker that is at it has promised to look again, for seconds and not for ever');
-- Here for longer: what follows may take its time.
update jobs.bells set busy_until = busy_until + interval '1 hour' where queue = 'demo';
select jobs.enqueue('demo', 'greet');
select is(test_jobs.rings(), 0, 'Nobody rings for it');
select test_jobs.claim(1000);
select jobs.exchange('demo', '[]', 10);
select jobs.enqueue('demo', 'greet');
select is(test_jobs.rings(), 0, 'An empty claim alone does not end the promise: the worker looks again');
select test_jobs.claim(1000);
select jobs.exchange('demo', '[]', 10, quiet => true);
select jobs.enqueue('demo', 'greet');
select is(test_jobs.rings(), 1, 'A worker that goes quiet is rung for');

-- Goodbye
select test_jobs.pg_net_sends();
select test_jobs.claim(1000);
select jobs.exchange('demo', '[]', 0, quiet => true);
select is(test_jobs.rings(), 0, 'A worker that leaves nothing behind leaves quietly');
select test_jobs.kill_workers();
select jobs.exchange('demo', '[]', 0, quiet => true);
select is(test_jobs.rings(), 1, 'One that leaves work behind rings for the next');

-- The backstop
select test_jobs.pg_net_sends();
select jobs.promise('demo', true);
select jobs.tick();
select is(test_jobs.rings(), 1, 'Every minute whatever is ready rings, though a dead worker promised to come');
select test_jobs.pg_net_sends();
select test_jobs.claim(1000);
select jobs.tick();
select is(test_jobs.rings(), 1, 'and whatever a worker holds: if it was killed, somebody waits for its lease to end');
select ok((select at > now() from jobs.heartbeats where name = 'jobs.tick'), 'It leaves a heartbeat');
select test_jobs.pg_net_sends();
truncate pgmq.q_demo, pgmq.q_demo_bulk;
select jobs.tick();
select is(test_jobs.rings(), 0, 'An empty queue is left alone');
select jobs.enqueue('demo', 'greet', run_at => private.clock() + interval '2 hours');
select jobs.tick();
select is(test_jobs.rings(), 0, 'and one whose jobs are due in hours');
select test_jobs.make_due();
select jobs.tick();
select is(test_jobs.rings(), 1, 'but not one with a job that has come due');

select test_jobs.pg_net_sends();
select admin.pause_queue('demo', 'Quiet, please.');
select jobs.enqueue('demo', 'greet');
select is(test_jobs.rings() + jobs.tick() * 0, 0, 'Nobody rings for a paused queue');
select admin.resume_queue('demo');
select is(test_jobs.rings(), 1, 'Its resumption does');

select test_jobs.pg_net_sends();
create function test_jobs.break_bell() returns trigger language plpgsql as $$ begin raise 'pg_net is broken'; end $$;
create trigger break_bell before insert on net.http_request_queue execute function test_jobs.break_bell();
select lives_ok($$select jobs.enqueue('demo', 'greet')$$, 'A bell that is broken does not keep a job from being owed');

select * from finish();
rollback;
