-- What members read and mark.

create function private.require_reader(viewer uuid, at timestamptz)
returns public.members
language plpgsql
stable
set search_path = ''
as $$
declare
  reader public.members;
begin
  select m.* into reader from public.members m where m.user_id = viewer;
  if reader.id is null or not (reader.role in ('leader', 'admin') or private.is_entitled(reader.id, at)) then
    raise exception using errcode = 'PT403', message = 'Resources are for members',
      hint = 'Join, or come back, to watch and read them.';
  end if;
  return reader;
end
$$;

comment on function private.require_reader is 'The member who may read resources now: entitled, or a leader. Raises PT403 for everybody else.';

create function private.is_readable(resource public.resources, reader public.members, at timestamptz)
returns boolean
language plpgsql
stable
set search_path = ''
as $$
begin
  return resource.published_at <= at and resource.retired_at is null and (resource.audience = 'member' or reader.role in ('leader', 'admin'));
end
$$;

comment on function private.is_readable is 'Whether one resource is published now and meant for this member. The lists below say the same in the words of their index.';

create function private.search_query(search text)
returns tsquery
language plpgsql
immutable
set search_path = ''
as $$
declare
  words constant text[] := pg_catalog.array_remove(pg_catalog.regexp_split_to_array(private.fold(coalesce(search, '')), '[^[:alnum:]]+'), '');
  word text;
  stem text;
  asked tsquery;
  sought tsquery;
begin
  foreach word in array words loop
    stem := (pg_catalog.ts_lexize('pg_catalog.english_stem', word))[1];
    -- Words such as "the" say nothing beside others.
    continue when stem is null and pg_catalog.cardinality(words) > 1;
    -- The beginning of a word as written, or of its stem.
    asked := (word || ':*')::tsquery;
    if stem is not null then
      asked := asked operator(pg_catalog.||) pg_catalog.quote_literal(stem)::tsquery;
    end if;
    sought := coalesce(sought operator(pg_catalog.&&) asked, asked);
  end loop;
  return sought;
end
$$;

comment on function private.search_query is 'What was typed as a search: every word must be there, the beginning of one is enough. Null for no words that say anything.';

create function private.newest_resources(
  reader public.members, of_kind public.resource_kind, topic text, mark text, after_published timestamptz, after_id uuid, size integer,
  at timestamptz
)
returns setof public.resources
language plpgsql
stable
set search_path = ''
rows 24
as $$
declare
  leads constant boolean := reader.role in ('leader', 'admin');
begin
  return query
    select r.* from public.resources r
      left join public.resource_marks k on k.resource_id = r.id and k.member_id = reader.id
     where r.published_at <= at and r.retired_at is null and (r.audience = 'member' or leads)
       and (r.published_at, r.id) < (coalesce(after_published, 'infinity'), coalesce(after_id, 'ffffffff-ffff-ffff-ffff-ffffffffffff'))
       and (of_kind is null or r.kind = of_kind)
       and (newest_resources.topic is null or newest_resources.topic = any (r.topics))
       and case mark when 'saved' then k.saved_at is not null when 'watched' then k.watched_at is not null
             when 'unwatched' then k.watched_at is null else true end
     order by r.published_at desc, r.id desc
     limit size;
end
$$;

comment on function private.newest_resources is 'One page of what a member may read, the newest first, by index.';

create function private.rank_of(resource public.resources, query tsquery)
returns integer
language sql
immutable
set search_path = ''
as $$
  -- Whole numbers, so that the place of the last row survives the way to the browser and back. ts_rank weighs words
  -- joined by "or" by where they stand; joined by "and" it asks how near they are to each other.
  select pg_catalog.round(pg_catalog.ts_rank(resource.search, pg_catalog.replace(query::text, '&', '|')::tsquery)::numeric * 100000)::integer
$$;

comment on function private.rank_of is 'How well a resource answers a search: a whole number, the higher the better.';

create function private.find_resources(
  viewer uuid, search text, of_kind public.resource_kind, topic text, mark text,
  after_rank integer, after_published timestamptz, after_id uuid, size integer, at timestamptz
)
returns table (
  id uuid, kind public.resource_kind, title text, summary text, topics text[], audience public.resource_audience,
  duration_seconds integer, file_type text, file_size bigint, url text, published_at timestamptz,
  saved_at timestamptz, watched_at timestamptz, rank integer
)
language plpgsql
stable
security definer
set search_path = ''
rows 24
as $$
#variable_conflict use_column
declare
  reader constant public.members := private.require_reader(viewer, at);
  most constant integer := least(greatest(coalesce(size, 24), 1), 100);
  -- No more of it than may be: what is longer is refused below.
  query constant tsquery := private.search_query(pg_catalog.left(search, 80));
begin
  if pg_catalog.length(search) > 80 then
    raise exception using errcode = 'PT422', message = 'The search is longer than 80 characters', detail = 'search',
      hint = 'Search for a few words of a title.';
  end if;
  if mark not in ('saved', 'watched', 'unwatched') then
    raise exception using errcode = 'PT422', message = 'There is no such list', detail = 'mark',
      hint = 'Ask for saved, watched or unwatched.';
  end if;
  if query is null then
    return query
      select r.id, r.kind, r.title, r.summary, r.topics, r.audience, r.duration_seconds, r.file_type, r.file_size, r.url, r.published_at,
             k.saved_at, k.watched_at, 0
        from private.newest_resources(reader, of_kind, topic, mark, after_published, after_id, most, at) r
        left join public.resource_marks k on k.resource_id = r.id and k.member_id = reader.id
       order by r.published_at desc, r.id desc;
    return;
  end if;
  return query
    select f.id, f.kind, f.title, f.summary, f.topics, f.audience, f.duration_seconds, f.file_type, f.file_size, f.url, f.published_at,
           f.saved_at, f.watched_at, f.rank
      from (
        select r.*, k.saved_at, k.watched_at, private.rank_of(r, query) as rank
          from public.resources r
          left join public.resource_marks k on k.resource_id = r.id and k.member_id = reader.id
         where r.search operator(pg_catalog.@@) query
           and r.published_at <= at and r.retired_at is null and (r.audience = 'member' or reader.role in ('leader', 'admin'))
           and (of_kind is null or r.kind = of_kind)
           and (find_resources.topic is null or find_resources.topic = any (r.topics))
           and case find_resources.mark when 'saved' then k.saved_at is not null when 'watched' then k.watched_at is not null
                 when 'unwatched' then k.watched_at is null else true end
        offset 0
      ) f
     where after_id is null or (f.rank, f.published_at, f.id) < (coalesce(after_rank, 0), after_published, after_id)
     order by f.rank desc, f.published_at desc, f.id desc
     limit most;
end
$$;

comment on function private.find_resources is
  'One page of what a member may read, with her own marks: the best match first when she searches, else the newest. Raises PT403 or PT422.';

create function public.find_resources(
  search text default null, of_kind public.resource_kind default null, topic text default null, mark text default null,
  after_rank integer default null, after_published timestamptz default null, after_id uuid default null, size integer default 24
)
returns table (
  id uuid, kind public.resource_kind, title text, summary text, topics text[], audience public.resource_audience,
  duration_seconds integer, file_type text, file_size bigint, url text, published_at timestamptz,
  saved_at timestamptz, watched_at timestamptz, rank integer
)
language sql
stable
set search_path = ''
as $$ select * from private.find_resources(auth.uid(), search, of_kind, topic, mark, after_rank, after_published, after_id, size, private.clock()) $$;

comment on function public.find_resources is
  'Finds resources. search: words or their beginnings, accents ignored. mark: saved, watched or unwatched. after_rank, after_published, after_id: rank, published_at and id of the last row of the page before. size: 1 to 100.';

create function private.resource_page(viewer uuid, resource uuid, at timestamptz)
returns table (
  id uuid, kind public.resource_kind, title text, summary text, topics text[], audience public.resource_audience,
  url text, vimeo_id text, vimeo_hash text, duration_seconds integer,
  file_path text, file_name text, file_type text, file_size bigint, published_at timestamptz,
  saved_at timestamptz, watched_at timestamptz
)
language plpgsql
stable
security definer
set search_path = ''
as $$
#variable_conflict use_column
declare
  reader constant public.members := private.require_reader(viewer, at);
begin
  return query
    select r.id, r.kind, r.title, r.summary, r.topics, r.audience, r.url, r.vimeo_id, r.vimeo_hash, r.duration_seconds,
           r.file_path, r.file_name, r.file_type, r.file_size, r.published_at, k.saved_at, k.watched_at
      from public.resources r
      left join public.resource_marks k on k.resource_id = r.id and k.member_id = reader.id
     where r.id = resource_page.resource and private.is_readable(r, reader, at);
end
$$;

comment on function private.resource_page is 'One resource with the reader''s marks. No row when it is not hers to see. Raises PT403.';

create function public.resource_page(resource uuid)
returns table (
  id uuid, kind public.resource_kind, title text, summary text, topics text[], audience public.resource_audience,
  url text, vimeo_id text, vimeo_hash text, duration_seconds integer,
  file_path text, file_name text, file_type text, file_size bigint, published_at timestamptz,
  saved_at timestamptz, watched_at timestamptz
)
language sql
stable
set search_path = ''
as $$ select * from private.resource_page(auth.uid(), resource, private.clock()) $$;

comment on function public.resource_page is 'One resource to watch, read or open, with one''s own marks. No row when there is none to see.';

create function private.mark_resource(viewer uuid, resource uuid, mark public.resource_mark, is_set boolean, at timestamptz)
returns table (saved_at timestamptz, watched_at timestamptz)
language plpgsql
volatile
security definer
set search_path = ''
as $$
#variable_conflict use_column
declare
  reader constant public.members := private.require_reader(viewer, at);
  moment constant timestamptz := case when is_set then at end;
begin
  if mark is null or is_set is null then
    raise exception using errcode = 'PT422', message = 'Say what to note', detail = 'mark', hint = 'Choose saved or watched, yes or no.';
  end if;
  if not exists (select from public.resources r where r.id = mark_resource.resource and private.is_readable(r, reader, at)) then
    raise exception using errcode = 'PT404', message = 'This is not here any more', detail = 'resource',
      hint = 'Go back to the list.';
  end if;
  return query
    insert into public.resource_marks as k (member_id, resource_id, saved_at, watched_at)
    values (reader.id, mark_resource.resource, case mark when 'saved' then moment end, case mark when 'watched' then moment end)
    on conflict on constraint resource_marks_pkey do update set
      -- What is marked already keeps its time.
      saved_at = case when mark <> 'saved' then k.saved_at when is_set then coalesce(k.saved_at, moment) end,
      watched_at = case when mark <> 'watched' then k.watched_at when is_set then coalesce(k.watched_at, moment) end
    returning k.saved_at, k.watched_at;
end
$$;

comment on function private.mark_resource is 'Notes that a member saved or watched a resource that she may see, or takes that back. Raises PT403, PT404 or PT422.';

create function public.mark_resource(resource uuid, mark public.resource_mark, is_set boolean)
returns table (saved_at timestamptz, watched_at timestamptz)
language sql
volatile
set search_path = ''
as $$ select * from private.mark_resource(auth.uid(), resource, mark, is_set, private.clock()) $$;

comment on function public.mark_resource is 'Notes for oneself that a resource is saved or watched (is_set true) or not (false). Answers with the marks as they are now.';

create function private.new_resources(viewer uuid, at timestamptz)
returns jsonb
language sql
stable
set search_path = ''
as $$
  select coalesce(pg_catalog.jsonb_agg(pg_catalog.jsonb_build_object('id', n.id, 'kind', n.kind, 'title', n.title,
           'published_at', n.published_at) order by n.published_at desc, n.id desc), '[]')
    from (select r.* from private.newest_resources((select m from public.members m where m.id = viewer), null, null, null, null, null, 3, at) r
           where r.published_at > at - interval '60 days') n
$$;

comment on function private.new_resources is 'Up to three resources of the last 60 days that this member may see, newest first, for her home page.';

create function private.resource_marks_merged(kept uuid, gone uuid)
returns void
language sql
volatile
set search_path = ''
as $$
  insert into public.resource_marks as k (member_id, resource_id, saved_at, watched_at)
  select kept, g.resource_id, g.saved_at, g.watched_at from public.resource_marks g where g.member_id = gone
  on conflict on constraint resource_marks_pkey do update set
    saved_at = least(k.saved_at, excluded.saved_at), watched_at = least(k.watched_at, excluded.watched_at)
$$;

comment on function private.resource_marks_merged is 'Two rows became one person: what either had saved or watched stays so.';
