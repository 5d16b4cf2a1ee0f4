-- What agents read of members: who there is, by name, address or status; one of them whole, as other members see her.

-- Everybody by name, not only who is visible: agents that support people find who hides, too.
create index profiles_by_name on public.profiles (name_key, member_id);
create index profiles_by_words_of_name on public.profiles using gin (name_key extensions.gin_trgm_ops);
create index profiles_never_members on public.profiles (name_key, member_id) where access_until = '-infinity';
create index memberships_by_status on public.memberships (status, access_until, member_id);

create function private.known_member(args jsonb)
returns public.members
language plpgsql
stable
set search_path = ''
as $$
declare
  known public.members;
begin
  select m.* into known from public.members m where m.id = private.arg_uuid(args, 'member', true);
  if known.id is null then
    raise exception using errcode = 'PT404', message = 'There is no such member', detail = 'member',
      hint = 'Find her with members.list. Whoever was deleted is not there any more.';
  end if;
  return known;
end
$$;

comment on function private.known_member is 'The member whom an operation is about. Raises PT404 or PT422.';

create function private.agent_membership(held public.memberships, at timestamptz)
returns jsonb
language plpgsql
stable
set search_path = ''
as $$
begin
  return case when held.member_id is not null then pg_catalog.jsonb_build_object(
    'tier', held.tier, 'status', held.status, 'is_entitled', held.access_until > at,
    'access_until', case when pg_catalog.isfinite(held.access_until) then held.access_until end,
    'cancel_at_period_end', held.cancel_at_period_end, 'member_since', held.member_since) end;
end
$$;

comment on function private.agent_membership is 'A membership as agents see it. access_until is null while no end is known. Null for who never paid dues.';

create function private.found_members(
  words text[], of_status text, of_tier text, after_name text, after_id uuid, size integer
)
returns table (member_id uuid)
language plpgsql
stable
set search_path = ''
-- "words is null or …" folds away only when the planner knows the words; and it stays on the indexes.
set plan_cache_mode = force_custom_plan set enable_hashjoin = off set enable_mergejoin = off
rows 25
as $$
#variable_conflict use_column
declare
  near constant integer := 2000;
  found_here integer;
begin
  -- What is common is met soon when one reads on in order of name, so try a bounded stretch first.
  return query
    select stretch.member_id
      from (select p.member_id, p.name_key from public.profiles p
             where (p.name_key, p.member_id) > (after_name, after_id)
             order by p.name_key, p.member_id
             limit near) stretch
      left join public.memberships m on m.member_id = stretch.member_id
     where (words is null or stretch.name_key like all (words))
       and (of_status is null or coalesce(m.status::text, 'none') = of_status)
       and (of_tier is null or m.tier::text = of_tier)
     order by stretch.name_key, stretch.member_id
     limit size;
  get diagnostics found_here = row_count;
  if found_here >= size or not exists (
    select from public.profiles p where (p.name_key, p.member_id) > (after_name, after_id)
     order by p.name_key, p.member_id offset near) then
    return;
  end if;
  -- What is rare is found by its own index, and then put in order: the subquery keeps the planner from reading on by name.
  if of_status = 'none' and words is null then
    return query
      select p.member_id from public.profiles p
       where p.access_until = '-infinity' and (p.name_key, p.member_id) > (after_name, after_id) and of_tier is null
         and not exists (select from public.memberships m where m.member_id = p.member_id)
       order by p.name_key, p.member_id offset found_here limit size - found_here;
  elsif of_status = 'none' or coalesce(of_status, of_tier) is null then
    return query
      select hits.member_id
        from (select p.member_id, p.name_key from public.profiles p
               where p.name_key like words[1] and p.name_key like all (words) and (p.name_key, p.member_id) > (after_name, after_id)
                 and (of_status is null or of_tier is null and not exists (select from public.memberships m where m.member_id = p.member_id))
              offset 0) hits
       order by hits.name_key, hits.member_id offset found_here limit size - found_here;
  else
    return query
      select hits.member_id
        from (select p.member_id, p.name_key from public.memberships m join public.profiles p on p.member_id = m.member_id
               where (of_status is null or m.status = of_status::public.subscription_status)
                 and (of_tier is null or m.tier = of_tier::public.membership_tier)
                 and (words is null or p.name_key like words[1] and p.name_key like all (words))
                 and (p.name_key, p.member_id) > (after_name, after_id)
              offset 0) hits
       order by hits.name_key, hits.member_id offset found_here limit size - found_here;
  end if;
end
$$;

comment on function private.found_members is
  'One page of all people in order of name, visible or not: by the words of their names, their status at Stripe (none: never paid dues) and their tier. Bounded for what is common, by index for what is rare.';

create function private.agent_list_members(call private.agent_call, args jsonb)
returns jsonb
language plpgsql
stable
set search_path = ''
as $$
declare
  address constant text := private.normalize_email(private.arg_text(args, 'email', 254));
  words constant text[] := private.search_patterns(private.arg_text(args, 'search', 80));
  of_status constant text := private.arg_choice(args, 'status', pg_catalog.enum_range(null::public.subscription_status)::text[] || 'none'::text);
  of_tier constant text := private.arg_choice(args, 'tier', pg_catalog.enum_range(null::public.membership_tier)::text[]);
  size constant integer := private.arg_integer(args, 'limit', 1, 100, 25);
  after_id constant uuid := private.arg_uuid(args, 'after');
  after_name text;
  ids uuid[];
begin
  if address is not null then
    if coalesce(words::text, of_status, of_tier, after_id::text) is not null then
      perform private.refuse_field('email', 'An address finds one person by itself', 'Send it without anything else.');
    end if;
    ids := array(select e.member_id from public.member_emails e where e.email = address);
  elsif args ->> 'email' is not null then
    -- Whoever looks for one person and has no address must not get the first of all.
    perform private.refuse_field('email', 'email is empty', 'Send an address, or leave it out.');
  else
    if after_id is not null then
      select p.name_key into after_name from public.profiles p where p.member_id = after_id;
      if after_name is null then
        perform private.refuse_field('after', 'This page is not known any more', 'Begin again without after.');
      end if;
    end if;
    ids := array(select f.member_id from private.found_members(words, of_status, of_tier, coalesce(after_name, ''),
      coalesce(after_id, '00000000-0000-0000-0000-000000000000'), size + 1) with ordinality as f (member_id, place) order by f.place);
  end if;
  return pg_catalog.jsonb_build_object(
    'rows', least(pg_catalog.cardinality(ids), size),
    'next', case when pg_catalog.cardinality(ids) > size then ids[size] end,
    'data', pg_catalog.jsonb_build_object('members', (
      select coalesce(pg_catalog.jsonb_agg(pg_catalog.jsonb_build_object('member', m.id, 'name', private.said(p.name), 'role', m.role,
               'known_since', m.created_at, 'membership', private.agent_membership(s, call.at)) order by known.place), '[]')
        from pg_catalog.unnest(ids) with ordinality as known (id, place)
        join public.members m on m.id = known.id
        join public.profiles p on p.member_id = m.id
        left join public.memberships s on s.member_id = m.id
       where known.place <= size)));
end
$$;

comment on function private.agent_list_members is
  'members.list: people by name, exact address or status, in order of name. Also who is not visible to members: her name and membership, and nothing that she wrote about herself.';

create function private.agent_get_member(call private.agent_call, args jsonb)
returns jsonb
language plpgsql
stable
set search_path = ''
as $$
declare
  her constant public.members := private.known_member(args);
  held public.memberships;
begin
  select m.* into held from public.memberships m where m.member_id = her.id;
  return (
    select pg_catalog.jsonb_build_object('rows', 1, 'data', pg_catalog.jsonb_build_object(
             'member', her.id, 'name', private.said(p.name), 'role', her.role, 'origin', her.origin,
             'known_since', her.created_at, 'has_signed_in', her.user_id is not null, 'is_visible', p.is_visible,
             'membership', private.agent_membership(held, call.at),
             -- Exactly what another member would see of her now; private.profile_page decides.
             'profile', (
               select pg_catalog.jsonb_build_object(
                        'headline', private.said(seen.headline), 'bio', private.said(seen.bio),
                        'location', private.said(seen.location), 'offers', private.said(seen.offers),
                        'seeks', private.said(seen.seeks), 'interests', seen.interests)
                 from private.profile_page(her.id, 'member', call.at) seen),
             'revision', p.updated_at))
      from public.profiles p where p.member_id = her.id);
end
$$;

comment on function private.agent_get_member is
  'members.get: one person. Her profile as other members see it now, and null while they do not; addresses and numbers that stand in its texts are taken out.';
