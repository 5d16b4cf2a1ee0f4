-- A member who just began, or just proved an address: is she in Slack? If not, how does she get there?

select jobs.define_kind('slack', 'find_person', 'Looks one member up in Slack, and invites her there where the plan allows it.');

create function private.owe_slack_look(member uuid, at timestamptz)
returns void
language plpgsql
volatile
security definer
set search_path = ''
as $$
begin
  -- Until the workspace was reached once there is nobody to ask.
  if exists (select from private.slack_settings s where s.team_id is not null)
     and private.is_entitled(member, at)
     and not exists (select from private.slack_people p where p.member_id = member and p.status in ('active', 'inactive'))
     -- A crowd that comes at once is left to the next run.
     and (select count(*) from (
            select from jobs.delayed d where d.queue = 'slack' and d.kind = 'find_person'
            union all
            select from pgmq.q_slack q where q.message ->> 'kind' = 'find_person'
            limit 50) w) < 50 then
    perform jobs.enqueue('slack', 'find_person', pg_catalog.jsonb_build_object('member_id', member));
  end if;
end
$$;

comment on function private.owe_slack_look is 'Owes a look for an entitled member whom Slack is not known to have.';

create function private.look_in_slack()
returns trigger
language plpgsql
volatile
security definer
set search_path = ''
as $$
begin
  perform private.owe_slack_look(new.member_id, private.clock());
  return null;
end
$$;

comment on function private.look_in_slack() is 'Trigger: whose membership begins, or who has another proved address, is looked for in Slack.';

create trigger look_in_slack_on_start after insert on public.memberships
  for each row execute function private.look_in_slack();
create trigger look_in_slack_on_return after update of access_until on public.memberships
  for each row when (old.ended_at is not null and new.ended_at is null) execute function private.look_in_slack();
create trigger look_in_slack_on_address after insert on public.member_emails
  for each row when (new.verified_at is not null) execute function private.look_in_slack();
create trigger look_in_slack_on_proof after update of verified_at, member_id on public.member_emails
  for each row
  when (new.verified_at is not null and (old.verified_at is null or old.member_id <> new.member_id))
  execute function private.look_in_slack();

create function private.slack_person_to_find(member uuid, at timestamptz default private.clock())
returns jsonb
language sql
stable
set search_path = ''
as $$
  select pg_catalog.jsonb_build_object(
      'emails', private.verified_addresses(member),
      'invite_to', case when p.invited_at is null and pg_catalog.cardinality(s.invite_channels) > 0
                     and coalesce(p.status, 'not_found') = 'not_found'
        then (select e.email from public.member_emails e where e.member_id = member and e.is_primary and e.verified_at is not null) end,
      'team_id', s.team_id, 'channels', s.invite_channels)
    from private.slack_settings s
    left join private.slack_people p on p.member_id = member
   where private.is_entitled(member, at) and coalesce(p.status, 'not_found') not in ('active', 'inactive')
$$;

comment on function private.slack_person_to_find is 'By which addresses a member is looked for, and where she would be invited to. Null when nothing is left to do.';

create function private.slack_person_found(member uuid, person jsonb, at timestamptz default private.clock())
returns boolean
language plpgsql
volatile
set search_path = ''
as $$
begin
  if person is not null then
    perform private.match_slack_people(pg_catalog.jsonb_build_array(person), null, at);
  else
    -- The same word means that she is deactivated, and what the walk saw of that is worth more.
    insert into private.slack_people as p (member_id, status, synced_at)
    select m.id, 'not_found', at from public.members m where m.id = member
    on conflict on constraint slack_people_pkey do update set synced_at = excluded.synced_at where p.status = 'not_found';
  end if;
  return exists (select from private.slack_people p where p.member_id = member and p.status <> 'not_found');
end
$$;

comment on function private.slack_person_found is 'Records a single look-up. True when she is known in Slack.';

create function private.slack_invited(member uuid, note text, is_invited boolean, correlation_id text default null, at timestamptz default private.clock())
returns void
language plpgsql
volatile
set search_path = ''
as $$
begin
  update private.slack_people p
     set invited_at = case when slack_invited.is_invited then at else p.invited_at end, invite_note = slack_invited.note
   where p.member_id = member and p.invited_at is null;
  if found and slack_invited.is_invited then
    perform private.audit('job', 'find_person', 'slack.invited', 'member', member::text, null, null, slack_invited.note,
      slack_invited.correlation_id);
  end if;
end
$$;

comment on function private.slack_invited is 'Records what became of an invitation through Slack. That she was invited is recorded once.';

create function private.tell_way_into_slack(member uuid, correlation_id text default null, at timestamptz default private.clock())
returns boolean
language plpgsql
volatile
set search_path = ''
as $$
begin
  -- Whom Slack wrote to itself, who was brought over from the old site, and who wants nothing of us in Slack hears nothing.
  if not exists (
    select from public.memberships s
      join public.members m on m.id = s.member_id and m.origin <> 'import'
      join private.slack_people p on p.member_id = s.member_id and p.status = 'not_found' and p.invited_at is null
     where s.member_id = tell_way_into_slack.member and s.member_since > at - interval '30 days')
     or private.slack_way_in(tell_way_into_slack.member, at) ->> 'link' is null
     or (select not c.granted from public.consents c
          where c.member_id = tell_way_into_slack.member and c.channel = 'slack' order by c.id desc limit 1) then
    return false;
  end if;
  -- The link itself stays behind her sign-in: a mail may be passed on.
  perform private.send_email('slack_invited:' || member::text, 'slack_invited', '{"url": "/home/"}', member => tell_way_into_slack.member,
    correlation_id => tell_way_into_slack.correlation_id);
  return true;
end
$$;

comment on function private.tell_way_into_slack is 'Owes a new member whom Slack does not have one mail that leads to the way in, once. Whether it does.';

create function private.my_slack(member uuid, at timestamptz)
returns jsonb
language plpgsql
stable
set search_path = ''
as $$
begin
  return (
    select pg_catalog.jsonb_build_object('status', coalesce(p.status, 'not_found'), 'display_name', p.display_name,
             'way_in', private.slack_way_in(member, at))
      from private.slack_settings s left join private.slack_people p on p.member_id = member
     where s.team_id is not null or p.member_id is not null);
end
$$;

comment on function private.my_slack is
  'What Commons knows of a member''s place in Slack, for herself: her status, what she calls herself there, and the way in for who is not there. Null while no workspace is connected.';
