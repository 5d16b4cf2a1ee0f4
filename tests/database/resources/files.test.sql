begin;
-- include: ../cast.sql
set local search_path = public, extensions;
select plan(21);
create function pg_temp.resource(number integer) returns uuid language sql as $$ select ('33333333-0000-4000-8000-00000000000' || number)::uuid $$;
create function pg_temp.files(who text) returns integer language sql as
  $$ select jsonb_array_length(pg_temp.answer(who, 'select name from storage.objects where bucket_id = ''resources''')) $$;
create function pg_temp.store(who text, name text) returns text language sql as
  $$ select coalesce(a ->> 'message', 'stored') from pg_temp.answer(who, format('insert into storage.objects (bucket_id, name, metadata) values (''resources'', %L, ''{"mimetype": "application/pdf", "size": 9}'') returning 1', name)) a $$;
create function pg_temp.named(what text, type text, size bigint) returns text language plpgsql as $$
begin
  insert into storage.objects (bucket_id, name, metadata) values ('resources', what, jsonb_build_object('mimetype', type, 'size', size));
  return (select coalesce(a ->> 'message', 'named') from pg_temp.answer('lea', format('update public.resources set file_path = %L, file_name = ''x.pdf'' where id = %L returning 1', what, split_part(what, '/', 1))) a);
end $$;

select is((select not public and file_size_limit = 52428800 and 'application/pdf' = any (allowed_mime_types) and not 'text/html' = any (allowed_mime_types)
    and not 'image/svg+xml' = any (allowed_mime_types) from storage.buckets where id = 'resources'), true, 'The bucket is closed, bounded, and takes nothing that a browser would run');

-- Who reads the stored file.
select is(pg_temp.files(who), wanted, why) from (values ('ada', 1, 'A member reads the file of a resource that she may see'), ('cyn', 0, 'who left does not'),
  ('eve', 0, 'who never joined neither'), ('visitor', 0, 'nor a visitor'), ('lea', 1, 'A leader does')) as tried (who, wanted, why);
update resources set audience = 'leader' where id = pg_temp.resource(2);
select is(pg_temp.files('ada'), 0, 'When it is for leaders, its file is too');
update resources set audience = 'member', retired_at = now() where id = pg_temp.resource(2);
select is(pg_temp.files('ada'), 0, 'When it is retired, its file is out of reach');
select is((select count(*)::integer from private.unused_resource_files(null, now() + interval '9 days')), 0, 'but kept, because it can come back');

-- Who stores one, and where.
select is(pg_temp.store('ada', pg_temp.resource(2) || '/44444444-0000-4000-8000-000000000011.pdf'), 'new row violates row-level security policy for table "objects"', 'A member stores nothing');
select is(pg_temp.store('lea', pg_temp.resource(2) || '/44444444-0000-4000-8000-000000000012.pdf'), 'stored', 'A leader stores a file for a resource');
select is(pg_temp.store('lea', name), 'new row violates row-level security policy for table "objects"', why) from (values
  ('99999999-0000-4000-8000-000000000001/44444444-0000-4000-8000-000000000012.pdf', 'not for one that is not there'), ('loose.pdf', 'not outside of its folder'),
  (pg_temp.resource(2) || '/../x.pdf', 'not by a way around')) as odd (name, why);

-- The row must match the object.
select is(pg_temp.named(pg_temp.resource(2) || '/44444444-0000-4000-8000-000000000021.pdf', 'text/html', 9), 'A file like this cannot be shared here', 'A page is no file to share, whatever its name');
select is(pg_temp.named(pg_temp.resource(2) || '/44444444-0000-4000-8000-000000000022.pdf', 'application/pdf', 60000000), 'A file like this cannot be shared here', 'nor what is too large');
select is(pg_temp.named(pg_temp.resource(2) || '/44444444-0000-4000-8000-000000000023.pdf', 'application/pdf', 4711), 'named', 'A PDF is');
select is((select file_type || ' ' || file_size from resources where id = pg_temp.resource(2)), 'application/pdf 4711', 'and its type and size are what Storage says');

-- What nobody names any more is owed to the sweep.
select ok(exists (select from jobs.delayed d where d.kind = 'sweep_files' and d.message -> 'args' ->> 'path' like '%000000000002.pdf' and d.run_at > now() + interval '50 minutes'),
  'The file that was replaced is swept after an hour');
select is((select count(*)::integer from private.unused_resource_files(null, now() + interval '2 days')), 4, 'What was left lying is found after a day');
select is(private.sweep_resource_files(now() + interval '2 days'), true, 'and swept in the night');

select * from finish();
rollback;
