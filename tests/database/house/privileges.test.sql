begin;
-- include: own.sql
select plan(15);

-- What each role may do in all is compared with policies/grants.json by `scripts/grants.ts --check`.
-- Here stands what must never appear in it.

create temporary view hidden_relations_open as
select c.name || ' ' || verb || ' ' || r.role as finding
  from own_relations c cross join request_roles r cross join pg_catalog.unnest(array['select', 'insert', 'update', 'delete']) verb
 where c.schema <> 'public' and c.relkind in ('r', 'p', 'v', 'm')
   and (pg_catalog.has_table_privilege(r.role, c.oid, verb) or verb <> 'delete' and pg_catalog.has_any_column_privilege(r.role, c.oid, verb));

create temporary view hidden_schemas_open as
select schema || ' ' || r.role as finding
  from pg_catalog.unnest(array['jobs', 'admin', 'pgmq', 'vault', 'net', 'cron']) schema cross join request_roles r
 where r.role in ('anon', 'authenticated', 'agent') and pg_catalog.has_schema_privilege(r.role, schema, 'usage')
   -- pg_net and pg_cron open their schema to everybody by themselves; their tables are asked about below.
   and schema not in ('net', 'cron');

create temporary view machinery_open as
select n.nspname || '.' || c.relname || ' ' || r.role as finding
  from pg_catalog.pg_class c join pg_catalog.pg_namespace n on n.oid = c.relnamespace cross join request_roles r
 where n.nspname in ('vault', 'pgmq', 'supabase_migrations') and c.relkind in ('r', 'p', 'v', 'm') and r.role in ('anon', 'authenticated', 'agent')
   and pg_catalog.has_schema_privilege(r.role, n.oid, 'usage') and pg_catalog.has_table_privilege(r.role, c.oid, 'select');

create temporary view grants_to_everybody as
select c.name as finding from own_relations c cross join lateral pg_catalog.aclexplode(c.relacl) g where g.grantee = 0;

-- What no policy is asked about: emptying a table, hanging a trigger on it, pointing a key at it.
create temporary view powers_beyond_policies as
select c.name || ' ' || r.role as finding from own_tables c cross join request_roles r
 where pg_catalog.has_table_privilege(r.role, c.oid, 'truncate, trigger, references');

create temporary view open_sequences as
select c.name || ' ' || r.role as finding from own_relations c cross join request_roles r
 where c.relkind = 'S' and pg_catalog.has_sequence_privilege(r.role, c.oid, 'usage, select, update');

create temporary view roles_that_create as
select schema || ' ' || r.role as finding
  from pg_catalog.unnest(array['public', 'private', 'jobs', 'admin']) schema cross join request_roles r
 where pg_catalog.has_schema_privilege(r.role, schema, 'create');

create temporary view strong_roles as
select r.rolname::text as finding from pg_catalog.pg_roles r
 where r.rolname in ('anon', 'authenticated', 'agent')
   and (r.rolsuper or r.rolbypassrls or r.rolcanlogin or r.rolcreaterole or r.rolcreatedb or r.rolreplication
        or exists (select from pg_catalog.pg_auth_members m where m.member = r.oid));

-- Closed from birth: what a migration makes is nobody's until a policy file grants it.
create temporary view open_newborns as
select c.name || ' ' || verb || ' ' || r.role as finding
  from own_relations c cross join request_roles r cross join pg_catalog.unnest(array['select', 'insert', 'update', 'delete', 'truncate']) verb
 where c.bare = 'newborn' and c.relkind in ('r', 'v') and pg_catalog.has_table_privilege(r.role, c.oid, verb)
union all
select f.name || ' ' || r.role from own_functions f cross join (select role from request_roles union all select 'public') r
 where f.bare = 'newborn' and pg_catalog.has_function_privilege(r.role, f.oid, 'execute');

select is_empty('select * from hidden_relations_open', 'No role of a request reaches a table or view outside public');
select is_empty('select * from hidden_schemas_open', 'Schemas of the machinery are closed to people and agents');
select is_empty('select * from machinery_open', 'Secrets and queues cannot be read by people and agents');
select is_empty('select * from grants_to_everybody', 'Nothing is granted to everybody');
select is_empty('select * from powers_beyond_policies', 'No role of a request may truncate a table, or hang a trigger on it');
select is_empty('select * from open_sequences', 'No role of a request reaches a sequence');
select is_empty('select * from roles_that_create', 'No role of a request may create anything');

select is_empty('select * from strong_roles', 'People and agents come in with roles that have no powers of their own');
do $$
declare schema text;
begin
  foreach schema in array array['public', 'private', 'jobs', 'admin'] loop
    execute pg_catalog.format('create table %I.newborn (id int)', schema);
    execute pg_catalog.format('create function %I.newborn() returns int language sql as ''select 1''', schema);
  end loop;
end
$$;
select is((select pg_catalog.count(*) from own_relations where bare = 'newborn') + (select pg_catalog.count(*) from own_functions where bare = 'newborn'),
  8::bigint, 'There are new tables and functions in every schema');
select is_empty('select * from open_newborns', 'A new table or function is closed to everybody');

create table private.careless (id bigint generated always as identity, note text);
grant select (note) on private.careless to anon;
grant truncate on private.careless to service_role;
grant insert on private.careless to public;
grant usage on sequence private.careless_id_seq to agent;
grant usage on schema admin to authenticated;
grant create on schema private to authenticated;

select set_has('select * from hidden_relations_open', $$values ('private.careless select anon'), ('private.careless insert agent')$$,
  'A grant on a hidden table is found, of one column too');
select set_has('select * from hidden_schemas_open', $$values ('admin authenticated')$$, 'An open hidden schema is found');
select set_has('select * from grants_to_everybody', $$values ('private.careless')$$, 'A grant to everybody is found');
select set_has('select * from powers_beyond_policies union select * from open_sequences',
  $$values ('private.careless service_role'), ('private.careless_id_seq agent')$$, 'A right to truncate, or on a sequence, is found');
select set_has('select * from roles_that_create', $$values ('private authenticated')$$, 'A right to create is found');

select * from finish();
rollback;
