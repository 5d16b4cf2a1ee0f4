-- What leaders read and do beyond writing the rows.

create function private.require_leader(caller uuid)
returns uuid
language plpgsql
stable
set search_path = ''
as $$
declare
  leader uuid;
begin
  select m.id into leader from public.members m where m.user_id = caller and m.role in ('leader', 'admin');
  if leader is null then
    raise exception using errcode = 'PT403', message = 'This is for leaders', hint = 'Ask a leader to do it, or to make you one.';
  end if;
  return leader;
end
$$;

comment on function private.require_leader is 'The member who leads at this moment. Raises PT403 for everybody else.';

create function private.lead_resources(
  caller uuid, at_stage public.resource_stage, review_due boolean, after_updated timestamptz, after_id uuid, size integer, at timestamptz
)
returns table (
  id uuid, kind public.resource_kind, title text, audience public.resource_audience, stage public.resource_stage,
  published_at timestamptz, retired_at timestamptz, review_by date, is_review_due boolean, embed_state public.embed_state,
  embed_note text, lacks text, updated_at timestamptz, updated_by_name text
)
language plpgsql
stable
security definer
set search_path = ''
as $$
#variable_conflict use_column
declare
  most constant integer := least(greatest(coalesce(size, 50), 1), 200);
begin
  perform private.require_leader(caller);
  return query
    select r.id, r.kind, r.title, r.audience, r.stage, r.published_at, r.retired_at, r.review_by, r.is_due, r.embed_state,
           case when r.kind = 'video' and r.video_url is not null then r.embed_note end, r.lacks, r.updated_at, coalesce(p.name, private.drafter(r.drafted_by, r.updated_by))
      from (select s.*, private.stage_of(s.published_at, s.retired_at, at) as stage, private.missing_to_publish(s) as lacks,
                   coalesce(s.review_by < (at at time zone 'UTC')::date and s.published_at is not null and s.retired_at is null, false) as is_due
              from public.resources s) r
      left join public.profiles p on p.member_id = r.updated_by
     where (at_stage is null or r.stage = at_stage)
       and (review_due is not true or r.is_due)
       and (after_id is null or (r.updated_at, r.id) < (after_updated, after_id))
     order by r.updated_at desc, r.id desc
     limit most;
end
$$;

comment on function private.lead_resources is 'One page of all resources for leaders, what changed last first. Raises PT403.';

create function public.lead_resources(
  at_stage public.resource_stage default null, review_due boolean default null,
  after_updated timestamptz default null, after_id uuid default null, size integer default 50
)
returns table (
  id uuid, kind public.resource_kind, title text, audience public.resource_audience, stage public.resource_stage,
  published_at timestamptz, retired_at timestamptz, review_by date, is_review_due boolean, embed_state public.embed_state,
  embed_note text, lacks text, updated_at timestamptz, updated_by_name text
)
language sql
stable
set search_path = ''
as $$ select * from private.lead_resources(auth.uid(), at_stage, review_due, after_updated, after_id, size, private.clock()) $$;

comment on function public.lead_resources is
  'For leaders: all resources, drafts and retired ones too. at_stage: only these. review_due: only those whose review-by date is past. after_updated, after_id: the last row of the page before.';

create function private.resource_to_edit(caller uuid, resource uuid, at timestamptz)
returns jsonb
language plpgsql
stable
security definer
set search_path = ''
as $$
declare
  leader constant uuid := private.require_leader(caller);
begin
  return pg_catalog.jsonb_build_object(
    'topics', (select coalesce(pg_catalog.jsonb_agg(pg_catalog.jsonb_build_object('topic', t.topic, 'name', t.name) order by t.rank, t.name), '[]')
                 from public.topics t),
    'resource', (
      select private.resource_facts(r) || pg_catalog.jsonb_build_object('id', r.id, 'revision', r.revision,
               'stage', private.stage_of(r.published_at, r.retired_at, at), 'lacks', private.missing_to_publish(r),
               'vimeo_id', r.vimeo_id, 'vimeo_hash', r.vimeo_hash, 'video_title', r.video_title, 'duration_seconds', r.duration_seconds,
               'embed_state', r.embed_state, 'embed_note', r.embed_note, 'file_type', r.file_type, 'file_size', r.file_size,
               'updated_at', r.updated_at, 'updated_by_me', r.updated_by = leader,
               'updated_by_name', coalesce((select p.name from public.profiles p where p.member_id = r.updated_by), private.drafter(r.drafted_by, r.updated_by)))
        from public.resources r where r.id = resource_to_edit.resource));
end
$$;

comment on function private.resource_to_edit is 'Everything that the leaders'' form shows of a resource, and the topics to choose from. Raises PT403.';

create function public.resource_to_edit(resource uuid)
returns jsonb
language sql
stable
set search_path = ''
as $$ select private.resource_to_edit(auth.uid(), resource, private.clock()) $$;

comment on function public.resource_to_edit is 'For leaders: one resource as the form shows it ("resource", null when there is none yet) and the topics to choose from.';

create function private.set_resource_stage(
  caller uuid, resource uuid, revision integer, stage public.resource_stage, publish_at timestamptz, at timestamptz
)
returns jsonb
language plpgsql
volatile
security definer
set search_path = ''
as $$
declare
  held public.resources;
begin
  perform private.require_leader(caller);
  if stage is null then
    raise exception using errcode = 'PT422', message = 'Say where it should stand', detail = 'stage',
      hint = 'Choose draft, scheduled, published or retired.';
  end if;
  select r.* into held from public.resources r where r.id = set_resource_stage.resource for update;
  if held.id is null then
    raise exception using errcode = 'PT404', message = 'This resource is not here', detail = 'resource', hint = 'Go back to the list.';
  end if;
  -- The same wish twice is one: what stands there already needs no change.
  if stage = private.stage_of(held.published_at, held.retired_at, at) and (stage <> 'scheduled' or publish_at = held.published_at) then
    return private.resource_to_edit(caller, resource, at);
  end if;
  if held.revision is distinct from set_resource_stage.revision then
    raise exception using errcode = 'PT409', message = 'Somebody else changed this meanwhile', detail = 'revision',
      hint = 'Look at what changed, then decide again.';
  end if;
  if stage = 'scheduled' and (publish_at is null or publish_at <= at or not pg_catalog.isfinite(publish_at)) then
    raise exception using errcode = 'PT422', detail = 'publish_at',
      message = case when publish_at <= at then 'This moment is past' else 'Say when it should appear' end,
      hint = 'Choose a day and time to come, or publish now.';
  end if;
  update public.resources r set
      retired_at = case when stage = 'retired' then at end,
      published_at = case stage
        when 'draft' then null
        when 'scheduled' then publish_at
        -- What comes back keeps the day on which it first appeared.
        when 'published' then least(r.published_at, at)
        else r.published_at end
   where r.id = held.id;
  return private.resource_to_edit(caller, resource, at);
end
$$;

comment on function private.set_resource_stage is
  'Publishes a resource now or at a moment to come, makes it a draft again, retires it or brings it back. Raises PT403, PT404, PT409 when somebody changed it meanwhile, PT422 at the field that it lacks.';

create function public.set_resource_stage(
  resource uuid, revision integer, stage public.resource_stage, publish_at timestamptz default null
)
returns jsonb
language sql
volatile
set search_path = ''
as $$ select private.set_resource_stage(auth.uid(), resource, revision, stage, publish_at, private.clock()) $$;

comment on function public.set_resource_stage is
  'For leaders: stage is draft, scheduled (with publish_at), published or retired. revision: the one that was seen. Answers as resource_to_edit does.';

create function private.check_video(caller uuid, resource uuid, at timestamptz)
returns jsonb
language plpgsql
volatile
security definer
set search_path = ''
as $$
begin
  perform private.require_leader(caller);
  update public.resources r set embed_state = 'unknown' where r.id = check_video.resource and r.vimeo_id is not null;
  if found then
    perform jobs.enqueue('resources', 'describe_video', pg_catalog.jsonb_build_object('resource_id', check_video.resource));
  end if;
  return private.resource_to_edit(caller, resource, at);
end
$$;

comment on function private.check_video is 'Asks Vimeo once more about a video, after something was changed there. Raises PT403.';

create function public.check_video(resource uuid)
returns jsonb
language sql
volatile
set search_path = ''
as $$ select private.check_video(auth.uid(), resource, private.clock()) $$;

comment on function public.check_video is 'For leaders: asks Vimeo once more whether the video may play here. Answers as resource_to_edit does.';
