-- Is everything working? What the health door answers, and what admins see first.

create function private.longest_silence(schedule text)
returns interval
language sql
immutable
set search_path = ''
as $$
  select case
    when schedule = '* * * * *' then interval '3 minutes'
    when schedule ~ '^\*/\d+ \* \* \* \*$' then 3 * pg_catalog.make_interval(mins => pg_catalog."substring"(schedule, '\d+')::integer)
    when schedule ~ '^\d+ \* \* \* \*$' then interval '2 hours'
    when schedule ~ '^\d+ \d+(,\d+)* \* \* \*$' then interval '2 days'
  end
$$;

comment on function private.longest_silence is 'How long a schedule may not be heard of: about twice its period. Null for one that is not by the minute, hour or day.';

create function private.oldest_ready_seconds(queue text, at timestamptz, real_time timestamptz)
returns integer
language plpgsql
volatile
set search_path = ''
as $$
declare
  lane jobs.priority;
  since timestamptz;
  oldest interval := interval '0';
begin
  foreach lane in array pg_catalog.enum_range(null::jobs.priority) loop
    -- What is live goes by the real clock, as its leases do; what is delayed by ours.
    execute pg_catalog.format('select min(vt) from pgmq.%I', 'q_' || jobs.lane(oldest_ready_seconds.queue, lane)) into since;
    oldest := greatest(oldest, real_time - since, at - (
      select min(d.run_at) from jobs.delayed d where d.queue = oldest_ready_seconds.queue and d.priority = lane));
  end loop;
  return extract(epoch from oldest)::integer;
end
$$;

comment on function private.oldest_ready_seconds is
  'How many seconds the oldest job that could run waits for a worker. 0 when none waits. What is leased, put off or scheduled for later does not count.';

create function private.health(at timestamptz default private.clock())
returns jsonb
language sql
volatile
set search_path = ''
as $$
  select pg_catalog.jsonb_build_object(
    'database', 'ok',
    'schedules', (
      -- A schedule without a heartbeat never ran; a heartbeat without a schedule is one that somebody took away.
      select coalesce(pg_catalog.jsonb_object_agg(coalesce(s.name, h.name), pg_catalog.jsonb_build_object('last', h.at,
               'ok', coalesce(h.at > pg_catalog.clock_timestamp() - private.longest_silence(s.schedule), false))), '{}')
        from jobs.heartbeats h
        full join (select j.jobname::text as name, j.schedule from cron.job j where j.command ~ '^select (private|jobs)\.') s
          on s.name = h.name),
    'queues', (
      select coalesce(pg_catalog.jsonb_object_agg(q.name, pg_catalog.jsonb_build_object('enabled', q.is_enabled,
               'dead', (select count(*) from jobs.dead d where d.queue = q.name and d.replayed_at is null and d.reason <> 'abandoned'),
               'oldest_ready_seconds', private.oldest_ready_seconds(q.name, at, pg_catalog.clock_timestamp()))), '{}')
        from jobs.queues q),
    'stripe_events_waiting', (
      select count(*) from private.stripe_events e
       where e.state in ('dead', 'quarantined') or e.state = 'failed' and e.received_at <= at - interval '1 hour'),
    'oldest_failed_event', (select min(e.received_at) from private.stripe_events e where e.state = 'failed'))
$$;

comment on function private.health is
  'State of the database, schedules, queues and events, without any personal data. An event waits when it is dead or quarantined, or has failed for an hour. Raises nothing.';

-- A schedule that has not run yet counts from its birth.
select jobs.beat(j.jobname::text) from cron.job j;
