-- Erasing a person from the audience: our rows at once, Mailchimp's contact by a job.

select jobs.define_kind('audience', 'forget_contact', 'Deletes the contact of an erased person from Mailchimp for good, and looks again a day later.',
  base_delay => '2 seconds', max_attempts => 60);

create function private.audience_addresses(member uuid)
returns text[]
language sql
stable
set search_path = ''
as $$
  select coalesce(pg_catalog.array_agg(c.email), '{}') from private.audience_contacts c
   where c.member_id = member and c.email is not null
$$;

comment on function private.audience_addresses is 'The addresses under which Mailchimp knows a member.';

create function private.erase_contacts(member uuid, addresses text[])
returns void
language plpgsql
volatile
set search_path = ''
as $$
begin
  delete from private.audience_retired r where r.email = any (addresses);
  update private.mailchimp_events e set payload = null
   where e.payload is not null
     and (pg_catalog.lower(e.payload ->> 'email') = any (addresses) or pg_catalog.lower(e.payload ->> 'old_email') = any (addresses)
          or pg_catalog.lower(e.payload ->> 'new_email') = any (addresses));
  -- A batch keeps whom it is still about; an empty one would be none.
  delete from private.audience_batches b where b.member_ids = array[member] and b.finished_at is not null;
  update private.audience_batches b set member_ids = pg_catalog.array_remove(b.member_ids, member)
   where member = any (b.member_ids) and pg_catalog.cardinality(pg_catalog.array_remove(b.member_ids, member)) > 0;
end
$$;

comment on function private.erase_contacts is 'Takes a person out of what is kept about Mailchimp. Her contact''s row goes with the member.';

create function private.contact_forgotten(erasure bigint, outcome text, at timestamptz default private.clock())
returns void
language plpgsql
volatile
set search_path = ''
as $$
declare
  owed private.erasures;
  back uuid;
begin
  select e.* into owed from private.erasures e where e.id = erasure and e.done_at is null for update;
  if owed.id is null then
    return;
  end if;
  perform private.erasure_done(erasure, contact_forgotten.outcome, at);
  -- A worker or a batch that was on its way with her when she was erased may have brought her back there.
  perform jobs.enqueue('audience', 'forget_contact', pg_catalog.jsonb_build_object('erasure_id', erasure, 'again', true),
    key => 'erase:' || erasure::text || ':again', run_at => at + interval '1 day', priority => 'bulk',
    correlation_id => 'erasure-' || owed.tombstone_id::text);
  -- Whoever joined again meanwhile has to hear what Mailchimp says of her now.
  select e.member_id into back from public.member_emails e where e.is_primary and pg_catalog.md5(e.email) = owed.subject;
  if back is not null then
    update private.audience_contacts c set state = 'new', tags = '{}' where c.member_id = back;
    perform private.audience_changed(back, 'erasure-' || owed.tombstone_id::text);
  end if;
end
$$;

comment on function private.contact_forgotten is 'Records that Mailchimp has deleted a contact for good, and owes a second look a day later.';

create function private.contact_to_look_at_again(erasure bigint)
returns text
language sql
stable
set search_path = ''
as $$
  select e.subject from private.erasures e
   where e.id = erasure and e.done_at is not null and e.subject is not null
     -- Who joined again has a contact of her own there.
     and not exists (select from public.member_emails k where pg_catalog.md5(k.email) = e.subject)
$$;

comment on function private.contact_to_look_at_again is 'The subscriber hash of a contact that was deleted a day ago; null when nothing is left to look at.';

create function private.contact_stayed_away(erasure bigint)
returns void
language sql
volatile
set search_path = ''
as $$ update private.erasures e set subject = null where e.id = erasure and e.done_at is not null $$;

comment on function private.contact_stayed_away is 'Ends the second look: from here on not even the hash of the address is kept.';

create function private.mailchimp_words(member uuid)
returns jsonb
language sql
stable
set search_path = ''
as $$
  select pg_catalog.jsonb_build_object('state', c.state, 'email', c.email, 'remedy', c.remedy)
    from private.audience_contacts c where c.member_id = member
$$;

comment on function private.mailchimp_words is 'What Mailchimp holds of a member, for herself: its state and what only she can do about it. Null: nothing.';
