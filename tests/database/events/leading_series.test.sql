begin;
-- include: ../cast.sql
set local search_path = public, extensions;
select plan(46);
update members set role = 'leader' where id = pg_temp.person('ada');
create function pg_temp.event(number integer) returns uuid language sql as $$ select ('66666666-0000-4000-8000-00000000000' || number)::uuid $$;
create function pg_temp.dates(begins text, zone text, rhythm text, times integer, pattern text default 'Dy DD Mon HH24:MI') returns text language sql as $$
  select string_agg(to_char(d.starts_at at time zone zone, pattern), ', ' order by d.starts_at)
    from private.series_dates((begins::timestamp at time zone zone), zone, rhythm::event_rhythm, times) d $$;
create function pg_temp.call(who text, query text) returns jsonb language sql as
  $$ select case when jsonb_typeof(a) = 'object' then to_jsonb(a ->> 'sqlstate' || ' ' || (a ->> 'message')) else a -> 0 end from pg_temp.answer(who, query) a $$;

-- Dates, on the clock of the place.
select is(pg_temp.dates('2027-03-09 19:30', 'Europe/Lisbon', 'weekly', 4), 'Tue 09 Mar 19:30, Tue 16 Mar 19:30, Tue 23 Mar 19:30, Tue 30 Mar 19:30', 'Half past seven stays half past seven when summer begins');
select is((select string_agg(to_char(d.starts_at at time zone 'UTC', 'HH24:MI'), ' ' order by d.starts_at) from private.series_dates('2027-03-09 19:30+00', 'Europe/Lisbon', 'weekly', 4) d),
  '19:30 19:30 19:30 18:30', 'which is another hour of the world');
select is(pg_temp.dates('2027-10-25 18:00', 'America/New_York', 'fortnightly', 3), 'Mon 25 Oct 18:00, Mon 08 Nov 18:00, Mon 22 Nov 18:00', 'and in the other direction in autumn');
select is(pg_temp.dates('2027-03-07 02:30', 'America/New_York', 'weekly', 3), 'Sun 07 Mar 02:30, Sun 14 Mar 03:30, Sun 21 Mar 02:30', 'An hour that does not exist is the one after it, once');
select is(pg_temp.dates('2027-01-12 18:00', 'UTC', 'monthly_by_weekday', 4), 'Tue 12 Jan 18:00, Tue 09 Feb 18:00, Tue 09 Mar 18:00, Tue 13 Apr 18:00', 'Each second Tuesday');
select is(pg_temp.dates('2027-01-29 18:00', 'UTC', 'monthly_by_weekday', 5), 'Fri 29 Jan 18:00, Fri 26 Feb 18:00, Fri 26 Mar 18:00, Fri 30 Apr 18:00, Fri 28 May 18:00', 'From the 29th on it is the last of the month');
select is(pg_temp.dates('2027-01-31 18:00', 'UTC', 'monthly_by_day', 4), 'Sun 31 Jan 18:00, Sun 28 Feb 18:00, Wed 31 Mar 18:00, Fri 30 Apr 18:00', 'The 31st is the last day of a shorter month');
select is(pg_temp.dates('2028-02-29 18:00', 'UTC', 'monthly_by_day', 2, 'DD Mon YYYY'), '29 Feb 2028, 29 Mar 2028', 'and a leap day is a day');
select is((select count(*)::integer from private.series_dates('2027-01-01 18:00+00', 'UTC', 'weekly', 26)), 26, 'Twenty-six are allowed');
select throws_ok(format('select private.series_dates(now(), ''UTC'', ''weekly'', %s)', times), 'PT422', 'A series has 2 to 26 dates', format('%s are not', times)) from unnest(array['1', '27', 'null']) times;
select throws_ok($$ select private.series_dates('infinity', 'UTC', 'weekly', 3) $$, 'PT422', 'It needs a start', 'A series does not begin at the end of time');

select is(pg_temp.answer('lea', 'select * from public.series_dates(now(), ''UTC'', ''weekly'', 40)') ->> 'message', 'A series has 2 to 26 dates', 'A leader who asks for too many is told so');
select is(pg_temp.answer('lea', 'select * from public.series_dates(now(), ''Not/AZone'', ''weekly'', 4)') ->> 'sqlstate', 'PT422', 'and that a zone is none');

-- A series.
insert into events (id, title, description, starts_at, ends_at, time_zone, place, meeting_url, region, capacity, questions, state, created_by)
values (pg_temp.event(1), 'Supper', 'Bring bread.', '2083-03-09 19:30+00', '2083-03-09 22:00+00', 'Europe/Lisbon', 'Hall', 'https://meet.example.org/s', 'Europe', 12,
  '[{"label": "Diet", "type": "text", "required": false}]', 'draft', pg_temp.person('lea'));
insert into event_hosts values (pg_temp.event(1), pg_temp.person('ada')), (pg_temp.event(1), pg_temp.person('bea'));
create function pg_temp.repeat(who text, times integer default 4, series text default '77777777-0000-4000-8000-000000000001') returns jsonb language sql as
  $$ select pg_temp.call(who, format('select public.repeat_event(%L, %L, ''weekly'', %s) as r', pg_temp.event(1), series, times)) $$;
select is(pg_temp.repeat('dot'), '"PT403 This is for leaders"', 'A member makes no series');
select is(pg_temp.repeat('lea') -> 'r' -> 'event' -> 'series' ->> 'of', '4', 'A leader does, the event included');
select is(pg_temp.repeat('lea') -> 'r' -> 'event' -> 'series' ->> 'of', '4', 'The form sent twice makes one');
select is((select count(*)::integer from events where title = 'Supper'), 4, 'and no event more');
select is(pg_temp.repeat('lea', 4, '77777777-0000-4000-8000-000000000002'), '"PT409 It is part of a series already"', 'A second series is another wish');
select is((select string_agg(distinct concat_ws('|', description, place, meeting_url, region, capacity, questions ->> 0, state, created_by = pg_temp.person('lea'), ends_at - starts_at), ';') from events where title = 'Supper'),
  'Bring bread.|Hall|https://meet.example.org/s|Europe|12|{"type": "text", "label": "Diet", "required": false}|draft|t|02:30:00', 'Each is whole');
select is((select string_agg(h.member_id::text, ' ' order by e.starts_at) from events e join event_hosts h on h.event_id = e.id and h.member_id = pg_temp.person('ada') where e.title = 'Supper'),
  concat_ws(' ', pg_temp.person('ada'), pg_temp.person('ada'), pg_temp.person('ada'), pg_temp.person('ada')), 'with the hosts who can be found');
select is((select count(*)::integer from events e join event_hosts h on h.event_id = e.id where e.title = 'Supper' and h.member_id = pg_temp.person('bea')), 1, 'and without one who hides');

-- This one and those that follow.
create function pg_temp.of(n integer) returns uuid language sql as $$ select id from events where title like 'Supper%' order by starts_at offset n - 1 limit 1 $$;
create function pg_temp.save(who text, n integer, changes text, revision integer default null) returns jsonb language sql as
  $$ select pg_temp.call(who, format('select public.save_following(%L, %s, %L) as r', pg_temp.of(n), coalesce(revision, (select e.revision from events e where e.id = pg_temp.of(n))), changes)) $$;
select is(pg_temp.save('lea', 2, '{"place": "Garden"}') -> 'r' ->> 'following', '2', 'A change from the second on is for two more');
select is((select string_agg(place, ' ' order by starts_at) from events where title = 'Supper'), 'Hall Garden Garden Garden', 'and not for the one before');
select is(pg_temp.save('lea', 2, '{"place": "Cellar"}', 1), '"PT409 Somebody else changed this meanwhile"', 'Nobody overwrites what she has not seen');
select is(pg_temp.save('lea', 3, '{"starts_at": "2083-03-24T20:00:00Z", "ends_at": "2083-03-24T21:00:00Z"}') -> 'r' ->> 'following', '1', 'A day and half an hour later');
select is((select string_agg(to_char(starts_at at time zone 'Europe/Lisbon', 'Dy DD HH24:MI') || ' ' || (ends_at - starts_at), ', ' order by starts_at) from events where title = 'Supper'),
  'Tue 09 19:30 02:30:00, Tue 16 19:30 02:30:00, Wed 24 20:00 01:00:00, Wed 31 20:00 01:00:00', 'is so on the clock of each, across the change of the clocks');
select is(pg_temp.save('lea', 1, format('{"%s": "x"}', key)), '"PT422 This cannot be changed here"', format('%s is no column for a form', key))
  from unnest(array['created_by', 'origin', 'url', 'revision', 'series_id', 'published_at', 'id']) key;
select is(pg_temp.save('lea', 2, '{"state": "published"}') -> 'r' ->> 'following', '2', 'This and those after it are published');
select is((select string_agg(state::text, ' ' order by starts_at) from events where title = 'Supper'), 'draft published published published', 'the one before is not');
select is(pg_temp.save('lea', 3, '{"state": "canceled", "cancel_reason": "No hall"}') -> 'r' ->> 'following', '1', 'and canceled likewise');
select is((select string_agg(state || cancel_reason, ' ' order by starts_at) from events where title = 'Supper'), 'draft published canceledNo hall canceledNo hall', 'with the reason');
select is(pg_temp.save('ada', 1, '{"region": "Oceania"}'), '"PT422 Its region is not yours to change"', 'The rules for one hold for many: nothing is changed when one may not be');

-- Copies.
select is(pg_temp.call('ada', format('select public.clone_event(%L, ''88888888-0000-4000-8000-000000000001'') as c', pg_temp.of(3))) ->> 'c', '88888888-0000-4000-8000-000000000001', 'A canceled event is copied');
select is(pg_temp.call('ada', format('select public.clone_event(%L, ''88888888-0000-4000-8000-000000000001'') as c', pg_temp.of(3))) ->> 'c', '88888888-0000-4000-8000-000000000001', 'twice it is one');
select results_eq($$ select state::text, series_id is null, created_by, cancel_reason, place, starts_at > now(), to_char(starts_at at time zone time_zone, 'Dy HH24:MI') from events where id = '88888888-0000-4000-8000-000000000001' $$,
  $$ values ('draft', true, pg_temp.person('ada'), '', 'Garden', true, 'Wed 20:00') $$, 'into a draft of hers, at the same hour of a later week');
select is(pg_temp.call('lea', format('select public.clone_event(%L, ''88888888-0000-4000-8000-000000000001'') as c', pg_temp.of(2))), '"PT409 This copy is another event"', 'and nobody copies over it');
insert into members (id, user_id, role, origin) values ('00000000-0000-4000-8000-0000000000aa', pg_temp.login('eve'), 'leader', 'checkout');
select is(pg_temp.call('eve', format('select public.clone_event(%L, ''88888888-0000-4000-8000-000000000002'') as c', pg_temp.of(1))) ->> 'c', '88888888-0000-4000-8000-000000000002', 'Another leader copies it too');
select is((select meeting_url from events where id = '88888888-0000-4000-8000-000000000002'), null, 'without the link that is for guests');
select * from finish();
rollback;
