-- private.erase_person: everything about a person goes, whoever asks; what stays leads to nobody.
begin;
-- include: ../house/own.sql
-- include: ../cast.sql
-- include: ada_everywhere.sql
select plan(22);

-- Every table of ours and of the sign-in, asked of the catalogue: how many of its rows hold a word.
create function pg_temp.holding(words text[]) returns table (name text, held bigint) language plpgsql as $$
declare
  one record;
  pattern constant text := '(' || (select pg_catalog.string_agg(pg_catalog.regexp_replace(w, '([.+])', '\\\1', 'g'), '|') from pg_catalog.unnest(words) w) || ')';
begin
  for one in
    select t.name from own_tables t
    union all select 'auth.' || c.relname from pg_catalog.pg_class c where c.relnamespace = 'auth'::regnamespace and c.relkind = 'r'
  loop
    execute pg_catalog.format('select count(*) from %s t where pg_catalog.to_jsonb(t)::text ~* $1', one.name) into held using pattern;
    name := one.name;
    if held > 0 then return next; end if;
  end loop;
end
$$;

create temporary table hers (words text[], ids text[]);
insert into hers values (
  array['quillfeather', 'ada@example.org', 'quill@example.net', '+15105550161', 'inkwell', 'paper mill', 'quillwater', 'blotting', 'goose', 'Gift of ada'],
  array[pg_temp.person('ada')::text, pg_temp.login('ada')::text, '11111111-0000-4000-8000-0000000000a2']);
create temporary table before as select h.* from hers, pg_temp.holding(words || ids || 'cus_ada'::text || 'sub_ada'::text) h;

select is_empty($$
  select distinct c.conrelid::regclass::text from pg_catalog.pg_constraint c join own_tables t on t.oid = c.conrelid
   where c.contype = 'f' and c.confrelid in ('public.members'::regclass, 'auth.users'::regclass, 'private.stripe_customers'::regclass)
  except select b.name::regclass::text from before b
$$, 'Before, she stood in every table that points at people, so that there is something to erase in each');
create temporary table others as
select (select pg_catalog.jsonb_agg(pg_catalog.to_jsonb(p) order by member_id) from public.profiles p where member_id <> pg_temp.person('ada')) as profiles,
       (select count(*) from public.donations) as gifts, (select count(*) from public.invoices) as invoices,
       (select count(*) from private.stripe_events) as events;

-- Who may
select is(pg_temp.answer('ada', $$select public.delete_my_account('bea@example.org')$$) ->> 'message',
  'This is not the address that you are signed in with', 'Nobody deletes an account by typing another''s address');
select is(pg_temp.answer('ada', $$select public.delete_my_account('')$$) ->> 'sqlstate', 'PT422', 'Nothing typed deletes nothing');
select is(pg_temp.answer('visitor', $$select public.delete_my_account('ada@example.org')$$) ->> 'sqlstate', '42501', 'A visitor deletes nobody');
select is(pg_temp.answer('kim', $$select public.delete_my_account('ada@example.org')$$) ->> 'sqlstate', '42501', 'An agent deletes nobody');
select is((select count(*)::integer from private.tombstones), 0, 'After all these nobody was erased');

-- She does
select is(pg_temp.answer('ada', $$select public.delete_my_account(' ADA@example.org ')$$), '[{"delete_my_account": null}]', 'She deletes her own account');
select is_empty($$ select h.* from hers, pg_temp.holding(words) h $$, 'No row of any table holds her name, an address, her number or a text of hers');
select is_empty($$
  select h.name from hers, pg_temp.holding(ids) h where h.name not in (
    'private.audit_log',           -- by id only
    'private.agent_requests',      -- what was answered: ids and states, for 30 days
    'private.tombstone_keys',      -- what she is recognised by
    'private.erasures',            -- the folder of pictures that is still owed
    'jobs.idempotency_keys') and h.name !~ '^(jobs\.(delayed|attempts|dead|effects)|pgmq\.)'  -- jobs carry ids, and end quietly
$$, 'Her ids stay in the log, in the tombstone and in jobs, and nowhere else');
select is_empty($$ select o.name from hers, storage.objects o where o.owner_id = any (ids) or o.owner::text = any (ids) $$, 'What she stored for everybody does not name her either');
select results_eq($$ select gifts, invoices, events from others $$,
  $$ select (select count(*) from public.donations), (select count(*) from public.invoices), (select count(*) from private.stripe_events) $$,
  'Gifts, invoices and the ids of events stay for the books');
select results_eq($$ select amount, currency, member_id, note, in_honour_of from public.donations where payment_intent_id = 'pi_ada' $$,
  $$ values (2500::bigint, 'usd', null::uuid, null::text, null::text) $$, 'Her gift is one of nobody, with its amount and without her words');
select results_eq($$ select e.event_id, e.payload is null, e.payload #>> '{data,object,amount_paid}' from private.stripe_events e where event_id ~ '^evt_' order by 1 $$,
  $$ values ('evt_customer', true, null), ('evt_expired', true, null), ('evt_gift', true, null), ('evt_ignored', true, null),
            ('evt_refund', true, null), ('evt_session', true, null), ('evt_waiting', false, '1000') $$,
  'Stored messages about her are empty; one that still waits keeps its amounts');
select is((select pg_catalog.jsonb_agg(pg_catalog.to_jsonb(p) order by member_id) from public.profiles p), (select profiles from others),
  'Nobody else is touched');
select is((select count(*)::integer from auth.users where id in (pg_temp.login('ada'), '11111111-0000-4000-8000-0000000000a2'))
    + (select count(*)::integer from auth.sessions where user_id = pg_temp.login('ada')), 0, 'Her sign-ins and their sessions are gone');
select is(pg_temp.answer('ada', 'select id from public.members'), '[]', 'Her old token sees nothing');
select is(pg_temp.answer('ada', $$select public.delete_my_account('ada@example.org')$$), '[{"delete_my_account": null}]', 'A second click changes nothing and is no error');
select is((select count(*)::integer from private.tombstones), 1, 'There is one tombstone, not two');
select ok(private.is_buried('member', '99999999-0000-4000-8000-000000000001') and private.is_buried('customer', 'cus_unbought')
    and private.is_buried('payment', 'pi_ada') and private.is_buried('address', 'Quill@Example.net') and not private.is_buried('address', 'bea@example.org'),
  'The tombstone knows rows merged into hers, customers that never bought, gifts and every address, and nobody else');

-- What is owed
select results_eq($$ select provider::text, count(*)::integer, pg_catalog.min(state) from admin.erasures group by 1 order by 1 $$,
  $$ values ('luma', 1, 'owed'), ('mailchimp', 2, 'owed'), ('storage', 1, 'owed'), ('stripe', 2, 'owed') $$, 'Admins see what is owed at each provider');
select is((select count(*)::integer from admin.jobs where (queue, kind) in (('memberships', 'erase_customer'), ('audience', 'forget_contact'),
    ('members', 'sweep_pictures'), ('events', 'forget_guest')) and correlation_id ~ '^erasure-'), 6, 'and each of these has its job');
select is((select after from private.audit_log where action = 'members.erased')::text, (select pg_catalog.format('{"tombstone": %s}', id) from private.tombstones),
  'The log says that it happened');

select * from finish();
rollback;
