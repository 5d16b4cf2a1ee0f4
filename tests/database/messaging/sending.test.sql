-- private.email_to_send: whether a mail may go out, asked when it would.
begin;
-- include: ../cast.sql
select plan(37);
create function pg_temp.owe(key text, who text default null, address text default null, kind private.email_kind default 'service')
returns bigint language sql as
  $$ select private.send_email(key, 'event_message', '{"title": "Dinner", "words": "Hello"}', member => pg_temp.person(who), address => address, kind => kind) $$;
create function pg_temp.held(email bigint) returns private.emails language sql as $$ select e from private.emails e where e.id = email $$;
create temporary table mail (name text primary key, id bigint);
create function pg_temp.id(wanted text) returns bigint language sql stable as $$ select m.id from mail m where m.name = wanted $$;
insert into mail values ('ada', pg_temp.owe('k:ada', 'ada')), ('news', pg_temp.owe('k:news', 'ada', kind => 'optional')),
  ('guest', pg_temp.owe('k:guest', address => ' Guest@Example.net ')), ('guest news', pg_temp.owe('k:guest-news', address => 'guest@example.net', kind => 'optional'));

-- Owing.
select is(pg_temp.owe('k:ada', 'bea'), pg_temp.id('ada'), 'The same key is the same mail, whoever asks');
select is((select count(*)::int from private.emails where key = 'k:ada'), 1, 'and one row');
select is((select count(*)::int from admin.jobs where kind = 'send_email' and args ->> 'email_id' = pg_temp.id('ada')::text), 1, 'and one job');
select is((pg_temp.held(pg_temp.id('guest'))).address, 'guest@example.net', 'An address is kept in its one spelling');
select throws_ok($$select private.send_email('k:nobody', 'event_message')$$, '23514', null, 'A mail goes to somebody');
select throws_ok($$select private.send_email('k nobody', 'event_message', member => pg_temp.person('ada'))$$, '23514', null, 'and its key fits into a header');

-- To whom.
select is(private.email_to_send(pg_temp.id('ada'), now()) ->> 'to', 'ada@example.org', 'A member''s mail goes to her primary address');
select is(private.email_to_send(pg_temp.id('ada'), now()) ->> 'name', 'Ada', 'with her first name');
insert into public.member_emails (email, member_id, is_primary, verified_at, source) values ('ada@example.net', pg_temp.person('ada'), false, now(), 'merge');
select private.set_primary_email(pg_temp.person('ada'), 'ada@example.net', now(), 'auth');
select is(private.email_to_send(pg_temp.id('ada'), now()) ->> 'to', 'ada@example.net', 'the one of the moment in which it is sent');
select is(private.email_to_send(pg_temp.id('guest'), now()) ->> 'name', null, 'A guest is somebody without a name here');

-- Whether it still has something to say.
insert into mail values ('place', private.send_email('k:place', 'guest_approved', '{"title": "Dinner", "starts_at": "2026-06-10T18:00:00Z"}', member => pg_temp.person('lea')));
select is(private.email_to_send(pg_temp.id('place'), '2026-06-10 19:00Z') ->> 'to', 'lea@example.org', 'A place at a gathering is told of, also late');
select is(private.email_to_send(pg_temp.id('place'), '2026-06-11 19:00Z') ->> 'withheld', 'The gathering is over', 'but not the day after');

-- Consent.
select is(private.email_to_send(pg_temp.id('news'), now()) ->> 'to', 'ada@example.net', 'An optional mail goes out while she has not said no');
select is(private.email_to_send(pg_temp.id('guest news'), now()) ->> 'withheld', 'Nobody allowed mails of this kind to this address', 'and never to somebody who is no member');
select is(private.wants_optional_mail(gen_random_uuid()), true, 'Who has said nothing is written to, as her page of notifications says');
insert into public.consents (member_id, channel, granted, source) values (pg_temp.person('ada'), 'email', false, 'test'), (pg_temp.person('ada'), 'slack', true, 'test');
select is(private.email_to_send(pg_temp.id('news'), now()), '{"withheld": "She does not want mails of this kind"}', 'Her newest answer about e-mail counts');
select is(private.email_to_send(pg_temp.id('ada'), now()) ->> 'to', 'ada@example.net', 'for the mails that she does not need');

-- Beginning.
select ok(not private.begin_email(pg_temp.id('news'), now()) ? 'to' and (pg_temp.held(pg_temp.id('news'))).state = 'withheld', 'What may not go out is withheld');
select is((pg_temp.held(pg_temp.id('news'))).reason, 'She does not want mails of this kind', 'and says why');
select is(private.begin_email(pg_temp.id('news'), now()), null, 'once');
select is(private.begin_email(pg_temp.id('ada'), '2026-06-01Z') ->> 'begun_at', null, 'The first call is the first');
select is((private.begin_email(pg_temp.id('ada'), '2026-06-02Z') ->> 'begun_at')::timestamptz, '2026-06-01Z', 'the next one knows of it');
select private.set_primary_email(pg_temp.person('ada'), 'ada@example.org', now(), 'auth');
select is(private.email_to_send(pg_temp.id('ada'), now()) ->> 'to', 'ada@example.net', 'and goes to the same address');
select private.email_not_begun(pg_temp.id('ada'));
select is(private.email_to_send(pg_temp.id('ada'), now()) ->> 'to', 'ada@example.org', 'unless the first surely sent nothing');

-- An optional mail has its word; only the hash is kept.
insert into mail values ('bea news', pg_temp.owe('k:bea-news', 'bea', kind => 'optional'));
create temporary table word as select private.begin_email(pg_temp.id('bea news'), now()) ->> 'unsubscribe' as word;
select ok(word ~ '^[A-Za-z0-9_-]{43}$', 'An optional mail has a word to stop by') from word;
select is((select word from word), private.begin_email(pg_temp.id('bea news'), now()) ->> 'unsubscribe', 'the same for each attempt');
select is((pg_temp.held(pg_temp.id('bea news'))).unsubscribe_key, (select pg_catalog.encode(pg_catalog.sha256(word::bytea), 'hex') from word), 'of which the hash is kept');
insert into mail values ('bea again', pg_temp.owe('k:bea-again', 'bea', kind => 'optional'));
select isnt(private.begin_email(pg_temp.id('bea again'), now()) ->> 'unsubscribe', (select word from word), 'and another for each mail');
insert into public.consents (member_id, channel, granted, source) values (pg_temp.person('bea'), 'email', false, 'test');
select private.begin_email(pg_temp.id('bea news'), now());
select is((pg_temp.held(pg_temp.id('bea news'))).state, 'unclear', 'A no after a call whose end nobody knows: nobody knows');

-- Suppressed addresses.
select is(private.suppress_address('GUEST@example.net', 'bounced', '2026-06-01Z'), true, 'An address is stopped');
select is(private.email_to_send(pg_temp.id('guest'), now()) ->> 'withheld', 'This address takes no mail: see admin.email_suppressions', 'and gets nothing, not even what she needs');
select is(private.suppress_address('guest@example.net', 'bounced', '2026-06-02Z'), false, 'Twice is no news');
select is(private.suppress_address('guest@example.net', 'complained', '2026-06-02Z'), true, 'but a complaint weighs more');
select is(private.suppress_address('no address', 'bounced', now()), false, 'What is no address is nobody''s');

-- The pace.
select is(private.email_turn('2026-06-01Z'), 0::double precision, 'The first has its turn at once');
select is(array[private.email_turn('2026-06-01Z'), private.email_turn('2026-06-01Z')], array[0.25, 0.5]::double precision[], 'the next wait a quarter of a second each');
select is(private.email_turn('2026-05-01Z'), 0::double precision, 'A clock that was set back holds nothing up');

select * from finish();
rollback;
