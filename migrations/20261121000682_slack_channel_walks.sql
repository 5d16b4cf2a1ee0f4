-- How the channels that a right opens are read and settled.

create function private.walk_slack_channels(at timestamptz)
returns integer
language plpgsql
volatile
set search_path = ''
as $$
declare
  one text;
  begun integer := 0;
begin
  perform jobs.beat('slack.channels');
  for one in select c.channel_id from private.slack_entitled_channels c order by c.channel_id loop
    perform private.walk_slack_channel(one, at);
    begun := begun + 1;
  end loop;
  return begun;
end
$$;

comment on function private.walk_slack_channels is 'Begins to read who is in each channel that a right opens. pg_cron calls it each day; an admin may at any time.';

create function private.walk_slack_channel(channel text, at timestamptz)
returns void
language plpgsql
volatile
set search_path = ''
as $$
declare
  run constant uuid := pg_catalog.gen_random_uuid();
begin
  insert into private.slack_channel_walks as w (channel_id, run_id, begun_at) values (channel, run, at)
  on conflict on constraint slack_channel_walks_pkey do update set run_id = excluded.run_id, begun_at = excluded.begun_at;
  perform private.continue_channel_walk(channel, run, '');
end
$$;

comment on function private.walk_slack_channel is 'Begins to read who is in one channel. A reading that is under way is given up for it.';

create function private.continue_channel_walk(channel text, run uuid, cursor text)
returns void
language sql
volatile
set search_path = ''
as $$
  select jobs.enqueue('slack', 'walk_channel', pg_catalog.jsonb_build_object('channel_id', channel, 'run', run, 'cursor', cursor),
    key => pg_catalog.format('slack_channel:%s:%s', run, pg_catalog.md5(cursor)))
$$;

comment on function private.continue_channel_walk is 'Owes the reading of the next page.';

create function private.slack_channel_page(channel text, run uuid, people text[], at timestamptz)
returns boolean
language plpgsql
volatile
set search_path = ''
as $$
begin
  perform from private.slack_channel_walks w where w.channel_id = channel and w.run_id = run for update;
  if not found then
    return false;
  end if;
  insert into private.slack_channel_people as i (channel_id, slack_user_id, is_in, as_of, run_id)
  select channel, known.id, true, at, run
    from (select distinct u as id from pg_catalog.unnest(people) u) known
   where exists (select from private.slack_people p where p.slack_user_id = known.id)
      or exists (select from private.slack_offboarding o where o.slack_user_id = known.id and o.closed_at is null)
  on conflict on constraint slack_channel_people_pkey do update
    set is_in = true, run_id = excluded.run_id, as_of = case when i.is_in then i.as_of else excluded.as_of end,
        refused = case when i.is_in then i.refused end;
  return true;
end
$$;

comment on function private.slack_channel_page is
  'Takes one page of who is in a channel. Of people whom we do not know nothing is kept. False when a newer reading has begun.';

create function private.slack_channel_walked(channel text, run uuid, at timestamptz)
returns void
language plpgsql
volatile
set search_path = ''
as $$
declare
  begun timestamptz;
begin
  update private.slack_channel_walks w set run_id = null, walked_at = at where w.channel_id = channel and w.run_id = run
  returning w.begun_at into begun;
  if begun is null then
    return;
  end if;
  -- Whom we moved while it was read may have been on no page, or still on one.
  delete from private.slack_channel_people i
   where i.channel_id = channel and i.is_in and i.run_id is distinct from run and i.as_of < begun;
  if exists (select from private.slack_channel_differences(at, one_channel => channel)) then
    perform private.continue_settling(channel, true);
  else
    -- It can be read, and nobody is to move: nothing keeps the app from anything.
    update private.slack_channel_walks w set problem = null, problem_at = null where w.channel_id = channel;
  end if;
end
$$;

comment on function private.slack_channel_walked is 'Ends the reading of a channel: who was on no page is not in it, and what differs from what should be is owed.';

create function private.continue_settling(channel text, try boolean)
returns void
language sql
volatile
set search_path = ''
as $$ select jobs.enqueue('slack', 'settle_people', pg_catalog.jsonb_build_object('channel_id', channel, 'try', try)) $$;

comment on function private.continue_settling is 'Owes what differs in a channel, now. try: one person is moved even if something kept the app from it, to see whether it still does.';

create function private.slack_people_to_settle(channel text, try boolean, at timestamptz, most integer default 40)
returns text[]
language plpgsql
stable
set search_path = ''
as $$
declare
  is_stuck constant boolean := exists (select from private.slack_channel_walks w where w.channel_id = channel and w.problem is not null);
begin
  return array(
    -- Whoever should be out goes first.
    select d.slack_user_id from private.slack_channel_differences(at, one_channel => channel) d
     order by d.wish, d.slack_user_id limit case when not is_stuck then most when try then 1 else 0 end);
end
$$;

comment on function private.slack_people_to_settle is 'The next people whose place in a channel differs from what it should be; while something keeps the app from moving them nobody, or one to try.';

create function private.slack_channel_to_settle(channel text, slack_user_id text, try boolean, at timestamptz)
returns jsonb
language plpgsql
stable
set search_path = ''
as $$
begin
  return (
    select pg_catalog.jsonb_build_object('wish', private.slack_channel_wish(c, slack_channel_to_settle.slack_user_id, at),
             'is_in', coalesce(i.is_in, false), 'problem', case when not slack_channel_to_settle.try then w.problem end)
      from private.slack_entitled_channels c
      left join private.slack_channel_walks w on w.channel_id = c.channel_id
      left join private.slack_channel_people i on i.channel_id = c.channel_id and i.slack_user_id = slack_channel_to_settle.slack_user_id
     where c.channel_id = channel);
end
$$;

comment on function private.slack_channel_to_settle is 'What is to be done about one person in one channel, asked right before it is done. Null when the channel is none of ours any more.';

create function private.slack_channel_settled(channel text, slack_user_id text, is_in boolean, changed boolean, correlation_id text, at timestamptz)
returns void
language plpgsql
volatile
set search_path = ''
as $$
declare
  who constant uuid := (select p.member_id from private.slack_people p where p.slack_user_id = slack_channel_settled.slack_user_id);
  was_in constant boolean := exists (select from private.slack_channel_people i
    where i.channel_id = channel and i.slack_user_id = slack_channel_settled.slack_user_id and i.is_in);
  mended boolean;
begin
  if slack_channel_settled.is_in then
    insert into private.slack_channel_people as i (channel_id, slack_user_id, is_in, as_of)
    select c.channel_id, slack_channel_settled.slack_user_id, true, at from private.slack_entitled_channels c where c.channel_id = channel
    on conflict on constraint slack_channel_people_pkey do update set is_in = true, as_of = excluded.as_of, refused = null;
  else
    delete from private.slack_channel_people i where i.channel_id = channel and i.slack_user_id = slack_channel_settled.slack_user_id;
  end if;
  -- Also when this call found it so: the one before may have done it and crashed.
  if changed or was_in <> slack_channel_settled.is_in then
    perform private.audit('job', 'slack', case when slack_channel_settled.is_in then 'slack.put_in_channel' else 'slack.taken_out_of_channel' end,
      -- The log is for good: somebody who was erased stands in it by her line on the list, which goes.
      case when who is null then 'slack_offboarding' else 'member' end, coalesce(who::text, (select o.id::text from private.slack_offboarding o
        where o.slack_user_id = slack_channel_settled.slack_user_id and o.closed_at is null)),
      null, pg_catalog.jsonb_build_object('channel', channel, 'found_so', not changed), null, slack_channel_settled.correlation_id);
  end if;
  update private.slack_channel_walks w set problem = null, problem_at = null where w.channel_id = channel and w.problem is not null
  returning true into mended;
  if mended then
    perform private.walk_slack_channel(channel, at);
  end if;
  -- Her right may have changed while the call was made; then it is done again, the other way round.
  perform private.owe_slack_channels(who, slack_channel_settled.correlation_id, at);
end
$$;

comment on function private.slack_channel_settled is
  'Records that a person is in a channel, or not any more, and looks whether that is still right. changed: Slack did something for it.';

create function private.slack_channel_problem(channel text, problem text, at timestamptz)
returns void
language sql
volatile
set search_path = ''
as $$
  insert into private.slack_channel_walks as w (channel_id, problem, problem_at)
  select c.channel_id, slack_channel_problem.problem, at from private.slack_entitled_channels c where c.channel_id = channel
  on conflict on constraint slack_channel_walks_pkey do update set problem = excluded.problem, problem_at = excluded.problem_at, run_id = null
$$;

comment on function private.slack_channel_problem is 'Remembers what keeps the app from looking after a channel, such as a missing scope. Until it is mended, the off-boarding list carries it.';

create function private.slack_channel_refused(channel text, slack_user_id text, reason text, at timestamptz)
returns void
language sql
volatile
set search_path = ''
as $$
  insert into private.slack_channel_people as i (channel_id, slack_user_id, is_in, as_of, refused)
  select c.channel_id, slack_channel_refused.slack_user_id, false, at, slack_channel_refused.reason
    from private.slack_entitled_channels c where c.channel_id = channel
  on conflict on constraint slack_channel_people_pkey do update set as_of = excluded.as_of, refused = excluded.refused
$$;

comment on function private.slack_channel_refused is 'Remembers that Slack would not move this person, so that it is not asked again every day.';

select cron.schedule('slack.channels', '20 5 * * *', 'select private.walk_slack_channels(private.clock())'),
       jobs.beat('slack.channels');
