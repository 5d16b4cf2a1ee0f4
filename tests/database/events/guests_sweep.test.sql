-- The sweep: every list, page by page, with one summary row.
begin;
-- include: ../cast.sql
-- include: guest_cast.sql
set local search_path = public, extensions;
select plan(36);
-- Only the gatherings of this file are at Luma.
select pg_temp.gathering('Dinner', capacity => 3), pg_temp.gathering('Talk'), pg_temp.gathering('Over', starts => '-20 hours'), pg_temp.gathering('Long ago', starts => '-5 days');
create temporary table run as select private.start_guest_sweep(now()) as id;
create function pg_temp.event(title text) returns uuid language sql as $$ select event_id from private.luma_events where luma_id = 'evt-' || title $$;
create function pg_temp.page(title text, cursor text, guests jsonb, next text, seen timestamptz default clock_timestamp()) returns boolean language sql as $$
  select private.apply_guest_page((select id from run), pg_temp.event(title), cursor, guests, next, seen, now())
$$;
create function pg_temp.result() returns text language sql as $$
  select format('looked at %s, approved %s, declined %s, pending %s, waitlisted %s, promoted %s, failed %s, %s', looked_at, approved, declined, left_pending, waitlisted, promoted,
    failed, case when finished_at is null then 'under way' else 'done' end) from private.guest_runs where id = (select id from run)
$$;

select is((select events from private.guest_runs), 3, 'It reads every event to come, and those that have just ended');
select is((select count(*)::int from jobs.live() l where l.kind = 'sweep_guests'), 3, 'with one job each');
select is((select distinct l.priority::text from jobs.live() l where l.kind = 'sweep_guests'), 'bulk', 'behind what people wait for');
select is(private.start_guest_sweep(now()), (select id from run), 'A second start is the run that is under way');
select is((select count(*)::int from jobs.live() l where l.kind = 'sweep_guests'), 3, 'and owes nothing more');
select is(private.guest_page_to_read((select id from run), pg_temp.event('Dinner'), now()) - 'at', '{"cursor": null, "luma_event_id": "evt-Dinner"}', 'A list is read from its first page');

-- Two pages; on the second one guest cannot be read.
select is(pg_temp.page('Dinner', null, jsonb_build_array(pg_temp.said('ada'), pg_temp.said('stranger'), pg_temp.said('payer', more => '{"event_tickets": [{"amount": 5, "is_captured": true}]}')), 'c2'), true, 'After the first page there is another');
select is(pg_temp.result(), 'looked at 3, approved 1, declined 1, pending 1, waitlisted 0, promoted 0, failed 0, under way', 'What came of it is counted');
select is(pg_temp.page('Dinner', null, jsonb_build_array(pg_temp.said('bea')), 'c2'), false, 'The same page from somebody else counts for nothing');
select is(pg_temp.guest('Dinner', 'bea'), null, 'and changes nothing');
select is(private.guest_page_to_read((select id from run), pg_temp.event('Dinner'), now()) ->> 'cursor', 'c2', 'A job that is taken up again goes on where it was');
select is(pg_temp.page('Dinner', 'c2', jsonb_build_array(pg_temp.said('bea'), pg_temp.said('odd', 'dancing'), '{"no": "id"}', pg_temp.said('dot'), pg_temp.said('lea')), null), false, 'The last page is the last');
select is(pg_temp.result(), 'looked at 8, approved 3, declined 1, pending 1, waitlisted 1, promoted 0, failed 2, under way', 'One that cannot be read stops nobody');
select is(pg_temp.stands('Dinner', 'dot') || ', ' || pg_temp.stands('Dinner', 'lea'), 'approved entitled (owed), waitlist full (owed)', 'and the seats are as many as there are');
select is((select count(*)::int from jobs.live() l where l.kind = 'tell_luma_decision' and l.priority <> 'bulk'), 0, 'What a sweep decides, nobody waits for');
select is((select distinct a.actor_kind || ' ' || (a.actor = 'sweep ' || (select id from run)) from private.audit_log a where a.target_type = 'guest'), 'schedule true', 'The log says which sweep');
select is(private.guest_page_to_read((select id from run), pg_temp.event('Dinner'), now()), null, 'A list that was read is not read again');

-- A list that Luma would not give, and one after the end.
select private.finish_guest_list((select id from run), pg_temp.event('Talk'), now(), '403 not yours');
select pg_temp.page('Over', null, jsonb_build_array(pg_temp.said('ada', 'approved', '{"event_tickets": [{"amount": 0, "checked_in_at": "2026-11-20T20:00:00Z"}]}'), pg_temp.said('bea', 'approved'), pg_temp.said('dot')), null);
select is(pg_temp.result(), 'looked at 11, approved 3, declined 1, pending 2, waitlisted 1, promoted 0, failed 3, done', 'It ends when every list was read, or could not be');
select is((select state || ': ' || errors from admin.guest_runs where id = (select id from run)), 'with failures: Talk: 403 not yours', 'and says which could not');
select isnt((select took from admin.guest_runs where id = (select id from run)), null, 'with how long it took');
select is((pg_temp.guest('Over', 'ada')).checked_in_at, '2026-11-20T20:00:00Z', 'After the end it is known who came');
select isnt((pg_temp.guest('Over', 'bea')).no_show_at, null, 'and who did not');
select is(pg_temp.stands('Over', 'dot'), 'pending', 'but nobody is decided about any more');

-- The next day: nothing is decided twice, a seat is given on, who is not on the list is looked up.
select pg_temp.luma_took('Dinner', who) from unnest(array['ada', 'bea', 'dot', 'lea', 'stranger']) who;
update private.event_guests set seen_at = now() - interval '12 hours';
update run set id = private.start_guest_sweep(now());
select is(pg_temp.page('Dinner', null, jsonb_build_array(pg_temp.said('ada', 'approved'), pg_temp.said('bea', 'declined'), pg_temp.said('lea', 'waitlist'), pg_temp.said('stranger', 'declined')), null, clock_timestamp() + interval '1 second'), false, 'A day later');
select is(pg_temp.result(), 'looked at 4, approved 0, declined 0, pending 0, waitlisted 0, promoted 1, failed 0, under way', 'only the freed seat is given on');
select is(pg_temp.stands('Dinner', 'lea'), 'approved seat_freed (owed)', 'to who stood in line');
select is((select array_agg((pg_temp.guest('Dinner', w)).id order by (pg_temp.guest('Dinner', w)).id) from unnest(array['dot', 'payer']) w),
  (select array_agg((l.args ->> 'guest_id')::bigint order by (l.args ->> 'guest_id')::bigint) from jobs.live() l where l.kind = 'look_at_guest'), 'Who is not on the list any more is looked up');
select is(private.guest_gone('evt-Dinner', 'gst-dot', clock_timestamp() + interval '2 seconds', null, now()), 'not on the list any more', 'If Luma does not know her');
select is(pg_temp.stands('Dinner', 'dot'), 'declined at_luma (recorded)', 'she is out');
select is((select count(*)::int from private.guest_decisions d where d.guest_id = (pg_temp.guest('Dinner', 'ada')).id), 1, 'Nothing was decided twice');

-- A run whose jobs were lost.
select is(private.start_guest_sweep(now() + interval '7 hours') <> (select id from run), true, 'One that never ended makes room for the next');
select is(pg_temp.result(), 'looked at 4, approved 0, declined 0, pending 0, waitlisted 0, promoted 1, failed 2, done', 'and says what it did not get done');

-- An event that is canceled while a run is under way.
update run set id = (select max(id) from private.guest_runs);
update public.events set state = 'canceled' where title = 'Dinner';
select is(private.guest_page_to_read((select id from run), pg_temp.event('Dinner'), now()), null, 'A canceled event has no list any more');
select isnt((select finished_at from private.guest_run_events where run_id = (select id from run) and event_id = pg_temp.event('Dinner')), null, 'and the run does not wait for it');

-- What is not kept for ever.
select private.forget_old_guests(now() + interval '1 year 8 days');
select is((select string_agg(distinct g.member_id::text, '') is not null and count(*) filter (where g.member_id is null) = 0 from private.event_guests g), true, 'A year later guests who are no members are gone');
select is((select count(*)::int from private.event_guests where answers <> '[]' or words <> ''), 0, 'and what anybody answered');

select * from finish();
rollback;
