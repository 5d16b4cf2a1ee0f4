-- Events that repeat, and copies.

create type public.event_rhythm as enum ('weekly', 'fortnightly', 'monthly_by_weekday', 'monthly_by_day');

comment on type public.event_rhythm is
  'monthly_by_weekday: such as each second Tuesday; from the 29th on, the last one of each month. monthly_by_day: such as each 15th; where a month is shorter, its last day.';

create function private.series_dates(begins_at timestamptz, time_zone text, rhythm public.event_rhythm, times integer)
returns table (starts_at timestamptz)
language plpgsql
stable
security definer
set search_path = ''
rows 12
as $$
#variable_conflict use_column
declare
  first timestamp;
  week integer;
  month timestamp;
  weekday timestamp;
begin
  perform private.require_time_zone(series_dates.time_zone);
  -- On the clock of the place: seven in the evening stays seven in the evening when summer ends.
  first := series_dates.begins_at at time zone series_dates.time_zone;
  week := (extract(day from first)::integer - 1) / 7;
  if times is null or times not between 2 and 26 then
    perform private.refuse_field('times', 'A series has 2 to 26 dates', 'Choose another number.');
  elsif rhythm is null then
    perform private.refuse_field('rhythm', 'Say how often it is', 'Choose weekly, every two weeks or monthly.');
  elsif first is null or not pg_catalog.isfinite(first) then
    perform private.refuse_field('starts_at', 'It needs a start', 'Choose a day and a time.');
  end if;
  for n in 0 .. times - 1 loop
    month := pg_catalog.date_trunc('month', first) + pg_catalog.make_interval(months => n);
    -- The first such weekday of the month, and from there whole weeks.
    weekday := month + pg_catalog.make_interval(days => (7 + extract(isodow from first)::integer - extract(isodow from month)::integer) % 7);
    return query select (case rhythm
      when 'weekly' then first + pg_catalog.make_interval(days => 7 * n)
      when 'fortnightly' then first + pg_catalog.make_interval(days => 14 * n)
      when 'monthly_by_day' then first + pg_catalog.make_interval(months => n)
      else (case
        when week < 4 then weekday + pg_catalog.make_interval(days => 7 * week)
        when extract(month from weekday + interval '28 days') = extract(month from month) then weekday + interval '28 days'
        else weekday + interval '21 days' end) + (first - pg_catalog.date_trunc('day', first))
      end) at time zone series_dates.time_zone;
  end loop;
end
$$;

comment on function private.series_dates is
  'When the events of a series begin, on the clock of their time zone, the first included. Raises PT422 at times, rhythm or starts_at.';

create function public.series_dates(begins_at timestamptz, time_zone text, rhythm public.event_rhythm, times integer)
returns table (starts_at timestamptz)
language sql
stable
set search_path = ''
as $$ select * from private.series_dates(begins_at, time_zone, rhythm, times) $$;

comment on function public.series_dates is 'When the events of a series would begin: what repeat_event makes, to look at before.';

create function private.copy_event(
  held public.events, copy uuid, starts_at timestamptz, state public.event_state, series uuid, with_hosts boolean
)
returns uuid
language plpgsql
volatile
set search_path = ''
as $$
declare
  made uuid;
begin
  insert into public.events (id, title, description, starts_at, ends_at, time_zone, place, meeting_url, cover_url, region, category,
      visibility, capacity, approval_required, guest_policy, questions, state, series_id)
  values (copy, held.title, held.description, copy_event.starts_at, copy_event.starts_at + (held.ends_at - held.starts_at), held.time_zone,
      held.place, held.meeting_url, held.cover_url, held.region, held.category, held.visibility, held.capacity, held.approval_required,
      held.guest_policy, held.questions, copy_event.state, series)
  on conflict (id) do nothing
  returning id into made;
  if made is not null and with_hosts then
    -- Who wrote or hosted it hosts again, when she is to be found in the directory.
    insert into public.event_hosts (event_id, member_id)
    select made, p.member_id from public.profiles p
     where (p.member_id = held.created_by or p.member_id in (select h.member_id from public.event_hosts h where h.event_id = held.id))
       and p.member_id is distinct from private.my_member_id() and p.is_visible and p.access_until > private.clock()
     limit 10
    on conflict do nothing;
  end if;
  return made;
end
$$;

comment on function private.copy_event is 'Writes what a leader decided about an event into a new one. Guests, recording and thanks stay where they are. Null when the id is taken.';

create function private.repeat_event(caller uuid, event uuid, series uuid, rhythm public.event_rhythm, times integer, at timestamptz)
returns jsonb
language plpgsql
volatile
security definer
set search_path = ''
as $$
declare
  leader constant uuid := private.require_leader(caller);
  held public.events := private.require_event_editor(caller, event);
  each record;
begin
  if series is null then
    perform private.refuse_field('series', 'The series has no name of its own', 'Load the page again.');
  end if;
  -- Members are locked before events, here as everywhere.
  perform from public.members m
    where m.id in (leader, held.created_by) or m.id in (select h.member_id from public.event_hosts h where h.event_id = held.id)
    order by m.id for key share;
  select e.* into held from public.events e where e.id = held.id for no key update;
  -- The same form sent twice made one series.
  if held.series_id = series then
    return private.event_to_edit(caller, event, at);
  elsif held.series_id is not null then
    raise exception using errcode = 'PT409', message = 'It is part of a series already', detail = 'rhythm', hint = 'Copy it, and let the copy repeat.';
  elsif held.state = 'canceled' or held.ends_at <= at then
    perform private.refuse_field('starts_at', 'This event is over', 'Copy it, and let the copy repeat.');
  elsif held.title = '' then
    perform private.refuse_field('title', 'It needs a title', 'Write what people will see in the list.');
  elsif held.ends_at is null then
    perform private.refuse_field('ends_at', 'It needs an end', 'Choose when it is over.');
  elsif exists (select from public.event_series s where s.id = series) then
    raise exception using errcode = 'PT409', message = 'This series is another one', detail = 'rhythm', hint = 'Load the page again.';
  end if;
  insert into public.event_series (id, created_by) values (series, leader);
  update public.events e set series_id = series where e.id = held.id;
  for each in
    select d.starts_at from private.series_dates(held.starts_at, held.time_zone, rhythm, times) with ordinality d (starts_at, n)
     where d.n > 1 order by d.n
  loop
    perform private.copy_event(held, pg_catalog.gen_random_uuid(), each.starts_at, held.state, series, true);
  end loop;
  return private.event_to_edit(caller, event, at);
end
$$;

comment on function private.repeat_event is
  'Makes a series of an event: copies at its later dates, drafts of a draft and published of a published one. Sent twice it makes one. Raises PT403, PT404, PT409, PT422.';

create function public.repeat_event(event uuid, series uuid, rhythm public.event_rhythm, times integer)
returns jsonb
language sql
volatile
set search_path = ''
as $$ select private.repeat_event(auth.uid(), event, series, rhythm, times, private.clock()) $$;

comment on function public.repeat_event is
  'For who may edit an event: makes a series of it. series: a new id made by the form, so that sending twice makes one. times: 2 to 26, the event included. Answers as event_to_edit does.';

create function private.clone_event(caller uuid, event uuid, copy uuid, at timestamptz)
returns uuid
language plpgsql
volatile
security definer
set search_path = ''
as $$
declare
  leader constant uuid := private.require_leader(caller);
  edits constant boolean := private.edits_event(caller, event);
  held public.events;
  later timestamptz;
begin
  select e.* into held from public.events e where e.id = clone_event.event;
  if held.id is null then
    raise exception using errcode = 'PT404', message = 'This event is not here', detail = 'event', hint = 'Go back to the list.';
  elsif copy is null then
    perform private.refuse_field('copy', 'The copy has no name of its own', 'Load the page again.');
  end if;
  -- The same weekday and hour, in the next week to come.
  if held.starts_at is not null then
    later := ((held.starts_at at time zone held.time_zone)
      + pg_catalog.make_interval(days => 7 * greatest(1, pg_catalog.ceil(extract(epoch from at - held.starts_at) / 604800 + 0.01)::integer)))
      at time zone held.time_zone;
  end if;
  -- Where one joins online is for those who edit it.
  if not edits then
    held.meeting_url := null;
  end if;
  if private.copy_event(held, copy, later, 'draft', null, edits) is null
     and not exists (select from public.events e where e.id = copy and e.created_by = leader) then
    raise exception using errcode = 'PT409', message = 'This copy is another event', detail = 'copy', hint = 'Load the page again.';
  end if;
  return copy;
end
$$;

comment on function private.clone_event is
  'Copies an event into a draft of one''s own, a week or more later, without its guests. Sent twice it makes one. Raises PT403, PT404, PT409.';

create function public.clone_event(event uuid, copy uuid)
returns uuid
language sql
volatile
set search_path = ''
as $$ select private.clone_event(auth.uid(), event, copy, private.clock()) $$;

comment on function public.clone_event is
  'For leaders: copies an event into a draft of her own. copy: a new id made by the page, so that sending twice makes one.';
