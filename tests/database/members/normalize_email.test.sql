begin;
set local search_path = public, extensions;
select plan(58);

select is(private.normalize_email(null), null, 'No address stays no address');
select is(private.normalize_email('Ada.Lovelace@Example.ORG'), 'ada.lovelace@example.org', 'Capital letters do not matter');
select is(private.normalize_email('ada+news@example.org'), 'ada+news@example.org', 'An address with a plus is one of its own');
select is(private.normalize_email('a.d.a@example.org'), 'a.d.a@example.org', 'and so is one with dots');
select is(private.normalize_email(E' \t\r\n ada@example.org \n'), 'ada@example.org', 'White space around it is dropped');
select is(private.normalize_email(chr(code) || 'ada@example.org' || chr(code)), 'ada@example.org', 'also the invisible character U+' || to_hex(code))
  from unnest(array[1, 11, 31, 127, 133, 160, 173, 5760, 6158, 8192, 8203, 8206, 8207, 8232, 8239, 8287, 8288, 8294, 8303, 12288, 65279]) code;
select is(private.normalize_email('ａｄａ＠ｅｘａｍｐｌｅ．ｏｒｇ'), 'ada@example.org', 'Full-width letters are the same letters');
select is(private.normalize_email(U&'jose\0301@example.org'), private.normalize_email(U&'jos\00e9@example.org'), 'An accent is the same, whichever way it is composed');
select is(private.normalize_email(U&'\fb01nn@example.org'), 'finn@example.org', 'A ligature is its letters');
select is(private.normalize_email('ДАША@пример.рф'), 'даша@пример.рф', 'Other alphabets have addresses too');
select is(private.normalize_email(repeat('a', 242) || '@example.org'), repeat('a', 242) || '@example.org', 'An address may have 254 characters');

select throws_ok(format('select private.normalize_email(%L)', repeat('a', 243) || '@example.org'), 'PT422', 'This is not an e-mail address that mail can be sent to', 'and no more');
select throws_ok(format('select private.normalize_email(%L)', wrong), 'PT422', 'This is not an e-mail address that mail can be sent to', 'No mail reaches ' || quote_literal(wrong))
  from unnest(array['', ' ', 'ada', 'ada@', '@example.org', 'ada@example', 'ada@.org', 'ada@example.', 'ada@example..org', 'ada@exa mple.org', 'a da@example.org',
    'ada@bea@example.org', 'Ada <ada@example.org>', 'ada@example.org, bea@example.org', '"ada"@example.org', 'ada@example.org;', 'ada\@example.org']) wrong;
select throws_ok(format('select private.normalize_email(%L)', 'ada' || chr(code) || '@example.org'), 'PT422', 'This is not an e-mail address that mail can be sent to', 'nor one with U+' || to_hex(code) || ' inside')
  from unnest(array[1, 173, 8203, 8238, 65279]) code;
select throws_ok($$select private.normalize_email('"ada\u0000@example.org"'::jsonb #>> '{}')$$, '22P05', 'unsupported Unicode escape sequence', 'A null byte never gets as far as an address');

-- One spelling means that spelling it again changes nothing, whatever letter it has.
create function pg_temp.twice(letter text) returns boolean language plpgsql as $$
declare once text;
begin
  once := private.normalize_email(letter || 'a@example.org');
  return private.normalize_email(once) = once;
exception when sqlstate 'PT422' then
  return null;
end
$$;
select is_empty($$
  select to_hex(code) from generate_series(160, 131071) code
   where code not between 55296 and 57343 and chr(code) is distinct from lower(normalize(chr(code), NFKC)) and not pg_temp.twice(chr(code))
$$, 'The spelling is final: no letter of Unicode is spelled differently the second time');
select ok((select count(*) > 3000 from generate_series(160, 131071) code
   where code not between 55296 and 57343 and chr(code) is distinct from lower(normalize(chr(code), NFKC))), 'though thousands of letters are respelled');
-- Long rubbish is refused quickly.
select throws_ok(format('select private.normalize_email(%L)', 'a' || repeat(' ', 100000) || 'b@example.org'), 'PT422', 'This is not an e-mail address that mail can be sent to', 'A hundred thousand spaces are refused like one');

select * from finish();
rollback;
