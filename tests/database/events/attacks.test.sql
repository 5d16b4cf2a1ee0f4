-- What somebody might try with events and guests, and what must not come of accidents.
begin;
-- include: ../cast.sql
-- include: guest_cast.sql
set local search_path = public, extensions;
select plan(42);
update private.event_rules set guest_policy = 'pending';
select pg_temp.gathering('Dinner', region => 'Europe'), pg_temp.gathering('Talk', region => 'Europe');
create function pg_temp.host_declines(title text, who text, words text default 'No') returns text language sql as $$
  select private.decide_guest_by_host((pg_temp.guest($1, who)).id,
    (select e from public.events e join private.luma_events l on l.event_id = e.id where l.luma_id = 'evt-' || $1), 'declined', pg_temp.person('lea'), words, now())
$$;
create function pg_temp.paying(who text) returns jsonb language sql as $$
  select pg_temp.said(who, more => '{"event_tickets": [{"id": "t", "amount": 100, "is_captured": true}]}')
$$;
create function pg_temp.to_tell(title text, who text) returns jsonb language sql as $$
  select private.decision_to_tell((select max(d.id) from private.guest_decisions d where d.guest_id = (pg_temp.guest(title, who)).id), now())
$$;

-- Nobody who paid is declined, also when she pays between the host's word and Luma's ear.
select pg_temp.hears('Talk', pg_temp.said('late'));
select pg_temp.host_declines('Talk', 'late');
select is(pg_temp.stands('Talk', 'late'), 'declined by_host (owed)', 'A host declines somebody');
select is(pg_temp.hears('Talk', pg_temp.paying('late'), 'read'), 'pending', 'who turns out to have paid when Luma is looked at first');
select is(pg_temp.stands('Talk', 'late'), 'pending paid (owed)', 'so she waits again');
select is(pg_temp.to_tell('Talk', 'late') ->> 'status', 'pending_approval', 'and Luma hears of no decline');
select is(pg_temp.hears('Talk', pg_temp.paying('late')), 'stands', 'What becomes of her is the hosts'' to say');
select is(private.guest_why(pg_temp.guest('Talk', 'late'), null), 'She paid before Luma heard that she was declined', 'as they read');
select pg_temp.hears('Talk', pg_temp.said('later'));
select pg_temp.host_declines('Talk', 'later');
update private.event_guests set is_paid = true where luma_guest_id = 'gst-later';
select is(pg_temp.to_tell('Talk', 'later'), null, 'No decline goes out for who has paid, whatever else was missed');

-- Whom a host declined does not come in by asking once more.
select pg_temp.hears('Dinner', pg_temp.said('ada'));
select is(pg_temp.stands('Dinner', 'ada'), 'approved entitled (owed)', 'A member comes in by herself');
select pg_temp.host_declines('Dinner', 'ada'), pg_temp.luma_took('Dinner', 'ada');
select is(pg_temp.hears('Dinner', pg_temp.said('ada', more => pg_catalog.jsonb_build_object('registered_at', now())), 'read', clock_timestamp() + interval '1 minute'), 'stands', 'Declined by a host, she asks again');
select is((pg_temp.guest('Dinner', 'ada')).status::text || ' ' || private.guest_why(pg_temp.guest('Dinner', 'ada'), null), 'pending Nobody has decided yet', 'and the hosts decide again');
update private.event_guests set status = 'declined', luma_status = 'declined' where luma_guest_id = 'gst-ada';
insert into public.member_emails (email, member_id, is_primary, verified_at, source) values ('alias@example.org', pg_temp.person('ada'), false, now(), 'auth');
select is(pg_temp.hears('Dinner', pg_temp.said('alias')), 'pending', 'nor does she under another address of hers');
select is(private.guest_why(pg_temp.guest('Dinner', 'alias'), null), 'Declined under another address of hers', 'as the hosts read');
select is(pg_temp.hears('Dinner', pg_temp.said('alias'), 'read', clock_timestamp() + interval '1 minute'), 'stands', 'however often it is looked at');
update private.event_guests set decided_by = 'luma' where luma_guest_id = 'gst-ada';

-- Addresses do not leave by a question.
select pg_temp.hears('Talk', pg_temp.said('open', more => '{"registration_answers": [{"label": "Your mail?", "value": "me@private.example"},
  {"label": "More", "value": "Write \"to\"\nMe.Too+x@sub.private.example or call @me at 7.30"}, {"label": "None", "value": null}]}'));
select is(pg_temp.answer('lea', 'select g.answers from public.events e, public.lead_guests(e.id, search => ''open'') g where e.title = ''Talk''') #> '{0,answers}',
  '[{"label": "Your mail?", "value": "[address]"}, {"label": "More", "value": "Write \"to\"\n[address] or call @me at 7.30"}, {"label": "None", "value": null}]'::jsonb,
  'What guests answered is shown without e-mail addresses');
select is(pg_temp.answer('lea', 'select public.guest_desk(e.id, search => ''open'') #> ''{guests,0,answers,0}'' as a from public.events e where e.title = ''Talk''') #>> '{0,a,value}',
  '[address]', 'on the desk too');

-- Whoever was erased and stands on a list at Luma again is taken off again.
select pg_temp.hears('Talk', pg_temp.said('ada')), pg_temp.luma_took('Talk', 'ada');
select private.erase_person(pg_temp.person('ada'), pg_temp.login('ada'), 'member', 'ada', null, now()) is not null as erased;
create function pg_temp.owed_at_luma() returns bigint language sql as $$
  select count(*) from private.erasures e where e.subject = 'evt-Talk gst-ada' and e.done_at is null
$$;
select is(pg_temp.owed_at_luma(), 1::bigint, 'Somebody who is erased is to be taken off at Luma');
select private.guest_forgotten(e.id, 'Taken off the guest list', now()) from private.erasures e where e.subject = 'evt-Talk gst-ada';
select is(pg_temp.owed_at_luma(), 0::bigint, 'which is done');
select pg_temp.hears('Talk', pg_temp.said('ada', 'declined'));
select is(pg_temp.owed_at_luma(), 0::bigint, 'for good, while Luma says so');
select is(pg_temp.hears('Talk', pg_temp.said('ada', 'approved')), 'erased', 'When she is let in there all the same');
select is(pg_temp.owed_at_luma(), 1::bigint, 'it is owed anew');
select is((select count(*) from jobs.live() l join private.erasures e on e.job = l.job where e.subject = 'evt-Talk gst-ada'), 1::bigint, 'with a job that does it');
select pg_temp.hears('Talk', pg_temp.said('ada', 'approved'));
select is((select count(*) from private.erasures e where e.subject = 'evt-Talk gst-ada'), 1::bigint, 'once, however often Luma says so');

-- What a host wrote about somebody goes with her, and is not kept for ever of anybody.
select pg_temp.hears('Dinner', pg_temp.said('dot'));
select pg_temp.host_declines('Dinner', 'dot', 'Dot Marker was loud, dot@example.org');
select is((pg_temp.guest('Dinner', 'dot')).words, 'Dot Marker was loud, dot@example.org', 'A host writes about somebody');
select private.erase_person(pg_temp.person('dot'), pg_temp.login('dot'), 'member', 'dot', null, now()) is not null as erased;
select is((select count(*) from private.audit_log a where to_jsonb(a)::text like '%was loud%') + (select count(*) from private.guest_decisions d where d.words like '%was loud%'),
  0::bigint, 'and nothing of it is left when she is erased, in the log neither');
select pg_temp.hears('Dinner', pg_temp.said('bea'));
select pg_temp.host_declines('Dinner', 'bea', 'Not this time');
select private.forget_old_guests(now() + interval '300 days');
select is((select string_agg(d.words, '') from private.guest_decisions d where d.guest_id = (pg_temp.guest('Dinner', 'bea')).id), 'Not this time', 'A host''s reason is kept for a year');
select private.forget_old_guests(now() + interval '2 years');
select is((select string_agg(d.words, '') from private.guest_decisions d where d.guest_id = (pg_temp.guest('Dinner', 'bea')).id), '', 'and no longer, though the decision is');

-- Words that are more than words.
select pg_catalog.set_config('commons.from_luma', '', true);
select is(pg_temp.answer('lea', $$insert into public.events (id, title, place, description, starts_at, ends_at, state)
  values ('00000000-0000-4000-a000-00000000dead', E'Tea\r\nBcc: all@example.org', E'Hall\u000bX-EVIL:1', 'Reference: aaaaaaaaaaaaaaaaaaaaaaaa', now() + interval '2 days', now() + interval '3 days', 'published')
  returning title, place$$), '[{"title": "Tea Bcc: all@example.org", "place": "Hall X-EVIL:1"}]', 'A title and a place are one line each');
select is((select count(*) from private.luma_events l join public.events e on e.id = l.event_id
    cross join lateral regexp_matches(private.luma_body(e, l.marker, false) ->> 'description_md', 'Reference: [0-9a-f]{24}', 'g') m
   where e.id = '00000000-0000-4000-a000-00000000dead'), 1::bigint, 'Luma is told one marker');
select is((select private.luma_body(e, l.marker, false) ->> 'description_md' = 'Reference: ' || l.marker from private.luma_events l join public.events e on e.id = l.event_id
            where e.id = '00000000-0000-4000-a000-00000000dead'), true, 'which is its own, whatever a leader wrote');

select pg_catalog.set_config('commons.from_luma', 'on', true);

-- Two rows of one person: what she leads stays hers.
insert into public.members (id, origin) values ('00000000-0000-4000-8000-000000000098', 'sign_up');
update public.events set created_by = '00000000-0000-4000-8000-000000000098' where title = 'Talk';
insert into public.event_hosts (event_id, member_id) select e.id, '00000000-0000-4000-8000-000000000098' from public.events e where e.title = 'Dinner';
insert into public.leader_regions (member_id, region) values ('00000000-0000-4000-8000-000000000098', 'Oceania') on conflict do nothing;
select private.guests_merged(pg_temp.person('bea'), '00000000-0000-4000-8000-000000000098');
delete from public.members where id = '00000000-0000-4000-8000-000000000098';
select is((select e.created_by from public.events e where e.title = 'Talk'), pg_temp.person('bea'), 'An event that one of two rows made stays hers when they become one');
select is((select count(*) from public.event_hosts h join public.events e on e.id = h.event_id where e.title = 'Dinner' and h.member_id = pg_temp.person('bea')), 1::bigint, 'and one that it hosts');
select is((select count(*) from public.leader_regions r where r.region = 'Oceania' and r.member_id = pg_temp.person('bea')), 1::bigint, 'and its region');
select is((select e.state::text from public.events e where e.title = 'Talk'), 'published', 'as it was');

-- What Luma says of somebody is kept where she is found when she leaves, and nowhere else.
select private.receive_luma_webhook('msg-1', 'guest.registered', pg_temp.said('bea') || '{"id": "gst-again", "phone_number": "+351 1", "check_in_qr_code": "x",
  "event": {"id": "evt-Dinner", "hosts": [{"email": "lea@example.org", "name": "Lea"}]}}');
select is((select (w.payload - array['id', 'registered_at', 'user_name', 'approval_status', 'event_tickets'])::text || w.email from private.luma_webhooks w where w.webhook_id = 'msg-1'),
  '{"event": {"id": "evt-Dinner"}, "user_email": "bea@example.org"}bea@example.org', 'Of a guest''s message hosts, telephone and ticket code are not kept');
select private.receive_luma_webhook('msg-2', 'calendar.person.subscribed', '{"id": "x", "user": {"email": "anybody@example.org"}, "event": "odd"}');
select is((select w.state::text || coalesce(w.payload::text, ' nothing') from private.luma_webhooks w where w.webhook_id = 'msg-2'), 'ignored nothing', 'and nothing of what nobody acts on');
select is(private.luma_message_kept('{"id": "x", "event": "odd", "hosts": 1}'), '{"id": "x", "event": "odd"}'::jsonb, 'whatever shape it has');

-- A crowd at an event that nobody knows does not eat up what Luma lets us ask.
select private.receive_luma_webhook('msg-crowd-' || n, 'guest.registered', pg_temp.said('crowd' || n) || '{"event": {"id": "evt-nobody-knows"}}', now()) from generate_series(1, 50) n;
select is((select count(*) from private.luma_webhooks w where w.luma_event_id = 'evt-nobody-knows' and w.state = 'failed'), 50::bigint, 'Fifty guests of an unknown event wait for it');
select is((select count(*) from jobs.live() l where l.kind = 'read_luma_event' and l.args ->> 'luma_id' = 'evt-nobody-knows'), 1::bigint, 'and Luma is asked for it once');

-- Guests of long ago are no mailing list.
create function pg_temp.writes() returns text language sql as $$
  select coalesce(a ->> 'message', 'written') from pg_temp.answer('lea', 'select public.message_guests(e.id, ''all'', ''Join my course'') from public.events e where e.title = ''Last year''') a
$$;
select pg_temp.gathering('Last year', region => 'Europe', starts => '-31 days');
select is(pg_temp.writes(), 'This event is long over', 'Nobody writes to the guests of last year');
update public.events set starts_at = now() - interval '20 days', ends_at = now() - interval '19 days' where title = 'Last year';
select isnt(pg_temp.writes(), 'This event is long over', 'those of last month hear of it');

-- A list for leaders says of each event what the rule says of one.
select is((select count(*) from public.events e, unnest(enum_range(null::public.event_stage)) s
   where (private.event_stage(e, now()) = s) <> exists (select from private.lead_events(pg_temp.login('lea'), s, 'all', null, null, 100, now()) l where l.id = e.id)), 0::bigint,
  'The list of leaders keeps to the stages');

-- A row that refers to an event holds its key; who held all of it would wait for whoever writes to guests, and both for an erasure.
select is_empty($$select p.oid::regprocedure from pg_proc p where p.pronamespace = 'private'::regnamespace and p.prosrc ~ 'public\.events e where [^;]* for update'$$,
  'Who changes an event holds it for no key update');

select * from finish();
rollback;
