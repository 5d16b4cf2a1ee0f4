-- What agents propose about money: what stands against it, exactly what it would do, and that no two can have the same.
begin;
-- include: ../cast.sql
-- include: calling.sql
-- include: proposing.sql
set local search_path = public, extensions;
select plan(82);

update private.agent_rates set capacity = 1000;
update private.agent_keys set refund_each = 100000, refunds_a_day = 100, cancels_a_day = 100, actions_a_member = 100 where name = 'kim-agent';
insert into public.stripe_prices (price_id, purpose, tier, currency, unit_amount, recurring_interval) values ('price_monthly', 'dues', 'monthly', 'usd', 1000, 'month') on conflict do nothing;
insert into private.agent_keys (id, name, what, scopes, is_sandbox, expires_at, created_by)
values (pg_temp.agent_key('pia'), 'pia-practises', 'Practice', '{payments:refund,payments:cancel}', true, now() + interval '1 day', 'test');
create function pg_temp.pay(args jsonb, who text default 'kim') returns jsonb language sql as $$
  select pg_temp.ask('payments.propose_refund', jsonb_build_object('reason', 'Because ' || gen_random_uuid()) || args, who => who)
$$;
create function pg_temp.shows(answer jsonb) returns jsonb language sql as $$ select answer -> 'body' -> 'data' -> 'shows' $$;
create function pg_temp.id_of(answer jsonb) returns uuid language sql as $$ select (answer -> 'body' -> 'data' ->> 'id')::uuid $$;
create function pg_temp.reserved(payment text) returns text language sql as $$
  select string_agg(format('%s %s', r.amount, r.state), ', ' order by r.taken_before, r.amount) from private.refund_reservations r where r.payment = reserved.payment
$$;
create function pg_temp.day_end() returns timestamptz language sql as $$ select private.end_of_utc_day(now()) $$;

-- What stands against a refund.
select is(pg_temp.refusal('payments.propose_refund', '{"payment": "in_nowhere", "reason": "x"}'), '404 There is no such payment [payment]', 'A payment that is not here');
select is(pg_temp.refusal('payments.propose_refund', '{"payment": "in_ada"}'), '422 reason is missing [reason]', 'No reason');
select is(pg_temp.refusal('payments.propose_refund', '{"payment": "in_dot", "reason": "x"}'), '409 This was never paid, so there is nothing to give back [payment]', 'An unpaid invoice');
select is(pg_temp.refusal('payments.propose_refund', '{"payment": "in_ada", "reason": "x", "amount": 1001}'), '422 This is more than what is left of the payment [amount]', 'More than was paid');
select is(pg_temp.refusal('payments.propose_refund', '{"payment": "in_ada", "reason": "x", "amount": 0}'), '422 amount is not a whole number from 1 to 100000000 [amount]', 'Nothing');
select is(pg_temp.refusal('payments.propose_refund', '{"payment": "in_ada", "reason": "x", "amount": 10.5}'), '422 amount is not a whole number from 1 to 100000000 [amount]', 'Half a cent');
select is(pg_temp.refusal('payments.propose_refund', '{"payment": "in_ada", "reason": "x", "currency": "eur"}'), '422 This payment was in another currency [currency]', 'Another currency');
insert into private.stripe_customers (customer_id, as_of) values ('cus_gone', now());
insert into public.invoices (invoice_id, customer_id, status, amount_due, amount_paid, currency, created_at, paid_at, as_of) values ('in_gone', 'cus_gone', 'paid', 1000, 1000, 'usd', now(), now(), now());
select is(pg_temp.refusal('payments.propose_refund', '{"payment": "in_gone", "reason": "x"}'), '409 This payment is nobody''s any more [payment]', 'A payment of somebody who was erased');
insert into private.charges (charge_id, customer_id, invoice_id, amount, amount_refunded, amount_reported, currency, disputed_at, dispute_status, as_of) values
  ('ch_lea', 'cus_lea', 'in_lea', 1000, 0, 0, 'usd', now(), 'needs_response', now()), ('ch_cyn', 'cus_cyn', 'in_cyn', 1000, 1000, 1000, 'usd', null, null, now());
select is(pg_temp.refusal('payments.propose_refund', '{"payment": "in_lea", "reason": "x"}'), '409 The bank has asked for this payment back itself [payment]', 'A disputed payment');
update private.charges set dispute_status = 'lost', dispute_closed_at = now() where charge_id = 'ch_lea';
select is(pg_temp.refusal('payments.propose_refund', '{"payment": "in_lea", "reason": "x"}'), '409 The bank has asked for this payment back itself [payment]', 'also when the dispute was lost');
select is(pg_temp.refusal('payments.propose_refund', '{"payment": "in_cyn", "reason": "x"}'), '409 This payment was given back already [payment]', 'What went back is not given back again');
select is((select count(*)::int from private.refund_reservations), 0, 'None of that spoke for anything');

-- What it shows: full, of the latest payment.
create temp table whole as select pg_temp.pay('{"payment": "in_ada"}') as answer;
select is(answer ->> 'status', '202', 'A whole payment, which is the default') from whole;
select is(pg_temp.shows(answer) - '{would,access,paid_at}'::text[],
  '{"payment": "in_ada", "for": "dues", "paid": 1000, "amount": 1000, "currency": "usd", "already_refunded": 0, "in_other_proposals": 0, "left_after": 0}', 'It shows the sums') from whole;
select is(pg_temp.shows(answer) -> 'access', jsonb_build_object('rule', 'refund_full', 'effect', 'ends', 'until_now', null, 'until_then', pg_temp.day_end(),
  'if_given_on', (now() at time zone 'UTC')::date, 'subscription', 'sub_ada', 'next_payment', now() + interval '20 days'), 'what it does to access by the written rule, and that the subscription goes on') from whole;
select matches(pg_temp.shows(answer) ->> 'would', '\$10\.00 of the \$10\.00 .* goes back .*Afterwards \$0\.00 of it is left.*Access ends with .*next payment is due on', 'in sentences') from whole;
select doesnt_match(answer::text, 'ada@|"Ada"|hooks|stripe\.com', 'without names, addresses and links') from whole;
select is(pg_temp.reserved('in_ada'), '1000 held', 'The whole payment is spoken for');
select is(pg_temp.refusal('payments.propose_refund', '{"payment": "in_ada", "reason": "x"}'), '409 All that is left of this payment is proposed to be given back already [payment]', 'and cannot be asked for again');
select throws_ok(format($$insert into private.refund_reservations (proposal_id, payment, is_sandbox, amount, currency, paid, taken_before, is_full, created_at)
  select gen_random_uuid(), 'in_ada', false, 1000, 'usd', 1000, 0, true, now()$$), '23505', null, 'One full refund a payment is a rule of the table');
select throws_ok(format($$insert into private.refund_reservations (proposal_id, payment, is_sandbox, amount, currency, paid, taken_before, is_full, created_at)
  select gen_random_uuid(), 'in_ada', false, 600, 'usd', 1000, 500, false, now()$$), '23514', null, 'and so is the sum');
select private.release_proposal(pg_temp.id_of(answer)) from whole;
select is(pg_temp.reserved('in_ada'), '1000 freed', 'What is not carried out is free again');

-- In parts.
create temp table part as select pg_temp.pay('{"payment": "in_ada", "amount": 300, "currency": "usd"}') as answer;
select is(pg_temp.shows(answer) -> 'access' ->> 'effect', 'stays', 'A part is a courtesy: access stays') from part;
select is(pg_temp.shows(pg_temp.pay('{"payment": "in_ada", "amount": 300}')) - '{would,access,paid_at,payment,for,paid,currency}'::text[],
  '{"amount": 300, "already_refunded": 0, "in_other_proposals": 300, "left_after": 400}', 'The next one sees what the first has spoken for');
select is(pg_temp.refusal('payments.propose_refund', '{"payment": "in_ada", "amount": 401, "reason": "x"}'), '422 This is more than what is left of the payment [amount]', 'They never come to more than was paid');
-- The first is given: Stripe tells, as a refund and as a sum.
update private.refund_reservations set state = 'sent', payment_intent_id = 'pi_ada' where proposal_id = (select pg_temp.id_of(answer) from part);
select private.apply_refund(jsonb_build_object('id', 're_part', 'charge', 'ch_ada', 'payment_intent', 'pi_ada', 'amount', 300, 'currency', 'usd', 'status', 'succeeded', 'created', extract(epoch from now())::bigint,
  'metadata', jsonb_build_object('proposal_id', pg_temp.id_of(answer))), now(), 'evt', now()) from part;
select is(pg_temp.reserved('in_ada'), '300 given, 1000 freed, 300 held', 'Stripe''s word settles what was spoken for');
select is((select (private.find_payment('in_ada')).given), 0::bigint, 'Until the charge is known to be this invoice''s, the sum is not told twice');
select is(private.taken_of(private.find_payment('in_ada'), false, null), 600::bigint, 'and what was given counts all the same');
insert into private.charges (charge_id, customer_id, payment_intent_id, invoice_id, amount, amount_refunded, amount_reported, currency, as_of) values ('ch_ada', 'cus_ada', 'pi_ada', 'in_ada', 1000, 300, 300, 'usd', now());
update private.refund_reservations set applied_at = now() where refund_id = 're_part';
select is(private.taken_of(private.find_payment('in_ada'), false, null), 600::bigint, 'nor when Stripe''s own sum has come');
-- Somebody gives 200 back by hand, at Stripe.
update private.charges set amount_refunded = 500, amount_reported = 500 where charge_id = 'ch_ada';
select is(pg_temp.refusal('payments.propose_refund', '{"payment": "in_ada", "amount": 201, "reason": "x"}'), '422 This is more than what is left of the payment [amount]', 'What was given back by hand counts');
select is(pg_temp.shows(pg_temp.pay('{"payment": "in_ada"}')) - '{would,paid_at,payment,for,paid,currency,access}'::text[],
  '{"amount": 200, "already_refunded": 500, "in_other_proposals": 300, "left_after": 0}', 'The rest is what nobody has spoken for');
select is((select pg_temp.shows(pg_temp.pay('{"payment": "in_bea", "amount": 999}')) -> 'access' ->> 'rule'), 'refund_partial', 'Almost all is a part');
-- The bank sends the first back: what it had spoken for is free.
select private.apply_refund(jsonb_build_object('id', 're_part', 'charge', 'ch_ada', 'payment_intent', 'pi_ada', 'amount', 300, 'currency', 'usd', 'status', 'failed', 'created', extract(epoch from now())::bigint,
  'metadata', jsonb_build_object('proposal_id', pg_temp.id_of(answer))), now(), 'evt', now()) from part;
select is((select state::text from private.refund_reservations where refund_id = 're_part'), 'freed', 'A refund that came to nothing speaks for nothing');
select is((select (private.find_payment('in_ada')).given), 200::bigint, 'and only what was given by hand is gone');

-- Whether it is still true when somebody decides.
create temp table waiting as select pg_temp.waits('in_bea', 1) as id;
select is((select private.proposal_problem(jsonb_populate_record(p, jsonb_build_object('shows', p.shows || '{"already_refunded": 5}')), now()) from private.agent_proposals p join waiting w on w.id = p.id), 'Some of this payment was given back since, so what this shows is not true any more', 'What moved since is found');
select is((select private.proposal_problem(p, now()) from private.agent_proposals p join waiting w on w.id = p.id), null, 'What did not stands');
-- Another one, which it had counted, is given first.
select pg_temp.paid('bea', 'in_story', 1000);
create temp table story as select pg_temp.waits('in_story', 150) as small;
alter table story add column large uuid;
update story set large = pg_temp.waits('in_story', 600);
create temp view storys as select private.proposal_problem(p, now()) as problem from private.agent_proposals p join story s on s.large = p.id;
update private.refund_reservations r set state = 'given', refund_id = 're_small', applied_at = now() from story s where r.proposal_id = s.small;
insert into private.charges (charge_id, customer_id, payment_intent_id, invoice_id, amount, amount_refunded, amount_reported, currency, as_of) values ('ch_bea', 'cus_bea', 'pi_bea', 'in_story', 1000, 150, 150, 'usd', now());
select results_eq('select problem from storys', array[null::text], 'What it had counted as spoken for may be given before it');
update private.charges set amount_refunded = 152, amount_reported = 152 where charge_id = 'ch_bea';
select results_eq('select problem from storys', array['Some of this payment was given back since, so what this shows is not true any more'], 'but not a cent more');
select private.release_proposal(id) from waiting;

-- Practice has a count of its own.
update private.agent_keys set refund_each = 0 where name = 'kim-agent';
select is((select pg_temp.shows(pg_temp.pay(jsonb_build_object('payment', d.id), 'pia')) ->> 'left_after' from public.donations d where d.member_id = pg_temp.person('lea')), '0', 'Practice may propose the same');
select is((select pg_temp.shows(pg_temp.pay(jsonb_build_object('payment', d.id))) ->> 'amount' from public.donations d where d.member_id = pg_temp.person('lea')), '2500', 'and keeps nobody from the real one');
select is((select string_agg(r.is_sandbox || ' ' || r.state, ', ' order by r.is_sandbox) from private.refund_reservations r join public.donations d on d.id::text = r.payment where d.member_id = pg_temp.person('lea')), 'false held, true held', 'each for itself');
insert into public.invoices (invoice_id, customer_id, status, amount_due, amount_paid, currency, created_at, paid_at, as_of) values ('in_more', 'cus_bea', 'paid', 1000, 1000, 'usd', now(), now(), now());
insert into private.invoice_payments (invoice_payment_id, invoice_id, payment_intent_id, amount, currency, created_at) values ('inpay_more', 'in_more', 'pi_more', 1000, 'usd', now());
create temp table tried as select pg_temp.pay('{"payment": "in_more", "amount": 100}', 'pia') as answer, pg_temp.pay('{"payment": "in_more", "amount": 100}') as real;
select is(private.begin_refund(pg_temp.id_of(answer)) - '{amount,currency,refund_id}'::text[], '{"why_not": null, "is_sandbox": true, "invoice": "in_more", "payment_intent": null}',
  'The account for practice is asked for its own payment of an invoice') from tried;
select is((select r.payment_intent_id from private.refund_reservations r where r.proposal_id = pg_temp.id_of(real)), 'pi_more', 'where ours is known') from tried;
select is((select pg_temp.shows(answer) -> 'access' ->> 'effect' from (select pg_temp.pay(jsonb_build_object('payment', d.id)) as answer from public.donations d where d.member_id = pg_temp.person('bea')) a), 'none', 'Giving a gift back does nothing to access');

-- Canceling.
update private.agent_keys set cancels_a_day = 0 where name = 'kim-agent';
create function pg_temp.cancel(who text, more jsonb default '{}') returns jsonb language sql as $$
  select pg_temp.ask('payments.propose_cancel', pg_temp.of(who) || jsonb_build_object('when', 'period_end', 'reason', 'Because ' || gen_random_uuid()) || more)
$$;
select is(pg_temp.refusal('payments.propose_cancel', '{"member": "99999999-0000-4000-8000-000000000000", "when": "now", "reason": "x"}'), '404 There is no such member [member]', 'A member who is not here');
select is(pg_temp.refusal('payments.propose_cancel', pg_temp.of('ada') || '{"when": "soon", "reason": "x"}'), '422 when is none of those that there are [when]', 'Another time');
select is(pg_temp.refusal('payments.propose_cancel', pg_temp.of('ada') || '{"when": "now", "subscription": "sub_bea", "reason": "x"}'), '404 This member has no such subscription [subscription]', 'A subscription of somebody else');
select is(pg_temp.refusal('payments.propose_cancel', pg_temp.of('cyn') || '{"when": "now", "reason": "x"}'), '409 This member has no subscription that runs [member]', 'Nothing that runs');
select is(pg_temp.refusal('payments.propose_cancel', pg_temp.of('cyn') || '{"when": "now", "subscription": "sub_cyn", "reason": "x"}'), '409 This subscription has ended already [subscription]', 'What has ended');
create temp table ends as select pg_temp.cancel('bea') as answer;
select is(pg_temp.shows(answer) - '{would}'::text[], jsonb_build_object('subscription', 'sub_bea', 'for', 'dues', 'tier', 'annual', 'status', 'active', 'when', 'period_end',
  'ends_at', now() + interval '20 days', 'paid_until', now() + interval '20 days', 'already_ends_at', null,
  'access', jsonb_build_object('until_now', null, 'until_then', private.end_of_utc_day(now() + interval '20 days'))), 'At the end of the period: until when she has what she paid for') from ends;
select is(pg_temp.shows(pg_temp.cancel('ada', '{"when": "now"}')) -> 'access' ->> 'until_then', to_jsonb(private.end_of_utc_day(now() + interval '20 days')) #>> '{}', 'At once: what is paid for stays');
select is(pg_temp.shows(pg_temp.cancel('dot', '{"when": "now"}')) -> 'access' ->> 'until_then', to_jsonb(pg_temp.day_end()) #>> '{}', 'unless it was never paid: then access ends with the day');
update public.subscriptions set cancel_at_period_end = true, cancel_at = current_period_end where subscription_id = 'sub_bea';
select matches((select private.proposal_problem(p, now()) from private.agent_proposals p join ends e on p.id = pg_temp.id_of(e.answer)), '^This subscription ends already on', 'She canceled herself meanwhile');
select is(pg_temp.refusal('payments.propose_cancel', pg_temp.of('bea') || '{"when": "period_end", "reason": "x"}'), '409 This subscription ends already on ' || private.day(now() + interval '20 days') || ' [when]', 'What ends already need not be ended');
insert into public.subscriptions (subscription_id, customer_id, purpose, price_id, currency, status, current_period_end, as_of, as_of_event)
values ('sub_gift', 'cus_ada', 'donation', 'price_gift', 'usd', 'active', now() + interval '3 days', now(), 'created');
select is(pg_temp.ask('payments.propose_cancel', pg_temp.of('ada') || '{"when": "now", "reason": "x"}') -> 'body' -> 'error',
  '{"message": "This member has more than one subscription", "field": "subscription", "remedy": "Say which: sub_ada, sub_gift."}', 'Of two it must be said which');
select is(pg_temp.shows(pg_temp.cancel('ada', '{"when": "now", "subscription": "sub_gift"}')) ->> 'for', 'donation', 'A monthly gift is canceled the same way');

-- What is carried out is owed once, to this room's queue.
create temp table kinds as select k.kind, k.queue from jobs.kinds k where k.kind in ('carry_out_refund', 'carry_out_cancel', 'resume');
select is((select count(*)::int from kinds where queue = 'memberships'), 3, 'Stripe is spoken to by its own room');
create temp table owed as select pg_temp.id_of(answer) as id from ends;
select private.carry_out_proposal(id, 'x', now()), private.carry_out_proposal(id, 'x', now()) from owed;
select is((select count(*)::int from jobs.live() l join owed o on l.args ->> 'proposal_id' = o.id::text where l.kind = 'carry_out_cancel'), 1, 'once, however often it is said');
select is(private.begin_cancel(id), null, 'and nothing is done for what nobody approved') from owed;
select is(private.begin_refund(pg_temp.id_of(answer)) ->> 'why_not', 'The refund came to nothing at the bank.', 'nor given back what nothing is spoken for any more') from whole;

-- Idempotency keys of a refund: the same within a day, a new one afterwards or when Stripe has spent it.
create temp table sent as select (r.proposal_id) as id from private.refund_reservations r where r.state = 'held' and r.payment = 'in_ada' limit 1;
select is(private.sending_refund(id, 'pi_ada', now()), 'commons-refund-' || id || '-1', 'The first call has a key') from sent;
select is(private.sending_refund(id, 'pi_ada', now() + interval '22 hours'), 'commons-refund-' || id || '-1', 'and the next one the same') from sent;
select is(private.sending_refund(id, 'pi_ada', now() + interval '23 hours'), 'commons-refund-' || id || '-2', 'as long as Stripe surely knows it') from sent;
select private.refund_key_is_spent(id) from sent;
select is(private.sending_refund(id, 'pi_ada', now() + interval '24 hours'), 'commons-refund-' || id || '-3', 'What Stripe answers with its own error is not asked again under the same') from sent;
select private.release_proposal(id) from sent;
select is((select state::text from private.refund_reservations r join sent s on s.id = r.proposal_id), 'sent', 'What Stripe was asked for is not free because somebody closes the proposal');

-- Paid in parts, it is none of them.
select pg_temp.paid('bea', 'in_parts', 10000);
create temp view intent as select (private.find_payment('in_parts')).payment_intent_id as of_it;
insert into private.charges (charge_id, customer_id, payment_intent_id, invoice_id, amount, amount_refunded, amount_reported, currency, as_of) values ('ch_parts', 'cus_bea', 'pi_2', 'in_parts', 4000, 0, 0, 'usd', now());
select is(of_it, 'pi_2', 'One payment that is known of an invoice is its payment') from intent;
insert into private.invoice_payments (invoice_payment_id, invoice_id, payment_intent_id, amount, currency, created_at) values
  ('inpay_1', 'in_parts', 'pi_1', 6000, 'usd', now()), ('inpay_2', 'in_parts', 'pi_2', 4000, 'usd', now());
select is(of_it, null, 'Of two neither is, also when the newest charge is known: Stripe is asked, and nobody guesses') from intent;

-- Stripe's later word.
update private.agent_keys set refund_each = 100000, refunds_a_day = 1000, actions_a_member = 1000 where name = 'kim-agent';
select pg_temp.paid('bea', 'in_later', 10000);
create function pg_temp.told(proposal uuid, refund text, status text) returns text language sql as $$
  select private.apply_refund(jsonb_build_object('id', refund, 'charge', 'ch_later', 'payment_intent', 'pi_later', 'amount', 100, 'currency', 'usd', 'status', status,
    'created', extract(epoch from now())::bigint, 'metadata', jsonb_build_object('proposal_id', proposal)), now(), 'evt_later', now())
$$;
create function pg_temp.sent() returns uuid language sql as $$
  select a.id from (select pg_temp.id_of(pg_temp.pay('{"payment": "in_later", "amount": 100}')) as id) a, lateral private.sending_refund(a.id, 'pi_later', now())
$$;
create function pg_temp.stands(proposal uuid) returns text language sql as $$
  select format('%s %s | %s', p.state, p.provider_id, p.what_became) from admin.proposals p where p.id = proposal
$$;
create function pg_temp.attends(proposal uuid) returns text language sql as $$ select a.why from private.agent_proposals_attention(now()) a where a.id = proposal::text $$;
create temp table fell as select pg_temp.sent() as id;
select is(pg_temp.told(id, 're_fell', 'pending'), 'applied', 'Stripe takes a refund on') from fell;
select is(pg_temp.stands(id), 'approved  | Approved by the limits of its key, and being carried out', 'and its job settles it') from fell;
select ok(private.settle_proposal(id, 'carried_out', 're_fell', null, 'c', now()), 'as done') from fell;
select is(pg_temp.told(id, 're_by_hand', 'failed'), 'applied', 'Another refund that came to nothing, under the same number,') from fell;
select is(pg_temp.stands(id), 'carried_out re_fell | Approved by the limits of its key, and done', 'is no word about this one') from fell;
select is(pg_temp.told(id, 're_fell', 'failed'), 'applied', 'Days later the bank sends it back') from fell;
select is(pg_temp.stands(id), 'failed re_fell | Approved by the limits of its key, but it could not be done: It was given, and came to nothing at the bank afterwards', 'and the proposal says so') from fell;
select is(pg_temp.data('proposals.get', jsonb_build_object('proposal', id)) ->> 'error', 'It was given, and came to nothing at the bank afterwards.', 'to its agent as well') from fell;
select is(pg_temp.attends(id), 'Give back $1.00: It was given, and came to nothing at the bank afterwards.', 'and it waits for a person') from fell;
select is((select format('%s %s', actor_kind, actor) from private.audit_log where target_id = fell.id::text and action = 'agents.proposal_failed'), 'stripe re_fell', 'The log has whose word it was') from fell;
-- Given up after Stripe was asked; the answer comes all the same.
create temp table lost as select pg_temp.sent() as id, pg_temp.sent() as known;
delete from pgmq.q_memberships;
delete from pgmq.q_memberships_bulk;
delete from jobs.delayed;
select ok(admin.close_proposal(id, 'Given up'), 'One is given up') from lost;
select pg_temp.told(id, 're_lost', 'succeeded') from lost;
select is(pg_temp.stands(id), 'carried_out re_lost | Approved by the limits of its key, and done', 'and was given: the proposal says that') from lost;
select is(pg_temp.attends(id), null, 'and nobody gives it back a second time by hand') from lost;
select pg_temp.told(known, 're_known', 'succeeded') from lost;
select is(admin.close_proposal(known, 'Given up'), false, 'What Stripe has told of already does not become a failure') from lost;
select is(pg_temp.stands(known), 'carried_out re_known | Approved by the limits of its key, and done', 'it was given') from lost;

select * from finish();
rollback;
