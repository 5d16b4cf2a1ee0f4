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
  -- Nobody sees a draft that is saved with every few words, or what is for members.
  if tg_table_name = 'events' and not exists (
    select from pg_catalog.unnest(array[pg_catalog.to_jsonb(old), pg_catalog.to_jsonb(new)]) e
     where e ->> 'visibility' = 'public' and e ->> 'state' <> 'draft')
  then
    return null;
  end if;
  update private.site_builds b set wanted_at = private.clock();
  return null;
end
$$;

comment on function private.want_site_build() is 'Trigger: what the public pages show has changed, so they have to be built anew.';

-- At the end of a transaction: this row is everybody's, so nobody waits for anything else while holding it.
create constraint trigger events_on_the_site after insert or update or delete on public.events
  deferrable initially deferred
  for each row execute function private.want_site_build();
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
