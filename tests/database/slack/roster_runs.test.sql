begin;
-- include: ../cast.sql
set local search_path = public, extensions;
select plan(39);
create function pg_temp.account(who text, status text default 'active') returns jsonb language sql as $$
  select jsonb_build_object('id', 'U0' || upper(who), 'email', who || '@example.org', 'name', who, 'status', status, 'isBot', false, 'isInvited', false, 'updated', 0, 'team', null) $$;
create function pg_temp.owed(of_kind text) returns integer language sql as $$ select count(*)::int from admin.jobs where queue = 'slack' and kind = of_kind and state = 'pending' $$;
create function pg_temp.run() returns private.slack_runs language sql as $$ select r from private.slack_runs r order by id desc limit 1 $$;
create function pg_temp.held(who text) returns text language sql as $$ select status::text from private.slack_people where member_id = pg_temp.person(who) $$;
create function pg_temp.at(days integer, hour text) returns timestamptz language sql as $$
  select date_trunc('day', now(), 'UTC') + make_interval(days => days) + hour::interval $$;
create temporary table began (id bigint);

-- One begins.
insert into began select private.walk_slack(pg_temp.at(1, '08:00'));
select is((pg_temp.run()).state::text, 'walking', 'The schedule of the morning starts a run');
select is((select max(name) from jobs.heartbeats where name = 'slack.walk.morning' and at > now() - interval '1 minute'), 'slack.walk.morning', 'and says that it ran');
select is(pg_temp.owed('walk_people'), 1, 'which owes its first page');
select is(private.start_slack_run('asked', pg_temp.at(1, '08:10')), (select id from began), 'Asked for meanwhile it is that one');
select is(pg_temp.owed('walk_people'), 1, 'and owes nothing more');
select is(private.slack_page_to_read((select id from began), 0), '', 'It begins at the beginning');
select is(private.slack_page_to_read((select id from began), 1), null, 'and no page is read before its time');

-- Page by page.
select is(private.take_slack_page((select id from began), 0, jsonb_build_array(pg_temp.account('ada')), 'next', pg_temp.at(1, '08:10')), 1, 'A page is taken with its people');
select is((pg_temp.run()).cursor, 'next', 'and where the next one begins');
select is(pg_temp.owed('walk_people'), 2, 'and the job that reads that');
select is(private.take_slack_page((select id from began), 0, jsonb_build_array(pg_temp.account('bea')), 'other', pg_temp.at(1, '08:10')), null, 'The same page a second time is not');
select is(pg_temp.held('bea'), null, 'and nothing in it counts');
select private.restart_slack_walk((select id from began), 1, pg_temp.at(1, '08:11'));
select is(((pg_temp.run()).cursor, (pg_temp.run()).pages, (pg_temp.run()).seen)::text, '("",2,0)', 'Without its cursor it begins again');
select private.take_slack_page((select id from began), 2, jsonb_build_array(pg_temp.account('ada'), pg_temp.account('cyn', 'inactive')), '', pg_temp.at(1, '08:12'));
select is((pg_temp.run()).state::text, 'looking_up', 'After the last page it asks for who was not on any');
select set_eq($$ select member_id from private.slack_lookups $$, $$ select pg_temp.person(who) from unnest(array['bea', 'dot', 'lea']) who $$, 'for everybody who is entitled');
select is(pg_temp.owed('look_up_people'), 1, 'with one job');

-- Look-ups.
select is(private.slack_lookups_due((select id from began)) -> 0 ->> 'emails', '["bea@example.org"]', 'It asks by proved addresses');
select private.slack_looked_up((select id from began), pg_temp.person('bea'), pg_temp.account('bea'), pg_temp.at(1, '08:13'));
select private.slack_looked_up((select id from began), pg_temp.person('dot'), null, pg_temp.at(1, '08:13'));
select is(pg_temp.held('bea') || ', ' || coalesce(pg_temp.held('dot'), 'not yet known'), 'active, not yet known', 'Who is found counts at once, who is not at the end');
select private.slack_lookup_failed((select id from began), pg_temp.person('lea'), 'Answered 500', pg_temp.at(1, '08:13')) from generate_series(1, 2);
select is(private.continue_slack_lookups((select id from began), pg_temp.at(1, '08:14')), 'looking_up', 'Who gave no answer is asked for again');
select is((select count(*)::int from jobs.delayed where kind = 'look_up_people'), 1, 'a minute later');
select private.slack_lookup_failed((select id from began), pg_temp.person('lea'), 'Answered 500', pg_temp.at(1, '08:15'));
select is(private.continue_slack_lookups((select id from began), pg_temp.at(1, '08:15')), 'done', 'Three times without an answer are enough');
select is((select jsonb_build_object('m', matched, 'u', looked_up, 'f', failed) from admin.slack_runs), '{"m": 3, "u": 2, "f": 1}', 'The run says what it found');
select is(pg_temp.held('dot'), 'not_found', 'Who is not there is so now');
select is(pg_temp.held('lea'), null, 'and nothing is said of who gave no answer');
select results_eq($$ select what, why from admin.attention where what like 'Slack%' and what <> 'Slack share link' $$,
  $$ values ('Slack look-ups', 'Slack gave no answer for 1 of 3 members') $$, 'More than a tenth of them wait for an admin as one thing');
select is(private.continue_slack_lookups((select id from began), pg_temp.at(1, '08:16')), null, 'A run that has ended does not end again');
select private.slack_looked_up((select id from began), pg_temp.person('ada'), null, pg_temp.at(1, '08:17'));
select is(pg_temp.held('ada'), 'active', 'and a late answer changes nothing');

-- A run that cannot be true.
delete from began; insert into began select private.walk_slack(pg_temp.at(1, '20:00'));
select is((pg_temp.run()).known_before, 3, 'The next run knows how many were known');
select private.take_slack_page((select id from began), 0, '[]', '', pg_temp.at(1, '20:01'));
select is((pg_temp.run()).state::text, 'refused', 'A list without anybody of ours is refused');
select is(pg_temp.held('ada'), 'active', 'and everybody stays what she was');
select is((select string_agg(what, ', ') from admin.attention where what like 'Slack r%'), 'Slack run', 'It waits for an admin');
select is((select count(*)::int from private.audit_log where action = 'slack.run_refused'), 1, 'and is in the audit log, once');

-- Standing still.
delete from began; insert into began select private.start_slack_run('asked', pg_temp.at(2, '08:00'));
select is(private.watch_slack(pg_temp.at(2, '08:59')), false, 'A run of this hour is left alone');
select is(private.watch_slack(pg_temp.at(2, '09:01')), false, 'and one whose job is on its way');
truncate pgmq.q_slack_bulk, jobs.delayed;
select is(private.watch_slack(pg_temp.at(2, '09:01')), true, 'One that stood still for an hour and whose job was lost goes on');
update private.slack_runs set touched_at = pg_temp.at(2, '08:00') where id = (select id from began);
select isnt(private.start_slack_run('scheduled', pg_temp.at(3, '08:00')), (select id from began), 'One that did not end within a day makes way');
select is((select state::text from private.slack_runs where id = (select id from began)), 'failed', 'and has failed');

-- What is not kept.
select private.receive_slack_event('Ev1', 'message', null, at => now() - interval '31 days');
select private.watch_slack(now());
select is((select count(*)::int from private.slack_events), 0, 'Events are forgotten after a month');

-- She goes.
select private.erase_slack(pg_temp.person('ada'), now());
select is(pg_temp.held('ada'), null, 'Who has her account deleted here is not known in Slack any more');
select * from finish();
rollback;
