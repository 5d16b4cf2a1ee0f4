-- The private calendar address: who has one, what it says, and when it stops.
begin;
-- include: ../cast.sql
set local search_path = public, extensions;
select plan(38);

create function pg_temp.event(number integer) returns uuid language sql immutable as $$ select ('22222222-0000-4000-8000-00000000000' || number)::uuid $$;
create function pg_temp.goes(number integer, who text, status text default 'approved') returns void language sql as $$
  insert into private.event_guests (event_id, luma_guest_id, member_id, email, name, status, luma_status, registered_at, seen_at)
  values (pg_temp.event(number), 'gst-' || number || who, pg_temp.person(who), who || '@example.org', who, status::private.guest_status, status::private.guest_status, now(), now())
  on conflict (event_id, luma_guest_id) do update set status = excluded.status $$;
create function pg_temp.refused(who text, query text) returns text language sql as $$ select (a ->> 'sqlstate') || ' ' || (a ->> 'message') from pg_temp.answer(who, query) a $$;
create function pg_temp.makes(who text) returns text language sql as $$ select pg_temp.answer(who, 'select public.make_calendar_feed()') #>> '{0,make_calendar_feed,token}' $$;
create function pg_temp.reads(token text, at timestamptz default now()) returns text language sql as $$
  select string_agg((e ->> 'title') || ' ' || (e ->> 'standing') || case e ->> 'state' when 'canceled' then ' canceled' else '' end, ', ' order by e ->> 'title')
    from jsonb_array_elements(private.read_calendar_feed(token, at)) e $$;
create function pg_temp.leaves(who text) returns void language plpgsql as $$ begin
  update subscriptions set status = 'canceled', canceled_at = now() - interval '40 days', ended_at = now() - interval '35 days', current_period_end = now() - interval '35 days'
   where subscription_id = 'sub_' || who;
  perform private.recompute_subscription('sub_' || who, 'test', null, now());
end $$;
create temporary table made (who text primary key, token text);

-- Who makes one.
select is(pg_temp.refused(who, 'select public.make_calendar_feed()'), 'PT403 The calendar is for members', initcap(who) || ' cannot have one') from unnest(array['cyn', 'eve']) who;
select is(pg_temp.refused(who, 'select public.make_calendar_feed()'), '42501 permission denied for function make_calendar_feed', initcap(who) || ' is not even asked') from unnest(array['visitor', 'kim']) who;
insert into made select who, pg_temp.makes(who) from unnest(array['ada', 'lea', 'dot']) who;
select matches(token, '^[A-Za-z0-9_-]{43}$', 'An address has a secret that nobody guesses') from made where who = 'ada';
select is((select count(distinct token)::int from made), 3, 'and everybody another one');
select is_empty($$ select from private.calendar_feeds f join made m on f.token_hash = convert_to(m.token, 'UTF8') $$, 'The secret is kept nowhere');
select is_empty($$ select from private.audit_log l join made m on l::text like '%' || m.token || '%' $$, 'not in the log either');
select is((select count(*)::int from private.audit_log where action = 'events.calendar_made' and target_id = pg_temp.person('ada')::text), 1, 'where it stands that one was made');
select is(pg_temp.refused(who, 'select * from private.calendar_feeds'), '42501 permission denied for table calendar_feeds', initcap(who) || ' reads nobody''s') from unnest(array['ada', 'lea', 'service']) who;
select is(pg_temp.refused('ada', format('select private.read_calendar_feed(%L, now())', 'x')), '42501 permission denied for function read_calendar_feed', 'Nobody reads one past the function');
select is(pg_temp.answer('ada', 'select public.my_calendar()') #>> '{0,my_calendar,feed,last_read_on}', null, 'She sees that nobody has asked yet');

-- What it says.
select pg_temp.goes(1, 'ada'), pg_temp.goes(2, 'ada', 'pending'), pg_temp.goes(3, 'ada'), pg_temp.goes(1, 'dot', 'waitlist'), pg_temp.goes(3, 'lea'), pg_temp.goes(5, 'ada');
select is(pg_temp.reads((select token from made where who = 'ada')), 'For members pending, Open to everybody approved', 'What she goes to and what she has asked for: nothing that she may not see');
select is(pg_temp.reads((select token from made where who = 'lea')), 'For leaders approved', 'A leader''s has those of leaders');
select is(pg_temp.reads((select token from made where who = 'dot')), null, 'Who only waits has none');
select isnt(private.read_calendar_feed((select token from made where who = 'dot'), now()), null, 'but a calendar');
select is((pg_temp.answer('ada', 'select public.my_calendar()') #>> '{0,my_calendar,feed,last_read_on}')::date, (now() at time zone 'UTC')::date, 'She sees the day on which it was asked');
select is((select string_agg(distinct k, ' ' order by k) from jsonb_array_elements(private.read_calendar_feed((select token from made where who = 'ada'), now())) e, jsonb_object_keys(e) k),
  'created_at description ends_at id place revision standing starts_at state title updated_at', 'Where one joins online is not in it');
select is(private.read_calendar_feed(token, now()), null, 'There is none at ' || why) from (values (repeat('a', 43), 'a guessed address'), ('', 'no address'), (null, 'nothing'), ('%', 'a sign')) as t (token, why);

-- Canceled and over.
update events set state = 'canceled' where id = pg_temp.event(1);
select is(pg_temp.reads((select token from made where who = 'ada')), 'For members pending, Open to everybody approved canceled', 'A canceled event says so');
select is(pg_temp.reads((select token from made where who = 'ada'), now() + interval '31 days'), 'Announced tomorrow approved, For members pending', 'for a month; what is announced meanwhile joins');
select is(pg_temp.reads((select token from made where who = 'ada'), now() + interval '99 days'), null, 'What is long over leaves');

-- Who leaves.
select pg_temp.leaves('ada');
select pg_temp.goes(1, 'ada', 'pending'), pg_temp.goes(2, 'ada', 'approved');
select is(pg_temp.reads((select token from made where who = 'ada')), 'For members approved', 'Whose membership has ended keeps what she goes to, and nothing else');
select is(pg_temp.refused('ada', 'select public.make_calendar_feed()'), 'PT403 The calendar is for members', 'and makes no new address');

-- Taken back.
select is(pg_temp.answer('ada', 'select public.revoke_calendar_feed()') #> '{0,revoke_calendar_feed}', 'true', 'She takes it back, also then');
select is(private.read_calendar_feed((select token from made where who = 'ada'), now()), null, 'and it leads nowhere');
select is(pg_temp.answer('ada', 'select public.revoke_calendar_feed()') #> '{0,revoke_calendar_feed}', 'false', 'Twice is once');
select isnt(private.read_calendar_feed((select token from made where who = 'dot'), now()), null, 'Nobody else''s stops');

-- A new one, too many, too often, and gone.
select pg_temp.makes('dot') from generate_series(1, 9);
select is(private.read_calendar_feed((select token from made where who = 'dot'), now()), null, 'A new address takes the place of the old');
select is(pg_temp.refused('dot', 'select public.make_calendar_feed()'), 'PT429 That were many addresses for one day', 'Ten a day are enough');
do $$ begin for n in 1..60 loop perform private.read_calendar_feed((select token from made where who = 'lea'), now()); end loop; exception when sqlstate 'PT429' then null; end $$;
select lives_ok($$ select private.read_calendar_feed((select token from made where who = 'lea'), now() + interval '1 hour') $$, 'A calendar may ask every few minutes');
select is((select count(*)::int from private.calendar_feeds where member_id = pg_temp.person('lea')), 1, 'Lea has one');
select pg_temp.leaves('lea');
delete from members where id = pg_temp.person('lea');
select is(private.read_calendar_feed((select token from made where who = 'lea'), now()), null, 'Who is gone has none');

select * from finish();
rollback;
