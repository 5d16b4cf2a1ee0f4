-- On hosted `postgres` does not own what stands in `auth` and `storage`, yet may make policies and triggers on it: an
-- extension of the platform lets it. Here membership in the owning roles lets it, and this takes back what that gives
-- too much, so that a migration which hosted would refuse is refused here.
create function extensions.keep_platform_schemas()
returns event_trigger
language plpgsql
as $$
declare
  command record;
begin
  if current_user <> 'postgres' then
    return;
  end if;
  for command in
    select * from pg_event_trigger_ddl_commands() as ddl
    where ddl.schema_name in ('auth', 'storage')
      and ddl.command_tag not in ('CREATE POLICY', 'ALTER POLICY', 'CREATE TRIGGER', 'GRANT', 'REVOKE')
  loop
    raise exception 'must be owner of % %', command.object_type, command.object_identity
      using errcode = '42501', hint = 'The platform owns the schemas auth and storage: policies, triggers and rows are ours, their shape is not.';
  end loop;
end
$$;

create event trigger keep_platform_schemas on ddl_command_end execute function extensions.keep_platform_schemas();
