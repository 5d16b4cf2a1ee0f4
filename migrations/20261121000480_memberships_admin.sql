-- What admins see and do in Studio for members and memberships.

create view admin.members with (security_invoker = true) as
select m.id, p.name, e.email, m.role, m.origin, m.user_id is not null as has_signed_in,
       s.tier, s.status, s.access_until, s.access_until > private.clock() as is_entitled,
       s.cancel_at_period_end, s.member_since, p.is_visible, m.created_at
  from public.members m
  join public.profiles p on p.member_id = m.id
  left join public.member_emails e on e.member_id = m.id and e.is_primary
  left join public.memberships s on s.member_id = m.id;

comment on view admin.members is 'One row a person: who she is, what she has, until when.';

create view admin.stripe_events with (security_invoker = true) as
select event_id, type, state, note, object_id, created_at, received_at, applied_at, attempts, payload
  from private.stripe_events;

comment on view admin.stripe_events is 'Every event from Stripe. Those in state dead, failed or quarantined need attention.';

create view admin.identity_reviews with (security_invoker = true) as
select r.id, r.reason, r.email, r.state, r.opened_at, r.member_id, p.name as member_name,
       r.other_member_id, o.name as other_name, r.evidence, r.resolution
  from private.identity_reviews r
  join public.profiles p on p.member_id = r.member_id
  left join public.profiles o on o.member_id = r.other_member_id;

comment on view admin.identity_reviews is 'Rows that may be one person. Decide with admin.merge_members(review, reason) or admin.keep_apart(review, reason).';

create view admin.reconciliation with (security_invoker = true) as
select p.id, p.state, p.subscription_id, p.difference, p.raises_access, p.observed_at, p.resolution, p.ours, p.stripes
  from private.reconciliation_proposals p;

comment on view admin.reconciliation is 'Differences between Stripe and Commons. Accept with admin.accept_proposal(id), or admin.dismiss_proposal(id, reason).';

create function private.require_reason(reason text)
returns text
language plpgsql
immutable
set search_path = ''
as $$
begin
  if pg_catalog.btrim(coalesce(reason, '')) = '' then
    raise exception using errcode = 'PT422', message = 'A reason is missing', detail = 'reason',
      hint = 'Write in a few words why, for whoever reads the audit log.';
  end if;
  return pg_catalog.btrim(reason);
end
$$;

comment on function private.require_reason is 'Raises PT422 when an admin gives no reason.';

create function admin.replay_event(event_id text)
returns text
language plpgsql
volatile
set search_path = ''
as $$
declare
  outcome text;
begin
  outcome := private.apply_stripe_event(replay_event.event_id, true, private.clock());
  perform private.audit('studio', session_user, 'memberships.event_replayed', 'stripe_event', replay_event.event_id,
    null, pg_catalog.jsonb_build_object('state', outcome), null, replay_event.event_id);
  return outcome;
end
$$;

comment on function admin.replay_event is 'Applies a dead or failed Stripe event again, for example after its price was mapped, or a quarantined one once the site is of its mode. Returns the new state; the note in admin.stripe_events says why if it still waits.';

create function admin.ignore_event(event_id text, reason text)
returns void
language plpgsql
volatile
set search_path = ''
as $$
declare
  why constant text := private.require_reason(ignore_event.reason);
  was private.event_state;
begin
  was := private.ignore_stripe_event(ignore_event.event_id, why);
  perform private.audit('studio', session_user, 'memberships.event_ignored', 'stripe_event', ignore_event.event_id,
    pg_catalog.jsonb_build_object('state', was), pg_catalog.jsonb_build_object('state', 'ignored'), why, ignore_event.event_id);
end
$$;

comment on function admin.ignore_event is 'Sets a dead, failed or quarantined Stripe event aside, with a reason, when it is right that nothing follows from it.';

create function admin.accept_proposal(id bigint)
returns text
language plpgsql
volatile
set search_path = ''
as $$
declare
  held private.reconciliation_proposals;
  sub public.subscriptions;
  snapshot jsonb;
  outcome text;
begin
  select p.* into held from private.reconciliation_proposals p where p.id = accept_proposal.id for update;
  if held.state is distinct from 'open' then
    raise exception using errcode = 'PT409', message = 'This proposal is not open', hint = 'Look at its state in admin.reconciliation.';
  end if;
  select s.* into sub from public.subscriptions s where s.subscription_id = held.subscription_id;
  if sub.as_of > held.observed_at then
    raise exception using errcode = 'PT409', message = 'Something newer arrived since', hint = 'Dismiss it; tonight''s comparison looks again.';
  end if;
  -- A subscription that Stripe does not know ends at the moment this was seen.
  snapshot := coalesce(held.stripes, pg_catalog.jsonb_build_object(
    'id', sub.subscription_id, 'customer', sub.customer_id, 'currency', sub.currency, 'status', 'canceled',
    'ended_at', extract(epoch from held.observed_at)::bigint,
    'cancellation_details', '{"reason": "payment_failed"}'::jsonb,
    'items', pg_catalog.jsonb_build_object('data', pg_catalog.jsonb_build_array(pg_catalog.jsonb_build_object(
      'price', pg_catalog.jsonb_build_object('id', sub.price_id, 'unit_amount', sub.unit_amount,
        'product', case when sub.purpose = 'donation' then (select r.product_id from private.donation_rules r limit 1) end))))));
  outcome := private.apply_subscription(snapshot, 'fetched', held.observed_at, 'proposal-' || held.id::text, 'proposal-' || held.id::text, private.clock());
  if outcome <> 'applied' then
    raise exception using errcode = 'PT409', message = 'Something newer is known here', hint = 'Dismiss it; tonight''s comparison looks again.';
  end if;
  update private.reconciliation_proposals p
     set state = 'accepted', resolved_at = private.clock(), resolution = 'Accepted by ' || session_user
   where p.id = held.id;
  perform private.audit('studio', session_user, 'memberships.proposal_accepted', 'subscription', held.subscription_id,
    private.without_identity(held.ours), private.without_identity(held.stripes), held.difference, 'proposal-' || held.id::text);
  return outcome;
end
$$;

comment on function admin.accept_proposal is 'Takes over what Stripe says. Raises PT409 when the proposal is not open or was overtaken.';

create function admin.dismiss_proposal(id bigint, reason text)
returns void
language plpgsql
volatile
set search_path = ''
as $$
begin
  update private.reconciliation_proposals p
     set state = 'dismissed', resolved_at = private.clock(), resolution = private.require_reason(reason)
   where p.id = dismiss_proposal.id and p.state = 'open';
  if not found then
    raise exception using errcode = 'PT409', message = 'This proposal is not open', hint = 'Look at its state in admin.reconciliation.';
  end if;
  perform private.audit('studio', session_user, 'memberships.proposal_dismissed', 'proposal', dismiss_proposal.id::text,
    null, null, reason);
end
$$;

comment on function admin.dismiss_proposal is 'Leaves things as they are here, with a reason.';

create function admin.keep_apart(review bigint, reason text)
returns void
language plpgsql
volatile
set search_path = ''
as $$
begin
  update private.identity_reviews r
     set state = 'kept_apart', resolved_at = private.clock(), resolution = private.require_reason(keep_apart.reason)
   where r.id = review and r.state = 'open';
  if not found then
    raise exception using errcode = 'PT409', message = 'This review is not open', hint = 'Look at its state in admin.identity_reviews.';
  end if;
  perform private.audit('studio', session_user, 'members.kept_apart', 'identity_review', review::text, null, null, reason);
end
$$;

comment on function admin.keep_apart is 'Decides that two rows are two people.';

create function admin.merge_members(review bigint, reason text)
returns uuid
language plpgsql
volatile
set search_path = ''
as $$
declare
  held private.identity_reviews;
  kept public.members;
  gone public.members;
  spare public.members;
begin
  select r.* into held from private.identity_reviews r where r.id = review;
  perform private.hold_two(held.member_id, held.other_member_id);
  -- As it stands now: another decision or an erasure may have been first.
  select r.* into held from private.identity_reviews r
   where r.id = review and r.state = 'open' and (r.member_id, r.other_member_id) = (held.member_id, held.other_member_id) for update;
  if held.id is null or held.other_member_id is null then
    raise exception using errcode = 'PT409', message = 'This review is not open or names only one member',
      hint = 'Look at admin.identity_reviews; nothing was changed.';
  end if;
  select m.* into kept from public.members m where m.id = held.member_id;
  select m.* into gone from public.members m where m.id = held.other_member_id;
  if kept.user_id is not null and gone.user_id is not null then
    raise exception using errcode = 'PT409', message = 'Both people have signed in',
      hint = 'Ask which sign-in to keep, delete the other in Authentication, then merge.';
  end if;
  perform private.require_reason(reason);
  if kept.user_id is null and gone.user_id is not null then
    spare := kept;
    kept := gone;
    gone := spare;
  end if;
  perform private.merge_member(kept.id, gone.id, private.clock());
  update private.identity_reviews r
     set state = 'merged', resolved_at = private.clock(), resolution = merge_members.reason
   where r.id = review;
  perform private.audit('studio', session_user, 'members.merged', 'member', kept.id::text,
    pg_catalog.jsonb_build_object('merged', gone.id), null, reason);
  return kept.id;
end
$$;

comment on function admin.merge_members is 'Decides that two rows are one person: the one who has signed in stays and receives everything of the other. Cannot be undone.';

create function private.merge_member(kept uuid, gone uuid, at timestamptz)
returns void
language plpgsql
volatile
set search_path = ''
as $$
begin
  -- Mails before notices, as everywhere.
  perform private.emails_merged(kept, gone);
  update private.stripe_customers c set member_id = kept where c.member_id = gone;
  update public.donations d set member_id = kept where d.member_id = gone;
  update public.membership_notices n set member_id = kept where n.member_id = gone;
  update private.checkouts c set member_id = kept where c.member_id = gone;
  perform pg_catalog.set_config('commons.merging', gone::text, true);
  update public.consents c set member_id = kept where c.member_id = gone;
  perform pg_catalog.set_config('commons.merging', '', true);
  -- An admin's decision proves the address; it becomes an alias.
  update public.member_emails e
     set member_id = kept, is_primary = false, verified_at = coalesce(e.verified_at, at), source = 'merge'
   where e.member_id = gone;
  update public.member_contacts c set phone = coalesce(c.phone, g.phone)
    from public.member_contacts g where c.member_id = kept and g.member_id = gone;
  perform private.merge_reviews(kept, gone, at);
  perform private.merge_membership(kept, gone);
  perform private.audience_merged(kept, gone);
  perform private.guests_merged(kept, gone);
  perform private.resource_marks_merged(kept, gone);
  perform private.slack_merged(kept, gone);
  perform private.agents_merged(kept, gone, at);
  perform private.calendar_merged(kept, gone);
  perform private.audience_forget(gone);
  delete from public.members m where m.id = gone;
  perform private.refresh_membership(kept, 'merge', 'merge-' || gone::text, at);
  perform private.note_access(kept,
    coalesce((select m.access_until from public.memberships m where m.member_id = kept), '-infinity'));
  perform private.audience_changed(kept, 'merge-' || gone::text);
end
$$;

comment on function private.merge_member is 'Moves everything of one member to another and removes the empty row.';

create function private.merge_reviews(kept uuid, gone uuid, at timestamptz)
returns void
language plpgsql
volatile
set search_path = ''
as $$
begin
  -- What was asked about these two is answered; what was asked about others goes on.
  update private.identity_reviews r
     set state = case r.state when 'open' then 'merged' else r.state end,
         resolved_at = coalesce(r.resolved_at, at), member_id = kept, other_member_id = null
   where (r.member_id, r.other_member_id) in ((kept, gone), (gone, kept));
  update private.identity_reviews r set other_member_id = kept where r.other_member_id = gone;
  update private.identity_reviews r
     set state = 'merged', resolved_at = at, resolution = 'The same was asked about the member who stayed'
   where r.member_id = gone and r.state = 'open' and exists (
     select from private.identity_reviews twin
      where twin.member_id = kept and twin.state = 'open' and twin.email = r.email and twin.reason = r.reason);
  update private.identity_reviews r set member_id = kept where r.member_id = gone;
end
$$;

comment on function private.merge_reviews is 'Moves the reviews of one member to another. Those that asked about the two are settled by the merge.';

create function private.merge_membership(kept uuid, gone uuid)
returns void
language plpgsql
volatile
set search_path = ''
as $$
begin
  update public.memberships m set member_since = least(m.member_since, g.member_since)
    from public.memberships g where m.member_id = kept and g.member_id = gone;
  if not found then
    update public.memberships m set member_id = kept where m.member_id = gone;
  end if;
end
$$;

comment on function private.merge_membership is 'Keeps since when a merged person has been a member.';
