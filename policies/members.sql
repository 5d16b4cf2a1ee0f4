-- Room: members. Who may do what.
--
--                     visitor   signed-in person                                   agent
--   members           -         her own row                                        -
--   profiles          -         her own; edits her texts and who sees them         -
--   member_contacts   -         her own; edits her phone                           -
--   member_emails     -         her own                                            -
--   consents          -         her own; adds by set_consent                       -
--   topics            reads     reads                                              content:read
--   bucket pictures   -         her folder; an entitled member also the picture    -
--                               of whom she may see with it
--   sign_up, claim_payment, my_profile, preview_profile, remove_picture, home: signed-in people, about themselves.
--   directory, directory_places, member_page: answer entitled members only, with the fields that each person shows.

revoke all on public.topics, public.members, public.profiles, public.member_contacts, public.member_emails, public.consents
  from anon, authenticated, service_role, agent;

grant select on public.topics to anon, authenticated, agent;
drop policy if exists select_everybody on public.topics;
create policy select_everybody on public.topics for select to anon, authenticated using (true);
drop policy if exists select_agent on public.topics;
create policy select_agent on public.topics for select to agent using ((select private.agent_may('content:read')));

grant select on public.members to authenticated;
drop policy if exists select_self on public.members;
create policy select_self on public.members
  for select to authenticated
  using (id = (select private.my_member_id()));

grant select (member_id, name, headline, bio, location, linkedin_url, links, offers, seeks, interests, picture, is_visible,
    hidden_fields, leader_fields, visibility_asked_at, updated_at)
  on public.profiles to authenticated;
grant update (name, headline, bio, location, linkedin_url, links, offers, seeks, interests, is_visible, hidden_fields, leader_fields)
  on public.profiles to authenticated;
-- Others are read by directory() and member_page(), which know what each person shows to whom.
drop policy if exists select_self on public.profiles;
create policy select_self on public.profiles
  for select to authenticated
  using (member_id = (select private.my_member_id()));
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

-- Pictures. Nobody puts, replaces or deletes an object directly: the room's door and its worker do, with the secret key.
drop policy if exists select_picture on storage.objects;
create policy select_picture on storage.objects
  for select to authenticated
  using (
    bucket_id = 'pictures'
    and (
      split_part(name, '/', 1) = (select private.my_member_id())::text
      -- Once a row, because the store asks for objects by name: one, or those of one page.
      or ((select private.is_entitled()) and private.sees_picture(name))
    )
  );

grant execute on function private.sees_picture(text) to authenticated;
grant execute on function private.remove_picture(uuid) to authenticated;
grant execute on function public.remove_picture() to authenticated;

-- Functions that policies and served functions call.
grant execute on function private.clock() to anon, authenticated, agent, service_role;
grant execute on function private.my_member_id() to authenticated;
grant execute on function private.is_leader() to authenticated;
-- The profile's checks and generated columns run with the rights of who writes it.
grant execute on function private.fold(text) to authenticated;
grant execute on function private.are_links(text[]) to authenticated;
grant execute on function private.place_key(text, public.profile_field[]) to authenticated;
grant execute on function private.interest_keys(text[], public.profile_field[]) to authenticated;
grant execute on function private.search_key(text, text, text, text, text, text, text[], public.profile_field[]) to authenticated;

grant execute on function private.sign_up(uuid, text, boolean, timestamptz) to authenticated;
grant execute on function public.sign_up(text, boolean) to authenticated;
grant execute on function private.claim_payment(uuid, text, timestamptz) to authenticated;
grant execute on function public.claim_payment(text) to authenticated;
grant execute on function private.set_consent(uuid, public.consent_channel, boolean, timestamptz) to authenticated;
grant execute on function public.set_consent(public.consent_channel, boolean) to authenticated;
grant execute on function private.directory(uuid, text, text, text, text, uuid, integer, timestamptz) to authenticated;
grant execute on function public.directory(text, text, text, text, uuid, integer) to authenticated;
grant execute on function private.directory_places(uuid, text, timestamptz) to authenticated;
grant execute on function public.directory_places(text) to authenticated;
grant execute on function private.member_page(uuid, uuid, timestamptz) to authenticated;
grant execute on function public.member_page(uuid) to authenticated;
grant execute on function private.preview_profile(uuid, text, timestamptz) to authenticated;
grant execute on function public.preview_profile(text) to authenticated;
grant execute on function private.my_profile(uuid) to authenticated;
grant execute on function public.my_profile() to authenticated;

grant execute on function private.home(uuid, timestamptz) to authenticated;
grant execute on function public.home() to authenticated;

-- Supabase Auth runs the trigger that links a proved address.
grant execute on function private.on_auth_user_confirmed() to supabase_auth_admin;
grant usage on schema private to supabase_auth_admin;

-- Erasure, and what is held about oneself. The tombstones and what is owed live in private: nobody reads them here.
revoke all on private.tombstones, private.tombstone_keys, private.erasure_secret, private.erasures
  from anon, authenticated, service_role, agent;
grant execute on function private.my_data(uuid, timestamptz) to authenticated;
grant execute on function public.my_data() to authenticated;
grant execute on function private.delete_my_account(uuid, text, timestamptz) to authenticated;
grant execute on function public.delete_my_account(text) to authenticated;
grant execute on function private.my_consents(uuid) to authenticated;
grant execute on function public.my_consents() to authenticated;
