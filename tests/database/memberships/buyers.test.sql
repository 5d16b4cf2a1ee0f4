begin;
-- include: stripe.sql
select plan(35);
create function pg_temp.member_of(customer text) returns text language sql as $$
  select e.email from private.stripe_customers c join member_emails e on e.member_id = c.member_id and e.is_primary where c.customer_id = customer
$$;
create function pg_temp.reviews() returns text language sql as
  $$ select string_agg(reason, '; ' order by id) from private.identity_reviews where state = 'open' $$;
-- Ben and Eve have sign-ins; Ben is a member, Eve is not yet.
create function pg_temp.login(who text) returns uuid language sql immutable as $$ select md5(who)::uuid $$;
insert into auth.users (id, email, email_confirmed_at) select pg_temp.login(who), who || '@example.org', now() from unnest(array['ben', 'eve']) who;
select private.sign_up(pg_temp.login('ben'), 'Ben', true, '2026-06-01Z');

-- Visitors.
select pg_temp.receive('checkout.session.completed', pg_temp.session('cs_v', 'subscription', email => ' Vic@Example.ORG ', customer => 'cus_v'), '2026-06-15Z');
select is(pg_temp.member_of('cus_v'), 'vic@example.org', 'A visitor who pays becomes a member row under her address');
select is((select verified_at from member_emails where email = 'vic@example.org'), null, 'which nobody has proved yet');
select is((select name from profiles join member_emails using (member_id) where email = 'vic@example.org'), 'Ada Example', 'with the name that she gave');
select ok((select not is_visible from profiles join member_emails using (member_id) where email = 'vic@example.org'), 'and hidden until she says otherwise');
select pg_temp.receive('checkout.session.completed', pg_temp.session('cs_v2', 'subscription', email => 'VIC@example.org', customer => 'cus_v2'), '2026-06-16Z');
select is((select count(distinct member_id)::int from private.stripe_customers where customer_id in ('cus_v', 'cus_v2')), 1, 'Paying again with the same address, however spelled, is the same member');
select is(pg_temp.reviews(), null, 'and nothing to review');

-- A signed-in member who types another address.
select pg_temp.receive('checkout.session.completed', pg_temp.session('cs_b', 'subscription', email => 'work@example.org', buyer => pg_temp.login('ben')::text, customer => 'cus_b'), '2026-06-15Z');
select is(pg_temp.member_of('cus_b'), 'ben@example.org', 'A signed-in buyer pays for herself, whatever address she types');
select is((select count(*)::int from member_emails where email = 'work@example.org'), 0, 'What she typed is nobody''s address');
select pg_temp.receive('checkout.session.completed', pg_temp.session('cs_b2', 'subscription', email => 'ada@example.org', buyer => pg_temp.login('ben')::text, customer => 'cus_b2'), '2026-06-15Z');
select is(pg_temp.member_of('cus_b2'), 'ben@example.org', 'also when the address is another member''s');
select is(pg_temp.reviews(), 'Paid with an address of another member', 'That goes to the review list');
select is((select other_member_id from private.identity_reviews), pg_temp.ada(), 'with the other member');
select pg_temp.receive('checkout.session.completed', pg_temp.session('cs_b3', 'subscription', buyer => pg_temp.login('ben')::text, customer => 'cus_ada'), '2026-06-16Z');
select is(pg_temp.member_of('cus_ada'), 'ada@example.org', 'A customer never changes hands by a checkout');
select is((select member_id from private.checkouts where session_id = 'cs_b3'), pg_temp.ada(), 'what was bought with it is its member''s');
select alike(pg_temp.reviews(), '%Signed in as one member, paid with the customer of another', 'it is reviewed');

-- A signed-in stranger, whose subscription and invoice arrive before her checkout.
create temporary table invoice_of_eve as select pg_temp.invoice('in_e', sub => 'sub_e', customer => 'cus_e', email => 'typed@example.org',
  more => jsonb_build_object('parent', jsonb_build_object('subscription_details', jsonb_build_object('subscription', 'sub_e',
    'metadata', jsonb_build_object('user_id', pg_temp.login('eve')))))) as body;
select pg_temp.receive('customer.updated', '{"id": "cus_e", "email": "typed@example.org", "name": "Eve"}', '2026-06-15Z');
select is(pg_temp.member_of('cus_e'), null, 'A customer who has bought nothing yet is nobody''s');
select pg_temp.receive('invoice.paid', body, '2026-06-15Z') from invoice_of_eve;
select is(pg_temp.member_of('cus_e'), 'eve@example.org', 'An invoice names its buyer: the payment is hers before the checkout says so');
select is((select user_id from members m join private.stripe_customers c on c.member_id = m.id where c.customer_id = 'cus_e'), pg_temp.login('eve'), 'and her row is linked to her sign-in');
select pg_temp.receive('customer.subscription.created', pg_temp.sub('sub_e', customer => 'cus_e'), '2026-06-15Z');
select ok(private.is_entitled((select member_id from private.stripe_customers where customer_id = 'cus_e'), '2026-06-15Z'), 'Her subscription makes her a member');
select pg_temp.receive('checkout.session.completed', pg_temp.session('cs_e', 'subscription', email => 'typed@example.org', buyer => pg_temp.login('eve')::text, customer => 'cus_e'), '2026-06-15Z');
select is((select count(*)::int from member_emails where email = 'typed@example.org'), 0, 'The checkout that comes last makes no second person');
select pg_temp.receive('customer.subscription.created', pg_temp.sub('sub_f', customer => 'cus_f', more => jsonb_build_object('metadata', jsonb_build_object('user_id', pg_temp.login('eve')))), '2026-06-20Z');
select is(pg_temp.member_of('cus_f'), 'eve@example.org', 'A subscription that arrives first names its buyer too');

-- The subscription before its visitor is known.
select pg_temp.receive('customer.subscription.created', pg_temp.sub('sub_w', customer => 'cus_w'), '2026-06-15Z');
select is(pg_temp.member_of('cus_w'), null, 'A subscription alone does not say who paid');
select pg_temp.receive('checkout.session.completed', pg_temp.session('cs_w', 'subscription', email => 'wil@example.org', customer => 'cus_w'), '2026-06-15Z');
select is((select m.status::text from memberships m join member_emails e using (member_id) where e.email = 'wil@example.org'), 'active', 'Once the checkout names her she has what she paid for');
select is((select count(*)::int from memberships), 2, 'beside Eve, and nobody else');

-- Odd names of buyers.
select pg_temp.receive('checkout.session.completed', pg_temp.session('cs_odd', email => 'odd@example.org', buyer => 'not-an-id', intent => 'pi_odd'), '2026-06-15Z');
select is((select e.email from donations d join member_emails e using (member_id) where checkout_session_id = 'cs_odd'), 'odd@example.org', 'A reference that is no sign-in is no buyer');
select pg_temp.receive('checkout.session.completed', pg_temp.session('cs_gone', email => 'odd@example.org', buyer => '99999999-9999-4999-8999-999999999999', intent => 'pi_gone'), '2026-06-15Z');
select is((select e.email from donations d join member_emails e using (member_id) where checkout_session_id = 'cs_gone'), 'odd@example.org', 'nor is a sign-in that was deleted');

-- No address at all.
select pg_temp.receive('checkout.session.completed', pg_temp.session('cs_n', 'subscription', email => null, customer => 'cus_n'), '2026-06-15Z');
select is(pg_temp.member_of('cus_n'), null, 'Without an address nobody is guessed');
select pg_temp.receive('customer.subscription.created', pg_temp.sub('sub_n', customer => 'cus_n'), '2026-06-15Z');
select is(private.resolve_customer('{"id": "cus_n", "email": "not an address"}', 'test', '2026-06-15Z'), 'applied', 'An address that no mail can reach is none');
select is((select what from admin.attention where id = 'sub_n'), 'Payment without a member', 'Such a payment waits on the list for a person');
select pg_temp.receive('customer.updated', '{"id": "cus_n", "email": "nia@example.org"}', '2026-06-17Z');
select is(pg_temp.member_of('cus_n'), 'nia@example.org', 'Giving the customer an address at Stripe brings it to its member');
select is((select status::text from memberships m join member_emails e using (member_id) where e.email = 'nia@example.org'), 'active', 'with all that was paid');

-- Changing the address at Stripe.
select pg_temp.receive('customer.updated', '{"id": "cus_n", "email": "nia@new.example.org"}', '2026-06-18Z');
select is(pg_temp.member_of('cus_n'), 'nia@new.example.org', 'Who never signed in is reached at the address she pays with');
select pg_temp.receive('customer.updated', '{"id": "cus_n", "email": "nia@old.example.org"}', '2026-06-17 12:00Z');
select is(pg_temp.member_of('cus_n'), 'nia@new.example.org', 'An older change that comes late counts for nothing');
select pg_temp.receive('customer.updated', '{"id": "cus_e", "email": "eve@elsewhere.example.org"}', '2026-06-18Z');
select is(pg_temp.member_of('cus_e'), 'eve@example.org', 'Who signs in keeps the address that she proved');
select pg_temp.receive('customer.updated', '{"id": "cus_n", "email": "ada@example.org"}', '2026-06-19Z');
select is(pg_temp.member_of('cus_n'), 'nia@new.example.org', 'Nobody takes another member''s address by changing it at Stripe');
select alike(pg_temp.reviews(), '%Changed the billing address to one of another member', 'it is reviewed');

select * from finish();
rollback;
