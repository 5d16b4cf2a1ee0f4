-- Numbers for agents: mails, attendance, what is watched and saved. By finished months of the calendar and by whole
-- events and resources only, so that no two questions differ by one person.

create index emails_by_month on private.emails (created_at) include (template, state);

create function private.agent_analyse_emails(call private.agent_call, args jsonb)
returns jsonb
language plpgsql
stable
set search_path = ''
as $$
declare
  latest constant date := (private.first_of_month(call.at) - interval '1 month')::date;
  month constant date := private.arg_finished_month(args, 'month', call.at, latest);
begin
  return pg_catalog.jsonb_build_object('data', pg_catalog.jsonb_build_object(
    'month', pg_catalog.to_char(month, 'YYYY-MM'),
    'mails', (
      select coalesce(pg_catalog.jsonb_agg(pg_catalog.jsonb_build_object('template', m.template) || private.tell_numbers(
               pg_catalog.jsonb_build_object('delivered', m.delivered, 'sent', m.sent, 'bounced', m.bounced, 'complained', m.complained,
                 'withheld', m.withheld, 'failed', m.failed, 'waiting', m.waiting),
               '{"owed": ["delivered", "sent", "bounced", "complained", "withheld", "failed", "waiting"]}') order by m.template), '[]')
        from (
          select e.template,
                 pg_catalog.count(*) filter (where e.state = 'delivered') as delivered, pg_catalog.count(*) filter (where e.state = 'sent') as sent,
                 pg_catalog.count(*) filter (where e.state = 'bounced') as bounced, pg_catalog.count(*) filter (where e.state = 'complained') as complained,
                 pg_catalog.count(*) filter (where e.state = 'withheld') as withheld, pg_catalog.count(*) filter (where e.state = 'failed') as failed,
                 pg_catalog.count(*) filter (where e.state in ('owed', 'unclear')) as waiting
            from private.emails e
           where e.created_at >= month::timestamp at time zone 'UTC' and e.created_at < (month + interval '1 month')::timestamp at time zone 'UTC'
           group by e.template) m)));
end
$$;

comment on function private.agent_analyse_emails is
  'analytics.emails: what became of the mails of a finished month, by kind. Each mail is in one state; owed is their sum.';

create function private.agent_analyse_attendance(call private.agent_call, args jsonb)
returns jsonb
language plpgsql
stable
set search_path = ''
as $$
declare
  most_events constant integer := 500;
  latest constant date := (private.first_of_month(call.at) - interval '1 month')::date;
  last_month constant date := private.arg_finished_month(args, 'to', call.at, latest);
  first_month constant date := private.arg_finished_month(args, 'from', call.at, (last_month - interval '2 months')::date);
  events jsonb;
begin
  if last_month < first_month then
    perform private.refuse_field('to', 'It ends before it begins', 'Send a month that is not before from.');
  elsif last_month >= first_month + interval '12 months' then
    perform private.refuse_field('from', 'These are more than twelve months', 'Ask for twelve at most.');
  end if;
  select coalesce(pg_catalog.jsonb_agg(pg_catalog.jsonb_build_object('month', pg_catalog.to_char(e.starts_at at time zone 'UTC', 'YYYY-MM'), 'id', e.id,
           'title', private.said(e.title), 'starts_at', e.starts_at, 'region', e.region, 'category', e.category, 'capacity', e.capacity)
           || private.event_numbers(e.id) order by e.starts_at, e.id), '[]') into events
    from private.events_for_agents('published', first_month::timestamp at time zone 'UTC',
      (last_month + interval '1 month')::timestamp at time zone 'UTC', null, null, most_events + 1, call.at) e;
  if pg_catalog.jsonb_array_length(events) > most_events then
    perform private.refuse_field('from', pg_catalog.format('These are more than %s events', most_events), 'Ask for fewer months.');
  end if;
  return pg_catalog.jsonb_build_object('data', pg_catalog.jsonb_build_object(
    'events', events,
    'months', (
      select coalesce(pg_catalog.jsonb_agg(pg_catalog.jsonb_build_object('month', m.month, 'events', m.events, 'came', m.came, 'approved', m.approved,
               'registered', m.registered, 'suppressed', m.came is null or m.approved is null or m.registered is null) order by m.month), '[]')
        from (
          -- A month is told only with each of its events, so that none of them follows from it.
          select e ->> 'month' as month, pg_catalog.count(*) as events,
                 case when pg_catalog.count(e ->> 'came') = pg_catalog.count(*) then pg_catalog.sum((e ->> 'came')::bigint) end as came,
                 case when pg_catalog.count(e ->> 'approved') = pg_catalog.count(*) then pg_catalog.sum((e ->> 'approved')::bigint) end as approved,
                 case when pg_catalog.count(e ->> 'registered') = pg_catalog.count(*) then pg_catalog.sum((e ->> 'registered')::bigint) end as registered
            from pg_catalog.jsonb_array_elements(events) e group by 1) m)));
end
$$;

comment on function private.agent_analyse_attendance is
  'analytics.attendance: of the events of finished months, how many registered, were approved and came; and the sum of each month.';

create function private.agent_analyse_resources(call private.agent_call, args jsonb)
returns jsonb
language plpgsql
stable
set search_path = ''
as $$
declare
  most constant integer := 200;
  topic constant text := private.arg_topic(args, 'topic');
begin
  return pg_catalog.jsonb_build_object('data', (
    select coalesce(pg_catalog.jsonb_agg(pg_catalog.jsonb_build_object('id', r.id, 'kind', r.kind, 'title', private.said(r.title), 'topics', r.topics,
             'published_at', r.published_at) || private.resource_numbers(r.id) order by r.published_at desc, r.id desc), '[]')
      from private.content_found(call.key_id, 'published', null, null, topic, null, null, most, call.at) r));
end
$$;

comment on function private.agent_analyse_resources is 'analytics.resources: how many members saved and watched each resource, the 200 newest.';
