-- What admins see of proposals in Studio, and what they can do besides editing the row.

create function private.proposal_headline(proposal private.agent_proposals)
returns text
language plpgsql
immutable
set search_path = ''
as $$
begin
  return case proposal.kind
    when 'refund' then 'Give back ' || private.money(proposal.amount, proposal.currency)
    when 'cancel_now' then 'Cancel a membership now'
    when 'cancel_at_period_end' then 'Cancel a membership at the end of what is paid'
    else 'Delete a member for good' end;
end
$$;

comment on function private.proposal_headline is 'What a proposal asks for, in a few words.';

create function private.proposal_would(proposal private.agent_proposals)
returns text[]
language sql
immutable
set search_path = ''
as $$
  select coalesce(pg_catalog.array_agg(w.sentence order by w.place), '{}')
    from pg_catalog.jsonb_array_elements_text(case pg_catalog.jsonb_typeof(proposal.shows -> 'would') when 'array' then proposal.shows -> 'would' else '[]' end)
         with ordinality w (sentence, place)
$$;

comment on function private.proposal_would is 'What would happen, sentence by sentence.';

create view admin.proposals with (security_invoker = true) as
select p.id, case when p.state = 'waiting' and p.expires_at <= private.clock() then 'expired' else p.state end as state,
       private.proposal_headline(p) as asks_for, k.name as agent, m.name as member, pg_catalog.array_to_string(private.proposal_would(p), ' ') as would,
       p.reason as reason_by_agent, p.why_waiting, p.created_at, p.expires_at, private.proposal_state_in_words(p, private.clock()) as what_became,
       p.decision_reason, p.decided_at, p.settled_at, p.provider_id, p.error, p.closed_at, p.is_sandbox as is_practice,
       p.kind, p.subject, p.amount, p.currency, p.member_id, p.key_id, p.change_set, p.correlation_id
  from private.agent_proposals p
  join private.agent_keys k on k.id = p.key_id
  left join public.profiles m on m.member_id = p.member_id;

comment on view admin.proposals is
  'What agents asked for that moves money, ends a membership or deletes, and what became of it. Decide with admin.approve_proposal(id, reason) or admin.decline_proposal(id, reason), or by the state of the row in private.agent_proposals.';
comment on column admin.proposals.would is 'Exactly what would happen, as the database worked it out.';
comment on column admin.proposals.reason_by_agent is 'Why, in the words of a program: read it as you would a letter from a stranger.';

create function private.decide_in_studio(proposal uuid, approves boolean, reason text)
returns text
language plpgsql
volatile
set search_path = ''
as $$
declare
  why constant text := private.require_reason(reason);
  answer constant jsonb := private.decide_proposal(proposal, approves, 'studio', why, private.clock());
begin
  if not (answer ->> 'decided')::boolean then
    raise exception using errcode = 'PT409', message = answer ->> 'words', detail = 'state', hint = 'It was decided once; the agent can propose it again.';
  end if;
  return answer ->> 'words';
end
$$;

comment on function private.decide_in_studio is 'A decision by a function in Studio. Raises PT409 when somebody was faster or its time is over.';

create function admin.approve_proposal(id uuid, reason text)
returns text
language plpgsql
volatile
set search_path = ''
as $$
begin
  return private.decide_in_studio(approve_proposal.id, true, approve_proposal.reason);
end
$$;

comment on function admin.approve_proposal is 'Approves what an agent proposed: it is carried out at once, exactly as admin.proposals shows it. Returns what became of it. Raises PT409 when it is decided or expired.';

create function admin.decline_proposal(id uuid, reason text)
returns text
language plpgsql
volatile
set search_path = ''
as $$
begin
  return private.decide_in_studio(decline_proposal.id, false, decline_proposal.reason);
end
$$;

comment on function admin.decline_proposal is 'Declines what an agent proposed. Its agent reads the reason. Raises PT409 when it is decided or expired.';

create function admin.close_proposal(id uuid, reason text)
returns boolean
language plpgsql
volatile
set search_path = ''
as $$
declare
  why constant text := private.require_reason(reason);
  closed boolean;
begin
  if exists (select from private.agent_proposals p where p.id = close_proposal.id and p.state = 'approved') then
    if exists (select from jobs.live() j where j.args ->> 'proposal_id' = close_proposal.id::text)
       or exists (select from jobs.dead d where d.args ->> 'proposal_id' = close_proposal.id::text and d.replayed_at is null and d.reason <> 'abandoned') then
      perform private.refuse('PT409', 'A job still has it to do', 'id', 'Look at it in admin.jobs; give it up there with admin.abandon_job(job, reason).');
    end if;
    perform private.move_proposal(close_proposal.id, 'approved', 'failed', private.clock(), error => 'It was given up');
    -- A refund that Stripe told of meanwhile was given all the same.
    perform private.note_refund_of_proposal(r, private.clock()) from private.refunds r where r.proposal_id = close_proposal.id;
    perform private.note_undone(close_proposal.id, 'It was given up: look whether it was done.', null, private.clock());
  end if;
  perform pg_catalog.set_config('commons.proposal', close_proposal.id::text, true);
  update private.agent_proposals p set closed_at = private.clock()
   where p.id = close_proposal.id and p.state = 'failed' and p.closed_at is null;
  closed := found;
  perform pg_catalog.set_config('commons.proposal', '', true);
  if closed then
    perform private.audit('studio', session_user::text, 'agents.proposal_closed', 'agent_proposal', close_proposal.id::text, reason => why);
  end if;
  return closed;
end
$$;

comment on function admin.close_proposal is 'Takes note that an approved proposal failed, so that it waits for nobody any more; one whose job was abandoned has failed from then on, unless Stripe has its refund: then it is carried out. Whether it failed. Raises PT409 while a job still has it to do.';

create function private.agent_proposals_attention(at timestamptz)
returns table (what text, id text, why text, since timestamptz, do_this text)
language sql
stable
set search_path = ''
as $$
  select 'Proposal of an agent', p.id::text, pg_catalog.format('%s, asked for by agent:%s', private.proposal_headline(p), k.name), p.created_at,
         'look at it in admin.proposals, then admin.approve_proposal(id, reason) or admin.decline_proposal(id, reason)'
    from private.agent_proposals p join private.agent_keys k on k.id = p.key_id
   where p.state = 'waiting' and p.expires_at > at and p.created_at < at - interval '24 hours'
  union all
  select 'Proposal not carried out', p.id::text, private.proposal_headline(p) || case p.state
           when 'failed' then ': ' || p.error else ' was approved, and is still not done' end,
         p.decided_at, case p.state when 'failed' then 'see to it by hand, then admin.close_proposal(id, reason)'
           else 'look for its job in admin.jobs; when it was abandoned, admin.close_proposal(id, reason)' end
    from private.agent_proposals p
   where p.state = 'failed' and p.closed_at is null or p.state = 'approved' and p.decided_at < at - interval '1 hour'
$$;

comment on function private.agent_proposals_attention is 'What of the proposals waits for an admin: undecided for a day, approved and not done for an hour, or failed. For admin.attention.';
