-- Queues and kinds, and the bell that wakes a queue's worker.

-- In plpgsql for speed: a SQL function that pins its path is planned anew at every call, and every job passes here.
create function jobs.lane(queue text, priority jobs.priority)
returns text
language plpgsql
immutable
set search_path = ''
as $$
begin
  return case priority when 'interactive' then queue else queue || '_bulk' end;
end
$$;

comment on function jobs.lane is
  'Name of the pgmq queue that holds a room''s jobs of one priority. Two lanes, so that a person never waits behind a bulk run, whatever is retried or crashes.';

create function jobs.ring(queue text, even_if_busy boolean default false)
returns boolean
language plpgsql
volatile
security definer
set search_path = ''
as $$
declare
  address text;
  secret text;
begin
  if not even_if_busy and exists (
    select from jobs.bells b where b.queue = ring.queue and b.busy_until > pg_catalog.clock_timestamp()
  ) then
    return false;
  end if;

  -- It runs inside other people's transactions, so it never raises: a lost ring costs at most a minute.
  begin
    select s.decrypted_secret || q.drain_path into address
    from jobs.queues q, vault.decrypted_secrets s
    where q.name = ring.queue and q.is_enabled and s.name = 'functions_url';
    select s.decrypted_secret into secret from vault.decrypted_secrets s where s.name = 'worker_secret';

    if address is null or secret is null
       or exists (select from net.http_request_queue r where r.url = address) then
      return false;
    end if;

    perform net.http_post(
      url := address,
      body := '{}'::jsonb,
      headers := pg_catalog.jsonb_build_object('Content-Type', 'application/json', 'Authorization', 'Bearer ' || secret),
      timeout_milliseconds := 5000
    );
    return true;
  exception when others then
    raise log 'jobs.ring(%) failed: % %', queue, sqlstate, sqlerrm;
    return false;
  end;
end
$$;

comment on function jobs.ring is
  'Asks a queue''s function to drain it, unless a worker is at it or a request is on its way. True when it wrote a request. Never raises.';

create function jobs.ring_on_insert()
returns trigger
language plpgsql
security definer
set search_path = ''
as $$
begin
  perform jobs.ring(tg_argv[0]);
  return null;
end
$$;

comment on function jobs.ring_on_insert() is 'Trigger on a queue''s table: new jobs ring the bell once a statement.';

create function jobs.build_lane(queue text, priority jobs.priority)
returns void
language plpgsql
volatile
set search_path = ''
as $build$
declare
  lane text := jobs.lane(queue, priority);
begin
  perform pgmq.create(lane);
  execute pg_catalog.format('alter table pgmq.%I enable row level security', 'q_' || lane);
  execute pg_catalog.format('alter table pgmq.%I enable row level security', 'a_' || lane);
  execute pg_catalog.format('revoke all on pgmq.%I, pgmq.%I from public, anon, authenticated, agent', 'q_' || lane, 'a_' || lane);
  -- A queue's rows live for moments: vacuum by count, not by share of a table that is empty most of the time.
  execute pg_catalog.format(
    'alter table pgmq.%I set (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 2000, autovacuum_vacuum_cost_delay = 0)',
    'q_' || lane);
  execute pg_catalog.format('create or replace trigger ring after insert on pgmq.%I for each statement execute function jobs.ring_on_insert(%L)',
    'q_' || lane, queue);

  -- The three statements that every job passes are compiled for its own table: planned once a session, not at each
  -- call. The planner's switches keep them on the indexes, also when they were planned while the queue was empty.
  execute pg_catalog.format($$
    create or replace function jobs.%1$I(wanted integer)
    returns jsonb
    language plpgsql
    volatile
    set search_path = '' set enable_seqscan = off set enable_sort = off set enable_bitmapscan = off
    as $claim$
    declare
      moment timestamptz := pg_catalog.clock_timestamp();
      claimed jsonb;
    begin
      with taken as (
        update pgmq.%2$I as q
        set read_ct = q.read_ct + 1,
            vt = moment + coalesce((select k.lease from jobs.kinds k where k.queue = %3$L and k.kind = q.message ->> 'kind'), '30 seconds')
        where q.msg_id = any (array(
          select due.msg_id from pgmq.%2$I as due
          where due.vt <= moment
          order by due.vt
          limit wanted
          for update skip locked
        ))
        returning q.msg_id, q.read_ct, q.vt, q.message, q.headers
      )
      select pg_catalog.jsonb_agg(t.message || pg_catalog.jsonb_build_object(
        'priority', %4$L, 'msg_id', t.msg_id, 'read_ct', t.read_ct,
        'lost', t.read_ct > 1 and coalesce((t.headers ->> 'released')::integer, 0) <> t.read_ct - 1,
        'attempt', coalesce((t.message ->> 'attempt')::integer, 0) + t.read_ct,
        'lease_ms', (extract(epoch from t.vt - moment) * 1000)::integer
      )) into claimed
      from taken t;
      return claimed;
    end
    $claim$
  $$, 'claim_' || lane, 'q_' || lane, queue, priority);

  execute pg_catalog.format($$
    create or replace function jobs.%1$I(reports jsonb, at timestamptz)
    returns integer
    language plpgsql
    volatile
    set search_path = '' set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off set enable_bitmapscan = off
    as $complete$
    declare
      completed integer;
    begin
      with gone as (
        delete from pgmq.%2$I as q
        using pg_catalog.jsonb_to_recordset(reports)
          as r (priority text, outcome text, msg_id bigint, read_ct integer, duration_ms integer, note text)
        where r.outcome = 'completed' and r.priority = %4$L and q.msg_id = r.msg_id and q.read_ct = r.read_ct
        returning q.msg_id, q.read_ct, q.enqueued_at, q.message, coalesce(r.duration_ms, 0) as duration_ms, r.note
      )
      insert into jobs.attempts
        (job, msg_id, read_ct, queue, priority, kind, attempt, outcome, args, note, enqueued_at, started_at, duration_ms, correlation_id)
      select (g.message ->> 'job')::bigint, g.msg_id, g.read_ct, %3$L, %4$L, g.message ->> 'kind',
        coalesce((g.message ->> 'attempt')::integer, 0) + g.read_ct, 'completed', g.message -> 'args', g.note,
        coalesce((g.message ->> 'enqueued_at')::timestamptz, g.enqueued_at),
        at - pg_catalog.make_interval(secs => g.duration_ms / 1000.0), g.duration_ms, g.message ->> 'correlation_id'
      from gone g
      on conflict do nothing;
      get diagnostics completed = row_count;
      return completed;
    end
    $complete$
  $$, 'complete_' || lane, 'q_' || lane, queue, priority);

  -- A plain insert is what pgmq.send_batch does, without checking a name that we made ourselves.
  execute pg_catalog.format($$
    create or replace function jobs.%1$I(messages jsonb[], at timestamptz)
    returns void
    language plpgsql
    volatile
    set search_path = ''
    as $put$
    begin
      insert into pgmq.%2$I (enqueued_at, vt, message)
      select at, pg_catalog.clock_timestamp(), m from pg_catalog.unnest(messages) m;
    end
    $put$
  $$, 'put_' || lane, 'q_' || lane);
end
$build$;

comment on function jobs.build_lane is
  'Makes one lane of a queue: the pgmq queue, closed and with its bell, and the functions that put, claim and complete its jobs. May run again.';

create function jobs.create_queue(
  name text,
  max_in_flight integer default null,
  batch_size integer default 50,
  drain_path text default null
)
returns void
language plpgsql
volatile
set search_path = ''
as $$
begin
  insert into jobs.queues (name, max_in_flight, batch_size, drain_path)
  values (create_queue.name, create_queue.max_in_flight, create_queue.batch_size,
    coalesce(create_queue.drain_path, '/' || create_queue.name || '/drain'))
  on conflict on constraint queues_pkey do nothing;
  perform jobs.build_lane(create_queue.name, 'interactive');
  perform jobs.build_lane(create_queue.name, 'bulk');
end
$$;

comment on function jobs.create_queue is
  'Makes a room''s queue. A room calls it in its migration. May run again; settings that an admin changed stay.';

create function jobs.define_kind(
  queue text,
  kind text,
  comment text,
  max_attempts integer default 30,
  base_delay interval default '5 seconds',
  max_delay interval default '1 hour',
  backoff_factor numeric default 2,
  jitter numeric default 0.2,
  lease interval default '30 seconds',
  max_deferrals integer default 100,
  priority jobs.priority default 'interactive'
)
returns void
language sql
volatile
set search_path = ''
as $$
  insert into jobs.kinds as k
    (queue, kind, comment, max_attempts, base_delay, max_delay, backoff_factor, jitter, lease, max_deferrals, priority)
  values (queue, kind, comment, max_attempts, base_delay, max_delay, backoff_factor, jitter, lease, max_deferrals, priority)
  on conflict on constraint kinds_pkey do update set comment = excluded.comment
$$;

comment on function jobs.define_kind is
  'Names a kind of job and how it is retried. A room calls it in its migration. May run again; what an admin edited stays.';
