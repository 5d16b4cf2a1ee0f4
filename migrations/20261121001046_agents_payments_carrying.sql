-- What the jobs ask that carry proposals about money out: what is owed still, and what came of it. Each may be asked twice.

create function private.begin_refund(proposal uuid)
returns jsonb
language plpgsql
volatile
set search_path = ''
as $$
declare
  held private.agent_proposals;
  claim private.refund_reservations;
  paid private.payment;
  why text;
begin
  select p.* into held from private.agent_proposals p where p.id = proposal;
  paid := private.hold_payment(held.subject);
  select r.* into claim from private.refund_reservations r where r.proposal_id = proposal for update;
  if held.state is distinct from 'approved' then
    return null;
  elsif claim.proposal_id is null then
    why := 'This payment is not known here.';
  elsif claim.state = 'freed' then
    why := 'The refund came to nothing at the bank.';
  elsif claim.state = 'held' then
    -- As long as Stripe was not asked, what happened since it was proposed counts.
    why := (private.refund_problem(paid, held.amount, held.is_sandbox, proposal)).message || '.';
  end if;
  return pg_catalog.jsonb_build_object('why_not', why, 'is_sandbox', held.is_sandbox, 'amount', held.amount, 'currency', held.currency,
    'invoice', paid.invoice_id,
    -- The account for practice is asked which payment of its own paid the invoice.
    'payment_intent', coalesce(claim.payment_intent_id,
      case when not held.is_sandbox or paid.invoice_id is null then paid.payment_intent_id end),
    'refund_id', case when claim.state = 'given' then claim.refund_id end);
end
$$;

comment on function private.begin_refund is 'What is owed for an approved refund; null when nothing is. why_not: it cannot be given any more. refund_id: Stripe has it already.';

create function private.sending_refund(proposal uuid, intent text, at timestamptz)
returns text
language plpgsql
volatile
set search_path = ''
as $$
declare
  number integer;
begin
  -- Stripe may forget a key after a day. Until then the same one is sent again, so that even a call that is still
  -- under way makes one refund; after that a look at Stripe's list has shown that there is none.
  update private.refund_reservations r
     set state = 'sent', payment_intent_id = intent,
         sends = r.sends + case when r.key_since > at - interval '23 hours' then 0 else 1 end,
         key_since = case when r.key_since > at - interval '23 hours' then r.key_since else at end
   where r.proposal_id = proposal and r.state in ('held', 'sent')
  returning r.sends into number;
  return 'commons-refund-' || proposal::text || '-' || number::text;
end
$$;

comment on function private.sending_refund is 'Notes that Stripe is asked for a refund, before it is, and returns the idempotency key. Null: it is no longer owed.';

create function private.refund_key_is_spent(proposal uuid)
returns void
language sql
volatile
set search_path = ''
as $$ update private.refund_reservations r set key_since = null where r.proposal_id = proposal $$;

comment on function private.refund_key_is_spent is 'Stripe answered with an error of its own, which it repeats for this key: the next try, once it is looked up, takes a new one.';

create function private.refund_made(proposal uuid, refund jsonb, as_of timestamptz, correlation_id text, at timestamptz)
returns void
language plpgsql
volatile
set search_path = ''
as $$
declare
  claim private.refund_reservations;
begin
  select r.* into claim from private.refund_reservations r where r.proposal_id = proposal;
  perform private.hold_payment(claim.payment);
  if claim.is_sandbox then
    -- What happens at the practice account is no part of our books.
    update private.refund_reservations r set state = 'given', refund_id = refund ->> 'id' where r.proposal_id = proposal and r.state <> 'freed';
  else
    perform private.apply_refund(refund, as_of, correlation_id, at);
  end if;
  perform jobs.finish_effect('refund:' || proposal::text, pg_catalog.jsonb_build_object('refund_id', refund ->> 'id'));
end
$$;

comment on function private.refund_made is 'Stripe has the refund of a proposal: kept at once, so that it is known whatever happens next.';

create function private.refund_settled(proposal uuid, refund jsonb, charge jsonb, as_of timestamptz, correlation_id text, at timestamptz)
returns void
language plpgsql
volatile
set search_path = ''
as $$
declare
  claim private.refund_reservations;
  paid private.payment;
  status text := refund ->> 'status';
begin
  select r.* into claim from private.refund_reservations r where r.proposal_id = proposal;
  paid := private.hold_payment(claim.payment);
  -- The proposal before what it has spoken for, as when somebody closes it.
  perform from private.agent_proposals p where p.id = proposal for update;
  if not claim.is_sandbox then
    if charge is not null then
      perform private.apply_charge(charge, null, 'charge.refunded', as_of, correlation_id, at);
      if paid.invoice_id is not null then
        perform private.attach_charge(charge ->> 'id', paid.invoice_id, correlation_id, at);
      end if;
    end if;
    -- An event may have told of its end meanwhile.
    status := coalesce((select r.status from private.refunds r where r.refund_id = refund ->> 'id'), status);
    update private.refund_reservations r set applied_at = coalesce(r.applied_at, at) where r.proposal_id = proposal;
  end if;
  -- A webhook may have told of it before any answer was heard.
  perform jobs.finish_effect('refund:' || proposal::text, pg_catalog.jsonb_build_object('refund_id', refund ->> 'id'));
  if private.refund_rank(status) = 2 then
    update private.refund_reservations r set state = 'freed' where r.proposal_id = proposal;
    perform private.settle_proposal(proposal, 'failed', refund ->> 'id', 'The refund came to nothing at the bank.', correlation_id, at);
  else
    perform private.settle_proposal(proposal, 'carried_out', refund ->> 'id', null, correlation_id, at);
  end if;
end
$$;

comment on function private.refund_settled is 'Applies what Stripe says of the charge by the way that its events take, so that access and gifts follow, and settles the proposal.';

create function private.refund_not_made(proposal uuid, why text, correlation_id text, at timestamptz)
returns void
language plpgsql
volatile
set search_path = ''
as $$
begin
  perform private.settle_proposal(proposal, 'failed', null, why, correlation_id, at);
  update private.refund_reservations r set state = 'freed' where r.proposal_id = proposal and r.state in ('held', 'sent');
end
$$;

comment on function private.refund_not_made is 'Surely no money moved, and none will: the proposal failed, and what it spoke for is free.';

create function private.begin_cancel(proposal uuid)
returns jsonb
language plpgsql
volatile
set search_path = ''
as $$
declare
  held private.agent_proposals;
  sub public.subscriptions;
  is_begun constant boolean := exists (select from jobs.effects e where e.key = 'cancel:' || proposal::text);
begin
  select p.* into held from private.agent_proposals p where p.id = proposal;
  if held.state is distinct from 'approved' then
    return null;
  end if;
  select s.* into sub from public.subscriptions s where s.subscription_id = held.subject;
  return pg_catalog.jsonb_build_object('subscription', held.subject, 'at_period_end', held.kind = 'cancel_at_period_end',
    'is_sandbox', held.is_sandbox, 'is_begun', is_begun,
    'why_not', case when not is_begun then (private.cancel_problem(sub, held.member_id, held.kind = 'cancel_at_period_end')).message || '.' end);
end
$$;

comment on function private.begin_cancel is 'What is owed for an approved cancellation; null when nothing is. is_begun: Stripe was asked already, and it may have happened.';

create function private.sending_cancel(proposal uuid, job bigint)
returns boolean
language plpgsql
volatile
set search_path = ''
as $$
declare
  is_owed boolean;
begin
  -- Whoever takes it back holds the same row.
  select p.state = 'approved' into is_owed from private.agent_proposals p where p.id = proposal for no key update;
  if is_owed then
    perform jobs.begin_effect('cancel:' || proposal::text, job, 'stripe');
  end if;
  return coalesce(is_owed, false);
end
$$;

comment on function private.sending_cancel is 'Notes that Stripe is asked for a cancellation, before it is. False: it is no longer owed, and Stripe is not asked.';

create function private.cancel_settled(proposal uuid, sub jsonb, as_of timestamptz, why_not text, correlation_id text, at timestamptz)
returns void
language plpgsql
volatile
set search_path = ''
as $$
declare
  is_practice constant boolean := (select p.is_sandbox from private.agent_proposals p where p.id = proposal);
begin
  if sub is not null and not is_practice then
    perform private.apply_subscription(sub, 'fetched', as_of, 'proposal-' || proposal::text, correlation_id, at);
  end if;
  -- By the moment of it this cancellation is told from one that she makes herself later.
  perform jobs.finish_effect('cancel:' || proposal::text, pg_catalog.jsonb_build_object('canceled_at', sub -> 'canceled_at'));
  if not private.settle_proposal(proposal, case when why_not is null then 'carried_out' else 'failed' end::private.agent_proposal_state,
       sub ->> 'id', why_not, correlation_id, at) then
    return;
  elsif why_not is not null then
    perform private.note_undone(proposal, 'It could not be done, so there is nothing to take back.', correlation_id, at);
  elsif exists (select from private.agent_writes w join private.agent_proposals p on p.key_id = w.key_id and p.created_at = w.at
                 where p.id = proposal and w.target_type = 'agent_proposal' and w.target_id = p.id::text and w.undone_at is null and w.undo_note is not null) then
    -- Somebody took it back while Stripe was asked.
    perform private.resume_subscription(proposal, correlation_id, at);
  end if;
end
$$;

comment on function private.cancel_settled is 'Applies the subscription as Stripe has it now, so that access, tags and channels follow, and settles the proposal. why_not: it was not canceled for this proposal. When somebody has asked for it back meanwhile, that is owed now.';

create function private.resume_owed(proposal uuid)
returns jsonb
language sql
stable
set search_path = ''
as $$
  select pg_catalog.jsonb_build_object('subscription', p.subject, 'is_sandbox', p.is_sandbox, 'canceled_at', e.result -> 'canceled_at')
    from private.agent_proposals p left join jobs.effects e on e.key = 'cancel:' || p.id::text
   where p.id = proposal and p.kind = 'cancel_at_period_end' and p.state = 'carried_out'
$$;

comment on function private.resume_owed is 'Which cancellation is to be taken back. Null: none.';

create function private.resume_settled(proposal uuid, sub jsonb, as_of timestamptz, why_not text, correlation_id text, at timestamptz)
returns void
language plpgsql
volatile
set search_path = ''
as $$
begin
  if sub is not null and not (select p.is_sandbox from private.agent_proposals p where p.id = proposal) then
    perform private.apply_subscription(sub, 'fetched', as_of, 'resume-' || proposal::text, correlation_id, at);
  end if;
  perform private.note_undone(proposal, why_not, correlation_id, at);
end
$$;

comment on function private.resume_settled is 'Applies the subscription as Stripe has it now, and says of the change whether it was taken back. why_not: it was not.';
