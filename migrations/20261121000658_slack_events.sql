-- What Slack tells by itself, the watch over what hangs or ends, and what is not kept.

create function private.receive_slack_event(
  event_id text, type text, person jsonb, at timestamptz default private.clock()
)
returns text
language plpgsql
volatile
set search_path = ''
as $$
declare
  hers uuid;
  account text;
  status private.slack_status;
  updated bigint;
  known private.slack_people;
  verdict text := 'ignored';
begin
  -- First of all, so that of the same event ten times at once nine wait here for the one.
  insert into private.slack_events (event_id, type, outcome, received_at)
  values (receive_slack_event.event_id, receive_slack_event.type, verdict, at)
  on conflict on constraint slack_events_pkey do nothing;
  if not found then
    return 'duplicate';
  end if;
  if person is null or type not in ('team_join', 'user_change') then
    return verdict;
  end if;
  if type = 'team_join' and not (person ->> 'isBot')::boolean then
    update private.slack_settings s set joined_since = s.joined_since + 1;
  end if;
  verdict := 'unknown person';
  select o.member_id, o.id, o.status, o.updated into hers, account, status, updated
    from private.own_slack_people(pg_catalog.jsonb_build_array(person)) o;
  if hers is not null then
    -- Her row is held, so that what is known cannot change between the look and the record.
    select p.* into known from private.slack_people p where p.member_id = hers for update;
    perform private.match_slack_people(pg_catalog.jsonb_build_array(person), null, at);
    verdict := case
      when known.slack_user_id = account and updated between 1 and known.slack_updated - 1 then 'older'
      when known.slack_user_id <> account and known.status < status then 'another account of hers'
      else 'applied' end;
  end if;
  update private.slack_events e
     set outcome = verdict, member_id = hers,
         said = case when hers is not null then pg_catalog.jsonb_build_object('status', status, 'updated', updated) end
   where e.event_id = receive_slack_event.event_id;
  return verdict;
end
$$;

comment on function private.receive_slack_event is
  'Takes one event of Slack''s. Who joined or changed is recorded at once. Returns applied, older, another account of hers, unknown person, ignored or duplicate.';

create function private.share_link_left()
returns integer
language sql
stable
set search_path = ''
as $$
  -- greatest() of nothing and 0 is 0, and not knowing is not the end.
  select case when s.share_link_uses_left is not null then greatest(s.share_link_uses_left - s.joined_since, 0) end
    from private.slack_settings s
$$;

comment on function private.share_link_left is 'How many people can still join by the share link, as far as we can count. Null: not known.';

create function private.share_link(at timestamptz)
returns text
language sql
stable
set search_path = ''
as $$
  select s.share_link from private.slack_settings s
   where coalesce(s.share_link_expires_at > at, true) and coalesce(private.share_link_left() > 0, true)
$$;

comment on function private.share_link is 'The share link while it can be expected to work; null otherwise.';

create function private.slack_way_in(member uuid, at timestamptz)
returns jsonb
language plpgsql
stable
set search_path = ''
as $$
declare
  known private.slack_people;
  link text;
begin
  select p.* into known from private.slack_people p where p.member_id = member;
  if known.status <> 'not_found' or not private.is_entitled(member, at) then
    return null;
  end if;
  link := private.share_link(at);
  if link is null and known.invited_at is null then
    return null;
  end if;
  return pg_catalog.jsonb_build_object('link', link, 'is_invited', known.invited_at is not null);
end
$$;

comment on function private.slack_way_in is
  'How an entitled member who is not in Slack yet gets there: the share link while it works, and whether Slack invited her by e-mail. Null for everybody else.';

create function private.watch_slack(at timestamptz)
returns boolean
language plpgsql
volatile
set search_path = ''
as $$
declare
  open private.slack_runs;
begin
  perform jobs.beat('slack.watch');
  delete from private.slack_events e where e.received_at < at - interval '30 days';
  delete from private.slack_lookups l using private.slack_runs r where r.id = l.run_id and r.finished_at < at - interval '7 days';
  delete from private.slack_runs r where r.finished_at < at - interval '180 days';
  select r.* into open from private.slack_runs r where r.finished_at is null and r.touched_at < at - interval '1 hour';
  if open.id is null or not private.slack_run_rests(open.id)
     -- What died waits for an admin: another job would die of the same.
     or exists (select from jobs.dead d where d.queue = 'slack' and d.args ->> 'run_id' = open.id::text
                   and d.replayed_at is null and d.reason <> 'abandoned') then
    return false;
  end if;
  if open.started_at < at - interval '20 hours' then
    perform private.end_slack_run(open.id, 'failed', 'It did not end within 20 hours.', at);
  else
    perform private.continue_slack_run(open.id, at);
  end if;
  return true;
end
$$;

comment on function private.watch_slack is 'Every hour: takes up a run whose job was lost, and removes events after 30 days, look-ups after a week and runs after half a year.';

select cron.schedule('slack.watch', '37 * * * *', 'select private.watch_slack(private.clock())'),
       jobs.beat('slack.watch');
