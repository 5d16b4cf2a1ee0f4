begin;
-- include: own.sql
-- include: ../cast.sql
-- include: people.sql
select plan(13);

-- There is something to hide from everybody.
create temporary view bare_tables as
select r.name as finding from rows_for r
 where (pg_catalog.xpath('/row/count/text()', pg_catalog.query_to_xml('select count(*) as count from ' || r.name, false, true, '')))[1]::text::int < 2;
select is_empty('select * from bare_tables', 'Every table that people read holds rows of more than one person');

select is_empty('select * from pg_temp.reads_too_much() where finding is not null limit 30',
  'Nobody reads a column that is not granted, or a row that is not theirs');
select is_empty('select * from pg_temp.writes_too_much() where finding is not null limit 30',
  'Nobody writes a column that is not granted, or a row that is not theirs');
select is_empty('select * from pg_temp.calls_too_much() where finding is not null limit 30', 'Nobody calls a function that is not granted');

-- Who sees whom.
select results_eq($$select value ->> 'name' from pg_catalog.jsonb_array_elements(pg_temp.answer('ada', 'select name from public.profiles order by 1'))$$,
  array['Ada'], 'A member reads her own profile; others are served by functions that know what each shows');
select results_eq($$select value ->> 'name' from pg_catalog.jsonb_array_elements(pg_temp.answer('ada', 'select name from public.directory()'))$$,
  array['Ada', 'Dot', 'Lea'], 'The directory shows who is visible and entitled: not Bea, who hides, nor Cyn, who left');
select results_eq($$select value ->> 'name' from pg_catalog.jsonb_array_elements(pg_temp.answer('cyn', 'select name from public.profiles order by 1'))$$,
  array['Cyn'], 'Who left sees nobody but herself');
select is(pg_temp.answer('eve', 'select name from public.profiles'), '[]', 'Who never joined sees nobody');
select is(pg_temp.answer('cyn', 'select * from public.directory()') ->> 'sqlstate', 'PT403', 'Who left is refused at the directory');

-- The sweeps speak when a door is left open.
create table public.careless (member_id uuid, secret text);
insert into public.careless values (pg_temp.person('ada'), 'x');
grant select, update (secret) on public.careless to authenticated;
create function public.careless() returns integer language sql set search_path = '' as 'select 1';
drop policy select_self on public.donations;
create policy select_self on public.donations for select to authenticated using (amount > 0);
drop policy update_self on public.member_contacts;
create policy update_self on public.member_contacts for update to authenticated using (true) with check (true);
drop policy select_self on public.member_contacts;
create policy select_self on public.member_contacts for select to authenticated using (true);
drop policy select_agent on public.resources;
create policy select_agent on public.resources for select to agent using (audience = 'member');

select ok((select pg_catalog.bool_or(finding like 'public.careless is readable%') and pg_catalog.bool_or(finding like 'ada reads % of public.donations%')
             from pg_temp.reads_too_much()), 'A table without a rule, and a policy that shows the rows of others, are found');
select ok((select pg_catalog.bool_or(finding like 'kim reads % of public.resources%') and pg_catalog.bool_or(finding like 'kai reads % of public.resources%')
             from pg_temp.reads_too_much()), 'and one that asks no agent for her scope, or shows her more than members see');
select ok((select pg_catalog.bool_or(finding like 'ada updates public.member_contacts.phone%') from pg_temp.writes_too_much()),
  'A policy that lets her change the rows of others is found');
grant execute on function private.set_primary_email to authenticated;
select ok(not exists (select from pg_temp.calls_too_much() where finding like 'eve: select private.set_primary_email%')
    and exists (select from own_functions where bare = 'set_primary_email'),
  'Calls are attempted where no privilege is held, so a new privilege shows in the manifest instead');

select * from finish();
rollback;
