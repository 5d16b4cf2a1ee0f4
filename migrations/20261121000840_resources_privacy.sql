-- What the resources room holds about a person, why, how long, and who sees it.

select private.note_personal_data('public.resource_marks', 'so that she finds again what she saved, and sees what she has watched',
  'until she takes it back or deletes her account', 'she and admins', '{
  "resource_id": "The resource.",
  "saved_at": null,
  "watched_at": null}');
select private.note_personal_data('public.resources', 'so that leaders know whom to ask about it',
  'until she deletes her account; the resource stays', 'admins', '{
  "created_by": "The leader who made it.",
  "updated_by": "The leader who changed it last."}');
