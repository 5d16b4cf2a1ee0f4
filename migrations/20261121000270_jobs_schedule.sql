-- What happens by the clock: the backstop that rings, and the broom.

create function jobs.beat(name text)
returns void
language sql
volatile
set search_path = ''
as $$
  insert into jobs.heartbeats as h (name, at) values (beat.name, pg_catalog.clock_timestamp())
  on conflict on constraint heartbeats_pkey do update set at = excluded.at
$$;

comment on function jobs.beat is 'A schedule says that it ran.';

create function jobs.tick()
returns integer
language plpgsql
volatile
set search_path = ''
as $$
declare
  at timestamptz := private.clock();
  own record;
  rung integer := 0;
begin
  perform jobs.beat('jobs.tick');
  for own in select q.name from jobs.queues q where q.is_enabled order by q.name loop
    -- Whatever is due before the next tick: its worker waits for it. That holds for leases too, so that a killed
    -- worker's job is taken up when its lease ends and not a minute later. The bell's promise may be the dead one's.
    if jobs.next_due_ms(own.name, at) < 60000 and jobs.ring(own.name, true) then
      rung := rung + 1;
    end if;
  end loop;
  return rung;
end
$$;

comment on function jobs.tick is 'Every minute: rings for each queue that has work now or within the minute, whatever rings were lost. Returns how many.';

create function jobs.prune(at timestamptz, keep_attempts interval default '30 days', keep_keys interval default '90 days', batch integer default 50000)
returns integer
language plpgsql
volatile
set search_path = ''
as $$
declare
  pruned integer;
  total integer := 0;
begin
  -- The oldest jobs first, in the order of the key: no index on time is needed, and a run is bounded.
  delete from jobs.attempts a using (
    select o.job, o.msg_id, o.read_ct, o.started_at from jobs.attempts o order by o.job, o.msg_id, o.read_ct limit batch
  ) o
  where a.job = o.job and a.msg_id = o.msg_id and a.read_ct = o.read_ct and o.started_at < at - keep_attempts;
  get diagnostics pruned = row_count;
  total := total + pruned;

  -- A key outlives its job, and a job may wait long: while it waits or is dead its key stays.
  delete from jobs.idempotency_keys i
  where i.created_at < at - keep_keys
    and not exists (select from jobs.delayed d where d.job = i.job)
    and not exists (select from jobs.dead d where d.job = i.job and d.replayed_at is null);
  get diagnostics pruned = row_count;
  total := total + pruned;

  delete from jobs.dead d where (d.replayed_at is not null or d.reason = 'abandoned') and coalesce(d.replayed_at, d.died_at) < at - interval '180 days';
  get diagnostics pruned = row_count;
  total := total + pruned;

  delete from cron.job_run_details r where r.end_time < pg_catalog.now() - interval '7 days';
  perform jobs.beat('jobs.prune');
  return total;
end
$$;

comment on function jobs.prune is 'Every hour: removes old attempts, keys, settled dead jobs and pg_cron''s own log. Dead jobs that nobody looked at stay.';

select cron.schedule('jobs.tick', '* * * * *', 'select jobs.tick()');
select cron.schedule('jobs.prune', '17 * * * *', 'select jobs.prune(private.clock())');
