-- Whose payment is it: Stripe's customers and the members behind them.

create function private.hold_customer(id text, seen_at timestamptz)
returns private.stripe_customers
language plpgsql
volatile
set search_path = ''
as $$
declare
  held private.stripe_customers;
begin
  select c.* into held from private.stripe_customers c where c.customer_id = id for update;
  if not found then
    insert into private.stripe_customers (customer_id, as_of) values (id, seen_at)
    on conflict (customer_id) do nothing;
    select c.* into held from private.stripe_customers c where c.customer_id = id for update;
  end if;
  return held;
end
$$;

comment on function private.hold_customer is
  'Locks the row of a Stripe customer, making it if need be. All events of one customer pass here, so they apply one after the other.';

create function private.resolve_buyer(
  buyer uuid, customer private.stripe_customers, email text, full_name text, at timestamptz, event text
)
returns uuid
language plpgsql
volatile
set search_path = ''
as $$
declare
  address text;
  proved text;
  member uuid;
  owner uuid;
begin
  begin
    address := private.normalize_email(resolve_buyer.email);
  exception when sqlstate 'PT422' then
    address := null;  -- Stripe accepts addresses that nobody can be reached at
  end;

  -- A signed-in buyer pays for herself, whatever address she types.
  if buyer is not null then
    select m.id into member from public.members m where m.user_id = buyer;
    if member is null then
      select u.email into proved from auth.users u where u.id = buyer and u.email_confirmed_at is not null;
      if proved is not null then
        perform private.lock_email(private.normalize_email(proved));
        member := private.link_user(buyer, proved, at);
        if member is null and not exists (
          select from public.member_emails e where e.email = private.normalize_email(proved)) then
          member := private.create_member('checkout', proved, 'auth', at, buyer, full_name, at);
        end if;
      end if;
    end if;
  end if;

  if address is not null then
    perform private.lock_email(address);
    select e.member_id into owner from public.member_emails e where e.email = address;
  end if;

  if customer.member_id is not null then
    if member is not null and member <> customer.member_id then
      perform private.open_identity_review(customer.member_id, member, coalesce(address, ''),
        'Signed in as one member, paid with the customer of another', pg_catalog.jsonb_build_object('event', event));
    end if;
    return customer.member_id;
  end if;
  if member is not null then
    if owner is not null and owner <> member then
      perform private.open_identity_review(member, owner, address,
        'Paid with an address of another member', pg_catalog.jsonb_build_object('event', event));
    end if;
    return member;
  end if;
  if owner is not null then
    return owner;
  end if;
  if address is null then
    return null;
  end if;
  return private.create_member('checkout', address, 'stripe', null, null, full_name, at);
end
$$;

comment on function private.resolve_buyer is
  'The member behind a payment: the signed-in buyer, else the customer''s member, else the owner of the address, else a new member. Doubt opens a review; nothing is merged.';

create function private.named_buyer(reference text)
returns uuid
language plpgsql
stable
set search_path = ''
as $$
begin
  if reference ~ '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$' then
    return (select u.id from auth.users u where u.id = reference::uuid);
  end if;
  return null;
end
$$;

comment on function private.named_buyer is
  'The sign-in that a checkout, a subscription or an invoice names as its buyer, or null. private.open_checkout writes it there.';

create function private.attach_customer(
  id text, buyer uuid, email text, full_name text, seen_at timestamptz, event text, at timestamptz
)
returns uuid
language plpgsql
volatile
set search_path = ''
as $$
declare
  held private.stripe_customers;
  member uuid;
begin
  held := private.hold_customer(id, seen_at);
  if held.member_id is null and private.is_buried('customer', id) then
    return null;  -- she had her account deleted, and nothing brings her back
  end if;
  if held.member_id is not null and buyer is null then
    return held.member_id;
  end if;
  member := private.resolve_buyer(buyer, held, coalesce(attach_customer.email, held.email),
    coalesce(full_name, held.name), at, event);
  update private.stripe_customers c
     set member_id = coalesce(c.member_id, member),
         email = coalesce(attach_customer.email, c.email),
         name = coalesce(full_name, c.name)
   where c.customer_id = id
     and (c.member_id, c.email, c.name) is distinct from
         (coalesce(c.member_id, member), coalesce(attach_customer.email, c.email), coalesce(full_name, c.name));
  if held.member_id is null and member is not null then
    update public.donations d set member_id = member
      from public.invoices i
     where i.customer_id = attach_customer.id and d.invoice_id = i.invoice_id and d.member_id is null;
    perform private.refresh_membership(member, event, event, at);
  end if;
  return member;
end
$$;

comment on function private.attach_customer is
  'Finds the member of a Stripe customer and brings her what the customer already paid. Safe to call for every event that names an address.';

create function private.apply_customer(customer jsonb, kind text, seen_at timestamptz, event text, at timestamptz)
returns text
language plpgsql
volatile
set search_path = ''
as $$
declare
  id constant text := customer ->> 'id';
  held private.stripe_customers;
  address text;
  owner uuid;
  reachable public.member_emails;
begin
  if kind = 'fetched' then
    customer := private.living_customer(customer, at);
  end if;
  held := private.hold_customer(id, seen_at);
  if kind = 'deleted' then
    update private.stripe_customers c set deleted_at = seen_at, as_of = greatest(c.as_of, seen_at) where c.customer_id = id;
    return 'applied';
  end if;
  if held.deleted_at is not null or seen_at < held.as_of then
    return 'superseded';
  end if;
  -- Two states of one second: nothing in them says which came last, so ask. A row that knows no address and no
  -- name was made by an event of another kind, and has no state to differ from.
  if kind <> 'fetched' and seen_at = held.as_of and coalesce(held.email, held.name) is not null
     and (held.email, held.name) is distinct from (customer ->> 'email', customer ->> 'name') then
    perform jobs.enqueue('memberships', 'refresh_customer', pg_catalog.jsonb_build_object('customer_id', id),
      key => 'refresh:' || id || ':' || event, run_at => at + interval '2 seconds', correlation_id => event);
    return 'asked';
  end if;
  update private.stripe_customers c
     set email = customer ->> 'email', name = customer ->> 'name', as_of = seen_at
   where c.customer_id = id;

  if held.member_id is null then
    -- A customer who has bought nothing is nobody's yet: her checkout says who she is, whatever address she typed.
    if exists (select from public.subscriptions s where s.customer_id = apply_customer.customer ->> 'id')
       or exists (select from public.invoices i where i.customer_id = apply_customer.customer ->> 'id') then
      perform private.attach_customer(id, null, customer ->> 'email', customer ->> 'name', seen_at, event, at);
    end if;
    return 'applied';
  end if;
  begin
    address := private.normalize_email(customer ->> 'email');
  exception when sqlstate 'PT422' then
    address := null;
  end;
  if address is null then
    return 'applied';
  end if;
  select e.member_id into owner from public.member_emails e where e.email = address;
  if owner is not null and owner <> held.member_id then
    perform private.open_identity_review(held.member_id, owner, address,
      'Changed the billing address to one of another member', pg_catalog.jsonb_build_object('event', event));
  elsif owner is null then
    -- Somebody who never signed in is reached at the address she pays with.
    select e.* into reachable from public.member_emails e where e.member_id = held.member_id and e.is_primary;
    if reachable.verified_at is null and reachable.source = 'stripe' then
      perform private.set_primary_email(held.member_id, address, null, 'stripe');
      perform private.audit('stripe', event, 'members.email_changed', 'member', held.member_id::text,
        null, null, null, event);
      perform private.audience_changed(held.member_id, event);
    end if;
  end if;
  return 'applied';
end
$$;

comment on function private.apply_customer is
  'Applies one state of a customer. kind: updated, deleted (from events) or fetched (asked from Stripe). Returns applied, superseded, or asked when two states share a second. A deleted customer keeps its row, so that late events still find their member.';
