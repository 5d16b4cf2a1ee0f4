-- What becomes of an attempt that did not complete. Decided here, never by a worker.

create function jobs.backoff(kind jobs.kinds, attempt integer, chance double precision)
returns interval
language sql
immutable
set search_path = ''
as $$
  select least(
    extract(epoch from kind.max_delay)::double precision,
    -- The exponent is bounded because the power itself would overflow long before the pause matters.
    extract(epoch from kind.base_delay)::double precision * kind.backoff_factor::double precision ^ least(attempt - 1, 60)
  ) * (1 + kind.jitter::double precision * (2 * chance - 1)) * interval '1 second'
$$;

comment on function jobs.backoff is
  'Pause before the next attempt: base_delay, longer by backoff_factor after each failure, up to max_delay, give or take jitter. chance is a random number from 0 to 1.';

create function jobs.hint(reason jobs.dead_reason)
returns text
language sql
immutable
set search_path = ''
as $$
  select case reason
    when 'attempts_exhausted' then 'Read the last error. When its cause is gone, call admin.replay_job.'
    when 'refused' then 'The provider will not accept this. Mend the data it is about, then call admin.replay_job, or give it up with admin.abandon_job.'
    when 'misconfigured' then 'Mend the setting or secret that the error names, then call admin.replay_dead_jobs for the whole queue.'
    when 'worker_lost' then 'Its worker was stopped every time: look for this job''s number in the function''s logs before calling admin.replay_job.'
    when 'abandoned' then 'Given up by an admin. admin.replay_job takes it up again.'
  end
$$;

comment on function jobs.hint is 'What an admin can do about a dead job.';

create function jobs.bury(
  queue text,
  priority jobs.priority,
  message jsonb,
  attempts integer,
  reason jobs.dead_reason,
  last_error text,
  enqueued_at timestamptz,
  at timestamptz,
  abandoned_reason text default null
)
returns void
language sql
volatile
set search_path = ''
as $$
  insert into jobs.dead as d
    (job, queue, priority, kind, args, correlation_id, attempts, reason, hint, last_error, enqueued_at, died_at, abandoned_reason)
  values ((message ->> 'job')::bigint, queue, priority, message ->> 'kind', message -> 'args', message ->> 'correlation_id',
    attempts, reason, jobs.hint(reason), last_error, enqueued_at, at, abandoned_reason)
  on conflict on constraint dead_pkey do update set
    attempts = excluded.attempts, reason = excluded.reason, hint = excluded.hint, last_error = excluded.last_error,
    died_at = excluded.died_at, abandoned_reason = excluded.abandoned_reason, replayed_at = null
$$;

comment on function jobs.bury is 'Makes a job dead. It stands in jobs.dead until an admin replays or abandons it.';

create function jobs.release(queue text, report jsonb)
returns boolean
language plpgsql
volatile
set search_path = ''
as $$
declare
  released boolean;
begin
  execute pg_catalog.format(
    $q$update pgmq.%I
       set vt = pg_catalog.clock_timestamp(), headers = pg_catalog.jsonb_build_object('released', read_ct),
         message = message || pg_catalog.jsonb_build_object('attempt', coalesce((message ->> 'attempt')::integer, 0) - 1)
       where msg_id = $1 and read_ct = $2
       returning true$q$,
    'q_' || jobs.lane(queue, (report ->> 'priority')::jobs.priority)
  ) into released using (report ->> 'msg_id')::bigint, (report ->> 'read_ct')::integer;
  return coalesce(released, false);
end
$$;

comment on function jobs.release is
  'Gives a job back that its worker could not finish before it had to end: ready at once, and this claim does not count as an attempt. False when the lease was no longer the reporter''s.';

create function jobs.settle_failure(queue text, report jsonb, at timestamptz)
returns boolean
language plpgsql
volatile
set search_path = ''
as $$
declare
  lane_table text := 'q_' || jobs.lane(queue, (report ->> 'priority')::jobs.priority);
  read_ct integer := (report ->> 'read_ct')::integer;
  error text := pg_catalog.left(report ->> 'error', 2000);
  message jsonb;
  enqueued_at timestamptz;
  settings jobs.kinds;
  attempt integer;
  deferrals integer;
  result jobs.outcome;
  reason jobs.dead_reason;
  pause interval;
begin
  execute pg_catalog.format('delete from pgmq.%I where msg_id = $1 and read_ct = $2 returning message, enqueued_at', lane_table)
  into message, enqueued_at using (report ->> 'msg_id')::bigint, read_ct;
  if message is null then
    return false;
  end if;

  select k.* into settings from jobs.kinds k where k.queue = settle_failure.queue and k.kind = message ->> 'kind';
  attempt := coalesce((message ->> 'attempt')::integer, 0) + read_ct;
  deferrals := coalesce((message ->> 'deferrals')::integer, 0);
  enqueued_at := coalesce((message ->> 'enqueued_at')::timestamptz, enqueued_at);

  if settings.kind is null then
    reason := 'misconfigured';
    error := pg_catalog.concat_ws(' ', 'This kind is no longer in jobs.kinds.', error);
  elsif report ->> 'outcome' in ('refused', 'misconfigured') then
    reason := (report ->> 'outcome')::jobs.dead_reason;
  elsif report ->> 'retry_after' is not null and deferrals < settings.max_deferrals then
    result := 'deferred';
    -- As long as the provider asked for, a little more by chance, never longer than an ordinary pause may get.
    pause := least(greatest((report ->> 'retry_after')::double precision, 0.1) * (1 + 0.1 * pg_catalog.random()),
      extract(epoch from settings.max_delay)) * interval '1 second';
    deferrals := deferrals + 1;
  elsif attempt >= settings.max_attempts then
    reason := 'attempts_exhausted';
  else
    result := 'retry';
    pause := jobs.backoff(settings, attempt, pg_catalog.random());
  end if;

  insert into jobs.attempts
    (job, msg_id, read_ct, queue, priority, kind, attempt, outcome, args, note, enqueued_at, started_at, duration_ms, correlation_id)
  values ((message ->> 'job')::bigint, (report ->> 'msg_id')::bigint, read_ct, settle_failure.queue,
    (report ->> 'priority')::jobs.priority, message ->> 'kind', attempt, coalesce(result, 'dead'), message -> 'args', error,
    enqueued_at, at - coalesce((report ->> 'duration_ms')::double precision, 0) * interval '1 millisecond',
    coalesce((report ->> 'duration_ms')::integer, 0), message ->> 'correlation_id')
  on conflict do nothing;

  if reason is not null then
    perform jobs.bury(settle_failure.queue, (report ->> 'priority')::jobs.priority, message, attempt, reason, error, enqueued_at, at);
  else
    insert into jobs.delayed (job, queue, priority, run_at, kind, waiting_for, last_error, message)
    values ((message ->> 'job')::bigint, settle_failure.queue, (report ->> 'priority')::jobs.priority, at + pause,
      message ->> 'kind', case result when 'deferred' then 'provider' else 'retry' end::jobs.waiting_for, error,
      message || pg_catalog.jsonb_build_object(
        'attempt', case result when 'deferred' then attempt - 1 else attempt end,
        'deferrals', deferrals, 'enqueued_at', enqueued_at));
  end if;
  return true;
end
$$;

comment on function jobs.settle_failure is
  'Decides about one attempt that did not complete: retry, deferred or dead. False when the lease was no longer the reporter''s.';

create function jobs.settle(queue text, reports jsonb, at timestamptz)
returns bigint[]
language plpgsql
volatile
set search_path = ''
as $$
declare
  settled integer := 0;
  more integer;
  report jsonb;
  stale bigint[] := '{}'::bigint[];
begin
  execute pg_catalog.format('select jobs.%I($1, $2)', 'complete_' || jobs.lane(settle.queue, 'interactive')) into settled using reports, at;
  if settled < pg_catalog.jsonb_array_length(reports) then
    execute pg_catalog.format('select jobs.%I($1, $2)', 'complete_' || jobs.lane(settle.queue, 'bulk')) into more using reports, at;
    settled := settled + more;
  end if;
  if settled = pg_catalog.jsonb_array_length(reports) then
    return stale;
  end if;

  for report in select r from pg_catalog.jsonb_array_elements(reports) r loop
    if report ->> 'outcome' <> 'completed' then
      if not (case report ->> 'outcome'
        when 'released' then jobs.release(settle.queue, report)
        else jobs.settle_failure(settle.queue, report, at)
      end) then
        stale := stale || (report ->> 'job')::bigint;
      end if;
    elsif not exists (
      select from jobs.attempts a
      where a.job = (report ->> 'job')::bigint and a.msg_id = (report ->> 'msg_id')::bigint and a.read_ct = (report ->> 'read_ct')::integer
        and a.outcome = 'completed'
    ) then
      stale := stale || (report ->> 'job')::bigint;
    end if;
  end loop;
  return stale;
end
$$;

comment on function jobs.settle is
  'Books the reports of a worker. Returns the jobs whose report came too late, because another worker had taken them over: it changed nothing.';
