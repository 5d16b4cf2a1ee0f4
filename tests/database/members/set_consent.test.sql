begin;
-- include: ../cast.sql
set local search_path = public, extensions;
select plan(14);
create function pg_temp.refusal(who text, query text) returns text language sql as
  $$ select a ->> 'sqlstate' || ' ' || (a ->> 'message') from pg_temp.answer(who, query) a where jsonb_typeof(a) = 'object' $$;
create function pg_temp.email_consent(who text) returns boolean language sql as
  $$ select granted from consents where member_id = pg_temp.person(who) and channel = 'email' order by id desc limit 1 $$;
create temporary table queued as select count(*) as n from admin.jobs where kind = 'sync_contact';

-- A member.
select is(pg_temp.refusal('ada', $$select set_consent('email', false)$$), null, 'Ada says no to e-mail');
select is(pg_temp.email_consent('ada'), false, 'and that counts');
select is((select count(*)::int from consents where member_id = pg_temp.person('ada')), 2, 'What she said before is still on record');
select is((select source from consents where member_id = pg_temp.person('ada') order by id desc limit 1), 'The member, on the site', 'and where she said so');
select is((select count(*) from admin.jobs where kind = 'sync_contact') - (select n from queued), 1::bigint, 'Mailchimp is told');
select is((select after from private.audit_log where action = 'members.consent_set'), '{"channel": "email", "granted": false}', 'and the audit log');
select is(pg_temp.refusal('ada', $$select set_consent('whatsapp', true)$$), null, 'Another channel is another answer');
select is(pg_temp.email_consent('ada'), false, 'which does not touch the first');
select is(pg_temp.email_consent('lea'), true, 'nor anybody else''s');
select is(pg_temp.refusal('ada', $$select set_consent('email', null)$$), 'PT422 Say which channel, and yes or no', 'Neither yes nor no is no answer');
select is(pg_temp.refusal('ada', $$select set_consent(null, true)$$), 'PT422 Say which channel, and yes or no', 'and it is about a channel');
select is(pg_temp.refusal('ada', $$insert into consents (member_id, channel, granted, source) values (private.my_member_id(), 'slack', true, 'x') returning id$$),
  '42501 permission denied for table consents', 'Nobody writes the record by hand');

-- Others.
select is(pg_temp.refusal('eve', $$select set_consent('email', true)$$), 'PT422 Say which channel, and yes or no', 'Who is no member has nothing to allow');
select is(pg_temp.refusal('visitor', $$select set_consent('email', true)$$), '42501 permission denied for function set_consent', 'nor has a visitor');

select * from finish();
rollback;
