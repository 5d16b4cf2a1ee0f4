-- Proposing to cancel a subscription, and what carries proposals about money out.

create function private.cancel_problem(sub public.subscriptions, member uuid, at_period_end boolean)
returns private.field_problem
language plpgsql
stable
set search_path = ''
as $$
declare
  payer constant uuid := (select c.member_id from private.stripe_customers c where c.customer_id = sub.customer_id);
begin
  return case
    when sub.subscription_id is null or payer is null or payer is distinct from member then row('PT404', 'subscription', 'This member has no such subscription',
      'Leave it out to mean the only one that she has.')::private.field_problem
    when sub.status in ('canceled', 'incomplete_expired') then row('PT409', 'subscription', 'This subscription has ended already',
      'There is nothing left to cancel.')::private.field_problem
    when sub.status = 'incomplete' then row('PT409', 'subscription', 'This subscription never began: its first payment is missing',
      'It ends by itself within a day.')::private.field_problem
    when at_period_end and sub.cancel_at is not null then row('PT409', 'when', 'This subscription ends already on ' || private.day(sub.cancel_at),
      'There is nothing to do, or cancel it now.')::private.field_problem
    end;
end
$$;

comment on function private.cancel_problem is 'What stands against canceling a subscription of a member, or null.';

create function private.cancel_shows(sub public.subscriptions, at_period_end boolean, is_sandbox boolean, at timestamptz)
returns jsonb
language plpgsql
stable
set search_path = ''
as $$
declare
  member constant uuid := (select c.member_id from private.stripe_customers c where c.customer_id = sub.customer_id);
  after public.subscriptions := sub;
  others timestamptz;
  until_now timestamptz;
  until_then timestamptz;
begin
  if at_period_end then
    after.cancel_at_period_end := true;
    after.cancel_at := sub.current_period_end;
  else
    after.status := 'canceled';
    after.ended_at := at;
    after.canceled_at := at;
    after.cancellation_reason := 'cancellation_requested';
  end if;
  select max(s.access_until) into others
    from private.stripe_customers c join public.subscriptions s on s.customer_id = c.customer_id
   where c.member_id = member and s.purpose = 'dues' and s.subscription_id <> sub.subscription_id;
  until_now := greatest(others, sub.access_until);
  until_then := greatest(others, private.subscription_access(after));
  return pg_catalog.jsonb_build_object('subscription', sub.subscription_id, 'for', sub.purpose, 'tier', sub.tier, 'status', sub.status,
      'when', case when at_period_end then 'period_end' else 'now' end, 'ends_at', case when at_period_end then sub.current_period_end else at end,
      'paid_until', sub.current_period_end, 'already_ends_at', sub.cancel_at)
    || case when sub.purpose = 'dues' then pg_catalog.jsonb_build_object('access',
         pg_catalog.jsonb_build_object('until_now', private.end_known(until_now), 'until_then', private.end_known(until_then))) else '{}' end
    || pg_catalog.jsonb_build_object('would', (select pg_catalog.jsonb_agg(line.words order by line.place) from (values
      (1, case when at_period_end then pg_catalog.format('The subscription ends with its paid period, on %s, and nothing more is charged.', private.day(sub.current_period_end))
        else 'The subscription ends at once, and nothing more is charged.' end),
      (2, case when sub.cancel_at is not null then pg_catalog.format('It was to end on %s already.', private.day(sub.cancel_at)) end),
      (3, 'Nothing is given back.'),
      (4, case when sub.purpose = 'dues' then private.access_sentence(private.end_known(until_now), private.end_known(until_then))
        else 'It is a gift: access does not change.' end),
      (5, case when at_period_end then 'Until then it can be taken back.' end),
      (6, case when is_sandbox then 'This is practice: only Stripe''s practice account is asked.' end)
    ) line (place, words) where line.words is not null));
end
$$;

comment on function private.cancel_shows is 'Exactly what a cancellation would do, in figures and in sentences without names.';

create function private.agent_propose_cancel(call private.agent_call, args jsonb)
returns jsonb
language plpgsql
volatile
set search_path = ''
as $$
declare
  member constant uuid := private.arg_uuid(args, 'member', true);
  wanted text := private.arg_text(args, 'subscription', 100);
  at_period_end constant boolean := private.arg_choice(args, 'when', '{now,period_end}', null, true) = 'period_end';
  reason constant text := private.arg_text(args, 'reason', 500, true);
  alive text[];
  sub public.subscriptions;
begin
  -- In the order of Stripe's events: the customers, whose they are, then what they pay.
  perform from private.stripe_customers c where c.member_id = member order by c.customer_id for update;
  perform from public.members m where m.id = member for key share;
  if not found then
    raise exception using errcode = 'PT404', message = 'There is no such member', detail = 'member', hint = 'Find her with members.list.';
  end if;
  if wanted is null then
    select pg_catalog.array_agg(s.subscription_id order by s.purpose, s.subscription_id) into alive
      from private.stripe_customers c join public.subscriptions s on s.customer_id = c.customer_id
     where c.member_id = member and s.status not in ('canceled', 'incomplete_expired', 'incomplete');
    if alive is null then
      raise exception using errcode = 'PT409', message = 'This member has no subscription that runs', detail = 'member', hint = 'There is nothing to cancel.';
    elsif pg_catalog.cardinality(alive) > 1 then
      perform private.refuse_field('subscription', 'This member has more than one subscription',
        'Say which: ' || pg_catalog.array_to_string(alive, ', ') || '.');
    end if;
    wanted := alive[1];
  end if;
  select s.* into sub from public.subscriptions s where s.subscription_id = wanted for update;
  perform private.refuse_problem(private.cancel_problem(sub, member, at_period_end));
  return private.propose(call, case when at_period_end then 'cancel_at_period_end' else 'cancel_now' end::private.agent_proposal_kind,
    member, sub.subscription_id, null, null, reason, private.cancel_shows(sub, at_period_end, call.is_sandbox, call.at));
end
$$;

comment on function private.agent_propose_cancel is 'payments.propose_cancel: works out what a cancellation would do, and proposes it. subscription: the only one that runs, when left out.';

create function private.proposal_problem(proposal private.agent_proposals, at timestamptz)
returns text
language plpgsql
stable
set search_path = ''
as $$
declare
  paid private.payment;
  sub public.subscriptions;
begin
  if proposal.kind = 'refund' then
    paid := private.find_payment(proposal.subject);
    return coalesce((private.refund_problem(paid, proposal.amount, proposal.is_sandbox, proposal.id)).message,
      -- What other proposals had spoken for when this was shown may have been given meanwhile: it is counted in it.
      case when paid.given not between (proposal.shows ->> 'already_refunded')::bigint
                and (proposal.shows ->> 'already_refunded')::bigint + (proposal.shows ->> 'in_other_proposals')::bigint
             then 'Some of this payment was given back since, so what this shows is not true any more'
           when proposal.shows -> 'access' ->> 'effect'
                <> private.refund_effect(paid, private.taken_of(paid, proposal.is_sandbox, proposal.id) + proposal.amount >= paid.amount, at) ->> 'effect'
             then 'What it would do to access has changed since, so what this shows is not true any more' end);
  end if;
  select s.* into sub from public.subscriptions s where s.subscription_id = proposal.subject;
  return coalesce((private.cancel_problem(sub, proposal.member_id, proposal.kind = 'cancel_at_period_end')).message,
    case when (proposal.shows ->> 'paid_until')::timestamptz is distinct from sub.current_period_end then 'It was renewed since, so what this shows is not true any more'
         when (proposal.shows ->> 'already_ends_at')::timestamptz is distinct from sub.cancel_at or proposal.shows ->> 'status' <> sub.status::text
           then 'The subscription has changed since, so what this shows is not true any more' end);
end
$$;

comment on function private.proposal_problem is 'Why a proposal about money can no longer be carried out as it was shown, or null: it cannot be done any more, or would do something else by now.';

select jobs.define_kind('memberships', 'carry_out_refund', 'Gives a payment back at Stripe, as an approved proposal says, once.');
select jobs.define_kind('memberships', 'carry_out_cancel', 'Cancels a subscription at Stripe, as an approved proposal says.');
select jobs.define_kind('memberships', 'resume', 'Takes a cancellation for the end of the period back.');

create function private.carry_out_proposal(proposal uuid, correlation_id text, at timestamptz)
returns void
language plpgsql
volatile
set search_path = ''
as $$
declare
  kind constant private.agent_proposal_kind := (select p.kind from private.agent_proposals p where p.id = proposal);
begin
  if kind = 'delete_member' then
    perform private.carry_out_deletion(proposal, correlation_id, at);
  else
    perform jobs.enqueue('memberships', case when kind = 'refund' then 'carry_out_refund' else 'carry_out_cancel' end,
      pg_catalog.jsonb_build_object('proposal_id', proposal), key => 'proposal:' || proposal::text, correlation_id => carry_out_proposal.correlation_id);
  end if;
end
$$;

comment on function private.carry_out_proposal is 'Owes what an approved proposal asks for: a job, in the transaction that approves it. Owed once, however often it is called.';

create function private.resume_subscription(proposal uuid, correlation_id text, at timestamptz)
returns text
language plpgsql
volatile
set search_path = ''
as $$
declare
  held private.agent_proposals;
  sub public.subscriptions;
begin
  select p.* into held from private.agent_proposals p where p.id = proposal;
  select s.* into sub from public.subscriptions s where s.subscription_id = held.subject;
  if held.kind is distinct from 'cancel_at_period_end' or held.state not in ('approved', 'carried_out') then
    return 'Only a cancellation for the end of the period can be taken back.';
  elsif not held.is_sandbox and (sub.subscription_id is null or sub.status in ('canceled', 'incomplete_expired') or sub.cancel_at <= at) then
    return 'The subscription has ended meanwhile.';
  end if;
  -- Owed each time that it is asked for: what the job finds may be another matter by then. One that is still being
  -- carried out owes it at its own end (private.cancel_settled).
  if held.state = 'carried_out' then
    perform jobs.enqueue('memberships', 'resume', pg_catalog.jsonb_build_object('proposal_id', proposal), correlation_id => resume_subscription.correlation_id);
  end if;
  return null;
end
$$;

comment on function private.resume_subscription is 'Owes that a cancellation for the end of the period is taken back at Stripe, when it was this proposal''s. Null: it is owed; else why not.';

create function private.take_back_cancel(proposal uuid, correlation_id text, at timestamptz)
returns text
language plpgsql
volatile
set search_path = ''
as $$
declare
  held private.agent_proposals;
  why_not text;
begin
  -- Its job holds the same row while it notes that Stripe is asked: one of the two is first.
  select p.* into held from private.agent_proposals p where p.id = proposal for no key update;
  if held.state = 'approved' and not exists (select from jobs.effects e where e.key = 'cancel:' || proposal::text) then
    perform private.settle_proposal(proposal, 'failed', null, 'It was taken back before Stripe was asked', correlation_id, at);
    -- It failed as it should: nobody has to look at it.
    perform pg_catalog.set_config('commons.proposal', proposal::text, true);
    update private.agent_proposals p set closed_at = at where p.id = proposal;
    perform pg_catalog.set_config('commons.proposal', '', true);
    return null;
  end if;
  why_not := private.resume_subscription(proposal, correlation_id, at);
  return coalesce(why_not, 'It is being taken back at Stripe. Look again in a minute.');
end
$$;

comment on function private.take_back_cancel is
  'Undo of an approved cancellation. Null when Stripe was not asked yet, and will not be. One for the end of the period is taken back at Stripe then, and its job says of the change when that is done (private.note_undone): until then, as when it cannot be, the answer is a sentence.';

create function private.note_undone(proposal uuid, why_not text, correlation_id text, at timestamptz)
returns void
language plpgsql
volatile
set search_path = ''
as $$
declare
  write private.agent_writes;
begin
  update private.agent_writes w set undone_at = case when why_not is null then note_undone.at end, undo_note = why_not
    from private.agent_proposals p
   where p.id = proposal and w.key_id = p.key_id and w.at = p.created_at and w.target_type = 'agent_proposal' and w.target_id = p.id::text
     and w.undone_at is null and (why_not is null or w.undo_note is not null)
  returning w.* into write;
  if write.undone_at is not null then
    perform private.audit('job', 'memberships.resume', 'agents.write_undone', write.target_type, write.target_id,
      null, pg_catalog.jsonb_build_object('write', write.id, 'action', write.action), null, correlation_id);
  end if;
end
$$;

comment on function private.note_undone is 'What came of taking a proposal back, for the change that it was, when somebody has asked for that. What was taken back stays so.';
