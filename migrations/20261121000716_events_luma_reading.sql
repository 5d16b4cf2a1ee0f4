-- What Luma says: edits made there are taken over, events made there become rows, and what it deletes is canceled here.
-- What a leader wrote here wins until Luma has it; from then on Luma's edits are taken over. So nothing is taken over
-- while a change of ours is on its way, and only what differs from Luma's last answer counts as edited there.

create function private.safe_address(address text, begins text)
returns text
language sql
immutable
set search_path = ''
as $$ select case when address ~ begins and address ~ '^[^\s<>"]+$' and pg_catalog.length(address) <= 500 then address end $$;

comment on function private.safe_address is 'An address that begins as it should and can be kept; else null.';

create function private.luma_facts(event jsonb, approval_required boolean default null)
returns jsonb
language plpgsql
stable
set search_path = ''
as $$
declare
  starts_at constant timestamptz := (event ->> 'start_at')::timestamptz;
  ends_at constant timestamptz := (event ->> 'end_at')::timestamptz;
  zone text := event ->> 'timezone';
begin
  begin
    perform 'epoch'::timestamptz at time zone zone;
    zone := case when zone ~ '^(UTC|[A-Z][A-Za-z_]+(/[A-Z][A-Za-z_-]+)+)$' then zone else 'UTC' end;
  exception when invalid_parameter_value then
    zone := 'UTC';
  end;
  return pg_catalog.jsonb_build_object(
    'title', pg_catalog.left(coalesce(nullif(pg_catalog.btrim(event ->> 'name'), ''), 'Untitled'), 160),
    'description', pg_catalog.left(pg_catalog.btrim(
      pg_catalog.regexp_replace(coalesce(event ->> 'description_md', ''), '\s*Reference: [0-9a-f]{24}\s*', '', 'g'), E' \n\r\t'), 20000),
    'starts_at', starts_at,
    'ends_at', least(case when ends_at > starts_at then ends_at else starts_at + interval '1 hour' end, starts_at + interval '14 days'),
    'time_zone', coalesce(zone, 'UTC'),
    'place', pg_catalog.left(coalesce(event -> 'geo_address_json' ->> 'full_address', event -> 'geo_address_json' ->> 'address',
      case when event ->> 'meeting_url' is not null then 'Online' else '' end), 200),
    'meeting_url', private.safe_address(event ->> 'meeting_url', '^https://'),
    'cover_url', private.safe_address(event ->> 'cover_url', '^https://'),
    'visibility', event ->> 'visibility',
    'questions', (
      select coalesce(pg_catalog.jsonb_agg(pg_catalog.jsonb_build_object('label', pg_catalog.left(q.question ->> 'label', 200),
          'type', case when q.question ->> 'question_type' in ('long-text', 'agree-check') then q.question ->> 'question_type' else 'text' end,
          'required', coalesce((q.question ->> 'required')::boolean, false)) order by q.place), '[]')
        from pg_catalog.jsonb_array_elements(case pg_catalog.jsonb_typeof(event -> 'registration_questions')
          when 'array' then event -> 'registration_questions' else '[]' end) with ordinality q (question, place)
       where q.place <= 10 and pg_catalog.btrim(q.question ->> 'label') <> ''),
    'approval_required', approval_required,
    'url', private.safe_address(event ->> 'url', '^https?://'));
end
$$;

comment on function private.luma_facts is
  'An event of Luma in our words, cut to what we can keep and without our marker. approval_required: as its ticket types say; null when they were not asked.';

create function private.take_luma_edits(event uuid, edited jsonb)
returns boolean
language plpgsql
volatile
set search_path = ''
as $$
declare
  was public.events;
  becomes public.events;
begin
  select e.* into was from public.events e where e.id = event for no key update;
  becomes := pg_catalog.jsonb_populate_record(was, edited - array['visibility', 'url']);
  becomes.url := coalesce(edited ->> 'url', was.url);
  becomes.visibility := case
    when not edited ? 'visibility' then was.visibility
    when edited ->> 'visibility' = 'public' then 'public'
    -- Hidden at Luma: members keep what they see.
    when was.visibility = 'public' then 'member'
    else was.visibility end::public.event_visibility;
  becomes.approval_required := coalesce(becomes.approval_required, was.approval_required);
  becomes.place := coalesce(becomes.place, was.place);
  if pg_catalog.to_jsonb(becomes) = pg_catalog.to_jsonb(was) then
    return false;
  end if;
  perform pg_catalog.set_config('commons.from_luma', 'on', true);
  update public.events e
     set title = becomes.title, description = becomes.description, starts_at = becomes.starts_at, ends_at = becomes.ends_at,
         time_zone = becomes.time_zone, place = becomes.place, meeting_url = becomes.meeting_url, cover_url = becomes.cover_url,
         visibility = becomes.visibility, questions = becomes.questions, approval_required = becomes.approval_required, url = becomes.url
   where e.id = event returning e.* into becomes;
  perform pg_catalog.set_config('commons.from_luma', '', true);
  -- Luma has this already, so it counts as sent.
  update private.luma_events l
     set wanted_revision = becomes.revision, synced_revision = becomes.revision, approval_required = becomes.approval_required,
         sent = l.sent || private.luma_body(becomes, l.marker, l.has_waitlist)
   where l.event_id = event and l.synced_revision >= l.wanted_revision;
  return becomes.revision > was.revision;
end
$$;

comment on function private.take_luma_edits is 'Takes over what was edited at Luma, without sending it back. True when our row changed.';

create function private.edited_at_luma(seen jsonb, facts jsonb, ours text[] default '{}')
returns jsonb
language sql
immutable
set search_path = ''
as $$
  select coalesce(pg_catalog.jsonb_object_agg(f.key, f.value), '{}')
    from pg_catalog.jsonb_each(facts) f
   where seen <> '{}' and f.value is distinct from seen -> f.key and f.key <> all (ours)
     and not (f.value = 'null' and f.key = 'approval_required')
$$;

comment on function private.edited_at_luma is
  'What differs between two answers of Luma, besides the fields that we changed ourselves. Nothing before the first answer.';

create function private.luma_synced(
  event uuid, claim uuid, revision integer, sent jsonb, changed text[], answer jsonb, approval_required boolean, at timestamptz
)
returns text
language plpgsql
volatile
set search_path = ''
as $$
declare
  facts constant jsonb := private.luma_facts(answer, approval_required);
  words constant jsonb := '{"name": "title", "description_md": "description", "start_at": "starts_at", "end_at": "ends_at",
    "timezone": "time_zone", "geo_address_json": "place", "registration_questions": "questions"}'::jsonb;
  ours constant text[] := array(select coalesce(words ->> c, c) from pg_catalog.unnest(changed) c)
    || case when changed && array['meeting_url', 'geo_address_json'] then array['place'] end
    || case when 'start_at' = any (changed) then array['ends_at'] end;
  held private.luma_events;
begin
  perform from public.events e where e.id = event for no key update;
  select l.* into held from private.luma_events l where l.event_id = event for update;
  if held.claim is distinct from luma_synced.claim then
    return 'somebody else is at it';
  end if;
  update private.luma_events l
     set sent = l.sent || luma_synced.sent, synced_revision = greatest(l.synced_revision, luma_synced.revision), synced_at = at,
         seen = facts, seen_at = at, approval_required = luma_synced.approval_required,
         has_waitlist = coalesce(answer ->> 'waitlist_status' = 'enabled', false),
         error = null, error_detail = null, failures = 0, claim = null, claimed_until = null
   where l.event_id = event;
  perform private.take_luma_edits(event,
    private.edited_at_luma(held.seen, facts, ours) || pg_catalog.jsonb_build_object('url', facts -> 'url'));
  update private.luma_events l
     set state = case when l.state not in ('changing', 'creating') then l.state
                      when l.synced_revision >= l.wanted_revision then 'live' else 'changing' end::private.luma_state,
         retry_at = case when l.state in ('changing', 'creating') and l.synced_revision >= l.wanted_revision then null else l.retry_at end
   where l.event_id = event;
  -- What was heard meanwhile is mostly the echo of our own change.
  if held.heard is distinct from facts - 'approval_required' and held.heard is not null then
    perform private.read_luma_event(held.luma_id, held.correlation_id);
  end if;
  update private.luma_events l set heard = null where l.event_id = event returning l.* into held;
  return held.state::text;
end
$$;

comment on function private.luma_synced is
  'Luma has our revision: keeps what was sent, what Luma answered (its event), and the address. Takes over what was edited there meanwhile. Returns the state.';

create function private.read_luma_event(luma_id text, correlation_id text, key text default null)
returns bigint
language plpgsql
volatile
set search_path = ''
as $$
begin
  if luma_id is null then
    raise exception using errcode = 'PT422', message = 'The message names no event', detail = 'id', hint = 'Look at its payload.';
  end if;
  return jobs.enqueue('events', 'read_luma_event', pg_catalog.jsonb_build_object('luma_id', luma_id),
    key => read_luma_event.key, correlation_id => read_luma_event.correlation_id);
end
$$;

comment on function private.read_luma_event is 'Owes a look at one event at Luma; with a key that is known already, none.';

create function private.luma_event_gone(luma_id text, at timestamptz)
returns text
language plpgsql
volatile
set search_path = ''
as $$
declare
  event constant uuid := (select l.event_id from private.luma_events l where l.luma_id = luma_event_gone.luma_id);
  was public.events;
begin
  select e.* into was from public.events e where e.id = event for no key update;
  if was.id is null or exists (select from private.luma_events l where l.event_id = event and l.state = 'canceled') then
    return 'superseded';
  end if;
  update private.luma_events l
     set state = 'canceled', seen_at = at, error = null, error_detail = null, retry_at = null, claim = null, claimed_until = null
   where l.event_id = event;
  -- What has taken place is not canceled by tidying up afterwards.
  if was.state = 'published' and was.ends_at > at then
    perform pg_catalog.set_config('commons.from_luma', 'on', true);
    update public.events e set state = 'canceled' where e.id = event;
    perform pg_catalog.set_config('commons.from_luma', '', true);
  end if;
  return case was.state when 'canceled' then 'canceled there too' else 'canceled at Luma' end;
end
$$;

comment on function private.luma_event_gone is
  'Luma has deleted an event, which is what it does when one is canceled: it is canceled here as well, unless it is over.';

create function private.host_members(event uuid, addresses text[])
returns void
language sql
volatile
set search_path = ''
as $$
  insert into public.event_hosts (event_id, member_id)
  select distinct host_members.event, e.member_id
    from public.member_emails e
   where e.email::text = any (select pg_catalog.lower(a) from pg_catalog.unnest(addresses) a) and e.verified_at is not null
  on conflict do nothing
$$;

comment on function private.host_members is 'Members whom Luma names as hosts, by a verified address, host the event here as well.';

create function private.adopt_luma_event(
  event jsonb, approval_required boolean, addresses text[], seen_at timestamptz, correlation_id text, at timestamptz
)
returns text
language plpgsql
volatile
set search_path = ''
as $$
declare
  wanted constant text := event ->> 'id';
  facts constant jsonb := private.luma_facts(event, approval_required);
  mark constant text := pg_catalog.substring(event ->> 'description_md', 'Reference: ([0-9a-f]{24})');
  made_at constant timestamptz := (event ->> 'created_at')::timestamptz;
  held private.luma_events;
  begun_at timestamptz;
  new_id uuid;
  taken boolean;
begin
  -- Two readers of the same new event: the second finds what the first has made.
  perform pg_catalog.pg_advisory_xact_lock(pg_catalog.hashtextextended('luma:' || wanted, 0));
  select l.* into held from private.luma_events l where l.luma_id = wanted;
  if held.event_id is null and mark is not null then
    select l.* into held from private.luma_events l where l.marker = mark;
    begun_at := (select f.started_at from jobs.effects f where f.key = 'luma-create:' || held.event_id);
    if held.event_id is not null and (begun_at is null or made_at not between begun_at - interval '5 minutes' and begun_at + interval '15 minutes') then
      held := null;  -- copied at Luma, our marker with it: an event of its own
    elsif held.event_id is not null and private.luma_created(held.event_id, wanted, '{}') = 'twin' then
      return 'twin';
    end if;
  end if;
  if held.event_id is null then
    perform pg_catalog.set_config('commons.from_luma', 'on', true);
    insert into public.events (title, description, starts_at, ends_at, time_zone, place, meeting_url, url, cover_url, visibility,
        questions, approval_required, state, published_at, origin)
    select f.title, f.description, f.starts_at, f.ends_at, f.time_zone, f.place, f.meeting_url, f.url, f.cover_url,
        -- Nobody here has said who may see what is hidden there: leaders, until one says more.
        case facts ->> 'visibility' when 'public' then 'public' when 'members-only' then 'member' else 'leader' end::public.event_visibility,
        f.questions, coalesce(adopt_luma_event.approval_required, false), 'published', at, 'luma'
      from pg_catalog.jsonb_populate_record(null::public.events, facts - 'visibility') f
    returning events.id into new_id;
    perform pg_catalog.set_config('commons.from_luma', '', true);
    insert into private.luma_events (event_id, luma_id, state, wanted_revision, synced_revision, synced_at, sent, seen, seen_at,
        approval_required, has_waitlist, correlation_id)
    select e.id, wanted, 'live', e.revision, e.revision, at, private.luma_body(e, '', false), facts, adopt_luma_event.seen_at,
        adopt_luma_event.approval_required, coalesce(event ->> 'waitlist_status' = 'enabled', false), adopt_luma_event.correlation_id
      from public.events e where e.id = new_id;
    perform private.host_members(new_id, addresses);
    return 'created';
  end if;

  perform from public.events e where e.id = held.event_id for no key update;
  select l.* into held from private.luma_events l where l.event_id = held.event_id for update;
  if held.state = 'canceled' or held.seen_at > adopt_luma_event.seen_at or held.synced_at > adopt_luma_event.seen_at then
    return 'superseded';
  elsif held.synced_revision < held.wanted_revision or held.claimed_until > at or held.state <> 'live' then
    return 'ours first';
  end if;
  update private.luma_events l
     set seen = facts || case when adopt_luma_event.approval_required is null
           then pg_catalog.jsonb_build_object('approval_required', l.seen -> 'approval_required') else '{}' end,
         seen_at = adopt_luma_event.seen_at, has_waitlist = coalesce(event ->> 'waitlist_status' = 'enabled', false)
   where l.event_id = held.event_id;
  taken := private.take_luma_edits(held.event_id, private.edited_at_luma(held.seen, facts));
  perform private.host_members(held.event_id, addresses);
  return case when taken then 'changed' else 'the same' end;
end
$$;

comment on function private.adopt_luma_event is
  'Takes in one event as Luma answered it at seen_at: makes a row of one that was made there, takes over what was edited there. Returns what came of it.';
