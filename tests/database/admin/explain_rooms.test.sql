begin;
-- include: ../cast.sql
select plan(17);

create function pg_temp.ada() returns uuid language sql as $$ select admin.member_of('ada@example.org') $$;
create function pg_temp.told(part text) returns boolean language sql as
  $$ select exists (select from admin.explain_member('ada@example.org') s where s.source || ': ' || s.what like part) $$;
create function pg_temp.screen() returns admin.person language sql as
  $$ select p from admin.person p where p.member_id = pg_temp.ada() $$;

-- Mails.
insert into private.emails (key, member_id, template, state, reason, sent_to, provider_id, sent_at, settled_at) values
  ('story:1', pg_temp.ada(), 'slack_invited', 'delivered', null, 'ada@example.org', 'story-1', now(), now()),
  ('story:2', pg_temp.ada(), 'slack_nudge', 'withheld', 'She said no to e-mail.', null, null, null, now());
select ok(pg_temp.told('Mail: She is owed a mail: slack invited.'), 'A mail that was owed is told');
select ok(pg_temp.told('Mail: The mail arrived: slack invited.'), 'and that it arrived');
select ok(pg_temp.told('Mail: The mail was withheld: slack nudge, because: She said no to e-mail.'), 'A mail that was not sent says why');
select is((pg_temp.screen()).mail_stopped, null, 'Nothing stops mail to her');
insert into private.email_suppressions (mark, address, reason, since) values ('story', 'ada@example.org', 'bounced', '2026-11-01Z');
select is((pg_temp.screen()).mail_stopped, 'ada@example.org: bounced since 1 November 2026', 'An address that takes no mail stands on her screen');
update private.email_suppressions set lifted_at = now() where mark = 'story';
select is((pg_temp.screen()).mail_stopped, null, 'and does no more when it was allowed again');

-- Slack.
delete from private.slack_people where member_id = pg_temp.ada();
select is((pg_temp.screen()).slack, null, 'Before anybody looked, her place in Slack is empty');
insert into private.slack_people (member_id, status, slack_user_id, display_name, last_seen_at, synced_at)
values (pg_temp.ada(), 'active', 'U0STORY01', 'ada', '2026-11-02Z', '2026-11-02Z');
select is((pg_temp.screen()).slack, 'in Slack as ada', 'Her place in Slack stands on her screen');
select ok(pg_temp.told('Slack: Slack: in Slack as ada, seen there last on 2 November 2026.'), 'and in her story');
insert into private.slack_messages (key, member_id, template, state, reason, posted_channel, ts, sent_at) values
  ('story:1', pg_temp.ada(), 'guest_approved', 'sent', null, 'D1', '1.1', now()), ('story:2', pg_temp.ada(), 'event_thanks', 'failed', 'Slack refused it', null, null, null);
select ok(pg_temp.told('Slack message: The Slack message was posted: guest approved.'), 'A message that was posted is told');
select ok(pg_temp.told('Slack message: The Slack message was failed: event thanks, because: Slack refused it.'), 'and one that was not, with the reason');
insert into private.slack_offboarding (member_id, slack_user_id, reason, opened_at) values (pg_temp.ada(), 'U0STORY01', 'lapsed', now());
select ok(pg_temp.told('Slack off-boarding: She came on the list of people to take out of Slack.'), 'That she is to be taken out is told');

-- Events.
insert into public.events (id, title, starts_at, ends_at, state, visibility)
values ('00000000-0000-4000-8000-0000000ada01', 'Story night', '2090-01-01Z', '2090-01-02Z', 'draft', 'member');
with guest as (
  insert into private.event_guests (event_id, luma_guest_id, member_id, status, luma_status, decided_by, reason, registered_at, seen_at, checked_in_at)
  values ('00000000-0000-4000-8000-0000000ada01', 'gst-story', pg_temp.ada(), 'approved', 'pending', 'rule', 'entitled', '2026-11-03Z', '2026-11-03Z', '2026-11-04Z')
  returning id
)
insert into private.guest_decisions (guest_id, was, status, reason, decided_by, state, decided_at)
select id, 'pending', 'approved', 'entitled', 'rule', 'owed', '2026-11-03Z' from guest;
select ok(pg_temp.told('Event: She registered for “Story night” on 1 January 2090.'), 'Where she registered is told');
select ok(pg_temp.told('Guest decision: For “Story night” she was approved: she is a member, by the rule. Luma has still to hear of it.'),
  'and what was decided, by whom, why, and whether Luma knows');
update private.guest_decisions set state = 'failed', error = 'Luma is closed.' where decided_at = '2026-11-03Z' and guest_id in
  (select id from private.event_guests where luma_guest_id = 'gst-story');
select ok(pg_temp.told('Guest decision: For “Story night” she was approved:%Luma would not take it: Luma is closed.'), 'What Luma would not take says why');
select ok(pg_temp.told('Event: She came to “Story night”.'), 'and whether she came');
select is((pg_temp.screen()).going_to, 'Story night on 1 January 2090 (approved)', 'Events to come stand on her screen');

select * from finish();
rollback;
