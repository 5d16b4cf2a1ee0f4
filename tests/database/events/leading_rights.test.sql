begin;
-- include: ../cast.sql
set local search_path = public, extensions;
select plan(66);
-- Lea looks after Europe. Ada and Bea lead too; Dot is an admin. Cyn leads nobody any more.
update members set role = 'leader' where id in (pg_temp.person('ada'), pg_temp.person('bea'));
update members set role = 'admin' where id = pg_temp.person('dot');
delete from leader_regions where member_id = pg_temp.person('bea');
create function pg_temp.event(number integer) returns uuid language sql as $$ select ('66666666-0000-4000-8000-00000000000' || number)::uuid $$;
create function pg_temp.said(who text, query text) returns text language sql as
  $$ select a ->> 'sqlstate' || ' ' || (a ->> 'message') from pg_temp.answer(who, query) a where jsonb_typeof(a) = 'object' $$;
create function pg_temp.rows(who text, query text) returns integer language sql as
  $$ select case when jsonb_typeof(a) = 'array' then jsonb_array_length(a) end from pg_temp.answer(who, query) a $$;
-- What became of an edit: rows changed, or the refusal.
create function pg_temp.edit(who text, number integer, change text) returns text language sql as $$
  select case when jsonb_typeof(a) = 'array' then jsonb_array_length(a)::text else a ->> 'sqlstate' || ' ' || (a ->> 'message') end
    from pg_temp.answer(who, format('update events set %s where id = %L returning id', change, pg_temp.event(number))) a $$;

-- Ada's own in Europe (1), Ada's in no region (2), Ada's hosted by Bea (3), over (4), canceled (5), running (6).
insert into events (id, title, starts_at, ends_at, region, meeting_url, state, published_at, created_by)
select pg_temp.event(n), 'Event ' || n, now() + starts, now() + starts + interval '2 hours', region, 'https://meet.example.org/secret',
       case state when 'draft' then 'draft' else 'published' end::event_state, case when state <> 'draft' then now() - interval '9 days' end, pg_temp.person('ada')
  from (values (1, interval '3 days', 'Europe', 'published'), (2, interval '3 days', null, 'published'), (3, interval '3 days', 'Oceania', 'published'),
    (4, interval '-3 days', null, 'published'), (5, interval '3 days', null, 'canceled'), (6, interval '-1 hour', null, 'published'),
    (7, interval '3 days', 'Europe', 'draft'), (8, interval '3 days', null, 'draft')) e (n, starts, region, state);
update events set state = 'canceled' where id = pg_temp.event(5);
insert into event_hosts (event_id, member_id) values (pg_temp.event(3), pg_temp.person('bea')), (pg_temp.event(3), pg_temp.person('cyn'));

-- Who may edit what.
select is(pg_temp.edit(who, number, 'place = ''Hall'''), result, why) from (values
  ('ada', 1, '1', 'Who wrote an event edits it'), ('lea', 1, '1', 'A leader of its region edits it'), ('lea', 2, '0', 'and no other'),
  ('bea', 1, '0', 'A leader of nothing edits nobody else''s'), ('bea', 3, '1', 'A host who leads edits what she hosts'),
  ('cyn', 3, '0', 'A host who is a member edits nothing'), ('dot', 2, '1', 'An admin edits every event'),
  ('eve', 1, '0', 'Who never joined edits nothing'), ('visitor', 1, '42501 permission denied for table events', 'A visitor is not even asked')) t (who, number, result, why);
select is(private.edits_event(pg_temp.login(who), pg_temp.event(number)), may, format('and %s %s be let through by the functions for %s', who, case when may then 'would' else 'would not' end, number))
  from (values ('ada', 1, true), ('lea', 1, true), ('lea', 2, false), ('bea', 3, true), ('cyn', 3, false), ('dot', 2, true), ('eve', 1, false)) t (who, number, may);
update members set role = 'member' where id = pg_temp.person('ada');
select is(pg_temp.edit('ada', 2, 'place = ''Mine'''), '0', 'Who leads no longer edits what she wrote no longer');
update members set role = 'leader' where id = pg_temp.person('ada');

-- Rights are not taken home.
select is(pg_temp.edit('bea', 3, 'region = ''Europe'''), 'PT422 Its region is not yours to change', 'A host does not move an event into another region');
select is(pg_temp.edit('bea', 3, 'region = null'), 'PT422 Its region is not yours to change', 'or out of its own');
select is(pg_temp.edit('lea', 1, 'region = ''Oceania'''), '1', 'A leader of the region may give it away');
select is(pg_temp.edit('lea', 1, 'region = ''Europe'''), '0', 'and then it is not hers any more');
select is(pg_temp.edit('ada', 1, 'region = ''Europe'''), '1', 'Who wrote it moves it as she likes');
select is(pg_temp.said('lea', format('insert into event_hosts (event_id, member_id) values (%L, %L) returning event_id', pg_temp.event(2), pg_temp.person('lea'))),
  '42501 new row violates row-level security policy for table "event_hosts"', 'Nobody makes herself a host of somebody else''s event');
select is(pg_temp.rows('lea', format('delete from event_hosts where event_id = %L returning event_id', pg_temp.event(3))), 0, 'or sends its hosts away');
select is(pg_temp.said('lea', format('insert into events (id, %s) values (gen_random_uuid(), %s) returning id', col, value)),
  '42501 permission denied for table events', format('Nobody sets %s', col))
  from (values ('created_by', quote_literal(pg_temp.person('ada'))), ('origin', '''luma'''), ('url', '''https://lu.ma/x'''), ('published_at', 'now()'), ('revision', '9'),
    ('series_id', quote_literal(gen_random_uuid())), ('thanked_at', 'now()')) t (col, value);
select is(pg_temp.said('lea', format('insert into event_series (id) values (gen_random_uuid()) returning id')), '42501 permission denied for table event_series', 'A series is made by repeating only');

-- Hosts.
select is(pg_temp.said('ada', format('insert into event_hosts (event_id, member_id) values (%L, %L) returning event_id', pg_temp.event(1), member)),
  'PT422 She is not in the directory', why) from (values (pg_temp.person('bea'), 'Who hides from the directory is named by nobody else'),
    (pg_temp.person('cyn'), 'nor who has left'), ('99999999-0000-4000-8000-000000000000'::uuid, 'and nobody looks the same as hidden')) t (member, why);
select is(pg_temp.rows('ada', format('insert into event_hosts (event_id, member_id) values (%L, %L) returning event_id', pg_temp.event(1), pg_temp.person('lea'))), 1, 'Who can be found is added');
select is((select count(*)::integer from private.audit_log where action = 'events.host_added' and target_id = pg_temp.event(1)::text and actor = pg_temp.person('ada')::text), 1, 'and it is on record who did it');

-- States.
select is(pg_temp.edit('ada', number, change), result, why) from (values
  (1, 'state = ''draft''', 'PT422 It is published already', 'What is out does not become a draft'),
  (7, 'state = ''canceled''', 'PT422 A draft has nobody to tell', 'A draft is not canceled'),
  (5, 'state = ''published''', 'PT422 This event was canceled, and Luma has deleted it', 'What was canceled does not come back'),
  (5, 'title = ''Risen''', 'PT422 This event was canceled', 'or change'),
  (4, 'title = ''Rewritten''', 'PT422 This event is over', 'What is over is not rewritten'),
  (4, 'starts_at = now() + interval ''1 day'', ends_at = now() + interval ''2 days''', 'PT422 This event is over', 'or held again'),
  (4, 'state = ''canceled''', 'PT422 This event is over', 'or canceled'),
  (4, 'recording_url = ''https://vimeo.com/1'', thanks = ''It was good.''', '1', 'but its recording and thanks are added'),
  (4, 'title = title', '1', 'and saving nothing is no offence'),
  (6, 'starts_at = now() + interval ''1 day'', ends_at = now() + interval ''2 days''', 'PT422 It has begun', 'What has begun does not begin anew'),
  (6, 'ends_at = ends_at + interval ''1 hour''', '1', 'but may last longer'),
  (6, 'ends_at = now() - interval ''1 minute''', 'PT422 This moment is past', 'and does not end in the past'),
  (1, 'starts_at = now() - interval ''1 day''', 'PT422 This moment is past', 'What is out does not move into the past'),
  (1, 'thanks = ''Already''', 'PT422 It has not begun yet', 'Nobody is thanked beforehand'),
  (1, 'recording_url = ''https://vimeo.com/1''', 'PT422 It has not begun yet', 'and nothing was recorded'),
  (7, 'starts_at = now() - interval ''1 day'', state = ''published''', 'PT422 This moment is past', 'Nothing is published for yesterday'),
  (7, 'title = '''', state = ''published''', 'PT422 It needs a title', 'or without a title'),
  (7, 'starts_at = ''infinity'', ends_at = null', 'PT422 This is not a day to plan for', 'No draft is planned for the end of time, which no page could show'),
  (7, 'starts_at = ''2000-01-02'', ends_at = ''-infinity''', 'PT422 This is not a day to plan for', 'nor ends before it'),
  (7, 'state = ''published'', cancel_reason = ''Never''', '1', 'A whole draft is published'),
  (1, 'state = ''canceled'', cancel_reason = '' The hall burnt down. '', cancel_refunds = false', '1', 'An event is canceled, with a reason')) t (number, change, result, why);
select results_eq($$ select state::text, cancel_reason, cancel_refunds, canceled_at is not null from events where id in (pg_temp.event(1), pg_temp.event(7)) order by id $$,
  $$ values ('canceled', 'The hall burnt down.', false, true), ('published', '', true, false) $$, 'which is kept, and only with what was canceled');
select is(pg_temp.rows('ada', format('delete from events where id = %L returning id', pg_temp.event(7))), 0, 'What was published is not deleted');
select is(pg_temp.rows('bea', 'delete from events where id = ''66666666-0000-4000-8000-000000000008'' returning id'), 0, 'Nobody deletes somebody else''s draft');

-- What a leader sees of it.
create function pg_temp.form(who text, number integer) returns jsonb language sql as
  $$ select a -> 0 -> 'event_to_edit' -> 'event' from pg_temp.answer(who, format('select public.event_to_edit(%L)', pg_temp.event(number))) a $$;
select is(pg_temp.form('bea', 2) ->> 'may_edit', 'false', 'A leader reads what she may not edit');
select ok(not pg_temp.form('bea', 2) ? 'meeting_url', 'without the link to join');
select is(pg_temp.form('ada', 2) ->> 'meeting_url', 'https://meet.example.org/secret', 'which who edits it gets');
select is(pg_temp.said('cyn', format('select public.event_to_edit(%L)', pg_temp.event(2))), 'PT403 This is for leaders', 'Members have no form');
select is(pg_temp.said('lea', format('select public.cancel_preview(%L)', pg_temp.event(2))), 'PT403 This event is not yours to change', 'and leaders no say in what is not theirs');
select * from finish();
rollback;
