begin;
-- include: ../memberships/stripe.sql
select plan(44);
create function pg_temp.tags() returns text language sql as $$ select array_to_string(private.audience_tags(pg_temp.ada(), now()), ' ') $$;
create function pg_temp.target(what text) returns text language sql as $$ select private.audience_target(pg_temp.ada(), now()) ->> what $$;
create function pg_temp.synced(status text default 'subscribed') returns void language sql as
  $$ select private.contact_synced(pg_temp.ada(), 'ada@example.org', status, 'test', now()) $$;
create function pg_temp.days(n integer) returns timestamptz language sql as $$ select date_trunc('day', now()) + n * interval '1 day' $$;

-- Somebody who never was a member.
select is(private.audience_target(pg_temp.ada(), now()), null, 'Who never was a member is none of Mailchimp''s business');
select private.audience_changed(pg_temp.ada(), null);
select is(pg_temp.jobs_of('sync_contact'), 0::bigint, 'and nothing is owed');

-- She joins.
select pg_temp.receive('customer.subscription.created', pg_temp.sub(ends => pg_temp.days(20)), pg_temp.days(-10));
select is(pg_temp.tags(), 'member active monthly', 'A new member is tagged member, active and with her tier');
select is(pg_temp.jobs_of('sync_contact'), 1::bigint, 'and Mailchimp is told by one job');
select is((select string_agg(t ->> 'name', ' ' order by t ->> 'name') from jsonb_array_elements(private.audience_target(pg_temp.ada(), now()) -> 'tags') t where t ->> 'status' = 'inactive'),
  'alumni annual donor_annual', 'What she is not is switched off');
select is(array[pg_temp.target('first_name'), pg_temp.target('last_name'), pg_temp.target('email')], array['Ada', 'Example', 'ada@example.org'], 'Her name and address go along');
select is(array[pg_temp.target('done'), pg_temp.target('parked'), pg_temp.target('consents')], array['false', 'false', 'true'], 'It is still to be done');

-- The job is done; she is welcomed once.
select pg_temp.synced();
select is(pg_temp.target('done'), 'true', 'Then nothing is left to do');
select is(pg_temp.jobs_of('start_welcome'), 1::bigint, 'A new member is owed a welcome');
select pg_temp.synced();
select is(pg_temp.jobs_of('start_welcome'), 1::bigint, 'once');
select is(private.welcome_to_send(pg_temp.ada(), now()), 'ada@example.org', 'at her address');
select private.welcomed(pg_temp.ada(), 'Mailchimp said so', 'evt_1', '2026-06-15Z');
select private.welcomed(pg_temp.ada(), 'Mailchimp said so twice', 'evt_2', '2026-06-16Z');
select is((select array[welcomed_at::text, welcome_evidence] from private.audience_contacts), array[('2026-06-15Z'::timestamptz)::text, 'Mailchimp said so'], 'It is on record when, and how we know');
select is(private.welcome_to_send(pg_temp.ada(), now()), null, 'and it is not sent again');
select is((select array_agg(correlation_id) from private.audit_log where action = 'audience.welcomed'), '{evt_1}', 'The audit log has it once, with what it came from');

-- Tier change.
select pg_temp.receive('customer.subscription.updated', pg_temp.sub(price => 'price_annual', ends => pg_temp.days(300)), pg_temp.days(-9));
select is(pg_temp.tags(), 'member active annual', 'A tier change changes the tag');
select is(array[pg_temp.target('done'), pg_temp.jobs_of('sync_contact')::text], array['false', '2'], 'and Mailchimp is told');
select pg_temp.synced();
select pg_temp.receive('customer.subscription.updated', pg_temp.sub(price => 'price_annual', ends => pg_temp.days(301)), pg_temp.days(-8));
select is(array[pg_temp.target('done'), pg_temp.jobs_of('sync_contact')::text], array['true', '2'], 'A renewal changes nothing there');

-- She cancels: nothing until her last day is over.
select pg_temp.receive('customer.subscription.updated', pg_temp.sub(price => 'price_annual', ends => pg_temp.days(-1), more => '{"cancel_at_period_end": true}'), pg_temp.days(-7), at => pg_temp.days(-7));
select is(private.audience_tags(pg_temp.ada(), pg_temp.days(0) - interval '1 microsecond'), '{member,active,annual}', 'Who cancels is active to the end of her last day');
select is(private.audience_tags(pg_temp.ada(), pg_temp.days(0)), '{member,alumni,annual}', 'and alumni from midnight on');
select private.end_memberships(pg_temp.days(0));
select is(pg_temp.jobs_of('sync_contact'), 3::bigint, 'which Mailchimp is told');
select pg_temp.synced();
select is(pg_temp.jobs_of('start_welcome'), 1::bigint, 'Who leaves is not welcomed');

-- She comes back.
select pg_temp.receive('customer.subscription.created', pg_temp.sub('sub_back', ends => pg_temp.days(30)), now());
select is(pg_temp.tags(), 'member active monthly', 'Who comes back is active again');
select is(pg_temp.jobs_of('sync_contact'), 4::bigint, 'and Mailchimp is told');
select pg_temp.synced();
select is(private.welcome_to_send(pg_temp.ada(), now()), null, 'but she is not welcomed a second time');

-- A changed address.
select private.set_primary_email(pg_temp.ada(), 'ada@new.example.org', now(), 'auth');
select is(array[pg_temp.target('done'), pg_temp.target('email'), pg_temp.target('known_as')], array['false', 'ada@new.example.org', 'ada@example.org'], 'After a change of address the contact has to move');
select private.contact_synced(pg_temp.ada(), 'ada@new.example.org', 'subscribed', null, now());
select is(pg_temp.target('done'), 'true', 'until it has');

-- Consent.
insert into consents (member_id, channel, granted, source) values (pg_temp.ada(), 'email', false, 'The member');
select is(array[pg_temp.target('consents'), pg_temp.target('done')], array['false', 'false'], 'Who says no to e-mail is to be taken off the list');
select private.contact_synced(pg_temp.ada(), 'ada@new.example.org', 'unsubscribed', null, now());
select is(pg_temp.target('done'), 'true', 'and then it is done');
insert into consents (member_id, channel, granted, source) values (pg_temp.ada(), 'slack', true, 'The member');
select is(pg_temp.target('consents'), 'false', 'What she says of other channels does not count for mail');

-- She says yes again.
insert into consents (member_id, channel, granted, source) values (pg_temp.ada(), 'email', true, 'The member');
select is(array[pg_temp.target('consents'), pg_temp.target('opted_in'), pg_temp.target('done')], array['true', 'true', 'false'], 'Who says yes again is to be looked at, for Mailchimp may not take her back');
select private.contact_synced(pg_temp.ada(), 'ada@new.example.org', 'subscribed', null, now());
select is(pg_temp.target('done'), 'true', 'Where it does, it is done');

-- Parked.
select private.park_contact(pg_temp.ada(), 'ada@new.example.org', 'Compliance state', 'Subscribe again on our form');
select is(array[pg_temp.target('parked'), pg_temp.target('done')], array['true', 'false'], 'Whom Mailchimp refuses for good is parked');
select is((select array[parked_reason, remedy] from admin.parked_contacts), array['Compliance state', 'Subscribe again on our form'], 'with what she must do herself');
select is(private.start_audience_sync(now()), 0, 'A parked contact is not tried again');
select throws_ok($$update private.audience_contacts set remedy = null where state = 'parked'$$, '23514',
  'new row for relation "audience_contacts" violates check constraint "audience_contacts_parked_says_why"', 'Nobody is parked without a remedy');
select throws_ok($$select admin.unpark_contact(pg_temp.ada(), '')$$, 'PT422', 'A reason is missing', 'Trying again needs a reason');
select lives_ok($$select admin.unpark_contact(pg_temp.ada(), 'She subscribed again')$$, 'With one an admin tries again');
select is(array[pg_temp.target('parked'), pg_temp.target('done'), pg_temp.jobs_of('sync_contact')::text], array['false', 'false', '5'], 'and a job is owed');
select is((select reason from private.audit_log where action = 'audience.unparked'), 'She subscribed again', 'The audit log says why');
select throws_ok($$select admin.unpark_contact(pg_temp.ada(), 'again')$$, 'PT409', 'This contact is not parked', 'Who is not parked cannot be unparked');
select private.park_contact(pg_temp.ada(), 'ada@new.example.org', 'Compliance state', 'Subscribe again on our form');
select private.set_primary_email(pg_temp.ada(), 'ada@third.example.org', now(), 'auth');
select is(array[pg_temp.target('parked'), pg_temp.target('done')], array['false', 'false'], 'Under another address she is tried by herself');

-- Imported people.
update private.audience_contacts set welcomed_at = null, welcome_evidence = null;
delete from jobs.idempotency_keys where key = 'welcome:' || pg_temp.ada()::text;
update members set origin = 'import' where id = pg_temp.ada();
select private.contact_synced(pg_temp.ada(), 'ada@third.example.org', 'subscribed', null, now());
select is(pg_temp.jobs_of('start_welcome'), 1::bigint, 'Who came with the old site had her welcome long ago');

-- Nobody has read her status, because the job that should have is dead.
update private.audience_contacts set state = 'subscribed';
select is(private.start_audience_sync(now()), 0, 'Whose status and tags are known is left alone by a run');
update private.audience_contacts set state = 'new';
select is(private.start_audience_sync(now()), 1, 'Whose status nobody has read is looked at by the next');

select * from finish();
rollback;
