begin;
-- include: ../cast.sql
set local search_path = public, extensions;
select plan(29);
create function pg_temp.resource(number integer) returns uuid language sql as $$ select ('33333333-0000-4000-8000-00000000000' || number)::uuid $$;
create function pg_temp.move(who text, number integer, stage text, publish_at timestamptz default null, revision integer default null) returns text language sql as $$
  select coalesce(a ->> 'sqlstate' || ' ' || (a ->> 'message'), a -> 0 -> 'set_resource_stage' -> 'resource' ->> 'stage')
    from pg_temp.answer(who, format('select public.set_resource_stage(%L, %s, %L, %L)',
      pg_temp.resource(number), coalesce(revision, (select r.revision from public.resources r where r.id = pg_temp.resource(number))), stage, publish_at)) a $$;
create function pg_temp.seen(who text) returns text language sql as
  $$ select string_agg(value ->> 'title', ', ' order by value ->> 'title') from jsonb_array_elements(pg_temp.answer(who, 'select title from public.find_resources()')) $$;

select is(pg_temp.move(who, 5, 'published'), 'PT403 This is for leaders', initcap(who) || ' publishes nothing') from unnest(array['ada', 'cyn', 'eve']) who;
select is(pg_temp.answer('visitor', format('select public.set_resource_stage(%L, 1, ''published'')', pg_temp.resource(5))) ->> 'sqlstate', '42501', 'and a visitor is not even asked');
select is(pg_temp.answer('ada', 'select * from public.lead_resources()') ->> 'message', 'This is for leaders', 'A member has no leaders'' list');
select is(pg_temp.answer('ada', format('select public.resource_to_edit(%L)', pg_temp.resource(5))) ->> 'message', 'This is for leaders', 'and no form');
select is(pg_temp.answer('ada', format('select public.check_video(%L)', pg_temp.resource(5))) ->> 'message', 'This is for leaders', 'and sends nobody to Vimeo');

select is(pg_temp.seen('ada'), 'Checklist for a pilot, Prompts that hold, Where to read on', 'A member sees what is published for members');
select is(pg_temp.move('lea', 5, 'scheduled', now() - interval '1 minute'), 'PT422 This moment is past', 'Nothing is scheduled for yesterday');
select is(pg_temp.move('lea', 5, 'scheduled', now() + interval '1 hour'), 'scheduled', 'A draft is scheduled');
select is(pg_temp.seen('ada'), 'Checklist for a pilot, Prompts that hold, Where to read on', 'and not seen before its hour');
select results_eq($$ select r.title from private.find_resources(pg_temp.login('ada'), null, null, null, null, null, null, null, null, now() + interval '61 minutes') r
  where r.title = 'A draft about agents' $$, array['A draft about agents'], 'In its hour it is there, and no job had to run');
select is(pg_temp.move('lea', 5, 'published'), 'published', 'It can be published before its hour');
select ok((select published_at = now() from resources where id = pg_temp.resource(5)), 'from then on');
select is(pg_temp.move('lea', 5, 'published', null, 1), 'published', 'The same wish twice is one, whatever was seen');
select is(pg_temp.move('lea', 5, 'retired', null, 1), 'PT409 Somebody else changed this meanwhile', 'Another wish needs the newest revision');
select is(pg_temp.move('lea', 5, 'retired'), 'retired', 'A leader retires it');
select is(pg_temp.seen('ada'), 'Checklist for a pilot, Prompts that hold, Where to read on', 'and it is gone for members');
select is(pg_temp.move('lea', 7, 'published'), 'published', 'What was retired comes back');
select ok((select published_at < now() - interval '8 days' from resources where id = pg_temp.resource(7)), 'with the day on which it first appeared');
select is(pg_temp.move('lea', 7, 'draft'), 'draft', 'It can become a draft again');

-- What makes no sense changes nothing
create temporary table stood as select pg_catalog.jsonb_agg(pg_catalog.to_jsonb(r) order by r.id) as rows from public.resources r;
select is(pg_temp.move('lea', 5, null), 'PT422 Say where it should stand', 'Nowhere is no place, and brings nothing back');
select is(pg_temp.move('lea', 7, 'scheduled', when_), 'PT422 Say when it should appear', pg_catalog.format('Nothing is scheduled for %s', coalesce(when_::text, 'no moment')))
  from (values (null::timestamptz), ('infinity')) t (when_);
select is(pg_temp.move('lea', 7, 'scheduled', '-infinity'), 'PT422 This moment is past', 'nor for before all time');
select is((select pg_catalog.jsonb_agg(pg_catalog.to_jsonb(r) order by r.id) from public.resources r), (select rows from stood), 'After all these everything stands where it stood');

select results_eq($$ select action, actor_kind::text, actor from private.audit_log where target_type = 'resource' and target_id = pg_temp.resource(5)::text
    and actor_kind = 'member' order by id $$,
  $$ values ('resources.scheduled', 'member', pg_temp.person('lea')::text), ('resources.published', 'member', pg_temp.person('lea')::text),
       ('resources.retired', 'member', pg_temp.person('lea')::text) $$, 'Each step is on record with who took it');
update resources set title = 'Changed in Studio' where id = pg_temp.resource(7);
select results_eq($$ select action, actor_kind::text, before, after from private.audit_log where target_id = pg_temp.resource(7)::text order by id desc limit 1 $$,
  $$ values ('resources.changed', 'studio', '{"title": "No longer true"}'::jsonb, '{"title": "Changed in Studio"}'::jsonb) $$,
  'and each edit with what was there before and after');
select is((select string_agg(title || ' ' || stage, ', ' order by title) from admin.resources where title like '%draft%' or title like '%Studio%'),
  'A draft about agents retired, Changed in Studio draft', 'Admins see where each one stands');

select * from finish();
rollback;
