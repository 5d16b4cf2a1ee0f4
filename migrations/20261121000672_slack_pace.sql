-- When a Slack message may go out: one after the other in each channel, not too many in the workspace, and never while
-- Slack has asked for patience.

create unlogged table private.slack_paces (
  place text primary key,
  free_at timestamptz not null
);
alter table private.slack_paces enable row level security;

comment on table private.slack_paces is
  'From when on each place may be talked to again: a channel, a person, or * for all messages. Unlogged: a crash forgets it, and Slack says it again.';

create function private.slack_free_at(place text)
returns timestamptz
language plpgsql
volatile
set search_path = ''
as $$
declare
  free_at timestamptz;
begin
  insert into private.slack_paces (place, free_at) values (slack_free_at.place, 'epoch')
  on conflict on constraint slack_paces_pkey do nothing;
  select p.free_at into free_at from private.slack_paces p where p.place = slack_free_at.place for update;
  return free_at;
end
$$;

comment on function private.slack_free_at is 'From when on a place is free, held until the transaction ends so that no two take the same turn.';

create function private.slack_held_back(place text, seconds double precision, at timestamptz)
returns void
language plpgsql
volatile
set search_path = ''
as $$
begin
  insert into private.slack_paces as p (place, free_at) values (slack_held_back.place, at + seconds * interval '1 second')
  on conflict on constraint slack_paces_pkey do update set free_at = greatest(p.free_at, excluded.free_at);
end
$$;

comment on function private.slack_held_back is 'Remembers that Slack asked for patience at a place, for everybody who comes next.';

create function private.slack_destination(message private.slack_messages, out target text, out withheld text)
language plpgsql
stable
set search_path = ''
as $$
declare
  person private.slack_people;
begin
  if message.channel is not null then
    select c.channel_id into target from private.slack_channels c where c.purpose = message.channel;
    if target is null then
      withheld := 'No channel is set for this purpose';
    end if;
    return;
  end if;
  select p.* into person from private.slack_people p where p.member_id = message.member_id;
  if (select not c.granted from public.consents c
       where c.member_id = message.member_id and c.channel = 'slack' order by c.id desc limit 1) then
    withheld := 'She does not want messages in Slack';
  elsif message.data ? 'notice_id' and private.notice_is_settled((message.data ->> 'notice_id')::bigint)
     or message.template = 'card_link' and not private.is_open_invoice(message.data ->> 'invoice_id') then
    withheld := 'It was paid meanwhile';
  elsif person.slack_user_id is null then
    withheld := 'She is not known in Slack';
  elsif person.status = 'deactivated' then
    withheld := 'Her account in Slack is off';
  else
    target := person.slack_user_id;
  end if;
end
$$;

comment on function private.slack_destination is 'Where a message goes, as Slack names it; else why it is withheld. Asked at the moment in which it is sent.';

create function private.slack_seconds_to_wait(message private.slack_messages, target text, at timestamptz)
returns double precision
language plpgsql
volatile
set search_path = ''
as $$
declare
  rules private.slack_rules;
  all_free_at constant timestamptz := private.slack_free_at('*');
  here_free_at constant timestamptz := private.slack_free_at(target);
  ahead_here integer;
  ahead integer;
  is_first boolean;
begin
  select r.* into rules from private.slack_rules r;
  select count(*) filter (where m.is_here and m.is_stuck is not true), count(*) filter (where m.is_stuck is not true),
         -- Messages of a channel keep their order, but one that does not get out does not hold up the rest for long.
         not coalesce(pg_catalog.bool_or(m.is_here and coalesce(not m.is_stuck, m.created_at > at - interval '10 minutes')), false)
    into ahead_here, ahead, is_first
    from (select o.created_at, o.turn_at <= at - interval '30 seconds' as is_stuck,
                 o.member_id is not distinct from message.member_id and o.channel is not distinct from message.channel as is_here
            from private.slack_messages o
           where o.state = 'owed' and o.id < message.id order by o.id desc limit 2000) m;
  if is_first and here_free_at <= at and all_free_at <= at then
    update private.slack_paces p
       set free_at = at + case p.place when '*' then rules.workspace_pace else rules.channel_pace end
     where p.place in ('*', target);
    return 0;
  end if;
  -- As long as it takes if everybody who is ahead gets out, and then it asks again.
  return greatest(
    extract(epoch from greatest(here_free_at, all_free_at) - at),
    extract(epoch from greatest(rules.channel_pace * ahead_here, rules.workspace_pace * ahead)),
    0.25);
end
$$;

comment on function private.slack_seconds_to_wait is '0 when it is this message''s turn, which is then taken; else after how many seconds to ask again.';

create function private.slack_data_of(message private.slack_messages, at timestamptz)
returns jsonb
language plpgsql
stable
set search_path = ''
as $$
begin
  return case when message.template = 'agent_proposal' then private.proposal_for_slack((message.data ->> 'proposal')::uuid, message.mark, at)
    else message.data end;
end
$$;

comment on function private.slack_data_of is 'What fills in a message''s template. About a proposal of an agent it is read at that moment. Null: there is nothing to say any more.';

create function private.slack_message_to_send(id bigint, at timestamptz)
returns jsonb
language plpgsql
volatile
set search_path = ''
as $$
declare
  owed private.slack_messages;
  target text;
  withheld text;
  says jsonb;
  seconds double precision;
begin
  select m.* into owed from private.slack_messages m where m.id = slack_message_to_send.id and m.state = 'owed' for update;
  if owed.id is null then
    return null;
  end if;
  select d.target, d.withheld into target, withheld from private.slack_destination(owed) d;
  says := private.slack_data_of(owed, at);
  if says is null then
    withheld := 'What it is about is gone';
  end if;
  if withheld is not null then
    update private.slack_messages m set state = 'withheld', reason = withheld where m.id = owed.id;
    return pg_catalog.jsonb_build_object('withheld', withheld);
  end if;
  seconds := private.slack_seconds_to_wait(owed, target, at);
  if seconds > 0 then
    return pg_catalog.jsonb_build_object('wait', seconds);
  end if;
  update private.slack_messages m set turn_at = at where m.id = owed.id;
  return pg_catalog.jsonb_build_object(
    'to', target, 'mark', owed.mark, 'template', owed.template, 'data', says, 'to_person', owed.member_id is not null,
    'name', (select p.name from public.profiles p where p.member_id = owed.member_id));
end
$$;

comment on function private.slack_message_to_send is
  'Lets one message go out, and takes its turn. {"wait"}: the seconds to come back after. {"withheld"}: why it is not sent at all. Null: nothing is left to do.';

create function private.slack_message_sent(id bigint, channel text, ts text, at timestamptz)
returns void
language sql
volatile
set search_path = ''
as $$
  update private.slack_messages m
     set state = 'sent', posted_channel = slack_message_sent.channel, ts = slack_message_sent.ts, sent_at = at, reason = null
   where m.id = slack_message_sent.id and m.state <> 'sent'
$$;

comment on function private.slack_message_sent is 'Records that a message stands in Slack, and under which name.';

create function private.slack_message_failed(id bigint, reason text)
returns void
language sql
volatile
set search_path = ''
as $$
  update private.slack_messages m set state = 'failed', reason = slack_message_failed.reason
   where m.id = slack_message_failed.id and m.state = 'owed'
$$;

comment on function private.slack_message_failed is 'Records that Slack refused a message for good, and why.';

create function private.slack_posting_held_back(target text, seconds double precision, everybody boolean, at timestamptz)
returns void
language plpgsql
volatile
set search_path = ''
as $$
begin
  -- Always in this order, as where turns are taken: two who are held back at once do not wait for each other.
  if everybody then
    perform private.slack_held_back('*', seconds, at);
  end if;
  perform private.slack_held_back(target, seconds, at);
end
$$;

comment on function private.slack_posting_held_back is
  'Remembers that Slack asked for patience when a message was posted: for its channel, and for everybody when it was the limit of the method.';
