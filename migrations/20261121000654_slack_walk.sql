-- The walk through everybody in the workspace, page by page, twice a day and when an admin asks.

select jobs.define_kind('slack', 'walk_people', 'Reads one page of everybody in the Slack workspace.',
  max_deferrals => 500, priority => 'bulk');
select jobs.define_kind('slack', 'look_up_people', 'Asks Slack by address for members who were not on its list.',
  max_deferrals => 500, lease => '40 seconds', priority => 'bulk');

create function private.continue_slack_run(run bigint, at timestamptz)
returns void
language plpgsql
volatile
set search_path = ''
as $$
declare
  held private.slack_runs;
begin
  update private.slack_runs r set touched_at = at where r.id = run and r.finished_at is null returning r.* into held;
  if held.state = 'walking' then
    perform jobs.enqueue('slack', 'walk_people', pg_catalog.jsonb_build_object('run_id', run, 'page', held.pages),
      correlation_id => 'slack-run-' || run::text);
  elsif held.state = 'looking_up' then
    perform jobs.enqueue('slack', 'look_up_people', pg_catalog.jsonb_build_object('run_id', run),
      correlation_id => 'slack-run-' || run::text);
  end if;
end
$$;

comment on function private.continue_slack_run is 'Owes the next step of a run that stands still. Owing it twice is harmless: of two pages that are the same one counts.';

create function private.slack_run_rests(run bigint)
returns boolean
language plpgsql
volatile
set search_path = ''
as $$
begin
  return not exists (
    select from jobs.delayed d where d.queue = 'slack' and d.message #>> '{args,run_id}' = run::text
    union all
    select from pgmq.q_slack q where q.message #>> '{args,run_id}' = run::text
    union all
    select from pgmq.q_slack_bulk b where b.message #>> '{args,run_id}' = run::text);
end
$$;

comment on function private.slack_run_rests is 'Whether no job of a run is owed: it was lost, or died and waits for an admin.';

create function private.start_slack_run(
  kind private.slack_run_kind, at timestamptz, asked_by text default null, accept_losses boolean default false
)
returns bigint
language plpgsql
volatile
set search_path = ''
as $$
declare
  open private.slack_runs;
  begun bigint;
begin
  -- Two who start at once: one begins, the other gets that one.
  perform pg_catalog.pg_advisory_xact_lock(pg_catalog.hashtextextended('slack.run', 0));
  select r.* into open from private.slack_runs r where r.finished_at is null for update;
  if open.started_at > at - interval '20 hours' then
    if start_slack_run.accept_losses then
      update private.slack_runs r set accept_losses = true where r.id = open.id;
    end if;
    -- Who asks may have mended what its job died of.
    if (start_slack_run.kind = 'asked' or open.touched_at < at - interval '1 hour') and private.slack_run_rests(open.id) then
      perform private.continue_slack_run(open.id, at);
    end if;
    return open.id;
  elsif open.id is not null then
    perform private.end_slack_run(open.id, 'failed', 'It did not end within 20 hours.', at);
  end if;
  insert into private.slack_runs (kind, asked_by, accept_losses, known_before, started_at, touched_at)
  values (start_slack_run.kind, start_slack_run.asked_by, start_slack_run.accept_losses,
    (select count(*) from private.slack_people p where p.status <> 'not_found'), at, at)
  returning id into begun;
  perform private.continue_slack_run(begun, at);
  return begun;
end
$$;

comment on function private.start_slack_run is 'Starts a run, or returns the one that is under way; one that stands still goes on, one that did not end within 20 hours is given up.';

create function private.slack_page_to_read(run bigint, page integer)
returns text
language sql
stable
set search_path = ''
as $$ select r.cursor from private.slack_runs r where r.id = run and r.state = 'walking' and r.pages = page $$;

comment on function private.slack_page_to_read is 'The cursor of a page that is still to be read; null when it was.';

create function private.take_slack_page(run bigint, page integer, people jsonb, next text, at timestamptz default private.clock())
returns integer
language plpgsql
volatile
set search_path = ''
as $$
declare
  held private.slack_runs;
  matched integer;
begin
  select r.* into held from private.slack_runs r where r.id = run for update;
  if held.state is distinct from 'walking' or held.pages <> page then
    return null;  -- another worker has read this page already
  end if;
  matched := private.match_slack_people(people, run, at);
  update private.slack_runs r
     set cursor = take_slack_page.next, pages = r.pages + 1, seen = r.seen + pg_catalog.jsonb_array_length(people), touched_at = at
   where r.id = run;
  if next = '' then
    perform private.end_slack_walk(run, at);
  elsif next = held.cursor or held.pages >= 2000 then
    perform private.end_slack_run(run, 'failed', 'Slack''s list does not come to an end.', at);
  else
    perform jobs.enqueue('slack', 'walk_people', pg_catalog.jsonb_build_object('run_id', run, 'page', page + 1),
      key => pg_catalog.format('slack_walk:%s:%s', run, page + 1), correlation_id => 'slack-run-' || run::text);
  end if;
  return matched;
end
$$;

comment on function private.take_slack_page is
  'Takes one page of Slack''s list: its people, where the next one begins, and the job that reads it, in one transaction. Returns how many are members; null when the page was taken before.';

create function private.restart_slack_walk(run bigint, page integer, at timestamptz default private.clock())
returns void
language plpgsql
volatile
set search_path = ''
as $$
declare
  again integer;
begin
  update private.slack_runs r set cursor = '', pages = r.pages + 1, seen = 0, touched_at = at
   where r.id = run and r.state = 'walking' and r.pages = page and r.cursor <> '' returning r.pages into again;
  if again is not null then
    perform jobs.enqueue('slack', 'walk_people', pg_catalog.jsonb_build_object('run_id', run, 'page', again),
      key => pg_catalog.format('slack_walk:%s:%s', run, again), correlation_id => 'slack-run-' || run::text);
  end if;
end
$$;

comment on function private.restart_slack_walk is 'Slack does not know the cursor any more: the walk begins at the first page again.';

create function private.end_slack_walk(run bigint, at timestamptz)
returns void
language plpgsql
volatile
set search_path = ''
as $$
declare
  held private.slack_runs;
  unseen integer;
  asked integer;
begin
  update private.slack_runs r
     set matched = (select count(*) from private.slack_people p where p.seen_in_run = run)
   where r.id = run returning r.* into held;
  unseen := (select count(*) from private.slack_people p where p.status <> 'not_found' and p.seen_in_run is distinct from run);
  -- Slack's list keeps everybody, also who was deactivated: a few may slip, never most of them.
  if not held.accept_losses
     and (held.matched = 0 and unseen > 0 or unseen >= 5 and unseen * 2 > held.known_before) then
    perform private.refuse_slack_run(run, unseen, at);
    return;
  end if;
  insert into private.slack_lookups (run_id, member_id)
  select run, w.member_id
    from (select m.id as member_id, p.status, p.synced_at
            from public.members m
            left join private.slack_people p on p.member_id = m.id
           where p.seen_in_run is distinct from run
             and (p.status <> 'not_found' or private.is_entitled(m.id, at)
                  and exists (select from public.member_emails e where e.member_id = m.id and e.verified_at is not null))
           -- Whom Slack knew first, then who has waited longest.
           order by coalesce(p.status, 'not_found') = 'not_found', p.synced_at nulls first, m.id
           limit (select s.most_lookups from private.slack_settings s)) w;
  get diagnostics asked = row_count;
  update private.slack_runs r set state = 'looking_up', to_look_up = asked where r.id = run;
  if asked = 0 then
    perform private.finish_slack_run(run, at);
  else
    perform private.continue_slack_run(run, at);
  end if;
end
$$;

comment on function private.end_slack_walk is 'The list has ended. Owes the look-ups of members who were not on it: those whom Slack knew, and those who are entitled. When too many are missing to be true, the run is refused.';

create function private.walk_slack(at timestamptz)
returns bigint
language plpgsql
volatile
set search_path = ''
as $$
begin
  if extract(hour from at at time zone 'UTC') < 14 then
    perform jobs.beat('slack.walk.morning');
  else
    perform jobs.beat('slack.walk.evening');
  end if;
  return private.start_slack_run('scheduled', at);
end
$$;

comment on function private.walk_slack is 'Starts the run of the morning or of the evening.';

select cron.schedule('slack.walk.morning', '0 8 * * *', 'select private.walk_slack(private.clock())'),
       cron.schedule('slack.walk.evening', '0 20 * * *', 'select private.walk_slack(private.clock())'),
       jobs.beat('slack.walk.morning'), jobs.beat('slack.walk.evening');
