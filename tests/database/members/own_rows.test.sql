begin;
-- include: ../cast.sql
set local search_path = public, extensions;
select plan(38);
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
select is(pg_temp.rows('ada', pg_temp.own('update profiles set headline = ''Mine'' where member_id = %L returning member_id', 'lea')), 0, 'She cannot edit Lea''s, though she sees it');
select is((select headline from profiles where member_id = pg_temp.person('lea')), 'lea works on language models', 'which stays as it was');
select is(pg_temp.refusal('ada', 'update profiles set access_until = ''infinity'' returning member_id'), '42501 permission denied for table profiles', 'Nobody gives herself access');
select is(pg_temp.refusal('cyn', 'update profiles set access_until = ''infinity'' returning member_id'), '42501 permission denied for table profiles', 'nor does who has lost it');
select is(pg_temp.refusal('ada', 'update profiles set member_id = private.my_member_id() returning member_id'), '42501 permission denied for table profiles', 'or takes another''s profile');
select is(pg_temp.refusal('ada', 'select access_until from profiles'), '42501 permission denied for table profiles', 'or reads until when others paid');
select is(pg_temp.refusal('ada', format('update profiles set %s where member_id = %L returning member_id', what, pg_temp.person('ada'))),
    format('23514 new row for relation "profiles" violates check constraint "%s"', rule), why)
  from (values ('name = repeat(''a'', 121)', 'profiles_name_short', 'A name has at most 120 characters'),
    ('headline = repeat(''a'', 161)', 'profiles_headline_short', 'a headline 160'), ('bio = repeat(''a'', 4001)', 'profiles_bio_bounded', 'a text 4000'),
    ('location = repeat(''a'', 121)', 'profiles_location_short', 'a place 120'),
    ('linkedin_url = ''javascript:alert(1)''', 'profiles_linkedin_is_linkedin', 'A LinkedIn address is one'),
    ('linkedin_url = ''https://evil.example/linkedin.com/in/ada''', 'profiles_linkedin_is_linkedin', 'and not one that looks like it'),
    ('linkedin_url = ''https://linkedin.com.evil.example/in/ada''', 'profiles_linkedin_is_linkedin', 'or ends like it'),
    ('image_url = ''data:text/html,x''', 'profiles_image_is_https', 'A picture is an address on the web')) as odd (what, rule, why);
select is(pg_temp.rows('cyn', pg_temp.own('update profiles set is_visible = false where member_id = %L returning member_id', 'cyn')), 1, 'Who has left can still hide herself');

-- Who sees whom.
select is(pg_temp.rows('ada', 'select member_id from profiles'), 3, 'An entitled member sees herself and whoever is visible and entitled');
select is(pg_temp.rows('bea', 'select member_id from profiles'), 4, 'Who is hidden sees herself too');
select is(pg_temp.rows('cyn', 'select member_id from profiles'), 1, 'Who has left sees herself only');
select is(pg_temp.rows('eve', 'select member_id from profiles'), 0, 'Who never joined sees nobody');
select is((select count(*)::int from profiles), 5, 'though all of them are there');

-- What is private.
select is(pg_temp.rows('ada', 'select * from ' || what), 1, 'Ada sees her own ' || what) from unnest(array['member_contacts', 'member_emails', 'consents', 'members']) what;
select is(pg_temp.rows('ada', pg_temp.own('update member_contacts set phone = ''+14155550199'' where member_id = %L returning member_id', 'ada')), 1, 'She changes her own number');
select is(pg_temp.rows('ada', pg_temp.own('update member_contacts set phone = null where member_id = %L returning member_id', 'lea')), 0, 'and nobody else''s');
select isnt((select phone from member_contacts where member_id = pg_temp.person('lea')), null, 'which was there to be changed');

select * from finish();
rollback;
