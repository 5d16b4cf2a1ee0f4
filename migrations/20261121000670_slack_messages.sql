-- What is said in Slack: one outbox for members and channels. The pace of each channel is kept by the database.

create table private.slack_rules (
  only_one boolean primary key default true,
  channel_pace interval not null default '1100 milliseconds',
  workspace_pace interval not null default '250 milliseconds',
  welcome_within interval not null default '30 days',
  nudge_after interval not null default '7 days',
  nudge_apart interval not null default '14 days',
  nudges_a_day integer not null default 200,
  grace interval not null default '7 days',
  alerts_an_hour integer not null default 4,
  constraint slack_rules_one_row check (only_one),
  constraint slack_rules_paces_sane check (
    channel_pace between '0' and '1 minute' and workspace_pace between '0' and '1 minute'),
  constraint slack_rules_times_positive check (
    welcome_within >= '0' and nudge_after >= '0' and nudge_apart >= '14 days' and grace >= '0'),
  constraint slack_rules_amounts_sane check (nudges_a_day between 0 and 10000 and alerts_an_hour between 1 and 60)
);
alter table private.slack_rules enable row level security;
insert into private.slack_rules default values;
create trigger slack_rules_audited
  after insert or update or delete on private.slack_rules
  for each row execute function private.audit_edit('slack.rules_edited', 'slack_rules', 'only_one');

comment on table private.slack_rules is 'The numbers by which Commons talks in Slack. One row; admins may edit it.';
comment on column private.slack_rules.channel_pace is 'Pause between two messages in one channel. Slack takes about one a second, so a little more.';
comment on column private.slack_rules.workspace_pace is 'Pause between any two messages. Slack takes some hundred a minute in a workspace.';
comment on column private.slack_rules.welcome_within is 'Who joined longer ago than this is not welcomed any more when she is found.';
comment on column private.slack_rules.nudge_after is 'So long after joining is a member who is not in Slack reminded by e-mail.';
comment on column private.slack_rules.nudge_apart is 'Pause between her two reminders, fourteen days at least.';
comment on column private.slack_rules.nudges_a_day is 'How many members are reminded on one day, so that an import does not write to everybody at once.';
comment on column private.slack_rules.grace is 'So long after her access ended is a former member taken out of channels and put on the off-boarding list.';
comment on column private.slack_rules.alerts_an_hour is 'How many alerts go to the channel in an hour; what comes beyond waits and is told together.';

create table private.slack_channels (
  purpose text primary key,
  channel_id text,
  what text not null,
  constraint slack_channels_purpose_is_a_word check (purpose ~ '^[a-z][a-z_]{0,30}$'),
  constraint slack_channels_id_is_slacks check (channel_id ~ '^[CG][A-Z0-9]{2,20}$')
);
alter table private.slack_channels enable row level security;
insert into private.slack_channels (purpose, what) values
  ('alerts', 'What waits for an admin. Make it a private channel, and bring the app into it.');
create trigger slack_channels_audited
  after insert or update or delete on private.slack_channels
  for each row execute function private.audit_edit('slack.channel_edited', 'slack_channel', 'purpose');

comment on table private.slack_channels is 'Which Slack channel serves which purpose. Admins set the ids; a purpose without one stays silent.';
comment on column private.slack_channels.channel_id is 'The channel''s id, such as C0123456789: at the foot of "View channel details" in Slack.';

create type private.slack_message_state as enum ('owed', 'sent', 'withheld', 'failed');
comment on type private.slack_message_state is
  'withheld: not posted, and reason says why. failed: Slack refused it for good.';

create table private.slack_messages (
  id bigint generated always as identity primary key,
  key text not null unique,
  mark uuid not null unique default gen_random_uuid(),
  member_id uuid references public.members (id) on delete cascade,
  channel text,
  template text not null,
  data jsonb not null default '{}',
  state private.slack_message_state not null default 'owed',
  reason text,
  posted_channel text,
  ts text,
  correlation_id text,
  created_at timestamptz not null default private.clock(),
  turn_at timestamptz,
  sent_at timestamptz,
  constraint slack_messages_go_somewhere check ((member_id is null) <> (channel is null)),
  constraint slack_messages_template_is_a_word check (template ~ '^[a-z][a-z_]{0,40}$'),
  constraint slack_messages_sent_is_whole check ((state = 'sent') = (ts is not null))
);
alter table private.slack_messages enable row level security;
create index slack_messages_member on private.slack_messages (member_id);
create index slack_messages_owed on private.slack_messages (id) where state = 'owed';
create index slack_messages_created on private.slack_messages (created_at);

comment on table private.slack_messages is 'Every Slack message that we owed a member or a channel, and what became of it.';
comment on column private.slack_messages.key is 'What the message is about: the same key is one message, however often it is owed.';
comment on column private.slack_messages.mark is 'What the message carries at Slack, unseen, so that it is found there again. By chance, so that no two databases share one.';
comment on column private.slack_messages.channel is 'What the channel is for, such as alerts; its Slack id is a setting.';
comment on column private.slack_messages.data is 'What the template fills in. Text of people in it is escaped when it is sent.';
comment on column private.slack_messages.ts is 'Slack''s name of the message, together with posted_channel.';
comment on column private.slack_messages.turn_at is 'When it was last let go out.';

create function private.post_to_slack(
  key text, template text, data jsonb default '{}', member uuid default null, channel text default null, correlation_id text default null
)
returns bigint
language plpgsql
volatile
set search_path = ''
as $$
declare
  owed bigint;
begin
  insert into private.slack_messages (key, member_id, channel, template, data, correlation_id)
  values (post_to_slack.key, post_to_slack.member, case when post_to_slack.member is null then post_to_slack.channel end,
    post_to_slack.template, post_to_slack.data, post_to_slack.correlation_id)
  on conflict on constraint slack_messages_key_key do nothing
  returning id into owed;
  if owed is null then
    return (select m.id from private.slack_messages m where m.key = post_to_slack.key);
  end if;
  perform jobs.enqueue('slack', 'post_message', pg_catalog.jsonb_build_object('message_id', owed),
    key => 'slack:' || owed::text, correlation_id => post_to_slack.correlation_id);
  return owed;
end
$$;

comment on function private.post_to_slack is
  'Owes one Slack message, in the caller''s transaction: to a member, or to a channel. The same key is the same message: it is owed once, and its number comes back.';

create function private.tell_member(member uuid, template text, data jsonb, key text, correlation_id text default null)
returns void
language plpgsql
volatile
set search_path = ''
as $$
begin
  perform private.send_email(key, template, data, member => tell_member.member, correlation_id => tell_member.correlation_id);
  if exists (select from private.slack_people p where p.member_id = tell_member.member and p.status in ('active', 'inactive')) then
    perform private.post_to_slack(key, template, data, member => tell_member.member, correlation_id => tell_member.correlation_id);
  end if;
end
$$;

comment on function private.tell_member is 'Tells a member something that concerns her: by e-mail, and in Slack when she is known there. The key makes it happen once on each way.';

-- A provider that asks for patience is no failure, so a long queue may be told to wait often.
select jobs.define_kind('slack', 'post_message', 'Posts one message in Slack.', max_deferrals => 10000);
