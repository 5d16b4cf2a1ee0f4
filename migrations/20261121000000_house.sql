-- The ground that every room stands on: extensions, schemas, roles, and the rule that nothing is
-- open until a policy file opens it.

create extension if not exists pgcrypto with schema extensions;
create extension if not exists pg_trgm with schema extensions;
create extension if not exists unaccent with schema extensions;
create extension if not exists pg_cron with schema pg_catalog;
create extension if not exists pgmq;
create extension if not exists pg_net with schema extensions;
create extension if not exists supabase_vault with schema vault;

create schema if not exists private;
create schema if not exists jobs;
create schema if not exists admin;

comment on schema private is 'Rules and records that the Data API never serves: security-definer helpers, raw provider events, the audit log.';
comment on schema jobs is 'Queues, attempts, dead jobs and effects: what Commons owes to other systems.';
comment on schema admin is 'What admins use in Studio: readable views, and functions that are safe to call.';

-- Agents come in with their own database role, so that a policy can name them.
do $$
begin
  if not exists (select from pg_catalog.pg_roles where rolname = 'agent') then
    create role agent nologin noinherit;
  end if;
end
$$;
grant agent to authenticator;
grant agent to postgres;

-- Closed from birth. A policy file grants what a role may do; a test compares the result with a manifest.
alter default privileges for role postgres revoke execute on functions from public;
alter default privileges for role postgres in schema public revoke all on tables from anon, authenticated, service_role;
alter default privileges for role postgres in schema public revoke all on sequences from anon, authenticated, service_role;
alter default privileges for role postgres in schema public revoke all on functions from anon, authenticated, service_role;

revoke all on schema private, jobs, admin from public;
grant usage on schema public to agent;
grant usage on schema private to anon, authenticated, agent, service_role;

-- In plpgsql, because an SQL function with a pinned path is not inlined and costs more at each call.
create function private.clock()
returns timestamptz
language plpgsql
stable
set search_path = ''
as $$
begin
  return pg_catalog.now();
end
$$;

comment on function private.clock() is
  'The current time. Rules take the time as an argument; what the Data API serves passes this. The local stack replaces it to travel in time.';

create function private.end_of_utc_day(moment timestamptz)
returns timestamptz
language plpgsql
immutable
set search_path = ''
as $$
begin
  return ((moment at time zone 'UTC')::date + 1)::timestamp at time zone 'UTC';
end
$$;

comment on function private.end_of_utc_day(timestamptz) is
  'Midnight (UTC) that ends the day of the given moment. Access that ends on a day ends here.';

create function private.touch_updated_at()
returns trigger
language plpgsql
set search_path = ''
as $$
begin
  new.updated_at := private.clock();
  return new;
end
$$;

comment on function private.touch_updated_at() is 'Trigger: keeps updated_at true.';
