begin;
-- include: ../memberships/stripe.sql
select plan(22);
select pg_temp.receive('customer.subscription.created', pg_temp.sub(), '2026-06-15Z');
select pg_temp.receive('invoice.payment_failed', pg_temp.invoice('in_1', 'open', next_try => '2026-06-18Z'), '2026-06-15Z');
create temporary table notice as select id from membership_notices;

select is((select private.notice_to_send(id) from notice), null, 'Whom Mailchimp does not hold yet cannot be told');
select private.contact_synced(pg_temp.ada(), 'ada@example.org', 'subscribed', null, now());
select is((select private.notice_to_send(id) - 'notice_id' from notice), '{"kind": "payment_failed", "email": "ada@example.org"}', 'A member whose payment failed is told so, at her address');
update private.audience_contacts set state = 'unsubscribed';
select is((select private.notice_to_send(id) from notice), null, 'Who wants no mail gets none');
update private.audience_contacts set state = 'subscribed';
select private.notice_sent(id, '2026-06-15 12:05Z') from notice;
select is((select private.notice_to_send(id) from notice), null, 'What was sent is not sent again');
select private.notice_sent(id, '2026-06-16 12:05Z') from notice;
select is((select sent_at from membership_notices), '2026-06-15 12:05Z', 'and it is on record when it was');

-- Recovery comes before the job runs.
select pg_temp.receive('invoice.payment_failed', pg_temp.invoice('in_2', 'open', '2026-07-15Z', '2026-07-18Z'), '2026-07-15Z');
select is((select count(*)::int from membership_notices where sent_at is null), 1, 'Another invoice that fails is another notice');
select pg_temp.receive('invoice.paid', pg_temp.invoice('in_2', created => '2026-07-15Z'), '2026-07-15 00:01Z');
select is((select private.notice_to_send(max(id)) from membership_notices), null, 'If it is paid before the notice goes out, none goes out');
select is(private.open_notice(pg_temp.ada(), 'payment_failed', 'in_2', null), false, 'and she is not told of that invoice any more');
select is(pg_temp.jobs_of('notify'), 2::bigint, 'Each notice was one job');
select is(private.notice_to_send(-1), null, 'A notice that does not exist is not sent');
select is((select count(*)::int from private.audience_contacts), 1, 'All of it was about one contact');

-- Whom no mail reaches is a matter for a person.
create function pg_temp.unsent() returns text language sql as $$ select string_agg(why, '; ') from admin.attention where what = 'Notice not sent' $$;
update private.audience_contacts set state = 'unsubscribed';
select private.open_notice(pg_temp.ada(), 'grace_ending', 'in_1', null);
create temporary table unsent as select max(id) as id from membership_notices;
select is(pg_temp.unsent(), null, 'A notice of today may still go out');
update membership_notices set created_at = now() - interval '25 hours' where id = (select id from unsent);
select is(pg_temp.unsent(), 'grace_ending for ada@example.org: at Mailchimp she is unsubscribed', 'One that is a day old is on the list, with why');
update private.audience_contacts set state = 'cleaned';
select is(pg_temp.unsent(), 'grace_ending for ada@example.org: at Mailchimp she is cleaned', 'also when her address bounces');
select private.park_contact(pg_temp.ada(), 'ada@example.org', 'Compliance state', 'Subscribe again on our form');
select is(pg_temp.unsent(), 'grace_ending for ada@example.org: at Mailchimp she is parked', 'or Mailchimp refuses her');
delete from private.audience_contacts;
select is(pg_temp.unsent(), 'grace_ending for ada@example.org: at Mailchimp she is new', 'or does not know her');
select is((select do_this from admin.attention where id = (select id::text from unsent)), 'write to her, then admin.close_notice(notice, reason)', 'It says what to do');
select throws_ok($$select admin.close_notice((select id from unsent), ' ')$$, 'PT422', 'A reason is missing', 'Which needs a reason');
select lives_ok($$select admin.close_notice((select id from unsent), 'Called her')$$, 'An admin who told her takes it off');
select is(pg_temp.unsent(), null, 'Then nothing waits');
select is((select array[target_id, reason] from private.audit_log where action = 'audience.notice_closed'), array[(select id::text from unsent), 'Called her'], 'The audit log says why');
select throws_ok($$select admin.close_notice((select id from unsent), 'again')$$, 'PT409', 'This notice is not waiting', 'What was closed, paid for or sent is not closed again');

select * from finish();
rollback;
