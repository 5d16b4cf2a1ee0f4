begin;
-- include: ../cast.sql
-- include: guest_cast.sql
set local search_path = public, extensions;
select plan(41);

-- Who comes in: by address and entitlement.
select pg_temp.gathering('Dinner');
select is(pg_temp.hears('Dinner', pg_temp.said('ada')), 'approved', 'A member is approved');
select is(pg_temp.stands('Dinner', 'ada'), 'approved entitled (owed)', 'because she is entitled, and Luma is owed it');
select is(pg_temp.hears('Dinner', pg_temp.said('bea')), 'approved', 'A hidden member is approved as well');
select is(pg_temp.hears('Dinner', pg_temp.said('dot')), 'approved', 'and one in grace');
select is(pg_temp.hears('Dinner', pg_temp.said('cyn')), 'declined', 'Who has left meets the policy of the community');
select is(pg_temp.stands('Dinner', 'cyn'), 'declined not_entitled (owed)', 'with the reason');
select is(pg_temp.hears('Dinner', pg_temp.said('stranger')), 'declined', 'and so does a stranger');
select is(pg_temp.hears('Dinner', pg_temp.said('ADA', more => '{"id": "gst-ada2", "user_email": " Ada@Example.org "}')), 'approved', 'An address is the same in any spelling');
select is(pg_temp.hears('Dinner', pg_temp.said('invitee', 'invited', '{"registered_at": null}')), 'stands', 'Who was invited and has not answered is nobody''s decision');
select is(pg_temp.hears('Dinner', pg_temp.said('odd', more => '{"user_email": "not an address"}')), 'declined', 'What is no address belongs to nobody');

-- An alias that was verified is hers; an address that nobody proved is not.
insert into public.member_emails (email, member_id, is_primary, verified_at, source) values ('alias@example.org', pg_temp.person('ada'), false, now(), 'merge');
select is(pg_temp.hears('Dinner', pg_temp.said('alias')), 'approved', 'A member is known by any verified address');
select private.set_primary_email(pg_temp.person('bea'), 'unproved@example.org', null, 'stripe');
select pg_temp.gathering('Talk');
select is(pg_temp.hears('Talk', pg_temp.said('unproved')), 'pending', 'With an address that nobody proved one waits');
select is(pg_temp.stands('Talk', 'unproved'), 'pending unverified (recorded)', 'because anybody could have typed it');
select is((select count(*)::int from private.emails where template = 'guest_pending' and address = 'unproved@example.org'), 1, 'and a mail says to sign in once');
select is((pg_temp.guest('Talk', 'unproved')).member_id, null, 'Nobody is taken for her');
select pg_temp.hears('Talk', pg_temp.said('unproved'));
select is((select count(*)::int from private.emails where template = 'guest_pending'), 1, 'which is said once');

-- Policies, and who paid.
select pg_temp.gathering('Walk', policy => 'pending');
select is(pg_temp.hears('Walk', pg_temp.said('stranger')), 'pending', 'An event''s own policy goes before the community''s');
select is(pg_temp.stands('Walk', 'stranger'), 'pending not_entitled (recorded)', 'and says why she waits for the hosts');
update private.event_rules set guest_policy = 'pending';
select pg_temp.gathering('Open policy');
select is(pg_temp.hears('Open policy', pg_temp.said('stranger')), 'pending', 'The community''s policy holds where the event has none');
update private.event_rules set guest_policy = 'decline';
select is(pg_temp.hears('Dinner', pg_temp.said('payer', more => '{"event_tickets": [{"id": "t1", "amount": 2500, "is_captured": true}]}')), 'pending',
  'Who paid is never declined');
select is(pg_temp.stands('Dinner', 'payer'), 'pending paid (recorded)', 'but left to the hosts');
select is(pg_temp.hears('Dinner', pg_temp.said('hopes', more => '{"event_tickets": [{"id": "t1", "amount": 2500, "is_captured": false}, {"id": "t2", "amount": 0, "is_captured": true}]}')), 'declined',
  'What was not captured, or cost nothing, is no payment');
select is(pg_temp.hears('Dinner', pg_temp.said('dear', more => '{"event_ticket": {"id": "t1", "amount": 2500, "is_captured": true}}')), 'pending', 'A payment also counts when only the message of the ticket tells it');

-- Leaders' events, hosts, and events where nobody is approved.
select pg_temp.gathering('Retreat', visibility => 'leader');
select is(pg_temp.hears('Retreat', pg_temp.said('lea')), 'approved', 'A leader comes to a leaders'' event');
select is(pg_temp.stands('Retreat', 'lea'), 'approved leader (owed)', 'because she leads');
select is(pg_temp.hears('Retreat', pg_temp.said('ada')), 'declined', 'A member does not');
select is(pg_temp.stands('Retreat', 'ada'), 'declined leaders_only (owed)', 'and hears why');
insert into public.event_hosts (event_id, member_id) select (pg_temp.guest('Retreat', 'ada')).event_id, pg_temp.person('cyn');
select is(pg_temp.hears('Retreat', pg_temp.said('cyn')), 'approved', 'A host comes in whatever else she is');
select pg_temp.gathering('Free', approval => false);
select is(pg_temp.hears('Free', pg_temp.said('stranger', 'approved')), 'stands', 'Where nobody has to be approved, Luma lets people in');
select is(pg_temp.stands('Free', 'stranger'), 'approved at_luma (recorded)', 'and that is on record');
select is(pg_temp.hears('Free', pg_temp.said('later')), 'approved', 'Who waits there all the same is let in');

-- Too late.
select pg_temp.gathering('Running', starts => '-1 hour');
select is(pg_temp.hears('Running', pg_temp.said('ada')), 'too late', 'Once an event has begun nothing is decided any more');
select is(pg_temp.stands('Running', 'ada'), 'pending', 'though it is known who asked');
select is(pg_temp.hears('Unknown', pg_temp.said('ada')), 'unknown event', 'An event that is not known is said to be so');

-- On record.
select is((select count(*)::int from private.guest_decisions d where not exists (select from private.audit_log a
   where a.target_type = 'guest' and a.target_id = d.guest_id::text and (a.after ->> 'decision')::bigint = d.id)), 0, 'Every decision has its audit row');
select is((select count(*)::int from private.audit_log where target_type = 'guest'), (select count(*)::int from private.guest_decisions), 'and only one');
select is((select count(*)::int from private.audit_log where target_type = 'guest' and (before::text || after::text || coalesce(reason, '')) like '%@%'), 0, 'which holds no address');
select is((select d.policy::text from private.guest_decisions d where d.guest_id = (pg_temp.guest('Dinner', 'cyn')).id), 'decline', 'A decision says which policy it followed');

-- Again, and again.
select is((select string_agg(pg_temp.hears('Dinner', pg_temp.said(who)), ',' order by who) from unnest(array['ada', 'bea', 'cyn', 'stranger']) who),
  'stands,stands,stands,stands', 'The same message again decides nothing');
select is((select count(*)::int from private.guest_decisions where guest_id = (pg_temp.guest('Dinner', 'ada')).id), 1, 'and leaves one decision');
select is((select count(*)::int from jobs.live() l where l.kind = 'tell_luma_decision'), (select count(*)::int from private.guest_decisions where state = 'owed'),
  'Each decision that Luma lacks is one job');

select * from finish();
rollback;
