-- Numbers about people, told so that they give nobody away: groups of one to four are not told, nor what they would
-- follow from. Zero is told, because it is about nobody.

create function private.is_told(counted bigint)
returns boolean
language sql
immutable
set search_path = ''
as $$ select counted = 0 or counted >= 5 $$;

comment on function private.is_told is 'Whether a number of people may be told: none, or five and more.';

create function private.tell_numbers(parts jsonb, sums jsonb default '{}')
returns jsonb
language sql
immutable
set search_path = ''
as $$
  select (select pg_catalog.jsonb_object_agg(p.key, case when private.is_told(p.value::bigint) then p.value::bigint end)
            from pg_catalog.jsonb_each_text(parts) p)
      || coalesce((select pg_catalog.jsonb_object_agg(s.key, (
             select case when pg_catalog.bool_and(private.is_told((parts ->> part)::bigint)) then sum((parts ->> part)::bigint) end
               from pg_catalog.jsonb_array_elements_text(s.value) part))
            from pg_catalog.jsonb_each(sums) s), '{}')
      || pg_catalog.jsonb_build_object('suppressed',
           exists (select from pg_catalog.jsonb_each_text(parts) p where not private.is_told(p.value::bigint)))
$$;

comment on function private.tell_numbers is
  'Numbers of people who are one thing each ({"came": 12, "waiting": 3}), and sums of them by name ({"asked": ["came", "waiting"]}): of one to four people null, and suppressed true. A sum is told only with all of its parts, so that no part follows from it.';

create function private.hidden_parts(counts bigint[])
returns boolean[]
language sql
immutable
set search_path = ''
as $$
  with known as (
    select pg_catalog.bool_or(not private.is_told(c.n)) as any_small, min(c.n) filter (where c.n >= 5) as next_larger
      from pg_catalog.unnest(counts) c (n)
  )
  -- Those of one size go together, so that who knows the rule learns nothing from which of them it took. Where nothing
  -- larger stands beside what is small, not even a zero is told: it would narrow the rest.
  select pg_catalog.array_agg(k.any_small and (not private.is_told(c.n) or coalesce(c.n = k.next_larger, true)) order by c.place)
    from pg_catalog.unnest(counts) with ordinality c (n, place) cross join known k
$$;

comment on function private.hidden_parts is
  'Which parts of a total that is told are not: those of one to four people, and besides the smallest larger ones, so that no part follows from the total.';

create function private.event_numbers(event uuid)
returns jsonb
language plpgsql
stable
set search_path = ''
as $$
begin
  return (
    select private.tell_numbers(
      pg_catalog.jsonb_build_object(
        'came', pg_catalog.count(*) filter (where g.checked_in_at is not null),
        'not_checked_in', pg_catalog.count(*) filter (where g.checked_in_at is null and g.status = 'approved'),
        'pending', pg_catalog.count(*) filter (where g.checked_in_at is null and g.status = 'pending'),
        'waitlist', pg_catalog.count(*) filter (where g.checked_in_at is null and g.status = 'waitlist'),
        'declined', pg_catalog.count(*) filter (where g.checked_in_at is null and g.status = 'declined')),
      '{"approved": ["came", "not_checked_in"], "registered": ["came", "not_checked_in", "pending", "waitlist", "declined"]}')
      from private.event_guests g where g.event_id = event_numbers.event and g.status <> 'invited' and not g.is_erased);
end
$$;

comment on function private.event_numbers is
  'How many of an event''s guests are what, for agents. Each guest is one of came, not_checked_in, pending, waitlist and declined; approved and registered are sums.';

create function private.resource_numbers(resource uuid)
returns jsonb
language plpgsql
stable
set search_path = ''
as $$
begin
  return (
    select private.tell_numbers(pg_catalog.jsonb_build_object('saved', pg_catalog.count(k.saved_at), 'watched', pg_catalog.count(k.watched_at)))
      from public.resource_marks k where k.resource_id = resource_numbers.resource);
end
$$;

comment on function private.resource_numbers is 'How many members saved and watched a resource, for agents.';

create function private.first_of_month(at timestamptz)
returns date
language sql
immutable
set search_path = ''
as $$ select pg_catalog.date_trunc('month', at at time zone 'UTC')::date $$;

comment on function private.first_of_month is 'The first day of the month (UTC) of a moment.';

create function private.arg_finished_month(args jsonb, field text, at timestamptz, otherwise date)
returns date
language plpgsql
stable
set search_path = ''
as $$
declare
  given constant date := private.first_of_month(private.arg_month(args, field));
begin
  if given >= private.first_of_month(at) then
    perform private.refuse_field(field, 'This month is not over', pg_catalog.format('Numbers of a month are told when it is: %s is the latest.',
      pg_catalog.to_char(private.first_of_month(at) - interval '1 month', 'YYYY-MM')));
  end if;
  return coalesce(given, otherwise);
end
$$;

comment on function private.arg_finished_month is 'The first day of a month (UTC) that is over, or otherwise. Raises PT422.';

create function private.next_cursor(sorted_by timestamptz, id uuid)
returns text
language sql
immutable
set search_path = ''
as $$
  select pg_catalog.translate(pg_catalog.encode(pg_catalog.convert_to(
    extract(epoch from sorted_by)::text || '|' || id::text, 'UTF8'), 'base64'), E'+/=\n', '-_')
$$;

comment on function private.next_cursor is 'Where the next page begins: the last row''s moment and id, in signs that fit into an address.';

create function private.arg_cursor(args jsonb, out moment timestamptz, out id uuid)
language plpgsql
stable
set search_path = ''
as $$
declare
  said constant text := private.arg_text(args, 'after', 200);
  parts text[];
begin
  if said is null then
    return;
  end if;
  parts := pg_catalog.regexp_match(
    pg_catalog.convert_from(pg_catalog.decode(pg_catalog.rpad(pg_catalog.translate(said, '-_', '+/'), (pg_catalog.length(said) + 3) / 4 * 4, '='), 'base64'), 'UTF8'),
    '^(\d{1,11}\.\d{6})\|([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})$');
  moment := pg_catalog.to_timestamp(0) + parts[1]::numeric * interval '1 second';
  id := parts[2]::uuid;
  if moment is null then
    perform private.refuse_field('after', 'after is no place in a list', 'Send next of the page before, as it was, or leave it out.');
  end if;
exception when invalid_parameter_value or character_not_in_repertoire or untranslatable_character or datetime_field_overflow then
  perform private.refuse_field('after', 'after is no place in a list', 'Send next of the page before, as it was, or leave it out.');
end
$$;

comment on function private.arg_cursor is 'Where a page begins: what private.next_cursor made. Nulls when it is not there. Raises PT422.';
