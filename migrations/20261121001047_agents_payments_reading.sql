-- What agents read of payments: never a link of Stripe's, and people by number and name only.

create function private.arg_month(args jsonb, field text, is_required boolean default false)
returns timestamptz
language plpgsql
stable
set search_path = ''
as $$
declare
  remedy constant text := 'Write it like 2026-11.';
  said constant text := private.arg_text(args, field, 40, is_required, remedy);
begin
  if said !~ '^20\d\d-(0[1-9]|1[0-2])$' then
    perform private.refuse_field(field, pg_catalog.format('%s is not a month', field), remedy);
  end if;
  return (said || '-01')::timestamp at time zone 'UTC';
end
$$;

comment on function private.arg_month is 'The beginning (UTC) of a month such as 2026-11, or null when it is not there. Raises PT422.';

create function private.arg_begun_month(args jsonb, field text, at timestamptz, is_required boolean default false)
returns timestamptz
language plpgsql
stable
set search_path = ''
as $$
declare
  begins constant timestamptz := private.arg_month(args, field, is_required);
begin
  if begins > at then
    perform private.refuse_field(field, 'This month has not begun', 'Ask for one that has.');
  end if;
  return begins;
end
$$;

comment on function private.arg_begun_month is 'The beginning (UTC) of a month that has begun, or null when it is not there. Raises PT422.';

create function private.stale_page()
returns void
language plpgsql
stable
set search_path = ''
as $$
begin
  perform private.refuse_field('after', 'after is not from a page of this list', 'Send next as the page before gave it, or leave it out.');
end
$$;

comment on function private.stale_page is 'Raises PT422 for a cursor that is none.';

create function private.told_member(member uuid)
returns jsonb
language plpgsql
stable
set search_path = ''
as $$
begin
  return case when member is not null then pg_catalog.jsonb_build_object('id', member,
    'name', private.said((select p.name from public.profiles p where p.member_id = member))) end;
end
$$;

comment on function private.told_member is 'A member as agents are told of her: her number, and her name as text that people wrote. Null for nobody.';

create function private.require_member(member uuid)
returns void
language plpgsql
stable
set search_path = ''
as $$
begin
  if member is not null and not exists (select from public.members m where m.id = member) then
    raise exception using errcode = 'PT404', message = 'There is no such member', detail = 'member', hint = 'Find her with members.list.';
  end if;
end
$$;

comment on function private.require_member is 'Raises PT404 for a member who is not there.';

create function private.agent_list_invoices(call private.agent_call, args jsonb)
returns jsonb
language plpgsql
stable
set search_path = ''
as $$
declare
  member constant uuid := private.arg_uuid(args, 'member');
  month constant timestamptz := private.arg_begun_month(args, 'month', call.at);
  wanted constant public.invoice_status := private.arg_choice(args, 'status', pg_catalog.enum_range(null::public.invoice_status)::text[])::public.invoice_status;
  size constant integer := private.arg_integer(args, 'limit', 1, 100, 25);
  last_id constant text := private.arg_text(args, 'after', 200);
  -- Asked for separately, so that each is answered from an index of its own.
  from_at constant timestamptz := coalesce(month, '-infinity');
  until_at timestamptz := coalesce(month + interval '1 month', 'infinity');
  last_row public.invoices;
  ids text[];
begin
  perform private.require_member(member);
  if last_id is not null then
    select i.* into last_row from public.invoices i where i.invoice_id = last_id;
    if last_row.invoice_id is null then
      perform private.stale_page();
    end if;
  end if;
  if member is not null then
    ids := array(select i.invoice_id from private.stripe_customers c join public.invoices i on i.customer_id = c.customer_id
      where c.member_id = member and i.created_at >= from_at and i.created_at < until_at and (wanted is null or i.status = wanted)
        and (last_id is null or (i.created_at, i.invoice_id) < (last_row.created_at, last_row.invoice_id))
      order by i.created_at desc, i.invoice_id desc limit size + 1);
  elsif wanted is null or wanted = 'paid' then
    ids := array(select i.invoice_id from public.invoices i
      where i.created_at >= from_at and i.created_at < until_at and (wanted is null or i.status = wanted)
        and (i.created_at, i.invoice_id) < (coalesce(last_row.created_at, 'infinity'), coalesce(last_row.invoice_id, ''))
      order by i.created_at desc, i.invoice_id desc limit size + 1);
  else
    ids := array(select i.invoice_id from public.invoices i
      where i.status <> 'paid' and i.status = wanted and i.created_at >= from_at and i.created_at < until_at
        and (i.created_at, i.invoice_id) < (coalesce(last_row.created_at, 'infinity'), coalesce(last_row.invoice_id, ''))
      order by i.created_at desc, i.invoice_id desc limit size + 1);
  end if;
  return private.page_of(ids, size, (
    select pg_catalog.jsonb_agg(pg_catalog.jsonb_build_object('invoice', i.invoice_id, 'for', paid.purpose,
             'member', private.told_member(c.member_id), 'subscription', i.subscription_id, 'status', i.status, 'amount_due', i.amount_due,
             'amount_paid', i.amount_paid, 'amount_refunded', paid.given, 'currency', i.currency,
             'attempts', i.attempt_count, 'next_try', i.next_payment_attempt, 'created_at', i.created_at, 'paid_at', i.paid_at) order by e.place)
      from pg_catalog.unnest(ids[:size]) with ordinality e (id, place)
      join public.invoices i on i.invoice_id = e.id join private.stripe_customers c on c.customer_id = i.customer_id
     cross join lateral private.find_payment(i.invoice_id) paid));
end
$$;

comment on function private.agent_list_invoices is 'payments.invoices: of a member, of a month, of a status, or all; the newest first. No links to pages or files at Stripe.';

create function private.page_of(ids text[], size integer, rows jsonb)
returns jsonb
language plpgsql
immutable
set search_path = ''
as $$
declare
  data constant jsonb := coalesce(rows, '[]');
begin
  return pg_catalog.jsonb_build_object('data', data, 'rows', pg_catalog.jsonb_array_length(data))
    || case when pg_catalog.cardinality(ids) > size then pg_catalog.jsonb_build_object('next', ids[size]) else '{}' end;
end
$$;

comment on function private.page_of is 'A page as operations answer it: its rows, how many people they are about, and where to go on when one more was found.';

create function private.refunds_of(member uuid)
returns setof private.refunds
language sql
stable
set search_path = ''
as $$
  select r.* from private.refunds r
   where r.charge_id in (select c.charge_id from private.stripe_customers s join private.charges c on c.customer_id = s.customer_id where s.member_id = member)
      or r.payment_intent_id in (select d.payment_intent_id from public.donations d where d.member_id = member)
$$;

comment on function private.refunds_of is 'What was given back to a member: of her customers'' charges, and of her gifts.';

create function private.agent_list_refunds(call private.agent_call, args jsonb)
returns jsonb
language plpgsql
stable
set search_path = ''
as $$
declare
  member constant uuid := private.arg_uuid(args, 'member');
  month constant timestamptz := private.arg_begun_month(args, 'month', call.at);
  size constant integer := private.arg_integer(args, 'limit', 1, 100, 25);
  last_id constant text := private.arg_text(args, 'after', 200);
  from_at constant timestamptz := coalesce(month, '-infinity');
  until_at constant timestamptz := coalesce(month + interval '1 month', 'infinity');
  last_row private.refunds;
  ids text[];
begin
  perform private.require_member(member);
  if last_id is not null then
    select r.* into last_row from private.refunds r where r.refund_id = last_id;
    if last_row.refund_id is null then
      perform private.stale_page();
    end if;
  end if;
  if member is not null then
    ids := array(select r.refund_id from private.refunds_of(member) r
      where r.created_at >= from_at and r.created_at < until_at
        and (r.created_at, r.refund_id) < (coalesce(last_row.created_at, 'infinity'), coalesce(last_row.refund_id, ''))
      order by r.created_at desc, r.refund_id desc limit size + 1);
  else
    ids := array(select r.refund_id from private.refunds r
      where r.created_at >= from_at and r.created_at < until_at
        and (r.created_at, r.refund_id) < (coalesce(last_row.created_at, 'infinity'), coalesce(last_row.refund_id, ''))
      order by r.created_at desc, r.refund_id desc limit size + 1);
  end if;
  return private.page_of(ids, size, (
    select pg_catalog.jsonb_agg(pg_catalog.jsonb_build_object('refund', r.refund_id, 'payment', coalesce(c.invoice_id, d.id::text),
             'member', private.told_member(coalesce(s.member_id, d.member_id)), 'amount', r.amount, 'currency', r.currency, 'status', r.status,
             'reason', r.reason, 'failure_reason', r.failure_reason, 'proposal', r.proposal_id, 'created_at', r.created_at) order by e.place)
      from pg_catalog.unnest(ids[:size]) with ordinality e (id, place)
      join private.refunds r on r.refund_id = e.id
      left join private.charges c on c.charge_id = r.charge_id
      left join private.stripe_customers s on s.customer_id = c.customer_id
      left join public.donations d on d.payment_intent_id = r.payment_intent_id));
end
$$;

comment on function private.agent_list_refunds is 'payments.refunds: of a member, of a month, or all, whoever gave them; the newest first.';

create function private.agent_list_failed_payments(call private.agent_call, args jsonb)
returns jsonb
language plpgsql
stable
set search_path = ''
as $$
declare
  size constant integer := private.arg_integer(args, 'limit', 1, 100, 25);
  -- Since when and which: the last of a page may have paid before the next is asked for.
  last_one constant text[] := pg_catalog.string_to_array(private.arg_text(args, 'after', 200), '~');
  ids text[];
begin
  if last_one is not null and (pg_catalog.cardinality(last_one) <> 2 or last_one[1] !~ '^[0-9]{1,12}(\.[0-9]{1,6})?$') then
    perform private.stale_page();
  end if;
  ids := array(select pg_catalog.format('%s~%s', extract(epoch from s.past_due_since), s.subscription_id) from public.subscriptions s
    where s.status = 'past_due' and s.purpose = 'dues'
      and (s.past_due_since, s.subscription_id) > (coalesce(pg_catalog.to_timestamp(last_one[1]::double precision), '-infinity'), coalesce(last_one[2], ''))
    order by s.past_due_since, s.subscription_id limit size + 1);
  return private.page_of(ids, size, (
    select pg_catalog.jsonb_agg(pg_catalog.jsonb_build_object('member', private.told_member(c.member_id), 'subscription', s.subscription_id,
             'tier', s.tier, 'invoice', i.invoice_id, 'amount_due', i.amount_due, 'currency', s.currency, 'since', s.past_due_since,
             'days', greatest(0, pg_catalog.floor(extract(epoch from call.at - s.past_due_since) / 86400)),
             'attempts', i.attempt_count, 'next_try', i.next_payment_attempt, 'retries_over_at', i.retries_over_at,
             'access_until', private.end_known(s.access_until)) order by e.place)
      from pg_catalog.unnest(ids[:size]) with ordinality e (id, place)
      join public.subscriptions s on s.subscription_id = pg_catalog.split_part(e.id, '~', 2)
      join private.stripe_customers c on c.customer_id = s.customer_id
      left join lateral (select i.* from public.invoices i where i.subscription_id = s.subscription_id and i.status = 'open'
                          order by i.created_at desc limit 1) i on true));
end
$$;

comment on function private.agent_list_failed_payments is 'payments.failed: dues that are unpaid now, the longest first. It carries no link to mend a card: members.send_card_link sends one to the member.';
