begin;
-- include: ../cast.sql
set local search_path = public, extensions;
select plan(33);
create function pg_temp.said(who text, query text) returns text language sql as
  $$ select a ->> 'sqlstate' || ' ' || (a ->> 'message') from pg_temp.answer(who, query) a where jsonb_typeof(a) = 'object' $$;
create function pg_temp.rows(who text, query text) returns integer language sql as
  $$ select case when jsonb_typeof(a) = 'array' then jsonb_array_length(a) end from pg_temp.answer(who, query) a $$;
create function pg_temp.resource(number integer) returns uuid language sql as $$ select ('33333333-0000-4000-8000-00000000000' || number)::uuid $$;
create function pg_temp.stage(who text, number integer, stage text, publish_at text default 'null') returns text language sql as $$
  select coalesce(a ->> 'sqlstate' || ' ' || (a ->> 'message'), a -> 0 -> 'set_resource_stage' -> 'resource' ->> 'stage')
    from pg_temp.answer(who, format('select public.set_resource_stage(%L, (select revision from public.resources where id = %1$L), %L, %s)',
      pg_temp.resource(number), stage, publish_at)) a $$;

-- Who writes.
select is(pg_temp.said(who, 'insert into resources (id, kind) values (gen_random_uuid(), ''link'') returning id'),
  '42501 new row violates row-level security policy for table "resources"', initcap(who) || ' cannot add a resource')
  from unnest(array['ada', 'cyn', 'eve']) who;
select is(pg_temp.rows('ada', 'update resources set title = ''Mine'' returning id'), 0, 'A member changes none, though she sees some');
select is(pg_temp.rows('ada', 'select id from resources'), 3, 'three of them');
select is(pg_temp.said('lea', 'delete from resources returning id'), '42501 permission denied for table resources', 'Not even a leader deletes one');
select is(pg_temp.rows('lea', 'insert into resources (id, kind, title) values (''55555555-0000-4000-8000-000000000001'', ''link'', '' New '') returning id'), 1, 'A leader adds one');
select is((select title || ' ' || (created_by = pg_temp.person('lea')) || ' ' || (updated_by = pg_temp.person('lea')) || ' ' || revision from resources
  where id = '55555555-0000-4000-8000-000000000001'), 'New true true 1', 'which is hers, and its title is trimmed');
select is(pg_temp.said('lea', 'insert into resources (id, kind, created_by) values (gen_random_uuid(), ''link'', pg_temp.person(''ada'')) returning id'),
  '42501 permission denied for table resources', 'She cannot add one in the name of somebody else');
select is(pg_temp.said('lea', format('update resources set %s returning id', what)), '42501 permission denied for table resources', why)
  from (values ('created_by = null', 'or take the name away'), ('published_at = now()', 'Published is what the rules publish'),
    ('retired_at = null', 'and retired likewise'), ('revision = 1', 'Nobody sets the revision back'), ('embed_state = ''ready''', 'or says in Vimeo''s place that it plays'),
    ('file_size = 1', 'or how large a file is')) as odd (what, why);
select is(pg_temp.rows('lea', 'insert into resources (id, kind, title) values (''55555555-0000-4000-8000-000000000001'', ''link'', ''Again'') on conflict (id) do nothing returning id'), 0,
  'The same form sent twice makes one');
select is((select count(*)::integer from resources where id = '55555555-0000-4000-8000-000000000001' and title = 'New'), 1, 'and the first stands');

-- Two at once.
select is(pg_temp.rows('lea', 'update resources set title = ''Newer'' where id = ''55555555-0000-4000-8000-000000000001'' and revision = 1 returning id'), 1, 'Who has seen the newest revision saves');
select is(pg_temp.rows('lea', 'update resources set title = ''Stale'' where id = ''55555555-0000-4000-8000-000000000001'' and revision = 1 returning id'), 0, 'who has not saves nothing');
select is((select title || ' ' || revision from resources where id = '55555555-0000-4000-8000-000000000001'), 'Newer 2', 'and nothing is overwritten');

-- What cannot be kept is said at its field.
select is(pg_temp.answer('lea', format('update resources set %s where id = ''55555555-0000-4000-8000-000000000001'' returning id', what)) ->> 'message', sentence, why)
  from (values ('url = ''javascript:alert(1)''', 'This address cannot be opened safely', 'A link is no script'),
    ('url = ''http://example.org''', 'This address cannot be opened safely', 'and is encrypted'),
    ('video_url = ''https://youtube.com/watch?v=1''', 'This is not the address of a Vimeo video', 'A video is at Vimeo'),
    ('title = repeat(''a'', 161)', 'The title is longer than 160 characters', 'A title is short'),
    ('topics = ''{nonsense}''', 'There is no topic “nonsense”', 'A topic is one of ours'),
    ('file_path = ''55555555-0000-4000-8000-000000000001/44444444-0000-4000-8000-000000000009.pdf''', 'The file has not arrived', 'A file is there before it is named'),
    ('file_path = ''33333333-0000-4000-8000-000000000002/44444444-0000-4000-8000-000000000002.pdf''', 'The file has not arrived', 'and is its own, not another resource''s')
  ) as odd (what, sentence, why);

-- What is missing is said when it is to be shown.
select is(pg_temp.stage('lea', 5, 'published'), 'published', 'A video with captions is published');
update resources set has_captions = false where id = pg_temp.resource(6);
insert into resources (id, kind, title) values (pg_temp.resource(8), 'video', 'Unheard'), (pg_temp.resource(9), 'file', 'Empty');
select is(pg_temp.stage('lea', 8, 'published'), 'PT422 A video needs its address at Vimeo', 'A video without its address is not published');
update resources set video_url = 'https://vimeo.com/1' where id = pg_temp.resource(8);
select is(pg_temp.stage('lea', 8, 'published'), 'PT422 A video needs captions', 'nor one without captions');
select is(pg_temp.stage('lea', 8, 'scheduled', 'now() + interval ''1 day'''), 'PT422 A video needs captions', 'also not for tomorrow, when nobody would look');
select is(pg_temp.stage('lea', 9, 'published'), 'PT422 There is no file yet', 'nor a file that is not there');
select is(pg_temp.said('lea', format('update resources set has_captions = false where id = %L returning id', pg_temp.resource(1))), 'PT422 A video needs captions',
  'What is published cannot lose what it needs');

select * from finish();
rollback;
