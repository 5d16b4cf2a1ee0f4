-- The one rule on guests. Webhook, sweep, desk and whatever makes somebody a member come here.
-- Whoever decides holds the member's row first, then the event's, then the guest's: that order keeps two who decide
-- at the same moment from waiting for each other, and the event's row keeps them from giving the last seat twice.

create function private.seats_taken(event uuid)
returns integer
language plpgsql
stable
set search_path = ''
as $$
begin
  -- Who was declined holds her seat until Luma knows it: else Luma would have more guests than seats meanwhile.
  return (select pg_catalog.count(*)::integer from private.event_guests g
           where g.event_id = seats_taken.event and (g.status = 'approved' or g.luma_status = 'approved'));
end
$$;

comment on function private.seats_taken is 'How many guests hold a seat: those who are approved by our decision or still at Luma.';

create function private.event_seats(event uuid)
returns integer
language plpgsql
stable
set search_path = ''
as $$
begin
  return (select greatest(e.capacity - private.seats_taken(e.id), 0) from public.events e where e.id = event_seats.event and e.capacity is not null);
end
$$;

comment on function private.event_seats is 'How many seats of an event are free; null when there is no limit.';

create function private.hosts_event(member uuid, event public.events)
returns boolean
language plpgsql
stable
set search_path = ''
as $$
begin
  return event.created_by = member
    or exists (select from public.event_hosts h where h.event_id = event.id and h.member_id = member)
    or exists (select from public.leader_regions r join public.members m on m.id = r.member_id
                where r.member_id = member and r.region = event.region and m.role <> 'member');
end
$$;

comment on function private.hosts_event is 'Whether this member made the event, hosts it or looks after its region. She needs no other right to come.';

create type private.guest_verdict as (status private.guest_status, reason private.guest_reason, policy public.guest_policy);
comment on type private.guest_verdict is 'What the rule says of a guest, before anybody counts seats.';

create function private.judge_guest(event public.events, guest private.event_guests, at timestamptz)
returns private.guest_verdict
language plpgsql
stable
set search_path = ''
as $$
declare
  owner public.member_emails;
  member uuid := guest.member_id;
  leads boolean;
  why private.guest_reason := 'not_entitled'::private.guest_reason;
  policy public.guest_policy;
begin
  if guest.email is not null then
    select e.* into owner from public.member_emails e where e.email = guest.email;
    if owner.verified_at is not null then
      member := owner.member_id;
    end if;
  end if;
  if member is not null then
    leads := exists (select from public.members m where m.id = member and m.role <> 'member');
    if private.hosts_event(member, event) then
      return ('approved', 'host', null)::private.guest_verdict;
    elsif event.visibility = 'leader' and leads then
      return ('approved', 'leader', null)::private.guest_verdict;
    elsif event.visibility <> 'leader' and private.is_entitled(member, at) then
      return ('approved', 'entitled', null)::private.guest_verdict;
    end if;
  end if;
  if not event.approval_required then
    return ('approved', 'open', null)::private.guest_verdict;
  end if;
  -- Her address came with a payment and she has never signed in with it: anybody could have typed it.
  if owner.verified_at is null and owner.member_id is not null and (case when event.visibility = 'leader'
       then exists (select from public.members m where m.id = owner.member_id and m.role <> 'member')
       else private.is_entitled(owner.member_id, at) end) then
    return ('pending', 'unverified', null)::private.guest_verdict;
  end if;
  if event.visibility = 'leader' then
    why := 'leaders_only';
  end if;
  policy := coalesce(event.guest_policy, (select r.guest_policy from private.event_rules r));
  if guest.is_paid then
    return ('pending', 'paid', policy)::private.guest_verdict;
  end if;
  return (case policy when 'decline' then 'declined' else 'pending' end::private.guest_status, why, policy)::private.guest_verdict;
end
$$;

comment on function private.judge_guest is
  'What the rule says of a guest by her address alone: hosts and who is entitled (for a leaders'' event: leaders) come in; a member''s unproved address waits for her sign-in; everybody else meets the policy of the event or the community''s, and who paid is never declined.';

create function private.write_decision(
  guest private.event_guests, verdict private.guest_verdict, decided_by private.guest_decider, at timestamptz,
  run bigint default null, actor uuid default null, words text default '', correlation_id text default null
)
returns bigint
language plpgsql
volatile
set search_path = ''
as $$
declare
  made bigint;
  is_owed boolean;
begin
  update private.guest_decisions d set state = 'superseded'
   where d.guest_id = guest.id and d.state in ('owed', 'failed');
  -- While Luma may be hearing of an earlier decision, what it has is not known: then it is told in any case.
  is_owed := decided_by <> 'luma' and (found or verdict.status <> guest.luma_status);
  insert into private.guest_decisions (guest_id, was, status, reason, policy, decided_by, actor_id, words, run_id, state, decided_at, correlation_id)
  values (guest.id, guest.status, verdict.status, verdict.reason, verdict.policy, write_decision.decided_by, write_decision.actor,
    write_decision.words, write_decision.run, case when is_owed then 'owed' else 'recorded' end::private.decision_state, at,
    write_decision.correlation_id)
  returning id into made;
  update private.event_guests g
     set status = verdict.status, reason = verdict.reason, decided_by = write_decision.decided_by, words = write_decision.words
   where g.id = guest.id;
  perform private.audit(
    case when decided_by = 'luma' then 'luma' when decided_by = 'host' then 'member' when run is not null then 'schedule' else 'job' end::private.actor_kind,
    coalesce(actor::text, case when decided_by = 'luma' then 'luma' when run is not null then 'sweep ' || run::text else 'decide_guest' end),
    'events.guest_' || case verdict.status when 'pending' then 'left_pending' when 'waitlist' then 'waitlisted' else verdict.status::text end,
    'guest', guest.id::text, pg_catalog.jsonb_build_object('status', guest.status),
    pg_catalog.jsonb_build_object('status', verdict.status, 'reason', verdict.reason, 'policy', verdict.policy, 'decision', made),
    -- Not a host's words: they may name her, and the log stays when she is forgotten. They stand with the decision.
    correlation_id => write_decision.correlation_id);
  if is_owed then
    perform private.owe_telling(made, case when run is null then 'interactive' else 'bulk' end::jobs.priority, write_decision.correlation_id);
  elsif verdict.reason = 'unverified' then
    perform private.tell_guest(made);
  end if;
  return made;
end
$$;

comment on function private.write_decision is 'Writes one decision: its row, the guest''s new state, the audit row, and the job that tells Luma when Luma has something else. The caller holds the event''s row.';

create function private.decide_guest(guest bigint, at timestamptz, run bigint default null, correlation_id text default null)
returns text
language plpgsql
volatile
set search_path = ''
as $$
declare
  event public.events;
  held private.event_guests;
  verdict private.guest_verdict;
begin
  select e.* into event from public.events e
   where e.id = (select g.event_id from private.event_guests g where g.id = decide_guest.guest) for no key update;
  select g.* into held from private.event_guests g where g.id = decide_guest.guest for no key update;
  if held.id is null or held.is_erased then
    return 'gone';
  elsif held.status = 'declined' and held.is_paid and held.luma_status <> 'declined' and event.state = 'published'
     and (held.decided_by = 'host' or event.starts_at <= at) then
    -- She paid before Luma heard of the decline: she is again what she is there, and the hosts decide.
    perform private.write_decision(held, (held.luma_status, 'paid', null)::private.guest_verdict, 'rule', at, run,
      correlation_id => decide_guest.correlation_id);
    update private.event_guests g set decided_by = 'host' where g.id = held.id;
    return held.luma_status::text;
  elsif event.state <> 'published' or event.starts_at <= at then
    return 'too late';
  elsif held.status = 'invited' or held.status = 'approved' or held.decided_by in ('host', 'luma') then
    return 'stands';  -- She has not answered yet, is in, or people decided.
  end if;
  verdict := private.judge_guest(event, held, at);
  -- What Luma has been told stays told, unless she has become welcome. Before that new facts count: she may have paid.
  if held.status = 'declined' and (held.luma_status = 'declined' and verdict.status <> 'approved' or verdict.status = 'declined') then
    return 'stands';
  end if;
  if verdict.reason = 'entitled' and exists (
    select from private.event_guests o
     where o.event_id = held.event_id and o.member_id = held.member_id and o.id <> held.id and o.decided_by = 'host' and o.status = 'declined')
  then
    -- A leader declined her under another address of hers.
    verdict := ('pending', 'by_host', null)::private.guest_verdict;
  end if;
  if verdict.status = 'approved' and event.capacity is not null then
    -- Who waits longer comes first, also when a seat was free and nobody had noticed.
    if private.promote_guests(event.id, at, run, correlation_id) > 0
       and (select g.status from private.event_guests g where g.id = held.id) = 'approved' then
      return 'approved';
    end if;
    if private.event_seats(event.id) = 0 and held.luma_status <> 'approved' then
      verdict := ('waitlist', 'full', null)::private.guest_verdict;
    end if;
  end if;
  if (verdict.status, verdict.reason) is not distinct from (held.status, held.reason) then
    return 'stands';
  end if;
  perform private.write_decision(held, verdict, 'rule', at, run, correlation_id => decide_guest.correlation_id);
  return verdict.status::text;
end
$$;

comment on function private.decide_guest is
  'Decides about one guest. Never overturns what people decided, never declines who paid, never gives more seats than there are, and does nothing once the event has started. Returns the new status, or: stands, too late, gone.';

create function private.promote_guests(event uuid, at timestamptz, run bigint default null, correlation_id text default null)
returns integer
language plpgsql
volatile
set search_path = ''
as $$
declare
  held public.events;
  waiting private.event_guests;
  free integer;
  promoted integer := 0;
begin
  select e.* into held from public.events e where e.id = promote_guests.event for no key update;
  if held.id is null or held.state <> 'published' or held.starts_at <= at then
    return 0;
  end if;
  free := held.capacity - private.seats_taken(held.id);
  for waiting in
    select g.* from private.event_guests g
     where g.event_id = held.id and g.status = 'waitlist' and not g.is_erased
     order by g.registered_at, g.id for no key update
  loop
    exit when free <= 0;
    -- Whom a host wants in only waits for the seat; everybody else must still be welcome.
    if waiting.decided_by = 'host' or (private.judge_guest(held, waiting, at)).status = 'approved' then
      perform private.write_decision(waiting, ('approved', 'seat_freed', null)::private.guest_verdict,
        'rule', at, run, correlation_id => promote_guests.correlation_id);
      free := free - 1;
      promoted := promoted + 1;
    end if;
  end loop;
  return promoted;
end
$$;

comment on function private.promote_guests is
  'Gives free seats to who waits, the earliest registration first. Stops when the event starts. Returns how many came in.';

create function private.seat_freed()
returns trigger
language plpgsql
security definer
set search_path = ''
as $$
begin
  perform private.promote_guests(old.event_id, private.clock());
  return null;
end
$$;

comment on function private.seat_freed() is 'Trigger: a seat was freed, so whoever waits longest gets it in the same transaction.';

create trigger event_guests_seat_freed
  after update of status, luma_status on private.event_guests
  for each row when ((old.status = 'approved' or old.luma_status = 'approved') and new.status <> 'approved' and new.luma_status <> 'approved')
  execute function private.seat_freed();
create trigger event_guests_seat_given_up
  after delete on private.event_guests
  for each row when (old.status = 'approved' or old.luma_status = 'approved')
  execute function private.seat_freed();

create function private.capacity_changed()
returns trigger
language plpgsql
security definer
set search_path = ''
as $$
begin
  perform private.promote_guests(new.id, private.clock());
  return null;
end
$$;

comment on function private.capacity_changed() is 'Trigger: more seats, so whoever waits gets them.';

create trigger events_capacity_changed
  after update of capacity on public.events
  for each row when (new.state = 'published' and new.capacity is distinct from old.capacity)
  execute function private.capacity_changed();
