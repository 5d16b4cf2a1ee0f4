-- Between our decision and Luma: what people do there, messages that come late, twice or in the wrong order.
begin;
-- include: ../cast.sql
-- include: guest_cast.sql
set local search_path = public, extensions;
select plan(52);
create function pg_temp.looks() returns integer language sql as $$ select count(*)::int from jobs.live() l where l.kind = 'look_at_guest' $$;
create function pg_temp.owed(title text, who text) returns bigint language sql as $$
  select d.id from private.guest_decisions d where d.guest_id = (pg_temp.guest(title, who)).id and d.state in ('owed', 'failed')
$$;
create function pg_temp.mails(template text) returns integer language sql as $$ select count(*)::int from private.emails e where e.template = $1 $$;

-- The usual way.
select pg_temp.gathering('Dinner');
select pg_temp.hears('Dinner', pg_temp.said('ada'));
select is(private.decision_to_tell(pg_temp.owed('Dinner', 'ada'), now()) - 'at',
  '{"status": "approved", "urgency": "interactive", "look_first": false, "luma_event_id": "evt-Dinner", "luma_guest_id": "gst-ada"}', 'Luma is told the status, by its own ids');
select is(pg_temp.mails('guest_approved'), 0, 'She hears nothing before Luma has it');
create temporary table first as select pg_temp.owed('Dinner', 'ada') as id;
select private.decision_told(id, clock_timestamp()) from first;
select is(pg_temp.stands('Dinner', 'ada'), 'approved entitled (told)', 'Then Luma has it');
select is(pg_temp.mails('guest_approved'), 1, 'and she hears of it');
select is((select e.member_id from private.emails e where e.template = 'guest_approved'), pg_temp.person('ada'), 'as the member that she is');
select is(private.decision_to_tell(id, now()), null, 'There is nothing left to tell') from first;
select private.decision_told(id, clock_timestamp()) from first;
select is(pg_temp.mails('guest_approved'), 1, 'Saying so twice mails her once');
select is(pg_temp.hears('Dinner', pg_temp.said('ada', 'approved')), 'stands', 'The echo of our own call is no decision');
select is((select count(*)::int from private.guest_decisions where guest_id = (pg_temp.guest('Dinner', 'ada')).id), 1, 'and leaves none');

-- The echo comes before the answer.
select pg_temp.hears('Dinner', pg_temp.said('bea'));
select pg_temp.hears('Dinner', pg_temp.said('bea', 'approved'));
select is(pg_temp.stands('Dinner', 'bea'), 'approved entitled (told)', 'What Luma says in a message settles what it was owed');
select is(pg_temp.mails('guest_approved'), 2, 'and she hears of it then');

-- A decline: on fresh news only, and in words.
select pg_temp.hears('Dinner', pg_temp.said('stranger'));
select ok((private.decision_to_tell(pg_temp.owed('Dinner', 'stranger'), now()) ->> 'look_first')::boolean, 'Before a decline she is looked up');
select pg_temp.hears('Dinner', pg_temp.said('meanwhile'));
create temporary table unpaid as select pg_temp.owed('Dinner', 'meanwhile') as id;
select is(pg_temp.hears('Dinner', pg_temp.said('meanwhile', more => '{"event_tickets": [{"id": "t", "amount": 100, "is_captured": true}]}'), 'read'), 'pending',
  'Should she have paid meanwhile, she is not declined');
select is(private.decision_to_tell(id, now()), null, 'and Luma is not told that she is') from unpaid;
select pg_temp.luma_took('Dinner', 'stranger');
select is(e.data - 'event_id' - 'starts_at', '{"url": null, "place": "", "title": "Dinner", "reason": "This gathering is for members. You are welcome to join us and to ask again.", "join_url": "/join/", "time_zone": "UTC"}'::jsonb,
  'A declined guest reads why, and how to join') from private.emails e where e.template = 'guest_declined';
select is((select address from private.emails where template = 'guest_declined'), 'stranger@example.org', 'at the address that she registered with');

-- People at Luma.
select pg_temp.hears('Dinner', pg_temp.said('dot'));
create temporary table second as select pg_temp.owed('Dinner', 'dot') as id;
select is(pg_temp.hears('Dinner', pg_temp.said('dot', 'declined'), 'read'), 'stands', 'A host at Luma declines whom we were about to approve');
select is(pg_temp.stands('Dinner', 'dot'), 'declined at_luma (recorded)', 'which stands');
select is(private.decision_to_tell(id, now()), null, 'and Luma is not told otherwise') from second;
select is((select state::text from private.guest_decisions d, second s where d.id = s.id), 'superseded', 'Ours is superseded');
select is(pg_temp.hears('Dinner', pg_temp.said('dot', 'declined'), 'page'), 'stands', 'No sweep overturns it');
select is(pg_temp.mails('guest_declined'), 1, 'What people decided at Luma, Luma tells');
select is(pg_temp.hears('Dinner', pg_temp.said('dot', 'pending_approval', pg_catalog.jsonb_build_object('registered_at', now())), 'read'), 'approved',
  'Who registers anew is decided anew');

-- Late and contradicting messages.
select pg_temp.luma_took('Dinner', 'dot');
select is(pg_temp.hears('Dinner', pg_temp.said('ada', 'pending_approval'), 'webhook', now() - interval '1 hour'), 'superseded', 'An old message changes nothing');
select is(pg_temp.looks(), 0, 'and is not looked into');
select is(pg_temp.hears('Dinner', pg_temp.said('ada', 'declined')), 'looked up', 'One that contradicts us is looked up before it counts');
select is(pg_temp.looks(), 1, 'with one look');
select is(pg_temp.hears('Dinner', pg_temp.said('ada', 'declined')), 'looked up', 'The same message again');
select is(pg_temp.looks(), 1, 'is the same look');
select is((pg_temp.guest('Dinner', 'ada')).status::text, 'approved', 'Until then what was known counts');
select is(pg_temp.hears('Dinner', pg_temp.said('ada', 'declined'), 'page', now() - interval '1 minute'), 'superseded', 'A page that was read before Luma was told is old');
select pg_temp.hears('Dinner', pg_temp.said('payer', more => '{"event_tickets": [{"id": "t", "amount": 100, "is_captured": true}]}'));
select pg_temp.hears('Dinner', pg_temp.said('payer'));
select ok((pg_temp.guest('Dinner', 'payer')).is_paid, 'A message that knows less takes no payment back');

-- Something else is decided while Luma is being told.
select pg_temp.gathering('Talk');
select pg_temp.hears('Talk', pg_temp.said('ada'));
create temporary table third as select pg_temp.owed('Talk', 'ada') as id;
select private.write_decision(pg_temp.guest('Talk', 'ada'), ('pending', 'by_host', null), 'host', now(), actor => pg_temp.person('lea'), words => 'Later');
select is(pg_temp.stands('Talk', 'ada'), 'pending by_host (owed)', 'Luma may have heard of the first, so it is told of the second in any case');
select private.decision_told(id, clock_timestamp()) from third;
select is((pg_temp.guest('Talk', 'ada')).luma_status::text, 'approved', 'The first arrives late');
select isnt(private.decision_to_tell(pg_temp.owed('Talk', 'ada'), now()), null, 'and the second is still owed');
select pg_temp.luma_took('Talk', 'ada');
select is(pg_temp.mails('guest_approved') || ' ' || (pg_temp.guest('Talk', 'ada')).luma_status, '3 pending', 'She hears only of what holds');

-- Luma would not take it.
select pg_temp.hears('Talk', pg_temp.said('bea'));
select private.decision_failed(pg_temp.owed('Talk', 'bea'), '400 no');
select is(pg_temp.stands('Talk', 'bea'), 'approved entitled (failed)', 'A refusal stands with the decision');
select is(private.retell_failed((pg_temp.guest('Talk', 'bea')).event_id), 1, 'and the next sweep tries again');

-- Once it is over.
select is(private.decision_to_tell(pg_temp.owed('Talk', 'bea'), now() + interval '6 days'), null, 'After the end Luma is told nothing');
select is((select state::text from private.guest_decisions where guest_id = (pg_temp.guest('Talk', 'bea')).id), 'superseded', 'and nothing is owed');

-- It is canceled.
create function pg_temp.canceled(title text, reason text) returns uuid language sql as $$
  update public.events e set state = 'canceled', cancel_reason = canceled.reason from private.luma_events l
   where l.event_id = e.id and l.luma_id = 'evt-' || canceled.title returning e.id
$$;
create function pg_temp.why(way text) returns setof text language sql as $$
  select pg_catalog.concat_ws(' ', w.template, coalesce((select m.email from public.member_emails m where m.member_id = w.member_id and m.is_primary), w.address), w.data ->> 'reason')
    from (select 'mail' as way, e.template, e.member_id, e.address, e.data from private.emails e
          union all select 'slack', s.template, s.member_id, null, s.data from private.slack_messages s) w
   where w.way = why.way and w.template = 'event_canceled' order by 1
$$;
insert into private.slack_people (member_id, slack_user_id, status, synced_at) values (pg_temp.person('ada'), 'U0ADA', 'active', now());
select pg_temp.gathering('Supper'), pg_temp.gathering('Brunch'), pg_temp.gathering('Empty');
select pg_temp.hears('Supper', pg_temp.said(who)) from unnest(array['ada', 'bea', 'dot', 'visitor', 'stranger']) who;
select pg_temp.hears('Supper', pg_temp.said('visitor', 'approved'), 'read');
select pg_temp.luma_took('Supper', 'bea');
create temporary table fourth as select pg_temp.owed('Supper', 'ada') as id;
select pg_temp.canceled('Empty', 'Nobody asked');
select is((select count(*)::int from jobs.live() l where l.kind = 'tell_canceled'), 0, 'An event without guests owes nobody the news');
create temporary table closed as select pg_temp.canceled('Supper', 'The hall is closed') as event;
select is((select count(*)::int from jobs.live() l, closed c where l.kind = 'tell_canceled' and (l.args ->> 'event_id')::uuid = c.event), 1, 'One with guests owes it once');
select is(private.tell_canceled(event), 4, 'It is told to who was in, had asked or stood in line') from closed;
select results_eq($$ select pg_temp.why('mail') $$, array['event_canceled ada@example.org The hall is closed', 'event_canceled bea@example.org The hall is closed',
  'event_canceled dot@example.org The hall is closed', 'event_canceled visitor@example.org The hall is closed'], 'by e-mail, with the reason, which Luma does not take along');
select results_eq($$ select pg_temp.why('slack') $$, array['event_canceled ada@example.org The hall is closed'], 'and in Slack who is there');
select is(private.tell_canceled(event), 4, 'Told again') from closed;
select is((select count(*)::int from pg_temp.why('mail')) || ' ' || (select count(*)::int from pg_temp.why('slack')), '4 1', 'nobody hears it twice');
select private.decision_told(id, clock_timestamp()) from fourth;
select is((select count(*)::int from private.emails e where e.template = 'guest_approved' and e.data ->> 'title' = 'Supper' and e.member_id = pg_temp.person('ada')), 0,
  'Whom Luma let in at that very moment is not told to come');
select pg_temp.hears('Brunch', pg_temp.said(who)) from unnest(array['ada', 'bea']) who;
select is(private.tell_canceled(pg_temp.canceled('Brunch', '')), 1, 'Without a reason Luma has said everything,');
select is((select count(*)::int from pg_temp.why('mail')) || ' ' || (select count(*)::int from pg_temp.why('slack')), '4 2', 'so that it is said in Slack alone');
select is(private.tell_canceled((pg_temp.guest('Dinner', 'ada')).event_id), 0, 'What takes place is not told as canceled');
select is((select count(*)::int from pg_temp.why('mail')), 4, 'to anybody');

select * from finish();
rollback;
