begin;
-- include: ../cast.sql
set local search_path = public, extensions;
select plan(57);
create function pg_temp.found(
  search text default null, place text default null, interest text default null, who text default 'lea'
) returns text
language sql as $$ select string_agg(name, ', ') from private.directory(pg_temp.login(who), search, place, interest, null, null, 100, now()) $$;
create function pg_temp.ada_as_seen(who text) returns jsonb
language sql as $$
  select to_jsonb(d) from private.directory(pg_temp.login(who), null, null, null, null, null, 100, now()) d where d.name = 'Ada'
$$;
create function pg_temp.shows(hidden profile_field[], leaders profile_field[] default '{}') returns void
language sql as $$ update profiles set hidden_fields = hidden, leader_fields = leaders where name = 'Ada' $$;
create function pg_temp.places(typed text default '', who text default 'ada', at timestamptz default now()) returns text
language sql as $$ select string_agg(place, ' · ') from private.directory_places(pg_temp.login(who), typed, at) $$;

update profiles set headline = 'Zeppelin pilot', bio = 'Collects barometers', location = 'Ústí nad Labem', offers = 'Teaches knots',
  seeks = 'Wants helium', interests = '{creative}', picture = member_id || '/99999999-0000-4000-8000-000000000001.webp' where name = 'Ada';

-- All of it is found and shown while nothing is kept back.
select is(pg_temp.found(word), 'Ada', 'Found by ' || word) from unnest(array['zeppelin', 'barometers', 'usti', 'knots', 'helium', 'creative']) word;
select is(pg_temp.found(place => 'usti NAD labem'), 'Ada', 'found by her place');
select is(pg_temp.found(interest => 'creative'), 'Ada', 'found by her interest');
select is(pg_temp.found(interest => 'building'), 'Dot, Lea', 'An interest finds those who have it');
select is(pg_temp.found(interest => 'nonsense'), null, 'A topic that there is not finds nobody');
select is(pg_temp.found(interest => ' '), 'Ada, Dot, Lea', 'and no topic everybody');
select is(pg_temp.found('dot', interest => 'building'), 'Dot', 'Words and interest go together');
select is(pg_temp.found(place => 'oakland', interest => 'data'), 'Dot, Lea', 'and so do place and interest');
select is(pg_temp.found('company', 'oakland', 'data'), 'Dot, Lea', 'and all three');
select is(pg_temp.found('company', 'oakland', 'creative'), null, 'which all have to match');
select is(pg_temp.found('building'), 'Dot, Lea', 'The name of a topic is a word too');

-- What is kept back is not shown, not searched and not filtered by, one field after the other.
create function pg_temp.oracle(field text, word text, audience text) returns text language plpgsql as $$
begin
  if audience = 'me' then perform pg_temp.shows(array[field]::profile_field[]); else perform pg_temp.shows('{}', array[field]::profile_field[]); end if;
  return concat_ws(' ', coalesce(pg_temp.found(word, who => 'bea'), '-'), coalesce(pg_temp.found(word, who => 'lea'), '-'));
end
$$;
select is(pg_temp.oracle(field, word, audience), '- -', format('%s for %s: nobody finds her by it, leaders neither', field, audience))
  from (values ('headline', 'zeppelin'), ('bio', 'barometers'), ('location', 'usti'), ('offers', 'knots'), ('seeks', 'helium'), ('interests', 'creative')) as f (field, word)
  cross join (values ('me'), ('leader')) as a (audience);
select is(pg_temp.found('ada'), 'Ada', 'By her name she is always found');
select is((pg_temp.shows('{location}'), pg_temp.found(place => 'Ústí nad Labem'))::text, '(,)', 'A hidden place cannot be filtered by');
select is((pg_temp.shows('{}', '{location}'), pg_temp.found(place => 'Ústí nad Labem'))::text, '(,)', 'nor one that only leaders see');
select is(pg_temp.places('ust'), null, 'and is not suggested');
select is((pg_temp.shows('{interests}'), pg_temp.found(interest => 'creative'))::text, '(,)', 'A hidden interest cannot be filtered by');
select is((pg_temp.shows('{}', '{interests}'), pg_temp.found(interest => 'creative'))::text, '(,)', 'nor one that only leaders see');

select pg_temp.shows('{}', '{}');
select is(pg_temp.ada_as_seen('bea') - '{member_id,sort_name,name}'::text[],
  jsonb_build_object('headline', 'Zeppelin pilot', 'location', 'Ústí nad Labem', 'interests', '["creative"]'::jsonb, 'is_leader', false,
    'picture', pg_temp.person('ada') || '/99999999-0000-4000-8000-000000000001.webp'), 'A member sees what is open');
select pg_temp.shows('{headline,picture}', '{location,interests}');
select is(pg_temp.ada_as_seen('bea') - '{member_id,sort_name}'::text[],
  '{"name": "Ada", "headline": "", "location": "", "interests": [], "is_leader": false, "picture": null}', 'and nothing of what is not');
select is(pg_temp.ada_as_seen('lea') - '{member_id,sort_name}'::text[],
  '{"name": "Ada", "headline": "", "location": "Ústí nad Labem", "interests": ["creative"], "is_leader": false, "picture": null}', 'A leader sees what is for leaders');
update members set role = 'admin' where id = pg_temp.person('lea');
select is(pg_temp.ada_as_seen('lea') ->> 'location', 'Ústí nad Labem', 'and so does an admin');
update members set role = 'admin' where id = pg_temp.person('cyn');
update members set role = 'member' where id = pg_temp.person('lea');
select is(pg_temp.ada_as_seen('lea') ->> 'location', '', 'A leader no longer sees it the moment she is none');
select is(pg_temp.ada_as_seen('ada') ->> 'location', '', 'In the directory one sees oneself as other members do');
update members set role = 'leader' where id = pg_temp.person('lea');
select is((select string_agg(name || ' ' || is_leader, ', ') from private.directory(pg_temp.login('bea'), null, null, null, null, null, 100, now())),
  'Ada false, Dot false, Lea true', 'It says who leads');

-- Places to choose from.
select pg_temp.shows('{}', '{}');
update profiles set location = 'São Paulo' where name = 'Dot';
update profiles set location = 'Secretville' where name = 'Bea';
update profiles set location = 'Salt Lake City' where name = 'Cyn';
select is(pg_temp.places(), 'Oakland · São Paulo · Ústí nad Labem', 'Places of listed people, in order');
select is(pg_temp.places('s'), 'São Paulo', 'that begin with what was typed; the hidden and the ended add none');
select is(pg_temp.places('sao p'), 'São Paulo', 'without accents');
select is(pg_temp.places('  SÃO'), 'São Paulo', 'or with them');
select is(pg_temp.places('paulo'), null, 'from the beginning');
select is(pg_temp.places('%'), null, 'A percent sign is a percent sign');
select is(pg_temp.places('x'), null, 'and nothing begins with everything');
update profiles set location = 'oakland ' where name = 'Ada';
select matches(pg_temp.places('oak'), '^[Oo]akland$', 'A place that is written in two ways is offered once');
insert into members (id, origin) select ('dddddddd-0000-4000-8000-' || lpad(n::text, 12, '0'))::uuid, 'checkout' from generate_series(1, 20) n;
insert into profiles (member_id, name, location, is_visible, access_until)
select id, 'Many', 'Town ' || chr(64 + right(id::text, 2)::int), true, 'infinity' from members where id::text like 'dddddddd%';
select is(pg_temp.places('town'), 'Town A · Town B · Town C · Town D · Town E · Town F · Town G · Town H', 'Eight at most');
select is(pg_temp.places('oak', 'bea'), pg_temp.places('oak'), 'Who hides may look');
select is(pg_temp.places('oak', 'ada', (select access_until from profiles where name = 'Dot')), pg_temp.places('oak'), 'and later too');
select throws_ok($$select pg_temp.places('', 'cyn')$$, 'PT403', 'The directory is for members', 'Who has left is told no places');
select throws_ok($$select pg_temp.places('', 'eve')$$, 'PT403', 'The directory is for members', 'nor who never joined');
select throws_ok($$select pg_temp.places(repeat('a', 121))$$, 'PT422', 'The place is longer than 120 characters', 'Nobody types so much');
select is(pg_temp.answer('ada', 'select * from directory_places(''oak'')') -> 0 ->> 'place' is not null, true, 'Signed in, a member asks by the served function');
select is(pg_temp.answer('visitor', 'select * from directory_places()') ->> 'message', 'permission denied for function directory_places', 'which a visitor cannot call');

select * from finish();
rollback;
