begin;
-- include: ../memberships/stripe.sql
select plan(32);
-- Ada paid without ever signing in. Ana signed up with another address and says that she is Ada. Zoe is somebody else.
create function pg_temp.ana() returns uuid language sql immutable as $$ select 'aaaaaaaa-0000-4000-8000-000000000002'::uuid $$;
create function pg_temp.zoe() returns uuid language sql immutable as $$ select 'aaaaaaaa-0000-4000-8000-000000000003'::uuid $$;
insert into auth.users (id, email, email_confirmed_at) select md5(who)::uuid, who || '@example.org', now() from unnest(array['ana', 'zoe', 'adas-second-sign-in']) who;
insert into members (id, user_id, origin) values (pg_temp.ana(), md5('ana')::uuid, 'sign_up'), (pg_temp.zoe(), md5('zoe')::uuid, 'sign_up');
insert into profiles (member_id, name) values (pg_temp.ana(), 'Ana'), (pg_temp.zoe(), 'Zoe');
insert into member_contacts (member_id) values (pg_temp.ana());
insert into member_emails (email, member_id, is_primary, verified_at, source) values ('ana@example.org', pg_temp.ana(), true, now(), 'auth'), ('zoe@example.org', pg_temp.zoe(), true, now(), 'auth');
update member_contacts set phone = '+14155550100' where member_id = pg_temp.ada();
select pg_temp.receive('customer.subscription.created', pg_temp.sub(), '2026-06-15Z');
select pg_temp.receive('invoice.payment_failed', pg_temp.invoice('in_1', 'open', '2026-06-15Z'), '2026-06-15Z');
select pg_temp.receive('checkout.session.completed', pg_temp.session(), '2026-06-15Z');
insert into consents (member_id, channel, granted, source) values (pg_temp.ada(), 'email', false, 'At checkout');
select private.contact_synced(pg_temp.ada(), 'ada@example.org', 'subscribed', null, now());
select private.welcomed(pg_temp.ada(), 'seen', 'evt_1', '2026-06-15Z');
select is(private.claim_payment(md5('ana')::uuid, 'ada@example.org', now()), 'We will look at it and write to you.', 'Ana says that she paid with Ada''s address');
select private.claim_payment(md5('zoe')::uuid, 'ada@example.org', now());
insert into private.identity_reviews (member_id, other_member_id, email, reason) values
  (pg_temp.ada(), pg_temp.zoe(), 'ada@example.org', 'Says that she paid with another address');
insert into private.identity_reviews (member_id, email, reason) values (pg_temp.zoe(), 'nobody@example.org', 'Says that she paid with another address');
create temporary table review as select id from private.identity_reviews where member_id = pg_temp.ana();
grant select on review to public;

-- Refusals.
select throws_ok($$select admin.merge_members((select id from review), '  ')$$, 'PT422', 'A reason is missing', 'A merge needs a reason');
select throws_ok($$select admin.merge_members(-1, 'why')$$, 'PT409', 'This review is not open or names only one member', 'and a review');
select throws_ok($$select admin.merge_members((select id from private.identity_reviews where other_member_id is null), 'why')$$, 'PT409', 'This review is not open or names only one member', 'that names two');
update members set user_id = md5('adas-second-sign-in')::uuid where id = pg_temp.ada();
select throws_ok($$select admin.merge_members((select id from review), 'why')$$, 'PT409', 'Both people have signed in', 'Two people who have both signed in are not merged');
update members set user_id = null where id = pg_temp.ada();
select is((select count(*)::int from members), 3, 'None of that changed anything');

-- The merge.
select is(admin.merge_members((select id from review), 'She sent the receipt'), pg_temp.ana(), 'Who has signed in stays');
select is((select count(*)::int from members where id = pg_temp.ada()), 0, 'The other row is gone');
select is((select member_id from private.stripe_customers where customer_id = 'cus_ada'), pg_temp.ana(), 'Her customer is Ana''s');
select is((select array[tier::text, status::text, member_since::date::text] from memberships where member_id = pg_temp.ana()), array['monthly', 'active', '2026-06-15'], 'So is the membership, with the day it began');
select ok(private.is_entitled(pg_temp.ana(), now()), 'She is entitled');
select is((select access_until from profiles where member_id = pg_temp.ana()), 'infinity', 'and the directory knows it');
select is((select count(*)::int from donations where member_id = pg_temp.ana()), 1, 'Her gifts came along');
select is((select count(*)::int from membership_notices where member_id = pg_temp.ana()), 1, 'her notices');
select is((select count(*)::int from private.checkouts where member_id = pg_temp.ana()), 1, 'her checkouts');
select is((select count(*)::int from consents where member_id = pg_temp.ana() and not granted), 1, 'what she had refused');
select is((select phone from member_contacts where member_id = pg_temp.ana()), '+14155550100', 'and the phone number that only one of them had');
select is((select array[is_primary::text, source, (verified_at is not null)::text] from member_emails where email = 'ada@example.org' and member_id = pg_temp.ana()), array['false', 'merge', 'true'], 'The other address is an alias, proved by the decision');
select is((select email from member_emails where member_id = pg_temp.ana() and is_primary), 'ana@example.org', 'Ana keeps the address that she signs in with');
select is((select welcome_evidence from private.audience_contacts where member_id = pg_temp.ana()), 'seen', 'Who was welcomed is not welcomed again');
select is((select reason from private.audience_retired where email = 'ada@example.org'), 'Merged into another member', 'Mailchimp will forget the old contact');
select is(pg_temp.jobs_of('archive_contact'), 1::bigint, 'by a job');
select is((select state::text || ': ' || resolution from private.identity_reviews where id = (select id from review)), 'merged: She sent the receipt', 'The review is settled, with the reason');
select is((select reason from private.audit_log where action = 'members.merged' and target_id = pg_temp.ana()::text), 'She sent the receipt', 'and so says the audit log');
select is((select count(*)::int from private.identity_reviews where member_id = pg_temp.zoe() and other_member_id = pg_temp.ana() and state = 'open'), 1, 'What Zoe asked about Ada is now asked about Ana');
select is((select count(*)::int from private.identity_reviews where member_id = pg_temp.ana() and other_member_id = pg_temp.zoe() and state = 'open'), 1, 'and what was asked about Ada and Zoe too');
select throws_ok($$select admin.merge_members((select id from review), 'again')$$, 'PT409', 'This review is not open or names only one member', 'Nobody is merged twice');

-- Two rows without a payment, neither of whom signed in; and keeping apart.
insert into members (id, origin) values ('aaaaaaaa-0000-4000-8000-000000000004', 'import'), ('aaaaaaaa-0000-4000-8000-000000000005', 'import');
insert into profiles (member_id) values ('aaaaaaaa-0000-4000-8000-000000000004'), ('aaaaaaaa-0000-4000-8000-000000000005');
insert into private.identity_reviews (member_id, other_member_id, email, reason) values ('aaaaaaaa-0000-4000-8000-000000000004', 'aaaaaaaa-0000-4000-8000-000000000005', 'x@example.org', 'Looks alike');
select is(admin.merge_members((select max(id) from private.identity_reviews), 'Same person'), 'aaaaaaaa-0000-4000-8000-000000000004', 'Two imported rows that never paid can be merged');
create temporary table zoes as select id from private.identity_reviews where member_id = pg_temp.zoe() and other_member_id = pg_temp.ana();
select throws_ok($$select admin.keep_apart((select id from zoes), null)$$, 'PT422', 'A reason is missing', 'Keeping two people apart needs a reason');
select lives_ok($$select admin.keep_apart((select id from zoes), 'Two people')$$, 'With one it is done');
select throws_ok($$select admin.keep_apart((select id from zoes), 'Two people')$$, 'PT409', 'This review is not open', 'once');
select private.open_identity_review(pg_temp.zoe(), pg_temp.ana(), 'ada@example.org', 'Says that she paid with another address', null);
select is((select count(*)::int from private.identity_reviews where member_id = pg_temp.zoe() and state = 'open' and email = 'ada@example.org'), 0, 'What was decided is not asked again');

select * from finish();
rollback;
