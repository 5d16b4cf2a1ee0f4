-- Which price a member moves to when she changes her tier. Stripe's page asks her to confirm it.

create function private.tier_change(caller uuid, wished public.membership_tier, at timestamptz)
returns table (subscription_id text, price_id text)
language plpgsql
stable
set search_path = ''
as $$
declare
  held public.subscriptions;
  price text;
begin
  select s.* into held
    from public.members m
    join public.memberships mine on mine.member_id = m.id and mine.access_until > at
    join public.subscriptions s on s.subscription_id = mine.subscription_id
   where m.user_id = caller and s.status in ('active', 'trialing', 'past_due');
  if held.subscription_id is null then
    raise exception using errcode = 'PT409', message = 'There is no membership to change', detail = 'flow', hint = 'Join first.';
  end if;
  if held.status = 'past_due' then
    raise exception using errcode = 'PT409', message = 'Your last payment is still open', detail = 'tier',
      hint = 'Mend your card first, then change your tier.';
  end if;
  if held.cancel_at is not null then
    raise exception using errcode = 'PT409', message = 'Your membership is about to end', detail = 'tier',
      hint = 'Keep it first, then change your tier.';
  end if;
  select p.price_id into price
    from public.stripe_prices p
   where p.tier = wished and p.purpose = 'dues' and p.is_offered and p.currency = held.currency;
  if price is null then
    raise exception using errcode = 'PT409', message = 'This tier is not on offer', detail = 'tier', hint = 'Choose another one.';
  end if;
  if price = held.price_id then
    raise exception using errcode = 'PT409', message = 'This is your tier already', detail = 'tier', hint = 'Choose another one.';
  end if;
  return query select held.subscription_id, price;
end
$$;

comment on function private.tier_change is
  'The caller''s own running subscription and the price of the tier that she wishes to have, in the currency that she pays in. Raises PT409 when there is nothing to change.';
