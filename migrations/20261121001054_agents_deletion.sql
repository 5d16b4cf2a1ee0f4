-- Deletion on an agent's proposal: an admin always decides, and the one rule by which everything about a person goes
-- does it.

create function private.deletion_in_words(member uuid)
returns text[]
language plpgsql
stable
set search_path = ''
as $$
declare
  customers constant text[] := private.her_customers(member);
  payments constant bigint := (select count(*) from public.invoices i where i.customer_id = any (customers) and i.amount_paid > 0)
    + (select count(*) from public.donations d where d.member_id = member and d.invoice_id is null);
begin
  return pg_catalog.array_remove(array['Everything about her is erased here for good, and she cannot sign in any more.']
    || array(select pg_catalog.format('Her %s%s ends at Stripe at once. Nothing is given back.',
                      case s.purpose when 'dues' then pg_catalog.replace(s.tier::text, '_', ' ') || ' subscription' else 'recurring gift' end,
                      ' of ' || private.money(s.unit_amount, s.currency))
               from public.subscriptions s
              where s.customer_id = any (customers) and s.status in ('active', 'trialing', 'past_due') order by s.subscription_id)
    || case when payments > 0 then pg_catalog.format('%s of hers %s in the books, without her.',
         case payments when 1 then '1 payment' else payments::text || ' payments' end, case payments when 1 then 'stays' else 'stay' end) end
    || case when exists (select from private.audience_contacts c where c.member_id = member) then 'Mailchimp is told to delete her for good.' end
    || 'It cannot be undone.'::text, null);
end
$$;

comment on function private.deletion_in_words is 'What deleting a member would do, in sentences that name nobody. The same facts give the same sentences: an approval compares them.';

create function private.agent_propose_deletion(call private.agent_call, args jsonb)
returns jsonb
language plpgsql
volatile
set search_path = ''
as $$
declare
  member constant uuid := private.arg_uuid(args, 'member', true);
  reason constant text := private.arg_text(args, 'reason', 500, true);
  her public.members;
begin
  perform from public.members m where m.id = member for no key update;
  her := private.known_member(args);
  perform private.require_plain_member(her);
  return private.propose(call, 'delete_member', her.id, her.id::text, null, null, reason, pg_catalog.jsonb_build_object(
    'member', her.id, 'would', private.deletion_in_words(her.id)));
end
$$;

comment on function private.agent_propose_deletion is
  'members.delete: proposes to erase a member, and shows what that would do. Waits for an admin, whatever the limits of the key. Raises PT403 for leaders and admins, PT404 or PT422.';

create function private.deletion_problem(proposal private.agent_proposals, at timestamptz)
returns text
language plpgsql
stable
set search_path = ''
as $$
declare
  her public.members;
begin
  select m.* into her from public.members m where m.id = proposal.member_id and m.created_at <= at;
  return case when her.id is null then 'She is not here any more.'
              when her.role <> 'member' then 'She is a leader or an admin now.'
              when pg_catalog.to_jsonb(private.deletion_in_words(her.id)) is distinct from proposal.shows -> 'would'
                then 'What it would do has changed since, so what this shows is not true any more.' end;
end
$$;

comment on function private.deletion_problem is 'Why a deletion cannot be done any more, or would do something else than it shows, in a sentence; null when it can.';

select jobs.define_kind('members', 'delete_proposed', 'Erases a member whom an agent proposed to delete, after an admin agreed.');

create function private.carry_out_deletion(proposal uuid, correlation_id text, at timestamptz)
returns void
language plpgsql
volatile
set search_path = ''
as $$
begin
  -- The erasure takes locks that come before the proposal's, which is held here: so it is owed.
  perform jobs.enqueue('members', 'delete_proposed', pg_catalog.jsonb_build_object('proposal_id', proposal),
    key => 'delete_proposed:' || proposal::text, run_at => at, correlation_id => carry_out_deletion.correlation_id);
end
$$;

comment on function private.carry_out_deletion is 'Owes the deletion that an admin agreed to.';

create function private.delete_as_proposed(proposal uuid, at timestamptz)
returns text
language plpgsql
volatile
set search_path = ''
as $$
declare
  held private.agent_proposals;
  problem text;
begin
  select p.* into held from private.agent_proposals p where p.id = delete_as_proposed.proposal;
  if held.state = 'approved' and not held.is_sandbox then
    -- She is held before it counts what stands there: her row may become one with another, and then nobody agreed to that.
    perform private.hold_person(held.member_id, (select m.user_id from public.members m where m.id = held.member_id));
    select p.* into held from private.agent_proposals p where p.id = delete_as_proposed.proposal;
  end if;
  if held.state is distinct from 'approved' then
    return 'nothing left to do';
  elsif not held.is_sandbox then
    problem := private.deletion_problem(held, at);
    if problem is null then
      -- The agent's own words stay out of the audit log: they may name her, and it is kept for good.
      perform private.erase_person(held.member_id, (select m.user_id from public.members m where m.id = held.member_id), 'agent',
        (select k.name from private.agent_keys k where k.id = held.key_id), pg_catalog.format('Proposal %s, which an admin approved', held.id), at);
    end if;
  end if;
  perform private.settle_proposal(held.id, case when problem is null then 'carried_out' else 'failed' end::private.agent_proposal_state,
    null, problem, held.correlation_id, at);
  return coalesce(problem, case when held.is_sandbox then 'practice: nobody was erased' else 'erased' end);
end
$$;

comment on function private.delete_as_proposed is
  'Erases the member of an approved proposal and settles it, in one transaction. Twice is once. A proposal of a key for practice erases nobody. Returns what became of it, for the job''s note.';
