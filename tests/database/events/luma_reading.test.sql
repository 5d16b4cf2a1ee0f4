begin;
set local search_path = public, extensions;
select plan(33);

delete from public.events;
create function pg_temp.answer(more jsonb default '{}') returns jsonb language sql as $$
  select '{"platform": "luma", "id": "evt-a", "name": "Talk", "start_at": "2083-02-01T18:00:00.000Z", "end_at": "2083-02-01T19:00:00.000Z",
    "timezone": "Europe/Berlin", "description_md": "Words", "geo_address_json": null, "meeting_url": "https://meet.example.org/x",
    "cover_url": "https://images.lumacdn.com/a.png", "url": "https://luma.com/talk", "visibility": "public", "waitlist_status": "disabled",
    "created_at": "2026-11-21T10:00:00.000Z", "registration_questions": []}'::jsonb || more
$$;
create function pg_temp.adopt(more jsonb default '{}', seen timestamptz default clock_timestamp(), approval boolean default true) returns text language sql as $$
  select private.adopt_luma_event(pg_temp.answer(more), approval, '{}', seen, 'test', now())
$$;
create function pg_temp.held() returns public.events language sql as $$
  select e from public.events e join private.luma_events l on l.event_id = e.id where l.luma_id = 'evt-a'
$$;
create function pg_temp.fact(more jsonb, name text) returns text language sql as $$ select private.luma_facts(pg_temp.answer(more)) ->> name $$;

-- What Luma says, in our words.
select is(pg_temp.fact('{}', 'place'), 'Online', 'an address to join at and no place is online');
select is(pg_temp.fact('{"geo_address_json": {"full_address": "Rua A 1, Lisbon", "address": "Rua A"}}', 'place'), 'Rua A 1, Lisbon', 'a place in full');
select is(pg_temp.fact('{"timezone": "Mars/Olympus"}', 'time_zone'), 'UTC', 'a time zone that nobody knows is UTC');
select is(pg_temp.fact('{"end_at": "2083-02-01T18:00:00Z"}', 'ends_at')::timestamptz, '2083-02-01 19:00Z'::timestamptz, 'what ends when it begins lasts an hour');
select is(pg_temp.fact('{"cover_url": "data:image/png;base64,AAAA", "meeting_url": "javascript:alert(1)"}', 'cover_url'), null, 'only safe addresses are kept');
select is(pg_temp.fact('{"name": "   "}', 'title'), 'Untitled', 'an event has a title');
select is(pg_temp.fact(jsonb_build_object('description_md', E'Words\n\nReference: ' || repeat('a1', 12)), 'description'), 'Words', 'our marker is no part of the text');
select is(private.luma_facts(pg_temp.answer('{"registration_questions": [{"id": "1", "label": "Size", "required": true, "question_type": "dropdown", "options": ["S"]},
  {"id": "2", "label": " ", "required": true, "question_type": "text"}]}')) -> 'questions', '[{"type": "text", "label": "Size", "required": true}]'::jsonb, 'questions of other kinds are asked in words');

-- An event that was made there.
select is(pg_temp.adopt(), 'created', 'it becomes a row');
select is(((pg_temp.held()).title, (pg_temp.held()).origin, (pg_temp.held()).visibility, (pg_temp.held()).state, (pg_temp.held()).approval_required)::text,
  '(Talk,luma,public,published,t)', 'published, as Luma says');
select is((select count(*) from pgmq.q_events q where q.message ->> 'kind' = 'carry_to_luma'), 0::bigint, 'and nothing is sent back');
select is(pg_temp.adopt(), 'the same', 'read again, nothing changes');
select is((pg_temp.held()).revision, 1, 'not even its revision');

-- Edits there.
select is(pg_temp.adopt('{"name": "A talk", "cover_url": "https://images.lumacdn.com/b.png"}'), 'changed', 'an edit is taken over');
select is(((pg_temp.held()).title, (pg_temp.held()).cover_url, (pg_temp.held()).revision)::text, '("A talk",https://images.lumacdn.com/b.png,2)', 'in those fields');
select is((select (synced_revision, wanted_revision, state)::text from private.luma_events where luma_id = 'evt-a'), '(2,2,live)', 'and counts as known to Luma');
select is((select sent ->> 'name' from private.luma_events where luma_id = 'evt-a'), 'A talk', 'so that it is not sent');
select is(pg_temp.adopt('{"name": "Old"}', clock_timestamp() - interval '1 hour'), 'superseded', 'an older answer changes nothing');
update public.events set title = 'Ours' where id = (pg_temp.held()).id;
select is(pg_temp.adopt('{"name": "Theirs", "timezone": "Europe/Paris"}'), 'ours first', 'while ours is on its way, nothing is taken over');
select is((pg_temp.held()).time_zone, 'Europe/Berlin', 'in no field');
update private.luma_events set state = 'live', synced_revision = wanted_revision, retry_at = null where luma_id = 'evt-a';
select is(pg_temp.adopt('{"name": "A talk", "cover_url": "https://images.lumacdn.com/b.png", "timezone": "Europe/Paris"}'), 'changed', 'afterwards it is');
select is(((pg_temp.held()).title, (pg_temp.held()).time_zone)::text, '(Ours,Europe/Paris)', 'in the field that was edited there, and no other');
select is(pg_temp.adopt('{"name": "A talk", "cover_url": "https://images.lumacdn.com/b.png", "timezone": "Europe/Paris"}', clock_timestamp(), false), 'changed', 'approval is an edit as well');
select is((pg_temp.held()).approval_required, false, 'and is taken over');
select is(pg_temp.adopt('{"name": "A talk", "cover_url": "https://images.lumacdn.com/b.png", "timezone": "Europe/Paris"}', clock_timestamp(), null), 'the same', 'a list does not speak of it');

-- Hidden there.
select is(private.adopt_luma_event(pg_temp.answer('{"id": "evt-b", "visibility": "private"}'), true, '{}', clock_timestamp(), null, now()), 'created', 'a hidden one');
select is((select visibility::text from public.events e join private.luma_events l on l.event_id = e.id where l.luma_id = 'evt-b'), 'leader', 'is for leaders, until one says more');

-- Gone.
select is(private.luma_event_gone('evt-none', now()), 'superseded', 'what is not known cannot be gone');
select is(private.luma_event_gone('evt-a', now()), 'canceled at Luma', 'what Luma deleted is canceled');
select is((pg_temp.held()).state::text, 'canceled', 'here as well');
select is(private.luma_event_gone('evt-a', now()), 'superseded', 'once');
select is(pg_temp.adopt('{"name": "Back"}'), 'superseded', 'and an answer that was late brings it back to nobody');
select is(private.luma_event_gone('evt-b', '2083-03-01Z'), 'canceled at Luma', 'what is over');

select * from finish();
rollback;
