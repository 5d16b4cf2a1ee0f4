-- What a Stripe price means, and what follows for whoever pays it.

create function admin.map_price(price_id text, tier public.membership_tier, currency text, unit_amount bigint, recurring_interval text)
returns void
language plpgsql
volatile
set search_path = ''
as $$
declare
  paid record;
begin
  perform pg_catalog.set_config('commons.mapping', map_price.price_id, true);
  insert into public.stripe_prices as p (price_id, purpose, tier, currency, unit_amount, recurring_interval, is_offered)
  values (map_price.price_id, 'dues', map_price.tier, map_price.currency, map_price.unit_amount, map_price.recurring_interval, false)
  on conflict on constraint stripe_prices_pkey do update set purpose = 'dues', tier = excluded.tier;
  perform pg_catalog.set_config('commons.mapping', '', true);
  -- Whoever pays it already has the new tier from now on.
  for paid in
    update public.subscriptions s set purpose = 'dues', tier = map_price.tier
     where s.price_id = map_price.price_id and (s.purpose, s.tier) is distinct from ('dues'::public.price_purpose, map_price.tier)
    returning s.subscription_id, s.customer_id
  loop
    perform private.recompute_subscription(paid.subscription_id, 'map_price', null, private.clock());
    perform private.refresh_membership((select c.member_id from private.stripe_customers c where c.customer_id = paid.customer_id),
      'map_price', null, private.clock());
  end loop;
end
$$;

comment on function admin.map_price is 'Says which tier a Stripe price stands for; whoever pays it already is brought along. It is not offered to new buyers until is_offered is set. Then replay the waiting events.';
