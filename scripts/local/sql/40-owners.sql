-- Runs after the auth and storage tables exist. Gives them to the roles that own them on hosted,
-- and defines auth.uid() and its sisters as hosted does: the old setting first, then the claims.

create or replace function auth.uid()
returns uuid
language sql
stable
as $$
  select coalesce(
    nullif(current_setting('request.jwt.claim.sub', true), ''),
    (nullif(current_setting('request.jwt.claims', true), '')::jsonb ->> 'sub')
  )::uuid
$$;

create or replace function auth.role()
returns text
language sql
stable
as $$
  select coalesce(
    nullif(current_setting('request.jwt.claim.role', true), ''),
    (nullif(current_setting('request.jwt.claims', true), '')::jsonb ->> 'role')
  )::text
$$;

create or replace function auth.email()
returns text
language sql
stable
as $$
  select coalesce(
    nullif(current_setting('request.jwt.claim.email', true), ''),
    (nullif(current_setting('request.jwt.claims', true), '')::jsonb ->> 'email')
  )::text
$$;

create or replace function auth.jwt()
returns jsonb
language sql
stable
as $$
  select coalesce(
    nullif(current_setting('request.jwt.claim', true), ''),
    nullif(current_setting('request.jwt.claims', true), '')
  )::jsonb
$$;

-- The codes and links that were mailed. Hosted keeps the same facts under the same name.
create table auth.one_time_tokens (
  id uuid primary key default gen_random_uuid(),
  user_id uuid not null references auth.users (id) on delete cascade,
  token_type text not null,
  token_hash text not null,
  relates_to text not null default '',
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  unique (user_id, token_type)
);
create index on auth.one_time_tokens (token_hash);

-- How each session was opened; the token's amr claim is made of it.
create table auth.mfa_amr_claims (
  id uuid primary key default gen_random_uuid(),
  session_id uuid not null references auth.sessions (id) on delete cascade,
  authentication_method text not null,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  unique (session_id, authentication_method)
);

do $$
declare
  object record;
begin
  for object in
    select relation.oid::regclass as name, relation.relnamespace::regnamespace::text as schema
    from pg_class as relation
    where relation.relnamespace in ('auth'::regnamespace, 'storage'::regnamespace) and relation.relkind = 'r'
  loop
    execute format('alter table %s owner to supabase_%s_admin', object.name, object.schema);
    if object.schema = 'auth' then
      execute format('alter table %s enable row level security', object.name);
    end if;
  end loop;
  for object in
    select routine.oid::regprocedure as name, routine.pronamespace::regnamespace::text as schema
    from pg_proc as routine
    where routine.pronamespace in ('auth'::regnamespace, 'storage'::regnamespace)
  loop
    execute format('alter function %s owner to supabase_%s_admin', object.name, object.schema);
  end loop;
  alter type storage.buckettype owner to supabase_storage_admin;
end
$$;

grant all on all tables in schema auth to postgres, dashboard_user;
grant all on all routines in schema auth to postgres, dashboard_user;
grant all on all tables in schema storage to postgres, anon, authenticated, service_role;
grant all on all routines in schema storage to postgres, anon, authenticated, service_role;
