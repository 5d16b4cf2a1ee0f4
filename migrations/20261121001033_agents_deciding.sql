-- Who decides about what waits, until when, and how it ends without a decision.

create function private.decide_proposal(proposal uuid, approves boolean, decided_by text, reason text, at timestamptz)
returns jsonb
language plpgsql
volatile
set search_path = ''
as $$
declare
  held private.agent_proposals;
  problem text;
  decides boolean := false;
begin
  -- Whoever decides at the same moment waits here, and then sees what was decided.
  select p.* into held from private.agent_proposals p where p.id = decide_proposal.proposal for no key update;
  if held.id is null then
    raise exception using errcode = 'PT404', message = 'There is no such proposal', detail = 'proposal', hint = 'Load the list again.';
  elsif pg_catalog.length(reason) > 500 then
    perform private.refuse_field('reason', 'The reason is longer than 500 characters', 'Shorten it.');
  end if;
  perform private.require_approver(held, decided_by);
  if held.state = 'waiting' and held.expires_at <= at then
    perform private.move_proposal(held.id, 'waiting', 'expired', at);
  elsif held.state = 'waiting' and not approves then
    decides := private.move_proposal(held.id, 'waiting', 'declined', at, decided_by, reason);
  elsif held.state = 'waiting' then
    perform private.require_open_key(held);
    problem := private.problem_of_proposal(held, at);
    decides := private.move_proposal(held.id, 'waiting', case when problem is null then 'approved' else 'failed' end::private.agent_proposal_state,
      at, decided_by, reason, error => problem);
  end if;
  select p.* into held from private.agent_proposals p where p.id = held.id;
  return pg_catalog.jsonb_build_object('decided', decides, 'state', held.state, 'words', private.proposal_state_in_words(held, at));
end
$$;

comment on function private.decide_proposal is
  'The one decision, wherever it is made. Answers whether it counted, and in words where the proposal stands now: who comes second reads who was first. One that is not true any more fails with its reason. Raises PT403 for who may not decide, PT404, PT409 when its key was revoked.';

create function private.withdraw_proposal(proposal uuid, why text, at timestamptz)
returns boolean
language plpgsql
volatile
set search_path = ''
as $$
begin
  return private.move_proposal(proposal, 'waiting', 'withdrawn', at, reason => why);
end
$$;

comment on function private.withdraw_proposal is 'Takes back a proposal that still waits. False when it does not.';

create function private.expire_proposals(at timestamptz, subject text default null)
returns integer
language plpgsql
volatile
set search_path = ''
as $$
declare
  old record;
  expired integer := 0;
begin
  for old in
    select p.id from private.agent_proposals p
     where p.state = 'waiting' and p.expires_at <= at and (expire_proposals.subject is null or p.subject = expire_proposals.subject)
     order by p.id limit 1000
  loop
    -- The schedule waits for nobody who holds one of them, and so nobody waits for it in a circle.
    if expire_proposals.subject is null then
      perform from private.agent_proposals p where p.id = old.id for no key update skip locked;
      continue when not found;
    end if;
    if private.move_proposal(old.id, 'waiting', 'expired', at) then
      expired := expired + 1;
    end if;
  end loop;
  if subject is null then
    perform jobs.beat('agents.expire');
  end if;
  return expired;
end
$$;

comment on function private.expire_proposals is
  'Says of proposals whose time is over that they have expired, and frees what they held. Whoever decides compares with the clock, so nothing depends on how punctual it is. Returns how many. pg_cron calls it every ten minutes.';

select cron.schedule('agents.expire', '*/10 * * * *', 'select private.expire_proposals(private.clock())'),
       jobs.beat('agents.expire');

create function private.withdraw_with_key()
returns trigger
language plpgsql
security definer
set search_path = ''
as $$
begin
  -- Whatever it is asking for at this moment is waited for, and then withdrawn as well.
  perform private.hold_limits(new.id);
  perform private.withdraw_proposal(p.id, 'Its key was revoked', private.clock())
     from (select w.id from private.agent_proposals w where w.key_id = new.id and w.state = 'waiting' order by w.id) p;
  return null;
end
$$;

comment on function private.withdraw_with_key() is 'Trigger: what a revoked key still asks for is withdrawn. What was approved before is carried out.';

create trigger agent_keys_revoked_withdraws
  after update of revoked_at on private.agent_keys
  for each row when (old.revoked_at is null and new.revoked_at is not null)
  execute function private.withdraw_with_key();

create function private.undo_proposal(call private.agent_call, write private.agent_writes)
returns text
language plpgsql
volatile
set search_path = ''
as $$
declare
  held private.agent_proposals;
begin
  if private.withdraw_proposal(write.target_id::uuid, null, call.at) then
    return null;
  end if;
  select p.* into held from private.agent_proposals p where p.id = write.target_id::uuid and p.key_id = call.key_id;
  if held.kind in ('cancel_now', 'cancel_at_period_end') and held.state in ('approved', 'carried_out') then
    return private.take_back_cancel(held.id, call.correlation_id, call.at);
  end if;
  return case held.state
    when 'carried_out' then 'It was carried out, and cannot be taken back'
    when 'approved' then 'It was approved, and is being carried out'
    when 'withdrawn' then null
    else pg_catalog.format('It is %s, so there is nothing to take back', coalesce(private.in_words(held.state), 'gone')) end;
end
$$;

comment on function private.undo_proposal is 'Takes back a proposal that still waits, when its change set is undone, and a cancellation as far as that goes; else says why it cannot.';

create function private.erase_proposals(member uuid, at timestamptz)
returns void
language plpgsql
volatile
set search_path = ''
as $$
declare
  hers record;
begin
  for hers in select p.id from private.agent_proposals p where p.member_id = member order by p.id for no key update loop
    perform private.withdraw_proposal(hers.id, 'The member is gone', at);
    perform pg_catalog.set_config('commons.proposal', hers.id::text, true);
    -- The sums stay: they are in the books, and count against the limits of the day.
    update private.agent_proposals p
       set member_id = null, reason = 'Erased', shows = '{"would": []}', decision_reason = null, error = null,
           subject = case p.kind when 'delete_member' then 'erased:' || p.id::text else p.subject end
     where p.id = hers.id;
    perform pg_catalog.set_config('commons.proposal', '', true);
    -- Her name goes from Slack as well.
    perform private.owe_slack_update(m.id, 'erased') from private.slack_messages m where m.key = 'agent_proposal:' || hers.id::text;
  end loop;
end
$$;

comment on function private.erase_proposals is 'A member is erased: what agents asked for about her loses its words and her, and what still waits is withdrawn. A deletion that was approved goes on to its end.';

create function private.proposals_merged(kept uuid, gone uuid, at timestamptz)
returns void
language plpgsql
volatile
set search_path = ''
as $$
declare
  why constant text := 'Her row became one with another';
  one record;
begin
  for one in select p.id, p.kind from private.agent_proposals p where p.member_id in (kept, gone) order by p.id for no key update loop
    if one.kind = 'delete_member' then
      -- Nobody was asked whether the whole of her should go.
      perform private.withdraw_proposal(one.id, why, at), private.move_proposal(one.id, 'approved', 'failed', at, error => why);
    end if;
    perform pg_catalog.set_config('commons.proposal', one.id::text, true);
    update private.agent_proposals p set member_id = kept where p.id = one.id;
    perform pg_catalog.set_config('commons.proposal', '', true);
  end loop;
end
$$;

comment on function private.proposals_merged is 'Two rows became one person: what agents asked for about either is about her.';

create function private.proposals_data(member uuid)
returns jsonb
language sql
stable
set search_path = ''
as $$
  select coalesce(pg_catalog.jsonb_agg(pg_catalog.to_jsonb(p) - '{key_id,change_set,member_id}'::text[]
           || pg_catalog.jsonb_build_object('decided_by', case when p.decided_by in ('limits', 'studio') then p.decided_by
                when p.decided_by is not null then 'an admin' end) order by p.created_at, p.id), '[]')
    from private.agent_proposals p where p.member_id = member
$$;

comment on function private.proposals_data is 'What agents asked for about a member, for her own data.';
