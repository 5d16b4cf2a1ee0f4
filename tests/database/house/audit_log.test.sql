begin;
-- include: own.sql
set local search_path = public, extensions;
select plan(15);

-- A row to hide and to keep.
select private.audit('studio', 'house test', 'operations.tested', 'test', 'audit');
select isnt_empty($$select * from private.audit_log where target_id = 'audit'$$, 'There is a row that somebody could want to change');

-- The owner.
select throws_ok($$update private.audit_log set actor = 'somebody else' where target_id = 'audit'$$,
  '42501', 'private.audit_log is append-only', 'The owner of the database cannot change a row');
select throws_ok($$delete from private.audit_log where target_id = 'audit'$$,
  '42501', 'private.audit_log is append-only', 'The owner of the database cannot delete a row');
select throws_ok($$truncate private.audit_log$$, '42501', 'private.audit_log is append-only', 'The owner of the database cannot empty it');
select throws_ok($$update private.audit_log set actor = 'x' where false$$,
  '42501', 'private.audit_log is append-only', 'An update that would change no row is refused too');
select throws_ok($$insert into private.audit_log (id, actor_kind, actor, action, target_type, target_id) overriding system value
    select id, actor_kind, 'forged', action, target_type, target_id from private.audit_log where target_id = 'audit'
    on conflict (id) do update set actor = excluded.actor$$,
  '42501', 'private.audit_log is append-only', 'An upsert cannot change a row');

-- The service role, which policies do not bind: first as it is, then with every privilege.
set local role service_role;
select throws_ok($$select * from private.audit_log$$, '42501', 'permission denied for table audit_log', 'The service role cannot read it');
select throws_ok($$insert into private.audit_log (actor_kind, actor, action, target_type, target_id) values ('studio', 'x', 'a.b', 't', '1')$$,
  '42501', 'permission denied for table audit_log', 'The service role cannot write a row of its own making');
select throws_ok($$delete from private.audit_log$$, '42501', 'permission denied for table audit_log', 'The service role cannot delete');
reset role;
grant all on private.audit_log to service_role;
set local role service_role;
select throws_ok($$update private.audit_log set actor = 'x'$$, '42501', 'private.audit_log is append-only',
  'With every privilege the service role still cannot change a row');
select throws_ok($$delete from private.audit_log$$, '42501', 'private.audit_log is append-only',
  'With every privilege the service role still cannot delete a row');
select throws_ok($$truncate private.audit_log$$, '42501', 'private.audit_log is append-only',
  'With every privilege the service role still cannot empty it');
select throws_ok($$alter table private.audit_log disable trigger audit_log_append_only$$, '42501', 'must be owner of table audit_log',
  'The service role cannot switch the guard off');
reset role;

select is((select actor from private.audit_log where target_id = 'audit'), 'house test', 'The row still says what it said');
-- A later migration must not hang the log on something that cascades.
select is_empty($$select conname from pg_constraint where conrelid = 'private.audit_log'::regclass and contype = 'f'$$,
  'Deleting anything else cannot delete a row of the log');

select * from finish();
rollback;
