-- Written by `npm run policies` from policies/*.sql. Edit those.

-- policies/audience.sql

-- Room: audience. Who may do what.
--
-- Everything of this room lives in private: nobody reaches it through the Data API. Admins see
-- admin.parked_contacts in Studio; the room's function works as the database's owner.

revoke all on private.audience_contacts, private.audience_retired, private.audience_batches, private.mailchimp_events,
  private.audience_drift from anon, authenticated, service_role, agent;


-- policies/jobs.sql

-- Room: jobs. Who may what:
--
--   who                    | queues, kinds, delayed, attempts, dead, keys, effects | jobs.* functions | admin.jobs, admin.*
--   visitor (anon)         | nothing                                               | nothing          | nothing
--   member (authenticated) | nothing                                               | nothing          | nothing
--   agent                  | nothing                                               | nothing          | nothing
--   service_role           | nothing                                               | nothing          | nothing
--   postgres (the worker through its database address, other rooms' functions, an admin in Studio) | everything
--
-- The tables have row level security and no policy, so even a grant given by mistake would show no row.
-- Nothing of this room is served: a queue that the Data API could write would be a way to command our workers.

revoke all on schema jobs, admin from public, anon, authenticated, agent, service_role;
revoke all on all tables in schema jobs from public, anon, authenticated, agent, service_role;
revoke all on all sequences in schema jobs from public, anon, authenticated, agent, service_role;
revoke all on all functions in schema jobs from public, anon, authenticated, agent, service_role;
revoke all on admin.jobs from public, anon, authenticated, agent, service_role;
revoke all on function
  admin.replay_job(bigint),
  admin.replay_dead_jobs(text, text),
  admin.abandon_job(bigint, text),
  admin.pause_queue(text, text),
  admin.resume_queue(text)
from public, anon, authenticated, agent, service_role;


-- policies/members.sql

-- Room: members. Who may do what.
--
--                     visitor   signed-in person             entitled member                agent
--   members           -         her own row                  -                              -
--   profiles          -         her own; edits her texts     everybody visible + entitled   -
--   member_contacts   -         her own; edits her phone     -                              -
--   member_emails     -         her own                      -                              -
--   consents          -         her own; adds by set_consent  -                             -
--   sign_up, claim_payment, directory: signed-in people. directory() answers entitled members only.

revoke all on public.members, public.profiles, public.member_contacts, public.member_emails, public.consents
  from anon, authenticated, service_role, agent;

grant select on public.members to authenticated;
drop policy if exists select_self on public.members;
create policy select_self on public.members
  for select to authenticated
  using (id = (select private.my_member_id()));

grant select (member_id, name, headline, bio, location, linkedin_url, image_url, is_visible, visibility_asked_at, updated_at)
  on public.profiles to authenticated;
grant update (name, headline, bio, location, linkedin_url, image_url, is_visible) on public.profiles to authenticated;
drop policy if exists select_member on public.profiles;
create policy select_member on public.profiles
  for select to authenticated
  using (
    member_id = (select private.my_member_id())
    or (is_visible and access_until > (select private.clock()) and (select private.is_entitled()))
  );
drop policy if exists update_self on public.profiles;
create policy update_self on public.profiles
  for update to authenticated
  using (member_id = (select private.my_member_id()))
  with check (member_id = (select private.my_member_id()));

grant select on public.member_contacts to authenticated;
grant update (phone) on public.member_contacts to authenticated;
drop policy if exists select_self on public.member_contacts;
create policy select_self on public.member_contacts
  for select to authenticated
  using (member_id = (select private.my_member_id()));
drop policy if exists update_self on public.member_contacts;
create policy update_self on public.member_contacts
  for update to authenticated
  using (member_id = (select private.my_member_id()))
  with check (member_id = (select private.my_member_id()));

grant select on public.member_emails to authenticated;
drop policy if exists select_self on public.member_emails;
create policy select_self on public.member_emails
  for select to authenticated
  using (member_id = (select private.my_member_id()));

grant select on public.consents to authenticated;
drop policy if exists select_self on public.consents;
create policy select_self on public.consents
  for select to authenticated
  using (member_id = (select private.my_member_id()));

-- Functions that policies and served functions call.
grant execute on function private.clock() to anon, authenticated, agent, service_role;
grant execute on function private.my_member_id() to authenticated;
-- The profile's generated columns are computed with the rights of who writes it.
grant execute on function private.fold(text) to authenticated;

grant execute on function private.sign_up(uuid, text, boolean, timestamptz) to authenticated;
grant execute on function public.sign_up(text, boolean) to authenticated;
grant execute on function private.claim_payment(uuid, text, timestamptz) to authenticated;
grant execute on function public.claim_payment(text) to authenticated;
grant execute on function private.set_consent(uuid, public.consent_channel, boolean, timestamptz) to authenticated;
grant execute on function public.set_consent(public.consent_channel, boolean) to authenticated;
grant execute on function private.directory(uuid, text, text, text, uuid, integer, timestamptz) to authenticated;
grant execute on function public.directory(text, text, text, uuid, integer) to authenticated;

-- Supabase Auth runs the trigger that links a proved address.
grant execute on function private.on_auth_user_confirmed() to supabase_auth_admin;
grant usage on schema private to supabase_auth_admin;


-- policies/memberships.sql

-- Room: memberships. Who may do what.
--
--                        visitor    signed-in person    agent
--   tiers                reads      reads               -
--   stripe_prices        offers     offers              -
--   memberships          -          her own             -
--   subscriptions        -          her own             -
--   invoices             -          her own             -
--   donations            -          her own             -
--   membership_notices   -          her own             -
--
-- Nobody writes here through the Data API: Stripe's events do.

revoke all on public.tiers, public.stripe_prices, public.memberships, public.subscriptions, public.invoices,
  public.donations, public.membership_notices from anon, authenticated, service_role, agent;

grant select on public.tiers to anon, authenticated;
drop policy if exists select_everybody on public.tiers;
create policy select_everybody on public.tiers for select to anon, authenticated using (true);

grant select (tier, purpose, currency, unit_amount, recurring_interval, is_offered) on public.stripe_prices to anon, authenticated;
drop policy if exists select_offers on public.stripe_prices;
create policy select_offers on public.stripe_prices for select to anon, authenticated using (is_offered);

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


-- policies/operations.sql

-- Room: operations. Who may do what.
--
-- The audit log and the rate limits live in private and are written by functions only. Not even the
-- service role changes a row of the audit log: it has no privilege, and a trigger refuses.

revoke all on private.audit_log, private.rate_limits from anon, authenticated, service_role, agent;
