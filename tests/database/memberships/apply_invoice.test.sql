begin;
-- include: stripe.sql
select plan(35);
create function pg_temp.notices() returns text language sql as
  $$ select string_agg(kind::text || case when resolved_at is null then '' else ' (resolved)' end, ', ' order by id) from membership_notices where member_id = pg_temp.ada() $$;

-- Paid, and the subscription comes later.
select is(pg_temp.receive('invoice.paid', pg_temp.invoice(), '2026-06-15 12:00Z'), 'applied', 'A payment may arrive before its subscription');
select is((select count(*)::int from memberships), 0, 'Alone it gives no access');
select is(pg_temp.receive('customer.subscription.created', pg_temp.sub(), '2026-06-15 12:00Z'), 'applied', 'The subscription follows');
select is(pg_temp.until(), 'infinity', 'and gives it');
select is((select array[status::text, amount_paid::text, currency] from invoices where invoice_id = 'in_1'), array['paid', '1000', 'usd'], 'The receipt is there');
select is((select period_end from invoices where invoice_id = 'in_1'), '2026-07-15 12:00Z', 'and says for how long she paid');

-- The first failure.
select pg_temp.receive('customer.subscription.updated', pg_temp.sub(status => 'past_due', ends => '2026-08-15 12:00Z'), '2026-07-15 12:00Z');
select is(pg_temp.until(), '2026-07-30Z', 'Past due without an invoice she has fourteen days');
select is(pg_temp.receive('invoice.payment_failed', pg_temp.invoice('in_2', 'open', '2026-07-15 12:00Z', '2026-07-18 12:00Z'), '2026-07-15 12:00Z'), 'applied', 'A payment fails');
select is(pg_temp.notices(), 'payment_failed', 'She is told once');
select is(pg_temp.jobs_of('send_email'), 1::bigint, 'by one message');
select is(pg_temp.until(), '2026-07-20Z', 'and keeps access until the day after the next attempt');
select is(private.warn_before_grace_ends('2026-07-17 12:00Z'), 0, 'In the first three days she is not warned on top of it: Stripe will try again');
select pg_temp.receive('invoice.payment_failed', pg_temp.invoice('in_2', 'open', '2026-07-15 12:00Z', '2026-07-22 12:00Z'), '2026-07-18 12:00Z');
select is(pg_temp.notices(), 'payment_failed', 'The second failure is no second notice');
select is(pg_temp.until(), '2026-07-24Z', 'The grace follows the next attempt');
select is(pg_temp.receive('invoice.payment_failed', pg_temp.invoice('in_2', 'open', '2026-07-15 12:00Z', '2026-07-18 12:00Z'), '2026-07-16 12:00Z'), 'superseded', 'An older failure that comes late counts for nothing');
select is(pg_temp.until(), '2026-07-24Z', 'and does not shorten the grace');
select pg_temp.receive('invoice.payment_action_required', pg_temp.invoice('in_2', 'open', '2026-07-15 12:00Z', '2026-07-22 12:00Z'), '2026-07-18 12:01Z');
select is(pg_temp.notices(), 'payment_failed, action_required', 'When her bank wants her to confirm, she is told that');

-- A warning, once, in the last three days.
select is(private.warn_before_grace_ends('2026-07-20 23:59:59Z'), 0, 'More than three days before the end she is not warned');
select is(private.warn_before_grace_ends('2026-07-21 00:00Z'), 1, 'Three days before she is');
select is(private.warn_before_grace_ends('2026-07-21 01:00Z'), 0, 'once');
select is(pg_temp.notices(), 'payment_failed, action_required, grace_ending', 'about this invoice');

-- Recovery.
select is(pg_temp.receive('invoice.paid', pg_temp.invoice('in_2', created => '2026-07-15 12:00Z'), '2026-07-22 12:00Z'), 'applied', 'Her card is mended and the payment goes through');
select is(pg_temp.notices(), 'payment_failed (resolved), action_required (resolved), grace_ending (resolved)', 'What was not sent yet is not sent any more');
select is(pg_temp.receive('invoice.payment_failed', pg_temp.invoice('in_2', 'open', '2026-07-15 12:00Z'), '2026-07-22 12:00Z'), 'superseded', 'A failure that arrives after the payment does not reopen it');
select is(pg_temp.receive('invoice.payment_failed', pg_temp.invoice('in_2', 'open', '2026-07-15 12:00Z'), '2026-07-23 12:00Z'), 'superseded', 'not even one that claims to be later');
select is((select status::text from invoices where invoice_id = 'in_2'), 'paid', 'What is paid stays paid');
select pg_temp.receive('customer.subscription.updated', pg_temp.sub(ends => '2026-08-15 12:00Z'), '2026-07-22 12:00Z');
select is(pg_temp.until(), 'infinity', 'She has access as before');
select is(private.warn_before_grace_ends('2026-07-22 13:00Z'), 0, 'and is not warned any more');

-- Stripe gives up.
select pg_temp.receive('invoice.payment_failed', pg_temp.invoice('in_3', 'open', '2026-08-15 12:00Z'), '2026-08-16 12:00Z');
select pg_temp.receive('customer.subscription.updated', pg_temp.sub(status => 'past_due', ends => '2026-09-15 12:00Z'), '2026-08-16 12:00Z');
select is(pg_temp.until(), '2026-08-17Z', 'Once Stripe will not try again, access ends with that day');
select is((select retries_over_at from invoices where invoice_id = 'in_3'), '2026-08-16 12:00Z', 'and the invoice says since when');
select is(private.warn_before_grace_ends('2026-08-17 00:00Z'), 0, 'Whose access is over is not warned');
select pg_temp.receive('invoice.paid', pg_temp.invoice('in_3', created => '2026-08-15 12:00Z'), '2026-08-15 13:00Z');
select is((select status::text from invoices where invoice_id = 'in_3'), 'paid', 'A payment counts, however late it is heard of');

-- Odd invoices.
select is(pg_temp.receive('invoice.paid', pg_temp.invoice('in_4', price => 'price_one_off_fee'), '2026-09-01Z'), 'applied', 'A line that is no tier does not stop the receipt of a known subscription');
select is(pg_temp.receive('invoice.paid', pg_temp.invoice('in_5', sub => null, more => '{"parent": null}'), '2026-09-01Z'), 'applied', 'An invoice without a subscription is a receipt only');
select is(pg_temp.receive('invoice.paid', pg_temp.invoice('in_6', sub => 'sub_unknown', price => 'price_unknown'), '2026-09-01Z'), 'dead', 'The payment of an unmapped price waits for a person, like its subscription');

select * from finish();
rollback;
