begin;
-- include: ../cast.sql
set local search_path = public, extensions;
select plan(35);
create function pg_temp.home(who text) returns jsonb language sql as $$ select private.home(pg_temp.login(who), now()) $$;
create function pg_temp.names(list jsonb, field text) returns text language sql as $$ select string_agg(e ->> field, ', ') from jsonb_array_elements(list) e $$;

-- Who gets one.
select is(pg_temp.home('eve'), null, 'Who never joined has no home page');
select is(pg_temp.answer('ada', 'select home()') -> 0 -> 'home' -> 'member' ->> 'name', 'Ada', 'The served function is about who asks');
select is(pg_temp.answer('eve', 'select home()') -> 0 -> 'home', 'null'::jsonb, 'also for who has nothing');
select is(pg_temp.answer(who, 'select home()') ->> 'message', 'permission denied for function home', initcap(who) || ' cannot call it') from unnest(array['visitor', 'kim']) who;

-- What it says about the membership.
select is(pg_temp.home('ada') #>> '{membership,tier_name}', 'Monthly', 'It names the tier');
select is(pg_temp.home('ada') -> 'entitled', 'true', 'It says whether the doors are open');
select is(pg_temp.home('cyn') -> 'entitled', 'false', 'or not');
select is((pg_temp.home('cyn') #>> '{membership,access_until}')::timestamptz, (select access_until from memberships where member_id = pg_temp.person('cyn')), 'and since when');
select is(pg_temp.home('dot') #>> '{notice,kind}', 'payment_failed', 'What is wrong with a payment is said');
update membership_notices set resolved_at = now() where member_id = pg_temp.person('dot');
select is(pg_temp.home('dot') -> 'notice', 'null'::jsonb, 'until it is settled');
select is(pg_temp.home('ada') #> '{last_receipt,amount_paid}', '1000', 'The last receipt is there, in cents');
select is(pg_temp.home('dot') -> 'last_receipt', 'null'::jsonb, 'An invoice that nobody paid is no receipt');
select is(pg_temp.home('ada') -> 'dues' ->> 'currency', 'usd', 'and what the dues are paid in');

-- The glance into other rooms.
select is(pg_temp.names(pg_temp.home('ada') -> 'events', 'title'), 'Open to everybody, For members', 'A member sees the next events that are for her');
select is(pg_temp.names(pg_temp.home('lea') -> 'events', 'title'), 'Open to everybody, For members, For leaders', 'a leader those of leaders too');
select is(pg_temp.home('cyn') -> 'events', '[]', 'and who has left none');
select is(pg_temp.home('ada') -> 'new_members', '[]', 'Nobody joined this week');
update memberships set member_since = now() - interval '2 days' where member_id in (pg_temp.person('bea'), pg_temp.person('lea'), pg_temp.person('cyn'));
select is(pg_temp.names(pg_temp.home('ada') -> 'new_members', 'name'), 'Lea', 'Who joined this week is shown when she may be seen: not who hides or left');
update profiles set hidden_fields = '{headline}' where name = 'Lea';
select is(pg_temp.home('ada') #>> '{new_members,0,headline}', '', 'and with the fields that she shows');
update profiles set hidden_fields = '{}', leader_fields = '{headline}' where name = 'Lea';
select is(pg_temp.home('dot') #>> '{new_members,0,headline}', '', 'What is for leaders is not shown to members');
update memberships set member_since = now() - interval '8 days' where member_id = pg_temp.person('lea');
select is(pg_temp.home('ada') -> 'new_members', '[]', 'After a week she is not new any more');
select is(pg_temp.home('cyn') -> 'new_members', '[]', 'Who has left is told of nobody');
select is(pg_temp.home('lea') -> 'new_members', '[]', 'and nobody is told of herself');

-- Things to do.
select is(pg_temp.home('ada') -> 'to_do', '["picture"]', 'Ada has everything but a picture');
update profiles set headline = '', interests = '{}', visibility_asked_at = null where name = 'Ada';
select is(pg_temp.home('ada') -> 'to_do', '["profile", "picture", "interests", "visibility"]', 'What is missing is named');
update profiles set is_visible = false where name = 'Ada';
select is(pg_temp.home('ada') -> 'to_do' -> 3, '"visibility"', 'That somebody else hides her is no answer of hers');
select is(pg_temp.answer('ada', 'update profiles set is_visible = false returning visibility_asked_at is not null as is_asked'), '[{"is_asked": true}]', 'Who came by paying answers on her profile');
select is(pg_temp.home('ada') -> 'to_do', '["profile", "picture", "interests"]', 'also by leaving it as it is, and is not asked again');

-- The membership page.
select is(private.my_membership(pg_temp.login('eve'), now()), null, 'Who never joined has no membership page');
select is(private.my_membership(pg_temp.login('ada'), now()) ->> 'email', 'ada@example.org', 'It says where she is reached');
select is(jsonb_array_length(private.my_membership(pg_temp.login('ada'), now()) -> 'receipts'), 1, 'It lists her receipts');
select is(private.my_membership(pg_temp.login('ada'), now()) #> '{donations,0,amount}', '2500', 'and her gifts');
select is(pg_temp.names(private.my_membership(pg_temp.login('ada'), now()) -> 'tiers', 'tier'), 'monthly, annual, donor_annual', 'and the tiers in their order');
select is(pg_temp.answer('visitor', 'select my_membership()') ->> 'message', 'permission denied for function my_membership', 'A visitor cannot call it');

select * from finish();
rollback;
