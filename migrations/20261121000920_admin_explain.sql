-- One person, explained: everything behind today's status, in order, in words.

create function admin.member_of(email text)
returns uuid
language plpgsql
stable
set search_path = ''
as $$
declare
  address constant text := private.normalize_email(member_of.email);
  owner constant uuid := (select e.member_id from public.member_emails e where e.email = address);
begin
  if owner is null then
    raise exception using errcode = 'PT404', message = 'Nobody here has this address', detail = 'email',
      hint = case
        when exists (select from auth.users u where pg_catalog.lower(u.email) = address)
          then 'She has a sign-in and did not finish signing up, so there is nothing more to tell.'
        when exists (select from private.stripe_customers c where pg_catalog.lower(c.email) = address)
          then 'Stripe knows it: look for the customer in private.stripe_customers and see whose it is.'
        else 'Look for her name in admin.members; she may use another address. Whoever was deleted is not there any more.' end;
  end if;
  return owner;
end
$$;

comment on function admin.member_of is 'The member who has this address, whichever of her addresses it is. Raises PT404 when nobody has it.';

create function private.why_entitled(sub public.subscriptions)
returns text
language plpgsql
stable
set search_path = ''
as $$
declare
  tier constant text := pg_catalog.replace(sub.tier::text, '_', ' ');
  unpaid public.invoices;
begin
  if private.end_of_utc_day(sub.access_cut_at) = sub.access_until then
    return pg_catalog.format('because her payment was given back or taken back on %s', private.day(sub.access_cut_at));
  elsif sub.status in ('active', 'trialing') then
    return case when sub.access_until = 'infinity'
      then pg_catalog.format('because her %s subscription is %s%s', tier, sub.status, ' and paid through ' || private.day(sub.current_period_end))
      else pg_catalog.format('because she canceled her %s subscription, and what she paid for lasts until then', tier) end;
  elsif sub.status = 'past_due' then
    select i.* into unpaid from public.invoices i
     where i.subscription_id = sub.subscription_id and i.status = 'open' order by i.created_at desc limit 1;
    return pg_catalog.format('because a payment for her %s subscription failed on %s, and %s', tier, private.day(sub.past_due_since),
      case when unpaid.retries_over_at is not null then 'Stripe does not try it again'
           else coalesce('Stripe tries it again on ' || private.day(unpaid.next_payment_attempt), 'she has two weeks of grace') end);
  end if;
  return pg_catalog.format('because her %s subscription ended, and what she paid for lasts until then', tier);
end
$$;

comment on function private.why_entitled is 'The reason for which a subscription gives access today, or gives it no longer than it does.';

create function private.why_ended(sub public.subscriptions)
returns text
language plpgsql
stable
set search_path = ''
as $$
declare
  tier constant text := pg_catalog.replace(sub.tier::text, '_', ' ');
begin
  return case
    when private.end_of_utc_day(sub.access_cut_at) = sub.access_until
      then pg_catalog.format('because her payment was given back or taken back on %s', private.day(sub.access_cut_at))
    when sub.cancellation_reason = 'payment_disputed' then pg_catalog.format('because her bank took the payment for her %s subscription back', tier)
    when sub.past_due_since is not null or sub.cancellation_reason = 'payment_failed'
      then pg_catalog.format('because the payments for her %s subscription failed', tier)
    when sub.status = 'canceled' then pg_catalog.format('because her %s subscription was canceled%s, and what she had paid for is over', tier,
      ' on ' || private.day(sub.canceled_at))
    when sub.status in ('incomplete', 'incomplete_expired') then pg_catalog.format('because the first payment for her %s subscription never succeeded', tier)
    else pg_catalog.format('because her %s subscription is %s', tier, pg_catalog.replace(sub.status::text, '_', ' ')) end;
end
$$;

comment on function private.why_ended is 'The reason for which a subscription gives no access any more.';

create function private.status_in_words(member uuid, at timestamptz)
returns text
language plpgsql
stable
set search_path = ''
as $$
declare
  held public.memberships;
  giver public.subscriptions;
begin
  select m.* into held from public.memberships m where m.member_id = member;
  select s.* into giver
    from public.subscriptions s left join public.tiers t on t.tier = s.tier
   where s.customer_id = any (private.her_customers(member)) and s.purpose = 'dues'
   order by s.access_until desc, t.rank desc, s.as_of desc limit 1;
  if held.access_until > at then
    return pg_catalog.format('Entitled%s, %s.',
      case when held.access_until < 'infinity' then ' through ' || private.day(held.access_until - interval '1 second') else '' end,
      case when giver.subscription_id is null then 'by a membership that no subscription stands behind' else private.why_entitled(giver) end);
  elsif held.member_id is not null then
    return pg_catalog.format('Not entitled%s, %s.', ' since ' || private.day(held.access_until),
      case when giver.subscription_id is null then 'and no subscription stands behind the membership' else private.why_ended(giver) end);
  elsif giver.subscription_id is not null then
    return pg_catalog.format('Not entitled, %s.', private.why_ended(giver));
  end if;
  return 'Not entitled: she never paid dues.';
end
$$;

comment on function private.status_in_words is 'Whether a member is entitled at a moment, through or since when, and why, in one sentence.';

create function private.explain_member(member uuid, at timestamptz)
returns setof private.told
language plpgsql
stable
set search_path = ''
as $$
declare
  former constant text[] := private.former_ids(member);
  events constant text[] := private.her_stripe_events(member);
  waiting constant bigint := (select count(*) from private.stripe_events e
    where e.event_id = any (events) and e.state in ('failed', 'dead', 'quarantined'));
begin
  return query
    select t.* from (
      select * from private.tell_stripe_events(events, former)
      union all select * from private.tell_audit(member, former, events)
      union all select * from private.tell_payments(member)
      union all select * from private.tell_person(member)
      union all select * from private.tell_audience(member)
      union all select * from private.tell_mails(member)
      union all select * from private.tell_slack(member)
      union all select * from private.tell_events(member)
      union all select * from private.tell_agents(member)
      union all select * from private.tell_jobs(member, events)
    ) t order by t.at nulls first, t.place, t.nth, t.reference;
  return query
    select at, 9, 0::bigint, private.status_in_words(member, at) || case waiting when 0 then ''
             when 1 then ' One Stripe event of hers waits to be applied.'
             else pg_catalog.format(' %s Stripe events of hers wait to be applied.', waiting) end,
           'Now'::text, (select m.subscription_id from public.memberships m where m.member_id = member);
end
$$;

comment on function private.explain_member is 'The story of one member up to a moment, with her status then as the last line.';

create function admin.explain_member(email text)
returns table (at timestamptz, what text, source text, reference text)
language sql
stable
set search_path = ''
as $$
  select t.at, t.what, t.source, t.reference
    from private.explain_member(admin.member_of(email), private.clock()) with ordinality as t (at, place, nth, what, source, reference, line)
   order by t.line
$$;

comment on function admin.explain_member is
  'Everything behind somebody''s status, in order, in words; the last line is her status now and why. email: any of her addresses. Raises PT404 with a remedy.';
