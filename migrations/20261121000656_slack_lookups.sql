-- What the walk left over: look-ups by address, one by one, and the end of a run.

create function private.verified_addresses(member uuid)
returns jsonb
language sql
stable
set search_path = ''
as $$
  select coalesce(pg_catalog.jsonb_agg(e.email order by e.is_primary desc, e.email), '[]')
    from public.member_emails e where e.member_id = member and e.verified_at is not null
$$;

comment on function private.verified_addresses is 'The addresses that a member proved, the primary one first.';

create function private.slack_lookups_due(run bigint, most integer default 40)
returns jsonb
language sql
stable
set search_path = ''
as $$
  select case when r.state = 'looking_up' then coalesce((
           select pg_catalog.jsonb_agg(pg_catalog.jsonb_build_object('member_id', d.member_id,
                    'emails', private.verified_addresses(d.member_id)) order by d.attempts, d.member_id)
             from (select l.member_id, l.attempts from private.slack_lookups l
                    where l.run_id = run and l.outcome is null order by l.attempts, l.member_id limit most) d), '[]') end
    from private.slack_runs r where r.id = run
$$;

comment on function private.slack_lookups_due is 'Whom a run asks for next, with the addresses to ask by. Null when the run is not at that.';

create function private.slack_looked_up(run bigint, member uuid, person jsonb, at timestamptz default private.clock())
returns void
language plpgsql
volatile
set search_path = ''
as $$
declare
  is_hers boolean := false;
begin
  if not exists (select from private.slack_runs r where r.id = run and r.state = 'looking_up') then
    return;
  end if;
  if person is not null then
    perform private.match_slack_people(pg_catalog.jsonb_build_array(person), run, at);
    is_hers := exists (select from private.slack_people p where p.member_id = member and p.seen_in_run = run);
  end if;
  update private.slack_lookups l
     set outcome = case when is_hers then 'found' else 'not_found' end::private.slack_answer, error = null, looked_at = at, attempts = l.attempts + 1
   where l.run_id = run and l.member_id = member and l.outcome is null;
  update private.slack_runs r set touched_at = at where r.id = run;
end
$$;

comment on function private.slack_looked_up is 'Records what Slack answered for one member: her account, or that it knows none. Nobody turns unknown before the run has ended well.';

create function private.slack_lookup_failed(run bigint, member uuid, error text, at timestamptz default private.clock())
returns void
language sql
volatile
set search_path = ''
as $$
  update private.slack_lookups l
     set attempts = l.attempts + 1, error = slack_lookup_failed.error, looked_at = at,
         outcome = case when l.attempts >= 2 then 'failed' end::private.slack_answer
   where l.run_id = run and l.member_id = member and l.outcome is null
$$;

comment on function private.slack_lookup_failed is 'Slack did not answer for one member. After three times the run leaves her as she was.';

create function private.continue_slack_lookups(run bigint, at timestamptz default private.clock())
returns text
language plpgsql
volatile
set search_path = ''
as $$
declare
  held private.slack_runs;
  waiting integer;
begin
  select r.* into held from private.slack_runs r where r.id = run for update;
  if held.state is distinct from 'looking_up' then
    return null;
  end if;
  update private.slack_runs r set touched_at = at where r.id = run;
  waiting := (select count(*) from private.slack_lookups l where l.run_id = run and l.outcome is null);
  if waiting = 0 then
    return private.finish_slack_run(run, at);
  end if;
  -- Slack answers about fifty of these a minute, and others look people up as well.
  perform jobs.enqueue('slack', 'look_up_people', pg_catalog.jsonb_build_object('run_id', run),
    run_at => at + interval '1 minute', correlation_id => 'slack-run-' || run::text);
  return 'looking_up';
end
$$;

comment on function private.continue_slack_lookups is 'Owes the next look-ups of a run a minute later, or ends it when none is left. Returns the state of the run.';

create function private.end_slack_run(run bigint, state private.slack_run_state, note text, at timestamptz)
returns void
language plpgsql
volatile
set search_path = ''
as $$
begin
  update private.slack_runs r
     set state = end_slack_run.state, note = end_slack_run.note, finished_at = at, touched_at = at
   where r.id = run and r.finished_at is null;
  if found and end_slack_run.state in ('refused', 'failed') then
    perform private.audit('schedule', 'slack.run', 'slack.run_' || end_slack_run.state::text, 'slack_run', run::text,
      null, null, end_slack_run.note, 'slack-run-' || run::text);
  end if;
end
$$;

comment on function private.end_slack_run is 'Ends a run, once. One that did not end well stands in admin.attention, and so in the alerts channel, until another one ends well.';

create function private.refuse_slack_run(run bigint, lost integer, at timestamptz)
returns void
language plpgsql
volatile
set search_path = ''
as $$
begin
  update private.slack_runs r set lost = refuse_slack_run.lost where r.id = run;
  perform private.end_slack_run(run, 'refused', pg_catalog.format(
    'Of %s members whom Slack knew %s are not on its list any more. That is rather a wrong token than people who left, so nobody was turned unknown.',
    (select r.known_before from private.slack_runs r where r.id = run), refuse_slack_run.lost), at);
end
$$;

comment on function private.refuse_slack_run is 'Ends a run that would make too many members unknown: what was known stays, and an alert is raised.';

create function private.enter_slack_workspace(run bigint, team_id text, name text, url text, at timestamptz default private.clock())
returns boolean
language plpgsql
volatile
set search_path = ''
as $$
declare
  known private.slack_settings;
  held private.slack_runs;
begin
  select s.* into known from private.slack_settings s;
  select r.* into held from private.slack_runs r where r.id = run;
  if known.team_id <> enter_slack_workspace.team_id and held.known_before > 0 and not held.accept_losses then
    perform private.end_slack_run(run, 'refused', pg_catalog.format(
      'The token opens another workspace: %s instead of %s. Nobody was turned unknown.', enter_slack_workspace.name, known.team_name), at);
    return false;
  end if;
  perform private.note_slack_workspace(enter_slack_workspace.team_id, enter_slack_workspace.name, enter_slack_workspace.url);
  return true;
end
$$;

comment on function private.enter_slack_workspace is
  'A run begins by looking whose workspace the token opens. False when it is not the one that we know: then the run is refused.';

create function private.finish_slack_run(run bigint, at timestamptz)
returns text
language plpgsql
volatile
set search_path = ''
as $$
declare
  held private.slack_runs;
begin
  update private.slack_runs r
     set matched = (select count(*) from private.slack_people p where p.seen_in_run = run),
         looked_up = (select count(*) from private.slack_lookups l where l.run_id = run and l.outcome in ('found', 'not_found')),
         failed = (select count(*) from private.slack_lookups l where l.run_id = run and l.outcome = 'failed'),
         lost = (select count(*) from private.slack_lookups l join private.slack_people p on p.member_id = l.member_id
                  where l.run_id = run and l.outcome = 'not_found' and p.status <> 'not_found' and p.synced_at <= l.looked_at)
   where r.id = run and r.state = 'looking_up'
  returning r.* into held;
  if held.id is null then
    return null;
  end if;
  insert into private.slack_people as p (member_id, status, synced_at)
  select l.member_id, 'not_found', l.looked_at from private.slack_lookups l
   where l.run_id = run and l.outcome = 'not_found'
   order by l.member_id
  on conflict on constraint slack_people_pkey do update
    set status = 'not_found', slack_user_id = null, display_name = null, slack_updated = 0, synced_at = excluded.synced_at
    -- Who came between her look-up and the end of the run has been told of by an event.
    where p.synced_at <= excluded.synced_at;
  perform private.end_slack_run(run, 'done', pg_catalog.format('%s in Slack, %s asked for by address, %s without an answer',
    held.matched, held.to_look_up, held.failed), at);
  return 'done';
end
$$;

comment on function private.finish_slack_run is
  'Ends a run: only now members whom Slack does not know are called unknown. When more than a tenth of the look-ups had no answer, that waits for an admin. Returns the state.';
