-- A new member is welcomed when she is found in Slack, and reminded by e-mail while she is not, or is a guest there only.

create table private.slack_nudges (
  member_id uuid not null references public.members (id) on delete cascade,
  number smallint not null,
  at timestamptz not null,
  primary key (member_id, number),
  constraint slack_nudges_two_in_life check (number between 1 and 2)
);
alter table private.slack_nudges enable row level security;

comment on table private.slack_nudges is 'When a member was reminded by e-mail that Slack, or more of it, waits for her: twice in her life at most.';

create function private.slack_found(member uuid, correlation_id text, at timestamptz)
returns boolean
language plpgsql
volatile
set search_path = ''
as $$
begin
  -- Who was brought over from the old site is no newcomer, unless her membership began here.
  if not exists (
    select from public.memberships s
      join public.members m on m.id = s.member_id
      join private.slack_people p on p.member_id = s.member_id and p.status = 'active'
     where s.member_id = slack_found.member and s.access_until > at
       and s.member_since > at - (select r.welcome_within from private.slack_rules r)
       and (m.origin <> 'import' or s.member_since > m.created_at + interval '1 day')) then
    return false;
  end if;
  perform private.post_to_slack('slack_welcome:' || slack_found.member::text, 'slack_welcome', member => slack_found.member,
    correlation_id => slack_found.correlation_id);
  return true;
end
$$;

comment on function private.slack_found is 'Owes a new member her welcome in Slack, once in her life, when she is found there. Whether she is one.';

create function private.slack_people_followed()
returns trigger
language plpgsql
security definer
set search_path = ''
as $$
begin
  perform private.slack_found(new.member_id, null, private.clock());
  -- A walk finds many at once: they come into their channels together.
  -- In one order, so that two who find people at once do not wait for each other.
  perform private.owe_settling(c.channel_id, private.clock())
     from (select o.channel_id from private.slack_entitled_channels o order by o.channel_id) c;
  return null;
end
$$;

comment on function private.slack_people_followed() is 'Trigger: a member is found in Slack, or found anew. She is welcomed and comes into her channels.';

create trigger slack_people_found
  after insert on private.slack_people
  for each row when (new.status = 'active')
  execute function private.slack_people_followed();
create trigger slack_people_found_later
  after update of status, slack_user_id on private.slack_people
  for each row when (new.status = 'active' and (old.status, old.slack_user_id) is distinct from (new.status, new.slack_user_id))
  execute function private.slack_people_followed();

create function private.slack_membership_changed()
returns trigger
language plpgsql
security definer
set search_path = ''
as $$
begin
  if not exists (select from private.slack_people p where p.member_id = new.member_id and p.status in ('active', 'inactive')) then
    return null;
  end if;
  perform private.slack_found(new.member_id, null, private.clock());
  perform private.owe_slack_channels(new.member_id, null, private.clock());
  -- At once, so that nobody takes her out who is a member again.
  if private.is_entitled(new.member_id, private.clock()) then
    perform private.leave_slack_offboarding(new.member_id, 'She is a member again', private.clock());
  end if;
  return null;
end
$$;

comment on function private.slack_membership_changed() is 'Trigger: what somebody who is in Slack may see there follows her membership at once.';

create trigger memberships_followed_in_slack
  after insert or update of access_until, tier on public.memberships
  for each row execute function private.slack_membership_changed();

create function private.slack_person_gone()
returns trigger
language plpgsql
security definer
set search_path = ''
as $$
begin
  perform private.leave_slack_offboarding(new.member_id, 'Slack does not show her any more', private.clock());
  return null;
end
$$;

comment on function private.slack_person_gone() is 'Trigger: whose account in Slack is off need not be taken out any more.';

create trigger slack_people_gone
  after update of status on private.slack_people
  for each row when (new.status in ('deactivated', 'not_found') and old.status in ('active', 'inactive'))
  execute function private.slack_person_gone();

create function private.slack_role_changed()
returns trigger
language plpgsql
security definer
set search_path = ''
as $$
begin
  perform private.owe_slack_channels(new.id, null, private.clock());
  return null;
end
$$;

comment on function private.slack_role_changed() is 'Trigger: the channels of leaders follow who leads.';

create trigger members_role_followed_in_slack
  after update of role on public.members
  for each row when (old.role is distinct from new.role)
  execute function private.slack_role_changed();

create function private.nudge_absent(at timestamptz)
returns integer
language plpgsql
volatile
set search_path = ''
as $$
declare
  rules private.slack_rules;
  absent record;
  nudged integer := 0;
begin
  perform jobs.beat('slack.nudge');
  select r.* into rules from private.slack_rules r;
  for absent in
    select s.member_id, p.status, coalesce(done.number, 0) + 1 as number
      from public.memberships s
      join private.slack_people p on p.member_id = s.member_id and p.status in ('not_found', 'inactive')
      left join lateral (select max(n.number) as number, max(n.at) as last_at from private.slack_nudges n where n.member_id = s.member_id) done on true
     where s.access_until > at and s.member_since <= at - rules.nudge_after
       -- What Slack said long ago is no reason to write to anybody today.
       and p.synced_at > at - interval '3 days'
       and coalesce(done.number, 0) < 2
       -- Who does not want to hear from us in Slack need not be there.
       and coalesce((select c.granted from public.consents c where c.member_id = s.member_id and c.channel = 'slack' order by c.id desc limit 1), true)
       and (done.last_at is null or done.last_at <= at - rules.nudge_apart)
     order by s.member_since desc, s.member_id
     limit rules.nudges_a_day
  loop
    insert into private.slack_nudges (member_id, number, at) values (absent.member_id, absent.number, at) on conflict do nothing;
    if found then
      perform private.send_email(pg_catalog.format('slack_nudge:%s:%s', absent.member_id, absent.number), 'slack_nudge',
        pg_catalog.jsonb_build_object('url', '/home/', 'status', absent.status), member => absent.member_id, kind => 'optional');
      nudged := nudged + 1;
    end if;
  end loop;
  return nudged;
end
$$;

comment on function private.nudge_absent is
  'Reminds members who joined a while ago and are not found in Slack, or are guests there who see a part of it, by an e-mail that they can stop: twice in life, two weeks apart, the newest members first. Returns how many. pg_cron calls it each day.';

select cron.schedule('slack.nudge', '10 10 * * *', 'select private.nudge_absent(private.clock())'),
       jobs.beat('slack.nudge');
