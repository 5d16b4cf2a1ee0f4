begin;
set local search_path = public, extensions;
select plan(44);

create function pg_temp.state_of(event uuid) returns text language sql as $$ select l.state::text from private.luma_events l where l.event_id = event $$;
create function pg_temp.owed() returns bigint language sql as $$
  select count(*) from pgmq.q_events q where q.message ->> 'kind' = 'carry_to_luma'
$$;
create function pg_temp.claim(event uuid, later interval default '0') returns jsonb language sql as $$
  select private.claim_luma_event(event, (select l.job from private.luma_events l where l.event_id = event), now() + later)
$$;
delete from public.events;
delete from pgmq.q_events;

-- What is owed.
insert into public.events (id, title, description, starts_at, ends_at, time_zone, place, capacity, visibility, questions, approval_required)
values ('00000000-0000-4000-a000-000000000001', 'Dinner', 'Long table', '2083-01-05 19:30:00Z', '2083-01-05 22:30:00Z', 'Europe/Lisbon', 'Lisbon',
  12, 'member', '[{"label": "Diet?", "type": "text", "required": true}]', true);
select is(pg_temp.state_of('00000000-0000-4000-a000-000000000001'), null, 'Luma hears nothing of a draft');
update public.events set state = 'published' where id = '00000000-0000-4000-a000-000000000001';
select is(pg_temp.state_of('00000000-0000-4000-a000-000000000001'), 'waiting', 'what is published waits for Luma');
select is(pg_temp.owed(), 1::bigint, 'and one job carries it');
update public.events set thanks = 'Thank you', recording_url = 'https://vimeo.com/1', guest_policy = 'pending' where id = '00000000-0000-4000-a000-000000000001';
select is(pg_temp.owed(), 1::bigint, 'what Luma does not keep owes nothing');
update public.events set url = 'https://luma.com/x' where id = '00000000-0000-4000-a000-000000000001';
select is((select revision from public.events where id = '00000000-0000-4000-a000-000000000001'), 3, 'the address that Luma gives is no edit');
insert into public.events (title, starts_at, ends_at, state) values ('Over', now() - interval '2 hours', now() - interval '1 hour', 'published');
select is(pg_temp.owed(), 1::bigint, 'what is over owes nothing');

-- What Luma is told.
create temp table told as
select private.luma_body(e, l.marker, false) as body, private.luma_body(e, l.marker, true) as waiting, l.marker
  from public.events e join private.luma_events l on l.event_id = e.id where e.title = 'Dinner';
select matches((select marker from told), '^[0-9a-f]{24}$', 'the marker cannot be guessed');
select is((select body - 'description_md' - 'registration_questions' from told), '{"name": "Dinner", "start_at": "2083-01-05T19:30:00.000Z",
  "end_at": "2083-01-05T22:30:00.000Z", "timezone": "Europe/Lisbon", "geo_address_json": {"type": "manual", "address": "Lisbon"},
  "visibility": "private", "show_guest_list": false, "max_capacity": null}'::jsonb, 'an event in Luma''s words');
select is((select body ->> 'description_md' from told), 'Long table' || E'\n\nReference: ' || (select marker from told), 'the description ends in the marker');
select is((select body -> 'registration_questions' -> 0 ->> 'question_type' from told), 'text', 'with its questions');
select is((select waiting ->> 'max_capacity' from told), '12', 'Luma is told the number of seats where it lets people wait');
select is((private.luma_body((select e from public.events e where e.title = 'Dinner'), 'm', false)) ? 'meeting_url', false, 'what is not there is not told');
update public.events set place = 'online', meeting_url = 'https://zoom.us/j/1', cover_url = 'https://example.org/x.png', visibility = 'leader' where title = 'Dinner';
select is((private.luma_body((select e from public.events e where e.title = 'Dinner'), 'm', false)) - '{name,description_md,start_at,end_at,timezone,registration_questions,show_guest_list,max_capacity}'::text[],
  '{"visibility": "private", "meeting_url": "https://zoom.us/j/1"}'::jsonb, 'online is no place, and a cover from elsewhere is left out');
update public.events set place = 'Lisbon', meeting_url = null, visibility = 'member' where title = 'Dinner';

-- Claims.
select is((private.claim_luma_event('00000000-0000-4000-a000-000000000001', -1, now())) ->> 'note', 'a later job has taken over', 'an older job ends');
select is((pg_temp.claim('00000000-0000-4000-a000-000000000001')) ->> 'do', 'create', 'the first one creates');
select is(pg_temp.state_of('00000000-0000-4000-a000-000000000001'), 'creating', 'and says so');
select is((pg_temp.claim('00000000-0000-4000-a000-000000000001', '10 seconds')) - 'seconds', '{"do": "wait"}'::jsonb, 'a second one waits');
select is((pg_temp.claim('00000000-0000-4000-a000-000000000001', '31 seconds')) ->> 'do', 'create', 'until the claim ends');
select is(private.luma_synced('00000000-0000-4000-a000-000000000001', gen_random_uuid(), 1, '{}', '{}', '{}', true, now()), 'somebody else is at it',
  'who has lost the claim settles nothing');
select is(private.luma_created('00000000-0000-4000-a000-000000000001', 'evt-1', '{}'), 'linked', 'but what it created is kept');
select is(private.luma_created('00000000-0000-4000-a000-000000000001', 'evt-1', '{}'), 'known', 'once');
select is(private.luma_created('00000000-0000-4000-a000-000000000001', 'evt-2', '{}'), 'twin', 'and a second one is not hidden');
select is((select twin_id from private.luma_events where luma_id = 'evt-1'), 'evt-2', 'it is named');
update private.luma_events set twin_id = null;
select is(private.luma_synced('00000000-0000-4000-a000-000000000001', (select claim from private.luma_events where luma_id = 'evt-1'), 99,
  '{"name": "Dinner"}', '{name}', '{"id": "evt-1", "name": "Dinner", "start_at": "2083-01-05T19:30:00Z", "end_at": "2083-01-05T22:30:00Z", "timezone": "Europe/Lisbon",
    "description_md": "Long table", "visibility": "private", "url": "https://luma.com/dinner", "waitlist_status": "enabled"}', true, now()), 'live', 'Luma has it');
select is((select url from public.events where title = 'Dinner'), 'https://luma.com/dinner', 'its page there stands on the row');
select is((select (has_waitlist, error, retry_at, claim)::text from private.luma_events where luma_id = 'evt-1'), '(t,,,)', 'and nothing is owed');
select is((pg_temp.claim('00000000-0000-4000-a000-000000000001')) ->> 'note', 'nothing left to do', 'a job that runs again finds nothing to do');

-- A change while another is on its way.
update private.luma_events set wanted_revision = (select revision from public.events where title = 'Dinner'), synced_revision = (select revision from public.events where title = 'Dinner');
update public.events set title = 'Supper' where title = 'Dinner';
select is(pg_temp.state_of('00000000-0000-4000-a000-000000000001'), 'changing', 'a change is owed');
create temp table first_change as select pg_temp.claim('00000000-0000-4000-a000-000000000001') as task;
update public.events set title = 'Late supper' where title = 'Supper';
select is(private.luma_synced('00000000-0000-4000-a000-000000000001', (select (task ->> 'claim')::uuid from first_change), (select (task ->> 'revision')::integer from first_change),
  '{"name": "Supper"}', '{name}', '{"id": "evt-1", "name": "Supper", "start_at": "2083-01-05T19:30:00Z", "end_at": "2083-01-05T22:30:00Z", "timezone": "Europe/Lisbon",
    "description_md": "Long table", "visibility": "private", "url": "https://luma.com/dinner"}', true, now()), 'changing', 'what was written meanwhile is still owed');
select is((select title from public.events where id = '00000000-0000-4000-a000-000000000001'), 'Late supper', 'and stays as it was written');

-- Failures, in words.
create temp table second_change as select pg_temp.claim('00000000-0000-4000-a000-000000000001') as task;
select lives_ok($$ select private.luma_failed('00000000-0000-4000-a000-000000000001', (select (task ->> 'claim')::uuid from second_change), 'refused', '400 start_at: must be later', now()) $$, 'Luma refuses');
select is(pg_temp.state_of('00000000-0000-4000-a000-000000000001'), 'failed', 'that is said');
select is((select error from private.luma_events where luma_id = 'evt-1'), 'Luma does not take these times. Choose a start that is still to come and an end after it, and save.', 'with what to do');
select is((select what || ': ' || why from admin.attention where id = '00000000-0000-4000-a000-000000000001'), 'Event not at Luma: Late supper: 400 start_at: must be later', 'and stands before admins');
select is(private.retry_luma_events(now()), 0, 'it is not tried again at once');
select is(private.retry_luma_events(now() + interval '15 minutes'), 1, 'but after a quarter of an hour');
select is(private.retry_luma_events(now() + interval '16 minutes'), 0, 'once');
update private.luma_events set failures = 10, claim = gen_random_uuid(), claimed_until = now();
select lives_ok($$ select private.luma_failed(event_id, claim, 'misconfigured', '401', now()) from private.luma_events where luma_id = 'evt-1' $$, 'it fails on and on');
select is((select retry_at from private.luma_events where luma_id = 'evt-1'), now() + interval '6 hours', 'the pauses grow to six hours');
select lives_ok($$ select private.luma_failed(event_id, gen_random_uuid(), 'retry', 'x', now()) from private.luma_events where luma_id = 'evt-1' $$, 'who has lost the claim');
select is((select error_detail from private.luma_events where luma_id = 'evt-1'), '401', 'says nothing');

-- Cancelling.
update public.events set state = 'canceled' where id = '00000000-0000-4000-a000-000000000001';
select is((pg_temp.claim('00000000-0000-4000-a000-000000000001')) ->> 'do', 'cancel', 'what is canceled is canceled at Luma');
select lives_ok($$ select private.luma_canceled('00000000-0000-4000-a000-000000000001', now()) $$, 'it is gone there');
select is((pg_temp.claim('00000000-0000-4000-a000-000000000001')) ->> 'note', 'nothing left to do', 'and nobody asks again');

select * from finish();
rollback;
