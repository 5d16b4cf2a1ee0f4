-- Enqueueing: in the transaction of the change that owes the job.

create function jobs.message(job bigint, kind text, args jsonb, correlation_id text)
returns jsonb
language plpgsql
immutable
set search_path = ''
as $$
begin
  return case
    when correlation_id is null then pg_catalog.jsonb_build_object('job', job, 'kind', kind, 'args', args)
    else pg_catalog.jsonb_build_object('job', job, 'kind', kind, 'args', args, 'correlation_id', correlation_id)
  end;
end
$$;

comment on function jobs.message is
  'A job as its pgmq message. Lean on purpose: attempt, deferrals and enqueued_at join it once it has failed, priority is the lane it is in.';

create function jobs.put(queue text, priority jobs.priority, messages jsonb[], enqueued_at timestamptz)
returns void
language plpgsql
volatile
set search_path = ''
as $$
begin
  execute pg_catalog.format('select jobs.%I($1, $2)', 'put_' || jobs.lane(put.queue, put.priority)) using messages, put.enqueued_at;
end
$$;

comment on function jobs.put is 'Sends messages into a queue''s lane, ready at once. The same rows as pgmq.send_batch makes.';

create function jobs.default_priority(queue text, kind text)
returns jobs.priority
language plpgsql
stable
set search_path = ''
as $$
declare
  found_priority jobs.priority;
begin
  select k.priority into found_priority
  from jobs.kinds k
  where k.queue = default_priority.queue and k.kind = default_priority.kind;
  if found_priority is not null then
    return found_priority;
  end if;
  if not exists (select from jobs.queues q where q.name = default_priority.queue) then
    raise exception using
      errcode = '22023',
      message = pg_catalog.format('There is no queue "%s".', default_priority.queue),
      hint = 'A room makes its queue with jobs.create_queue in its migration.';
  end if;
  raise exception using
    errcode = '22023',
    message = pg_catalog.format('The queue "%s" has no jobs of kind "%s".', default_priority.queue, default_priority.kind),
    hint = 'A room names its kinds with jobs.define_kind in its migration.';
end
$$;

comment on function jobs.default_priority is 'The priority of a kind. Raises 22023 when the queue or the kind is unknown.';

create function jobs.enqueue(
  queue text,
  kind text,
  args jsonb default '{}',
  key text default null,
  priority jobs.priority default null,
  run_at timestamptz default null,
  correlation_id text default null
)
returns bigint
language plpgsql
volatile
set search_path = ''
as $$
declare
  lane jobs.priority := jobs.default_priority(queue, kind);
  moment timestamptz := private.clock();
  job bigint := pg_catalog.nextval('jobs.job_ids');
  known bigint;
begin
  lane := coalesce(enqueue.priority, lane);
  if pg_catalog.jsonb_typeof(args) is distinct from 'object' or pg_catalog.pg_column_size(args) > 4000 then
    raise exception using
      errcode = '22023',
      message = 'A job''s args are one small JSON object.',
      hint = 'Pass ids. The handler reads the data when it runs.';
  end if;

  if key is not null then
    insert into jobs.idempotency_keys (key, job, created_at) values (enqueue.key, job, moment)
    on conflict on constraint idempotency_keys_pkey do nothing;
    if not found then
      select i.job into known from jobs.idempotency_keys i where i.key = enqueue.key;
      return known;
    end if;
  end if;

  if run_at > moment then
    insert into jobs.delayed (job, queue, priority, run_at, kind, waiting_for, message)
    values (job, enqueue.queue, lane, enqueue.run_at, enqueue.kind, 'schedule',
      jobs.message(job, enqueue.kind, args, enqueue.correlation_id) || pg_catalog.jsonb_build_object('enqueued_at', moment));
  else
    perform jobs.put(enqueue.queue, lane, array[jobs.message(job, enqueue.kind, args, enqueue.correlation_id)], moment);
  end if;
  return job;
end
$$;

comment on function jobs.enqueue is
  'Owes one job: it is sent when the caller''s transaction commits. Returns its number; with a key that is known already, the number of that job, and nothing is sent. Raises 22023 for an unknown queue or kind.';

create function jobs.enqueue_many(
  queue text,
  kind text,
  args jsonb[],
  keys text[] default null,
  priority jobs.priority default null,
  run_at timestamptz default null,
  correlation_id text default null
)
returns bigint[]
language plpgsql
volatile
set search_path = ''
as $$
declare
  lane jobs.priority := jobs.default_priority(queue, kind);
  moment timestamptz := private.clock();
  ids bigint[];
  fresh jsonb[];
begin
  lane := coalesce(enqueue_many.priority, lane);
  if exists (
    select from pg_catalog.unnest(args) a
    where pg_catalog.jsonb_typeof(a) is distinct from 'object' or pg_catalog.pg_column_size(a) > 4000
  ) then
    raise exception using
      errcode = '22023',
      message = 'A job''s args are one small JSON object.',
      hint = 'Pass ids. The handler reads the data when it runs.';
  end if;

  if keys is null then
    select pg_catalog.array_agg(n.job order by n.place),
      pg_catalog.array_agg(jobs.message(n.job, enqueue_many.kind, n.arg, enqueue_many.correlation_id) order by n.place)
    into ids, fresh
    from (
      select pg_catalog.nextval('jobs.job_ids') as job, u.arg, u.place
      from pg_catalog.unnest(args) with ordinality u (arg, place)
    ) n;
  else
    if pg_catalog.cardinality(keys) <> pg_catalog.cardinality(args) then
      raise exception using errcode = '22023', message = 'There are not as many keys as args.', hint = 'Pass one key for each job.';
    end if;
    -- Keys in order, so that two callers with the same keys wait for each other instead of deadlocking.
    with sent as (
      insert into jobs.idempotency_keys (key, job, created_at)
      select k.key, pg_catalog.nextval('jobs.job_ids'), moment
      from (select distinct u.key from pg_catalog.unnest(keys) u (key) where u.key is not null order by 1) k
      on conflict on constraint idempotency_keys_pkey do nothing
      returning idempotency_keys.key, idempotency_keys.job
    )
    select pg_catalog.array_agg(jobs.message(s.job, enqueue_many.kind, f.arg, enqueue_many.correlation_id) order by f.place)
    into fresh
    from sent s
    join (
      select distinct on (u.key) u.key, u.arg, u.place
      from rows from (pg_catalog.unnest(keys), pg_catalog.unnest(args)) with ordinality u (key, arg, place)
      order by u.key, u.place
    ) f on f.key = s.key;
    select pg_catalog.array_agg(i.job order by u.place) into ids
    from pg_catalog.unnest(keys) with ordinality u (key, place)
    join jobs.idempotency_keys i on i.key = u.key;
  end if;

  if run_at > moment then
    insert into jobs.delayed (job, queue, priority, run_at, kind, waiting_for, message)
    select (m ->> 'job')::bigint, enqueue_many.queue, lane, enqueue_many.run_at, enqueue_many.kind, 'schedule',
      m || pg_catalog.jsonb_build_object('enqueued_at', moment)
    from pg_catalog.unnest(fresh) m;
  elsif fresh is not null then
    perform jobs.put(enqueue_many.queue, lane, fresh, moment);
  end if;
  return coalesce(ids, '{}');
end
$$;

comment on function jobs.enqueue_many is
  'Owes many jobs of one kind with one call. Returns their numbers in the order of args; with keys, those known already keep theirs and are not sent again.';
