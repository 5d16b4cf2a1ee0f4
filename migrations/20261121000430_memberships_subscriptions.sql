-- Applying a subscription as Stripe shows it, in whatever order the events arrive.

create function private.moment(epoch text)
returns timestamptz
language plpgsql
immutable
set search_path = ''
as $$
begin
  return pg_catalog.to_timestamp(epoch::double precision);
end
$$;

comment on function private.moment(text) is 'A Stripe time (seconds since 1970, as text) as timestamptz. Null stays null.';

create function private.price_meaning(price jsonb, out purpose public.price_purpose, out tier public.membership_tier)
language plpgsql
stable
set search_path = ''
as $$
begin
  select p.purpose, p.tier into purpose, tier from public.stripe_prices p where p.price_id = price ->> 'id';
  if found then
    return;
  end if;
  if exists (select from private.donation_rules r where r.product_id = price ->> 'product') then
    purpose := 'donation';
    return;
  end if;
  raise exception using
    errcode = 'CM001',
    message = pg_catalog.format('Stripe price %s is not mapped to a tier', coalesce(price ->> 'id', '(none)')),
    hint = 'Map it with admin.map_price(...), then replay the event with admin.replay_event(...).';
end
$$;

comment on function private.price_meaning is 'What a Stripe price stands for. Raises CM001 for an unmapped price: it is never guessed.';

create function private.subscription_item(sub jsonb)
returns jsonb
language plpgsql
stable
set search_path = ''
as $$
declare
  items constant jsonb := sub -> 'items' -> 'data';
begin
  if pg_catalog.jsonb_array_length(items) > 1 then
    return (
      select i.value from pg_catalog.jsonb_array_elements(items) with ordinality i (value, place)
        left join public.stripe_prices p on p.price_id = i.value -> 'price' ->> 'id'
        left join public.tiers t on t.tier = p.tier
       order by t.rank desc nulls last, i.place limit 1);
  end if;
  return items -> 0;
end
$$;

comment on function private.subscription_item is
  'The item of a subscription that says what it is: the one with the highest tier, else the first.';

create function private.access_cut(subscription text)
returns timestamptz
language sql
stable
set search_path = ''
as $$
  select min(case r.cause when 'refund_full' then c.refunded_at
                          when 'refund_partial' then c.refunded_at
                          when 'dispute_opened' then c.disputed_at
                          else c.dispute_closed_at end)
    from public.invoices i
    join private.charges c on c.invoice_id = i.invoice_id
    join private.adjustment_rules r on r.effect = 'end_access'
   where i.subscription_id = subscription
     and case r.cause
           when 'refund_full' then c.amount_refunded >= c.amount
           when 'refund_partial' then c.amount_refunded > 0 and c.amount_refunded < c.amount
           when 'dispute_opened' then c.disputed_at is not null and c.dispute_closed_at is null
           when 'dispute_won' then c.dispute_status = 'won'
           when 'dispute_lost' then c.dispute_status = 'lost'
         end
     -- Only the latest payment carries access.
     and not exists (
       select from public.invoices later
        where later.subscription_id = subscription and later.status = 'paid' and later.amount_paid > 0
          and later.created_at > i.created_at)
$$;

comment on function private.access_cut is
  'When a refund or a dispute of the latest payment ends the access of a subscription, by private.adjustment_rules. Null: it does not. In whatever order the events come, the answer is the same.';

create function private.apply_subscription(
  sub jsonb, kind text, seen_at timestamptz, event text, correlation_id text, at timestamptz
)
returns text
language plpgsql
volatile
set search_path = ''
as $$
declare
  customer private.stripe_customers;
  held public.subscriptions;
  fresh public.subscriptions;
  item constant jsonb := private.subscription_item(sub);
  meaning record;
  differs boolean;
  same_second boolean;
begin
  customer := private.hold_customer(coalesce(sub -> 'customer' ->> 'id', sub ->> 'customer'), seen_at);
  select s.* into held from public.subscriptions s where s.subscription_id = sub ->> 'id' for update;
  select * into meaning from private.price_meaning(item -> 'price');

  fresh.subscription_id := sub ->> 'id';
  fresh.customer_id := customer.customer_id;
  fresh.purpose := meaning.purpose;
  fresh.tier := meaning.tier;
  fresh.price_id := item -> 'price' ->> 'id';
  fresh.unit_amount := (item -> 'price' ->> 'unit_amount')::bigint;
  fresh.currency := sub ->> 'currency';
  fresh.status := (sub ->> 'status')::public.subscription_status;
  fresh.current_period_start := private.moment(item ->> 'current_period_start');
  fresh.current_period_end := private.moment(item ->> 'current_period_end');
  fresh.cancel_at_period_end := coalesce((sub ->> 'cancel_at_period_end')::boolean, false);
  fresh.cancel_at := coalesce(private.moment(sub ->> 'cancel_at'),
    case when fresh.cancel_at_period_end then fresh.current_period_end end);
  fresh.canceled_at := private.moment(sub ->> 'canceled_at');
  fresh.ended_at := coalesce(private.moment(sub ->> 'ended_at'),
    case when fresh.status = 'canceled' then coalesce(fresh.canceled_at, seen_at) end);
  fresh.cancellation_reason := sub -> 'cancellation_details' ->> 'reason';
  fresh.trial_end := private.moment(sub ->> 'trial_end');
  fresh.past_due_since := case
    when fresh.status in ('active', 'trialing') then null
    when fresh.status in ('past_due', 'unpaid', 'incomplete', 'paused') then coalesce(held.past_due_since, seen_at)
    else held.past_due_since
  end;
  fresh.access_cut_at := case when held.subscription_id is null
    then private.access_cut(fresh.subscription_id) else held.access_cut_at end;
  fresh.as_of := seen_at;
  fresh.as_of_event := kind;

  if held.subscription_id is not null then
    -- Events name whole seconds: one of the second in which Stripe answered may have happened after the answer.
    same_second := kind <> 'fetched' and (seen_at = held.as_of
      or held.as_of_event = 'fetched' and seen_at = pg_catalog.date_trunc('second', held.as_of));
    if seen_at < held.as_of and not (same_second and private.subscription_differs(held, fresh)) then
      return 'superseded';
    end if;
    fresh.as_of := greatest(seen_at, held.as_of);
    -- Stripe never revives a subscription that ended. Its own later answer still counts: we may have been wrong.
    if not (kind = 'fetched' and seen_at > held.as_of) and held.status in ('canceled', 'incomplete_expired') and fresh.status not in ('canceled', 'incomplete_expired') then
      return 'superseded';
    end if;
    if same_second and fresh.status not in ('canceled', 'incomplete_expired') then
      if kind = 'created' then
        return 'superseded';
      elsif held.as_of_event <> 'created' and private.subscription_differs(held, fresh) then
        -- Two states of one second: nothing in them says which came last, so ask.
        perform jobs.enqueue('memberships', 'refresh_subscription',
          pg_catalog.jsonb_build_object('subscription_id', fresh.subscription_id),
          key => 'refresh:' || fresh.subscription_id || ':' || event,
          run_at => at + interval '2 seconds', correlation_id => apply_subscription.correlation_id);
        return 'asked';
      end if;
    end if;
  end if;

  if customer.member_id is null and sub -> 'metadata' ? 'user_id' then
    customer.member_id := private.attach_customer(customer.customer_id, private.named_buyer(sub -> 'metadata' ->> 'user_id'),
      null, null, seen_at, event, at);
  end if;

  differs := held.subscription_id is null or private.subscription_differs(held, fresh);
  fresh.access_until := case when differs then private.subscription_access(fresh) else held.access_until end;
  if held.subscription_id is null then
    insert into public.subscriptions values (fresh.*);
    if customer.member_id is null then
      -- Checkout and invoice events usually name the buyer in a moment; if none does, ask.
      perform jobs.enqueue('memberships', 'resolve_customer',
        pg_catalog.jsonb_build_object('customer_id', customer.customer_id),
        key => 'resolve:' || customer.customer_id,
        run_at => at + interval '20 seconds', correlation_id => apply_subscription.correlation_id);
    end if;
  else
    update public.subscriptions s set
      customer_id = fresh.customer_id, purpose = fresh.purpose, tier = fresh.tier, price_id = fresh.price_id,
      unit_amount = fresh.unit_amount, currency = fresh.currency, status = fresh.status,
      current_period_start = fresh.current_period_start, current_period_end = fresh.current_period_end,
      cancel_at_period_end = fresh.cancel_at_period_end, cancel_at = fresh.cancel_at,
      canceled_at = fresh.canceled_at, ended_at = fresh.ended_at, cancellation_reason = fresh.cancellation_reason,
      trial_end = fresh.trial_end, past_due_since = fresh.past_due_since, access_until = fresh.access_until,
      as_of = fresh.as_of, as_of_event = fresh.as_of_event
    where s.subscription_id = fresh.subscription_id;
  end if;

  if differs then
    perform private.refresh_membership(customer.member_id, event, correlation_id, at);
  end if;
  return 'applied';
end
$$;

comment on function private.apply_subscription is
  'Applies one state of a subscription. kind: created, updated, deleted (from events) or fetched (asked from Stripe). Returns applied, superseded, or asked when two states share a second and Stripe is asked which holds. Raises CM001 for an unmapped price.';

create function private.subscription_differs(a public.subscriptions, b public.subscriptions)
returns boolean
language plpgsql
immutable
set search_path = ''
as $$
begin
  return (a.customer_id, a.price_id, a.purpose, a.tier, a.status, a.current_period_end, a.cancel_at, a.canceled_at, a.ended_at,
      a.cancellation_reason)
    is distinct from (b.customer_id, b.price_id, b.purpose, b.tier, b.status, b.current_period_end, b.cancel_at, b.canceled_at, b.ended_at,
      b.cancellation_reason);
end
$$;

comment on function private.subscription_differs is 'Whether two states of a subscription differ in anything that we act on.';

create function private.subscription_access(sub public.subscriptions)
returns timestamptz
language plpgsql
stable
set search_path = ''
as $$
declare
  unpaid public.invoices;
begin
  if sub.purpose <> 'dues' then
    return '-infinity'::timestamptz;
  end if;
  if sub.status = 'past_due' then
    select i.* into unpaid from public.invoices i
     where i.subscription_id = sub.subscription_id and i.status = 'open'
     order by i.created_at desc limit 1;
  end if;
  return private.access_until(sub.status, sub.current_period_end, sub.cancel_at, sub.ended_at, sub.cancellation_reason,
    sub.past_due_since, unpaid.next_payment_attempt, unpaid.retries_over_at, sub.access_cut_at);
end
$$;

comment on function private.subscription_access is 'private.access_until for a stored subscription and its unpaid invoice. Donations give no access.';

create function private.recompute_subscription(id text, actor text, correlation_id text, at timestamptz)
returns void
language plpgsql
volatile
set search_path = ''
as $$
declare
  sub public.subscriptions;
  until timestamptz;
begin
  select s.* into sub from public.subscriptions s where s.subscription_id = id for update;
  if not found then
    return;
  end if;
  until := private.subscription_access(sub);
  if until <> sub.access_until then
    update public.subscriptions s set access_until = until where s.subscription_id = id;
    perform private.refresh_membership(
      (select c.member_id from private.stripe_customers c where c.customer_id = sub.customer_id),
      actor, correlation_id, at);
  end if;
end
$$;

comment on function private.recompute_subscription is 'Computes access anew after an invoice, a refund or a dispute changed what it depends on.';
