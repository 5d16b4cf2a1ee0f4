-- What Luma says of guests: by webhook, by a look at one guest, or by a page of its list.

create function private.guest_address(said text)
returns text
language plpgsql
immutable
set search_path = ''
as $$
begin
  return private.normalize_email(said);
exception when sqlstate 'PT422' then
  return null;
end
$$;

comment on function private.guest_address is 'An address as Luma gives it, in the one spelling; null for what is none.';

create function private.guest_status_of(said text)
returns private.guest_status
language plpgsql
immutable
set search_path = ''
as $$
begin
  return case said when 'pending_approval' then 'pending' when 'session' then 'approved' else said end::private.guest_status;
end
$$;

comment on function private.guest_status_of is 'Luma''s approval_status in our words. Raises 22P02 for one that nobody knows.';

create type private.guest_word as (
  luma_guest_id text, email text, name text, status private.guest_status, registered_at timestamptz, is_paid boolean,
  checked_in_at timestamptz, answers jsonb
);
comment on type private.guest_word is 'What Luma says of one guest, reduced to what is kept here.';

create function private.read_guest_word(guest jsonb)
returns private.guest_word
language plpgsql
stable
set search_path = ''
as $$
declare
  word private.guest_word;
  -- A check-in and a payment stand on tickets; a message about one ticket carries it apart.
  tickets constant jsonb := coalesce(nullif(guest -> 'event_tickets', 'null'), '[]') || coalesce(nullif(guest -> 'event_ticket', 'null'), '[]');
begin
  word.luma_guest_id := pg_catalog.left(coalesce(guest ->> 'id', guest ->> 'api_id'), 100);
  if word.luma_guest_id is null then
    raise exception using errcode = '22023', message = 'Luma sent a guest without an id.';
  end if;
  word.email := private.guest_address(coalesce(guest ->> 'user_email', guest ->> 'email'));
  word.name := pg_catalog.left(pg_catalog.btrim(coalesce(nullif(pg_catalog.btrim(guest ->> 'user_name'), ''), guest ->> 'name',
    pg_catalog.concat_ws(' ', guest ->> 'user_first_name', guest ->> 'user_last_name'))), 200);
  word.status := private.guest_status_of(guest ->> 'approval_status');
  word.registered_at := (guest ->> 'registered_at')::timestamptz;
  word.is_paid := exists (select from pg_catalog.jsonb_array_elements(tickets) t
    where (t ->> 'amount')::numeric > 0 and (t ->> 'is_captured')::boolean);
  word.checked_in_at := (select pg_catalog.min((t ->> 'checked_in_at')::timestamptz) from pg_catalog.jsonb_array_elements(tickets) t);
  word.answers := (select coalesce(pg_catalog.jsonb_agg(pg_catalog.jsonb_build_object(
        'label', pg_catalog.left(a ->> 'label', 200),
        'value', pg_catalog.left(case pg_catalog.jsonb_typeof(a -> 'value')
          when 'array' then (select pg_catalog.string_agg(v #>> '{}', ', ') from pg_catalog.jsonb_array_elements(a -> 'value') v)
          else a ->> 'value' end, 2000))), '[]')
      from pg_catalog.jsonb_array_elements(case pg_catalog.jsonb_typeof(guest -> 'registration_answers')
        when 'array' then guest -> 'registration_answers' else '[]' end) a);
  return word;
end
$$;

comment on function private.read_guest_word is 'Reads a guest as Luma''s API and webhooks write it. Raises 22023 or 22P02 for what cannot be read.';

create function private.owe_guest_look(guest bigint, why text, priority jobs.priority, correlation_id text default null)
returns void
language plpgsql
volatile
set search_path = ''
as $$
begin
  perform jobs.enqueue('events', 'look_at_guest', pg_catalog.jsonb_build_object('guest_id', owe_guest_look.guest),
    key => 'look:' || owe_guest_look.guest::text || ':' || owe_guest_look.why, priority => owe_guest_look.priority,
    correlation_id => owe_guest_look.correlation_id);
end
$$;

comment on function private.owe_guest_look is 'Owes a look at one guest at Luma, because what was heard of her contradicts what is known. The same reason is one look.';

create function private.note_guest(event uuid, word private.guest_word, member uuid, seen_at timestamptz, source text,
  at timestamptz, run bigint, correlation_id text)
returns text
language plpgsql
volatile
set search_path = ''
as $$
declare
  held private.event_guests;
  says constant private.guest_status := word.status;
  by_luma private.guest_verdict := (word.status, 'at_luma', null)::private.guest_verdict;
begin
  select g.* into held from private.event_guests g
   where g.event_id = note_guest.event and g.luma_guest_id = word.luma_guest_id for no key update;
  if held.id is null then
    insert into private.event_guests (event_id, luma_guest_id, member_id, email, name, status, luma_status, registered_at, is_paid,
      checked_in_at, answers, seen_at)
    values (note_guest.event, word.luma_guest_id, member, word.email, word.name, says, says, word.registered_at, word.is_paid,
      word.checked_in_at, word.answers, note_guest.seen_at)
    returning * into held;
    -- Where Luma keeps a line it puts people into it by itself when it is full: that is nobody's decision yet.
    if says in ('approved', 'declined') then
      perform private.write_decision(held, by_luma, 'luma', at, run, correlation_id => note_guest.correlation_id);
    end if;
    return null;
  elsif held.is_erased then
    return 'erased';
  elsif source = 'webhook' and says not in (held.status, held.luma_status) then
    -- A message tells no time and may come late or twice: what contradicts us is looked up, unless it is surely old.
    if note_guest.seen_at > held.seen_at - interval '5 seconds' then
      perform private.owe_guest_look(held.id, coalesce(note_guest.correlation_id, note_guest.seen_at::text), 'interactive', note_guest.correlation_id);
      return 'looked up';
    end if;
    return 'superseded';
  elsif source <> 'webhook' and note_guest.seen_at < held.seen_at then
    return 'superseded';
  end if;

  update private.event_guests g
     set member_id = coalesce(note_guest.member, g.member_id), email = word.email, name = word.name, answers = word.answers,
         luma_status = says, registered_at = coalesce(word.registered_at, g.registered_at),
         -- A late message may know less than we do: only a look takes a payment or a check-in back.
         is_paid = word.is_paid or source = 'webhook' and g.is_paid,
         checked_in_at = coalesce(word.checked_in_at, case when source = 'webhook' or g.checked_in_here then g.checked_in_at end),
         checked_in_here = g.checked_in_here and word.checked_in_at is null,
         no_show_at = case when word.checked_in_at is null then g.no_show_at end,
         seen_at = greatest(g.seen_at, note_guest.seen_at)
   where g.id = held.id and (source <> 'webhook' or note_guest.seen_at > held.seen_at - interval '5 seconds');
  if not found then
    return 'superseded';
  elsif says = held.status then
    perform private.settle_telling(held.id, at);
  elsif says = 'pending' and word.registered_at > held.registered_at then
    -- She registered anew, so that what was decided before is over.
    update private.guest_decisions d set state = 'superseded' where d.guest_id = held.id and d.state in ('owed', 'failed');
    -- Whom a leader declined does not come in by asking twice: the hosts decide again, and no rule.
    update private.event_guests g
       set status = says, reason = null, words = '',
           decided_by = case when held.decided_by = 'host' and held.status = 'declined' then held.decided_by end
     where g.id = held.id;
  elsif says <> held.luma_status then
    select g.* into held from private.event_guests g where g.id = held.id;
    perform private.write_decision(held, by_luma, 'luma', at, run, correlation_id => note_guest.correlation_id);
  end if;
  return null;
end
$$;

comment on function private.note_guest is
  'Keeps what Luma says of one guest. What differs from our decision and from what Luma had was decided by people at Luma. Returns null when there may be something to decide; else what became of it: superseded, looked up, erased. The caller holds the event''s row.';

create function private.hold_guests(addresses text[], event uuid)
returns void
language plpgsql
volatile
set search_path = ''
as $$
declare
  address text;
begin
  for address in select distinct a from pg_catalog.unnest(addresses) a where a is not null order by a loop
    perform private.lock_email(address);
  end loop;
  perform from public.members m
    where m.id in (select e.member_id from public.member_emails e where e.email = any (addresses)
                   union select g.member_id from private.event_guests g where g.event_id = hold_guests.event and g.email = any (addresses))
    order by m.id for key share;
  perform from public.events e where e.id = hold_guests.event for no key update;
end
$$;

comment on function private.hold_guests is
  'Holds what a decision about these addresses needs, in the order that everybody keeps: addresses, members, the event. Whoever erases one of them is waited for.';

create function private.was_erased_since(address text, registered_at timestamptz)
returns boolean
language plpgsql
stable
set search_path = ''
as $$
begin
  -- Who registers after she was erased is somebody new.
  return coalesce((private.buried_in('address', address)).erased_at >= coalesce(registered_at, '-infinity'), false);
end
$$;

comment on function private.was_erased_since is 'Whether whoever had this address had her data deleted after she registered.';

create function private.take_guest(event uuid, luma_event_id text, guest jsonb, seen_at timestamptz, source text,
  run bigint, correlation_id text, at timestamptz)
returns text
language plpgsql
volatile
set search_path = ''
as $$
declare
  word constant private.guest_word := private.read_guest_word(guest);
  noted text;
begin
  if word.email is not null and private.was_erased_since(word.email, word.registered_at) then
    if word.status <> 'declined' and exists (
      select from public.events e where e.id = take_guest.event and e.state = 'published' and e.ends_at > at)
    then
      perform private.owe_guest_erasure((private.buried_in('address', word.email)).id, take_guest.luma_event_id, word.luma_guest_id, at);
    end if;
    return 'erased';
  end if;
  noted := private.note_guest(take_guest.event, word,
    (select e.member_id from public.member_emails e where e.email = word.email and e.verified_at is not null),
    take_guest.seen_at, take_guest.source, at, take_guest.run, take_guest.correlation_id);
  if noted is not null then
    return noted;
  end if;
  return private.decide_guest((select g.id from private.event_guests g
    where g.event_id = take_guest.event and g.luma_guest_id = word.luma_guest_id), at, take_guest.run, take_guest.correlation_id);
end
$$;

comment on function private.take_guest is 'Keeps what Luma says of one guest and decides about her. The caller holds what private.hold_guests holds.';

create function private.apply_luma_guest(luma_event_id text, guest jsonb, seen_at timestamptz, source text,
  correlation_id text default null, at timestamptz default private.clock())
returns text
language plpgsql
volatile
set search_path = ''
as $$
declare
  event constant uuid := (select l.event_id from private.luma_events l where l.luma_id = apply_luma_guest.luma_event_id);
begin
  if event is null then
    return 'unknown event';
  end if;
  perform private.hold_guests(array[private.guest_address(coalesce(guest ->> 'user_email', guest ->> 'email'))], event);
  return private.take_guest(event, apply_luma_guest.luma_event_id, guest, apply_luma_guest.seen_at, apply_luma_guest.source,
    null, apply_luma_guest.correlation_id, at);
end
$$;

comment on function private.apply_luma_guest is
  'Takes what Luma says of one guest. source: webhook (told without a time) or read (looked up at seen_at). Returns the new status, or: stands, too late, superseded, looked up, erased, unknown event.';
