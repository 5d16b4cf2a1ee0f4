-- Private channels by entitlement: who should be in which, and the jobs that put in and take out.

create type private.slack_audience as enum ('entitled', 'leaders', 'tier');
comment on type private.slack_audience is
  'entitled: everybody who counts as a member. leaders: leaders and admins. tier: entitled members of one tier.';

create table private.slack_entitled_channels (
  channel_id text primary key,
  name text not null,
  audience private.slack_audience not null default 'entitled',
  tier public.membership_tier,
  constraint slack_entitled_channels_id_is_slacks check (channel_id ~ '^[CG][A-Z0-9]{2,20}$'),
  constraint slack_entitled_channels_tier_named check ((audience = 'tier') = (tier is not null))
);
alter table private.slack_entitled_channels enable row level security;
create trigger slack_entitled_channels_audited
  after insert or update or delete on private.slack_entitled_channels
  for each row execute function private.audit_edit('slack.entitled_channel_edited', 'slack_channel', 'channel_id');

comment on table private.slack_entitled_channels is
  'Slack channels that a right opens: Commons puts in who has it, and takes out whom it knows to have lost it. Admins edit it; the app must be in the channel.';
comment on column private.slack_entitled_channels.channel_id is 'The channel''s id, such as C0123456789: at the foot of "View channel details" in Slack.';
comment on column private.slack_entitled_channels.name is 'What admins call it.';

create table private.slack_channel_walks (
  channel_id text primary key references private.slack_entitled_channels (channel_id) on update cascade on delete cascade,
  run_id uuid,
  begun_at timestamptz,
  walked_at timestamptz,
  problem text,
  problem_at timestamptz,
  constraint slack_channel_walks_problem_dated check ((problem is null) = (problem_at is null))
);
alter table private.slack_channel_walks enable row level security;

comment on table private.slack_channel_walks is 'When each of these channels was last read, and what keeps the app from looking after it.';

create table private.slack_channel_people (
  channel_id text not null references private.slack_entitled_channels (channel_id) on update cascade on delete cascade,
  slack_user_id text not null,
  is_in boolean not null,
  as_of timestamptz not null,
  run_id uuid,
  refused text,
  primary key (channel_id, slack_user_id)
);
alter table private.slack_channel_people enable row level security;
create index slack_channel_people_user on private.slack_channel_people (slack_user_id);

comment on table private.slack_channel_people is 'Which people whom we know are in which of these channels, as Slack last said or as we left it.';
comment on column private.slack_channel_people.refused is 'Why Slack would not put her in or take her out. Tried again after a week.';

create function private.slack_channel_wish(channel private.slack_entitled_channels, slack_user_id text, at timestamptz)
returns boolean
language plpgsql
stable
set search_path = ''
as $$
declare
  person private.slack_people;
  role public.member_role;
  held public.memberships;
begin
  select p.* into person from private.slack_people p where p.slack_user_id = slack_channel_wish.slack_user_id;
  if person.member_id is null then
    -- Nobody of ours: not for us to move, unless she was and had herself erased.
    return case when exists (select from private.slack_offboarding o
      where o.slack_user_id = slack_channel_wish.slack_user_id and o.reason = 'erased' and o.closed_at is null) then false end;
  end if;
  if person.status not in ('active', 'inactive') then
    return null;
  end if;
  select m.role into role from public.members m where m.id = person.member_id;
  if channel.audience = 'leaders' then
    return case when role <> 'member' then case when person.status = 'active' then true end else false end;
  end if;
  select s.* into held from public.memberships s where s.member_id = person.member_id;
  if private.is_entitled(person.member_id, at) and (channel.tier is null or channel.tier = held.tier) then
    return case when person.status = 'active' then true end;
  end if;
  -- Who never was a member was let in by somebody, and admins look after the place.
  return case when role <> 'admin' and (
    held.access_until > at or held.access_until <= at - (select r.grace from private.slack_rules r)) then false end;
end
$$;

comment on function private.slack_channel_wish is
  'Whether a person should be in a channel: true, false, or null for "leave it as it is", such as in the days of grace. Who is entitled to the channel is never false.';

create function private.slack_channel_differences(at timestamptz, one_channel text default null, one_user text default null)
returns table (channel_id text, slack_user_id text, wish boolean)
language sql
stable
set search_path = ''
rows 100
as $$
  select c.channel_id, u.slack_user_id, w.wish
    from private.slack_entitled_channels c
    cross join lateral (
      select p.slack_user_id from private.slack_people p
       where p.status in ('active', 'inactive') and p.slack_user_id = coalesce(one_user, p.slack_user_id)
      union
      select i.slack_user_id from private.slack_channel_people i
       where i.channel_id = c.channel_id and i.is_in and i.slack_user_id = coalesce(one_user, i.slack_user_id)) u
    left join private.slack_channel_people i on i.channel_id = c.channel_id and i.slack_user_id = u.slack_user_id
    cross join lateral (select private.slack_channel_wish(c, u.slack_user_id, at) as wish) w
   where c.channel_id = coalesce(one_channel, c.channel_id)
     and w.wish is distinct from coalesce(i.is_in, false) and w.wish is not null
     and (i.refused is null or i.as_of < at - interval '7 days')
$$;

comment on function private.slack_channel_differences is
  'Who should be in a channel and is not, and who is and should not be. Whom Slack refused lately is left out.';

create function private.owe_slack_channels(member uuid, correlation_id text, at timestamptz)
returns void
language plpgsql
volatile
set search_path = ''
as $$
begin
  perform jobs.enqueue('slack', 'settle_channel',
    pg_catalog.jsonb_build_object('channel_id', d.channel_id, 'slack_user_id', d.slack_user_id),
    priority => 'bulk', correlation_id => owe_slack_channels.correlation_id)
    from private.slack_people p, private.slack_channel_differences(at, one_user => p.slack_user_id) d
   where p.member_id = owe_slack_channels.member and p.slack_user_id is not null;
end
$$;

comment on function private.owe_slack_channels is 'Owes what differs between the channels that a member is in and those that she should be in.';

create function private.owe_settling(channel text, at timestamptz)
returns void
language sql
volatile
set search_path = ''
as $$
  select jobs.enqueue('slack', 'settle_people', pg_catalog.jsonb_build_object('channel_id', channel),
    key => pg_catalog.format('slack_settle:%s:%s', channel, pg_catalog.floor(extract(epoch from at) / 60)),
    run_at => pg_catalog.date_trunc('minute', at) + interval '1 minute')
$$;

comment on function private.owe_settling is 'Owes what differs in a channel, of everybody together: once, at the end of the minute, however many people it is owed for in it.';

select jobs.define_kind('slack', 'walk_channel', 'Reads one page of who is in a Slack channel.', priority => 'bulk');
select jobs.define_kind('slack', 'settle_channel', 'Puts a person into a Slack channel, or takes her out.', priority => 'bulk');
select jobs.define_kind('slack', 'settle_people', 'Puts many people into a Slack channel, or takes them out.', max_deferrals => 10000, priority => 'bulk');
