-- What admins read about guests.

create view admin.event_guests with (security_invoker = true) as
select g.id, e.title as event, e.starts_at, g.name, g.email, g.member_id, g.status, g.luma_status, g.decided_by, g.reason, g.words,
       g.is_paid, g.registered_at, g.checked_in_at, g.no_show_at, g.seen_at, g.event_id, l.luma_id as luma_event_id, g.luma_guest_id
  from private.event_guests g
  join public.events e on e.id = g.event_id
  left join private.luma_events l on l.event_id = e.id
 where not g.is_erased;

comment on view admin.event_guests is 'Every guest of every event: what she is by our decision, what Luma has, and why.';
comment on column admin.event_guests.luma_status is 'Where it differs from status, Luma has still to hear of it: look in admin.guest_decisions.';

create view admin.guest_decisions with (security_invoker = true) as
select d.id, d.decided_at, e.title as event, g.name, g.email, d.was, d.status, d.reason, d.policy, d.decided_by,
       p.name as leader, d.words, d.state, d.told_at, d.error, d.run_id, d.correlation_id, d.guest_id, g.event_id
  from private.guest_decisions d
  join private.event_guests g on g.id = d.guest_id
  join public.events e on e.id = g.event_id
  left join public.profiles p on p.member_id = d.actor_id;

comment on view admin.guest_decisions is 'Every decision about a guest, why it was made, by whom, and whether Luma has heard of it.';

create view admin.guest_runs with (security_invoker = true) as
select r.id, r.started_at, r.took, r.started_by, case when r.finished_at is null then 'under way' when r.failed > 0 then 'with failures' else 'done' end as state,
       r.events, (select pg_catalog.count(*)::integer from private.guest_run_events v where v.run_id = r.id and v.finished_at is not null) as events_read,
       r.looked_at, r.approved, r.declined, r.left_pending, r.waitlisted, r.promoted, r.failed,
       (select pg_catalog.string_agg(e.title || ': ' || v.error, '; ' order by e.starts_at)
          from private.guest_run_events v join public.events e on e.id = v.event_id where v.run_id = r.id and v.error is not null) as errors
  from private.guest_runs r;

comment on view admin.guest_runs is 'Every sweep over the guest lists: how long it took and what came of it. The latest has the highest id.';

create function admin.sweep_guests()
returns text
language plpgsql
volatile
set search_path = ''
as $$
declare
  run constant bigint := private.start_guest_sweep(private.clock(), session_user::text);
begin
  return pg_catalog.format('select * from admin.guest_runs where id = %s;', run);
end
$$;

comment on function admin.sweep_guests is 'Reads every guest list at Luma now. While a sweep is under way it names that one. Deciding twice is not possible.';

create function admin.redecide_guest(guest bigint, reason text)
returns text
language plpgsql
volatile
set search_path = ''
as $$
declare
  why constant text := private.require_reason(redecide_guest.reason);
  held private.event_guests;
  outcome text;
begin
  select g.* into held from private.event_guests g where g.id = redecide_guest.guest and not g.is_erased;
  if held.id is null then
    raise exception using errcode = 'PT404', message = 'There is no such guest', detail = 'guest', hint = 'Look her up in admin.event_guests.';
  end if;
  perform from public.members m where m.id = held.member_id for key share;
  perform from public.events e where e.id = held.event_id for no key update;
  -- What was decided is forgotten, so that the rule has its say again.
  update private.event_guests g set decided_by = null, reason = null, status = 'pending' where g.id = held.id and g.status <> 'approved';
  perform private.audit('studio', session_user::text, 'events.guest_reopened', 'guest', held.id::text,
    pg_catalog.jsonb_build_object('status', held.status, 'decided_by', held.decided_by), null, why);
  outcome := private.decide_guest(held.id, private.clock(), null, 'studio');
  return pg_catalog.format('Guest %s: %s', held.id, outcome);
end
$$;

comment on function admin.redecide_guest is 'Lets the rule decide anew about one guest, whoever decided before. Whoever is approved stays so. Audited with the reason.';
