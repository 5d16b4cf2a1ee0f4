-- What happens when a leader writes: checks with kind words, a revision, an audit row, a question to Vimeo.

create function private.check_resource()
returns trigger
language plpgsql
security definer
set search_path = ''
as $$
declare
  caller constant uuid := private.my_member_id();
  is_new constant boolean := tg_op = 'INSERT';
begin
  new.title := pg_catalog.btrim(new.title);
  new.url := nullif(pg_catalog.btrim(new.url), '');
  new.video_url := nullif(pg_catalog.btrim(new.video_url), '');
  if new.url is not null and (new.url !~ '^https://[^\s<>"]+$' or pg_catalog.length(new.url) > 1000) then
    raise exception using errcode = 'PT422', message = 'This address cannot be opened safely', detail = 'url',
      hint = 'Paste one that begins with https://.';
  end if;
  if new.video_url is not null and (private.vimeo_video(new.video_url) is null or pg_catalog.length(new.video_url) > 4000) then
    raise exception using errcode = 'PT422', message = 'This is not the address of a Vimeo video', detail = 'video_url',
      hint = 'Open the video at Vimeo, choose Share and copy the link, such as https://vimeo.com/123456789.';
  end if;
  if pg_catalog.length(new.title) > 160 or pg_catalog.length(new.summary) > 4000 then
    raise exception using errcode = 'PT422',
      message = case when pg_catalog.length(new.title) > 160 then 'The title is longer than 160 characters' else 'The text is longer than 4,000 characters' end,
      detail = case when pg_catalog.length(new.title) > 160 then 'title' else 'summary' end, hint = 'Shorten it a little.';
  end if;

  if new.file_path is null then
    new.file_name := null;
    new.file_type := null;
    new.file_size := null;
  elsif is_new or new.file_path is distinct from old.file_path then
    new := private.with_file(new);
  end if;
  new.file_name := nullif(pg_catalog.left(pg_catalog.btrim(new.file_name), 200), '');
  if new.file_path is not null then
    new.file_name := coalesce(new.file_name, 'file');
  end if;

  if is_new or private.vimeo_video(new.video_url) is distinct from private.vimeo_video(old.video_url) then
    new.embed_state := 'unknown';
    new.duration_seconds := null;
    new.video_title := null;
    new.described_at := null;
  end if;
  if not is_new then
    new.revision := old.revision + 1;
    new.created_by := old.created_by;
  elsif caller is not null then
    new.created_by := caller;
  end if;
  -- What an agent corrects is not the work of the leader before it.
  new.updated_by := case when private.acting_agent() is null then coalesce(caller, new.updated_by) end;
  new.updated_at := private.clock();
  if new.published_at is not null and new.retired_at is null then
    perform private.require_whole(new);
  end if;
  return new;
end
$$;

comment on function private.check_resource() is
  'Trigger: tidies what a leader typed, takes type and size of a file from Storage, counts the revision. Raises PT422 at the field that cannot be kept or shown.';

create function private.with_file(resource public.resources)
returns public.resources
language plpgsql
stable
set search_path = ''
as $$
declare
  stored record;
begin
  select o.metadata ->> 'mimetype' as type, (o.metadata ->> 'size')::bigint as size, b.file_size_limit as most, b.allowed_mime_types as types
    into stored
    from storage.objects o join storage.buckets b on b.id = o.bucket_id
   where o.bucket_id = 'resources' and o.name = resource.file_path;
  if stored.type is null or stored.size is null
     or resource.file_path !~ ('^' || resource.id::text || '/[0-9a-f-]{36}\.[a-z0-9]{1,8}$') then
    raise exception using errcode = 'PT422', message = 'The file has not arrived', detail = 'file_path',
      hint = 'Choose it once more and wait until it has been sent.';
  end if;
  if stored.type <> all (stored.types) or stored.size > stored.most or stored.size = 0 then
    raise exception using errcode = 'PT422', message = 'A file like this cannot be shared here', detail = 'file_path',
      hint = 'Choose a PDF, an office document, a picture, a text or a zip of up to 50 MB.';
  end if;
  resource.file_type := stored.type;
  resource.file_size := stored.size;
  return resource;
end
$$;

comment on function private.with_file is
  'The resource with type and size of the stored object that it names. Raises PT422 when there is none in its folder, or it is of another type or size than the bucket takes.';

create trigger resources_checked
  before insert or update of id, kind, title, summary, topics, audience, url, video_url, has_captions, file_path, file_name,
    published_at, retired_at, review_by
  on public.resources
  for each row execute function private.check_resource();
create trigger resources_topics_known
  before insert or update of topics on public.resources
  for each row when (new.topics <> '{}')
  execute function private.check_topics('topics', '5');

create function private.resource_facts(resource public.resources)
returns jsonb
language sql
stable
set search_path = ''
as $$
  select pg_catalog.jsonb_build_object('kind', resource.kind, 'title', resource.title, 'summary', resource.summary,
    'topics', resource.topics, 'audience', resource.audience, 'url', resource.url, 'video_url', resource.video_url,
    'has_captions', resource.has_captions, 'file_path', resource.file_path, 'file_name', resource.file_name,
    'published_at', resource.published_at, 'retired_at', resource.retired_at, 'review_by', resource.review_by)
$$;

comment on function private.resource_facts is 'What a leader decides about a resource, for the audit log.';

create function private.audit_resource()
returns trigger
language plpgsql
security definer
set search_path = ''
as $$
declare
  caller constant uuid := private.my_member_id();
  was constant jsonb := case when tg_op <> 'INSERT' then private.resource_facts(old) end;
  is_now constant jsonb := case when tg_op <> 'DELETE' then private.resource_facts(new) end;
  changed text[];
begin
  select pg_catalog.array_agg(key) into changed
    from pg_catalog.jsonb_object_keys(coalesce(is_now, was)) key where was -> key is distinct from is_now -> key;
  if changed is not null then
    perform private.audit(case when caller is null then 'studio' else 'member' end::private.actor_kind,
      coalesce(caller::text, session_user::text),
      'resources.' || case
        when tg_op = 'INSERT' then 'created'
        when tg_op = 'DELETE' then 'deleted'
        when old.retired_at is null and new.retired_at is not null then 'retired'
        when old.retired_at is not null and new.retired_at is null then 'restored'
        when old.published_at is distinct from new.published_at and new.published_at is null then 'withdrawn'
        when old.published_at is distinct from new.published_at then
          case private.stage_of(new.published_at, null, private.clock()) when 'scheduled' then 'scheduled' else 'published' end
        else 'changed' end,
      'resource', coalesce(new.id, old.id)::text,
      (select pg_catalog.jsonb_object_agg(key, was -> key) from pg_catalog.unnest(changed) key where was is not null),
      (select pg_catalog.jsonb_object_agg(key, is_now -> key) from pg_catalog.unnest(changed) key where is_now is not null));
  end if;
  return null;
end
$$;

comment on function private.audit_resource() is 'Trigger: writes what changed of a resource into the audit log, with who changed it.';

create trigger resources_audited
  after insert or update or delete on public.resources
  for each row execute function private.audit_resource();

create function private.owe_for_resource()
returns trigger
language plpgsql
security definer
set search_path = ''
as $$
begin
  if tg_op <> 'DELETE' and new.vimeo_id is not null
     and (tg_op = 'INSERT' or (new.vimeo_id, new.vimeo_hash) is distinct from (old.vimeo_id, old.vimeo_hash)) then
    perform jobs.enqueue('resources', 'describe_video', pg_catalog.jsonb_build_object('resource_id', new.id));
  end if;
  if tg_op <> 'INSERT' and old.file_path is not null and (tg_op = 'DELETE' or new.file_path is distinct from old.file_path) then
    -- Not at once: somebody may be reading it, or another leader may take it back.
    perform jobs.enqueue('resources', 'sweep_files', pg_catalog.jsonb_build_object('path', old.file_path),
      run_at => private.clock() + interval '1 hour');
  end if;
  return null;
end
$$;

comment on function private.owe_for_resource() is 'Trigger: a new video address is asked about at Vimeo, a file that was replaced is taken out of Storage.';

create trigger resources_owe
  after insert or delete or update of video_url, file_path on public.resources
  for each row execute function private.owe_for_resource();
