-- Private channels by entitlement: who should be in which, what is owed, and what is remembered.
begin;
-- include: ../cast.sql
select plan(37);
delete from private.slack_entitled_channels;
insert into private.slack_people (member_id, status, slack_user_id, synced_at)
select pg_temp.person(who), 'active', 'U0' || upper(who), now() from unnest(array['ada', 'bea', 'cyn', 'dot', 'lea']) who;
insert into private.slack_entitled_channels (channel_id, name, audience, tier) values
  ('G0MEMBERS', 'members', 'entitled', null), ('G0LEADERS', 'leaders', 'leaders', null), ('G0ANNUAL', 'annual', 'tier', 'annual');
create function pg_temp.wish(channel text, who text) returns boolean language sql as $$
  select private.slack_channel_wish(c, 'U0' || upper(who), now()) from private.slack_entitled_channels c where c.name = channel $$;
create function pg_temp.owed() returns text language sql as $$
  select coalesce(string_agg(distinct concat(l.args ->> 'channel_id', ' ', l.args ->> 'slack_user_id'), ', '), '')
    from (select args from jobs.live() where kind = 'settle_channel' union all select message -> 'args' from jobs.delayed where kind = 'settle_channel') l $$;
create function pg_temp.nothing_owed() returns void language sql as $$
  delete from pgmq.q_slack; delete from pgmq.q_slack_bulk; delete from jobs.delayed; delete from jobs.idempotency_keys $$;
create function pg_temp.differences(channel text) returns text language sql as $$
  select coalesce(string_agg(d.slack_user_id || case when d.wish then ' in' else ' out' end, ', ' order by d.slack_user_id), '')
    from private.slack_channel_differences(now(), one_channel => channel) d $$;

-- Who belongs where.
select is(array[pg_temp.wish('members', 'ada'), pg_temp.wish('members', 'bea'), pg_temp.wish('members', 'lea')], '{t,t,t}', 'Entitled members belong into the members'' channel');
select is(pg_temp.wish('members', 'dot'), true, 'also while a payment is late');
select is(pg_temp.wish('members', 'cyn'), false, 'Whose membership ended long ago does not');
update private.slack_rules set grace = '60 days';
select is(pg_temp.wish('members', 'cyn'), null, 'In the days of grace it is left as it is');
update private.slack_rules set grace = '7 days';
select is(pg_temp.wish('leaders', 'lea'), true, 'Leaders belong into theirs');
select is(pg_temp.wish('leaders', 'ada'), false, 'and nobody else');
select is(array[pg_temp.wish('annual', 'bea'), pg_temp.wish('annual', 'ada')], '{t,f}', 'A tier''s channel is for that tier');
update public.members set role = 'admin' where id in (pg_temp.person('cyn'), pg_temp.person('lea'));
select is(pg_temp.wish('members', 'cyn'), null, 'Nobody takes an admin out: she looks after the place');
update public.members set role = 'member' where id = pg_temp.person('cyn');
select is(pg_temp.wish('members', 'somebody'), null, 'Nor anybody whom we do not know');
update private.slack_people set status = 'inactive' where member_id = pg_temp.person('ada');
select is(pg_temp.wish('members', 'ada'), null, 'A guest of the workspace is not put in');
update private.slack_people set status = 'inactive' where member_id = pg_temp.person('cyn');
select is(pg_temp.wish('members', 'cyn'), false, 'but taken out once her membership is over');
update private.slack_people set status = 'deactivated' where member_id = pg_temp.person('cyn');
select is(pg_temp.wish('members', 'cyn'), null, 'Nothing is left to do about an account that is off');
update private.slack_people set status = 'active' where member_id in (pg_temp.person('ada'), pg_temp.person('cyn'));
delete from private.slack_people where member_id = pg_temp.person('dot');

-- What differs.
select is(pg_temp.differences('G0MEMBERS'), 'U0ADA in, U0BEA in, U0LEA in', 'Who is not in a channel is put in; who is not in need not be taken out');
select private.walk_slack_channel('G0MEMBERS', now());
create function pg_temp.run() returns uuid language sql as $$ select run_id from private.slack_channel_walks where channel_id = 'G0MEMBERS' $$;
select ok(private.slack_channel_page('G0MEMBERS', pg_temp.run(), '{U0ADA,U0CYN,U0STRANGER,U0CYN}', now()), 'A page of who is in it is taken over');
select is((select string_agg(slack_user_id, ' ' order by slack_user_id) from private.slack_channel_people where channel_id = 'G0MEMBERS'), 'U0ADA U0CYN', 'and nothing is kept of strangers');
select private.slack_channel_walked('G0MEMBERS', pg_temp.run(), now());
select is(pg_temp.differences('G0MEMBERS'), 'U0BEA in, U0CYN out, U0LEA in', 'Then it is known who is to move');
select is(private.slack_people_to_settle('G0MEMBERS', false, now(), 2), '{U0CYN,U0BEA}', 'Who should be out goes first');
select private.walk_slack_channel('G0MEMBERS', now() + interval '1 day');
select ok(not private.slack_channel_page('G0MEMBERS', gen_random_uuid(), '{U0BEA}', now()), 'A page of an older reading changes nothing');
select private.slack_channel_page('G0MEMBERS', pg_temp.run(), '{U0CYN}', now() + interval '1 day');
select private.slack_channel_settled('G0MEMBERS', 'U0LEA', true, true, 't', now() + interval '1 day 1 minute');
select private.slack_channel_walked('G0MEMBERS', pg_temp.run(), now() + interval '1 day 2 minutes');
select is((select string_agg(slack_user_id, ' ' order by slack_user_id) from private.slack_channel_people where channel_id = 'G0MEMBERS'), 'U0CYN U0LEA',
  'Who was on no page is out, but not whom we put in meanwhile');

-- Her right changes: owed at once.
select pg_temp.nothing_owed();
select private.slack_channel_settled('G0MEMBERS', 'U0CYN', false, true, 'corr', now());
select is((select l.action || ' ' || l.target_id || ' ' || (l.after ->> 'channel') || ' ' || l.correlation_id from private.audit_log l order by l.id desc limit 1),
  'slack.taken_out_of_channel ' || pg_temp.person('cyn') || ' G0MEMBERS corr', 'Whoever is moved stands in the audit log');
select is(pg_temp.owed(), '', 'and nothing more is owed');
update public.subscriptions set status = 'active', ended_at = null, current_period_end = now() + interval '20 days' where subscription_id = 'sub_cyn';
select private.recompute_subscription('sub_cyn', 'test', null, now());
select is(pg_temp.owed(), 'G0MEMBERS U0CYN', 'Who becomes a member again is put back, at once');
select is(private.slack_channel_to_settle('G0MEMBERS', 'U0CYN', false, now()), '{"wish": true, "is_in": false, "problem": null}', 'as the job finds when it looks');
select pg_temp.nothing_owed();
select private.slack_channel_settled('G0MEMBERS', 'U0CYN', false, true, 'late', now());
select is(pg_temp.owed(), 'G0MEMBERS U0CYN', 'Was she taken out in the very moment in which she came back, she is put in again');
select pg_temp.nothing_owed();
update public.members set role = 'leader' where id = pg_temp.person('ada');
select matches(pg_temp.owed(), 'G0LEADERS U0ADA', 'Who is made a leader comes into their channel');

-- Found in Slack: all together at the end of the minute.
select pg_temp.nothing_owed();
insert into private.slack_people (member_id, status, slack_user_id, synced_at) values (pg_temp.person('dot'), 'active', 'U0DOT', now());
update private.slack_people set slack_user_id = 'U0ADA2' where member_id = pg_temp.person('ada');
select is((select count(*)::int from jobs.delayed where kind = 'settle_people'), 3, 'However many are found in a minute, each channel is looked through once');

-- What the app may not do.
select pg_temp.nothing_owed();
select private.slack_channel_problem('G0MEMBERS', 'missing_scope: the app needs groups:write', now());
select is(private.slack_people_to_settle('G0MEMBERS', false, now()), '{}', 'While the app may not, nobody is tried');
select is(cardinality(private.slack_people_to_settle('G0MEMBERS', true, now())), 1, 'but one person a day, to see whether it may');
select is(private.slack_channel_to_settle('G0MEMBERS', 'U0BEA', false, now()) ->> 'problem', 'missing_scope: the app needs groups:write', 'and a job that was owed before does not ask in vain');
select is((select c.problem from admin.slack_channels c where c.name = 'members'), 'missing_scope: the app needs groups:write', 'Admins see what is missing');
select private.slack_channel_settled('G0MEMBERS', 'U0BEA', true, true, null, now());
select is((select c.problem from admin.slack_channels c where c.name = 'members'), null, 'Once it works, that is over');
select is((select count(*)::int from jobs.live() where kind = 'walk_channel'), 1, 'and everybody else is looked at');
select private.slack_channel_refused('G0MEMBERS', 'U0ADA2', 'user_is_restricted', now());
select doesnt_match(pg_temp.differences('G0MEMBERS'), 'U0ADA2', 'Whom Slack refuses is left alone');
select matches((select string_agg(d.slack_user_id, ' ') from private.slack_channel_differences(now() + interval '8 days', one_channel => 'G0MEMBERS') d), 'U0ADA2', 'for a week');

delete from private.slack_channel_people where channel_id = 'G0MEMBERS';
update private.slack_people set status = 'inactive';
select private.slack_channel_problem('G0MEMBERS', 'missing_scope: the app needs groups:read', now());
select private.walk_slack_channel('G0MEMBERS', now());
select private.slack_channel_page('G0MEMBERS', pg_temp.run(), '{}', now()), private.slack_channel_walked('G0MEMBERS', pg_temp.run(), now());
select is((select c.problem from admin.slack_channels c where c.name = 'members'), null, 'A channel that can be read, and in which nobody is to move, has no problem');
select throws_ok($$insert into private.slack_entitled_channels (channel_id, name, audience) values ('G0X', 'x', 'tier')$$, '23514',
  'new row for relation "slack_entitled_channels" violates check constraint "slack_entitled_channels_tier_named"', 'A tier''s channel names the tier');
select is((select count(*)::int from private.audit_log where action = 'slack.entitled_channel_edited' and target_id = 'G0MEMBERS'), 1, 'Who may come into which channel is an audited setting');

select * from finish();
rollback;
