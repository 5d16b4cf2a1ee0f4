-- Ada, wherever somebody can leave a trace in this house. Needs the cast.

update public.profiles set name = 'Ada Quillfeather', headline = 'Keeper of the inkwell', bio = 'Born beside a paper mill',
    location = 'Quillwater', offers = 'Blotting lessons', seeks = 'A goose with patience', linkedin_url = 'https://www.linkedin.com/in/quillfeather',
    links = array['https://quillfeather.example.org']
 where member_id = pg_temp.person('ada');
update public.member_contacts set phone = '+15105550161' where member_id = pg_temp.person('ada');
insert into public.member_emails (email, member_id, is_primary, verified_at, source)
values ('quill@example.net', pg_temp.person('ada'), false, now(), 'merge');
-- A second sign-in that proved her alias, and was never linked to anybody.
insert into auth.users (id, email, email_confirmed_at) values ('11111111-0000-4000-8000-0000000000a2', 'quill@example.net', null);
insert into auth.sessions (id, user_id, user_agent) values ('22222222-0000-4000-8000-000000000061', pg_temp.login('ada'), 'Inkwell/1.0');
insert into auth.audit_log_entries (id, payload)
values (gen_random_uuid(), '{"action": "login", "actor_id": "11111111-0000-4000-8000-000000000061", "actor_username": "ada@example.org"}');

-- Payments.
update private.stripe_customers set name = 'Ada Quillfeather' where customer_id = 'cus_ada';
insert into private.stripe_customers (customer_id, email, as_of) values ('cus_unbought', 'Quill@example.net', now());
update public.donations set note = 'For the mill, from Quillfeather', in_honour_of = 'Grandmother Quillfeather', payment_intent_id = 'pi_ada'
 where member_id = pg_temp.person('ada');
update public.invoices set hosted_invoice_url = 'https://invoice.stripe.com/i/quillfeather', invoice_pdf = 'https://pay.stripe.com/quillfeather.pdf'
 where customer_id = 'cus_ada';
insert into private.checkouts (session_id, mode, state, payment_status, customer_id, member_id, as_of)
values ('cs_ada', 'payment', 'complete', 'paid', null, pg_temp.person('ada'), now());
insert into private.charges (charge_id, customer_id, payment_intent_id, amount, amount_refunded, currency, as_of)
values ('ch_ada', 'cus_ada', 'pi_dues', 1000, 1000, 'usd', now());
insert into private.refunds (refund_id, charge_id, payment_intent_id, amount, currency, status, reason, created_at, as_of)
values ('re_ada', 'ch_ada', 'pi_dues', 1000, 'usd', 'succeeded', 'requested_by_customer', now(), now());
insert into private.reconciliation_runs (started_at) values (now());
insert into private.reconciliation_proposals (run_id, subscription_id, difference, raises_access, ours, stripes, observed_at)
select r.id, s.id, 'status', false, '{}', pg_catalog.jsonb_build_object('id', s.id, 'customer', 'cus_ada', 'metadata', '{"note": "Quillfeather"}'::jsonb), now()
  from (select r.id from private.reconciliation_runs r limit 1) r, (values ('sub_ada'), ('sub_not_here')) s (id);
insert into private.stripe_events (event_id, type, created_at, object_id, state, payload) values
  ('evt_customer', 'customer.updated', now(), 'cus_ada', 'applied',
   '{"data": {"object": {"object": "customer", "id": "cus_ada", "email": "ada@example.org", "name": "Ada Quillfeather"}}}'),
  ('evt_ignored', 'invoice.created', now(), 'in_other', 'ignored',
   '{"data": {"object": {"object": "invoice", "id": "in_other", "customer": "cus_ada", "customer_name": "Ada Quillfeather"}}}'),
  ('evt_gift', 'payment_intent.succeeded', now(), 'pi_ada', 'ignored',
   '{"data": {"object": {"object": "payment_intent", "id": "pi_ada", "receipt_email": "ada@example.org"}}}'),
  ('evt_session', 'checkout.session.completed', now(), 'cs_ada', 'applied',
   '{"data": {"object": {"object": "checkout.session", "id": "cs_ada", "customer_details": {"name": "Ada Quillfeather"}, "payment_intent": null}}}'),
  ('evt_refund', 'refund.created', now(), 're_ada', 'applied',
   '{"data": {"object": {"object": "refund", "id": "re_ada", "charge": "ch_ada", "payment_intent": "pi_dues", "destination_details": {"card": {"reference": "Quillfeather"}}}}}'),
  ('evt_expired', 'checkout.session.expired', now(), 'cs_left', 'applied',
   '{"data": {"object": {"object": "checkout.session", "id": "cs_left", "customer_details": {"email": "Ada@Example.org"}}}}'),
  ('evt_waiting', 'invoice.paid', now(), 'in_late', 'dead',
   '{"type": "invoice.paid", "data": {"object": {"object": "invoice", "id": "in_late", "customer": "cus_ada", "customer_email": "ada@example.org", "amount_paid": 1000}}}');

-- Mailchimp.
insert into private.audience_contacts (member_id, email, state, tags) values (pg_temp.person('ada'), 'ada@example.org', 'subscribed', '{member}');
insert into private.audience_retired (email, reason) values ('quill@example.net', 'Merged into another member');
insert into private.audience_drift (run_id, member_id, difference, action) values (gen_random_uuid(), pg_temp.person('ada'), 'Tags there: none', 'repaired');
insert into private.audience_batches (member_ids, finished_at) values (array[pg_temp.person('ada')], now()),
  (array[pg_temp.person('ada'), pg_temp.person('bea')], null);
insert into private.mailchimp_events (body_hash, type, outcome, payload)
values ('hash_ada', 'profile', 'ignored', '{"email": "ada@example.org", "merges": {"LNAME": "Quillfeather"}}');

-- Mails.
select private.send_email('mail_ada', 'event_message', '{"words": "The goose is in the mill"}', member => pg_temp.person('ada'));
select private.begin_email(e.id, now()), private.email_sent(e.id, 're_ada') from private.emails e where e.key = 'mail_ada';
select private.send_email('mail_quill', 'guest_pending', '{"title": "Blotting"}', address => 'quill@example.net');
select private.receive_resend_event('svix_ada', now(), '{"type": "email.bounced", "data": {"email_id": "re_ada", "to": ["ada@example.org"], "subject": "The goose", "bounce": {"type": "Permanent", "subType": "General"}}}');

-- Slack.
insert into private.slack_people (member_id, status, slack_user_id, display_name, synced_at, invite_note)
values (pg_temp.person('ada'), 'active', 'U0QUILL', 'Quillfeather', now(), 'Slack sent it');
with run as (insert into private.slack_runs (kind, started_at, touched_at) values ('asked', now(), now()) returning id)
insert into private.slack_lookups (run_id, member_id) select run.id, pg_temp.person('ada') from run;
select private.receive_slack_event('Ev0ADA', 'user_change',
  '{"id": "U0QUILL", "email": "ada@example.org", "name": "Quillfeather", "status": "active", "isBot": false, "isInvited": false, "updated": 7}');
select private.post_to_slack('quill:slack', 'event_message', '{"title": "Ink", "words": "Quillfeather, bring your own", "from": "Lea"}', member => pg_temp.person('ada'));
insert into private.slack_nudges (member_id, number, at) values (pg_temp.person('ada'), 1, now());
select private.open_slack_offboarding(pg_temp.person('ada'), 'U0QUILL', 'lapsed', now());

-- Guest lists: of an event to come that Luma has, and what she did as a leader.
insert into private.luma_events (event_id, luma_id, state) values ('22222222-0000-4000-8000-000000000002', 'evt-ink', 'live')
on conflict (event_id) do update set luma_id = excluded.luma_id, state = excluded.state;
select private.receive_luma_webhook('wh_ada', 'guest.registered', pg_catalog.jsonb_build_object('id', 'gst-ink', 'user_email', 'ADA@example.org',
  'user_name', 'Ada Quillfeather', 'approval_status', 'pending_approval', 'registered_at', now() - interval '1 hour',
  'registration_answers', '[{"label": "Diet", "value": "Blotting paper"}]'::jsonb, 'event', '{"id": "evt-ink"}'::jsonb));
update private.guest_decisions set actor_id = pg_temp.person('ada'), words = 'Quillfeather is welcome';
insert into private.guest_messages (event_id, sent_by, audience, words, sent_at)
values ('22222222-0000-4000-8000-000000000002', pg_temp.person('ada'), 'all', 'Bring ink', now());
insert into private.event_thanks (event_id, sent_by, sent_at, told) values ('22222222-0000-4000-8000-000000000002', pg_temp.person('ada'), now(), 1);
update public.events set created_by = pg_temp.person('ada'), updated_by = pg_temp.person('ada') where id = '22222222-0000-4000-8000-000000000004';
insert into public.event_series (id, created_by) values ('55555555-0000-4000-8000-0000000000ad', pg_temp.person('ada'));
insert into public.leader_regions (member_id, region) values (pg_temp.person('ada'), 'Oceania');

-- Doubts about who she is: hers, and another's that names her.
insert into private.identity_reviews (member_id, email, reason) values (pg_temp.person('ada'), 'quill@example.net', 'Says that she paid with another address');
insert into private.identity_reviews (member_id, other_member_id, email, reason, evidence)
values (pg_temp.person('bea'), pg_temp.person('ada'), 'ada@example.org', 'Paid with an address of another member', '{"event": "evt_x"}');

-- The shelf, the store and the log.
insert into public.resource_marks (member_id, resource_id)
select pg_temp.person('ada'), r.id from public.resources r order by r.id limit 1 on conflict do nothing;
insert into private.calendar_feeds (member_id, token_hash, created_at) values (pg_temp.person('ada'), private.calendar_hash('quillfeather'), now());
update public.resources set created_by = pg_temp.person('ada'), updated_by = pg_temp.person('ada')
 where id = (select r.id from public.resources r order by r.id limit 1);
insert into storage.objects (bucket_id, name) values ('pictures', pg_temp.person('ada')::text || '/portrait.webp');
update storage.objects set owner = pg_temp.login('ada'), owner_id = pg_temp.login('ada')::text where bucket_id = 'resources';
select private.take_token('portal:' || pg_temp.login('ada')::text, 5, interval '1 day', now()),
  private.take_token('claim:' || pg_temp.person('ada')::text, 5, interval '1 day', now());
select private.set_consent(pg_temp.login('ada'), 'email', true, now());
select private.audit('studio', 'postgres', 'members.merged', 'member', pg_temp.person('ada')::text,
  '{"merged": "99999999-0000-4000-8000-000000000001"}', null, 'They are one');

-- What agents did and said about her, and the key that she works with. Kim's key is the cast's.
update private.agent_keys set holder_id = pg_temp.person('ada'), what = 'What Ada Quillfeather tries', held_until = now() - interval '1 day', held_reason = 'Quillfeather asked' where id = pg_temp.agent_key('kim');
insert into private.agent_change_sets (id, key_id, task, opened_at) values
  ('77777777-0000-4000-8000-000000000001', pg_temp.agent_key('kim'), 'Look after her profile', now()),
  ('77777777-0000-4000-8000-000000000002', pg_temp.agent_key('kim'), 'Ask Ada Quillfeather for ink', now()),
  ('77777777-0000-4000-8000-000000000003', pg_temp.agent_key('kim'), 'Look after others', now());
insert into private.agent_writes (key_id, change_set, operation, action, target_type, target_id, member_id, before, after, undo, correlation_id, at, undo_note)
values (pg_temp.agent_key('kim'), '77777777-0000-4000-8000-000000000001', 'members.update', 'members.profile_corrected', 'member', pg_temp.person('ada')::text,
    pg_temp.person('ada'), '{"bio": "Born beside a goose"}', '{"bio": "Born beside a paper mill"}', 'undo_profile_correction', 'req-quill', now(), 'The goose changed since'),
  (pg_temp.agent_key('kim'), null, 'content.update', 'resources.corrected', 'resource', '33333333-0000-4000-8000-000000000003', null,
    '{"title": "Notes of Quillfeather"}', '{"title": "Notes"}', 'undo_content', 'req-notes', now(), null);
insert into private.agent_proposals (id, key_id, kind, member_id, subject, amount, currency, reason, shows, state, why_waiting, created_at, expires_at,
    decided_at, decided_by, decision_reason, settled_at, provider_id, error, correlation_id)
values ('88888888-0000-4000-8000-000000000001', pg_temp.agent_key('kim'), 'refund', pg_temp.person('ada'), 'in_ada', 500, 'usd', 'Quillfeather paid for ink twice',
    '{"would": ["Gives 5.00 back for the goose"]}', 'declined', 'Above the limit', now() - interval '2 days', now() - interval '1 day',
    now() - interval '1 day', 'studio', 'Her goose ate it', now() - interval '1 day', 're_ink', 'Blotting', 'req-refund'),
  ('88888888-0000-4000-8000-000000000002', pg_temp.agent_key('kim'), 'cancel_now', pg_temp.person('bea'), 'sub_bea', null, null, 'Not to be mistaken for Ada Quillfeather',
    '{"would": ["Ends now"]}', 'declined', 'Always asks', now() - interval '2 days', now() - interval '1 day', now() - interval '1 day', 'studio', null, now() - interval '1 day',
    null, null, 'req-cancel');
insert into private.agent_requests (key_id, idempotency_key, operation, fingerprint, status, answer, at)
values (pg_temp.agent_key('kim'), 'refund-for-ada@example.org', 'members.update', '\x00', 200, '{"data": {"member": "00000000-0000-4000-8000-000000000061"}}', now());
insert into private.agent_refusals (key_id, operation, status, reason, field, correlation_id, at)
values (pg_temp.agent_key('kim'), 'members.update', 422, 'There is no field quillfeather', 'quillfeather', 'mail-quill@example.net', now());
insert into private.event_ideas (key_id, title, description, starts_at, ends_at, time_zone, why, created_at)
values (pg_temp.agent_key('kim'), 'Evening with Ada Quillfeather', 'On ink', now() + interval '9 days', now() + interval '9 days 1 hour', 'UTC', 'Quillfeather asked', now());
insert into private.campaign_drafts (key_id, subject, body, segment, why, created_at)
values (pg_temp.agent_key('kim'), 'Thank you, Quillfeather', 'For the blotting lessons of Ada Quillfeather', '{}', 'She gave', now());
