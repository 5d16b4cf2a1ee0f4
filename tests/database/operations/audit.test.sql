begin;
-- include: ../cast.sql
set local search_path = public, extensions;
select plan(16);
select private.audit('studio', 'somebody', 'members.tested', 'member', 'ada', '{"role": "member"}', '{"role": "leader"}', 'A test', 'req-1');
select is((select array[actor_kind::text, actor, action, target_type, target_id, before ->> 'role', after ->> 'role', reason, correlation_id] from private.audit_log where action = 'members.tested'),
  array['studio', 'somebody', 'members.tested', 'member', 'ada', 'member', 'leader', 'A test', 'req-1'], 'The log says who did what to what, before and after, why, and on whose request');
select is((select at from private.audit_log where action = 'members.tested'), now(), 'and when');
select throws_ok($$select private.audit('studio', 'x', 'tested', 'member', 'ada')$$, '23514', 'new row for relation "audit_log" violates check constraint "audit_log_action_is_dotted"', 'What was done is named by its room');
select throws_ok($$select private.audit('studio', null, 'members.tested', 'member', 'ada')$$, '23502', 'null value in column "actor" of relation "audit_log" violates not-null constraint', 'Nobody does anything anonymously');

-- It is written in the transaction of what it describes.
create temporary table before_undo as select count(*) as n from private.audit_log;
do $$ begin perform private.audit('job', 'x', 'members.undone', 'member', 'ada'); raise exception 'undo'; exception when raise_exception then null; end $$;
select is((select count(*) from private.audit_log), (select n from before_undo), 'What was undone was never logged');

-- Append-only for everybody.
select throws_ok($$update private.audit_log set reason = 'better' where action = 'members.tested'$$, '42501', 'private.audit_log is append-only', 'Its owner cannot change it');
select throws_ok($$delete from private.audit_log$$, '42501', 'private.audit_log is append-only', 'or delete from it');
select is(pg_temp.answer(who, 'delete from private.audit_log returning id') ->> 'message', 'permission denied for table audit_log', initcap(who) || ' cannot delete from it')
  from unnest(array['visitor', 'ada', 'lea', 'kim', 'service']) who;
select is(pg_temp.answer(who, 'select * from private.audit_log') ->> 'message', 'permission denied for table audit_log', initcap(who) || ' cannot read it')
  from unnest(array['ada', 'service']) who;
select is(pg_temp.answer('ada', $$select private.audit('studio', 'x', 'members.forged', 'member', 'ada')$$) ->> 'message', 'permission denied for function audit', 'A member cannot write into it');
select is((select count(*)::int from private.audit_log where action = 'members.tested'), 1, 'The row is there through all of it');

select * from finish();
rollback;
