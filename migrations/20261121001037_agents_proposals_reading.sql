-- An agent follows what it proposed, and takes it back.

create function private.proposal_as_of(proposal private.agent_proposals, at timestamptz)
returns jsonb
language plpgsql
stable
set search_path = ''
as $$
declare
  needed constant private.agent_scope := private.proposal_scope(proposal.kind);
  is_open constant boolean :=
    needed::text = any (pg_catalog.string_to_array(pg_catalog.current_setting('commons.scopes', true), ' '))
    and exists (select from private.agent_keys k where k.id = proposal.key_id and needed = any (k.scopes));
begin
  if proposal.state = 'waiting' and proposal.expires_at <= at then
    proposal.state := 'expired';
  end if;
  return private.shown_proposal(proposal, is_open);
end
$$;

comment on function private.proposal_as_of is
  'A proposal as its agent sees it at this moment: one whose time is over has expired, also before the row says so. Who has lost the scope that it takes to propose it learns what became of it, and nothing of whom and what it concerns.';

create function private.proposal_rows(shown jsonb)
returns bigint
language sql
immutable
set search_path = ''
as $$
  select count(*) from pg_catalog.jsonb_array_elements(shown) p where p -> 'member' <> 'null'
$$;

comment on function private.proposal_rows is 'How many of the proposals that are shown tell of somebody: they count as that many rows of personal data.';

create function private.own_proposal(call private.agent_call, args jsonb)
returns private.agent_proposals
language plpgsql
stable
set search_path = ''
as $$
declare
  held private.agent_proposals;
begin
  select p.* into held from private.agent_proposals p
   where p.id = private.arg_uuid(args, 'proposal', is_required => true) and p.key_id = call.key_id;
  if held.id is null then
    raise exception using errcode = 'PT404', message = 'This key has no such proposal', detail = 'proposal', hint = 'Look at those that it has, with proposals.list.';
  end if;
  return held;
end
$$;

comment on function private.own_proposal is 'The proposal that the arguments name, when it is this key''s. Raises PT404, also for another key''s.';

create function private.agent_list_proposals(call private.agent_call, args jsonb)
returns jsonb
language plpgsql
stable
set search_path = ''
as $$
declare
  most constant integer := private.arg_integer(args, 'limit', 1, 100, 25);
  last_id constant uuid := private.arg_uuid(args, 'after');
  wanted constant text := private.arg_choice(args, 'state', pg_catalog.enum_range(null::private.agent_proposal_state)::text[]);
  last_at timestamptz;
  page jsonb;
begin
  if last_id is not null then
    select p.created_at into last_at from private.agent_proposals p where p.id = last_id and p.key_id = call.key_id;
    if last_at is null then
      perform private.refuse_field('after', 'after is not from a page of this list', 'Send next as the page before gave it, or leave it out.');
    end if;
  end if;
  select pg_catalog.jsonb_agg(private.proposal_as_of(f.proposal, call.at) order by f.place) into page
    from (select p as proposal, pg_catalog.row_number() over (order by p.created_at desc, p.id desc) as place
            from private.agent_proposals p
           where p.key_id = call.key_id and (last_at is null or (p.created_at, p.id) < (last_at, last_id))
             and (wanted is null or case when p.state = 'waiting' and p.expires_at <= call.at then 'expired' else p.state::text end = wanted)
           order by p.created_at desc, p.id desc limit most + 1) f;
  return pg_catalog.jsonb_strip_nulls(pg_catalog.jsonb_build_object(
      'next', case when pg_catalog.jsonb_array_length(page) > most then page -> (most - 1) -> 'id' end))
    || pg_catalog.jsonb_build_object('data', coalesce(page - most, '[]'), 'rows', private.proposal_rows(coalesce(page - most, '[]')));
end
$$;

comment on function private.agent_list_proposals is 'proposals.list: what this key proposed, newest first.';

create function private.agent_get_proposal(call private.agent_call, args jsonb)
returns jsonb
language plpgsql
stable
set search_path = ''
as $$
declare
  shown constant jsonb := private.proposal_as_of(private.own_proposal(call, args), call.at);
begin
  return pg_catalog.jsonb_build_object('data', shown, 'rows', private.proposal_rows(pg_catalog.jsonb_build_array(shown)));
end
$$;

comment on function private.agent_get_proposal is 'proposals.get: one proposal of this key.';

create function private.hold_member_of(proposal uuid)
returns void
language plpgsql
volatile
set search_path = ''
as $$
declare
  her uuid;
begin
  loop
    select p.member_id into her from private.agent_proposals p where p.id = proposal;
    exit when her is null;
    perform from public.members m where m.id = her for key share;
    exit when found;
    -- Her row became one with another meanwhile: then it is about that one.
  end loop;
end
$$;

comment on function private.hold_member_of is 'Holds the member whom a proposal is about, when there is one, so that she stays until the end.';

create function private.agent_withdraw_proposal(call private.agent_call, args jsonb)
returns jsonb
language plpgsql
volatile
set search_path = ''
as $$
declare
  held private.agent_proposals := private.own_proposal(call, args);
begin
  -- Whom it is about, then it, as whoever erases or merges her holds them.
  perform private.hold_member_of(held.id);
  select p.* into held from private.agent_proposals p where p.id = held.id for no key update;
  if held.state = 'waiting' and held.expires_at <= call.at then
    held.state := 'expired';
  end if;
  if held.state <> 'waiting' then
    raise exception using errcode = 'PT409', message = pg_catalog.format('This proposal is %s, so there is nothing to withdraw', private.in_words(held.state)),
      detail = 'proposal', hint = 'Only what waits can be withdrawn.';
  end if;
  perform private.withdraw_proposal(held.id, null, call.at);
  perform private.note_agent_write(call, 'agents.withdrew', 'agent_proposal', held.id::text, pg_catalog.jsonb_build_object('kind', held.kind), member => held.member_id);
  select p.* into held from private.agent_proposals p where p.id = held.id;
  -- Proposals of a practice key are kept, and so is what becomes of them.
  return pg_catalog.jsonb_build_object('data', private.proposal_as_of(held, call.at), 'keep', true);
end
$$;

comment on function private.agent_withdraw_proposal is 'proposals.withdraw: takes back what still waits. Raises PT409 for what was decided.';
