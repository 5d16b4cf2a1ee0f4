-- What the audience room holds about a person, why, how long, and who sees it.

select private.note_personal_data('private.audience_contacts', 'so that Mailchimp writes to her only what she wants, at the right address',
  'until she deletes her account', 'admins', '{
  "email": null,
  "name": "The name that Mailchimp has of her.",
  "state": "Whether she gets mail by Mailchimp, and if not, why.",
  "tags": null,
  "synced_at": "When we last told Mailchimp.",
  "checked_in": null,
  "parked_reason": "Why Mailchimp refuses her.",
  "remedy": null,
  "welcomed_at": null,
  "welcome_evidence": "How we know that she was welcomed."}');

select private.note_personal_data('private.audience_retired', 'so that an address that is not hers any more is taken off the list',
  'until she deletes her account', 'admins', '{
  "email": "An address that is to be archived at Mailchimp.",
  "reason": "Why.",
  "at": "When that was decided.",
  "archived_at": "When it was done."}');

select private.note_personal_data('private.audience_batches', 'so that many people are brought up to date with one call',
  'until she deletes her account', 'admins', '{
  "member_ids": "The members whom it is about."}');

select private.note_personal_data('private.audience_drift', 'so that a change that somebody made at Mailchimp can be explained',
  'until she deletes her account', 'admins', '{
  "difference": "What differed at Mailchimp.",
  "action": "What was done about it.",
  "at": "When it was seen."}');

select private.note_personal_data('private.mailchimp_events', 'so that leaving the list at Mailchimp counts here too',
  '180 days after it came, or until she deletes her account', 'admins', '{
  "payload": "What Mailchimp told us: that an address left the list, for example."}');
select private.note_personal_data('private.mailchimp_events', 'so that the same message does not count twice',
  'for good, naming nobody', 'admins', '{
  "body_hash": "A fingerprint of the message.",
  "type": "What happened at Mailchimp.",
  "outcome": "What came of it here.",
  "received_at": "When it came."}');
