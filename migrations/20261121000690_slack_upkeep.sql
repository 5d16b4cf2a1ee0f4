-- What admins see of Slack, what a member gets of it in her data, what two rows that become one keep, and what is not kept.

create view admin.slack_messages with (security_invoker = true) as
select m.id, coalesce('#' || m.channel, p.name) as goes_to, m.template, m.state, m.reason, m.created_at, m.sent_at, m.member_id,
       m.correlation_id
  from private.slack_messages m left join public.profiles p on p.member_id = m.member_id
 order by m.id desc;

comment on view admin.slack_messages is 'Every Slack message that was owed to a member or a channel, the newest first, and what became of it.';
comment on column admin.slack_messages.goes_to is 'The member''s name, or what the channel is for.';
comment on column admin.slack_messages.reason is 'Why it was withheld, or what Slack said when it refused it.';

create view admin.slack_channels with (security_invoker = true) as
select c.channel_id, c.name, c.audience, c.tier, w.walked_at, w.problem, w.problem_at,
       (select count(*) from private.slack_channel_people i where i.channel_id = c.channel_id and i.is_in) as known_inside,
       (select count(*) from private.slack_channel_differences(private.clock(), one_channel => c.channel_id) d where d.wish) as to_put_in,
       (select count(*) from private.slack_channel_differences(private.clock(), one_channel => c.channel_id) d where not d.wish) as to_take_out,
       (select count(*) from private.slack_channel_people i where i.channel_id = c.channel_id and i.refused is not null) as refused
  from private.slack_entitled_channels c left join private.slack_channel_walks w on w.channel_id = c.channel_id;

comment on view admin.slack_channels is 'The Slack channels that a right opens: who is in them, what is still to be done, and what keeps the app from it.';
comment on column admin.slack_channels.problem is 'What keeps the app from looking after the channel. It tries again each day; docs/runbooks/slack.md says what to do.';

create view admin.slack_offboarding with (security_invoker = true) as
select o.id, coalesce(n.name, 'somebody who was erased') as name, s.display_name as name_in_slack, o.slack_user_id, o.reason,
       m.access_until as access_ended_at,
       (select pg_catalog.array_agg(c.name order by c.name) from private.slack_channel_people i
          join private.slack_entitled_channels c on c.channel_id = i.channel_id
         where i.slack_user_id = o.slack_user_id and i.is_in) as in_channels,
       o.opened_at, o.note as last_note,
       pg_catalog.format('slack://user?team=%s&id=%s', w.team_id, o.slack_user_id) as open_in_slack,
       pg_catalog.rtrim(w.team_url, '/') || '/admin' as admin_page,
       pg_catalog.format('select admin.tick_offboarding(%s, ''what you did'');', o.id) as do_this
  from private.slack_offboarding o
  left join private.slack_people s on s.member_id = o.member_id
  left join public.profiles n on n.member_id = o.member_id
  left join public.memberships m on m.member_id = o.member_id
  left join private.slack_settings w on true
 where o.closed_at is null and o.ticked_at is null
 order by o.opened_at, o.id;

comment on view admin.slack_offboarding is 'Who is still in the Slack workspace and should not be: deactivate her on admin_page, then do what do_this says.';
comment on column admin.slack_offboarding.in_channels is 'Of the channels that a right opens, those that she is still in.';
comment on column admin.slack_offboarding.open_in_slack is 'Opens her profile in the Slack app.';
comment on column admin.slack_offboarding.admin_page is 'Where the workspace''s people are managed, in a browser.';

create function private.slack_talk_attention()
returns table (what text, id text, why text, since timestamptz, do_this text)
language sql
stable
set search_path = ''
as $$
  -- One line, however many they are; another number whenever somebody is new on the list.
  select 'Still in Slack', max(o.id)::text,
         case count(*) when 1 then 'One person' else count(*)::text || ' people' end || ' should leave the workspace',
         min(o.opened_at), 'go through admin.slack_offboarding, then admin.tick_offboarding(id, note) for each'
    from private.slack_offboarding o where o.closed_at is null and o.ticked_at is null
  having count(*) > 0
  union all
  select 'Slack channel', c.channel_id, pg_catalog.format('%s: %s', c.name, w.problem), w.problem_at, 'mend it as docs/runbooks/slack.md says'
    from private.slack_channel_walks w join private.slack_entitled_channels c on c.channel_id = w.channel_id
   where w.problem is not null
$$;

comment on function private.slack_talk_attention() is 'What of Slack''s channels and off-boarding waits for an admin, for admin.attention.';

create function private.slack_data(member uuid)
returns jsonb
language sql
stable
set search_path = ''
as $$
  select pg_catalog.jsonb_build_object(
    'account', (select pg_catalog.to_jsonb(p) - '{member_id,seen_in_run}'::text[] from private.slack_people p where p.member_id = member),
    'looked_for', (select coalesce(pg_catalog.jsonb_agg(pg_catalog.to_jsonb(l) - '{member_id,run_id}'::text[] order by l.looked_at), '[]')
                     from private.slack_lookups l where l.member_id = member),
    'events', (select coalesce(pg_catalog.jsonb_agg(pg_catalog.to_jsonb(e) - 'member_id' order by e.received_at), '[]')
                 from private.slack_events e where e.member_id = member),
    'messages', (select coalesce(pg_catalog.jsonb_agg(pg_catalog.to_jsonb(m) - '{id,member_id}'::text[] order by m.id desc), '[]')
                   from private.slack_messages m where m.member_id = member),
    'reminders', (select coalesce(pg_catalog.jsonb_agg(n.at order by n.at), '[]') from private.slack_nudges n where n.member_id = member),
    'channels', (select coalesce(pg_catalog.jsonb_agg(pg_catalog.jsonb_build_object('channel', c.name, 'is_in', i.is_in, 'as_of', i.as_of,
                   'refused', i.refused) order by c.name), '[]')
                   from private.slack_people p
                   join private.slack_channel_people i on i.slack_user_id = p.slack_user_id
                   join private.slack_entitled_channels c on c.channel_id = i.channel_id
                  where p.member_id = member),
    'leaving', (select coalesce(pg_catalog.jsonb_agg(pg_catalog.to_jsonb(o) - '{id,member_id}'::text[] order by o.id), '[]')
                  from private.slack_offboarding o where o.member_id = member))
$$;

comment on function private.slack_data is 'What the slack room holds about a member.';

create function private.slack_merged(kept uuid, gone uuid)
returns void
language plpgsql
volatile
set search_path = ''
as $$
begin
  -- Slack may know her by an address of either.
  if exists (select from private.slack_people p where p.member_id = gone and p.status <> 'not_found')
     and not exists (select from private.slack_people p where p.member_id = kept and p.status in ('active', 'inactive')) then
    delete from private.slack_people p where p.member_id = kept;
    update private.slack_people p set member_id = kept where p.member_id = gone;
  end if;
  -- Whoever was welcomed or reminded as the one is not again as the other.
  update private.slack_messages m set key = 'slack_welcome:' || kept::text
   where m.key = 'slack_welcome:' || gone::text
     and not exists (select from private.slack_messages k where k.key = 'slack_welcome:' || kept::text);
  update private.slack_messages m set member_id = kept where m.member_id = gone;
  insert into private.slack_nudges (member_id, number, at)
  select kept, n.number, n.at from private.slack_nudges n where n.member_id = gone
  on conflict on constraint slack_nudges_pkey do update set at = greatest(slack_nudges.at, excluded.at);
  update private.slack_offboarding o set member_id = kept where o.member_id = gone;
end
$$;

comment on function private.slack_merged is 'Two rows became one person: her account is that of either, and what was said to either was said to her.';

create function private.forget_slack_words(at timestamptz, keep interval default '180 days', most integer default 20000)
returns integer
language plpgsql
volatile
set search_path = ''
as $$
declare
  emptied integer;
begin
  perform jobs.beat('slack.forget');
  -- The row stays, because it is what keeps the same thing from being said again.
  update private.slack_messages e set data = '{}'
   where e.id = any (array(
     select old.id from private.slack_messages old
      where old.created_at < at - keep and old.state <> 'owed' and old.data <> '{}' limit most));
  get diagnostics emptied = row_count;
  delete from private.slack_offboarding o where o.closed_at < at - keep;
  delete from private.slack_paces p where p.free_at < at - interval '1 hour';
  return emptied;
end
$$;

comment on function private.forget_slack_words is
  'Empties what was said in Slack more than half a year ago, and forgets who was taken off the off-boarding list then. Returns how many messages. pg_cron calls it each night.';

select cron.schedule('slack.forget', '47 2 * * *', 'select private.forget_slack_words(private.clock())'),
       jobs.beat('slack.forget');
