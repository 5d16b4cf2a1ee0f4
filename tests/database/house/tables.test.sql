begin;
-- include: own.sql
select plan(17);

create temporary view open_tables as
select name as finding from own_tables where not relrowsecurity;

create temporary view foreign_keys_without_on_delete as
select c.name || ' ' || k.conname as finding
  from pg_catalog.pg_constraint k join own_tables c on c.oid = k.conrelid
 where k.contype = 'f' and k.confdeltype = 'a';

-- An index counts when its first columns are the key's, in any order, and it leaves no row out.
create temporary view foreign_keys_without_index as
select c.name || ' ' || k.conname as finding
  from pg_catalog.pg_constraint k join own_tables c on c.oid = k.conrelid
 where k.contype = 'f'
   and not exists (
     select from pg_catalog.pg_index i
      where i.indrelid = k.conrelid and i.indpred is null and i.indisvalid
        and (select pg_catalog.array_agg(col order by col) from pg_catalog.unnest(k.conkey) col)
          = (select pg_catalog.array_agg(col order by col)
               from pg_catalog.unnest(i.indkey::smallint[]) with ordinality as led (col, place)
              where place <= pg_catalog.cardinality(k.conkey)));

create temporary view times_without_zone as
select c.name || '.' || a.attname as finding
  from pg_catalog.pg_attribute a join own_relations c on c.oid = a.attrelid
 where a.attnum > 0 and not a.attisdropped and c.schema <> 'pgmq'
   and a.atttypid in ('timestamp'::regtype, 'timestamp[]'::regtype, 'time'::regtype, 'timetz'::regtype);

create temporary view inexact_money as
select c.name || '.' || a.attname as finding
  from pg_catalog.pg_attribute a join own_tables c on c.oid = a.attrelid
 where a.attnum > 0 and not a.attisdropped and a.attname ~ '(amount|price|minimum|maximum|refunded$)'
   and a.atttypid in ('numeric'::regtype, 'real'::regtype, 'double precision'::regtype, 'money'::regtype);

create temporary view undescribed_relations as
select name as finding from own_relations
 where relkind in ('r', 'p', 'v', 'm') and schema <> 'pgmq' and pg_catalog.obj_description(oid, 'pg_class') is null;

create temporary view undescribed_types as
select pg_catalog.format('%s.%s', n.nspname, t.typname) as finding
  from pg_catalog.pg_type t
  join pg_catalog.pg_namespace n on n.oid = t.typnamespace and n.nspname in ('public', 'private', 'jobs', 'admin')
  left join pg_catalog.pg_class c on c.oid = t.typrelid
 where (t.typtype = 'e' or c.relkind = 'c') and pg_catalog.obj_description(t.oid, 'pg_type') is null
   and not exists (select from pg_catalog.pg_depend d
                    where d.classid = 'pg_catalog.pg_type'::regclass and d.objid = t.oid and d.deptype = 'e');

create temporary view views_with_owners_rights as
select name as finding from own_relations
 where relkind in ('v', 'm') and not coalesce(reloptions, '{}') && array['security_invoker=true', 'security_invoker=on', 'security_invoker=1'];

create temporary view sleeping_triggers as
select c.name || ' ' || t.tgname as finding
  from pg_catalog.pg_trigger t join own_tables c on c.oid = t.tgrelid where t.tgenabled not in ('O', 'A');

select is_empty('select * from open_tables', 'Row level security is on for every table, the queues'' too');
select is_empty('select * from foreign_keys_without_on_delete', 'Every foreign key says what happens on delete');
select is_empty('select * from foreign_keys_without_index', 'Every foreign key has an index');
select is_empty('select * from times_without_zone', 'Every moment is stored with its time zone');
select is_empty('select * from inexact_money', 'Money is stored in whole minor units');
select is_empty('select * from undescribed_relations', 'Every table and view says in Studio what it holds');
select is_empty('select * from undescribed_types', 'Every type says what its words or its parts mean');
select is_empty('select * from views_with_owners_rights', 'Every view runs with the rights of who reads it');
select is_empty('select * from sleeping_triggers', 'No trigger is switched off');

-- The same questions, asked of a table that breaks every rule.
create table private.careless_parent (id bigint primary key);
create table private.careless (
  parent_id bigint references private.careless_parent (id),
  at timestamp,
  unit_amount numeric
);
create index on private.careless (parent_id) where parent_id > 7;
create view admin.careless as select * from private.careless;
create type private.careless_mood as enum ('calm', 'hasty');
create type private.careless_pair as (one text, other text);
create trigger nap after insert on private.careless for each statement execute function private.touch_updated_at();
alter table private.careless disable trigger nap;

select set_has('select * from open_tables', $$values ('private.careless')$$, 'A table without row level security is found');
select set_has('select * from foreign_keys_without_on_delete', $$values ('private.careless careless_parent_id_fkey')$$,
  'A foreign key without on delete is found');
select set_has('select * from foreign_keys_without_index', $$values ('private.careless careless_parent_id_fkey')$$,
  'A foreign key with a partial index only is found');
select set_has('select * from times_without_zone union select * from inexact_money',
  $$values ('private.careless.at'), ('private.careless.unit_amount')$$, 'A time without zone and money in fractions are found');
select set_has('select * from undescribed_relations', $$values ('private.careless'), ('admin.careless')$$, 'What has no comment is found');
select set_has('select * from undescribed_types', $$values ('private.careless_mood'), ('private.careless_pair')$$,
  'A type without a comment is found');
select set_has('select * from views_with_owners_rights', $$values ('admin.careless')$$, 'A view with its owner''s rights is found');
select set_has('select * from sleeping_triggers', $$values ('private.careless nap')$$, 'A trigger that is switched off is found');

select * from finish();
rollback;
