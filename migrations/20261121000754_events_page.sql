-- One event's page.

create function private.event_hosts_shown(event public.events, eyes private.profile_eyes, at timestamptz)
returns jsonb
language plpgsql
stable
set search_path = ''
as $$
begin
  return coalesce((
    select pg_catalog.jsonb_agg(pg_catalog.jsonb_build_object('member_id', p.member_id, 'name', p.name, 'headline', p.headline,
             'picture', p.picture) order by h.added_at, p.name, p.member_id)
      from (select h.member_id, h.added_at from public.event_hosts h where h.event_id = event.id
            union all
            select event.created_by, '-infinity'::timestamptz
             where not exists (select from public.event_hosts h where h.event_id = event.id and h.member_id = event.created_by)) h
      cross join lateral private.profile_page(h.member_id, eyes, at) p), '[]');
end
$$;

comment on function private.event_hosts_shown is 'The hosts of an event whom the directory shows to these eyes, who created it first.';

create function private.event_company(event public.events, member uuid, eyes private.profile_eyes, at timestamptz)
returns jsonb
language plpgsql
stable
set search_path = ''
as $$
begin
  return coalesce((
    select pg_catalog.jsonb_agg(pg_catalog.jsonb_build_object('member_id', p.member_id, 'name', p.name, 'picture', p.picture)
             order by p.name, p.member_id)
      from (select distinct g.member_id
              from private.event_guests g
              join public.event_preferences c on c.member_id = g.member_id and c.shows_going
             where g.event_id = event.id and g.status = 'approved' and g.no_show_at is null and g.member_id <> member
               and not exists (select from public.event_hidings h where h.member_id = g.member_id and h.event_id = event.id)
             limit 60) g
      cross join lateral private.profile_page(g.member_id, eyes, at) p), '[]');
end
$$;

comment on function private.event_company is
  'Members who go (or were there), chose to be seen and stand in the directory, up to sixty. Says nothing of the others, who are in the number of guests like anybody.';

create function private.event_page(viewer uuid, event uuid, at timestamptz)
returns jsonb
language plpgsql
stable
security definer
set search_path = ''
as $$
declare
  reader constant public.members := private.require_event_reader(viewer, at);
  leads constant boolean := reader.role in ('leader', 'admin');
  eyes constant private.profile_eyes := (case when leads then 'leader' else 'member' end)::private.profile_eyes;
  found public.events;
  mine record;
  hosts boolean;
  over boolean;
  goes boolean;
begin
  select e.* into found from public.events e where e.id = event_page.event;
  if found.id is null or not private.is_shown_event(found, leads, at) then
    return null;
  end if;
  select * into mine from private.standing_at(found.id, reader.id);
  hosts := found.created_by is not distinct from reader.id
    or exists (select from public.event_hosts h where h.event_id = found.id and h.member_id = reader.id);
  -- Who was no part of it has nothing to do with a canceled one.
  if found.state = 'canceled' and mine.standing is null and not hosts and not leads then
    return null;
  end if;
  over := found.ends_at <= at;
  goes := coalesce(mine.standing in ('approved', 'checked_in'), false);
  return pg_catalog.jsonb_build_object(
    'id', found.id, 'title', found.title, 'description', found.description, 'starts_at', found.starts_at, 'ends_at', found.ends_at,
    'time_zone', found.time_zone, 'place', found.place, 'region', found.region, 'category', found.category,
    'visibility', found.visibility, 'state', found.state, 'cancel_reason', found.cancel_reason, 'capacity', found.capacity,
    'approval_required', found.approval_required, 'is_over', over, 'role', reader.role,
    -- Luma deletes what is canceled.
    'url', case when found.state = 'published' then found.url end,
    -- Gatherings run over: the way in stays for an hour.
    'meeting_url', case when found.state = 'published' and (goes or hosts or leads) and found.ends_at > at - interval '1 hour'
                     then found.meeting_url end,
    'standing', coalesce(mine.standing, 'none'), 'place_in_line', mine.place_in_line, 'words', coalesce(mine.words, ''), 'is_host', hosts,
    'may_edit', leads and private.edits_event(viewer, found.id),
    'going', (select pg_catalog.count(*) from private.event_guests g where g.event_id = found.id and g.status = 'approved'),
    'seats_left', case when found.state = 'published' and not over then private.event_seats(found.id) end,
    'hosts', private.event_hosts_shown(found, eyes, at),
    'company', case when found.state = 'published' then private.event_company(found, reader.id, eyes, at) else '[]' end,
    'shows_going', coalesce((select p.shows_going from public.event_preferences p where p.member_id = reader.id), false),
    'is_visible', coalesce((select p.is_visible from public.profiles p where p.member_id = reader.id), false),
    'hides_here', exists (select from public.event_hidings h where h.member_id = reader.id and h.event_id = found.id),
    'thanks', case when over and found.state = 'published' then found.thanks else '' end,
    'recording', case when over and found.state = 'published' and found.recording_url is not null then
       pg_catalog.jsonb_build_object('url', found.recording_url,
         'vimeo_id', (private.vimeo_video(found.recording_url))[1], 'vimeo_hash', (private.vimeo_video(found.recording_url))[2]) end);
end
$$;

comment on function private.event_page is
  'One event as the viewer may see it, with what she is to it; null when there is none to see. Where one joins online is in it for who goes, hosts or leads. Raises PT403.';

create function public.event_page(event uuid)
returns jsonb
language sql
stable
set search_path = ''
as $$ select private.event_page(auth.uid(), event, private.clock()) $$;

comment on function public.event_page is 'One event with its hosts, who goes and may be seen, and what one is to it. Null when there is none to see.';
