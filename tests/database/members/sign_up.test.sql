begin;
-- include: ../cast.sql
set local search_path = public, extensions;
select plan(28);
create function pg_temp.refusal(who text, query text) returns text language sql as
  $$ select a ->> 'sqlstate' || ' ' || (a ->> 'message') from pg_temp.answer(who, query) a where jsonb_typeof(a) = 'object' $$;

-- Eve signs up.
select is((select count(*)::int from member_emails where email = 'eve@example.org'), 0, 'Eve has a sign-in and no member row');
select is(pg_temp.refusal('eve', $$select sign_up('', true)$$), 'PT422 Your name is missing or longer than 120 characters', 'Signing up needs a name');
select is(pg_temp.refusal('eve', $$select sign_up('   ', true)$$), 'PT422 Your name is missing or longer than 120 characters', 'that is more than spaces');
select is(pg_temp.refusal('eve', $$select sign_up(null, true)$$), 'PT422 Your name is missing or longer than 120 characters', 'and more than nothing');
select is(pg_temp.refusal('eve', $$select sign_up(repeat('e', 121), true)$$), 'PT422 Your name is missing or longer than 120 characters', 'and fits');
select is(pg_temp.refusal('eve', $$select sign_up('Eve', null)$$), 'PT422 Say whether other members may find you', 'Whether others may find her is asked, not assumed');
select is((select count(*)::int from member_emails where email = 'eve@example.org'), 0, 'A refused sign-up leaves nothing');
select is(pg_temp.refusal('eve', $$select sign_up(' Eve ', false)$$), null, 'She signs up');
select is((select array[name, is_visible::text, (visibility_asked_at is not null)::text] from profiles join members on id = member_id where user_id = pg_temp.login('eve')),
  array['Eve', 'false', 'true'], 'with her name and her answer');
select is((select array[origin::text, role::text] from members where user_id = pg_temp.login('eve')), array['sign_up', 'member'], 'as a plain member');
select isnt((select verified_at from member_emails where email = 'eve@example.org'), null, 'whose address is proved');
select ok(not private.is_entitled((select id from members where user_id = pg_temp.login('eve')), now()), 'That alone entitles her to nothing');
select is(pg_temp.refusal('eve', $$select sign_up('Eve Example', true)$$), null, 'She may do it again');
select is((select count(*)::int from members where user_id = pg_temp.login('eve')), 1, 'and stays one member');
select is((select array[name, is_visible::text] from profiles join members on id = member_id where user_id = pg_temp.login('eve')), array['Eve Example', 'true'], 'with the newer answer');

-- Somebody who paid or was imported first.
select private.create_member('import', 'fay@example.org', 'import', null, null, 'Fay of old', now());
insert into auth.users (id, email, email_confirmed_at) values (pg_temp.login('fay'), 'fay@example.org', now());
select is(pg_temp.refusal('fay', $$select sign_up('Fay', true)$$), null, 'Who was imported signs up like everybody');
select is((select origin::text from members where user_id = pg_temp.login('fay')), 'import', 'and is the row that was there');

-- Nobody, and not confirmed.
select is(pg_temp.refusal('visitor', $$select sign_up('Vic', true)$$), '42501 permission denied for function sign_up', 'A visitor cannot sign up without signing in');
insert into auth.users (id, email) values (pg_temp.login('gus'), 'gus@example.org');
select is(pg_temp.refusal('gus', $$select sign_up('Gus', true)$$), 'PT403 Sign in first', 'nor can an address that was not confirmed');
select is(pg_temp.refusal('kim', $$select sign_up('Kim', true)$$), '42501 permission denied for function sign_up', 'nor an agent');

-- Saying that one paid with another address.
select is(pg_temp.answer('eve', $$select claim_payment('nobody@example.org') as a$$) #>> '{0,a}', 'We will look at it and write to you.', 'Claiming a payment under an unknown address is answered');
select is(pg_temp.answer('eve', $$select claim_payment('ada@example.org') as a$$) #>> '{0,a}', 'We will look at it and write to you.', 'with the same words as under a member''s address');
select is(pg_temp.answer('eve', $$select claim_payment('eve@example.org') as a$$) #>> '{0,a}', 'We will look at it and write to you.', 'and under her own');
select is((select count(*)::int from private.identity_reviews where other_member_id = pg_temp.person('ada')), 1, 'An admin sees whose address it is');
select is(pg_temp.refusal('eve', $$select claim_payment('nonsense')$$), 'PT422 This is not an e-mail address that mail can be sent to', 'What is no address is refused');
select pg_temp.answer('eve', $$select claim_payment('more@example.org')$$), pg_temp.answer('eve', $$select claim_payment('most@example.org')$$);
select is(pg_temp.refusal('eve', $$select claim_payment('ada@example.org')$$), 'PT429 Too many requests today', 'Five claims a day are enough');
insert into auth.users (id, email, email_confirmed_at) values (pg_temp.login('hal'), 'hal@example.org', now());
select is(pg_temp.refusal('hal', $$select claim_payment('ada@example.org')$$), 'PT403 Sign up first', 'Who has not signed up claims nothing');
select is(pg_temp.refusal('visitor', $$select claim_payment('ada@example.org')$$), '42501 permission denied for function claim_payment', 'nor does a visitor');

select * from finish();
rollback;
