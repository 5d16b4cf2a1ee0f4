begin;
set local search_path = public, extensions;
select plan(37);

-- What is taken out; tests/house/log.test.ts holds the same of scrub() in TypeScript.
create temp table said_in_texts (text text, clean text);
insert into said_in_texts values
  ('payment of ada.l+x@example.org failed', 'payment of [email] failed'),
  ('"Ada" <ada@example.org>, eve@mail.example.co.uk', '"Ada" <[email]>, [email]'),
  ('key sk_test_abcDEF123 refused', 'key [secret] refused'),
  ('rk_live_abcDEF123', '[secret]'),
  ('whsec_abcDEF123', '[secret]'),
  ('cak_live_abc-DEF_123 and cak_test_x9', '[secret] and [secret]'),
  ('re_abcDEF12_abcdefGHIJKL3456', '[secret]'),
  ('sb_secret_abcDEF123', '[secret]'),
  ('xoxb-123-abcDEF123', '[secret]'),
  ('Authorization: bearer abcDEF123', 'Authorization: bearer [secret]'),
  ('eyJhbGciOiJFUzI1NiJ9.eyJzdWIiOiJhIn0.abcDEF123', '[token]'),
  ('pay at https://invoice.stripe.com/i/acct_1/live_YWNj?s=ap now', 'pay at [link] now'),
  ('or type invoice.stripe.com/i/acct_1/live_YWNj', 'or type [link]'),
  ('call +1 415 555 0100.', 'call [phone].'),
  ('call +14155550100 or +351 (21) 123-4567', 'call [phone] or [phone]'),
  ('call (415) 555-0100, 415-555-0100 or 415.555.0100', 'call [phone], [phone] or [phone]'),
  ('ADA@EXAMPLE.ORG', '[email]'),
  ('ada＠example.org', '[email]');
select is(private.scrub(text), clean, 'Out goes what stands in: ' || text) from said_in_texts;

-- What stays.
select is(private.scrub(text), text, 'This stays: ' || text) from (values
  ('She paid $1,000.00 on 4 March 2027.'), ('in_1QabcDEF0123456789, sub_ada, evt_1'), ('00000000-0000-4000-8000-000000000061'),
  ('2026-11-21T18:00:00+01:00'), ('3 of 10 (30 %)'), ('https://commons.example/account/'), ('@here, and five + three'), ('Tried 12 times; again on 21 November 18:00 UTC'),
  ('')) kept (text);
select is(private.scrub(null), null, 'Nothing stays nothing');

-- What nobody sees is not read either, and hides nothing.
select is(private.said(words) ->> 'written_by_people', clean, 'An agent reads what people see: ' || clean) from (values
  (U&'Ada\200B\2060\FEFF Park', 'Ada Park'), (U&'gro.elpmaxe\202E', 'gro.elpmaxe'), (U&'Hi\+0E0041\+0E0042\+0E007F', 'Hi'), (U&'a\2028b\0085c', 'abc'),
  (U&'+1 415\200B 555\2060 0100', '[phone]'), (U&'\+01F469\200D\+01F4BB', U&'\+01F469\200D\+01F4BB'), (U&'\0645\06CC\200C\062E', U&'\0645\06CC\200C\062E'),
  (U&'e\0301 \2764\FE0F', U&'e\0301 \2764\FE0F')) said (words, clean);
select is(private.scrub(private.scrub('ada@example.org +14155550100')), '[email] [phone]', 'Twice is once');

select * from finish();
rollback;
