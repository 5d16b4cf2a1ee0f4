-- Welcome in Slack, once in life, and reminders for who is not there.
begin;
-- include: ../cast.sql
select plan(32);
create function pg_temp.find(who text, status text, id text) returns void language sql as $$
  insert into private.slack_people as p (member_id, status, slack_user_id, last_seen_at, synced_at)
  values (pg_temp.person(who), status::private.slack_status, id, case when id is not null then now() end, now())
  on conflict (member_id) do update set status = excluded.status, slack_user_id = excluded.slack_user_id, synced_at = excluded.synced_at $$;
create function pg_temp.welcomes(who text) returns integer language sql as $$
  select count(*)::int from private.slack_messages m where m.member_id = pg_temp.person(who) and m.template = 'slack_welcome' $$;
create function pg_temp.nudges(who text) returns text language sql as $$
  select coalesce(string_agg(e.key, ' ' order by e.key), '') from private.emails e where e.member_id = pg_temp.person(who) and e.template = 'slack_nudge' $$;
-- As when Stripe says so.
create function pg_temp.pays(who text, pays boolean) returns void language plpgsql as $$
begin
  update public.subscriptions set status = case when pays then 'active' else 'canceled' end::public.subscription_status,
      ended_at = case when not pays then now() - interval '3 days' end, current_period_end = now() + case when pays then interval '20 days' else interval '-3 days' end
   where subscription_id = 'sub_' || who;
  perform private.recompute_subscription('sub_' || who, 'test', null, now());
end
$$;
update public.memberships set member_since = now() - interval '3 days' where member_id in (pg_temp.person('ada'), pg_temp.person('dot'), pg_temp.person('cyn'));

select pg_temp.find('ada', 'not_found', null);
select is(pg_temp.welcomes('ada'), 0, 'Who is not in Slack is not welcomed there');
select pg_temp.find('ada', 'active', 'U0ADA');
select is(pg_temp.welcomes('ada'), 1, 'A new member is welcomed when she is found');
select pg_temp.find('ada', 'deactivated', 'U0ADA'), pg_temp.find('ada', 'active', 'U0ADA'), pg_temp.find('ada', 'active', 'U0ADA2');
select is(pg_temp.welcomes('ada'), 1, 'once in her life, whatever becomes of her account');
select pg_temp.find('dot', 'inactive', 'U0DOT');
select is(pg_temp.welcomes('dot'), 0, 'A guest of the workspace is not: most of it is closed to her');
select pg_temp.find('dot', 'active', 'U0DOT');
select is(pg_temp.welcomes('dot'), 1, 'until she is a full member of it');
select pg_temp.find('bea', 'active', 'U0BEA');
select is(pg_temp.welcomes('bea'), 0, 'Who joined long ago is not welcomed when she is found');
select pg_temp.find('cyn', 'active', 'U0CYN');
select is(pg_temp.welcomes('cyn'), 0, 'nor is who is no member any more');

-- Found first, a member afterwards.
delete from private.slack_messages where member_id = pg_temp.person('ada');
select pg_temp.pays('ada', false);
select is(private.slack_found(pg_temp.person('ada'), null, now()), false, 'Whose membership is over is no newcomer');
select pg_temp.pays('ada', true);
select is(pg_temp.welcomes('ada'), 1, 'Who was in Slack before she became a member is welcomed when she becomes one');

-- Brought over from the old site.
update public.members set origin = 'import', created_at = now() - interval '1 hour' where id = pg_temp.person('lea');
update public.memberships set member_since = now() - interval '1 hour' where member_id = pg_temp.person('lea');
select pg_temp.find('lea', 'active', 'U0LEA');
select is(pg_temp.welcomes('lea'), 0, 'Who was brought over with everybody else is not flooded');
update public.members set created_at = now() - interval '20 days' where id = pg_temp.person('lea');
select ok(private.slack_found(pg_temp.person('lea'), null, now()), 'but who was brought over and joined since is welcomed');

-- Reminders.
delete from private.slack_people;
delete from private.slack_nudges;
delete from private.emails where template = 'slack_nudge';
update public.memberships set member_since = now() - interval '8 days' where member_id in (pg_temp.person('ada'), pg_temp.person('bea'), pg_temp.person('cyn'), pg_temp.person('dot'), pg_temp.person('lea'));
update public.memberships set member_since = now() - interval '6 days' where member_id = pg_temp.person('dot');
select pg_temp.find(who, 'not_found', null) from unnest(array['ada', 'cyn', 'dot']) who;
select pg_temp.find('lea', 'active', 'U0LEA');
create temporary table first_day as select private.nudge_absent(now()) as told;
select is(pg_temp.nudges('ada'), 'slack_nudge:' || pg_temp.person('ada') || ':1', 'Who is not found a week after joining is reminded');
select is(pg_temp.nudges('dot'), '', 'not earlier');
select is(pg_temp.nudges('bea'), '', 'Whom nobody looked for is not reminded: she may be there');
select is(pg_temp.nudges('lea'), '', 'nor who is there');
select is(pg_temp.nudges('cyn'), '', 'nor who is no member any more');
select is((select e.kind::text from private.emails e where e.member_id = pg_temp.person('ada') and e.template = 'slack_nudge'), 'optional',
  'It is a mail that she may say no to');
select is((select e.data ->> 'url' from private.emails e where e.member_id = pg_temp.person('ada') and e.template = 'slack_nudge'), '/home/', 'with the way to her home page, where the link into Slack is');
select private.nudge_absent(now()), private.nudge_absent(now() + interval '1 day');
update private.slack_people set synced_at = now() + interval '13 days';
select private.nudge_absent(now() + interval '13 days');
select is(pg_temp.nudges('ada'), 'slack_nudge:' || pg_temp.person('ada') || ':1', 'and not again within two weeks, however often it is asked');
update private.slack_people set synced_at = now() + interval '14 days';
select private.nudge_absent(now() + interval '14 days');
select alike(pg_temp.nudges('ada'), '%:1 %:2', 'After two weeks she is reminded once more');
update private.slack_people set synced_at = now() + interval '60 days';
select private.nudge_absent(now() + interval '60 days');
select is((select count(*)::int from private.slack_nudges where member_id = pg_temp.person('ada')), 2, 'and then never again');
select is(pg_temp.nudges('dot'), 'slack_nudge:' || pg_temp.person('dot') || ':1', 'Who joined later is reminded later');
update private.slack_people set status = 'active', slack_user_id = 'U0DOT' where member_id = pg_temp.person('dot');
select private.nudge_absent(now() + interval '80 days');
select is((select count(*)::int from private.slack_nudges where member_id = pg_temp.person('dot')), 1, 'Reminders stop once she is found');

-- What Slack said long ago.
delete from private.slack_nudges;
update private.slack_people set status = 'not_found', slack_user_id = null, synced_at = now() - interval '4 days' where member_id = pg_temp.person('lea');
update private.slack_people set synced_at = now() - interval '4 days';
select is(private.nudge_absent(now()), 0, 'While Slack is away nobody is reminded of what it said days ago');
update private.slack_people set synced_at = now();

-- In Slack as a guest.
update public.memberships set member_since = now() - interval '8 days' where member_id = pg_temp.person('bea');
delete from private.emails e where e.template = 'slack_nudge' and e.member_id = pg_temp.person('bea');
update private.slack_people set status = 'active', slack_user_id = 'U0' || upper(left(md5(member_id::text), 9)), last_seen_at = now();
select pg_temp.find('bea', 'inactive', 'U0BEA');
select is(private.nudge_absent(now()), 1, 'Who is there as a guest only');
select is(pg_temp.nudges('bea') || ' ' || (select e.data ->> 'status' from private.emails e where e.member_id = pg_temp.person('bea') and e.template = 'slack_nudge'),
  'slack_nudge:' || pg_temp.person('bea') || ':1 inactive', 'is told that there is more for her');
update private.slack_people set status = 'deactivated' where member_id = pg_temp.person('bea');
delete from private.slack_nudges;
select is(private.nudge_absent(now()), 0, 'Whose account is off is left in peace: somebody switched it off');
select is((select count(*)::int from private.emails e where e.member_id = pg_temp.person('bea') and e.template = 'slack_nudge'), 1, 'so that she hears no more');
delete from private.slack_people where member_id = pg_temp.person('bea');
update private.slack_people set status = 'not_found', slack_user_id = null;

insert into public.consents (member_id, channel, granted, source) select m.member_id, 'slack', false, 't' from private.slack_people m;
select is(private.nudge_absent(now()), 0, 'Who does not want Slack is not reminded of it');
insert into public.consents (member_id, channel, granted, source) select m.member_id, 'slack', true, 't' from private.slack_people m;
update private.slack_rules set nudges_a_day = 1;
select is(private.nudge_absent(now()), 1, 'Not more on one day than the rules say');
select throws_ok($$update private.slack_rules set nudge_apart = '1 day'$$, '23514', 'new row for relation "slack_rules" violates check constraint "slack_rules_times_positive"',
  'and nobody can be reminded every day');
select throws_ok(format('insert into private.slack_nudges values (%L, 3, now())', pg_temp.person('ada')), '23514',
  'new row for relation "slack_nudges" violates check constraint "slack_nudges_two_in_life"', 'or a third time');

select * from finish();
rollback;
