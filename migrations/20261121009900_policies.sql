-- Written by `npm run policies` from policies/*.sql. Edit those.

-- policies/agents.sql

-- Room: agents. Who may do what.
--
--                      visitor, member, leader    agent
--   agent_* (private)  -                          -
--   call_operation     -                          runs the operations of its scopes, with pace, audit and Idempotency-Key
--   agent_proposals_waiting, decide_agent_proposal
--                      admins on the site;        -
--                      everybody else hears 403
--   agent_may          -                          asked by the policies of other rooms, at every statement: whether the key of the
--                                                 token is alive, and both it and the token have the scope
--
-- The strict rule: with the Data API alone an agent reads what holds nobody's data, and writes nothing.
--
--   events:read        events that members see, event_regions, event_categories
--   content:read       resources that members see (not where their files lie), topics
--   payments:read      tiers, stripe_prices that are offered
--
-- Everything about people, and every write, goes through call_operation, the gateway or MCP: a read of the Data API runs
-- read-only, so it could be neither counted nor written into the audit log.

revoke all on private.agent_scopes, private.agent_operations, private.agent_rates, private.agent_keys, private.agent_secrets,
  private.agent_change_sets, private.agent_writes, private.agent_requests, private.agent_use, private.agent_refusals, private.agent_proposals,
  private.agent_rules, private.agent_alerts
  from anon, authenticated, service_role, agent;

grant execute on function private.agent_claims() to agent;
grant execute on function private.agent_may(private.agent_scope) to agent;
grant execute on function private.call_operation(jsonb, text, jsonb, text, text, timestamptz) to agent;
grant execute on function public.call_operation(text, jsonb, text, text) to agent;

grant execute on function private.agent_proposals_waiting(uuid, timestamptz, integer) to authenticated;
grant execute on function public.agent_proposals_waiting() to authenticated;
grant execute on function private.decide_agent_proposal(uuid, uuid, boolean, text, timestamptz) to authenticated;
grant execute on function public.decide_agent_proposal(uuid, boolean, text) to authenticated;


-- policies/audience.sql

-- Room: audience. Who may do what.
--
-- Everything of this room lives in private: nobody reaches it through the Data API. Admins see
-- admin.parked_contacts and admin.campaign_drafts in Studio; the room's function works as the database's owner.

revoke all on private.audience_contacts, private.audience_retired, private.audience_batches, private.mailchimp_events,
  private.audience_drift, private.campaign_drafts from anon, authenticated, service_role, agent;


-- policies/events.sql

-- Room: events. Who may do what.
--
--                      visitor             signed-in person    entitled member       leader                          agent
--   events             published public    the same            member ones too       reads all; adds; edits her own  events:read: as a member
--   event_regions,
--   event_categories   reads               reads               reads                 reads                           events:read
--   event_hosts        -                   of events seen      of events seen        reads; sets where she edits     -
--   event_series       -                   -                   -                     reads                           -
--   leader_regions     -                   -                   -                     her own                         -
--   event_preferences,
--   event_hidings      -                   her own             her own               her own                         -
--   find_events, event_page, my_calendar, make_calendar_feed: entitled members and leaders.
--   show_going, hide_going, revoke_calendar_feed: who has joined, also when her membership has ended.
--   calendar_feeds     nobody: the function events reads a feed by its secret.
--   event_ideas        nobody: leaders read and settle what agents propose with lead_event_ideas and settle_event_idea.
--
-- "Her own": she created it, hosts it, or looks after its region (private.edits_event). Where one joins online
-- (meeting_url) is no column that the Data API serves; the functions give it to who is going and to who may edit.

revoke all on public.events, public.event_regions, public.event_categories, public.event_hosts, public.event_series,
  public.leader_regions from anon, authenticated, service_role, agent;

grant select (id, title, description, starts_at, ends_at, time_zone, place, url, cover_url, region, category, visibility, capacity,
    approval_required, state, published_at, canceled_at, series_id, revision)
  on public.events to anon, authenticated, agent;
grant insert (id, title, description, starts_at, ends_at, time_zone, place, meeting_url, cover_url, region, category, visibility,
    capacity, approval_required, guest_policy, questions, state)
  on public.events to authenticated;
grant update (title, description, starts_at, ends_at, time_zone, place, meeting_url, cover_url, region, category, visibility,
    capacity, approval_required, guest_policy, questions, state, cancel_reason, cancel_refunds, recording_url, thanks)
  on public.events to authenticated;
grant delete on public.events to authenticated;

drop policy if exists select_public on public.events;
create policy select_public on public.events
  for select to anon
  using (state = 'published' and visibility = 'public' and published_at <= (select private.clock()));
drop policy if exists select_member on public.events;
create policy select_member on public.events
  for select to authenticated
  using (
    (select private.is_leader())
    or (state = 'published' and published_at <= (select private.clock())
      and (visibility = 'public' or (visibility = 'member' and (select private.is_entitled()))))
  );
drop policy if exists select_agent on public.events;
create policy select_agent on public.events
  for select to agent
  using (
    (select private.agent_may('events:read'))
    and state = 'published' and visibility in ('public', 'member') and published_at <= (select private.clock())
  );
drop policy if exists insert_leader on public.events;
create policy insert_leader on public.events
  for insert to authenticated
  with check ((select private.is_leader()));
drop policy if exists update_leader on public.events;
create policy update_leader on public.events
  for update to authenticated
  using (
    (select private.is_leader())
    and (created_by = (select private.my_member_id()) or region in (select private.my_regions())
      or id in (select private.my_hosted_events()) or (select private.is_admin()))
  )
  with check ((select private.is_leader()));
drop policy if exists delete_leader on public.events;
create policy delete_leader on public.events
  for delete to authenticated
  using (
    state = 'draft' and (select private.is_leader())
    and (created_by = (select private.my_member_id()) or region in (select private.my_regions())
      or id in (select private.my_hosted_events()) or (select private.is_admin()))
  );

grant select on public.event_regions, public.event_categories to anon, authenticated, agent;
drop policy if exists select_visitor on public.event_regions;
create policy select_visitor on public.event_regions for select to anon using (true);
drop policy if exists select_everybody on public.event_regions;
create policy select_everybody on public.event_regions for select to authenticated using (true);
drop policy if exists select_agent on public.event_regions;
create policy select_agent on public.event_regions for select to agent using ((select private.agent_may('events:read')));
drop policy if exists select_visitor on public.event_categories;
create policy select_visitor on public.event_categories for select to anon using (true);
drop policy if exists select_everybody on public.event_categories;
create policy select_everybody on public.event_categories for select to authenticated using (true);
drop policy if exists select_agent on public.event_categories;
create policy select_agent on public.event_categories for select to agent using ((select private.agent_may('events:read')));

grant select (event_id, member_id) on public.event_hosts to authenticated;
grant insert (event_id, member_id) on public.event_hosts to authenticated;
grant delete on public.event_hosts to authenticated;
drop policy if exists select_reader on public.event_hosts;
create policy select_reader on public.event_hosts
  for select to authenticated
  using (event_id in (select e.id from public.events e));
drop policy if exists insert_leader on public.event_hosts;
create policy insert_leader on public.event_hosts
  for insert to authenticated
  with check (event_id in (select private.my_led_events()));
drop policy if exists delete_leader on public.event_hosts;
create policy delete_leader on public.event_hosts
  for delete to authenticated
  using (event_id in (select private.my_led_events()));

grant select on public.event_series to authenticated;
drop policy if exists select_leader on public.event_series;
create policy select_leader on public.event_series for select to authenticated using ((select private.is_leader()));

grant select on public.leader_regions to authenticated;
drop policy if exists select_self on public.leader_regions;
create policy select_self on public.leader_regions
  for select to authenticated
  using (member_id = (select private.my_member_id()));

grant execute on function private.is_admin() to authenticated;
grant execute on function private.my_regions() to authenticated;
grant execute on function private.my_hosted_events() to authenticated;
grant execute on function private.my_led_events() to authenticated;

-- Leading: a series is made by repeat_event only, so that nobody adds her event to somebody else's.
grant execute on function private.lead_events(uuid, public.event_stage, public.event_whose, timestamptz, uuid, integer, timestamptz) to authenticated;
grant execute on function public.lead_events(public.event_stage, public.event_whose, timestamptz, uuid, integer) to authenticated;
grant execute on function private.event_progress(uuid, uuid) to authenticated;
grant execute on function public.event_progress(uuid) to authenticated;
grant execute on function private.event_to_edit(uuid, uuid, timestamptz) to authenticated;
grant execute on function public.event_to_edit(uuid) to authenticated;
grant execute on function private.series_dates(timestamptz, text, public.event_rhythm, integer) to authenticated;
grant execute on function public.series_dates(timestamptz, text, public.event_rhythm, integer) to authenticated;
grant execute on function private.repeat_event(uuid, uuid, uuid, public.event_rhythm, integer, timestamptz) to authenticated;
grant execute on function public.repeat_event(uuid, uuid, public.event_rhythm, integer) to authenticated;
grant execute on function private.clone_event(uuid, uuid, uuid, timestamptz) to authenticated;
grant execute on function public.clone_event(uuid, uuid) to authenticated;
grant execute on function private.save_following(uuid, uuid, integer, jsonb, timestamptz) to authenticated;
grant execute on function public.save_following(uuid, integer, jsonb) to authenticated;
grant execute on function private.guest_desk(uuid, uuid, text, text, integer, timestamptz) to authenticated;
grant execute on function public.guest_desk(uuid, text, text, integer) to authenticated;
grant execute on function private.cancel_preview(uuid, uuid, timestamptz) to authenticated;
grant execute on function public.cancel_preview(uuid) to authenticated;
grant execute on function private.send_thanks(uuid, uuid, timestamptz) to authenticated;
grant execute on function public.send_thanks(uuid) to authenticated;

-- The member's side. What she chooses is written by functions; private.calendar_feeds is read by none of these roles.
revoke all on public.event_preferences, public.event_hidings, private.calendar_feeds, private.event_ideas from anon, authenticated, service_role, agent;
grant select on public.event_preferences, public.event_hidings to authenticated;
drop policy if exists select_self on public.event_preferences;
create policy select_self on public.event_preferences
  for select to authenticated
  using (member_id = (select private.my_member_id()));
drop policy if exists select_self on public.event_hidings;
create policy select_self on public.event_hidings
  for select to authenticated
  using (member_id = (select private.my_member_id()));

grant execute on function private.show_going(uuid, boolean, timestamptz) to authenticated;
grant execute on function public.show_going(boolean) to authenticated;
grant execute on function private.hide_going(uuid, uuid, boolean, timestamptz) to authenticated;
grant execute on function public.hide_going(uuid, boolean) to authenticated;
grant execute on function private.find_events(uuid, boolean, text, text, text, boolean, timestamptz, uuid, integer, timestamptz) to authenticated;
grant execute on function public.find_events(boolean, text, text, text, boolean, timestamptz, uuid, integer) to authenticated;
grant execute on function private.my_calendar(uuid, timestamptz) to authenticated;
grant execute on function public.my_calendar() to authenticated;
grant execute on function private.event_page(uuid, uuid, timestamptz) to authenticated;
grant execute on function public.event_page(uuid) to authenticated;
grant execute on function private.make_calendar_feed(uuid, timestamptz) to authenticated;
grant execute on function public.make_calendar_feed() to authenticated;
grant execute on function private.revoke_calendar_feed(uuid) to authenticated;
grant execute on function public.revoke_calendar_feed() to authenticated;

grant execute on function private.lead_guests(uuid, uuid, text, text, text, bigint, integer, timestamptz) to authenticated;
grant execute on function public.lead_guests(uuid, text, text, text, bigint, integer) to authenticated;
grant execute on function private.guest_counts(uuid, uuid) to authenticated;
grant execute on function public.guest_counts(uuid) to authenticated;
grant execute on function private.check_in_guest(uuid, uuid, bigint, boolean, timestamptz) to authenticated;
grant execute on function public.check_in_guest(uuid, bigint, boolean) to authenticated;
grant execute on function private.decide_guests(uuid, uuid, bigint[], text, text, timestamptz) to authenticated;
grant execute on function public.decide_guests(uuid, bigint[], text, text) to authenticated;
grant execute on function private.message_guests(uuid, uuid, text, text, timestamptz) to authenticated;
grant execute on function public.message_guests(uuid, text, text) to authenticated;
grant execute on function private.retry_event(uuid, uuid, timestamptz) to authenticated;
grant execute on function public.retry_event(uuid) to authenticated;
grant execute on function private.lead_event_ideas(uuid, timestamptz) to authenticated;
grant execute on function public.lead_event_ideas() to authenticated;
grant execute on function private.settle_event_idea(uuid, uuid, uuid, timestamptz) to authenticated;
grant execute on function public.settle_event_idea(uuid, uuid) to authenticated;


-- policies/house.sql

-- Room: house. Who may do what.
--
--   personal_data: everybody reads what is held about people, why, how long, and who sees it. It holds nobody's data.

grant execute on function private.personal_data() to anon, authenticated, agent;
grant execute on function public.personal_data() to anon, authenticated, agent;


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


-- policies/memberships.sql

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


-- policies/messaging.sql

-- Room: messaging. Who may do what.
--
-- Everything of this room lives in private: nobody reaches it through the Data API, and no template or address is
-- chosen by a request. Admins see admin.emails and admin.email_suppressions in Studio; the room's function works as the
-- database's owner. Who stops mails by a link does so through the function, which knows her by the link alone.

revoke all on private.emails, private.email_suppressions, private.resend_events, private.email_pace, private.unsubscribe_secret
  from anon, authenticated, service_role, agent;


-- policies/operations.sql

-- Room: operations. Who may do what.
--
-- The audit log and the rate limits live in private and are written by functions only. Not even the
-- service role changes a row of the audit log: it has no privilege, and a trigger refuses.

revoke all on private.audit_log, private.rate_limits from anon, authenticated, service_role, agent;


-- policies/resources.sql

-- Room: resources. Who may do what.
--
--                     visitor   entitled member                      leader                          agent
--   resources         -         published ones meant for members     reads all; adds, edits          content:read: as a member
--   resource_marks    -         her own                              her own                         -
--   stored files      -         of resources that she may see        reads all; adds to a resource   -
--   find_resources, resource_page, mark_resource: entitled members and leaders.
--   lead_resources, resource_to_edit, set_resource_stage, check_video: leaders.
--
-- Nobody deletes: leaders retire. When a resource is shown is set by set_resource_stage only. An agent reads what a
-- resource is about, and not where a video or a file lies: those addresses open it without asking who comes.

revoke all on public.resources, public.resource_marks from anon, authenticated, service_role, agent;

grant select (id, kind, title, summary, topics, audience, url, video_url, vimeo_id, vimeo_hash, has_captions, file_path, file_name,
    file_type, file_size, duration_seconds, published_at, retired_at, review_by, revision, updated_at)
  on public.resources to authenticated;
grant select (id, kind, title, summary, topics, audience, url, has_captions, file_name, file_type, file_size, duration_seconds,
    published_at, revision, updated_at)
  on public.resources to agent;
grant insert (id, kind, title, summary, topics, audience, url, video_url, has_captions, file_path, file_name, review_by)
  on public.resources to authenticated;
grant update (kind, title, summary, topics, audience, url, video_url, has_captions, file_path, file_name, review_by)
  on public.resources to authenticated;

drop policy if exists select_reader on public.resources;
create policy select_reader on public.resources
  for select to authenticated
  using (
    (select private.is_leader())
    or (audience = 'member' and retired_at is null and published_at <= (select private.clock()) and (select private.is_entitled()))
  );
drop policy if exists select_agent on public.resources;
create policy select_agent on public.resources
  for select to agent
  using (
    (select private.agent_may('content:read'))
    and audience = 'member' and retired_at is null and published_at <= (select private.clock())
  );
drop policy if exists insert_leader on public.resources;
create policy insert_leader on public.resources
  for insert to authenticated
  with check ((select private.is_leader()));
drop policy if exists update_leader on public.resources;
create policy update_leader on public.resources
  for update to authenticated
  using ((select private.is_leader()))
  with check ((select private.is_leader()));

grant select on public.resource_marks to authenticated;
drop policy if exists select_self on public.resource_marks;
create policy select_self on public.resource_marks
  for select to authenticated
  using (member_id = (select private.my_member_id()));

-- Stored files. The inner questions run as the person who asks, so the policies above decide here too.
drop policy if exists select_resources on storage.objects;
create policy select_resources on storage.objects
  for select to authenticated
  using (
    bucket_id = 'resources'
    and ((select private.is_leader()) or name in (select r.file_path from public.resources r where r.file_path is not null))
  );
drop policy if exists insert_resources on storage.objects;
create policy insert_resources on storage.objects
  for insert to authenticated
  with check (
    bucket_id = 'resources'
    and (select private.is_leader())
    and name ~ '^[0-9a-f-]{36}/[0-9a-f-]{36}\.[a-z0-9]{1,8}$'
    and pg_catalog.split_part(name, '/', 1) in (select r.id::text from public.resources r)
  );

-- The columns that are computed run with the rights of who writes the row.
grant execute on function private.vimeo_video(text) to authenticated;
grant execute on function private.resource_search(text, text, text[], text) to authenticated;
grant execute on function private.embed_note(public.embed_state) to authenticated;

grant execute on function private.find_resources(uuid, text, public.resource_kind, text, text, integer, timestamptz, uuid, integer, timestamptz) to authenticated;
grant execute on function public.find_resources(text, public.resource_kind, text, text, integer, timestamptz, uuid, integer) to authenticated;
grant execute on function private.resource_page(uuid, uuid, timestamptz) to authenticated;
grant execute on function public.resource_page(uuid) to authenticated;
grant execute on function private.mark_resource(uuid, uuid, public.resource_mark, boolean, timestamptz) to authenticated;
grant execute on function public.mark_resource(uuid, public.resource_mark, boolean) to authenticated;
grant execute on function private.lead_resources(uuid, public.resource_stage, boolean, timestamptz, uuid, integer, timestamptz) to authenticated;
grant execute on function public.lead_resources(public.resource_stage, boolean, timestamptz, uuid, integer) to authenticated;
grant execute on function private.resource_to_edit(uuid, uuid, timestamptz) to authenticated;
grant execute on function public.resource_to_edit(uuid) to authenticated;
grant execute on function private.set_resource_stage(uuid, uuid, integer, public.resource_stage, timestamptz, timestamptz) to authenticated;
grant execute on function public.set_resource_stage(uuid, integer, public.resource_stage, timestamptz) to authenticated;
grant execute on function private.check_video(uuid, uuid, timestamptz) to authenticated;
grant execute on function public.check_video(uuid) to authenticated;


-- policies/slack.sql

-- Room: slack. Who may do what.
--
-- Everything of this room lives in private: nobody reaches it through the Data API. A member reads her own place in
-- Slack with my_membership(), and the way in with home() while she is entitled and not there. Admins see
-- admin.slack_people, admin.slack_runs and admin.slack_link in Studio; the room's function works as the database's owner.

revoke all on private.slack_people, private.slack_runs, private.slack_lookups, private.slack_events, private.slack_settings
  from anon, authenticated, service_role, agent;
