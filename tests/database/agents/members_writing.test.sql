begin;
-- include: ../cast.sql
-- include: calling.sql
set local search_path = public, extensions;
select plan(65);

create function pg_temp.logged(what text) returns jsonb language sql as $$
  select coalesce(jsonb_agg(jsonb_build_object('who', l.actor_kind || ':' || l.actor, 'after', l.after) order by l.id), '[]')
    from private.audit_log l where l.action = what and l.at >= now() and l.target_type = 'member'
$$;
create function pg_temp.profile(who text) returns profiles language sql as $$ select p from profiles p where p.member_id = pg_temp.person(who) $$;

-- Somebody new.
select is(pg_temp.ask('members.create', '{"email": "  Uma@Example.org ", "name": "Uma Thé"}') ->> 'status', '201', 'A member is made');
select results_eq($$select m.role::text, m.origin::text, m.user_id is null, p.name, p.is_visible, e.verified_at is null, e.source, e.is_primary, private.is_entitled(m.id, now())
    from members m join profiles p on p.member_id = m.id join member_emails e on e.member_id = m.id where e.email = 'uma@example.org'$$,
  $$values ('member', 'agent', true, 'Uma Thé', false, true, 'agent', true, false)$$, 'hidden, unproved, and no member before she pays');
select is(pg_temp.logged('members.created'), '[{"who": "agent:kim-agent", "after": {"origin": "agent"}}]', 'by the agent''s name, once, without name or address');
select is((select count(*)::integer from private.audit_log where row_to_json(audit_log)::text ~* 'uma' and at >= now()), 0, 'Nothing in the audit log names her');
select is(pg_temp.refusal('members.create', '{"email": "ADA@example.org", "name": "Ada Two"}'), '409 Somebody has this address already [email]', 'An address is given once, and nobody is told whose it is');
select is(pg_temp.refusal('members.create', '{"email": "uma", "name": "Uma"}'), '422 This is not an e-mail address that mail can be sent to [email]', 'An address is one');
select is(pg_temp.refusal('members.create', '{"email": "vera@example.org"}'), '422 name is missing [name]', 'A name is needed');
select is(pg_temp.refusal('members.create', jsonb_build_object('email', 'vera@example.org', 'name', repeat('x', 121))), '422 name is longer than 120 characters [name]', 'and short');
select is(pg_temp.refusal('members.create', '{"email": "vera@example.org", "name": "Vera", "role": "admin"}'), '422 members.create has no parameter role [role]', 'Nobody is made an admin');
insert into auth.users (id, email, email_confirmed_at) values ('99999999-0000-4000-8000-000000000001', 'uma@example.org', now());
select is((select m.user_id from members m join member_emails e on e.member_id = m.id where e.email = 'uma@example.org' and e.verified_at is not null),
  '99999999-0000-4000-8000-000000000001'::uuid, 'When she signs in the row becomes hers, and her address proved');
select private.erase_person(pg_temp.person('cyn'), pg_temp.login('cyn'), 'member', 'cyn', null, now());
select is(pg_temp.refusal('members.create', '{"email": "cyn@example.org", "name": "Cyn"}'), '409 Nobody but its owner can sign this address up [email]',
  'Who had her account deleted is not brought back by a program');

-- Corrections.
select is(pg_temp.data('members.update', pg_temp.of('ada') || '{"headline": " Builds agents ", "bio": ""}') - 'revision', pg_temp.of('ada') || '{"changed": ["bio", "headline"]}',
  'Texts are corrected, or emptied; the answer names the fields and no text');
select is((select array[p.headline, p.bio, p.name] from pg_temp.profile('ada') p), array['Builds agents', '', 'Ada'], 'and nothing else is touched');
select is(pg_temp.logged('members.profile_corrected'), '[{"who": "agent:kim-agent", "after": {"fields": ["bio", "headline"]}}]', 'On record are the fields, and no text');
select is((select count(*)::integer from private.audit_log where row_to_json(audit_log)::text ~* 'builds agents'), 0, 'nowhere in it');
select is((select array[w.before::text, w.after::text, w.undo] from private.agent_writes w where w.member_id = pg_temp.person('ada')),
  array['{"bio": "Bio of ada", "headline": "ada works on language models"}', '{"bio": "", "headline": "Builds agents"}', 'undo_profile_correction'], 'What undo needs is kept with the change');
select is(pg_temp.data('members.update', pg_temp.of('ada') || '{"headline": "Builds agents"}') -> 'changed', '[]', 'The same again changes nothing');
select is((select count(*)::integer from private.agent_writes where member_id = pg_temp.person('ada')), 1, 'and notes nothing');
select is(pg_temp.refusal('members.update', pg_temp.of('ada') || '{"name": "  "}'), '422 name is missing [name]', 'A name is not emptied');
select is(pg_temp.refusal('members.update', pg_temp.of('ada') || jsonb_build_object('headline', repeat('x', 161))), '422 headline is longer than 160 characters [headline]', 'The bounds of a profile hold');
select is(pg_temp.refusal('members.update', pg_temp.of('ada')), '422 Nothing is said that should change [name]', 'Something has to be said');
select is(pg_temp.refusal('members.update', pg_temp.of('ada') || '{"role": "admin"}'), '422 members.update has no parameter role [role]', 'A role is nothing that an agent knows');
select is(pg_temp.refusal('members.update', pg_temp.of('bea') || '{"headline": "Hello"}'), '409 Members do not see her headline, so an agent does not change it [headline]', 'What is hidden is not overwritten unseen');
select is(pg_temp.data('members.update', pg_temp.of('bea') || '{"name": "Beate"}') -> 'changed', '["name"]', 'Her name may be corrected');
update profiles set hidden_fields = '{location}', leader_fields = '{bio}' where member_id = pg_temp.person('dot');
select is(pg_temp.refusal('members.update', pg_temp.of('dot') || '{"location": "Rome"}'), '409 Members do not see her location, so an agent does not change it [location]', 'A field that she hides stays hers');
select is(pg_temp.refusal('members.update', pg_temp.of('dot') || '{"bio": "Rome"}'), '409 Members do not see her bio, so an agent does not change it [bio]', 'and one that only leaders see');
select is(pg_temp.refusal('members.update', pg_temp.of('lea') || '{"headline": "Hello"}'), '403 Agents change nothing about somebody who is a leader [member]', 'Leaders are left alone');
update members set role = 'admin' where id = pg_temp.person('lea');
select is(pg_temp.refusal('members.update', pg_temp.of('lea') || '{"is_visible": false}'), '403 Agents change nothing about somebody who is an admin [member]', 'and admins');
select is(pg_temp.refusal('members.delete', pg_temp.of('lea') || '{"reason": "Asked for it"}'), '403 Agents change nothing about somebody who is an admin [member]', 'who are not proposed for deletion either');
select is(pg_temp.refusal('members.update', '{"member": "00000000-0000-4000-8000-000000000000", "name": "x"}'), '404 There is no such member [member]', 'Nobody is nobody');

-- Between reading and writing.
create temp table read_at as select pg_temp.data('members.get', pg_temp.of('ada')) ->> 'revision' as revision;
update profiles set headline = 'Her own words', updated_at = now() + interval '1 second' where member_id = pg_temp.person('ada');
alter table profiles disable trigger profiles_touch;
update profiles set updated_at = now() + interval '1 second' where member_id = pg_temp.person('ada');
select is(pg_temp.refusal('members.update', pg_temp.of('ada') || jsonb_build_object('headline', 'Mine', 'revision', (select revision from read_at))),
  '409 Her profile was changed since you read it [revision]', 'What she wrote meanwhile is not overwritten');
alter table profiles enable trigger profiles_touch;
select is(pg_temp.ask('members.update', pg_temp.of('ada') || jsonb_build_object('headline', 'Mine', 'revision', pg_temp.data('members.get', pg_temp.of('ada')) ->> 'revision')) ->> 'status',
  '200', 'Who read the latest may write');

-- Hiding.
select is(pg_temp.refusal('members.update', pg_temp.of('bea') || '{"is_visible": true}'), '422 Only she herself shows her profile [is_visible]', 'An agent shows nobody');
select is(pg_temp.data('members.update', pg_temp.of('ada') || '{"is_visible": false}') -> 'changed', '["is_visible"]', 'but may hide');
select is((select p.is_visible from pg_temp.profile('ada') p), false, 'and then she is');
select is(pg_temp.logged('members.profile_hidden'), '[{"who": "agent:kim-agent", "after": {"is_visible": false}}]', 'on record as the agent''s doing');
select is(pg_temp.data('members.update', pg_temp.of('ada') || '{"is_visible": false}') -> 'changed', '[]', 'Twice is once');
select isnt((select what from private.explain_member(pg_temp.person('ada'), now()) where what like 'Her profile was taken out%'), null, 'Her story tells it');
select is((select array_agg(what order by what) from private.explain_member(pg_temp.person('ada'), now()) where source = 'Agent' and what like 'Her profile was%'),
  array['Her profile was corrected: bio, headline, by agent:kim-agent.', 'Her profile was corrected: headline, by agent:kim-agent.',
    'Her profile was taken out of the directory, by agent:kim-agent.'], 'with the name of the agent');

-- The link to mend a card.
select is(pg_temp.refusal('members.send_card_link', pg_temp.of('ada')), '409 No payment of hers fails now [member]', 'Who pays is not asked to mend a card');
select is(pg_temp.ask('members.send_card_link', pg_temp.of('dot')) ->> 'status', '202', 'Who does not is sent the link');
select is((select array[e.template, e.kind::text, e.member_id::text, e.data ->> 'amount'] from private.emails e where e.key like 'card_link:%'),
  array['card_link', 'service', pg_temp.person('dot')::text, '1000'], 'one mail is owed to her');
select is(pg_temp.refusal('members.send_card_link', pg_temp.of('dot')), '409 She was sent this link today [member]', 'once a day');
select is(pg_temp.ask('members.send_card_link', pg_temp.of('dot'), at => now() + interval '1 day') ->> 'status', '202', 'and again tomorrow');
select is((select private.email_to_send(e.id, now()) ->> 'to' from private.emails e where e.key like 'card_link:%' order by e.id limit 1), 'dot@example.org', 'It goes to her own address');
select doesnt_match((select string_agg(l.after::text, '') from private.audit_log l where l.action = 'members.card_link_sent'), '@|http', 'of which the audit log knows nothing');
update invoices set status = 'paid', amount_paid = 1000, as_of = now() where invoice_id = 'in_dot';
select is((select private.email_to_send(e.id, now()) ->> 'withheld' from private.emails e where e.key like 'card_link:%' order by e.id limit 1), 'It was paid meanwhile', 'Who paid meanwhile hears nothing');
update invoices set status = 'open', amount_paid = 0, as_of = now() + interval '1 second' where invoice_id = 'in_dot';
select private.suppress_address('dot@example.org', 'bounced', now());
select is(pg_temp.refusal('members.send_card_link', pg_temp.of('dot') || '{"to": "eve@example.org"}'), '422 members.send_card_link has no parameter to [to]', 'It goes nowhere else');
select is((pg_temp.ask('members.send_card_link', pg_temp.of('dot'), at => now() + interval '2 days')) -> 'body' -> 'error' ->> 'message', 'Mail to her address is stopped', 'Whose address takes no mail is reached by a person');

-- Deletion.
select is(pg_temp.refusal('members.delete', pg_temp.of('bea')), '422 reason is missing [reason]', 'A deletion needs a reason');
create temp table asked as select pg_temp.data('members.delete', pg_temp.of('bea') || '{"reason": "Bea asked for it"}') as proposal;
select is((select proposal ->> 'state' from asked), 'waiting', 'and always waits for an admin');
select is((select proposal -> 'shows' -> 'would' from asked), '["Everything about her is erased here for good, and she cannot sign in any more.", "Her annual subscription ends at Stripe at once. Nothing is given back.", "2 payments of hers stay in the books, without her.", "It cannot be undone."]',
  'It shows what would happen, and names nobody');
-- What it would do changes while it waits.
create temp table stale as select (pg_temp.data('members.delete', pg_temp.of('ada') || '{"reason": "Gone for good"}') ->> 'id')::uuid as id;
create temp table asked_dot as select (pg_temp.data('members.delete', pg_temp.of('dot') || '{"reason": "Asked for it"}') ->> 'id')::uuid as id;
create function pg_temp.deletion_problem(proposal uuid, at timestamptz default now()) returns text language sql as $$
  select private.deletion_problem(p, at) from private.agent_proposals p where p.id = proposal
$$;
select is(array[pg_temp.deletion_problem(id), pg_temp.deletion_problem(id, now() + interval '3 days')], '{null,null}'::text[], 'What has not changed can be approved, at any time') from stale;
insert into subscriptions (subscription_id, customer_id, purpose, tier, price_id, currency, unit_amount, status, current_period_end, as_of, as_of_event)
values ('sub_back', 'cus_ada', 'dues', 'annual', 'price_annual', 'usd', 10000, 'active', now() + interval '1 year', now(), 'created');
select is(private.decide_proposal(id, true, 'studio', 'Long gone', now()) ->> 'words',
  'Approved by an admin in Studio, but it could not be done: What it would do has changed since, so what this shows is not true any more', 'Who joined again meanwhile is not deleted on what was so before') from stale;
select is((select count(*)::integer from admin.jobs where kind = 'delete_proposed'), 0, 'Nothing is owed');
select throws_ok(format($$update private.agent_proposals set state = 'approved' where id = %L$$, id), 'PT409', null, 'nor by hand') from stale;
select private.decide_proposal(id, true, 'studio', 'She wrote to us', now()) from asked_dot;
insert into invoices (invoice_id, customer_id, status, amount_due, amount_paid, currency, created_at, paid_at, as_of) values ('in_since', 'cus_dot', 'paid', 1000, 1000, 'usd', now(), now(), now());
select is(private.delete_as_proposed(id, now()), 'What it would do has changed since, so what this shows is not true any more.', 'nor by the job, when it changes between') from asked_dot;
select is((select count(*)::integer from members where id in (pg_temp.person('ada'), pg_temp.person('dot'))), 2, 'They are here');
select is(exists (select from members where id = pg_temp.person('bea')), true, 'Nothing has happened yet');
select is((select what from private.explain_member(pg_temp.person('bea'), now()) where what like '%proposed%'), 'agent:kim-agent proposed to delete her: “Bea asked for it”.', 'Her story tells what was proposed');
select private.decide_proposal((select (proposal ->> 'id')::uuid from asked), true, 'studio', 'She wrote to us', now());
select is((select count(*)::integer from admin.jobs j where j.kind = 'delete_proposed' and j.args ->> 'proposal_id' = (select proposal ->> 'id' from asked)), 1, 'An admin''s word owes the deletion');
select is(private.delete_as_proposed((select (proposal ->> 'id')::uuid from asked), now()), 'erased', 'and the job does it');
select is(exists (select from members where id = pg_temp.person('bea')) or exists (select from auth.users where id = pg_temp.login('bea')), false, 'She is gone');
select is((select array[p.state::text, p.member_id::text, p.reason] from private.agent_proposals p join asked on p.id = (asked.proposal ->> 'id')::uuid),
  array['carried_out', null, 'Erased'], 'The proposal stays, without her');
select is(private.delete_as_proposed((select (proposal ->> 'id')::uuid from asked), now()), 'nothing left to do', 'Twice is once');

select * from finish();
rollback;
