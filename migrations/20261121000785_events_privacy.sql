-- What the events room holds about people, why, how long, and who sees it; and what of it stands in her own data.

select private.note_personal_data('private.event_guests', 'to decide whether she comes in, and so that hosts know who comes',
  'until she deletes her account; of who has none, a year after the event', 'admins', '{
  "event_id": "The event that she said she comes to.",
  "luma_guest_id": "Her number on Luma''s guest list.",
  "email": "The address that she registered with. Hosts do not see it.",
  "name": "The name that she registered with, which the hosts see.",
  "status": null,
  "luma_status": null,
  "decided_by": null,
  "reason": "Why she is in, waits or is not in, which the hosts see.",
  "registered_at": "When she registered.",
  "is_paid": "Whether she paid for her ticket at Luma.",
  "checked_in_at": "When she came.",
  "checked_in_here": null,
  "no_show_at": null,
  "is_erased": null,
  "seen_at": null,
  "page_mark": null}');
select private.note_personal_data('private.event_guests', 'so that the hosts can prepare, and she is told why',
  'a year after the event, or until she deletes her account', 'admins', '{
  "answers": "What she answered to the hosts'' questions, which they see.",
  "words": null}');
select private.note_personal_data('private.guest_decisions', 'so that a decision can be explained, and is not made twice',
  'as long as her registration', 'admins', '{
  "guest_id": "Whose registration it is about.",
  "was": "What she was before.",
  "status": "What she became.",
  "reason": "Why it was decided.",
  "policy": null,
  "decided_by": "Whether the rule, a leader or somebody at Luma decided.",
  "state": null,
  "error": "Why Luma would not take it.",
  "decided_at": "When it was decided.",
  "told_at": "When Luma took it.",
  "correlation_id": "What it followed from."}');
select private.note_personal_data('private.guest_decisions', 'so that a decision can be explained',
  'a year after the event, or until she deletes her account', 'admins', '{
  "words": null}');
select private.note_personal_data('private.guest_decisions', 'so that it is known who decided', 'until she deletes her account', 'admins', '{
  "actor_id": null}');
select private.note_personal_data('private.guest_messages', 'so that it is known what guests were told, and by whom',
  'until she deletes her account; the message stays with the event', 'admins', '{
  "sent_by": "The leader who wrote."}');
select private.note_personal_data('private.event_thanks', 'so that it is known who thanked', 'until she deletes her account', 'admins', '{
  "sent_by": "The leader who thanked the guests."}');
select private.note_personal_data('private.luma_webhooks', 'so that nothing that Luma says is lost or done twice',
  '30 days, or until she deletes her account', 'admins', '{
  "payload": "What Luma said of a guest: her name, address, answers and tickets."}');
select private.note_personal_data('private.luma_webhooks', 'so that what came about her is found when she deletes her account',
  'as long as the body of the message; the number a year', 'admins', '{
  "guest_id": "The number of a guest at Luma.",
  "email": "The address of the guest whom a message of Luma is about."}');

create function private.guest_data(member uuid, at timestamptz)
returns jsonb
language plpgsql
stable
set search_path = ''
as $$
declare
  addresses constant text[] := private.own_addresses(member, null);
  -- What hosts write to each other in a draft is read by leaders only.
  leads constant boolean := coalesce((select m.role in ('leader', 'admin') from public.members m where m.id = guest_data.member), false);
begin
  return pg_catalog.jsonb_build_object(
    'registrations', (select coalesce(pg_catalog.jsonb_agg(pg_catalog.to_jsonb(g) - '{id,member_id}'::text[]
                    || pg_catalog.jsonb_build_object('event', e.title, 'decisions', (
                      select coalesce(pg_catalog.jsonb_agg(pg_catalog.to_jsonb(d) - '{id,guest_id,actor_id,run_id}'::text[] order by d.id), '[]')
                        from private.guest_decisions d where d.guest_id = g.id)) order by e.starts_at), '[]')
                  from private.event_guests g join public.events e on e.id = g.event_id
                 where g.member_id = guest_data.member or g.email = any (addresses)),
    'messages_of_luma', (select coalesce(pg_catalog.jsonb_agg(pg_catalog.jsonb_build_object('type', w.type, 'received_at', w.received_at,
                    'content', w.payload) order by w.received_at), '[]')
                  from private.luma_webhooks w where w.email = any (addresses)),
    'decisions_that_you_made', (select coalesce(pg_catalog.jsonb_agg(pg_catalog.jsonb_build_object('at', d.decided_at, 'status', d.status, 'words', d.words)
                    order by d.id), '[]') from private.guest_decisions d where d.actor_id = guest_data.member),
    'messages_that_you_wrote', (select coalesce(pg_catalog.jsonb_agg(pg_catalog.to_jsonb(m) - '{id,sent_by}'::text[] order by m.sent_at), '[]')
                  from private.guest_messages m where m.sent_by = guest_data.member),
    'thanks_that_you_sent', (select coalesce(pg_catalog.jsonb_agg(pg_catalog.to_jsonb(t) - 'sent_by' order by t.sent_at), '[]')
                  from private.event_thanks t where t.sent_by = guest_data.member),
    'events_that_you_wrote', (select coalesce(pg_catalog.jsonb_agg(case when leads then pg_catalog.to_jsonb(e)
                    else pg_catalog.jsonb_build_object('id', e.id, 'title', case when private.is_shown_event(e, false, at) then e.title end,
                      'created_at', e.created_at, 'created_by_you', e.created_by is not distinct from guest_data.member) end order by e.created_at), '[]')
                  from public.events e where guest_data.member in (e.created_by, e.updated_by)),
    'series_that_you_made', (select coalesce(pg_catalog.jsonb_agg(pg_catalog.jsonb_build_object('id', s.id, 'created_at', s.created_at)), '[]')
                  from public.event_series s where s.created_by = guest_data.member),
    'events_that_you_host', (select coalesce(pg_catalog.jsonb_agg(pg_catalog.to_jsonb(h) - 'member_id' order by h.added_at), '[]')
                  from public.event_hosts h where h.member_id = guest_data.member),
    'regions_that_you_look_after', (select coalesce(pg_catalog.jsonb_agg(r.region order by r.region), '[]')
                  from public.leader_regions r where r.member_id = guest_data.member));
end
$$;

comment on function private.guest_data is 'What the events room holds about a member: where she registered and what was decided, what Luma said of her, and what she did as a leader.';
