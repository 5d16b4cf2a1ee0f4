-- The privacy page's source: the register of personal data, read from the comments of the columns.

create function private.personal_data()
returns table (room text, subject text, field text, what text, why text, kept text, seen_by text)
language sql
stable
security definer
set search_path = ''
rows 200
as $$
  with held (place, room, subject, holder) as (values
    (1, 'members', 'You', 'public.members'),
    (2, 'members', 'Your profile', 'public.profiles'),
    (3, 'members', 'Your telephone number', 'public.member_contacts'),
    (4, 'members', 'Your addresses', 'public.member_emails'),
    (6, 'members', 'What you allowed', 'public.consents'),
    (7, 'members', 'Questions about who is who', 'private.identity_reviews'),
    (8, 'memberships', 'Your membership', 'public.memberships'),
    (8, 'memberships', 'When you were a member', 'private.membership_spells'),
    (9, 'memberships', 'What you pay for', 'public.subscriptions'),
    (10, 'memberships', 'Your receipts', 'public.invoices'),
    (11, 'memberships', 'Your gifts', 'public.donations'),
    (12, 'memberships', 'Notices about a payment', 'public.membership_notices'),
    (13, 'memberships', 'You at Stripe', 'private.stripe_customers'),
    (14, 'memberships', 'Checkouts', 'private.checkouts'),
    (15, 'memberships', 'Refunds and disputes', 'private.charges'),
    (15, 'memberships', 'Refunds and disputes', 'private.refunds'),
    (15, 'memberships', 'Refunds and disputes', 'private.refund_reservations'),
    (16, 'memberships', 'What Stripe tells us', 'private.stripe_events'),
    (17, 'memberships', 'Differences to Stripe', 'private.reconciliation_proposals'),
    (18, 'audience', 'You at Mailchimp', 'private.audience_contacts'),
    (19, 'audience', 'Addresses taken off the list', 'private.audience_retired'),
    (20, 'audience', 'Many people at once', 'private.audience_batches'),
    (21, 'audience', 'Differences to Mailchimp', 'private.audience_drift'),
    (22, 'audience', 'What Mailchimp tells us', 'private.mailchimp_events'),
    (22, 'messaging', 'Mails to you', 'private.emails'),
    (22, 'messaging', 'Addresses that take no mail', 'private.email_suppressions'),
    (22, 'messaging', 'What Resend tells us', 'private.resend_events'),
    (22, 'slack', 'You in Slack', 'private.slack_people'),
    (22, 'slack', 'Looking for you in Slack', 'private.slack_lookups'),
    (22, 'slack', 'What Slack tells us', 'private.slack_events'),
    (22, 'slack', 'What we tell you in Slack', 'private.slack_messages'),
    (22, 'slack', 'Reminders about Slack', 'private.slack_nudges'),
    (22, 'slack', 'Your channels in Slack', 'private.slack_channel_people'),
    (22, 'slack', 'When you leave Slack', 'private.slack_offboarding'),
    (22, 'slack', 'What admins are told', 'private.slack_alerts'),
    (23, 'resources', 'What you saved and watched', 'public.resource_marks'),
    (24, 'resources', 'Who made a resource', 'public.resources'),
    (24, 'events', 'Whether others see that you go', 'public.event_preferences'),
    (24, 'events', 'Where you do not want to be seen', 'public.event_hidings'),
    (24, 'events', 'Your private calendar address', 'private.calendar_feeds'),
    (24, 'events', 'Where you said that you come', 'private.event_guests'),
    (24, 'events', 'What was decided about you as a guest', 'private.guest_decisions'),
    (24, 'events', 'What leaders write to guests', 'private.guest_messages'),
    (24, 'events', 'What leaders write to guests', 'private.event_thanks'),
    (24, 'events', 'Ideas for events', 'private.event_ideas'),
    (24, 'events', 'What Luma tells us', 'private.luma_webhooks'),
    (24, 'agents', 'Keys that you work with', 'private.agent_keys'),
    (24, 'agents', 'What agents changed of yours', 'private.agent_writes'),
    (24, 'agents', 'What agents were doing', 'private.agent_change_sets'),
    (24, 'agents', 'What agents propose about you', 'private.agent_proposals'),
    (24, 'agents', 'What agents draft', 'private.campaign_drafts'),
    (24, 'agents', 'What agents asked for', 'private.agent_requests'),
    (24, 'agents', 'What agents were refused', 'private.agent_refusals'),
    (25, 'operations', 'The audit log', 'private.audit_log'),
    (26, 'operations', 'Limits on requests', 'private.rate_limits'),
    (27, 'jobs', 'What is owed for later', 'jobs.delayed'),
    (28, 'jobs', 'What was done', 'jobs.attempts'),
    (29, 'jobs', 'What did not work', 'jobs.dead'),
    (30, 'jobs', 'What must not be done twice', 'jobs.idempotency_keys'),
    (31, 'jobs', 'Calls to other services', 'jobs.effects'),
    (32, 'members', 'After you have left', 'private.tombstones'),
    (33, 'members', 'After you have left', 'private.tombstone_keys'),
    (34, 'members', 'After you have left', 'private.erasures')
  ), told (place, within, room, subject, field, parts) as (
    select h.place, a.attnum::integer, h.room, h.subject, pg_catalog.replace(a.attname::text, '_', ' '),
           pg_catalog.regexp_match(pg_catalog.col_description(a.attrelid, a.attnum),
             '^(.+\.) Why: (.+)\. Kept: (.+)\. Seen by: (.+)\.$')
      from held h join pg_catalog.pg_attribute a on a.attrelid = h.holder::regclass and a.attnum > 0 and not a.attisdropped
    union all
    -- What Supabase holds in its own tables, on which we may not write comments.
    select 5, n, 'members', 'Your sign-in', field, array[what, why, kept, seen_by]
      from (values
        (1, 'email', 'The address that you sign in with.', 'to send you the code', 'until she deletes her account', 'she and admins'),
        (2, 'last sign in', 'When you signed in last, and from which browser and network address.', 'so that an odd sign-in can be noticed', 'until she deletes her account', 'admins'),
        (3, 'sessions', 'On which devices you are signed in.', 'so that you stay signed in', 'until she signs out or deletes her account', 'admins')
      ) as sign_in (n, field, what, why, kept, seen_by)
    union all
    select 2, 1000, 'members', 'Your profile', 'picture file', array['The picture itself, without the place and time that a camera writes into it.',
      'so that members recognise her', 'until she changes it or deletes her account', 'members, when she is visible and does not keep this field to herself']
  )
  select t.room, t.subject, t.field, t.parts[1], t.parts[2], t.parts[3], t.parts[4]
    from told t
   where t.parts is not null
   order by t.place, t.within
$$;

comment on function private.personal_data() is
  'What is held about people: the comments of the columns that hold it, taken apart. A table that holds personal data is named here; tests find one that is not.';

create function public.personal_data()
returns table (room text, subject text, field text, what text, why text, kept text, seen_by text)
language sql
stable
set search_path = ''
as $$ select * from private.personal_data() $$;

comment on function public.personal_data() is
  'What is held about a person here: what it is, why, how long it is kept and who sees it. For the privacy page; the same for everybody.';
