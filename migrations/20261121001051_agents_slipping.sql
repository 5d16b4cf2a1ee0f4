-- Who slips away: members whose payment failed, whose access ends or ended, or who have not been seen for long.

create index memberships_ending on public.memberships (access_until, member_id) where access_until < 'infinity';

create type private.slipping_why as enum ('payment_failed', 'ending', 'lapsed', 'unseen');
comment on type private.slipping_why is
  'payment_failed: dues are unpaid. ending: access ends within 30 days, because she canceled. lapsed: access ended within the last 30 days. unseen: a member for at least 90 days who was neither on the site nor at an event in the last 90.';

create type private.slipping_member as (member_id uuid, why private.slipping_why, since timestamptz, until timestamptz, place timestamptz);
comment on type private.slipping_member is 'Somebody who slips away. place: what she is ordered by within her reason.';

create function private.slipping(why private.slipping_why, after_place timestamptz, after_id uuid, size integer, at timestamptz)
returns setof private.slipping_member
language plpgsql
stable
set search_path = ''
rows 25
as $$
declare
  month constant interval := (interval '30 days');
begin
  case why
    when 'payment_failed' then return query
      select m.member_id, why, s.past_due_since, m.access_until, m.access_until
        from public.memberships m left join public.subscriptions s on s.subscription_id = m.subscription_id
       where m.status = 'past_due' and m.access_until > at - month
         and (m.access_until, m.member_id) > (after_place, after_id)
       order by m.access_until, m.member_id limit size;
    when 'ending' then return query
      select m.member_id, why, s.canceled_at, m.access_until, m.access_until
        from public.memberships m left join public.subscriptions s on s.subscription_id = m.subscription_id
       where m.access_until < 'infinity' and m.access_until > at and m.access_until <= at + month and m.status <> 'past_due'
         and (m.access_until, m.member_id) > (after_place, after_id)
       order by m.access_until, m.member_id limit size;
    when 'lapsed' then return query
      select m.member_id, why, m.access_until, null::timestamptz, m.access_until
        from public.memberships m
       where m.access_until < 'infinity' and m.access_until > at - month and m.access_until <= at and m.status <> 'past_due'
         and (m.access_until, m.member_id) > (after_place, after_id)
       order by m.access_until, m.member_id limit size;
    else
      raise exception 'private.unseen looks for those';
  end case;
end
$$;

comment on function private.slipping is 'One page of those who slip away for a reason, whose access ends soonest first, by index. Those who are unseen: private.unseen.';

create function private.unseen_stretch(after_id uuid)
returns uuid
language plpgsql
stable
set search_path = ''
as $$
begin
  return (select m.member_id from public.memberships m where m.member_id > after_id order by m.member_id offset 1999 limit 1);
end
$$;

comment on function private.unseen_stretch is
  'Where a look for unseen members stops for one page: when somebody was last here stands in four places and in no index, so that at most 2000 are looked at. Null: the list ends before.';

create function private.last_seen(member uuid, login uuid)
returns timestamptz
language plpgsql
stable
set search_path = ''
as $$
begin
  return greatest(
    (select u.last_sign_in_at from auth.users u where u.id = login),
    -- Who stays signed in does not sign in again, but her session is renewed.
    (select max(s.refreshed_at) at time zone 'UTC' from auth.sessions s where s.user_id = login),
    (select greatest(max(r.saved_at), max(r.watched_at)) from public.resource_marks r where r.member_id = member),
    (select greatest(max(g.registered_at), max(g.checked_in_at)) from private.event_guests g where g.member_id = member));
end
$$;

comment on function private.last_seen is 'When a member was last on the site, registered for an event or came to one. Null: never.';

create function private.unseen(after_id uuid, last_id uuid, size integer, at timestamptz)
returns setof private.slipping_member
language plpgsql
stable
set search_path = ''
rows 25
as $$
declare
  long_ago constant timestamptz := at - interval '90 days';
begin
  return query
    select m.member_id, 'unseen'::private.slipping_why, seen.last_at, case when pg_catalog.isfinite(m.access_until) then m.access_until end, 'epoch'::timestamptz
      from public.memberships m
      join public.members p on p.id = m.member_id
      cross join lateral (select private.last_seen(p.id, p.user_id) as last_at) seen
     where m.member_id > after_id and (last_id is null or m.member_id <= last_id)
       and m.access_until > at and m.member_since < long_ago and coalesce(seen.last_at, '-infinity') < long_ago
     order by m.member_id limit size;
end
$$;

comment on function private.unseen is 'Members of 90 days and more who were neither on the site nor at an event in the last 90, of one stretch, in the order of their numbers.';

create function private.agent_list_slipping(call private.agent_call, args jsonb)
returns jsonb
language plpgsql
stable
set search_path = ''
as $$
declare
  why constant private.slipping_why := private.arg_choice(args, 'why', pg_catalog.enum_range(null::private.slipping_why)::text[])::private.slipping_why;
  size constant integer := private.arg_integer(args, 'limit', 1, 100, 25);
  after constant text[] := pg_catalog.regexp_match(private.arg_text(args, 'after'),
    '^(payment_failed|ending|lapsed|unseen)~(-?[0-9]{1,17})~([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})$');
  after_why constant private.slipping_why := after[1]::private.slipping_why;
  reason private.slipping_why;
  is_first boolean;
  after_id uuid;
  last_id uuid;
  found private.slipping_member[] := array[]::private.slipping_member[];
begin
  if args ->> 'after' <> '' and (after is null or after_why <> why) then
    perform private.refuse_field('after', 'This page is not known', 'Send next of the page before as it was, with the same why.');
  end if;
  foreach reason in array case when why is null then pg_catalog.enum_range(after_why, null) else array[why] end loop
    is_first := coalesce(reason = after_why, false);
    after_id := case when is_first then after[3]::uuid else '00000000-0000-0000-0000-000000000000'::uuid end;
    if reason <> 'unseen' then
      found := found || array(select s from private.slipping(reason,
        case when is_first then 'epoch'::timestamptz + after[2]::bigint * interval '1 microsecond' else '-infinity' end,
        after_id, size + 1 - pg_catalog.cardinality(found), call.at) s);
    else
      last_id := private.unseen_stretch(after_id);
      found := found || array(select s from private.unseen(after_id, last_id, size + 1 - pg_catalog.cardinality(found), call.at) s);
    end if;
    exit when pg_catalog.cardinality(found) > size;
  end loop;
  return pg_catalog.jsonb_build_object(
    'rows', least(pg_catalog.cardinality(found), size),
    'next', case
      when pg_catalog.cardinality(found) > size then pg_catalog.format('%s~%s~%s', found[size].why,
        (extract(epoch from found[size].place) * 1000000)::bigint, found[size].member_id)
      when last_id is not null then pg_catalog.format('unseen~0~%s', last_id) end,
    'data', pg_catalog.jsonb_build_object('members', (
      select coalesce(pg_catalog.jsonb_agg(pg_catalog.jsonb_build_object('member', s.member_id, 'name', private.said(p.name),
               'why', s.why, 'since', s.since, 'until', s.until, 'tier', m.tier, 'status', m.status, 'member_since', m.member_since) order by s.nth), '[]')
        from pg_catalog.unnest(found) with ordinality as s (member_id, why, since, until, place, nth)
        join public.profiles p on p.member_id = s.member_id
        join public.memberships m on m.member_id = s.member_id
       where s.nth <= size)));
end
$$;

comment on function private.agent_list_slipping is
  'members.slipping: who slips away and why, one reason after the other, whose access ends soonest first. A page of the unseen may hold fewer than asked for, or none, and still have a next one.';
