-- What admins see and do in Studio about who is in Slack; and what goes with a person.

create function private.slack_status_in_words(status private.slack_status)
returns text
language sql
immutable
set search_path = ''
as $$
  select case status
    when 'active' then 'in Slack'
    when 'inactive' then 'in Slack as a guest, in some channels only'
    when 'deactivated' then 'her account in Slack is deactivated'
    when 'not_found' then 'not in Slack under any address that she proved'
    else 'not asked for yet'
  end
$$;

comment on function private.slack_status_in_words is 'A status in Slack as a sentence reads it.';

create view admin.slack_people with (security_invoker = true) as
select p.member_id, f.name, e.email, p.status, private.slack_status_in_words(p.status) as in_words, p.display_name, p.slack_user_id,
       m.access_until > private.clock() as is_entitled, p.last_seen_at, p.synced_at, p.invited_at, p.invite_note,
       case when p.slack_user_id is not null then s.team_url || 'team/' || p.slack_user_id end as slack_page
  from private.slack_people p
  join public.profiles f on f.member_id = p.member_id
  cross join private.slack_settings s
  left join public.member_emails e on e.member_id = p.member_id and e.is_primary
  left join public.memberships m on m.member_id = p.member_id;

comment on view admin.slack_people is 'Where each member stands in Slack: status, display name, when she was last seen there and when that was last confirmed.';

create view admin.slack_runs with (security_invoker = true) as
select r.id, r.kind, r.state, r.note, r.pages, r.seen, r.known_before, r.matched, r.to_look_up,
       case when r.finished_at is null then (select count(*)::integer from private.slack_lookups l
                                              where l.run_id = r.id and l.outcome in ('found', 'not_found'))
            else r.looked_up end as looked_up,
       r.failed, r.lost, r.asked_by, r.started_at, r.touched_at, r.finished_at, r.finished_at - r.started_at as took
  from private.slack_runs r;

comment on view admin.slack_runs is 'Each run through everybody in Slack: how far it came, what it found, how many look-ups went without an answer, and how it ended.';

create view admin.slack_link with (security_invoker = true) as
select s.share_link, s.share_link_expires_at as expires_at, private.share_link_left() as uses_left, s.joined_since,
       private.share_link(private.clock()) is not null as is_shown, s.checked_at, s.checked_by, s.team_name as workspace, s.team_url
  from private.slack_settings s;

comment on view admin.slack_link is 'The link by which new members join Slack: until when and how often it works, and whether members are shown it now. Set it with admin.set_slack_link.';

create function admin.sync_slack(accept_losses boolean default false)
returns text
language plpgsql
volatile
set search_path = ''
as $$
declare
  run bigint;
begin
  run := private.start_slack_run('asked', private.clock(), session_user, accept_losses);
  perform private.audit('studio', session_user, 'slack.run_asked', 'slack_run', run::text, null,
    pg_catalog.jsonb_build_object('accept_losses', accept_losses));
  return pg_catalog.format('Run %s is under way: select * from admin.slack_runs where id = %s;', run, run);
end
$$;

comment on function admin.sync_slack is
  'Asks Slack for everybody now. accept_losses: members whom Slack knew may turn unknown, however many they are; say so after a run was refused and you know why. One run at a time: asked again it names the one under way.';

create function admin.set_slack_link(link text, expires_at timestamptz, uses_left integer)
returns void
language plpgsql
volatile
set search_path = ''
as $$
begin
  if link !~ '^https?://\S+$' then
    raise exception using errcode = 'PT422', detail = 'link', message = 'This is not a link',
      hint = 'Copy it from Slack > Invite people > Copy invite link.';
  end if;
  if expires_at <= private.clock() then
    raise exception using errcode = 'PT422', detail = 'expires_at', message = 'This moment is past',
      hint = 'Slack says under the link until when it works. Pass null when it says never.';
  end if;
  if uses_left < 1 then
    raise exception using errcode = 'PT422', detail = 'uses_left', message = 'A link without uses left lets nobody in',
      hint = 'Make a new link in Slack. Pass null when you do not know how many people it takes.';
  end if;
  update private.slack_settings s
     set share_link = set_slack_link.link, share_link_expires_at = set_slack_link.expires_at, share_link_uses_left = set_slack_link.uses_left;
end
$$;

comment on function admin.set_slack_link is
  'Sets the link by which new members join Slack, with what Slack says of it: until when (null: never) and for how many people (null: not known). Raises PT422.';

create function private.slack_attention(at timestamptz)
returns table (what text, id text, why text, since timestamptz, do_this text)
language sql
stable
set search_path = ''
as $$
  select 'Slack run', r.id::text, r.note, r.finished_at, 'look at admin.slack_runs, then admin.sync_slack()'
    from private.slack_runs r
   where r.state in ('refused', 'failed')
     and not exists (select from private.slack_runs l where l.id > r.id and l.state in ('done', 'refused', 'failed'))
  union all
  select 'Slack look-ups', r.id::text, pg_catalog.format('Slack gave no answer for %s of %s members', r.failed, r.to_look_up), r.finished_at,
         'admin.sync_slack()'
    from private.slack_runs r
   where r.state = 'done' and r.failed * 10 > r.to_look_up
     and not exists (select from private.slack_runs l where l.id > r.id and l.state in ('done', 'refused', 'failed'))
  union all
  select 'Slack share link', 'share link',
         case when s.share_link is null then 'There is none, so new members are not shown the way into Slack'
              when s.share_link_expires_at <= at then 'It has expired, so nobody is shown it any more'
              when private.share_link_left() = 0 then 'Everybody it was made for has joined, so nobody is shown it any more'
              when s.share_link_expires_at < at + interval '7 days' then 'It expires within a week'
              else pg_catalog.format('Only %s more people can join by it', private.share_link_left()) end,
         s.checked_at, 'make a new one in Slack, then admin.set_slack_link(link, expires_at, uses_left)'
    from private.slack_settings s
   where s.team_id is not null
     and (s.share_link is null or s.share_link_expires_at < at + interval '7 days' or private.share_link_left() <= 20)
$$;

comment on function private.slack_attention is
  'What of the roster waits for a person: a run that did not end well, look-ups without answers, and a share link that ends soon. Slack''s API cannot read a share link, so we go by what an admin wrote and who joined since.';

create function private.erase_slack(member uuid, at timestamptz)
returns void
language plpgsql
volatile
set search_path = ''
as $$
declare
  hers text;
begin
  delete from private.slack_people p where p.member_id = member returning p.slack_user_id into hers;
  if hers is not null then
    perform private.slack_erased(hers, at);
  end if;
end
$$;

comment on function private.erase_slack is
  'Takes a person out of what is kept about Slack. Her account there is hers: an admin is asked to deactivate it by hand, by its id alone.';
