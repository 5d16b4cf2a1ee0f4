-- Payments without identity: what becomes of Stripe's side of a person who was erased, and how what still comes
-- about her is kept from bringing anything back.

select jobs.define_kind('memberships', 'erase_customer', 'Ends what runs at Stripe for an erased person, without a refund, and deletes her customer there.',
  base_delay => '2 seconds', max_attempts => 60);

create function private.event_payer(payload jsonb)
returns text
language sql
immutable
parallel safe
set search_path = ''
as $$
  select case when o ->> 'object' = 'customer' then o ->> 'id'
              when pg_catalog.jsonb_typeof(o -> 'customer') = 'object' then o -> 'customer' ->> 'id'
              else coalesce(o ->> 'customer', o ->> 'payment_intent', case when o ->> 'object' = 'payment_intent' then o ->> 'id' end) end
    from (select payload -> 'data' -> 'object' as o) event
$$;

comment on function private.event_payer is 'Whose event it is: the Stripe customer that it names, else the payment.';

create index stripe_events_payer on private.stripe_events (private.event_payer(payload)) where payload is not null;

create function private.addresses_in(object jsonb)
returns text[]
language sql
immutable
set search_path = ''
as $$
  select coalesce(pg_catalog.array_agg(distinct pg_catalog.lower(pg_catalog.btrim(named.address))), '{}')
    from (values (object ->> 'email'), (object ->> 'customer_email'), (object ->> 'receipt_email'), (object ->> 'instructions_email'),
      (object -> 'customer_details' ->> 'email'), (object -> 'billing_details' ->> 'email'),
      (object -> 'evidence' ->> 'customer_email_address')) named (address)
   where named.address <> ''
$$;

comment on function private.addresses_in is 'The addresses that an object of Stripe names, in lower case.';

-- What names no payer, such as a checkout that was left, is found by the addresses in it.
create index stripe_events_addresses on private.stripe_events using gin (private.addresses_in(payload -> 'data' -> 'object'))
  where payload is not null and private.event_payer(payload) is null;

create function private.keep_customer_buried()
returns trigger
language plpgsql
security definer
set search_path = ''
as $$
begin
  if private.is_buried('customer', new.customer_id) then
    new.member_id := null;
    new.email := null;
    new.name := null;
  end if;
  return new;
end
$$;

comment on function private.keep_customer_buried() is 'Trigger: a customer of somebody who was erased has no identity, whoever writes the row.';

create trigger stripe_customers_keep_buried
  before insert or update on private.stripe_customers
  for each row execute function private.keep_customer_buried();

create function private.keep_invoice_buried()
returns trigger
language plpgsql
security definer
set search_path = ''
as $$
begin
  if private.is_buried('customer', new.customer_id) then
    new.hosted_invoice_url := null;
    new.invoice_pdf := null;
  end if;
  return new;
end
$$;

comment on function private.keep_invoice_buried() is 'Trigger: an invoice of somebody who was erased keeps its amounts and no link to a page with her name.';

create trigger invoices_keep_buried
  before insert or update on public.invoices
  for each row execute function private.keep_invoice_buried();

create index stripe_customers_unclaimed on private.stripe_customers (pg_catalog.lower(email)) where member_id is null;

create function private.hold_customers_of(member uuid, addresses text[])
returns text[]
language plpgsql
volatile
set search_path = ''
as $$
begin
  perform from private.stripe_customers c
    where c.member_id = member or (c.member_id is null and pg_catalog.lower(c.email) = any (addresses))
    order by c.customer_id for update;
  return coalesce((
    select pg_catalog.array_agg(c.customer_id order by c.customer_id) from private.stripe_customers c
     where c.member_id = member or (c.member_id is null and pg_catalog.lower(c.email) = any (addresses))), '{}');
end
$$;

comment on function private.hold_customers_of is
  'Locks the Stripe customers of a member, with those that never bought anything under an address of hers, and returns them: every event of theirs waits from here on.';

create function private.hold_two(one uuid, other uuid)
returns void
language plpgsql
volatile
set search_path = ''
as $$
begin
  perform private.lock_email(a.email) from (
    select e.email from public.member_emails e where e.member_id in (one, other) order by e.email) a;
  perform from private.stripe_customers c where c.member_id in (one, other) order by c.customer_id for update;
  perform from public.members m where m.id in (one, other) order by m.id for update;
end
$$;

comment on function private.hold_two is
  'Holds two members who become one in the order of everywhere: addresses, customers, the members. Whoever pays, is erased or is asked about meanwhile waits.';

create function private.payment_addresses(member uuid)
returns text[]
language sql
stable
set search_path = ''
as $$
  select coalesce(pg_catalog.array_agg(c.email), '{}') from private.stripe_customers c
   where c.member_id = member and c.email is not null
$$;

comment on function private.payment_addresses is 'The addresses that Stripe knows of a member.';

create function private.without_identity(body jsonb)
returns jsonb
language sql
immutable
set search_path = ''
as $$
  select case pg_catalog.jsonb_typeof(body)
    when 'object' then coalesce((
      select pg_catalog.jsonb_object_agg(field.key, private.without_identity(field.value))
        from pg_catalog.jsonb_each(body) field
       where field.key !~ '(^|_)(email|name|phone|address|details|metadata|shipping|evidence|comment|description|note|url|pdf|ip|tax_ids|custom_fields)$'
         and field.key <> all ('{client_reference_id,previous_attributes}'::text[])
          or field.key in ('subscription_details', 'price_details', 'subscription_item_details', 'cancellation_details')), '{}')
    when 'array' then coalesce((
      select pg_catalog.jsonb_agg(private.without_identity(item.value) order by item.place)
        from pg_catalog.jsonb_array_elements(body) with ordinality item (value, place)), '[]')
    else body end
$$;

comment on function private.without_identity is 'A body of Stripe without anything that says who somebody is: amounts, states, times and ids stay.';

create function private.deed_at(object jsonb, seen_at timestamptz)
returns timestamptz
language sql
immutable
set search_path = ''
as $$
  select coalesce(private.moment(case
    when object ->> 'object' = 'subscription' then coalesce(object ->> 'start_date', object ->> 'created')
    when object ->> 'object' in ('customer', 'invoice', 'charge', 'payment_intent') or object ->> 'status' = 'expired'
      then object ->> 'created' end), seen_at)
$$;

comment on function private.deed_at is 'When a person did what an object is about: began the subscription, opened the checkout that ran out, paid.';

create function private.tombstone_of(object jsonb, seen_at timestamptz)
returns bigint
language plpgsql
volatile
set search_path = ''
as $$
declare
  payer constant text := private.event_payer(pg_catalog.jsonb_build_object('data', pg_catalog.jsonb_build_object('object', object)));
  deed constant timestamptz := private.deed_at(object, seen_at);
  held private.stripe_customers;
  address text;
  found_here private.tombstones;
begin
  -- Waits for an erasure that is under way, in its order: the addresses of who is nobody's yet, then the customer.
  if not exists (select from private.stripe_customers c where c.customer_id = payer and c.member_id is not null) then
    foreach address in array private.addresses_in(object) loop
      perform private.lock_email(address);
    end loop;
  end if;
  select c.* into held from private.stripe_customers c where c.customer_id = payer for update;
  if held.member_id is not null then
    return null;
  end if;
  if not exists (select from private.tombstones) then
    return null;
  end if;
  select b.* into found_here from private.buried_in(case when payer like 'pi\_%' then 'payment' else 'customer' end::private.tombstone_kind, payer) b;
  if found_here.id is null then
    select b.* into found_here from private.buried_in('payment', object ->> 'payment_intent') b;
  end if;
  if found_here.id is not null then
    return found_here.id;
  end if;
  -- What she did before she was erased is hers, though it comes now. What was done after is somebody who joins anew,
  -- unless it only tells of a payment whose time it does not know.
  for found_here in
    select b.* from pg_catalog.unnest(private.addresses_in(object)) a, private.buried_in('address', a) b
     where b.erased_at >= deed
        or (object ->> 'object' = any ('{dispute,refund}')
            and not exists (select from public.member_emails e where e.email = a))
    union all
    select b.* from pg_catalog.unnest(array[object ->> 'client_reference_id', object -> 'metadata' ->> 'user_id',
        object -> 'parent' -> 'subscription_details' -> 'metadata' ->> 'user_id']) u, private.buried_in('user', u) b where b.erased_at >= deed
  loop
    return found_here.id;
  end loop;
  return null;
end
$$;

comment on function private.tombstone_of is 'The tombstone of the erased person whom an object of Stripe is about; null for everybody else. seen_at: when Stripe said it.';

create function private.bury_late(tombstone bigint, object jsonb, at timestamptz)
returns void
language plpgsql
volatile
set search_path = ''
as $$
declare
  customer constant text := case when object ->> 'object' = 'customer' then object ->> 'id'
    when pg_catalog.jsonb_typeof(object -> 'customer') = 'object' then object -> 'customer' ->> 'id' else object ->> 'customer' end;
begin
  perform private.bury(tombstone, 'payment', array[object ->> 'payment_intent']);
  if customer is not null and not private.is_buried('customer', customer) then
    -- A customer that nobody knew when she was erased: it goes the same way.
    perform private.erase_payments(tombstone, null, array[customer], '{}', at);
    perform private.owe_erasure(tombstone, 'stripe', customer, 'memberships', 'erase_customer', at);
  end if;
end
$$;

comment on function private.bury_late is 'Takes what came late about an erased person into her tombstone, and owes its erasure at Stripe.';

create function private.without_erased(event jsonb, at timestamptz)
returns jsonb
language plpgsql
volatile
set search_path = ''
as $$
declare
  object constant jsonb := event -> 'data' -> 'object';
  tombstone bigint;
begin
  tombstone := private.tombstone_of(object, private.moment(event ->> 'created'));
  if tombstone is null then
    return event;
  end if;
  perform private.bury_late(tombstone, object, at);
  return (event - 'data') || pg_catalog.jsonb_build_object('erased', true,
    'data', pg_catalog.jsonb_build_object('object', private.without_identity(object)));
end
$$;

comment on function private.without_erased is 'An event as it may be applied: as it came, or, about somebody who was erased, without anything that says who she was.';
