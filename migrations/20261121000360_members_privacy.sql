-- What the members room holds about a person, why, how long, and who sees it.

select private.note_personal_data('public.members', 'so that everything of one person is in one place',
  'until she deletes her account', 'she and admins', '{
  "id": "Her number here, made by chance.",
  "user_id": null,
  "role": null,
  "origin": null,
  "created_at": "When the row was made."}');

select private.note_personal_data('public.profiles', 'so that members recognise her',
  'until she changes it or deletes her account', 'members, when she is visible', '{
  "name": "What others call her."}');
select private.note_personal_data('public.profiles', 'so that members find each other and know whom they meet',
  'until she changes it or deletes her account', 'members, when she is visible and does not keep this field to herself', '{
  "headline": "One line about what she does.",
  "bio": "What she tells about herself.",
  "location": "Where she lives, as exactly as she likes.",
  "linkedin_url": "Her page at LinkedIn.",
  "links": "Up to five addresses of hers on the web.",
  "offers": "What she can help with.",
  "seeks": "What she looks for.",
  "interests": "Topics that she chose.",
  "picture": null}');
select private.note_personal_data('public.profiles', 'so that nobody is found who does not want to be',
  'until she changes it or deletes her account', 'she and admins', '{
  "is_visible": null,
  "hidden_fields": null,
  "leader_fields": null}');
select private.note_personal_data('public.profiles', 'so that nobody is shown who was never asked',
  'until she deletes her account', 'she and admins', '{
  "visibility_asked_at": null}');
select private.note_personal_data('public.profiles', 'so that the directory shows only people who are members now',
  'until she deletes her account', 'admins', '{
  "access_until": null}');

select private.note_personal_data('public.member_contacts', 'to reach her where she asks for it',
  'until she changes it or deletes her account', 'she and admins', '{
  "phone": "Her telephone number, in international form such as +14155550100, if she gave one."}');

select private.note_personal_data('public.member_emails', 'to sign her in, to write to her, and to know her payments for hers',
  'until she deletes her account', 'she and admins', '{
  "email": "An e-mail address of hers.",
  "is_primary": "Whether this is the address that she is written to.",
  "verified_at": null,
  "source": "Where the address came from: a payment, a sign-in, the old site, an admin, or a merge.",
  "created_at": "When the address became known."}');

select private.note_personal_data('public.consents', 'to prove what she allowed, and to keep to it',
  'until she deletes her account', 'she and admins', '{
  "channel": "The channel that she allowed or refused: e-mail, Slack or WhatsApp.",
  "granted": "Whether she allowed it.",
  "source": "Where she said so.",
  "at": "When she said so."}');

select private.note_personal_data('private.identity_reviews', 'so that a person decides whether two rows are one person, and nothing merges by itself',
  'until she deletes her account', 'admins', '{
  "email": "The address that raised the question.",
  "reason": "What happened.",
  "evidence": "What it was seen by: a Stripe event or a sign-in.",
  "state": "Whether the question is open, and how it was answered.",
  "opened_at": "When it came up.",
  "resolved_at": "When it was answered.",
  "resolution": "Why it was answered so."}');

select private.note_personal_data('private.tombstones', 'so that a late message brings nothing back of somebody who left for good',
  'for good, naming nobody', 'admins', '{
  "erased_at": "When somebody had her account deleted.",
  "asked_by": null}');
select private.note_personal_data('private.tombstone_keys', 'so that a late message brings nothing back of somebody who left for good',
  'for good, naming nobody', 'admins', '{
  "kind": "What the key is: a number of ours, of Stripe, or the hash of an address.",
  "key": null}');
select private.note_personal_data('private.erasures', 'so that what was asked for is really done, at Stripe, Mailchimp and in the picture store',
  'for good, naming nobody', 'admins', '{
  "provider": "Where something is to be erased.",
  "subject": null,
  "owed_at": "When that was asked.",
  "done_at": "When it was done.",
  "outcome": "What the provider answered."}');
