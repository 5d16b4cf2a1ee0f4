-- What is not kept: mails of somebody who leaves at once, what others said after half a year.

create function private.erase_emails(member uuid, addresses text[])
returns void
language plpgsql
volatile
set search_path = ''
as $$
begin
  update private.resend_events e set payload = null
   where e.payload is not null
     and (e.email_id in (select m.id from private.emails m where m.member_id = member)
          or exists (select from pg_catalog.jsonb_array_elements_text(case when pg_catalog.jsonb_typeof(e.payload -> 'data' -> 'to') = 'array'
                       then e.payload -> 'data' -> 'to' else '[]' end) t where pg_catalog.lower(t) = any (addresses)));
  delete from private.emails e where e.member_id = member or e.address = any (addresses);
  -- Who called a mail spam, or has no mailbox, is not written to again, also when somebody registers her anew.
  update private.email_suppressions s set address = null where s.address = any (addresses);
end
$$;

comment on function private.erase_emails is
  'Takes a person out of what is kept about mails. That an address takes no mail stays, as a hash. Resend has no call that deletes a mail; it forgets by itself.';

create function private.emails_merged(kept uuid, gone uuid)
returns void
language sql
volatile
set search_path = ''
as $$ update private.emails e set member_id = kept where e.member_id = gone $$;

comment on function private.emails_merged is 'Two rows became one: what is owed to the one goes to the other.';

create function private.forget_emails(at timestamptz, keep interval default '180 days', most integer default 20000)
returns integer
language plpgsql
volatile
set search_path = ''
as $$
declare
  mails integer;
  events integer;
begin
  perform jobs.beat('messaging.forget');
  -- The row stays, so that the same mail is never owed twice.
  update private.emails e set data = '{}', address = null, sent_to = null, reason = null, forgotten_at = at
   where e.id = any (array(
     select old.id from private.emails old
      where old.forgotten_at is null and old.created_at < at - keep
        and (old.state not in ('owed', 'failed', 'unclear') or old.closed_at is not null)
      order by old.created_at limit most));
  get diagnostics mails = row_count;
  update private.resend_events e set payload = null
   where e.svix_id = any (array(
     select old.svix_id from private.resend_events old
      where old.payload is not null and old.received_at < at - keep
      order by old.received_at limit most));
  get diagnostics events = row_count;
  -- Of somebody who has no account the hash is enough to go on sparing her.
  update private.email_suppressions s set address = null
   where s.since < at - keep and s.address is not null
     and not exists (select from public.member_emails e where e.email = s.address);
  return mails + events;
end
$$;

comment on function private.forget_emails is
  'Removes what mails said and to which address they went, half a year after they were owed. What still waits for a person stays. pg_cron calls it each night.';

select cron.schedule('messaging.forget', '53 2 * * *', 'select private.forget_emails(private.clock())'),
       jobs.beat('messaging.forget');

create function private.mail_data(member uuid)
returns jsonb
language plpgsql
stable
set search_path = ''
as $$
declare
  addresses constant text[] := private.own_addresses(member, null);
begin
  return pg_catalog.jsonb_build_object(
    'sent', (select coalesce(pg_catalog.jsonb_agg(pg_catalog.to_jsonb(e) - '{id,member_id,unsubscribe_key}'::text[] order by e.created_at desc), '[]')
                  from private.emails e where e.member_id = member or e.address = any (addresses)),
    'stopped_addresses', (select coalesce(pg_catalog.jsonb_agg(pg_catalog.to_jsonb(s) - 'mark' order by s.since), '[]')
                  from private.email_suppressions s where s.address = any (addresses)),
    'messages', (select coalesce(pg_catalog.jsonb_agg(pg_catalog.jsonb_build_object('type', e.type, 'outcome', e.outcome, 'received_at', e.received_at,
                  'content', e.payload) order by e.received_at), '[]')
                  from private.resend_events e join private.emails m on m.id = e.email_id where m.member_id = member));
end
$$;

comment on function private.mail_data is 'What the messaging room holds about a member: mails to her, and what Resend said of them.';
