-- Room: memberships. Who may do what.
--
--                        visitor    signed-in person    agent
--   tiers                reads      reads               payments:read
--   stripe_prices        offers     offers              payments:read: offers
--   memberships          -          her own             -
--   subscriptions        -          her own             -
--   invoices             -          her own             -
--   donations            -          her own             -
--   membership_notices   -          her own             -
--
--   membership_spells    -          -                   -
--
-- Nobody writes here through the Data API: Stripe's events do.

revoke all on public.tiers, public.stripe_prices, public.memberships, public.subscriptions, public.invoices,
  public.donations, public.membership_notices, private.membership_spells from anon, authenticated, service_role, agent;

grant select on public.tiers to anon, authenticated, agent;
drop policy if exists select_everybody on public.tiers;
create policy select_everybody on public.tiers for select to anon, authenticated using (true);
drop policy if exists select_agent on public.tiers;
create policy select_agent on public.tiers for select to agent using ((select private.agent_may('payments:read')));

grant select (tier, purpose, currency, unit_amount, recurring_interval, is_offered) on public.stripe_prices to anon, authenticated, agent;
drop policy if exists select_offers on public.stripe_prices;
create policy select_offers on public.stripe_prices for select to anon, authenticated using (is_offered);
drop policy if exists select_agent on public.stripe_prices;
create policy select_agent on public.stripe_prices for select to agent using (is_offered and (select private.agent_may('payments:read')));

grant select (member_id, tier, status, current_period_end, cancel_at_period_end, access_until, member_since, ended_at)
  on public.memberships to authenticated;
drop policy if exists select_self on public.memberships;
create policy select_self on public.memberships
  for select to authenticated
  using (member_id = (select private.my_member_id()));

grant select (subscription_id, purpose, tier, unit_amount, currency, status, current_period_start, current_period_end,
  cancel_at_period_end, cancel_at, canceled_at, ended_at, trial_end) on public.subscriptions to authenticated;
drop policy if exists select_self on public.subscriptions;
create policy select_self on public.subscriptions
  for select to authenticated
  using (customer_id in (select private.my_customer_ids()));

grant select (invoice_id, subscription_id, status, amount_due, amount_paid, currency, period_end,
  next_payment_attempt, hosted_invoice_url, invoice_pdf, created_at, paid_at) on public.invoices to authenticated;
drop policy if exists select_self on public.invoices;
create policy select_self on public.invoices
  for select to authenticated
  using (customer_id in (select private.my_customer_ids()));

grant select (id, member_id, amount, amount_refunded, currency, status, note, in_honour_of, donated_at)
  on public.donations to authenticated;
drop policy if exists select_self on public.donations;
create policy select_self on public.donations
  for select to authenticated
  using (member_id = (select private.my_member_id()));

grant select on public.membership_notices to authenticated;
drop policy if exists select_self on public.membership_notices;
create policy select_self on public.membership_notices
  for select to authenticated
  using (member_id = (select private.my_member_id()));

grant execute on function private.is_entitled() to authenticated;
grant execute on function public.is_entitled() to authenticated;
grant execute on function private.my_customer_ids() to authenticated;

grant execute on function private.my_membership(uuid, timestamptz) to authenticated;
grant execute on function public.my_membership() to authenticated;
