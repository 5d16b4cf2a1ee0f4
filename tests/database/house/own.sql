-- What is ours: the relations and functions that migrations made, without those of extensions.
-- Each sweep below is a view of findings. A house test asks for it twice: once over the whole database,
-- where it must be empty, and once after making an object that breaks the rule, where it must speak.

-- Every name in a policy's text is then written with its schema.
set local search_path = extensions;

create temporary view own_relations as
select c.oid, n.nspname || '.' || c.relname as name, n.nspname as schema, c.relname as bare, c.relkind, c.relrowsecurity, c.reloptions, c.relacl
  from pg_catalog.pg_class c
  join pg_catalog.pg_namespace n on n.oid = c.relnamespace
 where (n.nspname in ('public', 'private', 'jobs', 'admin')
        or n.nspname = 'pgmq' and exists (select from pgmq.meta m where c.relname in ('q_' || m.queue_name, 'a_' || m.queue_name)))
   and not exists (select from pg_catalog.pg_depend d
                    where d.classid = 'pg_catalog.pg_class'::regclass and d.objid = c.oid and d.deptype = 'e');

create temporary view own_tables as select * from own_relations where relkind in ('r', 'p');

create temporary view own_functions as
select p.oid, n.nspname || '.' || p.proname || '(' || pg_catalog.pg_get_function_identity_arguments(p.oid) || ')' as name,
       n.nspname as schema, p.proname as bare, p.prosecdef, p.proconfig, p.prosrc, p.prorettype, p.proisstrict
  from pg_catalog.pg_proc p
  join pg_catalog.pg_namespace n on n.oid = p.pronamespace
 where n.nspname in ('public', 'private', 'jobs', 'admin')
   and not exists (select from pg_catalog.pg_depend d
                    where d.classid = 'pg_catalog.pg_proc'::regclass and d.objid = p.oid and d.deptype = 'e');

create temporary view own_policies as
select pol.polname as name, c.name as table_name, c.oid as table_oid,
       case pol.polcmd when 'r' then 'select' when 'a' then 'insert' when 'w' then 'update' when 'd' then 'delete' else 'all' end as command,
       pol.polpermissive, pol.polroles,
       pg_catalog.pg_get_expr(pol.polqual, pol.polrelid) as qual,
       pg_catalog.pg_get_expr(pol.polwithcheck, pol.polrelid) as with_check
  from pg_catalog.pg_policy pol
  -- The store's table is not ours; the policies on it are.
  join (select oid, name from own_relations union all select 'storage.objects'::regclass, 'storage.objects') c on c.oid = pol.polrelid;

-- The roles that requests come in with.
create temporary view request_roles as
select rolname as role from pg_catalog.pg_roles where rolname in ('anon', 'authenticated', 'agent', 'service_role');
