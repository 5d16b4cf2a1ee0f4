-- What the member's own pages show of her membership, in one answer each.

create function private.membership_card(member uuid, at timestamptz)
returns jsonb
language plpgsql
stable
set search_path = ''
as $$
begin
  return pg_catalog.jsonb_build_object(
    'entitled', private.is_entitled(member, at),
    'membership', (
      select pg_catalog.jsonb_build_object('tier', s.tier, 'tier_name', t.name, 'status', s.status,
        'current_period_end', s.current_period_end, 'cancel_at_period_end', s.cancel_at_period_end,
        'access_until', s.access_until, 'member_since', s.member_since)
        from public.memberships s join public.tiers t on t.tier = s.tier
       where s.member_id = member),
    'dues', (
      select pg_catalog.jsonb_build_object('unit_amount', u.unit_amount, 'currency', u.currency, 'interval', p.recurring_interval)
        from public.memberships s
        join public.subscriptions u on u.subscription_id = s.subscription_id
        left join public.stripe_prices p on p.price_id = u.price_id
       where s.member_id = member and u.status in ('active', 'trialing', 'past_due')),
    'notice', (
      select pg_catalog.jsonb_build_object('kind', n.kind, 'created_at', n.created_at)
        from public.membership_notices n
       where n.member_id = member and n.resolved_at is null
       order by n.created_at desc, n.id desc limit 1));
end
$$;

comment on function private.membership_card is 'What somebody has, what it costs, and what is wrong with the last payment if anything is.';

create function private.receipts(member uuid, size integer)
returns jsonb
language plpgsql
stable
set search_path = ''
as $$
begin
  return coalesce((
    select pg_catalog.jsonb_agg(pg_catalog.jsonb_build_object('invoice_id', r.invoice_id, 'amount_paid', r.amount_paid,
             'currency', r.currency, 'created_at', r.created_at, 'paid_at', r.paid_at, 'url', r.hosted_invoice_url, 'pdf', r.invoice_pdf)
             order by r.created_at desc, r.invoice_id)
      from (select i.* from private.stripe_customers c
              join public.invoices i on i.customer_id = c.customer_id
             where c.member_id = member and i.amount_paid > 0
             order by i.created_at desc, i.invoice_id limit size) r), '[]');
end
$$;

comment on function private.receipts is 'A member''s paid invoices, newest first. Amounts in the smallest unit.';

create function private.my_membership(caller uuid, at timestamptz)
returns jsonb
language plpgsql
stable
security definer
set search_path = ''
as $$
declare
  mine public.members;
begin
  select m.* into mine from public.members m where m.user_id = caller;
  if mine.id is null then
    return null;
  end if;
  return private.membership_card(mine.id, at) || pg_catalog.jsonb_build_object(
    'member', (select pg_catalog.jsonb_build_object('id', mine.id, 'name', p.name, 'role', mine.role)
                 from public.profiles p where p.member_id = mine.id),
    'email', (select e.email from public.member_emails e where e.member_id = mine.id and e.is_primary),
    'receipts', private.receipts(mine.id, 24),
    'slack', private.my_slack(mine.id, at),
    'donations', coalesce((
      select pg_catalog.jsonb_agg(pg_catalog.jsonb_build_object('id', d.id, 'amount', d.amount, 'amount_refunded', d.amount_refunded,
               'currency', d.currency, 'donated_at', d.donated_at, 'status', d.status, 'is_monthly', d.subscription_id is not null)
               order by d.donated_at desc, d.id)
        from (select g.* from public.donations g where g.member_id = mine.id order by g.donated_at desc, g.id limit 24) d), '[]'),
    'monthly_gift', exists (
      select from private.stripe_customers c join public.subscriptions u on u.customer_id = c.customer_id
       where c.member_id = mine.id and u.purpose = 'donation' and u.status in ('active', 'trialing', 'past_due')),
    'tiers', (
      select pg_catalog.jsonb_agg(pg_catalog.jsonb_build_object('tier', t.tier, 'name', t.name, 'description', t.description,
               'price', case when p.price_id is not null then pg_catalog.jsonb_build_object(
                 'amount', p.unit_amount, 'currency', p.currency, 'interval', p.recurring_interval) end) order by t.rank)
        from public.tiers t
        left join public.stripe_prices p on p.tier = t.tier and p.purpose = 'dues' and p.is_offered
          and p.currency = coalesce((
            select u.currency from public.memberships s join public.subscriptions u on u.subscription_id = s.subscription_id
             where s.member_id = mine.id), 'usd')));
end
$$;

comment on function private.my_membership is 'Everything that the membership page shows; null for who is no member.';

create function public.my_membership()
returns jsonb
language sql
stable
set search_path = ''
as $$ select private.my_membership(auth.uid(), private.clock()) $$;

comment on function public.my_membership is 'One''s own membership, dues, notice, receipts, gifts and the tiers to change to, in one answer. Null for who is no member yet.';
