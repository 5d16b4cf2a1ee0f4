-- Events for agents: what members see of them, and how many come. Never who.

create function private.arg_day(args jsonb, field text)
returns date
language plpgsql
stable
set search_path = ''
as $$
declare
  remedy constant text := 'Write it like 2026-11-21.';
  said constant text := private.arg_text(args, field, 40, false, remedy);
begin
  if said is null then
    return null;
  elsif said !~ '^(19|20|21)\d\d-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])$' then
    perform private.refuse_field(field, pg_catalog.format('%s is not a day', field), remedy);
  end if;
  return said::date;
exception when datetime_field_overflow or invalid_datetime_format then
  raise exception using errcode = 'PT422', message = pg_catalog.format('%s is no day that there is', field), detail = field,
    hint = remedy;
end
$$;

comment on function private.arg_day is 'A day such as 2026-11-21, or null when it is not there. Raises PT422.';

create function private.event_for_agents(event public.events)
returns jsonb
language plpgsql
stable
set search_path = ''
as $$
begin
  return pg_catalog.jsonb_build_object(
    'id', event.id, 'title', private.said(event.title), 'starts_at', event.starts_at, 'ends_at', event.ends_at, 'time_zone', event.time_zone,
    'place', private.said(nullif(event.place, '')), 'region', event.region, 'category', event.category, 'visibility', event.visibility,
    'state', event.state, 'capacity', event.capacity, 'guests', private.event_numbers(event.id));
end
$$;

comment on function private.event_for_agents is 'One event in a list for agents, with how many come.';

create function private.events_for_agents(
  of_state public.event_state, begins timestamptz, ends timestamptz, after_starts timestamptz, after_id uuid, size integer, at timestamptz
)
returns setof public.events
language plpgsql
stable
set search_path = ''
rows 25
as $$
begin
  -- Two questions, because each state has an index of its own.
  if of_state = 'canceled' then
    return query
      select e.* from public.events e
       where e.state = 'canceled' and e.starts_at >= begins and e.starts_at < ends and e.published_at <= at and e.visibility <> 'leader'
         and (after_id is null or (e.starts_at, e.id) > (after_starts, after_id))
       order by e.starts_at, e.id limit size;
  else
    return query
      select e.* from public.events e
       where e.state = 'published' and e.starts_at >= begins and e.starts_at < ends and e.published_at <= at and e.visibility <> 'leader'
         and (e.starts_at, e.id) > (coalesce(after_starts, '-infinity'), coalesce(after_id, '00000000-0000-0000-0000-000000000000'))
       order by e.starts_at, e.id limit size;
  end if;
end
$$;

comment on function private.events_for_agents is 'One page of what is announced to members, or was canceled, in order of time. Drafts and what is for leaders alone is not in it.';

create function private.agent_list_events(call private.agent_call, args jsonb)
returns jsonb
language plpgsql
stable
set search_path = ''
as $$
declare
  most constant integer := private.arg_integer(args, 'limit', 1, 100, 25)::integer;
  first_day constant date := coalesce(private.arg_day(args, 'from'), (call.at at time zone 'UTC')::date);
  last_day constant date := private.arg_day(args, 'to');
  wanted constant text := private.arg_choice(args, 'state', array['published', 'canceled'], 'published');
  place constant record := private.arg_cursor(args);
  one public.events;
  last public.events;
  rows jsonb := ('[]')::jsonb;
  next text;
begin
  if last_day < first_day then
    perform private.refuse_field('to', 'It ends before it begins', 'Send a day that is not before from; without from it begins today.');
  end if;
  for one in
    select e.* from private.events_for_agents(wanted::public.event_state, first_day::timestamp at time zone 'UTC',
      coalesce((last_day + 1)::timestamp at time zone 'UTC', 'infinity'), place.moment, place.id, most + 1, call.at) e
  loop
    if pg_catalog.jsonb_array_length(rows) = most then
      next := private.next_cursor(last.starts_at, last.id);
      exit;
    end if;
    rows := rows || private.event_for_agents(one);
    last := one;
  end loop;
  return pg_catalog.jsonb_build_object('data', rows, 'next', next);
end
$$;

comment on function private.agent_list_events is 'events.list: events that members see, from a day on, with how many come.';

create function private.agent_get_event(call private.agent_call, args jsonb)
returns jsonb
language plpgsql
stable
set search_path = ''
as $$
declare
  wanted constant uuid := private.arg_uuid(args, 'event', true);
  held public.events;
begin
  select e.* into held from public.events e where e.id = wanted and private.is_shown_event(e, false, call.at);
  if held.id is null then
    raise exception using errcode = 'PT404', message = 'There is no such event', detail = 'event', hint = 'Look for it with events.list.';
  end if;
  return pg_catalog.jsonb_build_object('data', private.event_for_agents(held) || pg_catalog.jsonb_build_object(
    'description', private.said(nullif(held.description, '')), 'approval_required', held.approval_required, 'series', held.series_id,
    'page_url', held.url, 'canceled_at', held.canceled_at, 'cancel_reason', private.said(nullif(held.cancel_reason, ''))));
end
$$;

comment on function private.agent_get_event is 'events.get: one event as members see it, with how many come. Raises PT404 for drafts and what is for leaders alone.';
