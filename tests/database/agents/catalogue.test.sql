-- The catalogue of operations beside what really is in the database.
begin;
set local search_path = public, extensions;
select plan(13);

create temporary table handlers as
select o.*, p.oid, p.provolatile, p.prosecdef, p.proacl from private.agent_operations o
  left join pg_catalog.pg_proc p on p.oid = to_regprocedure(pg_catalog.format('private.%I(private.agent_call, jsonb)', o.handler)) and p.prorettype = 'jsonb'::regtype;

select ok((select count(*) >= 40 from handlers), 'There are operations');
select is((select array_agg(h.handler) from handlers h where h.oid is null), null, 'Every operation has its handler: (private.agent_call, jsonb) returns jsonb');
-- agent_list_goals asks pgmq for its numbers, whose functions are volatile.
select is((select array_agg(h.handler) from handlers h where h.risk = 'read' and h.provolatile <> 's' and h.handler <> 'agent_list_goals'), null, 'A read is stable, so that it cannot change anything');
select is((select array_agg(h.handler) from handlers h where h.risk <> 'read' and h.provolatile <> 'v'), null, 'A write is volatile');
select is((select array_agg(h.handler) from handlers h where h.prosecdef), null, 'None runs with other rights than the door''s');
select is((select array_agg(h.handler || ' ' || r.role) from handlers h, unnest(array['anon', 'authenticated', 'agent', 'service_role']) r (role)
            where has_function_privilege(r.role, h.oid, 'execute')), null, 'and nobody calls one past the doors');
select is((select array_agg(p.proname) from pg_catalog.pg_proc p
            where p.pronamespace = 'private'::regnamespace and p.prorettype = 'jsonb'::regtype
              and p.pronargs = 2 and p.proargtypes[0] = 'private.agent_call'::regtype and p.proargtypes[1] = 'jsonb'::regtype
              and p.proname not in (select o.handler from private.agent_operations o)), null, 'No handler is left over');
select is((select array_agg(o.operation) from private.agent_operations o, pg_catalog.regexp_matches(o.path, '\{([a-z_]+)\}', 'g') m
            where m[1] <> all (o.parameters)), null, 'What stands in an address is a parameter');
-- A list that ends somewhere and has no next page says where.
create temporary table ends as
select h.operation, h.what, (pg_catalog.regexp_match(p.prosrc, '\mmost constant integer := (\d+);'))[1] as most
  from handlers h join pg_catalog.pg_proc p on p.oid = h.oid
 where h.risk = 'read' and not 'after' = any (h.parameters);
select ok((select count(*) >= 2 from ends where most is not null), 'Some lists are given up to a number');
select is((select array_agg(operation) from ends where what !~ ('\m' || most || '\M')), null, 'and each of them says to which');
select is((select array_agg(o.operation) from private.agent_operations o where o.what ~ ' of one member, or of a month,' and o.operation in ('payments.invoices', 'payments.refunds')),
  null, 'Nobody is told that she must say whose payments, or of which month: all are answered when she does not');

create temporary table takers as
select distinct (pg_catalog.regexp_matches(p.prosrc, '''(undo_[a-z_]+)''', 'g'))[1] as undo from pg_catalog.pg_proc p where p.pronamespace = 'private'::regnamespace;
-- A column.
delete from takers where undo = 'undo_note';
select ok((select count(*) >= 5 from takers), 'Writes name what takes them back');
select is((select array_agg(t.undo) from takers t where to_regprocedure(pg_catalog.format('private.%I(private.agent_call, private.agent_writes)', t.undo)) is null),
  null, 'and it is there: (private.agent_call, private.agent_writes)');

select * from finish();
rollback;
