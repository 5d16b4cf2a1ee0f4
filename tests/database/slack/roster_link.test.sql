begin;
-- include: ../cast.sql
set local search_path = public, extensions;
select plan(42);
create function pg_temp.way(who text) returns jsonb language sql as $$ select private.slack_way_in(pg_temp.person(who), now()) $$;
create function pg_temp.waits() returns text language sql as $$ select string_agg(why, '; ') from admin.attention where what = 'Slack share link' $$;

-- Before a workspace is connected.
select is(pg_temp.way('ada'), null, 'Without a link nobody is shown a way in');
select is(pg_temp.waits(), null, 'and while no workspace is connected nobody is asked for one');
select is(private.my_membership(pg_temp.login('ada'), now()) -> 'slack', 'null', 'An account page says nothing of Slack then');
select private.note_slack_workspace('T0OURS', 'Ours', 'https://ours.slack.com/');
select is(pg_temp.waits(), 'There is none, so new members are not shown the way into Slack', 'From then on it waits for an admin');

-- An admin sets it.
select throws_ok($$ select admin.set_slack_link('join us', null, null) $$, 'PT422', 'This is not a link', 'A link is one');
select throws_ok($$ select admin.set_slack_link('https://join.slack.com/x', now() - interval '1 hour', null) $$, 'PT422', 'This moment is past', 'that works still');
select throws_ok($$ select admin.set_slack_link('https://join.slack.com/x', null, 0) $$, 'PT422', 'A link without uses left lets nobody in', 'and for somebody');
select throws_ok($$ update private.slack_settings set share_link = 'javascript:alert(1)' $$, '23514', null, 'however it is written');
select lives_ok($$ select admin.set_slack_link('https://join.slack.com/t/ours/shared_invite/zt-1', now() + interval '30 days', 400) $$, 'A right one is taken');
select is((select jsonb_build_object('left', uses_left, 'shown', is_shown, 'by', checked_by) from admin.slack_link), jsonb_build_object('left', 400, 'shown', true, 'by', session_user), 'It says how it stands and who looked');
select is((select after from private.audit_log where action = 'slack.share_link_changed' order by id desc limit 1) - 'expires_at', '{"uses_left": 400, "another_link": true}', 'The change is in the audit log');
select is((select count(*)::int from private.audit_log where concat(before, after) like '%zt-1%'), 0, 'which does not hold the link itself');
select is(pg_temp.waits(), null, 'and nothing waits');

-- Who is shown it.
select is(pg_temp.way('ada') ->> 'link', 'https://join.slack.com/t/ours/shared_invite/zt-1', 'A member who is not known in Slack is shown it');
select is(private.home(pg_temp.login('ada'), now()) -> 'to_do' ? 'slack', true, 'among what there is to do');
select is(private.home(pg_temp.login('ada'), now()) -> 'slack' ->> 'link', 'https://join.slack.com/t/ours/shared_invite/zt-1', 'on her home page');
select is(pg_temp.way('cyn'), null, 'Who has left is not');
select is(private.home(pg_temp.login('cyn'), now()) -> 'slack', 'null', 'and her home page has no trace of it');
select is(pg_temp.answer(who, 'select share_link from private.slack_settings') ->> 'sqlstate', '42501', initcap(who) || ' cannot read it') from unnest(array['visitor', 'eve', 'ada', 'lea', 'kim']) who;
select is(pg_temp.answer(who, $$ select private.share_link(now()) $$) ->> 'sqlstate', '42501', initcap(who) || ' cannot ask for it') from unnest(array['visitor', 'ada', 'kim']) who;
insert into private.slack_people (member_id, status, slack_user_id, display_name, synced_at) values (pg_temp.person('ada'), 'active', 'U0ADA', 'Ada P.', now());
select is(pg_temp.way('ada'), null, 'Who is in Slack needs it no more');
select is(private.my_membership(pg_temp.login('ada'), now()) -> 'slack', '{"status": "active", "display_name": "Ada P.", "way_in": null}', 'Her account page says as whom she is there');
update private.slack_people set status = 'deactivated';
select is(pg_temp.way('ada'), null, 'Who was deactivated there is not let in by a link');
update private.slack_people set status = 'not_found', slack_user_id = null, invited_at = now();
select is(pg_temp.way('ada') -> 'is_invited', 'true', 'Who was invited by Slack is told so');

-- It ends.
update private.slack_settings set share_link_expires_at = now() + interval '6 days';
select is(pg_temp.waits(), 'It expires within a week', 'A week before it ends an admin is told');
select isnt(pg_temp.way('bea'), null, 'while it works still');
update private.slack_settings set share_link_expires_at = now();
select is(pg_temp.waits(), 'It has expired, so nobody is shown it any more', 'Then it has ended');
select is(pg_temp.way('bea'), null, 'and is not shown');
select is(pg_temp.way('ada'), '{"link": null, "is_invited": true}', 'An invitation stays one');
update private.slack_settings set share_link_expires_at = null, share_link_uses_left = 2;
select is(pg_temp.waits(), 'Only 2 more people can join by it', 'Few uses left are told as well');
select private.receive_slack_event('Ev' || n, 'team_join', jsonb_build_object('id', 'U0NEW' || n, 'email', 'new@example.net', 'name', 'N', 'status', 'active', 'isBot', n = 3, 'isInvited', false, 'updated', 1)) from generate_series(1, 3) n;
select is((select joined_since from private.slack_settings), 2, 'Who joins uses one up; a bot does not');
select is(pg_temp.waits(), 'Everybody it was made for has joined, so nobody is shown it any more', 'until none is left');
select is(pg_temp.way('bea'), null, 'Then it is not shown either');
update private.slack_settings set share_link_uses_left = 50;
select is((select joined_since from private.slack_settings), 0, 'After another look of an admin counting begins anew');
update private.slack_settings set share_link_uses_left = null;
select is(pg_temp.waits(), null, 'Where nobody knows how many it takes nothing waits');
select isnt(pg_temp.way('bea') -> 'link', 'null', 'and it is shown');
select * from finish();
rollback;
