-- From a decision to Luma, and then to the guest. Luma is told without a mail of its own: the guest hears of it once,
-- from us, in our words, when Luma has it.

create function private.owe_telling(decision bigint, priority jobs.priority, correlation_id text default null)
returns void
language plpgsql
volatile
set search_path = ''
as $$
begin
  perform jobs.enqueue('events', 'tell_luma_decision', pg_catalog.jsonb_build_object('decision_id', owe_telling.decision),
    priority => owe_telling.priority, correlation_id => owe_telling.correlation_id);
end
$$;

comment on function private.owe_telling is 'Owes Luma the news of one decision. interactive: somebody waits for it. bulk: it comes from a sweep.';

create function private.guest_to_look_at(guest bigint, at timestamptz)
returns jsonb
language sql
stable
set search_path = ''
as $$
  select pg_catalog.jsonb_build_object('luma_event_id', l.luma_id, 'luma_guest_id', g.luma_guest_id, 'at', at)
    from private.event_guests g
    join public.events e on e.id = g.event_id and e.state = 'published'
    join private.luma_events l on l.event_id = e.id and l.luma_id is not null
   where g.id = guest and not g.is_erased
$$;

comment on function private.guest_to_look_at is 'Where to look a guest up at Luma, and the moment of asking; null when there is nothing to look at any more.';

create function private.guest_gone(luma_event_id text, luma_guest_id text, seen_at timestamptz, correlation_id text, at timestamptz)
returns text
language plpgsql
volatile
set search_path = ''
as $$
declare
  event constant uuid := (select l.event_id from private.luma_events l where l.luma_id = guest_gone.luma_event_id);
  held private.event_guests;
begin
  perform from public.events e where e.id = event for no key update;
  select g.* into held from private.event_guests g
   where g.event_id = event and g.luma_guest_id = guest_gone.luma_guest_id for no key update;
  if held.id is null or held.is_erased or held.luma_status = 'declined' or held.seen_at > guest_gone.seen_at then
    return 'superseded';
  end if;
  update private.event_guests g set luma_status = 'declined', seen_at = guest_gone.seen_at where g.id = held.id returning g.* into held;
  perform private.write_decision(held, ('declined', 'at_luma', null)::private.guest_verdict, 'luma', at, correlation_id => guest_gone.correlation_id);
  return 'not on the list any more';
end
$$;

comment on function private.guest_gone is 'Luma does not know a guest any more: somebody there took her off the list.';

create function private.decision_to_tell(decision bigint, at timestamptz)
returns jsonb
language plpgsql
volatile
set search_path = ''
as $$
declare
  made private.guest_decisions;
  told jsonb;
begin
  select d.* into made from private.guest_decisions d where d.id = decision_to_tell.decision;
  if made.state is null or made.state not in ('owed', 'failed') then
    return null;
  end if;
  select pg_catalog.jsonb_build_object('luma_event_id', l.luma_id, 'luma_guest_id', g.luma_guest_id,
           'status', case made.status when 'pending' then 'pending_approval' else made.status::text end, 'at', at,
           'urgency', case when made.run_id is null then 'interactive' else 'bulk' end,
           -- A decline is not taken back with a kind word, so it is not made on old news: she may have paid, or a host let her in.
           'look_first', made.status = 'declined' or g.luma_status = made.status)
    into told
    from private.event_guests g
    join public.events e on e.id = g.event_id
    join private.luma_events l on l.event_id = e.id
   where g.id = made.guest_id and not g.is_erased and g.status = made.status and l.luma_id is not null
     and e.state = 'published' and e.ends_at > at
     -- Who pays before Luma hears of it is not declined, whoever decided it.
     and not (made.status = 'declined' and g.is_paid);
  if told is null then
    update private.guest_decisions d set state = 'superseded' where d.id = made.id;
  end if;
  return told;
end
$$;

comment on function private.decision_to_tell is 'What Luma is to be told; null when it has it, when something else was decided since, or when the event is over or canceled.';

create function private.settle_telling(guest bigint, at timestamptz)
returns void
language plpgsql
volatile
set search_path = ''
as $$
declare
  told bigint;
begin
  update private.guest_decisions d set state = 'told', told_at = at, error = null
   where d.guest_id = settle_telling.guest and d.state in ('owed', 'failed')
  returning d.id into told;
  if told is not null then
    perform private.tell_guest(told);
  end if;
end
$$;

comment on function private.settle_telling is 'Luma has what was decided, whoever found that out: now the guest is told, once.';

create function private.decision_told(decision bigint, at timestamptz)
returns void
language plpgsql
volatile
set search_path = ''
as $$
declare
  made private.guest_decisions;
  held private.event_guests;
  latest bigint;
begin
  select d.* into made from private.guest_decisions d where d.id = decision_told.decision;
  select g.* into held from private.event_guests g where g.id = made.guest_id;
  perform jobs.finish_effect('guest:' || made.id::text, pg_catalog.jsonb_build_object('status', made.status));
  -- The member before the event, as everywhere.
  perform from public.members m where m.id = held.member_id for key share;
  perform from public.events e where e.id = held.event_id for no key update;
  update private.event_guests g set luma_status = made.status, seen_at = greatest(g.seen_at, at)
   where g.id = held.id
  returning g.* into held;
  if held.status = made.status then
    perform private.settle_telling(held.id, at);
    return;
  end if;
  -- Something else was decided while Luma was being told: Luma hears of that as well.
  update private.guest_decisions d set state = 'owed', error = null
   where d.id = (select l.id from private.guest_decisions l where l.guest_id = held.id order by l.id desc limit 1) and d.decided_by <> 'luma'
  returning d.id into latest;
  if latest is not null then
    perform private.owe_telling(latest, 'interactive', made.correlation_id);
  end if;
end
$$;

comment on function private.decision_told is 'Luma took the decision. If another one was made meanwhile, that one is owed.';

create function private.kept_in_line(decision bigint, at timestamptz)
returns void
language plpgsql
volatile
set search_path = ''
as $$
declare
  held private.event_guests;
begin
  select g.* into held from private.event_guests g join private.guest_decisions d on d.guest_id = g.id where d.id = kept_in_line.decision;
  perform jobs.finish_effect('guest:' || kept_in_line.decision::text, '{"status": "not taken"}');
  perform from public.members m where m.id = held.member_id for key share;
  perform from public.events e where e.id = held.event_id for no key update;
  if (select g.status from private.event_guests g where g.id = held.id) = 'waitlist' then
    perform private.settle_telling(held.id, at);
  end if;
end
$$;

comment on function private.kept_in_line is 'Luma keeps no line for this event, so a guest who waits here stays pending there. She hears of it all the same.';

create function private.decision_failed(decision bigint, error text)
returns void
language plpgsql
volatile
set search_path = ''
as $$
begin
  perform jobs.drop_effect('guest:' || decision_failed.decision::text);
  update private.guest_decisions d set state = 'failed', error = pg_catalog.left(decision_failed.error, 500)
   where d.id = decision_failed.decision and d.state in ('owed', 'failed');
end
$$;

comment on function private.decision_failed is 'Luma would not take the decision. The next sweep tries again; until then it stands in admin.attention.';

create function private.retell_failed(event uuid)
returns integer
language plpgsql
volatile
set search_path = ''
as $$
declare
  failed record;
  owed integer := 0;
begin
  for failed in
    update private.guest_decisions d set state = 'owed', error = null
      from private.event_guests g
     where g.event_id = retell_failed.event and d.guest_id = g.id and d.state = 'failed'
    returning d.id, d.correlation_id
  loop
    perform private.owe_telling(failed.id, 'bulk', failed.correlation_id);
    owed := owed + 1;
  end loop;
  return owed;
end
$$;

comment on function private.retell_failed is 'Tells Luma once more what it would not take last time.';

create function private.hold_guests_of(event uuid)
returns void
language sql
volatile
set search_path = ''
as $$
  select from public.members m
   where m.id in (select g.member_id from private.event_guests g where g.event_id = hold_guests_of.event)
   order by m.id for key share
$$;

comment on function private.hold_guests_of is
  'Holds the members among the guests of an event, whom the caller is about to write to: whoever is being erased is waited for, and is no guest any more afterwards.';

create function private.event_facts(event public.events)
returns jsonb
language sql
stable
set search_path = ''
as $$
  select pg_catalog.jsonb_build_object('event_id', event.id, 'title', event.title, 'starts_at', event.starts_at,
    'time_zone', event.time_zone, 'place', event.place, 'url', event.url)
$$;

comment on function private.event_facts is 'What a mail or message about an event says of it.';

create function private.tell_guest(decision bigint)
returns void
language plpgsql
volatile
set search_path = ''
as $$
declare
  made private.guest_decisions;
  held private.event_guests;
  event public.events;
  template text;
  data jsonb;
begin
  select d.* into made from private.guest_decisions d where d.id = tell_guest.decision;
  select g.* into held from private.event_guests g where g.id = made.guest_id;
  select e.* into event from public.events e where e.id = held.event_id;
  template := case made.status when 'approved' then 'guest_approved' when 'declined' then 'guest_declined'
    when 'waitlist' then 'guest_waitlisted' when 'pending' then case made.reason when 'unverified' then 'guest_pending' end end;
  -- Whoever Luma told while the event was canceled hears of that instead.
  if template is null or made.decided_by = 'luma' or held.is_erased or event.state <> 'published' then
    return;
  end if;
  data := private.event_facts(event) || pg_catalog.jsonb_build_object('reason', private.guest_reason_words(made));
  if made.reason in ('not_entitled', 'leaders_only') then
    data := data || pg_catalog.jsonb_build_object('join_url', case made.reason when 'not_entitled' then '/join/' end);
  elsif made.reason = 'unverified' then
    data := data || pg_catalog.jsonb_build_object('join_url', '/sign-in/');
  end if;
  if held.member_id is not null then
    perform private.tell_member(held.member_id, template, data, 'guest:' || made.id::text, made.correlation_id);
  elsif held.email is not null then
    perform private.send_email('guest:' || made.id::text, template, data, address => held.email, correlation_id => made.correlation_id);
  end if;
end
$$;

comment on function private.tell_guest is 'Tells a guest what was decided: a member by e-mail and in Slack, everybody else by e-mail. Once for each decision. What people decided at Luma, Luma tells.';

create function private.guest_reason_words(decision private.guest_decisions)
returns text
language plpgsql
stable
set search_path = ''
as $$
begin
  return case
    when decision.words <> '' then decision.words
    when decision.reason = 'not_entitled' then (select r.decline_words from private.event_rules r)
    when decision.reason = 'leaders_only' then 'This gathering is for the leaders of the community.'
    when decision.reason = 'full' then 'All seats are taken. You are next in line when one becomes free.'
    when decision.reason = 'seat_freed' then 'A seat has become free.'
    when decision.reason = 'unverified' then 'Sign in once with this address, so that we know that it is yours. You are in as soon as you have.'
  end;
end
$$;

comment on function private.guest_reason_words is 'The reason as the guest reads it, or null when there is nothing to explain.';
