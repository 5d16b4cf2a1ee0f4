-- The page on which admins decide.

create function private.require_admin(caller uuid)
returns uuid
language plpgsql
stable
set search_path = ''
as $$
declare
  admin constant uuid := (select m.id from public.members m where m.user_id = caller and m.role = 'admin');
begin
  if admin is null then
    raise exception using errcode = 'PT403', message = 'This page is for admins', hint = 'If you should be one, ask an admin.';
  end if;
  return admin;
end
$$;

comment on function private.require_admin is 'The admin who is signed in at this moment. Raises PT403 for everybody else.';

create function private.proposal_card(proposal private.agent_proposals, viewer uuid, at timestamptz)
returns jsonb
language plpgsql
stable
set search_path = ''
as $$
declare
  key private.agent_keys;
  why_not text;
  hint text;
begin
  select k.* into key from private.agent_keys k where k.id = proposal.key_id;
  begin
    perform private.require_approver(proposal, viewer::text);
  exception when sqlstate 'PT403' then
    get stacked diagnostics why_not = message_text, hint = pg_exception_hint;
    why_not := pg_catalog.format('%s. %s', why_not, hint);
  end;
  return pg_catalog.jsonb_build_object(
    'id', proposal.id, 'kind', proposal.kind, 'asks_for', private.proposal_headline(proposal), 'is_sandbox', proposal.is_sandbox,
    'money', private.money(proposal.amount, proposal.currency), 'agent', key.name, 'agent_what', key.what,
    'member_name', (select nullif(p.name, '') from public.profiles p where p.member_id = proposal.member_id),
    'member_email', (select e.email || case when e.verified_at is null then ' (not proved)' else '' end
                       from public.member_emails e where e.member_id = proposal.member_id and e.is_primary),
    'known_by', private.known_by(proposal.member_id), 'would', private.proposal_would(proposal), 'reason', proposal.reason, 'why_waiting', proposal.why_waiting,
    'created_at', proposal.created_at, 'expires_at', proposal.expires_at, 'decided_at', proposal.decided_at, 'why_not_you', why_not,
    'state', case when proposal.state = 'waiting' and proposal.expires_at <= at then 'expired' else proposal.state::text end,
    'words', private.proposal_state_in_words(proposal, at), 'decision_reason', proposal.decision_reason);
end
$$;

comment on function private.proposal_card is 'A proposal as an admin sees it on the site. why_not_you: why this admin does not decide about it, and who does. member_email: what neither she without proof nor an agent changes, so that a name is not enough to be taken for somebody else.';

create function private.agent_proposals_waiting(caller uuid, at timestamptz, earlier integer default 20)
returns jsonb
language plpgsql
stable
security definer
set search_path = ''
as $$
declare
  viewer constant uuid := private.require_admin(caller);
begin
  return pg_catalog.jsonb_build_object(
    'as_of', at,
    'waiting', (select coalesce(pg_catalog.jsonb_agg(private.proposal_card(p, viewer, at) order by p.expires_at, p.id), '[]')
                  from private.agent_proposals p where p.state = 'waiting' and p.expires_at > at),
    'earlier', (select coalesce(pg_catalog.jsonb_agg(private.proposal_card(e, viewer, at) order by e.created_at desc, e.id desc), '[]')
                  from (select p.* from private.agent_proposals p
                         where p.state <> 'waiting' or p.expires_at <= at
                         order by p.created_at desc, p.id desc limit earlier) e));
end
$$;

comment on function private.agent_proposals_waiting is 'What waits for a decision, soonest to expire first, and what became of the last ones. Raises PT403.';

create function public.agent_proposals_waiting()
returns jsonb
language sql
stable
set search_path = ''
as $$ select private.agent_proposals_waiting(auth.uid(), private.clock()) $$;

comment on function public.agent_proposals_waiting is 'For admins: what agents asked for and waits for a decision, and what became of the last ones. Answers 403 for everybody else.';

create function private.decide_agent_proposal(caller uuid, proposal uuid, approve boolean, reason text, at timestamptz)
returns jsonb
language plpgsql
volatile
security definer
set search_path = ''
as $$
declare
  viewer constant uuid := private.require_admin(caller);
begin
  if approve is null then
    perform private.refuse_field('approve', 'Neither approved nor declined', 'Send true or false.');
  elsif not approve and pg_catalog.btrim(coalesce(reason, '')) = '' then
    perform private.refuse_field('reason', 'Say why in a few words', 'Its agent reads them, and so does whoever looks at it later.');
  end if;
  return private.decide_proposal(proposal, approve, viewer::text, reason, at);
end
$$;

comment on function private.decide_agent_proposal is 'An admin decides on the site. Raises PT403, PT404, PT409, PT422.';

create function public.decide_agent_proposal(proposal uuid, approve boolean, reason text default '')
returns jsonb
language sql
volatile
set search_path = ''
as $$ select private.decide_agent_proposal(auth.uid(), proposal, approve, reason, private.clock()) $$;

comment on function public.decide_agent_proposal is
  'For admins: approves or declines what an agent proposed; declining takes a reason. Answers whether that decided, and where it stands now: who comes second reads who was first.';

create function private.proposals_to_decide(member uuid, at timestamptz)
returns integer
language plpgsql
stable
set search_path = ''
as $$
begin
  return (select pg_catalog.count(*)::integer
            from private.agent_proposals p join private.agent_keys k on k.id = p.key_id
           where p.state = 'waiting' and p.expires_at > at
             and p.member_id is distinct from member and k.holder_id <> member);
end
$$;

comment on function private.proposals_to_decide is 'How many proposals wait that this admin may decide about, for her home page.';
