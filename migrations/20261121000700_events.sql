-- Room: events. What the site shows of them; leaders edit them once the room is whole.

create type public.event_visibility as enum ('public', 'member', 'leader');

create table public.events (
  id uuid primary key default gen_random_uuid(),
  title text not null,
  description text not null default '',
  starts_at timestamptz not null,
  ends_at timestamptz not null,
  time_zone text not null default 'UTC',
  place text not null default '',
  url text,
  region text not null default '',
  category text not null default '',
  visibility public.event_visibility not null default 'member',
  published_at timestamptz,
  created_at timestamptz not null default private.clock(),
  updated_at timestamptz not null default private.clock(),
  constraint events_title_short check (length(btrim(title)) between 1 and 160),
  constraint events_description_bounded check (length(description) <= 20000),
  constraint events_end_after_start check (ends_at > starts_at),
  constraint events_place_short check (length(place) <= 200),
  constraint events_url_is_https check (url is null or (url ~ '^https://[^\s<>"]+$' and length(url) <= 500))
);
alter table public.events enable row level security;
create index events_starts_at on public.events (starts_at) where published_at is not null;

comment on table public.events is 'Gatherings: public ones stand on the site and in its feeds, the others are for members or leaders.';
comment on column public.events.time_zone is 'The zone of the place, such as Europe/Lisbon: times are shown in it.';
comment on column public.events.url is 'The event''s own page, where one says that one comes.';
comment on column public.events.published_at is 'From when on the event is shown. Null: a draft.';

create trigger events_touch before update on public.events
  for each row execute function private.touch_updated_at();

create function private.check_time_zone()
returns trigger
language plpgsql
set search_path = ''
as $$
begin
  if new.time_zone !~ '^(UTC|[A-Z][A-Za-z_]+(/[A-Z][A-Za-z_-]+)+)$' then
    raise exception using errcode = '22023';
  end if;
  perform new.starts_at at time zone new.time_zone;
  return new;
exception when invalid_parameter_value then
  raise exception using errcode = 'PT422', message = pg_catalog.format('There is no time zone “%s”', pg_catalog.left(new.time_zone, 60)),
    detail = 'time_zone', hint = 'Write it like Europe/Lisbon or America/New_York.';
end
$$;

comment on function private.check_time_zone() is 'Trigger: the time zone is one that Postgres knows. Raises PT422 at time_zone.';

create trigger events_time_zone_known
  before insert or update of time_zone on public.events
  for each row execute function private.check_time_zone();

-- The static site is built anew when something that it shows to everybody has changed.

create table private.site_builds (
  only_one boolean primary key default true,
  wanted_at timestamptz,
  asked_at timestamptz,
  constraint site_builds_one_row check (only_one)
);
alter table private.site_builds enable row level security;
insert into private.site_builds default values;

comment on table private.site_builds is 'Since when the public pages are out of date, and when the host was last asked to build them.';
comment on column private.site_builds.only_one is 'Always true: there is one row.';
comment on column private.site_builds.wanted_at is 'When something that the public pages show last changed.';
comment on column private.site_builds.asked_at is 'When the host was last asked to build.';

create function private.want_site_build()
returns trigger
language plpgsql
security definer
set search_path = ''
as $$
begin
  update private.site_builds b set wanted_at = private.clock();
  return null;
end
$$;

comment on function private.want_site_build() is 'Trigger: what the public pages show has changed, so they have to be built anew.';

create trigger events_on_the_site after insert or update or delete on public.events
  for each statement execute function private.want_site_build();
create trigger tiers_on_the_site after insert or update or delete on public.tiers
  for each statement execute function private.want_site_build();
create trigger stripe_prices_on_the_site after insert or update or delete on public.stripe_prices
  for each statement execute function private.want_site_build();

create function private.ask_for_site_build(at timestamptz)
returns boolean
language plpgsql
volatile
set search_path = ''
as $$
declare
  hook constant text := (select s.decrypted_secret from vault.decrypted_secrets s where s.name = 'site_build_hook_url');
begin
  perform jobs.beat('events.site');
  -- Once a night in any case, because events that are over leave the page; else when something changed.
  update private.site_builds b set asked_at = at
   where hook is not null and (b.wanted_at > b.asked_at or b.asked_at is null
      or b.asked_at < pg_catalog.date_trunc('day', at, 'UTC'));
  if found then
    perform net.http_post(url => hook, body => '{}'::jsonb);
  end if;
  return found;
end
$$;

comment on function private.ask_for_site_build is
  'Asks the site''s host to build when a public page is out of date. The address of its build hook is the Vault secret site_build_hook_url; without it nothing is asked. pg_cron calls it every five minutes.';

select cron.schedule('events.site', '*/5 * * * *', 'select private.ask_for_site_build(private.clock())'),
       jobs.beat('events.site');
