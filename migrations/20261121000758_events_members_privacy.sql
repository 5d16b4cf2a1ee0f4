-- What the calendar holds about a member, why, how long, and who sees it; and what of it stands in her own data.

select private.note_personal_data('public.event_preferences', 'so that other members see that she goes only when she wants it',
  'until she deletes her account', 'she and admins', '{"shows_going": null}');
select private.note_personal_data('public.event_hidings', 'so that nobody sees her where she does not want to be seen',
  'until she takes it back, the event is deleted or she deletes her account', 'she and admins', '{
  "event_id": "The event at which she is hidden.",
  "hidden_at": "When she hid herself there."}');
select private.note_personal_data('private.calendar_feeds', 'so that her calendar program can read her events',
  'until she takes the address back or deletes her account', 'admins', '{
  "token_hash": null,
  "created_at": "When the address was made.",
  "last_read_on": null}');

create function private.calendar_data(member uuid, at timestamptz)
returns jsonb
language plpgsql
stable
set search_path = ''
as $$
declare
  leads constant boolean := coalesce((select m.role in ('leader', 'admin') from public.members m where m.id = member), false);
begin
  return pg_catalog.jsonb_build_object(
    'shows_going', coalesce((select p.shows_going from public.event_preferences p where p.member_id = member), false),
    'shows_going_since', (select p.updated_at from public.event_preferences p where p.member_id = member),
    'hidden_at_events', (select coalesce(pg_catalog.jsonb_agg(pg_catalog.jsonb_build_object('event_id', h.event_id,
                  'title', case when private.is_shown_event(e, leads, at) then e.title end, 'hidden_at', h.hidden_at) order by h.hidden_at), '[]')
                  from public.event_hidings h join public.events e on e.id = h.event_id where h.member_id = member),
    'calendar_address', (select pg_catalog.to_jsonb(f) - 'member_id'
                  from private.calendar_feeds f where f.member_id = member));
end
$$;

comment on function private.calendar_data is 'What the calendar holds about a member: whether others see that she goes, where not, and what is kept of her private calendar address.';
