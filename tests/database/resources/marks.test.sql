begin;
-- include: ../cast.sql
set local search_path = public, extensions;
select plan(17);
create function pg_temp.resource(number integer) returns uuid language sql as $$ select ('33333333-0000-4000-8000-00000000000' || number)::uuid $$;
create function pg_temp.mark(who text, number integer, mark text, is_set text default 'true') returns text language sql as $$
  select coalesce(a ->> 'sqlstate' || ' ' || (a ->> 'message'), case when a -> 0 ->> 'saved_at' is null then '-' else 'saved' end || ' ' || case when a -> 0 ->> 'watched_at' is null then '-' else 'watched' end)
    from pg_temp.answer(who, format('select * from public.mark_resource(%L, %L, %s)', pg_temp.resource(number), mark, is_set)) a $$;

select is(pg_temp.mark('ada', 2, 'watched'), '- watched', 'Ada has read the checklist');
select is(pg_temp.mark('ada', 2, 'saved'), 'saved watched', 'and saves it');
select is(pg_temp.mark('ada', 2, 'saved'), 'saved watched', 'twice is once');
select is(pg_temp.mark('ada', 2, 'watched', 'false'), 'saved -', 'She takes one back, and the other stays');
select is(pg_temp.mark('ada', 1, 'saved', 'true'), 'saved -', 'What was saved before keeps its time');
select ok((select saved_at <= now() from resource_marks where member_id = pg_temp.person('ada') and resource_id = pg_temp.resource(1)), 'which is not a new one');
select is(pg_temp.mark('ada', number, 'saved'), 'PT404 This is not here any more', why) from (values (4, 'She cannot mark what is for leaders'), (5, 'nor a draft'),
  (6, 'nor what is scheduled'), (7, 'nor what was retired')) as hidden (number, why);
select is(pg_temp.mark('ada', 2, 'saved', 'null'), 'PT422 Say what to note', 'A mark is yes or no');
select is(pg_temp.mark('cyn', 1, 'saved'), 'PT403 Resources are for members', 'Who left marks nothing');
select is(pg_temp.answer('ada', format('insert into resource_marks (member_id, resource_id) values (%L, %L) returning 1', pg_temp.person('bea'), pg_temp.resource(2))) ->> 'sqlstate',
  '42501', 'Nobody writes marks past the function');
select is(jsonb_array_length(pg_temp.answer('ada', 'select * from resource_marks')), 2, 'She sees her own marks, and nobody else''s');
select is((select string_agg(value ->> 'title', ', ') from jsonb_array_elements(pg_temp.answer('ada', 'select title from public.find_resources(mark => ''saved'')'))),
  'Checklist for a pilot, Prompts that hold', 'What she saved is a list of hers');

-- Two rows become one person.
select is(pg_temp.mark('bea', 2, 'watched'), '- watched', 'Bea has read it too');
select private.resource_marks_merged(pg_temp.person('ada'), pg_temp.person('bea'));
select ok((select saved_at is not null and watched_at is not null from resource_marks where member_id = pg_temp.person('ada') and resource_id = pg_temp.resource(2)),
  'and when the two turn out to be one, nothing of either is lost');

select * from finish();
rollback;
