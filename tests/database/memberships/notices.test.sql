-- Notices about a failing payment: owed once, by e-mail, and never after it recovered.
begin;
-- include: stripe.sql
select plan(20);
select pg_temp.receive('customer.subscription.created', pg_temp.sub(), '2026-06-15Z');
select pg_temp.receive('invoice.payment_failed', pg_temp.invoice('in_1', 'open', next_try => '2026-06-18Z'), '2026-06-15Z');
create temporary table notice as select id from membership_notices;
create function pg_temp.mail(notice bigint) returns private.emails language sql as
  $$ select e from private.emails e where e.key = 'notice:' || notice::text $$;
create function pg_temp.to_send(notice bigint) returns jsonb language sql as
  $$ select private.email_to_send((pg_temp.mail(notice)).id, now()) $$;

select is((select pg_temp.to_send(id) ->> 'to' from notice), 'ada@example.org', 'A member whose payment failed is told so, at her address');
select is((select pg_temp.to_send(id) -> 'data' from notice) - 'access_until',
  pg_catalog.jsonb_build_object('notice_id', (select id from notice), 'amount', 1000, 'currency', 'usd', 'next_attempt', '2026-06-18T00:00:00+00:00'),
  'with how much it is about and when it is tried again');
insert into public.consents (member_id, channel, granted, source) values (pg_temp.ada(), 'email', false, 'test');
select is((select pg_temp.to_send(id) ->> 'to' from notice), 'ada@example.org', 'Who wants no newsletter is told all the same');
select private.email_sent((pg_temp.mail(id)).id, 're_1', '2026-06-15 12:05Z') from notice;
select is((select pg_temp.to_send(id) from notice), null, 'What was sent is not sent again');
select is((select sent_at from membership_notices), '2026-06-15 12:05Z', 'and it is on record when it was');
select private.email_sent((pg_temp.mail(id)).id, 're_1', '2026-06-16 12:05Z') from notice;
select is((select sent_at from membership_notices), '2026-06-15 12:05Z', 'for good');

-- Recovery comes before the job runs.
select pg_temp.receive('invoice.payment_failed', pg_temp.invoice('in_2', 'open', '2026-07-15Z', '2026-07-18Z'), '2026-07-15Z');
select is((select count(*)::int from membership_notices where sent_at is null), 1, 'Another invoice that fails is another notice');
select pg_temp.receive('invoice.paid', pg_temp.invoice('in_2', created => '2026-07-15Z'), '2026-07-15 00:01Z');
select is((select pg_temp.to_send(max(id)) from membership_notices), '{"withheld": "It was paid meanwhile"}', 'If it is paid before the notice goes out, none goes out');
select is(private.open_notice(pg_temp.ada(), 'payment_failed', 'in_2', null), false, 'and she is not told of that invoice any more');
select is(pg_temp.jobs_of('send_email'), 2::bigint, 'Each notice was one job');

-- Whom no mail reaches is a matter for a person.
create function pg_temp.unsent() returns text language sql as $$ select string_agg(why, '; ') from admin.attention where what = 'Notice not sent' $$;
select private.open_notice(pg_temp.ada(), 'grace_ending', 'in_1', null);
create temporary table unsent as select max(id) as id from membership_notices;
select is(pg_temp.unsent(), null, 'A notice of today may still go out');
update membership_notices set created_at = now() - interval '25 hours' where id = (select id from unsent);
select is(pg_temp.unsent(), 'grace ending for ada@example.org: her mail waits', 'One that is a day old is on the list');
update membership_notices set created_at = now() where id = (select id from unsent);
select private.email_sent((pg_temp.mail(id)).id, 're_2', now()) from unsent;
select private.receive_resend_event('svix_1', now(), '{"type": "email.bounced", "data": {"email_id": "re_2", "to": ["ada@example.org"], "bounce": {"type": "Permanent", "subType": "General"}}}');
select is(pg_temp.unsent(), 'grace ending for ada@example.org: It came back (permanent, general)', 'and at once one that came back, with why');
select is((select do_this from admin.attention where id = (select id::text from unsent) and what = 'Notice not sent'), 'write to her, then admin.close_notice(notice, reason)', 'It says what to do');
select throws_ok($$select admin.close_notice((select id from unsent), ' ')$$, 'PT422', 'A reason is missing', 'Which needs a reason');
select lives_ok($$select admin.close_notice((select id from unsent), 'Called her')$$, 'An admin who told her takes it off');
select is(pg_temp.unsent(), null, 'Then nothing waits');
select is((select array[target_id, reason] from private.audit_log where action = 'memberships.notice_closed'), array[(select id::text from unsent), 'Called her'], 'The audit log says why');
select throws_ok($$select admin.close_notice((select id from unsent), 'again')$$, 'PT409', 'This notice is not waiting', 'What was closed, paid for or sent is not closed again');
select is(private.notice_is_settled(-1), true, 'A notice that does not exist has nothing left to tell');

select * from finish();
rollback;
