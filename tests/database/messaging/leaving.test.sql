-- What is kept of mails, for whom, and how long.
begin;
-- include: ../cast.sql
select plan(24);
create function pg_temp.owe(key text, who text default null, address text default null, kind private.email_kind default 'service') returns bigint language sql as
  $$ select private.send_email(key, 'event_message', '{"title": "Dinner", "words": "The goose"}', member => pg_temp.person(who), address => address, kind => kind) $$;

-- Unsubscribing.
create temporary table link as select private.begin_email(pg_temp.owe('news', 'ada', kind => 'optional'), now()) ->> 'unsubscribe' as word;
create function pg_temp.stop() returns text language sql as
  $$ select private.unsubscribe(encode(sha256(word::bytea), 'hex'), 'The page of a link in a mail', 'corr') from link $$;
create temporary table queued as select count(*) as n from admin.jobs where kind = 'sync_contact';
select is(pg_temp.stop(), 'stopped', 'Whoever has the link of a mail stops such mails');
select is(pg_temp.stop(), 'stopped before', 'Twice is fine');
select is((select array_agg(source) from public.consents where member_id = pg_temp.person('ada') and not granted), array['The page of a link in a mail'], 'and one answer');
select is((select count(*) from admin.jobs where kind = 'sync_contact') - (select n from queued), 1::bigint, 'Mailchimp is told');
select is((select array[actor_kind::text, correlation_id] from private.audit_log where action = 'messaging.unsubscribed'), array['member', 'corr'], 'and the audit log');
insert into public.consents (member_id, channel, granted, source) values (pg_temp.person('ada'), 'email', true, 'test');
select is(pg_temp.stop(), 'stopped', 'After a yes the old link stops them again');
select throws_ok($$select private.unsubscribe('guess', 'test')$$, 'PT404', 'This link does not stop any mails', 'A guess stops nothing');
select throws_ok($$select private.unsubscribe((select word from link), 'test')$$, 'PT404', 'This link does not stop any mails', 'nor does the word itself, where its hash belongs');
select throws_ok($$select private.unsubscribe(null, 'test')$$, 'PT404', 'This link does not stop any mails', 'nor nothing');

-- Two rows become one.
select pg_temp.owe('for-bea', 'bea');
select private.merge_member(pg_temp.person('cyn'), pg_temp.person('bea'), now());
select is((select member_id from private.emails where key = 'for-bea'), pg_temp.person('cyn'), 'What was owed to the one goes to the other');

-- Half a year later.
select pg_temp.owe('old', address => 'pat@example.net'), pg_temp.owe('old-owed', address => 'pat@example.net'), pg_temp.owe('old-failed', 'dot'), pg_temp.owe('young', address => 'pat@example.net');
select private.begin_email(e.id, now()), private.email_sent(e.id, 're_old', now()) from private.emails e where key = 'old';
select private.settle_email(e.id, 'failed', 'Resend: 422', now()) from private.emails e where key = 'old-failed';
update private.emails set created_at = now() - interval '181 days' where key like 'old%';
select private.receive_resend_event('svix_old', now(), '{"type": "email.delivered", "data": {"email_id": "re_old", "to": ["pat@example.net"]}}', at => now() - interval '181 days');
select private.suppress_address('pat@example.net', 'bounced', now() - interval '181 days'), private.suppress_address('dot@example.org', 'bounced', now() - interval '181 days');
select is(private.forget_emails(now()), 2, 'What a mail said, and what was said of it, goes after half a year');
select is((select to_jsonb(e) - '{id,created_at,settled_at,forgotten_at,sent_at,begun_at}'::text[] from private.emails e where key = 'old'),
  '{"key": "old", "kind": "service", "data": {}, "state": "delivered", "address": null, "member_id": null, "reason": null, "sent_to": null, "template": "event_message", "provider_id": "re_old", "closed_at": null, "correlation_id": null, "unsubscribe_key": null}',
  'with the address; that it was, stays');
select is((select payload from private.resend_events where svix_id = 'svix_old'), null, 'also what Resend told us');
select is((select array_agg(key order by key) from private.emails where key like 'old-%' or key = 'young' and forgotten_at is null), array['old-failed', 'old-owed', 'young'], 'What waits, or is younger, stays');
select is((select data ->> 'words' from private.emails where key = 'old-failed'), 'The goose', 'whole');
select is((select array_agg(address) from private.email_suppressions where address is not null), array['dot@example.org'], 'A stopped address of who has no account is a hash from then on');
select is(private.is_suppressed('pat@example.net'), true, 'and stays stopped');
select is(private.forget_emails(now()), 0, 'Running it again changes nothing');
select is(pg_temp.owe('old', address => 'pat@example.net'), (select id from private.emails where key = 'old'), 'and the same mail is never owed again');

-- Everything that she would be told of.
select is(jsonb_array_length(private.mail_data(pg_temp.person('dot')) -> 'sent'), 1, 'Her mails are among her data');
select is(private.mail_data(pg_temp.person('dot')) #>> '{stopped_addresses,0,address}', 'dot@example.org', 'and that her address takes none');

-- Leaving.
select pg_temp.owe('to-dots-address', address => 'dot@example.org');
select private.erase_emails(pg_temp.person('dot'), array['dot@example.org']);
select is((select count(*)::int from private.emails where member_id = pg_temp.person('dot') or address = 'dot@example.org'), 0, 'Who leaves takes her mails along');
select is((select count(*)::int from private.emails where key = 'for-bea'), 1, 'and nobody else''s');
select is(array[private.is_suppressed('dot@example.org')::text, (select address from private.email_suppressions where mark = private.address_mark('dot@example.org'))], array['true', null],
  'That her address takes no mail stays, as a hash');

select * from finish();
rollback;
