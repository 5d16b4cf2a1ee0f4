-- What is kept of what was said in Slack, what two rows that become one keep, and what she hears of herself.
begin;
-- include: ../cast.sql
select plan(20);
insert into private.slack_people (member_id, status, slack_user_id, last_seen_at, synced_at)
values (pg_temp.person('ada'), 'active', 'U0ADA', now(), now()), (pg_temp.person('bea'), 'not_found', null, null, now()),
       (pg_temp.person('cyn'), 'active', 'U0CYN', now(), now()), (pg_temp.person('lea'), 'inactive', 'U0LEA', now(), now());

-- Half a year.
create temporary table said as
select private.post_to_slack('old', 'event_message', '{"words": "Old words"}', member => pg_temp.person('ada')) as old,
       private.post_to_slack('owed', 'event_message', '{"words": "Owed words"}', member => pg_temp.person('ada')) as owed,
       private.post_to_slack('new', 'event_message', '{"words": "New words"}', member => pg_temp.person('ada')) as new;
select private.slack_message_sent(old, 'D1', '1.1', now()), private.slack_message_sent(new, 'D1', '1.2', now()) from said;
update private.slack_messages m set created_at = now() - interval '181 days' from said s where m.id in (s.old, s.owed);
select cmp_ok(private.forget_slack_words(now()), '>=', 1, 'After half a year');
select is((select m.data from private.slack_messages m, said where m.id = said.old), '{}', 'what a message said is gone');
select is((select m.data ->> 'words' from private.slack_messages m, said where m.id = said.owed), 'Owed words', 'unless it is still to be said');
select is((select m.data ->> 'words' from private.slack_messages m, said where m.id = said.new), 'New words', 'and what was said since stays');
select is(private.post_to_slack('old', 'event_message', '{"words": "Again"}', member => pg_temp.person('ada')), (select old from said), 'Its key stays, so that it is never said again');
select private.open_slack_offboarding(pg_temp.person('cyn'), 'U0CYN', 'lapsed', now() - interval '1 year');
select private.close_slack_offboarding((select id from private.slack_offboarding where slack_user_id = 'U0CYN'), 'She is gone', now() - interval '181 days');
select private.open_slack_offboarding(pg_temp.person('cyn'), 'U0CYN', 'lapsed', now() - interval '1 year');
select private.forget_slack_words(now());
select is((select count(*) filter (where closed_at is null) || ' of ' || count(*) from private.slack_offboarding where slack_user_id = 'U0CYN'), '1 of 1',
  'Of who was taken off the list half a year ago nothing is kept; who is on it stays');

-- Two rows that are one person.
select private.post_to_slack('slack_welcome:' || pg_temp.person('ada'), 'slack_welcome', member => pg_temp.person('ada'));
insert into private.slack_nudges values (pg_temp.person('ada'), 1, now() - interval '3 days'), (pg_temp.person('bea'), 1, now() - interval '9 days');
select private.slack_merged(pg_temp.person('bea'), pg_temp.person('ada'));
select is((select slack_user_id from private.slack_people where member_id = pg_temp.person('bea')), 'U0ADA', 'Her account in Slack is the one that either had');
select is((select count(*)::int from private.slack_messages where member_id = pg_temp.person('ada')), 0, 'What was said to the one');
select cmp_ok((select count(*)::int from private.slack_messages where member_id = pg_temp.person('bea')), '>=', 4, 'was said to her');
select is((select at from private.slack_nudges where member_id = pg_temp.person('bea')), now() - interval '3 days', 'Her last reminder is the later one');
update public.memberships set member_since = now() where member_id = pg_temp.person('bea');
select private.slack_found(pg_temp.person('bea'), null, now());
select is((select count(*)::int from private.slack_messages where member_id = pg_temp.person('bea') and template = 'slack_welcome'), 1, 'and she is not welcomed twice');
select private.slack_merged(pg_temp.person('bea'), pg_temp.person('cyn'));
select is((select slack_user_id from private.slack_people where member_id = pg_temp.person('bea')), 'U0ADA', 'Who is known in Slack by her own row stays so');

-- Her own data.
select ok(private.slack_data(pg_temp.person('bea')) @> '{"account": {"slack_user_id": "U0ADA"}, "messages": [{"data": {"words": "New words"}}]}', 'Her data say what was said to her');
select is(jsonb_array_length(private.slack_data(pg_temp.person('bea')) -> 'reminders'), 1, 'and when she was reminded');
select is(private.slack_data(pg_temp.person('dot')) ->> 'messages', '[]', 'and nothing of anybody else');

-- /membership.
select is(private.slack_membership('U0LEA', now()) -> 'membership', private.membership_card(pg_temp.person('lea'), now()) -> 'membership',
  'What Slack is told of a membership is what the site shows');
select is(private.slack_membership('U0LEA', now()) -> 'event' ->> 'title', private.my_events(pg_temp.person('lea'), now()) -> 0 ->> 'title', 'and so is the next event');
select is(private.slack_membership('U0CYN', now()) -> 'event', 'null'::jsonb, 'Who is no member hears of no event');
select is(private.slack_membership('U0NOBODY', now()), '{"known": false}', 'Who is not known by her number is told nothing');
select is((select count(*)::int from generate_series(1, 12) n where private.slack_membership('U0ASKS', now()) ? 'too_fast'), 2, 'Ten questions a minute');

select * from finish();
rollback;
