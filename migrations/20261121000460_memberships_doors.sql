-- What the doors of this room ask: may this checkout start, whose billing portal is this.

create function private.admit_checkout(client text, at timestamptz default private.clock())
returns void
language plpgsql
volatile
set search_path = ''
as $$
begin
  if private.take_token('checkout:' || coalesce(client, ''), 10, interval '1 minute', at) is null
     or private.take_token('checkout', 600, interval '1 minute', at) is null then
    raise exception using errcode = 'PT429', message = 'Too many checkouts were started from here',
      hint = 'Wait a minute, then try again.';
  end if;
end
$$;

comment on function private.admit_checkout is
  'Counts one attempt to start a checkout. client: whom to rate-limit, never an address in clear. Called as a statement of its own, so that an attempt that is then refused counts too. Raises PT429.';

create function private.open_checkout(caller uuid, request jsonb, at timestamptz default private.clock())
returns jsonb
language plpgsql
volatile
set search_path = ''
as $$
declare
  member uuid;
  customer text;
  address text;
  buyer jsonb := '{}'::jsonb;
  -- The buyer's own id also travels on the subscription, because its events and invoices may arrive before the checkout's.
  reference constant jsonb := case when caller is null then '{}'::jsonb else pg_catalog.jsonb_build_object('user_id', caller) end;
  offer public.stripe_prices;
  gift constant jsonb := request -> 'donation';
  bounds private.donation_rules;
  amount bigint;
  metadata jsonb;
begin
  if caller is not null then
    select m.id into member from public.members m where m.user_id = caller;
    select u.email into address from auth.users u where u.id = caller and u.email_confirmed_at is not null;
    select c.customer_id into customer from private.stripe_customers c
     where c.member_id = member and c.deleted_at is null order by c.as_of desc limit 1;
    buyer := pg_catalog.jsonb_build_object('client_reference_id', caller);
  else
    address := private.normalize_email(request ->> 'email');
  end if;
  buyer := buyer || case
    when customer is not null then pg_catalog.jsonb_build_object('customer', customer)
    when address is not null then pg_catalog.jsonb_build_object('customer_email', address)
    else '{}'::jsonb end;

  if request ? 'tier' then
    if private.has_live_dues(member, at) then
      raise exception using errcode = 'PT409', message = 'You are a member already', detail = 'tier',
        hint = 'Change your tier or your card on the billing page.';
    end if;
    select p.* into offer from public.stripe_prices p
     where p.is_offered and p.purpose = 'dues' and p.tier::text = request ->> 'tier'
       and p.currency = coalesce(request ->> 'currency', 'usd');
    if not found then
      raise exception using errcode = 'PT422', message = 'There is no such tier on offer', detail = 'tier',
        hint = 'Choose one of: ' || coalesce((select pg_catalog.string_agg(p.tier::text, ', ' order by p.tier)
          from public.stripe_prices p where p.is_offered and p.purpose = 'dues'), 'none yet');
    end if;
    metadata := pg_catalog.jsonb_build_object('purpose', 'dues', 'tier', offer.tier);
    return buyer || pg_catalog.jsonb_build_object('mode', 'subscription', 'metadata', metadata,
      'line_items', pg_catalog.jsonb_build_array(pg_catalog.jsonb_build_object('price', offer.price_id, 'quantity', 1)),
      'subscription_data', pg_catalog.jsonb_build_object('metadata', metadata || reference));
  end if;

  select r.* into bounds from private.donation_rules r where r.currency = coalesce(gift ->> 'currency', 'usd');
  if not found then
    raise exception using errcode = 'PT422', message = 'We cannot take donations in this currency', detail = 'donation.currency',
      hint = 'Choose one of: ' || coalesce((select pg_catalog.string_agg(r.currency, ', ') from private.donation_rules r), 'none yet');
  end if;
  amount := case when gift ->> 'amount' ~ '^[0-9]{1,15}$' then (gift ->> 'amount')::bigint end;
  if amount is null or amount not between bounds.minimum and bounds.maximum then
    raise exception using errcode = 'PT422', message = 'This amount is outside what we can take', detail = 'donation.amount',
      hint = pg_catalog.format('Give an amount between %s and %s, in cents.', bounds.minimum, bounds.maximum);
  end if;
  if pg_catalog.length(gift ->> 'note') > 500 or pg_catalog.length(gift ->> 'in_honour_of') > 500 then
    raise exception using errcode = 'PT422', message = 'This text is longer than 500 characters',
      detail = case when pg_catalog.length(gift ->> 'note') > 500 then 'donation.note' else 'donation.in_honour_of' end,
      hint = 'Say it in fewer words.';
  end if;
  metadata := pg_catalog.jsonb_strip_nulls(pg_catalog.jsonb_build_object('purpose', 'donation',
    'note', gift ->> 'note', 'in_honour_of', gift ->> 'in_honour_of'));
  return buyer || pg_catalog.jsonb_build_object('metadata', metadata, 'line_items', pg_catalog.jsonb_build_array(
      pg_catalog.jsonb_build_object('quantity', 1, 'price_data',
        pg_catalog.jsonb_build_object('currency', bounds.currency, 'unit_amount', amount, 'product', bounds.product_id)
        || case when gift ->> 'interval' = 'month'
             then '{"recurring": {"interval": "month"}}'::jsonb else '{}'::jsonb end)))
    || case when gift ->> 'interval' = 'month'
         then pg_catalog.jsonb_build_object('mode', 'subscription',
                'subscription_data', pg_catalog.jsonb_build_object('metadata', metadata || reference))
         else pg_catalog.jsonb_build_object('mode', 'payment', 'submit_type', 'donate',
                'payment_intent_data', pg_catalog.jsonb_build_object('metadata', metadata)) end;
end
$$;

comment on function private.open_checkout is
  'Decides whether a checkout may start and what is in it, in Stripe''s own words. caller: the signed-in person or null. Prices come from the tables only. Raises PT409 or PT422.';

create function private.has_live_dues(member uuid, at timestamptz)
returns boolean
language sql
stable
set search_path = ''
as $$
  select exists (
    select from private.stripe_customers c
      join public.subscriptions s on s.customer_id = c.customer_id
     where c.member_id = member and s.purpose = 'dues'
       and s.status in ('active', 'trialing', 'past_due') and s.access_until > at)
$$;

comment on function private.has_live_dues is 'Whether she pays dues already, so that a second subscription would be a mistake.';

create function private.open_portal(caller uuid, at timestamptz default private.clock())
returns text
language plpgsql
volatile
set search_path = ''
as $$
declare
  customer text;
begin
  if private.take_token('portal:' || caller::text, 20, interval '1 minute', at) is null then
    raise exception using errcode = 'PT429', message = 'Too many requests', hint = 'Wait a minute, then try again.';
  end if;
  select c.customer_id into customer
    from public.members m
    join private.stripe_customers c on c.member_id = m.id and c.deleted_at is null
    left join public.memberships mine on mine.member_id = m.id
    left join public.subscriptions s on s.customer_id = c.customer_id
   where m.user_id = caller
   order by s.subscription_id is not distinct from mine.subscription_id desc, s.access_until desc nulls last
   limit 1;
  if customer is null then
    raise exception using errcode = 'PT404', message = 'There is nothing to manage yet',
      hint = 'Join or donate first; if you paid with another address, tell us which.';
  end if;
  return customer;
end
$$;

comment on function private.open_portal is 'The Stripe customer whose billing portal the caller may open: her own. Raises PT404 or PT429.';
