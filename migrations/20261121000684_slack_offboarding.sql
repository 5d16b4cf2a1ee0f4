-- Off-boarding: who should not be in the workspace any more and still is. A person takes her out, because only some
-- plans of Slack let an app do it; this is her list.

create type private.offboarding_reason as enum ('lapsed', 'erased');
comment on type private.offboarding_reason is
  'lapsed: her membership ended, and the days of grace are over. erased: she had her account deleted; all that is left is her number at Slack.';

create table private.slack_offboarding (
  id bigint generated always as identity primary key,
  member_id uuid references public.members (id) on delete set null,
  slack_user_id text not null,
  reason private.offboarding_reason not null,
  opened_at timestamptz not null,
  ticked_at timestamptz,
  note text,
  stays boolean not null default false,
  closed_at timestamptz,
  closed_because text,
  constraint slack_offboarding_ticked_says_why check ((ticked_at is null) or note is not null),
  constraint slack_offboarding_closed_says_why check ((closed_at is null) = (closed_because is null))
);
alter table private.slack_offboarding enable row level security;
create index slack_offboarding_member on private.slack_offboarding (member_id);
create unique index slack_offboarding_open_once on private.slack_offboarding (slack_user_id) where closed_at is null;

comment on table private.slack_offboarding is 'People who should leave the Slack workspace: open until they are gone, or members again.';
comment on column private.slack_offboarding.ticked_at is 'When an admin said that it is done. If Slack still shows her later, it is taken back.';
comment on column private.slack_offboarding.note is 'What the admin said about it.';
comment on column private.slack_offboarding.stays is 'She stays in Slack on purpose, until she has been a member once more.';

create function private.close_slack_offboarding(id bigint, because text, at timestamptz)
returns void
language plpgsql
volatile
set search_path = ''
as $$
declare
  closed private.slack_offboarding;
begin
  update private.slack_offboarding o set closed_at = at, closed_because = because
   where o.id = close_slack_offboarding.id and o.closed_at is null
  returning o.* into closed;
  if closed.id is null then
    return;
  end if;
  perform private.audit('schedule', 'slack_offboarding', 'slack.offboarding_closed', 'slack_offboarding', closed.id::text,
    null, null, because);
  -- Of somebody who was erased nothing is kept that is not needed any more.
  if closed.member_id is null then
    delete from private.slack_channel_people i where i.slack_user_id = closed.slack_user_id;
    delete from private.slack_offboarding o where o.id = closed.id;
  end if;
end
$$;

comment on function private.close_slack_offboarding is 'Takes somebody off the list for good, and says why in the audit log.';

create function private.leave_slack_offboarding(member uuid, because text, at timestamptz)
returns void
language sql
volatile
set search_path = ''
as $$
  select private.close_slack_offboarding(o.id, because, at)
    from private.slack_offboarding o where o.member_id = leave_slack_offboarding.member and o.closed_at is null
$$;

comment on function private.leave_slack_offboarding is 'Takes a member off the list, if she is on it.';

create function private.open_slack_offboarding(member uuid, slack_user_id text, reason private.offboarding_reason, at timestamptz)
returns boolean
language plpgsql
volatile
set search_path = ''
as $$
#variable_conflict use_column
declare
  opened bigint;
begin
  insert into private.slack_offboarding (member_id, slack_user_id, reason, opened_at)
  values (open_slack_offboarding.member, open_slack_offboarding.slack_user_id, open_slack_offboarding.reason, at)
  on conflict (slack_user_id) where closed_at is null do nothing
  returning id into opened;
  if opened is not null then
    perform private.audit('schedule', 'slack_offboarding', 'slack.offboarding_opened', 'slack_offboarding', opened::text,
      null, pg_catalog.jsonb_build_object('reason', open_slack_offboarding.reason));
  end if;
  return opened is not null;
end
$$;

comment on function private.open_slack_offboarding is 'Puts somebody on the list, once. True when she was not on it.';

create function private.slack_erased(slack_user_id text, at timestamptz)
returns void
language plpgsql
volatile
set search_path = ''
as $$
begin
  update private.slack_offboarding o
     set member_id = null, reason = 'erased', ticked_at = null, note = null, stays = false
   where o.slack_user_id = slack_erased.slack_user_id and o.closed_at is null;
  if not found then
    perform private.open_slack_offboarding(null, slack_erased.slack_user_id, 'erased', at);
  end if;
  delete from private.slack_offboarding o where o.slack_user_id = slack_erased.slack_user_id and o.closed_at is not null;
  delete from private.slack_paces p where p.place = slack_erased.slack_user_id;
end
$$;

comment on function private.slack_erased is
  'Somebody who is in Slack had her account deleted: she comes on the list with nothing but her number at Slack, until her account there is off too.';

create function private.list_slack_offboarding(at timestamptz)
returns integer
language plpgsql
volatile
set search_path = ''
as $$
declare
  grace constant interval := (select r.grace from private.slack_rules r);
  one record;
  opened integer := 0;
begin
  perform jobs.beat('slack.offboarding');
  for one in
    select o.id, case when private.is_entitled(o.member_id, at) then 'She is a member again'
                      else 'Slack does not show her any more' end as because
      from private.slack_offboarding o
      left join private.slack_people p on p.member_id = o.member_id
     where o.closed_at is null and o.member_id is not null
       and (private.is_entitled(o.member_id, at) or p.status in ('deactivated', 'not_found') or p.slack_user_id is distinct from o.slack_user_id)
  loop
    perform private.close_slack_offboarding(one.id, one.because, at);
  end loop;

  -- An admin is believed for an hour, so that Slack has time to say the same.
  update private.slack_offboarding o set ticked_at = null
    from private.slack_people p
   where p.member_id = o.member_id and o.closed_at is null and not o.stays
     and p.status in ('active', 'inactive') and p.last_seen_at > o.ticked_at + interval '1 hour';

  for one in
    select s.member_id, p.slack_user_id from public.memberships s
      join private.slack_people p on p.member_id = s.member_id and p.status in ('active', 'inactive')
     where s.access_until <= at - grace
       and not exists (select from private.slack_offboarding o where o.slack_user_id = p.slack_user_id and o.closed_at is null)
     order by s.access_until, s.member_id
  loop
    if private.open_slack_offboarding(one.member_id, one.slack_user_id, 'lapsed', at) then
      opened := opened + 1;
    end if;
    perform private.owe_slack_channels(one.member_id, null, at);
  end loop;

  -- Nobody looks after the erased by the walk, because nobody knows their addresses.
  perform jobs.enqueue('slack', 'look_after_erased', pg_catalog.jsonb_build_object('offboarding_id', o.id),
            key => pg_catalog.format('slack_erased:%s:%s', o.id, pg_catalog.floor(extract(epoch from at) / 3600)), priority => 'bulk')
     from private.slack_offboarding o where o.closed_at is null and o.reason = 'erased';
  return opened;
end
$$;

comment on function private.list_slack_offboarding is
  'Brings the off-boarding list up to date: who lapsed longer ago than the grace and is still there comes on it, who is gone or a member again goes. Who was ticked off and is still there comes back. Returns how many are new. pg_cron calls it after each walk.';

create function private.slack_offboarding_seen(id bigint, still_there boolean, at timestamptz)
returns void
language plpgsql
volatile
set search_path = ''
as $$
begin
  if not still_there then
    perform private.close_slack_offboarding(id, 'Her account in Slack is off', at);
  else
    update private.slack_offboarding o set ticked_at = null
     where o.id = slack_offboarding_seen.id and not o.stays and o.ticked_at < at - interval '1 hour';
  end if;
end
$$;

comment on function private.slack_offboarding_seen is 'Takes over what Slack said when it was asked about somebody who was erased.';

create function admin.tick_offboarding(id bigint, note text, stays boolean default false)
returns text
language plpgsql
volatile
set search_path = ''
as $$
declare
  why constant text := private.require_reason(tick_offboarding.note);
begin
  update private.slack_offboarding o set ticked_at = private.clock(), note = why, stays = tick_offboarding.stays
   where o.id = tick_offboarding.id and o.closed_at is null and o.ticked_at is null;
  if not found then
    raise exception using errcode = 'PT409', message = 'This line is not open', detail = 'id',
      hint = 'It was ticked off, or she is gone or a member again: look at admin.slack_offboarding.';
  end if;
  perform private.audit('studio', session_user, 'slack.offboarded', 'slack_offboarding', tick_offboarding.id::text, null,
    pg_catalog.jsonb_build_object('stays', tick_offboarding.stays), why);
  return case when tick_offboarding.stays then 'She stays, and is not asked about again unless she becomes a member once more.'
              else 'Ticked off. If Slack still shows her at a later walk, she comes back on the list.' end;
end
$$;

comment on function admin.tick_offboarding is
  'Says that somebody was taken out of Slack, with a note for the audit log; stays => true says that she stays on purpose. Raises PT409 or PT422.';

select jobs.define_kind('slack', 'look_after_erased', 'Asks Slack whether the account of somebody who was erased here is off there too.', priority => 'bulk');

select cron.schedule('slack.offboarding', '40 8,20 * * *', 'select private.list_slack_offboarding(private.clock())'),
       jobs.beat('slack.offboarding');
