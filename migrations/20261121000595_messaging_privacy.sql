-- What the messaging room holds about a person, why, how long, and who sees it.

select private.note_personal_data('private.emails', 'so that she gets each mail once, and an admin can say what became of it',
  'until she deletes her account', 'admins', '{
  "key": "What a mail to her was about.",
  "template": "Which kind of mail it was.",
  "kind": "Whether she needed it, or may say no to it.",
  "state": "What became of it.",
  "provider_id": "Its number at Resend, which sends our mails.",
  "correlation_id": "What it followed from.",
  "created_at": "When it was owed.",
  "begun_at": "When we began to send it.",
  "sent_at": "When it was sent.",
  "settled_at": "When it was clear what became of it.",
  "closed_at": "When an admin looked at one that did not go out.",
  "forgotten_at": "When what it said was removed.",
  "unsubscribe_key": "A fingerprint of the link that stops such mails."}');
select private.note_personal_data('private.emails', 'so that it can be sent, and looked up when she asks',
  '180 days after it was owed, or until she deletes her account', 'admins', '{
  "data": "What a mail to her is about: an event, a payment, what hosts say.",
  "address": "The address of somebody who is no member.",
  "sent_to": "The address that it went to.",
  "reason": "Why it was not sent, or did not arrive."}');

select private.note_personal_data('private.email_suppressions', 'so that nobody writes to an address that takes no mail',
  'until she deletes her account, or half a year for who has none', 'admins', '{
  "address": "An address that takes no mail."}');
select private.note_personal_data('private.email_suppressions', 'so that nobody writes to it again, whoever she is by then',
  'for good, naming nobody', 'admins', '{
  "mark": "A fingerprint of an address that takes no mail, which nobody can turn back.",
  "reason": "Why: mail to it came back, or its owner complained.",
  "since": "Since when.",
  "lifted_at": "When an admin allowed mail to it again."}');

select private.note_personal_data('private.resend_events', 'so that we know whether our mails arrive',
  '180 days after it came, or until she deletes her account', 'admins', '{
  "payload": "What Resend told us about a mail: that it arrived or came back, its address and subject."}');
select private.note_personal_data('private.resend_events', 'so that the same message does not count twice',
  'for good, naming nobody', 'admins', '{
  "svix_id": "The number of the message.",
  "type": "What happened to the mail.",
  "email_id": "Which mail it is about.",
  "happened_at": "When it happened.",
  "received_at": "When we heard of it.",
  "outcome": "What came of it here."}');
