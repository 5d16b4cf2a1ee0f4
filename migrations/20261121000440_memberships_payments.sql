-- Invoices, donations, refunds and disputes.

create function private.apply_invoice(
  invoice jsonb, type text, seen_at timestamptz, event text, correlation_id text, at timestamptz
)
returns text
language plpgsql
volatile
set search_path = ''
as $$
declare
  this_id constant text := invoice ->> 'id';
  sub_id constant text := coalesce(
    invoice -> 'parent' -> 'subscription_details' ->> 'subscription', invoice ->> 'subscription');
  next_try constant timestamptz := private.moment(invoice ->> 'next_payment_attempt');
  held public.invoices;
  member uuid;
  payer text := invoice ->> 'customer';
begin
  member := private.attach_customer(payer,
    private.named_buyer(invoice -> 'parent' -> 'subscription_details' -> 'metadata' ->> 'user_id'),
    invoice ->> 'customer_email', invoice ->> 'customer_name', seen_at, event, at);
  select i.* into held from public.invoices i where i.invoice_id = this_id for update;
  -- A paid or void invoice never becomes open again, whatever arrives late.
  if held.invoice_id is not null and (seen_at < held.as_of or held.status in ('paid', 'void'))
     and invoice ->> 'status' <> 'paid' then
    return 'superseded';
  end if;

  insert into public.invoices as i (
    invoice_id, customer_id, subscription_id, status, amount_due, amount_paid, currency, period_end, attempt_count,
    next_payment_attempt, retries_over_at, hosted_invoice_url, invoice_pdf, created_at, paid_at, as_of
  ) values (
    this_id, payer, sub_id, (invoice ->> 'status')::public.invoice_status,
    (invoice ->> 'amount_due')::bigint, (invoice ->> 'amount_paid')::bigint, invoice ->> 'currency',
    (select max(private.moment(line -> 'period' ->> 'end'))
       from pg_catalog.jsonb_array_elements(invoice -> 'lines' -> 'data') line),
    coalesce((invoice ->> 'attempt_count')::integer, 0),
    next_try,
    case when type = 'invoice.payment_failed' and next_try is null then seen_at end,
    invoice ->> 'hosted_invoice_url', invoice ->> 'invoice_pdf',
    private.moment(invoice ->> 'created'),
    case when invoice ->> 'status' = 'paid'
      then coalesce(private.moment(invoice -> 'status_transitions' ->> 'paid_at'), seen_at) end,
    seen_at
  )
  on conflict (invoice_id) do update set
    status = excluded.status, amount_due = excluded.amount_due, amount_paid = excluded.amount_paid,
    period_end = excluded.period_end, attempt_count = greatest(i.attempt_count, excluded.attempt_count),
    next_payment_attempt = excluded.next_payment_attempt,
    retries_over_at = case when type = 'invoice.payment_failed' then excluded.retries_over_at else i.retries_over_at end,
    hosted_invoice_url = coalesce(excluded.hosted_invoice_url, i.hosted_invoice_url),
    invoice_pdf = coalesce(excluded.invoice_pdf, i.invoice_pdf),
    paid_at = coalesce(i.paid_at, excluded.paid_at), as_of = greatest(i.as_of, excluded.as_of);

  if sub_id is null then
    return 'applied';
  end if;
  if invoice ->> 'status' = 'paid' then
    update public.membership_notices n set resolved_at = at where n.invoice_id = this_id and n.resolved_at is null;
    perform private.book_recurring_donation(invoice, sub_id, member, at);
    -- A refund may have come before the payment that it gives back, and a new payment restores what a refund ended.
    perform private.cut_access(sub_id);
  elsif member is not null and private.is_dues(sub_id, invoice) then
    if type = 'invoice.payment_failed' then
      perform private.open_notice(member, 'payment_failed', this_id, correlation_id);
    elsif type = 'invoice.payment_action_required' then
      perform private.open_notice(member, 'action_required', this_id, correlation_id);
    end if;
  end if;
  perform private.recompute_subscription(sub_id, event, correlation_id, at);
  return 'applied';
end
$$;

comment on function private.apply_invoice is 'Applies invoice.paid, invoice.payment_failed and invoice.payment_action_required: receipts, grace, notices, recurring donations.';

create function private.is_dues(sub_id text, invoice jsonb)
returns boolean
language sql
stable
set search_path = ''
as $$
  select coalesce(
    (select s.purpose = 'dues' from public.subscriptions s where s.subscription_id = sub_id),
    (select p.purpose = 'dues' from public.stripe_prices p
      where p.price_id = invoice -> 'lines' -> 'data' -> 0 -> 'pricing' -> 'price_details' ->> 'price'),
    false)
$$;

comment on function private.is_dues is 'Whether an invoice asks for dues, also when it arrives before its subscription.';

create function private.book_recurring_donation(invoice jsonb, sub_id text, member uuid, at timestamptz)
returns void
language plpgsql
volatile
set search_path = ''
as $$
declare
  line constant jsonb := invoice -> 'lines' -> 'data' -> 0;
  details constant jsonb := line -> 'pricing' -> 'price_details';
  meant public.price_purpose;
begin
  -- The subscription knows; until it is here, the first line's price tells.
  select s.purpose into meant from public.subscriptions s where s.subscription_id = sub_id;
  if meant is null and line is not null then
    select m.purpose into meant from private.price_meaning(pg_catalog.jsonb_build_object(
      'id', details ->> 'price', 'product', details ->> 'product')) m;
  end if;
  if meant = 'donation' and (invoice ->> 'amount_paid')::bigint > 0 then
    insert into public.donations (member_id, invoice_id, subscription_id, amount, currency, status, note, in_honour_of, donated_at)
    values (member, invoice ->> 'id', sub_id, (invoice ->> 'amount_paid')::bigint, invoice ->> 'currency', 'paid',
      invoice -> 'parent' -> 'subscription_details' -> 'metadata' ->> 'note',
      invoice -> 'parent' -> 'subscription_details' -> 'metadata' ->> 'in_honour_of',
      coalesce(private.moment(invoice -> 'status_transitions' ->> 'paid_at'), at))
    on conflict (invoice_id) do nothing;
    perform private.settle_donation(c) from private.charges c where c.invoice_id = invoice ->> 'id';
  end if;
end
$$;

comment on function private.book_recurring_donation is 'Books a paid invoice of a recurring donation as one gift.';

create function private.apply_checkout(session jsonb, type text, seen_at timestamptz, event text, at timestamptz)
returns text
language plpgsql
volatile
set search_path = ''
as $$
declare
  this_id constant text := session ->> 'id';
  payer constant text := session ->> 'customer';
  buyer constant uuid := private.named_buyer(session ->> 'client_reference_id');
  address constant text := coalesce(session -> 'customer_details' ->> 'email', session ->> 'customer_email');
  full_name constant text := session -> 'customer_details' ->> 'name';
  nobody private.stripe_customers;
  member uuid;
begin
  if type <> 'checkout.session.expired' then
    if payer is not null then
      member := private.attach_customer(payer, buyer, address, full_name, seen_at, event, at);
    else
      member := private.resolve_buyer(buyer, nobody, address, full_name, at, event);
    end if;
  end if;

  insert into private.checkouts as c (session_id, mode, state, payment_status, customer_id, member_id, amount_total, currency, as_of)
  values (this_id, session ->> 'mode', session ->> 'status', session ->> 'payment_status', payer, member,
    (session ->> 'amount_total')::bigint, session ->> 'currency', seen_at)
  on conflict (session_id) do update set
    state = excluded.state, payment_status = excluded.payment_status,
    member_id = coalesce(c.member_id, excluded.member_id), as_of = excluded.as_of
    where excluded.as_of >= c.as_of;

  if session ->> 'mode' = 'payment' and type <> 'checkout.session.expired' and (session ->> 'amount_total')::bigint > 0 then
    insert into public.donations as d (
      member_id, checkout_session_id, payment_intent_id, amount, currency, status, note, in_honour_of, donated_at
    ) values (
      member, this_id, session ->> 'payment_intent', (session ->> 'amount_total')::bigint, session ->> 'currency',
      case when type = 'checkout.session.async_payment_failed' then 'failed'
           when session ->> 'payment_status' = 'paid' then 'paid' else 'pending' end::public.donation_status,
      session -> 'metadata' ->> 'note', session -> 'metadata' ->> 'in_honour_of', seen_at
    )
    on conflict (checkout_session_id) do update set status = excluded.status
      where d.status in ('pending', 'failed') and excluded.status <> 'pending';
    -- Its refund may have come first.
    perform private.settle_donation(c) from private.charges c where c.payment_intent_id = session ->> 'payment_intent';
  end if;
  return 'applied';
end
$$;

comment on function private.apply_checkout is
  'Applies checkout.session.completed, async_payment_succeeded, async_payment_failed and expired: who bought, and one-off donations. Access follows the subscription, not the checkout.';

create function private.settle_donation(charge private.charges)
returns void
language sql
volatile
set search_path = ''
as $$
  update public.donations d
     set amount_refunded = least(d.amount, charge.amount_refunded),
         status = case when charge.amount_refunded >= d.amount or charge.dispute_status = 'lost' then 'refunded'
                       when charge.amount_refunded > 0 then 'partly_refunded'
                       -- A refund that did not arrive in the end gives nothing back.
                       when d.status in ('refunded', 'partly_refunded') then 'paid' else d.status end::public.donation_status
   where d.payment_intent_id = charge.payment_intent_id or d.invoice_id = charge.invoice_id
$$;

comment on function private.settle_donation is 'Marks the donation that a charge paid as refunded, wholly or in part.';

create function private.apply_charge(charge jsonb, dispute jsonb, type text, seen_at timestamptz, correlation_id text, at timestamptz)
returns text
language plpgsql
volatile
set search_path = ''
as $$
declare
  this_id constant text := coalesce(charge ->> 'id', dispute ->> 'charge');
  held private.charges;
begin
  insert into private.charges as c (
    charge_id, customer_id, payment_intent_id, amount, amount_refunded, amount_reported, currency, refunded_at,
    dispute_id, dispute_status, disputed_at, dispute_closed_at, as_of
  ) values (
    this_id, charge ->> 'customer', coalesce(charge ->> 'payment_intent', dispute ->> 'payment_intent'),
    coalesce((charge ->> 'amount')::bigint, (dispute ->> 'amount')::bigint),
    coalesce((charge ->> 'amount_refunded')::bigint, 0), coalesce((charge ->> 'amount_refunded')::bigint, 0),
    coalesce(charge ->> 'currency', dispute ->> 'currency'),
    case when charge is not null then seen_at end,
    dispute ->> 'id', dispute ->> 'status',
    case when dispute is not null then private.moment(dispute ->> 'created') end,
    case when type = 'charge.dispute.closed' then seen_at end, seen_at
  )
  on conflict (charge_id) do update set
    customer_id = coalesce(c.customer_id, excluded.customer_id),
    amount = case when charge is not null then excluded.amount else c.amount end,
    -- Refunds only grow, and a closed dispute stays closed, so late events cannot turn them back.
    amount_refunded = greatest(c.amount_refunded, excluded.amount_refunded),
    amount_reported = greatest(c.amount_reported, excluded.amount_reported),
    refunded_at = case when excluded.amount_refunded > c.amount_refunded then excluded.refunded_at else coalesce(c.refunded_at, excluded.refunded_at) end,
    dispute_id = coalesce(excluded.dispute_id, c.dispute_id),
    dispute_status = case when c.dispute_closed_at is null then coalesce(excluded.dispute_status, c.dispute_status) else c.dispute_status end,
    disputed_at = coalesce(c.disputed_at, excluded.disputed_at),
    dispute_closed_at = coalesce(c.dispute_closed_at, excluded.dispute_closed_at),
    as_of = greatest(c.as_of, excluded.as_of)
  returning c.* into held;

  perform private.audit('stripe', correlation_id, 'memberships.' || replace(replace(type, 'charge.', ''), '.', '_'),
    'charge', this_id, null, pg_catalog.jsonb_build_object('amount', held.amount, 'amount_refunded', held.amount_refunded,
      'currency', held.currency, 'dispute_status', held.dispute_status), null, correlation_id);

  perform private.settle_donation(held);
  perform private.weigh_refunds(this_id, correlation_id, at);

  if held.invoice_id is not null then
    perform private.apply_adjustment(this_id, correlation_id, at);
  elsif not exists (select from public.donations d where d.payment_intent_id = held.payment_intent_id) then
    -- Charges no longer name their invoice; only Stripe can tell.
    perform jobs.enqueue('memberships', 'resolve_charge', pg_catalog.jsonb_build_object('charge_id', this_id),
      key => 'charge:' || this_id || ':' || correlation_id, correlation_id => apply_charge.correlation_id);
  end if;
  return 'applied';
end
$$;

comment on function private.apply_charge is 'Records a refund (charge.refunded) or a dispute, and lets private.adjustment_rules decide what it does to access.';

create function private.cut_access(sub_id text)
returns void
language sql
volatile
set search_path = ''
as $$
  update public.subscriptions s set access_cut_at = private.access_cut(sub_id)
   where s.subscription_id = sub_id and s.access_cut_at is distinct from private.access_cut(sub_id)
$$;

comment on function private.cut_access is 'Keeps what refunds and disputes do to a subscription. The caller recomputes its access.';

create function private.apply_adjustment(id text, correlation_id text, at timestamptz)
returns void
language plpgsql
volatile
set search_path = ''
as $$
declare
  sub_id text;
begin
  select i.subscription_id into sub_id
    from private.charges c join public.invoices i on i.invoice_id = c.invoice_id
   where c.charge_id = id;
  if sub_id is null then
    return;  -- not a subscription's payment, or its invoice is not here yet: the invoice asks again
  end if;
  perform private.cut_access(sub_id);
  perform private.recompute_subscription(sub_id, id, correlation_id, at);
end
$$;

comment on function private.apply_adjustment is 'Applies private.adjustment_rules to the subscription whose payment was refunded or disputed.';

create function private.attach_charge(id text, invoice text, correlation_id text, at timestamptz)
returns text
language plpgsql
volatile
set search_path = ''
as $$
declare
  held private.charges;
begin
  update private.charges c set invoice_id = invoice where c.charge_id = id returning c.* into held;
  perform private.settle_donation(held);
  perform private.apply_adjustment(id, correlation_id, at);
  return 'applied';
end
$$;

comment on function private.attach_charge is 'Records which invoice a charge paid, as Stripe answered, and applies what follows from it.';
