begin;
-- include: ../cast.sql
-- include: guest_cast.sql
set local search_path = public, extensions;
select plan(43);
update members set role = 'leader' where id = pg_temp.person('ada');
delete from events where id::text like '22222222-%';
create function pg_temp.call(who text, query text) returns jsonb language sql as
  $$ select case when jsonb_typeof(a) = 'object' then to_jsonb(a ->> 'sqlstate' || ' ' || (a ->> 'message')) else a -> 0 end from pg_temp.answer(who, query) a $$;
create function pg_temp.listed(who text, args text default '') returns text language sql as $$
  select coalesce(a ->> 'sqlstate' || ' ' || (a ->> 'message'), (select string_agg(r ->> 'title', ', ' order by n) from jsonb_array_elements(a) with ordinality t (r, n)))
    from pg_temp.answer(who, format('select * from public.lead_events(%s)', args)) a $$;
create temporary table made as select title, pg_temp.gathering(title, region => region, starts => starts) as id from (values
  ('Near', 'Europe', interval '1 day'), ('Far', null, interval '9 days'), ('Running', 'Oceania', interval '-1 hour'), ('Yesterday', 'Europe', interval '-1 day'),
  ('LongAgo', null, interval '-90 days'), ('Off', 'Europe', interval '4 days')) e (title, region, starts);
grant select on made to public;
create function pg_temp.id(title text) returns uuid language sql as $$ select m.id from made m where m.title = id.title $$;
update events set state = 'canceled' where title = 'Off';
update events set created_by = pg_temp.person('ada') where title in ('Far', 'Yesterday', 'Running');
insert into event_hosts values (pg_temp.id('Running'), pg_temp.person('lea'));
insert into events (title, created_by, updated_at) values ('Older draft', pg_temp.person('lea'), now()), ('Newer draft', pg_temp.person('lea'), now());
update events set place = 'Later' where title = 'Older draft';

-- The list.
select is(pg_temp.listed('lea'), 'Running, Near, Far', 'A leader sees what comes, the next first, and what is still on');
select is(pg_temp.listed('lea', '''past'''), 'Yesterday, LongAgo', 'what is over, the newest first');
select is(pg_temp.listed('lea', '''canceled'''), 'Off', 'and what was canceled');
select is((select count(*)::integer from jsonb_array_elements(pg_temp.answer('lea', 'select * from public.lead_events(''draft'')'))), 2, 'Drafts are seen by leaders');
select is(pg_temp.listed('lea', '''upcoming'', ''mine'''), 'Running', 'Hers is what she wrote or hosts');
select is(pg_temp.listed('lea', '''upcoming'', ''regions'''), 'Running, Near', 'besides it, what is in her regions');
select is(pg_temp.listed('ada', '''upcoming'', ''regions'''), 'Running, Far', 'which are none for who looks after none');
select is(pg_temp.listed(who), 'PT403 This is for leaders', initcap(who) || ' has no such list') from unnest(array['dot', 'cyn', 'eve']) who;
select is(pg_temp.answer('visitor', 'select * from public.lead_events()') ->> 'sqlstate', '42501', 'and a visitor is not even asked');
select is((select string_agg(concat_ws(' ', r ->> 'title', r ->> 'may_edit'), ', ' order by n) from jsonb_array_elements(pg_temp.answer('lea', 'select * from public.lead_events()')) with ordinality t (r, n)),
  'Running true, Near true, Far false', 'It says which she may edit');
create function pg_temp.pages(stage text) returns text language plpgsql as $$
declare
  last jsonb := '{}';
  page jsonb;
  seen text[] := '{}';
begin
  for turn in 1 .. 9 loop
    page := pg_temp.answer('lea', format('select * from public.lead_events(%L, ''all'', %L, %L, 1)', stage, last ->> 'sort_moment', last ->> 'id'));
    exit when jsonb_array_length(page) = 0;
    last := page -> 0;
    seen := seen || (last ->> 'title');
  end loop;
  return array_to_string(seen, ', ');
end $$;
select is(pg_temp.pages('upcoming'), 'Running, Near, Far', 'Page after page it is the same list');
select is(pg_temp.pages('past'), 'Yesterday, LongAgo', 'backwards too');
update events set starts_at = (select starts_at from events where title = 'Near'), ends_at = (select ends_at from events where title = 'Near') where title = 'Far';
select is((select count(distinct t)::integer from unnest(string_to_array(pg_temp.pages('upcoming'), ', ')) t), 3, 'also when two begin at once');

-- Guests and progress in it.
select pg_temp.hears('Near', pg_temp.said('bea')), pg_temp.hears('Near', pg_temp.said('dot', more => '{"event_tickets": [{"id": "t", "amount": 500, "is_captured": true}]}'));
update private.event_guests set status = 'pending' where luma_guest_id = 'gst-dot';
create function pg_temp.row(title text) returns jsonb language sql as $$ select r from jsonb_array_elements(pg_temp.answer('lea', 'select * from public.lead_events()')) r where r ->> 'title' = title $$;
select is(concat_ws(' ', pg_temp.row('Near') ->> 'approved', pg_temp.row('Near') ->> 'pending', pg_temp.row('Near') ->> 'luma_state'), '1 1 live', 'The list says who comes, who waits, and whether Luma has it');
update private.luma_events set state = 'failed', error = 'Luma refuses this cover picture.' where event_id = pg_temp.id('Near');
select is(pg_temp.row('Near') ->> 'luma_error', 'Luma refuses this cover picture.', 'and what went wrong');
create function pg_temp.progress(who text, title text) returns jsonb language sql as
  $$ select coalesce(a -> 'event_progress', a) from pg_temp.call(who, format('select public.event_progress(%L)', pg_temp.id(title))) a $$;
select is(pg_temp.progress('lea', 'Near') ->> 'luma_error', 'Luma refuses this cover picture.', 'The form asks for it alone');
select is(pg_temp.progress('dot', 'Near'), '"PT403 This is for leaders"', 'Members do not');

-- The guests' page.
create function pg_temp.desk(who text, title text, more text default '') returns jsonb language sql as
  $$ select coalesce(a -> 'guest_desk', a) from pg_temp.call(who, format('select public.guest_desk(%L%s)', pg_temp.id(title), more)) a $$;
select is(pg_temp.desk('ada', 'Near'), '"PT403 This event is not yours to change"', 'Guests are for who may edit the event');
select is(pg_temp.call('lea', 'select public.guest_desk(gen_random_uuid())'), '"PT404 This event is not here"', 'No event, no guests');
select is(pg_temp.desk('lea', 'Near') ->> 'status', 'pending', 'Who waits stands first');
select is(pg_temp.desk('lea', 'Near') -> 'guests' -> 0 ->> 'name', 'Dot', 'by name');
select is(pg_temp.desk('lea', 'Near', ', ''approved''') -> 'guests' -> 0 ->> 'name', 'Bea', 'who comes is asked for');
select is(pg_temp.desk('lea', 'Near', ', ''approved'', ''zoe''') -> 'guests', '[]', 'or looked for by name');
update private.event_guests set status = 'approved' where luma_guest_id = 'gst-dot';
select is(pg_temp.desk('lea', 'Near') ->> 'status', 'approved', 'When nobody waits, who comes stands first');
select unalike(pg_temp.desk('lea', 'Near')::text, '%@%', 'No address is anywhere in it');

-- What canceling would do.
create function pg_temp.preview(who text, title text) returns jsonb language sql as
  $$ select coalesce(a -> 'cancel_preview', a) from pg_temp.call(who, format('select public.cancel_preview(%L)', pg_temp.id(title))) a $$;
update private.event_guests set is_paid = true where luma_guest_id = 'gst-dot';
select is(concat_ws(' ', p ->> 'told', p ->> 'paid', p ->> 'at_luma', p ->> 'following'), '2 1 true 0', 'Two would be told, one has paid') from pg_temp.preview('lea', 'Near') p;
update private.event_guests set status = 'declined' where luma_guest_id = 'gst-bea';
select is(pg_temp.preview('lea', 'Near') ->> 'told', '1', 'Who was declined hears nothing');
select is(pg_temp.preview('ada', 'Near'), '"PT403 This event is not yours to change"', 'It is no news for others');
select is(pg_temp.call('lea', 'select public.cancel_preview(gen_random_uuid())'), '"PT404 This event is not here"', 'and there is none of nothing');
insert into event_series (id) values ('99999999-0000-4000-8000-000000000001');
update events set series_id = '99999999-0000-4000-8000-000000000001', region = 'Europe' where title in ('Near', 'Running');
select is(concat_ws(' ', p ->> 'told', p ->> 'following', p ->> 'following_told', p ->> 'following_paid'), '0 1 1 1', 'of a series it counts those that follow') from pg_temp.preview('lea', 'Running') p;

-- Thanks.
create function pg_temp.thanks(who text, title text) returns jsonb language sql as
  $$ select coalesce(a -> 'send_thanks', a) from pg_temp.call(who, format('select public.send_thanks(%L)', pg_temp.id(title))) a $$;
select pg_temp.hears('Yesterday', pg_temp.said(who, 'approved')) from unnest(array['ada', 'bea', 'zoe']) who;
select pg_temp.hears('Yesterday', pg_temp.said('dot', 'declined')), pg_temp.hears('Yesterday', pg_temp.said('zoe2', 'approved', '{"user_email": "zoe@example.org"}'));
update private.event_guests set status = luma_status where event_id = pg_temp.id('Yesterday');
select is(pg_temp.thanks('lea', 'Near'), '"PT422 It is not over yet"', 'Nobody is thanked beforehand');
select is(pg_temp.thanks('lea', 'Yesterday'), '"PT422 There are no words yet"', 'or without words');
update events set thanks = 'You were wonderful.', recording_url = 'https://vimeo.com/1' where title = 'Yesterday';
select is(pg_temp.thanks('dot', 'Yesterday'), '"PT403 This is for leaders"', 'A member thanks nobody in the hosts'' name');
select is(pg_temp.thanks('lea', 'Yesterday'), '3', 'Where nobody was checked in, everybody who was let in is thanked, each once');
select is((select string_agg(coalesce(m.email, e.address), ' ' order by 1) from private.emails e left join member_emails m on m.member_id = e.member_id where e.template = 'event_thanks'),
  'ada@example.org bea@example.org zoe@example.org', 'members and guests');
select is(pg_temp.thanks('lea', 'Yesterday'), '3', 'Asked again, it says the same');
select is((select count(*)::integer from private.emails where template = 'event_thanks'), 3, 'and sends nothing more');
select is((select distinct data ->> 'words' || ' ' || (data ->> 'recording_url') || ' ' || (data ->> 'from') from private.emails where template = 'event_thanks'), 'You were wonderful. https://vimeo.com/1 Lea', 'with words, recording and name');
select is((select a.after ->> 'told' from private.audit_log a where action = 'events.thanked'), '3', 'and a line in the log');
select pg_temp.hears('LongAgo', pg_temp.said(who, 'approved')) from unnest(array['ada', 'bea', 'dot']) who;
update private.event_guests set status = 'approved', checked_in_at = case luma_guest_id when 'gst-bea' then now() - interval '90 days' end where event_id = pg_temp.id('LongAgo');
update events set thanks = 'Thank you.', created_by = pg_temp.person('lea') where title = 'LongAgo';
select is(pg_temp.thanks('lea', 'LongAgo'), '1', 'Where somebody stood at the door, only who came is thanked');
select is((select count(*)::integer from private.event_thanks), 2, 'Each event once');
select * from finish();
rollback;
