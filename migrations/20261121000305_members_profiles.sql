-- Profiles: what members say about themselves, and which of it others may see and find.

create type public.profile_field as enum (
  'headline', 'bio', 'location', 'links', 'picture', 'offers', 'seeks', 'interests'
);
comment on type public.profile_field is
  'What of a profile a member shows to members, to leaders only, or to nobody. Her name is shown wherever she is.';

create function private.are_links(links text[])
returns boolean
language plpgsql
immutable
set search_path = ''
as $$
begin
  return pg_catalog.cardinality(links) <= 5 and not exists (
    select from pg_catalog.unnest(links) as l (link)
     where l.link is null or l.link !~ '^https://[^\s<>"/@]+\.[^\s<>"/@]+(/[^\s<>"]*)?$' or pg_catalog.length(l.link) > 300);
end
$$;

comment on function private.are_links(text[]) is 'Whether these are up to five https addresses that a browser may open.';

create function private.place_key(location text, private_fields public.profile_field[])
returns text
language plpgsql
immutable
parallel safe
set search_path = ''
as $$
begin
  return case when 'location' = any (private_fields) then '' else private.fold(pg_catalog.btrim(location)) end;
end
$$;

comment on function private.place_key is 'The place that other members may filter by: empty when they may not see it.';

create function private.interest_keys(interests text[], private_fields public.profile_field[])
returns text[]
language plpgsql
immutable
parallel safe
set search_path = ''
as $$
begin
  return case when 'interests' = any (private_fields) then '{}' else interests end;
end
$$;

comment on function private.interest_keys is 'The interests that other members may filter by: none when they may not see them.';

create function private.search_key(
  name text, headline text, location text, bio text, offers text, seeks text, interests text[], private_fields public.profile_field[]
)
returns text
language plpgsql
immutable
parallel safe
set search_path = ''
as $$
begin
  return private.fold(pg_catalog.concat_ws(' ', name,
    case when 'headline' = any (private_fields) then null else headline end,
    case when 'location' = any (private_fields) then null else location end,
    case when 'bio' = any (private_fields) then null else bio end,
    case when 'offers' = any (private_fields) then null else offers end,
    case when 'seeks' = any (private_fields) then null else seeks end,
    case when 'interests' = any (private_fields) then null else pg_catalog.array_to_string(interests, ' ') end));
end
$$;

comment on function private.search_key is 'The words that other members may find a person by: those of the fields that they may see.';

create table public.profiles (
  member_id uuid primary key references public.members (id) on delete cascade,
  name text not null default '',
  headline text not null default '',
  bio text not null default '',
  location text not null default '',
  linkedin_url text,
  links text[] not null default '{}',
  offers text not null default '',
  seeks text not null default '',
  interests text[] not null default '{}',
  picture text unique,
  is_visible boolean not null default false,
  hidden_fields public.profile_field[] not null default '{}',
  leader_fields public.profile_field[] not null default '{}',
  visibility_asked_at timestamptz,
  access_until timestamptz not null default '-infinity',
  name_key text not null generated always as (private.fold(name)) stored,
  place_key text collate "C" not null generated always as (private.place_key(location, hidden_fields || leader_fields)) stored,
  interest_keys text[] not null generated always as (private.interest_keys(interests, hidden_fields || leader_fields)) stored,
  search_key text not null generated always as (
    private.search_key(name, headline, location, bio, offers, seeks, interests, hidden_fields || leader_fields)
  ) stored,
  updated_at timestamptz not null default private.clock(),
  constraint profiles_name_short check (length(name) <= 120),
  constraint profiles_headline_short check (length(headline) <= 160),
  constraint profiles_bio_bounded check (length(bio) <= 4000),
  constraint profiles_location_short check (length(location) <= 120),
  constraint profiles_offers_bounded check (length(offers) <= 1000),
  constraint profiles_seeks_bounded check (length(seeks) <= 1000),
  constraint profiles_linkedin_is_linkedin check (
    linkedin_url is null
    or (linkedin_url ~ '^https://([a-z]{2,3}\.)?linkedin\.com/[^\s<>"]+$' and length(linkedin_url) <= 300)
  ),
  constraint profiles_links_are_links check (private.are_links(links)),
  constraint profiles_interests_few check (cardinality(interests) <= 8),
  constraint profiles_picture_is_a_path check (
    picture is null or (picture ~ '^[0-9a-f-]{36}/[0-9a-f-]{36}\.(jpg|png|webp)$' and picture like member_id::text || '/%')
  ),
  constraint profiles_fields_have_one_audience check (not hidden_fields && leader_fields),
  constraint profiles_fields_named_once check (cardinality(hidden_fields) + cardinality(leader_fields) <= 8)
);
alter table public.profiles enable row level security;

-- The directory reads pages in name order, filters by place and interest, and searches by trigram.
create index profiles_listed_by_name on public.profiles (name_key, member_id) where is_visible;
create index profiles_listed_by_place on public.profiles (place_key, name_key, member_id) where is_visible;
create index profiles_listed_by_interest on public.profiles using gin (interest_keys) where is_visible;
create index profiles_listed_search on public.profiles
  using gin (search_key extensions.gin_trgm_ops) where is_visible;

comment on table public.profiles is 'What a member says about herself to other members. Shown in the directory only while she is visible and entitled.';
comment on column public.profiles.is_visible is 'Whether other members may find this person. Off until she says otherwise.';
comment on column public.profiles.hidden_fields is 'What only she sees, also while she is visible.';
comment on column public.profiles.leader_fields is 'What only she and the leaders see.';
comment on column public.profiles.picture is 'Path of the picture in the bucket pictures: her member id, a slash, a name of its own. Written by private.set_picture only.';
comment on column public.profiles.visibility_asked_at is 'When the person was asked about visibility. Null for imported people who were never asked.';
comment on column public.profiles.access_until is 'Copy of the membership''s access_until, kept by private.note_access, so that the directory needs one table.';

create function private.check_profile()
returns trigger
language plpgsql
set search_path = ''
as $$
declare
  long record;
begin
  new.name := pg_catalog.btrim(new.name);
  new.location := pg_catalog.btrim(new.location);
  new.links := coalesce((select pg_catalog.array_agg(pg_catalog.btrim(l.link) order by l.place)
    from pg_catalog.unnest(new.links) with ordinality as l (link, place) where pg_catalog.btrim(l.link) <> ''), '{}');
  if tg_op = 'UPDATE' and new.name = '' and old.name <> '' then
    raise exception using errcode = 'PT422', message = 'Your name is missing', detail = 'name',
      hint = 'Write the name that other members should see.';
  end if;
  select t.field, t.most into long
    from (values ('name', new.name, 120), ('headline', new.headline, 160), ('bio', new.bio, 4000), ('location', new.location, 120),
                 ('offers', new.offers, 1000), ('seeks', new.seeks, 1000)) as t (field, words, most)
   where pg_catalog.length(t.words) > t.most limit 1;
  if found then
    raise exception using errcode = 'PT422', message = pg_catalog.format('This text is longer than %s characters', long.most),
      detail = long.field, hint = 'Say it in fewer words.';
  end if;
  if new.linkedin_url !~ '^https://([a-z]{2,3}\.)?linkedin\.com/[^\s<>"]+$' or pg_catalog.length(new.linkedin_url) > 300 then
    raise exception using errcode = 'PT422', message = 'This is not a LinkedIn page', detail = 'linkedin_url',
      hint = 'Write it like https://www.linkedin.com/in/your-name.';
  end if;
  if new.hidden_fields && new.leader_fields then
    raise exception using errcode = 'PT422', message = 'A field is shown to leaders or to nobody, not both', detail = 'hidden_fields',
      hint = 'Name each field once.';
  end if;
  if not private.are_links(new.links) then
    raise exception using errcode = 'PT422', message = 'One of the links cannot be opened, or there are more than five', detail = 'links',
      hint = 'Write each one like https://example.org/about.';
  end if;
  return new;
end
$$;

comment on function private.check_profile() is 'Trigger: trims what was typed into a profile, and says kindly what cannot be kept. Raises PT422 at the field.';

create trigger profiles_checked
  before insert or update of name, headline, bio, location, linkedin_url, links, offers, seeks, hidden_fields, leader_fields
  on public.profiles
  for each row execute function private.check_profile();
create trigger profiles_interests_known
  before insert or update of interests on public.profiles
  for each row when (new.interests <> '{}')
  execute function private.check_topics('interests', '8');
create trigger profiles_touch before update on public.profiles
  for each row execute function private.touch_updated_at();
