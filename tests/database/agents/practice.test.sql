-- A key for practice: every write is answered as if it were done, and nothing of it stays but that it was tried.
begin;
-- include: ../house/own.sql
-- include: ../cast.sql
set local search_path = public, extensions;
select plan(13);

insert into private.agent_keys (id, name, what, scopes, is_sandbox, rate_class, expires_at, created_by)
values (pg_temp.agent_key('practice'), 'practice-agent', 'Practice', pg_catalog.enum_range(null::private.agent_scope), true, 'bulk', now() + interval '9 days', 'test');
insert into private.agent_secrets (key_id, hash, ends_in) values (pg_temp.agent_key('practice'), pg_catalog.sha256('cak_test_practice'), 'tice');
create function pg_temp.practise(operation text, args jsonb, key text default null) returns jsonb language sql as $$
  select private.gateway_request('cak_test_practice', null, operation, args, null, coalesce(key, 'practise-' || operation), null, 'here', 'practice', now())
$$;
-- What it needs to find: a task, a proposal that waits, a draft, an unpaid card that may be mended.
insert into private.agent_change_sets (id, key_id, task, opened_at) values ('77777777-0000-4000-8000-0000000000f0', pg_temp.agent_key('practice'), 'Try', now());
insert into private.agent_proposals (id, key_id, kind, member_id, subject, reason, shows, why_waiting, is_sandbox, created_at, expires_at)
values ('88888888-0000-4000-8000-0000000000f0', pg_temp.agent_key('practice'), 'delete_member', pg_temp.person('cyn'), pg_temp.person('cyn')::text, 'Try', '{"would": []}', 'Always asks', true, now(), now() + interval '1 day');
insert into private.campaign_drafts (id, key_id, subject, body, segment, why, created_at)
values ('99999999-0000-4000-8000-0000000000f0', pg_temp.agent_key('practice'), 'A mail', 'Body', '{}', 'Try', now());
update public.profiles set headline = 'Before' where member_id = pg_temp.person('ada');

create temporary table tried (operation text, args jsonb, keeps boolean);
insert into tried values
  ('members.create', '{"email": "nova@example.org", "name": "Nova"}', false),
  ('members.update', pg_catalog.jsonb_build_object('member', pg_temp.person('ada'), 'headline', 'After'), false),
  ('members.delete', pg_catalog.jsonb_build_object('member', pg_temp.person('dot'), 'reason', 'Asked for it'), true),
  ('members.send_card_link', pg_catalog.jsonb_build_object('member', pg_temp.person('dot')), false),
  ('payments.propose_refund', '{"payment": "in_ada", "amount": 500, "reason": "Paid twice"}', true),
  ('payments.propose_cancel', pg_catalog.jsonb_build_object('member', pg_temp.person('bea'), 'when', 'period_end', 'reason', 'Asked for it'), true),
  ('proposals.withdraw', '{"proposal": "88888888-0000-4000-8000-0000000000f0"}', true),
  ('events.propose', pg_catalog.jsonb_build_object('title', 'An evening', 'starts_at', pg_catalog.to_char(now() at time zone 'UTC' + interval '20 days', 'YYYY-MM-DD"T"18:00:00"Z"'),
     'ends_at', pg_catalog.to_char(now() at time zone 'UTC' + interval '20 days', 'YYYY-MM-DD"T"20:00:00"Z"'), 'time_zone', 'Europe/Lisbon', 'why', 'Many asked'), false),
  ('content.create', '{"kind": "link", "title": "A find", "url": "https://example.org/find", "topics": ["building"]}', false),
  ('content.update', pg_catalog.jsonb_build_object('resource', '33333333-0000-4000-8000-000000000003', 'title', 'Read on here',
     'revision', (select r.revision from public.resources r where r.id = '33333333-0000-4000-8000-000000000003')), false),
  ('content.update_many', '{"topic": "building", "kind": "link", "add_topic": "data", "most": 20}', false),
  ('content.delete', '{"resource": "33333333-0000-4000-8000-000000000003", "reason": "Out of date"}', false),
  ('audience.draft', '{"subject": "Hello", "body": "A word", "segment": {"status": "active"}, "why": "Quarter"}', false),
  ('audience.discard', '{"draft": "99999999-0000-4000-8000-0000000000f0"}', false),
  ('change_sets.open', '{"task": "Try something"}', true),
  ('change_sets.undo', '{"change_set": "77777777-0000-4000-8000-0000000000f0"}', true);

select set_eq('select operation from tried', $$select operation from private.agent_operations where risk <> 'read'$$, 'Each operation that writes is tried');

-- Every table of ours and every queue, as one number.
create function pg_temp.house() returns jsonb language plpgsql as $$
declare
  one text;
  print text;
  all_of_it jsonb := '{}';
begin
  for one in select name from own_tables where not name ~ '^pg_temp' loop
    execute pg_catalog.format('select pg_catalog.md5(coalesce(pg_catalog.string_agg(t::text, ''|'' order by t::text), '''')) from %s t', one) into print;
    all_of_it := all_of_it || pg_catalog.jsonb_build_object(one, print);
  end loop;
  return all_of_it;
end
$$;
create temporary table seen (operation text, keeps boolean, answer jsonb, changed text[]);
create function pg_temp.try() returns void language plpgsql as $$
declare
  one tried;
  before jsonb;
  after jsonb;
  answer jsonb;
begin
  before := pg_temp.house();
  for one in select * from tried loop
    answer := pg_temp.practise(one.operation, one.args);
    after := pg_temp.house();
    insert into seen select one.operation, one.keeps, answer, array(select k from pg_catalog.jsonb_object_keys(after) k where after -> k is distinct from before -> k order by 1);
    before := after;
  end loop;
end
$$;
select pg_temp.try();

select is_empty($$select operation, answer from seen where (answer ->> 'status')::int not in (200, 201, 202) or answer #>> '{body,sandbox}' is distinct from 'true'$$,
  'Each is answered as if it were done, and says that it was for practice');
select is_empty($$select operation, table_name from seen, pg_catalog.unnest(changed) table_name where not keeps
    and table_name not in ('private.agent_requests', 'private.agent_use', 'private.agent_keys', 'private.agent_secrets', 'private.audit_log', 'private.rate_limits', 'private.agent_alerts')$$,
  'Nothing stays of it, in no table and no queue, but that it was asked, counted and logged');
select is_empty($$select operation, table_name from seen, pg_catalog.unnest(changed) table_name where keeps and table_name ~ '^public\.|customers|charges|tombstones|erasures|emails'$$,
  'What waits for a person stays as a proposal; members, money and mails are as they were');
select ok((select bool_and('private.agent_proposals' = any (changed)) from seen where operation in ('payments.propose_refund', 'payments.propose_cancel', 'members.delete', 'proposals.withdraw')),
  'and proposals for practice are real rows, for an admin to decide');
select is_empty($$select id from private.agent_proposals where key_id = pg_temp.agent_key('practice') and not is_sandbox$$, 'that say what they are');
select is((select count(*)::int from private.audit_log where actor = 'practice-agent' and action = 'agents.rehearsed'), (select count(*)::int from tried where not keeps),
  'The log says of each that it was rehearsed');
select is((select after from private.audit_log where actor = 'practice-agent' and action = 'agents.rehearsed' and target_id = 'members.update'),
  pg_catalog.jsonb_build_object('writes', pg_catalog.jsonb_build_array(pg_catalog.jsonb_build_object('action', 'members.profile_corrected',
    'target_type', 'member', 'target_id', pg_temp.person('ada'), 'after', '{"fields": ["headline"]}'::jsonb))), 'and what of whom it would have changed, without the words');
select is_empty($$select target_id, after from private.audit_log where actor = 'practice-agent' and action = 'agents.rehearsed'
    and (after -> 'writes' is null or after::text ~ 'After|Nova|nova@|A find')$$, 'as of each');
select is((select count(*)::int from private.agent_requests where key_id = pg_temp.agent_key('practice')), (select count(*)::int from tried), 'Each request is kept,');
select ok((select bool_and(a ->> 'is_replayed' = 'true' and a -> 'body' = s.answer -> 'body') from seen s join tried t using (operation),
    lateral (select pg_temp.practise(t.operation, t.args) as a) again), 'and the same again has the same answer');
select is((select headline from public.profiles where member_id = pg_temp.person('ada')), 'Before', 'Ada''s headline is what she wrote');

-- The same key, live, would have done it.
create temporary table done as
select private.agent_request(k, k.scopes::text[], 'members.update', pg_catalog.jsonb_build_object('member', pg_temp.person('ada'), 'headline', 'After'), null, 'live', null, 'c', now()) as answer
  from private.agent_keys k where k.id = pg_temp.agent_key('kim');
select is((select answer ->> 'status' from done) || (select headline from public.profiles where member_id = pg_temp.person('ada')), '200After', 'With a live key it is done');

select * from finish();
rollback;
