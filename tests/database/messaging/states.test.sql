-- What becomes of a mail: it moves forward only, whatever the order in which we hear of it.
begin;
-- include: ../cast.sql
select plan(30);
create function pg_temp.sent(key text, who text) returns bigint language plpgsql as $$
declare
  made bigint := private.send_email(key, 'event_message', '{"title": "Dinner"}', member => pg_temp.person(who));
begin
  perform private.begin_email(made, now());
  perform private.email_sent(made, 're_' || key, now());
  return made;
end
$$;
create function pg_temp.hear(svix text, type text, mail text, recipient text, more jsonb default '{}') returns text language sql as $$
  select private.receive_resend_event(svix, '2026-06-10Z', pg_catalog.jsonb_build_object('type', 'email.' || type,
    'data', pg_catalog.jsonb_build_object('email_id', 're_' || mail, 'to', pg_catalog.jsonb_build_array(recipient)) || more), 'corr')
$$;
create function pg_temp.state(key text) returns text language sql as $$ select e.state::text from private.emails e where e.key = state.key $$;

-- Every order of everything that may be said of one mail ends in the same state.
create temporary table orders as
with recursive said (type) as (values ('sent'), ('delivered'), ('bounced'), ('complained')),
  walks (way) as (select array[type] from said union all select way || type from walks, said where not type = any (way))
select row_number() over () as n, way from walks where cardinality(way) = 4;
select pg_temp.sent('w' || n, 'bea') from orders;
select pg_temp.hear('w' || n || '-' || place, type, 'w' || n, 'bea@example.org') from orders, unnest(way) with ordinality as step (type, place) order by n, place;
select is((select count(*)::int from orders), 24, 'In every order of sent, delivered, bounced and complained');
select is((select array_agg(distinct pg_temp.state('w' || n)) from orders), array['complained'], 'a mail ends as what weighs most');
select is((select count(*)::int from private.emails where key ~ '^w\d' and sent_at is null), 0, 'and was sent');

-- One message.
select pg_temp.sent('a', 'ada');
select is(pg_temp.hear('m1', 'delivered', 'a', 'ada@example.org'), 'applied', 'A message is applied');
select is(pg_temp.hear('m1', 'bounced', 'a', 'ada@example.org'), 'duplicate', 'once: its number tells, whatever it says');
select is(pg_temp.state('a'), 'delivered', 'so that the second changes nothing');
select is(pg_temp.hear('m2', 'sent', 'a', 'ada@example.org'), 'superseded', 'What is older than what is known changes nothing');
select is(pg_temp.hear('m3', 'opened', 'a', 'ada@example.org'), 'ignored', 'What nothing follows from is kept');
select is(pg_temp.hear('m4', 'delivered', 'unknown', 'ada@example.org'), 'unknown mail', 'and so is what is about no mail of ours');
select is((select count(*)::int from private.resend_events where svix_id like 'm%' and payload is not null), 4, 'each with its body');
select is(private.receive_resend_event('m5', now(), '{"type": "contact.created", "data": {"to": "text"}}'), 'ignored', 'also what is of another shape');
select is(private.receive_resend_event('m6', now(), '{"type": "email.bounced"}'), 'unknown mail', 'or has no data at all');

-- The address.
select is((select count(*)::int from private.email_suppressions where address = 'ada@example.org'), 0, 'Ada''s address takes mail');
select is(pg_temp.hear('b1', 'bounced', 'x', 'Ada@Example.org', '{"bounce": {"type": "Transient"}}'), 'unknown mail', 'A full mailbox stops nothing');
select is(private.is_suppressed('ada@example.org'), false, 'because tomorrow it may be empty');
select is(pg_temp.hear('b2', 'bounced', 'x', 'Ada@Example.org', '{"bounce": {"type": "Permanent"}}'), 'applied', 'A mailbox that does not exist stops all mail');
select is(private.is_suppressed('ada@example.org'), true, 'to that address');
select is((select array[actor_kind::text, correlation_id] from private.audit_log where action = 'messaging.suppressed' and target_id = pg_temp.person('ada')::text),
  array['resend', 'corr'], 'The audit log says who said so');
select is((select granted from public.consents where member_id = pg_temp.person('ada') order by id desc limit 1), true, 'It is no answer of hers');
select pg_temp.hear('c1', 'complained', 'x', 'ada@example.org');
select is((select granted from public.consents where member_id = pg_temp.person('ada') order by id desc limit 1), false, 'A complaint is');
select pg_temp.hear('c2', 'complained', 'x', 'ada@example.org');
select is((select count(*)::int from public.consents where member_id = pg_temp.person('ada') and not granted), 1, 'and is said once');

-- Admins.
select throws_ok($$select admin.lift_suppression('ada@example.org', '')$$, 'PT422', 'A reason is missing', 'To lift it takes a reason');
select throws_ok($$select admin.lift_suppression('cyn@example.org', 'why not')$$, 'PT404', 'Mail to this address is not stopped', 'and an address that is stopped');
select lives_ok($$select admin.lift_suppression(' ADA@example.org', 'She wrote to us')$$, 'An admin lifts it');
select is(array[private.is_suppressed('ada@example.org'), (select wanted from (select wants.wanted from (select private.wants_optional_mail(pg_temp.person('ada')) as wanted) wants) w)], array[false, false],
  'Then mail goes there again, but not what she refused');
select is((select count(*)::int from admin.jobs where kind = 'lift_suppression'), 1, 'and Resend is asked to send as well');
select throws_ok(format('select admin.send_email_again(%s, %L)', (select id from private.emails where key = 'a'), 'why'), 'PT409', 'This mail cannot be sent again',
  'What arrived is not sent again');
select throws_ok($$select admin.close_email(-1, 'why')$$, 'PT409', 'This mail is not waiting for anybody', 'nor closed');
select is((select state_in_words from admin.emails where id = (select id from private.emails where key = 'a')), 'It arrived', 'Each state stands in words');
select is((select count(*)::int from admin.emails where state_in_words is null), 0, 'of each mail');

select * from finish();
rollback;
