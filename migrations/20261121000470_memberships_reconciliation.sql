-- Once a night everything at Stripe is compared with what is here. Differences become proposals.

create type private.proposal_state as enum ('open', 'accepted', 'dismissed', 'applied');
comment on type private.proposal_state is
  'open: an admin has to look. accepted: she took over what Stripe says. dismissed: she did not, or it differs no longer. applied: done by itself, because nobody loses by it.';

create table private.reconciliation_runs (
  id bigint generated always as identity primary key,
  started_at timestamptz not null,
  finished_at timestamptz,
  seen integer not null default 0,
  differing integer not null default 0
);
alter table private.reconciliation_runs enable row level security;

comment on table private.reconciliation_runs is 'One row a comparison with Stripe.';

create table private.reconciliation_proposals (
  id bigint generated always as identity primary key,
  run_id bigint not null references private.reconciliation_runs (id) on delete cascade,
  subscription_id text not null,
  difference text not null,
  raises_access boolean not null,
  ours jsonb,
  stripes jsonb,
  observed_at timestamptz not null,
  state private.proposal_state not null default 'open',
  resolved_at timestamptz,
  resolution text
);
alter table private.reconciliation_proposals enable row level security;
create index reconciliation_proposals_run on private.reconciliation_proposals (run_id);
create unique index reconciliation_proposals_open_once on private.reconciliation_proposals (subscription_id) where state = 'open';

comment on table private.reconciliation_proposals is 'A difference between Stripe and Commons. What gives access is applied at once; what takes access away waits for a person.';

create table private.reconciliation_seen (
  run_id bigint not null references private.reconciliation_runs (id) on delete cascade,
  subscription_id text not null,
  primary key (run_id, subscription_id)
);
alter table private.reconciliation_seen enable row level security;

comment on table private.reconciliation_seen is 'What a running comparison has met at Stripe; emptied when it ends.';

create function private.subscription_differences(held public.subscriptions, sub jsonb)
returns text
language sql
stable
set search_path = ''
as $$
  select pg_catalog.string_agg(pg_catalog.format('%s: %s at Stripe, %s here', field, coalesce(stripes, 'none'), coalesce(ours, 'none')), '; ' order by place)
    from private.subscription_item(sub) as item,
  lateral (values
    (1, 'status', sub ->> 'status', held.status::text),
    (2, 'price', item -> 'price' ->> 'id', held.price_id),
    (3, 'paid until', private.moment(item ->> 'current_period_end')::text, held.current_period_end::text),
    (4, 'ends', coalesce(private.moment(sub ->> 'cancel_at'),
      case when (sub ->> 'cancel_at_period_end')::boolean then private.moment(item ->> 'current_period_end') end)::text, held.cancel_at::text),
    (5, 'customer', sub ->> 'customer', held.customer_id)
  ) as compared (place, field, stripes, ours)
   where stripes is distinct from ours
$$;

comment on function private.subscription_differences is
  'What differs between a subscription at Stripe and ours, field by field, in words for an admin. Null: nothing does.';

create function private.compare_subscriptions(run bigint, subs jsonb, observed_at timestamptz, at timestamptz)
returns integer
language plpgsql
volatile
set search_path = ''
as $$
declare
  sub jsonb;
  item jsonb;
  held public.subscriptions;
  differences text;
  before timestamptz;
  proposal bigint;
  outcome text;
  differing_here integer := 0;
begin
  if exists (select from private.reconciliation_runs r where r.id = run and r.finished_at is not null) then
    return 0;  -- a page that was delivered twice
  end if;
  insert into private.reconciliation_seen (run_id, subscription_id)
  select run, value ->> 'id' from pg_catalog.jsonb_array_elements(subs)
  on conflict do nothing;
  for sub in select value from pg_catalog.jsonb_array_elements(subs) loop
    continue when private.compare_buried(sub, observed_at, at);
    item := private.subscription_item(sub);
    select s.* into held from public.subscriptions s where s.subscription_id = sub ->> 'id';
    differences := private.subscription_differences(held, sub);
    if held.subscription_id is not null and (held.as_of > observed_at or differences is null) then
      update private.reconciliation_proposals p
         set state = 'dismissed', resolved_at = at, resolution = 'It differs no longer'
       where p.subscription_id = sub ->> 'id' and p.state = 'open';
      continue;
    end if;
    if held.subscription_id is null and (
         sub ->> 'status' in ('incomplete', 'incomplete_expired')
         or (sub ->> 'status' = 'canceled'
             and private.end_of_utc_day(private.moment(item ->> 'current_period_end')) <= at)) then
      continue;  -- it gives no access, and never did here
    end if;
    differing_here := differing_here + 1;
    before := coalesce(held.access_until, '-infinity');

    insert into private.reconciliation_proposals as p (run_id, subscription_id, difference, raises_access, ours, stripes, observed_at)
    values (run, sub ->> 'id',
      case when held.subscription_id is null then 'Stripe has a subscription that is not here' else differences end,
      false, pg_catalog.to_jsonb(held), sub, observed_at)
    on conflict (subscription_id) where state = 'open' do update
      set run_id = excluded.run_id, difference = excluded.difference, ours = excluded.ours,
          stripes = excluded.stripes, observed_at = excluded.observed_at
    returning p.id into proposal;

    -- Try it out; keep the change only when nobody loses access by it.
    begin
      outcome := private.apply_subscription(sub, 'fetched', observed_at, 'reconcile-' || run::text, 'reconcile-' || run::text, at);
      select s.access_until into strict held.access_until from public.subscriptions s where s.subscription_id = sub ->> 'id';
      if outcome <> 'applied' or held.access_until < before then
        raise exception using errcode = 'CM003', message = 'takes access away';
      end if;
      update private.reconciliation_proposals p
         set state = 'applied', raises_access = held.access_until > before, resolved_at = at,
             resolution = 'Applied by itself: nobody loses access by it'
       where p.id = proposal;
      if held.subscription_id is null or held.access_until > before then
        perform jobs.enqueue('memberships', 'resolve_customer',
          pg_catalog.jsonb_build_object('customer_id', sub ->> 'customer'), key => 'resolve:' || (sub ->> 'customer') || ':' || run::text);
      end if;
    exception
      when sqlstate 'CM003' then
        null;  -- stays open for a person
      when others then
        update private.reconciliation_proposals p set resolution = sqlerrm where p.id = proposal;
    end;
  end loop;
  update private.reconciliation_runs r
     set seen = r.seen + pg_catalog.jsonb_array_length(subs), differing = r.differing + differing_here
   where r.id = run;
  return differing_here;
end
$$;

comment on function private.compare_subscriptions is
  'Compares one page of Stripe''s subscriptions with ours. Raising access is applied at once; lowering it becomes an open proposal.';

create function private.start_reconciliation(at timestamptz)
returns bigint
language plpgsql
volatile
set search_path = ''
as $$
declare
  run bigint;
begin
  insert into private.reconciliation_runs (started_at) values (at) returning id into run;
  perform jobs.enqueue('memberships', 'reconcile', pg_catalog.jsonb_build_object('run_id', run),
    key => 'reconcile:' || run::text, priority => 'bulk', correlation_id => 'reconcile-' || run::text);
  perform jobs.beat('memberships.reconcile');
  return run;
end
$$;

comment on function private.start_reconciliation is 'Starts a comparison with Stripe. pg_cron calls it each night.';

create function private.continue_reconciliation(run bigint, after_subscription text, at timestamptz)
returns void
language plpgsql
volatile
set search_path = ''
as $$
begin
  -- A page may be delivered twice. Once a run has ended, what it had seen is gone, so it must not end again.
  perform from private.reconciliation_runs r where r.id = run and r.finished_at is null for update;
  if not found then
    return;
  end if;
  if after_subscription is null then
    insert into private.reconciliation_proposals (run_id, subscription_id, difference, raises_access, ours, observed_at)
    select run, s.subscription_id, 'Here it is alive; Stripe does not know it', false, pg_catalog.to_jsonb(s), r.started_at
      from public.subscriptions s
      join private.reconciliation_runs r on r.id = run
     where s.status in ('active', 'trialing', 'past_due') and s.as_of < r.started_at
       and not private.is_buried('customer', s.customer_id)
       and not exists (select from private.reconciliation_seen seen
                        where seen.run_id = run and seen.subscription_id = s.subscription_id)
    on conflict (subscription_id) where state = 'open' do nothing;
    delete from private.reconciliation_seen seen where seen.run_id = run;
    update private.reconciliation_runs r set finished_at = at where r.id = run and r.finished_at is null;
  else
    perform jobs.enqueue('memberships', 'reconcile',
      pg_catalog.jsonb_build_object('run_id', run, 'after', after_subscription),
      key => 'reconcile:' || run::text || ':' || after_subscription, priority => 'bulk',
      correlation_id => 'reconcile-' || run::text);
  end if;
end
$$;

comment on function private.continue_reconciliation is 'Enqueues the next page of a comparison, or ends it when there is none.';

select cron.schedule('memberships.reconcile', '30 3 * * *', 'select private.start_reconciliation(private.clock())');
