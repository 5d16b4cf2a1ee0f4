-- Mailchimp's webhook, bulk runs, and the daily check for drift.

create function private.receive_mailchimp_event(
  body_hash text, type text, data jsonb, correlation_id text default null, at timestamptz default private.clock()
)
returns text
language plpgsql
volatile
set search_path = ''
as $$
declare
  address text;
  member uuid;
  lowered private.contact_state;
  verdict text := 'ignored';
begin
  -- First of all, so that of the same message ten times at once nine wait here for the one.
  insert into private.mailchimp_events (body_hash, type, outcome, payload)
  values (receive_mailchimp_event.body_hash, type, verdict, data)
  on conflict do nothing;
  if not found then
    return 'duplicate';
  end if;
  begin
    address := private.normalize_email(data ->> 'email');
  exception when sqlstate 'PT422' then
    address := null;
  end;
  select c.member_id into member from private.audience_contacts c where c.email = address;
  lowered := case type when 'unsubscribe' then 'unsubscribed' when 'cleaned' then 'cleaned' end::private.contact_state;

  if member is null then
    verdict := 'unknown contact';
    if private.is_buried('address', data ->> 'email') or private.is_buried('address', data ->> 'old_email')
       or private.is_buried('address', data ->> 'new_email') then
      -- She had her account deleted: that something came is all that is kept.
      verdict := 'erased';
      update private.mailchimp_events e set payload = null where e.body_hash = receive_mailchimp_event.body_hash;
    end if;
  elsif lowered is not null then
    update private.audience_contacts c set state = lowered where c.member_id = member;
    insert into public.consents (member_id, channel, granted, source, at)
    values (member, 'email', false, 'Mailchimp: ' || type, at);
    perform private.audit('mailchimp', type, 'audience.consent_lowered', 'member', member::text,
      null, pg_catalog.jsonb_build_object('state', lowered), correlation_id => receive_mailchimp_event.correlation_id);
    verdict := 'applied';
  end if;
  update private.mailchimp_events e set outcome = verdict
   where e.body_hash = receive_mailchimp_event.body_hash;
  return verdict;
end
$$;

comment on function private.receive_mailchimp_event is
  'Takes one message of Mailchimp''s webhook. It may only lower consent (unsubscribe, cleaned); anything else is kept and ignored. Returns applied, ignored, unknown contact, erased or duplicate.';

create function private.start_audience_sync(at timestamptz default private.clock())
returns integer
language plpgsql
volatile
set search_path = ''
as $$
declare
  wanting uuid[];
  first integer;
  batch bigint;
begin
  select pg_catalog.array_agg(m.member_id order by m.member_id) into wanting
    from public.memberships m
    join public.member_emails e on e.member_id = m.member_id and e.is_primary
    left join private.audience_contacts c on c.member_id = m.member_id
   where (c.state is distinct from 'parked' or c.email <> e.email)
     and (c.email is distinct from e.email or c.state = 'new'
          or not (c.tags @> private.audience_tags(m.member_id, at) and c.tags <@ private.audience_tags(m.member_id, at)));
  if coalesce(pg_catalog.cardinality(wanting), 0) <= 500 then
    perform jobs.enqueue('audience', 'sync_contact', pg_catalog.jsonb_build_object('member_id', one), priority => 'bulk')
       from pg_catalog.unnest(wanting) one;
  else
    for first in select pg_catalog.generate_series(1, pg_catalog.cardinality(wanting), 500) loop
      insert into private.audience_batches (member_ids) values (wanting[first : first + 499]) returning id into batch;
      perform jobs.enqueue('audience', 'submit_batch', pg_catalog.jsonb_build_object('batch_id', batch),
        key => 'batch:' || batch::text);
    end loop;
  end if;
  return coalesce(pg_catalog.cardinality(wanting), 0);
end
$$;

comment on function private.start_audience_sync is
  'Brings everybody whose contact differs up to date: one by one up to 500 people, beyond that as Mailchimp batch operations. Returns how many.';

create function private.batch_targets(batch bigint, at timestamptz default private.clock())
returns jsonb
language sql
stable
set search_path = ''
as $$
  select pg_catalog.jsonb_build_object('mailchimp_batch_id', b.mailchimp_batch_id, 'finished', b.finished_at is not null,
    'targets', (select pg_catalog.jsonb_agg(private.audience_target(one, at) || pg_catalog.jsonb_build_object('member_id', one))
                  from pg_catalog.unnest(b.member_ids) one where private.audience_target(one, at) is not null))
    from private.audience_batches b where b.id = batch
$$;

comment on function private.batch_targets is 'The target state of everybody in a batch.';

create function private.batch_submitted(batch bigint, mailchimp_id text, at timestamptz default private.clock())
returns void
language plpgsql
volatile
set search_path = ''
as $$
begin
  update private.audience_batches b set mailchimp_batch_id = mailchimp_id where b.id = batch;
  perform jobs.enqueue('audience', 'check_batch', pg_catalog.jsonb_build_object('batch_id', batch),
    key => 'check_batch:' || batch::text, run_at => at + interval '5 seconds');
end
$$;

comment on function private.batch_submitted is 'Records Mailchimp''s id of a batch and owes a look at its result.';

create function private.batch_finished(batch bigint, errored integer, at timestamptz default private.clock())
returns void
language plpgsql
volatile
set search_path = ''
as $$
declare
  held private.audience_batches;
  one uuid;
begin
  update private.audience_batches b set finished_at = at, errored = batch_finished.errored
   where b.id = batch and b.finished_at is null returning b.* into held;
  if held.id is null then
    return;
  end if;
  foreach one in array held.member_ids loop
    if batch_finished.errored = 0 and not exists (
         select from public.memberships m
           join public.member_emails e on e.member_id = m.member_id and e.is_primary
          where m.member_id = one and greatest(m.updated_at, e.created_at) >= held.created_at) then
      -- Of whom Mailchimp told us before we know whether she is on the list. Of anybody else a batch says nothing:
      -- who had left stays away without an error. So her state is open until it was read.
      insert into private.audience_contacts as c (member_id, email, state, tags, synced_at)
      select one, e.email, 'new', private.audience_tags(one, at), at
        from public.member_emails e where e.member_id = one and e.is_primary
      on conflict (member_id) do update set email = excluded.email, tags = excluded.tags, synced_at = excluded.synced_at,
        state = case when c.email = excluded.email and c.state not in ('new', 'archived') then c.state else 'new' end;
      perform private.owe_welcome(one, 'batch-' || batch::text, at);
    else
      -- Some failed, or she changed while the batch ran: one by one tells whose, and repeating the others is harmless.
      perform jobs.enqueue('audience', 'sync_contact', pg_catalog.jsonb_build_object('member_id', one), priority => 'bulk');
    end if;
  end loop;
  perform private.continue_batch_read(batch, 0);
end
$$;

comment on function private.batch_finished is
  'Records the end of a batch and owes a look at where it left everybody. With errors they are looked at one by one; so is whoever changed meanwhile.';

create function private.compare_contacts(run uuid, contacts jsonb, at timestamptz default private.clock())
returns integer
language plpgsql
volatile
set search_path = ''
as $$
declare
  theirs record;
  wanted text[];
  drifted integer := 0;
  ours constant text[] := '{member,active,alumni,monthly,annual,donor_annual}'::text[];
begin
  update private.audience_contacts c set checked_in = run
    from pg_catalog.jsonb_to_recordset(contacts) k(email text)
   where c.email = pg_catalog.lower(k.email);
  for theirs in
    select c.member_id, c.state, k.status, k.tags, c.email
      from pg_catalog.jsonb_to_recordset(contacts) k(email text, status text, tags text[])
      join private.audience_contacts c on c.email = pg_catalog.lower(k.email)
  loop
    wanted := private.audience_tags(theirs.member_id, at);
    if theirs.status in ('unsubscribed', 'cleaned') and theirs.state = 'subscribed' then
      -- A webhook was missed. Only lowering is taken over from there.
      update private.audience_contacts c set state = theirs.status::private.contact_state where c.member_id = theirs.member_id;
      insert into public.consents (member_id, channel, granted, source, at)
      values (theirs.member_id, 'email', false, 'Mailchimp: daily check', at);
      insert into private.audience_drift (run_id, member_id, difference, action)
      values (run, theirs.member_id, 'Left the list and we had not heard', 'consent lowered');
      drifted := drifted + 1;
    elsif theirs.status = 'archived' then
      continue when theirs.state = 'archived';
      update private.audience_contacts c set state = 'archived' where c.member_id = theirs.member_id;
      insert into private.audience_drift (run_id, member_id, difference, action)
      values (run, theirs.member_id, 'Somebody archived the contact at Mailchimp', 'explained: left as it is');
      drifted := drifted + 1;
    -- A parked contact is left alone altogether, tags too.
    elsif theirs.state <> 'parked' and not (coalesce(theirs.tags, '{}') @> wanted and wanted @> (select coalesce(pg_catalog.array_agg(t), '{}')
                 from pg_catalog.unnest(theirs.tags) t where t = any (ours))) then
      update private.audience_contacts c set tags = '{}' where c.member_id = theirs.member_id;
      perform jobs.enqueue('audience', 'sync_contact', pg_catalog.jsonb_build_object('member_id', theirs.member_id), priority => 'bulk');
      insert into private.audience_drift (run_id, member_id, difference, action)
      values (run, theirs.member_id, pg_catalog.format('Tags there: %s; should be: %s',
        pg_catalog.array_to_string(coalesce(theirs.tags, '{}'), ', '), pg_catalog.array_to_string(wanted, ', ')), 'repaired');
      drifted := drifted + 1;
    end if;
  end loop;
  return drifted;
end
$$;

comment on function private.compare_contacts is 'Compares one page of Mailchimp''s list with what we left there. Tags are repaired, lowered consent is taken over, the rest is explained.';

create function private.start_drift_check(at timestamptz)
returns uuid
language plpgsql
volatile
set search_path = ''
as $$
declare
  run constant uuid := pg_catalog.gen_random_uuid();
begin
  perform private.start_audience_sync(at);
  perform jobs.enqueue('audience', 'check_drift', pg_catalog.jsonb_build_object('run_id', run, 'offset', 0),
    key => 'drift:' || run::text, priority => 'bulk');
  perform jobs.beat('audience.drift');
  return run;
end
$$;

comment on function private.start_drift_check is 'Starts the daily comparison with Mailchimp, after bringing up to date what is known to differ.';

create function private.continue_drift_check(run uuid, next_offset integer)
returns void
language sql
volatile
set search_path = ''
as $$
  select jobs.enqueue('audience', 'check_drift', pg_catalog.jsonb_build_object('run_id', run, 'offset', next_offset),
    key => 'drift:' || run::text || ':' || next_offset::text, priority => 'bulk')
$$;

comment on function private.continue_drift_check is 'Enqueues the next page of the comparison.';

create function private.finish_drift_check(run uuid, at timestamptz default private.clock())
returns integer
language sql
volatile
set search_path = ''
as $$
  with gone as (
    update private.audience_contacts c set state = 'archived'
     where c.state in ('subscribed', 'unsubscribed', 'pending') and c.checked_in is distinct from run
       -- Whoever was brought there while the check went through the list may have been missed by it.
       and c.synced_at < at - interval '1 hour'
    returning c.member_id
  ), told as (
    insert into private.audience_drift (run_id, member_id, difference, action)
    select run, gone.member_id, 'Mailchimp''s list does not show the contact any more',
           'explained: left as it is until something changes'
      from gone
    returning 1
  )
  select count(*)::integer from told
$$;

comment on function private.finish_drift_check is
  'Ends a comparison: contacts that no page of the list showed were removed there by somebody. That is respected and written down. Returns how many.';

select cron.schedule('audience.drift', '15 4 * * *', 'select private.start_drift_check(private.clock())');
