begin;
-- include: own.sql
select plan(18);

create temporary view misnamed_policies as
select table_name || ' ' || name as finding from own_policies
 where command = 'all' or name !~ ('^' || command || '_[a-z][a-z_]*$');

create temporary view policies_for_everybody as
select table_name || ' ' || name as finding from own_policies where 0::oid = any (polroles);

create temporary view crowded_policies as
select p.table_name || ' ' || verb || ' ' || role::regrole as finding
  from own_policies p
  cross join pg_catalog.unnest(p.polroles) role
  cross join pg_catalog.unnest(array['select', 'insert', 'update', 'delete']) verb
 where p.polpermissive and p.command in (verb, 'all')
   -- The rooms share the store's table, and each has the policy of its own bucket.
   and p.table_oid <> 'storage.objects'::regclass
 group by p.table_name, verb, role having count(*) > 1;

create temporary view one_sided_updates as
select table_name || ' ' || name as finding from own_policies
 where command in ('update', 'all') and (qual is null or with_check is null);

-- A call outside (select …) runs once a row, and so does one that takes something of the row. Objects of the store
-- are asked for by name, a page of them at most: there a rule may look at the name.
create temporary view calls_once_a_row as
select distinct p.table_name || ' ' || p.name || ' ' || call[1] as finding
  from own_policies p
  cross join lateral pg_catalog.regexp_matches(coalesce(p.qual, '') || ' ' || coalesce(p.with_check, ''),
    '(SELECT )?(?:\( )?\m((?:public|private|jobs|admin|auth)\.[a-z_]+)\(([^)]*)\)', 'g') as found
  cross join lateral (select array[found[2]]) as named (call)
 where (found[1] is null or found[3] !~ '^(''[^'']*''(::[a-z_. ]+)?(, )?)*$')
   and not (p.table_oid = 'storage.objects'::regclass and found[3] = 'name');

create temporary view unstable_helpers as
select p.table_name || ' ' || p.name || ' ' || f.name as finding
  from own_policies p join own_functions f
    on pg_catalog.strpos(coalesce(p.qual, '') || coalesce(p.with_check, ''), f.schema || '.' || f.bare || '(') > 0
  join pg_catalog.pg_proc r on r.oid = f.oid
 where r.provolatile = 'v' or f.schema <> 'private';

create temporary view claims_in_policies as
select table_name || ' ' || name as finding from own_policies
 where coalesce(qual, '') || coalesce(with_check, '') ~* 'user_metadata|app_metadata|request\.jwt|auth\.(jwt|role|email)\(';

-- A policy needs a privilege to act on, and a privilege on a closed table needs a policy.
create temporary view policies_without_privilege as
select p.table_name || ' ' || p.name || ' ' || r.role as finding
  from own_policies p join request_roles r on (select oid from pg_catalog.pg_roles where rolname = r.role) = any (p.polroles)
 where p.command <> 'all'
   and not pg_catalog.has_table_privilege(r.role, p.table_oid, p.command)
   and (p.command = 'delete' or not pg_catalog.has_any_column_privilege(r.role, p.table_oid, p.command));

create temporary view privileges_without_policy as
select t.name || ' ' || verb || ' ' || r.role as finding
  from own_tables t cross join request_roles r cross join pg_catalog.unnest(array['select', 'insert', 'update', 'delete']) verb
 where r.role <> 'service_role'
   and (pg_catalog.has_table_privilege(r.role, t.oid, verb) or verb <> 'delete' and pg_catalog.has_any_column_privilege(r.role, t.oid, verb))
   and not exists (select from own_policies p
                    where p.table_oid = t.oid and p.command in (verb, 'all')
                      and (select oid from pg_catalog.pg_roles where rolname = r.role) = any (p.polroles));

select is_empty('select * from misnamed_policies', 'A policy is for one command and named <command>_<audience>');
select is_empty('select * from policies_for_everybody', 'Every policy says for which roles it is');
select is_empty('select * from crowded_policies', 'A table has one permissive policy a command and role');
select is_empty('select * from one_sided_updates', 'A policy for updates says which rows, and what they may become');
select is_empty('select * from calls_once_a_row', 'A helper in a policy runs once a query');
select is_empty('select * from unstable_helpers', 'A helper in a policy is stable, and hidden from the Data API');
select is_empty('select * from claims_in_policies', 'No policy believes a token beyond who it is for');
select is_empty('select * from policies_without_privilege', 'Every policy has the privilege that it refines');
select is_empty('select * from privileges_without_policy', 'Every privilege has the policy that bounds it');

create table public.careless (id uuid, owner uuid);
create function public.helper() returns boolean language sql volatile set search_path = '' as 'select true';
alter table public.careless enable row level security;
create policy reading on public.careless for select using (owner = private.my_member_id());
create policy select_two on public.careless for select to authenticated using (private.is_entitled(id, private.clock()));
create policy select_three on public.careless for select to authenticated using ((select private.is_entitled(id, now())));
create policy update_self on public.careless for update to authenticated
  using ((select auth.jwt() -> 'user_metadata' ->> 'role') = 'admin');
create policy delete_self on public.careless for delete to authenticated using ((select public.helper()));
grant insert on public.careless to authenticated;

select set_has('select * from misnamed_policies', $$values ('public.careless reading')$$, 'A policy with another name is found');
select set_has('select * from policies_for_everybody', $$values ('public.careless reading')$$, 'A policy without roles is found');
select set_has('select * from crowded_policies', $$values ('public.careless select authenticated')$$, 'Two policies for one thing are found');
select set_has('select * from one_sided_updates', $$values ('public.careless update_self')$$, 'An update without a check is found');
select set_has('select * from calls_once_a_row',
  $$values ('public.careless reading private.my_member_id'), ('public.careless select_two private.is_entitled'),
    ('public.careless select_three private.is_entitled')$$,
  'A bare call, and a call about the row, are found');
select set_has('select * from unstable_helpers', $$values ('public.careless delete_self public.helper()')$$, 'A helper that is served or volatile is found');
select set_has('select * from claims_in_policies', $$values ('public.careless update_self')$$, 'A policy that believes user_metadata is found');
select set_has('select * from policies_without_privilege', $$values ('public.careless select_two authenticated')$$, 'A policy without a privilege is found');
select set_has('select * from privileges_without_policy', $$values ('public.careless insert authenticated')$$, 'A privilege without a policy is found');

select * from finish();
rollback;
