begin;
-- Files that make the same people take turns, else two could wait for each other's rows.
select pg_catalog.pg_advisory_xact_lock(1);
set local search_path = public, extensions;
select plan(36);
create function pg_temp.login(who text) returns uuid language sql immutable as $$ select md5(who)::uuid $$;
create function pg_temp.member_of(who text) returns uuid language sql as $$ select id from members where user_id = pg_temp.login(who) $$;
create function pg_temp.addresses(member uuid) returns text language sql as
  $$ select string_agg(email || case when is_primary then ' (primary)' else '' end, ', ' order by email) from member_emails where member_id = member $$;
create function pg_temp.reviews() returns text language sql as $$ select string_agg(reason, '; ' order by id) from private.identity_reviews where state = 'open' $$;

-- A stranger.
insert into auth.users (id, email, email_confirmed_at) values (pg_temp.login('eve'), 'eve@example.org', now());
select is((select count(*)::int from members), 0, 'Signing in makes nobody a member');
select is(private.link_user(pg_temp.login('eve'), 'eve@example.org', now()), null, 'A stranger stays a stranger');

-- Somebody who paid before she ever signed in.
create temporary table paid as select private.create_member('checkout', 'Ada@Example.org', 'stripe', null, null, '  Ada  ', '2026-06-01Z') as ada;
select is((select name from profiles where member_id = ada), 'Ada', 'A row made by a payment has a name') from paid;
insert into auth.users (id, email) values (pg_temp.login('ada'), 'ada@example.org');
select is(pg_temp.member_of('ada'), null, 'An address that was not confirmed links nothing');
update auth.users set email_confirmed_at = now() where id = pg_temp.login('ada');
select is(pg_temp.member_of('ada'), ada, 'Once she has proved the address the row is hers') from paid;
select isnt((select verified_at from member_emails where email = 'ada@example.org'), null, 'and the address is known as proved');
select is((select after ->> 'user_id' from private.audit_log where action = 'members.linked'), pg_temp.login('ada')::text, 'The audit log says which sign-in');
update auth.users set last_sign_in_at = now() where id = pg_temp.login('ada');
select is((select count(*)::int from private.audit_log where action = 'members.linked'), 1, 'Signing in again links nothing anew');

-- A second sign-in that proves the same address.
delete from auth.users where id = pg_temp.login('eve');
update auth.users set email = 'moved@example.org' where id = pg_temp.login('ada');
select is((select pg_temp.addresses(ada)), 'ada@example.org, moved@example.org (primary)', 'A changed address is added and becomes the primary one') from paid;
select is((select count(*)::int from private.audit_log where action = 'members.email_changed'), 1, 'which the audit log tells');
insert into auth.users (id, email, email_confirmed_at) values (pg_temp.login('ada2'), 'ada@example.org', now());
select is(pg_temp.member_of('ada2'), null, 'A second sign-in that proves an address of a member does not become her');
select is(pg_temp.reviews(), 'A second sign-in proved this address', 'A person looks at it');
select is(pg_temp.member_of('ada'), ada, 'and the first sign-in keeps what it has') from paid;
update auth.users set last_sign_in_at = now() where id = pg_temp.login('ada2');
select is((select count(*)::int from private.identity_reviews), 1, 'Signing in again does not ask again');
select throws_ok($$select private.sign_up(pg_temp.login('ada2'), 'Ada', true, now())$$, 'PT409', 'This address belongs to another sign-in', 'Nor can she sign up beside it');
delete from auth.users where id = pg_temp.login('ada2');

-- Back to the older address.
update auth.users set email = 'ada@example.org' where id = pg_temp.login('ada');
select is((select pg_temp.addresses(ada)), 'ada@example.org (primary), moved@example.org', 'Going back to an older address makes it the primary one again') from paid;

-- Two members: never merged by itself.
select private.create_member('checkout', 'second@example.org', 'stripe', null, null, 'Second', now());
update auth.users set email = 'second@example.org' where id = pg_temp.login('ada');
select is(pg_temp.member_of('ada'), ada, 'Who signs in with the address of another member stays who she was') from paid;
select is((select count(*)::int from members), 2, 'Two rows stay two rows');
select alike(pg_temp.reviews(), '%Signed in with an address of another member', 'and a person looks at it');
select is((select verified_at from member_emails where email = 'second@example.org'), null, 'The other row is untouched');
select private.open_identity_review(member_id, other_member_id, email, reason, null) from private.identity_reviews;
select is((select count(*)::int from private.identity_reviews), 2, 'The same doubt is listed once');

-- An address that was never proved is replaced, not kept.
select private.create_member('checkout', 'typo@exampel.org', 'stripe', null, null, 'Typo', now());
select private.set_primary_email((select member_id from member_emails where email = 'typo@exampel.org'), 'fixed@example.org', null, 'stripe');
select is((select count(*)::int from member_emails where email = 'typo@exampel.org'), 0, 'An address that nobody proved goes when a better one comes');
select is((select is_primary from member_emails where email = 'fixed@example.org'), true, 'and the better one is primary');

-- Linking must never stop a sign-in.
select lives_ok($$insert into auth.users (id, email, email_confirmed_at) values (pg_temp.login('odd'), 'odd@localhost', now())$$, 'An address that we do not take can still sign in');
select lives_ok($$insert into auth.users (id, email) values (pg_temp.login('phone'), null)$$, 'so can somebody without an address');

-- The sign-in is deleted.
delete from auth.users where id = pg_temp.login('ada');
select is((select user_id from members where id = ada), null, 'Deleting a sign-in leaves the member') from paid;
insert into auth.users (id, email, email_confirmed_at) values (pg_temp.login('ada3'), 'moved@example.org', now());
select is(pg_temp.member_of('ada3'), ada, 'A new one that proves any of her addresses finds her again') from paid;
select is((select count(*)::int from member_emails where is_primary and member_id = ada), 1, 'A member has one primary address') from paid;

-- What the tables themselves refuse.
select throws_ok($$insert into member_emails (email, member_id, is_primary, source) select 'Capital@example.org', ada, false, 'admin' from paid$$, '23514',
  'new row for relation "member_emails" violates check constraint "member_emails_alias_is_verified"', 'An alias is a proved address');
select throws_ok($$insert into member_emails (email, member_id, verified_at, source) select 'Capital@example.org', ada, now(), 'admin' from paid$$, '23514',
  'new row for relation "member_emails" violates check constraint "member_emails_normal"', 'An address is kept in its one spelling');
select throws_ok($$insert into member_emails (email, member_id, is_primary, verified_at, source) select 'two@example.org', ada, true, now(), 'admin' from paid$$, '23505',
  'duplicate key value violates unique constraint "member_emails_one_primary"', 'Nobody has two primary addresses');
select throws_ok($$select private.create_member('checkout', 'ADA@example.org', 'stripe', null, null, 'Other', now())$$, '23505',
  'duplicate key value violates unique constraint "member_emails_pkey"', 'An address belongs to one member');
select throws_ok($$update members set user_id = pg_temp.login('ada3') where id <> (select ada from paid)$$, '23505',
  'duplicate key value violates unique constraint "members_user_id_key"', 'A sign-in belongs to one member');

-- Two sessions at the same address: the second waits for the first. The lock that opens this file does not count.
create function pg_temp.turns() returns integer language sql as $$
  select count(*)::int from pg_locks
   where locktype = 'advisory' and pid = pg_backend_pid() and granted and (classid, objid) <> (0::oid, 1::oid)
$$;
select private.lock_email('race@example.org');
select is(pg_temp.turns(), 1, 'Deciding whose an address is keeps others waiting until it is decided');
select private.sign_up(pg_temp.login('ada3'), 'Ada', true, now());
select is(pg_temp.turns(), 2, 'Signing up does so');
select private.resolve_buyer(null, null, 'buyer@example.org', 'Buyer', now(), 'test');
select is(pg_temp.turns(), 3, 'and so does paying');

select * from finish();
rollback;
