begin;
-- include: ../cast.sql
select plan(7);

select is(admin.set_role(' ADA@example.org ', 'leader', 'runs the dinners'), 'ada@example.org is leader now.', 'An admin gives a role by address');
select is((select role::text from members where id = pg_temp.person('ada')), 'leader', 'and it holds');
select results_eq($$select before ->> 'role', after ->> 'role', reason from private.audit_log where action = 'members.role_changed' order by id desc limit 1$$,
  $$values ('member', 'leader', 'runs the dinners')$$, 'The change is on record with its reason');
update members set role = 'member' where id = pg_temp.person('ada');
select results_eq($$select before ->> 'role', after ->> 'role', reason from private.audit_log where action = 'members.role_changed' order by id desc limit 1$$,
  $$values ('leader', 'member', null::text)$$, 'So is a change made by editing the row');
update members set role = 'member' where id = pg_temp.person('ada');
select is((select count(*)::int from private.audit_log where action = 'members.role_changed' and target_id = pg_temp.person('ada')::text), 2,
  'An edit that changes nothing is not');
select throws_ok($$select admin.set_role('nobody@example.org', 'admin', 'why not')$$, 'PT404', 'Nobody here has this address', 'Who is not here gets no role');
select throws_ok($$select admin.set_role('ada@example.org', 'admin', ' ')$$, 'PT422', 'A reason is missing', 'Nobody gets a role without a reason');

select * from finish();
rollback;
