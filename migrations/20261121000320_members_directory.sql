-- The directory: entitled people who chose to be visible, for entitled members.

create function private.search_directory(
  search text, place text, after_name text, after_id uuid, size integer, at timestamptz
)
returns setof public.profiles
language plpgsql
stable
set search_path = ''
rows 24
as $$
declare
  near constant integer := 500;
  words text[];
  found_here integer;
begin
  select pg_catalog.array_agg('%' || pg_catalog.regexp_replace(word, '([\\%_])', '\\\1', 'g') || '%'
           order by pg_catalog.length(word) desc)
    into words
    from pg_catalog.regexp_split_to_table(pg_catalog.btrim(private.fold(search)), '\s+') word;

  -- Common words are met soon when one reads on in order of name, so try a bounded stretch of that first.
  return query
    select stretch.*
      from (select p.* from public.profiles p
             where p.is_visible and p.access_until > at and (p.name_key, p.member_id) > (after_name, after_id)
             order by p.name_key, p.member_id
             limit near) stretch
     where stretch.search_key like all (words) and (place is null or stretch.place_key = place)
     order by stretch.name_key, stretch.member_id
     limit size;
  get diagnostics found_here = row_count;
  if found_here >= size then
    return;
  end if;
  -- Rare words are what the trigram index is for. The first three are asked of it; a subquery keeps the
  -- planner from walking the name index once more.
  return query
    select hits.*
      from (select p.* from public.profiles p
             where p.is_visible and p.access_until > at
               and p.search_key like words[1]
               and p.search_key like coalesce(words[2], words[1])
               and p.search_key like coalesce(words[3], words[1])
               and p.search_key like all (words)
               and (place is null or p.place_key = place)
               and (p.name_key, p.member_id) > (after_name, after_id)
            offset 0) hits
     order by hits.name_key, hits.member_id
    offset found_here
     limit size - found_here;
end
$$;

comment on function private.search_directory is
  'Visible, entitled profiles whose text holds every word, in order of name. Bounded for common words, by trigram for rare ones.';

create function private.directory(
  viewer uuid, search text, place text, after_name text, after_id uuid, size integer, at timestamptz
)
returns table (member_id uuid, name text, headline text, location text, linkedin_url text, image_url text, sort_name text)
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
begin
  if not private.is_entitled((select m.id from public.members m where m.user_id = viewer), at) then
    raise exception using errcode = 'PT403', message = 'The directory is for members',
      hint = 'Join, or come back, to find other members.';
  end if;
  if pg_catalog.length(search) > 80 then
    raise exception using errcode = 'PT422', message = 'The search is longer than 80 characters', detail = 'search',
      hint = 'Search for a name, a place or a few words.';
  end if;

  if pg_catalog.btrim(coalesce(search, '')) <> '' then
    return query
      select p.member_id, p.name, p.headline, p.location, p.linkedin_url, p.image_url, p.name_key
        from private.search_directory(search, here, from_name, from_id, most, at) p;
  elsif here is not null then
    return query
      select p.member_id, p.name, p.headline, p.location, p.linkedin_url, p.image_url, p.name_key
        from public.profiles p
       where p.is_visible and p.access_until > at and p.place_key = here
         and (p.name_key, p.member_id) > (from_name, from_id)
       order by p.name_key, p.member_id
       limit most;
  else
    return query
      select p.member_id, p.name, p.headline, p.location, p.linkedin_url, p.image_url, p.name_key
        from public.profiles p
       where p.is_visible and p.access_until > at
         and (p.name_key, p.member_id) > (from_name, from_id)
       order by p.name_key, p.member_id
       limit most;
  end if;
end
$$;

comment on function private.directory is
  'One page of the directory in order of name. Asks once whether the viewer is entitled, then reads by index; a search written as a filter on the table under RLS could not use the trigram index. Raises PT403 or PT422.';

create function public.directory(
  search text default null, place text default null, after_name text default null, after_id uuid default null,
  size integer default 24
)
returns table (member_id uuid, name text, headline text, location text, linkedin_url text, image_url text, sort_name text)
language sql
stable
set search_path = ''
as $$ select * from private.directory(auth.uid(), search, place, after_name, after_id, size, private.clock()) $$;

comment on function public.directory is
  'Finds members. search: words in name, headline, place or bio, accents ignored. place: exactly this place. after_name and after_id: sort_name and member_id of the last row of the page before. size: 1 to 100.';

create function private.set_consent(caller uuid, channel public.consent_channel, granted boolean, at timestamptz)
returns void
language plpgsql
volatile
security definer
set search_path = ''
as $$
declare
  member uuid;
begin
  select m.id into member from public.members m where m.user_id = caller;
  if member is null or channel is null or granted is null then
    raise exception using errcode = 'PT422', message = 'Say which channel, and yes or no', detail = 'channel',
      hint = 'Sign in as a member and choose email, slack or whatsapp.';
  end if;
  insert into public.consents (member_id, channel, granted, source, at)
  values (member, set_consent.channel, set_consent.granted, 'The member, on the site', set_consent.at);
  perform private.audit('member', member::text, 'members.consent_set', 'member', member::text,
    null, pg_catalog.jsonb_build_object('channel', channel, 'granted', granted));
  if set_consent.channel = 'email' then
    perform private.audience_changed(member, null);
  end if;
end
$$;

comment on function private.set_consent is 'Records a member''s own answer about a channel. Raises PT422.';

create function public.set_consent(channel public.consent_channel, granted boolean)
returns void
language sql
volatile
set search_path = ''
as $$ select private.set_consent(auth.uid(), channel, granted, private.clock()) $$;

comment on function public.set_consent is 'Allows or refuses a channel: email, slack or whatsapp.';
