-- What the memberships room holds about a person, why, how long, and who sees it.

select private.note_personal_data('private.stripe_customers', 'to know whose payment a payment is',
  'until she deletes her account; then the customer''s number stays, without her', 'admins', '{
  "customer_id": "Her number as a customer at Stripe.",
  "email": "The address that Stripe has of her.",
  "name": "The name that Stripe has of her.",
  "deleted_at": "When the customer was deleted at Stripe."}');

select private.note_personal_data('public.subscriptions', 'to know what she pays for, and until when that gives access',
  'for good, for the books; without her once she deletes her account', 'she and admins', '{
  "subscription_id": "The subscription''s number at Stripe.",
  "purpose": "Whether it is dues or a donation.",
  "tier": "The tier that it pays for.",
  "unit_amount": "What it costs each time, in the currency''s smallest unit.",
  "currency": "The currency.",
  "status": "Stripe''s word for how it stands.",
  "current_period_start": "When the paid period began.",
  "current_period_end": "When the paid period ends.",
  "cancel_at_period_end": "Whether it ends with the paid period.",
  "cancel_at": "When Stripe will end it.",
  "canceled_at": "When she canceled.",
  "ended_at": "When it ended.",
  "trial_end": "When a trial ends."}');
select private.note_personal_data('public.subscriptions', 'to work out until when it gives access',
  'for good, for the books; without her once she deletes her account', 'admins', '{
  "customer_id": "The customer at Stripe who pays.",
  "price_id": "The price at Stripe.",
  "cancellation_reason": "Why it ended: asked for, unpaid, or disputed.",
  "past_due_since": null,
  "access_cut_at": null,
  "access_until": "Until when this subscription gives access."}');

select private.note_personal_data('public.memberships', 'to open to her what members have, and to nobody else',
  'until she deletes her account', 'she and admins', '{
  "tier": "Her tier.",
  "status": "How her membership stands.",
  "current_period_end": "When the period ends that she paid for.",
  "cancel_at_period_end": "Whether it ends then.",
  "access_until": null,
  "member_since": "Since when she has been a member.",
  "ended_at": null}');
select private.note_personal_data('public.memberships', 'to open to her what members have, and to nobody else',
  'until she deletes her account', 'admins', '{
  "subscription_id": "The subscription that it stands on."}');

select private.note_personal_data('public.invoices', 'so that she finds her receipts, and the books are complete',
  'for good, for the books; without her once she deletes her account', 'she and admins', '{
  "invoice_id": "The invoice''s number at Stripe.",
  "subscription_id": "The subscription that it is for.",
  "status": "Whether it is paid.",
  "amount_due": "What was asked, in the currency''s smallest unit.",
  "amount_paid": "What was paid.",
  "currency": "The currency.",
  "period_end": "Until when it pays.",
  "next_payment_attempt": "When Stripe tries the card again.",
  "created_at": "When it was made.",
  "paid_at": "When it was paid."}');
select private.note_personal_data('public.invoices', 'so that she finds her receipts',
  'until she deletes her account', 'she and admins', '{
  "hosted_invoice_url": "The receipt''s page at Stripe.",
  "invoice_pdf": "The receipt as a file at Stripe."}');
select private.note_personal_data('public.invoices', 'to know how long a failed payment is still tried',
  'for good, for the books; without her once she deletes her account', 'admins', '{
  "customer_id": "The customer at Stripe who pays.",
  "attempt_count": "How often Stripe has tried the card.",
  "retries_over_at": null}');

select private.note_personal_data('public.donations', 'to thank her, and for the books',
  'for good, for the books; without her once she deletes her account', 'she and admins', '{
  "amount": "What she gave, in the currency''s smallest unit.",
  "amount_refunded": "What was given back of it.",
  "currency": "The currency.",
  "status": "Whether it was paid, or given back.",
  "donated_at": "When she gave."}');
select private.note_personal_data('public.donations', 'because she wanted it said with her gift',
  'until she deletes her account', 'she and admins', '{
  "note": "What she wrote with it.",
  "in_honour_of": "Whom she gave it in honour of."}');
select private.note_personal_data('public.donations', 'to find the payment again at Stripe',
  'for good, for the books; without her once she deletes her account', 'admins', '{
  "checkout_session_id": "The checkout at Stripe.",
  "invoice_id": "The invoice at Stripe.",
  "subscription_id": "The recurring gift at Stripe.",
  "payment_intent_id": "The payment at Stripe."}');

select private.note_personal_data('private.charges', 'to do what follows from a refund or a dispute',
  'for good, for the books; without her once she deletes her account', 'admins', '{
  "customer_id": "The customer at Stripe who paid.",
  "amount": "What was paid, in the currency''s smallest unit.",
  "amount_refunded": "What was given back.",
  "amount_reported": "What was given back before some of it did not arrive.",
  "currency": "The currency.",
  "refunded_at": "When it was given back.",
  "dispute_status": "How her bank decided about it.",
  "disputed_at": "When her bank asked for it back.",
  "dispute_closed_at": "When the bank decided."}');

select private.note_personal_data('private.checkouts', 'to know how many checkouts succeed',
  'for good, for the books; without her once she deletes her account', 'admins', '{
  "customer_id": "The customer at Stripe.",
  "mode": "Whether it was for a membership or a gift.",
  "state": "Whether it was finished.",
  "payment_status": "Whether it was paid.",
  "amount_total": "What it came to, in the currency''s smallest unit.",
  "currency": "The currency."}');

select private.note_personal_data('public.membership_notices', 'so that she is told of a failing payment, and once only',
  'until she deletes her account', 'she and admins', '{
  "kind": "What she was told about.",
  "invoice_id": "The invoice that it is about.",
  "created_at": "When it came up.",
  "sent_at": "When she was told.",
  "resolved_at": "When it was settled."}');

select private.note_personal_data('private.stripe_events', 'so that no payment is lost, and each can be explained',
  '180 days after it was settled, or until she deletes her account', 'admins', '{
  "payload": "What Stripe told us about a payment of hers, with the name and address that she typed there."}');
select private.note_personal_data('private.stripe_events', 'so that no payment is lost, and each can be explained',
  'for good, naming nobody', 'admins', '{
  "type": "What happened at Stripe.",
  "object_id": "What it happened to, as Stripe numbers it."}');

select private.note_personal_data('private.reconciliation_proposals', 'so that a difference to Stripe is seen and decided',
  'for good, for the books; without her once she deletes her account', 'admins', '{
  "subscription_id": "The subscription that differs.",
  "difference": "What differs.",
  "ours": "The subscription as it stood here.",
  "stripes": "The subscription as Stripe showed it.",
  "state": "What was decided.",
  "resolution": "Why."}');
