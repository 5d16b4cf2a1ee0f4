begin;
-- include: ../cast.sql
set local search_path = public, extensions;
select plan(50);

create function pg_temp.refusal(who text, query text) returns text language sql as
  $$ select a ->> 'sqlstate' || ' ' || (a ->> 'message') from pg_temp.answer(who, query) a where jsonb_typeof(a) = 'object' $$;
create function pg_temp.path_of(who text, ending text default 'jpg', number integer default 1) returns text language sql as
  $$ select pg_temp.person(who) || '/00000000-0000-4000-8000-' || lpad(number::text, 12, '0') || '.' || ending $$;
create function pg_temp.store(path text, type text default 'image/jpeg', size bigint default 1000, bucket text default 'pictures') returns void language sql as
  $$ insert into storage.objects (bucket_id, name, metadata) values (bucket, path, jsonb_build_object('mimetype', type, 'size', size)) $$;
create function pg_temp.set_for(who text, path text) returns text language plpgsql as $$
begin
  perform private.set_picture(pg_temp.login(who), path);
  return 'set';
exception when others then
  return sqlstate || ' ' || sqlerrm;
end
$$;
-- The paths of the bucket that somebody reads.
create function pg_temp.reads(who text) returns text[] language sql as $$
  select array(select jsonb_array_elements(pg_temp.answer(who, 'select name from storage.objects where bucket_id = ''pictures'' order by name')) ->> 'name')
$$;
create function pg_temp.owed() returns setof jsonb language sql as $$
  select message -> 'args' from pgmq.q_members where message ->> 'kind' = 'sweep_pictures' order by msg_id
$$;

-- The bucket.
select results_eq('select public, file_size_limit, allowed_mime_types from storage.buckets where id = ''pictures''',
  $$ values (false, 2097152::bigint, '{image/jpeg,image/png,image/webp}'::text[]) $$, 'The bucket is closed and takes pictures of up to 2 MB');

-- Whose picture an object may become.
select pg_temp.store(pg_temp.path_of('ada'));
select pg_temp.store(pg_temp.path_of('bea'));
select is(pg_temp.set_for('ada', pg_temp.path_of('ada')), 'set', 'Ada''s picture is one that lies in her folder');
select is((select picture from profiles where member_id = pg_temp.person('ada')), pg_temp.path_of('ada'), 'and her profile names it');
select is((select count(*)::int from private.audit_log where action = 'members.picture_set' and target_id = pg_temp.person('ada')::text), 1, 'and the log knows');
select is(pg_temp.set_for('ada', pg_temp.path_of('ada')), 'set', 'Saying so twice');
select is((select count(*)::int from private.audit_log where action = 'members.picture_set' and target_id = pg_temp.person('ada')::text), 1, 'changes nothing');
select is(pg_temp.set_for('ada', path), 'PT422 This is not a place for your picture', why)
  from (values (pg_temp.path_of('bea'), 'Bea''s folder is not Ada''s'), (null, 'Nothing is no place'),
    (pg_temp.person('ada') || '/../' || pg_temp.path_of('bea'), 'nor is a way round to Bea''s'),
    (pg_temp.person('ada') || '/me.jpg', 'nor a name that she chose'), (pg_temp.path_of('ada', 'svg'), 'nor a drawing'),
    (pg_temp.path_of('ada') || E'\n', 'nor a name with a line break'), ('https://example.org/me.jpg', 'nor a page elsewhere')) as odd (path, why);
select is(pg_temp.set_for('ada', pg_temp.path_of('ada', 'png')), 'PT409 The picture did not arrive', 'A picture that nobody stored is none');
select pg_temp.store(pg_temp.path_of('ada', 'webp'), 'text/html');
select is(pg_temp.set_for('ada', pg_temp.path_of('ada', 'webp')), 'PT422 The file is of another type than its name says', 'A page is no picture, whatever its name');
select pg_temp.store(pg_temp.path_of('ada', 'png', 2), 'image/jpeg');
select is(pg_temp.set_for('ada', pg_temp.path_of('ada', 'png', 2)), 'PT422 The file is of another type than its name says', 'nor does a name lie about the type');
select pg_temp.store(pg_temp.path_of('ada', 'jpg', 3), size => 2097153);
select is(pg_temp.set_for('ada', pg_temp.path_of('ada', 'jpg', 3)), 'PT422 A picture has at most 2 MB, and is not empty', 'Two megabytes and one byte are too many');
select pg_temp.store(pg_temp.path_of('ada', 'jpg', 4), size => 0);
select is(pg_temp.set_for('ada', pg_temp.path_of('ada', 'jpg', 4)), 'PT422 A picture has at most 2 MB, and is not empty', 'and none too few');
insert into storage.buckets (id, name) values ('elsewhere', 'elsewhere');
select pg_temp.store(pg_temp.path_of('ada', 'jpg', 5), bucket => 'elsewhere');
select is(pg_temp.set_for('ada', pg_temp.path_of('ada', 'jpg', 5)), 'PT409 The picture did not arrive', 'A file of another bucket is no picture');
select is(pg_temp.set_for('eve', pg_temp.path_of('ada')), 'PT403 Sign up first', 'Who is no member has no picture');
select is((select picture from profiles where member_id = pg_temp.person('ada')), pg_temp.path_of('ada'), 'After all of this Ada has hers');

-- A place for a new one.
select matches(private.admit_picture(pg_temp.login('cyn'), 'image/png', private.clock()), '^' || pg_temp.person('cyn') || '/[0-9a-f-]{36}\.png$', 'Who has left gets a place for a picture of hers');
select is((select (message -> 'args' ->> 'member_id')::uuid from jobs.delayed where kind = 'sweep_pictures'), pg_temp.person('cyn'), 'and a look at that place is owed');
select is((select run_at from jobs.delayed where kind = 'sweep_pictures'), private.clock() + interval '10 minutes', 'ten minutes later');
select throws_ok(format('select private.admit_picture(%L, ''image/svg+xml'', private.clock())', pg_temp.login('cyn')), 'PT422', 'A picture is a JPEG, PNG or WebP file', 'There is no place for drawings');
select throws_ok(format('select private.admit_picture(%L, ''image/png'', private.clock())', pg_temp.login('eve')), 'PT403', 'Sign up first', 'or for who is no member');
select lives_ok(format('select private.admit_picture(%L, ''image/png'', private.clock()) from generate_series(1, 10)', pg_temp.login('dot')), 'Ten places within an hour');
select throws_ok(format('select private.admit_picture(%L, ''image/png'', private.clock())', pg_temp.login('dot')), 'PT429', 'Too many pictures within an hour', 'are enough');
select lives_ok(format('select private.admit_picture(%L, ''image/png'', private.clock() + interval ''1 hour'')', pg_temp.login('dot')), 'for that hour');

-- Who sees it.
select private.set_picture(pg_temp.login('bea'), pg_temp.path_of('bea'));
select pg_temp.store(pg_temp.path_of('cyn'));
select private.set_picture(pg_temp.login('cyn'), pg_temp.path_of('cyn'));
select set_eq('select unnest(pg_temp.reads(''lea''))', 'select pg_temp.path_of(''ada'')',
  'A member sees the picture of who is visible and entitled: not Bea''s, who hides, not Cyn''s, who left, and nothing that is no picture yet');
select set_eq('select unnest(pg_temp.reads(''bea''))', 'select unnest(array[pg_temp.path_of(''ada''), pg_temp.path_of(''bea'')])', 'Who hides sees her own');
select set_eq('select unnest(pg_temp.reads(''cyn''))', 'select pg_temp.path_of(''cyn'')', 'Who has left sees hers alone');
select is(cardinality(pg_temp.reads('ada')), 5, 'All of what lies in her folder is hers to see');
select is(pg_temp.reads('eve'), '{}', 'Who never joined sees none');
select is(pg_temp.reads('visitor'), '{}', 'nor does a visitor');
select is(pg_temp.refusal('kim', 'select name from storage.objects'), '42501 permission denied for schema storage', 'and an agent does not even get to the door');
update profiles set leader_fields = '{picture}' where member_id = pg_temp.person('ada');
select ok(not pg_temp.path_of('ada') = any (pg_temp.reads('bea')) and pg_temp.path_of('ada') = any (pg_temp.reads('lea')), 'A picture for leaders is for leaders');
update profiles set leader_fields = '{}', hidden_fields = '{picture}' where member_id = pg_temp.person('ada');
select is(pg_temp.reads('lea'), '{}', 'A picture for nobody is for nobody');
update profiles set hidden_fields = '{bio}' where member_id = pg_temp.person('ada');
select is(pg_temp.reads('lea'), array[pg_temp.path_of('ada')], 'and comes back when she says so');

-- Nobody writes to the store but the door.
select is(pg_temp.refusal('ada', format('insert into storage.objects (bucket_id, name) values (''pictures'', %L) returning name', pg_temp.path_of('ada', 'jpg', 9))),
  '42501 new row violates row-level security policy for table "objects"', 'Ada stores nothing by herself, also in her own folder');
select is(jsonb_array_length(pg_temp.answer('ada', verb)), 0, why)
  from (values ('update storage.objects set metadata = ''{}'' where bucket_id = ''pictures'' returning name', 'or changes what is stored'),
    ('update storage.objects set bucket_id = ''elsewhere'' where bucket_id = ''pictures'' returning name', 'or moves it')) as odd (verb, why);

-- Away with it.
create temporary table before as select count(*) as jobs from pg_temp.owed();
select is(pg_temp.refusal('eve', 'select public.remove_picture()'), 'PT403 Sign up first', 'Who is no member has nothing to take away');
select is(pg_temp.answer('ada', 'select public.remove_picture()') -> 0 ->> 'sqlstate', null, 'Ada takes her picture away');
select is((select picture from profiles where member_id = pg_temp.person('ada')), null, 'and has none');
select is((select array_agg(o order by n) from pg_temp.owed() with ordinality as t (o, n) where n > (select jobs from before)),
  array[jsonb_build_object('member_id', pg_temp.person('ada'), 'path', pg_temp.path_of('ada'))], 'The store is owed its removal');
select is(array(select private.stray_pictures(pg_temp.person('ada'), pg_temp.path_of('ada'))), array[pg_temp.path_of('ada')], 'It is a stray now');
select is(array(select private.stray_pictures(pg_temp.person('bea'))), '{}', 'Bea''s is not, because it is hers');
update private.stripe_customers set member_id = null where member_id = pg_temp.person('bea');
delete from members where id = pg_temp.person('bea');
select is((select o from pg_temp.owed() with ordinality as t (o, n) order by n desc limit 1), jsonb_build_object('member_id', pg_temp.person('bea')), 'With a member goes her folder');
select is(array(select private.stray_pictures(pg_temp.person('bea'))), array[pg_temp.path_of('bea')], 'all of it');

select * from finish();
rollback;
