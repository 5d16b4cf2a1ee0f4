-- What the agents room holds about a person, why, how long, and who sees it.

select private.note_personal_data('private.agent_keys', 'so that nobody approves what her own agent asks for',
  'until she deletes her account', 'admins', '{
  "holder_id": "Whose agent it is that has a key."}');
select private.note_personal_data('private.agent_keys', 'so that a key can be traced to who gave and who ended it',
  'for good; what names her, until she deletes her account', 'admins', '{
  "created_by": "Which login made a key.",
  "what": "What a key is for.",
  "revoked_reason": "Why an admin ended a key.",
  "held_reason": "Why a key was stopped."}');

select private.note_personal_data('private.agent_writes', 'so that what an agent did to somebody''s data can be seen and taken back',
  'until she deletes her account', 'admins', '{
  "operation": "What an agent was asked for.",
  "action": "What it changed of hers.",
  "target_type": "The kind of thing that it changed.",
  "target_id": "The number of that thing, such as hers.",
  "correlation_id": "What the change followed from.",
  "at": "When an agent changed something of hers.",
  "undone_at": "When that was taken back.",
  "undo_note": "Why it could not be taken back."}');
select private.note_personal_data('private.agent_writes', 'so that it can be taken back',
  'a year, or until she deletes her account', 'admins', '{
  "before": "What stood there before an agent changed it.",
  "after": "What an agent wrote there.",
  "undo": "How it is taken back."}');

select private.note_personal_data('private.agent_change_sets', 'so that what belongs together is seen and taken back together',
  'a year, or until somebody whom it is about deletes her account', 'admins', '{
  "task": "What an agent was doing, in its own words.",
  "opened_at": "When it began.",
  "undone_at": "When all of it was taken back.",
  "undone_by": "Who took it back."}');

select private.note_personal_data('private.agent_requests', 'so that the same request is carried out once, however often it is sent',
  '30 days', 'admins', '{
  "idempotency_key": "What an agent called its request.",
  "fingerprint": "A hash of what it asked for.",
  "answer": "What it was answered: numbers and states, and the reason that it gave for a proposal.",
  "at": "When it asked."}');

select private.note_personal_data('private.agent_refusals', 'to see what an agent tried, and to help it',
  '90 days', 'admins', '{
  "reason": "Why an agent was refused something.",
  "field": "Which part of what it asked for was wrong.",
  "correlation_id": "What the refusal belongs to.",
  "at": "When an agent was refused something."}');

select private.note_personal_data('private.agent_proposals', 'so that an admin decides before money moves or something ends, and the books can be followed',
  'for good; once she deletes her account, without her', 'admins', '{
  "kind": "What an agent proposed about her: a refund, a cancellation, a deletion.",
  "subject": null,
  "amount": "How much an agent proposed to give back.",
  "currency": "In which currency.",
  "state": "What became of the proposal.",
  "why_waiting": null,
  "is_sandbox": "Whether it was for practice.",
  "created_at": "When it was proposed.",
  "expires_at": null,
  "decided_at": "When somebody decided about it.",
  "decided_by": null,
  "settled_at": "When it was done, or came to nothing.",
  "provider_id": null,
  "closed_at": null,
  "correlation_id": "What the proposal followed from."}');
select private.note_personal_data('private.agent_proposals', 'so that an admin can decide, and say why',
  'two years after it was settled, or until she deletes her account', 'admins', '{
  "reason": null,
  "shows": null,
  "decision_reason": null,
  "error": null}');

select private.note_personal_data('private.event_ideas', 'so that leaders can make an event of it',
  'two years after it was decided; what names her, until she deletes her account', 'admins', '{
  "title": "What an agent calls an event that it proposes.",
  "description": "What it writes about it.",
  "why": null}');
select private.note_personal_data('private.campaign_drafts', 'so that a person can send it, or not',
  'two years after it was decided; what names her, until she deletes her account', 'admins', '{
  "subject": "What an agent calls a mail that it drafts.",
  "body": "What it writes.",
  "segment": null,
  "why": null,
  "decision_reason": "Why an admin took or discarded the draft."}');
