-- What is told about one person, by source. admin.explain_member puts it in order.

create type private.told as (at timestamptz, place integer, nth bigint, what text, source text, reference text);
comment on type private.told is 'One line of a person''s story. place and nth: what comes first among lines of the same moment.';

create function private.her_customers(member uuid)
returns text[]
language plpgsql
stable
set search_path = ''
as $$
begin
  return coalesce((select pg_catalog.array_agg(c.customer_id) from private.stripe_customers c where c.member_id = member), '{}');
end
$$;

comment on function private.her_customers is 'The Stripe customers of a member.';

create function private.her_stripe_events(member uuid)
returns text[]
language plpgsql
stable
set search_path = ''
as $$
declare
  customers constant text[] := private.her_customers(member);
  addresses constant text[] := array(select e.email from public.member_emails e where e.member_id = member);
  things constant text[] := array(
    select pg_catalog.unnest(customers)
    union all select s.subscription_id from public.subscriptions s where s.customer_id = any (customers)
    union all select i.invoice_id from public.invoices i where i.customer_id = any (customers)
    union all select c.session_id from private.checkouts c where c.member_id = member
    union all select pg_catalog.unnest(array[c.charge_id, c.dispute_id])
                from public.invoices i join private.charges c on c.invoice_id = i.invoice_id where i.customer_id = any (customers)
    union all select pg_catalog.unnest(array[c.charge_id, c.dispute_id])
                from public.donations d join private.charges c on c.payment_intent_id = d.payment_intent_id where d.member_id = member);
begin
  return array(
    select e.event_id from private.stripe_events e where e.object_id = any (things)
    union
    select e.event_id from private.stripe_events e where e.payload is not null and private.event_payer(e.payload) = any (customers)
    union
    -- What could not be applied may be all that there is of her.
    select e.event_id from private.stripe_events e
     where e.state in ('failed', 'dead', 'quarantined') and private.addresses_in(e.payload -> 'data' -> 'object') && addresses);
end
$$;

comment on function private.her_stripe_events is 'Every Stripe event about a member: by whom it names as payer, by what it is about, and, while it waits, by her address.';

create function private.tell_stripe_events(ids text[], former text[])
returns setof private.told
language sql
stable
set search_path = ''
as $$
  select coalesce(e.applied_at, e.received_at), 1, extract(epoch from e.created_at)::bigint,
         pg_catalog.format('Stripe said that %s. ', private.stripe_words(e.type, e.payload -> 'data' -> 'object')) || case e.state
           when 'applied' then coalesce('Applied: ' || pg_catalog.lower(pg_catalog.left(did.words, 1)) || pg_catalog.substr(did.words, 2) || '.',
             'Applied: ' || pg_catalog.lower(pg_catalog.left(e.note, 1)) || pg_catalog.substr(e.note, 2) || '.', 'Applied; her membership stayed as it was.')
           when 'superseded' then 'Superseded: something newer was already known, so nothing changed.'
           when 'ignored' then pg_catalog.format('Ignored: %s.', coalesce(e.note, 'nothing follows from it'))
           when 'failed' then pg_catalog.format('Waiting: it could not be applied yet (%s) and is tried again by itself.', coalesce(e.note, 'no reason given'))
           when 'dead' then pg_catalog.format('Dead: %s. It waits for admin.replay_event or admin.ignore_event.', coalesce(e.note, 'no reason given'))
           when 'quarantined' then pg_catalog.format('Set apart: %s.', coalesce(e.note, 'it is of the other mode')) end,
         'Stripe event', e.event_id
    from pg_catalog.unnest(ids) known (id)
    join private.stripe_events e on e.event_id = known.id
    left join lateral (
      select pg_catalog.string_agg(private.deed_in_words(l.action, l.before, l.after), '; ' order by l.id) as words
        from private.audit_log l
       where l.correlation_id = e.event_id and l.actor_kind <> 'studio'
         and (l.target_type = 'member' and l.target_id = any (former) or l.target_type = 'charge')
    ) did on true
$$;

comment on function private.tell_stripe_events is 'Stripe''s events in words: what each said, its state, and what it did.';

create function private.tell_audit(member uuid, former text[], events text[])
returns setof private.told
language sql
stable
set search_path = ''
as $$
  with targets (type, id) as (
    select 'member', pg_catalog.unnest(former)
    union all select 'stripe_event', pg_catalog.unnest(events)
    union all select 'identity_review', r.id::text from private.identity_reviews r where member in (r.member_id, r.other_member_id)
    union all select 'notice', n.id::text from public.membership_notices n where n.member_id = member
    union all select k.type, k.id from public.subscriptions s
      cross join lateral (values ('subscription', s.subscription_id), ('stripe_price', s.price_id)) k (type, id)
     where s.customer_id = any (private.her_customers(member))
    union all select 'proposal', p.id::text from public.subscriptions s
      join private.reconciliation_proposals p on p.subscription_id = s.subscription_id where s.customer_id = any (private.her_customers(member))
    union all select 'charge', c.charge_id from public.invoices i join private.charges c on c.invoice_id = i.invoice_id
     where i.customer_id = any (private.her_customers(member))
    union all select 'charge', c.charge_id from public.donations d join private.charges c on c.payment_intent_id = d.payment_intent_id
     where d.member_id = member
  )
  select l.at, 2, l.id,
         private.deed_in_words(l.action, l.before, l.after)
           || case l.actor_kind when 'studio' then pg_catalog.format(', by the admin %s', l.actor)
                when 'agent' then pg_catalog.format(', by agent:%s', l.actor) else '' end
           || coalesce(': “' || l.reason || '”', '') || '.',
         case l.actor_kind when 'studio' then 'Admin' when 'agent' then 'Agent' else 'Audit log' end, coalesce(l.correlation_id, l.target_id)
    from (select distinct t.type, t.id from targets t) t
    join private.audit_log l on l.target_type = t.type and l.target_id = t.id
   -- Consents tell themselves.
   where l.action not in ('members.consent_set', 'audience.consent_lowered')
     -- How a price came to be is everybody's; what was done to it once she paid it is hers.
     and (t.type <> 'stripe_price' or l.at >= (select min(e.received_at) from private.stripe_events e where e.event_id = any (events)))
$$;

comment on function private.tell_audit is 'What changed for a member, by whom and why, from the audit log: hers, and that of what is hers.';

create function private.tell_payments(member uuid)
returns setof private.told
language sql
stable
set search_path = ''
as $$
  select coalesce(i.paid_at, i.created_at), 3, extract(epoch from i.created_at)::bigint,
         pg_catalog.format('Invoice of %s: ', private.money(i.amount_due, i.currency)) || case i.status
           when 'paid' then pg_catalog.format('%s paid.', private.money(i.amount_paid, i.currency))
           when 'open' then pg_catalog.format('open after %s %s; %s.', i.attempt_count, case i.attempt_count when 1 then 'attempt' else 'attempts' end,
             coalesce('Stripe tries again on ' || private.day(i.next_payment_attempt), 'Stripe does not try again'))
           else i.status::text || '.' end,
         'Invoice', i.invoice_id
    from public.invoices i where i.customer_id = any (private.her_customers(member))
  union all
  select d.donated_at, 3, 0,
         pg_catalog.format('Gift of %s: %s%s.', private.money(d.amount, d.currency), pg_catalog.replace(d.status::text, '_', ' '),
           case when d.amount_refunded > 0 then ', ' || private.money(d.amount_refunded, d.currency) || ' given back' else '' end),
         'Donation', d.id::text
    from public.donations d where d.member_id = member
$$;

comment on function private.tell_payments is 'A member''s invoices and gifts, with readable amounts.';
