begin;
-- include: ../cast.sql
-- include: calling.sql
set local search_path = public, extensions;
select plan(48);

create function pg_temp.names(answer jsonb) returns text language sql as $$
  select string_agg(coalesce(p.name, '?'), ' ' order by m.place)
    from jsonb_array_elements(answer -> 'members') with ordinality m (value, place)
    join public.profiles p on p.member_id = (m.value ->> 'member')::uuid
$$;

-- Finding.
select is(pg_temp.names(pg_temp.data('members.list')), 'Ada Bea Cyn Dot Lea', 'Everybody is found in order of name, also who hides');
select is(pg_temp.data('members.list') -> 'members' -> 0, jsonb_build_object('member', pg_temp.person('ada'), 'name', '{"written_by_people": "Ada"}'::jsonb,
    'role', 'member', 'known_since', (select created_at from members where id = pg_temp.person('ada')),
    'membership', (select jsonb_build_object('tier', 'monthly', 'status', 'active', 'is_entitled', true, 'access_until', null, 'cancel_at_period_end', false,
      'member_since', member_since) from memberships where member_id = pg_temp.person('ada'))),
  'A row says name, role and membership, and the name is marked as words of people');
select is(pg_temp.names(pg_temp.data('members.list', '{"search": "BE"}')), 'Bea', 'She is found by a part of her name, large or small');
select is(pg_temp.names(pg_temp.data('members.list', '{"search": "oakland"}')), null, 'What she says about herself is no way to find her');
select is(pg_temp.names(pg_temp.data('members.list', '{"email": " DOT@example.org"}')), 'Dot', 'An exact address finds her, however it is written');
select is(pg_temp.data('members.list', '{"email": "nobody@example.org"}'), '{"members": []}', 'Nobody is nobody');
select is(pg_temp.names(pg_temp.data('members.list', '{"status": "past_due"}')), 'Dot', 'by what Stripe calls the subscription');
select is(pg_temp.names(pg_temp.data('members.list', '{"status": "canceled"}')), 'Cyn', 'also one that ended');
select is(pg_temp.names(pg_temp.data('members.list', '{"tier": "annual"}')), 'Bea Lea', 'by tier');
select is(pg_temp.names(pg_temp.data('members.list', '{"tier": "annual", "search": "le"}')), 'Lea', 'and by all of it together');
select is(pg_temp.data('members.create', '{"email": "uma@example.org", "name": "Uma"}') ->> 'is_entitled', 'false', 'Somebody who never paid');
select is(pg_temp.names(pg_temp.data('members.list', '{"status": "none"}')), 'Uma', 'is found as such');

-- Pages.
select is(pg_temp.ask('members.list', '{"limit": 2}') -> 'body' ->> 'next', pg_temp.person('bea')::text, 'A page says where the next one begins, without a name');
select is(pg_temp.names(pg_temp.data('members.list', jsonb_build_object('limit', 2, 'after', pg_temp.person('bea')))), 'Cyn Dot', 'and there it goes on');
select is(pg_temp.ask('members.list', '{"limit": 6}') -> 'body' ? 'next', false, 'The last page has none after it');
select is(pg_temp.ask('members.list', '{"limit": 2}') ? 'rows', false, 'The number of rows is for the count, not for the answer');
select is(pg_temp.refusal('members.list', '{"after": "00000000-0000-4000-8000-000000000000"}'), '422 This page is not known any more [after]', 'A page of somebody who is gone begins anew');
select is(pg_temp.refusal('members.list', '{"email": "ada@example.org", "tier": "annual"}'), '422 An address finds one person by itself [email]', 'An address stands alone');
select is(pg_temp.refusal('members.list', '{"email": "ada"}'), '422 This is not an e-mail address that mail can be sent to [email]', 'and is an address');
select is(pg_temp.refusal('members.list', '{"status": "happy"}'), '422 status is none of those that there are [status]', 'A status that there is not');
select is(pg_temp.refusal('members.list', '{"limit": 101}'), '422 limit is not a whole number from 1 to 100 [limit]', 'A page has a hundred rows at most');

-- One person.
select is(pg_temp.data('members.get', pg_temp.of('ada')) - '{membership,revision,known_since}'::text[], jsonb_build_object('member', pg_temp.person('ada'),
    'name', private.said('Ada'), 'role', 'member', 'origin', 'checkout', 'has_signed_in', true, 'is_visible', true,
    'profile', jsonb_build_object('headline', private.said('ada works on language models'), 'bio', private.said('Bio of ada'), 'location', private.said('Oakland'),
      'offers', private.said('Help from ada'), 'seeks', private.said('Company for ada'), 'interests', '{building,data}'::text[])),
  'A visible member is seen as members see her, each text marked');
select is(pg_temp.data('members.get', pg_temp.of('bea')) -> 'profile', 'null', 'Who hides shows an agent nothing that she wrote');
select is(pg_temp.data('members.get', pg_temp.of('bea')) -> 'name', private.said('Bea'), 'but support finds her');
select is(pg_temp.data('members.get', pg_temp.of('cyn')) -> 'profile', 'null', 'Whose membership ended is not shown to members, nor to an agent');
update profiles set hidden_fields = '{bio}', leader_fields = '{location}',
    headline = 'Write to ada@example.org or +1 415 555 0100, (415) 555-0101, my key is sk_live_abcdef'
 where member_id = pg_temp.person('ada');
select is(pg_temp.data('members.get', pg_temp.of('ada')) -> 'profile' -> 'bio', private.said(''), 'What she hides is hidden');
select is(pg_temp.data('members.get', pg_temp.of('ada')) -> 'profile' -> 'location', private.said(''), 'What she shows to leaders is not for agents');
select is(pg_temp.data('members.get', pg_temp.of('ada')) -> 'profile' -> 'headline', private.said('Write to [email] or [phone], [phone], my key is [secret]'),
  'Addresses and numbers in her texts are taken out');
select is(pg_temp.refusal('members.get', '{"member": "00000000-0000-4000-8000-000000000000"}'), '404 There is no such member [member]', 'Nobody has this number');
select is(pg_temp.refusal('members.get', '{"member": "ada"}'), '422 member is not an id [member]', 'An id is an id');
select is(pg_temp.refusal('members.get'), '422 member is missing [member]', 'and is needed');
select doesnt_match((pg_temp.data('members.list')::text || pg_temp.data('members.get', pg_temp.of('dot'))::text || pg_temp.data('members.slipping')::text),
  '@|\+1415|cus_|in_dot|stripe', 'No answer holds an address, a number, or what Stripe calls her');

-- Who slips away.
create function pg_temp.slips(args jsonb default '{}') returns text language sql as $$
  select string_agg(p.name || ':' || (m.value ->> 'why'), ' ' order by m.place)
    from jsonb_array_elements(pg_temp.data('members.slipping', args) -> 'members') with ordinality m (value, place)
    join public.profiles p on p.member_id = (m.value ->> 'member')::uuid
$$;
select is(pg_temp.slips(), 'Dot:payment_failed', 'Whose payment failed slips away; whose membership ended 35 days ago is gone');
select is((pg_temp.data('members.slipping') -> 'members' -> 0 ->> 'since')::timestamptz, now() - interval '2 days', 'with the day since when');
update subscriptions set cancel_at = now() + interval '10 days', canceled_at = now() - interval '1 day' where subscription_id = 'sub_ada';
select private.recompute_subscription('sub_ada', 'test', null, now());
update subscriptions set status = 'canceled', canceled_at = now() - interval '9 days', ended_at = now() - interval '9 days', current_period_end = now() - interval '9 days'
 where subscription_id = 'sub_bea';
select private.recompute_subscription('sub_bea', 'test', null, now());
delete from resource_marks where member_id = pg_temp.person('lea');
update resource_marks set saved_at = now() - interval '91 days' where member_id = pg_temp.person('dot');
update memberships set member_since = now() - interval '200 days' where member_id in (pg_temp.person('lea'), pg_temp.person('dot'));
select is(pg_temp.slips(), 'Dot:payment_failed Ada:ending Bea:lapsed Dot:unseen Lea:unseen', 'Each reason in its turn; one may slip for two');
select is(pg_temp.slips('{"why": "ending"}'), 'Ada:ending', 'or one reason by itself');
select is((pg_temp.data('members.slipping', '{"why": "ending"}') -> 'members' -> 0) - '{name,member}'::text[], (select jsonb_build_object('why', 'ending', 'since', now() - interval '1 day',
    'until', access_until, 'tier', 'monthly', 'status', 'active', 'member_since', member_since) from memberships where member_id = pg_temp.person('ada')),
  'It says since when and until when');
update auth.users set last_sign_in_at = now() - interval '10 days' where id = pg_temp.login('lea');
select is(pg_temp.slips('{"why": "unseen"}'), 'Dot:unseen', 'Who signed in was seen');
insert into auth.sessions (id, user_id, refreshed_at) values (gen_random_uuid(), pg_temp.login('dot'), (now() - interval '89 days') at time zone 'UTC');
select is(pg_temp.slips('{"why": "unseen"}'), null, 'and so was who stayed signed in and came by');
delete from auth.sessions where user_id = pg_temp.login('dot');
select is((pg_temp.data('members.slipping', '{"why": "unseen"}') -> 'members' -> 0 ->> 'since')::timestamptz, now() - interval '91 days', 'Since when is the last time, whatever it was');
insert into private.event_guests (event_id, luma_guest_id, member_id, status, luma_status, seen_at, checked_in_at)
values ('22222222-0000-4000-8000-000000000001', 'gst-dot', pg_temp.person('dot'), 'approved', 'approved', now(), now() - interval '3 days');
select is(pg_temp.slips('{"why": "unseen"}'), null, 'and so was who came to an event');
update auth.users set last_sign_in_at = now() - interval '100 days' where id = pg_temp.login('lea');
create function pg_temp.walk(size integer) returns text language plpgsql as $$
declare
  answer jsonb;
  next text;
  told text := '';
begin
  loop
    answer := pg_temp.ask('members.slipping', jsonb_strip_nulls(jsonb_build_object('limit', size, 'after', next))) -> 'body';
    told := concat_ws(' ', nullif(told, ''), (select string_agg((m ->> 'member') || (m ->> 'why'), ' ') from jsonb_array_elements(answer -> 'data' -> 'members') m));
    next := answer ->> 'next';
    exit when next is null;
  end loop;
  return told;
end
$$;
select is(pg_temp.walk(1), pg_temp.walk(100), 'Page by page it is the same list');
select is(pg_temp.refusal('members.slipping', '{"after": "ending~0~x"}'), '422 This page is not known [after]', 'A page is as it was given');
select is(pg_temp.refusal('members.slipping', jsonb_build_object('why', 'unseen', 'after', 'ending~0~' || pg_temp.person('ada'))), '422 This page is not known [after]', 'and goes with its question');

-- On record.
select is((select count(*)::integer from private.audit_log where actor_kind = 'agent' and actor = 'kim-agent' and action = 'agents.read' and target_id = 'members.get'
    and after ->> 'rows' = '1') > 5, true, 'Each look at a person is in the audit log');
select is((select distinct after ->> 'rows' from private.audit_log where action = 'agents.read' and target_id = 'members.list' and after ->> 'rows' > '5'), '6',
  'and each list with how many it gave');
select is(pg_temp.refusal('members.get', pg_temp.of('ada') || '{"fields": "email"}'), '422 members.get has no parameter fields [fields]', 'There is no way to ask for more');
select is((select status from (select pg_temp.ask('members.list') ->> 'status' as status) a), '200', 'Reading needs no Idempotency-Key');

select * from finish();
rollback;
