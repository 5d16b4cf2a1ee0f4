begin;
-- include: ../memberships/stripe.sql
select plan(26);

-- A clock that goes where the story goes.
create or replace function private.clock() returns timestamptz language plpgsql stable set search_path = ''
as $$ begin return pg_catalog.current_setting('story.now')::timestamptz; end $$;
create function pg_temp.on(day timestamptz) returns void language sql as $$ select pg_catalog.set_config('story.now', day::text, true) $$;
create function pg_temp.tell(type text, object jsonb, at timestamptz, id text) returns text language plpgsql as $$
begin
  perform pg_temp.on(at);
  return private.receive_stripe_event(pg_temp.event(type, object, at, id), false, at);
end
$$;
create function pg_temp.story(email text default 'ada@example.org') returns setof text language sql as
  $$ select source || ': ' || what from admin.explain_member(email) $$;
create function pg_temp.now_is(email text default 'ada@example.org') returns text language sql as
  $$ select what from admin.explain_member(email) with ordinality x (at, what, source, reference, line) order by line desc limit 1 $$;
create function pg_temp.told(part text, email text default 'ada@example.org') returns boolean language sql as
  $$ select exists (select from pg_temp.story(email) line where line like part) $$;

select pg_temp.on('2026-06-14Z');
select is(pg_temp.now_is(), 'Not entitled: she never paid dues.', 'Before she joins');

select pg_temp.tell('customer.subscription.created', pg_temp.sub(), '2026-06-15 12:00Z', 'evt_join');
select pg_temp.tell('invoice.paid', pg_temp.invoice('in_1', 'paid', '2026-06-15 12:00Z'), '2026-06-15 12:01Z', 'evt_paid');
select is(pg_temp.now_is(), 'Entitled, because her monthly subscription is active and paid through 15 July 2026.', 'She joins');
select ok(pg_temp.told('Stripe event: Stripe said that a subscription began (active, paid through 15 July 2026). Applied: her membership began: monthly, active, access without a known end.'),
  'The event says what it did');
select ok(pg_temp.told('Invoice: Invoice of $10.00: $10.00 paid.'), 'Her payment is told with a readable amount');
select ok(pg_temp.told('Job: Job sync_contact: Brings one contact at Mailchimp%It waits for its turn.'), 'and what is owed to Mailchimp');

select pg_temp.tell('invoice.payment_failed', pg_temp.invoice('in_2', 'open', '2026-07-15 12:00Z', '2026-07-18 12:00Z'), '2026-07-15 12:05Z', 'evt_failed');
select pg_temp.tell('customer.subscription.updated', pg_temp.sub(status => 'past_due', ends => '2026-08-15 12:00Z'), '2026-07-15 12:06Z', 'evt_late');
select is(pg_temp.now_is(), 'Entitled through 19 July 2026, because a payment for her monthly subscription failed on 15 July 2026, and Stripe tries it again on 18 July 2026.',
  'A payment fails');
select ok(pg_temp.told('Notice: She is owed a notice: payment failed.'), 'She is told');

select pg_temp.tell('invoice.paid', pg_temp.invoice('in_2', 'paid', '2026-07-15 12:00Z'), '2026-07-18 12:05Z', 'evt_recovered');
select pg_temp.tell('customer.subscription.updated', pg_temp.sub(ends => '2026-08-15 12:00Z'), '2026-07-18 12:06Z', 'evt_active');
select is(pg_temp.now_is(), 'Entitled, because her monthly subscription is active and paid through 15 August 2026.', 'The next attempt succeeds');
select ok(pg_temp.told('Notice: The notice is settled: payment failed.'), 'and the notice is settled');
select is(pg_temp.tell('customer.subscription.updated', pg_temp.sub(status => 'past_due'), '2026-07-16Z', 'evt_old'), 'superseded', 'An old event comes late');
select ok(pg_temp.told('%Superseded: something newer was already known, so nothing changed.'), 'and is told as one that changed nothing');

select pg_temp.tell('customer.subscription.updated', pg_temp.sub(ends => '2026-08-15 12:00Z',
  more => '{"cancel_at_period_end": true}'), '2026-07-20Z', 'evt_cancel');
select is(pg_temp.now_is(), 'Entitled through 15 August 2026, because she canceled her monthly subscription, and what she paid for lasts until then.', 'She cancels');

select pg_temp.tell('customer.subscription.created', pg_temp.sub('sub_new', price => 'price_unknown'), '2026-07-21Z', 'evt_dead');
select is(pg_temp.now_is(), 'Entitled through 15 August 2026, because she canceled her monthly subscription, and what she paid for lasts until then. One Stripe event of hers waits to be applied.',
  'An event that could not be applied is part of the answer');
select ok(pg_temp.told('%Dead: Stripe price price_unknown is not mapped to a tier. It waits for admin.replay_event or admin.ignore_event.'), 'with its reason');
select admin.ignore_event('evt_dead', 'A test of ours');
select ok(pg_temp.told('Admin: A Stripe event was set aside, by the admin %: “A test of ours”.'), 'What an admin did is told with the reason');

select pg_temp.tell('charge.refunded', pg_temp.charge(), '2026-07-22 09:00Z', 'evt_refund');
select private.attach_charge('ch_1', 'in_2', 'evt_refund', '2026-07-22 09:00Z');
select is(pg_temp.now_is(), 'Entitled through 22 July 2026, because her payment was given back or taken back on 22 July 2026.', 'Her payment is given back');
select ok(pg_temp.told('%Stripe said that $10.00 was given back.%'), 'which Stripe said');
select pg_temp.on('2026-07-23 00:01Z');
select private.end_memberships('2026-07-23 00:01Z');
select is(pg_temp.now_is(), 'Not entitled since 23 July 2026, because her payment was given back or taken back on 22 July 2026.', 'The next day she is not entitled');
select ok(pg_temp.told('Audit log: Her access ended, and Mailchimp is told.'), 'and her access was ended');
select is((select array_agg(at) from admin.explain_member('ada@example.org') where source <> 'Now'),
  (select array_agg(at order by at nulls first) from admin.explain_member('ada@example.org') where source <> 'Now'), 'Everything is told in order of time');

-- The merge: she signs up with another address, and an admin decides that the two are one.
insert into auth.users (id, email, email_confirmed_at) values (md5('ana')::uuid, 'ana@example.org', now());
select private.sign_up(md5('ana')::uuid, 'Ana', true, '2026-07-24Z');
select private.claim_payment(md5('ana')::uuid, 'ada@example.org', '2026-07-24Z');
select pg_temp.on('2026-07-25Z');
select admin.merge_members((select max(id) from private.identity_reviews), 'She sent the receipt');
select is(pg_temp.now_is('ana@example.org'), pg_temp.now_is('ADA@example.org '), 'After the merge any of her addresses tells the same story');
select ok(pg_temp.told('Admin: The row % was merged into hers, by the admin %: “She sent the receipt”.'), 'with the merge and its reason');
select ok(pg_temp.told('Identity review: The question was answered: merged, because: She sent the receipt.'), 'the review');
select ok(pg_temp.told('%Applied: her membership began: monthly%'), 'and what happened to the row that is gone');
select ok(pg_temp.told('Address: ada@example.org became her address (from merge)%'), 'and both addresses');

-- Half a year on the bodies of the events are gone, and the story stands. Only what was set aside unapplied, and named
-- her nowhere but in its body, is nobody's now.
create temporary table before as select count(*) as lines from admin.explain_member('ada@example.org') where reference <> 'evt_dead';
select private.forget_payloads('2027-06-01Z', keep => '0 days');
select is((select count(*) from admin.explain_member('ada@example.org')), (select lines from before), 'When the bodies of events are forgotten the story keeps its lines');

select * from finish();
rollback;
