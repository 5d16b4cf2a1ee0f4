-- Guests and members: who becomes one, two who are one, and who leaves for good.
begin;
-- include: ../cast.sql
-- include: guest_cast.sql
set local search_path = public, extensions;
select plan(38);
create function pg_temp.owes(member uuid) returns integer language sql as $$
  select count(*)::int from jobs.live() l where l.kind = 'redecide_guests' and l.args ->> 'member_id' = member::text
$$;
create function pg_temp.pays(who text) returns void language sql as $$
  update public.subscriptions set status = 'active', ended_at = null, canceled_at = null, current_period_end = now() + interval '20 days' where subscription_id = 'sub_' || who;
  select private.recompute_subscription('sub_' || who, 'test', null, now());
$$;
create function pg_temp.leaves(who text) returns void language sql as $$
  update public.subscriptions set status = 'canceled', canceled_at = now(), ended_at = now() - interval '2 days', current_period_end = now() - interval '2 days' where subscription_id = 'sub_' || who;
  select private.recompute_subscription('sub_' || who, 'test', null, now());
$$;
select pg_temp.gathering('Dinner'), pg_temp.gathering('Talk'), pg_temp.gathering('Past', starts => '-1 hour');

-- She pays.
select pg_temp.hears(title, pg_temp.said('cyn')) from unnest(array['Dinner', 'Talk', 'Past']) title;
select pg_temp.luma_took('Dinner', 'cyn');
select private.write_decision(pg_temp.guest('Talk', 'cyn'), ('declined', 'by_host', null), 'host', now(), words => 'No');
select is(pg_temp.owes(pg_temp.person('cyn')), 0, 'While nothing changes nothing is decided anew');
select pg_temp.pays('cyn');
select is(pg_temp.owes(pg_temp.person('cyn')), 1, 'Whoever pays is decided anew at once');
select is(private.decide_anew(pg_temp.person('cyn'), 'paid', now()), 1, 'where it makes a difference');
select is(pg_temp.stands('Dinner', 'cyn'), 'approved entitled (owed)', 'What the policy declined is approved');
select is(pg_temp.stands('Talk', 'cyn'), 'declined by_host (owed)', 'What a host declined stays declined');
select is((pg_temp.guest('Past', 'cyn')).status::text, 'pending', 'and what has begun is left alone');
select is(private.decide_anew(pg_temp.person('cyn'), 'paid', now()), 0, 'Deciding anew twice changes nothing');
select is(pg_temp.owes(pg_temp.person('ada')), 0, 'A payment of somebody who registered for nothing owes nothing');

-- She leaves again: what she was approved for stays.
select pg_temp.leaves('cyn');
select is(private.decide_anew(pg_temp.person('cyn'), null, now()), 0, 'When a membership ends');
select is(pg_temp.hears('Dinner', pg_temp.said('cyn', 'declined')), 'stands', 'who was approved stays approved');

-- She proves an address.
select private.set_primary_email(pg_temp.person('bea'), 'new@example.org', null, 'stripe');
select pg_temp.hears('Dinner', pg_temp.said('new')), pg_temp.hears('Past', pg_temp.said('new', 'approved'));
select is(pg_temp.stands('Dinner', 'new'), 'pending unverified (recorded)', 'An address that nobody proved waits');
update public.member_emails set verified_at = now() where email = 'new@example.org';
select is(pg_temp.owes(pg_temp.person('bea')), 1, 'Proving it has her decided anew');
select private.decide_anew(pg_temp.person('bea'), null, now());
select is(pg_temp.stands('Dinner', 'new'), 'approved entitled (owed)', 'and she is in');
select is((pg_temp.guest('Dinner', 'new')).member_id, pg_temp.person('bea'), 'as herself');
select is((pg_temp.guest('Past', 'new')).member_id, pg_temp.person('bea'), 'and where she was before is hers as well');

-- Hosting.
select pg_temp.hears('Talk', pg_temp.said('stranger'));
insert into public.members (id, origin) values ('00000000-0000-4000-8000-000000000099', 'sign_up');
insert into public.member_emails (email, member_id, is_primary, verified_at, source) values ('stranger@example.org', '00000000-0000-4000-8000-000000000099', true, now(), 'auth');
insert into public.event_hosts (event_id, member_id) select event_id, '00000000-0000-4000-8000-000000000099' from private.luma_events where luma_id = 'evt-Talk';
select private.decide_anew('00000000-0000-4000-8000-000000000099', null, now());
select is(pg_temp.stands('Talk', 'stranger'), 'approved host (owed)', 'Who is made a host is in');

select pg_temp.gathering('Retreat', visibility => 'leader');
select pg_temp.hears('Retreat', pg_temp.said('dot'));
select is(pg_temp.owes(pg_temp.person('dot')), 0, 'A member does not come to a leaders'' event');
update public.members set role = 'leader' where id = pg_temp.person('dot');
select is(pg_temp.owes(pg_temp.person('dot')), 1, 'until she is made a leader');
select private.decide_anew(pg_temp.person('dot'), null, now());
select is(pg_temp.stands('Retreat', 'dot'), 'approved leader (owed)', 'and is in');

-- Two rows that are one person.
select pg_temp.hears('Dinner', pg_temp.said('stranger'));
select private.guests_merged(pg_temp.person('ada'), '00000000-0000-4000-8000-000000000099');
select is((select count(*)::int from private.event_guests g where g.member_id = pg_temp.person('ada')), 2, 'Merging moves her registrations');
select is((select count(*)::int from private.event_guests g where g.member_id = '00000000-0000-4000-8000-000000000099'), 0, 'all of them');

-- She leaves for good.
select pg_temp.gathering('Last', capacity => 1);
select pg_temp.hears('Last', pg_temp.said('ada', more => '{"registration_answers": [{"label": "Diet", "value": "Ink"}]}')), pg_temp.luma_took('Last', 'ada'), pg_temp.hears('Last', pg_temp.said('dot'));
select pg_temp.hears('Past', pg_temp.said('ada', 'approved'));
create temporary table forgotten as select private.erase_person(pg_temp.person('ada'), pg_temp.login('ada'), 'member', 'ada', null, now()) as tombstone;
select is((select count(*)::int from private.event_guests g where g.email = 'ada@example.org' or g.member_id = pg_temp.person('ada') or g.name = 'Ada'), 0, 'Nothing of her stands on any list');
select is((select count(*)::int from private.event_guests g where g.is_erased), (select count(*)::int from private.erasures e where e.provider = 'luma'), 'An empty row stays only where Luma has still to take her off');
select is((select string_agg(pg_temp.stands('Last', w), ', ') from unnest(array['ada', 'dot']) w), 'declined, waitlist full (owed)', 'and holds her seat so long');
select ok(private.guest_to_forget(e.id, now()) @> '{"luma_event_id": "evt-Last", "luma_guest_id": "gst-ada"}', 'Luma is owed it, by its own numbers')
  from private.erasures e where e.subject = 'evt-Last gst-ada';
select is(pg_temp.hears('Last', pg_temp.said('ada', 'approved')), 'erased', 'A late message brings nothing back');
select is(pg_temp.hears('Dinner', pg_temp.said('ada', more => '{"id": "gst-other"}')), 'erased', 'nor does a registration of hers that was not known');
select is((select count(*)::int from private.event_guests g where g.email = 'ada@example.org'), 0, 'to any list');
select is((select count(*)::int from private.erasures e where e.subject = 'evt-Dinner gst-other'), 1, 'but Luma is to take her off that one too');
select private.guest_forgotten(e.id, 'Taken off the guest list', now()) from private.erasures e where e.subject = 'evt-Last gst-ada';
select is(pg_temp.stands('Last', 'dot'), 'approved seat_freed (owed)', 'When Luma has done so, her seat is given on');
select is(pg_temp.guest('Last', 'ada'), null, 'and the empty row is gone');
select is(pg_temp.hears('Last', pg_temp.said('ada', 'declined')), 'erased', 'Luma naming her as declined');
select is((select count(*)::int from private.erasures e where e.subject like 'evt-Last %'), 1, 'owes nothing more');
select is(pg_temp.hears('Talk', pg_temp.said('ada', more => jsonb_build_object('id', 'gst-anew', 'registered_at', now() + interval '1 minute'))), 'declined', 'Who registers after she was erased is somebody new');

-- A guest who is no member.
select pg_temp.hears('Dinner', pg_temp.said('passer'));
select throws_ok($$select admin.forget_guest('dot@example.org', 'asked')$$, 'PT409', 'This is the address of a member', 'A member is deleted as one');
select throws_ok($$select admin.forget_guest('nobody@example.org', 'asked')$$, 'PT404', 'No guest has this address', 'Nobody is not forgotten');
select matches(admin.forget_guest(' Passer@example.org ', 'Asked on 3 May'), '^Forgotten here', 'A guest is forgotten by her address');
select is(pg_temp.hears('Dinner', pg_temp.said('passer')), 'erased', 'and stays so');

select * from finish();
rollback;
