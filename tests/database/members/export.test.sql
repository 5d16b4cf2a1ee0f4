-- public.my_data: everything that is held about who asks, and nothing about anybody else.
begin;
-- include: ../house/own.sql
-- include: ../cast.sql
-- include: ada_everywhere.sql
select plan(12);

-- A table that points at people, and is not told of, stands here with the reason.
create temporary table untold (name text, reason text);
insert into untold values
  ('private.audience_batches', 'numbers of members that are brought to Mailchimp together; her contact is told of itself');

create temporary view pointing as
select t.oid, t.name from own_tables t
 where t.schema in ('public', 'private', 'jobs')
   and (exists (select from pg_catalog.pg_constraint c where c.conrelid = t.oid and c.contype = 'f'
                   and c.confrelid in ('public.members'::regclass, 'auth.users'::regclass, 'private.stripe_customers'::regclass))
        or exists (select from pg_catalog.pg_attribute a where a.attrelid = t.oid and a.attnum > 0 and not a.attisdropped
                   and a.attname ~ '(^|_)(member|user|customer)(_id|_ids)?$|email'));
create temporary view told as
select p.name, exists (
    select from pg_catalog.pg_proc f
     where f.pronamespace = 'private'::regnamespace and f.proname ~ '_data$' and f.proname <> 'personal_data' and f.prosrc ~ ('\m' || pg_catalog.replace(p.name, '.', '\.') || '\M')) as is_told
  from pointing p;

select is_empty($$ select name from told where not is_told and name not in (select name from untold) $$,
  'Every table that points at people is told of by my_data, or stands in the list with a reason');
select is_empty($$ select u.name from untold u left join told t using (name) where t.name is null or t.is_told $$, 'and nothing stands there for nothing');
create table private.diaries (id bigint primary key, customer_id text);
create table public.letters (id bigint primary key, member_id uuid references public.members (id));
select is((select pg_catalog.string_agg(name, ' ' order by name) from told where not is_told and name not in (select name from untold)),
  'private.diaries public.letters', 'A new table without a decision is found');
drop table private.diaries, public.letters;

-- Every text of hers is in it: asked of the rows themselves. What she made for the others stands there while she leads.
update public.members set role = 'leader' where id = pg_temp.person('ada');
create temporary table answer as select (pg_temp.answer('ada', 'select public.my_data() as data') -> 0 -> 'data') as data;
create function pg_temp.untold_texts() returns table (finding text) language plpgsql as $$
declare
  one record;
  said constant text := (select data::text from answer);
begin
  for one in
    select t.name, a.attname from told t join pg_catalog.pg_attribute a on a.attrelid = t.name::regclass
     where t.is_told and a.attname in ('member_id', 'customer_id', 'created_by') or t.name = 'public.members' and a.attname = 'id'
  loop
    return query execute pg_catalog.format($q$
      select distinct %1$L || '.' || leaf.key || ': ' || leaf.value
        from %1$s t, pg_catalog.jsonb_each(pg_catalog.to_jsonb(t)) field,
             lateral (select field.key, value from pg_catalog.jsonb_path_query(field.value, 'strict $.**') value) leaf
       where t.%2$I::text in (%3$L, 'cus_ada') and pg_catalog.jsonb_typeof(leaf.value) = 'string' and pg_catalog.length(leaf.value #>> '{}') > 3
         and leaf.key !~ '_key$|^(as_of_event|search|checked_in|run_id)$' and leaf.value #>> '{}' <> %3$L
         and pg_catalog.strpos(%4$L, leaf.value::text) = 0
    $q$, one.name, one.attname, pg_temp.person('ada'), said);
  end loop;
end
$$;
select is_empty('select * from pg_temp.untold_texts() where finding !~ ''^private.identity_reviews''', 'Each word that is held in a row of hers stands in the answer');
select ok(data #>> '{profile,bio}' = 'Born beside a paper mill' and data #>> '{membership,tier}' = 'monthly', 'in sections that can be read') from answer;
select ok(data -> 'addresses' @> '[{"email": "quill@example.net", "is_primary": false}]' and data #>> '{consents,0,source}' = 'The member, on the site',
  'Addresses and consents come with date and source') from answer;
select ok(data -> 'log' @> '[{"what": "members.consent_set", "by": "you"}]' and data -> 'jobs' @> '[{"what": "Brings one contact at Mailchimp to where it should be."}]',
  'What was done and what is being done is told in words') from answer;
select doesnt_match(data::text, 'bea@|[Bb]ea works|000000000062', 'Nobody else is in it') from answer;
select is(pg_temp.answer('visitor', 'select public.my_data()') ->> 'sqlstate', '42501', 'A visitor has no data');
select is(pg_temp.answer('kim', 'select public.my_data()') ->> 'sqlstate', '42501', 'nor has an agent');
select ok((pg_temp.answer('eve', 'select public.my_data() as data') #>> '{0,data,sign_in,email}') = 'eve@example.org', 'Who only has a sign-in sees that');
select is((select pg_catalog.array_agg(pg_temp.answer('ada', 'select public.my_data()') ->> 'sqlstate') from pg_catalog.generate_series(1, 5)),
  array[null, null, null, null, 'PT429'], 'Five times a day');

select * from finish();
rollback;
