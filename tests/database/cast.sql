-- The cast: one person of each kind, for tests that run inside a transaction.
--   Ada  active monthly, visible          Dot  past due, in grace, visible
--   Bea  active annual, hidden            Eve  has a sign-in, never joined
--   Cyn  ended last month, still visible  Lea  leader, active annual, visible
--   Kim  an agent's token
-- Everybody who joined owns a row in each table that holds rows of members.

-- The same people are made in many files: one file at a time, else two could wait for each other's.
select pg_catalog.pg_advisory_xact_lock(1);

create function pg_temp.person(who text) returns uuid language sql immutable
  as $$ select ('00000000-0000-4000-8000-0000000000' || pg_catalog.encode(pg_catalog.substr(who, 1, 1)::bytea, 'hex'))::uuid $$;

create function pg_temp.login(who text) returns uuid language sql immutable
  as $$ select ('11111111-0000-4000-8000-0000000000' || pg_catalog.encode(pg_catalog.substr(who, 1, 1)::bytea, 'hex'))::uuid $$;

create function pg_temp.join_as(
  who text, tier public.membership_tier, visible boolean, role public.member_role default 'member', ended boolean default false,
  late boolean default false
) returns void language plpgsql as $$
declare
  joined constant timestamptz := pg_catalog.now() - interval '70 days';
  month_ago constant timestamptz := pg_catalog.now() - interval '35 days';
begin
  insert into public.members (id, user_id, role, origin) values (pg_temp.person(who), pg_temp.login(who), role, 'checkout');
  insert into public.profiles (member_id, name, headline, bio, location, is_visible, visibility_asked_at)
  values (pg_temp.person(who), pg_catalog.initcap(who), who || ' works on language models', 'Bio of ' || who, 'Oakland', visible, joined);
  insert into public.member_contacts (member_id, phone)
  values (pg_temp.person(who), '+1415555' || pg_catalog.lpad(pg_catalog.ascii(who)::text, 4, '0'));
  insert into public.member_emails (email, member_id, is_primary, verified_at, source)
  values (who || '@example.org', pg_temp.person(who), true, joined, 'stripe');
  insert into public.consents (member_id, channel, granted, source) values (pg_temp.person(who), 'email', true, 'At checkout');

  insert into private.stripe_customers (customer_id, member_id, email, as_of)
  values ('cus_' || who, pg_temp.person(who), who || '@example.org', joined);
  insert into public.subscriptions (subscription_id, customer_id, purpose, tier, price_id, currency, status,
    current_period_start, current_period_end, as_of, as_of_event)
  values ('sub_' || who, 'cus_' || who, 'dues', tier, 'price_' || tier, 'usd', 'active',
    joined, pg_catalog.now() + interval '20 days', joined, 'created');
  insert into public.invoices (invoice_id, customer_id, subscription_id, status, amount_due, amount_paid, currency,
    created_at, next_payment_attempt, as_of)
  values ('in_' || who, 'cus_' || who, 'sub_' || who, case when late then 'open' else 'paid' end::public.invoice_status, 1000,
    case when late then 0 else 1000 end, 'usd', joined, case when late then pg_catalog.now() + interval '2 days' end, joined);
  insert into public.donations (member_id, checkout_session_id, amount, currency, status, note, donated_at)
  values (pg_temp.person(who), 'cs_' || who, 2500, 'usd', 'paid', 'Gift of ' || who, joined);
  insert into public.membership_notices (member_id, kind, invoice_id) values (pg_temp.person(who), 'payment_failed', 'in_' || who);
  perform private.recompute_subscription('sub_' || who, 'cast', null, joined);

  if ended then
    update public.subscriptions set status = 'canceled', canceled_at = joined, ended_at = month_ago, current_period_end = month_ago
     where subscription_id = 'sub_' || who;
    perform private.recompute_subscription('sub_' || who, 'cast', null, pg_catalog.now());
  elsif late then
    update public.subscriptions set status = 'past_due', past_due_since = pg_catalog.now() - interval '2 days'
     where subscription_id = 'sub_' || who;
    perform private.recompute_subscription('sub_' || who, 'cast', null, pg_catalog.now());
  end if;
end
$$;

insert into auth.users (id, email, email_confirmed_at)
select pg_temp.login(who), who || '@example.org', pg_catalog.now()
  from pg_catalog.unnest(array['ada', 'bea', 'cyn', 'dot', 'eve', 'lea']) as who;

select pg_temp.join_as('ada', 'monthly', true);
select pg_temp.join_as('bea', 'annual', false);
select pg_temp.join_as('cyn', 'monthly', true, ended => true);
select pg_temp.join_as('dot', 'monthly', true, late => true);
select pg_temp.join_as('lea', 'annual', true, role => 'leader');

-- become() makes the rest of the transaction run as that person, as the Data API would; come_back() ends it.
create function pg_temp.become(who text) returns void language plpgsql as $$
declare
  as_role constant text := case who when 'visitor' then 'anon' when 'kim' then 'agent' when 'service' then 'service_role' else 'authenticated' end;
begin
  perform pg_catalog.set_config('request.jwt.claims', pg_catalog.jsonb_build_object(
    'role', as_role, 'sub', case when who not in ('visitor', 'service') then pg_temp.login(who) end)::text, true);
  perform pg_catalog.set_config('role', as_role, true);
end
$$;

create function pg_temp.come_back() returns void language plpgsql as $$
begin
  perform pg_catalog.set_config('role', 'none', true);
  perform pg_catalog.set_config('request.jwt.claims', '', true);
end
$$;

-- What a person gets for one statement: its rows as a JSON array, or {"sqlstate", "message"} of the refusal.
-- A statement that returns rows is kept when it succeeds; give insert, update and delete a returning clause.
create function pg_temp.answer(who text, query text) returns jsonb language plpgsql as $$
declare
  rows jsonb := '[]';
  one record;
begin
  perform pg_temp.become(who);
  begin
    if query ~* '^(truncate|call) ' then
      execute query;
    else
      for one in execute query loop
        rows := rows || pg_catalog.to_jsonb(one);
      end loop;
    end if;
  exception when others then
    rows := pg_catalog.jsonb_build_object('sqlstate', sqlstate, 'message', sqlerrm);
  end;
  perform pg_temp.come_back();
  return rows;
end
$$;
grant execute on all functions in schema pg_temp to public;
