begin;
-- include: ../cast.sql
set local search_path = public, extensions;
select plan(39);
create function pg_temp.resource(number integer) returns uuid language sql as $$ select ('33333333-0000-4000-8000-00000000000' || number)::uuid $$;
create function pg_temp.titles(who text, arguments text default '') returns text language sql as $$
  select coalesce(a ->> 'sqlstate' || ' ' || (a ->> 'message'), (select string_agg(value ->> 'title', ', ' order by place) from jsonb_array_elements(a) with ordinality as t (value, place)), '')
    from pg_temp.answer(who, format('select title from public.find_resources(%s)', arguments)) a $$;

-- Who finds what.
select is(pg_temp.titles(who), 'Where to read on, Checklist for a pilot, Prompts that hold', initcap(who) || ' finds what is published for members, newest first')
  from unnest(array['ada', 'bea', 'dot']) who;
select is(pg_temp.titles('lea'), 'Notes for leaders, Where to read on, Checklist for a pilot, Prompts that hold', 'A leader finds the leaders'' one too');
select is(pg_temp.titles(who), 'PT403 Resources are for members', initcap(who) || ' is refused') from unnest(array['cyn', 'eve']) who;
select is(pg_temp.answer('visitor', 'select * from public.find_resources()') ->> 'sqlstate', '42501', 'A visitor is not asked at all');
update members set role = 'leader' where id = pg_temp.person('cyn');
select isnt(pg_temp.titles('cyn'), 'PT403 Resources are for members', 'A leader reads on when her membership has ended');
update members set role = 'member' where id = pg_temp.person('cyn');

-- One of them.
select is(jsonb_array_length(pg_temp.answer(who, format('select * from public.resource_page(%L)', pg_temp.resource(number)))), wanted, why) from (values
  ('ada', 1, 1, 'A member opens what is published'), ('ada', 4, 0, 'not what is for leaders'), ('ada', 5, 0, 'not a draft'), ('ada', 6, 0, 'not what is scheduled'),
  ('ada', 7, 0, 'not what was retired'), ('lea', 4, 1, 'A leader opens what is for leaders'), ('lea', 5, 0, 'and drafts where they are edited')) as tried (who, number, wanted, why);
select is(pg_temp.answer('cyn', format('select * from public.resource_page(%L)', pg_temp.resource(1))) ->> 'sqlstate', 'PT403', 'Who left opens nothing');
select is(jsonb_array_length(pg_temp.answer(who, 'select id from public.resources')), wanted, why) from (values
  ('ada', 3, 'The table shows her the same'), ('cyn', 0, 'who left nothing'), ('eve', 0, 'who never joined nothing'), ('lea', 7, 'and a leader all of it')) as tried (who, wanted, why);

-- Search.
update resources set title = 'Générations of prompts, récap', summary = 'An evening about evaluation' where id = pg_temp.resource(1);
update resources set summary = 'Prompts, prompts and again prompts' where id = pg_temp.resource(3);
select is(pg_temp.titles('ada', format('search => %L', words)), found, why) from (values
  ('generations', 'Générations of prompts, récap', 'Accents do not matter'), ('GÉNÉ', 'Générations of prompts, récap', 'nor capitals, nor how much is typed'),
  ('evaluating', 'Générations of prompts, récap', 'nor the form of a word'), ('recap evalu', 'Générations of prompts, récap', 'Every word must be there'),
  ('recap checklist', '', 'every one'), ('the recap of', 'Générations of prompts, récap', 'but small words say nothing'),
  ('prompt', 'Générations of prompts, récap, Where to read on', 'A title counts more than a text'), ('building', 'Where to read on, Checklist for a pilot, Générations of prompts, récap', 'Topics are found'),
  ('checklist.pdf', 'Checklist for a pilot', 'and names of files'), ('!:*&|', 'Where to read on, Checklist for a pilot, Générations of prompts, récap', 'Signs alone ask for nothing'),
  (''' or true --', '', 'and are no code')) as tried (words, found, why);
select is(pg_temp.titles('ada', 'search => repeat(''a'', 81)'), 'PT422 The search is longer than 80 characters', 'A search is short');
select is(pg_temp.titles('ada', 'mark => ''nonsense'''), 'PT422 There is no such list', 'A list is one of ours');
select is(pg_temp.titles('ada', 'of_kind => ''file'''), 'Checklist for a pilot', 'Kinds are told apart');
select is(pg_temp.titles('ada', 'topic => ''health'''), '', 'and topics');

-- Page after page, nothing twice and nothing left out; also in order of relevance, and between equal ones.
insert into resources (id, kind, title, url, published_at, summary)
select gen_random_uuid(), 'link', 'Weaver ' || case when n % 3 = 0 then 'weaver' else 'loom' end, 'https://example.org', now() - interval '10 days', 'Threads'
  from generate_series(1, 23) n;
create function pg_temp.walk(search text) returns text language plpgsql as $$
declare
  page jsonb; last jsonb; ids text[] := '{}'; wanted text[];
begin
  loop
    page := pg_temp.answer('ada', format('select id, rank, published_at from public.find_resources(search => %L, after_rank => %L, after_published => %L, after_id => %L, size => 5)',
      search, last ->> 'rank', last ->> 'published_at', last ->> 'id'));
    exit when page = '[]' or cardinality(ids) > 200;
    ids := ids || array(select value ->> 'id' from jsonb_array_elements(page));
    last := page -> -1;
  end loop;
  wanted := array(select value ->> 'id' from jsonb_array_elements(pg_temp.answer('ada', format('select id from public.find_resources(search => %L, size => 100)', search))));
  return case when ids = wanted then 'all ' || cardinality(ids) else format('%s of %s', cardinality(ids), cardinality(wanted)) end;
end $$;
select is(pg_temp.walk(''), 'all 26', 'Pages of five show everything once, newest first');
select is(pg_temp.walk('weav'), 'all 23', 'and the best matches first');

-- New on the home page.
select is((select string_agg(value ->> 'title', ', ') from jsonb_array_elements(private.new_resources(pg_temp.person('ada'), now()))),
  'Where to read on, Checklist for a pilot, Générations of prompts, récap', 'Three new ones stand on a member''s home page');
select is(private.new_resources(pg_temp.person('ada'), now() + interval '100 days'), '[]', 'and none when all are old');

select * from finish();
rollback;
