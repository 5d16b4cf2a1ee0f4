-- What follows when a proposal comes into a state: it is owed, what it held is free again, and the log and Slack hear of it.

create function private.proposal_actor(was private.agent_proposal_state, is_now private.agent_proposals, out kind private.actor_kind, out actor text)
language plpgsql
stable
set search_path = ''
as $$
declare
  agent constant text := private.acting_agent();
begin
  if agent is not null then
    kind := 'agent';
    actor := agent;
  elsif was = 'approved' then
    kind := 'job';
    actor := 'agents.' || is_now.kind::text;
  elsif was in ('carried_out', 'failed') then
    kind := 'stripe';
    actor := is_now.provider_id;
  elsif is_now.state in ('expired', 'withdrawn') then
    kind := 'schedule';
    actor := 'agents.' || is_now.state::text;
  elsif is_now.decided_by = 'studio' then
    kind := 'studio';
    actor := session_user;
  else
    kind := 'admin';
    actor := is_now.decided_by;
  end if;
end
$$;

comment on function private.proposal_actor is 'Who brought a proposal into its state, for the audit log.';

create function private.proposal_changed()
returns trigger
language plpgsql
security definer
set search_path = ''
as $$
declare
  who record;
begin
  if tg_op = 'UPDATE' then
    who := private.proposal_actor(old.state, new);
    perform private.audit(who.kind, who.actor, 'agents.proposal_' || new.state::text, 'agent_proposal', new.id::text,
      pg_catalog.jsonb_build_object('state', old.state),
      pg_catalog.jsonb_strip_nulls(pg_catalog.jsonb_build_object('state', new.state, 'kind', new.kind, 'subject', new.subject,
        'agent', (select k.name from private.agent_keys k where k.id = new.key_id),
        'amount', new.amount, 'currency', new.currency, 'provider_id', new.provider_id, 'sandbox', nullif(new.is_sandbox, false))),
      case when old.state = 'waiting' then new.decision_reason end, new.correlation_id);
  end if;
  if new.state = 'approved' then
    if new.kind = 'delete_member' then
      perform private.carry_out_deletion(new.id, new.correlation_id, new.decided_at);
    else
      perform private.carry_out_proposal(new.id, new.correlation_id, new.decided_at);
    end if;
  elsif new.state not in ('waiting', 'carried_out') and new.kind <> 'delete_member' then
    perform private.release_proposal(new.id);
  end if;
  perform private.tell_proposal(new);
  return null;
end
$$;

comment on function private.proposal_changed() is
  'Trigger: what follows from the state of a proposal, whoever decided and wherever. Approved, it is owed; at its end what it held is free again; the log and Slack hear of it.';

create trigger agent_proposals_followed
  after insert on private.agent_proposals
  for each row execute function private.proposal_changed();
create trigger agent_proposals_followed_on
  after update of state on private.agent_proposals
  for each row when (old.state is distinct from new.state)
  execute function private.proposal_changed();
