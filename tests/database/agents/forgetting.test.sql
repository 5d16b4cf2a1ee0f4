-- What agents leave goes by the calendar, and what is still needed stays. Erasure by words is in members/erasure.
begin;
-- include: ../house/own.sql
-- include: ../cast.sql
set local search_path = public, extensions;
select plan(20);

-- One of each, just older and just younger than it is kept.
create temporary table ages (name text, kept interval);
insert into ages values ('agent_requests', '30 days'), ('agent_refusals', '90 days'), ('agent_use', '2 years'), ('agent_alerts', '1 year'), ('agent_writes', '1 year'),
  ('agent_change_sets', '1 year'), ('agent_proposals', '2 years'), ('event_ideas', '2 years'), ('campaign_drafts', '2 years'), ('agent_secrets', '90 days');
create function pg_temp.old(name text) returns timestamptz language sql as $$ select pg_catalog.now() - a.kept - interval '1 hour' from ages a where a.name = old.name $$;
create function pg_temp.young(name text) returns timestamptz language sql as $$ select pg_catalog.now() - a.kept + interval '1 hour' from ages a where a.name = young.name $$;
create function pg_temp.kim() returns uuid language sql immutable as $$ select pg_temp.agent_key('kim') $$;

insert into private.agent_requests (key_id, idempotency_key, operation, fingerprint, at)
values (pg_temp.kim(), 'old', 'members.update', '\x00', pg_temp.old('agent_requests')), (pg_temp.kim(), 'young', 'members.update', '\x00', pg_temp.young('agent_requests'));
insert into private.agent_refusals (key_id, operation, status, reason, at)
values (pg_temp.kim(), 'members.list', 422, 'old', pg_temp.old('agent_refusals')), (pg_temp.kim(), 'members.list', 422, 'young', pg_temp.young('agent_refusals'));
insert into private.agent_use (key_id, day, operation, calls)
values (pg_temp.kim(), (pg_temp.old('agent_use'))::date - 1, 'keys.me', 1), (pg_temp.kim(), pg_temp.young('agent_use')::date + 1, 'events.list', 1);
delete from private.agent_alerts;
insert into private.agent_alerts (key_id, day, kind, said, at, closed_at, closed_reason)
values (pg_temp.kim(), '2020-01-01', 'rows', 'old', pg_temp.old('agent_alerts'), now(), 'seen'), (pg_temp.kim(), '2020-01-02', 'rows', 'young', pg_temp.young('agent_alerts'), now(), 'seen'),
  (pg_temp.kim(), '2020-01-03', 'rows', 'old and open', pg_temp.old('agent_alerts'), null, null);
insert into private.agent_change_sets (id, key_id, task, opened_at)
select pg_catalog.md5(at::text)::uuid, pg_temp.kim(), 'A task', at from (values (pg_temp.old('agent_change_sets')), (pg_temp.young('agent_change_sets'))) t (at);
insert into private.agent_writes (key_id, operation, action, target_type, target_id, before, after, undo, at)
select pg_temp.kim(), 'content.update', 'resources.corrected', 'resource', 'r', '{"title": "A"}', '{"title": "B"}', 'undo_content', at
  from (values (pg_temp.old('agent_writes')), (pg_temp.young('agent_writes'))) t (at);
insert into private.agent_proposals (key_id, kind, subject, amount, currency, reason, shows, state, why_waiting, created_at, expires_at, decided_at, decided_by, settled_at)
select pg_temp.kim(), 'refund', 'in_ada', 500, 'usd', 'Paid twice', '{"would": ["Gives 5.00 back"]}', 'declined', 'Above', at - interval '1 day', at, at, 'studio', at
  from (values (pg_temp.old('agent_proposals')), (pg_temp.young('agent_proposals'))) t (at);
insert into private.event_ideas (key_id, title, starts_at, ends_at, time_zone, why, created_at, state, decided_at)
select pg_temp.kim(), 'An evening', at, at + interval '1 hour', 'UTC', 'Why', at, 'declined', at from (values (pg_temp.old('event_ideas')), (pg_temp.young('event_ideas'))) t (at);
insert into private.campaign_drafts (key_id, subject, body, segment, why, created_at, state, decided_at)
select pg_temp.kim(), 'A mail', 'Body', '{}', 'Why', at, 'discarded', at from (values (pg_temp.old('campaign_drafts')), (pg_temp.young('campaign_drafts'))) t (at);
insert into private.agent_secrets (key_id, hash, ends_in, revoked_at, expires_at)
values (pg_temp.kim(), pg_catalog.sha256('1'), 'revo', pg_temp.old('agent_secrets'), null), (pg_temp.kim(), pg_catalog.sha256('2'), 'over', null, pg_temp.old('agent_secrets')),
  (pg_temp.kim(), pg_catalog.sha256('3'), 'late', pg_temp.young('agent_secrets'), null);
insert into private.agent_keys (id, name, what, scopes, expires_at, created_by)
values (pg_temp.agent_key('ended'), 'ended-agent', 'Ended', '{events:read}', pg_temp.old('agent_secrets'), 'test');
insert into private.agent_secrets (key_id, hash, ends_in) values (pg_temp.agent_key('ended'), pg_catalog.sha256('4'), 'endd');
create temporary table before as select (select count(*) from private.audit_log) as logged;

-- Under way.
select is(private.forget_agents(now()), 12, 'What is older than it is kept goes');
select is(private.forget_agents(now()), 0, 'once');
select results_eq('select idempotency_key from private.agent_requests', array['young'], 'Answers stay a month');
select results_eq('select reason from private.agent_refusals', array['young'], 'refusals three');
select results_eq($$select operation from private.agent_use$$, array['events.list'], 'numbers of use two years');
select results_eq('select said from private.agent_alerts order by day', array['young', 'old and open'], 'and what was unusual a year, if somebody looked at it');
select results_eq('select before is null and after is null and undo is null from private.agent_writes order by at', array[true, false],
  'What stood in a changed row goes after a year, and with it the way back; that it was changed stays');
select results_eq('select task from private.agent_change_sets order by opened_at', array['Forgotten', 'A task'], 'The words of a task go after a year');
select results_eq('select array[reason, shows::text, amount::text] from private.agent_proposals order by settled_at',
  $$values (array['Forgotten', '{"would": []}', '500']), (array['Paid twice', '{"would": ["Gives 5.00 back"]}', '500'])$$, 'Of a proposal the sum stays for the books');
select is((select count(*)::int from private.event_ideas) + (select count(*)::int from private.campaign_drafts), 2, 'Ideas and drafts go two years after they were decided');
select results_eq('select ends_in from private.agent_secrets s where key_id in (pg_temp.kim(), pg_temp.agent_key(''ended'')) order by 1', array['ekim', 'late'],
  'Secrets go three months after they ended, those of a key that ended with them');
select is((select count(*) from private.agent_keys where id = pg_temp.agent_key('ended')), 1::bigint, 'The key itself stays in the list');
select is((select count(*) from private.audit_log), (select logged from before), 'The log is not touched');
select is((select schedule from cron.job where jobname = 'agents.forget'), '13 3 * * *', 'All this happens each night');

-- Two rows that become one person.
update private.agent_keys set holder_id = pg_temp.person('bea') where id = pg_temp.kim();
insert into private.agent_writes (key_id, operation, action, target_type, target_id, member_id, before, undo, at)
values (pg_temp.kim(), 'members.update', 'members.profile_corrected', 'member', pg_temp.person('bea')::text, pg_temp.person('bea'), '{"bio": "x"}', 'undo_profile_correction', now());
insert into private.agent_proposals (id, key_id, kind, member_id, subject, reason, shows, why_waiting, created_at, expires_at)
values ('88888888-0000-4000-8000-0000000000d1', pg_temp.kim(), 'delete_member', pg_temp.person('bea'), pg_temp.person('bea')::text, 'Asked', '{"would": []}', 'Always asks', now(), now() + interval '1 day');
select private.agents_merged(pg_temp.person('ada'), pg_temp.person('bea'), now());
select is((select holder_id from private.agent_keys where id = pg_temp.kim()), pg_temp.person('ada'), 'Her keys come along when two rows become one person');
select results_eq($$select member_id, undo from private.agent_writes where target_id = pg_temp.person('bea')::text$$, $$values (pg_temp.person('ada'), null::text)$$,
  'What was changed comes along, and cannot be put back into a row that is gone');
select results_eq($$select member_id, state::text from private.agent_proposals where id = '88888888-0000-4000-8000-0000000000d1'$$,
  $$values (pg_temp.person('ada'), 'withdrawn')$$, 'and nobody deletes the one who stays by what was proposed about the other');

-- Names are looked for as whole words, however they are written.
select is(array(select private.names_any(said, array[private.plain_words('Béa Lindholm'), private.plain_words('Lindholm'), private.plain_words('bea@example.org')])
    from pg_catalog.unnest(array['Refund LINDHOLM, please', 'refund-lindholm-3', 'To bea@example.org.', 'Bea   lindholm', 'Lindholmson', 'xbea@example.org', 'bea', '', null]) said),
  array[true, true, true, true, false, false, false, false, false], 'A name is found in a text, and not within another');

-- An erased holder leaves her key behind.
select admin.delete_member('ada@example.org', 'Asked for it');
select is((select holder_id from private.agent_keys where id = pg_temp.kim()), null, 'The key of somebody who left is nobody''s');
select is((select (private.living_key(id, pg_temp.agent_secret('kim'), now())).name from private.agent_keys where id = pg_temp.kim()), 'kim-agent', 'and goes on');

select * from finish();
rollback;
