-- The guests' page in one answer: the event, how many are what, and the first of them.

create function private.guest_desk(caller uuid, event uuid, with_status text, search text, size integer, at timestamptz)
returns jsonb
language plpgsql
stable
security definer
set search_path = ''
as $$
declare
  held constant public.events := private.require_event_editor(caller, event);
  counts constant jsonb := private.guest_counts(caller, event);
  -- Without a wish: who waits for a decision, and when nobody does, who comes.
  shown constant text := coalesce(with_status, case when (counts ->> 'pending')::integer > 0 then 'pending' else 'approved' end);
begin
  return pg_catalog.jsonb_build_object('counts', counts, 'status', shown,
    'event', pg_catalog.jsonb_build_object('title', held.title, 'starts_at', held.starts_at, 'time_zone', held.time_zone,
      'place', held.place, 'stage', private.event_stage(held, at)),
    'guests', (select coalesce(pg_catalog.jsonb_agg(pg_catalog.to_jsonb(g) order by g.sort_name, g.guest_id), '[]')
                 from private.lead_guests(caller, event, shown, search, null, null, size, at) g));
end
$$;

comment on function private.guest_desk is 'The event, how many of its guests are what, and the first page of some of them, for who may edit it. Raises PT403, PT404.';

create function public.guest_desk(event uuid, with_status text default null, search text default null, size integer default 50)
returns jsonb
language sql
stable
set search_path = ''
as $$ select private.guest_desk(auth.uid(), event, with_status, search, size, private.clock()) $$;

comment on function public.guest_desk is
  'For who may edit an event: its title and hour, guest_counts, and the first page of lead_guests. with_status: only these; without it who is pending, and when nobody is, who is approved.';
