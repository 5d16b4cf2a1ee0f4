begin;
-- include: stripe.sql
select plan(29);

-- Each cause as the table has it; the payment of 15 June is refunded or disputed on 20 June.
create function pg_temp.after(cause text, effect text default null) returns timestamptz language plpgsql as $$
declare until timestamptz;
begin
  if effect is not null then
    update private.adjustment_rules r set effect = after.effect::private.adjustment_effect where r.cause = after.cause::private.adjustment_cause;
  end if;
  perform pg_temp.receive('customer.subscription.created', pg_temp.sub(), '2026-06-15 12:00Z');
  perform pg_temp.receive('invoice.paid', pg_temp.invoice(), '2026-06-15 12:00Z');
  case cause
    when 'refund_full' then perform pg_temp.receive('charge.refunded', pg_temp.charge(1000), '2026-06-20 12:00Z');
    when 'refund_partial' then perform pg_temp.receive('charge.refunded', pg_temp.charge(400), '2026-06-20 12:00Z');
    when 'dispute_opened' then perform pg_temp.receive('charge.dispute.created', pg_temp.dispute('needs_response'), '2026-06-20 12:00Z');
    when 'dispute_won' then perform pg_temp.receive('charge.dispute.closed', pg_temp.dispute('won'), '2026-06-20 12:00Z');
    else perform pg_temp.receive('charge.dispute.closed', pg_temp.dispute('lost'), '2026-06-20 12:00Z');
  end case;
  perform private.attach_charge('ch_1', 'in_1', 'test', '2026-06-20 12:00Z');
  until := pg_temp.until();
  raise exception 'undo' using detail = until::text;
exception when raise_exception then
  get stacked diagnostics cause = pg_exception_detail;
  return cause::timestamptz;
end
$$;
select is((select string_agg(cause || ' ' || effect, ', ' order by cause) from private.adjustment_rules),
  'refund_full end_access, refund_partial keep, dispute_opened keep, dispute_won keep, dispute_lost end_access', 'What refunds and disputes do is written in a table');
select is(pg_temp.after('refund_full'), '2026-06-21Z', 'A full refund ends access with its day');
select is(pg_temp.after('refund_partial'), 'infinity', 'A part refunded as a courtesy keeps it');
select is(pg_temp.after('dispute_opened'), 'infinity', 'While the bank is asking access stays');
select is(pg_temp.after('dispute_won'), 'infinity', 'A dispute that we won changes nothing');
select is(pg_temp.after('dispute_lost'), '2026-06-21Z', 'A dispute that we lost ends access with its day');
select is(pg_temp.after('refund_full', 'keep'), 'infinity', 'An admin may let a full refund keep access');
select is(pg_temp.after('refund_partial', 'end_access'), '2026-06-21Z', 'or let a partial one end it');
select is(pg_temp.after('dispute_opened', 'end_access'), '2026-06-21Z', 'or end it as soon as a dispute is opened');
select is(pg_temp.after('dispute_won', 'end_access'), '2026-06-21Z', 'or even when it is won');
select is(pg_temp.after('dispute_lost', 'keep'), 'infinity', 'or keep it when it is lost');

-- Asking whose charge it was, and the story of a dispute.
select pg_temp.receive('customer.subscription.created', pg_temp.sub(), '2026-06-15 12:00Z');
select pg_temp.receive('invoice.paid', pg_temp.invoice(), '2026-06-15 12:00Z');
select pg_temp.receive('charge.dispute.created', pg_temp.dispute('needs_response'), '2026-06-20 12:00Z');
select is(pg_temp.jobs_of('resolve_charge'), 1::bigint, 'A charge does not name its invoice, so Stripe is asked');
select is(private.attach_charge('ch_1', 'in_1', 'test', '2026-06-20 12:00Z'), 'applied', 'Its answer is recorded');
update private.adjustment_rules set effect = 'end_access' where cause = 'dispute_opened';
select private.apply_adjustment('ch_1', 'test', '2026-06-20 13:00Z');
select is(pg_temp.until(), '2026-06-21Z', 'When an open dispute ends access');
select pg_temp.receive('charge.dispute.closed', pg_temp.dispute('won'), '2026-07-01 12:00Z');
select is(pg_temp.until(), 'infinity', 'winning it gives access back');
select pg_temp.receive('charge.dispute.created', pg_temp.dispute('needs_response'), '2026-06-20 12:00Z', 'evt_late');
select is((select dispute_status from private.charges where charge_id = 'ch_1'), 'won', 'A late opening does not reopen it');
select is((select count(*)::int from private.audit_log where action like 'memberships.dispute%' and target_id = 'ch_1'), 3, 'Each word of the bank is in the audit log');

-- A refund before everything it belongs to.
select pg_temp.receive('charge.refunded', pg_temp.charge(1000, 'ch_2', 'pi_2'), '2026-06-20 12:00Z');
select private.attach_charge('ch_2', 'in_early', 'test', '2026-06-20 12:00Z');
select pg_temp.receive('invoice.paid', pg_temp.invoice('in_early', sub => 'sub_early'), '2026-06-15 12:00Z');
select pg_temp.receive('customer.subscription.created', pg_temp.sub('sub_early'), '2026-06-15 12:00Z');
select is(pg_temp.has('access_until', 'sub_early')::timestamptz, '2026-06-21Z', 'A refund that arrives before its payment and its subscription is not forgotten');
select pg_temp.receive('invoice.paid', pg_temp.invoice('in_early', sub => 'sub_early'), '2026-06-15 12:00Z', 'evt_paid_again');
select is(pg_temp.has('access_until', 'sub_early')::timestamptz, '2026-06-21Z', 'Hearing of the refunded payment again does not restore it');

-- Later payments.
select pg_temp.receive('invoice.payment_failed', pg_temp.invoice('in_draft', 'open', '2026-06-19Z', '2026-06-25Z', 'sub_early'), '2026-06-19Z');
select is(pg_temp.has('access_until', 'sub_early')::timestamptz, '2026-06-21Z', 'A later invoice that nobody paid does not restore it');
select pg_temp.receive('invoice.paid', pg_temp.invoice('in_draft', created => '2026-06-19Z', sub => 'sub_early'), '2026-06-25Z');
select is(pg_temp.has('access_until', 'sub_early'), 'infinity', 'A later payment does, also of an invoice made before the refund');
select pg_temp.receive('charge.refunded', pg_temp.charge(1000, 'ch_2', 'pi_2'), '2026-06-26 12:00Z', 'evt_refund_again');
select is(pg_temp.has('access_until', 'sub_early'), 'infinity', 'Refunding an older payment keeps access');
select pg_temp.receive('invoice.paid', pg_temp.invoice('in_zero', created => '2026-06-27Z', sub => 'sub_early', amount => 0), '2026-06-27Z');
select pg_temp.receive('charge.refunded', pg_temp.charge(1000, 'ch_3', 'pi_3'), '2026-06-28 12:00Z');
select private.attach_charge('ch_3', 'in_draft', 'test', '2026-06-28 12:00Z');
select is(pg_temp.has('access_until', 'sub_early')::timestamptz, '2026-06-29Z', 'An invoice over nothing is no payment: the one before it is the latest');
select pg_temp.receive('charge.dispute.closed', pg_temp.dispute('lost', 'dp_4', 'ch_4'), '2026-06-27 12:00Z');
select private.attach_charge('ch_4', 'in_draft', 'test', '2026-06-29 12:00Z');
select is(pg_temp.has('access_until', 'sub_early')::timestamptz, '2026-06-28Z', 'Of two charges of one payment the earlier loss counts');
select is(private.attach_charge('ch_nowhere', 'in_draft', 'test', '2026-06-29Z'), 'applied', 'A charge that nobody refunded or disputed changes nothing');
select is((select count(*)::int from private.charges where charge_id = 'ch_nowhere'), 0, 'and is not made up');

-- An update of the subscription keeps the cut.
select pg_temp.receive('customer.subscription.updated', pg_temp.sub('sub_early', more => '{"cancel_at_period_end": true}'), '2026-06-30Z');
select is(pg_temp.has('access_until', 'sub_early')::timestamptz, '2026-06-28Z', 'An update of the subscription does not give back what a refund took');
select throws_ok($$update private.adjustment_rules set effect = 'shrug' where cause = 'refund_full'$$, '22P02',
  'invalid input value for enum private.adjustment_effect: "shrug"', 'The table knows two effects only');
select throws_ok($$insert into private.adjustment_rules values ('refund_full', 'keep', 'twice')$$, '23505',
  'duplicate key value violates unique constraint "adjustment_rules_pkey"', 'and one row a cause');

select * from finish();
rollback;
