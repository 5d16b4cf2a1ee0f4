-- The safety net under the webhooks: twice a day the guest list of every upcoming event is read, page by page.

create function private.start_guest_sweep(at timestamptz, started_by text default 'schedule')
returns bigint
language plpgsql
volatile
set search_path = ''
as $$
declare
  run bigint;
begin
  perform jobs.beat('events.guests');
  -- One that began hours ago and never ended lost its jobs: what it got done stays, the rest is this one's.
  perform private.finish_guest_run(r.id, at, true) from private.guest_runs r
    where r.finished_at is null and r.started_at < at - interval '6 hours';
  perform private.forget_old_guests(at);
  insert into private.guest_runs (started_at, started_by) values (at, start_guest_sweep.started_by)
  on conflict do nothing
  returning id into run;
  if run is null then
    return (select r.id from private.guest_runs r where r.finished_at is null);
  end if;
  -- Those that ended since the last runs are read once more, for who checked in.
  insert into private.guest_run_events (run_id, event_id, listing_since)
  select run, e.id, at from public.events e
   where e.state = 'published' and e.ends_at > at - interval '36 hours' and e.starts_at < at + interval '1 year'
     and private.luma_event_of(e.id) is not null;
  update private.guest_runs r
     set events = (select pg_catalog.count(*) from private.guest_run_events v where v.run_id = run) where r.id = run;
  perform jobs.enqueue_many('events', 'sweep_guests',
    array(select pg_catalog.jsonb_build_object('run_id', v.run_id, 'event_id', v.event_id)
            from private.guest_run_events v join public.events e on e.id = v.event_id
           where v.run_id = run order by e.starts_at, e.id),
    correlation_id => 'guests-' || run::text);
  perform private.finish_guest_run(run, at);
  return run;
end
$$;

comment on function private.start_guest_sweep is
  'Begins a sweep over the guest lists of every upcoming event, and of those that have just ended. While one is under way it is that one. pg_cron calls it at 09:00 and 21:00 UTC.';

create function private.luma_event_of(event uuid)
returns text
language plpgsql
stable
set search_path = ''
as $$
begin
  return (select l.luma_id from private.luma_events l where l.event_id = luma_event_of.event);
end
$$;

comment on function private.luma_event_of is 'What Luma calls an event; null while it does not have it.';

create function private.guest_page_to_read(run bigint, event uuid, at timestamptz)
returns jsonb
language plpgsql
volatile
set search_path = ''
as $$
begin
  update private.guest_run_events v set finished_at = at
    from public.events e
   where e.id = v.event_id and e.state <> 'published'
     and v.run_id = guest_page_to_read.run and v.event_id = guest_page_to_read.event and v.finished_at is null;
  if found then
    -- It was canceled since the run began: there is no list any more.
    perform private.finish_guest_run(run, at);
    return null;
  end if;
  return (select pg_catalog.jsonb_build_object('luma_event_id', private.luma_event_of(v.event_id), 'cursor', v.page_cursor, 'at', at)
            from private.guest_run_events v join private.guest_runs r on r.id = v.run_id
           where v.run_id = guest_page_to_read.run and v.event_id = guest_page_to_read.event
             and v.finished_at is null and r.finished_at is null);
end
$$;

comment on function private.guest_page_to_read is 'Which page of an event''s guest list a sweep reads next; null when the list was read, or the run is over.';

create function private.apply_guest_page(run bigint, event uuid, page_cursor text, guests jsonb, next_cursor text, seen_at timestamptz, at timestamptz)
returns boolean
language plpgsql
volatile
set search_path = ''
as $$
declare
  luma_event_id constant text := private.luma_event_of(event);
  correlation constant text := 'guests-' || run::text;
  before bigint;
  one jsonb;
  bad integer := 0;
begin
  update private.guest_run_events v set page_cursor = apply_guest_page.next_cursor, pages = v.pages + 1
   where v.run_id = run and v.event_id = event and v.page_cursor is not distinct from apply_guest_page.page_cursor
     and v.finished_at is null;
  if not found then
    return false;  -- somebody else read this page
  end if;
  perform private.hold_guests(array(
    select private.guest_address(coalesce(g ->> 'user_email', g ->> 'email')) from pg_catalog.jsonb_array_elements(guests) g), event);
  -- While the event's row is held nobody else decides about its guests.
  before := coalesce((select max(d.id) from private.guest_decisions d), 0);
  -- Most of them are settled, and Luma says what it said last time.
  update private.event_guests g set seen_at = greatest(g.seen_at, apply_guest_page.seen_at)
    from pg_catalog.jsonb_array_elements(guests) p
   where g.event_id = apply_guest_page.event and g.luma_guest_id = p ->> 'id' and g.page_mark = pg_catalog.md5(p::text)
     and g.status = g.luma_status and (g.status = 'approved' or g.decided_by in ('host', 'luma'));
  for one in
    select p from pg_catalog.jsonb_array_elements(guests) p
     where not exists (
       select from private.event_guests g
        where g.event_id = apply_guest_page.event and g.luma_guest_id = p ->> 'id' and g.page_mark = pg_catalog.md5(p::text)
          and g.status = g.luma_status and (g.status = 'approved' or g.decided_by in ('host', 'luma')))
  loop
    begin
      perform private.take_guest(event, luma_event_id, one, apply_guest_page.seen_at, 'page', run, correlation, at);
      update private.event_guests g set page_mark = pg_catalog.md5(one::text)
       where g.event_id = apply_guest_page.event and g.luma_guest_id = one ->> 'id' and not g.is_erased;
    exception when others then
      -- One that cannot be read does not stop the others.
      bad := bad + 1;
      raise warning 'guest % of event %: %', one ->> 'id', event, sqlstate;
    end;
  end loop;
  update private.guest_runs r set
      looked_at = r.looked_at + pg_catalog.jsonb_array_length(guests), failed = r.failed + bad,
      approved = r.approved + made.approved, declined = r.declined + made.declined, waitlisted = r.waitlisted + made.waitlisted,
      promoted = r.promoted + made.promoted,
      left_pending = r.left_pending + (
        select pg_catalog.count(*) from private.event_guests g
         where g.event_id = event and g.status = 'pending'
           and g.luma_guest_id in (select p ->> 'id' from pg_catalog.jsonb_array_elements(guests) p))
    from (select pg_catalog.count(*) filter (where d.status = 'approved' and d.reason <> 'seat_freed') as approved,
                 pg_catalog.count(*) filter (where d.reason = 'seat_freed') as promoted,
                 pg_catalog.count(*) filter (where d.status = 'declined') as declined,
                 pg_catalog.count(*) filter (where d.status = 'waitlist') as waitlisted
            from private.guest_decisions d
           where d.id > before and d.decided_by = 'rule'
             and exists (select from private.event_guests g where g.id = d.guest_id and g.event_id = apply_guest_page.event)) made
   where r.id = run;
  if next_cursor is null then
    perform private.finish_guest_list(run, event, at);
    return false;
  end if;
  return true;
end
$$;

comment on function private.apply_guest_page is
  'Keeps and decides one page of a guest list. A page that was applied already changes nothing. Returns whether there is another page.';

create function private.finish_guest_list(run bigint, event uuid, at timestamptz, error text default null)
returns void
language plpgsql
volatile
set search_path = ''
as $$
declare
  since timestamptz;
  ended boolean;
begin
  update private.guest_run_events v set finished_at = at, error = pg_catalog.left(finish_guest_list.error, 500)
   where v.run_id = run and v.event_id = event and v.finished_at is null
  returning v.listing_since into since;
  if since is null then
    return;
  end if;
  if error is null then
    -- Who is on our list and not on Luma's is looked up: a page that moved while it was read proves nothing.
    perform private.owe_guest_look(g.id, 'run-' || run::text, 'bulk', 'guests-' || run::text)
       from private.event_guests g
      where g.event_id = finish_guest_list.event and g.seen_at < since and g.luma_status <> 'declined' and not g.is_erased;
    perform private.retell_failed(event);
    update private.guest_runs r set promoted = r.promoted + private.promote_guests(event, at, run, 'guests-' || run::text) where r.id = run;
    ended := (select e.ends_at <= at from public.events e where e.id = event);
    if ended then
      perform private.note_no_shows(event, at);
    end if;
  else
    update private.guest_runs r set failed = r.failed + 1 where r.id = run;
  end if;
  perform private.finish_guest_run(run, at);
end
$$;

comment on function private.finish_guest_list is 'An event''s list was read to its end, or could not be.';

create function private.finish_guest_run(run bigint, at timestamptz, give_up boolean default false)
returns void
language plpgsql
volatile
set search_path = ''
as $$
declare
  lost integer := 0;
begin
  perform from private.guest_runs r where r.id = run for update;
  if give_up then
    update private.guest_run_events v set finished_at = at, error = 'It was not read within six hours'
     where v.run_id = run and v.finished_at is null;
    get diagnostics lost = row_count;
  end if;
  update private.guest_runs r set finished_at = at, failed = r.failed + lost
   where r.id = run and r.finished_at is null
     and not exists (select from private.guest_run_events v where v.run_id = run and v.finished_at is null);
end
$$;

comment on function private.finish_guest_run is 'Ends a run when every list of it was read; with give_up in any case.';

create function private.note_no_shows(event uuid, at timestamptz)
returns integer
language plpgsql
volatile
set search_path = ''
as $$
declare
  noted integer;
begin
  -- Where nobody was checked in, nobody kept the list.
  update private.event_guests g set no_show_at = at
   where g.event_id = note_no_shows.event and g.status = 'approved' and g.checked_in_at is null and g.no_show_at is null
     and exists (select from private.event_guests c where c.event_id = g.event_id and c.checked_in_at is not null);
  get diagnostics noted = row_count;
  return noted;
end
$$;

comment on function private.note_no_shows is 'After the end: who was approved and did not come, where check-in was kept. Returns how many.';

select cron.schedule('events.guests', '0 9,21 * * *', 'select private.start_guest_sweep(private.clock())'),
       jobs.beat('events.guests');

select jobs.define_kind('events', 'look_at_guest', 'Looks one guest up at Luma, because what was heard of her contradicts what is known.', max_deferrals => 1000),
       jobs.define_kind('events', 'tell_luma_decision', 'Tells Luma what was decided about a guest.', max_deferrals => 1000),
       jobs.define_kind('events', 'redecide_guests', 'Decides anew about somebody who became a member or proved an address.', max_deferrals => 1000),
       jobs.define_kind('events', 'sweep_guests', 'Reads the guest list of one event, page by page.', priority => 'bulk', lease => '40 seconds', max_deferrals => 1000),
       jobs.define_kind('events', 'forget_guest', 'Takes somebody who had her data deleted off a guest list at Luma, without a word to her.', max_deferrals => 1000);
