-- admin.delete_member, the last admin, and people who have only a sign-in.
begin;
-- include: ../cast.sql
select plan(15);

create function pg_temp.erased(who text) returns boolean language sql as $$
  select not exists (select from public.members where id = pg_temp.person(who)) and not exists (select from auth.users where id = pg_temp.login(who))
$$;

select throws_ok($$select admin.delete_member('nobody@example.org', 'asked by mail')$$, 'PT404', 'Nobody here has this address', 'There must be somebody to erase');
select throws_ok($$select admin.delete_member('bea@example.org', ' ')$$, 'PT422', 'A reason is missing', 'An admin says why');
update public.profiles set name = 'Béa Lindholm' where member_id = pg_temp.person('bea');
select throws_ok($$select admin.delete_member('bea@example.org', 'bea lindholm asked by mail')$$, 'PT422', 'The reason names her, and it stays in the audit log',
  'The reason must not name her');
select throws_ok($$select admin.delete_member('bea@example.org', 'Mail of Bea@Example.org')$$, 'PT422', 'The reason names her, and it stays in the audit log',
  'nor hold her address');
select ok(not pg_temp.erased('bea'), 'After these refusals she is still there');
select matches(admin.delete_member('BEA@example.org', 'Asked by mail on 3 May'), '^Erased here', 'With a reason an admin erases somebody');
select ok(pg_temp.erased('bea'), 'She and her sign-in are gone');
select results_eq($$ select actor_kind::text, reason from private.audit_log where action = 'members.erased' $$,
  $$ values ('studio', 'Asked by mail on 3 May') $$, 'The log says who did it and why');
select results_eq($$ select asked_by::text from private.tombstones $$, $$ values ('studio') $$, 'So does the tombstone');

-- The last admin
update public.members set role = 'admin' where id = pg_temp.person('lea');
select is(pg_temp.answer('lea', $$select public.delete_my_account('lea@example.org')$$),
  '{"sqlstate": "PT409", "message": "You are the only admin, and somebody has to look after the others"}', 'The last admin stays');
select throws_ok($$select admin.delete_member('lea@example.org', 'asked by mail')$$, 'PT409',
  'She is the only admin, and somebody has to look after the others', 'also when somebody else erases her');
update public.members set role = 'admin' where id = pg_temp.person('ada');
select is(pg_temp.answer('lea', $$select public.delete_my_account('lea@example.org')$$), '[{"delete_my_account": null}]', 'With a second admin she may go');

-- Only a sign-in
select is(pg_temp.answer('eve', $$select public.delete_my_account('eve@example.org')$$), '[{"delete_my_account": null}]', 'Who never joined deletes her sign-in');
select ok(pg_temp.erased('eve'), 'and it is gone');
select is((select count(*)::integer from private.erasures e join private.tombstones t on t.id = e.tombstone_id
            join private.tombstone_keys k on k.tombstone_id = t.id and k.key = pg_temp.login('eve')::text where e.provider <> 'mailchimp'), 0,
  'Nothing is owed for her but a look at Mailchimp');

select * from finish();
rollback;
