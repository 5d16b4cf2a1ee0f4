begin;
-- include: own.sql
select plan(6);

-- Postgres names an unnamed check <table>_<column>_check; ours say the fact that holds.
create temporary view unnamed_checks as
select c.name || ' ' || k.conname as finding
  from pg_catalog.pg_constraint k join own_tables c on c.oid = k.conrelid
 where k.contype in ('c', 'x') and c.schema <> 'pgmq'
   and (k.conname ~ '_(check|excl)\d*$' or not pg_catalog.starts_with(k.conname, c.bare || '_'));

create temporary view numbered_names as
select c.name || ' ' || k.conname as finding
  from pg_catalog.pg_constraint k join own_tables c on c.oid = k.conrelid
 where k.conname ~ '_(fkey|key|pkey)\d+$'
union all
select c.name || ' ' || i.relname
  from pg_catalog.pg_index x join own_tables c on c.oid = x.indrelid join pg_catalog.pg_class i on i.oid = x.indexrelid
 where c.schema <> 'pgmq' and i.relname ~ '_idx\d*$';

-- A list of words in a check is an enum in hiding: Studio shows no list for it, and the generated types no union.
-- Four lists are left as text, because Stripe or the code that stores its answers owns the words and no admin picks one.
create temporary view hidden_vocabularies as
select c.name || ' ' || k.conname as finding
  from pg_catalog.pg_constraint k join own_tables c on c.oid = k.conrelid
 where k.contype = 'c' and pg_catalog.pg_get_constraintdef(k.oid) ~ '= ANY \(+ARRAY\[''[^'']+''::text, '
   and k.conname not in ('stripe_prices_interval_known', 'subscriptions_as_of_event_known', 'checkouts_state_known', 'member_emails_source_known');

select is_empty('select * from unnamed_checks', 'Every check is named as the fact that holds');
select is_empty('select * from numbered_names', 'No constraint or index has a name that Postgres made up');
select is_empty('select * from hidden_vocabularies', 'A closed vocabulary is an enum');

create table private.nameless (
  state text check (state in ('open', 'closed')),
  amount bigint,
  constraint amount_positive check (amount > 0)
);
create index on private.nameless (amount);
select set_has('select * from unnamed_checks', $$values ('private.nameless nameless_state_check'), ('private.nameless amount_positive')$$,
  'A check without a name of its own, or without its table''s, is found');
select set_has('select * from numbered_names', $$values ('private.nameless nameless_amount_idx')$$, 'An index without a name is found');
select set_has('select * from hidden_vocabularies', $$values ('private.nameless nameless_state_check')$$, 'A vocabulary in a check is found');

select * from finish();
rollback;
