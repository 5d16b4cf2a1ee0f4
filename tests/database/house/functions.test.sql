begin;
-- include: own.sql
select plan(15);

create temporary view loose_search_paths as
select name as finding from own_functions where not coalesce(proconfig, '{}') @> array['search_path=""'];

create temporary view definers_in_served_schema as
select name as finding from own_functions where prosecdef and schema = 'public';

create temporary view functions_for_everybody as
select name as finding from own_functions where pg_catalog.has_function_privilege('public', oid, 'execute');

create temporary view undescribed_functions as
select name as finding from own_functions
 where schema in ('public', 'private', 'admin') and pg_catalog.obj_description(oid, 'pg_proc') is null;

-- A hidden function that a request's role may run must have a caller with that role's rights: a policy, a served
-- function, or an expression of a served table, such as a generated column or a check.
create temporary view grants_without_caller as
select f.name || ' to ' || r.role as finding
  from own_functions f cross join request_roles r
 where f.schema <> 'public' and r.role <> 'service_role'
   and pg_catalog.has_function_privilege(r.role, f.oid, 'execute')
   and not exists (select from own_functions served
                    where served.schema = 'public' and pg_catalog.strpos(served.prosrc, f.schema || '.' || f.bare || '(') > 0)
   and not exists (select from pg_catalog.pg_depend d join pg_catalog.pg_attrdef e on e.oid = d.objid
                     join own_tables t on t.oid = e.adrelid and t.schema = 'public'
                    where d.classid = 'pg_catalog.pg_attrdef'::regclass and d.refobjid = f.oid)
   and not exists (select from pg_catalog.pg_depend d join pg_catalog.pg_constraint k on k.oid = d.objid
                     join own_tables t on t.oid = k.conrelid and t.schema = 'public'
                    where d.classid = 'pg_catalog.pg_constraint'::regclass and d.refobjid = f.oid)
   and not exists (select from own_policies pol
                    where pg_catalog.strpos(coalesce(pol.qual, '') || coalesce(pol.with_check, ''), f.schema || '.' || f.bare || '(') > 0);

-- The pair: what is served is one call of the hidden function of the same name, which takes caller and clock.
create temporary view served_without_pair as
select f.name as finding from own_functions f join pg_catalog.pg_proc p on p.oid = f.oid join pg_catalog.pg_language l on l.oid = p.prolang
 where f.schema = 'public' and f.prorettype <> 'trigger'::regtype
   and not (l.lanname = 'sql' and f.prosrc ~ ('^\s*select (\* from )?private\.' || f.bare || '\([^;]*\)\s*;?\s*$'));

-- Rules are told the time. The health report looks at the real clock, because a schedule that stands still must
-- show also while the clock of a demo is elsewhere; jobs time their leases by it.
create temporary view rules_with_own_clock as
select name as finding from own_functions
 where schema in ('public', 'private', 'admin') and name not in ('private.clock()', 'private.health(at timestamp with time zone)')
   and prosrc ~* '\m(now|(clock|statement|transaction)_timestamp)\(|\mcurrent_(timestamp|date|time)\M'
union all
select t.name || '.' || a.attname
  from pg_catalog.pg_attrdef d join own_tables t on t.oid = d.adrelid and t.schema <> 'pgmq'
  join pg_catalog.pg_attribute a on a.attrelid = d.adrelid and a.attnum = d.adnum
 where pg_catalog.pg_get_expr(d.adbin, d.adrelid) ~* '\m(now|(clock|statement|transaction)_timestamp)\(|\mcurrent_(timestamp|date|time)\M';

select is_empty('select * from loose_search_paths', 'Every function has an empty search path');
select is_empty('select * from definers_in_served_schema', 'No function with its owner''s rights is served by the Data API');
select is_empty('select * from functions_for_everybody', 'No function may be run by everybody');
select is_empty('select * from undescribed_functions', 'Every function says in Studio what it does');
select is_empty('select * from grants_without_caller', 'A hidden function is open only to roles whose policies or served functions call it');

select is_empty('select * from served_without_pair', 'What is served is one call of a hidden function that takes caller and clock');
select is_empty('select * from rules_with_own_clock', 'No rule looks at the clock by itself');

create function public.careless() returns integer language sql security definer as 'select 1';
create function private.lonely() returns integer language sql set search_path = '' as 'select 1';
grant execute on function public.careless() to public;
grant execute on function private.lonely() to authenticated;

select set_has('select * from loose_search_paths', $$values ('public.careless()')$$, 'A function without a search path is found');
select set_has('select * from definers_in_served_schema', $$values ('public.careless()')$$, 'A served function with its owner''s rights is found');
select set_has('select * from functions_for_everybody', $$values ('public.careless()')$$, 'A function open to everybody is found');
select set_has('select * from undescribed_functions', $$values ('public.careless()'), ('private.lonely()')$$, 'A function without a comment is found');
select set_has('select * from grants_without_caller', $$values ('private.lonely() to authenticated')$$, 'A hidden function that nobody calls is found');

create function private.impatient() returns boolean language sql set search_path = '' as 'select pg_catalog.now() > ''2026-01-01''';
create table private.impatient (made_at timestamptz default now());
select set_has('select * from served_without_pair', $$values ('public.careless()')$$, 'A served function with a rule of its own is found');
select set_has('select * from rules_with_own_clock', $$values ('private.impatient()'), ('private.impatient.made_at')$$,
  'A rule and a default that look at the clock are found');
select has_function('private', 'health', array['timestamptz'], 'The one exception is still there');

select * from finish();
rollback;
