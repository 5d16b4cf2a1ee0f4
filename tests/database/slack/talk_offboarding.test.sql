-- admin.slack_offboarding: who should not be in Slack any more and still is.
begin;
-- include: ../cast.sql
select plan(33);
update private.slack_settings set team_id = 'T0WDAI', team_url = 'https://wdai.slack.com/';
delete from private.slack_offboarding;
insert into private.slack_people (member_id, status, slack_user_id, display_name, last_seen_at, synced_at)
select pg_temp.person(who), 'active', 'U0' || upper(who), initcap(who) || ' in Slack', now(), now() from unnest(array['ada', 'bea', 'cyn', 'dot', 'lea']) who;
insert into private.slack_entitled_channels (channel_id, name) values ('G0MEMBERS', 'members');
insert into private.slack_channel_people (channel_id, slack_user_id, is_in, as_of) values ('G0MEMBERS', 'U0CYN', true, now());
create function pg_temp.listed() returns text language sql as $$ select coalesce(string_agg(o.slack_user_id, ' ' order by o.id), '') from admin.slack_offboarding o $$;
create function pg_temp.line(who text) returns bigint language sql as $$
  select o.id from private.slack_offboarding o where o.slack_user_id = 'U0' || upper(who) and o.closed_at is null $$;
create function pg_temp.log(line bigint) returns text language sql as $$
  select string_agg(l.action || coalesce(': ' || l.reason, ''), ', ' order by l.id) from private.audit_log l where l.target_type = 'slack_offboarding' and l.target_id = line::text $$;

update private.slack_rules set grace = '60 days';
select is(private.list_slack_offboarding(now()), 0, 'In the days of grace nobody comes on the list');
update private.slack_rules set grace = '7 days';
select is(private.list_slack_offboarding(now()), 1, 'Whose membership ended longer ago, and who is still in Slack, does');
select is(pg_temp.listed(), 'U0CYN', 'and nobody else: not who is late with a payment either');
select is(private.list_slack_offboarding(now()), 0, 'once');
select results_eq('select name, name_in_slack, reason::text, in_channels, open_in_slack, admin_page from admin.slack_offboarding',
  $$values ('Cyn', 'Cyn in Slack', 'lapsed', array['members'], 'slack://user?team=T0WDAI&id=U0CYN', 'https://wdai.slack.com/admin')$$,
  'The line says who she is, where she still is, and leads there');
select is((select do_this from admin.slack_offboarding), format('select admin.tick_offboarding(%s, ''what you did'');', pg_temp.line('cyn')), 'and what to do');
select ok(exists (select from jobs.live() l where l.kind = 'settle_channel' and l.args ->> 'slack_user_id' = 'U0CYN'), 'Where the app may, it takes her out of the channels itself');

select is((select a.why || ' ' || a.id from admin.attention a where a.what = 'Still in Slack'), 'One person should leave the workspace ' || pg_temp.line('cyn'), 'It waits for an admin, in one line');

-- Ticking off.
select throws_ok(format('select admin.tick_offboarding(%s, %L)', pg_temp.line('cyn'), ' '), 'PT422', 'A reason is missing', 'It wants a note');
select throws_ok('select admin.tick_offboarding(0, ''done'')', 'PT409', 'This line is not open', 'and a line that is there');
select alike(admin.tick_offboarding(pg_temp.line('cyn'), 'Deactivated her'), 'Ticked off.%', 'An admin says that it is done');
select is(pg_temp.listed(), '', 'and the line is off the list');
select is((select count(*)::int from admin.attention a where a.what = 'Still in Slack'), 0, 'and nothing waits any more');
select throws_ok(format('select admin.tick_offboarding(%s, ''again'')', pg_temp.line('cyn')), 'PT409', 'This line is not open', 'A second tick is refused');
select is(pg_temp.log(pg_temp.line('cyn')), 'slack.offboarding_opened, slack.offboarded: Deactivated her', 'All of it is audited');
select private.list_slack_offboarding(now());
select is(pg_temp.listed(), '', 'She is believed');
update private.slack_people set last_seen_at = now() + interval '2 hours' where member_id = pg_temp.person('cyn');
select private.list_slack_offboarding(now() + interval '2 hours');
select is(pg_temp.listed(), 'U0CYN', 'until a later walk still finds her there: then the line comes back');
select is((select last_note from admin.slack_offboarding), 'Deactivated her', 'with what was said about it');
select alike(admin.tick_offboarding(pg_temp.line('cyn'), 'She helps with the newsletter', stays => true), 'She stays%', 'Who stays on purpose');
update private.slack_people set last_seen_at = now() + interval '2 days' where member_id = pg_temp.person('cyn');
select private.list_slack_offboarding(now() + interval '2 days');
select is(pg_temp.listed(), '', 'does not come back with every walk');
create temporary table first_line as select pg_temp.line('cyn') as id;

-- She is gone, or a member again.
update private.slack_people set status = 'deactivated' where member_id = pg_temp.person('cyn');
select is((select closed_because from private.slack_offboarding o, first_line f where o.id = f.id), 'Slack does not show her any more', 'When Slack says that her account is off, the line is closed, at once');
update private.slack_people set status = 'active' where member_id = pg_temp.person('cyn');
select is(private.list_slack_offboarding(now() + interval '4 days'), 1, 'Should it be switched on again, a new one opens');
update public.subscriptions set status = 'active', ended_at = null, current_period_end = now() + interval '20 days' where subscription_id = 'sub_cyn';
select private.recompute_subscription('sub_cyn', 'test', null, now());
select is(pg_temp.listed(), '', 'Who becomes a member again is on no list, at once');
select alike((select pg_temp.log(max(id)) from private.slack_offboarding), '%slack.offboarding_closed: She is a member again', 'and the log says why');

-- Erased.
select private.delete_my_account(pg_temp.login('ada'), 'ada@example.org', now());
select results_eq('select name, name_in_slack, slack_user_id, reason::text from admin.slack_offboarding',
  $$values ('somebody who was erased', null::text, 'U0ADA', 'erased')$$, 'Who had her account deleted appears with nothing but her number at Slack');
select is((select member_id from private.slack_offboarding where id = pg_temp.line('ada')), null, 'by which nobody here is known any more');
select is(private.slack_channel_wish(c, 'U0ADA', now()), false, 'The app takes her out of its channels') from private.slack_entitled_channels c where c.name = 'members';
select private.list_slack_offboarding(now());
select is((select count(*)::int from jobs.live() l where l.kind = 'look_after_erased' and l.args ->> 'offboarding_id' = pg_temp.line('ada')::text), 1,
  'and Slack is asked about her, because no walk can find her');
select admin.tick_offboarding(pg_temp.line('ada'), 'Deactivated');
select private.slack_offboarding_seen(pg_temp.line('ada'), true, now() + interval '2 hours');
select is(pg_temp.listed(), 'U0ADA', 'A tick that Slack does not confirm is taken back here too');
insert into private.slack_channel_people (channel_id, slack_user_id, is_in, as_of) values ('G0MEMBERS', 'U0ADA', true, now());
select private.slack_offboarding_seen(pg_temp.line('ada'), false, now() + interval '3 hours');
select is((select count(*)::int from private.slack_offboarding where slack_user_id = 'U0ADA') + (select count(*)::int from private.slack_channel_people where slack_user_id = 'U0ADA'), 0,
  'Once her account is off, not even her number is kept');
select is((select count(*)::int from private.audit_log l where l::text like '%U0ADA%'), 0, 'nor in the audit log');

-- Erased while she was on the list as lapsed.
update private.slack_people set last_seen_at = now() where member_id = pg_temp.person('dot');
select private.open_slack_offboarding(pg_temp.person('dot'), 'U0DOT', 'lapsed', now());
select private.slack_erased('U0DOT', now());
select is((select count(*)::int || ' ' || min(reason::text) || ' ' || count(member_id) from private.slack_offboarding where slack_user_id = 'U0DOT'), '1 erased 0',
  'Who was on the list already stays on it, nameless');
select is((select count(*)::int from jobs.heartbeats where name = 'slack.offboarding'), 1, 'The schedule says that it ran');

select * from finish();
rollback;
