-- Resources for agents: what members see, and each key's own drafts. Drafts of leaders, and what is for leaders alone,
-- is not theirs to read.

alter table public.resources add column drafted_by uuid references private.agent_keys (id) on delete set null;
create index resources_drafted_by on public.resources (drafted_by, created_at desc, id desc);

comment on column public.resources.drafted_by is 'The agent''s key that drafted it. Empty: a leader made it.';

create function private.drafter(key uuid, updated_by uuid)
returns text
language plpgsql
stable
set search_path = ''
as $$
begin
  return (select 'the agent ' || k.name from private.agent_keys k where k.id = key and drafter.updated_by is null);
end
$$;

comment on function private.drafter is 'Who drafted a resource that no leader has changed yet, for the leaders'' pages. Null for what leaders made.';

create function private.is_for_agent(resource public.resources, key uuid, at timestamptz)
returns boolean
language sql
immutable
set search_path = ''
as $$
  select coalesce(resource.drafted_by = key and (resource.published_at is null or resource.audience = 'member' and resource.retired_at is not null), false)
      or coalesce(resource.audience = 'member' and resource.published_at <= at and resource.retired_at is null, false)
$$;

comment on function private.is_for_agent is 'Whether an agent may read a resource: its own draft, until a leader makes it into something for leaders; or published for members now.';

create function private.content_for_agents(resource public.resources, key uuid, at timestamptz)
returns jsonb
language plpgsql
stable
set search_path = ''
as $$
begin
  return pg_catalog.jsonb_build_object(
    'id', resource.id, 'kind', resource.kind, 'title', private.said(resource.title), 'topics', resource.topics, 'audience', resource.audience,
    'stage', private.stage_of(resource.published_at, resource.retired_at, at), 'published_at', resource.published_at,
    'review_by', resource.review_by, 'revision', resource.revision, 'is_own', coalesce(resource.drafted_by = key, false));
end
$$;

comment on function private.content_for_agents is 'One resource in a list for agents.';

create function private.held_content(call private.agent_call, resource uuid)
returns public.resources
language plpgsql
volatile
set search_path = ''
as $$
declare
  held public.resources;
begin
  select r.* into held from public.resources r where r.id = resource and private.is_for_agent(r, call.key_id, call.at) for update;
  if held.id is null then
    raise exception using errcode = 'PT404', message = 'There is no such resource', detail = 'resource', hint = 'Look for it with content.list.';
  end if;
  return held;
end
$$;

comment on function private.held_content is 'A resource that an agent may read, held for its change. Raises PT404.';

create function private.too_many_drafts(key uuid)
returns text
language plpgsql
volatile
set search_path = ''
as $$
declare
  most constant integer := 50;
begin
  -- Whoever drafts at the same moment waits, and then is counted.
  perform from private.agent_keys k where k.id = key for no key update;
  return (
    select case when count(*) >= most then pg_catalog.format('%s drafts of this key still wait for the leaders', most) end
      from (select from public.resources r where r.drafted_by = key and r.published_at is null and r.retired_at is null limit most) d);
end
$$;

comment on function private.too_many_drafts is 'Why a key may not have one more draft of a resource, as a sentence without its full stop; null when it may. Holds the key.';

create function private.content_found(
  key uuid, at_stage text, query tsquery, of_kind public.resource_kind, topic text, after_moment timestamptz, after_id uuid, size integer, at timestamptz
)
returns setof public.resources
language plpgsql
stable
set search_path = ''
rows 25
as $$
begin
  if at_stage = 'draft' then
    return query
      select r.* from public.resources r
       where r.drafted_by = key and r.published_at is null and r.retired_at is null
         and (query is null or r.search operator(pg_catalog.@@) query)
         and (of_kind is null or r.kind = of_kind)
         and (content_found.topic is null or content_found.topic = any (r.topics))
         and (after_id is null or (r.created_at, r.id) < (after_moment, after_id))
       order by r.created_at desc, r.id desc limit size;
  elsif query is null then
    return query
      select r.* from public.resources r
       where r.published_at <= at and r.retired_at is null and r.audience = 'member'
         and (r.published_at, r.id) < (coalesce(after_moment, 'infinity'), coalesce(after_id, 'ffffffff-ffff-ffff-ffff-ffffffffffff'))
         and (of_kind is null or r.kind = of_kind)
         and (content_found.topic is null or content_found.topic = any (r.topics))
       order by r.published_at desc, r.id desc limit size;
  else
    return query
      select f.* from (
        select r.* from public.resources r
         where r.search operator(pg_catalog.@@) query and r.published_at <= at and r.retired_at is null and r.audience = 'member'
           and (of_kind is null or r.kind = of_kind)
           and (content_found.topic is null or content_found.topic = any (r.topics))
           and (after_id is null or (r.published_at, r.id) < (after_moment, after_id))
        offset 0) f
       order by f.published_at desc, f.id desc limit size;
  end if;
end
$$;

comment on function private.content_found is 'One page of what an agent may read, the newest first: what is published for members, or its own drafts.';

create function private.agent_list_content(call private.agent_call, args jsonb)
returns jsonb
language plpgsql
stable
set search_path = ''
as $$
declare
  most constant integer := private.arg_integer(args, 'limit', 1, 100, 25)::integer;
  stage constant text := private.arg_choice(args, 'stage', array['published', 'draft'], 'published');
  kind constant text := private.arg_choice(args, 'kind', array['video', 'file', 'link']);
  topic constant text := private.arg_topic(args, 'topic');
  place constant record := private.arg_cursor(args);
  one public.resources;
  last public.resources;
  rows jsonb := ('[]')::jsonb;
  next text;
begin
  for one in
    select r.* from private.content_found(call.key_id, stage, private.search_query(private.arg_text(args, 'search', 80)), kind::public.resource_kind, topic,
      place.moment, place.id, most + 1, call.at) r
  loop
    if pg_catalog.jsonb_array_length(rows) = most then
      next := private.next_cursor(case stage when 'draft' then last.created_at else last.published_at end, last.id);
      exit;
    end if;
    rows := rows || private.content_for_agents(one, call.key_id, call.at);
    last := one;
  end loop;
  return pg_catalog.jsonb_build_object('data', rows, 'next', next);
end
$$;

comment on function private.agent_list_content is 'content.list: what is published for members, or the drafts of the key, the newest first.';

create function private.agent_get_content(call private.agent_call, args jsonb)
returns jsonb
language plpgsql
stable
set search_path = ''
as $$
declare
  wanted constant uuid := private.arg_uuid(args, 'resource', true);
  held public.resources;
begin
  select r.* into held from public.resources r where r.id = wanted and private.is_for_agent(r, call.key_id, call.at);
  if held.id is null then
    raise exception using errcode = 'PT404', message = 'There is no such resource', detail = 'resource', hint = 'Look for it with content.list.';
  end if;
  return pg_catalog.jsonb_build_object('data', private.content_for_agents(held, call.key_id, call.at) || pg_catalog.jsonb_build_object(
    'summary', private.said(nullif(held.summary, '')), 'url', private.said(held.url),
    -- Where a published video lies opens it without asking who comes: policies/resources.sql keeps it from agents, too.
    'video_url', private.said(case when held.drafted_by = call.key_id and held.published_at is null then held.video_url end),
    'file_name', private.said(held.file_name), 'duration_seconds', held.duration_seconds, 'embed_state', case when held.vimeo_id is not null then held.embed_state end,
    'lacks', private.missing_to_publish(held), 'updated_at', held.updated_at, 'marks', private.resource_numbers(held.id)));
end
$$;

comment on function private.agent_get_content is 'content.get: one resource with its texts, and how many saved and watched it. Raises PT404.';

create function private.arg_topic(args jsonb, field text)
returns text
language plpgsql
stable
set search_path = ''
as $$
declare
  said constant text := private.arg_text(args, field, 40);
begin
  if said is not null and not exists (select from public.topics t where t.topic = said) then
    perform private.refuse_field(field, 'There is no such topic', pg_catalog.format('Use one of: %s.',
      (select pg_catalog.string_agg(t.topic, ', ' order by t.rank, t.name) from public.topics t)));
  end if;
  return said;
end
$$;

comment on function private.arg_topic is 'A topic that there is, or null when none was sent. Raises PT422.';

create function private.content_written(resource public.resources, at timestamptz)
returns jsonb
language plpgsql
stable
set search_path = ''
as $$
begin
  return pg_catalog.jsonb_build_object('data', pg_catalog.jsonb_build_object('id', resource.id, 'revision', resource.revision,
    'stage', private.stage_of(resource.published_at, resource.retired_at, at), 'lacks', private.missing_to_publish(resource)));
end
$$;

comment on function private.content_written is 'What a write about a resource answers: ids and states, no texts.';
