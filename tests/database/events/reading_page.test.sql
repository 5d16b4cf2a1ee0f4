-- One event's page: what stands on it for whom, and who is seen.
begin;
-- include: ../cast.sql
set local search_path = public, extensions;
set constraints all immediate;
select plan(56);

create function pg_temp.event(number integer) returns uuid language sql immutable as $$ select ('22222222-0000-4000-8000-00000000000' || number)::uuid $$;
create function pg_temp.page(who text, number integer) returns jsonb language sql as $$
  select case when jsonb_typeof(a) = 'object' then a else a #> '{0,event_page}' end
    from pg_temp.answer(who, format('select public.event_page(%L)', pg_temp.event(number))) a $$;
create function pg_temp.names(list jsonb) returns text language sql as $$ select coalesce(string_agg(e ->> 'name', ', '), '') from jsonb_array_elements(list) e $$;
create function pg_temp.goes(number integer, who text, status text default 'approved') returns void language sql as $$
  insert into private.event_guests (event_id, luma_guest_id, member_id, email, name, status, luma_status, registered_at, seen_at)
  values (pg_temp.event(number), 'gst-' || number || who, pg_temp.person(who), who || '@example.org', who, status::private.guest_status, status::private.guest_status, now(), now())
  on conflict (event_id, luma_guest_id) do update set status = excluded.status, luma_status = excluded.luma_status $$;
create function pg_temp.refused(who text, query text) returns text language sql as $$ select (a ->> 'sqlstate') || ' ' || (a ->> 'message') from pg_temp.answer(who, query) a $$;
create function pg_temp.leaves(who text) returns void language plpgsql as $$ begin
  update subscriptions set status = 'canceled', canceled_at = now() - interval '40 days', ended_at = now() - interval '35 days', current_period_end = now() - interval '35 days'
   where subscription_id = 'sub_' || who;
  perform private.recompute_subscription('sub_' || who, 'test', null, now());
end $$;

update events set meeting_url = 'https://meet.example.org/secret-room', url = 'https://luma.example.org/e', recording_url = 'https://vimeo.com/900000001/a1b2c3d4e5', thanks = 'Thank you all' where id in (pg_temp.event(1), pg_temp.event(2), pg_temp.event(3));

-- Who opens it.
select is(pg_temp.page(who, number) ->> 'title', wanted, why) from (values
  ('ada', 1, 'Open to everybody', 'A member opens a public event'), ('dot', 2, 'For members', 'and one for members, also in grace'), ('ada', 3, null, 'not one for leaders'),
  ('ada', 4, null, 'not a draft'), ('ada', 5, null, 'not what is announced tomorrow'), ('lea', 3, 'For leaders', 'A leader opens one for leaders'), ('lea', 4, null, 'and drafts where they are edited')) as t (who, number, wanted, why);
select is(pg_temp.refused(who, format('select public.event_page(%L)', pg_temp.event(1))), 'PT403 The calendar is for members', initcap(who) || ' is refused') from unnest(array['cyn', 'eve']) who;
select is(pg_temp.refused('visitor', format('select public.event_page(%L)', pg_temp.event(1))), '42501 permission denied for function event_page', 'and a visitor not even asked');
select is(pg_temp.answer('ada', 'select public.event_page(null)') -> 0 -> 'event_page', 'null'::jsonb, 'Nothing is nothing');

-- Where one joins online.
select is(pg_temp.page('bea', 2) -> 'meeting_url', 'null'::jsonb, 'Who does not go is not told where one joins');
select pg_temp.goes(2, 'bea', status) from unnest(array['pending']) status;
select is(pg_temp.page('bea', 2) -> 'meeting_url', 'null'::jsonb, 'nor who has only asked');
select pg_temp.goes(2, 'bea', 'waitlist');
select is(pg_temp.page('bea', 2) -> 'meeting_url', 'null'::jsonb, 'nor who waits');
select pg_temp.goes(2, 'bea', 'declined');
select is(pg_temp.page('bea', 2) -> 'meeting_url', 'null'::jsonb, 'nor who was declined');
select pg_temp.goes(2, 'bea', 'approved');
select is(pg_temp.page('bea', 2) ->> 'meeting_url', 'https://meet.example.org/secret-room', 'Who goes is');
select is(pg_temp.page('lea', 2) ->> 'meeting_url', 'https://meet.example.org/secret-room', 'and a leader');
select is(pg_temp.page('dot', 1) -> 'meeting_url', 'null'::jsonb, 'No other guest list counts');
select is(pg_temp.page('ada', 1) ->> 'meeting_url', 'https://meet.example.org/secret-room', 'A host is told, whether or not she registered');
select is(pg_temp.refused('ada', 'select meeting_url from public.events'), '42501 permission denied for table events', 'The table tells nobody');
update events set starts_at = now() - interval '3 hours', ends_at = now() - interval '50 minutes' where id = pg_temp.event(2);
select is(pg_temp.page('bea', 2) ->> 'meeting_url', 'https://meet.example.org/secret-room', 'Gatherings run over');
update events set ends_at = now() - interval '61 minutes' where id = pg_temp.event(2);
select is(pg_temp.page('bea', 2) -> 'meeting_url', 'null'::jsonb, 'but not for ever');

-- Afterwards.
select is(pg_temp.page('dot', 2) -> 'recording', '{"url": "https://vimeo.com/900000001/a1b2c3d4e5", "vimeo_id": "900000001", "vimeo_hash": "a1b2c3d4e5"}', 'The recording is for every member who may see the event');
select is(pg_temp.page('dot', 2) ->> 'thanks', 'Thank you all', 'and so are the words of thanks');
select is(pg_temp.page('dot', 1) -> 'recording', 'null'::jsonb, 'Before the end there is no recording');
select is(pg_temp.page('dot', 1) ->> 'thanks', '', 'and no thanks');
update events set recording_url = 'https://films.example.org/1' where id = pg_temp.event(2);
select is(pg_temp.page('dot', 2) #> '{recording,vimeo_id}', 'null'::jsonb, 'A recording may be elsewhere');
update events set starts_at = now() + interval '1 day', ends_at = now() + interval '2 days' where id = pg_temp.event(2);

-- Hosts.
select is(pg_temp.names(pg_temp.page('dot', 1) -> 'hosts'), 'Ada, Lea', 'Hosts are named');
update profiles set is_visible = false where member_id = pg_temp.person('lea');
select is(pg_temp.names(pg_temp.page('dot', 1) -> 'hosts'), 'Ada', 'unless the directory hides them');
update profiles set is_visible = true, hidden_fields = '{headline,picture}' where member_id = pg_temp.person('lea');
select is(pg_temp.page('dot', 1) #> '{hosts,1,headline}', '""', 'with what they show');
alter table events disable trigger user;
update events set created_by = pg_temp.person('lea') where id = pg_temp.event(2);
alter table events enable trigger user;
select is(pg_temp.names(pg_temp.page('dot', 2) -> 'hosts'), 'Lea', 'Who made an event hosts it');

-- Who is seen. Ada and Dot show that they go; Bea does not, and is not in the directory either.
select pg_temp.goes(1, 'ada'), pg_temp.goes(1, 'bea'), pg_temp.goes(1, 'lea');
select is(pg_temp.names(pg_temp.page('dot', 1) -> 'company'), 'Ada', 'Others see who shows that she goes, and nobody else');
select is(pg_temp.page('dot', 1) -> 'going', '3', 'The number counts everybody alike');
select is(pg_temp.names(pg_temp.page('ada', 1) -> 'company'), '', 'One does not see oneself');
select is(pg_temp.names(pg_temp.page('lea', 1) -> 'company'), 'Ada', 'A leader sees no more here');
select is(pg_temp.answer('bea', 'select public.show_going(true)') #> '{0,show_going}', 'true', 'Bea may say yes');
select is(pg_temp.names(pg_temp.page('dot', 1) -> 'company'), 'Ada', 'and while the directory does not list her, nobody sees her here');
update profiles set is_visible = true where member_id = pg_temp.person('bea');
select is(pg_temp.names(pg_temp.page('dot', 1) -> 'company'), 'Ada, Bea', 'When it lists her she is seen');
select is(pg_temp.answer('bea', format('select public.hide_going(%L, true)', pg_temp.event(1))) #> '{0,hide_going}', 'true', 'She hides at one event');
select is(pg_temp.names(pg_temp.page('dot', 1) -> 'company'), 'Ada', 'and is not seen there');
select is(pg_temp.page('bea', 1) -> 'hides_here', 'true', 'which she is told');
select is(pg_temp.answer('bea', format('select public.hide_going(%L, true)', pg_temp.event(1))) #> '{0,hide_going}', 'true', 'Twice is once');
select is(pg_temp.answer('bea', format('select public.hide_going(%L, false)', pg_temp.event(1))) #> '{0,hide_going}', 'false', 'She comes back');
select is(pg_temp.names(pg_temp.page('dot', 1) -> 'company'), 'Ada, Bea', 'and is seen again');
select pg_temp.goes(1, 'ada', 'pending');
select is(pg_temp.names(pg_temp.page('dot', 1) -> 'company'), 'Bea', 'Who has only asked is not among them');
select is(pg_temp.answer('bea', 'select public.show_going(false)') #> '{0,show_going}', 'false', 'A yes is taken back');
select is(pg_temp.names(pg_temp.page('dot', 1) -> 'company'), '', 'at once');
select pg_temp.goes(1, 'ada');
select pg_temp.leaves('ada');
select is(pg_temp.names(pg_temp.page('dot', 1) -> 'company'), '', 'Whose membership has ended is not shown');
select is(pg_temp.answer('ada', 'select public.show_going(false)') #> '{0,show_going}', 'false', 'She can still take her yes back');
select is(pg_temp.refused('ada', format('select public.hide_going(%L, true)', pg_temp.event(3))), 'PT404 You are not part of this event', 'An event that one is no part of cannot be asked after this way');
select is(pg_temp.refused('eve', 'select public.show_going(true)'), 'PT403 Sign up first', 'Who never joined has nothing to show');
select is(pg_temp.refused('dot', 'select public.show_going(null)'), 'PT422 Say yes or no', 'Nothing is no answer');
select is(pg_temp.refused('dot', 'update public.event_preferences set shows_going = true returning shows_going'), '42501 permission denied for table event_preferences', 'The table takes no other way');

-- Canceled.
update events set state = 'canceled', cancel_reason = 'The host is ill' where id = pg_temp.event(1);
select is(pg_temp.page('bea', 1) ->> 'cancel_reason', 'The host is ill', 'Who was going reads why it was canceled');
select is(pg_temp.page('bea', 1) -> 'url', 'null'::jsonb, 'and is not sent to a page that Luma has deleted');
select is(pg_temp.page('dot', 1), 'null'::jsonb, 'Who was no part of it finds nothing');

select * from finish();
rollback;
