-- private.erase_person: nobody takes somebody else along by what she typed at Stripe.
begin;
-- include: ../cast.sql
select plan(8);

-- Gita reads the newsletter, has a sign-in and never signed up. A payment of hers waits.
insert into auth.users (id, email, email_confirmed_at) values ('11111111-0000-4000-8000-0000000000ff', 'gita@example.net', now());
insert into private.stripe_events (event_id, type, created_at, object_id, state, payload) values ('evt_gita', 'invoice.paid', now(), 'in_gita', 'dead',
  '{"data": {"object": {"object": "invoice", "id": "in_gita", "customer": "cus_gita", "customer_email": "gita@example.net"}}}');

select is(private.apply_customer('{"id": "cus_bea", "email": "Gita@example.net", "name": "Bea"}', 'updated', now(), 'evt_typed', now()), 'applied',
  'Bea types Gita''s address on the billing page');
select is(pg_temp.answer('bea', $$select public.delete_my_account('gita@example.net')$$) ->> 'sqlstate', 'PT422', 'It does not stand for her own');
select is(pg_temp.answer('bea', $$select public.delete_my_account('bea@example.org')$$), '[{"delete_my_account": null}]', 'and she deletes her account');

select is((select count(*)::integer from auth.users where email = 'gita@example.net'), 1, 'Gita still signs in');
select results_eq($$ select subject from private.erasures where provider = 'mailchimp' $$, array[pg_catalog.md5('bea@example.org')], 'and her newsletter still comes');
select ok(not private.is_buried('address', 'gita@example.net'), 'Nothing that she does is taken for Bea''s');
select is((select payload #>> '{data,object,customer_email}' from private.stripe_events where event_id = 'evt_gita'), 'gita@example.net', 'Her payment can still be applied');
select is((select email from private.stripe_customers where customer_id = 'cus_bea'), null, 'while Bea''s customer has no address any more');

select * from finish();
rollback;
