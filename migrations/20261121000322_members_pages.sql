-- One person's page, as others see it and as she would be seen.

create function private.profile_page(member uuid, eyes private.profile_eyes, at timestamptz)
returns table (
  member_id uuid, name text, headline text, bio text, location text, linkedin_url text, links text[], picture text,
  offers text, seeks text, interests text[], is_leader boolean, member_since timestamptz
)
language plpgsql
stable
set search_path = ''
rows 1
as $$
#variable_conflict use_column
begin
  return query
    select p.member_id, p.name,
           case when 'headline' = any (c.closed) then '' else p.headline end,
           case when 'bio' = any (c.closed) then '' else p.bio end,
           case when 'location' = any (c.closed) then '' else p.location end,
           case when 'links' = any (c.closed) then null else p.linkedin_url end,
           case when 'links' = any (c.closed) then '{}' else p.links end,
           case when 'picture' = any (c.closed) then null else p.picture end,
           case when 'offers' = any (c.closed) then '' else p.offers end,
           case when 'seeks' = any (c.closed) then '' else p.seeks end,
           case when 'interests' = any (c.closed) then '{}' else p.interests end,
           m.role <> 'member', s.member_since
      from public.profiles p
      join public.members m on m.id = p.member_id
      left join public.memberships s on s.member_id = p.member_id
      cross join lateral (select private.closed_fields(p.hidden_fields, p.leader_fields, eyes) as closed) c
     where p.member_id = profile_page.member and eyes <> 'visitor' and p.is_visible and p.access_until > at;
end
$$;

comment on function private.profile_page is
  'A profile as these eyes see it: no row for visitors, and none while she is hidden or not entitled. The one place that decides which fields are shown.';

create function private.member_page(viewer uuid, member uuid, at timestamptz)
returns table (
  member_id uuid, name text, headline text, bio text, location text, linkedin_url text, links text[], picture text,
  offers text, seeks text, interests text[], is_leader boolean, member_since timestamptz, is_me boolean
)
language plpgsql
stable
security definer
set search_path = ''
rows 1
as $$
begin
  perform private.require_entitled(viewer, at);
  return query
    select p.*, exists (select from public.members m where m.id = p.member_id and m.user_id = viewer)
      from private.profile_page(member, private.eyes_of(viewer), at) p;
end
$$;

comment on function private.member_page is 'Somebody''s page as the viewer may see it. No row says nothing about whether she exists. Raises PT403.';

create function public.member_page(member_id uuid)
returns table (
  member_id uuid, name text, headline text, bio text, location text, linkedin_url text, links text[], picture text,
  offers text, seeks text, interests text[], is_leader boolean, member_since timestamptz, is_me boolean
)
language sql
stable
set search_path = ''
as $$ select * from private.member_page(auth.uid(), $1, private.clock()) $$;

comment on function public.member_page is 'The page of one member, with the fields that she lets the caller see. No row when there is nobody to be seen.';

create function private.preview_profile(caller uuid, seen_by text, at timestamptz)
returns table (
  member_id uuid, name text, headline text, bio text, location text, linkedin_url text, links text[], picture text,
  offers text, seeks text, interests text[], is_leader boolean, member_since timestamptz
)
language plpgsql
stable
security definer
set search_path = ''
rows 1
as $$
declare
  mine constant uuid := (select m.id from public.members m where m.user_id = caller);
begin
  if mine is null then
    raise exception using errcode = 'PT403', message = 'Sign up first', hint = 'Finish signing up, then look again.';
  end if;
  if coalesce(seen_by, '') not in ('visitor', 'member', 'leader') then
    raise exception using errcode = 'PT422', message = 'Say as whom to look', detail = 'seen_by',
      hint = 'Choose visitor, member or leader.';
  end if;
  return query select * from private.profile_page(mine, seen_by::private.profile_eyes, at);
end
$$;

comment on function private.preview_profile is 'One''s own page as a visitor, another member or a leader sees it. Raises PT403 or PT422.';

create function public.preview_profile(seen_by text)
returns table (
  member_id uuid, name text, headline text, bio text, location text, linkedin_url text, links text[], picture text,
  offers text, seeks text, interests text[], is_leader boolean, member_since timestamptz
)
language sql
stable
set search_path = ''
as $$ select * from private.preview_profile(auth.uid(), seen_by, private.clock()) $$;

comment on function public.preview_profile is 'One''s own page as others see it. seen_by: visitor, member or leader. No row when they see nothing.';

create function private.my_profile(caller uuid)
returns jsonb
language plpgsql
stable
security definer
set search_path = ''
as $$
begin
  return (
    select pg_catalog.jsonb_build_object(
      'member_id', m.id, 'role', m.role, 'name', p.name, 'headline', p.headline, 'bio', p.bio, 'location', p.location,
      'linkedin_url', p.linkedin_url, 'links', p.links, 'picture', p.picture, 'offers', p.offers, 'seeks', p.seeks,
      'interests', p.interests, 'is_visible', p.is_visible, 'hidden_fields', p.hidden_fields, 'leader_fields', p.leader_fields,
      'updated_at', p.updated_at,
      'topics', (select coalesce(pg_catalog.jsonb_agg(pg_catalog.jsonb_build_object('topic', t.topic, 'name', t.name) order by t.rank, t.name), '[]')
                   from public.topics t))
      from public.members m
      join public.profiles p on p.member_id = m.id
     where m.user_id = caller);
end
$$;

comment on function private.my_profile is 'One''s own profile, whole, with the topics to choose from; null for who is no member.';

create function public.my_profile()
returns jsonb
language sql
stable
set search_path = ''
as $$ select private.my_profile(auth.uid()) $$;

comment on function public.my_profile is 'One''s own profile with the topics to choose from, in one answer. Null for who is no member yet.';
