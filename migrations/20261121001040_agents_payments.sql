-- What can be given back of a payment, and who has spoken for it: no proposal can promise what another already has.

create type private.payment as (
  id text, purpose public.price_purpose, invoice_id text, donation_id uuid, payment_intent_id text, subscription_id text, customer_id text,
  member_id uuid, is_paid boolean, amount bigint, currency text, paid_at timestamptz, given bigint, disputed_at timestamptz
);
comment on type private.payment is 'A payment of a member, with what was given back of it. id: its invoice, or of a single gift the donation.';

create type private.field_problem as (code text, field text, message text, hint text);
comment on type private.field_problem is 'Why something cannot be done: SQLSTATE, field, a sentence, and what would do.';

create function private.refuse_problem(problem private.field_problem)
returns void
language plpgsql
stable
set search_path = ''
as $$
begin
  if problem.code is not null then
    raise exception using errcode = problem.code, message = problem.message, detail = problem.field, hint = problem.hint;
  end if;
end
$$;

comment on function private.refuse_problem is 'Raises a problem, when there is one.';

create type private.reservation_state as enum ('held', 'sent', 'given', 'freed');
comment on type private.reservation_state is
  'held: proposed, nothing was asked of Stripe. sent: Stripe was asked, and has not been heard for sure. given: Stripe has it. freed: nothing is given back for this proposal.';

create table private.refund_reservations (
  proposal_id uuid primary key references private.agent_proposals (id) on delete cascade,
  payment text not null,
  is_sandbox boolean not null,
  amount bigint not null,
  currency text not null,
  paid bigint not null,
  taken_before bigint not null,
  is_full boolean not null,
  state private.reservation_state not null default 'held',
  payment_intent_id text,
  sends integer not null default 0,
  key_since timestamptz,
  refund_id text,
  applied_at timestamptz,
  created_at timestamptz not null,
  constraint refund_reservations_amount_positive check (amount > 0),
  constraint refund_reservations_within_payment check (taken_before + amount <= paid),
  constraint refund_reservations_full_is_all check (is_full = (amount = paid)),
  constraint refund_reservations_given_is_known check (state <> 'given' or refund_id is not null)
);
alter table private.refund_reservations enable row level security;
create index refund_reservations_payment on private.refund_reservations (payment);
create unique index refund_reservations_one_full on private.refund_reservations (payment, is_sandbox) where is_full and state <> 'freed';

comment on table private.refund_reservations is
  'What proposals of refunds have spoken for: one row a proposal, made under the lock of the payment. A payment is given back in full once, and never by more than was paid.';
comment on column private.refund_reservations.taken_before is 'What was given back or spoken for already when this was proposed.';
comment on column private.refund_reservations.sends is 'How many idempotency keys were used at Stripe for it: a new one where Stripe no longer knows the last.';
comment on column private.refund_reservations.key_since is 'Since when the last of those keys has been in use.';
comment on column private.refund_reservations.applied_at is 'When what Stripe says of the charge was applied here. Until then the refund counts besides what Stripe reported.';

select private.note_personal_data('private.refund_reservations', 'so that no payment is given back twice, whoever asks for it and whenever',
  'with the proposal that it belongs to', 'admins', '{
  "proposal_id": "The proposal of an agent to give a payment back.",
  "payment": "The payment that it is about.",
  "is_sandbox": "Whether it was for practice.",
  "amount": "What would be given back, in the currency''s smallest unit.",
  "currency": "The currency.",
  "paid": "What was paid.",
  "taken_before": null,
  "is_full": "Whether it is the whole payment.",
  "state": "How far it has come.",
  "payment_intent_id": "The payment at Stripe.",
  "sends": null,
  "key_since": null,
  "refund_id": "The refund at Stripe.",
  "applied_at": null,
  "created_at": "When it was proposed."}');

create function private.given_back(invoice text, intent text)
returns bigint
language plpgsql
stable
set search_path = ''
as $$
begin
  -- Either may know of it first: the charge by its sum, a refund by itself.
  return greatest(
    (select coalesce(sum(c.amount_refunded), 0) from private.charges c where c.invoice_id = invoice or c.payment_intent_id = intent),
    (select coalesce(sum(r.amount), 0) from private.refunds r
      where private.refund_rank(r.status) < 2
        and (r.payment_intent_id = intent or r.charge_id in (select c.charge_id from private.charges c where c.invoice_id = invoice))));
end
$$;

comment on function private.given_back is 'What was given back of a payment, whoever gave it.';

create function private.find_payment(payment text)
returns private.payment
language plpgsql
stable
set search_path = ''
as $$
declare
  found_here private.payment;
  gift public.donations;
  bill public.invoices;
begin
  if payment ~* '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$' then
    select d.* into gift from public.donations d where d.id = payment::uuid;
  end if;
  select i.* into bill from public.invoices i where i.invoice_id = coalesce(gift.invoice_id, payment);
  if bill.invoice_id is not null then
    found_here.id := bill.invoice_id;
    found_here.invoice_id := bill.invoice_id;
    found_here.subscription_id := bill.subscription_id;
    found_here.customer_id := bill.customer_id;
    found_here.is_paid := bill.status = 'paid' and bill.amount_paid > 0;
    found_here.amount := bill.amount_paid;
    found_here.currency := bill.currency;
    found_here.paid_at := bill.paid_at;
    select d.id into found_here.donation_id from public.donations d where d.invoice_id = bill.invoice_id;
    select c.member_id into found_here.member_id from private.stripe_customers c where c.customer_id = bill.customer_id;
    found_here.purpose := case when found_here.donation_id is not null then 'donation'
      else coalesce((select s.purpose from public.subscriptions s where s.subscription_id = bill.subscription_id), 'dues') end;
    -- Paid in several parts it is none of them.
    select min(part.intent) into found_here.payment_intent_id from (
      select p.payment_intent_id as intent from private.invoice_payments p where p.invoice_id = bill.invoice_id and p.payment_intent_id is not null
      union
      select c.payment_intent_id from private.charges c where c.invoice_id = bill.invoice_id and c.payment_intent_id is not null) part
    having count(*) = 1;
  elsif gift.id is not null then
    found_here.id := gift.id::text;
    found_here.donation_id := gift.id;
    found_here.purpose := 'donation';
    found_here.payment_intent_id := gift.payment_intent_id;
    found_here.member_id := gift.member_id;
    found_here.is_paid := gift.status in ('paid', 'partly_refunded', 'refunded');
    found_here.amount := gift.amount;
    found_here.currency := gift.currency;
    found_here.paid_at := gift.donated_at;
  else
    return null;
  end if;
  found_here.given := private.given_back(found_here.invoice_id, found_here.payment_intent_id);
  select min(c.disputed_at) into found_here.disputed_at from private.charges c
   where (c.invoice_id = found_here.invoice_id or c.payment_intent_id = found_here.payment_intent_id)
     and c.disputed_at is not null and c.dispute_status !~ '^(won$|warning_)';
  return found_here;
end
$$;

comment on function private.find_payment is
  'The payment that an invoice''s id or a donation''s names, or null. A gift of every month is the payment of its invoice. disputed_at: when the bank asked for it back, unless we won, or it only inquires.';

create function private.hold_payment(payment text)
returns private.payment
language plpgsql
volatile
set search_path = ''
as $$
declare
  found_here private.payment := private.find_payment(payment);
begin
  -- In the order of Stripe's events: the customer, then what was paid. Whose it is stays meanwhile: a proposal refers to
  -- her, and her erasure holds her before it comes to what she paid.
  perform from private.stripe_customers c where c.customer_id = found_here.customer_id for update;
  loop
    found_here := private.find_payment(payment);
    exit when found_here.member_id is null;
    perform from public.members m where m.id = found_here.member_id for key share;
    exit when found;
    -- Her row became one with another meanwhile, or is gone: whose it is now is looked up again.
  end loop;
  perform from public.invoices i where i.invoice_id = found_here.invoice_id for update;
  perform from public.donations d where d.id = found_here.donation_id for update;
  return private.find_payment(payment);
end
$$;

comment on function private.hold_payment is 'Locks a payment and returns it as it is then: whoever wants to give some of it back comes one after the other.';

create function private.taken_of(payment private.payment, is_sandbox boolean, except_for uuid)
returns bigint
language plpgsql
stable
set search_path = ''
as $$
begin
  return payment.given + (
    select coalesce(sum(r.amount), 0) from private.refund_reservations r
     where r.payment = taken_of.payment.id and r.is_sandbox = taken_of.is_sandbox and r.proposal_id is distinct from except_for
       and r.state <> 'freed' and r.applied_at is null);
end
$$;

comment on function private.taken_of is
  'What of a payment is gone: given back, or spoken for by a proposal whose refund Stripe has not yet counted. except_for: a proposal that is not counted. Practice has its own count, besides what was really given.';

create function private.reserve_refund()
returns trigger
language plpgsql
volatile
security definer
set search_path = ''
as $$
declare
  paid private.payment := private.hold_payment(new.subject);
begin
  -- What is not known here is not spoken for, and what is not spoken for is never carried out.
  if paid.id is not null then
    insert into private.refund_reservations (proposal_id, payment, is_sandbox, amount, currency, paid, taken_before, is_full, payment_intent_id, created_at)
    values (new.id, paid.id, new.is_sandbox, new.amount, new.currency, paid.amount, private.taken_of(paid, new.is_sandbox, null),
      new.amount = paid.amount,
      -- What paid an invoice here paid nothing at the account for practice.
      case when not new.is_sandbox or paid.invoice_id is null then paid.payment_intent_id end, new.created_at);
  end if;
  return null;
end
$$;

comment on function private.reserve_refund() is 'Trigger: a proposed refund speaks for its part of the payment, whoever proposed it. Raises 23514 or 23505 for what is not left.';

create trigger agent_proposals_reserve_refund
  after insert on private.agent_proposals
  for each row when (new.kind = 'refund') execute function private.reserve_refund();

create function private.release_proposal(proposal uuid)
returns void
language plpgsql
volatile
set search_path = ''
as $$
begin
  -- Of a refund that Stripe may have made nobody says that it was not: Stripe's word frees it, or nothing does.
  update private.refund_reservations r set state = 'freed' where r.proposal_id = proposal and r.state = 'held';
end
$$;

comment on function private.release_proposal is 'A proposal will not be carried out: what it spoke for is free again, unless Stripe was asked already.';

create function private.hold_refund_of_proposal(proposal uuid)
returns void
language plpgsql
volatile
set search_path = ''
as $$
begin
  perform private.hold_payment(r.payment) from private.refund_reservations r where r.proposal_id = hold_refund_of_proposal.proposal;
  perform from private.agent_proposals p where p.id = hold_refund_of_proposal.proposal for no key update;
end
$$;

comment on function private.hold_refund_of_proposal is 'Before Stripe''s word of a refund is taken in: the payment that it is of, then the proposal that asked for it, as the job that makes it does.';

create function private.note_refund_of_proposal(refund private.refunds, at timestamptz)
returns void
language plpgsql
volatile
set search_path = ''
as $$
declare
  came_to_nothing constant boolean := private.refund_rank(refund.status) = 2;
begin
  update private.refund_reservations r
     set refund_id = refund.refund_id, payment_intent_id = coalesce(r.payment_intent_id, refund.payment_intent_id),
         state = (case when came_to_nothing then 'freed' else 'given' end)::private.reservation_state,
         applied_at = case when came_to_nothing then coalesce(r.applied_at, at) else r.applied_at end
   where r.proposal_id = refund.proposal_id and coalesce(r.refund_id, refund.refund_id) = refund.refund_id and r.state <> 'freed';
  -- One that is being carried out its job settles; what was settled before follows here.
  perform private.move_proposal(p.id, p.state, case when came_to_nothing then 'failed' else 'carried_out' end::private.agent_proposal_state, at,
            provider_id => refund.refund_id, error => case when came_to_nothing then 'It was given, and came to nothing at the bank afterwards.' end)
     from private.agent_proposals p
    where p.id = refund.proposal_id and p.kind = 'refund' and not p.is_sandbox
      and (came_to_nothing and p.state = 'carried_out' and p.provider_id = refund.refund_id
           or not came_to_nothing and p.state = 'failed' and coalesce(p.provider_id, refund.refund_id) = refund.refund_id);
end
$$;

comment on function private.note_refund_of_proposal is
  'Stripe knows of the refund that a proposal asked for: it is given, or, when it came to nothing, free to be proposed again. A proposal that was settled otherwise says so from then on: given though it had been given up, or failed at the bank after all.';
