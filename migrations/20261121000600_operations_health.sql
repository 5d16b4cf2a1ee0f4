-- Is everything working? What the health door answers, and what admins see first.

create function private.health(at timestamptz default private.clock())
returns jsonb
language sql
volatile
set search_path = ''
as $$
  select pg_catalog.jsonb_build_object(
    'database', 'ok',
    'schedules', (
      select coalesce(pg_catalog.jsonb_object_agg(h.name, pg_catalog.jsonb_build_object('last', h.at,
               'ok', h.at > pg_catalog.clock_timestamp() - case when h.name = 'jobs.tick' then interval '3 minutes' else interval '26 hours' end)), '{}')
        from jobs.heartbeats h),
    'queues', (
      select coalesce(pg_catalog.jsonb_object_agg(q.name, pg_catalog.jsonb_build_object('enabled', q.is_enabled,
               'dead', (select count(*) from jobs.dead d where d.queue = q.name and d.replayed_at is null and d.reason <> 'abandoned'))), '{}')
        from jobs.queues q),
    'stripe_events_waiting', (select count(*) from private.stripe_events e where e.state in ('failed', 'dead', 'quarantined')),
    'oldest_failed_event', (select min(e.received_at) from private.stripe_events e where e.state = 'failed'))
$$;

comment on function private.health is 'State of the database, schedules, queues and events, without any personal data. Raises nothing.';

create view admin.attention with (security_invoker = true) as
select 'Dead job' as what, d.job::text as id, d.queue || '/' || d.kind || ': ' || coalesce(d.last_error, d.reason::text) as why,
       d.died_at as since, 'admin.replay_job(job) or admin.abandon_job(job, reason)' as do_this
  from jobs.dead d where d.replayed_at is null and d.reason <> 'abandoned'
union all
select 'Stripe event', e.event_id, e.type || ': ' || coalesce(e.note, ''), e.received_at,
       case e.state when 'dead' then 'admin.replay_event(event_id) or ' else '' end || 'admin.ignore_event(event_id, reason)'
  from private.stripe_events e where e.state in ('dead', 'quarantined')
union all
select 'Identity', r.id::text, r.reason, r.opened_at, 'admin.merge_members(review, reason) or admin.keep_apart(review, reason)'
  from private.identity_reviews r where r.state = 'open'
union all
select 'Stripe differs', p.id::text, p.difference, p.observed_at, 'admin.accept_proposal(id) or admin.dismiss_proposal(id, reason)'
  from private.reconciliation_proposals p where p.state = 'open'
union all
select 'Payment without a member', s.subscription_id, 'Stripe knows no usable e-mail address of customer ' || s.customer_id, s.as_of,
       'give the customer an address at Stripe'
  from public.subscriptions s join private.stripe_customers c on c.customer_id = s.customer_id
 where c.member_id is null and s.status in ('active', 'trialing', 'past_due') and s.as_of < private.clock() - interval '1 hour'
union all
select 'Queue paused', q.name, coalesce(q.paused_reason, ''), null, 'admin.resume_queue(queue)'
  from jobs.queues q where not q.is_enabled;

comment on view admin.attention is 'Everything that waits for a person, in one list, with what to do about it. Empty is good.';
