-- What Stripe sends, in short: objects as its API shows them, events around them, and people to pay.
-- The same people are made in many files: one file at a time, else two could wait for each other's.
select pg_catalog.pg_advisory_xact_lock(1);
set local search_path = public, extensions;

insert into public.stripe_prices (price_id, purpose, tier, currency, unit_amount, recurring_interval) values
  ('price_monthly', 'dues', 'monthly', 'usd', 1000, 'month'),
  ('price_annual', 'dues', 'annual', 'usd', 10000, 'year'),
  ('price_donor_annual', 'dues', 'donor_annual', 'usd', 25000, 'year')
on conflict do nothing;
insert into private.donation_rules (currency, minimum, maximum, product_id) values ('usd', 100, 1000000, 'prod_donation')
on conflict do nothing;

create function pg_temp.epoch(moment timestamptz) returns bigint language sql immutable
  as $$ select extract(epoch from moment)::bigint $$;

create function pg_temp.sub(
  id text default 'sub_ada', status text default 'active', price text default 'price_monthly',
  ends timestamptz default '2026-07-15 12:00Z', more jsonb default '{}', customer text default 'cus_ada'
) returns jsonb language sql as $$
  select pg_catalog.jsonb_build_object('id', id, 'object', 'subscription', 'customer', customer, 'currency', 'usd', 'status', status,
    'cancel_at_period_end', false, 'cancel_at', null, 'canceled_at', null, 'ended_at', null, 'metadata', '{}'::jsonb,
    'items', pg_catalog.jsonb_build_object('data', pg_catalog.jsonb_build_array(pg_catalog.jsonb_build_object(
      'price', pg_catalog.jsonb_build_object('id', price, 'unit_amount', 1000, 'product', 'prod_' || price),
      'current_period_start', pg_temp.epoch(ends - interval '1 month'), 'current_period_end', pg_temp.epoch(ends))))) || more
$$;

create function pg_temp.ended(id text default 'sub_ada', at timestamptz default '2026-07-15 12:00Z', reason text default 'cancellation_requested',
  ends timestamptz default '2026-07-15 12:00Z') returns jsonb language sql as $$
  select pg_temp.sub(id, 'canceled', ends => ends, more => pg_catalog.jsonb_build_object('ended_at', pg_temp.epoch(at),
    'canceled_at', pg_temp.epoch(at), 'cancellation_details', pg_catalog.jsonb_build_object('reason', reason)))
$$;

create function pg_temp.invoice(
  id text default 'in_1', status text default 'paid', created timestamptz default '2026-06-15 12:00Z', next_try timestamptz default null,
  sub text default 'sub_ada', amount integer default 1000, price text default 'price_monthly', more jsonb default '{}',
  customer text default 'cus_ada', email text default 'ada@example.org', product text default null
) returns jsonb language sql as $$
  select pg_catalog.jsonb_build_object('id', id, 'object', 'invoice', 'customer', customer, 'customer_email', email, 'customer_name', 'Ada Example',
    'status', status, 'amount_due', amount, 'amount_paid', case status when 'paid' then amount else 0 end, 'currency', 'usd',
    'attempt_count', 1, 'created', pg_temp.epoch(created), 'next_payment_attempt', pg_temp.epoch(next_try),
    'parent', pg_catalog.jsonb_build_object('subscription_details', pg_catalog.jsonb_build_object('subscription', sub, 'metadata', '{}'::jsonb)),
    'lines', pg_catalog.jsonb_build_object('data', pg_catalog.jsonb_build_array(pg_catalog.jsonb_build_object(
      'period', pg_catalog.jsonb_build_object('end', pg_temp.epoch(created + interval '1 month')),
      'pricing', pg_catalog.jsonb_build_object('price_details', pg_catalog.jsonb_build_object(
        'price', price, 'product', coalesce(product, 'prod_' || price))))))) || more
$$;

create function pg_temp.session(
  id text default 'cs_1', mode text default 'payment', paid text default 'paid', email text default 'ada@example.org',
  buyer text default null, customer text default null, amount integer default 2500, intent text default 'pi_gift', more jsonb default '{}'
) returns jsonb language sql as $$
  select pg_catalog.jsonb_build_object('id', id, 'object', 'checkout.session', 'mode', mode, 'status', 'complete', 'payment_status', paid,
    'customer', customer, 'client_reference_id', buyer, 'amount_total', amount, 'currency', 'usd', 'payment_intent', intent,
    'customer_details', pg_catalog.jsonb_build_object('email', email, 'name', 'Ada Example'), 'metadata', '{}'::jsonb) || more
$$;

create function pg_temp.charge(refunded integer default 1000, id text default 'ch_1', intent text default 'pi_1', amount integer default 1000)
returns jsonb language sql as $$
  select pg_catalog.jsonb_build_object('id', id, 'object', 'charge', 'customer', 'cus_ada', 'payment_intent', intent, 'amount', amount,
    'amount_refunded', refunded, 'currency', 'usd')
$$;

create function pg_temp.dispute(status text, id text default 'dp_1', charge text default 'ch_1', opened timestamptz default '2026-06-20 12:00Z')
returns jsonb language sql as $$
  select pg_catalog.jsonb_build_object('id', id, 'object', 'dispute', 'charge', charge, 'payment_intent', 'pi_1', 'status', status,
    'amount', 1000, 'currency', 'usd', 'created', pg_temp.epoch(opened))
$$;

create sequence pg_temp.events;
create function pg_temp.event(type text, object jsonb, created timestamptz, id text default null, livemode boolean default false)
returns jsonb language sql as $$
  select pg_catalog.jsonb_build_object('id', coalesce(id, 'evt_' || pg_catalog.nextval('pg_temp.events')), 'object', 'event', 'type', type,
    'created', pg_temp.epoch(created), 'livemode', livemode, 'data', pg_catalog.jsonb_build_object('object', object))
$$;

-- Delivers an event to a test site at the moment it was made, or later, and says what became of it.
create function pg_temp.receive(type text, object jsonb, created timestamptz, id text default null, at timestamptz default null)
returns text language sql as $$
  select private.receive_stripe_event(pg_temp.event(type, object, created, id), false, coalesce(at, created))
$$;

-- Ada exists, with her customer at Stripe.
create function pg_temp.ada() returns uuid language sql immutable as $$ select 'aaaaaaaa-0000-4000-8000-000000000001'::uuid $$;
insert into public.members (id, origin) values (pg_temp.ada(), 'checkout');
insert into public.profiles (member_id, name) values (pg_temp.ada(), 'Ada Example');
insert into public.member_contacts (member_id) values (pg_temp.ada());
insert into public.member_emails (email, member_id, is_primary, source) values ('ada@example.org', pg_temp.ada(), true, 'stripe');
insert into private.stripe_customers (customer_id, member_id, email, as_of)
values ('cus_ada', pg_temp.ada(), 'ada@example.org', '2026-06-01Z');

create function pg_temp.has(field text, sub text default 'sub_ada') returns text language sql as $$
  select pg_catalog.to_jsonb(s) ->> field from public.subscriptions s where s.subscription_id = sub
$$;
create function pg_temp.until() returns timestamptz language sql as $$
  select m.access_until from public.memberships m where m.member_id = pg_temp.ada()
$$;
create function pg_temp.jobs_of(kind text) returns bigint language sql as $$
  select (select count(*) from jobs.live() l where l.kind = jobs_of.kind) + (select count(*) from jobs.delayed d where d.kind = jobs_of.kind)
$$;
