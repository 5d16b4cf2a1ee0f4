begin;
-- include: ../cast.sql
set local search_path = public, extensions;
select plan(15);
create function pg_temp.titles(who text) returns text language sql as
  $$ select string_agg(e ->> 'title', ', ' order by e ->> 'title') from jsonb_array_elements(pg_temp.answer(who, 'select title from events')) e $$;

select is(pg_temp.titles('visitor'), 'Open to everybody', 'A visitor sees published public events');
select is(pg_temp.titles('eve'), 'Open to everybody', 'Who never joined sees no more');
select is(pg_temp.titles('cyn'), 'Open to everybody', 'nor does who has left');
select is(pg_temp.titles('ada'), 'For members, Open to everybody', 'A member sees those for members too');
select is(pg_temp.titles('dot'), 'For members, Open to everybody', 'also while in grace');
select is(pg_temp.titles('lea'), 'A draft, Announced tomorrow, For leaders, For members, Open to everybody', 'A leader sees everything, drafts too');
select is((select count(*)::int from events), 5, 'though there are a draft and one that is announced tomorrow');
select is(pg_temp.answer(who, 'insert into events (title) values (''Mine'') returning id') ->> 'message', refused, initcap(who) || ' writes none')
  from (values ('visitor', 'permission denied for table events'), ('kim', 'permission denied for table events'),
               ('ada', 'new row violates row-level security policy for table "events"')) as w (who, refused);
select is(jsonb_array_length(pg_temp.answer('lea', 'insert into events (title) values (''Mine'') returning id')), 1, 'A leader writes one');

-- Rules of a row.
select throws_ok($$insert into events (title, starts_at, ends_at, time_zone) values ('Odd', now(), now() + interval '1 hour', 'Europe/Atlantis')$$,
  'PT422', 'There is no time zone “Europe/Atlantis”', 'A time zone is one that exists');
select throws_ok($$insert into events (title, starts_at, ends_at, time_zone) values ('Odd', now(), now() + interval '1 hour', 'EST5EDT4,M3')$$,
  'PT422', 'There is no time zone “EST5EDT4,M3”', 'and one that browsers know');
select throws_ok($$insert into events (title, starts_at, ends_at) values ('Odd', now(), now())$$, 'PT422',
  'It ends before it begins', 'An event ends after it starts');
select lives_ok($$insert into events (title, starts_at, ends_at, time_zone) values ('Good', now(), now() + interval '1 hour', 'America/Argentina/Buenos_Aires')$$,
  'A zone may have three parts');

select * from finish();
rollback;
