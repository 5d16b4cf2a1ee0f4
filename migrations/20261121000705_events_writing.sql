-- What happens when a leader writes an event: who may, what is tidied, what can never be, and the audit row.

create function private.edits_event(caller uuid, event uuid)
returns boolean
language plpgsql
stable
set search_path = ''
as $$
begin
  return exists (
    select from public.members m
      join public.events e on e.id = edits_event.event
     where m.user_id = caller and m.role in ('leader', 'admin')
       and (m.role = 'admin' or e.created_by = m.id
         or exists (select from public.event_hosts h where h.event_id = e.id and h.member_id = m.id)
         or exists (select from public.leader_regions r where r.member_id = m.id and r.region = e.region)));
end
$$;

comment on function private.edits_event is
  'Whether a sign-in may edit an event: admins, and leaders who created it, host it, or look after its region. The policies ask the same of all rows at once.';

create function private.my_hosted_events()
returns setof uuid
language plpgsql
stable
security definer
set search_path = ''
as $$
begin
  return query select h.event_id from public.event_hosts h where h.member_id = private.my_member_id();
end
$$;

comment on function private.my_hosted_events() is 'The events that who is signed in hosts. For policies: call it as (select private.my_hosted_events()).';

create function private.my_regions()
returns setof text
language plpgsql
stable
security definer
set search_path = ''
as $$
begin
  return query select r.region from public.leader_regions r where r.member_id = private.my_member_id();
end
$$;

comment on function private.my_regions() is 'The regions that who is signed in looks after. For policies: call it as (select private.my_regions()).';

create function private.is_admin()
returns boolean
language plpgsql
stable
security definer
set search_path = ''
as $$
begin
  return exists (select from public.members m where m.user_id = auth.uid() and m.role = 'admin');
end
$$;

comment on function private.is_admin() is 'Whether who is signed in is an admin at this moment. For policies: call it as (select private.is_admin()).';

create function private.my_led_events()
returns setof uuid
language plpgsql
stable
security definer
set search_path = ''
as $$
begin
  return query
    select e.id from public.events e
     where (select private.is_leader())
       and ((select private.is_admin()) or e.created_by = (select private.my_member_id())
         or e.region in (select private.my_regions()) or e.id in (select private.my_hosted_events()));
end
$$;

comment on function private.my_led_events() is 'The events that who is signed in may edit, as private.edits_event says of one.';

create function private.require_time_zone(zone text)
returns void
language plpgsql
stable
set search_path = ''
as $$
begin
  if zone !~ '^(UTC|[A-Z][A-Za-z_]+(/[A-Z][A-Za-z_-]+)+)$' then
    raise exception using errcode = '22023';
  end if;
  perform timestamptz '2000-01-01 00:00Z' at time zone zone;
exception when invalid_parameter_value then
  raise exception using errcode = 'PT422', message = pg_catalog.format('There is no time zone “%s”', pg_catalog.left(zone, 60)),
    detail = 'time_zone', hint = 'Write it like Europe/Lisbon or America/New_York.';
end
$$;

comment on function private.require_time_zone is 'Raises PT422 at time_zone unless Postgres knows the time zone.';

create function private.check_time_zone()
returns trigger
language plpgsql
security definer
set search_path = ''
as $$
begin
  perform private.require_time_zone(new.time_zone);
  return new;
end
$$;

comment on function private.check_time_zone() is 'Trigger: the time zone is one that Postgres knows. Raises PT422 at time_zone.';

create function private.refuse_field(field text, message text, hint text)
returns void
language plpgsql
stable
set search_path = ''
as $$
begin
  raise exception using errcode = 'PT422', message = refuse_field.message, detail = refuse_field.field, hint = refuse_field.hint;
end
$$;

comment on function private.refuse_field is 'Raises PT422: which field, what is wrong, what would do.';

create function private.check_event_words(event public.events)
returns void
language plpgsql
stable
set search_path = ''
as $$
declare
  address record;
  question jsonb;
begin
  if pg_catalog.length(event.title) > 160 then
    perform private.refuse_field('title', 'The title is longer than 160 characters', 'Shorten it a little.');
  elsif pg_catalog.length(event.description) > 20000 then
    perform private.refuse_field('description', 'The text is longer than 20,000 characters', 'Shorten it a little.');
  elsif pg_catalog.length(event.place) > 200 then
    perform private.refuse_field('place', 'The place is longer than 200 characters', 'Shorten it a little.');
  elsif event.starts_at not between timestamptz '2000-01-01 00:00Z' and timestamptz '2100-01-01 00:00Z' then
    perform private.refuse_field('starts_at', 'This is not a day to plan for', 'Choose one of this century.');
  elsif event.ends_at not between timestamptz '2000-01-01 00:00Z' and timestamptz '2100-01-01 00:00Z' then
    perform private.refuse_field('ends_at', 'This is not a day to plan for', 'Choose one of this century.');
  elsif event.ends_at <= event.starts_at then
    perform private.refuse_field('ends_at', 'It ends before it begins', 'Choose an end that comes after the start.');
  elsif event.ends_at > event.starts_at + interval '14 days' then
    perform private.refuse_field('ends_at', 'It lasts longer than two weeks', 'Make several events of it.');
  elsif event.capacity is not null and event.capacity not between 1 and 100000 then
    perform private.refuse_field('capacity', 'There is room for at least one guest', 'Write a number from 1 to 100,000, or leave it empty.');
  end if;
  for address in select * from (values ('meeting_url', event.meeting_url), ('cover_url', event.cover_url),
      ('recording_url', event.recording_url)) a (field, url) where a.url is not null loop
    if address.url !~ '^https://[^\s<>"]+$' or pg_catalog.length(address.url) > 500 then
      perform private.refuse_field(address.field, 'This address cannot be opened safely', 'Paste one that begins with https://.');
    end if;
  end loop;
  if pg_catalog.jsonb_typeof(event.questions) <> 'array' or pg_catalog.jsonb_array_length(event.questions) > 10 then
    perform private.refuse_field('questions', 'There can be up to ten questions', 'Ask fewer.');
  end if;
  for question in select q from pg_catalog.jsonb_array_elements(event.questions) q loop
    if pg_catalog.jsonb_typeof(question) <> 'object'
       or pg_catalog.length(pg_catalog.btrim(coalesce(question ->> 'label', ''))) not between 1 and 200
       or coalesce(question ->> 'type', '') not in ('text', 'long-text', 'agree-check')
       or pg_catalog.jsonb_typeof(coalesce(question -> 'required', 'false')) <> 'boolean'
       or exists (select from pg_catalog.jsonb_object_keys(question) k where k not in ('label', 'type', 'required')) then
      perform private.refuse_field('questions', 'One of the questions is not whole', 'Each needs its words, up to 200 characters, and a kind of answer.');
    end if;
  end loop;
end
$$;

comment on function private.check_event_words is 'Raises PT422 at the first field of an event that cannot be kept.';

create function private.check_event()
returns trigger
language plpgsql
security definer
set search_path = ''
as $$
declare
  caller constant uuid := private.my_member_id();
  is_new constant boolean := tg_op = 'INSERT';
  at constant timestamptz := private.clock();
  -- What ends a line or steers a machine has no place in a subject, a heading or a calendar.
  breaks constant text := '[\u0001-\u001f\u007f-\u009f\u2028\u2029]+';
begin
  new.title := pg_catalog.btrim(pg_catalog.regexp_replace(new.title, breaks, ' ', 'g'));
  new.place := pg_catalog.btrim(pg_catalog.regexp_replace(new.place, breaks, ' ', 'g'));
  new.meeting_url := nullif(pg_catalog.btrim(new.meeting_url), '');
  new.cover_url := nullif(pg_catalog.btrim(new.cover_url), '');
  new.recording_url := nullif(pg_catalog.btrim(new.recording_url), '');
  new.cancel_reason := case when new.state = 'canceled' then pg_catalog.btrim(new.cancel_reason) else '' end;
  perform private.check_event_words(new);

  if is_new then
    new.created_by := coalesce(caller, new.created_by);
    if new.state = 'canceled' and new.origin = 'form' then
      perform private.refuse_field('state', 'An event cannot begin as canceled', 'Save it as a draft.');
    end if;
  else
    -- Whoever is deleted is let go; otherwise nobody who is signed in hands an event to somebody else.
    if caller is not null and new.created_by is not null then
      new.created_by := old.created_by;
    end if;
    new.origin := old.origin;
    -- Where Luma put its page is nobody's edit.
    new.revision := old.revision + case when pg_catalog.to_jsonb(new) - 'url' = pg_catalog.to_jsonb(old) - 'url' then 0 else 1 end;
    if old.state = 'canceled' and new.state <> 'canceled' then
      perform private.refuse_field('state', 'This event was canceled, and Luma has deleted it', 'Copy it and publish the copy.');
    elsif old.state = 'published' and new.state = 'draft' then
      perform private.refuse_field('state', 'It is published already', 'Change it, or cancel it.');
    elsif old.state = 'draft' and new.state = 'canceled' then
      perform private.refuse_field('state', 'A draft has nobody to tell', 'Delete it instead.');
    end if;
  end if;
  if new.state = 'published' and (is_new or old.state = 'draft') then
    if new.title = '' then
      perform private.refuse_field('title', 'It needs a title', 'Write what people will see in the list.');
    elsif new.starts_at is null then
      perform private.refuse_field('starts_at', 'It needs a start', 'Choose a day and a time.');
    elsif new.ends_at is null then
      perform private.refuse_field('ends_at', 'It needs an end', 'Choose when it is over.');
    elsif new.origin = 'form' and caller is not null and new.starts_at <= at then
      perform private.refuse_field('starts_at', 'This moment is past', 'Choose one that is still to come.');
    end if;
    new.published_at := coalesce(new.published_at, at);
  elsif new.state = 'draft' then
    new.published_at := null;
  end if;
  if new.state = 'published' and (new.starts_at is null or new.ends_at is null or new.title = '') then
    perform private.refuse_field(case when new.title = '' then 'title' when new.starts_at is null then 'starts_at' else 'ends_at' end,
      'A published event needs its title, its start and its end', 'Fill it in again.');
  end if;
  new.canceled_at := case when new.state = 'canceled' then coalesce(new.canceled_at, at) end;
  if new.thanks <> '' and new.thanked_at is null then
    new.thanked_at := at;
  end if;
  new.updated_by := coalesce(caller, new.updated_by);
  new.updated_at := at;
  return new;
end
$$;

comment on function private.check_event() is
  'Trigger: tidies what a leader typed, counts the revision, keeps state to draft, published, canceled in this order. Raises PT422 at the field that cannot be kept.';

create trigger events_checked before insert or update on public.events
  for each row execute function private.check_event();
create trigger events_time_zone_known
  before insert or update of time_zone on public.events
  for each row execute function private.check_time_zone();

create function private.audit_event()
returns trigger
language plpgsql
security definer
set search_path = ''
as $$
declare
  caller constant uuid := private.my_member_id();
  quiet constant text[] := array['updated_at', 'updated_by', 'revision', 'created_at', 'url'];
  was constant jsonb := case when tg_op <> 'INSERT' then pg_catalog.to_jsonb(old) - quiet end;
  is_now constant jsonb := case when tg_op <> 'DELETE' then pg_catalog.to_jsonb(new) - quiet end;
  changed text[];
begin
  select pg_catalog.array_agg(key) into changed
    from pg_catalog.jsonb_object_keys(coalesce(is_now, was)) key where was -> key is distinct from is_now -> key;
  -- A draft is saved with every few words: only what others can see is worth a row.
  if changed is null or (tg_op <> 'DELETE' and new.state = 'draft' and tg_op = 'UPDATE') then
    return null;
  end if;
  perform private.audit(case when caller is not null then 'member' when private.is_from_luma() then 'luma' else 'studio' end::private.actor_kind,
    coalesce(caller::text, session_user::text),
    'events.' || case
      when tg_op = 'INSERT' then 'created'
      when tg_op = 'DELETE' then 'deleted'
      when old.state <> new.state then new.state::text
      else 'changed' end,
    'event', coalesce(new.id, old.id)::text,
    (select pg_catalog.jsonb_object_agg(key, was -> key) from pg_catalog.unnest(changed) key where was is not null),
    (select pg_catalog.jsonb_object_agg(key, is_now -> key) from pg_catalog.unnest(changed) key where is_now is not null));
  return null;
end
$$;

comment on function private.audit_event() is 'Trigger: writes what changed of an event into the audit log, with who changed it. Edits of a draft are nobody''s business.';

create trigger events_audited
  after insert or update or delete on public.events
  for each row execute function private.audit_event();
