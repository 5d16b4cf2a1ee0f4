begin;
set local search_path = public, extensions;
select plan(19);

delete from public.events;
create function pg_temp.state_of(id text) returns text language sql as $$ select w.state::text from private.luma_webhooks w where w.webhook_id = id $$;
create function pg_temp.asked() returns bigint language sql as $$ select count(*) from pgmq.q_events q where q.message ->> 'kind' = 'read_luma_event' $$;

select is(private.receive_luma_webhook('m1', 'event.updated', '{"id": "evt-1", "platform": "luma"}'), 'applied', 'an event is new: Luma is asked about it');
select is(pg_temp.asked(), 1::bigint, 'by a job');
select is(private.receive_luma_webhook('m1', 'event.updated', '{"id": "evt-1"}'), 'duplicate', 'a duplicate');
select is(pg_temp.asked(), 1::bigint, 'changes nothing');
select is(private.receive_luma_webhook('m2', 'calendar.event.added', '{"id": "x", "platform": "external"}'), 'ignored', 'events of other platforms are not ours');
select is(private.receive_luma_webhook('m3', 'payment.made', '{"id": "x"}'), 'ignored', 'nor are types that we do not know');
select is(private.receive_luma_webhook('m4', 'guest.updated', '{"id": "gst-1", "user_email": "A@example.org", "event": {"id": "evt-9"}}'), 'failed',
  'a guest of an event that is not known waits');
select is(pg_temp.asked(), 2::bigint, 'and Luma is asked about the event');
select is((select (luma_event_id, guest_id, email)::text from private.luma_webhooks where webhook_id = 'm4'), '(evt-9,gst-1,a@example.org)', 'it says whom it is about');
select is((select count(*) from jobs.delayed d where d.kind = 'apply_luma_webhook'), 1::bigint, 'it is tried again by itself');
select is(private.apply_luma_webhook('m4', true, now()), 'dead', 'after the last attempt it is dead');
select throws_ok($$ select private.apply_luma_webhook('m0', true, now()) $$, 'PT404', 'There is no message m0', 'only what came can be applied');
select throws_ok($$ select admin.ignore_luma_webhook('m4', ' ') $$, 'PT422', 'A reason is missing', 'who sets one aside says why');
select throws_ok($$ select admin.ignore_luma_webhook('m1', 'because') $$, 'PT409', 'This message does not wait for anybody', 'a settled one stays');

-- How long they are kept.
update private.luma_webhooks set received_at = now() - interval '31 days' where webhook_id in ('m1', 'm4');
select is(private.forget_old_luma_webhooks(now()), 1, 'after 30 days the body of a settled message goes');
select is((select payload from private.luma_webhooks where webhook_id = 'm1'), null, 'and its row stays, so that a late duplicate is known');
select isnt((select payload from private.luma_webhooks where webhook_id = 'm4'), null, 'what waits for a person keeps its body');
select is(private.forget_luma_webhooks(array['a@EXAMPLE.org']), 1, 'somebody is forgotten');
select is((select (state, payload, email)::text from private.luma_webhooks where webhook_id = 'm4'), '(ignored,,)', 'with what Luma''s messages said of her, also where one waited');

select * from finish();
rollback;
