-- Single refunds, whoever gave them: at Stripe's dashboard, or an agent whose proposal was carried out.

create table private.refunds (
  refund_id text primary key,
  charge_id text,
  payment_intent_id text,
  amount bigint not null,
  currency text not null,
  status text not null,
  reason text,
  failure_reason text,
  created_at timestamptz not null,
  proposal_id uuid,
  as_of timestamptz not null,
  constraint refunds_amount_positive check (amount > 0),
  constraint refunds_currency_is_iso check (currency ~ '^[a-z]{3}$')
);
alter table private.refunds enable row level security;
create index refunds_charge on private.refunds (charge_id);
create index refunds_payment_intent on private.refunds (payment_intent_id);
create index refunds_newest on private.refunds (created_at desc, refund_id desc);

comment on table private.refunds is 'Each refund at Stripe, as Stripe last told of it. What they come to for a charge stands in private.charges.';
comment on column private.refunds.status is 'Stripe''s word: pending, requires_action, succeeded, failed or canceled.';
comment on column private.refunds.proposal_id is 'The proposal of an agent that it carried out, as its metadata at Stripe say. No foreign key: it outlives the proposal.';

create function private.refund_rank(status text)
returns integer
language sql
immutable
set search_path = ''
as $$
  select case when status in ('failed', 'canceled') then 2 when status = 'succeeded' then 1 else 0 end
$$;

comment on function private.refund_rank is
  'How far a refund has come: it is under way (0), has succeeded (1), or has come to nothing (2), which may happen after it had succeeded. It never goes back.';

create function private.apply_refund(refund jsonb, seen_at timestamptz, correlation_id text, at timestamptz)
returns text
language plpgsql
volatile
set search_path = ''
as $$
declare
  this_id constant text := refund ->> 'id';
  proposal constant text := refund -> 'metadata' ->> 'proposal_id';
  was text;
  held private.refunds;
begin
  if proposal ~ '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$' then
    perform private.hold_refund_of_proposal(proposal::uuid);
  end if;
  select r.status into was from private.refunds r where r.refund_id = this_id for update;
  insert into private.refunds as r (
    refund_id, charge_id, payment_intent_id, amount, currency, status, reason, failure_reason, created_at, proposal_id, as_of
  ) values (
    this_id, refund ->> 'charge', refund ->> 'payment_intent', (refund ->> 'amount')::bigint, refund ->> 'currency',
    coalesce(refund ->> 'status', 'pending'), refund ->> 'reason', refund ->> 'failure_reason', private.moment(refund ->> 'created'),
    case when proposal ~ '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$' then proposal::uuid end, seen_at
  )
  on conflict (refund_id) do update set
    status = excluded.status, failure_reason = coalesce(excluded.failure_reason, r.failure_reason), as_of = greatest(r.as_of, excluded.as_of)
    where private.refund_rank(excluded.status) > private.refund_rank(r.status)
       or private.refund_rank(excluded.status) = private.refund_rank(r.status) and excluded.as_of >= r.as_of
  returning r.* into held;
  if held.refund_id is null then
    return 'superseded';
  end if;
  if private.refund_rank(held.status) = 2 and private.refund_rank(was) is distinct from 2 then
    perform private.audit('stripe', correlation_id, 'memberships.refund_failed', 'charge', held.charge_id, null,
      pg_catalog.jsonb_build_object('refund', this_id, 'amount', held.amount, 'currency', held.currency, 'status', held.status), null, correlation_id);
  end if;
  perform private.weigh_refunds(held.charge_id, correlation_id, at);
  if held.proposal_id is not null then
    perform private.note_refund_of_proposal(held, at);
  end if;
  return 'applied';
end
$$;

comment on function private.apply_refund is
  'Records one state of a refund, from an event or as Stripe answered, in whatever order they come. Returns applied or superseded. What was refunded in all comes with charge.refunded, which says it of the charge.';

create function private.weigh_refunds(charge text, correlation_id text, at timestamptz)
returns void
language plpgsql
volatile
set search_path = ''
as $$
declare
  held private.charges;
begin
  -- What Stripe reported of the charge counts, unless a refund came to nothing: then its sum is taken off again.
  update private.charges c
     set amount_refunded = least(c.amount_reported, greatest(known.live, c.amount_reported - known.failed))
    from (select coalesce(sum(r.amount) filter (where private.refund_rank(r.status) < 2), 0) as live,
                 coalesce(sum(r.amount) filter (where private.refund_rank(r.status) = 2), 0) as failed
            from private.refunds r where r.charge_id = charge) known
   where c.charge_id = charge and known.failed > 0
     and c.amount_refunded <> least(c.amount_reported, greatest(known.live, c.amount_reported - known.failed))
  returning c.* into held;
  if held.charge_id is null then
    return;
  end if;
  perform private.settle_donation(held);
  if held.invoice_id is not null then
    perform private.apply_adjustment(held.charge_id, correlation_id, at);
  end if;
end
$$;

comment on function private.weigh_refunds is
  'Takes refunds that came to nothing off what was given back of a charge, and gives back what the refund had taken: access, and the state of a gift.';

-- Whose it was and how much, by the one thing that a refund names.
select private.note_personal_data('private.refunds', 'to know what was given back, to whom and why, and that nothing is given back twice',
  'for good, for the books; without her once she deletes her account', 'admins', '{
  "amount": "What was given back, in the currency''s smallest unit.",
  "currency": "The currency.",
  "status": null,
  "reason": "Why, as Stripe files it.",
  "failure_reason": "Why it did not arrive.",
  "created_at": "When it was given back.",
  "proposal_id": "The proposal of an agent that it carried out."}');
