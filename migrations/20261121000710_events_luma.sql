-- What we know of each event at Luma, the pace at which Luma may be called, and what Luma tells us.

select jobs.create_queue('events', max_in_flight => 8);
select jobs.define_kind('events', 'carry_to_luma', 'Creates, changes or cancels one event at Luma.', max_deferrals => 1000),
       jobs.define_kind('events', 'read_luma_event', 'Reads one event from Luma, because Luma said that something about it is new.', max_deferrals => 1000),
       jobs.define_kind('events', 'read_back', 'Reads one page of all events at Luma.', priority => 'bulk', max_deferrals => 1000),
       jobs.define_kind('events', 'apply_luma_webhook', 'Tries a message of Luma again that could not be applied when it came.');

create type private.luma_state as enum ('waiting', 'creating', 'live', 'changing', 'canceling', 'canceled', 'failed');
comment on type private.luma_state is
  'waiting: Luma is owed it. creating, changing, canceling: under way or owed. live: Luma has the latest. canceled: it is gone there. failed: Luma refused it; error says what to do, and it is tried again by itself.';

create table private.luma_events (
  event_id uuid primary key references public.events (id) on delete cascade,
  luma_id text unique,
  state private.luma_state not null default 'waiting',
  marker text not null unique default pg_catalog.substr(pg_catalog.replace(pg_catalog.gen_random_uuid()::text, '-', ''), 1, 24),
  wanted_revision integer not null default 1,
  synced_revision integer not null default 0,
  synced_at timestamptz,
  sent jsonb not null default '{}',
  seen jsonb not null default '{}',
  seen_at timestamptz,
  heard jsonb,
  listed_in bigint,
  has_waitlist boolean not null default false,
  approval_required boolean,
  error text,
  error_detail text,
  failures smallint not null default 0,
  retry_at timestamptz,
  job bigint,
  claim uuid,
  claimed_until timestamptz,
  twin_id text,
  correlation_id text,
  constraint luma_events_claim_ends check ((claim is null) = (claimed_until is null)),
  constraint luma_events_failed_says_why check (state <> 'failed' or error is not null),
  constraint luma_events_live_is_known check (state not in ('live', 'changing') or luma_id is not null)
);
alter table private.luma_events enable row level security;
create index luma_events_unsettled on private.luma_events (retry_at) where retry_at is not null;

comment on table private.luma_events is 'Each event at Luma: its id there, how far Luma has our latest, and what went wrong.';
comment on column private.luma_events.luma_id is 'Luma''s id (evt-…). Null: not created yet, or nobody knows yet whether it was.';
comment on column private.luma_events.marker is 'Stands as the last line of the description at Luma. Luma has no idempotency: a create whose end nobody knows is looked up by it.';
comment on column private.luma_events.wanted_revision is 'The latest revision of the event that changed something for Luma. Luma has it when synced_revision is not lower.';
comment on column private.luma_events.sent is 'What we last told Luma, field by field: only what differs from it is sent.';
comment on column private.luma_events.seen is 'What Luma last answered, field by field: only what differs from it was edited at Luma.';
comment on column private.luma_events.seen_at is 'When Luma was asked for that. An older answer never overwrites a newer one.';
comment on column private.luma_events.heard is 'What a message said of it while somebody was at it: looked at when that is done.';
comment on column private.luma_events.listed_in is 'The latest reading of the whole calendar in which it was found.';
comment on column private.luma_events.has_waitlist is 'Whether Luma keeps a waitlist once the event is full. Only Luma''s own pages can switch it on.';
comment on column private.luma_events.approval_required is 'Whether Luma asks the hosts before it lets somebody in. Null: not known yet.';
comment on column private.luma_events.error is 'What went wrong and what to do about it, for the leader. Null: nothing.';
comment on column private.luma_events.error_detail is 'What Luma answered, for admins.';
comment on column private.luma_events.retry_at is 'When it is tried again by itself, should its job be lost or have given up. Null: Luma has the latest.';
comment on column private.luma_events.job is 'The job that carries it. An older job finds that and ends.';
comment on column private.luma_events.claim is 'Whoever works on it holds this until claimed_until, so that no two workers do.';
comment on column private.luma_events.twin_id is 'A second event at Luma with our marker, which should not be: an admin deletes it there.';

create table private.luma_pace (
  only_one boolean primary key default true,
  per_minute smallint not null default 170,
  next_at timestamptz not null default '-infinity',
  blocked_until timestamptz,
  constraint luma_pace_one_row check (only_one),
  constraint luma_pace_per_minute_sane check (per_minute between 1 and 10000)
);
alter table private.luma_pace enable row level security;
insert into private.luma_pace default values;

comment on table private.luma_pace is 'How fast Luma may be called: 200 calls a minute for a calendar, and a minute''s block on excess. One row.';
comment on column private.luma_pace.only_one is 'Always true: there is one row.';
comment on column private.luma_pace.per_minute is 'How many calls a minute we make. With a burst of 25 the default stays below Luma''s 200 in any minute.';
comment on column private.luma_pace.next_at is 'When the next call is due if calls are spread evenly; a burst may run ahead of it.';
comment on column private.luma_pace.blocked_until is 'Luma said that it takes nothing before this moment.';

create function private.luma_turn(priority jobs.priority, at timestamptz)
returns double precision
language plpgsql
volatile
set search_path = ''
as $$
declare
  pace private.luma_pace;
  spacing interval;
  burst interval;
begin
  select p.* into pace from private.luma_pace p for update;
  spacing := interval '1 minute' / pace.per_minute;
  -- Bulk work leaves half the burst to what people wait for.
  burst := spacing * case luma_turn.priority when 'interactive' then 24 else 12 end;
  if pace.blocked_until > at then
    return extract(epoch from pace.blocked_until - at);
  elsif pace.next_at > at + burst then
    return extract(epoch from pace.next_at - burst - at);
  end if;
  update private.luma_pace p set next_at = greatest(pace.next_at, at) + spacing;
  return 0;
end
$$;

comment on function private.luma_turn is
  'Asks to call Luma once. 0: go. Else the seconds after which to ask again. Commit it at once: its row is what all workers share.';

create function private.luma_blocked(until timestamptz)
returns void
language plpgsql
volatile
set search_path = ''
as $$
begin
  update private.luma_pace p set blocked_until = greatest(p.blocked_until, luma_blocked.until);
end
$$;

comment on function private.luma_blocked is 'Luma answered 429: nobody asks again before this moment. A later moment wins.';

create table private.luma_webhooks (
  webhook_id text primary key,
  type text not null,
  luma_event_id text,
  guest_id text,
  email text,
  state private.event_state not null,
  note text,
  attempts smallint not null default 1,
  received_at timestamptz not null default private.clock(),
  applied_at timestamptz,
  payload jsonb
);
alter table private.luma_webhooks enable row level security;
create index luma_webhooks_waiting on private.luma_webhooks (state, received_at) where state in ('failed', 'dead');
create index luma_webhooks_received on private.luma_webhooks (received_at) where payload is not null;
create index luma_webhooks_email on private.luma_webhooks (email) where email is not null;

comment on table private.luma_webhooks is 'Every message that Luma sent and signed. Nothing accepted is lost: what could not be applied waits here with its reason.';
comment on column private.luma_webhooks.webhook_id is 'Luma''s Webhook-Id, or the hash of the body when there is none.';
comment on column private.luma_webhooks.email is 'Whom a guest''s message is about, so that it is found when she is forgotten. Goes with the payload.';
comment on column private.luma_webhooks.payload is 'The message as it came. Removed 30 days after it was settled.';
comment on column private.luma_webhooks.state is 'applied; ignored (not a type we act on); superseded (something newer is known); failed (tried again by itself); dead (a person must act, then replay).';

create function private.dispatch_luma_webhook(id text, type text, data jsonb, seen_at timestamptz, at timestamptz,
  out state private.event_state, out note text)
language plpgsql
volatile
set search_path = ''
as $$
declare
  about constant text := case when type like 'event.%' or type = 'calendar.event.added' then data ->> 'id' else data -> 'event' ->> 'id' end;
  outcome text;
begin
  if type in ('guest.registered', 'guest.updated', 'ticket.registered') then
    if not exists (select from private.luma_events l where l.luma_id = about) then
      -- A crowd that registers at once asks for the event once a minute.
      perform private.read_luma_event(about, id, pg_catalog.format('luma-read:%s:%s', about, pg_catalog.floor(extract(epoch from at) / 60)));
      state := 'failed';
      note := 'This event is not known here yet: Luma is being asked about it';
      return;
    end if;
    outcome := private.apply_luma_guest(about, data - 'event', seen_at, 'webhook', id, at);
  elsif type = 'event.canceled' then
    -- Luma deletes what it cancels, so there is nothing to ask it about, and no later message can undo it.
    outcome := private.luma_event_gone(about, at);
  elsif type in ('event.created', 'event.updated', 'calendar.event.added') and coalesce(data ->> 'platform', 'luma') = 'luma' then
    outcome := private.hear_of_luma_event(data, type <> 'calendar.event.added', id, at);
  else
    outcome := 'ignored';
  end if;
  state := case outcome when 'ignored' then 'ignored' when 'superseded' then 'superseded' else 'applied' end::private.event_state;
  note := case outcome
    when 'ignored' then 'Commons does not act on ' || type
    when 'superseded' then 'Something newer was already known'
    when 'asked' then 'Luma is asked how the event stands'
    else outcome end;
exception when others then
  state := 'failed'::private.event_state;
  note := pg_catalog.format('%s (%s)', sqlerrm, sqlstate);
end
$$;

comment on function private.dispatch_luma_webhook is
  'Applies one message of Luma and says how it went. Never raises: a failure undoes what the message had changed and becomes its state and note.';

create function private.luma_message_kept(data jsonb)
returns jsonb
language sql
immutable
set search_path = ''
as $$
  select (data - array['hosts', 'phone_number', 'check_in_qr_code']) || case pg_catalog.jsonb_typeof(data -> 'event')
    when 'object' then pg_catalog.jsonb_build_object('event', (data -> 'event') - 'hosts') else '{}' end
$$;

comment on function private.luma_message_kept is
  'What is kept of a message of Luma. The hosts of an event have addresses too, and no row here says whose; a telephone number and the ticket''s code are of no use to us.';

create function private.receive_luma_webhook(id text, type text, data jsonb, at timestamptz default private.clock())
returns text
language plpgsql
volatile
set search_path = ''
as $$
declare
  outcome record;
  is_forgotten boolean;
begin
  if exists (select from private.luma_webhooks w where w.webhook_id = id) then
    return 'duplicate';
  end if;
  select * into outcome from private.dispatch_luma_webhook(id, type, data, at, at);
  -- Nothing comes back of somebody who had her account deleted; and what we do not act on may be about anybody.
  is_forgotten := outcome.note = 'erased' or outcome.state = 'ignored';
  insert into private.luma_webhooks (webhook_id, type, luma_event_id, guest_id, email, state, note, received_at, applied_at, payload)
  values (id, type,
    case when type like 'event.%' or type = 'calendar.event.added' then data ->> 'id' else data -> 'event' ->> 'id' end,
    case when type like 'guest.%' or type = 'ticket.registered' then data ->> 'id' end,
    case when not is_forgotten then pg_catalog.lower(coalesce(data ->> 'user_email', data ->> 'email')) end,
    outcome.state, outcome.note, at, case when outcome.state = 'applied' then at end,
    case when not is_forgotten then private.luma_message_kept(data) end)
  on conflict (webhook_id) do nothing;
  if not found then
    -- The same message came twice at the same moment. Undo this one; the other stands.
    raise exception using errcode = 'CM002', message = pg_catalog.format('Message %s was received at the same moment', id);
  end if;
  if outcome.state = 'failed' then
    perform jobs.enqueue('events', 'apply_luma_webhook', pg_catalog.jsonb_build_object('webhook_id', id),
      key => 'luma-webhook:' || id, run_at => at + interval '2 seconds', correlation_id => id);
  end if;
  return outcome.state::text;
end
$$;

comment on function private.receive_luma_webhook is
  'The webhook''s one call: stores a verified message under its id, applies it and enqueues what follows, in one transaction. Returns its state, or duplicate. Raises CM002, which also means duplicate, when two deliveries race.';

create function private.apply_luma_webhook(id text, last_attempt boolean, at timestamptz)
returns text
language plpgsql
volatile
set search_path = ''
as $$
declare
  held private.luma_webhooks;
  outcome record;
begin
  select w.* into held from private.luma_webhooks w where w.webhook_id = id for update;
  if held.webhook_id is null then
    raise exception using errcode = 'PT404', message = pg_catalog.format('There is no message %s', id),
      detail = 'webhook_id', hint = 'Look it up in admin.luma_webhooks.';
  elsif held.state not in ('failed', 'dead') or held.payload is null then
    return held.state::text;
  end if;
  -- It says how things stood when it came, however late it is applied.
  select * into outcome from private.dispatch_luma_webhook(id, held.type, held.payload, held.received_at, at);
  if outcome.state = 'failed' and last_attempt then
    outcome.state := 'dead';
  end if;
  update private.luma_webhooks w
     set state = outcome.state, note = outcome.note, attempts = w.attempts + 1,
         applied_at = case when outcome.state = 'applied' then at end,
         payload = case when outcome.note <> 'erased' then w.payload end, email = case when outcome.note <> 'erased' then w.email end
   where w.webhook_id = id;
  return outcome.state::text;
end
$$;

comment on function private.apply_luma_webhook is
  'Tries a stored message of Luma again. Does nothing for one that is settled. last_attempt: a further failure makes it dead.';
