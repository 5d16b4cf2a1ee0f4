-- What agents write about resources: drafts, corrections, topics, retiring. A leader publishes.

create function private.agent_create_content(call private.agent_call, args jsonb)
returns jsonb
language plpgsql
volatile
set search_path = ''
as $$
declare
  problem text;
  made public.resources;
begin
  made.kind := (private.arg_choice(args, 'kind', array['video', 'link'], null, true))::public.resource_kind;
  made.title := private.arg_text(args, 'title', 160, true);
  made.summary := coalesce(private.arg_text(args, 'summary', 4000), '');
  made.topics := coalesce(private.arg_texts(args, 'topics', 5, 40), '{}');
  made.audience := (private.arg_choice(args, 'audience', array['member', 'leader'], 'member'))::public.resource_audience;
  made.url := private.arg_text(args, 'url', 1000);
  made.video_url := private.arg_text(args, 'video_url', 4000);
  if made.kind = 'video' and made.url is not null then
    perform private.refuse_field('url', 'A video has no url', 'Send its address at Vimeo as video_url.');
  elsif made.kind = 'link' and made.video_url is not null then
    perform private.refuse_field('video_url', 'A link has no video_url', 'Send its address as url.');
  end if;
  problem := private.too_many_drafts(call.key_id);
  if problem is not null then
    raise exception using errcode = 'PT409', message = problem, hint = 'Wait until some are published, or retire some with content.delete.';
  end if;
  insert into public.resources (id, kind, title, summary, topics, audience, url, video_url, drafted_by)
  values (gen_random_uuid(), made.kind, made.title, made.summary, made.topics, made.audience, made.url, made.video_url, call.key_id)
  returning * into made;
  perform private.note_agent_write(call, 'resources.drafted', 'resource', made.id::text, pg_catalog.jsonb_build_object('kind', made.kind),
    null, pg_catalog.jsonb_build_object('revision', made.revision), 'undo_content_draft');
  return private.content_written(made, call.at);
end
$$;

comment on function private.agent_create_content is
  'content.create: drafts a video or a link, 50 of a key at most; a leader looks at it and publishes it. Raises PT409 or PT422.';

create function private.undo_content_draft(call private.agent_call, write private.agent_writes)
returns text
language plpgsql
volatile
set search_path = ''
as $$
declare
  held public.resources;
begin
  select r.* into held from public.resources r where r.id::text = write.target_id for update;
  if held.id is null or held.retired_at is not null then
    return null;
  elsif held.published_at is not null then
    return 'A leader has published it.';
  elsif held.revision <> (write.after ->> 'revision')::integer then
    return 'Somebody has changed it since.';
  end if;
  -- Retired and not deleted, as everywhere: a leader may bring it back.
  update public.resources r set retired_at = call.at where r.id = held.id;
  return null;
end
$$;

comment on function private.undo_content_draft is 'Takes a draft of an agent off the list, while nobody has changed or published it.';

create function private.content_changes(held public.resources, args jsonb)
returns jsonb
language plpgsql
stable
set search_path = ''
as $$
declare
  changes jsonb;
  address text;
begin
  changes := pg_catalog.jsonb_strip_nulls(pg_catalog.jsonb_build_object(
    'title', private.arg_text(args, 'title', 160), 'summary', private.arg_text(args, 'summary', 4000),
    'topics', private.arg_texts(args, 'topics', 5, 40), 'url', private.arg_text(args, 'url', 1000),
    'video_url', private.arg_text(args, 'video_url', 4000), 'review_by', private.arg_day(args, 'review_by')));
  if changes = '{}' then
    perform private.refuse_field('title', 'There is nothing to change', 'Send at least one of title, summary, topics, url, video_url and review_by.');
  end if;
  foreach address in array array['url', 'video_url'] loop
    if changes ? address and (held.published_at is not null or held.drafted_by is null) then
      -- Members follow what they were shown: only a person leads them elsewhere.
      perform private.refuse_field(address, 'What it leads to is changed by a leader', 'Leave it out, or draft a new resource. In drafts of its own a key may change it.');
    elsif changes ? address and (held.kind = 'video') <> (address = 'video_url') then
      perform private.refuse_field(address, pg_catalog.format('A %s has no %s', held.kind, address), 'Leave it out.');
    end if;
  end loop;
  return changes;
end
$$;

comment on function private.content_changes is 'What an agent wants to change about a resource, by field. Raises PT422.';

create function private.change_content(resource uuid, changes jsonb)
returns public.resources
language plpgsql
volatile
set search_path = ''
as $$
declare
  held public.resources;
begin
  update public.resources r set
      title = coalesce(changes ->> 'title', r.title),
      summary = coalesce(changes ->> 'summary', r.summary),
      topics = case when changes ? 'topics' then array(select pg_catalog.jsonb_array_elements_text(changes -> 'topics')) else r.topics end,
      url = case when changes ? 'url' then changes ->> 'url' else r.url end,
      video_url = case when changes ? 'video_url' then changes ->> 'video_url' else r.video_url end,
      review_by = case when changes ? 'review_by' then (changes ->> 'review_by')::date else r.review_by end
   where r.id = resource
  returning r.* into held;
  return held;
end
$$;

comment on function private.change_content is 'Sets these fields of a resource.';

create function private.content_fields(resource public.resources, like_these jsonb)
returns jsonb
language sql
stable
set search_path = ''
as $$
  select coalesce(pg_catalog.jsonb_object_agg(f.key, f.value), '{}')
    from pg_catalog.jsonb_each(private.resource_facts(resource)) f where like_these ? f.key
$$;

comment on function private.content_fields is 'What a resource says now in the fields that like_these names.';

create function private.agent_update_content(call private.agent_call, args jsonb)
returns jsonb
language plpgsql
volatile
set search_path = ''
as $$
declare
  revision constant integer := private.arg_integer(args, 'revision', 1, 2147483647, null, true)::integer;
  held constant public.resources := private.held_content(call, private.arg_uuid(args, 'resource', true));
  changes constant jsonb := private.content_changes(held, args);
  changed public.resources;
begin
  if held.revision <> revision then
    raise exception using errcode = 'PT409', message = 'Somebody else changed this meanwhile', detail = 'revision',
      hint = pg_catalog.format('Read it again with content.get: it is at revision %s now.', held.revision);
  end if;
  changed := private.change_content(held.id, changes);
  perform private.note_agent_write(call, 'resources.corrected', 'resource', held.id::text,
    pg_catalog.jsonb_build_object('fields', (select pg_catalog.jsonb_agg(f order by f) from pg_catalog.jsonb_object_keys(changes) f)),
    private.content_fields(held, changes), private.content_fields(changed, changes), 'undo_content_change');
  return private.content_written(changed, call.at);
end
$$;

comment on function private.agent_update_content is
  'content.update: corrects the texts and topics of a resource, published or an own draft. It never publishes. Raises PT404, PT409 when somebody changed it meanwhile, PT422.';

create function private.undo_content_change(call private.agent_call, write private.agent_writes)
returns text
language plpgsql
volatile
set search_path = ''
as $$
declare
  held public.resources;
begin
  if write.key_id <> call.key_id then
    return 'Another key did that.';
  end if;
  select r.* into held from public.resources r where r.id::text = write.target_id for update;
  if held.id is null then
    return 'The resource is not here any more.';
  elsif held.published_at is not null and write.before operator(pg_catalog.?|) array['url', 'video_url'] then
    return 'A leader has published it: what it leads to is changed by a leader.';
  elsif private.content_fields(held, write.after) <> write.after then
    return 'Somebody has changed it since.';
  end if;
  perform private.change_content(held.id, write.before);
  return null;
end
$$;

comment on function private.undo_content_change is 'Puts back what a resource said before, while the same fields still say what the agent wrote. Where a published one leads it leaves alone.';

create function private.agent_update_many_content(call private.agent_call, args jsonb)
returns jsonb
language plpgsql
volatile
set search_path = ''
as $$
declare
  of_topic constant text := private.arg_topic(args, 'topic');
  of_kind constant public.resource_kind := private.arg_choice(args, 'kind', array['video', 'file', 'link'])::public.resource_kind;
  before_day constant date := private.arg_day(args, 'published_before');
  add_topic constant text := private.arg_topic(args, 'add_topic');
  remove_topic constant text := private.arg_topic(args, 'remove_topic');
  most constant integer := private.arg_integer(args, 'most', 1, 50, null, true)::integer;
  found_ids uuid[];
  done uuid[] := ('{}')::uuid[];
  held public.resources;
  changed public.resources;
begin
  if of_topic is null and of_kind is null and before_day is null then
    perform private.refuse_field('topic', 'Without a filter this would change everything', 'Send at least one of topic, kind and published_before.');
  elsif add_topic is null and remove_topic is null then
    perform private.refuse_field('add_topic', 'There is nothing to change', 'Send add_topic, remove_topic or both.');
  elsif add_topic = remove_topic then
    perform private.refuse_field('remove_topic', 'It adds and removes the same topic', 'Choose one of the two.');
  end if;
  found_ids := array(
    select r.id from public.resources r
     where r.published_at <= call.at and r.retired_at is null and r.audience = 'member'
       and (of_topic is null or of_topic = any (r.topics)) and (of_kind is null or r.kind = of_kind)
       and (before_day is null or r.published_at < before_day::timestamp at time zone 'UTC')
       -- What is so already needs no change.
       and (add_topic is not null and add_topic <> all (r.topics) or remove_topic = any (r.topics))
     order by r.id limit 1000);
  if pg_catalog.cardinality(found_ids) > most then
    perform private.refuse_field('most', pg_catalog.format('The filter finds %s%s resources, and most is %s',
      case when pg_catalog.cardinality(found_ids) = 1000 then 'at least ' else '' end, pg_catalog.cardinality(found_ids), most),
      'Narrow the filter, or raise most up to 50. Nothing was changed.');
  end if;
  for held in select r.* from public.resources r where r.id = any (found_ids) order by r.id for update loop
    changed := held;
    changed.topics := pg_catalog.array_remove(held.topics, remove_topic);
    if add_topic is not null and add_topic <> all (changed.topics) then
      changed.topics := changed.topics || add_topic;
    end if;
    continue when changed.topics = held.topics;
    if pg_catalog.cardinality(changed.topics) > 5 then
      perform private.refuse_field('add_topic', pg_catalog.format('The resource %s has five topics already', held.id),
        'Take one away from it first, or narrow the filter. Nothing was changed.');
    end if;
    changed := private.change_content(held.id, pg_catalog.jsonb_build_object('topics', changed.topics));
    perform private.note_agent_write(call, 'resources.corrected', 'resource', held.id::text, '{"fields": ["topics"]}',
      pg_catalog.jsonb_build_object('topics', held.topics), pg_catalog.jsonb_build_object('topics', changed.topics), 'undo_content_change');
    done := done || held.id;
  end loop;
  return pg_catalog.jsonb_build_object('data', pg_catalog.jsonb_build_object('changed', pg_catalog.cardinality(done), 'resources', pg_catalog.to_jsonb(done)));
end
$$;

comment on function private.agent_update_many_content is
  'content.update_many: adds or removes a topic on the published resources that a filter finds, 50 at most, all or none. Raises PT422, also when the filter finds more than most.';

create function private.agent_retire_content(call private.agent_call, args jsonb)
returns jsonb
language plpgsql
volatile
set search_path = ''
as $$
declare
  reason constant text := private.arg_text(args, 'reason', 500, true);
  held constant public.resources := private.held_content(call, private.arg_uuid(args, 'resource', true));
  changed public.resources;
begin
  if held.retired_at is not null then
    raise exception using errcode = 'PT409', message = 'It is retired already', detail = 'resource', hint = 'A leader can bring it back.';
  end if;
  update public.resources r set retired_at = call.at where r.id = held.id returning r.* into changed;
  perform private.note_agent_write(call, 'resources.taken_out', 'resource', held.id::text, null,
    '{}', pg_catalog.jsonb_build_object('retired_at', changed.retired_at, 'reason', reason), 'undo_content_retiring');
  return private.content_written(changed, call.at);
end
$$;

comment on function private.agent_retire_content is 'content.delete: takes a resource out of what members see. Its rows and file stay, and it can be brought back. Raises PT404 or PT409.';

create function private.undo_content_retiring(call private.agent_call, write private.agent_writes)
returns text
language plpgsql
volatile
set search_path = ''
as $$
declare
  held public.resources;
  problem text;
begin
  if write.key_id <> call.key_id then
    return 'Another key did that.';
  end if;
  select r.* into held from public.resources r where r.id::text = write.target_id for update;
  if held.id is null or held.retired_at is distinct from (write.after ->> 'retired_at')::timestamptz then
    return 'Somebody has decided about it since.';
  elsif held.published_at is null then
    problem := private.too_many_drafts(call.key_id);
    if problem is not null then
      return problem || '.';
    end if;
  end if;
  update public.resources r set retired_at = null where r.id = held.id;
  return null;
end
$$;

comment on function private.undo_content_retiring is 'Brings back what an agent retired, when nobody has done something else with it since; a draft only while fewer than fifty of its key wait.';
