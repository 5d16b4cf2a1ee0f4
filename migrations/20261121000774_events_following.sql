-- One change for an event and for those that follow it in its series.

create function private.moved_alongside(follower public.events, was public.events, is_now public.events)
returns public.events
language plpgsql
stable
set search_path = ''
as $$
declare
  -- By how much the hands of the clock moved, so that each keeps its own day, also across the end of summer.
  moved constant interval := (is_now.starts_at at time zone is_now.time_zone) - (was.starts_at at time zone was.time_zone);
  zone constant text := case when is_now.time_zone <> was.time_zone then is_now.time_zone else follower.time_zone end;
begin
  if (is_now.starts_at, is_now.ends_at, is_now.time_zone) is not distinct from (was.starts_at, was.ends_at, was.time_zone)
     or is_now.ends_at is null or moved is null or follower.starts_at is null then
    return follower;
  end if;
  follower.starts_at := ((follower.starts_at at time zone follower.time_zone) + moved) at time zone zone;
  follower.ends_at := follower.starts_at + (is_now.ends_at - is_now.starts_at);
  follower.time_zone := zone;
  return follower;
end
$$;

comment on function private.moved_alongside is 'An event of a series, moved on its clock by as much as another one was.';

create function private.write_event(new public.events)
returns void
language plpgsql
volatile
set search_path = ''
as $$
begin
  update public.events e set
      title = new.title, description = new.description, starts_at = new.starts_at, ends_at = new.ends_at, time_zone = new.time_zone,
      place = new.place, meeting_url = new.meeting_url, cover_url = new.cover_url, region = new.region, category = new.category,
      visibility = new.visibility, capacity = new.capacity, approval_required = new.approval_required, guest_policy = new.guest_policy,
      questions = new.questions, state = new.state, cancel_reason = new.cancel_reason, cancel_refunds = new.cancel_refunds
   where e.id = new.id;
end
$$;

comment on function private.write_event is 'Writes what leaders decide about an event, all columns at once.';

create function private.save_following(caller uuid, event uuid, revision integer, changes jsonb, at timestamptz)
returns jsonb
language plpgsql
volatile
security definer
set search_path = ''
as $$
declare
  shared constant text[] := array['title', 'description', 'place', 'meeting_url', 'cover_url', 'region', 'category', 'visibility', 'capacity',
    'approval_required', 'guest_policy', 'questions', 'cancel_reason', 'cancel_refunds'];
  own constant text[] := array['starts_at', 'ends_at', 'time_zone', 'state'];
  was public.events := private.require_event_editor(caller, event);
  is_now public.events;
  follower public.events;
  next public.events;
  told integer := 0;
begin
  if changes is null or pg_catalog.jsonb_typeof(changes) <> 'object' or changes - shared - own <> '{}' then
    raise exception using errcode = 'PT422', message = 'This cannot be changed here', detail = 'changes', hint = 'Load the page again.';
  end if;
  perform from public.members m where m.user_id = caller for key share;
  -- All of a series, in the order in which everybody takes several events, so that two who do wait for each other.
  perform from public.events e where e.series_id = was.series_id order by e.id for no key update;
  select e.* into was from public.events e where e.id = was.id for no key update;
  if was.revision is distinct from save_following.revision then
    raise exception using errcode = 'PT409', message = 'Somebody else changed this meanwhile', detail = 'revision',
      hint = 'Look at what changed, then decide again.';
  end if;
  is_now := pg_catalog.jsonb_populate_record(was, changes);
  perform private.write_event(is_now);
  for follower in
    select e.* from public.events e
     where e.series_id = was.series_id and e.id <> was.id and e.starts_at > was.starts_at and e.state <> 'canceled'
     order by e.starts_at, e.id
  loop
    continue when not private.edits_event(caller, follower.id);
    next := pg_catalog.jsonb_populate_record(follower, changes - own);
    next := private.moved_alongside(next, was, is_now);
    -- A wish for a state goes only where the state before it is: drafts are published, published ones canceled.
    if changes ? 'state' and (is_now.state = 'published' and follower.state = 'draft' or is_now.state = 'canceled' and follower.state = 'published') then
      next.state := is_now.state;
    end if;
    if next is distinct from follower then
      perform private.write_event(next);
      told := told + 1;
    end if;
  end loop;
  return private.event_to_edit(caller, event, at) || pg_catalog.jsonb_build_object('following', told);
end
$$;

comment on function private.save_following is
  'Saves changes to the revision that was seen, and to the events that follow in its series: times move on the clock by as much, the rest is set. Raises PT403, PT404, PT409, PT422.';

create function public.save_following(event uuid, revision integer, changes jsonb)
returns jsonb
language sql
volatile
set search_path = ''
as $$ select private.save_following(auth.uid(), event, revision, changes, private.clock()) $$;

comment on function public.save_following is
  'For who may edit an event: changes it and those that follow it in its series. changes: columns of events, state and cancel_reason too. Answers as event_to_edit does, with how many "following" were changed.';
