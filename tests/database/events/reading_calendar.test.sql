-- The calendar: who finds what, and what she is to it.
begin;
-- include: ../cast.sql
set local search_path = public, extensions;
select plan(41);

create function pg_temp.event(number integer) returns uuid language sql immutable as $$ select ('22222222-0000-4000-8000-0000000000' || lpad(number::text, 2, '0'))::uuid $$;
create function pg_temp.titles(who text, arguments text default '') returns text language sql as $$
  select case when jsonb_typeof(a) = 'object' then (a ->> 'sqlstate') || ' ' || (a ->> 'message')
    else (select coalesce(string_agg(value ->> 'title', ', ' order by place), '') from jsonb_array_elements(a) with ordinality as t (value, place)) end
    from pg_temp.answer(who, format('select title from public.find_events(%s)', arguments)) a $$;
create function pg_temp.row_of(who text, number integer, arguments text default '') returns jsonb language sql as $$
  select value from jsonb_array_elements(pg_temp.answer(who, format('select * from public.find_events(%s)', arguments))) where value ->> 'id' = pg_temp.event(number)::text $$;
create function pg_temp.guest(number integer, who text, status text, since interval default '1 day', address text default null) returns void language sql as $$
  insert into private.event_guests (event_id, luma_guest_id, member_id, email, name, status, luma_status, registered_at, seen_at)
  values (pg_temp.event(number), 'gst-' || number || coalesce(address, who), pg_temp.person(who), coalesce(address, who || '@example.org'), who,
    status::private.guest_status, status::private.guest_status, now() - since, now()) $$;

update events set starts_at = now() + interval '5 days' + number * interval '1 hour', ends_at = now() + interval '5 days 2 hours' + number * interval '1 hour'
  from generate_series(1, 5) number where id = pg_temp.event(number);
insert into events (id, title, place, starts_at, ends_at, visibility, state, published_at, region, category, recording_url) values
  (pg_temp.event(11), 'Dînner by the river', 'Lisbon', now() - interval '9 days', now() - interval '9 days' + interval '2 hours', 'member', 'published', now() - interval '30 days', 'Europe', 'Dinner', 'https://vimeo.com/12345'),
  (pg_temp.event(12), 'Talk on audits', 'Online', now() - interval '3 days', now() - interval '3 days' + interval '2 hours', 'public', 'published', now() - interval '30 days', 'Oceania', 'Talk', null),
  (pg_temp.event(13), 'A week of building', 'Oslo', now() - interval '3 days', now() + interval '4 days', 'member', 'published', now() - interval '30 days', 'Europe', 'Talk', 'https://example.org/early');

-- Who finds what.
select is(pg_temp.titles(who), 'A week of building, Open to everybody, For members', initcap(who) || ' finds what is announced for members, the next first, with what has begun') from unnest(array['ada', 'bea', 'dot']) who;
select is(pg_temp.titles('lea'), 'A week of building, Open to everybody, For members, For leaders', 'A leader finds those of leaders too, and no draft');
select is(pg_temp.titles(who), 'PT403 The calendar is for members', initcap(who) || ' is refused') from unnest(array['cyn', 'eve']) who;
select is(pg_temp.answer('visitor', 'select * from public.find_events()') ->> 'sqlstate', '42501', 'A visitor is not asked at all');
select is(pg_temp.titles('ada', 'past => true'), 'Talk on audits, Dînner by the river', 'What is over stands on its own, the latest first');
select is(pg_temp.row_of('ada', 11, 'past => true') -> 'has_recording', 'true', 'and says where there is a recording');
select is(pg_temp.row_of('ada', 13) -> 'has_recording', 'false', 'but not before the end');

-- Filters and words.
select is(pg_temp.titles('ada', arguments), found, why) from (values
  ('in_region => ''Europe''', 'A week of building', 'By region'), ('past => true, of_category => ''Talk''', 'Talk on audits', 'by category'),
  ('past => true, in_region => ''Europe'', of_category => ''Talk''', '', 'by both'), ('past => true, search => ''dinner''', 'Dînner by the river', 'by words, accents aside'),
  ('past => true, search => ''LISB river''', 'Dînner by the river', 'of title and place'), ('past => true, search => ''river lisbon by dinner oslo''', '', 'every one of them'),
  ('past => true, search => ''%''', '', 'signs are no wildcards'), ('search => '' ''', 'A week of building, Open to everybody, For members', 'Nothing asked is everything'),
  ('search => repeat(''a'', 81)', 'PT422 The search is longer than 80 characters', 'A search is short'), ('in_region => ''Atlantis''', '', 'An unknown region has none'),
  ('past => null, mine => null, size => -3', 'A week of building', 'Odd sizes and nothings do no harm')) as tried (arguments, found, why);

-- What she is to each.
select pg_temp.guest(1, 'ada', 'approved'), pg_temp.guest(2, 'ada', 'pending'), pg_temp.guest(11, 'ada', 'approved'), pg_temp.guest(12, 'ada', 'declined'), pg_temp.guest(3, 'ada', 'approved');
select is(pg_temp.row_of('ada', 1) ->> 'standing', 'approved', 'She sees that she goes');
select is(pg_temp.row_of('bea', 1) ->> 'standing', 'none', 'and others nothing of it');
select is(pg_temp.titles('ada', 'mine => true'), 'Open to everybody, For members', 'Hers are what she goes to or has asked for: not what is for leaders, whatever a guest list says');
select is(pg_temp.titles('ada', 'mine => true, past => true'), 'Dînner by the river', 'not what she was declined');
select is(pg_temp.titles('bea', 'mine => true'), '', 'and nobody else''s');
select is(pg_temp.titles('ada', 'mine => true, search => ''open'''), 'Open to everybody', 'words find among hers as well');
select is(pg_temp.row_of('ada', 1) -> 'is_host', 'true', 'A host is told so');
select is(pg_temp.titles('lea', 'mine => true'), 'Open to everybody', 'and finds what she hosts among hers, drafts aside');
select pg_temp.guest(2, 'ada', 'approved', '1 hour', 'quill@example.net');
select is(pg_temp.row_of('ada', 2) ->> 'standing', 'approved', 'Who registered with two of her addresses goes when one of them does');
update private.event_guests set checked_in_at = now() where event_id = pg_temp.event(11);
select is(pg_temp.row_of('ada', 11, 'past => true') ->> 'standing', 'checked_in', 'Who was there is told so');

-- Places.
update events set capacity = 2 where id = pg_temp.event(1);
select is(pg_temp.row_of('bea', 1) -> 'seats_left', '1', 'Seats that are left are counted');
select is(pg_temp.row_of('bea', 2) -> 'seats_left', 'null', 'where there is a limit');
select pg_temp.guest(1, 'dot', 'approved'), pg_temp.guest(1, 'lea', 'waitlist', '3 hours'), pg_temp.guest(1, 'bea', 'waitlist', '2 hours');
select is(pg_temp.row_of('bea', 1) -> 'seats_left', '0', 'down to none');
select is(pg_temp.row_of('bea', 1) -> 'place_in_line', '2', 'Who waits knows her place in line');
select is(pg_temp.row_of('ada', 1) -> 'place_in_line', 'null', 'and nobody else has one');

-- Canceled.
update events set state = 'canceled' where id in (pg_temp.event(1), pg_temp.event(3));
select is(pg_temp.row_of('bea', 1) ->> 'state', 'canceled', 'Who was part of a canceled event still finds it');
select is(pg_temp.titles('cyn'), 'PT403 The calendar is for members', 'unless she has left');
update private.event_guests set status = 'declined' where member_id = pg_temp.person('dot');
select is(pg_temp.titles('dot'), 'A week of building, For members', 'Who was no part of it does not');
select is(pg_temp.titles('ada'), 'A week of building, Open to everybody, For members', 'and one for leaders shows nothing to a member, even when it is canceled');
select is(pg_temp.titles('lea'), 'A week of building, Open to everybody, For members', 'nor to a leader who was no part of it');

select * from finish();
rollback;
