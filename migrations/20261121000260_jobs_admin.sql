-- What an admin reads and does about jobs, in Studio.

create type admin.job_state as enum ('pending', 'processing', 'retrying', 'completed', 'dead', 'abandoned');
comment on type admin.job_state is
  'pending: waits for a worker or its time. processing: a worker has it. retrying: failed or was put off, and will run again. dead: a person must look.';

create type jobs.live_job as (
  job bigint, queue text, priority jobs.priority, kind text, args jsonb, state admin.job_state, attempts integer,
  run_at timestamptz, enqueued_at timestamptz, correlation_id text, msg_id bigint, message jsonb
);
comment on type jobs.live_job is 'A job in a live queue, as jobs.live() shows it.';

create function jobs.live(moment timestamptz default pg_catalog.clock_timestamp())
returns setof jobs.live_job
language plpgsql
stable
set search_path = ''
as $$
declare
  lane record;
begin
  for lane in select q.name, p as priority from jobs.queues q, pg_catalog.unnest(pg_catalog.enum_range(null::jobs.priority)) p loop
    return query execute pg_catalog.format($q$
      select (m.message ->> 'job')::bigint, %1$L::text, %2$L::jobs.priority, m.message ->> 'kind', m.message -> 'args',
        case
          when m.vt > $1 then 'processing'
          when coalesce((m.message ->> 'attempt')::integer, 0) + m.read_ct > 0 or m.message ? 'deferrals' then 'retrying'
          else 'pending'
        end::admin.job_state,
        coalesce((m.message ->> 'attempt')::integer, 0) + m.read_ct, m.vt,
        coalesce((m.message ->> 'enqueued_at')::timestamptz, m.enqueued_at), m.message ->> 'correlation_id', m.msg_id, m.message
      from pgmq.%3$I m
    $q$, lane.name, lane.priority, 'q_' || jobs.lane(lane.name, lane.priority)) using moment;
  end loop;
end
$$;

comment on function jobs.live is 'Every job that is in a live queue now, with its state.';

create view admin.jobs with (security_invoker = true) as
select l.job, l.queue, l.kind, l.state, l.priority, l.args, l.attempts, l.run_at as due_at, null::text as reason, null::text as hint,
  null::text as last_error, l.enqueued_at, null::timestamptz as ended_at, null::integer as duration_ms, l.correlation_id
from jobs.live() l
union all
select d.job, d.queue, d.kind, case d.waiting_for when 'schedule' then 'pending' else 'retrying' end::admin.job_state, d.priority,
  d.message -> 'args', coalesce((d.message ->> 'attempt')::integer, 0), d.run_at,
  case d.waiting_for when 'provider' then 'the provider asked us to wait' end, null, d.last_error,
  (d.message ->> 'enqueued_at')::timestamptz, null, null, d.message ->> 'correlation_id'
from jobs.delayed d
union all
select d.job, d.queue, d.kind, case d.reason when 'abandoned' then 'abandoned' else 'dead' end::admin.job_state, d.priority,
  d.args, d.attempts, null, coalesce(d.abandoned_reason, d.reason::text), d.hint, d.last_error, d.enqueued_at, d.died_at, null, d.correlation_id
from jobs.dead d
where d.replayed_at is null
union all
select a.job, a.queue, a.kind, 'completed', a.priority, a.args, a.attempt, null, a.note, null, null, a.enqueued_at,
  a.started_at + a.duration_ms * interval '1 millisecond', a.duration_ms, a.correlation_id
from jobs.attempts a
where a.outcome = 'completed';

comment on view admin.jobs is 'Every job and where it stands: pending, processing, retrying, completed, dead or abandoned.';
comment on column admin.jobs.attempts is 'Attempts begun so far.';
comment on column admin.jobs.due_at is 'When it may run; while processing, when its worker is taken for dead.';
comment on column admin.jobs.reason is 'Why it is dead, abandoned or put off; for a completed job its handler''s remark.';
comment on column admin.jobs.hint is 'What to do about a dead job.';
comment on column admin.jobs.correlation_id is 'Ties the job to the webhook or request that caused it, here and in admin''s audit log.';

create function admin.replay_job(job bigint)
returns text
language plpgsql
volatile
set search_path = ''
as $$
declare
  at timestamptz := private.clock();
  buried jobs.dead;
  waiting jobs.delayed;
begin
  update jobs.dead d set replayed_at = at where d.job = replay_job.job and d.replayed_at is null returning d.* into buried;
  if buried.job is not null then
    perform jobs.put(buried.queue, buried.priority,
      array[jobs.message(buried.job, buried.kind, buried.args, buried.correlation_id)
        || pg_catalog.jsonb_build_object('enqueued_at', buried.enqueued_at)], at);
    perform private.audit('studio', session_user::text, 'jobs.replayed', 'job', replay_job.job::text,
      pg_catalog.jsonb_build_object('state', case buried.reason when 'abandoned' then 'abandoned' else 'dead' end, 'reason', buried.reason),
      pg_catalog.jsonb_build_object('state', 'pending'), null, buried.correlation_id);
    return pg_catalog.format('Job %s is pending again.', replay_job.job);
  end if;

  delete from jobs.delayed d where d.job = replay_job.job returning d.* into waiting;
  if waiting.job is not null then
    perform jobs.put(waiting.queue, waiting.priority, array[waiting.message], at);
    perform private.audit('studio', session_user::text, 'jobs.replayed', 'job', replay_job.job::text,
      pg_catalog.jsonb_build_object('state', 'retrying', 'due_at', waiting.run_at),
      pg_catalog.jsonb_build_object('state', 'pending'), null, waiting.message ->> 'correlation_id');
    return pg_catalog.format('Job %s runs now instead of %s.', replay_job.job, waiting.run_at);
  end if;

  raise exception using
    errcode = 'PT409',
    message = pg_catalog.format('Job %s is not dead, abandoned or waiting.', replay_job.job),
    detail = 'job',
    hint = 'Look it up in admin.jobs.';
end
$$;

comment on function admin.replay_job is
  'Sends a dead or abandoned job back to its queue with all its attempts, or runs a waiting one now. Safe to call: what already happened at a provider is not repeated.';

create function admin.replay_dead_jobs(queue text, kind text default null)
returns integer
language plpgsql
volatile
set search_path = ''
as $$
declare
  replayed integer := 0;
  buried record;
begin
  for buried in
    select d.job from jobs.dead d
    where d.queue = replay_dead_jobs.queue and (replay_dead_jobs.kind is null or d.kind = replay_dead_jobs.kind)
      and d.reason <> 'abandoned' and d.replayed_at is null
    order by d.died_at
  loop
    perform admin.replay_job(buried.job);
    replayed := replayed + 1;
  end loop;
  return replayed;
end
$$;

comment on function admin.replay_dead_jobs is 'Replays every dead job of a queue, or of one kind in it, oldest first. Returns how many. Abandoned ones stay.';

create function admin.abandon_job(job bigint, reason text)
returns text
language plpgsql
volatile
set search_path = ''
as $$
declare
  at timestamptz := private.clock();
  running record;
  waiting jobs.delayed;
  before jsonb;
  correlation text;
begin
  if coalesce(pg_catalog.btrim(reason), '') = '' then
    raise exception using errcode = 'PT422', message = 'Say why the job is given up.', detail = 'reason', hint = 'Pass the reason as second argument.';
  end if;

  update jobs.dead d
  set reason = 'abandoned', hint = jobs.hint('abandoned'), abandoned_reason = abandon_job.reason
  where d.job = abandon_job.job and d.replayed_at is null and d.reason <> 'abandoned'
  returning pg_catalog.jsonb_build_object('state', 'dead', 'last_error', d.last_error), d.correlation_id into before, correlation;

  if before is null then
    delete from jobs.delayed d where d.job = abandon_job.job returning d.* into waiting;
    if waiting.job is not null then
      correlation := waiting.message ->> 'correlation_id';
      before := pg_catalog.jsonb_build_object('state', 'retrying', 'due_at', waiting.run_at, 'last_error', waiting.last_error);
      perform jobs.bury(waiting.queue, waiting.priority, waiting.message, coalesce((waiting.message ->> 'attempt')::integer, 0), 'abandoned',
        waiting.last_error, (waiting.message ->> 'enqueued_at')::timestamptz, at, abandon_job.reason);
    else
      select l.* into running from jobs.live() l where l.job = abandon_job.job;
      if found then
        execute pg_catalog.format('delete from pgmq.%I where msg_id = $1', 'q_' || jobs.lane(running.queue, running.priority))
        using running.msg_id;
        correlation := running.correlation_id;
        before := pg_catalog.jsonb_build_object('state', running.state);
        perform jobs.bury(running.queue, running.priority, running.message, running.attempts, 'abandoned', null,
          running.enqueued_at, at, abandon_job.reason);
      end if;
    end if;
  end if;

  if before is null then
    raise exception using
      errcode = 'PT409',
      message = pg_catalog.format('Job %s is not dead, waiting or running.', abandon_job.job),
      detail = 'job',
      hint = 'Look it up in admin.jobs.';
  end if;
  perform private.audit('studio', session_user::text, 'jobs.abandoned', 'job', abandon_job.job::text, before,
    pg_catalog.jsonb_build_object('state', 'abandoned'), abandon_job.reason, correlation);
  return pg_catalog.format('Job %s is abandoned.', abandon_job.job);
end
$$;

comment on function admin.abandon_job is
  'Gives a job up, for a stated reason. One that a worker has in hand may still finish its call, but its report is ignored.';

create function admin.pause_queue(queue text, reason text)
returns text
language plpgsql
volatile
set search_path = ''
as $$
begin
  if coalesce(pg_catalog.btrim(reason), '') = '' then
    raise exception using errcode = 'PT422', message = 'Say why the queue is paused.', detail = 'reason', hint = 'Pass the reason as second argument.';
  end if;
  perform pg_catalog.set_config('commons.reason', pause_queue.reason, true);
  update jobs.queues q set is_enabled = false, paused_reason = pause_queue.reason where q.name = pause_queue.queue;
  if not found then
    raise exception using errcode = 'PT404', message = pg_catalog.format('There is no queue "%s".', pause_queue.queue), detail = 'queue', hint = 'Look in jobs.queues.';
  end if;
  perform pg_catalog.set_config('commons.reason', '', true);
  return pg_catalog.format('Queue %s is paused. Jobs that run already may finish.', pause_queue.queue);
end
$$;

comment on function admin.pause_queue is 'The kill switch: nothing of the queue is started until admin.resume_queue. Jobs keep coming in and wait.';

create function admin.resume_queue(queue text)
returns text
language plpgsql
volatile
set search_path = ''
as $$
begin
  update jobs.queues q set is_enabled = true, paused_reason = null where q.name = resume_queue.queue;
  if not found then
    raise exception using errcode = 'PT404', message = pg_catalog.format('There is no queue "%s".', resume_queue.queue), detail = 'queue', hint = 'Look in jobs.queues.';
  end if;
  perform jobs.ring(resume_queue.queue, true);
  return pg_catalog.format('Queue %s runs again.', resume_queue.queue);
end
$$;

comment on function admin.resume_queue is 'Ends a pause and wakes the queue''s worker.';
