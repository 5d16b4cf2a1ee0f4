-- A member's own events in her calendar program, by an address that only she knows.

create table private.calendar_feeds (
  member_id uuid primary key references public.members (id) on delete cascade,
  token_hash bytea not null,
  created_at timestamptz not null,
  last_read_on date,
  constraint calendar_feeds_token_hash_unique unique (token_hash)
);
alter table private.calendar_feeds enable row level security;

comment on table private.calendar_feeds is
  'Private calendar addresses, one a member. Taking one back removes its row; when it was made and taken back is in the audit log.';
comment on column private.calendar_feeds.token_hash is 'SHA-256 of the secret part of the address, which is shown once and kept nowhere.';
comment on column private.calendar_feeds.last_read_on is 'The last day (UTC) on which a calendar program asked.';

create function private.calendar_hash(token text)
returns bytea
language sql
immutable
set search_path = ''
as $$ select pg_catalog.sha256(pg_catalog.convert_to(token, 'UTF8')) $$;

comment on function private.calendar_hash is 'What is kept of the secret part of a calendar address. It has 256 random bits, so a plain hash is enough.';

create function private.make_calendar_feed(caller uuid, at timestamptz)
returns jsonb
language plpgsql
volatile
security definer
set search_path = ''
as $$
declare
  reader constant public.members := private.require_event_reader(caller, at);
  token constant text := pg_catalog.translate(pg_catalog.encode(extensions.gen_random_bytes(32), 'base64'), '+/=', '-_');
begin
  if private.take_token('calendar:' || reader.id::text, 10, interval '1 day', at) is null then
    raise exception using errcode = 'PT429', message = 'That were many addresses for one day', hint = 'Try again tomorrow.';
  end if;
  insert into private.calendar_feeds as f (member_id, token_hash, created_at)
  values (reader.id, private.calendar_hash(token), at)
  on conflict on constraint calendar_feeds_pkey do update
    set token_hash = excluded.token_hash, created_at = excluded.created_at, last_read_on = null;
  perform private.audit('member', reader.id::text, 'events.calendar_made', 'member', reader.id::text, null, null);
  return pg_catalog.jsonb_build_object('token', token, 'created_at', at);
end
$$;

comment on function private.make_calendar_feed is
  'Makes a private calendar address and answers its secret part, this once; the one before stops working. Raises PT403 or PT429.';

create function public.make_calendar_feed()
returns jsonb
language sql
volatile
set search_path = ''
as $$ select private.make_calendar_feed(auth.uid(), private.clock()) $$;

comment on function public.make_calendar_feed is
  'Makes one''s private calendar address, functions/v1/events/feed/<token>.ics, and takes back the one before. The token is told this once.';

create function private.revoke_calendar_feed(caller uuid)
returns boolean
language plpgsql
volatile
security definer
set search_path = ''
as $$
declare
  member constant uuid := private.require_event_member(caller);
begin
  delete from private.calendar_feeds f where f.member_id = member;
  if found then
    perform private.audit('member', member::text, 'events.calendar_revoked', 'member', member::text, null, null);
  end if;
  return found;
end
$$;

comment on function private.revoke_calendar_feed is 'Takes the private calendar address back. Returns whether there was one. Raises PT403.';

create function public.revoke_calendar_feed()
returns boolean
language sql
volatile
set search_path = ''
as $$ select private.revoke_calendar_feed(auth.uid()) $$;

comment on function public.revoke_calendar_feed is 'Takes one''s private calendar address back: from now on it leads nowhere.';

create function private.feed_events(reader public.members, at timestamptz)
returns jsonb
language plpgsql
stable
set search_path = ''
as $$
declare
  leads constant boolean := reader.role in ('leader', 'admin');
  reads constant boolean := leads or private.is_entitled(reader.id, at);
begin
  return coalesce((
    select pg_catalog.jsonb_agg(pg_catalog.jsonb_build_object('id', e.id, 'title', e.title, 'description', e.description, 'place', e.place,
             'starts_at', e.starts_at, 'ends_at', e.ends_at, 'state', e.state, 'standing', s.standing,
             'revision', e.revision, 'created_at', e.created_at, 'updated_at', e.updated_at) order by e.starts_at, e.id)
      from (select g.event_id from private.event_guests g
             where g.member_id = reader.id and (g.status = 'approved' or (g.status = 'pending' and reads))
             group by g.event_id) mine
      join public.events e on e.id = mine.event_id
      cross join lateral private.standing_at(e.id, reader.id) s
     where private.is_shown_event(e, leads, at)
       and e.ends_at > at - interval '90 days'
       -- A calendar program needs to hear of a cancellation once; a month is time enough to ask.
       and (e.state = 'published' or e.canceled_at > at - interval '30 days')), '[]');
end
$$;

comment on function private.feed_events is
  'What stands in a member''s calendar: what she goes to and what she has asked for. Whose membership has ended keeps what she goes to. Never the place where one joins online: people share their calendars.';

create function private.read_calendar_feed(token text, at timestamptz)
returns jsonb
language plpgsql
volatile
set search_path = ''
as $$
declare
  feed private.calendar_feeds;
begin
  select f.* into feed from private.calendar_feeds f where f.token_hash = private.calendar_hash(token);
  if feed.member_id is null then
    return null;
  end if;
  if private.take_token('calendar-feed:' || feed.member_id::text, 60, interval '1 hour', at) is null then
    raise exception using errcode = 'PT429', message = 'Your calendar asks too often', hint = 'Once an hour is enough.';
  end if;
  update private.calendar_feeds f set last_read_on = (at at time zone 'UTC')::date
   where f.member_id = feed.member_id and f.last_read_on is distinct from (at at time zone 'UTC')::date;
  return (select private.feed_events(m, at) from public.members m where m.id = feed.member_id);
end
$$;

comment on function private.read_calendar_feed is
  'The events of a private calendar address; null when it is not, or no longer, one. Asked by the function, not by the Data API. Raises PT429.';

create function private.calendar_merged(kept uuid, gone uuid)
returns void
language plpgsql
volatile
set search_path = ''
as $$
begin
  -- Who wanted not to be seen in either row is not seen.
  insert into public.event_preferences as p (member_id, shows_going, updated_at)
  select kept, g.shows_going, g.updated_at from public.event_preferences g where g.member_id = gone
  on conflict on constraint event_preferences_pkey do update set shows_going = p.shows_going and excluded.shows_going;
  insert into public.event_hidings (member_id, event_id, hidden_at)
  select kept, g.event_id, g.hidden_at from public.event_hidings g where g.member_id = gone
  on conflict on constraint event_hidings_pkey do nothing;
  update private.calendar_feeds f set member_id = kept
   where f.member_id = gone and not exists (select from private.calendar_feeds k where k.member_id = kept);
end
$$;

comment on function private.calendar_merged is
  'Two rows became one person: she is hidden where either was, and keeps the calendar address that she has.';
