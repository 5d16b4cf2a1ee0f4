-- private.tell_alerts: what waits for an admin is told once, together, not too often, and never about Slack itself.
begin;
-- include: ../cast.sql
select plan(18);
delete from private.slack_messages;
delete from private.slack_alerts;
delete from jobs.dead;
create function pg_temp.tell(minutes integer) returns integer language sql as $$ select private.tell_alerts(now() + minutes * interval '1 minute') $$;
create function pg_temp.die(number bigint, queue text, error text default 'It broke') returns void language sql as $$
  insert into jobs.dead (job, queue, priority, kind, args, attempts, reason, hint, last_error, enqueued_at, died_at)
  values (number, die.queue, 'interactive', 'a_kind', '{}', 3, 'refused', 'Look', error, now(), now()) $$;
create function pg_temp.last() returns jsonb language sql as $$
  select m.data from private.slack_messages m where m.channel = 'alerts' order by m.id desc limit 1 $$;
create function pg_temp.told() returns integer language sql as $$ select count(*)::int from private.slack_messages m where m.channel = 'alerts' $$;

select pg_temp.die(9000001, 'audience', 'Mailchimp refused eve@example.org for good');
select is(pg_temp.tell(0), 0, 'Without a channel nobody is told');
select is((select count(*)::int from private.slack_alerts), 0, 'and nothing counts as told');

update private.slack_channels set channel_id = 'C0ALERTS' where purpose = 'alerts';
create temporary table before as select count(*)::int as waiting from private.new_alerts();
select is(pg_temp.tell(0), (select waiting from before), 'With one, everything that waits is told');
select is(pg_temp.told(), 1, 'in one message');
select ok(pg_temp.last() -> 'things' @> '[{"what": "Dead job", "id": "9000001", "why": "audience/a_kind: Mailchimp refused [address] for good"}]',
  'that says what waits and why, without addresses');
select is(pg_temp.tell(5), 0, 'What was told is not told again');
select is(pg_temp.told(), 1, 'by no message');

select pg_temp.die(9000002, 'slack');
select is(pg_temp.tell(10), 0, 'A dead job of Slack''s own owes no message: it would only make more of the same');
select ok(exists (select from admin.attention a where a.id = '9000002'), 'though it waits for an admin');

-- Many at once.
select pg_temp.die(9000100 + n, 'audience') from generate_series(1, 25) n;
select is(pg_temp.tell(15), 25, 'Many things');
select is(pg_temp.told(), 2, 'are one message');
select is(jsonb_array_length(pg_temp.last() -> 'things') || ' and ' || (pg_temp.last() ->> 'more'), '10 and 15', 'that names ten and counts the rest');

-- Not more often than the rules say. The clock of the messages is the real one.
update private.slack_rules set alerts_an_hour = 2;
select pg_temp.die(9000200, 'audience');
select is(pg_temp.tell(20), 0, 'Beyond so many an hour nothing is told');
select is(pg_temp.told(), 2, 'and nothing is lost:');
update private.slack_messages set created_at = created_at - interval '2 hours';
select is(pg_temp.tell(25), 1, 'it is told later');

-- What comes back.
delete from jobs.dead where job = 9000001;
select pg_temp.tell(60 * 24 * 2);
select pg_temp.die(9000001, 'audience');
update private.slack_messages set created_at = created_at - interval '2 hours';
select cmp_ok(pg_temp.tell(60 * 24 * 2 + 5), '>=', 1, 'What had been settled for a day and waits anew is told anew');
select ok(exists (select from private.slack_alerts a where a.id = '9000001'), 'once');
select is((select count(*)::int from jobs.heartbeats where name = 'slack.alerts'), 1, 'The schedule says that it ran');

select * from finish();
rollback;
