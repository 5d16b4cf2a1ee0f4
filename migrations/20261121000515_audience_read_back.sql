-- What Mailchimp says of a contact counts, not what we sent there.

create function private.continue_batch_read(batch bigint, next_offset integer)
returns void
language plpgsql
volatile
set search_path = ''
as $$
begin
  if exists (
    select from private.audience_batches b join private.audience_contacts c on c.member_id = any (b.member_ids)
     where b.id = batch and c.state = 'new' and c.synced_at = b.finished_at) then
    perform jobs.enqueue('audience', 'read_batch', pg_catalog.jsonb_build_object('batch_id', batch, 'offset', next_offset),
      key => 'read_batch:' || batch::text || ':' || next_offset::text, correlation_id => 'batch-' || batch::text);
  end if;
end
$$;

comment on function private.continue_batch_read is
  'Owes the reading of one page of what a batch changed, as long as somebody in it has a status that nobody has read.';

create function private.batch_read(batch bigint, contacts jsonb, at timestamptz default private.clock())
returns integer
language plpgsql
volatile
set search_path = ''
as $$
declare
  one uuid;
  learned integer := 0;
begin
  for one in
    update private.audience_contacts c set state = k.status::private.contact_state, parked_reason = null, remedy = null
      from pg_catalog.jsonb_to_recordset(contacts) k(email text, status text), private.audience_batches b
     where b.id = batch and c.member_id = any (b.member_ids) and c.state = 'new' and c.synced_at = b.finished_at
       and c.email = pg_catalog.lower(k.email)
       -- Anything else needs more than a record: her own word differs, or the contact is not on the list.
       and k.status = any (case when (private.audience_target(c.member_id, at) ->> 'consents')::boolean
                           then '{subscribed,pending}' else '{}' end::text[]
                        || case when (private.audience_target(c.member_id, at) ->> 'opted_in')::boolean
                           then '{}' else '{unsubscribed,cleaned}' end::text[])
    returning c.member_id
  loop
    learned := learned + 1;
    perform private.owe_welcome(one, 'batch-' || batch::text, at);
  end loop;
  return learned;
end
$$;

comment on function private.batch_read is
  'Takes one page of Mailchimp''s list: only now do the people of a batch count as subscribed, and new members are owed their welcome. Returns how many it settled.';

create function private.finish_batch_read(batch bigint)
returns integer
language sql
volatile
set search_path = ''
as $$
  select count(jobs.enqueue('audience', 'sync_contact', pg_catalog.jsonb_build_object('member_id', c.member_id), priority => 'bulk',
           correlation_id => 'batch-' || batch::text))::integer
    from private.audience_batches b join private.audience_contacts c on c.member_id = any (b.member_ids)
   where b.id = batch and c.state = 'new' and c.synced_at = b.finished_at
$$;

comment on function private.finish_batch_read is 'Ends the reading of a batch: whoever no page settled is looked at one by one. Returns how many.';

create function private.contact_left(
  member uuid, email text, status text, correlation_id text default null, at timestamptz default private.clock()
)
returns void
language plpgsql
volatile
set search_path = ''
as $$
begin
  update private.audience_contacts c set state = status::private.contact_state
   where c.member_id = member and c.email = contact_left.email and c.state = 'subscribed';
  -- Not found: the webhook was faster.
  if found and status in ('unsubscribed', 'cleaned') then
    insert into public.consents (member_id, channel, granted, source, at)
    values (member, 'email', false, 'Mailchimp: ' || status || ' when asked', at);
    perform private.audit('mailchimp', status, 'audience.consent_lowered', 'member', member::text,
      null, pg_catalog.jsonb_build_object('state', status), correlation_id => contact_left.correlation_id);
  end if;
end
$$;

comment on function private.contact_left is
  'Takes over that a contact is not subscribed any more, found out by asking Mailchimp before its webhook came. It may only lower consent.';
