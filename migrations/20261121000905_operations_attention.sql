-- What admins see first: everything that waits for a person, from all rooms.

create view admin.attention with (security_invoker = true) as
select 'Dead job' as what, d.job::text as id, d.queue || '/' || d.kind || ': ' || coalesce(d.last_error, d.reason::text) as why,
       d.died_at as since, 'admin.replay_job(job) or admin.abandon_job(job, reason)' as do_this
  from jobs.dead d where d.replayed_at is null and d.reason <> 'abandoned'
union all
select 'Stripe event', e.event_id, e.type || ': ' || coalesce(e.note, ''), e.received_at,
       'admin.replay_event(event_id) or admin.ignore_event(event_id, reason)'
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
   and not private.is_buried('customer', s.customer_id)
union all
select 'Notice not sent', n.id::text,
       pg_catalog.format('%s for %s: at Mailchimp she is %s', n.kind, e.email, coalesce(c.state, 'new')), n.created_at,
       'write to her, then admin.close_notice(notice, reason)'
  from public.membership_notices n
  left join public.member_emails e on e.member_id = n.member_id and e.is_primary
  left join private.audience_contacts c on c.member_id = n.member_id
 where n.sent_at is null and n.resolved_at is null and n.created_at < private.clock() - interval '1 day'
union all
select 'Resource to review', r.id::text, r.title, r.review_by::timestamptz, 'a leader looks at it: /lead/resources/'
  from public.resources r
 where r.review_by < (private.clock() at time zone 'UTC')::date and r.published_at is not null and r.retired_at is null
union all
select 'Video does not play', r.id::text, pg_catalog.concat_ws(': ', r.title, r.embed_note), r.described_at, 'a leader mends it: /lead/resources/'
  from public.resources r
 where r.embed_state in ('missing', 'refused', 'domain_locked') and r.published_at is not null and r.retired_at is null
union all
select 'Queue paused', q.name, coalesce(q.paused_reason, ''), null, 'admin.resume_queue(queue)'
  from jobs.queues q where not q.is_enabled;

comment on view admin.attention is 'Everything that waits for a person, in one list, with what to do about it. Empty is good.';

comment on column admin.attention.what is 'What kind of thing waits.';
comment on column admin.attention.id is 'Which one: the number that the function in do_this takes.';
comment on column admin.attention.why is 'Why it waits.';
comment on column admin.attention.since is 'Since when. Empty: not known.';
comment on column admin.attention.do_this is 'What to do about it.';
