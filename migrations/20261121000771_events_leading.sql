-- What leaders read: the list of events with what Luma and the guests say, and one event as the form shows it.

create table private.event_thanks (
  event_id uuid primary key references public.events (id) on delete cascade,
  sent_by uuid references public.members (id) on delete set null,
  sent_at timestamptz not null,
  told integer not null
);
alter table private.event_thanks enable row level security;
create index event_thanks_sent_by on private.event_thanks (sent_by);

comment on table private.event_thanks is 'That the hosts'' thanks were mailed to those who came. One row an event, so that it happens once.';
comment on column private.event_thanks.told is 'How many people were written to.';

create type public.event_stage as enum ('draft', 'upcoming', 'past', 'canceled');
create type public.event_whose as enum ('mine', 'regions', 'all');

comment on type public.event_stage is 'Where an event stands at a moment. upcoming: until its end.';
comment on type public.event_whose is 'mine: she wrote it or hosts it. regions: those, and all of the regions that she looks after.';

create function private.event_stage(event public.events, at timestamptz)
returns public.event_stage
language sql
immutable
set search_path = ''
as $$
  select case
    when event.state = 'draft' then 'draft'
    when event.state = 'canceled' then 'canceled'
    when event.ends_at <= at then 'past'
    else 'upcoming' end::public.event_stage
$$;

comment on function private.event_stage is 'Where an event stands at a moment: a comparison, so that nothing is ever over late.';

create function private.lead_events(
  caller uuid, at_stage public.event_stage, whose public.event_whose, after_moment timestamptz, after_id uuid, size integer, at timestamptz
)
returns table (
  id uuid, title text, starts_at timestamptz, ends_at timestamptz, time_zone text, place text, region text, category text,
  visibility public.event_visibility, capacity integer, stage public.event_stage, series_id uuid, may_edit boolean, written_by text,
  luma_state text, luma_error text, approved integer, pending integer, waitlist integer, sort_moment timestamptz
)
language plpgsql
stable
security definer
set search_path = ''
as $$
#variable_conflict use_column
declare
  leader constant uuid := private.require_leader(caller);
  is_admin constant boolean := exists (select from public.members m where m.id = leader and m.role = 'admin');
  my_regions constant text[] := array(select r.region from public.leader_regions r where r.member_id = leader);
  hosted constant uuid[] := array(select h.event_id from public.event_hosts h where h.member_id = leader);
  asked constant public.event_stage := coalesce(at_stage, 'upcoming');
  circle constant public.event_whose := coalesce(whose, 'all');
  -- What comes next stands first; of the rest, what is nearest to today.
  way constant integer := case when asked = 'upcoming' then 1 else -1 end;
begin
  return query
    with page as (
      select e.*, s.moment
        from public.events e
        cross join lateral (select case when asked = 'draft' then e.updated_at else e.starts_at end as moment) s
       -- As private.event_stage says of one, in words that cost nothing for each of many.
       where e.state = case asked when 'draft' then 'draft' when 'canceled' then 'canceled' else 'published' end::public.event_state
         and (asked in ('draft', 'canceled') or (e.ends_at <= at) = (asked = 'past'))
         and case circle
           when 'mine' then e.created_by = leader or e.id = any (hosted)
           when 'regions' then e.created_by = leader or e.id = any (hosted) or e.region = any (my_regions)
           else true end
         and (after_id is null or case way when 1 then (s.moment, e.id) > (after_moment, after_id) else (s.moment, e.id) < (after_moment, after_id) end)
       order by case way when 1 then s.moment end, case way when 1 then e.id end,
                case way when -1 then s.moment end desc, case way when -1 then e.id end desc
       limit least(greatest(coalesce(size, 30), 1), 100))
    select p.id, p.title, p.starts_at, p.ends_at, p.time_zone, p.place, p.region, p.category, p.visibility, p.capacity, asked, p.series_id,
           is_admin or p.created_by = leader or p.id = any (hosted) or coalesce(p.region = any (my_regions), false),
           w.name, l.state::text, l.error, g.approved, g.pending, g.waitlist, p.moment
      from page p
      left join public.profiles w on w.member_id = p.created_by
      left join private.luma_events l on l.event_id = p.id
      cross join lateral (
        select pg_catalog.count(*) filter (where g.status = 'approved')::integer as approved,
               pg_catalog.count(*) filter (where g.status = 'pending')::integer as pending,
               pg_catalog.count(*) filter (where g.status = 'waitlist')::integer as waitlist
          from private.event_guests g where g.event_id = p.id and not g.is_erased) g
     order by way * extract(epoch from p.moment), case way when 1 then p.id end, case way when -1 then p.id end desc;
end
$$;

comment on function private.lead_events is 'One page of the events of a stage for leaders, with progress at Luma and counts of guests. Raises PT403.';

create function public.lead_events(
  at_stage public.event_stage default 'upcoming', whose public.event_whose default 'all',
  after_moment timestamptz default null, after_id uuid default null, size integer default 30
)
returns table (
  id uuid, title text, starts_at timestamptz, ends_at timestamptz, time_zone text, place text, region text, category text,
  visibility public.event_visibility, capacity integer, stage public.event_stage, series_id uuid, may_edit boolean, written_by text,
  luma_state text, luma_error text, approved integer, pending integer, waitlist integer, sort_moment timestamptz
)
language sql
stable
set search_path = ''
as $$ select * from private.lead_events(auth.uid(), at_stage, whose, after_moment, after_id, size, private.clock()) $$;

comment on function public.lead_events is
  'For leaders: events of a stage, the next or the newest first. whose: mine, regions (mine and those of my regions) or all. after_moment, after_id: sort_moment and id of the last row of the page before.';

create function private.event_progress(event uuid)
returns jsonb
language plpgsql
stable
set search_path = ''
as $$
begin
  return (
    select pg_catalog.jsonb_build_object('state', e.state, 'revision', e.revision, 'url', e.url,
             'luma_state', l.state, 'luma_error', l.error)
      from public.events e left join private.luma_events l on l.event_id = e.id
     where e.id = event_progress.event);
end
$$;

comment on function private.event_progress(uuid) is 'How far Luma is with an event: waiting, creating, live, or what went wrong.';

create function private.event_progress(caller uuid, event uuid)
returns jsonb
language plpgsql
stable
security definer
set search_path = ''
as $$
begin
  perform private.require_leader(caller);
  return private.event_progress(event);
end
$$;

comment on function private.event_progress(uuid, uuid) is 'How far Luma is with an event, for leaders. Raises PT403.';

create function public.event_progress(event uuid)
returns jsonb
language sql
stable
set search_path = ''
as $$ select private.event_progress(auth.uid(), event) $$;

comment on function public.event_progress is 'For leaders: state, revision and address of an event, and how far Luma is with it. Null when there is no such event.';

create function private.series_of(event public.events)
returns jsonb
language plpgsql
stable
set search_path = ''
as $$
begin
  return (
    select pg_catalog.jsonb_build_object('id', event.series_id, 'of', pg_catalog.count(*),
             'place', pg_catalog.count(*) filter (where s.starts_at <= event.starts_at),
             'following', pg_catalog.count(*) filter (where s.starts_at > event.starts_at and s.state <> 'canceled'),
             'events', pg_catalog.jsonb_agg(pg_catalog.jsonb_build_object('id', s.id, 'starts_at', s.starts_at, 'state', s.state) order by s.starts_at, s.id))
      from public.events s where s.series_id = event.series_id
    having pg_catalog.count(*) > 0);
end
$$;

comment on function private.series_of is 'The series that an event belongs to: how many there are, which of them it is, how many follow. Null for one that stands alone.';

create function private.hosts_of(event uuid)
returns jsonb
language plpgsql
stable
set search_path = ''
as $$
begin
  return (
    select coalesce(pg_catalog.jsonb_agg(pg_catalog.jsonb_build_object('member_id', p.member_id, 'name', p.name,
             'picture', case when 'picture' = any (p.hidden_fields) then null else p.picture end, 'leads', m.role <> 'member') order by h.added_at, p.name), '[]')
      from public.event_hosts h
      join public.profiles p on p.member_id = h.member_id
      join public.members m on m.id = h.member_id
     where h.event_id = hosts_of.event);
end
$$;

comment on function private.hosts_of is 'Who hosts an event, for leaders: name, picture, and whether she leads and so may edit.';

create function private.event_to_edit(caller uuid, event uuid, at timestamptz)
returns jsonb
language plpgsql
stable
security definer
set search_path = ''
as $$
declare
  leader constant uuid := private.require_leader(caller);
  edits constant boolean := private.edits_event(caller, event);
  sent constant private.event_thanks := (select t from private.event_thanks t where t.event_id = event_to_edit.event);
begin
  return pg_catalog.jsonb_build_object(
    'regions', (select coalesce(pg_catalog.jsonb_agg(pg_catalog.jsonb_build_object('name', r.name, 'is_mine', exists (
                    select from public.leader_regions l where l.member_id = leader and l.region = r.name)) order by r.place, r.name), '[]')
                  from public.event_regions r),
    'categories', (select coalesce(pg_catalog.jsonb_agg(c.name order by c.place, c.name), '[]') from public.event_categories c),
    'guest_policy', (select r.guest_policy from private.event_rules r),
    'me', leader,
    'event', (
      select pg_catalog.to_jsonb(e) - array['created_by', 'updated_by', 'origin'] - case when edits then array[]::text[] else array['meeting_url'] end
             || private.event_progress(e.id)
             || pg_catalog.jsonb_build_object('stage', private.event_stage(e, at), 'may_edit', edits, 'hosts', private.hosts_of(e.id),
                  'has_begun', coalesce(e.starts_at <= at, false),
                  'series', private.series_of(e), 'written_by', w.name, 'written_by_me', e.created_by = leader,
                  'updated_by_me', e.updated_by = leader, 'updated_by_name', u.name,
                  'thanks_sent_at', sent.sent_at, 'thanks_told', sent.told)
        from public.events e
        left join public.profiles w on w.member_id = e.created_by
        left join public.profiles u on u.member_id = e.updated_by
       where e.id = event_to_edit.event));
end
$$;

comment on function private.event_to_edit is
  'Everything that the leaders'' form shows of an event, and what there is to choose from. Where one joins online only for who may edit it. Raises PT403.';

create function public.event_to_edit(event uuid)
returns jsonb
language sql
stable
set search_path = ''
as $$ select private.event_to_edit(auth.uid(), event, private.clock()) $$;

comment on function public.event_to_edit is
  'For leaders: one event as the form shows it ("event", null when there is none yet) with hosts, series and progress at Luma, and the regions and categories to choose from.';
