-- What is told about one person, by the rooms that came with events and Slack: her mails, her place in Slack, her guest rows.

create function private.tell_mails(member uuid)
returns setof private.told
language sql
stable
set search_path = ''
as $$
  select said.at, 4, m.id, said.what, 'Mail', m.id::text
    from private.emails m cross join lateral (values
      (m.created_at, pg_catalog.format('She is owed a mail: %s.', pg_catalog.replace(m.template, '_', ' '))),
      (coalesce(m.settled_at, m.sent_at), case m.state
        when 'owed' then null
        when 'sent' then pg_catalog.format('The mail went out: %s.', pg_catalog.replace(m.template, '_', ' '))
        when 'delivered' then pg_catalog.format('The mail arrived: %s.', pg_catalog.replace(m.template, '_', ' '))
        when 'unclear' then pg_catalog.format('Nobody knows whether the mail went out: %s.', pg_catalog.replace(m.template, '_', ' '))
        else pg_catalog.format('The mail was %s: %s%s.', m.state, pg_catalog.replace(m.template, '_', ' '),
          ', because: ' || pg_catalog.rtrim(m.reason, '.')) end)) said (at, what)
   where m.member_id = member and said.at is not null and said.what is not null
$$;

comment on function private.tell_mails is 'Every mail that we owed a member, and what became of it.';

create function private.tell_slack(member uuid)
returns setof private.told
language sql
stable
set search_path = ''
as $$
  select k.synced_at, 5, 0::bigint, pg_catalog.format('Slack: %s%s%s.', private.slack_status_in_words(k.status), ' as ' || nullif(k.display_name, ''),
           ', seen there last on ' || private.day(k.last_seen_at)), 'Slack', k.slack_user_id
    from private.slack_people k where k.member_id = member
  union all
  select e.received_at, 5, 0, pg_catalog.format('Slack told of her (%s): %s.', pg_catalog.replace(e.type, '_', ' '), pg_catalog.replace(e.outcome, '_', ' ')),
         'Slack event', e.event_id
    from private.slack_events e where e.member_id = member
  union all
  select said.at, 4, m.id, said.what, 'Slack message', m.id::text
    from private.slack_messages m cross join lateral (values
      (m.created_at, pg_catalog.format('She is owed a Slack message: %s.', pg_catalog.replace(m.template, '_', ' '))),
      (coalesce(m.sent_at, case when m.state <> 'owed' then m.created_at end), case m.state
        when 'owed' then null
        when 'sent' then pg_catalog.format('The Slack message was posted: %s.', pg_catalog.replace(m.template, '_', ' '))
        else pg_catalog.format('The Slack message was %s: %s%s.', m.state, pg_catalog.replace(m.template, '_', ' '),
          ', because: ' || pg_catalog.rtrim(m.reason, '.')) end)) said (at, what)
   where m.member_id = member and said.at is not null and said.what is not null
  union all
  select said.at, 4, o.id, said.what, 'Slack off-boarding', o.id::text
    from private.slack_offboarding o cross join lateral (values
      (o.opened_at, 'She came on the list of people to take out of Slack.'),
      (o.closed_at, 'She went off the list of people to take out of Slack.')) said (at, what)
   where o.member_id = member and said.at is not null
$$;

comment on function private.tell_slack is 'Where a member stands in Slack, what Slack told of her, and what she was told there.';

create function private.tell_events(member uuid)
returns setof private.told
language sql
stable
set search_path = ''
as $$
  select said.at, 4, g.id, said.what, 'Event', e.id::text
    from private.event_guests g join public.events e on e.id = g.event_id cross join lateral (values
      (g.registered_at, pg_catalog.format('She registered for “%s” on %s%s.', e.title, private.day(e.starts_at), case when g.is_paid then ' and paid for it' else '' end)),
      (g.checked_in_at, pg_catalog.format('She came to “%s”.', e.title)),
      (g.no_show_at, pg_catalog.format('She did not come to “%s”.', e.title))) said (at, what)
   where g.member_id = member and said.at is not null
  union all
  select d.decided_at, 4, d.id,
         pg_catalog.format('For “%s” she was %s: %s, %s.%s', e.title,
           case d.status when 'pending' then 'left pending' when 'waitlist' then 'put on the waiting list' else d.status::text end,
           case d.reason
             when 'entitled' then 'she is a member' when 'host' then 'she is a host' when 'leader' then 'she is a leader'
             when 'open' then 'nobody has to be approved' when 'full' then 'no seat was left' when 'seat_freed' then 'a seat became free'
             when 'unverified' then 'nobody has proved the address' when 'not_entitled' then 'she was no member'
             when 'leaders_only' then 'it is for leaders' when 'paid' then 'she paid, so a host decides'
             when 'by_host' then coalesce('a host said “' || nullif(d.words, '') || '”', 'a host said so') else 'it was decided at Luma' end,
           case d.decided_by when 'rule' then 'by the rule' when 'host' then 'by a host here' else 'by somebody at Luma' end,
           case d.state when 'owed' then ' Luma has still to hear of it.' when 'told' then ' Luma has it.'
             when 'superseded' then ' Something else was decided before Luma heard.'
             when 'failed' then pg_catalog.format(' Luma would not take it: %s.', pg_catalog.rtrim(d.error, '.')) else '' end),
         'Guest decision', d.id::text
    from private.guest_decisions d join private.event_guests g on g.id = d.guest_id join public.events e on e.id = g.event_id
   where g.member_id = member
$$;

comment on function private.tell_events is 'Where a member registered, what was decided about her each time and why, and whether she came.';
