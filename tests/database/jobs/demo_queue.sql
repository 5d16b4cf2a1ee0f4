-- A queue to test with, and words to speak as its worker. No begin and no plan: see the files that include it.
create schema test_jobs;
set local client_min_messages = warning;
select jobs.create_queue('demo');
select jobs.define_kind('demo', 'greet', 'Greets somebody.', max_attempts => 3, base_delay => '10 seconds', max_delay => '1 minute', jitter => 0);
select jobs.define_kind('demo', 'import', 'One row of an import.', priority => 'bulk');
set local client_min_messages = notice;

-- Claims what there is; the jobs come back as a worker gets them.
create function test_jobs.claim(wanted integer default 10) returns jsonb language sql
as $$ select claimed from jobs.exchange('demo', '[]', wanted) $$;

-- Reports on claimed jobs, all with the same outcome.
create function test_jobs.reports(claimed jsonb, outcome text, more jsonb default '{}') returns jsonb language sql
as $$
  select coalesce(jsonb_agg(jsonb_build_object('job', c -> 'job', 'msg_id', c -> 'msg_id', 'read_ct', c -> 'read_ct',
    'priority', c -> 'priority', 'duration_ms', 5, 'outcome', outcome) || more), '[]')
  from jsonb_array_elements(claimed) c
$$;

-- Claims everything and reports it; returns the late reports.
create function test_jobs.work(outcome text, more jsonb default '{}') returns bigint[] language sql
as $$ select stale from jobs.exchange('demo', test_jobs.reports(test_jobs.claim(), outcome, more)) $$;

-- What happens when a worker is killed: nothing, until its leases have run out.
create function test_jobs.kill_workers() returns void language sql
as $$
  update pgmq.q_demo set vt = clock_timestamp() - interval '1 millisecond' where vt > clock_timestamp();
  update pgmq.q_demo_bulk set vt = clock_timestamp() - interval '1 millisecond' where vt > clock_timestamp();
$$;

create function test_jobs.make_due() returns void language sql
as $$ update jobs.delayed set run_at = private.clock() - interval '1 second' where queue = 'demo' $$;

create function test_jobs.state(wanted bigint) returns admin.job_state language sql
as $$ select state from admin.jobs j where j.job = wanted $$;

create temporary table owed (name text primary key, job bigint) on commit drop;
