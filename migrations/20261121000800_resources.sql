-- Room: resources. Videos, files and links that leaders share, and what each member keeps of them.

create type public.resource_kind as enum ('video', 'file', 'link');
create type public.resource_audience as enum ('member', 'leader');
create type public.resource_stage as enum ('draft', 'scheduled', 'published', 'retired');
create type public.resource_mark as enum ('saved', 'watched');
create type public.embed_state as enum ('unknown', 'ready', 'missing', 'refused', 'domain_locked');

comment on type public.resource_kind is 'What a resource is. link: it leads somewhere else.';
comment on type public.resource_audience is 'For whom a resource is meant: every member, or leaders and admins only.';
comment on type public.resource_stage is
  'Where a resource stands at a moment, as private.stage_of works it out. scheduled: its moment is still to come. retired: it is not shown any more, and can be brought back.';
comment on type public.resource_mark is 'What a member keeps of a resource: saved for later, or watched (or read).';
comment on type public.embed_state is 'Whether Vimeo lets a video play here; private.embed_note says it in words, and what to do.';

create function private.vimeo_video(address text)
returns text[]
language sql
immutable
set search_path = ''
as $$
  -- From the page of a video, a private link, a channel, group or showcase, the editor's page, the player, or the
  -- code to embed it. The hash of an unlisted video follows its number, or stands as h in the query.
  select array[part[1], coalesce(part[2], pg_catalog.substring(part[3], '[?&;]h=([0-9a-f]{6,32})(?:[&#]|$)'))]
    from pg_catalog.regexp_match(
      coalesce(pg_catalog.substring(address, '<iframe[^>]*\ssrc=["'']([^"'']+)'), pg_catalog.btrim(address)),
      '^(?:(?:https?:)?//)?(?:www\.|player\.)?vimeo\.com/'
      || '(?:videos?/|manage/videos/|channels/[\w-]+/|groups/[\w-]+/videos/|(?:showcase|album)/[\w-]+/video/)?'
      || '([1-9]\d{0,14})(?:/([0-9a-f]{6,32}))?(?:/[a-z-]*[g-z-][a-z-]*)*/?([?#].*)?$', 'i') as part
   where part is not null
$$;

comment on function private.vimeo_video(text) is
  'Number and privacy hash (or null) of the Vimeo video that an address or an embed code leads to. Null when it leads to none.';

create function private.resource_search(title text, summary text, topics text[], file_name text)
returns tsvector
language sql
immutable
set search_path = ''
as $$
  -- Words as they are written, so that the beginning of one is found while it is typed, and their stems besides.
  select pg_catalog.setweight(pg_catalog.to_tsvector('pg_catalog.simple', private.fold(title)), 'A')
      || pg_catalog.setweight(pg_catalog.to_tsvector('pg_catalog.english', private.fold(title)), 'A')
      || pg_catalog.setweight(pg_catalog.to_tsvector('pg_catalog.simple',
           pg_catalog.replace(pg_catalog.array_to_string(topics, ' '), '-', ' ')), 'B')
      || pg_catalog.setweight(pg_catalog.to_tsvector('pg_catalog.simple', private.fold(summary)), 'C')
      || pg_catalog.setweight(pg_catalog.to_tsvector('pg_catalog.english', private.fold(summary)), 'C')
      || pg_catalog.setweight(pg_catalog.to_tsvector('pg_catalog.simple',
           pg_catalog.translate(private.fold(coalesce(file_name, '')), '._-', '   ')), 'D')
$$;

comment on function private.resource_search is 'What a resource is found by: its title before its topics, these before its summary and the name of its file.';

create function private.embed_note(embed_state public.embed_state)
returns text
language sql
immutable
set search_path = ''
as $$
  select case embed_state
    when 'unknown' then 'Vimeo is being asked about this video.'
    when 'ready' then 'Vimeo lets this video play here.'
    when 'missing' then 'Vimeo has no such video, or it is private. Open it at Vimeo, choose Share, and paste that link again: a private link has letters and digits after the number.'
    when 'refused' then 'Vimeo does not let this video be embedded. At Vimeo open its privacy settings and allow embedding, then save this page again.'
    when 'domain_locked' then 'Vimeo plays this video on certain sites only. At Vimeo open its embed settings and add this site''s address to the allowed domains.'
  end
$$;

comment on function private.embed_note is 'What a leader should know about whether a video plays here, and what to do.';

create table public.resources (
  id uuid primary key,
  kind public.resource_kind not null,
  title text not null default '',
  summary text not null default '',
  topics text[] not null default '{}',
  audience public.resource_audience not null default 'member',
  url text,
  video_url text,
  vimeo_id text generated always as ((private.vimeo_video(video_url))[1]) stored,
  vimeo_hash text generated always as ((private.vimeo_video(video_url))[2]) stored,
  has_captions boolean not null default false,
  file_path text,
  file_name text,
  file_type text,
  file_size bigint,
  duration_seconds integer,
  video_title text,
  embed_state public.embed_state not null default 'unknown',
  embed_note text generated always as (private.embed_note(embed_state)) stored,
  described_at timestamptz,
  published_at timestamptz,
  retired_at timestamptz,
  review_by date,
  revision integer not null default 1,
  created_by uuid references public.members (id) on delete set null,
  updated_by uuid references public.members (id) on delete set null,
  created_at timestamptz not null default private.clock(),
  updated_at timestamptz not null default private.clock(),
  search tsvector not null generated always as (private.resource_search(title, summary, topics, file_name)) stored,
  constraint resources_title_short check (length(title) <= 160),
  constraint resources_summary_bounded check (length(summary) <= 4000),
  constraint resources_topics_few check (cardinality(topics) <= 5),
  constraint resources_url_is_https check (url is null or (url ~ '^https://[^\s<>"]+$' and length(url) <= 1000)),
  constraint resources_video_is_at_vimeo check (video_url is null or (vimeo_id is not null and length(video_url) <= 4000)),
  constraint resources_file_is_in_its_folder check (file_path is null or file_path ~ ('^' || id::text || '/[0-9a-f-]{36}\.[a-z0-9]{1,8}$')),
  constraint resources_file_is_whole check (
    (file_path is null) = (file_name is null) and (file_path is null) = (file_type is null) and (file_path is null) = (file_size is null)
  ),
  constraint resources_file_name_short check (length(file_name) between 1 and 200),
  constraint resources_duration_positive check (duration_seconds > 0),
  constraint resources_published_is_whole check (
    published_at is null
    or title <> '' and case kind
      when 'video' then video_url is not null and has_captions
      when 'file' then file_path is not null
      when 'link' then url is not null end
  )
);
alter table public.resources enable row level security;

create index resources_newest on public.resources (published_at desc, id desc) where published_at is not null and retired_at is null;
create index resources_search on public.resources using gin (search);
create index resources_changed on public.resources (updated_at desc, id desc);
create index resources_file on public.resources (file_path) where file_path is not null;
create index resources_created_by on public.resources (created_by);
create index resources_updated_by on public.resources (updated_by);

comment on table public.resources is 'Videos at Vimeo, files and links. Members see what is published and meant for them; leaders see and edit everything.';
comment on column public.resources.id is 'Made by the form, so that a form that is sent twice makes one resource.';
comment on column public.resources.audience is 'member: every entitled member. leader: leaders and admins only.';
comment on column public.resources.url is 'Where a link leads.';
comment on column public.resources.video_url is 'The address at Vimeo as the leader pasted it; vimeo_id and vimeo_hash are read from it.';
comment on column public.resources.vimeo_hash is 'The privacy hash of an unlisted video. Without it the player shows nothing.';
comment on column public.resources.has_captions is 'A leader says that the video has captions that a person has read through. No video is published without.';
comment on column public.resources.file_path is 'Path of the file in the bucket resources: the resource''s id, a slash, a name of its own.';
comment on column public.resources.file_name is 'What the file is called when somebody saves it.';
comment on column public.resources.file_type is 'Type of the stored file, as Storage knows it; file_size in bytes likewise.';
comment on column public.resources.embed_state is 'What Vimeo said when it was asked whether the video may play here; embed_note says it in words.';
comment on column public.resources.described_at is 'When Vimeo was last asked about the video.';
comment on column public.resources.published_at is 'From when on it is shown. Null: a draft. In the future: scheduled; nothing has to happen at that moment.';
comment on column public.resources.retired_at is 'Since when it is no longer shown. It can be brought back.';
comment on column public.resources.review_by is 'The day by which a leader should look whether it is still true.';
comment on column public.resources.revision is 'Grows with each edit. Who saves says which one she saw, so that nobody overwrites what somebody else wrote meanwhile.';
comment on column public.resources.search is 'Words that it is found by, without accents.';

create table public.resource_marks (
  member_id uuid not null references public.members (id) on delete cascade,
  resource_id uuid not null references public.resources (id) on delete cascade,
  saved_at timestamptz,
  watched_at timestamptz,
  primary key (member_id, resource_id)
);
alter table public.resource_marks enable row level security;
create index resource_marks_resource on public.resource_marks (resource_id) include (saved_at, watched_at);

comment on table public.resource_marks is 'What a member saved for later and what she has watched or read. Only she sees it.';
comment on column public.resource_marks.saved_at is 'When she saved it for later. Null: not saved.';
comment on column public.resource_marks.watched_at is 'When she watched or read it. Null: not yet.';

create function private.stage_of(published_at timestamptz, retired_at timestamptz, at timestamptz)
returns public.resource_stage
language sql
immutable
set search_path = ''
as $$
  select case
    when retired_at is not null then 'retired'
    when published_at is null then 'draft'
    when published_at > at then 'scheduled'
    else 'published' end::public.resource_stage
$$;

comment on function private.stage_of is 'Where a resource stands at a moment. A comparison, so that nothing is ever published late.';

create function private.missing_to_publish(resource public.resources)
returns text
language sql
immutable
set search_path = ''
as $$
  select case
    when resource.title = '' then 'title'
    when resource.kind = 'video' and resource.video_url is null then 'video_url'
    when resource.kind = 'video' and not resource.has_captions then 'has_captions'
    when resource.kind = 'file' and resource.file_path is null then 'file_path'
    when resource.kind = 'link' and resource.url is null then 'url'
  end
$$;

comment on function private.missing_to_publish is 'The first field that a resource lacks for being shown. Null when it is whole.';

create function private.require_whole(resource public.resources)
returns void
language plpgsql
stable
set search_path = ''
as $$
declare
  lacks constant text := private.missing_to_publish(resource);
begin
  if lacks is null then
    return;
  end if;
  raise exception using errcode = 'PT422', detail = lacks,
    message = case lacks
      when 'title' then 'It needs a title'
      when 'video_url' then 'A video needs its address at Vimeo'
      when 'has_captions' then 'A video needs captions'
      when 'file_path' then 'There is no file yet'
      else 'A link needs its address' end,
    hint = case lacks
      when 'title' then 'Write what members will see in the list.'
      when 'video_url' then 'Open the video at Vimeo, copy its address and paste it here.'
      when 'has_captions' then 'Add them at Vimeo, read them through once, then tick the box.'
      when 'file_path' then 'Choose the file and wait until it has arrived.'
      else 'Paste an address that begins with https://.' end;
end
$$;

comment on function private.require_whole is 'Raises PT422 at the first field that a resource lacks for being shown.';
