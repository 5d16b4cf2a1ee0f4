-- What a leader may change of an event, beyond which events are hers: by its state, its hour and its region.

create function private.check_event_change()
returns trigger
language plpgsql
security definer
set search_path = ''
as $$
declare
  caller constant uuid := private.my_member_id();
  at constant timestamptz := private.clock();
  kept_by_us constant text[] := array['revision', 'updated_at', 'updated_by', 'created_by', 'published_at', 'canceled_at', 'thanked_at'];
  was constant jsonb := pg_catalog.to_jsonb(old);
  changed text[];
begin
  -- Rooms and admins in Studio keep the books; these rules are for people at the form.
  if caller is null then
    return new;
  end if;
  select coalesce(pg_catalog.array_agg(field order by field), '{}') into changed
    from pg_catalog.jsonb_each(pg_catalog.to_jsonb(new)) n (field, value)
   where value is distinct from was -> field and field <> all (kept_by_us);
  if changed = '{}' then
    return new;
  elsif old.state = 'canceled' then
    perform private.refuse_field(changed[1], 'This event was canceled', 'Copy it, and publish the copy.');
  elsif old.state = 'published' and old.ends_at <= at and not changed <@ array['recording_url', 'thanks'] then
    perform private.refuse_field(changed[1], 'This event is over', 'You can still add its recording and thank those who came. To hold it again, copy it.');
  end if;
  if old.state = 'published' and 'starts_at' = any (changed) and old.starts_at <= at then
    perform private.refuse_field('starts_at', 'It has begun', 'Its end can still be moved.');
  elsif old.state = 'published' and 'starts_at' = any (changed) and new.starts_at <= at then
    perform private.refuse_field('starts_at', 'This moment is past', 'Choose one that is still to come.');
  elsif old.state = 'published' and 'ends_at' = any (changed) and new.ends_at <= at then
    perform private.refuse_field('ends_at', 'This moment is past', 'Choose one that is still to come.');
  end if;
  -- Who hosts an event for others must not take it home: its region says who else may edit it.
  if 'region' = any (changed) and not exists (
    select from public.members m where m.id = caller and (m.role = 'admin' or m.id = old.created_by
      or exists (select from public.leader_regions r where r.member_id = m.id and r.region = old.region)))
  then
    perform private.refuse_field('region', 'Its region is not yours to change', 'Ask who wrote the event, or a leader of its region.');
  end if;
  if changed && array['recording_url', 'thanks'] and (new.state <> 'published' or new.starts_at > at)
     and (new.thanks <> '' or new.recording_url is not null) then
    perform private.refuse_field(case when 'thanks' = any (changed) then 'thanks' else 'recording_url' end,
      'It has not begun yet', 'Come back when it has been.');
  end if;
  return new;
end
$$;

comment on function private.check_event_change() is
  'Trigger: what people may change of an event. Nothing of a canceled one, recording and thanks of one that is over, no start in the past, the region only by who wrote it or looks after that region. Raises PT422 at the field.';

create trigger events_written_by_person before update on public.events
  for each row execute function private.check_event_change();

create function private.check_event_lists()
returns trigger
language plpgsql
security definer
set search_path = ''
as $$
begin
  if new.region is not null and not exists (select from public.event_regions r where r.name = new.region) then
    perform private.refuse_field('region', 'There is no region of this name', 'Choose one of the list, or leave it empty.');
  elsif new.category is not null and not exists (select from public.event_categories c where c.name = new.category) then
    perform private.refuse_field('category', 'There is no category of this name', 'Choose one of the list, or leave it empty.');
  end if;
  return new;
end
$$;

comment on function private.check_event_lists() is 'Trigger: region and category are among those that admins keep. Raises PT422 at the field.';

create trigger events_of_known_lists before insert or update of region, category on public.events
  for each row execute function private.check_event_lists();

create function private.check_event_host()
returns trigger
language plpgsql
security definer
set search_path = ''
as $$
declare
  caller constant uuid := private.my_member_id();
  at constant timestamptz := private.clock();
begin
  if caller is null or exists (select from public.event_hosts h where h.event_id = new.event_id and h.member_id = new.member_id) then
    return new;
  end if;
  -- Her name will stand on the event's page: only she herself shows who is hidden. One answer for hidden and nobody.
  if not exists (select from public.profiles p
      where p.member_id = new.member_id and (p.member_id = caller or p.is_visible and p.access_until > at)) then
    perform private.refuse_field('hosts', 'She is not in the directory', 'Ask her to be visible there, then choose her again.');
  elsif (select pg_catalog.count(*) from public.event_hosts h where h.event_id = new.event_id) >= 10 then
    perform private.refuse_field('hosts', 'Ten hosts are many already', 'Take one away first.');
  end if;
  return new;
end
$$;

comment on function private.check_event_host() is
  'Trigger: hosts that leaders add can be found in the directory, or add themselves; ten at most. Raises PT422 at hosts.';

create trigger event_hosts_checked before insert on public.event_hosts
  for each row execute function private.check_event_host();

create function private.audit_event_host()
returns trigger
language plpgsql
security definer
set search_path = ''
as $$
declare
  caller constant uuid := private.my_member_id();
  host constant jsonb := pg_catalog.jsonb_build_object('member_id', coalesce(new.member_id, old.member_id));
begin
  -- The rows of an event or a member that is deleted go with it, unheard.
  if caller is not null and exists (select from public.events e where e.id = coalesce(new.event_id, old.event_id)) then
    perform private.audit('member', caller::text, case when tg_op = 'INSERT' then 'events.host_added' else 'events.host_removed' end,
      'event', coalesce(new.event_id, old.event_id)::text,
      case when tg_op = 'DELETE' then host end, case when tg_op = 'INSERT' then host end);
  end if;
  return null;
end
$$;

comment on function private.audit_event_host() is 'Trigger: writes into the audit log who made whom a host, because a host who leads may edit.';

create trigger event_hosts_audited after insert or delete on public.event_hosts
  for each row execute function private.audit_event_host();

create function private.require_event_editor(caller uuid, event uuid)
returns public.events
language plpgsql
stable
set search_path = ''
as $$
declare
  held public.events;
begin
  perform private.require_leader(caller);
  select e.* into held from public.events e where e.id = require_event_editor.event;
  if held.id is null then
    raise exception using errcode = 'PT404', message = 'This event is not here', detail = 'event', hint = 'Go back to the list.';
  elsif not private.edits_event(caller, event) then
    raise exception using errcode = 'PT403', message = 'This event is not yours to change',
      hint = 'Ask one of its hosts, or a leader of its region.';
  end if;
  return held;
end
$$;

comment on function private.require_event_editor is 'The event, for who may edit it. Raises PT403 for everybody else, PT404 when there is none.';
