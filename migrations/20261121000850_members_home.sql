-- The member's home page: one answer with a glance into each room.

create function private.new_members(viewer uuid, at timestamptz)
returns jsonb
language plpgsql
stable
set search_path = ''
as $$
declare
  eyes constant private.profile_eyes := (
    select (case m.role when 'member' then 'member' else 'leader' end)::private.profile_eyes from public.members m where m.id = viewer);
begin
  return coalesce((
    select pg_catalog.jsonb_agg(pg_catalog.jsonb_build_object('member_id', n.member_id, 'name', n.name, 'headline', n.headline,
             'picture', n.picture) order by n.member_since desc, n.member_id)
      from (
        select s.member_id, s.member_since, page.name, page.headline, page.picture
          -- Six first, then their pages: after an import a whole community is new.
          from (select m.member_id, m.member_since
                  from public.memberships m
                  join public.profiles p on p.member_id = m.member_id and p.is_visible and p.access_until > at and p.name <> ''
                 where m.member_since > at - interval '7 days' and m.member_since <= at and m.member_id <> viewer
                 order by m.member_since desc, m.member_id
                 limit 6) s
          cross join lateral private.profile_page(s.member_id, eyes, at) page) n), '[]');
end
$$;

comment on function private.new_members is 'Up to six who joined within a week and may be seen, newest first.';

create function private.to_do(member uuid)
returns jsonb
language plpgsql
stable
set search_path = ''
as $$
begin
  return (
    select pg_catalog.to_jsonb(pg_catalog.array_remove(array[
             case when p.headline = '' or p.bio = '' then 'profile' end,
             case when p.picture is null then 'picture' end,
             case when p.interests = '{}' then 'interests' end,
             case when p.visibility_asked_at is null then 'visibility' end], null))
      from public.profiles p where p.member_id = member);
end
$$;

comment on function private.to_do is 'What a member has not done yet of what makes her findable: profile, picture, interests, visibility.';

create function private.home(caller uuid, at timestamptz)
returns jsonb
language plpgsql
stable
security definer
set search_path = ''
as $$
declare
  mine public.members;
  entitled boolean;
  way_in jsonb;
begin
  select m.* into mine from public.members m where m.user_id = caller;
  if mine.id is null then
    return null;
  end if;
  entitled := private.is_entitled(mine.id, at);
  way_in := private.slack_way_in(mine.id, at);
  return private.membership_card(mine.id, at) || pg_catalog.jsonb_build_object(
    'member', (select pg_catalog.jsonb_build_object('id', mine.id, 'name', p.name, 'role', mine.role, 'picture', p.picture,
                 'is_visible', p.is_visible)
                 from public.profiles p where p.member_id = mine.id),
    'last_receipt', private.receipts(mine.id, 1) -> 0,
    'to_do', private.to_do(mine.id) || case when way_in is null then '[]' else '["slack"]' end::jsonb,
    'slack', way_in,
    'proposals', case when mine.role = 'admin' then private.proposals_to_decide(mine.id, at) end,
    'events', case when entitled then private.my_events(mine.id, at) else '[]' end,
    'new_members', case when entitled then private.new_members(mine.id, at) else '[]' end,
    'new_resources', case when entitled then private.new_resources(mine.id, at) else '[]' end);
end
$$;

comment on function private.home is 'Everything that the home page shows; null for who is no member. Who is not entitled gets empty lists.';

create function public.home()
returns jsonb
language sql
stable
set search_path = ''
as $$ select private.home(auth.uid(), private.clock()) $$;

comment on function public.home is 'One''s own home page in one answer: membership, next events, new members, new resources, things to do. Null for who is no member yet.';
