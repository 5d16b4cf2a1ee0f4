-- What an operation is while it runs: who it thinks that it is, what becomes of its failures, and what stays on record.
begin;
set local search_path = public, extensions;
-- include: ../cast.sql
select plan(34);

-- An operation that shows what it sees, and one that does as it is told.
create function private.agent_probe(call private.agent_call, args jsonb) returns jsonb language plpgsql volatile set search_path = '' as $$
begin
  perform private.audit('studio', session_user::text, 'agents.probed', 'probe', call.correlation_id);
  perform private.audit('job', 'a job', 'agents.probed', 'job', call.correlation_id);
  return pg_catalog.jsonb_build_object('data', pg_catalog.jsonb_build_object('uid', auth.uid(), 'member', private.my_member_id(),
    'is_leader', private.is_leader(), 'may', private.agent_may('members:read'), 'agent', private.acting_agent(), 'user', current_user));
end
$$;
create function private.agent_fail(call private.agent_call, args jsonb) returns jsonb language plpgsql volatile set search_path = '' as $$
begin
  insert into private.agent_change_sets (key_id, task, opened_at) values (call.key_id, 'half done', call.at);
  raise exception using errcode = args ->> 'code', message = 'It holds ada@example.org', detail = coalesce(args ->> 'field', ''), hint = 'Do it otherwise.';
end
$$;
insert into private.agent_operations (place, operation, scope, risk, method, path, title, what, handler, parameters) values
  (9001, 'probe.read', null, 'read', 'GET', '/probe', 'x', 'x', 'agent_probe', '{}'),
  (9002, 'probe.fail', null, 'write', 'POST', '/probe', 'x', 'x', 'agent_fail', '{code,field}'),
  (9003, 'probe.absent', null, 'write', 'POST', '/absent', 'x', 'x', 'agent_absent', '{}'),
  (9004, 'probe.inject', null, 'read', 'GET', '/inject', 'x', 'x', 'agent_probe(null, null); drop table private.agent_keys; --', '{}');

create function pg_temp.ask(operation text, args jsonb default '{}', key text default 'k1') returns jsonb language plpgsql as $$
declare held private.agent_keys;
begin
  select k.* into held from private.agent_keys k where k.id = pg_temp.agent_key('kim');
  return private.agent_request(held, held.scopes::text[], operation, args, null, key, null, 'run-1', pg_catalog.now());
end
$$;

-- Through the gateway, which is nobody.
select is(pg_temp.ask('probe.read') -> 'body' -> 'data',
  '{"uid": null, "member": null, "is_leader": false, "may": false, "agent": "kim-agent", "user": "postgres"}'::jsonb,
  'An operation runs as nobody who is signed in, and knows its agent');
select ok(private.acting_agent() is null, 'and nobody acts when it is over');

-- Through the Data API, with the agent's claims: what is signed in before, during and after.
create function pg_temp.bearer() returns text language sql as $$ select current_setting('request.jwt.claims')::jsonb ->> 'sub' $$;
grant execute on function pg_temp.bearer() to agent;
select is(pg_temp.answer('kim', $$ select pg_temp.bearer() as before, public.call_operation('probe.read') -> 'data' -> 'uid' as uid $$) -> 0,
  jsonb_build_object('before', pg_temp.agent_key('kim'), 'uid', null), 'Through the Data API nobody is signed in either');
select is(pg_temp.answer('kim', $$ with asked as materialized (select public.call_operation('probe.read') as answer) select answer -> 'data' ->> 'agent' as agent, pg_temp.bearer() as bearer from asked $$) -> 0,
  jsonb_build_object('agent', 'kim-agent', 'bearer', pg_temp.agent_key('kim')), 'and afterwards the token is the agent''s again');
select is(pg_temp.answer('kim', $$ with asked as materialized (select public.call_operation('probe.fail', '{"code": "PT422", "field": "code"}', 'k2') as answer)
    select answer -> 'error' as error, pg_temp.bearer() as bearer from asked $$) -> 0,
  jsonb_build_object('error', '{"message": "It holds ada@example.org", "field": "code", "remedy": "Do it otherwise."}'::jsonb, 'bearer', pg_temp.agent_key('kim')),
  'also after a refusal, which says what, where and what would do');

-- Claims that name a member, as no token of ours does.
select set_config('request.jwt.claims', jsonb_build_object('sub', pg_temp.login('kim'), 'role', 'authenticated')::text, true);
select is(pg_temp.ask('probe.read') -> 'body' -> 'data' -> 'is_leader', 'false', 'Not even the claims of an admin reach into an operation');
select is(auth.uid(), pg_temp.login('kim'), 'and they come back');
select set_config('request.jwt.claims', '', true);

select is((select array_agg(distinct row(l.actor_kind, l.actor, l.correlation_id)::text) from private.audit_log l where l.action = 'agents.probed' and l.target_type = 'probe' and l.correlation_id = 'run-1'),
  array['(agent,kim-agent,run-1)'], 'What happens as if in Studio is written as the agent''s, with the id of its request');
select is((select array_agg(distinct row(l.actor_kind, l.actor)::text) from private.audit_log l where l.action = 'agents.probed' and l.target_type = 'job'),
  array['(job,"a job")'], 'while others keep their names');
select private.audit('studio', 'postgres', 'agents.probed', 'after', 'x');
select is((select l.actor_kind::text from private.audit_log l where l.target_type = 'after'), 'studio', 'Afterwards Studio is Studio');

-- Failures.
select is(pg_temp.ask('probe.fail', '{"code": "PT409"}') ->> 'status', '409', 'A refusal has its status');
select is(pg_temp.ask('probe.fail', '{"code": "PT429"}') ->> 'retry_after', '60', 'and when to come again, when it is for the pace');
select is((select count(*) from private.agent_change_sets c where c.task = 'half done'), 0::bigint, 'What was refused half way is undone');
select is((select count(*) from private.agent_requests r where r.idempotency_key = 'k1'), 0::bigint, 'and its Idempotency-Key is free');
select is(pg_temp.ask('probe.fail', '{"code": "22P02"}') - 'key', '{"status": 500, "failure": "SQLSTATE 22P02", "body": {"error": {"message": "Something went wrong on our side", "remedy": "Try again in a minute, then tell an admin."}}}'::jsonb,
  'A mistake of ours tells nothing of itself');
select is(pg_temp.ask('probe.absent') ->> 'failure', 'SQLSTATE 42883', 'A handler that is not there is such a mistake');
select is(pg_temp.ask('probe.inject') ->> 'failure', 'SQLSTATE 42883', 'The name of a handler is a name, whatever it says');
select ok((select count(*) > 0 from private.agent_keys), 'and runs nothing');
select is((select array_agg(r.reason order by r.id) from private.agent_refusals r where r.status = 500),
  array['SQLSTATE 22P02', 'SQLSTATE 42883', 'SQLSTATE 42883'], 'Admins see by its code that it happened');
select is((select sum(u.refused) from private.agent_use u where u.operation = 'probe.fail' and u.key_id = pg_temp.agent_key('kim')), 4::numeric,
  'and each counts for the pace and the day');
select throws_ok($$ select pg_temp.ask('probe.fail', '{"code": "40001"}') $$, '40001', 'It holds ada@example.org', 'A call that stood in another''s way is raised, to be sent again');
select throws_ok($$ select pg_temp.ask('probe.fail', '{"code": "53200"}') $$, '53200', 'It holds ada@example.org', 'and so is a database that is out of something');
select ok(private.acting_agent() is null, 'Nobody acts after any of them');

-- Arguments that no door has looked at.
select is(pg_temp.ask('probe.fail', '[]') -> 'body' -> 'error' ->> 'message', 'The arguments are not an object', 'A list is no arguments');
select is(pg_temp.ask('probe.fail', null) -> 'body' -> 'error' ->> 'message', 'The arguments are not an object', 'nothing is not either');
select is(pg_temp.ask('probe.fail', jsonb_build_object('code', repeat('x', 70000))) ->> 'status', '413', 'There is a most of what one may send');
select is(pg_temp.ask('probe.fail', '{"colour": 1}') -> 'body' -> 'error', '{"message": "probe.fail has no parameter colour", "field": "colour", "remedy": "It knows code, field."}'::jsonb, 'Unknown parameters are refused by name');
select is(pg_temp.ask('probe.fail', '{"ada@example.org": 1}') -> 'body' -> 'error' ->> 'message', 'probe.fail has no parameter of such a name', 'unless the name is no name');
select is(pg_temp.ask('probe.fail', '{}', null) -> 'body' -> 'error' ->> 'field', 'Idempotency-Key', 'A write needs its Idempotency-Key');
select is(pg_temp.ask('nowhere.to_be_found') ->> 'status', '404', 'An operation that there is not is not found');

-- The claims of a token.
create function pg_temp.claims(more jsonb default '{}') returns jsonb language plpgsql as $$
begin
  perform set_config('request.jwt.claims', (jsonb_build_object('role', 'agent', 'aud', 'agents', 'sub', pg_temp.agent_key('kim'),
    'secret_id', pg_temp.agent_secret('kim'), 'scopes', array['members:read'], 'iat', 1000, 'exp', 1300) || more)::text, true);
  return private.agent_claims();
end
$$;
select ok(pg_temp.claims() is not null, 'Claims as ours are taken');
select is((select count(*) from (values ('{"exp": 1301}'::jsonb), ('{"exp": null}'), ('{"iat": "1000"}'), ('{"aud": ["agents"]}'), ('{"aud": "authenticated"}'), ('{"role": "authenticated"}'),
    ('{"sub": "x"}'), ('{"sub": null}'), ('{"secret_id": "1; drop"}'), ('{"scopes": "members:read"}'), ('{"scopes": null}')) v (more) where pg_temp.claims(v.more) is not null),
  0::bigint, 'and no others, however signed');
select pg_temp.claims('{"sub": "x"}');
select is(private.agent_may('members:read'), false, 'They open no table');
select throws_ok($$ select public.call_operation('keys.me') $$, '42501', 'Only agents call operations', 'and no operation');

select * from finish();
rollback;
