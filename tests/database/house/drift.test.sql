begin;
-- include: own.sql
select plan(4);

-- Everything that a policy file can say, one row a fact.
create temporary view said as
select 'policy' as kind, pg_catalog.format('%s %s %s to %s using %s check %s', table_name, name, command, polroles::regrole[], qual, with_check) as fact
  from own_policies
union all
select 'relation', c.name || ' ' || g.privilege_type || ' ' || g.grantee::regrole || ' ' || g.is_grantable
  from own_relations c cross join lateral pg_catalog.aclexplode(c.relacl) g
union all
select 'column', c.name || '.' || a.attname || ' ' || g.privilege_type || ' ' || g.grantee::regrole
  from own_relations c join pg_catalog.pg_attribute a on a.attrelid = c.oid cross join lateral pg_catalog.aclexplode(a.attacl) g
union all
select 'function', f.name || ' ' || g.grantee::regrole
  from own_functions f join pg_catalog.pg_proc p on p.oid = f.oid cross join lateral pg_catalog.aclexplode(p.proacl) g
union all
select 'schema', n.nspname || ' ' || g.privilege_type || ' ' || g.grantee::regrole
  from pg_catalog.pg_namespace n cross join lateral pg_catalog.aclexplode(n.nspacl) g
 where n.nspname in ('public', 'private', 'jobs', 'admin');

create temporary table from_migrations as select * from said;

set local search_path = public, extensions;
-- include: ../../../policies/*.sql
set local search_path = extensions;
create temporary table from_files as select * from said;

select isnt_empty('select * from from_migrations where kind = ''policy''', 'A database built from migrations alone has its policies');
select set_eq('select * from from_files', 'select * from from_migrations',
  'Policies and privileges of the migrations are those of the policy files');

-- The comparison speaks when a policy or a privilege moves.
create policy insert_anybody on public.consents for insert to authenticated with check (true);
grant update (note) on public.donations to authenticated;
select set_eq('select * from said except select * from from_files', $$values
  ('policy', 'public.consents insert_anybody insert to {authenticated} using  check true'),
  ('column', 'public.donations.note UPDATE authenticated')$$, 'A policy and a privilege that no file says are found');
drop policy select_self on public.consents;
select isnt_empty('select * from from_files except select * from said', 'A policy that is missing is found');

select * from finish();
rollback;
