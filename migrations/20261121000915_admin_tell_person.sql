-- What is told about one person: what she said and was told, who she is, what other services know, what is owed.

create function private.tell_person(member uuid)
returns setof private.told
language sql
stable
set search_path = ''
as $$
  select e.created_at, 0, 0, pg_catalog.format('%s became her address (from %s%s)%s.', e.email, e.source,
           case when e.verified_at is null then ', not proved yet' else '' end, case when e.is_primary then '; she is written to there' else '' end),
         'Address', e.email
    from public.member_emails e where e.member_id = member
  union all
  select u.created_at, 0, 0, 'She got a sign-in.', 'Sign-in', u.id::text
    from public.members m join auth.users u on u.id = m.user_id where m.id = member
  union all
  select u.last_sign_in_at, 6, 0, 'She signed in; that was the last time.', 'Sign-in', u.id::text
    from public.members m join auth.users u on u.id = m.user_id where m.id = member and u.last_sign_in_at is not null
  union all
  select c.at, 4, c.id, pg_catalog.format('She %s %s (%s).', case when c.granted then 'allowed' else 'refused' end,
           case c.channel when 'email' then 'e-mail' when 'slack' then 'Slack' else 'WhatsApp' end, c.source), 'Consent', c.id::text
    from public.consents c where c.member_id = member
  union all
  select said.at, 4, n.id, said.what, 'Notice', n.id::text
    from public.membership_notices n cross join lateral (values
      (n.created_at, pg_catalog.format('She is owed a notice: %s.', pg_catalog.replace(n.kind::text, '_', ' '))),
      (n.sent_at, pg_catalog.format('The notice was sent: %s.', pg_catalog.replace(n.kind::text, '_', ' '))),
      (n.resolved_at, pg_catalog.format('The notice is settled: %s.', pg_catalog.replace(n.kind::text, '_', ' ')))) said (at, what)
   where n.member_id = member and said.at is not null
  union all
  select said.at, 4, r.id, said.what, 'Identity review', r.id::text
    from private.identity_reviews r cross join lateral (values
      (r.opened_at, pg_catalog.format('A question came up: %s (%s).', r.reason, r.email)),
      (r.resolved_at, pg_catalog.format('The question was answered: %s%s.', pg_catalog.replace(r.state::text, '_', ' '), ', because: ' || r.resolution))) said (at, what)
   where member in (r.member_id, r.other_member_id) and said.at is not null
$$;

comment on function private.tell_person is 'A member''s addresses, sign-ins, consents, notices and identity reviews.';

create function private.tell_audience(member uuid)
returns setof private.told
language sql
stable
set search_path = ''
as $$
  select c.synced_at, 5, 0,
         case c.state when 'parked' then pg_catalog.format('Mailchimp refuses %s: %s. %s', c.email, c.parked_reason, c.remedy)
           when 'new' then pg_catalog.format('Mailchimp was told of %s; what it has of her was not read yet%s.', coalesce(c.email, 'her'), tags.words)
           else pg_catalog.format('Mailchimp has %s as %s%s.', c.email, c.state, tags.words) end,
         'Mailchimp', c.email
    from private.audience_contacts c
    cross join lateral (select case when c.tags = '{}' then ', without tags'
      else ', tagged ' || pg_catalog.array_to_string(c.tags, ', ') end as words) tags
   where c.member_id = member and (c.synced_at is not null or c.state = 'parked')
  union all
  select d.at, 5, d.id, pg_catalog.format('The daily look at Mailchimp found: %s. What was done: %s.', d.difference, d.action), 'Mailchimp', d.run_id::text
    from private.audience_drift d where d.member_id = member
$$;

comment on function private.tell_audience is 'What Mailchimp has of a member, as we last left it there, and what the daily checks found.';

create function private.her_jobs(member uuid, events text[])
returns setof admin.jobs
language plpgsql
stable
set search_path = ''
as $$
declare
  customers constant text[] := private.her_customers(member);
  -- A job carries nothing but numbers, so the numbers that are hers find it, by index.
  about constant jsonb[] := array(
    select pg_catalog.jsonb_build_object('member_id', member)
    union all select pg_catalog.jsonb_build_object('notice_id', n.id) from public.membership_notices n where n.member_id = member
    union all select pg_catalog.jsonb_build_object('customer_id', c) from pg_catalog.unnest(customers) c
    union all select pg_catalog.jsonb_build_object('event_id', e) from pg_catalog.unnest(events) e
    union all select pg_catalog.jsonb_build_object('subscription_id', s.subscription_id) from public.subscriptions s where s.customer_id = any (customers)
    union all select pg_catalog.jsonb_build_object('charge_id', c.charge_id)
      from public.invoices i join private.charges c on c.invoice_id = i.invoice_id where i.customer_id = any (customers));
begin
  return query
    select j.* from admin.jobs j
     where j.state <> 'completed' and (j.args = any (about) or j.args ->> 'member_id' = member::text);
  return query
    select a.job, a.queue, a.kind, 'completed'::admin.job_state, a.priority, a.args, a.attempt::integer, null::timestamptz, a.note, null::text, null::text,
           a.enqueued_at, a.started_at + a.duration_ms * interval '1 millisecond', a.duration_ms, a.correlation_id
      from pg_catalog.unnest(about) known (args) join jobs.attempts a on a.args = known.args
     where a.outcome = 'completed';
end
$$;

comment on function private.her_jobs is 'Every job about a member that waits, runs, failed or was done, as admin.jobs shows it.';

create function private.tell_jobs(member uuid, events text[])
returns setof private.told
language sql
stable
set search_path = ''
as $$
  select coalesce(j.ended_at, j.enqueued_at), 5, j.job,
         pg_catalog.format('Job %s: %s ', j.kind, k.comment) || case j.state
           when 'completed' then 'Done' || coalesce(': ' || pg_catalog.rtrim(j.reason, '.'), '') || '.'
           when 'pending' then 'It waits for its turn.'
           when 'processing' then 'It is being done now.'
           when 'retrying' then pg_catalog.format('Tried %s times; again on %s%s.', j.attempts, pg_catalog.to_char(j.due_at at time zone 'UTC', 'FMDD FMMonth HH24:MI "UTC"'), ': ' || pg_catalog.rtrim(coalesce(j.last_error, j.reason), '.'))
           when 'abandoned' then pg_catalog.format('Given up: %s.', pg_catalog.rtrim(j.reason, '.'))
           when 'dead' then pg_catalog.format('Dead (%s)%s. %s', pg_catalog.replace(j.reason, '_', ' '), ': ' || pg_catalog.rtrim(j.last_error, '.'), j.hint) end,
         'Job', j.job::text
    from private.her_jobs(member, events) j left join jobs.kinds k on k.queue = j.queue and k.kind = j.kind
$$;

comment on function private.tell_jobs is 'The jobs about a member, in words: waiting, done, or dead with the reason.';
