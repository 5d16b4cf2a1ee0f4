-- How an event ends: what canceling would do, and thanks to those who came.

create function private.cancel_preview(caller uuid, event uuid, at timestamptz)
returns jsonb
language plpgsql
stable
security definer
set search_path = ''
as $$
declare
  held constant public.events := private.require_event_editor(caller, event);
begin
  return (
    select pg_catalog.jsonb_build_object('state', held.state, 'title', held.title, 'is_over', coalesce(held.ends_at <= at, false),
             'at_luma', exists (select from private.luma_events l where l.event_id = held.id and l.luma_id is not null),
             'told', pg_catalog.count(*) filter (where g.event_id = held.id),
             'paid', pg_catalog.count(*) filter (where g.event_id = held.id and g.is_paid),
             'following', (select pg_catalog.count(*) from public.events e where e.series_id = held.series_id and e.starts_at > held.starts_at and e.state = 'published'),
             'following_told', pg_catalog.count(*) filter (where g.event_id <> held.id),
             'following_paid', pg_catalog.count(*) filter (where g.event_id <> held.id and g.is_paid))
      from private.event_guests g
     where g.status in ('approved', 'pending', 'waitlist', 'invited') and not g.is_erased
       and (g.event_id = held.id or g.event_id in (
         select e.id from public.events e where e.series_id = held.series_id and e.starts_at > held.starts_at and e.state = 'published')));
end
$$;

comment on function private.cancel_preview is 'What canceling an event would do: how many guests Luma tells, how many of them paid, and the same for those that follow in its series. Raises PT403, PT404.';

create function public.cancel_preview(event uuid)
returns jsonb
language sql
stable
set search_path = ''
as $$ select private.cancel_preview(auth.uid(), event, private.clock()) $$;

comment on function public.cancel_preview is 'For who may edit an event: how many guests would be told that it is canceled, and how many paid.';

create function private.guests_who_came(event uuid)
returns table (guest_id bigint, member_id uuid, email text)
language plpgsql
stable
set search_path = ''
as $$
#variable_conflict use_column
declare
  checked constant boolean := exists (select from private.event_guests g where g.event_id = guests_who_came.event and g.checked_in_at is not null);
begin
  -- Where nobody stood at the door, as online, everybody came who was let in and is not known to have stayed away. Who
  -- registered with two addresses of hers came once.
  return query
    select distinct on (coalesce(g.member_id::text, g.email)) g.id, g.member_id, g.email
      from private.event_guests g
     where g.event_id = guests_who_came.event and g.status = 'approved' and not g.is_erased and coalesce(g.member_id::text, g.email) is not null
       and (g.checked_in_at is not null or not checked and g.no_show_at is null)
     order by coalesce(g.member_id::text, g.email), g.id;
end
$$;

comment on function private.guests_who_came is 'Who was checked in; where nobody was, everybody who was approved and is not known to have stayed away.';

create function private.send_thanks(caller uuid, event uuid, at timestamptz)
returns integer
language plpgsql
volatile
security definer
set search_path = ''
as $$
declare
  leader constant uuid := private.require_leader(caller);
  held constant public.events := private.require_event_editor(caller, event);
  about jsonb;
  guest record;
  count integer := 0;
begin
  if held.state <> 'published' or held.ends_at > at then
    perform private.refuse_field('thanks', 'It is not over yet', 'Send your thanks when it has been.');
  elsif pg_catalog.btrim(held.thanks) = '' then
    perform private.refuse_field('thanks', 'There are no words yet', 'Write a line or two to those who came, then send it.');
  end if;
  perform private.hold_guests_of(held.id);
  insert into private.event_thanks (event_id, sent_by, sent_at, told) values (held.id, leader, at, 0) on conflict do nothing;
  if not found then
    return (select t.told from private.event_thanks t where t.event_id = held.id);
  end if;
  about := private.event_facts(held) || pg_catalog.jsonb_build_object('words', held.thanks, 'recording_url', held.recording_url,
    'from', (select p.name from public.profiles p where p.member_id = leader));
  for guest in select g.* from private.guests_who_came(held.id) g order by g.guest_id loop
    if guest.member_id is not null then
      perform private.tell_member(guest.member_id, 'event_thanks', about, pg_catalog.format('event_thanks:%s:%s', held.id, guest.guest_id));
    else
      perform private.send_email(pg_catalog.format('event_thanks:%s:%s', held.id, guest.guest_id), 'event_thanks', about, address => guest.email);
    end if;
    count := count + 1;
  end loop;
  update private.event_thanks t set told = count where t.event_id = held.id;
  perform private.audit('member', leader::text, 'events.thanked', 'event', held.id::text, null, pg_catalog.jsonb_build_object('told', count));
  return count;
end
$$;

comment on function private.send_thanks is
  'Mails the thanks of an event to those who came, once however often it is asked. Returns how many are told. Raises PT403, PT404, PT422.';

create function public.send_thanks(event uuid)
returns integer
language sql
volatile
set search_path = ''
as $$ select private.send_thanks(auth.uid(), event, private.clock()) $$;

comment on function public.send_thanks is 'For who may edit an event that is over: mails its thanks to those who came, once. Returns how many are told.';
