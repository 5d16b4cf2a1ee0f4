-- A proposal in Slack: told when it waits, decided by a button, and said there what became of it.

insert into private.slack_channels (purpose, what) values
  ('approvals', 'What agents ask for, with buttons to approve and decline. Make it a private channel of admins, and bring the app into it. Empty: it goes to alerts.');

select jobs.define_kind('slack', 'update_message', 'Brings a message in Slack up to date with what became of its matter.', max_deferrals => 1000);

create function private.known_by(member uuid)
returns text
language plpgsql
stable
set search_path = ''
as $$
declare
  month constant text := 'FMMonth YYYY';
  named record;
begin
  select w.action, w.at into named from private.agent_writes w
   where w.member_id = member and w.undone_at is null and (w.action = 'members.created' or w.before ? 'name') order by w.id desc limit 1;
  return (
    select case when s.member_id is null then 'here since ' || pg_catalog.to_char(m.created_at at time zone 'UTC', month) || ', never a member'
                when s.ended_at is null then 'member since ' || pg_catalog.to_char(s.member_since at time zone 'UTC', month)
                else pg_catalog.format('member from %s to %s', pg_catalog.to_char(s.member_since at time zone 'UTC', month), pg_catalog.to_char(s.ended_at at time zone 'UTC', month)) end
           || coalesce(case named.action when 'members.created' then '; an agent added her on ' else '; an agent changed her name on ' end || private.day(named.at), '')
      from public.members m left join public.memberships s on s.member_id = m.id
     where m.id = known_by.member);
end
$$;

comment on function private.known_by is
  'What tells a member from another besides her name, which she and agents can change: since when she is one, and whether an agent wrote the name. For who decides about her.';

create function private.proposal_for_slack(proposal uuid, mark uuid, at timestamptz)
returns jsonb
language plpgsql
stable
set search_path = ''
as $$
declare
  held private.agent_proposals;
begin
  select p.* into held from private.agent_proposals p where p.id = proposal_for_slack.proposal;
  if held.id is null then
    return null;
  end if;
  return pg_catalog.jsonb_build_object(
    'proposal', held.id, 'mark', mark, 'asks_for', private.proposal_headline(held), 'is_sandbox', held.is_sandbox,
    'agent', (select k.name from private.agent_keys k where k.id = held.key_id),
    'member', (select private.without_addresses(p.name) from public.profiles p where p.member_id = held.member_id),
    'known_by', private.known_by(held.member_id), 'would', private.proposal_would(held), 'reason', private.without_addresses(held.reason), 'why_waiting', held.why_waiting,
    'expires_at', held.expires_at, 'waits', held.state = 'waiting' and held.expires_at > at,
    'words', private.without_addresses(private.proposal_state_in_words(held, at)), 'decision_reason', private.without_addresses(held.decision_reason));
end
$$;

comment on function private.proposal_for_slack is
  'What the message about a proposal says at the moment in which it is sent or brought up to date. The outbox keeps its id alone, so that nothing about a member stays there.';

create function private.owe_slack_update(message bigint, why text, correlation_id text default null)
returns void
language plpgsql
volatile
set search_path = ''
as $$
begin
  perform jobs.enqueue('slack', 'update_message', pg_catalog.jsonb_build_object('message_id', message),
    key => pg_catalog.format('slack:%s:update:%s', message, why), correlation_id => owe_slack_update.correlation_id);
end
$$;

comment on function private.owe_slack_update is 'Owes that a message in Slack says how things stand now, once for each reason.';

create function private.slack_message_to_update(id bigint, at timestamptz)
returns jsonb
language plpgsql
stable
set search_path = ''
as $$
declare
  sent private.slack_messages;
begin
  select m.* into sent from private.slack_messages m where m.id = slack_message_to_update.id and m.state = 'sent';
  -- One that is not posted yet says the newest when it is, or is brought up to date then.
  return case when sent.id is not null and private.slack_data_of(sent, at) is not null then pg_catalog.jsonb_build_object(
    'channel', sent.posted_channel, 'ts', sent.ts, 'mark', sent.mark, 'template', sent.template, 'data', private.slack_data_of(sent, at)) end;
end
$$;

comment on function private.slack_message_to_update is 'A message that stands in Slack, and what it should say now. Null: nothing to do.';

create function private.tell_proposal(proposal private.agent_proposals)
returns void
language plpgsql
volatile
set search_path = ''
as $$
declare
  about constant text := 'agent_proposal:' || proposal.id::text;
  told bigint;
begin
  if proposal.state = 'waiting' then
    perform private.post_to_slack(about, 'agent_proposal', pg_catalog.jsonb_build_object('proposal', proposal.id),
      channel => case when exists (select from private.slack_channels c where c.purpose = 'approvals' and c.channel_id is not null)
        then 'approvals' else 'alerts' end,
      correlation_id => proposal.correlation_id);
    return;
  end if;
  select m.id into told from private.slack_messages m where m.key = about;
  -- What was within the limits was never told there.
  if told is not null then
    perform private.owe_slack_update(told, proposal.state::text, proposal.correlation_id);
  end if;
end
$$;

comment on function private.tell_proposal is 'Tells the approvals channel of a proposal that waits; when it is decided, the same message says so.';

create function private.proposal_message_sent()
returns trigger
language plpgsql
security definer
set search_path = ''
as $$
begin
  if exists (select from private.agent_proposals p where p.id = (new.data ->> 'proposal')::uuid and p.state <> 'waiting') then
    perform private.owe_slack_update(new.id, 'sent', new.correlation_id);
  end if;
  return null;
end
$$;

comment on function private.proposal_message_sent() is 'Trigger: a proposal was decided while its message was on the way, so the message is brought up to date.';

create trigger slack_messages_proposal_sent
  after update of state on private.slack_messages
  for each row when (new.template = 'agent_proposal' and new.state = 'sent' and old.state <> 'sent')
  execute function private.proposal_message_sent();

create function private.press_proposal(
  slack_user text, team text, channel text, ts text, proposal uuid, mark uuid, approves boolean, at timestamptz
)
returns jsonb
language plpgsql
volatile
set search_path = ''
as $$
declare
  presser uuid;
  refusal text;
  message text;
  hint text;
begin
  select p.member_id into presser from private.slack_people p where p.slack_user_id = slack_user and p.status = 'active';
  refusal := case
    when private.take_token('slack-press:' || slack_user, 20, '1 minute', at) is null then 'That was a lot at once. Try again in a minute.'
    when team <> (select s.team_id from private.slack_settings s) then 'Only admins of our own workspace decide here.'
    when presser is null then 'Only admins decide about proposals, and we do not know you by this account.'
    when not exists (
      select from private.slack_messages m
       where m.key = 'agent_proposal:' || press_proposal.proposal::text and m.mark = press_proposal.mark
         and (m.ts is null or (m.posted_channel, m.ts) = (press_proposal.channel, press_proposal.ts)))
      then 'This button belongs to no proposal that we know. Nothing was done.' end;
  if refusal is not null then
    return pg_catalog.jsonb_build_object('decided', false, 'words', refusal);
  end if;
  return private.decide_proposal(proposal, approves, presser::text, null, at);
exception when sqlstate 'PT403' or sqlstate 'PT404' or sqlstate 'PT409' then
  get stacked diagnostics message = message_text, hint = pg_exception_hint;
  return pg_catalog.jsonb_build_object('decided', false, 'words', pg_catalog.format('%s. %s', message, hint));
end
$$;

comment on function private.press_proposal is
  'A button in Slack was pressed. The button must be the one of this proposal''s own message, and whoever pressed it a full member of the workspace who is an admin here at this moment. Answers whether that decided, and what to say to her.';
