-- What a leader decides about guests, and what she writes to them.

create function private.decide_guest_by_host(guest bigint, event public.events, wish private.guest_status, host uuid, words text, at timestamptz)
returns text
language plpgsql
volatile
set search_path = ''
as $$
declare
  was private.event_guests;
  becomes private.guest_status := wish;
begin
  select g.* into was from private.event_guests g
   where g.id = decide_guest_by_host.guest and g.event_id = event.id and not g.is_erased for no key update;
  if was.id is null then
    return 'She is not on the list any more.';
  elsif was.status = 'invited' then
    return 'She has not answered the invitation yet.';
  elsif was.status = wish and was.decided_by in ('host', 'luma') then
    return 'This is so already.';
  elsif wish = 'declined' and was.is_paid then
    return 'She paid. Decline her at Luma, where you say whether she gets her money back.';
  elsif wish = 'approved' and was.status <> 'approved' and was.luma_status <> 'approved' and private.event_seats(event.id) = 0 then
    if was.status = 'waitlist' and was.decided_by = 'host' then
      return 'Every seat is taken. She is in line and comes in when one becomes free.';
    end if;
    becomes := 'waitlist';
  end if;
  if was.status = wish then
    -- From now on it is the host's word, which no sweep overturns. Nobody has to be told anew.
    update private.event_guests g set decided_by = 'host' where g.id = was.id;
  end if;
  perform private.write_decision(was, (becomes, 'by_host', null)::private.guest_verdict, 'host', at, actor => host, words => decide_guest_by_host.words);
  return case when becomes <> wish then 'Every seat is taken. She is in line and comes in when one becomes free.' else '' end;
end
$$;

comment on function private.decide_guest_by_host is
  'A leader''s decision about one guest. Never gives more seats than there are: who is approved when all are taken stands in line. Never declines who paid. Returns why it stayed as it was, or ended otherwise than wished; else nothing.';

create function private.decide_guests(caller uuid, event uuid, guests bigint[], decision text, reason text, at timestamptz)
returns table (guest_id bigint, status text, note text)
language plpgsql
volatile
security definer
set search_path = ''
as $$
#variable_conflict use_column
declare
  held public.events := private.require_event_editor(caller, event);
  host constant uuid := (select m.id from public.members m where m.user_id = caller);
  words constant text := pg_catalog.btrim(coalesce(reason, ''));
  one bigint;
begin
  if decision is null or decision not in ('approved', 'declined', 'pending') then
    perform private.refuse_field('decision', 'Choose what becomes of them', 'Approve, decline, or leave them pending.');
  elsif coalesce(pg_catalog.cardinality(guests), 0) not between 1 and 200 then
    perform private.refuse_field('guests', 'Choose from 1 to 200 guests', 'Decide about more of them in several steps.');
  elsif pg_catalog.length(words) > 200 then
    perform private.refuse_field('reason', 'The reason is longer than 200 characters', 'Shorten it a little.');
  elsif words = '' and (decision <> 'approved' or exists (
      select from private.event_guests g where g.id = any (guests) and g.event_id = held.id and g.status = 'declined')) then
    perform private.refuse_field('reason', 'Say why', 'A short reason is kept with the decision. Who is declined reads it.');
  end if;
  perform from public.members m
    where m.id = host or m.id in (select g.member_id from private.event_guests g where g.id = any (guests)) order by m.id for key share;
  select e.* into held from public.events e where e.id = held.id for no key update;
  if held.state <> 'published' or held.starts_at <= at then
    raise exception using errcode = 'PT409', message = 'The event has begun, or was canceled', detail = 'event',
      hint = 'Who came anyway can be checked in at Luma.';
  end if;
  -- In the order in which they registered, so that the earliest gets the last seat.
  for one in select c.id from (select distinct id from pg_catalog.unnest(guests) id) c left join private.event_guests g on g.id = c.id
              order by g.registered_at, c.id loop
    note := private.decide_guest_by_host(one, held, decision::private.guest_status, host, words, at);
    guest_id := one;
    status := (select g.status::text from private.event_guests g where g.id = one and g.event_id = held.id);
    return next;
  end loop;
end
$$;

comment on function private.decide_guests is 'A leader''s decision about up to 200 guests, each for herself. Raises PT403, PT404, PT409 once it has begun, PT422.';

create function public.decide_guests(event uuid, guests bigint[], decision text, reason text default '')
returns table (guest_id bigint, status text, note text)
language sql
volatile
set search_path = ''
as $$ select * from private.decide_guests(auth.uid(), event, guests, decision, reason, private.clock()) $$;

comment on function public.decide_guests is
  'For who may edit the event: approved, declined or pending for up to 200 guests. reason: required to decline, to put back and to overturn; who is declined reads it. Answers for each guest what she is now, and in note why it is not what was asked for.';

create function private.message_guests(caller uuid, event uuid, to_status text, words text, at timestamptz)
returns integer
language plpgsql
volatile
security definer
set search_path = ''
as $$
declare
  held constant public.events := private.require_event_editor(caller, event);
  host public.members;
  said constant text := pg_catalog.btrim(coalesce(words, ''), E' \n\r\t');
  made private.guest_messages;
  guest private.event_guests;
  told integer := 0;
  data jsonb;
begin
  select m.* into host from public.members m where m.user_id = caller for key share;
  if to_status is null or to_status not in ('approved', 'pending', 'waitlist', 'all') then
    perform private.refuse_field('to_status', 'Choose whom it goes to', 'Those approved, pending, in line, or all of them.');
  elsif pg_catalog.length(said) not between 1 and 2000 then
    perform private.refuse_field('words', 'The message is empty or longer than 2,000 characters', 'Write what they should know, in a few sentences.');
  elsif held.state = 'draft' then
    raise exception using errcode = 'PT409', message = 'A draft has no guests', detail = 'event', hint = 'Publish it first.';
  elsif held.ends_at < at - interval '30 days' then
    -- They said that they come to this one, not that they want to hear from us.
    raise exception using errcode = 'PT409', message = 'This event is long over', detail = 'event', hint = 'Guests are written to until 30 days after it.';
  end if;
  -- A double click waits here for the first, and finds its message.
  perform pg_catalog.pg_advisory_xact_lock(pg_catalog.hashtextextended('guest_message:' || held.id::text, 0));
  select m.* into made from private.guest_messages m
   where m.event_id = held.id and m.audience = to_status and m.words = said and m.sent_at > at - interval '10 minutes';
  if made.id is not null then
    return made.recipients;
  end if;
  if private.take_token('message_guests:' || held.id::text, 5, interval '1 day', at) is null
     or private.take_token('message_host:' || host.id::text, 20, interval '1 day', at) is null then
    raise exception using errcode = 'PT429', message = 'That is enough messages for today', hint = 'Their inboxes are not ours. Write again tomorrow.';
  end if;
  perform private.hold_guests_of(held.id);
  insert into private.guest_messages (event_id, sent_by, audience, words, sent_at)
  values (held.id, host.id, to_status, said, at) returning * into made;
  data := private.event_facts(held) || pg_catalog.jsonb_build_object('words', said,
    'from', (select coalesce(nullif(p.name, ''), 'The hosts') from public.profiles p where p.member_id = host.id));
  for guest in
    -- Who registered with two addresses of hers hears of it once.
    select distinct on (coalesce(g.member_id::text, g.email)) g.* from private.event_guests g
     where g.event_id = held.id and not g.is_erased and coalesce(g.member_id::text, g.email) is not null
       and (g.status::text = to_status or to_status = 'all' and g.status in ('approved', 'pending', 'waitlist'))
     order by coalesce(g.member_id::text, g.email), g.id
  loop
    perform private.send_email(pg_catalog.format('event_message:%s:%s', made.id, guest.id), 'event_message', data,
      member => guest.member_id, address => guest.email, correlation_id => 'guest-message-' || made.id::text);
    told := told + 1;
  end loop;
  update private.guest_messages m set recipients = told where m.id = made.id;
  perform private.audit('member', host.id::text, 'events.guests_written_to', 'event', held.id::text, null,
    pg_catalog.jsonb_build_object('message', made.id, 'to', to_status, 'recipients', told), correlation_id => 'guest-message-' || made.id::text);
  return told;
end
$$;

comment on function private.message_guests is
  'Owes an e-mail to each guest of a kind: a member at her address of that moment, everybody else where she registered. The same words within ten minutes are sent once. Five a day for an event, twenty for a leader. Raises PT403, PT404, PT409, PT422, PT429.';

create function public.message_guests(event uuid, to_status text, words text)
returns integer
language sql
volatile
set search_path = '' set statement_timeout = '60s' -- the Data API takes this time instead of its own
as $$ select private.message_guests(auth.uid(), event, to_status, words, private.clock()) $$;

comment on function public.message_guests is 'For who may edit the event: writes to its guests (approved, pending, waitlist, or all of these) by e-mail, without showing an address. Answers how many it goes to.';

create function private.tell_canceled(event uuid, correlation_id text default null)
returns integer
language plpgsql
volatile
set search_path = ''
as $$
declare
  held public.events;
  about jsonb;
  guest record;
  key text;
  told integer := 0;
begin
  perform private.hold_guests_of(tell_canceled.event);
  select e.* into held from public.events e where e.id = tell_canceled.event and e.state = 'canceled';
  about := private.event_facts(held) || pg_catalog.jsonb_build_object('reason', nullif(held.cancel_reason, ''));
  for guest in
    select distinct on (coalesce(g.member_id::text, g.email)) g.id, g.member_id, g.email,
           exists (select from private.slack_people s where s.member_id = g.member_id and s.status in ('active', 'inactive')) as is_in_slack
      from private.event_guests g
     where g.event_id = held.id and g.status in ('approved', 'pending', 'waitlist') and not g.is_erased
       and coalesce(g.member_id::text, g.email) is not null
     order by coalesce(g.member_id::text, g.email), g.id
  loop
    key := pg_catalog.format('event_canceled:%s:%s', held.id, guest.id);
    -- Luma mails its guests when it cancels, but takes no reason along: that is what our mail is for.
    if held.cancel_reason = '' then
      continue when not guest.is_in_slack;
      perform private.post_to_slack(key, 'event_canceled', about, member => guest.member_id, correlation_id => tell_canceled.correlation_id);
    elsif guest.member_id is not null then
      perform private.tell_member(guest.member_id, 'event_canceled', about, key, tell_canceled.correlation_id);
    else
      perform private.send_email(key, 'event_canceled', about, address => guest.email, correlation_id => tell_canceled.correlation_id);
    end if;
    told := told + 1;
  end loop;
  return told;
end
$$;

comment on function private.tell_canceled is
  'Tells the guests of a canceled event why, by e-mail, and members in Slack. Without a reason only Slack, because Luma has mailed everybody. Once each. Returns how many.';

create function private.event_canceled()
returns trigger
language plpgsql
security definer
set search_path = ''
as $$
begin
  if exists (select from private.event_guests g where g.event_id = new.id) then
    -- As a job: who cancels holds the event, and whoever writes to members holds them first.
    perform jobs.enqueue('events', 'tell_canceled', pg_catalog.jsonb_build_object('event_id', new.id), key => 'canceled:' || new.id::text);
  end if;
  return null;
end
$$;

comment on function private.event_canceled() is 'Trigger: an upcoming event was canceled, so its guests are owed the news.';

create trigger events_canceled_told
  after update of state on public.events
  for each row when (old.state = 'published' and new.state = 'canceled' and old.ends_at > private.clock())
  execute function private.event_canceled();

select jobs.define_kind('events', 'tell_canceled', 'Tells the guests of a canceled event why it does not take place.', priority => 'bulk');
