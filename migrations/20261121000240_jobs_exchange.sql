-- The one call of a worker: it finishes the last batch and claims the next.

create function jobs.promote(queue text, priority jobs.priority, at timestamptz, wanted integer)
returns void
language plpgsql
volatile
set search_path = ''
as $$
declare
  due jsonb[];
begin
  with moved as (
    delete from jobs.delayed d
    where d.job = any (array(
      select c.job from jobs.delayed c
      where c.queue = promote.queue and c.priority = promote.priority and c.run_at <= at
      order by c.run_at
      limit wanted
      for update skip locked
    ))
    returning d.message, d.run_at
  )
  select pg_catalog.array_agg(m.message order by m.run_at) into due from moved m;
  if due is not null then
    perform jobs.put(promote.queue, promote.priority, due, at);
  end if;
end
$$;

comment on function jobs.promote is 'Moves jobs that have become due into the live queue, the longest due first.';

create function jobs.count_leased(queue text)
returns integer
language plpgsql
volatile
set search_path = ''
as $$
declare
  moment timestamptz := pg_catalog.clock_timestamp();
  leased integer;
begin
  execute pg_catalog.format(
    'select (select count(*) from pgmq.%I where vt > $1) + (select count(*) from pgmq.%I where vt > $1)',
    'q_' || jobs.lane(count_leased.queue, 'interactive'), 'q_' || jobs.lane(count_leased.queue, 'bulk')
  ) into leased using moment;
  return leased;
end
$$;

comment on function jobs.count_leased is 'How many jobs of a queue are being worked on now, over all workers.';

create function jobs.next_due_ms(queue text, at timestamptz)
returns integer
language plpgsql
volatile
set search_path = ''
as $$
declare
  moment timestamptz := pg_catalog.clock_timestamp();
  lease_end timestamptz;
  run_at timestamptz;
begin
  -- A lease that runs out may be that of a killed worker, so its end is worth waiting for as well.
  execute pg_catalog.format('select least((select min(vt) from pgmq.%I), (select min(vt) from pgmq.%I))',
    'q_' || jobs.lane(next_due_ms.queue, 'interactive'), 'q_' || jobs.lane(next_due_ms.queue, 'bulk')) into lease_end;
  select least(
    (select min(d.run_at) from jobs.delayed d where d.queue = next_due_ms.queue and d.priority = 'interactive'),
    (select min(d.run_at) from jobs.delayed d where d.queue = next_due_ms.queue and d.priority = 'bulk')
  ) into run_at;
  return least(
    greatest(0, least(86400, extract(epoch from lease_end - moment)) * 1000),
    greatest(0, least(86400, extract(epoch from run_at - at)) * 1000)
  )::integer;
end
$$;

comment on function jobs.next_due_ms is
  'Milliseconds until something of a queue can be claimed: a delayed job comes due, or a lease ends. Null when there is nothing. At most a day.';

create function jobs.claim(queue text, wanted integer, reserved integer, max_in_flight integer, at timestamptz)
returns jsonb
language plpgsql
volatile
set search_path = ''
as $$
declare
  bulk_wanted integer := wanted - reserved;
  room integer;
  claimed jsonb;
  more jsonb;
begin
  if max_in_flight is not null then
    -- One claim at a time, so that two workers cannot both take the last place. One place is kept for people.
    perform pg_catalog.pg_advisory_xact_lock(pg_catalog.hashtextextended('jobs.claim ' || claim.queue, 0));
    room := max_in_flight - jobs.count_leased(claim.queue);
    wanted := least(wanted, room);
    bulk_wanted := least(bulk_wanted, case when max_in_flight > 1 then room - 1 else room end);
  end if;

  -- Asked as "the first of them" and not as "does one exist": for that the planner would walk the whole table.
  if (select d.run_at from jobs.delayed d where d.queue = claim.queue and d.priority = 'interactive' order by d.run_at limit 1) <= at
     or (select d.run_at from jobs.delayed d where d.queue = claim.queue and d.priority = 'bulk' order by d.run_at limit 1) <= at then
    -- Said first, or the jobs promoted here would ring for a worker that is at it.
    perform jobs.promise(claim.queue, true);
    perform jobs.promote(claim.queue, 'interactive', at, greatest(wanted, 0) + 100);
    perform jobs.promote(claim.queue, 'bulk', at, greatest(wanted, 0) + 100);
  end if;

  if wanted > 0 then
    execute pg_catalog.format('select jobs.%I($1)', 'claim_' || jobs.lane(claim.queue, 'interactive')) into claimed using wanted;
    bulk_wanted := least(bulk_wanted, wanted - coalesce(pg_catalog.jsonb_array_length(claimed), 0));
    if bulk_wanted > 0 then
      execute pg_catalog.format('select jobs.%I($1)', 'claim_' || jobs.lane(claim.queue, 'bulk')) into more using bulk_wanted;
      claimed := case when claimed is null then more when more is null then claimed else claimed || more end;
    end if;
  end if;
  return claimed;
end
$$;

comment on function jobs.claim is
  'Leases up to wanted jobs, people''s before bulk. reserved places are never filled with bulk jobs.';

create function jobs.promise(queue text, busy boolean)
returns void
language plpgsql
volatile
set search_path = ''
as $$
declare
  moment timestamptz := pg_catalog.clock_timestamp();
begin
  if busy then
    insert into jobs.bells (queue, busy_until) values (promise.queue, moment + interval '10 seconds')
    on conflict on constraint bells_pkey do update set busy_until = excluded.busy_until;
  else
    update jobs.bells b set busy_until = '-infinity' where b.queue = promise.queue and b.busy_until > moment;
  end if;
end
$$;

comment on function jobs.promise is
  'A worker says that it will look again by itself within seconds (busy), or that it must be rung for (not busy).';

create function jobs.take_over_lost(queue text, claimed jsonb, at timestamptz)
returns jsonb
language plpgsql
volatile
set search_path = ''
as $$
declare
  entry jsonb;
  settings jobs.kinds;
  kept jsonb := '[]'::jsonb;
  error text := 'Its worker stopped without a report.';
begin
  for entry in select e from pg_catalog.jsonb_array_elements(claimed) e loop
    if (entry ->> 'lost')::boolean then
      select k.* into settings from jobs.kinds k where k.queue = take_over_lost.queue and k.kind = entry ->> 'kind';
      insert into jobs.attempts
        (job, msg_id, read_ct, queue, priority, kind, attempt, outcome, args, note, enqueued_at, started_at, duration_ms, correlation_id)
      values ((entry ->> 'job')::bigint, (entry ->> 'msg_id')::bigint, (entry ->> 'read_ct')::integer - 1, take_over_lost.queue,
        (entry ->> 'priority')::jobs.priority, entry ->> 'kind', (entry ->> 'attempt')::integer - 1, 'lost', entry -> 'args', error,
        coalesce((entry ->> 'enqueued_at')::timestamptz, at), at - coalesce(settings.lease, '30 seconds'),
        (extract(epoch from coalesce(settings.lease, '30 seconds')) * 1000)::integer, entry ->> 'correlation_id')
      on conflict do nothing;

      if (entry ->> 'attempt')::integer > coalesce(settings.max_attempts, 1) then
        execute pg_catalog.format('delete from pgmq.%I where msg_id = $1 and read_ct = $2',
          'q_' || jobs.lane(take_over_lost.queue, (entry ->> 'priority')::jobs.priority))
        using (entry ->> 'msg_id')::bigint, (entry ->> 'read_ct')::integer;
        perform jobs.bury(take_over_lost.queue, (entry ->> 'priority')::jobs.priority, entry, (entry ->> 'attempt')::integer - 1,
          'worker_lost', error, coalesce((entry ->> 'enqueued_at')::timestamptz, at), at);
        continue;
      end if;
    end if;
    kept := kept || entry;
  end loop;
  return kept;
end
$$;

comment on function jobs.take_over_lost is
  'Books the lost attempts among claimed jobs, and buries those that have lost a worker once too often. Returns the others.';

create function jobs.exchange(
  queue text,
  reports jsonb default '[]',
  wanted integer default 0,
  reserved integer default 0,
  quiet boolean default false,
  out claimed jsonb,
  out stale bigint[],
  out next_due_ms integer
)
language plpgsql
volatile
set search_path = ''
as $$
declare
  at timestamptz := private.clock();
  own jobs.queues;
  promised boolean;
begin
  -- A crash of the server may undo the last moments of this. The jobs then run again, as handlers must bear anyway.
  perform pg_catalog.set_config('synchronous_commit', 'off', true);

  select q.* into own from jobs.queues q where q.name = exchange.queue;
  select b.busy_until > pg_catalog.clock_timestamp() + interval '5 seconds' into promised from jobs.bells b where b.queue = exchange.queue;
  if own.name is null then
    raise exception using
      errcode = '22023',
      message = pg_catalog.format('There is no queue "%s".', exchange.queue),
      hint = 'A room makes its queue with jobs.create_queue in its migration.';
  end if;

  stale := case when reports = '[]' then '{}'::bigint[] else jobs.settle(exchange.queue, reports, at) end;

  if wanted > 0 and own.is_enabled then
    claimed := jobs.claim(exchange.queue, least(wanted, own.batch_size), reserved, own.max_in_flight, at);
    if claimed @> '[{"lost": true}]' then
      claimed := jobs.take_over_lost(exchange.queue, claimed, at);
    end if;
  end if;
  claimed := coalesce(claimed, '[]'::jsonb);

  if claimed <> '[]' then
    -- Renewed every few seconds only: the row is shared by every worker of the queue.
    if promised is not true then
      perform jobs.promise(exchange.queue, true);
    end if;
  else
    if quiet then
      perform jobs.promise(exchange.queue, false);
    end if;
    if own.is_enabled then
      next_due_ms := jobs.next_due_ms(exchange.queue, at);
      if quiet and wanted = 0 and next_due_ms = 0 then
        perform jobs.ring(exchange.queue);
      end if;
    end if;
  end if;
end
$$;

comment on function jobs.exchange is
  'The one call of a worker: books the reports of jobs that ended, then leases up to wanted jobs. reserved: places never given to bulk jobs. quiet: nothing more is in hand, so ring when something comes; with wanted = 0 it is the worker''s goodbye. stale: jobs whose report came too late. next_due_ms: when nothing was claimed, how long until something can be.';
