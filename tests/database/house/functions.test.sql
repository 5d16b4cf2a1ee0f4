begin;
-- include: own.sql
select plan(10);

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
-- function, or an expression of a served table, such as a generated column.
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
   and not exists (select from own_policies pol
                    where pg_catalog.strpos(coalesce(pol.qual, '') || coalesce(pol.with_check, ''), f.schema || '.' || f.bare || '(') > 0);

select is_empty('select * from loose_search_paths', 'Every function has an empty search path');
select is_empty('select * from definers_in_served_schema', 'No function with its owner''s rights is served by the Data API');
select is_empty('select * from functions_for_everybody', 'No function may be run by everybody');
select is_empty('select * from undescribed_functions', 'Every function says in Studio what it does');
select is_empty('select * from grants_without_caller', 'A hidden function is open only to roles whose policies or served functions call it');

create function public.careless() returns integer language sql security definer as 'select 1';
create function private.lonely() returns integer language sql set search_path = '' as 'select 1';
grant execute on function public.careless() to public;
grant execute on function private.lonely() to authenticated;

select set_has('select * from loose_search_paths', $$values ('public.careless()')$$, 'A function without a search path is found');
select set_has('select * from definers_in_served_schema', $$values ('public.careless()')$$, 'A served function with its owner''s rights is found');
select set_has('select * from functions_for_everybody', $$values ('public.careless()')$$, 'A function open to everybody is found');
select set_has('select * from undescribed_functions', $$values ('public.careless()'), ('private.lonely()')$$, 'A function without a comment is found');
select set_has('select * from grants_without_caller', $$values ('private.lonely() to authenticated')$$, 'A hidden function that nobody calls is found');

select * from finish();
rollback;
