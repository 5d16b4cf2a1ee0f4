begin;
-- include: ../cast.sql
set local search_path = public, extensions;
select plan(46);
-- Names that a viewer finds, in order.
create function pg_temp.found(
  search text default null, place text default null, size integer default 100, at timestamptz default now(), who text default 'ada',
  interest text default null
) returns text
language sql as $$ select string_agg(name, ', ') from private.directory(pg_temp.login(who), search, place, interest, null, null, size, at) $$;
create function pg_temp.add(who text, place text default '', about text default '', interests text[] default '{}') returns void language sql as $$
  insert into members (id, origin) values (md5(who)::uuid, 'checkout');
  insert into profiles (member_id, name, location, bio, interests, is_visible, access_until)
  values (md5(who)::uuid, who, place, about, interests, true, 'infinity');
$$;

-- Who is in it.
select is(pg_temp.found(), 'Ada, Dot, Lea', 'The directory lists visible, entitled members by name, the viewer among them');
select ok(exists (select from profiles where name = 'Bea' and not is_visible), 'Bea is there and hides');
select ok(exists (select from profiles where name = 'Cyn' and is_visible and access_until < now()), 'Cyn is visible and has left');
update profiles set is_visible = true where name = 'Bea';
select is(pg_temp.found(), 'Ada, Bea, Dot, Lea', 'Whoever shows herself is found at once');
update profiles set is_visible = false where name = 'Bea';
select is(pg_temp.found(at => (select access_until - interval '1 microsecond' from profiles where name = 'Dot')), 'Ada, Dot, Lea', 'Dot is listed to the last microsecond of her grace');
select is(pg_temp.found(at => (select access_until from profiles where name = 'Dot')), 'Ada, Lea', 'and not at its end');

-- Who may look.
select is(pg_temp.found(who => 'bea'), 'Ada, Dot, Lea', 'Who is hidden may look');
select is(pg_temp.found(who => 'dot'), 'Ada, Dot, Lea', 'Who is in grace too');
select throws_ok($$select pg_temp.found(who => 'cyn')$$, 'PT403', 'The directory is for members', 'Who has left may not');
select throws_ok($$select pg_temp.found(who => 'eve')$$, 'PT403', 'The directory is for members', 'nor may who never joined');
select throws_ok($$select * from private.directory(null, null, null, null, null, null, 24, now())$$, 'PT403', 'The directory is for members', 'nor nobody');
select is(jsonb_array_length(pg_temp.answer('ada', 'select * from directory()')), 3, 'Signed in, a member asks by the served function');
select is(pg_temp.answer('visitor', 'select * from directory()') ->> 'message', 'permission denied for function directory', 'which a visitor cannot call');
select is(pg_temp.answer('ada', 'select * from private.directory(gen_random_uuid(), null, null, null, null, null, 24, now())') ->> 'sqlstate', 'PT403', 'Naming another viewer or time helps nobody without a membership');
select is((select array_agg(key order by key) from jsonb_object_keys(pg_temp.answer('ada', 'select * from directory()') -> 0) key),
  array['headline', 'interests', 'is_leader', 'location', 'member_id', 'name', 'picture', 'sort_name'], 'It shows what a card needs, and nothing private');

-- Searching.
select pg_temp.add('Zoë Müller', 'São Paulo', 'Teaches 100% of the time'), pg_temp.add('Zora Neale', 'Sao Paulo', 'snake_case \o/'), pg_temp.add('Åsa Öst', 'Ørsta', '');
select is(pg_temp.found('zoe'), 'Zoë Müller', 'A search does not care for accents');
select is(pg_temp.found('MULLER'), 'Zoë Müller', 'nor for capitals');
select is(pg_temp.found('Zoë'), 'Zoë Müller', 'also when they are typed');
select is(pg_temp.found('neale zora'), 'Zora Neale', 'nor for the order of words');
select is(pg_temp.found('zora müller'), null, 'All words have to match');
select is(pg_temp.found('paulo teaches'), 'Zoë Müller', 'in any field');
select is(pg_temp.found('100%'), 'Zoë Müller', 'A percent sign is a percent sign');
select is(pg_temp.found('%'), 'Zoë Müller', 'and no wildcard');
select is(pg_temp.found('_'), 'Zora Neale', 'An underscore is an underscore');
select is(pg_temp.found('\'), 'Zora Neale', 'A backslash is a backslash');
select is(pg_temp.found(E'  \t '), pg_temp.found(), 'Searching for nothing finds everybody');
select is(pg_temp.found(''), pg_temp.found(), 'also for the empty word');
select is(pg_temp.found('bea'), null, 'Who is hidden is not found by name');
select is(pg_temp.found('cyn'), null, 'nor who has left');
select is(pg_temp.found(repeat('a', 80)), null, 'Eighty characters may be searched for');
select throws_ok($$select pg_temp.found(repeat('a', 81))$$, 'PT422', 'The search is longer than 80 characters', 'and no more');
select is(pg_temp.found(place => 'Sao Paulo'), 'Zoë Müller, Zora Neale', 'A place is the same with and without accents');
select is(pg_temp.found(place => 'Sao'), null, 'but it is the whole place');
select is(pg_temp.found('zora', 'SÃO PAULO'), 'Zora Neale', 'Words and place may be asked together');

-- Pages.
select is((select count(*)::int from private.directory(pg_temp.login('ada'), null, null, null, null, null, size, now())), expected, why)
  from (values (0, 1, 'A page has at least one row'), (-5, 1, 'whatever is asked'), (2, 2, 'as many as asked'), (null, 6, 'and 24 if nobody says')) as asked (size, expected, why);
insert into members (id, origin) select ('cccccccc-0000-4000-8000-' || lpad(n::text, 12, '0'))::uuid, 'checkout' from generate_series(1, 120) n;
insert into profiles (member_id, name, location, interests, is_visible, access_until)
select id, case when right(id::text, 1) < '5' then 'Same Name' else '' end, 'Twinville', '{agents}', true, 'infinity' from members where id::text like 'cccccccc%';
select is((select count(*)::int from private.directory(pg_temp.login('ada'), null, null, null, null, null, 1000, now())), 100, 'A page has at most a hundred rows');
create function pg_temp.walk(search text, place text, step integer, interest text default null) returns uuid[] language plpgsql as $$
declare seen uuid[] := '{}'; page record; n integer; last_name text; last_id uuid;
begin
  loop
    n := 0;
    for page in select * from private.directory(pg_temp.login('ada'), search, place, interest, last_name, last_id, step, now()) loop
      seen := seen || page.member_id; last_name := page.sort_name; last_id := page.member_id; n := n + 1;
    end loop;
    exit when n = 0;
  end loop;
  return seen;
end
$$;
select is((select array[cardinality(w), (select count(distinct u)::int from unnest(w) u)] from pg_temp.walk(null, null, 7) w), array[126, 126], 'Page by page everybody comes once, though many share a name or have none');
select is((select array[cardinality(w), (select count(distinct u)::int from unnest(w) u)] from pg_temp.walk(null, 'twinville', 7) w), array[120, 120], 'also within a place');
select is((select array[cardinality(w), (select count(distinct u)::int from unnest(w) u)] from pg_temp.walk('same', null, 7) w), array[60, 60], 'also within a search');
select is((select array[cardinality(w), (select count(distinct u)::int from unnest(w) u)] from pg_temp.walk(null, null, 7, 'agents') w), array[120, 120], 'also among people with one interest');
select is((select array[cardinality(w), (select count(distinct u)::int from unnest(w) u)] from pg_temp.walk('same', 'twinville', 7, 'agents') w), array[60, 60], 'and with all of it at once');
select is((select count(*)::int from private.directory(pg_temp.login('ada'), 'same', null, null, 'same name', null, 100, now())), 60, 'A page that starts at a name leaves out nobody who has it');
select is((select count(*)::int from private.directory(pg_temp.login('ada'), null, null, null, 'zzzz', null, 100, now())), 0, 'After the last there is nobody');

select * from finish();
rollback;
