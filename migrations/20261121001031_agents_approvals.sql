-- How a proposal goes from state to state: one writer, and one guard for whoever edits the row by hand.

create function private.proposal_scope(kind private.agent_proposal_kind)
returns private.agent_scope
language sql
immutable
set search_path = ''
as $$
  select (case kind when 'refund' then 'payments:refund' when 'delete_member' then 'members:write' else 'payments:cancel' end)::private.agent_scope
$$;

comment on function private.proposal_scope is 'What a key must have to propose this, and still have when it is approved.';

create function private.decider_in_words(decided_by text)
returns text
language plpgsql
stable
set search_path = ''
as $$
begin
  return case decided_by
    when 'limits' then 'the limits of its key'
    when 'studio' then 'an admin in Studio'
    else coalesce((select nullif(p.name, '') from public.profiles p where p.member_id::text = decided_by), 'an admin') end;
end
$$;

comment on function private.decider_in_words is 'Who decided about a proposal, as admins read it.';

create function private.proposal_state_in_words(proposal private.agent_proposals, at timestamptz)
returns text
language plpgsql
stable
set search_path = ''
as $$
declare
  who constant text := private.decider_in_words(proposal.decided_by);
begin
  return case
    when proposal.state = 'waiting' and proposal.expires_at <= at or proposal.state = 'expired'
      then 'Nobody decided in time, so it expired'
    when proposal.state = 'waiting' then 'Waits for an admin'
    when proposal.state = 'withdrawn' then coalesce(proposal.decision_reason, 'Its agent took it back')
    when proposal.state = 'declined' then 'Declined by ' || who
    when proposal.state = 'approved' then pg_catalog.format('Approved by %s, and being carried out', who)
    when proposal.state = 'carried_out' then pg_catalog.format('Approved by %s, and done', who)
    else pg_catalog.format('Approved by %s, but it could not be done', who) || coalesce(': ' || pg_catalog.rtrim(proposal.error, '.'), '') end;
end
$$;

comment on function private.proposal_state_in_words is 'Where a proposal stands at this moment, as a sentence without its full stop. One whose time is over has expired, also before the row says so.';

create function private.problem_of_proposal(proposal private.agent_proposals, at timestamptz)
returns text
language plpgsql
stable
set search_path = ''
as $$
begin
  return case proposal.kind
    when 'delete_member' then private.deletion_problem(proposal, at)
    else private.proposal_problem(proposal, at) end;
end
$$;

comment on function private.problem_of_proposal is 'Null while what a proposal shows is still true and can be done; else why not. Asked at the moment of approval.';

create function private.require_open_key(proposal private.agent_proposals)
returns void
language plpgsql
stable
set search_path = ''
as $$
declare
  key private.agent_keys;
begin
  select k.* into key from private.agent_keys k where k.id = proposal.key_id;
  if key.revoked_at is not null then
    perform private.refuse('PT409', 'Its key was revoked', 'state', 'Decline it. What a revoked key asked for is not done.');
  elsif private.proposal_scope(proposal.kind) <> all (key.scopes) then
    perform private.refuse('PT409', pg_catalog.format('Its key has no scope %s any more', private.proposal_scope(proposal.kind)), 'state',
      'Decline it, or give the key the scope again.');
  end if;
end
$$;

comment on function private.require_open_key is 'Raises PT409 when the key of a proposal was revoked, or lost the scope that it takes. That a key has expired since changes nothing.';

create function private.require_approver(proposal private.agent_proposals, decided_by text)
returns void
language plpgsql
stable
set search_path = ''
as $$
begin
  if decided_by = 'studio' then
    return;  -- who may edit rows in Studio is an admin, and its login is in the audit log
  end if;
  if not exists (select from public.members m where m.id::text = decided_by and m.role = 'admin') then
    perform private.refuse('PT403', 'Only admins decide about proposals', 'decided_by', 'Ask an admin.');
  elsif decided_by = proposal.member_id::text then
    perform private.refuse('PT403', 'This is about yourself', 'decided_by', 'Another admin decides.');
  elsif not exists (select from private.agent_keys k where k.id = proposal.key_id and k.holder_id is not null) then
    perform private.refuse('PT403', 'Nobody knows who works with this agent', 'decided_by', 'In Studio an admin says so first, in holder_id of its key.');
  elsif exists (select from private.agent_keys k where k.id = proposal.key_id and k.holder_id::text = decided_by) then
    perform private.refuse('PT403', 'You work with this agent', 'decided_by', 'Another admin decides; your agent can withdraw it.');
  end if;
end
$$;

comment on function private.require_approver is
  'Raises PT403 unless this is an admin at this moment, who neither works with the key that asks nor is the member whom it concerns. Of a key whose holder is not known, or was erased, nobody knows who asks.';

create function private.move_proposal(
  proposal uuid, was private.agent_proposal_state, becomes private.agent_proposal_state, at timestamptz,
  decided_by text default null, reason text default null, provider_id text default null, error text default null,
  correlation_id text default null
)
returns boolean
language plpgsql
volatile
set search_path = ''
as $$
declare
  moved boolean;
begin
  -- The guard lets pass what this function writes, and nothing else.
  perform pg_catalog.set_config('commons.proposal', proposal::text, true);
  update private.agent_proposals p
     set state = becomes,
         decided_at = case when move_proposal.decided_by is not null then at else p.decided_at end,
         decided_by = coalesce(move_proposal.decided_by, p.decided_by),
         decision_reason = coalesce(nullif(pg_catalog.btrim(move_proposal.reason), ''), p.decision_reason),
         settled_at = case when becomes in ('waiting', 'approved') then null else at end,
         provider_id = move_proposal.provider_id,
         error = move_proposal.error,
         correlation_id = coalesce(p.correlation_id, move_proposal.correlation_id),
         -- Whoever hears at once that it cannot be done needs no reminder of it.
         closed_at = case when was = 'waiting' and becomes = 'failed' then at end
   where p.id = move_proposal.proposal and p.state = was;
  moved := found;
  perform pg_catalog.set_config('commons.proposal', '', true);
  return moved;
end
$$;

comment on function private.move_proposal is
  'Takes a proposal from one state to the next, if it is still in the first: false when somebody else was faster. What follows from it, the trigger does.';

create function private.guard_proposal()
returns trigger
language plpgsql
security definer
set search_path = ''
as $$
declare
  at constant timestamptz := private.clock();
  by_rule constant boolean := coalesce(pg_catalog.current_setting('commons.proposal', true), '') = coalesce(new.id, old.id)::text;
  problem text;
begin
  if tg_op = 'DELETE' then
    if old.state in ('waiting', 'approved') then
      perform private.refuse('PT409', 'This proposal is still open', 'state', 'Set its state to declined, or wait until it is carried out.');
    end if;
    return old;
  elsif tg_op = 'INSERT' then
    if not by_rule and new.state = 'approved' then
      perform private.refuse('PT409', 'A new proposal waits', 'state', 'Leave the state out; approve it when it stands there.');
    end if;
    return new;
  elsif by_rule then
    if (old.state, new.state) not in (('waiting', 'approved'), ('waiting', 'declined'), ('waiting', 'expired'), ('waiting', 'withdrawn'),
         ('waiting', 'failed'), ('approved', 'carried_out'), ('approved', 'failed'))
       -- Of a refund Stripe has the last word, also later.
       and not (new.kind = 'refund' and (old.state, new.state) in (('carried_out', 'failed'), ('failed', 'carried_out'))) and old.state <> new.state then
      perform private.refuse('PT409', pg_catalog.format('A proposal that is %s does not become %s', private.in_words(old.state), private.in_words(new.state)),
        'state', 'It is settled once.');
    end if;
    return new;
  end if;

  -- By hand: the decision, and nothing else. That her row is gone, the database itself writes.
  if pg_catalog.to_jsonb(new) - '{state,decision_reason,member_id}'::text[] is distinct from pg_catalog.to_jsonb(old) - '{state,decision_reason,member_id}'::text[]
     or new.member_id is distinct from old.member_id and new.member_id is not null then
    perform private.refuse('PT409', 'What a proposal shows is not changed', private.first_change(pg_catalog.to_jsonb(old) - '{state,decision_reason}'::text[], pg_catalog.to_jsonb(new) - '{state,decision_reason}'::text[]),
      'Approve or decline it as it is. The agent can propose something else.');
  elsif (new.state, new.decision_reason) is not distinct from (old.state, old.decision_reason) then
    return new;
  elsif new.state = old.state and old.state = 'waiting' then
    perform private.refuse('PT409', 'The reason goes with the decision', 'decision_reason', 'Set it together with the state.');
  elsif old.state <> 'waiting' then
    perform private.refuse('PT409', pg_catalog.format('This proposal is %s already', private.in_words(old.state)), 'state',
      'It was decided once; the agent can propose it again.');
  elsif new.state not in ('approved', 'declined') then
    perform private.refuse('PT409', 'By hand a proposal is approved or declined', 'state', 'Set it to approved or declined; the rest follows by itself.');
  elsif old.expires_at <= at then
    perform private.refuse('PT409', 'It has expired', 'state', 'The agent can propose it again.');
  end if;
  if new.state = 'approved' then
    perform private.require_open_key(old);
    problem := private.problem_of_proposal(old, at);
    if problem is not null then
      perform private.refuse('PT409', problem, 'state', 'What it shows is not true any more. Decline it.');
    end if;
  end if;
  new.decided_by := 'studio';
  new.decided_at := at;
  new.settled_at := case when new.state = 'declined' then at end;
  return new;
end
$$;

comment on function private.guard_proposal() is
  'Trigger: by hand a proposal is approved or declined, once, in time and while it can be done; what it shows is never changed. Raises PT409.';

create function private.in_words(state private.agent_proposal_state)
returns text
language sql
immutable
set search_path = ''
as $$ select pg_catalog.replace(state::text, '_', ' ') $$;

comment on function private.in_words is 'A state of a proposal as people write it: carried out.';

create function private.first_change(was jsonb, is_now jsonb)
returns text
language sql
immutable
set search_path = ''
as $$
  select n.key from pg_catalog.jsonb_each(is_now) n where n.value is distinct from was -> n.key order by n.key limit 1
$$;

comment on function private.first_change is 'The first column in which two versions of a row differ.';

create trigger agent_proposals_guarded
  before insert or update or delete on private.agent_proposals
  for each row execute function private.guard_proposal();
