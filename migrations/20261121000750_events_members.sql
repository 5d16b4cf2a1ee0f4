-- What a member is to an event, and whether other members may see that she goes.

create type public.event_standing as enum ('none', 'invited', 'pending', 'waitlist', 'approved', 'declined', 'checked_in');

comment on type public.event_standing is
  'What somebody is to an event, as Luma has it. none: she has not asked. waitlist: it was full. checked_in: she was there.';

create table public.event_preferences (
  member_id uuid primary key references public.members (id) on delete cascade,
  shows_going boolean not null default false,
  updated_at timestamptz not null default private.clock()
);
alter table public.event_preferences enable row level security;

comment on table public.event_preferences is 'What a member chose about events. No row: nobody sees that she goes.';
comment on column public.event_preferences.shows_going is
  'Whether other members see her name among those who go. Only while the directory lists her as well.';

create table public.event_hidings (
  member_id uuid not null references public.members (id) on delete cascade,
  event_id uuid not null references public.events (id) on delete cascade,
  hidden_at timestamptz not null default private.clock(),
  primary key (member_id, event_id)
);
alter table public.event_hidings enable row level security;
create index event_hidings_event on public.event_hidings (event_id);

comment on table public.event_hidings is 'Events at which a member who shows that she goes does not want to be seen.';

create function private.require_event_reader(viewer uuid, at timestamptz)
returns public.members
language plpgsql
stable
set search_path = ''
as $$
declare
  reader public.members;
begin
  select m.* into reader from public.members m where m.user_id = viewer;
  if reader.id is null or not (reader.role in ('leader', 'admin') or private.is_entitled(reader.id, at)) then
    raise exception using errcode = 'PT403', message = 'The calendar is for members',
      hint = 'Join, or come back, to see what is on. Public events stand on the events page.';
  end if;
  return reader;
end
$$;

comment on function private.require_event_reader is 'The member who may read the calendar now: entitled, or a leader. Raises PT403 for everybody else.';

create function private.require_event_member(caller uuid)
returns uuid
language plpgsql
stable
set search_path = ''
as $$
declare
  member constant uuid := (select m.id from public.members m where m.user_id = caller);
begin
  if member is null then
    raise exception using errcode = 'PT403', message = 'Sign up first', hint = 'Finish signing up, then come back.';
  end if;
  return member;
end
$$;

comment on function private.require_event_member is 'The member row of a sign-in, entitled or not: what somebody hides or takes back works at any time. Raises PT403.';

create function private.is_shown_event(event public.events, leads boolean, at timestamptz)
returns boolean
language plpgsql
immutable
set search_path = ''
as $$
begin
  return event.state <> 'draft' and event.published_at <= at and (event.visibility <> 'leader' or leads);
end
$$;

comment on function private.is_shown_event is
  'Whether an event was announced to members, or to leaders. A canceled one is shown to who was part of it. The lists say the same in the words of their index.';

create function private.standing_at(event uuid, member uuid)
returns table (standing public.event_standing, place_in_line integer, words text)
language plpgsql
stable
set search_path = ''
rows 1
as $$
#variable_conflict use_column
begin
  -- Who registered with two of her addresses is what the better of the two is.
  return query
    select case when g.checked_in_at is not null then 'checked_in' else g.status::text end::public.event_standing,
           case when g.status = 'waitlist' and g.checked_in_at is null then
             (select pg_catalog.count(*)::integer from private.event_guests w
               where w.event_id = g.event_id and w.status = 'waitlist'
                 and (coalesce(w.registered_at, 'infinity'), w.id) <= (coalesce(g.registered_at, 'infinity'), g.id)) end,
           case when g.status = 'declined' then g.words else '' end
      from private.event_guests g
     where g.member_id = member and g.event_id = event
     order by g.checked_in_at is null, pg_catalog.array_position(array['approved', 'pending', 'waitlist', 'invited'], g.status::text) nulls last, g.id
     limit 1;
end
$$;

comment on function private.standing_at is
  'What a member is to an event, her place in line while she waits, and what a host wrote who declined her; no row when she has not asked.';

create function private.events_of(member uuid)
returns setof uuid
language plpgsql
stable
set search_path = ''
rows 20
as $$
begin
  return query
    select g.event_id from private.event_guests g where g.member_id = member and g.status <> 'declined'
    union select h.event_id from public.event_hosts h where h.member_id = member
    union select e.id from public.events e where e.created_by = member;
end
$$;

comment on function private.events_of is 'The events that a member is part of: she goes, has asked, waits, was invited, or hosts.';

create function private.show_going(caller uuid, shows boolean, at timestamptz)
returns boolean
language plpgsql
volatile
security definer
set search_path = ''
as $$
declare
  member constant uuid := private.require_event_member(caller);
begin
  if shows is null then
    raise exception using errcode = 'PT422', message = 'Say yes or no', detail = 'shows', hint = 'It can be changed at any time.';
  end if;
  insert into public.event_preferences as p (member_id, shows_going, updated_at) values (member, shows, at)
  on conflict on constraint event_preferences_pkey do update set shows_going = excluded.shows_going, updated_at = excluded.updated_at
   where p.shows_going <> excluded.shows_going;
  return shows;
end
$$;

comment on function private.show_going is 'Notes whether other members see that this one goes. Raises PT403 or PT422.';

create function public.show_going(shows boolean)
returns boolean
language sql
volatile
set search_path = ''
as $$ select private.show_going(auth.uid(), shows, private.clock()) $$;

comment on function public.show_going is 'Whether other members see one''s name among those who go. Answers with what holds now.';

create function private.hide_going(caller uuid, event uuid, hides boolean, at timestamptz)
returns boolean
language plpgsql
volatile
security definer
set search_path = ''
as $$
declare
  member constant uuid := private.require_event_member(caller);
begin
  if hides is null then
    raise exception using errcode = 'PT422', message = 'Say yes or no', detail = 'hides', hint = 'It can be changed at any time.';
  end if;
  if not hides then
    delete from public.event_hidings h where h.member_id = member and h.event_id = hide_going.event;
    return false;
  end if;
  -- What she is no part of cannot be asked after by trying.
  if hide_going.event is null or hide_going.event not in (select private.events_of(member)) then
    raise exception using errcode = 'PT404', message = 'You are not part of this event', detail = 'event',
      hint = 'Nobody sees you there.';
  end if;
  insert into public.event_hidings (member_id, event_id, hidden_at) values (member, hide_going.event, at)
  on conflict on constraint event_hidings_pkey do nothing;
  return true;
end
$$;

comment on function private.hide_going is 'Hides a member at one event, or shows her there again. Raises PT403, PT404 or PT422.';

create function public.hide_going(event uuid, hides boolean)
returns boolean
language sql
volatile
set search_path = ''
as $$ select private.hide_going(auth.uid(), event, hides, private.clock()) $$;

comment on function public.hide_going is 'Hides oneself from the other members at one event (true), or takes that back (false). Answers with what holds now.';
