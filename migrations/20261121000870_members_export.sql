-- Everything that is held about a person, for herself. Each function answers for one room.

create function private.person_data(member uuid, login uuid)
returns jsonb
language plpgsql
stable
set search_path = ''
as $$
begin
  return pg_catalog.jsonb_build_object(
    'member', (select pg_catalog.to_jsonb(m) from public.members m where m.id = member),
    'sign_in', (select pg_catalog.jsonb_build_object('id', u.id, 'email', u.email, 'created_at', u.created_at, 'confirmed_at', u.email_confirmed_at,
                  'last_sign_in_at', u.last_sign_in_at, 'details', u.raw_user_meta_data, 'new_address', u.email_change)
                  from auth.users u where u.id = login),
    'ways_to_sign_in', (select coalesce(pg_catalog.jsonb_agg(pg_catalog.jsonb_build_object('provider', i.provider, 'since', i.created_at,
                  'last_used_at', i.last_sign_in_at, 'details', i.identity_data) order by i.created_at), '[]')
                  from auth.identities i where i.user_id = login),
    'open_sign_ins', (select coalesce(pg_catalog.jsonb_agg(pg_catalog.jsonb_build_object('since', s.created_at, 'last_used_at', s.refreshed_at,
                  'browser', s.user_agent, 'address', s.ip) order by s.created_at), '[]')
                  from auth.sessions s where s.user_id = login),
    'profile', (select pg_catalog.to_jsonb(p) - '{name_key,place_key,search_key,interest_keys,member_id}'::text[]
                  from public.profiles p where p.member_id = member),
    'pictures', (select coalesce(pg_catalog.jsonb_agg(pg_catalog.jsonb_build_object('file', o.name, 'stored_at', o.created_at) order by o.created_at), '[]')
                  from storage.objects o where o.bucket_id = 'pictures' and o.name like member::text || '/%'),
    'contacts', (select pg_catalog.to_jsonb(c) - 'member_id' from public.member_contacts c where c.member_id = member),
    'addresses', (select coalesce(pg_catalog.jsonb_agg(pg_catalog.to_jsonb(e) - 'member_id' order by e.is_primary desc, e.created_at), '[]')
                  from public.member_emails e where e.member_id = member),
    'consents', (select coalesce(pg_catalog.jsonb_agg(pg_catalog.to_jsonb(c) - '{id,member_id}'::text[] order by c.id desc), '[]')
                  from public.consents c where c.member_id = member),
    -- Who the other person may be is not hers to know.
    'identity_questions', (select coalesce(pg_catalog.jsonb_agg(pg_catalog.to_jsonb(r) - '{id,member_id,other_member_id,evidence,resolution}'::text[]
                  order by r.opened_at), '[]') from private.identity_reviews r where member in (r.member_id, r.other_member_id)));
end
$$;

comment on function private.person_data is 'What the members room holds about a person and her sign-in. Either may be null.';

create function private.payment_data(member uuid)
returns jsonb
language plpgsql
stable
set search_path = ''
as $$
declare
  customers constant text[] := coalesce((select pg_catalog.array_agg(c.customer_id) from private.stripe_customers c where c.member_id = member), '{}');
  gifts constant text[] := coalesce((select pg_catalog.array_agg(d.payment_intent_id) from public.donations d
                                      where d.member_id = member and d.payment_intent_id is not null), '{}');
  subs constant text[] := coalesce((select pg_catalog.array_agg(s.subscription_id) from public.subscriptions s where s.customer_id = any (customers)), '{}');
begin
  return pg_catalog.jsonb_build_object(
    'membership', (select pg_catalog.to_jsonb(m) - 'member_id' from public.memberships m where m.member_id = member),
    'subscriptions', (select coalesce(pg_catalog.jsonb_agg(pg_catalog.to_jsonb(s) - 'as_of_event' order by s.current_period_start), '[]')
                  from public.subscriptions s where s.customer_id = any (customers)),
    'invoices', (select coalesce(pg_catalog.jsonb_agg(pg_catalog.to_jsonb(i) order by i.created_at desc), '[]')
                  from public.invoices i where i.customer_id = any (customers)),
    'donations', (select coalesce(pg_catalog.jsonb_agg(pg_catalog.to_jsonb(d) - 'member_id' order by d.donated_at desc), '[]')
                  from public.donations d where d.member_id = member),
    'refunds_and_disputes', (select coalesce(pg_catalog.jsonb_agg(pg_catalog.to_jsonb(c) order by c.as_of), '[]')
                  from private.charges c where c.customer_id = any (customers) or c.payment_intent_id = any (gifts)),
    'refunds_proposed', (select coalesce(pg_catalog.jsonb_agg(pg_catalog.to_jsonb(r) order by r.created_at), '[]') from private.refund_reservations r
                 where r.payment in (select i.invoice_id from public.invoices i where i.customer_id = any (customers)
                                     union all select d.id::text from public.donations d where d.member_id = member)),
    'refunds', (select coalesce(pg_catalog.jsonb_agg(pg_catalog.to_jsonb(r) order by r.created_at), '[]') from private.refunds r
                 where r.payment_intent_id = any (gifts)
                    or r.charge_id in (select c.charge_id from private.charges c where c.customer_id = any (customers) or c.payment_intent_id = any (gifts))),
    'checkouts', (select coalesce(pg_catalog.jsonb_agg(pg_catalog.to_jsonb(c) - 'member_id' order by c.as_of), '[]')
                  from private.checkouts c where c.member_id = member or c.customer_id = any (customers)),
    'notices', (select coalesce(pg_catalog.jsonb_agg(pg_catalog.to_jsonb(n) - '{id,member_id}'::text[] order by n.created_at), '[]')
                  from public.membership_notices n where n.member_id = member),
    'stripe_customers', (select coalesce(pg_catalog.jsonb_agg(pg_catalog.to_jsonb(c) - 'member_id' order by c.as_of), '[]')
                  from private.stripe_customers c where c.member_id = member),
    'differences_with_stripe', (select coalesce(pg_catalog.jsonb_agg(pg_catalog.jsonb_build_object('observed_at', p.observed_at, 'difference', p.difference,
                  'state', p.state, 'resolution', p.resolution, 'at_stripe', p.stripes) order by p.observed_at), '[]')
                  from private.reconciliation_proposals p where p.subscription_id = any (subs)),
    'stripe_messages', (select coalesce(pg_catalog.jsonb_agg(pg_catalog.jsonb_build_object('id', e.event_id, 'type', e.type, 'created_at', e.created_at,
                  'received_at', e.received_at, 'state', e.state, 'content', e.payload -> 'data') order by e.created_at desc), '[]')
                  from private.stripe_events e
                 where e.payload is not null and private.event_payer(e.payload) = any (customers || gifts)));
end
$$;

comment on function private.payment_data is 'What the memberships room holds about a member: what she has, paid and gave, and what Stripe said of her.';

create function private.contact_data(member uuid)
returns jsonb
language plpgsql
stable
set search_path = ''
as $$
declare
  addresses constant text[] := private.own_addresses(member, null) || private.audience_addresses(member);
begin
  return pg_catalog.jsonb_build_object(
    'contact', (select pg_catalog.to_jsonb(c) - '{member_id,checked_in}'::text[] from private.audience_contacts c where c.member_id = member),
    'former_contacts', (select coalesce(pg_catalog.jsonb_agg(pg_catalog.to_jsonb(r) - 'id' order by r.at), '[]')
                  from private.audience_retired r where r.email = any (addresses)),
    'differences', (select coalesce(pg_catalog.jsonb_agg(pg_catalog.to_jsonb(d) - '{id,member_id,run_id}'::text[] order by d.at), '[]')
                  from private.audience_drift d where d.member_id = member),
    'messages', (select coalesce(pg_catalog.jsonb_agg(pg_catalog.jsonb_build_object('type', e.type, 'outcome', e.outcome, 'received_at', e.received_at,
                  'content', e.payload) order by e.received_at), '[]')
                  from private.mailchimp_events e
                 where pg_catalog.lower(e.payload ->> 'email') = any (addresses) or pg_catalog.lower(e.payload ->> 'old_email') = any (addresses)
                    or pg_catalog.lower(e.payload ->> 'new_email') = any (addresses)));
end
$$;

comment on function private.contact_data is 'What the audience room holds about a member: her contact at Mailchimp as we left it, and what Mailchimp said of it.';

create function private.shelf_data(member uuid, at timestamptz)
returns jsonb
language plpgsql
stable
set search_path = ''
as $$
declare
  reader public.members;
begin
  select m.* into reader from public.members m where m.id = member;
  -- What she did is hers to know; what a resource says is read where the room shows it to her.
  return pg_catalog.jsonb_build_object(
    'saved_and_watched', (select coalesce(pg_catalog.jsonb_agg(pg_catalog.to_jsonb(m) - 'member_id' || pg_catalog.jsonb_build_object('title',
                  case when private.is_readable(r, reader, at) then r.title end) order by m.resource_id), '[]')
                  from public.resource_marks m join public.resources r on r.id = m.resource_id where m.member_id = member),
    'resources', (select coalesce(pg_catalog.jsonb_agg(case when reader.role in ('leader', 'admin') then pg_catalog.to_jsonb(r) - 'search'
                    else pg_catalog.jsonb_build_object('id', r.id, 'title', case when private.is_readable(r, reader, at) then r.title end,
                      'created_at', r.created_at, 'created_by_you', r.created_by is not distinct from member,
                      'updated_at', r.updated_at, 'updated_by_you', r.updated_by is not distinct from member) end order by r.created_at), '[]')
                  from public.resources r where member in (r.created_by, r.updated_by)));
end
$$;

comment on function private.shelf_data is 'What the resources room holds about a member: what she saved and watched, and what she made or edited as a leader.';

create function private.history_data(member uuid, login uuid)
returns jsonb
language plpgsql
stable
set search_path = ''
as $$
declare
  me constant text[] := array_remove(array[member::text, login::text], null);
  -- What somebody wrote into a resource while she led is read by leaders only.
  leads constant boolean := coalesce((select m.role in ('leader', 'admin') from public.members m where m.id = member), false);
  hers constant text[] := me || coalesce((
    select pg_catalog.array_agg(id) from (
      select c.customer_id as id from private.stripe_customers c where c.member_id = member
      union all select s.subscription_id from private.stripe_customers c join public.subscriptions s on s.customer_id = c.customer_id where c.member_id = member
      union all select n.id::text from public.membership_notices n where n.member_id = member) known), '{}');
begin
  return pg_catalog.jsonb_build_object(
    'log', (select coalesce(pg_catalog.jsonb_agg(pg_catalog.jsonb_build_object('at', l.at, 'what', l.action,
                  'by', case when l.actor = any (me) then 'you' when l.actor_kind = 'studio' then 'an admin' else l.actor_kind::text end,
                  'before', case when l.target_type <> 'resource' or leads then l.before end,
                  'after', case when l.target_type <> 'resource' or leads then l.after end, 'reason', l.reason) order by l.id desc), '[]')
                  from private.audit_log l where l.target_id = any (hers) or l.actor = any (me)),
    'jobs', (select coalesce(pg_catalog.jsonb_agg(pg_catalog.jsonb_build_object('what', k.comment, 'state', j.state, 'since', j.enqueued_at,
                  'ended_at', j.ended_at, 'remark', j.reason) order by j.job desc), '[]')
                  from admin.jobs j join jobs.kinds k on k.queue = j.queue and k.kind = j.kind
                 where j.args ->> 'member_id' = any (hers) or j.args ->> 'customer_id' = any (hers)
                    or j.args ->> 'subscription_id' = any (hers) or j.args ->> 'notice_id' = any (hers)));
end
$$;

comment on function private.history_data is 'What was written down about what a person did and what was done for her, and the jobs about her in words.';

create function private.my_data(caller uuid, at timestamptz)
returns jsonb
language plpgsql
volatile
security definer
set search_path = ''
as $$
declare
  mine constant uuid := (select m.id from public.members m where m.user_id = caller);
begin
  if not exists (select from auth.users u where u.id = caller) then
    raise exception using errcode = 'PT403', message = 'Sign in first', hint = 'Only you can see what is held about you.';
  end if;
  if private.take_token('my_data:' || caller::text, 5, interval '1 day', at) is null then
    raise exception using errcode = 'PT429', message = 'You have downloaded your data five times today',
      hint = 'Use one of the files that you have, or come back tomorrow.';
  end if;
  return pg_catalog.jsonb_build_object('made_at', at)
    || private.person_data(mine, caller)
    || private.payment_data(mine)
    || pg_catalog.jsonb_build_object('times_as_member', private.spells_data(mine), 'ideas_decided', private.ideas_data(mine))
    || pg_catalog.jsonb_build_object('mailchimp', private.contact_data(mine))
    || pg_catalog.jsonb_build_object('mails', private.mail_data(mine))
    || pg_catalog.jsonb_build_object('slack', private.slack_data(mine))
    || pg_catalog.jsonb_build_object('agents', private.agent_data(mine))
    || private.shelf_data(mine, at)
    || pg_catalog.jsonb_build_object('calendar', private.calendar_data(mine, at))
    || pg_catalog.jsonb_build_object('events', private.guest_data(mine, at))
    || private.history_data(mine, caller);
end
$$;

comment on function private.my_data is 'Everything held about who asks, in sections. Raises PT403, or PT429 after five times a day.';

create function public.my_data()
returns jsonb
language sql
volatile
set search_path = ''
as $$ select private.my_data(auth.uid(), private.clock()) $$;

comment on function public.my_data is 'Everything that is held about the signed-in person, in sections that can be read. Five times a day.';
