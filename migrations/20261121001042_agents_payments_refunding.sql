-- Proposing a refund: what stands against it, and exactly what it would do.

create function private.refund_problem(paid private.payment, amount bigint, is_sandbox boolean, except_for uuid)
returns private.field_problem
language plpgsql
stable
set search_path = ''
as $$
declare
  left_over constant bigint := paid.amount - private.taken_of(paid, is_sandbox, except_for);
begin
  return case
    when paid.id is null then row('PT404', 'payment', 'There is no such payment',
      'Use the id of an invoice (in_…) or of a donation, as other answers gave it.')::private.field_problem
    when paid.member_id is null then row('PT409', 'payment', 'This payment is nobody''s any more',
      'Whoever it was can ask an admin, who gives it back at Stripe by the number on the receipt.')::private.field_problem
    when not paid.is_paid then row('PT409', 'payment', 'This was never paid, so there is nothing to give back',
      'Look at its status in payments.invoices.')::private.field_problem
    when paid.disputed_at is not null then row('PT409', 'payment', 'The bank has asked for this payment back itself',
      'Nothing can be given back until the dispute is decided, or at all when it was lost.')::private.field_problem
    when paid.given >= paid.amount then row('PT409', 'payment', 'This payment was given back already',
      'Look at it in payments.refunds.')::private.field_problem
    when left_over <= 0 then row('PT409', 'payment', 'All that is left of this payment is proposed to be given back already',
      'Look at proposals.list, and wait for what is decided.')::private.field_problem
    when amount > left_over then row('PT422', 'amount', 'This is more than what is left of the payment',
      pg_catalog.format('Ask for %s at most (%s).', left_over, private.money(left_over, paid.currency)))::private.field_problem
    end;
end
$$;

comment on function private.refund_problem is 'What stands against giving so much of a payment back, or null. except_for: the proposal that asks, whose own claim does not stand in its way.';

create function private.refund_effect(paid private.payment, becomes_full boolean, at timestamptz)
returns jsonb
language plpgsql
stable
set search_path = ''
as $$
declare
  rule constant private.adjustment_cause := (case when becomes_full then 'refund_full' else 'refund_partial' end)::private.adjustment_cause;
  effect constant private.adjustment_effect := (select r.effect from private.adjustment_rules r where r.cause = rule);
  sub public.subscriptions;
  is_latest constant boolean := not exists (
    select from public.invoices mine join public.invoices later on later.subscription_id = mine.subscription_id
     where mine.invoice_id = paid.invoice_id and later.status = 'paid' and later.amount_paid > 0 and later.created_at > mine.created_at);
  until_now timestamptz;
  until_then timestamptz;
begin
  select s.* into sub from public.subscriptions s where s.subscription_id = paid.subscription_id;
  if paid.purpose <> 'dues' or sub.subscription_id is null then
    return pg_catalog.jsonb_build_object('rule', null, 'effect', 'none');
  end if;
  select max(s.access_until) into until_then
    from private.stripe_customers c join public.subscriptions s on s.customer_id = c.customer_id
   where c.member_id = paid.member_id and s.purpose = 'dues' and s.subscription_id <> sub.subscription_id;
  until_now := greatest(until_then, sub.access_until);
  if effect = 'end_access' and is_latest then
    sub.access_cut_at := least(sub.access_cut_at, at);
  end if;
  until_then := greatest(until_then, private.subscription_access(sub));
  return pg_catalog.jsonb_build_object('rule', rule, 'effect', case when until_then < until_now then 'ends' else 'stays' end,
    'until_now', private.end_known(until_now), 'until_then', private.end_known(until_then), 'if_given_on', (at at time zone 'UTC')::date,
    'subscription', sub.subscription_id,
    'next_payment', case when sub.status in ('active', 'trialing', 'past_due') and sub.cancel_at is null then sub.current_period_end end);
end
$$;

comment on function private.refund_effect is 'What a refund does to access by private.adjustment_rules, when it is given at this moment, and whether the subscription goes on all the same.';

create function private.end_known(until timestamptz)
returns timestamptz
language sql
immutable
set search_path = ''
as $$ select case when pg_catalog.isfinite(until) then until end $$;

comment on function private.end_known is 'A moment that agents are told: null for one that is not known, as infinity is.';

create function private.access_sentence(until_now timestamptz, until_then timestamptz)
returns text
language sql
immutable
set search_path = ''
as $$
  select case
    when until_then is not distinct from until_now then coalesce('Access stays as it is, through ' || private.day(until_now - interval '1 second') || '.', 'Access stays as it is.')
    else pg_catalog.format('Access ends with %s (UTC)%s.', private.day(until_then - interval '1 second'),
      coalesce(' instead of ' || private.day(until_now - interval '1 second'), '; so far no end was known')) end
$$;

comment on function private.access_sentence is 'What becomes of access, for who decides. Null: without a known end.';

create function private.refund_shows(paid private.payment, amount bigint, is_sandbox boolean, at timestamptz)
returns jsonb
language plpgsql
stable
set search_path = ''
as $$
declare
  taken constant bigint := private.taken_of(paid, is_sandbox, null);
  access constant jsonb := private.refund_effect(paid, taken + amount >= paid.amount, at);
begin
  return pg_catalog.jsonb_build_object(
    'payment', paid.id, 'for', paid.purpose, 'paid_at', paid.paid_at, 'paid', paid.amount, 'amount', amount, 'currency', paid.currency,
    'already_refunded', paid.given, 'in_other_proposals', taken - paid.given, 'left_after', paid.amount - taken - amount, 'access', access,
    'would', (select pg_catalog.jsonb_agg(line.words order by line.place) from (values
      (1, pg_catalog.format('%s of the %s paid on %s goes back to where it came from.', private.money(amount, paid.currency),
        private.money(paid.amount, paid.currency), private.day(paid.paid_at))),
      (2, case when paid.given > 0 then pg_catalog.format('%s of it was given back before.', private.money(paid.given, paid.currency)) end),
      (3, pg_catalog.format('Afterwards %s of it is left.', private.money(paid.amount - taken - amount, paid.currency))),
      (4, case when access ->> 'effect' = 'none' then 'It was a gift: access does not change.'
        else private.access_sentence((access ->> 'until_now')::timestamptz, (access ->> 'until_then')::timestamptz) end),
      (5, 'The subscription goes on, and the next payment is due on ' || private.day((access ->> 'next_payment')::timestamptz) || ': cancel it as well if it should not.'),
      (6, case when is_sandbox then 'This is practice: only Stripe''s practice account is asked.' end)
    ) line (place, words) where line.words is not null));
end
$$;

comment on function private.refund_shows is 'Exactly what a refund would do, in figures and in sentences without names, for who decides and for who looks back.';

create function private.agent_propose_refund(call private.agent_call, args jsonb)
returns jsonb
language plpgsql
volatile
set search_path = ''
as $$
declare
  wanted constant text := private.arg_text(args, 'payment', 100, true);
  reason constant text := private.arg_text(args, 'reason', 500, true);
  asked constant bigint := private.arg_integer(args, 'amount', 1, 100000000);
  currency constant text := private.arg_text(args, 'currency', 40, false, 'Write it like usd.');
  paid constant private.payment := private.hold_payment(wanted);
  amount bigint;
begin
  -- The key before its proposals, as whoever revokes it holds them.
  perform private.hold_limits(call.key_id);
  if paid.id is not null then
    -- What nobody decided about in time speaks for nothing, also before the schedule says so.
    perform private.expire_proposals(call.at, paid.id);
  end if;
  amount := coalesce(asked, paid.amount - private.taken_of(paid, call.is_sandbox, null));
  if currency !~ '^[a-z]{3}$' then
    perform private.refuse_field('currency', 'currency is not three small letters', 'Write it like usd.');
  end if;
  perform private.refuse_problem(private.refund_problem(paid, amount, call.is_sandbox, null));
  if currency <> paid.currency then
    perform private.refuse_field('currency', 'This payment was in another currency',
      pg_catalog.format('It was %s: say %s, or leave the currency out.', private.money(paid.amount, paid.currency), paid.currency));
  end if;
  return private.propose(call, 'refund', paid.member_id, paid.id, amount, paid.currency, reason,
    private.refund_shows(paid, amount, call.is_sandbox, call.at));
end
$$;

comment on function private.agent_propose_refund is 'payments.propose_refund: works out what a refund would do, and proposes it. amount: the rest when left out.';
