-- private.slack_message_to_send: one after the other in each channel, not too many at once, and never against her will.
begin;
-- include: ../cast.sql
select plan(32);
update private.slack_channels set channel_id = 'C0ALERTS' where purpose = 'alerts';
insert into private.slack_people (member_id, status, slack_user_id, synced_at)
select pg_temp.person(who), status::private.slack_status, id, now()
  from (values ('ada', 'active', 'U0ADA'), ('bea', 'inactive', 'U0BEA'), ('cyn', 'deactivated', 'U0CYN'), ('dot', 'not_found', null)) p (who, status, id);

create temporary table owed (name text primary key, id bigint);
create function pg_temp.owe(name text, who text default null, data jsonb default '{}') returns bigint language plpgsql as $$
declare id constant bigint := private.post_to_slack('talk:' || name, 'alerts', data, member => pg_temp.person(who),
  channel => case when who is null then 'alerts' end, correlation_id => 'talk-' || name);
begin
  insert into owed values (owe.name, id) on conflict do nothing;
  return id;
end
$$;
-- What is said when it asks so many seconds from now.
create function pg_temp.ask(name text, seconds numeric) returns jsonb language sql as $$
  select private.slack_message_to_send((select o.id from owed o where o.name = ask.name), now() + seconds * interval '1 second') $$;
create function pg_temp.sent(name text) returns void language sql as $$
  select private.slack_message_sent((select o.id from owed o where o.name = sent.name), 'C1', '1.0', now()) $$;

-- Owing.
select is(pg_temp.owe('one'), pg_temp.owe('one'), 'The same key is the same message');
select is((select count(*)::int from jobs.live() l where l.kind = 'post_message' and l.args ->> 'message_id' = (select id::text from owed where name = 'one')), 1,
  'and is owed by one job');
select is((select l.correlation_id from jobs.live() l where l.args ->> 'message_id' = (select id::text from owed where name = 'one')), 'talk-one',
  'that says what it followed from');
select throws_ok($$insert into private.slack_messages (key, template) values ('nobody', 'alerts')$$, '23514',
  'new row for relation "slack_messages" violates check constraint "slack_messages_go_somewhere"', 'A message goes to somebody');

-- One channel.
select pg_temp.owe('two'), pg_temp.owe('three');
select is(pg_temp.ask('two', 0) ->> 'to', null, 'The second message waits for the first');
select cmp_ok((pg_temp.ask('two', 0) ->> 'wait')::numeric, '>=', 0.25, 'and is told for how long');
select is(pg_temp.ask('one', 0) ->> 'to', 'C0ALERTS', 'The first goes to the channel that the setting names');
select cmp_ok((pg_temp.ask('two', 0.5) ->> 'wait')::numeric, '>', 0.0, 'Half a second later the channel is not free yet');
select pg_temp.sent('one');
select is(pg_temp.ask('two', 0.9) ->> 'to', null, 'nor is it after nine tenths, though the first was posted');
select is(pg_temp.ask('two', 1.2) ->> 'to', 'C0ALERTS', 'After a good second the next one goes');
select cmp_ok((pg_temp.ask('three', 1.3) ->> 'wait')::numeric, '>', 0.7, 'and the third waits for its own second');
select is(pg_temp.ask('three', 10) ->> 'to', null, 'While it is not known what became of the second, the third waits');
select is(pg_temp.ask('three', 40) ->> 'to', 'C0ALERTS', 'but not for ever: one that does not get out holds up nobody for long');
select pg_temp.sent('two'), pg_temp.sent('three');

-- The workspace.
select pg_temp.owe('to ada', 'ada'), pg_temp.owe('to bea', 'bea');
select is(pg_temp.ask('to ada', 100) ->> 'to', 'U0ADA', 'A member is written to by her number at Slack');
select ok(pg_temp.ask('to bea', 100.1) ? 'wait', 'Somebody else waits a moment: the workspace has a pace too');
select is(pg_temp.ask('to bea', 100.3) ->> 'to', 'U0BEA', 'a much shorter one; guests of the workspace are written to as well');
select is(pg_temp.ask('to bea', 100.3) ->> 'name', null, 'Asked twice in that moment she waits again');
select is(pg_temp.ask('to ada', 140) ->> 'name', 'Ada', 'The name is the one of this moment');
select pg_temp.sent('to ada'), pg_temp.sent('to bea');
select is(pg_temp.ask('to ada', 150), null, 'What was posted is not posted again');

-- Patience that Slack asked for.
select pg_temp.owe('later'), pg_temp.owe('to ada later', 'ada');
select private.slack_posting_held_back('C0ALERTS', 30, false, now() + interval '200 seconds');
select cmp_ok((pg_temp.ask('later', 201) ->> 'wait')::numeric, '>=', 29.0, 'A channel that Slack holds back waits as long as it asked');
select is(pg_temp.ask('to ada later', 201) ->> 'to', 'U0ADA', 'and nobody else does');
select private.slack_posting_held_back('C0ALERTS', 60, true, now() + interval '210 seconds');
select private.slack_posting_held_back('C0ALERTS', 5, true, now() + interval '211 seconds');
select cmp_ok((pg_temp.ask('to ada later', 220) ->> 'wait')::numeric, '>=', 49.0, 'A limit of the method holds everybody back, and a shorter one does not shorten it');
select is(pg_temp.ask('later', 271) ->> 'to', 'C0ALERTS', 'Then it goes on');

-- Withheld.
select pg_temp.owe('to cyn', 'cyn'), pg_temp.owe('to dot', 'dot'), pg_temp.owe('to lea', 'lea'), pg_temp.owe('unwanted', 'ada');
select is(pg_temp.ask('to cyn', 300) ->> 'withheld', 'Her account in Slack is off', 'Nobody writes to an account that is off');
select is(pg_temp.ask('to dot', 300) ->> 'withheld', 'She is not known in Slack', 'nor to somebody whom Slack does not know');
select is(pg_temp.ask('to lea', 300) ->> 'withheld', 'She is not known in Slack', 'nor to somebody whom nobody looked for');
insert into public.consents (member_id, channel, granted, source) values (pg_temp.person('ada'), 'slack', true, 't'), (pg_temp.person('ada'), 'slack', false, 't');
select is(pg_temp.ask('unwanted', 300) ->> 'withheld', 'She does not want messages in Slack', 'nor to a member who said no, asked when it is sent');
select is((select m.state::text || ': ' || m.reason from private.slack_messages m where m.key = 'talk:unwanted'),
  'withheld: She does not want messages in Slack', 'and that is written down');
insert into public.consents (member_id, channel, granted, source) values (pg_temp.person('ada'), 'slack', true, 't');
create temporary table notice as select n.id from public.membership_notices n where n.member_id = pg_temp.person('ada') limit 1;
select pg_temp.owe('late', 'ada', jsonb_build_object('notice_id', (select id from notice))), pg_temp.owe('paid', 'ada', jsonb_build_object('notice_id', (select id from notice)));
select is(pg_temp.ask('late', 400) ->> 'to', 'U0ADA', 'A notice about a payment goes out while it is not paid');
update public.membership_notices set resolved_at = now() where id = (select id from notice);
select is(pg_temp.ask('paid', 500) ->> 'withheld', 'It was paid meanwhile', 'and not any more once it is');
update private.slack_channels set channel_id = null;
select pg_temp.owe('nowhere');
select is(pg_temp.ask('nowhere', 300) ->> 'withheld', 'No channel is set for this purpose', 'Without a channel nothing is posted');
select is((select count(*)::int from admin.slack_messages m where m.goes_to = '#alerts' and m.state = 'withheld'), 1, 'Admins see it');

select * from finish();
rollback;
