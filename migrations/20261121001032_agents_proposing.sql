-- What an agent may do without asking, and what waits for an admin.

create function private.limits_used(key uuid, at timestamptz, out refunds integer, out cancels integer)
language sql
stable
set search_path = ''
as $$
  select pg_catalog.count(*) filter (where p.kind = 'refund')::integer, pg_catalog.count(*) filter (where p.kind in ('cancel_now', 'cancel_at_period_end'))::integer
    from private.agent_proposals p
   where p.key_id = key and p.decided_by = 'limits' and p.created_at >= private.end_of_utc_day(at) - interval '1 day'
$$;

comment on function private.limits_used is 'How many refunds and cancellations a key has had today (UTC) without asking. What could not be done counts too, so that nobody tries without end.';

create function private.limits_left(key private.agent_keys, at timestamptz)
returns jsonb
language plpgsql
stable
set search_path = ''
as $$
declare
  used record;
begin
  used := private.limits_used(key.id, at);
  return pg_catalog.jsonb_build_object('refunds', greatest(key.refunds_a_day - used.refunds, 0), 'cancels', greatest(key.cancels_a_day - used.cancels, 0),
    'resets_at', private.end_of_utc_day(at));
end
$$;

comment on function private.limits_left is 'What a key may still do today without asking.';

create function private.refund_over_limit(key private.agent_keys, member uuid, subject text, amount bigint, currency text, at timestamptz)
returns text
language plpgsql
stable
set search_path = ''
as $$
declare
  today constant timestamptz := private.end_of_utc_day(at) - interval '1 day';
  of_payment bigint;
  of_member bigint;
  most constant text := private.money(key.refund_each, key.refund_currency);
begin
  if currency <> key.refund_currency then
    return pg_catalog.format('The limit of this key is in %s, and this is in %s', pg_catalog.upper(key.refund_currency), pg_catalog.upper(currency));
  elsif amount > key.refund_each then
    return pg_catalog.format('%s is more than the %s that this key may give back without asking', private.money(amount, currency), most);
  end if;
  -- Many small ones are a large one, whichever keys they come from.
  select coalesce(pg_catalog.sum(p.amount), 0) into of_payment from private.agent_proposals p
   where p.subject = refund_over_limit.subject and p.kind = 'refund' and p.decided_by = 'limits' and p.is_sandbox = key.is_sandbox;
  select coalesce(pg_catalog.sum(p.amount), 0) into of_member from private.agent_proposals p
   where p.member_id = refund_over_limit.member and p.kind = 'refund' and p.decided_by = 'limits' and p.is_sandbox = key.is_sandbox
     and p.currency = refund_over_limit.currency and p.created_at >= today;
  if of_payment + amount > key.refund_each then
    return pg_catalog.format('With what agents gave back of this payment before, it is %s: more than the %s that this key may give back without asking',
      private.money(of_payment + amount, currency), most);
  elsif of_member + amount > key.refund_each then
    return pg_catalog.format('With what agents gave back to this member today, it is %s: more than the %s that this key may give back without asking',
      private.money(of_member + amount, currency), most);
  elsif (private.limits_used(key.id, at)).refunds >= key.refunds_a_day then
    return pg_catalog.format('This key has given %s today, which is all that it may give in a day without asking',
      private.counted(key.refunds_a_day, 'refund', 'refunds'));
  end if;
  return null;
end
$$;

comment on function private.refund_over_limit is 'Why a refund is more than a key may give without asking; null when it is not. Called while the limits of the key are held.';

create function private.counted(many integer, one text, several text)
returns text
language sql
immutable
set search_path = ''
as $$ select case many when 0 then 'no ' || several when 1 then 'one ' || one else many::text || ' ' || several end $$;

comment on function private.counted is 'A number with its word: no refunds, one refund, 3 refunds.';

create function private.why_it_waits(
  key private.agent_keys, kind private.agent_proposal_kind, member uuid, subject text, amount bigint, currency text, at timestamptz
)
returns text
language plpgsql
stable
set search_path = ''
as $$
declare
  done integer;
begin
  if kind = 'delete_member' then
    return 'Deleting a person is always decided by an admin';
  elsif member is null then
    return 'Nobody knows whose payment this is';
  elsif member = key.holder_id then
    return 'It is for the member who works with this agent';
  end if;
  select pg_catalog.count(*) into done from private.agent_proposals p
   where p.member_id = member and p.key_id = key.id and p.decided_by = 'limits' and p.created_at >= private.end_of_utc_day(at) - interval '1 day';
  if done >= key.actions_a_member then
    return pg_catalog.format('This key has done %s for this member today, which is all that it may do for one in a day without asking',
      private.counted(key.actions_a_member, 'thing', 'things'));
  elsif kind = 'refund' then
    return private.refund_over_limit(key, member, subject, amount, currency, at);
  elsif (private.limits_used(key.id, at)).cancels >= key.cancels_a_day then
    return pg_catalog.format('This key has cancelled %s today, which is all that it may in a day without asking',
      private.counted(key.cancels_a_day, 'membership', 'memberships'));
  end if;
  return null;
end
$$;

comment on function private.why_it_waits is 'Why a proposal has to wait for an admin, in words; null when it is within the limits of its key.';

create function private.hold_limits(whose uuid)
returns void
language plpgsql
volatile
set search_path = ''
as $$
begin
  perform pg_catalog.pg_advisory_xact_lock(pg_catalog.hashtextextended('limits of ' || whose::text, 0));
end
$$;

comment on function private.hold_limits is
  'One after the other for each key, and then for each member, so that what is counted of them holds. Not by the key''s row: another call of the key may hold that, to note its last use, and wait for a payment that this one holds.';

create function private.hold_change_set(change_set uuid, is_alone boolean)
returns void
language plpgsql
volatile
set search_path = ''
as $$
declare
  number constant bigint := pg_catalog.hashtextextended('change set ' || change_set::text, 0);
begin
  if is_alone then
    perform pg_catalog.pg_advisory_xact_lock(number);
  else
    perform pg_catalog.pg_advisory_xact_lock_shared(number);
  end if;
end
$$;

comment on function private.hold_change_set is
  'Whoever writes for a task holds it together with others, whoever takes it back holds it alone. Not by its row: an erasure takes the words out of that while it holds her whom it is about, and whoever takes back comes to her later.';

create function private.propose(
  call private.agent_call, kind private.agent_proposal_kind, member uuid, subject text, amount bigint, currency text, reason text, shows jsonb
)
returns jsonb
language plpgsql
volatile
set search_path = ''
as $$
declare
  -- On one line: what looks like a line of ours is read as one.
  why constant text := private.tidy_line(reason);
  most_waiting constant integer := 20;
  keep constant interval := interval '72 hours';
  key private.agent_keys;
  waits text;
  made private.agent_proposals;
  open uuid;
begin
  if coalesce(pg_catalog.length(why), 0) not between 1 and 500 then
    perform private.refuse_field('reason', 'Say why, in 500 characters at most', 'An admin reads it to decide.');
  end if;
  perform private.hold_limits(call.key_id);
  if member is not null then
    perform private.hold_limits(member);
  end if;
  select k.* into key from private.agent_keys k where k.id = call.key_id;
  if key.revoked_at is not null then
    raise exception using errcode = 'PT403', message = 'This key was revoked', hint = 'Ask an admin for another one.';
  elsif key.held_until > call.at or private.proposal_scope(kind) <> all (key.scopes) then
    -- While it waited for whoever held the payment.
    raise exception using errcode = 'PT403', message = 'This key was stopped, or lost the scope, while it asked', hint = 'Look at keys.me.';
  elsif (select pg_catalog.count(*) from private.agent_proposals p where p.key_id = key.id and p.state = 'waiting' and p.expires_at > call.at) >= most_waiting then
    raise exception using errcode = 'PT409', message = pg_catalog.format('%s proposals of this key wait already', most_waiting),
      hint = 'Wait until an admin has decided about them, or withdraw some.';
  end if;
  perform private.expire_proposals(call.at, subject);
  select p.id into open from private.agent_proposals p
   where p.kind = propose.kind and p.subject = propose.subject and p.is_sandbox = call.is_sandbox and p.state in ('waiting', 'approved') and p.kind <> 'refund';
  if open is not null then
    raise exception using errcode = 'PT409', message = 'This was proposed before, and is still open',
      hint = pg_catalog.format('Look at proposal %s, or wait until it is decided.', open);
  end if;

  waits := private.why_it_waits(key, kind, member, subject, amount, pg_catalog.lower(currency), call.at);
  made.id := gen_random_uuid();
  perform pg_catalog.set_config('commons.proposal', made.id::text, true);
  insert into private.agent_proposals (id, key_id, change_set, kind, member_id, subject, amount, currency, reason, shows, state, why_waiting, is_sandbox,
    created_at, expires_at, decided_at, decided_by, correlation_id)
  values (made.id, key.id, call.change_set, kind, member, subject, amount, pg_catalog.lower(currency), why, shows,
    case when waits is null then 'approved' else 'waiting' end::private.agent_proposal_state, waits, call.is_sandbox, call.at, call.at + keep,
    case when waits is null then call.at end, case when waits is null then 'limits' end, call.correlation_id);
  perform pg_catalog.set_config('commons.proposal', '', true);
  select p.* into made from private.agent_proposals p where p.id = made.id;
  perform private.note_agent_write(call, 'agents.proposed', 'agent_proposal', made.id::text,
    pg_catalog.jsonb_strip_nulls(pg_catalog.jsonb_build_object('kind', kind, 'subject', subject, 'amount', amount, 'currency', made.currency,
      'state', case when waits is null then 'approved' else 'waiting' end, 'sandbox', nullif(call.is_sandbox, false))),
    after => pg_catalog.jsonb_build_object('state', 'waiting'), undo => 'undo_proposal', member => member);
  return pg_catalog.jsonb_build_object('data', private.shown_proposal(made), 'status', 202, 'keep', true);
exception when unique_violation then
  -- Another key proposed the same at the same moment.
  raise exception using errcode = 'PT409', message = 'This was proposed before, and is still open', hint = 'Wait until it is decided.';
end
$$;

comment on function private.propose is
  'What each handler that moves money, ends a membership or deletes comes down to: a row that shows what would happen. Within the limits of the key it is approved and owed at once, else it waits 72 hours for an admin. shows: sentences in would, without names. Returns the handler''s answer. Raises PT409 for what is proposed already, and beyond 20 that wait.';

create function private.shown_proposal(proposal private.agent_proposals, is_open boolean default true)
returns jsonb
language plpgsql
stable
set search_path = ''
as $$
begin
  if not is_open then
    proposal.subject := null;
    proposal.member_id := null;
    proposal.amount := null;
    proposal.currency := null;
    proposal.reason := null;
    proposal.shows := '{"would": []}';
    proposal.why_waiting := null;
    proposal.decision_reason := null;
    proposal.provider_id := null;
    proposal.error := null;
  end if;
  return pg_catalog.jsonb_build_object(
    'id', proposal.id, 'kind', proposal.kind, 'state', proposal.state, 'subject', proposal.subject, 'member', proposal.member_id,
    'amount', proposal.amount, 'currency', proposal.currency, 'reason', private.said(proposal.reason), 'shows', proposal.shows,
    'why_waiting', proposal.why_waiting, 'sandbox', proposal.is_sandbox, 'change_set', proposal.change_set,
    'created_at', proposal.created_at, 'expires_at', proposal.expires_at, 'decided_at', proposal.decided_at,
    'decided_by', case when proposal.decided_by = 'limits' then 'limits' when proposal.decided_by is not null then 'admin' end,
    'decision_reason', private.said(proposal.decision_reason), 'settled_at', proposal.settled_at,
    'provider_id', proposal.provider_id, 'error', proposal.error);
end
$$;

comment on function private.shown_proposal is 'A proposal as its agent sees it: never who the admin was, and texts of people marked as such. is_open: false leaves only what kind it was, what became of it, and when.';

create function private.settle_proposal(
  proposal uuid, outcome private.agent_proposal_state, provider_id text, error text, correlation_id text, at timestamptz
)
returns boolean
language plpgsql
volatile
set search_path = ''
as $$
begin
  if outcome not in ('carried_out', 'failed') then
    raise exception using errcode = '22023', message = 'A proposal is settled as carried_out or failed';
  end if;
  return private.move_proposal(proposal, 'approved', outcome, at, provider_id => settle_proposal.provider_id,
    error => case when outcome = 'failed' then coalesce(nullif(pg_catalog.btrim(settle_proposal.error), ''), 'No reason was given') end,
    correlation_id => settle_proposal.correlation_id);
end
$$;

comment on function private.settle_proposal is
  'What the job that carried a proposal out says at its end. False when it was settled before, so that a repeated job changes nothing.';
