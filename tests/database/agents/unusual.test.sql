-- What is unusual of an agent is noticed at once, told once a day, and stops the key where admins want that.
begin;
-- include: ../cast.sql
set local search_path = public, extensions;
select plan(26);

create function pg_temp.kim() returns uuid language sql immutable as $$ select pg_temp.agent_key('kim') $$;
create function pg_temp.read(rows integer, operation text default 'members.list', day date default (pg_catalog.now() at time zone 'UTC')::date) returns void language sql as $$
  select private.count_use(pg_temp.kim(), operation, day::timestamp at time zone 'UTC', rows_read => rows)
$$;
create function pg_temp.today() returns date language sql stable as $$ select (pg_catalog.now() at time zone 'UTC')::date $$;
create function pg_temp.alerts() returns text[] language sql as $$ select array(select kind::text from private.agent_alerts where key_id = pg_temp.kim() order by kind) $$;
create function pg_temp.attention(of text) returns text[] language sql as $$ select array(select a.id || ': ' || a.why from admin.attention a where a.what = of order by 1) $$;
create function pg_temp.anew() returns void language sql as $$ delete from private.agent_alerts; delete from private.agent_use; $$;

-- Many rows.
update private.agent_keys set rows_a_day = 500 where id = pg_temp.kim();
select pg_temp.read(250), pg_temp.read(250, 'payments.invoices');
select is(pg_temp.alerts(), '{}', 'What a key may read in a day is nothing to tell');
select pg_temp.read(1);
select is(pg_temp.alerts(), '{rows}', 'One row about people more is, whatever it read');
select is(pg_temp.attention('Unusual agent'), array['kim-agent ' || pg_temp.today() || ': It read 501 rows about people today, and 500 a day are its most'], 'Admins see it');
select pg_temp.read(100);
select is(array_length(pg_temp.attention('Unusual agent'), 1), 1, 'once a day, however much more it reads');
update private.slack_channels set channel_id = 'C0ALERTS' where purpose = 'alerts';
select private.tell_alerts(now());
select is((select count(*)::int from private.slack_messages m where m.channel = 'alerts' and m.data::text ~ 'kim-agent .*501 rows'), 1, 'It is told in Slack');
select private.tell_alerts(now() + interval '5 minutes');
select is((select count(*)::int from private.slack_messages m where m.channel = 'alerts' and m.data::text ~ 'Unusual agent'), 1, 'and not again that day');
select pg_temp.read(501, day => pg_temp.today() + 1);
select is(array_length(pg_temp.attention('Unusual agent'), 1), 2, 'The next day is another');
select is(admin.close_agent_alerts('kim-agent', 'The yearly letter'), 2, 'An admin who looked at it closes it');
select is(pg_temp.attention('Unusual agent'), '{}', 'and then nothing waits');
select is((select reason from private.audit_log where action = 'agents.alerts_closed' and target_id = 'kim-agent'), 'The yearly letter', 'The log says why');

-- Many times its own usual.
select pg_temp.anew();
update private.agent_keys set rows_a_day = 100000 where id = pg_temp.kim();
select pg_temp.read(60, day => pg_temp.today() - d) from generate_series(1, 5) d;
select pg_temp.read(240);
select is(pg_temp.alerts(), '{}', 'Four times its usual');
select pg_temp.read(1);
select is(array(select said from private.agent_alerts), array['It read 241 rows about people today, and its usual is 60'], 'and one more is unusual, by the days on which it read');
select pg_temp.anew();
select pg_temp.read(10, day => pg_temp.today() - 3), pg_temp.read(200);
select is(pg_temp.alerts(), '{}', 'A little that is many times less is not: 200 rows are never unusual');
select pg_temp.anew();
select pg_temp.read(1000);
select is(pg_temp.alerts(), '{}', 'and a key without a past has no usual');

-- Refused over and over.
select pg_temp.anew();
select private.refuse_agent(pg_temp.kim(), 'members.get', private.agent_answer(404, 'There is no such member'), 'c', now() - interval '61 minutes') from generate_series(1, 30);
select private.refuse_agent(pg_temp.kim(), 'members.get', private.agent_answer(404, 'There is no such member'), 'c', now()) from generate_series(1, 59);
select is(pg_temp.alerts(), '{}', 'Fifty-nine refusals within an hour');
select private.refuse_agent(pg_temp.kim(), 'members.get', private.agent_answer(404, 'There is no such member'), 'c', now());
select is(pg_temp.alerts(), '{refusals}', 'and the sixtieth is too many');

-- New habits.
select pg_temp.anew();
select private.count_use(pg_temp.kim(), 'events.list', now() - interval '20 days'), private.count_use(pg_temp.kim(), 'members.list', now() - interval '20 days');
select private.count_use(pg_temp.kim(), 'members.list', now()), private.count_use(pg_temp.kim(), 'content.list', now()),
  private.count_use(pg_temp.kim(), 'payments.propose_refund', now(), refused => 1);
select is(pg_temp.alerts(), '{}', 'What it always did, what harms nobody, and what was refused anyway is nothing to tell');
select private.count_use(pg_temp.kim(), 'payments.propose_refund', now());
select is(array(select said from private.agent_alerts), array['It did payments.propose_refund for the first time'], 'What weighs, and what it never did before, is');
select pg_temp.anew();
select private.count_use(pg_temp.kim(), 'events.list', now() - interval '70 days'), private.count_use(pg_temp.kim(), 'events.list', now());
select is(pg_temp.alerts(), '{awake}', 'and so is a key that wakes after two months');

-- Stopped, where admins want it.
select pg_temp.anew();
update private.agent_rules set holds = true;
update private.agent_keys set rows_a_day = 3 where id = pg_temp.kim();
create function pg_temp.status() returns text language sql as $$
  select a ->> 'status' || coalesce(' ' || (a -> 'body' -> 'error' ->> 'message'), '')
    from private.gateway_request('cak_live_kim', null, 'members.list', '{}', null, null, null, 'here', 'test', now()) a
$$;
select is(pg_temp.status(), '200', 'The call that goes beyond is answered');
select matches(pg_temp.status(), '^429 This key is stopped for a while: It read \d+ rows about people today, and 3 a day are its most', 'and the next one is not');
select is(pg_temp.answer('kim', 'select count(*) from public.events'), '[{"count": 0}]', 'nor does it read a table');
select matches((pg_temp.attention('Agent held'))[1], '^kim-agent: It is stopped until \d{4}-', 'Admins see that it is stopped');
select is((select actor_kind || ' ' || actor from private.audit_log where action = 'agents.key_held' order by id desc limit 1), 'agent kim-agent', 'and the log says that it stopped itself');
select ok(admin.release_agent_key('kim-agent', 'It may') and pg_temp.status() = '200', 'An admin lets it go on, and the same day does not stop it again');

-- Keys that end, or that nobody uses.
update private.agent_keys set expires_at = now() + interval '13 days' where id = pg_temp.kim();
update private.agent_keys set last_used_at = now() - interval '61 days' where id = pg_temp.agent_key('kai');
select is(pg_temp.attention('Agent key ends') || pg_temp.attention('Agent key unused'),
  array[pg_catalog.format('kim-agent: It ends on %s', pg_temp.today() + 13), pg_catalog.format('kai-agent: Nobody used it since %s', pg_temp.today() - 61)],
  'A key that ends within 14 days, and one that nobody used for 60, wait for an admin');

select * from finish();
rollback;
