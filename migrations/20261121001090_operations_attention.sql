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
select 'Refund did not arrive', r.refund_id, pg_catalog.format('%s: %s', private.money(r.amount, r.currency), coalesce(r.failure_reason, r.status)), r.as_of,
       'give it back again, by Stripe or in another way; it leaves this list once that is done, or after two weeks'
  from private.refunds r
 where private.refund_rank(r.status) = 2 and r.as_of > private.clock() - interval '14 days'
   and not exists (select from private.refunds again where again.charge_id = r.charge_id and again.created_at > r.created_at and private.refund_rank(again.status) < 2)
union all
select 'Notice not sent', n.id::text,
       pg_catalog.format('%s for %s: %s', pg_catalog.replace(n.kind::text, '_', ' '), e.email, coalesce(m.reason, 'her mail waits')), n.created_at,
       'write to her, then admin.close_notice(notice, reason)'
  from public.membership_notices n
  left join public.member_emails e on e.member_id = n.member_id and e.is_primary
  left join private.emails m on m.key = 'notice:' || n.id::text
 where n.sent_at is null and n.resolved_at is null
   and (n.created_at < private.clock() - interval '1 day' or m.state not in ('owed', 'unclear'))
union all
select 'Mail not sent', m.id::text, pg_catalog.format('%s: %s', pg_catalog.replace(m.template, '_', ' '), m.reason), m.settled_at,
       'admin.send_email_again(email, reason) or admin.close_email(email, reason)'
  from private.emails m
 where m.state in ('failed', 'unclear') and m.closed_at is null and m.settled_at < private.clock() - interval '15 minutes'
union all
select 'Guest not told', d.id::text, pg_catalog.format('%s was %s for %s, and Luma does not have it: %s', coalesce(nullif(g.name, ''), 'A guest'), d.status,
         e.title, coalesce(d.error, 'still owed')), d.decided_at,
       'the next sweep tries again: admin.sweep_guests() does so now; else decide her at Luma'
  from private.guest_decisions d join private.event_guests g on g.id = d.guest_id join public.events e on e.id = g.event_id
 where d.state = 'failed' or d.state = 'owed' and d.decided_at < private.clock() - interval '1 hour'
union all
select 'Guest list not read', r.id::text, pg_catalog.format('%s of the last sweep could not be read', r.failed), r.started_at,
       'look at errors in admin.guest_runs, then admin.sweep_guests()'
  from private.guest_runs r
 where r.failed > 0 and r.id = (select max(l.id) from private.guest_runs l where l.finished_at is not null)
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
  from jobs.queues q where not q.is_enabled
union all
select s.what, s.id, s.why, s.since, s.do_this from private.slack_attention(private.clock()) s
union all
select t.what, t.id, t.why, t.since, t.do_this from private.slack_talk_attention() t
union all
select l.what, l.id, l.why, l.since, l.do_this from private.luma_attention(private.clock()) l
union all
select a.what, a.id, a.why, a.since, a.do_this from private.agents_attention(private.clock()) a
union all
select p.what, p.id, p.why, p.since, p.do_this from private.agent_proposals_attention(private.clock()) p;

comment on view admin.attention is 'Everything that waits for a person, in one list, with what to do about it. Empty is good.';

comment on column admin.attention.what is 'What kind of thing waits.';
comment on column admin.attention.id is 'Which one: the number that the function in do_this takes.';
comment on column admin.attention.why is 'Why it waits.';
comment on column admin.attention.since is 'Since when. Empty: not known.';
comment on column admin.attention.do_this is 'What to do about it.';
