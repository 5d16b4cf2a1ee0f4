begin;
-- include: ../cast.sql
set local search_path = public, extensions;
select plan(9);

select is((select profile from admin.person where member_id = admin.member_of('ada@example.org')), 'visible to members', 'Ada is in the directory');
select throws_ok($$select admin.hide_profile('ada@example.org', ' ')$$, 'PT422', 'A reason is missing', 'An admin hides nobody without a reason');
select is(admin.hide_profile(' ADA@example.org ', 'posted somebody''s address'), 'Her profile is out of the directory. Only she can show it again, on her profile page.', 'With one she does');
select is(jsonb_array_length(pg_temp.answer('bea', $$select * from directory(search => 'ada')$$)), 0, 'and nobody finds her');
select is((select reason from private.audit_log where action = 'members.profile_hidden' and target_id = pg_temp.person('ada')::text), 'posted somebody''s address', 'It is on record');
select throws_ok($$select admin.hide_profile('ada@example.org', 'again')$$, 'PT409', 'Her profile is hidden already', 'Twice is once');
select throws_ok($$select admin.hide_profile('nobody@example.org', 'why')$$, 'PT404', 'Nobody here has this address', 'Who is not here is not hidden');
select is(jsonb_array_length(pg_temp.answer('ada', $$update profiles set is_visible = true returning member_id$$)), 1, 'She herself comes back');
select is(pg_temp.answer('bea', $$select admin.hide_profile('ada@example.org', 'envy')$$) ->> 'sqlstate', '42501', 'A member hides nobody else');

select * from finish();
rollback;
