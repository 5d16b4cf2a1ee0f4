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
