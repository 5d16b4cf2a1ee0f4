-- The desk: what a leader sees of the guests of her event, and what she decides. No address leaves this room.

create function private.guest_why(guest private.event_guests, decided_by text)
returns text
language plpgsql
stable
set search_path = ''
as $$
begin
  return case guest.reason
    when 'entitled' then 'A member since ' || coalesce((select pg_catalog.to_char(m.member_since at time zone 'UTC', 'FMMonth YYYY')
                                                          from public.memberships m where m.member_id = guest.member_id), 'some time ago')
    when 'host' then 'Hosts this event'
    when 'leader' then 'Leads in the community'
    when 'open' then 'Nobody has to be approved here'
    when 'full' then 'Welcome, but every seat is taken'
    when 'seat_freed' then 'A seat became free'
    when 'unverified' then 'A member''s address that she has not signed in with yet'
    when 'not_entitled' then 'No membership under this address'
    when 'leaders_only' then 'For leaders, and she is none'
    when 'paid' then case when guest.decided_by = 'host' then 'She paid before Luma heard that she was declined'
      else 'No membership under this address, but she paid' end
    when 'by_host' then case when guest.decided_by = 'rule' then 'Declined under another address of hers' else pg_catalog.format('%s by %s', case guest.status when 'pending' then 'Put back' when 'waitlist' then 'Put in line'
      else pg_catalog.initcap(guest.status::text) end, coalesce(nullif(decided_by, ''), 'a host'))
      || case when guest.words <> '' then ': ' || guest.words else '' end end
    when 'at_luma' then case guest.status when 'approved' then 'Approved at Luma' when 'declined' then 'Declined at Luma, or she withdrew'
      when 'waitlist' then 'Put in line at Luma' else 'Put back at Luma' end
    else case guest.status when 'invited' then 'Invited, has not answered yet' else 'Nobody has decided yet' end
  end;
end
$$;

comment on function private.guest_why is 'Why a guest is what she is, as a leader reads it.';

create function private.answers_shown(answers jsonb)
returns jsonb
language sql
immutable
set search_path = ''
as $$
  select coalesce(pg_catalog.jsonb_agg(a.answer
           || pg_catalog.jsonb_build_object('value', private.without_addresses(a.answer ->> 'value')) order by a.place), '[]')
    from pg_catalog.jsonb_array_elements(answers) with ordinality a (answer, place)
$$;

comment on function private.answers_shown is 'What a guest answered, with every e-mail address in it covered: hosts write to guests through us.';

create function private.lead_guests(
  caller uuid, event uuid, with_status text, search text, after_name text, after_id bigint, size integer, at timestamptz
)
returns table (
  guest_id bigint, name text, member_id uuid, status text, why text, decided_by_name text, decided_at timestamptz, is_entitled boolean,
  is_paid boolean, registered_at timestamptz, checked_in_at timestamptz, no_show_at timestamptz, waitlist_place integer, answers jsonb, sort_name text
)
language plpgsql
stable
security definer
set search_path = ''
as $$
#variable_conflict use_column
declare
  held constant public.events := private.require_event_editor(caller, event);
  most constant integer := least(greatest(coalesce(size, 50), 1), 200);
  sought constant text := private.fold(pg_catalog.btrim(coalesce(search, '')));
begin
  return query
    with page as (
      select g as guest, n.name, n.sort_name
        from private.event_guests g,
             -- Some people write their address where their name belongs.
             lateral (select case when g.name = '' or g.name like '%@%' then 'A guest' else g.name end as name) shown,
             lateral (select shown.name, private.fold(shown.name) as sort_name) n
       where g.event_id = held.id and not g.is_erased
         and (with_status is null or g.status::text = with_status)
         and (sought = '' or pg_catalog.strpos(n.sort_name, sought) > 0)
         and (after_id is null or (n.sort_name, g.id) > (after_name, after_id))
       order by n.sort_name, g.id
       limit most)
    select (p.guest).id, p.name, l.member_id, (p.guest).status::text, private.guest_why(p.guest, d.host), d.host, d.decided_at,
           coalesce(private.is_entitled((p.guest).member_id, at), false), (p.guest).is_paid, (p.guest).registered_at,
           (p.guest).checked_in_at, (p.guest).no_show_at,
           case when (p.guest).status = 'waitlist' then (select pg_catalog.count(*)::integer from private.event_guests w
              where w.event_id = held.id and w.status = 'waitlist' and (w.registered_at, w.id) <= ((p.guest).registered_at, (p.guest).id)) end,
           private.answers_shown((p.guest).answers), p.sort_name
      from page p
      left join public.profiles l on l.member_id = (p.guest).member_id and l.is_visible and l.access_until > at
      left join lateral (
        select x.decided_at, h.name as host from private.guest_decisions x left join public.profiles h on h.member_id = x.actor_id
         where x.guest_id = (p.guest).id order by x.id desc limit 1) d on true
     order by p.sort_name, (p.guest).id;
end
$$;

comment on function private.lead_guests is 'One page of the guests of an event, by name, for who may edit it. Raises PT403, PT404.';

create function public.lead_guests(
  event uuid, with_status text default null, search text default null, after_name text default null, after_id bigint default null,
  size integer default 50
)
returns table (
  guest_id bigint, name text, member_id uuid, status text, why text, decided_by_name text, decided_at timestamptz, is_entitled boolean,
  is_paid boolean, registered_at timestamptz, checked_in_at timestamptz, no_show_at timestamptz, waitlist_place integer, answers jsonb, sort_name text
)
language sql
stable
set search_path = ''
as $$ select * from private.lead_guests(auth.uid(), event, with_status, search, after_name, after_id, size, private.clock()) $$;

comment on function public.lead_guests is
  'For who may edit the event: its guests, without addresses. with_status: only these. search: part of a name. after_name, after_id: sort_name and guest_id of the last row of the page before. member_id: only of members whom the directory lists.';

create function private.guest_counts(caller uuid, event uuid)
returns jsonb
language plpgsql
stable
security definer
set search_path = ''
as $$
declare
  held constant public.events := private.require_event_editor(caller, event);
begin
  return (select pg_catalog.jsonb_build_object(
      'pending', pg_catalog.count(*) filter (where g.status = 'pending'), 'approved', pg_catalog.count(*) filter (where g.status = 'approved'),
      'waitlist', pg_catalog.count(*) filter (where g.status = 'waitlist'), 'declined', pg_catalog.count(*) filter (where g.status = 'declined'),
      'invited', pg_catalog.count(*) filter (where g.status = 'invited'), 'checked_in', pg_catalog.count(*) filter (where g.checked_in_at is not null),
      'no_shows', pg_catalog.count(*) filter (where g.no_show_at is not null), 'capacity', held.capacity, 'seats_left', private.event_seats(held.id))
    from private.event_guests g where g.event_id = held.id and not g.is_erased);
end
$$;

comment on function private.guest_counts is 'How many guests of an event are what. Raises PT403, PT404.';

create function public.guest_counts(event uuid)
returns jsonb
language sql
stable
set search_path = ''
as $$ select private.guest_counts(auth.uid(), event) $$;

comment on function public.guest_counts is 'For who may edit the event: how many guests are pending, approved, in line, declined, invited, checked in, did not come; seats and seats left (null: no limit).';

create function private.check_in_guest(caller uuid, event uuid, guest bigint, came boolean, at timestamptz)
returns timestamptz
language plpgsql
volatile
security definer
set search_path = ''
as $$
declare
  host uuid;
  held public.events;
  was private.event_guests;
begin
  held := private.require_event_editor(caller, event);
  select m.id into host from public.members m where m.user_id = caller;
  select g.* into was from private.event_guests g where g.id = check_in_guest.guest and g.event_id = held.id and not g.is_erased for no key update;
  if was.id is null then
    raise exception using errcode = 'PT404', message = 'This guest is not on the list', detail = 'guest', hint = 'Load the list again.';
  elsif held.state <> 'published' or held.starts_at > at + interval '3 hours' then
    raise exception using errcode = 'PT409', message = 'Check-in opens three hours before the start', detail = 'guest', hint = 'Come back then.';
  elsif came and was.status <> 'approved' then
    raise exception using errcode = 'PT409', message = 'She is not approved', detail = 'guest', hint = 'Approve her first.';
  elsif not came and was.checked_in_at is not null and not was.checked_in_here then
    raise exception using errcode = 'PT409', message = 'She was checked in at Luma', detail = 'guest', hint = 'Take it back there.';
  elsif came = (was.checked_in_at is not null) then
    return was.checked_in_at;
  end if;
  update private.event_guests g
     set checked_in_at = case when came then at end, checked_in_here = came, no_show_at = case when came then null else g.no_show_at end
   where g.id = was.id;
  perform private.audit('member', host::text, 'events.guest_' || case when came then 'checked_in' else 'checked_out' end, 'guest', was.id::text);
  return case when came then at end;
end
$$;

comment on function private.check_in_guest is 'Notes at the desk that a guest came, or takes that back. What was checked in at Luma is taken back there. Raises PT403, PT404, PT409.';

create function public.check_in_guest(event uuid, guest bigint, came boolean default true)
returns timestamptz
language sql
volatile
set search_path = ''
as $$ select private.check_in_guest(auth.uid(), event, guest, coalesce(came, true), private.clock()) $$;

comment on function public.check_in_guest is 'For who may edit the event: notes that a guest came, or with came false takes it back. Answers with when she was checked in.';
