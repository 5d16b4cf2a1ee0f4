-- Erasing a person from the payments: the books keep amounts, states, times and ids.

create function private.erase_payments(tombstone bigint, member uuid, customers text[], addresses text[], at timestamptz)
returns void
language plpgsql
volatile
set search_path = ''
as $$
declare
  gifts text[];
  subs text[];
  things text[];
begin
  perform private.bury(tombstone, 'customer', customers);
  select coalesce(pg_catalog.array_agg(s.subscription_id), '{}') into subs
    from public.subscriptions s where s.customer_id = any (customers);
  select coalesce(pg_catalog.array_agg(d.payment_intent_id) filter (where d.payment_intent_id is not null), '{}') into gifts
    from public.donations d where d.member_id = member;
  perform private.bury(tombstone, 'payment', gifts);

  -- What Stripe said about her: by whom it is about, and by what it is about where it names nobody.
  select pg_catalog.array_agg(id) into things from (
    select pg_catalog.unnest(customers || subs || gifts) as id
    union all select i.invoice_id from public.invoices i where i.customer_id = any (customers)
    union all select c.session_id from private.checkouts c where c.member_id = member or c.customer_id = any (customers)
    union all select pg_catalog.unnest(array[c.charge_id, c.dispute_id]) from private.charges c
               where c.customer_id = any (customers) or c.payment_intent_id = any (gifts)
    union all select r.refund_id from private.refunds r left join private.charges c on c.charge_id = r.charge_id
               where c.customer_id = any (customers) or r.payment_intent_id = any (gifts)) known where id is not null;
  update private.stripe_events e
     set payload = case when e.state in ('failed', 'dead', 'quarantined') then private.without_identity(e.payload) || '{"erased": true}' end
   where e.payload is not null
     and (e.object_id = any (things) or private.event_payer(e.payload) = any (customers || gifts)
          -- Said twice, because each way has an index of its own.
          or private.event_payer(e.payload) is null and private.addresses_in(e.payload -> 'data' -> 'object') && addresses
          or e.state in ('failed', 'dead', 'quarantined') and private.addresses_in(e.payload -> 'data' -> 'object') && addresses);

  perform private.erase_spells(member, at);
  update public.donations d set member_id = null, note = null, in_honour_of = null
   where d.member_id = member or d.subscription_id = any (subs);
  update public.invoices i set hosted_invoice_url = null, invoice_pdf = null where i.customer_id = any (customers);
  update private.stripe_customers c set member_id = null, email = null, name = null where c.customer_id = any (customers);
  update private.reconciliation_proposals p
     set ours = null, stripes = null, state = case p.state when 'open' then 'dismissed' else p.state end,
         resolved_at = coalesce(p.resolved_at, at),
         resolution = case p.state when 'open' then 'The person had her account deleted' else p.resolution end
   where p.subscription_id = any (subs) or p.stripes ->> 'customer' = any (customers);
end
$$;

comment on function private.erase_payments is 'Takes a person out of her payments: nobody''s any more, without texts, links and stored bodies. The rows stay for the books.';

create function private.compare_buried(sub jsonb, observed_at timestamptz, at timestamptz)
returns boolean
language plpgsql
volatile
set search_path = ''
as $$
declare
  object constant jsonb := sub || '{"object": "subscription"}';
  tombstone constant bigint := private.tombstone_of(object, observed_at);
begin
  if tombstone is null then
    return false;
  end if;
  perform private.bury_late(tombstone, object, at);
  -- Nobody loses access by it, so nobody has to decide; only the books follow.
  if exists (select from public.subscriptions s where s.subscription_id = sub ->> 'id') then
    perform private.apply_subscription(private.without_identity(sub), 'fetched', observed_at,
      'erasure-' || tombstone::text, 'erasure-' || tombstone::text, at);
  end if;
  return true;
end
$$;

comment on function private.compare_buried is 'Whether a subscription that Stripe shows is one of somebody who was erased. Then it proposes nothing to anybody; ours follows Stripe''s.';

create function private.living_customer(customer jsonb, at timestamptz)
returns jsonb
language plpgsql
volatile
set search_path = ''
as $$
declare
  object constant jsonb := customer || '{"object": "customer"}';
  tombstone constant bigint := private.tombstone_of(object, at);
begin
  if tombstone is null then
    return customer;
  end if;
  perform private.bury_late(tombstone, object, at);
  return private.without_identity(customer);
end
$$;

comment on function private.living_customer is 'A customer that Stripe was asked for, as it may be applied: as it is, or, of somebody who was erased, without identity.';

create function private.customer_erased(erasure bigint, customer text, outcome text, at timestamptz)
returns void
language plpgsql
volatile
set search_path = ''
as $$
begin
  update private.stripe_customers c set deleted_at = coalesce(c.deleted_at, at) where c.customer_id = customer;
  perform private.erasure_done(erasure, customer_erased.outcome, at);
end
$$;

comment on function private.customer_erased is 'Records that Stripe has deleted a customer of somebody who was erased.';
