-- An event at Luma, to which the cast comes. Needs the cast.

update private.event_rules set guest_policy = 'decline';
select pg_catalog.set_config('commons.from_luma', 'on', true);
create function pg_temp.gathering(
  title text, visibility text default 'member', capacity integer default null, policy text default null, approval boolean default true,
  starts interval default '5 days', region text default null
) returns uuid language plpgsql as $$
declare
  made uuid;
begin
  insert into public.events (title, starts_at, ends_at, visibility, capacity, guest_policy, approval_required, state, published_at, region)
  values (title, now() + starts, now() + starts + interval '2 hours', visibility::public.event_visibility, capacity,
    policy::public.guest_policy, approval, 'published', now() - interval '1 day', region) returning id into made;
  insert into private.luma_events (event_id, luma_id, state, synced_revision) values (made, 'evt-' || title, 'live', 1)
  on conflict (event_id) do update set luma_id = excluded.luma_id, state = 'live';
  return made;
end
$$;

-- What Luma says of a guest, and what becomes of her.
create function pg_temp.said(who text, status text default 'pending_approval', more jsonb default '{}') returns jsonb language sql as $$
  select pg_catalog.jsonb_build_object('id', 'gst-' || who, 'user_email', who || '@example.org', 'user_name', pg_catalog.initcap(who),
    'approval_status', status, 'registered_at', pg_catalog.now() - interval '1 hour', 'event_tickets', '[]'::jsonb) || more
$$;
create function pg_temp.hears(title text, guest jsonb, source text default 'webhook', seen timestamptz default pg_catalog.clock_timestamp())
returns text language sql as $$
  select private.apply_luma_guest('evt-' || title, guest, seen, source, 'test', pg_catalog.now())
$$;
create function pg_temp.guest(title text, who text) returns private.event_guests language sql as $$
  select g from private.event_guests g join private.luma_events l on l.event_id = g.event_id
   where l.luma_id = 'evt-' || title and g.luma_guest_id = 'gst-' || who
$$;
-- "status reason (what Luma is owed)" of a guest.
create function pg_temp.stands(title text, who text) returns text language sql as $$
  select pg_catalog.concat_ws(' ', g.status, g.reason, (select '(' || d.state || ')' from private.guest_decisions d where d.guest_id = g.id order by d.id desc limit 1))
    from pg_temp.guest(title, who) g
$$;
-- Luma took what it was owed about a guest.
create function pg_temp.luma_took(title text, who text) returns void language sql as $$
  select private.decision_told(d.id, pg_catalog.now()) from private.guest_decisions d
   where d.guest_id = (pg_temp.guest(title, who)).id and d.state = 'owed'
$$;
grant execute on all functions in schema pg_temp to public;
