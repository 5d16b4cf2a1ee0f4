begin;
-- include: ../cast.sql
set local search_path = public, extensions;
select plan(36);
create function pg_temp.account(id text, email text, status text default 'active', updated bigint default 0, more jsonb default '{}') returns jsonb language sql as $$
  select jsonb_build_object('id', id, 'email', email, 'name', 'Name of ' || id, 'status', status, 'isBot', false, 'isInvited', false, 'updated', updated, 'team', 'T0OURS') || more $$;
create function pg_temp.match(people jsonb, run bigint default null) returns integer language sql as $$ select private.match_slack_people(people, run, now()) $$;
create function pg_temp.held(who text) returns text language sql as $$
  select status::text || coalesce(' ' || slack_user_id, '') from private.slack_people where member_id = pg_temp.person(who) $$;
select private.note_slack_workspace('T0OURS', 'Ours', 'https://ours.slack.com/');

-- Whose account it is.
select is(pg_temp.match(jsonb_build_array(pg_temp.account('U0ADA', 'Ada@Example.ORG'), pg_temp.account('U0OUT', 'out@example.net'))), 1, 'Of two accounts one is a member''s, whatever the case of its address');
select is(pg_temp.held('ada'), 'active U0ADA', 'She is known by it');
select is((select count(*)::int from private.slack_people), 1, 'and of the other nothing is kept');
insert into members (id, origin) values (pg_temp.person('zoe'), 'import');
insert into member_emails (email, member_id, is_primary, source) values ('zoe@example.org', pg_temp.person('zoe'), true, 'import');
select is(pg_temp.match(jsonb_build_array(pg_temp.account('U0ZOE', 'zoe@example.org'))), 0, 'An address that nobody proved makes nobody a member''s account');
insert into member_emails (email, member_id, verified_at, source) values ('bea.too@example.org', pg_temp.person('bea'), now(), 'merge');
select is(pg_temp.match(jsonb_build_array(pg_temp.account('U0BEA', 'bea.too@example.org'))), 1, 'Any address that she proved does');
select is(pg_temp.match(jsonb_build_array(pg_temp.account('U0CYN', 'cyn@example.org'))), 1, 'Who has left is known as well, as long as she is there');
select is(pg_temp.match(jsonb_build_array(pg_temp.account('U0DOT', 'dot@example.org', more => '{"isBot": true}'),
  pg_temp.account('U1DOT', 'dot@example.org', more => '{"isInvited": true}'), pg_temp.account('U2DOT', 'dot@example.org', more => '{"team": "T0OTHER"}'))), 0,
  'Bots, who was only invited, and guests of shared channels are nobody''s');
select is(pg_temp.match('[]'), 0, 'An empty page says nothing');
select is(pg_temp.match(jsonb_build_array(pg_temp.account('U0DOT', null))), 0, 'nor does an account without an address');

-- What becomes of it.
select is(pg_temp.match(jsonb_build_array(pg_temp.account('U0ADA', 'ada@example.org', 'inactive', 100))), 1, 'A change is taken over');
select is(pg_temp.held('ada'), 'inactive U0ADA', 'with the status that Slack gave');
select is(pg_temp.match(jsonb_build_array(pg_temp.account('U0ADA', 'ada@example.org', 'active', 99))), 1, 'What is older');
select is(pg_temp.held('ada'), 'inactive U0ADA', 'changes nothing');
select pg_temp.match(jsonb_build_array(pg_temp.account('U0ADA', 'ada@example.org', 'active', 100)));
select is(pg_temp.held('ada'), 'active U0ADA', 'The same second counts');
select pg_temp.match(jsonb_build_array(pg_temp.account('U0ADA', 'else@example.net', 'deactivated', 101)));
select is(pg_temp.held('ada'), 'deactivated U0ADA', 'An account stays hers when its address changes');
select is((select last_seen_at is not null from private.slack_people where member_id = pg_temp.person('ada')), true, 'When she was last there stays');
select pg_temp.match(jsonb_build_array(pg_temp.account('U9ADA', 'ada@example.org', 'inactive', 5)));
select is(pg_temp.held('ada'), 'inactive U9ADA', 'A better account of hers takes the place');
select pg_temp.match(jsonb_build_array(pg_temp.account('U0ADA', 'else@example.net', 'active', 200)));
select is(pg_temp.held('ada'), 'inactive U9ADA', 'and the former one is nobody''s, until it has an address of hers again');
select pg_temp.match(jsonb_build_array(pg_temp.account('U9ADA', 'dot@example.org', 'active', 6)));
select is(pg_temp.held('dot') || ', ' || pg_temp.held('ada'), 'active U9ADA, not_found', 'Whose address it has now owns it, and the other is not there any more');
select is((select count(*)::int from private.slack_people where slack_user_id = 'U9ADA'), 1, 'An account belongs to one member');

-- Within a run.
select pg_temp.match(jsonb_build_array(pg_temp.account('U0LEA', 'lea@example.org', 'active', 1)), 7);
insert into member_emails (email, member_id, verified_at, source) values ('lea.too@example.org', pg_temp.person('lea'), now(), 'merge');
select pg_temp.match(jsonb_build_array(pg_temp.account('U1LEA', 'lea.too@example.org', 'deactivated', 9)), 7);
select is(pg_temp.held('lea'), 'active U0LEA', 'Of two accounts on different pages the one that she can use counts');
select pg_temp.match(jsonb_build_array(pg_temp.account('U1LEA', 'lea.too@example.org', 'inactive', 9)), 8);
select is(pg_temp.held('lea'), 'inactive U1LEA', 'In the next run the one that it sees first counts');
select pg_temp.match(jsonb_build_array(pg_temp.account('U0LEA', 'lea@example.org', 'active', 1)), 8);
select is(pg_temp.held('lea'), 'active U0LEA', 'until the better one comes by');
select is((select seen_in_run from private.slack_people where member_id = pg_temp.person('lea')), 8::bigint, 'The run that found her is kept');
select pg_temp.match(jsonb_build_array(pg_temp.account('U0LEA', 'lea@example.org', 'active', 2)));
select is((select seen_in_run from private.slack_people where member_id = pg_temp.person('lea')), 8::bigint, 'and no event takes it away');
select is(pg_temp.match(jsonb_build_array(pg_temp.account('U0LEA', 'lea@example.org', 'active', 3), pg_temp.account('U1LEA', 'lea.too@example.org', 'active', 2)), 9), 1, 'Two of hers on one page are one member');

-- Ten thousand people are one statement.
insert into private.slack_runs (kind, started_at, touched_at) values ('asked', now(), now());
with new as (insert into members (id, origin) select gen_random_uuid(), 'import' from generate_series(1, 2000) returning id),
  named as (insert into profiles (member_id, name) select id, 'Somebody' from new)
insert into member_emails (email, member_id, is_primary, verified_at, source) select 'crowd-' || id || '@example.org', id, true, now(), 'import' from new;
select is(pg_temp.match((select jsonb_agg(pg_temp.account('UCROWD' || n, email)) from (select email, row_number() over () as n from member_emails where email like 'crowd-%') e), 3),
  2000, 'A crowd is matched at once');
select is(pg_temp.match((select jsonb_agg(pg_temp.account('UCROWD' || n, email, 'active', 1)) from (select email, row_number() over () as n from member_emails where email like 'crowd-%') e), 3),
  2000, 'and again');

-- The table keeps itself true.
select throws_ok($$ update private.slack_people set slack_user_id = null where slack_user_id = 'U0LEA' $$, '23514', null, 'Who is found has an account');
select throws_ok($$ update private.slack_people set slack_user_id = 'lea' where slack_user_id = 'U0LEA' $$, '23514', null, 'whose number is one of Slack''s');
select throws_ok($$ insert into private.slack_runs (kind, started_at, touched_at) values ('asked', now(), now()) $$, '23505', null, 'One run is under way at a time');

-- Nobody reaches it.
select is(pg_temp.answer(who, 'select * from private.slack_people') ->> 'sqlstate', '42501', initcap(who) || ' cannot read who is in Slack') from unnest(array['visitor', 'ada', 'lea', 'kim', 'service']) who;
select * from finish();
rollback;
