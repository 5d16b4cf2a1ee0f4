-- What happens by itself: what Luma refused is tried again, and each night all events at Luma are read.

create function private.retry_luma_events(at timestamptz)
returns integer
language plpgsql
volatile
set search_path = ''
as $$
declare
  late record;
  owed integer := 0;
begin
  perform jobs.beat('events.luma');
  for late in select l.event_id, l.correlation_id from private.luma_events l where l.retry_at <= at order by l.retry_at limit 200 for update skip locked loop
    perform private.owe_luma(late.event_id, late.correlation_id, at);
    owed := owed + 1;
  end loop;
  return owed;
end
$$;

comment on function private.retry_luma_events is
  'Owes Luma again what it refused a while ago, and what has no job any more. pg_cron calls it every five minutes. Returns how many.';

select cron.schedule('events.luma', '*/5 * * * *', 'select private.retry_luma_events(private.clock())'),
       jobs.beat('events.luma');

create function private.retry_event(caller uuid, event uuid, at timestamptz)
returns text
language plpgsql
volatile
security definer
set search_path = ''
as $$
declare
  held private.luma_events;
begin
  perform private.require_event_editor(caller, event);
  select l.* into held from private.luma_events l where l.event_id = event for update;
  if held.event_id is null or held.retry_at is null then
    return coalesce(held.state::text, 'nothing');
  end if;
  perform private.owe_luma(event, held.correlation_id, at);
  return held.state::text;
end
$$;

comment on function private.retry_event(uuid, uuid, timestamptz) is
  'Sends an event to Luma once more, now. For who may edit it.';

create function public.retry_event(event uuid)
returns text
language sql
volatile
set search_path = ''
as $$ select private.retry_event(auth.uid(), event, private.clock()) $$;

comment on function public.retry_event(uuid) is
  'Sends an event to Luma once more instead of waiting until that happens by itself. For who may edit it. Returns how it stands.';

create function private.hear_of_luma_event(data jsonb, is_whole boolean, correlation_id text, at timestamptz)
returns text
language plpgsql
volatile
set search_path = ''
as $$
declare
  wanted constant text := data ->> 'id';
  held private.luma_events;
  facts jsonb;
begin
  if not is_whole then
    -- Luma says the same with event.created, and says more; this is for what comes to our calendar in other ways.
    perform jobs.enqueue('events', 'read_luma_event', pg_catalog.jsonb_build_object('luma_id', wanted, 'unless_known', true),
      run_at => at + interval '15 seconds', correlation_id => hear_of_luma_event.correlation_id);
    return 'asked';
  end if;
  select l.* into held from private.luma_events l
   where l.luma_id = wanted
      or (l.luma_id is null and l.marker = pg_catalog.substring(data ->> 'description_md', 'Reference: ([0-9a-f]{24})')) for update;
  if held.claimed_until > at then
    update private.luma_events l set heard = private.luma_facts(data) - 'approval_required' where l.event_id = held.event_id;
    return 'ours first';
  elsif held.state = 'live' and held.synced_at > at - interval '1 minute' then
    facts := private.luma_facts(data) - 'approval_required';
    if facts = held.seen - 'approval_required' then
      return 'the same';
    end if;
  end if;
  perform private.read_luma_event(wanted, correlation_id);
  return 'asked';
end
$$;

comment on function private.hear_of_luma_event is
  'Luma says that an event is new or has changed: it is asked how the event stands, unless that is the echo of our own change. is_whole: the message holds the event.';

create table private.luma_read_backs (
  id bigint generated always as identity primary key,
  started_at timestamptz not null,
  cursor text,
  pages integer not null default 0,
  entries integer not null default 0,
  unknown integer not null default 0,
  edited integer not null default 0,
  missing integer not null default 0,
  finished_at timestamptz,
  refused text
);
alter table private.luma_read_backs enable row level security;

comment on table private.luma_read_backs is 'Each reading of all events at Luma: how far it came and what it found. Kept for a year.';
comment on column private.luma_read_backs.cursor is 'Where the next page begins, as Luma said; a run goes on there whatever happened to its worker.';
comment on column private.luma_read_backs.unknown is 'Events that were not known here; each is then read and becomes a row.';
comment on column private.luma_read_backs.edited is 'Events that had been edited at Luma, unheard.';
comment on column private.luma_read_backs.missing is 'Events that Luma did not list; each is asked for by its id before it counts as canceled.';
comment on column private.luma_read_backs.refused is 'Why its result was not believed. An admin looks.';

create function private.start_read_back(at timestamptz)
returns bigint
language plpgsql
volatile
set search_path = ''
as $$
declare
  run bigint;
begin
  perform jobs.beat('events.read_back');
  delete from private.luma_read_backs r where r.started_at < at - interval '1 year';
  -- One that is under way goes on; one that has stood still for a day is given up.
  select r.id into run from private.luma_read_backs r
   where r.finished_at is null and r.refused is null and r.started_at > at - interval '1 day' order by r.id desc limit 1;
  if run is null then
    insert into private.luma_read_backs (started_at) values (at) returning id into run;
  end if;
  perform jobs.enqueue('events', 'read_back', pg_catalog.jsonb_build_object('run_id', run));
  return run;
end
$$;

comment on function private.start_read_back is
  'Begins to read all events at Luma, or goes on with a reading that has not ended. pg_cron calls it each night; an admin may.';

create function private.read_back_at(run bigint)
returns jsonb
language plpgsql
stable
set search_path = ''
as $$
begin
  return (select pg_catalog.jsonb_build_object('cursor', r.cursor) from private.luma_read_backs r
    where r.id = run and r.finished_at is null and r.refused is null);
end
$$;

comment on function private.read_back_at is 'Where a reading stands. Null when it has ended.';

create function private.read_back_page(run bigint, cursor text, entries jsonb, next_cursor text, seen_at timestamptz, at timestamptz)
returns text
language plpgsql
volatile
set search_path = ''
as $$
declare
  held private.luma_read_backs;
  entry jsonb;
  outcome text;
begin
  select r.* into held from private.luma_read_backs r where r.id = run for update;
  if held.finished_at is not null or held.refused is not null or held.cursor is distinct from read_back_page.cursor then
    return 'another worker was here first';
  end if;
  for entry in select e from pg_catalog.jsonb_array_elements(entries) e where coalesce(e ->> 'platform', 'luma') = 'luma' order by e ->> 'id' loop
    held.entries := held.entries + 1;
    if exists (select from private.luma_events l where l.luma_id = entry ->> 'id') then
      begin
        outcome := private.adopt_luma_event(entry, null, '{}', seen_at, null, at);
      exception when others then
        -- One odd entry does not stop the others: it is read by itself, and its own job says what is wrong.
        perform private.read_luma_event(entry ->> 'id', null);
        outcome := 'odd';
      end;
      held.edited := held.edited + case when outcome = 'changed' then 1 else 0 end;
      update private.luma_events l set listed_in = run where l.luma_id = entry ->> 'id';
    else
      -- A list says less than the event itself.
      perform private.read_luma_event(entry ->> 'id', null);
      held.unknown := held.unknown + 1;
    end if;
  end loop;
  update private.luma_read_backs r
     set cursor = next_cursor, pages = r.pages + 1, entries = held.entries, unknown = held.unknown, edited = held.edited
   where r.id = run;
  if next_cursor is not null then
    perform jobs.enqueue('events', 'read_back', pg_catalog.jsonb_build_object('run_id', run));
    return pg_catalog.format('%s entries so far', held.entries);
  end if;
  return private.finish_read_back(run, at);
end
$$;

comment on function private.read_back_page is
  'Takes in one page of Luma''s events and owes the next, or ends the reading. A page that was taken in before changes nothing.';

create function private.finish_read_back(run bigint, at timestamptz)
returns text
language plpgsql
volatile
set search_path = ''
as $$
declare
  held private.luma_read_backs;
  known integer;
  gone text[];
begin
  select r.* into held from private.luma_read_backs r where r.id = run for update;
  select pg_catalog.count(*), pg_catalog.array_agg(l.luma_id order by l.luma_id) filter (where l.listed_in is distinct from run)
    into known, gone
    from private.luma_events l join public.events e on e.id = l.event_id
   where l.luma_id is not null and l.state = 'live' and e.ends_at > at and l.synced_at < held.started_at;
  held.missing := coalesce(pg_catalog.cardinality(gone), 0);
  -- Another calendar's key, or trouble at Luma, must not cancel everything here.
  if held.missing > 3 and held.missing * 2 > known then
    update private.luma_read_backs r set missing = held.missing,
        refused = pg_catalog.format('Luma listed %s events, but not %s of %s that stand here. Is LUMA_API_KEY of the right calendar?',
          held.entries, held.missing, known)
     where r.id = run;
    perform private.audit('schedule', 'events.read_back', 'events.read_back_refused', 'luma_read_back', run::text, null,
      pg_catalog.jsonb_build_object('missing', held.missing, 'known', known));
    return 'refused';
  end if;
  perform private.read_luma_event(g, null) from pg_catalog.unnest(gone) g;
  update private.luma_read_backs r set missing = held.missing, finished_at = at where r.id = run;
  return pg_catalog.format('%s entries, %s unknown, %s edited, %s missing', held.entries, held.unknown, held.edited, held.missing);
end
$$;

comment on function private.finish_read_back is
  'Ends a reading: what stands here and was not listed is asked for by its id. A reading that misses most of our events is refused instead.';

select cron.schedule('events.read_back', '21 3 * * *', 'select private.start_read_back(private.clock())'),
       jobs.beat('events.read_back');
