-- Who is entitled: the one definition, and how a membership follows its subscriptions.

create function private.access_until(
  status public.subscription_status,
  current_period_end timestamptz,
  cancel_at timestamptz,            -- when Stripe will cancel, or null
  ended_at timestamptz,
  cancellation_reason text,
  past_due_since timestamptz,
  next_payment_attempt timestamptz, -- of the unpaid invoice
  retries_over_at timestamptz,      -- of the unpaid invoice
  access_cut_at timestamptz
)
returns timestamptz
language plpgsql
immutable
set search_path = ''
as $$
begin
  return least(
    case
      when status in ('active', 'trialing') then coalesce(private.end_of_utc_day(cancel_at), 'infinity')
      when status = 'past_due' then case
        when retries_over_at is not null then private.end_of_utc_day(retries_over_at)
        -- A day on top, because the event that says what came of the attempt may be late.
        when next_payment_attempt is not null then private.end_of_utc_day(next_payment_attempt) + interval '1 day'
        else private.end_of_utc_day(past_due_since) + interval '14 days'
      end
      when status = 'canceled' then case
        when past_due_since is not null or cancellation_reason in ('payment_failed', 'payment_disputed')
          then private.end_of_utc_day(ended_at)
        else private.end_of_utc_day(greatest(ended_at, current_period_end))
      end
      else '-infinity'::timestamptz
    end,
    private.end_of_utc_day(access_cut_at)
  );
end
$$;

comment on function private.access_until is
  'Until when one subscription gives access. Active and trialing: no end, or the day Stripe will cancel. Past due: while Stripe retries. Canceled: through the day the paid period ends. A refund or dispute may cut it short.';

create function private.is_entitled(member uuid, at timestamptz)
returns boolean
language plpgsql
stable
security definer
set search_path = ''
as $$
begin
  return exists (select from public.memberships m where m.member_id = member and m.access_until > at);
end
$$;

comment on function private.is_entitled(uuid, timestamptz) is
  'Whether this person counts as a member at this moment. The one definition: directory, resources, Luma, Slack, Mailchimp and agents all ask here.';

create function private.is_entitled()
returns boolean
language plpgsql
stable
security definer
set search_path = ''
as $$
begin
  return private.is_entitled(private.my_member_id(), private.clock());
end
$$;

comment on function private.is_entitled() is 'Whether who is signed in is entitled now. For policies: call it as (select private.is_entitled()).';

create function public.is_entitled()
returns boolean
language sql
stable
set search_path = ''
as $$ select private.is_entitled() $$;

comment on function public.is_entitled() is 'Whether who is signed in counts as a member at this moment.';

create function private.note_access(member uuid, until timestamptz)
returns void
language sql
volatile
set search_path = ''
as $$
  update public.profiles p set access_until = until where p.member_id = member and p.access_until is distinct from until
$$;

comment on function private.note_access is 'Keeps the profile''s copy of access_until. Called by the memberships room only.';

create function private.refresh_membership(member uuid, actor text, correlation_id text, at timestamptz)
returns void
language plpgsql
volatile
set search_path = ''
as $$
declare
  held public.memberships;
  best public.subscriptions;
  until timestamptz;
  tags_changed boolean;
begin
  if member is null then
    return;
  end if;
  -- Two customers of one person may change at the same moment, before there is a membership to lock.
  perform from public.members m where m.id = member for no key update;
  select m.* into held from public.memberships m where m.member_id = member for update;

  select s.* into best
    from private.stripe_customers c
    join public.subscriptions s on s.customer_id = c.customer_id and s.purpose = 'dues'
    join public.tiers t on t.tier = s.tier
   where c.member_id = member
   order by s.access_until > at desc, case when s.access_until > at then t.rank end desc, s.access_until desc, s.as_of desc
   limit 1;
  select max(s.access_until) into until
    from private.stripe_customers c
    join public.subscriptions s on s.customer_id = c.customer_id and s.purpose = 'dues'
   where c.member_id = member;

  if best.subscription_id is null or (held.member_id is null and until <= at) then
    return;  -- nothing was ever paid for
  end if;
  if (held.subscription_id, held.tier, held.status, held.current_period_end, held.cancel_at_period_end, held.access_until)
     is not distinct from
     (best.subscription_id, best.tier, best.status, best.current_period_end, best.cancel_at is not null, until)
     and (held.ended_at is null) = (until > at) then
    return;
  end if;

  insert into public.memberships as m (
    member_id, subscription_id, tier, status, current_period_end, cancel_at_period_end, access_until, member_since
  ) values (
    member, best.subscription_id, best.tier, best.status, best.current_period_end, best.cancel_at is not null, until, at
  )
  on conflict (member_id) do update set
    subscription_id = excluded.subscription_id, tier = excluded.tier, status = excluded.status,
    current_period_end = excluded.current_period_end, cancel_at_period_end = excluded.cancel_at_period_end,
    access_until = excluded.access_until,
    ended_at = case when excluded.access_until > at then null else m.ended_at end;

  if held.access_until is distinct from until then
    perform private.note_access(member, until);
  end if;
  perform private.audit('stripe', actor,
    case when held.member_id is null then 'memberships.started'
         when held.ended_at is not null and until > at then 'memberships.returned'
         else 'memberships.changed' end,
    'member', member::text,
    case when held.member_id is not null then pg_catalog.jsonb_build_object(
      'status', held.status, 'tier', held.tier, 'access_until', held.access_until) end,
    pg_catalog.jsonb_build_object('status', best.status, 'tier', best.tier, 'access_until', until),
    null, correlation_id);

  if held.ended_at is null and until <= at then
    perform private.end_membership(member, correlation_id, at);
    return;
  end if;
  tags_changed := held.member_id is null or held.tier <> best.tier or held.ended_at is not null;
  if tags_changed and until > at then
    perform private.audience_changed(member, correlation_id);
  end if;
end
$$;

comment on function private.refresh_membership is
  'Computes a member''s membership anew from her dues subscriptions: access is the longest of them, tier and status are those of the best one that gives access now, else of the last that did.';

create function private.end_membership(member uuid, correlation_id text, at timestamptz)
returns void
language plpgsql
volatile
set search_path = ''
as $$
begin
  update public.memberships m set ended_at = at
   where m.member_id = member and m.ended_at is null and m.access_until <= at;
  if found then
    perform private.audit('schedule', 'end_memberships', 'memberships.ended', 'member', member::text,
      null, null, null, correlation_id);
    perform private.audience_changed(member, correlation_id);
  end if;
end
$$;

comment on function private.end_membership is 'Carries out the end of access: audit and Mailchimp tags. The gate itself closed by comparison with now.';

create function private.end_memberships(at timestamptz, most integer default 1000)
returns integer
language plpgsql
volatile
set search_path = ''
as $$
declare
  due record;
  ended integer := 0;
begin
  for due in
    select m.member_id from public.memberships m
     where m.ended_at is null and m.access_until <= at
     order by m.access_until limit most
       for update skip locked
  loop
    perform private.end_membership(due.member_id, 'end-' || due.member_id::text, at);
    ended := ended + 1;
  end loop;
  perform jobs.beat('memberships.end');
  return ended;
end
$$;

comment on function private.end_memberships is 'Ends every membership whose last day is over. pg_cron calls it each minute; running it twice changes nothing.';

create function private.warn_before_grace_ends(at timestamptz)
returns integer
language plpgsql
volatile
set search_path = ''
as $$
declare
  late record;
  warned integer := 0;
begin
  for late in
    select c.member_id, i.invoice_id
      from public.subscriptions s
      join private.stripe_customers c on c.customer_id = s.customer_id
      join public.memberships m on m.member_id = c.member_id
      join lateral (
        select i.invoice_id from public.invoices i
         where i.subscription_id = s.subscription_id and i.status = 'open'
         order by i.created_at desc limit 1
      ) i on true
     where s.status = 'past_due' and s.purpose = 'dues'
       and m.access_until > at and m.access_until <= at + interval '3 days'
       -- The grace moves on with each attempt of Stripe's; in the first days its end is not near, whatever it says.
       and s.past_due_since <= at - interval '3 days'
  loop
    if private.open_notice(late.member_id, 'grace_ending', late.invoice_id, null) then
      warned := warned + 1;
    end if;
  end loop;
  perform jobs.beat('memberships.warn');
  return warned;
end
$$;

comment on function private.warn_before_grace_ends is 'Warns each member who has been past due for three days and whose grace ends within three more, once an invoice. pg_cron calls it each hour.';

select cron.schedule('memberships.end', '* * * * *', 'select private.end_memberships(private.clock())');
select cron.schedule('memberships.warn', '7 * * * *', 'select private.warn_before_grace_ends(private.clock())');

create function private.my_customer_ids()
returns setof text
language sql
stable
security definer
set search_path = ''
as $$
  select c.customer_id from private.stripe_customers c
   where c.member_id = private.my_member_id()
$$;

comment on function private.my_customer_ids() is 'The Stripe customers of who is signed in. For policies: call it as (select private.my_customer_ids()).';
