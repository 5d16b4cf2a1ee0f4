-- The cast: one person of each kind, for tests that run inside a transaction.
--   Ada  active monthly, visible          Dot  past due, in grace, visible
--   Bea  active annual, hidden            Eve  has a sign-in, never joined
--   Cyn  ended last month, still visible  Lea  leader, active annual, visible
--   Kim  an agent's token with all scopes, and Kai one with none; both keys are alive
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
  insert into public.profiles (member_id, name, headline, bio, location, offers, seeks, interests, is_visible, visibility_asked_at)
  values (pg_temp.person(who), pg_catalog.initcap(who), who || ' works on language models', 'Bio of ' || who, 'Oakland',
    'Help from ' || who, 'Company for ' || who, '{building,data}', visible, joined);
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

-- One event for each kind of audience, and a draft.
insert into public.events (id, title, starts_at, ends_at, visibility, state, published_at)
select ('22222222-0000-4000-8000-00000000000' || e.number)::uuid, e.title, pg_catalog.now() + interval '5 days',
       pg_catalog.now() + interval '5 days 1 hour', e.visibility::public.event_visibility,
       case when e.published_at is null then 'draft' else 'published' end::public.event_state, e.published_at
  from (values (1, 'Open to everybody', 'public', pg_catalog.now() - interval '1 day'), (2, 'For members', 'member', pg_catalog.now() - interval '1 day'),
               (3, 'For leaders', 'leader', pg_catalog.now() - interval '1 day'), (4, 'A draft', 'public', null),
               (5, 'Announced tomorrow', 'public', pg_catalog.now() + interval '1 day')) as e (number, title, visibility, published_at);
insert into public.event_regions (name, place) values ('Europe', 1), ('Oceania', 2);
insert into public.event_categories (name, place) values ('Dinner', 1), ('Talk', 2);
insert into public.event_series (id, created_by)
select ('55555555-0000-4000-8000-00000000000' || n)::uuid, pg_temp.person('lea') from pg_catalog.generate_series(1, 2) n;
insert into public.leader_regions (member_id, region) values (pg_temp.person('lea'), 'Europe'), (pg_temp.person('bea'), 'Oceania');
insert into public.event_hosts (event_id, member_id)
select ('22222222-0000-4000-8000-00000000000' || n)::uuid, pg_temp.person(who) from (values (1, 'lea'), (1, 'ada'), (4, 'bea')) as h (n, who);
insert into public.event_preferences (member_id, shows_going)
select pg_temp.person(who), who in ('ada', 'dot') from pg_catalog.unnest(array['ada', 'bea', 'cyn', 'dot', 'lea']) who;
insert into public.event_hidings (member_id, event_id)
select pg_temp.person(who), '22222222-0000-4000-8000-000000000005' from pg_catalog.unnest(array['ada', 'bea', 'cyn', 'dot', 'lea']) who;

-- One resource of each kind and stage, a leaders' one, and a mark by everybody who joined.
insert into storage.objects (bucket_id, name, metadata)
values ('resources', '33333333-0000-4000-8000-000000000002/44444444-0000-4000-8000-000000000002.pdf', '{"mimetype": "application/pdf", "size": 2048}');
insert into public.resources (id, kind, title, summary, topics, audience, url, video_url, has_captions, file_path, file_name, published_at, retired_at, created_by)
select ('33333333-0000-4000-8000-00000000000' || r.number)::uuid, r.kind::public.resource_kind, r.title, 'About ' || r.title, '{building}',
       r.audience::public.resource_audience, case r.kind when 'link' then 'https://example.org/' || r.number end,
       case r.kind when 'video' then 'https://vimeo.com/10000000' || r.number || '/abcdef123' || r.number end, r.kind = 'video',
       case r.kind when 'file' then '33333333-0000-4000-8000-000000000002/44444444-0000-4000-8000-000000000002.pdf' end,
       case r.kind when 'file' then 'Checklist.pdf' end,
       pg_catalog.now() + r.published, pg_catalog.now() + r.retired, pg_temp.person('lea')
  from (values (1, 'video', 'Prompts that hold', 'member', interval '-3 days', null::interval), (2, 'file', 'Checklist for a pilot', 'member', interval '-2 days', null),
               (3, 'link', 'Where to read on', 'member', interval '-1 day', null), (4, 'link', 'Notes for leaders', 'leader', interval '-1 day', null),
               (5, 'video', 'A draft about agents', 'member', null, null), (6, 'link', 'Announced for tomorrow', 'member', interval '1 day', null),
               (7, 'link', 'No longer true', 'member', interval '-9 days', interval '-1 day')) as r (number, kind, title, audience, published, retired);
insert into public.resource_marks (member_id, resource_id, saved_at)
select m.id, '33333333-0000-4000-8000-000000000001', pg_catalog.now() from public.members m
 where m.id in (select pg_temp.person(who) from pg_catalog.unnest(array['ada', 'bea', 'cyn', 'dot', 'lea']) who);

-- Two keys of agents. What their tokens may do beyond this stands in become().
create function pg_temp.agent_key(who text) returns uuid language sql immutable as $$ select pg_catalog.md5('key of ' || who)::uuid $$;
create function pg_temp.agent_secret(who text) returns uuid language sql immutable as $$ select pg_catalog.md5('secret of ' || who)::uuid $$;
insert into private.agent_keys (id, name, what, scopes, expires_at, created_by)
select pg_temp.agent_key(who), who || '-agent', 'Cast', pg_catalog.enum_range(null::private.agent_scope), pg_catalog.now() + interval '90 days', 'cast'
  from pg_catalog.unnest(array['kim', 'kai']) who;
insert into private.agent_secrets (id, key_id, hash, ends_in)
select pg_temp.agent_secret(who), pg_temp.agent_key(who), pg_catalog.sha256(pg_catalog.convert_to('cak_live_' || who, 'UTF8')), pg_catalog.right('live' || who, 4)
  from pg_catalog.unnest(array['kim', 'kai']) who;

-- become() makes the rest of the transaction run as that person, as the Data API would; come_back() ends it.
create function pg_temp.become(who text) returns void language plpgsql as $$
declare
  as_role constant text := case when who = 'visitor' then 'anon' when who in ('kim', 'kai') then 'agent' when who = 'service' then 'service_role'
    else 'authenticated' end;
begin
  perform pg_catalog.set_config('request.jwt.claims', (case as_role
    when 'agent' then pg_catalog.jsonb_build_object('role', as_role, 'aud', 'agents', 'sub', pg_temp.agent_key(who),
      'secret_id', pg_temp.agent_secret(who), 'jti', gen_random_uuid(), 'iat', extract(epoch from pg_catalog.now())::bigint,
      'exp', extract(epoch from pg_catalog.now())::bigint + 300,
      'scopes', case who when 'kim' then pg_catalog.to_jsonb(pg_catalog.enum_range(null::private.agent_scope)) else '[]'::jsonb end)
    else pg_catalog.jsonb_build_object('role', as_role, 'sub', case when who not in ('visitor', 'service') then pg_temp.login(who) end)
    end)::text, true);
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
