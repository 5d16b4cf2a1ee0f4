-- What the slack room holds about a person, why, how long, and who sees it.

select private.note_personal_data('private.slack_messages', 'so that she is told each thing once, and an admin can say what became of it',
  'until she deletes her account', 'admins', '{
  "key": "What a Slack message to her was about.",
  "mark": "What the message carries at Slack, unseen, so that it is found there again.",
  "channel": "What the channel is for, where it was not for her.",
  "template": "Which kind of Slack message it was.",
  "state": "Whether it was posted.",
  "reason": "Why it was not posted.",
  "posted_channel": "Slack''s number of your conversation with us.",
  "ts": "Slack''s name of the message.",
  "correlation_id": "What the message followed from.",
  "created_at": "When the message was owed.",
  "turn_at": "When it was last let go out.",
  "sent_at": "When it was posted."}');
select private.note_personal_data('private.slack_messages', 'so that it can be posted, and looked up when she asks',
  '180 days after it was owed, or until she deletes her account', 'admins', '{
  "data": "What a Slack message to her is about: an event, a payment, what hosts say."}');

select private.note_personal_data('private.slack_nudges', 'so that nobody is reminded more than twice',
  'until she deletes her account', 'admins', '{
  "number": "Whether it was the first or the second reminder that Slack waits for her.",
  "at": "When we reminded her."}');

select private.note_personal_data('private.slack_channel_people', 'so that channels for members are for members',
  'until she is not in the channel any more', 'admins', '{
  "channel_id": "A Slack channel for members.",
  "slack_user_id": "Her number at Slack, where we look after its channels.",
  "is_in": "Whether she is in it.",
  "refused": "Why Slack did not put her in or take her out."}');

select private.note_personal_data('private.slack_offboarding', 'so that who left the community leaves its Slack too, and by a person''s hand',
  'half a year after she was taken off the list; of who deleted her account, until her account at Slack is off', 'admins', '{
  "slack_user_id": "Her number at Slack, while she is to leave it.",
  "reason": "Why she is to leave Slack: her membership ended, or she deleted her account.",
  "opened_at": "Since when.",
  "ticked_at": "When an admin said that it is done.",
  "note": "What the admin said about it.",
  "stays": "Whether she stays in Slack on purpose.",
  "closed_at": "When she was taken off the list.",
  "closed_because": "Why she was taken off it."}');

select private.note_personal_data('private.slack_alerts', 'so that admins are told each thing once',
  'a day after the thing is settled', 'admins', '{
  "what": "What kind of thing waited for an admin.",
  "id": "The number of that thing.",
  "seen_at": "When it last waited.",
  "message_id": "In which message they were told."}');
