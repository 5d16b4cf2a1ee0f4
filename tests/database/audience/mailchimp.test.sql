begin;
-- include: ../memberships/stripe.sql
select plan(41);
-- She never said anything: what no admin could undo, a test can.
create function pg_temp.unsay() returns void language sql as $$
  alter table public.consents disable trigger consents_append_only;
  delete from public.consents;
  alter table public.consents enable trigger consents_append_only;
$$;
create function pg_temp.contact() returns text language sql as $$ select state::text from private.audience_contacts where member_id = pg_temp.ada() $$;
create function pg_temp.consent() returns text language sql as
  $$ select granted || ' ' || source from consents where member_id = pg_temp.ada() and channel = 'email' order by id desc limit 1 $$;
create function pg_temp.compare(status text, tags text[] default '{member,active,monthly}', email text default 'ada@example.org') returns integer language sql as $$
  select private.compare_contacts('dddddddd-0000-4000-8000-000000000001', jsonb_build_array(jsonb_build_object('email', email, 'status', status, 'tags', tags)), now())
$$;
create function pg_temp.drift() returns text language sql as $$ select difference || ' → ' || action from private.audience_drift order by id desc limit 1 $$;
select pg_temp.receive('customer.subscription.created', pg_temp.sub(), '2026-06-15Z');
select private.contact_synced(pg_temp.ada(), 'ada@example.org', 'subscribed', null, now());

-- The webhook may only lower consent.
select is(private.receive_mailchimp_event('hash1', 'subscribe', '{"email": "ada@example.org"}', 'req-1', now()), 'ignored', 'That somebody subscribed is kept and ignored');
select is(private.receive_mailchimp_event('hash2', 'profile', '{"email": "ada@example.org"}', 'req-1', now()), 'ignored', 'so is a change of profile');
select is(private.receive_mailchimp_event('hash3', 'upemail', '{"new_email": "evil@example.org", "old_email": "ada@example.org"}', 'req-1', now()), 'unknown contact', 'and a change of address');
select is(pg_temp.contact() || coalesce(pg_temp.consent(), ''), 'subscribed', 'None of it changed anything');
select is(private.receive_mailchimp_event('hash4', 'unsubscribe', '{"email": " ADA@Example.org "}', 'req-1', now()), 'applied', 'Who unsubscribes is heard, however her address is spelled');
select is(pg_temp.contact(), 'unsubscribed', 'Her contact says so');
select is(pg_temp.consent(), 'false Mailchimp: unsubscribe', 'and her consent, with where it came from');
select is((select array[after ->> 'state', correlation_id] from private.audit_log where action = 'audience.consent_lowered'), array['unsubscribed', 'req-1'], 'and the audit log, with the request that brought it');
select is(private.receive_mailchimp_event('hash4', 'unsubscribe', '{"email": "ada@example.org"}', 'req-1', now()), 'duplicate', 'The same message twice is one');
select is((select count(*)::int from consents where member_id = pg_temp.ada()), 1, 'and lowers consent once');
select is(private.receive_mailchimp_event('hash5', 'subscribe', '{"email": "ada@example.org"}', 'req-1', now()), 'ignored', 'A later subscription does not raise it again');
select is(pg_temp.contact(), 'unsubscribed', 'She stays off the list');
select is(private.receive_mailchimp_event('hash6', 'cleaned', '{"email": "ada@example.org"}', 'req-1', now()), 'applied', 'An address that bounces is cleaned');
select is(pg_temp.contact(), 'cleaned', 'and her contact says so');
select is(private.receive_mailchimp_event('hash7', 'unsubscribe', '{"email": "nobody@example.org"}', 'req-1', now()), 'unknown contact', 'Whom we do not know is kept on record only');
select is(private.receive_mailchimp_event('hash8', 'unsubscribe', '{}', 'req-1', now()), 'unknown contact', 'also a message without an address');
select is((select count(*)::int from private.mailchimp_events), 8, 'Every message is on record once');
select is(private.audience_target(pg_temp.ada(), now()) ->> 'done', 'true', 'Nothing is owed to Mailchimp for what it told us');

-- The daily check.
update private.audience_contacts set state = 'subscribed';
select pg_temp.unsay();
select is(pg_temp.compare('subscribed'), 0, 'A contact as we left it is no difference');
select is(pg_temp.compare('subscribed', '{member,active,monthly,Newsletter}'), 0, 'Tags of others are none of ours');
select is(pg_temp.compare('subscribed', email => 'stranger@example.org'), 0, 'nor are contacts of others');
select is(pg_temp.compare('unsubscribed', email => 'ADA@example.org'), 1, 'Who left the list unheard is found');
select is(pg_temp.drift(), 'Left the list and we had not heard → consent lowered', 'and taken off here');
select is(pg_temp.contact() || ' ' || pg_temp.consent(), 'unsubscribed false Mailchimp: daily check', 'with her consent');
select is(pg_temp.compare('unsubscribed'), 0, 'once');
select is(pg_temp.compare('subscribed'), 0, 'That somebody is subscribed there does not raise consent here');
select is(pg_temp.compare('unsubscribed', '{member,alumni,monthly}'), 1, 'A wrong tag is a difference');
select is(pg_temp.drift(), 'Tags there: member, alumni, monthly; should be: member, active, monthly → repaired', 'which is said');
select is((select tags from private.audience_contacts), '{}', 'and repaired by a job that sets all tags anew');
select is(private.audience_target(pg_temp.ada(), now()) ->> 'done', 'false', 'which has something to do');
select is(pg_temp.compare('unsubscribed', null), 1, 'A contact without any tag is a difference too');
update private.audience_contacts set tags = '{member,active,monthly}';
select is(pg_temp.compare('archived', '{}'), 1, 'A contact that somebody archived there is a difference');
select is(pg_temp.drift(), 'Somebody archived the contact at Mailchimp → explained: left as it is', 'that is explained and left alone');
select is(pg_temp.compare('archived', '{}'), 0, 'once, not each day');

-- A parked contact is left alone; only what the webhook says of her counts.
update private.audience_contacts set state = 'parked', tags = '{}', parked_reason = 'She left', remedy = 'She signs up again';
select is(pg_temp.compare('unsubscribed', '{member}'), 0, 'The tags of a parked contact are not repaired day after day');

-- Asked in between.
update private.audience_contacts set state = 'subscribed';
select pg_temp.unsay();
select private.contact_left(pg_temp.ada(), 'other@example.org', 'unsubscribed', 'evt', now());
select is(pg_temp.contact(), 'subscribed', 'What Mailchimp says of another address is not about her');
select private.contact_left(pg_temp.ada(), 'ada@example.org', 'unsubscribed', 'evt', now());
select is(pg_temp.contact() || ' ' || pg_temp.consent(), 'unsubscribed false Mailchimp: unsubscribed when asked', 'Who turns out to have left is taken off here');
select is((select count(*)::int from private.audit_log where action = 'audience.consent_lowered' and correlation_id = 'evt'), 1, 'and the audit log says so');
select private.contact_left(pg_temp.ada(), 'ada@example.org', 'cleaned', 'evt', now());
select is((select count(*)::int from consents), 1, 'Whom the webhook was faster with is left as she is');
update private.audience_contacts set state = 'subscribed';
select private.contact_left(pg_temp.ada(), 'ada@example.org', 'archived', 'evt', now());
select is(pg_temp.contact() || (select count(*) from consents), 'archived1', 'Who was archived there has said nothing');

-- The run.
create temporary table run as select private.start_drift_check(now()) as id;
select private.continue_drift_check(id, 500) from run;
select private.continue_drift_check(id, 500) from run;
select is((select array_agg((args ->> 'offset')::int order by job) from admin.jobs where kind = 'check_drift'), '{0,500}', 'The check goes page by page, each once');

select * from finish();
rollback;
