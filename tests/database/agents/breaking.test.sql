-- What was tried to break the agents room, and did once: each of these holds now.
begin;
-- include: ../cast.sql
-- include: calling.sql
-- include: proposing.sql
set local search_path = public, extensions;
select plan(27);
update private.agent_rates set capacity = 1000;
update private.agent_keys set refund_each = 100000, refunds_a_day = 100, actions_a_member = 100, holder_id = pg_temp.person('lea') where name = 'kim-agent';
select pg_temp.admin('nia');

-- A time that no clock shows is a mistake of who sent it, and not one of ours.
select is(pg_temp.refusal('events.propose', '{"title": "t", "why": "w", "starts_at": "2099-12-01T00:00:00+16:00", "ends_at": "2099-12-02T00:00:00Z"}'),
  '422 starts_at is no time that there is [starts_at]', 'A zone that is further from Greenwich than any');

-- A sentence may say again what was sent; what is kept of it holds no address.
select is(pg_temp.refusal('events.propose', jsonb_build_object('title', 't', 'why', 'w', 'starts_at', now() + interval '3 days', 'ends_at', now() + interval '4 days', 'time_zone', 'ada@example.org')),
  '422 There is no time zone “ada@example.org” [time_zone]', 'Who sent it reads what she sent');
select is((select f.reason from private.agent_refusals f order by f.id desc limit 1), 'There is no time zone [email]', 'and nobody else does');

-- Erasure: what an agent said of her in a proposal stands in the answer that is kept for who sends it again.
update public.profiles set name = 'Ada Lovelace' where member_id = pg_temp.person('ada');
select pg_temp.paid('ada', 'in_big', 9000);
create function pg_temp.kept(name text) returns jsonb language sql as $$ select r.answer from private.agent_requests r where r.idempotency_key = name $$;
create function pg_temp.propose(name text, operation text, args jsonb) returns uuid language sql as $$
  select (pg_temp.ask(operation, args, name) #>> '{body,data,id}')::uuid
$$;
create temp table asked as select
  pg_temp.propose('hers', 'payments.propose_refund', '{"payment": "in_big", "amount": 500, "reason": "Ada Lovelace paid twice"}') as hers,
  pg_temp.propose('named', 'payments.propose_refund', '{"payment": "in_bea", "amount": 500, "reason": "Ada Lovelace says that Bea paid twice"}') as named,
  pg_temp.propose('delete', 'members.delete', pg_temp.of('ada') || '{"reason": "Ada Lovelace asked for it"}') as gone,
  pg_temp.propose('for-ada-lovelace', 'payments.propose_refund', '{"payment": "in_bea", "amount": 50, "reason": "One cent too much, fifty times"}') as labelled,
  pg_temp.propose('other', 'payments.propose_refund', '{"payment": "in_bea", "amount": 100, "reason": "She paid twice"}') as other;
select private.settle_proposal(hers, 'carried_out', 're_1', null, 'test', now()) from asked;
select is((select count(*)::int from private.agent_requests r where r.answer::text ~ 'Lovelace'), 3, 'The answers of three hold her name');

-- Slack has shown the one that waited, which is decided by Nia.
update private.slack_messages set state = 'sent', posted_channel = 'C1', ts = '1.1', sent_at = now()
 where key = (select 'agent_proposal:' || gone::text from asked);
select private.decide_proposal(gone, false, pg_temp.person('nia')::text, 'Not today', now()) from asked;
select ok(private.erase_person(pg_temp.person('ada'), pg_temp.login('ada'), 'admin', 'nia', 'She asked', now()) is not null, 'She is erased');
select is((select count(*)::int from private.agent_requests r where r.answer::text ~ 'Lovelace'), 0, 'No answer that is kept holds her name');
select is((select count(*)::int from private.agent_requests r where r.answer::text like '%' || pg_temp.person('ada') || '%'), 0, 'nor her number');
select is((pg_temp.ask('payments.propose_refund', '{"payment": "in_big", "amount": 500, "reason": "Ada Lovelace paid twice"}', 'hers') -> 'body' -> 'data') - '{created_at,expires_at,decided_at,settled_at,id}'::text[],
  (select private.shown_proposal(p) - '{created_at,expires_at,decided_at,settled_at,id}'::text[] from private.agent_proposals p, asked where p.id = hers),
  'Who sends it again hears what is left of it, and nothing is done twice');
select is(pg_temp.ask('payments.propose_refund', '{"payment": "in_bea", "amount": 50, "reason": "One cent too much, fifty times"}', 'for-ada-lovelace') -> 'is_replayed', 'true',
  'also where its Idempotency-Key named her');
select is(pg_temp.kept('named') #>> '{data,amount}', '500', 'What named her by the way keeps its sums');
select is(pg_temp.kept('other') #>> '{data,reason,written_by_people}', 'She paid twice', 'What is about others stays as it was');
select is((select count(*)::int from jobs.idempotency_keys i where i.key like 'slack:%:update:erased:%'), 1, 'and Slack, which has shown her name, is told to say what is left');

-- A token that was given fewer scopes takes nothing back that it may not write.
create temp table task as select (pg_temp.data('change_sets.open', '{"task": "Texts"}') ->> 'change_set')::uuid as id;
select is(pg_temp.data('members.update', pg_temp.of('dot') || '{"headline": "By an agent"}', id) -> 'changed', '["headline"]', 'A profile is corrected') from task;
create function pg_temp.undo(scopes text[]) returns jsonb language sql as $$
  select private.agent_request(k, $1, 'change_sets.undo', jsonb_build_object('change_set', task.id), null, gen_random_uuid()::text, null, 'test', now())
    from private.agent_keys k, task where k.id = pg_temp.agent_key('kim')
$$;
select is(pg_temp.undo('{content:write}') ->> 'status' || ' ' || (pg_temp.undo('{content:write}') #>> '{body,error,scope}'), '403 members:write', 'A token for something else cannot undo it, and is told which scope it lacks');
select is(pg_temp.undo('{}') ->> 'status', '403', 'nor one without any scope');
select is((select headline from profiles where member_id = pg_temp.person('dot')), 'By an agent', 'It stands as it was written');
select is(pg_temp.undo('{members:write}') #>> '{body,data,undone}', '1', 'With the scope it is undone');

-- Where a video lies opens it without asking who comes.
select is(pg_temp.data('content.get', '{"resource": "33333333-0000-4000-8000-000000000001"}') -> 'video_url', 'null', 'The address of a published video is not for agents');
create temp table draft as select pg_temp.data('content.create', '{"kind": "video", "title": "t", "video_url": "https://vimeo.com/76979871"}') -> 'id' as id;
select is(pg_temp.data('content.get', jsonb_build_object('resource', id)) -> 'video_url', private.said('https://vimeo.com/76979871'), 'In its own draft it reads what it wrote') from draft;

-- A draft of an agent that a leader made into something for leaders is theirs.
create temp table made as select (pg_temp.data('content.create', '{"kind": "link", "title": "t", "url": "https://example.org/t"}') ->> 'id')::uuid as id;
update public.resources r set audience = 'leader', title = 'For leaders alone', published_at = now() - interval '1 hour' from made where r.id = made.id;
select is(pg_temp.refusal('content.get', jsonb_build_object('resource', id)), '404 There is no such resource [resource]', 'What became of it for leaders alone its agent does not read') from made;
select is(pg_temp.refusal('content.update', jsonb_build_object('resource', id, 'revision', 2, 'title', 'By an agent')), '404 There is no such resource [resource]', 'nor write') from made;

-- What nobody decided in time holds nothing, also before the schedule says so.
select pg_temp.paid('bea', 'in_late', 200000);
select is(pg_temp.refund('in_late', 200000) ->> 'status', '202', 'A whole payment waits to be given back');
select is(pg_temp.refund('in_late', 200000, at => now() + interval '73 hours', reason => 'Asked again') ->> 'status', '202', 'Three days later it can be asked for again');

-- Who looks for one person by no address does not get the first of all.
select is(pg_temp.refusal('members.list', '{"email": ""}'), '422 email is empty [email]', 'No address finds nobody');
select is(pg_temp.refusal('members.list', '{"email": " "}'), '422 email is empty [email]', 'nor does white space');

-- Whoever reads of people is on record before she has the answer, also when the machine stops in the next moment.
set local synchronous_commit = on;
create temp table kept as select pg_temp.data('members.list') is not null as answered, current_setting('synchronous_commit') as people;
select is((select people from kept), 'on', 'A read about people is kept before it is answered');
select pg_temp.data('keys.me') is not null;
select is(current_setting('synchronous_commit'), 'off', 'One about the key itself may be counted a moment later');

select * from finish();
rollback;
