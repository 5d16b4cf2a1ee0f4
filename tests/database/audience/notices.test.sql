begin;
-- include: ../memberships/stripe.sql
select plan(11);
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

select * from finish();
rollback;
