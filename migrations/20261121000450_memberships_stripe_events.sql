-- Stripe's events: stored under their id, applied, and what follows from them enqueued, in one transaction.

create type private.event_state as enum ('applied', 'ignored', 'superseded', 'failed', 'dead', 'quarantined');
comment on type private.event_state is 'What became of an event of Stripe''s; private.stripe_events.state says what each word means.';

create table private.stripe_events (
  event_id text primary key,
  type text not null,
  created_at timestamptz not null,
  object_id text,
  state private.event_state not null,
  note text,
  attempts smallint not null default 1,
  received_at timestamptz not null default private.clock(),
  applied_at timestamptz,
  payload jsonb
);
alter table private.stripe_events enable row level security;
-- Compressing each body costs more time than the space is worth.
alter table private.stripe_events alter column payload set storage external;
create index stripe_events_waiting on private.stripe_events (state, received_at)
  where state in ('failed', 'dead', 'quarantined');
create index stripe_events_object on private.stripe_events (object_id, created_at);

comment on table private.stripe_events is 'Every event that Stripe sent and signed, as it came. Nothing accepted is lost: what could not be applied waits here with its reason.';
comment on column private.stripe_events.payload is 'The event as it came. Removed half a year after it was settled (private.forget_payloads).';
comment on column private.stripe_events.state is 'applied; ignored (not a type we act on); superseded (something newer is known); failed (tried again by itself); dead (a person must act, then replay); quarantined (test-mode event at a live site, or the reverse).';

create table private.stripe_mode (
  is_only boolean primary key default true,
  livemode boolean not null,
  since timestamptz not null,
  constraint stripe_mode_is_only check (is_only)
);
alter table private.stripe_mode enable row level security;
-- Not live until a webhook's function has said so.
insert into private.stripe_mode (livemode, since) values (false, private.clock());

comment on table private.stripe_mode is 'Whether this site is live, as its functions said with the latest webhook. One row. Events of the other mode stay in quarantine.';

create function private.dispatch_stripe_event(event jsonb, at timestamptz, out state private.event_state, out note text)
language plpgsql
volatile
set search_path = ''
as $$
declare
  id constant text := event ->> 'id';
  type constant text := event ->> 'type';
  object constant jsonb := event -> 'data' -> 'object';
  seen_at constant timestamptz := private.moment(event ->> 'created');
  outcome text;
begin
  outcome := case type
    when 'customer.subscription.updated' then private.apply_subscription(object, 'updated', seen_at, id, id, at)
    when 'customer.subscription.created' then private.apply_subscription(object, 'created', seen_at, id, id, at)
    when 'customer.subscription.deleted' then private.apply_subscription(object, 'deleted', seen_at, id, id, at)
    when 'customer.subscription.paused' then private.apply_subscription(object, 'updated', seen_at, id, id, at)
    when 'customer.subscription.resumed' then private.apply_subscription(object, 'updated', seen_at, id, id, at)
    when 'invoice.paid' then private.apply_invoice(object, type, seen_at, id, id, at)
    when 'invoice.payment_failed' then private.apply_invoice(object, type, seen_at, id, id, at)
    when 'invoice.payment_action_required' then private.apply_invoice(object, type, seen_at, id, id, at)
    when 'checkout.session.completed' then private.apply_checkout(object, type, seen_at, id, at)
    when 'checkout.session.async_payment_succeeded' then private.apply_checkout(object, type, seen_at, id, at)
    when 'checkout.session.async_payment_failed' then private.apply_checkout(object, type, seen_at, id, at)
    when 'checkout.session.expired' then private.apply_checkout(object, type, seen_at, id, at)
    when 'charge.refunded' then private.apply_charge(object, null, type, seen_at, id, at)
    when 'refund.created' then private.apply_refund(object, seen_at, id, at)
    when 'refund.updated' then private.apply_refund(object, seen_at, id, at)
    when 'refund.failed' then private.apply_refund(object, seen_at, id, at)
    when 'charge.dispute.created' then private.apply_charge(null, object, type, seen_at, id, at)
    when 'charge.dispute.closed' then private.apply_charge(null, object, type, seen_at, id, at)
    when 'customer.updated' then private.apply_customer(object, 'updated', seen_at, id, at)
    when 'customer.deleted' then private.apply_customer(object, 'deleted', seen_at, id, at)
    else 'ignored'
  end;
  state := case outcome when 'ignored' then 'ignored' when 'superseded' then 'superseded' else 'applied' end::private.event_state;
  note := case outcome
    when 'ignored' then 'Commons does not act on ' || type
    when 'superseded' then 'Something newer was already known'
    when 'asked' then 'Two events of the same second: Stripe was asked for the current state'
  end;
exception
  when sqlstate 'CM001' then
    state := 'dead'::private.event_state;
    note := sqlerrm;
  when others then
    state := 'failed'::private.event_state;
    note := pg_catalog.format('%s (%s)', sqlerrm, sqlstate);
end
$$;

comment on function private.dispatch_stripe_event is
  'Applies one event and says how it went. Never raises: a failure undoes what the event had changed and becomes its state and note.';

create function private.receive_stripe_event(event jsonb, livemode boolean, at timestamptz default private.clock())
returns text
language plpgsql
volatile
set search_path = ''
as $$
declare
  id constant text := event ->> 'id';
  known jsonb;
  outcome record;
begin
  -- Written only when it changes, so that no webhook waits for another.
  if (select m.livemode from private.stripe_mode m) <> livemode then
    update private.stripe_mode m set livemode = receive_stripe_event.livemode, since = at;
  end if;
  if exists (select from private.stripe_events e where e.event_id = id) then
    return 'duplicate';
  end if;
  known := private.without_erased(event, at);
  if (event ->> 'livemode')::boolean is distinct from livemode then
    select 'quarantined'::private.event_state as state,
           case when livemode then 'A test-mode event reached the live site'
                else 'A live event reached a test site' end as note into outcome;
  else
    select * into outcome from private.dispatch_stripe_event(known, at);
  end if;

  insert into private.stripe_events (event_id, type, created_at, object_id, state, note, applied_at, payload)
  values (id, event ->> 'type', private.moment(event ->> 'created'), event -> 'data' -> 'object' ->> 'id',
    outcome.state, outcome.note, case when outcome.state = 'applied' then at end,
    -- Nothing is kept of a person who was erased but what still has to be applied.
    case when not known ? 'erased' or outcome.state in ('failed', 'dead', 'quarantined') then known end)
  on conflict (event_id) do nothing;
  if not found then
    -- The same event came twice at the same moment. Undo this one; the other stands.
    raise exception using errcode = 'CM002', message = pg_catalog.format('Event %s was received at the same moment', id);
  end if;
  if outcome.state = 'failed' then
    perform jobs.enqueue('memberships', 'apply_event', pg_catalog.jsonb_build_object('event_id', id),
      key => 'apply:' || id, run_at => at + interval '2 seconds', correlation_id => id);
  end if;
  return outcome.state::text;
end
$$;

comment on function private.receive_stripe_event is
  'The webhook''s one call: stores a verified event under its id, applies it and enqueues what follows, in one transaction. Returns its state, or duplicate. livemode: whether this site is live. Raises CM002, which also means duplicate, when two deliveries race.';

create function private.apply_stripe_event(id text, last_attempt boolean, at timestamptz)
returns text
language plpgsql
volatile
set search_path = ''
as $$
declare
  held private.stripe_events;
  outcome record;
begin
  select e.* into held from private.stripe_events e where e.event_id = id for update;
  if not found then
    raise exception using errcode = 'PT404', message = pg_catalog.format('There is no Stripe event %s', id),
      hint = 'Look it up in admin.stripe_events.';
  end if;
  if held.state not in ('failed', 'dead', 'quarantined')
     or (held.state = 'quarantined' and not exists (
       select from private.stripe_mode m where m.livemode = (held.payload ->> 'livemode')::boolean)) then
    return held.state::text;  -- nothing left to do, or still of the other mode
  end if;
  select * into outcome from private.dispatch_stripe_event(private.without_erased(held.payload, at), at);
  if outcome.state = 'failed' and last_attempt then
    outcome.state := 'dead';
  end if;
  update private.stripe_events e
     set state = outcome.state, note = outcome.note, attempts = e.attempts + 1,
         applied_at = case when outcome.state = 'applied' then at end,
         payload = case when not e.payload ? 'erased' or outcome.state in ('failed', 'dead', 'quarantined') then e.payload end
   where e.event_id = id;
  return outcome.state::text;
end
$$;

comment on function private.apply_stripe_event is 'Tries a stored event again. Does nothing for one that is settled, or in quarantine while the site is of the other mode. last_attempt: a further failure makes it dead.';

create function private.ignore_stripe_event(id text, why text)
returns private.event_state
language plpgsql
volatile
set search_path = ''
as $$
declare
  was private.event_state;
begin
  select e.state into was from private.stripe_events e where e.event_id = id for update;
  if was is null or was not in ('failed', 'dead', 'quarantined') then
    raise exception using errcode = 'PT409', message = 'This event does not wait for anybody',
      detail = 'event_id', hint = 'Look at its state in admin.stripe_events.';
  end if;
  update private.stripe_events e set state = 'ignored', note = why where e.event_id = id;
  return was;
end
$$;

comment on function private.ignore_stripe_event is 'Sets a waiting event aside and returns the state that it was in. Raises PT409 for one that does not wait.';

create function private.resolve_customer(customer jsonb, event text, at timestamptz)
returns text
language plpgsql
volatile
set search_path = ''
as $$
begin
  customer := private.living_customer(customer, at);
  perform private.attach_customer(customer ->> 'id', null, customer ->> 'email', customer ->> 'name', at, event, at);
  return 'applied';
end
$$;

comment on function private.resolve_customer is 'Gives a customer that no event named its member, from what Stripe answered when asked.';
