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
