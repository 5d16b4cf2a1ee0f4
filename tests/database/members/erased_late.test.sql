-- What comes after an erasure: nothing of before brings her back, and whoever joins anew is somebody new.
begin;
-- include: ../memberships/stripe.sql
select plan(35);

insert into auth.users (id, email, email_confirmed_at) values ('11111111-0000-4000-8000-000000000061', 'ada@example.org', now());
create function pg_temp.member() returns uuid language sql as $$ select member_id from public.member_emails where email = 'ada@example.org' $$;
create function pg_temp.take(type text, object jsonb, seen timestamptz, at timestamptz default '2026-07-20 12:00Z') returns text language sql as $$
  select private.receive_stripe_event(pg_catalog.jsonb_build_object('id', 'evt_' || pg_catalog.gen_random_uuid()::text, 'type', type,
    'created', pg_temp.epoch(seen), 'livemode', false, 'data', pg_catalog.jsonb_build_object('object', object)), false, at)
$$;
create function pg_temp.kept() returns text language sql as $$
  select pg_catalog.string_agg(payload::text, ' ') from private.stripe_events
$$;

select is(pg_temp.take('invoice.paid', pg_temp.invoice(), '2026-06-15 12:00Z'), 'applied', 'Ada pays');
select is(pg_temp.take('customer.subscription.created', pg_temp.sub(), '2026-06-15 12:00Z'), 'applied', 'and has a subscription');
select isnt(pg_temp.member(), null, 'So she is a member');
select lives_ok($$ select private.erase_person(pg_temp.member(), '11111111-0000-4000-8000-000000000061', 'member', 'x', null, '2026-07-01 12:00Z') $$, 'She is erased on the first of July');
select is(pg_temp.kept(), null, 'No message about her is kept');

-- Her customer, whatever comes
select is(pg_temp.take('customer.subscription.deleted', pg_temp.ended(at => '2026-07-01 12:01Z'), '2026-07-01 12:01Z'), 'applied', 'The end of her subscription is booked');
select is((select status::text from public.subscriptions where subscription_id = 'sub_ada'), 'canceled', 'as canceled');
select is(pg_temp.take('customer.updated', '{"id": "cus_ada", "object": "customer", "email": "ada@example.org", "name": "Ada", "created": 1}', '2026-07-02 12:00Z'),
  'applied', 'A new state of her customer is taken');
select results_eq($$ select email, name, member_id from private.stripe_customers where customer_id = 'cus_ada' $$, $$ values (null::text, null::text, null::uuid) $$,
  'without name, address and member');
select is(private.apply_customer('{"id": "cus_ada", "email": "ada@example.org", "name": "Ada"}', 'fetched', '2026-07-03 12:00Z', 'job', '2026-07-03 12:00Z'),
  'applied', 'Also when Stripe was asked');
update private.stripe_customers set email = 'ada@example.org', name = 'Ada' where customer_id = 'cus_ada';
select is((select email from private.stripe_customers where customer_id = 'cus_ada'), null, 'Not even an update by hand gives it a name again');
select is(pg_temp.kept(), null, 'and nothing of it is kept');

update public.invoices set invoice_pdf = 'https://pay.stripe.com/ada.pdf', hosted_invoice_url = 'https://invoice.stripe.com/ada' where customer_id = 'cus_ada';
select is((select coalesce(pg_catalog.max(invoice_pdf), pg_catalog.max(hosted_invoice_url)) from public.invoices where customer_id = 'cus_ada'), null,
  'nor her invoices a link to a page with her name');
select is(private.attach_customer('cus_ada', null, 'ada@example.org', 'Ada', '2026-07-03 12:00Z', 'job', '2026-07-03 12:00Z'), null,
  'Her customer leads to nobody, with whatever address');
select is(pg_temp.member(), null, 'and makes nobody a member');

-- What she did before, under a customer that nobody knew
select is(pg_temp.take('checkout.session.completed', pg_temp.session('cs_before', 'subscription', customer => 'cus_before', intent => null), '2026-07-01 11:59Z'),
  'applied', 'A payment of the minute before comes late');
select is(pg_temp.member(), null, 'It makes nobody a member');
select results_eq($$ select subject, done_at from private.erasures where subject = 'cus_before' $$, $$ values ('cus_before', null::timestamptz) $$,
  'Its customer is owed to be deleted at Stripe as well');
insert into private.reconciliation_runs (id, started_at) overriding system value values (0, '2026-07-04 12:00Z');
select is(private.compare_subscriptions(0, pg_catalog.jsonb_build_array(pg_temp.sub('sub_before', customer => 'cus_before')), '2026-07-04 12:00Z', '2026-07-04 12:00Z'), 0,
  'The nightly comparison proposes nothing about it');

select is(private.resolve_customer(pg_catalog.jsonb_build_object('id', 'cus_asked', 'email', 'Ada@example.org', 'created', pg_temp.epoch('2026-06-30 12:00Z')),
    'job', '2026-07-05 12:00Z'), 'applied', 'A customer of the time before, of whom Stripe was asked')
  from private.hold_customer('cus_asked', '2026-07-05 12:00Z');
select ok(pg_temp.member() is null and private.is_buried('customer', 'cus_asked') and exists (select from private.erasures where subject = 'cus_asked'),
  'is hers as well: nobody''s here, and owed to be deleted there');

-- Whoever comes after
select is(pg_temp.take('checkout.session.completed', pg_temp.session('cs_after', 'subscription', customer => 'cus_after', intent => null), '2026-07-10 12:00Z'),
  'applied', 'Somebody pays with her address later');
select isnt(pg_temp.member(), null, 'and is a member as everybody is');
select is((select member_id from private.stripe_customers where customer_id = 'cus_ada'), null, 'What was before does not come back to her');
select matches(pg_temp.kept(), 'cs_after', 'and what Stripe says of her is kept as of everybody');

-- She herself comes back, and the first that is heard of it is her card: a charge knows its time.
select private.erase_person(pg_temp.member(), null, 'studio', 'x', 'asked for it', '2026-07-12 12:00Z');
select is(pg_temp.take(said, pg_temp.charge(0, 'ch_again', 'pi_again') || pg_catalog.jsonb_build_object('object', thing, 'customer', 'cus_again', 'created', pg_temp.epoch('2026-07-14 12:00Z'),
    'receipt_email', 'ada@example.org', 'billing_details', '{"email": "ada@example.org"}'::jsonb), '2026-07-14 12:00Z', '2026-07-14 12:00Z'),
  outcome, pg_catalog.format('Who comes back pays before anything else of her is known (%s)', said))
  from (values ('payment_intent.succeeded', 'payment_intent', 'ignored'), ('charge.refunded', 'charge', 'applied')) first (said, thing, outcome);
select ok(not private.is_buried('customer', 'cus_again') and not exists (select from private.erasures where subject = 'cus_again'),
  'and her new customer is not deleted at Stripe for what was before');
select is(pg_temp.take('charge.refunded', pg_temp.charge(1000, 'ch_older', 'pi_older') || pg_catalog.jsonb_build_object('customer', null,
    'created', pg_temp.epoch('2026-07-12 11:00Z'), 'billing_details', '{"email": "ada@example.org", "name": "Ada Late"}'::jsonb), '2026-07-15 12:00Z'),
  'applied', 'while a payment of before that goes back');
select doesnt_match(pg_temp.kept(), 'Ada Late', 'is booked without her name');

-- Somebody who only gave once, as a guest
select is(pg_temp.take('checkout.session.completed', pg_temp.session('cs_guest', email => 'gita@example.org', intent => 'pi_guest', more => '{"metadata": {"note": "For Gita"}}'), '2026-07-11 12:00Z'),
  'applied', 'Gita gives once');
select matches(admin.delete_member('gita@example.org', 'Asked by mail'), 'Erased here', 'and is erased by an admin');
select is(pg_temp.take('charge.refunded', pg_temp.charge(2500, 'ch_guest', 'pi_guest', 2500) || '{"customer": null, "receipt_email": "gita@example.org", "billing_details": {"email": "gita@example.org", "name": "Gita"}}',
  pg_catalog.now() + interval '1 day'), 'applied', 'Her gift is refunded later');
select results_eq($$ select status::text, note, member_id from public.donations where payment_intent_id = 'pi_guest' $$, $$ values ('refunded', null::text, null::uuid) $$,
  'The books know of it');
select doesnt_match(pg_temp.kept(), '[Gg]ita', 'and not of her');

select * from finish();
rollback;
