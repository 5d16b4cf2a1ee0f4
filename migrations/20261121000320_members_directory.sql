-- The directory: entitled people who chose to be visible, for entitled members.

create function private.directory(
  viewer uuid, search text, place text, after_name text, after_id uuid, size integer, at timestamptz
)
returns table (member_id uuid, name text, headline text, location text, linkedin_url text, image_url text, sort_name text)
language plpgsql
stable
security definer
set search_path = ''
-- Whether the trigram index or the name index is better depends on the words searched for.
set plan_cache_mode = 'force_custom_plan'
rows 24
as $$
#variable_conflict use_column
declare
  most constant integer := least(greatest(coalesce(size, 24), 1), 100);
  words text[];
  longest text;
begin
  if not private.is_entitled((select m.id from public.members m where m.user_id = viewer), at) then
    raise exception using errcode = 'PT403', message = 'The directory is for members',
      hint = 'Join, or come back, to find other members.';
  end if;
  if pg_catalog.length(search) > 80 then
    raise exception using errcode = 'PT422', message = 'The search is longer than 80 characters', detail = 'search',
      hint = 'Search for a name, a place or a few words.';
  end if;

  select pg_catalog.array_agg('%' || pg_catalog.replace(pg_catalog.replace(pg_catalog.replace(word, '\', '\\'), '%', '\%'), '_', '\_') || '%'
           order by pg_catalog.length(word) desc)
    into words
    from pg_catalog.regexp_split_to_table(pg_catalog.btrim(private.fold(coalesce(search, ''))), '\s+') word
   where word <> '';
  longest := words[1];

  if longest is not null then
    return query
      select p.member_id, p.name, p.headline, p.location, p.linkedin_url, p.image_url, p.name_key
        from public.profiles p
       where p.is_visible and p.access_until > at
         and p.search_key like longest and p.search_key like all (words)
         and (place is null or p.place_key = private.fold(place))
         and (after_name is null or (p.name_key, p.member_id) > (after_name, coalesce(after_id, '00000000-0000-0000-0000-000000000000')))
       order by p.name_key, p.member_id
       limit most;
  elsif place is not null then
    return query
      select p.member_id, p.name, p.headline, p.location, p.linkedin_url, p.image_url, p.name_key
        from public.profiles p
       where p.is_visible and p.access_until > at and p.place_key = private.fold(place)
         and (after_name is null or (p.name_key, p.member_id) > (after_name, coalesce(after_id, '00000000-0000-0000-0000-000000000000')))
       order by p.name_key, p.member_id
       limit most;
  else
    return query
      select p.member_id, p.name, p.headline, p.location, p.linkedin_url, p.image_url, p.name_key
        from public.profiles p
       where p.is_visible and p.access_until > at
         and (p.name_key, p.member_id) > (coalesce(after_name, ''), coalesce(after_id, '00000000-0000-0000-0000-000000000000'))
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
