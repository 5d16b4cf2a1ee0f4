begin;
select plan(6);

insert into private.stripe_events (event_id, type, created_at, state, received_at, payload) values
  ('evt_old', 'invoice.paid', '2026-01-01Z', 'applied', '2026-01-01Z', '{"email": "ada@example.org"}'),
  ('evt_dead', 'invoice.paid', '2026-01-01Z', 'dead', '2026-01-01Z', '{"email": "ada@example.org"}'),
  ('evt_new', 'invoice.paid', '2026-06-01Z', 'applied', '2026-06-01Z', '{"email": "ada@example.org"}');
insert into private.mailchimp_events (body_hash, type, outcome, received_at, payload)
values ('hash', 'unsubscribe', 'applied', '2026-01-01Z', '{"email": "ada@example.org"}');

select is(private.forget_payloads('2026-07-01Z'), 2, 'Bodies of settled webhooks go after half a year');
select is((select payload from private.stripe_events where event_id = 'evt_old'), null, 'of Stripe');
select is((select payload from private.mailchimp_events where body_hash = 'hash'), null, 'and of Mailchimp');
select isnt((select payload from private.stripe_events where event_id = 'evt_dead'), null, 'What waits for a person keeps its body');
select isnt((select payload from private.stripe_events where event_id = 'evt_new'), null, 'and so does what is younger');
select is(private.forget_payloads('2026-07-01Z'), 0, 'Running it again changes nothing');

select * from finish();
rollback;
