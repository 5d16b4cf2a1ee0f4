-- The directory: entitled people who chose to be visible, for entitled members.

create type private.profile_eyes as enum ('visitor', 'member', 'leader');
comment on type private.profile_eyes is 'As whom somebody looks at profiles. visitor: nobody who is signed in as a member. leader: admins too.';

create function private.eyes_of(viewer uuid)
returns private.profile_eyes
language plpgsql
stable
set search_path = ''
as $$
begin
  return (case (select m.role from public.members m where m.user_id = viewer)
    when 'member' then 'member' when 'leader' then 'leader' when 'admin' then 'leader' else 'visitor' end)::private.profile_eyes;
end
$$;

comment on function private.eyes_of is 'As whom somebody looks at profiles: a visitor, a member, or a leader (admins too).';

create function private.closed_fields(hidden_fields public.profile_field[], leader_fields public.profile_field[], eyes private.profile_eyes)
returns public.profile_field[]
language plpgsql
immutable
set search_path = ''
as $$
begin
  return case eyes when 'leader' then hidden_fields else hidden_fields || leader_fields end;
end
$$;

comment on function private.closed_fields is 'The fields of a profile that these eyes may not see.';

create function private.require_entitled(viewer uuid, at timestamptz)
returns void
language plpgsql
stable
set search_path = ''
as $$
begin
  if not private.is_entitled((select m.id from public.members m where m.user_id = viewer), at) then
    raise exception using errcode = 'PT403', message = 'The directory is for members',
      hint = 'Join, or come back, to find other members.';
  end if;
end
$$;

comment on function private.require_entitled is 'Raises PT403 unless the sign-in counts as a member now.';

create function private.search_patterns(search text)
returns text[]
language sql
immutable
set search_path = ''
as $$
  select pg_catalog.array_agg('%' || pg_catalog.regexp_replace(word, '([\\%_])', '\\\1', 'g') || '%'
           order by pg_catalog.length(word) desc)
    from pg_catalog.regexp_split_to_table(pg_catalog.btrim(private.fold(search)), '\s+') word
   where word <> ''
$$;

comment on function private.search_patterns is 'One pattern a word that was searched for, longest first; null for no words.';

create function private.listed_by_name(place text, after_name text, after_id uuid, size integer, at timestamptz)
returns setof public.profiles
language plpgsql
stable
set search_path = ''
rows 24
as $$
begin
  if place is null then
    return query
      select p.* from public.profiles p
       where p.is_visible and p.access_until > at and (p.name_key, p.member_id) > (after_name, after_id)
       order by p.name_key, p.member_id
       limit size;
  else
    return query
      select p.* from public.profiles p
       where p.is_visible and p.access_until > at and p.place_key = place
         and (p.name_key, p.member_id) > (after_name, after_id)
       order by p.name_key, p.member_id
       limit size;
  end if;
end
$$;

comment on function private.listed_by_name is 'One page of visible, entitled profiles in order of name, of one place or of all.';

create function private.search_directory(
  words text[], place text, interest text, after_name text, after_id uuid, size integer, at timestamptz
)
returns setof public.profiles
language plpgsql
stable
set search_path = ''
set plan_cache_mode = force_custom_plan -- "place is null or …" folds away only when the planner knows the place
rows 24
as $$
declare
  near constant integer := 500;
  found_here integer;
begin
  -- Common words and interests are met soon when one reads on in order of name, so try a bounded stretch first.
  return query
    select stretch.*
      from (select p.* from public.profiles p
             where p.is_visible and p.access_until > at and (p.name_key, p.member_id) > (after_name, after_id)
             order by p.name_key, p.member_id
             limit near) stretch
     where (words is null or stretch.search_key like all (words))
       and (interest is null or interest = any (stretch.interest_keys))
       and (place is null or stretch.place_key = place)
     order by stretch.name_key, stretch.member_id
     limit size;
  get diagnostics found_here = row_count;
  if found_here >= size then
    return;
  end if;
  if not exists (
    select from public.profiles p
     where p.is_visible and p.access_until > at and (p.name_key, p.member_id) > (after_name, after_id)
     order by p.name_key, p.member_id
    offset near) then
    return;  -- the stretch reached the end of the list
  end if;
  -- Rare ones are what the indexes are for. A subquery keeps the planner from walking the name index once more;
  -- the first three words are asked of the trigram index.
  if words is null then
    return query
      select hits.*
        from (select p.* from public.profiles p
               where p.is_visible and p.access_until > at and p.interest_keys @> array[interest]
                 and (place is null or p.place_key = place)
                 and (p.name_key, p.member_id) > (after_name, after_id)
              offset 0) hits
       order by hits.name_key, hits.member_id
      offset found_here
       limit size - found_here;
  else
    return query
      select hits.*
        from (select p.* from public.profiles p
               where p.is_visible and p.access_until > at
                 and p.search_key like words[1]
                 and p.search_key like coalesce(words[2], words[1])
                 and p.search_key like coalesce(words[3], words[1])
                 and p.search_key like all (words)
                 and (interest is null or p.interest_keys @> array[interest])
                 and (place is null or p.place_key = place)
                 and (p.name_key, p.member_id) > (after_name, after_id)
              offset 0) hits
       order by hits.name_key, hits.member_id
      offset found_here
       limit size - found_here;
  end if;
end
$$;

comment on function private.search_directory is
  'Visible, entitled profiles whose seen text holds every pattern and whose seen interests hold one, in order of name. Bounded for common ones, by index for rare ones.';

create function private.directory(
  viewer uuid, search text, place text, interest text, after_name text, after_id uuid, size integer, at timestamptz
)
returns table (
  member_id uuid, name text, headline text, location text, picture text, interests text[], is_leader boolean, sort_name text
)
language plpgsql
stable
security definer
set search_path = ''
rows 24
as $$
#variable_conflict use_column
declare
  most constant integer := least(greatest(coalesce(size, 24), 1), 100);
  from_name constant text := coalesce(after_name, '');
  from_id constant uuid := coalesce(after_id, '00000000-0000-0000-0000-000000000000');
  here constant text := private.fold(nullif(pg_catalog.btrim(place), ''));
  about constant text := nullif(pg_catalog.btrim(interest), '');
  words constant text[] := private.search_patterns(search);
  eyes constant private.profile_eyes := private.eyes_of(viewer);
begin
  perform private.require_entitled(viewer, at);
  if pg_catalog.length(search) > 80 or pg_catalog.length(place) > 120 then
    raise exception using errcode = 'PT422',
      message = case when pg_catalog.length(search) > 80 then 'The search is longer than 80 characters' else 'The place is longer than 120 characters' end,
      detail = case when pg_catalog.length(search) > 80 then 'search' else 'place' end,
      hint = 'Search for a name, a place or a few words.';
  end if;

  return query
    select p.member_id, p.name,
           case when 'headline' = any (c.closed) then '' else p.headline end,
           case when 'location' = any (c.closed) then '' else p.location end,
           case when 'picture' = any (c.closed) then null else p.picture end,
           case when 'interests' = any (c.closed) then '{}' else p.interests end,
           m.role <> 'member', p.name_key
      from (
        select * from private.search_directory(words, here, about, from_name, from_id, most, at)
         where words is not null or about is not null
        union all
        select * from private.listed_by_name(here, from_name, from_id, most, at)
         where words is null and about is null) p
      join public.members m on m.id = p.member_id
      cross join lateral (select private.closed_fields(p.hidden_fields, p.leader_fields, eyes) as closed) c
     order by p.name_key, p.member_id;
end
$$;

comment on function private.directory is
  'One page of the directory in order of name. Asks once whether the viewer is entitled, then reads by index; a search written as a filter on the table under RLS could not use the trigram index. Raises PT403 or PT422.';

create function public.directory(
  search text default null, place text default null, interest text default null,
  after_name text default null, after_id uuid default null, size integer default 24
)
returns table (
  member_id uuid, name text, headline text, location text, picture text, interests text[], is_leader boolean, sort_name text
)
language sql
stable
set search_path = ''
as $$ select * from private.directory(auth.uid(), search, place, interest, after_name, after_id, size, private.clock()) $$;

comment on function public.directory is
  'Finds members. search: words in what they let members see, accents ignored. place: exactly this place. interest: one topic. after_name and after_id: sort_name and member_id of the last row of the page before. size: 1 to 100.';

create function private.directory_places(viewer uuid, typed text, at timestamptz)
returns table (place text)
language plpgsql
stable
security definer
set search_path = ''
rows 8
as $$
declare
  beginning constant text := coalesce(private.fold(pg_catalog.ltrim(typed)), '');
  last_key text collate "C" := '';
  found_place text;
begin
  perform private.require_entitled(viewer, at);
  if pg_catalog.length(typed) > 120 then
    raise exception using errcode = 'PT422', message = 'The place is longer than 120 characters', detail = 'place',
      hint = 'Type its first letters.';
  end if;
  -- From one place to the next by the index, however many people live in each.
  for _ in 1..8 loop
    select p.place_key, p.location into last_key, found_place
      from public.profiles p
     where p.is_visible and p.access_until > at and p.place_key > last_key
       and p.place_key >= beginning and p.place_key < beginning || U&'\+10FFFF'
     order by p.place_key
     limit 1;
    exit when not found;
    place := found_place;
    return next;
  end loop;
end
$$;

comment on function private.directory_places is 'Up to eight places of listed people that begin with what was typed, in order. Raises PT403 or PT422.';

create function public.directory_places(typed text default '')
returns table (place text)
language sql
stable
set search_path = ''
as $$ select * from private.directory_places(auth.uid(), typed, private.clock()) $$;

comment on function public.directory_places is 'Places to filter the directory by, while one types.';
