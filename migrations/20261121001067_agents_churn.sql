-- Who came and who left, as numbers, and how long those stay who came together.

create function private.told_reasons(first_month date, last_month date)
returns jsonb
language plpgsql
stable
set search_path = ''
as $$
declare
  names constant text[] := pg_catalog.enum_range(null::private.leaving_reason)::text[];
  counts bigint[];
  hidden boolean[];
begin
  counts := array(
    select pg_catalog.count(s.id)
      from pg_catalog.unnest(pg_catalog.enum_range(null::private.leaving_reason)) with ordinality n (reason, place)
      left join private.membership_spells s on s.reason = n.reason and s.ended_at >= first_month::timestamp at time zone 'UTC'
        and s.ended_at < (last_month + interval '1 month')::timestamp at time zone 'UTC'
     group by n.place order by n.place);
  hidden := private.hidden_parts(counts);
  return (select pg_catalog.jsonb_object_agg(r.name, case when not r.h then r.n end) || pg_catalog.jsonb_build_object('suppressed', pg_catalog.bool_or(r.h))
            from rows from (pg_catalog.unnest(names), pg_catalog.unnest(counts), pg_catalog.unnest(hidden)) r (name, n, h));
end
$$;

comment on function private.told_reasons is 'Why members left in these months. Their sum is told beside it, so that one hidden reason takes another with it.';

create function private.agent_analyse_churn(call private.agent_call, args jsonb)
returns jsonb
language plpgsql
stable
set search_path = ''
as $$
declare
  months constant integer := private.arg_integer(args, 'months', 1, 60, 12)::integer;
  since constant date := (private.first_of_month(call.at) - pg_catalog.make_interval(months => months))::date;
begin
  return pg_catalog.jsonb_build_object('data', (
    select coalesce(pg_catalog.jsonb_agg(pg_catalog.jsonb_build_object(
             'from', pg_catalog.to_char(p.first_month, 'YYYY-MM'), 'to', pg_catalog.to_char(p.last_month, 'YYYY-MM'),
             'members_before', case when p.is_told then p.was end, 'came', case when p.is_told then p.came end,
             'left', case when p.is_told then p.gone end, 'members_after', case when p.is_told then p.remained end,
             'suppressed', not p.is_told,
             'reasons', case when p.is_told then private.told_reasons(p.first_month, p.last_month) end) order by p.first_month), '[]')
      from private.membership_periods(call.at) p where p.last_month >= since));
end
$$;

comment on function private.agent_analyse_churn is
  'analytics.churn: how many members there were, came, left and remained, by finished month; months with too few of them are told together with those that follow.';

create function private.told_steps(size bigint, still bigint[])
returns bigint[]
language sql
immutable
set search_path = ''
as $$
  -- Whole fives, because churn tells to the person how many left in a month: beside exact numbers of the other groups,
  -- those of a small one would be what is left over.
  select coalesce(pg_catalog.array_agg(case when t.told >= 10 then t.told end order by t.place), '{}')
    from (select size - (size - s.n) / 5 * 5 as told, s.place from pg_catalog.unnest(still) with ordinality s (n, place)) t
$$;

comment on function private.told_steps is
  'How many of a group still are members at most, month by month: who left is counted in whole fives, and fewer than ten are not told.';

create function private.agent_analyse_cohorts(call private.agent_call, args jsonb)
returns jsonb
language plpgsql
stable
set search_path = ''
as $$
declare
  months constant integer := private.arg_integer(args, 'months', 1, 36, 12)::integer;
  this_month constant date := private.first_of_month(call.at);
  since constant date := (this_month - pg_catalog.make_interval(months => months))::date;
  one record;
  lasted bigint[];
  still bigint[];
  told bigint[];
  rows jsonb := ('[]')::jsonb;
begin
  for one in
    select p.first_month, p.last_month, p.came,
           -- As many months as everybody in the group has had.
           (12 * (extract(year from this_month) - extract(year from p.last_month)) + extract(month from this_month) - extract(month from p.last_month) - 1)::integer as known
      from private.membership_periods(call.at) p
     where p.is_told and p.came > 0 and p.last_month >= since
     order by p.first_month
  loop
    -- By months on both sides, so that a number does not move when a person's days are forgotten.
    lasted := array(
      select coalesce(l.n, 0)
        from pg_catalog.generate_series(0, one.known) k (k)
        left join (
          select private.months_between(s.started_at, s.ended_at) as k, pg_catalog.count(*) as n
            from private.membership_spells s
           where s.started_at >= one.first_month::timestamp at time zone 'UTC'
             and s.started_at < (one.last_month + interval '1 month')::timestamp at time zone 'UTC' and s.ended_at is not null
           group by 1) l on l.k = k.k
       order by k.k);
    still := array(
      select one.came - pg_catalog.sum(l.n) over (order by l.k) from pg_catalog.unnest(lasted) with ordinality l (n, k) order by l.k);
    told := private.told_steps(one.came, still);
    rows := rows || pg_catalog.jsonb_build_object(
      'from', pg_catalog.to_char(one.first_month, 'YYYY-MM'), 'to', pg_catalog.to_char(one.last_month, 'YYYY-MM'), 'came', one.came,
      'still_members', (select coalesce(pg_catalog.jsonb_agg(pg_catalog.jsonb_build_object('months', k - 1, 'members', t, 'suppressed', t is null) order by k), '[]')
                          from pg_catalog.unnest(told) with ordinality u (t, k)));
  end loop;
  return pg_catalog.jsonb_build_object('data', rows);
end
$$;

comment on function private.agent_analyse_cohorts is
  'analytics.cohorts: of those who came in the same months, how many still were members at the end of the month so many months later, without a break.';

create function private.months_between(started_at timestamptz, ended_at timestamptz)
returns integer
language plpgsql
immutable
set search_path = ''
as $$
begin
  return 12 * (extract(year from ended_at at time zone 'UTC') - extract(year from started_at at time zone 'UTC'))
       + extract(month from ended_at at time zone 'UTC') - extract(month from started_at at time zone 'UTC');
end
$$;

comment on function private.months_between is 'How many months of the calendar (UTC) lie between two moments. Null while there is no end.';
