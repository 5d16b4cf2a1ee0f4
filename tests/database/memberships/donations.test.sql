begin;
-- include: stripe.sql
select plan(28);
create function pg_temp.gift(session text default 'cs_1') returns text[] language sql as
  $$ select array[status::text, amount_refunded::text] from donations where checkout_session_id = session or invoice_id = session $$;

-- One-off.
select is(pg_temp.receive('checkout.session.completed', pg_temp.session(more => '{"metadata": {"note": "Keep going", "in_honour_of": "Grace"}}'), '2026-06-15Z'), 'applied', 'A gift is made');
select is((select array[member_id::text, amount::text, currency, status::text, note, in_honour_of] from donations where checkout_session_id = 'cs_1'),
  array[pg_temp.ada()::text, '2500', 'usd', 'paid', 'Keep going', 'Grace'], 'It is booked with what the donor wrote');
select is((select count(*)::int from memberships), 0, 'and makes her no member');
select pg_temp.receive('checkout.session.completed', pg_temp.session(), '2026-06-15Z', 'evt_again');
select is((select count(*)::int from donations), 1, 'One checkout is one gift, however often Stripe tells');

-- Banks that take days.
select pg_temp.receive('checkout.session.completed', pg_temp.session('cs_2', paid => 'unpaid', intent => 'pi_2'), '2026-06-15Z');
select is(pg_temp.gift('cs_2'), array['pending', '0'], 'A gift by bank transfer is pending');
select pg_temp.receive('checkout.session.async_payment_succeeded', pg_temp.session('cs_2', intent => 'pi_2'), '2026-06-18Z');
select is(pg_temp.gift('cs_2'), array['paid', '0'], 'until the bank pays');
select pg_temp.receive('checkout.session.completed', pg_temp.session('cs_2', paid => 'unpaid', intent => 'pi_2'), '2026-06-15Z', 'evt_late');
select is(pg_temp.gift('cs_2'), array['paid', '0'], 'A late first event does not make it pending again');
select pg_temp.receive('checkout.session.async_payment_failed', pg_temp.session('cs_2', paid => 'unpaid', intent => 'pi_2'), '2026-06-17Z');
select is(pg_temp.gift('cs_2'), array['paid', '0'], 'nor does a late failure take back what was paid');
select pg_temp.receive('checkout.session.async_payment_failed', pg_temp.session('cs_3', paid => 'unpaid', intent => 'pi_3'), '2026-06-18Z');
select pg_temp.receive('checkout.session.completed', pg_temp.session('cs_3', paid => 'unpaid', intent => 'pi_3'), '2026-06-15Z');
select is(pg_temp.gift('cs_3'), array['failed', '0'], 'One that the bank refused has failed, in whatever order we hear it');
select is(pg_temp.receive('checkout.session.expired', pg_temp.session('cs_4', paid => 'unpaid', email => 'gone@example.org', intent => 'pi_4', more => '{"status": "expired"}'), '2026-06-15Z'), 'applied', 'An abandoned checkout is recorded');
select is(pg_temp.gift('cs_4'), null, 'but is no gift');
select is((select count(*)::int from member_emails where email = 'gone@example.org'), 0, 'and makes nobody known');
select is(pg_temp.receive('checkout.session.completed', pg_temp.session('cs_5', paid => 'no_payment_required', amount => 0, intent => null), '2026-06-15Z'), 'applied', 'A checkout over nothing is recorded');
select is(pg_temp.gift('cs_5'), null, 'but is no gift');

-- Monthly.
select pg_temp.receive('invoice.paid', pg_temp.invoice('in_g1', sub => 'sub_gift', amount => 500, price => 'price_adhoc', product => 'prod_donation'), '2026-06-15Z');
select pg_temp.receive('invoice.paid', pg_temp.invoice('in_g2', created => '2026-07-15Z', sub => 'sub_gift', amount => 500, price => 'price_adhoc', product => 'prod_donation'), '2026-07-15Z');
select is((select count(*)::int from donations where subscription_id = 'sub_gift' and status = 'paid'), 2, 'A monthly gift is one row a payment');
select is((select count(*)::int from memberships), 0, 'and gives no membership');
select pg_temp.receive('customer.subscription.created', pg_temp.sub('sub_gift', more => '{"items": {"data": [{"price": {"id": "price_adhoc", "product": "prod_donation", "unit_amount": 500}}]}}'), '2026-06-15Z');
select pg_temp.receive('invoice.payment_failed', pg_temp.invoice('in_g3', 'open', sub => 'sub_gift', amount => 500, price => 'price_adhoc', product => 'prod_donation'), '2026-08-15Z');
select is((select count(*)::int from membership_notices), 0, 'Nobody is warned of losing access over a gift that failed');
select pg_temp.receive('invoice.paid', pg_temp.invoice('in_dues'), '2026-08-15Z');
select is((select count(*)::int from donations where invoice_id = 'in_dues'), 0, 'Dues are no gift');

-- Refunds.
select pg_temp.receive('charge.refunded', pg_temp.charge(1000, 'ch_gift', 'pi_gift', 2500), '2026-06-20Z');
select is(pg_temp.gift(), array['partly_refunded', '1000'], 'A part may go back');
select is(pg_temp.jobs_of('resolve_charge'), 0::bigint, 'It is known what a gift''s charge paid');
select pg_temp.receive('charge.refunded', pg_temp.charge(2500, 'ch_gift', 'pi_gift', 2500), '2026-06-22Z');
select is(pg_temp.gift(), array['refunded', '2500'], 'or all of it');
select pg_temp.receive('charge.refunded', pg_temp.charge(1000, 'ch_gift', 'pi_gift', 2500), '2026-06-20Z', 'evt_late_refund');
select is(pg_temp.gift(), array['refunded', '2500'], 'A late event does not take the refund back');
select pg_temp.receive('checkout.session.completed', pg_temp.session(), '2026-06-15Z', 'evt_once_more');
select is(pg_temp.gift(), array['refunded', '2500'], 'nor does its checkout');

-- The refund before the gift.
select pg_temp.receive('charge.refunded', pg_temp.charge(2500, 'ch_early', 'pi_early', 2500), '2026-06-20Z');
select pg_temp.receive('checkout.session.completed', pg_temp.session('cs_early', intent => 'pi_early'), '2026-06-15Z');
select is(pg_temp.gift('cs_early'), array['refunded', '2500'], 'A refund that arrives before its gift is not forgotten');
select pg_temp.receive('charge.refunded', pg_temp.charge(200, 'ch_month', 'pi_month', 500), '2026-09-20Z');
select private.attach_charge('ch_month', 'in_g9', 'test', '2026-09-20Z');
select pg_temp.receive('invoice.paid', pg_temp.invoice('in_g9', created => '2026-09-15Z', sub => 'sub_gift', amount => 500, price => 'price_adhoc', product => 'prod_donation'), '2026-09-15Z');
select is(pg_temp.gift('in_g9'), array['partly_refunded', '200'], 'nor that of a monthly gift');
select pg_temp.receive('charge.dispute.closed', pg_temp.dispute('lost', 'dp_g', 'ch_g'), '2026-09-25Z');
select private.attach_charge('ch_g', 'in_g2', 'test', '2026-09-25Z');
select is(pg_temp.gift('in_g2'), array['refunded', '0'], 'A gift that a bank took back counts as refunded');

-- A donor who is known only later.
select pg_temp.receive('invoice.paid', pg_temp.invoice('in_who', sub => 'sub_who', price => 'price_adhoc', product => 'prod_donation', customer => 'cus_who', email => null), '2026-06-15Z');
select is((select member_id from donations where invoice_id = 'in_who'), null, 'A gift of somebody without an address is nobody''s');
select private.resolve_customer('{"id": "cus_who", "email": "who@example.org", "name": "Who"}', 'test', '2026-06-16Z');
select is((select e.email from donations d join member_emails e using (member_id) where d.invoice_id = 'in_who'), 'who@example.org', 'until Stripe tells the address');

select * from finish();
rollback;
