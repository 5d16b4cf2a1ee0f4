-- What the operations and jobs rooms hold about a person, why, how long, and who sees it.

select private.note_personal_data('private.audit_log', 'so that whoever did something to somebody''s data can be named',
  'for good: the log is append-only, and holds numbers instead of names', 'admins', '{
  "at": "When it was done.",
  "actor_kind": "Who did it: a member, an admin in Studio, Stripe, Mailchimp, a job or a schedule.",
  "actor": null,
  "action": "What was done.",
  "target_type": "The kind of thing that it was done to.",
  "target_id": "The number of that thing, such as a member''s.",
  "before": null,
  "after": "The state after it.",
  "reason": "Why, in the words of the admin who did it.",
  "correlation_id": null}');

select private.note_personal_data('private.rate_limits', 'so that nobody floods the site',
  'two days after the last request', 'admins', '{
  "bucket": "Who asks: a member''s number, or a keyed hash of the network address, never the address itself.",
  "tokens": "How many requests she has left.",
  "refilled_at": "When she last asked."}');

select private.note_personal_data('jobs.delayed', 'because something is owed to her at another service',
  'until it is done', 'admins', '{
  "message": null,
  "last_error": "What went wrong when it was tried."}');
select private.note_personal_data('jobs.attempts', 'to see what was done, and to find out why not',
  '30 days', 'admins', '{
  "args": "Whom or what the job was about, as numbers.",
  "note": null}');
select private.note_personal_data('jobs.dead', 'so that a person looks at what did not work',
  '180 days after somebody settled it', 'admins', '{
  "args": "Whom or what the job was about, as numbers.",
  "last_error": "What went wrong.",
  "abandoned_reason": "Why an admin gave it up."}');
select private.note_personal_data('jobs.idempotency_keys', 'so that nothing is done twice',
  '90 days', 'admins', '{
  "key": "Whom or what a job was about, as numbers."}');
select private.note_personal_data('jobs.effects', 'so that nobody is charged, welcomed or told twice',
  'for good, naming nobody', 'admins', '{
  "key": "Whom or what a call was about, as numbers.",
  "result": "What the other service answered: a number and a time."}');
