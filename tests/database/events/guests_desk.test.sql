-- What a leader sees of her guests, decides, and writes to them.
begin;
-- include: ../cast.sql
-- include: guest_cast.sql
set local search_path = public, extensions;
select plan(47);
select pg_temp.gathering('Dinner', region => 'Europe');
select pg_temp.gathering('Elsewhere', region => 'Oceania');
create temporary table places as select l.event_id as id, substr(l.luma_id, 5) as title from private.luma_events l where l.luma_id is not null;
grant select on places to public;
select pg_temp.hears('Dinner', pg_temp.said(who)) from unnest(array['ada', 'bea', 'cyn', 'stranger']) who;
select pg_temp.hears('Dinner', pg_temp.said('nameless', more => '{"user_name": "someone@example.org", "registration_answers": [{"label": "Diet", "value": ["Nuts", "Fish"]}]}'));
select pg_temp.hears('Dinner', pg_temp.said('payer', more => '{"event_tickets": [{"id": "t", "amount": 100, "is_captured": true}]}'));
select pg_temp.hears('Dinner', pg_temp.said('guestof', 'invited', '{"registered_at": null}'));
create function pg_temp.id(title text, who text) returns bigint language sql security definer as $$ select (pg_temp.guest(title, who)).id $$;
create function pg_temp.lea(query text) returns jsonb language sql as $$ select pg_temp.answer('lea', query) $$;
create function pg_temp.list(more text default '') returns jsonb language sql as $$
  select pg_temp.lea('select g.* from places p, public.lead_guests(p.id' || more || ') g where p.title = ''Dinner''')
$$;
create function pg_temp.decides(who text[], decision text, reason text default '', title text default 'Dinner') returns jsonb language sql as $$
  select pg_temp.lea(pg_catalog.format('select d.status, d.note from public.decide_guests(%L, %L, %L, %L) d',
    (select id from places p where p.title = $4), (select array_agg(pg_temp.id($4, w)) from unnest(who) w), decision, reason))
$$;
grant execute on all functions in schema pg_temp to public;

-- Who may.
select is(pg_temp.answer(who, 'select g.* from places p, public.lead_guests(p.id) g') ->> 'sqlstate', case who when 'ada' then 'PT403' else '42501' end, initcap(who) || ' sees no guest list')
  from unnest(array['visitor', 'ada', 'kim']) who;
select is(pg_temp.lea('select g.* from places p, public.lead_guests(p.id) g where p.title = ''Elsewhere''') ->> 'sqlstate', 'PT403', 'A leader sees those of her own events only');
select is(pg_temp.lea('select public.guest_counts(id) from places where title = ''Elsewhere''') ->> 'sqlstate', 'PT403', 'also not how many there are');
select is(pg_temp.decides(array['ada'], 'approved', title => 'Elsewhere') ->> 'sqlstate', 'PT403', 'nor does she decide there');
select is(pg_temp.lea('select public.message_guests(id, ''all'', ''Hello'') from places where title = ''Elsewhere''') ->> 'sqlstate', 'PT403', 'or write to them');
select is(pg_temp.lea('select public.check_in_guest(id, 1) from places where title = ''Elsewhere''') ->> 'sqlstate', 'PT403', 'or check them in');

-- What she sees.
select is((select string_agg(g ->> 'name', ', ') from jsonb_array_elements(pg_temp.list()) g), 'A guest, Ada, Bea, Cyn, Guestof, Payer, Stranger', 'She sees everybody by name');
select unalike(pg_temp.list()::text, '%@%', 'and nobody''s address, not even where somebody wrote it as her name');
select is((select jsonb_agg(g ->> 'member_id') from jsonb_array_elements(pg_temp.list()) g where g ->> 'name' in ('Ada', 'Bea', 'Stranger')),
  jsonb_build_array(pg_temp.person('ada'), null, null), 'A member whom the directory lists is linked, a hidden one is not');
select is((select string_agg(concat_ws(': ', g ->> 'name', g ->> 'why'), '; ') from jsonb_array_elements(pg_temp.list()) g where g ->> 'name' in ('Cyn', 'Payer', 'Guestof')),
  'Cyn: No membership under this address; Guestof: Invited, has not answered yet; Payer: No membership under this address, but she paid', 'She reads why');
select matches((select g ->> 'why' from jsonb_array_elements(pg_temp.list()) g where g ->> 'name' = 'Ada'), '^A member since [A-Z][a-z]+ 20\d\d$', 'and since when somebody is a member');
select is((select g -> 'answers' from jsonb_array_elements(pg_temp.list()) g where g ->> 'name' = 'A guest'), '[{"label": "Diet", "value": "Nuts, Fish"}]', 'She reads what was answered');
select is((select string_agg(g ->> 'name', ', ') from jsonb_array_elements(pg_temp.list(', with_status => ''pending''')) g), 'Payer', 'She asks for one status');
select is((select string_agg(g ->> 'name', ', ') from jsonb_array_elements(pg_temp.list(', search => ''STRÁN''')) g), 'Stranger', 'or for a part of a name');
select is(pg_temp.list(', search => ''%''') , '[]', 'which is text and no pattern');
select is((select string_agg(g ->> 'name', ', ') from jsonb_array_elements(pg_temp.list(pg_catalog.format(', after_name => ''bea'', after_id => %s, size => 2', pg_temp.id('Dinner', 'bea')))) g), 'Cyn, Guestof', 'and pages through them');
select is(pg_temp.lea('select public.guest_counts(id) as c from places where title = ''Dinner''') #> '{0,c}',
  '{"pending": 1, "approved": 2, "waitlist": 0, "declined": 3, "invited": 1, "checked_in": 0, "no_shows": 0, "capacity": null, "seats_left": null}', 'She sees how many are what');

-- What she decides.
select is(pg_temp.decides(array['payer'], 'approved'), '[{"status": "approved", "note": ""}]', 'She lets in who was left to her');
select is(pg_temp.stands('Dinner', 'payer'), 'approved by_host (owed)', 'and Luma is owed it');
select is(pg_temp.decides(array['stranger'], 'approved') ->> 'message', 'Say why', 'What was declined is overturned with a reason');
select is(pg_temp.decides(array['ada'], 'declined') ->> 'message', 'Say why', 'and so is nobody declined without one');
select is(pg_temp.decides(array['stranger'], 'approved', 'She speaks'), '[{"status": "approved", "note": ""}]', 'With one she may');
select is((select d.words || ' ' || d.decided_by || ' ' || (d.actor_id = pg_temp.person('lea')) from private.guest_decisions d where d.guest_id = pg_temp.id('Dinner', 'stranger') order by d.id desc limit 1),
  'She speaks host true', 'which is kept with her name');
select is((select array_agg(a.actor_kind || ' ' || (a.actor = pg_temp.person('lea')::text) || ' ' || coalesce(a.reason, 'no words')) from private.audit_log a where a.target_type = 'guest' and a.target_id = pg_temp.id('Dinner', 'stranger')::text and a.action = 'events.guest_approved'),
  array['member true no words'], 'and in the log, once, without the words: they may name her, and the log stays');
select is((select g ->> 'why' from jsonb_array_elements(pg_temp.list()) g where g ->> 'name' = 'Stranger'), 'Approved by Lea: She speaks', 'as the list says');
select is(pg_temp.decides(array['payer'], 'declined', 'No'), '[{"note": "She paid. Decline her at Luma, where you say whether she gets her money back.", "status": "approved"}]', 'Who paid is declined at Luma only');
select is(pg_temp.decides(array['guestof', 'payer'], 'approved', ''), '[{"note": "This is so already.", "status": "approved"}, {"note": "She has not answered the invitation yet.", "status": "invited"}]', 'Each guest has her own answer');
select is(pg_temp.decides(array['bea'], 'declined', 'Not this time'), '[{"note": "", "status": "declined"}]', 'She declines a member');
select is(pg_temp.hears('Dinner', pg_temp.said('bea')), 'stands', 'and no rule overturns her');
select is(private.decide_anew(pg_temp.person('bea'), null, now()), 0, 'also not when she is decided anew');
select pg_temp.luma_took('Dinner', 'bea');
select is((select e.data ->> 'reason' from private.emails e where e.template = 'guest_declined' and e.member_id = pg_temp.person('bea')), 'Not this time', 'Who is declined reads the reason');
select is(pg_temp.decides(array['bea'], decision, 'x') ->> 'sqlstate', 'PT422', 'Nobody is ' || decision) from unnest(array['invited', 'checked in']) decision;
select is(pg_temp.lea(pg_catalog.format('select public.decide_guests(id, %L, ''approved'') from places where title = ''Dinner''', (select array_agg(n) from generate_series(1, 201) n))) ->> 'message', 'Choose from 1 to 200 guests', 'Up to 200 at once');
select is(pg_temp.lea(pg_catalog.format('select * from public.decide_guests((select id from places where title = ''Dinner''), %L, ''approved'')', array[0])),
  '[{"note": "She is not on the list any more.", "status": null, "guest_id": 0}]', 'A guest of another event is none of hers');

-- Never more than there are seats.
update public.events set capacity = 3 where title = 'Dinner';
select is(pg_temp.decides(array['nameless', 'cyn'], 'approved', 'Both'),
  '[{"note": "Every seat is taken. She is in line and comes in when one becomes free.", "status": "waitlist"}, {"note": "Every seat is taken. She is in line and comes in when one becomes free.", "status": "waitlist"}]',
  'Whom she wants in beyond the seats stands in line');
update public.events set capacity = 4 where title = 'Dinner';
select is((select string_agg(status::text, ' ' order by status) from private.event_guests where id in (pg_temp.id('Dinner', 'nameless'), pg_temp.id('Dinner', 'cyn'))), 'approved waitlist',
  'and comes in with the next seat, member or not');

-- Messages.
select is(pg_temp.lea('select public.message_guests(id, ''approved'', '' <b>Door</b> at 7 '') as told from places where title = ''Dinner''') #> '{0,told}', '4', 'She writes to those who come');
select is((select string_agg(coalesce(e.address, 'a member'), ' ' order by e.address nulls first) from private.emails e where e.template = 'event_message'),
  (select string_agg(coalesce(case when g.member_id is null then g.email end, 'a member'), ' ' order by case when g.member_id is null then g.email end nulls first)
     from private.event_guests g where g.status = 'approved' and g.event_id = (select id from places where title = 'Dinner')), 'Members at their own address, the others where they registered');
select is((select distinct e.data ->> 'words' || ' ' || (e.data ->> 'from') from private.emails e where e.template = 'event_message'), '<b>Door</b> at 7 Lea', 'in her words and her name');
select pg_temp.lea('select public.message_guests(id, ''approved'', ''<b>Door</b> at 7'') from places where title = ''Dinner''');
select is((select count(*)::int from private.emails where template = 'event_message'), 4, 'A double click sends it once');
select is((select array_agg(pg_temp.lea(pg_catalog.format('select public.message_guests(id, ''all'', %L) from places where title = ''Dinner''', n)) ->> 'sqlstate') from generate_series(1, 5) n),
  array[null, null, null, null, 'PT429'], 'Five times a day');

-- Check-in.
select is(pg_temp.lea(pg_catalog.format('select public.check_in_guest(id, %s) from places where title = ''Dinner''', pg_temp.id('Dinner', 'ada'))) ->> 'message', 'Check-in opens three hours before the start', 'Nobody has come days before');
update public.events set starts_at = now() - interval '1 hour', ends_at = now() + interval '1 hour' where title = 'Dinner';
select pg_temp.lea(pg_catalog.format('select public.check_in_guest(id, %s) from places where title = ''Dinner''', pg_temp.id('Dinner', 'ada')));
select private.note_no_shows((select id from places where title = 'Dinner'), now());
select is((select string_agg(name, ' ' order by name) from private.event_guests where no_show_at is not null and event_id = (select id from places where title = 'Dinner')),
  (select string_agg(name, ' ' order by name) from private.event_guests where status = 'approved' and name <> 'Ada' and event_id = (select id from places where title = 'Dinner')),
  'Once anybody was checked in, who was approved and did not come is noted');
select is(pg_temp.decides(array['cyn'], 'approved', 'Late') ->> 'message', 'The event has begun, or was canceled', 'Once it has begun nothing is decided');

select * from finish();
rollback;
