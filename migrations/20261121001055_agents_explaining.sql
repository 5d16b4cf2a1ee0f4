-- What agents see of the operations of this house: its goals, what waits for a person, and one member explained.

create function private.tell_agents(member uuid)
returns setof private.told
language plpgsql
stable
set search_path = ''
as $$
begin
  return query
    select said.at, 4, 0::bigint, said.what, 'Agent'::text, p.id::text
      from private.agent_proposals p join private.agent_keys k on k.id = p.key_id cross join lateral (values
        (p.created_at, pg_catalog.format('agent:%s proposed to %s%s: “%s”.', k.name,
          case p.kind when 'refund' then 'give ' || private.money(p.amount, p.currency) || ' back' when 'delete_member' then 'delete her'
            when 'cancel_now' then 'cancel her subscription at once' else 'cancel her subscription at the end of its period' end,
          case when p.is_sandbox then ', for practice' else '' end, p.reason)),
        (p.decided_at, pg_catalog.format('That proposal was %s%s.', case p.state when 'declined' then 'declined' else 'approved' end,
          case p.decided_by when 'limits' then ', within the limits of its key' else ', by an admin' end)),
        (p.settled_at, case p.state when 'carried_out' then 'That proposal was carried out.' when 'expired' then 'Nobody decided about that proposal in time.'
          when 'withdrawn' then 'That proposal was withdrawn.' when 'failed' then pg_catalog.format('That proposal could not be carried out: %s', p.error) end)) said (at, what)
     where p.member_id = member and said.at is not null and said.what is not null;
end
$$;

comment on function private.tell_agents is 'What agents proposed to do with a member''s money, membership or data, and what became of it.';

create function private.goals(at timestamptz)
returns table (goal text, what text, target numeric, unit text, measured numeric)
language plpgsql
volatile
set search_path = ''
rows 8
as $$
declare
  seen constant jsonb := private.health(at);
  day_ago constant timestamptz := at - interval '1 day';
begin
  return query
    select g.* from (values
      ('schedules_run', 'Schedules that did not run when they should have.', 0::numeric, 'schedules',
        (select count(*)::numeric from pg_catalog.jsonb_each(seen -> 'schedules') s where s.value -> 'ok' = 'false')),
      ('queues_run', 'Queues that somebody paused.', 0, 'queues',
        (select count(*) from pg_catalog.jsonb_each(seen -> 'queues') q where q.value -> 'enabled' = 'false')),
      ('jobs_wait_briefly', 'For how long the oldest job that could run waits for a worker.', 300, 'seconds',
        (select max((q.value ->> 'oldest_ready_seconds')::numeric) from pg_catalog.jsonb_each(seen -> 'queues') q)),
      ('no_dead_jobs', 'Jobs that a person must look at.', 0, 'jobs',
        (select sum((q.value ->> 'dead')::numeric) from pg_catalog.jsonb_each(seen -> 'queues') q)),
      ('no_stripe_event_waits', 'Stripe events that could not be applied.', 0, 'events', (seen ->> 'stripe_events_waiting')::numeric),
      ('luma_hears_within_an_hour', 'Decisions about guests that Luma has not heard of for an hour.', 0, 'decisions',
        (select count(*) from private.guest_decisions d where d.state in ('owed', 'failed') and d.decided_at < at - interval '1 hour')),
      ('mails_go_out', 'Mails of the last day that were refused, or of which nobody knows whether they went out.', 0, 'mails',
        (select count(*) from private.emails e where e.state in ('failed', 'unclear') and e.closed_at is null and e.settled_at >= day_ago)),
      ('erasures_are_done_within_a_day', 'What is owed to somebody who had her account deleted, for more than a day.', 0, 'erasures',
        (select count(*) from private.erasures e where e.done_at is null and e.owed_at < day_ago))
    ) g (goal, what, target, unit, measured);
end
$$;

comment on function private.goals is 'What this house promises of itself, how much of each is allowed at most, and how much there is now. Names nobody.';

create function private.agent_list_goals(call private.agent_call, args jsonb)
returns jsonb
language sql
volatile
set search_path = ''
as $$
  select pg_catalog.jsonb_build_object('data', pg_catalog.jsonb_build_object('goals',
           pg_catalog.jsonb_agg(pg_catalog.jsonb_build_object('goal', g.goal, 'what', g.what, 'unit', g.unit, 'at_most', g.target,
             'now', coalesce(g.measured, 0), 'is_met', coalesce(g.measured, 0) <= g.target) order by g.nth)))
    from private.goals(call.at) with ordinality as g (goal, what, target, unit, measured, nth)
$$;

comment on function private.agent_list_goals is 'operations.goals: each goal, and whether it is met now.';

create function private.agent_list_dead_jobs(call private.agent_call, args jsonb)
returns jsonb
language plpgsql
stable
set search_path = ''
as $$
declare
  of_queue constant text := private.arg_choice(args, 'queue', array(select q.name from jobs.queues q order by q.name));
  size constant integer := private.arg_integer(args, 'limit', 1, 100, 25);
  after constant text := private.arg_text(args, 'after');
  found jobs.dead[];
begin
  if after !~ '^[0-9]{1,18}$' then
    perform private.refuse_field('after', 'This page is not known', 'Send next of the page before as it was.');
  end if;
  found := array(
    select d from jobs.dead d
     where d.replayed_at is null and d.reason <> 'abandoned' and d.died_at <= call.at and (of_queue is null or d.queue = of_queue)
       and (after is null or d.job < after::bigint)
     order by d.job desc limit size + 1);
  return pg_catalog.jsonb_build_object(
    'next', case when pg_catalog.cardinality(found) > size then found[size].job::text end,
    'rows', (select count(*) from pg_catalog.unnest(found[:size]) d where d.args ? 'member_id'),
    'data', pg_catalog.jsonb_build_object('jobs', (
      select coalesce(pg_catalog.jsonb_agg(pg_catalog.jsonb_build_object('job', d.job, 'queue', d.queue, 'kind', d.kind, 'about', k.comment,
               'member', case when d.args ->> 'member_id' ~ '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$' then d.args ->> 'member_id' end,
               'reason', d.reason, 'attempts', d.attempts, 'last_error', private.said(d.last_error), 'what_to_do', d.hint,
               'enqueued_at', d.enqueued_at, 'died_at', d.died_at) order by d.job desc), '[]')
        from pg_catalog.unnest(found[:size]) d left join jobs.kinds k on k.queue = d.queue and k.kind = d.kind)));
end
$$;

comment on function private.agent_list_dead_jobs is
  'operations.dead_jobs: jobs that a person must look at, newest first. The last error may hold words of a provider or of people, so it is marked, and addresses are taken out of it.';

create function private.agent_explain_member(call private.agent_call, args jsonb)
returns jsonb
language plpgsql
stable
set search_path = ''
as $$
declare
  most constant integer := 200;
  her constant public.members := private.known_member(args);
  lines constant private.told[] := array(
    select (t.at, t.place, t.nth, t.what, t.source, t.reference)::private.told
      from private.explain_member(her.id, call.at) with ordinality as t (at, place, nth, what, source, reference, line)
     where t.source <> all ('{Event,Guest decision,Sign-in}') order by t.line);
  total constant integer := pg_catalog.cardinality(lines);
begin
  return pg_catalog.jsonb_build_object('rows', 1, 'data', pg_catalog.jsonb_build_object(
    'member', her.id, 'earlier_lines', greatest(total - most, 0),
    'status', private.said(lines[total].what),
    'lines', (
      select pg_catalog.jsonb_agg(pg_catalog.jsonb_build_object('at', t.at, 'what', private.said(t.what),
               'source', t.source, 'reference', private.said(t.reference)) order by t.line)
        from pg_catalog.unnest(lines[greatest(total - most, 0) + 1:]) with ordinality as t (at, place, nth, what, source, reference, line))));
end
$$;

comment on function private.agent_explain_member is
  'operations.explain_member: the story of one member as admin.explain_member tells it, without where she went and how she signs in, its last 200 lines. It holds words of hers and of others, so every line is marked; addresses, numbers and keys are taken out.';
