begin;
-- include: ../cast.sql
-- include: calling.sql
-- include: proposing.sql
set local search_path = public, extensions;
select plan(72);

update private.agent_rates set capacity = 1000;
select pg_temp.admin('hal'), pg_temp.admin('ivy'), pg_temp.paid('ada', 'in_big', 120000), pg_temp.paid('bea', 'in_bea1', 9000);
create function pg_temp.decide(proposal uuid, approves boolean, who text, at timestamptz default now(), reason text default null) returns text language plpgsql as $$
declare
  hint text;
  answer jsonb;
begin
  answer := private.decide_proposal(proposal, approves, case when who = 'studio' then who else pg_temp.person(who)::text end, reason, at);
  return format('%s: %s', answer ->> 'decided', answer ->> 'words');
exception when others then
  get stacked diagnostics hint = pg_exception_hint;
  return format('%s %s. %s', sqlstate, sqlerrm, hint);
end
$$;
create function pg_temp.owed(proposal uuid) returns integer language sql as $$
  select count(*)::integer from jobs.live() j where j.args ->> 'proposal_id' = proposal::text
$$;

-- Who decides.
create temp table one as select pg_temp.waits() as id;
select is(pg_temp.decide(id, true, 'ada'), 'PT403 Only admins decide about proposals. Ask an admin.', 'A member approves nothing') from one;
select is(pg_temp.decide(id, false, 'lea'), 'PT403 Only admins decide about proposals. Ask an admin.', 'nor does a leader, not even decline') from one;
select is(pg_temp.decide(id, true, 'zoe'), 'PT403 Only admins decide about proposals. Ask an admin.', 'nor somebody who is not here any more') from one;
select is(pg_temp.decide(id, true, 'ivy'), 'PT403 Nobody knows who works with this agent. In Studio an admin says so first, in holder_id of its key.', 'Of a key that nobody holds, no admin decides: it may be her own') from one;
select is(pg_temp.decide(id, false, 'hal'), 'PT403 Nobody knows who works with this agent. In Studio an admin says so first, in holder_id of its key.', 'not even to decline') from one;
select is(private.proposals_to_decide(pg_temp.person('ivy'), now()), 0, 'nor is she asked to on her home page');
update private.agent_keys set holder_id = pg_temp.person('hal');
select is(private.proposals_to_decide(pg_temp.person('ivy'), now()) || ' ' || private.proposals_to_decide(pg_temp.person('hal'), now()), '1 0', 'When it is known, everybody but the holder is');
select is(pg_temp.decide(id, true, 'hal'), 'PT403 You work with this agent. Another admin decides; your agent can withdraw it.', 'Who works with the agent does not approve what it asks for') from one;
update public.members set role = 'member' where id = pg_temp.person('ivy');
select is(pg_temp.decide(id, true, 'ivy'), 'PT403 Only admins decide about proposals. Ask an admin.', 'Who was an admin until a moment ago is none') from one;
update public.members set role = 'admin' where id = pg_temp.person('ivy');
select is(pg_temp.state(id), 'waiting', 'None of that changed anything') from one;
select is(pg_temp.decide(id, true, 'ivy', reason => ' She is right '), 'true: Approved by Ivy, and being carried out', 'An admin approves') from one;
select is(pg_temp.owed(id), 1, 'and it is owed') from one;
select is(pg_temp.decide(id, true, 'ivy'), 'false: Approved by Ivy, and being carried out', 'Twice is once') from one;
select is(pg_temp.decide(id, false, 'studio'), 'false: Approved by Ivy, and being carried out', 'Who comes second reads who was first') from one;
select is(pg_temp.owed(id), 1, 'and it is owed once') from one;
select is((select format('%s %s %s', actor_kind, actor, reason) from private.audit_log where target_type = 'agent_proposal' and target_id = one.id::text and action = 'agents.proposal_approved'),
  'admin ' || pg_temp.person('ivy') || ' She is right', 'The log says who approved, and why') from one;
select is(pg_temp.decide(gen_random_uuid(), true, 'ivy'), 'PT404 There is no such proposal. Load the list again.', 'What is not there is not approved');
-- Her own: Ivy pays, too.
insert into private.stripe_customers (customer_id, member_id, email, as_of) values ('cus_ivy', pg_temp.person('ivy'), 'ivy@example.org', now());
insert into public.subscriptions (subscription_id, customer_id, purpose, tier, price_id, currency, status, current_period_start, current_period_end, as_of, as_of_event)
values ('sub_ivy', 'cus_ivy', 'dues', 'annual', 'price_annual', 'usd', 'active', now() - interval '1 day', now() + interval '1 year', now(), 'created');
create temp table hers as select pg_temp.waits(pg_temp.paid('ivy', 'in_ivy', 60000)) as id;
select is(pg_temp.decide(id, true, 'ivy'), 'PT403 This is about yourself. Another admin decides.', 'Nobody approves a refund to herself') from hers;

-- When it ends without a decision.
create temp table late as select pg_temp.waits(at => now() - interval '71 hours 59 minutes') as id;
select is(pg_temp.decide(id, false, 'ivy', now() + interval '2 minutes'), 'false: Nobody decided in time, so it expired', 'Its time is over by the clock, though no job has said so') from late;
select is(pg_temp.state(id), 'expired', 'and the row says so from then on') from late;
select is((select state::text from private.refund_reservations where proposal_id = id), 'freed', 'What it held is free') from late;
create temp table later as select pg_temp.waits(at => now() - interval '72 hours') as id;
select is(pg_temp.data('proposals.get', jsonb_build_object('proposal', id)) ->> 'state', 'expired', 'Its agent is told the same before the job has run') from later;
select is(private.expire_proposals(now()), 1, 'The schedule says it of the rest');
select is(private.expire_proposals(now()), 0, 'once');
select is((select format('%s %s', actor_kind, actor) from private.audit_log where target_id = later.id::text and action = 'agents.proposal_expired'), 'schedule agents.expired', 'and the log knows it') from later;

-- What it shows has to be true still.
create temp table stale as select pg_temp.waits('in_bea1', 9000) as id;
update public.invoices set status = 'void', as_of = now() where invoice_id = 'in_bea1';
select is(pg_temp.decide(id, true, 'ivy'), 'true: Approved by Ivy, but it could not be done: This was never paid, so there is nothing to give back', 'What is not true any more fails with its reason') from stale;
select is(pg_temp.state(id) || ' ' || pg_temp.owed(id), 'failed ' || pg_temp.person('ivy') || ' 0', 'and nothing is owed') from stale;
select is((select state::text from private.refund_reservations where proposal_id = id), 'freed', 'and nothing is held') from stale;
select is((select count(*)::integer from private.agent_proposals_attention(now()) a where a.id = stale.id::text), 0, 'Who approved has heard it: nobody is reminded') from stale;
update public.invoices set status = 'paid', as_of = now() where invoice_id = 'in_bea1';

-- The key.
create temp table orphan as select pg_temp.waits('in_big', 6000, 'kai') as id;
update private.agent_keys set scopes = '{members:read}' where name = 'kai-agent';
select is(pg_temp.decide(id, true, 'ivy'), 'PT409 Its key has no scope payments:refund any more. Decline it, or give the key the scope again.', 'A scope that was taken away counts for what waits') from orphan;
update private.agent_keys set scopes = enum_range(null::private.agent_scope), expires_at = now() - interval '1 minute' where name = 'kai-agent';
create temp table before_revoked as select pg_temp.decide(pg_temp.waits('in_big', 6000), false, 'ivy') as said;
select is(said, 'true: Declined by Ivy', 'What is declined is declined') from before_revoked;
select admin.revoke_agent_key('kai-agent', 'It was lost');
select is(pg_temp.state(id), 'withdrawn', 'What a revoked key asked for is withdrawn') from orphan;
select is(pg_temp.decide(id, true, 'ivy'), 'false: Its key was revoked', 'and not approved any more') from orphan;
select is((select state::text from private.refund_reservations where proposal_id = id), 'freed', 'nor does it hold anything') from orphan;
select is(pg_temp.owed(id), 1, 'What was approved before goes on') from one;

-- By hand, in Studio.
create temp table hand as select pg_temp.waits() as id;
create function pg_temp.edit(proposal uuid, what text) returns text language sql as $$
  select pg_temp.refused(format('update private.agent_proposals set %s where id = %L', what, proposal))
$$;
select is(pg_temp.edit(id, 'amount = 1'), 'PT409 What a proposal shows is not changed [amount] Approve or decline it as it is. The agent can propose something else.', 'The amount is not edited') from hand;
select is(pg_temp.edit(id, $$subject = 'in_other', state = 'approved'$$), 'PT409 What a proposal shows is not changed [subject] Approve or decline it as it is. The agent can propose something else.', 'nor what it is about, while approving') from hand;
select is(pg_temp.edit(id, $$shows = '{}'$$), 'PT409 What a proposal shows is not changed [shows] Approve or decline it as it is. The agent can propose something else.', 'nor what it shows') from hand;
select is(pg_temp.edit(id, format('member_id = %L', pg_temp.person('bea'))), 'PT409 What a proposal shows is not changed [member_id] Approve or decline it as it is. The agent can propose something else.', 'nor whose it is') from hand;
select is(pg_temp.edit(id, $$decided_by = 'limits', decided_at = now(), state = 'approved'$$), 'PT409 What a proposal shows is not changed [decided_at] Approve or decline it as it is. The agent can propose something else.', 'nor does one say that somebody else decided') from hand;
select is(pg_temp.edit(id, $$state = 'carried_out'$$), 'PT409 By hand a proposal is approved or declined [state] Set it to approved or declined; the rest follows by itself.', 'What was not done is not done by saying so') from hand;
select is(pg_temp.edit(id, $$decision_reason = 'Hm'$$), 'PT409 The reason goes with the decision [decision_reason] Set it together with the state.', 'A reason alone decides nothing') from hand;
select is(pg_temp.refused(format('delete from private.agent_proposals where id = %L', id)), 'PT409 This proposal is still open [state] Set its state to declined, or wait until it is carried out.', 'What is open is not deleted') from hand;
select is(pg_temp.state(id), 'waiting', 'It still waits') from hand;
update private.agent_proposals p set state = 'approved', decision_reason = 'Seen with her' from hand where p.id = hand.id;
select is(pg_temp.state(id) || ' ' || pg_temp.owed(id), 'approved studio 1', 'Editing the state approves it, and it is owed') from hand;
select is((select format('%s %s %s', actor_kind, actor, reason) from private.audit_log where target_id = hand.id::text and action = 'agents.proposal_approved'), 'studio ' || session_user || ' Seen with her', 'The log has the login') from hand;
select is(pg_temp.edit(id, $$state = 'declined'$$), 'PT409 This proposal is approved already [state] It was decided once; the agent can propose it again.', 'It is decided once') from hand;
select is(pg_temp.edit(id, $$state = 'waiting'$$), 'PT409 This proposal is approved already [state] It was decided once; the agent can propose it again.', 'and does not wait again') from hand;
create temp table hand2 as select pg_temp.waits() as id, pg_temp.waits(at => now() - interval '72 hours') as old, pg_temp.waits('in_bea1', 8000) as untrue;
select is(pg_temp.edit(old, $$state = 'approved'$$), 'PT409 It has expired [state] The agent can propose it again.', 'Nor by hand once its time is over') from hand2;
update public.invoices set status = 'void', as_of = now() where invoice_id = 'in_bea1';
select is(pg_temp.edit(untrue, $$state = 'approved'$$), 'PT409 This was never paid, so there is nothing to give back [state] What it shows is not true any more. Decline it.', 'nor what is not true any more') from hand2;
select is(admin.decline_proposal(id, 'Not ours to give'), 'Declined by an admin in Studio', 'There are functions for it, too') from hand2;
select is(pg_temp.refused(format('select admin.approve_proposal(%L, %L)', id, 'Yes')), 'PT409 Declined by an admin in Studio [state] It was decided once; the agent can propose it again.', 'which say when it is too late') from hand2;
select is(pg_temp.refused(format('select admin.approve_proposal(%L, %L)', id, ' ')), 'PT422 A reason is missing [reason] Write in a few words why, for whoever reads the audit log.', 'and want a reason') from hand2;

-- Its end.
select ok(private.settle_proposal(id, 'carried_out', 're_1', null, 'c', now()), 'The job that carried it out says so') from hand;
select is(private.settle_proposal(id, 'failed', null, 'No', 'c', now()), false, 'once: a repeated job changes nothing') from hand;
select is((select format('%s %s %s', state, provider_id, what_became) from admin.proposals p where p.id = hand.id), 'carried_out re_1 Approved by an admin in Studio, and done', 'Studio shows what became of it') from hand;
select ok(private.settle_proposal(id, 'failed', null, 'The bank refused it.', 'c', now()), 'Another one fails') from one;
select is((select a.why from private.agent_proposals_attention(now()) a where a.id = one.id::text), 'Give back $60.00: The bank refused it.', 'which waits for a person') from one;
select ok(admin.close_proposal(id, 'Paid by hand'), 'until one takes note') from one;
select is((select count(*)::integer from private.agent_proposals_attention(now() + interval '25 hours') a where a.id = one.id::text), 0, 'and then it does not') from one;
-- Its job was given up.
create temp table stuck as select pg_temp.waits() as id;
select is(pg_temp.decide(id, true, 'studio'), 'true: Approved by an admin in Studio, and being carried out', 'One more is approved') from stuck;
select is(pg_temp.refused(format('select admin.close_proposal(%L, %L)', id, 'Done by hand')),
  'PT409 A job still has it to do [id] Look at it in admin.jobs; give it up there with admin.abandon_job(job, reason).', 'and is not closed while a job has it to do') from stuck;
select is((select a.why from private.agent_proposals_attention(now() + interval '61 minutes') a where a.id = stuck.id::text), 'Give back $60.00 was approved, and is still not done', 'What is not done in an hour waits for a person') from stuck;
delete from pgmq.q_memberships;
delete from pgmq.q_memberships_bulk;
delete from jobs.delayed;
select ok(admin.close_proposal(id, 'Done by hand'), 'When no job is left it is closed') from stuck;
select is(pg_temp.state(id), 'failed studio', 'as failed') from stuck;
select is((select a.what || ': ' || a.why from private.agent_proposals_attention(now() + interval '25 hours') a where a.id = hers.id::text), 'Proposal of an agent: Give back $60.00, asked for by agent:kim-agent', 'What nobody decides for a day waits for a person') from hers;

-- Whoever decides sees who it is by more than a name, and what the agent writes stays on its line.
create temp table card as select id, c from (select pg_temp.waits() as id) w, lateral (
  select private.proposal_card(p, pg_temp.person('ivy'), now()) || private.proposal_for_slack(p.id, gen_random_uuid(), now()) as c from private.agent_proposals p where p.id = w.id) x;
select is(c ->> 'member_email' || ', ' || (c ->> 'known_by'), 'ada@example.org, member since ' || to_char(now() - interval '100 days', 'FMMonth YYYY'), 'Her address and since when she is a member') from card;
select ok(not private.proposal_for_slack(id, gen_random_uuid(), now())::text ~ 'ada@', 'In Slack stands no address') from card;
insert into private.agent_writes (key_id, operation, action, target_type, target_id, member_id, before, after, at)
select pg_temp.agent_key('kim'), 'members.update', 'members.profile_corrected', 'member', pg_temp.person('ada'), pg_temp.person('ada'), '{"name": "Ada"}', '{"name": "Bea"}', '2026-11-03';
select matches(private.known_by(pg_temp.person('ada')), '; an agent changed her name on 3 November 2026$', 'A name that an agent wrote is told as such');
update private.agent_writes set undone_at = now() where action = 'members.profile_corrected';
select doesnt_match(private.known_by(pg_temp.person('ada')), 'agent', 'until that is undone');
select matches(private.known_by(pg_temp.person('hal')), '^here since \w+ \d{4}, never a member$', 'Who was never a member is not called one');
update public.memberships set ended_at = now() where member_id = pg_temp.person('cyn');
select matches(private.known_by(pg_temp.person('cyn')), '^member from \w+ \d{4} to \w+ \d{4}$', 'nor who was one');
select is(pg_temp.refund('in_big', 5999, reason => E' She asked.\n\nApproved by Ivy.\u2028\tPay at once ') #>> '{body,data,reason,written_by_people}',
  'She asked. Approved by Ivy. Pay at once', 'A reason is one line: it cannot look like lines of ours');

-- A member is erased while it waits about her.
select admin.delete_member('ivy@example.org', 'She asked');
select is((select format('%s %s %s %s %s', state, member_id is null, reason, shows, amount) from private.agent_proposals p where p.id = hers.id), 'withdrawn t Erased {"would": []} 6000', 'What was asked for about her is withdrawn and loses its words; the sum stays') from hers;

select * from finish();
rollback;
