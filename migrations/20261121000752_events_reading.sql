-- The calendar: what is on and what was, for members.

create index events_words on public.events
  using gin ((private.fold(title || ' ' || place)) extensions.gin_trgm_ops) where state = 'published';

create index events_canceled on public.events (starts_at) where state = 'canceled';

create function private.listed_events(
  leads boolean, past boolean, region text, category text, after_starts timestamptz, after_id uuid, size integer, at timestamptz
)
returns setof public.events
language plpgsql
stable
set search_path = ''
rows 24
as $$
begin
  if past then
    return query
      select e.* from public.events e
       where e.state = 'published' and e.starts_at < at and e.ends_at <= at
         and e.published_at <= at and (e.visibility <> 'leader' or leads)
         and (listed_events.region is null or e.region = listed_events.region)
         and (listed_events.category is null or e.category = listed_events.category)
         and (e.starts_at, e.id) < (coalesce(after_starts, 'infinity'), coalesce(after_id, 'ffffffff-ffff-ffff-ffff-ffffffffffff'))
       order by e.starts_at desc, e.id desc
       limit size;
  else
    return query
      select e.* from public.events e
       -- Nothing lasts longer than two weeks, so the index need not be read from its beginning.
       where e.state = 'published' and e.starts_at > at - interval '14 days' and e.ends_at > at
         and e.published_at <= at and (e.visibility <> 'leader' or leads)
         and (listed_events.region is null or e.region = listed_events.region)
         and (listed_events.category is null or e.category = listed_events.category)
         and (e.starts_at, e.id) > (coalesce(after_starts, '-infinity'), coalesce(after_id, '00000000-0000-0000-0000-000000000000'))
       order by e.starts_at, e.id
       limit size;
  end if;
end
$$;

comment on function private.listed_events is 'One page of what is announced, by index: the next first, or the latest first of what is over.';

create function private.searched_events(words text[], leads boolean, at timestamptz)
returns setof public.events
language plpgsql
stable
set search_path = ''
set plan_cache_mode = force_custom_plan -- the index is of use only when the planner knows the words
rows 50
as $$
begin
  return query
    select e.* from public.events e
     where e.state = 'published' and e.published_at <= at and (e.visibility <> 'leader' or leads)
       -- The first three words are asked of the index.
       and private.fold(e.title || ' ' || e.place) like words[1]
       and private.fold(e.title || ' ' || e.place) like coalesce(words[2], words[1])
       and private.fold(e.title || ' ' || e.place) like coalesce(words[3], words[1])
       and (pg_catalog.cardinality(words) < 4 or private.fold(e.title || ' ' || e.place) like all (words));
end
$$;

comment on function private.searched_events is 'Announced events whose title or place holds every pattern.';

create function private.own_events(reader public.members, past boolean, leads boolean, at timestamptz)
returns setof public.events
language plpgsql
stable
set search_path = ''
rows 20
as $$
begin
  return query
    select e.* from private.events_of(reader.id) as mine (id) join public.events e on e.id = mine.id
     where (e.ends_at <= at) = past and private.is_shown_event(e, leads, at);
end
$$;

comment on function private.own_events is 'The events that a member is part of, to come or over; the canceled ones too.';

create function private.canceled_events(reader public.members, past boolean, leads boolean, at timestamptz)
returns setof public.events
language plpgsql
stable
set search_path = ''
rows 5
as $$
begin
  return query
    select e.* from public.events e
     where e.state = 'canceled' and (e.ends_at <= at) = past and private.is_shown_event(e, leads, at)
       -- Nobody looks for what was canceled years ago.
       and e.starts_at > at - interval '1 year'
       and (e.created_by = reader.id
         or exists (select from private.event_guests g where g.member_id = reader.id and g.event_id = e.id and g.status <> 'declined')
         or exists (select from public.event_hosts h where h.event_id = e.id and h.member_id = reader.id));
end
$$;

comment on function private.canceled_events is 'The canceled events that a member was part of, to come or of the last year.';

create function private.find_events(
  viewer uuid, past boolean, search text, in_region text, of_category text, mine boolean,
  after_starts timestamptz, after_id uuid, size integer, at timestamptz
)
returns table (
  id uuid, title text, starts_at timestamptz, ends_at timestamptz, time_zone text, place text, region text, category text,
  visibility public.event_visibility, state public.event_state, standing public.event_standing, place_in_line integer,
  is_host boolean, seats_left integer, has_recording boolean
)
language plpgsql
stable
security definer
set search_path = ''
rows 24
as $$
#variable_conflict use_column
declare
  reader constant public.members := private.require_event_reader(viewer, at);
  leads constant boolean := reader.role in ('leader', 'admin');
  most constant integer := least(greatest(coalesce(size, 24), 1), 100);
  over constant boolean := coalesce(past, false);
  own constant boolean := coalesce(mine, false);
  words constant text[] := private.search_patterns(pg_catalog.left(search, 80));
  from_starts constant timestamptz := coalesce(after_starts, case when over then 'infinity' else '-infinity' end::timestamptz);
  from_id constant uuid := coalesce(after_id, case when over then 'ffffffff-ffff-ffff-ffff-ffffffffffff' else '00000000-0000-0000-0000-000000000000' end::uuid);
begin
  if pg_catalog.length(search) > 80 then
    raise exception using errcode = 'PT422', message = 'The search is longer than 80 characters', detail = 'search',
      hint = 'Search for a few words of a title or a place.';
  end if;
  return query
    select e.id, e.title, e.starts_at, e.ends_at, e.time_zone, e.place, e.region, e.category, e.visibility, e.state,
           coalesce(s.standing, 'none'), s.place_in_line,
           e.created_by is not distinct from reader.id
             or exists (select from public.event_hosts h where h.event_id = e.id and h.member_id = reader.id),
           case when e.state = 'published' and e.ends_at > at then private.event_seats(e.id) end,
           e.recording_url is not null and e.ends_at <= at
      from (
        select f.* from (
          select * from private.own_events(reader, over, leads, at) where own
          union all
          select * from private.canceled_events(reader, over, leads, at) where not own
          union all
          select * from private.searched_events(words, leads, at) where words is not null and not own
          union all
          select * from private.listed_events(leads, over, in_region, of_category, from_starts, from_id, most, at)
           where words is null and not own) f
         where (f.ends_at <= at) = over
           and (words is null or f.state = 'published' and not own or private.fold(f.title || ' ' || f.place) like all (words))
           and (in_region is null or f.region = in_region)
           and (of_category is null or f.category = of_category)
           and case when over then (f.starts_at, f.id) < (from_starts, from_id) else (f.starts_at, f.id) > (from_starts, from_id) end
         order by case when over then f.starts_at end desc, case when over then f.id end desc, f.starts_at, f.id
         limit most) e
      left join lateral private.standing_at(e.id, reader.id) s on true
     order by case when over then e.starts_at end desc, case when over then e.id end desc, e.starts_at, e.id;
end
$$;

comment on function private.find_events is
  'One page of the calendar with what the viewer is to each event: the next first, or the latest first of what is over. Canceled ones stand in it for who was part of them. Raises PT403 or PT422.';

create function public.find_events(
  past boolean default false, search text default null, in_region text default null, of_category text default null, mine boolean default false,
  after_starts timestamptz default null, after_id uuid default null, size integer default 24
)
returns table (
  id uuid, title text, starts_at timestamptz, ends_at timestamptz, time_zone text, place text, region text, category text,
  visibility public.event_visibility, state public.event_state, standing public.event_standing, place_in_line integer,
  is_host boolean, seats_left integer, has_recording boolean
)
language sql
stable
set search_path = ''
as $$ select * from private.find_events(auth.uid(), past, search, in_region, of_category, mine, after_starts, after_id, size, private.clock()) $$;

comment on function public.find_events is
  'The calendar. past: what is over. search: words of titles and places. in_region, of_category: exactly these. mine: what one is part of. after_starts, after_id: starts_at and id of the last row of the page before. size: 1 to 100.';

create function private.my_calendar(viewer uuid, at timestamptz)
returns jsonb
language plpgsql
stable
security definer
set search_path = ''
as $$
declare
  reader constant public.members := private.require_event_reader(viewer, at);
begin
  return pg_catalog.jsonb_build_object(
    'role', reader.role,
    'regions', (select coalesce(pg_catalog.jsonb_agg(r.name order by r.place, r.name), '[]') from public.event_regions r),
    'categories', (select coalesce(pg_catalog.jsonb_agg(c.name order by c.place, c.name), '[]') from public.event_categories c),
    'shows_going', coalesce((select p.shows_going from public.event_preferences p where p.member_id = reader.id), false),
    'is_visible', coalesce((select p.is_visible from public.profiles p where p.member_id = reader.id), false),
    'feed', (select pg_catalog.jsonb_build_object('created_at', f.created_at, 'last_read_on', f.last_read_on)
               from private.calendar_feeds f where f.member_id = reader.id));
end
$$;

comment on function private.my_calendar is 'What stands beside the calendar: what to filter by, and one''s own settings. Raises PT403.';

create function public.my_calendar()
returns jsonb
language sql
stable
set search_path = ''
as $$ select private.my_calendar(auth.uid(), private.clock()) $$;

comment on function public.my_calendar is 'Regions and categories to filter by, whether others see that one goes, and whether one has a calendar feed.';

create function private.my_events(member uuid, at timestamptz)
returns jsonb
language plpgsql
stable
set search_path = ''
as $$
declare
  reader constant public.members := (select m from public.members m where m.id = member);
  leads constant boolean := reader.role in ('leader', 'admin');
begin
  return coalesce((
    select pg_catalog.jsonb_agg(pg_catalog.jsonb_build_object('id', n.id, 'title', n.title, 'starts_at', n.starts_at,
             'ends_at', n.ends_at, 'time_zone', n.time_zone, 'place', n.place, 'state', n.state,
             'standing', coalesce(n.standing, 'none'), 'place_in_line', n.place_in_line) order by n.starts_at, n.id)
      from (
        -- What she is part of is never crowded out by what she is not.
        select e.*, s.standing, s.place_in_line
          from (select o.* from private.own_events(reader, false, leads, at) o
                 where o.state = 'published' or o.canceled_at > at - interval '7 days'
                union
                select * from private.listed_events(leads, false, null, null, null, null, 4, at)) e
          left join lateral private.standing_at(e.id, member) s on true
         order by s.standing is null or s.standing = 'declined', e.starts_at, e.id
         limit 4) n), '[]');
end
$$;

comment on function private.my_events is
  'Up to four events that are still to come and that an entitled member may see, those that she is part of before the others.';
