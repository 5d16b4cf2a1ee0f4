-- What admins see and do in Studio about people whom our mail does not reach.

create view admin.parked_contacts with (security_invoker = true) as
select c.member_id, p.name, c.email, c.parked_reason, c.remedy
  from private.audience_contacts c join public.profiles p on p.member_id = c.member_id
 where c.state = 'parked';

comment on view admin.parked_contacts is 'Members whom Mailchimp refuses, and what each must do herself.';

create function admin.unpark_contact(member uuid, reason text)
returns void
language plpgsql
volatile
set search_path = ''
as $$
begin
  perform private.require_reason(reason);
  update private.audience_contacts c set state = 'new', tags = '{}', parked_reason = null, remedy = null
   where c.member_id = member and c.state = 'parked';
  if not found then
    raise exception using errcode = 'PT409', message = 'This contact is not parked', hint = 'Look at admin.parked_contacts.';
  end if;
  perform private.audit('studio', session_user, 'audience.unparked', 'member', member::text, null, null, reason);
  perform private.audience_changed(member, null);
end
$$;

comment on function admin.unpark_contact is 'Tries a parked contact again, after the member did what the remedy says.';
