-- Guests and members: who becomes a member is decided anew, two rows of one person become one, and who leaves for good
-- leaves the guest lists as well.

create function private.redecide_guests(member uuid, correlation_id text, at timestamptz)
returns bigint
language plpgsql
volatile
set search_path = ''
as $$
begin
  -- Only where something waits; and as a job, so that no payment waits for a guest list, or fails with one.
  if exists (
    select from private.event_guests g join public.events e on e.id = g.event_id
     where (g.member_id = redecide_guests.member
        or g.email = any (array(select m.email from public.member_emails m where m.member_id = redecide_guests.member)))
       and (g.member_id is null or g.status in ('pending', 'declined', 'waitlist') and e.state = 'published' and e.starts_at > at))
  then
    return jobs.enqueue('events', 'redecide_guests', pg_catalog.jsonb_build_object('member_id', redecide_guests.member),
      correlation_id => redecide_guests.correlation_id);
  end if;
  return null;
end
$$;

comment on function private.redecide_guests is
  'Somebody became a member, proved an address, hosts or leads: owes a new decision where she is not in yet. Returns the job, or null when nothing waits.';

create function private.decide_anew(member uuid, correlation_id text, at timestamptz)
returns integer
language plpgsql
volatile
set search_path = ''
as $$
declare
  waiting record;
  changed integer := 0;
begin
  perform from public.members m where m.id = decide_anew.member for key share;
  if not found then
    return 0;
  end if;
  -- Where she was before she was known is hers as well.
  update private.event_guests g set member_id = decide_anew.member
    from public.events v
   where v.id = g.event_id and v.starts_at <= at and g.member_id is null
     and g.email = any (array(select m.email from public.member_emails m where m.member_id = decide_anew.member and m.verified_at is not null));
  for waiting in
    select g.id, g.event_id, e.member_id as proved
      from private.event_guests g
      join public.events v on v.id = g.event_id and v.state = 'published' and v.starts_at > at
      left join public.member_emails e on e.email = g.email and e.member_id = decide_anew.member and e.verified_at is not null
     where (g.member_id = decide_anew.member
        or g.email = any (array(select m.email from public.member_emails m where m.member_id = decide_anew.member)))
       and not g.is_erased
     order by g.event_id, g.id
  loop
    perform from public.events v where v.id = waiting.event_id for no key update;
    update private.event_guests g set member_id = waiting.proved
     where g.id = waiting.id and waiting.proved is not null and g.member_id is distinct from waiting.proved;
    if private.decide_guest(waiting.id, at, null, decide_anew.correlation_id) not in ('stands', 'too late', 'gone') then
      changed := changed + 1;
    end if;
  end loop;
  return changed;
end
$$;

comment on function private.decide_anew is
  'Decides again about every upcoming event that a member registered for, under any address of hers. What people decided stands. Returns how many changed.';

create function private.member_may_come_in()
returns trigger
language plpgsql
security definer
set search_path = ''
as $$
declare
  member constant uuid := coalesce(pg_catalog.to_jsonb(new) ->> 'member_id', pg_catalog.to_jsonb(new) ->> 'id');
begin
  perform private.redecide_guests(member, null, private.clock());
  return null;
end
$$;

comment on function private.member_may_come_in() is 'Trigger: something that may let a member in has changed.';

create trigger memberships_let_guests_in
  after insert or update of access_until on public.memberships
  for each row when (new.access_until > private.clock())
  execute function private.member_may_come_in();
create trigger member_emails_let_guests_in
  after insert or update of verified_at, member_id on public.member_emails
  for each row when (new.verified_at is not null)
  execute function private.member_may_come_in();
create trigger event_hosts_let_guests_in
  after insert on public.event_hosts
  for each row execute function private.member_may_come_in();
create trigger leader_regions_let_guests_in
  after insert or update on public.leader_regions
  for each row execute function private.member_may_come_in();
create trigger members_let_guests_in
  after update of role on public.members
  for each row when (new.role is distinct from old.role and new.role <> 'member')
  execute function private.member_may_come_in();

create function private.guests_merged(kept uuid, gone uuid)
returns void
language plpgsql
volatile
set search_path = ''
as $$
begin
  update public.events e set created_by = kept where e.created_by = gone;
  update public.event_series s set created_by = kept where s.created_by = gone;
  insert into public.event_hosts (event_id, member_id, added_at)
  select h.event_id, kept, h.added_at from public.event_hosts h where h.member_id = gone on conflict do nothing;
  insert into public.leader_regions (member_id, region)
  select kept, r.region from public.leader_regions r where r.member_id = gone on conflict do nothing;
  update private.event_guests g set member_id = kept where g.member_id = gone;
  update private.guest_decisions d set actor_id = kept where d.actor_id = gone;
  update private.guest_messages m set sent_by = kept where m.sent_by = gone;
  update private.event_thanks t set sent_by = kept where t.sent_by = gone;
end
$$;

comment on function private.guests_merged is
  'Two rows were one person: her registrations stay hers, and so do the events that she made or hosts and what she decided as a leader.';

create function private.owe_guest_erasure(tombstone bigint, luma_event_id text, luma_guest_id text, at timestamptz)
returns void
language plpgsql
volatile
set search_path = ''
as $$
begin
  perform private.owe_erasure(tombstone, 'luma', owe_guest_erasure.luma_event_id || ' ' || owe_guest_erasure.luma_guest_id,
    'events', 'forget_guest', at);
  -- Somebody at Luma let her in again, or a word of ours was still on its way when she was taken off.
  update private.erasures e
     set done_at = null, outcome = null, owed_at = at,
         job = jobs.enqueue('events', 'forget_guest', pg_catalog.jsonb_build_object('erasure_id', e.id),
           correlation_id => 'erasure-' || owe_guest_erasure.tombstone::text)
   where e.tombstone_id = owe_guest_erasure.tombstone and e.provider = 'luma' and e.done_at is not null
     and e.subject = owe_guest_erasure.luma_event_id || ' ' || owe_guest_erasure.luma_guest_id;
end
$$;

comment on function private.owe_guest_erasure is
  'Owes it to somebody who was erased that she is taken off a guest list at Luma. Luma has no way to delete a guest: she is declined there without a mail. Once done it is owed anew when she is found there again.';

create function private.erase_guests(tombstone bigint, member uuid, addresses text[], at timestamptz)
returns void
language plpgsql
volatile
set search_path = ''
as $$
declare
  held record;
begin
  perform private.forget_luma_webhooks(addresses);
  for held in
    select g.id, g.event_id, g.luma_guest_id, l.luma_id, g.luma_status <> 'declined' and v.state = 'published' and v.ends_at > at as is_listed
      from private.event_guests g
      join public.events v on v.id = g.event_id
      left join private.luma_events l on l.event_id = g.event_id
     where g.member_id = erase_guests.member or g.email = any (addresses)
     order by g.event_id, g.id
  loop
    -- Before her row in any case: the seat that she frees is given on under the event's row.
    perform from public.events v where v.id = held.event_id for no key update;
    if held.is_listed and held.luma_id is not null then
      -- Her seat stays taken until Luma knows, so an empty row stays that long.
      delete from private.guest_decisions d where d.guest_id = held.id;
      update private.event_guests g
         set is_erased = true, status = 'declined', member_id = null, email = null, name = '', answers = '[]', words = '',
             decided_by = null, reason = null, registered_at = null, checked_in_at = null, is_paid = false, page_mark = null
       where g.id = held.id;
      perform private.owe_guest_erasure(erase_guests.tombstone, held.luma_id, held.luma_guest_id, at);
    else
      delete from private.event_guests g where g.id = held.id;
    end if;
  end loop;
end
$$;

comment on function private.erase_guests is
  'Everything about a person on guest lists goes: at once here, and where an event is still to come she is taken off the list at Luma.';

create function private.guest_to_forget(erasure bigint, at timestamptz)
returns jsonb
language plpgsql
stable
set search_path = ''
as $$
declare
  subject constant text := private.erasure_owed(erasure);
begin
  return (select pg_catalog.jsonb_build_object('luma_event_id', l.luma_id, 'luma_guest_id', pg_catalog.split_part(subject, ' ', 2))
            from private.luma_events l join public.events e on e.id = l.event_id
           where l.luma_id = pg_catalog.split_part(subject, ' ', 1) and e.state = 'published' and e.ends_at > at);
end
$$;

comment on function private.guest_to_forget is 'Whom a job takes off which list at Luma; null when it was done, or the event is over or gone.';

create function private.guest_forgotten(erasure bigint, outcome text, at timestamptz)
returns void
language plpgsql
volatile
set search_path = ''
as $$
declare
  subject constant text := private.erasure_owed(erasure);
  event constant uuid := (select l.event_id from private.luma_events l where l.luma_id = pg_catalog.split_part(subject, ' ', 1));
begin
  perform from public.events e where e.id = event for no key update;
  delete from private.event_guests g
   where g.event_id = event and g.luma_guest_id = pg_catalog.split_part(subject, ' ', 2) and g.is_erased;
  perform private.erasure_done(erasure, guest_forgotten.outcome, at);
end
$$;

comment on function private.guest_forgotten is 'She is off the list at Luma, or there is no list any more: the empty row goes, and her seat is free.';

create function private.forget_old_guests(at timestamptz, keep interval default '1 year')
returns integer
language plpgsql
volatile
set search_path = ''
as $$
declare
  forgotten integer;
begin
  delete from private.event_guests g
   using public.events e
   where e.id = g.event_id and e.ends_at < at - keep and g.member_id is null;
  get diagnostics forgotten = row_count;
  update private.event_guests g set answers = '[]', words = ''
    from public.events e
   where e.id = g.event_id and e.ends_at < at - keep and (g.answers <> '[]' or g.words <> '');
  update private.guest_decisions d set words = ''
    from private.event_guests g join public.events e on e.id = g.event_id
   where d.guest_id = g.id and d.words <> '' and e.ends_at < at - keep;
  return forgotten;
end
$$;

comment on function private.forget_old_guests is
  'A year after an event its guests who are no members go, and what anybody answered or was told. Members keep where they were. Every sweep calls it.';

create function admin.forget_guest(email text, reason text)
returns text
language plpgsql
volatile
set search_path = ''
as $$
declare
  address constant text := private.normalize_email(forget_guest.email);
  why constant text := private.require_reason(forget_guest.reason);
  tombstone bigint;
begin
  perform private.lock_email(address);
  if exists (select from public.member_emails e where e.email = address) then
    raise exception using errcode = 'PT409', message = 'This is the address of a member', detail = 'email', hint = 'Use admin.delete_member.';
  elsif not exists (select from private.event_guests g where g.email = address) then
    raise exception using errcode = 'PT404', message = 'No guest has this address', detail = 'email', hint = 'Whoever was forgotten is not there any more.';
  elsif pg_catalog.strpos(private.fold(why), private.fold(address)) > 0 then
    raise exception using errcode = 'PT422', message = 'The reason names her, and it stays in the audit log', detail = 'reason',
      hint = 'Say why without her name or address.';
  end if;
  insert into private.tombstones (erased_at, asked_by) values (private.clock(), 'studio') returning id into tombstone;
  perform private.bury(tombstone, 'address', array[address]);
  perform private.erase_guests(tombstone, null, array[address], private.clock());
  perform private.erase_emails(null, array[address]);
  perform private.audit('studio', session_user::text, 'events.guest_forgotten', 'tombstone', tombstone::text, null, null, why);
  return pg_catalog.format('Forgotten here. What is owed at Luma: select * from admin.erasures where tombstone_id = %s;', tombstone);
end
$$;

comment on function admin.forget_guest is
  'Erases a guest who is no member, by her address: here at once, and off the lists at Luma as admin.erasures shows. The reason must not name her. Raises PT404, PT409 or PT422.';
