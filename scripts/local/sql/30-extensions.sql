-- Every extension that a migration may name, made here by the superuser. `create extension if not
-- exists` on one that exists is a notice before any permission is looked at, so migrations can run
-- as plain `postgres`.

create extension "uuid-ossp" with schema extensions;
create extension pgcrypto with schema extensions;
create extension pg_trgm with schema extensions;
create extension unaccent with schema extensions;
create extension btree_gist with schema extensions;
create extension btree_gin with schema extensions;
create extension fuzzystrmatch with schema extensions;
create extension moddatetime with schema extensions;
create extension pg_stat_statements with schema extensions;
create extension pg_cron with schema pg_catalog;
create extension pgmq;
create extension pg_net with schema extensions;
create extension supabase_vault with schema vault;

-- For tests and `supabase db lint`; hosted offers both.
create extension pgtap with schema extensions;
create extension plpgsql_check with schema extensions;

-- What hosted's own after-create scripts grant.
grant usage on schema cron to postgres with grant option;
grant all on all functions in schema cron to postgres with grant option;
grant all on all tables in schema cron to postgres with grant option;
grant all on all sequences in schema cron to postgres with grant option;
revoke all on table cron.job from postgres;
grant select on table cron.job to postgres with grant option;

grant usage on schema net to supabase_functions_admin, postgres, anon, authenticated, service_role;

grant usage on schema vault to postgres with grant option;
grant select, delete on vault.secrets, vault.decrypted_secrets to postgres with grant option;
grant execute on function vault.create_secret, vault.update_secret to postgres with grant option;
grant usage on schema vault to service_role;
grant select, delete on vault.secrets, vault.decrypted_secrets to service_role;
grant execute on function vault.create_secret, vault.update_secret to service_role;

-- Hosted gives every object of pgmq to postgres; else triggers and RLS on queue tables would fail.
do $$
declare
  object record;
begin
  execute 'alter schema pgmq owner to postgres';
  for object in
    select relation.oid::regclass as name, relation.relkind
    from pg_class as relation
    where relation.relnamespace = 'pgmq'::regnamespace and relation.relkind in ('r', 'p', 'v')
  loop
    execute format('alter %s %s owner to postgres', case object.relkind when 'v' then 'view' else 'table' end, object.name);
  end loop;
  for object in select routine.oid::regprocedure as name from pg_proc as routine where routine.pronamespace = 'pgmq'::regnamespace loop
    execute format('alter routine %s owner to postgres', object.name);
  end loop;
  for object in
    select type.oid::regtype as name from pg_type as type
    left join pg_class as relation on relation.oid = type.typrelid
    where type.typnamespace = 'pgmq'::regnamespace and type.typtype = 'c' and relation.relkind = 'c'
  loop
    execute format('alter type %s owner to postgres', object.name);
  end loop;
end
$$;

-- PostgREST reads the schema anew after every change of it.
create function extensions.pgrst_ddl_watch()
returns event_trigger
language plpgsql
as $$
begin
  if exists (
    select from pg_event_trigger_ddl_commands() as command
    where command.schema_name is distinct from 'pg_temp'
      and command.command_tag ~ '^(CREATE|ALTER|COMMENT|GRANT|REVOKE|DROP)'
  ) then
    notify pgrst, 'reload schema';
  end if;
end
$$;

create function extensions.pgrst_drop_watch()
returns event_trigger
language plpgsql
as $$
begin
  if exists (select from pg_event_trigger_dropped_objects() as object where not object.is_temporary) then
    notify pgrst, 'reload schema';
  end if;
end
$$;

create event trigger pgrst_ddl_watch on ddl_command_end execute function extensions.pgrst_ddl_watch();
create event trigger pgrst_drop_watch on sql_drop execute function extensions.pgrst_drop_watch();
