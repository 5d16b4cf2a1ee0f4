-- What the slack room holds about who is in the workspace, why, how long, and who sees it.

select private.note_personal_data('private.slack_people', 'so that she is welcomed, told and let out at the right place',
  'until she deletes her account', 'admins', '{
  "status": "Whether she is in the community''s Slack, and how.",
  "slack_user_id": "Slack''s number of her account.",
  "display_name": "What she calls herself there.",
  "last_seen_at": null,
  "synced_at": null,
  "slack_updated": null,
  "seen_in_run": null,
  "invited_at": "When Slack invited her because we asked it to.",
  "invite_note": null}');

select private.note_personal_data('private.slack_lookups', 'so that a look that was cut short goes on where it was',
  '7 days, or until she deletes her account', 'admins', '{
  "member_id": "The member who was asked for.",
  "attempts": "How often.",
  "outcome": "What Slack answered.",
  "error": "Why it did not.",
  "looked_at": "When it was asked."}');

select private.note_personal_data('private.slack_events', 'so that what changes at Slack counts here within seconds, and once',
  '30 days, or until she deletes her account', 'admins', '{
  "event_id": "Slack''s number of the event.",
  "member_id": "The member whom it is about.",
  "type": "What happened at Slack.",
  "outcome": "What came of it here.",
  "said": null,
  "received_at": "When it came."}');
