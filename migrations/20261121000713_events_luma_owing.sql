-- What we owe to Luma: a leader's event is created, changed and canceled there by one job, which works under a claim.

create function private.is_from_luma()
returns boolean
language plpgsql
stable
set search_path = ''
as $$
begin
  return coalesce(pg_catalog.current_setting('commons.from_luma', true) = 'on', false);
end
$$;

comment on function private.is_from_luma() is
  'Whether this change of an event was read from Luma, so that it is not sent back. Demo data say so too.';

create function private.luma_body(event public.events, marker text, has_waitlist boolean)
returns jsonb
language plpgsql
stable
set search_path = ''
as $$
begin
  return pg_catalog.jsonb_strip_nulls(pg_catalog.jsonb_build_object(
    'name', event.title,
    -- What was made at Luma needs no marker.
    'description_md', pg_catalog.concat_ws(E'\n\n',
      -- A line that looks like a marker is none of ours: nobody passes her event off as another one.
      nullif(pg_catalog.regexp_replace(event.description, '\s*Reference: [0-9a-f]{24}', '', 'g'), ''),
      case event.origin when 'form' then 'Reference: ' || marker end),
    'start_at', pg_catalog.to_char(event.starts_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'),
    'end_at', pg_catalog.to_char(event.ends_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'),
    'timezone', event.time_zone,
    'geo_address_json', case when pg_catalog.lower(event.place) not in ('', 'online')
      then pg_catalog.jsonb_build_object('type', 'manual', 'address', event.place) end,
    'meeting_url', event.meeting_url,
    'cover_url', case when event.cover_url like 'https://images.lumacdn.com/%' then event.cover_url end,
    'visibility', case event.visibility when 'public' then 'public' else 'private' end,
    -- Who is going is told among members, to those who chose to be seen; not to everybody who is let in.
    'show_guest_list', false,
    'registration_questions', (
      select coalesce(pg_catalog.jsonb_agg(pg_catalog.jsonb_build_object(
          'id', pg_catalog.substr(pg_catalog.md5(q.question ->> 'label'), 1, 12), 'label', q.question ->> 'label',
          'required', coalesce((q.question ->> 'required')::boolean, false), 'question_type', q.question ->> 'type') order by q.place), '[]')
        from pg_catalog.jsonb_array_elements(event.questions) with ordinality q (question, place))))
    -- A full event without a waitlist takes nobody any more at Luma. Where hosts approve, our own seats decide, and
    -- Luma is told the number only when it lets people wait.
    || pg_catalog.jsonb_build_object('max_capacity',
      case when not event.approval_required or has_waitlist then event.capacity end);
end
$$;

comment on function private.luma_body is 'An event as Luma is told it, in Luma''s words. Its description ends in our marker.';

create function private.owe_luma(event uuid, correlation_id text, at timestamptz)
returns bigint
language plpgsql
volatile
set search_path = ''
as $$
declare
  owed constant bigint := jobs.enqueue('events', 'carry_to_luma', pg_catalog.jsonb_build_object('event_id', event),
    correlation_id => owe_luma.correlation_id);
begin
  update private.luma_events l set job = owed, retry_at = at + interval '1 hour',
      correlation_id = coalesce(owe_luma.correlation_id, l.correlation_id)
   where l.event_id = event;
  return owed;
end
$$;

comment on function private.owe_luma is 'Owes Luma the latest of an event. An earlier job for it finds that this one has taken over.';

create function private.follow_event_to_luma()
returns trigger
language plpgsql
security definer
set search_path = ''
as $$
declare
  at constant timestamptz := private.clock();
  held private.luma_events;
begin
  if private.is_from_luma() or new.state = 'draft' then
    return null;
  end if;
  select l.* into held from private.luma_events l where l.event_id = new.id for update;
  if held.event_id is null then
    -- What is over needs no page at Luma.
    if new.state = 'published' and new.ends_at > at then
      insert into private.luma_events (event_id, wanted_revision) values (new.id, new.revision);
      perform private.owe_luma(new.id, null, at);
    end if;
  elsif new.state = 'canceled' and old.state <> 'canceled' then
    update private.luma_events l set state = 'canceling', wanted_revision = new.revision, failures = 0, error = null, error_detail = null
     where l.event_id = new.id;
    perform private.owe_luma(new.id, null, at);
  elsif new.state = 'published' and held.state <> 'canceled'
     and ((private.luma_body(new, '', true), new.approval_required) is distinct from (private.luma_body(old, '', true), old.approval_required)) then
    update private.luma_events l
       set wanted_revision = new.revision, failures = 0, error = null, error_detail = null,
           state = case when l.luma_id is not null then 'changing' when l.state = 'failed' then 'waiting' else l.state end::private.luma_state
     where l.event_id = new.id;
    perform private.owe_luma(new.id, null, at);
  end if;
  return null;
end
$$;

comment on function private.follow_event_to_luma() is
  'Trigger: Luma is owed what a leader published, changed or canceled. What does not concern Luma owes nothing.';

create trigger events_follow_to_luma after insert or update on public.events
  for each row execute function private.follow_event_to_luma();

create function private.claim_luma_event(event uuid, job bigint, at timestamptz, lease interval default '30 seconds')
returns jsonb
language plpgsql
volatile
set search_path = ''
as $$
declare
  wanted public.events;
  held private.luma_events;
  task text;
begin
  select e.* into wanted from public.events e where e.id = event for no key update;
  select l.* into held from private.luma_events l where l.event_id = event for update;
  task := case
    when held.event_id is null then 'nothing'
    when held.job is distinct from claim_luma_event.job then 'nothing'
    when held.state = 'canceled' then 'nothing'
    when wanted.state = 'canceled' then 'cancel'
    when held.luma_id is null then 'create'
    when held.synced_revision < held.wanted_revision or held.state <> 'live' then 'change'
    else 'nothing' end;
  if task = 'nothing' then
    return pg_catalog.jsonb_build_object('do', 'nothing', 'note', case
      when held.job <> claim_luma_event.job then 'a later job has taken over' else 'nothing left to do' end);
  elsif held.claimed_until > at then
    return pg_catalog.jsonb_build_object('do', 'wait', 'seconds', extract(epoch from held.claimed_until - at));
  end if;
  update private.luma_events l
     set claim = pg_catalog.gen_random_uuid(), claimed_until = at + lease,
         state = case task when 'create' then 'creating' when 'change' then 'changing' else 'canceling' end::private.luma_state
   where l.event_id = event returning l.* into held;
  return pg_catalog.jsonb_build_object(
    'do', task, 'claim', held.claim, 'luma_id', held.luma_id, 'marker', held.marker, 'revision', wanted.revision,
    'starts_at', wanted.starts_at, 'approval_required', wanted.approval_required, 'refund', wanted.cancel_refunds, 'sent', held.sent,
    'body', private.luma_body(wanted, held.marker, held.has_waitlist),
    'body_with_waitlist', private.luma_body(wanted, held.marker, true),
    'effect', 'luma-create:' || event,
    'begun_at', (select f.started_at from jobs.effects f where f.key = 'luma-create:' || event));
end
$$;

comment on function private.claim_luma_event is
  'What a job has to do at Luma about an event, and the claim under which it works: create, change, cancel, wait (somebody is at it) or nothing.';

create function private.luma_created(event uuid, luma_id text, sent jsonb)
returns text
language plpgsql
volatile
set search_path = ''
as $$
declare
  held private.luma_events;
begin
  select l.* into held from private.luma_events l where l.event_id = event for update;
  if held.luma_id = luma_created.luma_id then
    return 'known';
  elsif held.luma_id is not null then
    update private.luma_events l set twin_id = luma_created.luma_id where l.event_id = event;
    return 'twin';
  end if;
  update private.luma_events l set luma_id = luma_created.luma_id, sent = luma_created.sent where l.event_id = event;
  perform jobs.finish_effect('luma-create:' || event, pg_catalog.jsonb_build_object('luma_id', luma_created.luma_id));
  perform private.audit('luma', 'luma', 'events.created_at_luma', 'event', event::text, null,
    pg_catalog.jsonb_build_object('luma_id', luma_created.luma_id), null, held.correlation_id);
  return 'linked';
end
$$;

comment on function private.luma_created is
  'An event exists at Luma: keeps its id, whoever holds the claim. linked, known, or twin when another one is known already.';

create function private.luma_canceled(event uuid, at timestamptz)
returns void
language plpgsql
volatile
set search_path = ''
as $$
begin
  update private.luma_events l
     set state = 'canceled', synced_revision = l.wanted_revision, synced_at = at, error = null, error_detail = null, failures = 0,
         retry_at = null, claim = null, claimed_until = null
   where l.event_id = event;
end
$$;

comment on function private.luma_canceled is 'Luma has deleted an event that was canceled here, or never had it.';

create function private.luma_failed(event uuid, claim uuid, kind text, said text, at timestamptz)
returns void
language plpgsql
volatile
set search_path = ''
as $$
begin
  update private.luma_events l
     set state = case when kind = 'retry' then l.state else 'failed' end::private.luma_state,
         error = case
           when kind = 'retry' then 'Luma does not answer at the moment. Nothing is lost: it is tried again by itself.'
           when kind = 'misconfigured' then 'Luma does not let us in at the moment. Your event is kept and sent by itself; an admin sees this too.'
           when said ~* 'cover|image' then 'Luma does not know this cover picture. Upload it at Luma and paste its address, or leave the picture out, and save.'
           when said ~* 'slug' then 'Luma does not take the address of this event. Save it again; it gets another one.'
           when said ~* 'start_at|end_at|past' then 'Luma does not take these times. Choose a start that is still to come and an end after it, and save.'
           when said ~* 'registration_questions' then 'Luma does not take one of the questions. Change them and save.'
           when said ~* 'meeting_url' then 'Luma does not take the address for joining online. Check it and save.'
           when said ~* 'geo_address' then 'Luma does not take this place. Write it in other words and save.'
           when said ~* 'refund' then 'Luma could not give guests their money back. Look at the event at Luma and cancel it there.'
           else 'Luma does not take this event as it is. Change it and save, or ask an admin to look; it is tried again by itself.' end,
         error_detail = pg_catalog.left(said, 500),
         failures = least(l.failures + 1, 1000),
         -- A refusal rarely passes by itself, our key may be mended any hour; a job in trouble has its own pauses.
         retry_at = at + case when kind = 'retry' then interval '1 hour' else least(interval '15 minutes' * 2 ^ least(l.failures, 6), interval '6 hours') end,
         claim = null, claimed_until = null
   where l.event_id = event and l.claim = luma_failed.claim;
end
$$;

comment on function private.luma_failed is
  'An attempt at Luma failed: says so to the leader in words and when it is tried again. kind as in the provider''s error.';
