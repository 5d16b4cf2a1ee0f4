-- Consent: a member's own answers about each channel.

create function private.set_consent(caller uuid, channel public.consent_channel, granted boolean, at timestamptz)
returns void
language plpgsql
volatile
security definer
set search_path = ''
as $$
declare
  member uuid;
begin
  select m.id into member from public.members m where m.user_id = caller;
  if member is null or channel is null or granted is null then
    raise exception using errcode = 'PT422', message = 'Say which channel, and yes or no', detail = 'channel',
      hint = 'Sign in as a member and choose email, slack or whatsapp.';
  end if;
  insert into public.consents (member_id, channel, granted, source, at)
  values (member, set_consent.channel, set_consent.granted, 'The member, on the site', set_consent.at);
  perform private.audit('member', member::text, 'members.consent_set', 'member', member::text,
    null, pg_catalog.jsonb_build_object('channel', channel, 'granted', granted));
  if set_consent.channel = 'email' then
    perform private.audience_changed(member, null);
  end if;
end
$$;

comment on function private.set_consent is 'Records a member''s own answer about a channel. Raises PT422.';

create function public.set_consent(channel public.consent_channel, granted boolean)
returns void
language sql
volatile
set search_path = ''
as $$ select private.set_consent(auth.uid(), channel, granted, private.clock()) $$;

comment on function public.set_consent is 'Allows or refuses a channel: email, slack or whatsapp.';

create function private.note_visibility_answer()
returns trigger
language plpgsql
set search_path = ''
as $$
begin
  if new.member_id = private.my_member_id() then
    new.visibility_asked_at := private.clock();
  end if;
  return new;
end
$$;

comment on function private.note_visibility_answer() is
  'Trigger: a member who saves whether others may find her has answered, also when she leaves it as it was. What an admin does is no answer of hers.';

create trigger profiles_visibility_answered
  before update of is_visible on public.profiles
  for each row when (new.visibility_asked_at is null)
  execute function private.note_visibility_answer();
