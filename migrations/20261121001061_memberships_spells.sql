-- How long people were members: one row each time that somebody came, closed when she left. The membership itself
-- says how things are now; churn and cohorts are asked of these rows.

create type private.leaving_reason as enum ('canceled', 'payment_failed', 'refunded', 'other');

comment on type private.leaving_reason is
  'canceled: she asked for it. payment_failed: dues stayed unpaid, or her bank took them back. refunded: a refund ended it. other: she deleted her account, or Stripe did not say.';

create table private.membership_spells (
  id bigint generated always as identity primary key,
  member_id uuid references public.members (id) on delete cascade,
  started_at timestamptz not null,
  ended_at timestamptz,
  reason private.leaving_reason,
  constraint membership_spells_end_after_start check (ended_at >= started_at),
  constraint membership_spells_ended_for_a_reason check ((ended_at is null) = (reason is null))
);
alter table private.membership_spells enable row level security;
create index membership_spells_member on private.membership_spells (member_id);
create unique index membership_spells_one_open on private.membership_spells (member_id) where ended_at is null;
create index membership_spells_started on private.membership_spells (started_at, ended_at);
create index membership_spells_ended on private.membership_spells (ended_at, reason) where ended_at is not null;

comment on table private.membership_spells is 'Each time that somebody was a member, from when until when. Who had her account deleted is counted on, by month and as nobody.';

create function private.why_left(subscription text)
returns private.leaving_reason
language plpgsql
stable
set search_path = ''
as $$
declare
  sub public.subscriptions;
begin
  select s.* into sub from public.subscriptions s where s.subscription_id = why_left.subscription;
  return (case
    when sub.cancellation_reason = 'payment_disputed' or exists (
      select from public.invoices i join private.charges c on c.invoice_id = i.invoice_id
       where i.subscription_id = sub.subscription_id and c.dispute_status = 'lost') then 'payment_failed'
    when sub.access_cut_at is not null then 'refunded'
    when sub.past_due_since is not null or sub.cancellation_reason = 'payment_failed' or sub.status in ('past_due', 'unpaid') then 'payment_failed'
    when sub.status = 'canceled' or sub.cancel_at is not null then 'canceled'
    else 'other' end)::private.leaving_reason;
end
$$;

comment on function private.why_left is 'Why a membership ended, as its subscription tells.';

create function private.keep_spells()
returns trigger
language plpgsql
security definer
set search_path = ''
as $$
begin
  if tg_op = 'DELETE' then
    -- Of who is erased the months stay, and are nobody's by now.
    delete from private.membership_spells s where s.member_id = old.member_id;
    return null;
  elsif tg_op = 'INSERT' then
    insert into private.membership_spells (member_id, started_at, ended_at, reason)
    values (new.member_id, least(new.member_since, new.ended_at), new.ended_at, case when new.ended_at is not null then private.why_left(new.subscription_id) end);
    return null;
  end if;
  if new.member_id <> old.member_id then
    update private.membership_spells s set member_id = new.member_id where s.member_id = old.member_id;
  end if;
  if new.member_since <> old.member_since then
    -- Two rows became one person, or somebody put it right.
    update private.membership_spells s set started_at = least(new.member_since, s.ended_at)
     where s.id = (select f.id from private.membership_spells f where f.member_id = new.member_id order by f.started_at, f.id limit 1);
  end if;
  if old.ended_at is null and new.ended_at is not null then
    update private.membership_spells s set ended_at = greatest(new.ended_at, s.started_at), reason = private.why_left(new.subscription_id)
     where s.member_id = new.member_id and s.ended_at is null;
  elsif old.ended_at is not null and new.ended_at is null then
    insert into private.membership_spells (member_id, started_at) values (new.member_id, greatest(private.clock(), old.ended_at));
  end if;
  return null;
end
$$;

comment on function private.keep_spells() is 'Trigger: opens a row when a membership begins or begins again, and closes it when it ends. A membership that is taken out was none.';

create trigger memberships_keep_spells
  after insert or delete or update of member_id, member_since, ended_at on public.memberships
  for each row execute function private.keep_spells();

create function private.erase_spells(member uuid, at timestamptz)
returns void
language plpgsql
volatile
set search_path = ''
as $$
begin
  -- What is left says in which months somebody was a member, and not who.
  update private.membership_spells s
     set member_id = null, started_at = pg_catalog.date_trunc('month', s.started_at, 'UTC'),
         ended_at = pg_catalog.date_trunc('month', coalesce(s.ended_at, greatest(at, s.started_at)), 'UTC'), reason = coalesce(s.reason, 'other')
   where s.member_id = erase_spells.member;
end
$$;

comment on function private.erase_spells is 'Takes a person out of the rows that say how long people were members: the months stay, as nobody''s.';

create function private.spells_data(member uuid)
returns jsonb
language plpgsql
stable
set search_path = ''
as $$
begin
  return (select coalesce(pg_catalog.jsonb_agg(pg_catalog.jsonb_build_object('from', s.started_at, 'until', s.ended_at, 'why_it_ended', s.reason)
                   order by s.started_at), '[]')
            from private.membership_spells s where s.member_id = spells_data.member);
end
$$;

comment on function private.spells_data is 'When a person was a member, for herself.';

create function private.membership_periods(at timestamptz)
returns table (first_month date, last_month date, was bigint, came bigint, gone bigint, remained bigint, is_told boolean)
language plpgsql
stable
set search_path = ''
rows 60
as $$
#variable_conflict use_variable
declare
  this_month constant date := private.first_of_month(at);
  one record;
begin
  was := 0;
  came := 0;
  gone := 0;
  for one in
    with flows (month, came, gone) as (
      select f.month, pg_catalog.sum(f.came), pg_catalog.sum(f.gone)
        from (select pg_catalog.date_trunc('month', s.started_at at time zone 'UTC')::date, 1, 0 from private.membership_spells s where s.started_at < this_month::timestamp at time zone 'UTC'
              union all
              select pg_catalog.date_trunc('month', s.ended_at at time zone 'UTC')::date, 0, 1 from private.membership_spells s where s.ended_at < this_month::timestamp at time zone 'UTC'
             ) f (month, came, gone)
       group by f.month
    )
    select m.month::date as month, coalesce(f.came, 0)::bigint as came, coalesce(f.gone, 0)::bigint as gone
      from pg_catalog.generate_series((select min(f.month) from flows f), this_month - interval '1 month', interval '1 month') m (month)
      left join flows f on f.month = m.month::date
     order by m.month
  loop
    first_month := coalesce(first_month, one.month);
    last_month := one.month;
    came := came + one.came;
    gone := gone + one.gone;
    remained := was + came - gone;
    is_told := private.is_told(came) and private.is_told(gone) and private.is_told(remained);
    if is_told then
      return next;
      first_month := null;
      was := remained;
      came := 0;
      gone := 0;
    end if;
  end loop;
  if first_month is not null then
    return next;
  end if;
end
$$;

comment on function private.membership_periods is
  'The finished months (UTC), each with how many members there were, came, left and remained. A month in which any of these is one to four goes together with those that follow, until none is. It begins with the first month there is, whoever asks, so that no two answers can be taken from each other; the last row may not be told yet (is_told).';

select private.note_personal_data('private.membership_spells', 'so that we know how many come and stay',
  'for good; by month and naming nobody once she has deleted her account', 'admins', '{
  "started_at": "When she became a member, or came back.",
  "ended_at": "When that ended.",
  "reason": "Why it ended: asked for, unpaid, or refunded."}');
