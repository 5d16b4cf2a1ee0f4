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
