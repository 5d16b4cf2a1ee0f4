begin;
-- include: ../cast.sql
set local search_path = public, extensions;
select plan(92);
-- One person's page as somebody sees it; null when there is nobody to be seen.
create function pg_temp.page(of_whom text, who text default 'bea', at timestamptz default now()) returns jsonb
language sql as $$ select to_jsonb(p) from private.member_page(pg_temp.login(who), pg_temp.person(of_whom), at) p $$;
create function pg_temp.shows(hidden profile_field[], leaders profile_field[] default '{}') returns void
language sql as $$ update profiles set hidden_fields = hidden, leader_fields = leaders where name = 'Ada' $$;
create function pg_temp.preview(seen_by text, who text default 'ada', at timestamptz default now()) returns jsonb
language sql as $$ select to_jsonb(p) from private.preview_profile(pg_temp.login(who), seen_by, at) p $$;

update profiles set linkedin_url = 'https://www.linkedin.com/in/ada', links = '{https://ada.example.org/}',
  picture = member_id || '/99999999-0000-4000-8000-000000000001.webp' where name = 'Ada';
-- What is left of a field that may not be seen.
create temporary table parts (field profile_field, part text, closed jsonb);
insert into parts values ('headline', 'headline', '""'), ('bio', 'bio', '""'), ('location', 'location', '""'), ('links', 'linkedin_url', 'null'),
  ('links', 'links', '[]'), ('picture', 'picture', 'null'), ('offers', 'offers', '""'), ('seeks', 'seeks', '""'), ('interests', 'interests', '[]');

-- A page.
select is((select array_agg(key order by key) from jsonb_object_keys(pg_temp.page('ada')) key),
  '{bio,headline,interests,is_leader,is_me,linkedin_url,links,location,member_id,member_since,name,offers,picture,seeks}', 'A page has what a profile has, and no address');
select is(pg_temp.page('ada') ->> field, wanted, 'She shows her ' || field)
  from (values ('name', 'Ada'), ('headline', 'ada works on language models'), ('bio', 'Bio of ada'), ('location', 'Oakland'), ('offers', 'Help from ada'),
    ('seeks', 'Company for ada'), ('linkedin_url', 'https://www.linkedin.com/in/ada')) as f (field, wanted);
select is(pg_temp.page('ada') -> 'links', '["https://ada.example.org/"]', 'her links');
select is(pg_temp.page('ada') -> 'interests', '["building", "data"]', 'and her interests');
select is((pg_temp.page('lea') ->> 'is_leader')::boolean, true, 'A leader is shown as one');
select is((pg_temp.page('ada') ->> 'is_leader')::boolean, false, 'and a member is not');
select is((pg_temp.page('ada', 'ada') ->> 'is_me')::boolean, true, 'She is told that a page is hers');
select is((pg_temp.page('ada', 'bea') ->> 'is_me')::boolean, false, 'and of everybody else''s that it is not');
select is((pg_temp.page('ada') ->> 'member_since')::timestamptz, (select member_since from memberships where member_id = pg_temp.person('ada')), 'Since when she is a member');

-- Field by field.
create function pg_temp.seen(field profile_field, audience text, who text) returns text language plpgsql as $$
begin
  if audience = 'me' then perform pg_temp.shows(array[field]); else perform pg_temp.shows('{}', array[field]); end if;
  return (select string_agg(p.part, ' ' order by p.part) from parts p where pg_temp.page('ada', who) -> (p.part) is distinct from p.closed);
end
$$;
create function pg_temp.others(kept profile_field) returns text language sql as
  $$ select string_agg(part, ' ' order by part) from parts where kept is null or field <> kept $$;
select is(pg_temp.seen(field, audience, who), case when audience = 'leader' and who = 'lea' then pg_temp.others(null) else pg_temp.others(field) end,
    format('%s for %s: %s sees %s', field, audience, initcap(who), case when audience = 'leader' and who = 'lea' then 'all of it' else 'the rest' end))
  from (select distinct field from parts) f cross join (values ('me'), ('leader')) as a (audience) cross join (values ('bea'), ('lea')) as w (who);
select is(pg_temp.page('ada') ->> 'name', 'Ada', 'Her name is always shown');
select pg_temp.shows('{}', '{}');

-- Who is not there.
select is(pg_temp.page('bea', 'ada'), null, 'Who hides has no page');
select is(pg_temp.page('bea', 'lea'), null, 'for leaders neither');
select is(pg_temp.page('bea', 'bea'), null, 'nor for herself');
select is(pg_temp.page('cyn', 'ada'), null, 'Who has left has none');
select is(pg_temp.page('nobody', 'ada'), null, 'nor who does not exist, and it looks the same');
select is((select count(*)::int from profiles where name in ('Bea', 'Cyn')), 2, 'though two of them are there');
select is(pg_temp.page('dot', 'ada') ->> 'name', 'Dot', 'Who is in grace has a page');
select is(pg_temp.page('dot', 'ada', (select access_until from profiles where name = 'Dot')), null, 'and not at its end');
select is(pg_temp.page('ada', 'ada') ->> 'name', 'Ada', 'One sees one''s own');
select throws_ok($$select pg_temp.page('ada', 'cyn')$$, 'PT403', 'The directory is for members', 'Who has left sees no pages');
select throws_ok($$select pg_temp.page('ada', 'eve')$$, 'PT403', 'The directory is for members', 'nor does who never joined');
select throws_ok($$select pg_temp.page('nobody', 'eve')$$, 'PT403', 'The directory is for members', 'whoever is asked for');
select throws_ok($$select * from private.member_page(null, pg_temp.person('ada'), now())$$, 'PT403', 'The directory is for members', 'nor nobody');
select is(pg_temp.answer('ada', format('select name from member_page(%L)', pg_temp.person('lea'))), '[{"name": "Lea"}]', 'Signed in, a member asks by the served function');
select is(pg_temp.answer('visitor', 'select * from member_page(gen_random_uuid())') ->> 'message', 'permission denied for function member_page', 'which a visitor cannot call');
select is(pg_temp.answer('ada', format('select * from private.profile_page(%L, ''leader'', now())', pg_temp.person('lea'))) ->> 'sqlstate', '42501', 'and nobody chooses her own eyes');

-- Seeing oneself as others do: just what they are given.
select pg_temp.shows('{bio}', '{offers,location}');
select is(pg_temp.preview('member'), pg_temp.page('ada', 'bea') - 'is_me', 'As a member: what Bea is given');
select is(pg_temp.preview('leader'), pg_temp.page('ada', 'lea') - 'is_me', 'As a leader: what Lea is given');
select isnt(pg_temp.preview('leader'), pg_temp.preview('member'), 'which differs here');
select is(pg_temp.preview('visitor'), null, 'Visitors see nothing');
select is(pg_temp.preview(eyes, 'bea'), null, 'Of who hides, nobody sees anything: ' || eyes) from unnest(array['member', 'leader', 'visitor']) eyes;
select is(pg_temp.preview(eyes, 'cyn'), null, 'nor of who has left: ' || eyes) from unnest(array['member', 'leader', 'visitor']) eyes;
select is(pg_temp.preview('leader', 'lea') ->> 'name', 'Lea', 'A leader looks at herself as well');
select throws_ok($$select pg_temp.preview('member', 'eve')$$, 'PT403', 'Sign up first', 'Who never joined has nothing to look at');
select throws_ok($$select pg_temp.preview('admin')$$, 'PT422', 'Say as whom to look', 'There are three kinds of eyes');
select throws_ok($$select pg_temp.preview(null)$$, 'PT422', 'Say as whom to look', 'and no others');
select is(pg_temp.answer('ada', 'select name from preview_profile(''member'')'), '[{"name": "Ada"}]', 'Signed in, she asks by the served function');
select is(pg_temp.answer('visitor', 'select * from preview_profile(''member'')') ->> 'message', 'permission denied for function preview_profile', 'which a visitor cannot call');

-- One's own profile, whole.
create function pg_temp.mine(who text) returns jsonb language sql as $$ select private.my_profile(pg_temp.login(who)) $$;
select is(pg_temp.mine('ada') -> field, wanted, 'Her own profile has her ' || field)
  from (values ('bio', '"Bio of ada"'::jsonb), ('hidden_fields', '["bio"]'), ('leader_fields', '["offers", "location"]'), ('is_visible', 'true'), ('role', '"member"'),
    ('interests', '["building", "data"]')) as f (field, wanted);
select is(pg_temp.mine('bea') ->> 'name', 'Bea', 'Who hides has hers');
select is(pg_temp.mine('cyn') ->> 'name', 'Cyn', 'and so has who has left');
select is(pg_temp.mine('eve'), null, 'Who never joined has none');
select is((select array_agg(t ->> 'topic' order by n) from jsonb_array_elements(pg_temp.mine('ada') -> 'topics') with ordinality as x (t, n)),
  (select array_agg(topic order by rank, name) from topics), 'The topics to choose from come along, in order');
select ok(pg_temp.mine('ada')::text not like '%@example.org%', 'Her address is none of it');
select is(pg_temp.answer('visitor', 'select my_profile()') ->> 'message', 'permission denied for function my_profile', 'A visitor has none to ask for');

select * from finish();
rollback;
