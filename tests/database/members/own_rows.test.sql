begin;
-- include: ../cast.sql
set local search_path = public, extensions;
select plan(50);
create function pg_temp.refusal(who text, query text) returns text language sql as
  $$ select a ->> 'sqlstate' || ' ' || (a ->> 'message') from pg_temp.answer(who, query) a where jsonb_typeof(a) = 'object' $$;
create function pg_temp.rows(who text, query text) returns integer language sql as $$ select jsonb_array_length(pg_temp.answer(who, query)) $$;
create function pg_temp.own(query text, who text) returns text language sql as $$ select format(query, pg_temp.person(who)) $$;

-- Roles.
select is(pg_temp.refusal(who, 'update members set role = ''admin'' returning id'), '42501 permission denied for table members', initcap(who) || ' cannot change her own role')
  from unnest(array['ada', 'lea', 'cyn', 'eve']) who;
select is(pg_temp.refusal('ada', 'insert into members (origin, role) values (''sign_up'', ''admin'') returning id'), '42501 permission denied for table members', 'Nobody makes herself a second row');
select is(pg_temp.refusal('ada', 'delete from members returning id'), '42501 permission denied for table members', 'or deletes one');
select is((select string_agg(role::text, ',' order by role) from members), 'member,member,member,member,leader', 'Everybody still is what she was');
select is(pg_temp.answer('lea', 'select role from members'), '[{"role": "leader"}]', 'A leader reads her role in her own row');
update members set role = 'member' where id = pg_temp.person('lea');
select is(pg_temp.answer('lea', 'select role from members'), '[{"role": "member"}]', 'where it is gone the moment it is taken');
select is(pg_temp.answer('eve', 'select role from members'), '[]', 'Who is no member has none');

-- Her profile.
select is(pg_temp.rows('ada', pg_temp.own('update profiles set headline = ''New'' where member_id = %L returning member_id', 'ada')), 1, 'Ada edits her own profile');
select is(pg_temp.rows('ada', pg_temp.own('update profiles set headline = ''Mine'' where member_id = %L returning member_id', 'lea')), 0, 'She cannot edit Lea''s, whom she finds in the directory');
select is((select headline from profiles where member_id = pg_temp.person('lea')), 'lea works on language models', 'which stays as it was');
select is(pg_temp.refusal('ada', 'update profiles set access_until = ''infinity'' returning member_id'), '42501 permission denied for table profiles', 'Nobody gives herself access');
select is(pg_temp.refusal('cyn', 'update profiles set access_until = ''infinity'' returning member_id'), '42501 permission denied for table profiles', 'nor does who has lost it');
select is(pg_temp.refusal('ada', 'update profiles set member_id = private.my_member_id() returning member_id'), '42501 permission denied for table profiles', 'or takes another''s profile');
select is(pg_temp.refusal('ada', 'select access_until from profiles'), '42501 permission denied for table profiles', 'or reads until when others paid');
select is(pg_temp.refusal('ada', format('update profiles set %s where member_id = %L returning member_id', what, pg_temp.person('ada'))),
    'PT422 ' || sentence, why)
  from (values ('name = repeat(''a'', 121)', 'This text is longer than 120 characters', 'A name has at most 120 characters'),
    ('headline = repeat(''a'', 161)', 'This text is longer than 160 characters', 'a headline 160'),
    ('bio = repeat(''a'', 4001)', 'This text is longer than 4000 characters', 'a text 4000'),
    ('location = repeat(''a'', 121)', 'This text is longer than 120 characters', 'a place 120'),
    ('linkedin_url = ''javascript:alert(1)''', 'This is not a LinkedIn page', 'A LinkedIn address is one'),
    ('linkedin_url = ''https://evil.example/linkedin.com/in/ada''', 'This is not a LinkedIn page', 'and not one that looks like it'),
    ('linkedin_url = ''https://linkedin.com.evil.example/in/ada''', 'This is not a LinkedIn page', 'or ends like it'),
    ('hidden_fields = ''{bio}'', leader_fields = ''{bio}''', 'A field is shown to leaders or to nobody, not both', 'A field has one audience'),
    ('offers = repeat(''a'', 1001)', 'This text is longer than 1000 characters', 'What she offers has at most a thousand characters'),
    ('seeks = repeat(''a'', 1001)', 'This text is longer than 1000 characters', 'and so has what she looks for')) as odd (what, sentence, why);
select throws_ok(format('insert into profiles (member_id, %s) select id, %s from members limit 1', field, value), '23514', null, 'The table itself holds to it: ' || field)
  from (values ('hidden_fields', 'array_fill(''bio''::profile_field, array[9])')) as odd (field, value);
select is(pg_temp.rows('cyn', pg_temp.own('update profiles set is_visible = false where member_id = %L returning member_id', 'cyn')), 1, 'Who has left can still hide herself');

-- The table shows her own row only; others are read by the functions that know what each of them shows.
select is(pg_temp.answer(who, 'select name from profiles'), jsonb_build_array(jsonb_build_object('name', initcap(who))), initcap(who) || ' reads her own row')
  from unnest(array['ada', 'bea', 'cyn', 'lea']) who;
select is(pg_temp.rows('eve', 'select member_id from profiles'), 0, 'Who never joined has none');
select is((select count(*)::int from profiles), 5, 'though all of them are there');
select is(pg_temp.refusal('ada', pg_temp.own('update profiles set picture = null where member_id = %L returning member_id', 'ada')), '42501 permission denied for table profiles', 'A picture is set by its own rule');
select is(pg_temp.refusal('ada', pg_temp.own('update profiles set ' || what || ' where member_id = %L returning member_id', 'ada')), 'PT422 ' || sentence, why)
  from (values ('links = ''{javascript:alert(1)}''', 'One of the links cannot be opened, or there are more than five', 'A link is a page on the web'),
    ('links = array_fill(''https://example.org''::text, array[6])', 'One of the links cannot be opened, or there are more than five', 'five at most'),
    ('interests = ''{building,nonsense}''', 'There is no topic “nonsense”', 'An interest is one of the topics'),
    ('interests = ''{data,data}''', 'Choose up to 8 topics, each once', 'each once'),
    ('name = '' ''', 'Your name is missing', 'A name is not taken away')) as odd (what, sentence, why);
select is(pg_temp.rows('ada', pg_temp.own('update profiles set links = array['' https://example.org/a '', ''''], interests = ''{data,agents}'' where member_id = %L returning member_id', 'ada')), 1, 'What is right is kept');
select is((select links from profiles where member_id = pg_temp.person('ada')), '{https://example.org/a}', 'without what was typed around it');

-- What is private.
select is(pg_temp.rows('ada', 'select * from ' || what), 1, 'Ada sees her own ' || what) from unnest(array['member_contacts', 'member_emails', 'consents', 'members']) what;
select is(pg_temp.rows('ada', pg_temp.own('update member_contacts set phone = ''+14155550199'' where member_id = %L returning member_id', 'ada')), 1, 'She changes her own number');
select is(pg_temp.rows('ada', pg_temp.own('update member_contacts set phone = null where member_id = %L returning member_id', 'lea')), 0, 'and nobody else''s');
select isnt((select phone from member_contacts where member_id = pg_temp.person('lea')), null, 'which was there to be changed');

select * from finish();
rollback;
