-- What the room owes to Vimeo and to Storage, and what admins see.

insert into storage.buckets (id, name, public, file_size_limit, allowed_mime_types) values (
  'resources', 'resources', false, 50 * 1024 * 1024, array[
    'application/pdf',
    'application/msword', 'application/vnd.openxmlformats-officedocument.wordprocessingml.document',
    'application/vnd.ms-excel', 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet',
    'application/vnd.ms-powerpoint', 'application/vnd.openxmlformats-officedocument.presentationml.presentation',
    'application/vnd.oasis.opendocument.text', 'application/vnd.oasis.opendocument.spreadsheet',
    'application/vnd.oasis.opendocument.presentation',
    'image/jpeg', 'image/png', 'image/webp', 'image/gif',
    'application/zip', 'application/x-zip-compressed',
    'text/plain', 'text/csv', 'text/markdown'])
on conflict (id) do update set
  public = excluded.public, file_size_limit = excluded.file_size_limit, allowed_mime_types = excluded.allowed_mime_types;

create function private.video_to_describe(resource uuid)
returns jsonb
language sql
stable
set search_path = ''
as $$
  select pg_catalog.jsonb_build_object('vimeo_id', r.vimeo_id, 'vimeo_hash', r.vimeo_hash)
    from public.resources r
   where r.id = resource and r.vimeo_id is not null and r.embed_state = 'unknown'
$$;

comment on function private.video_to_describe is 'The video that Vimeo is still to be asked about, or null: it was asked, or the address was taken away.';

create function private.video_described(
  resource uuid, vimeo_id text, vimeo_hash text, embed_state public.embed_state, video_title text, duration_seconds integer,
  at timestamptz default private.clock()
)
returns boolean
language plpgsql
volatile
set search_path = ''
as $$
begin
  -- The address may have been changed while Vimeo was asked: then its own job is on the way.
  update public.resources r
     set embed_state = video_described.embed_state, video_title = pg_catalog.left(video_described.video_title, 300),
         duration_seconds = nullif(greatest(video_described.duration_seconds, 0), 0), described_at = at
   where r.id = resource and r.vimeo_id = video_described.vimeo_id and r.vimeo_hash is not distinct from video_described.vimeo_hash;
  return found;
end
$$;

comment on function private.video_described is 'Records what Vimeo said about a video. False when the resource shows another one by now.';

create function private.unused_resource_files(path text, at timestamptz, most integer default 100)
returns setof text
language sql
stable
set search_path = ''
as $$
  select o.name from storage.objects o
   where o.bucket_id = 'resources'
     and (o.name = path or path is null and o.created_at < at - interval '1 day')
     and not exists (select from public.resources r where r.file_path = o.name)
   order by o.name
   limit most
$$;

comment on function private.unused_resource_files is
  'Stored files that no resource names: this one, or all that were left lying for a day, such as uploads of a form that was closed. A retired resource keeps its file, because it can come back.';

create function private.sweep_resource_files(at timestamptz)
returns boolean
language plpgsql
volatile
set search_path = ''
as $$
begin
  perform jobs.beat('resources.sweep');
  if not exists (select from private.unused_resource_files(null, at, 1)) then
    return false;
  end if;
  perform jobs.enqueue('resources', 'sweep_files', '{}', key => 'sweep_files:' || (at at time zone 'UTC')::date::text, priority => 'bulk');
  return true;
end
$$;

comment on function private.sweep_resource_files is 'Owes one sweep of the stored files when any is unused. pg_cron calls it each night.';

select jobs.create_queue('resources', max_in_flight => 4);
select jobs.define_kind('resources', 'describe_video', 'Asks Vimeo about a video whose address is new: title, length, whether it may play here.');
select jobs.define_kind('resources', 'sweep_files', 'Takes files out of Storage that no resource names any more.');
select cron.schedule('resources.sweep', '27 3 * * *', 'select private.sweep_resource_files(private.clock())'),
       jobs.beat('resources.sweep');

create view admin.resources with (security_invoker = true) as
select r.title, r.kind, private.stage_of(r.published_at, r.retired_at, private.clock()) as stage, r.audience, r.topics,
       r.published_at, r.retired_at, r.review_by,
       coalesce(r.review_by < (private.clock() at time zone 'UTC')::date and r.published_at is not null and r.retired_at is null, false)
         as is_review_due,
       private.missing_to_publish(r) as lacks, case when r.vimeo_id is not null then r.embed_note end as vimeo_says,
       coalesce(r.url, r.video_url, r.file_name) as leads_to, r.file_size,
       (select count(*) from public.resource_marks k where k.resource_id = r.id and k.saved_at is not null) as saved_by,
       (select count(*) from public.resource_marks k where k.resource_id = r.id and k.watched_at is not null) as watched_by,
       c.name as created_by, u.name as updated_by, r.updated_at, r.id
  from public.resources r
  left join public.profiles c on c.member_id = r.created_by
  left join public.profiles u on u.member_id = r.updated_by;

comment on view admin.resources is 'Every resource: where it stands, what it lacks, whether its review is due, how many saved and watched it.';
