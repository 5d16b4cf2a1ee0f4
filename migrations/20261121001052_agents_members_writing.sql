-- What agents write of members: a row for somebody new, corrections of a profile. Both can be taken back while nobody
-- did anything with them.

create function private.require_plain_member(her public.members)
returns void
language plpgsql
immutable
set search_path = ''
as $$
begin
  if her.role <> 'member' then
    raise exception using errcode = 'PT403', message = pg_catalog.format('Agents change nothing about somebody who is %s',
        case her.role when 'admin' then 'an admin' else 'a leader' end),
      detail = 'member', hint = 'She does it herself, or an admin does it in Studio.';
  end if;
end
$$;

comment on function private.require_plain_member is 'Raises PT403 when this is a leader or an admin: whoever can give rights here is not in the hands of a program.';

create function private.profile_print(member uuid)
returns text
language plpgsql
stable
set search_path = ''
as $$
begin
  return (
    select pg_catalog.encode(pg_catalog.sha256(pg_catalog.convert_to(pg_catalog.jsonb_build_array(p.name, p.headline, p.bio, p.location,
             p.linkedin_url, p.links, p.offers, p.seeks, p.interests, p.picture, p.is_visible, p.hidden_fields, p.leader_fields)::text, 'UTF8')), 'hex')
      from public.profiles p where p.member_id = member);
end
$$;

comment on function private.profile_print is 'A fingerprint of what stands in a profile: the same again means that nobody changed it.';

create function private.agent_create_member(call private.agent_call, args jsonb)
returns jsonb
language plpgsql
volatile
set search_path = ''
as $$
declare
  address constant text := private.normalize_email(private.arg_text(args, 'email', 254, true));
  full_name constant text := private.arg_text(args, 'name', 120, true);
  made uuid;
begin
  perform private.lock_email(address);
  if exists (select from public.member_emails e where e.email = address) then
    raise exception using errcode = 'PT409', message = 'Somebody has this address already', detail = 'email',
      hint = 'Find her with members.list, by this address.';
  elsif private.is_buried('address', address) then
    -- She had her account deleted: only she herself comes back.
    raise exception using errcode = 'PT409', message = 'Nobody but its owner can sign this address up', detail = 'email',
      hint = 'She does it herself, on the site.';
  end if;
  made := private.create_member('agent', address, 'agent', null, null, full_name, call.at);
  perform private.note_agent_write(call, 'members.created', 'member', made::text, '{"origin": "agent"}',
    after => pg_catalog.jsonb_build_object('profile', private.profile_print(made)), undo => 'undo_member_creation');
  return pg_catalog.jsonb_build_object('data', pg_catalog.jsonb_build_object('member', made, 'is_entitled', false, 'is_proved', false));
end
$$;

comment on function private.agent_create_member is
  'members.create: makes the row of a person. Her address is unproved, she is hidden and no member. Raises PT409 when somebody has the address, without saying who.';

create function private.undo_member_creation(call private.agent_call, write private.agent_writes)
returns text
language plpgsql
volatile
set search_path = ''
as $$
declare
  her public.members;
  place record;
  is_used boolean;
begin
  if write.key_id <> call.key_id then
    return 'Another key did that.';
  end if;
  -- In the order of everywhere: whoever signs up or pays with this address meanwhile waits, and then begins anew.
  perform private.lock_email(e.email) from public.member_emails e where e.member_id = write.target_id::uuid;
  select m.* into her from public.members m where m.id = write.target_id::uuid for update;
  if her.id is null then
    return 'She is not here any more.';
  end if;
  is_used := her.user_id is not null or her.role <> 'member' or private.profile_print(her.id) is distinct from write.after ->> 'profile'
    or exists (select from public.member_emails e where e.member_id = her.id and (e.verified_at is not null or not e.is_primary))
    or exists (select from public.member_contacts c where c.member_id = her.id and c.phone is not null);
  -- Whatever refers to her by now, in any room: then she is more than the row that was made.
  for place in
    select c.conrelid::regclass as held_in, a.attname as by_column
      from pg_catalog.pg_constraint c
      join pg_catalog.pg_attribute a on a.attrelid = c.conrelid and a.attnum = c.conkey[1]
     where c.contype = 'f' and c.confrelid = 'public.members'::regclass
       and c.conrelid <> all (array['public.profiles', 'public.member_contacts', 'public.member_emails', 'private.agent_writes']::regclass[])
  loop
    exit when is_used;
    execute pg_catalog.format('select exists (select from %s t where t.%I = $1)', place.held_in, place.by_column) into is_used using her.id;
  end loop;
  if is_used then
    return 'Something came of it since. An admin can delete her, with admin.delete_member.';
  end if;
  -- What else was written about her stays in the list, without what it said.
  update private.agent_writes w set member_id = null, before = null, after = null where w.member_id = her.id;
  delete from public.members m where m.id = her.id;
  return null;
end
$$;

comment on function private.undo_member_creation is 'Undo of members.create: removes the row again, while it is just as it was made and nothing refers to it.';

create function private.corrected_texts(her public.profiles, args jsonb, at timestamptz)
returns jsonb
language plpgsql
stable
set search_path = ''
as $$
declare
  closed constant public.profile_field[] := case
    when exists (select from private.profile_page(her.member_id, 'member', at)) then private.closed_fields(her.hidden_fields, her.leader_fields, 'member')
    else pg_catalog.enum_range(null::public.profile_field) end;
  now_said constant jsonb := pg_catalog.to_jsonb(her);
  corrected jsonb := ('{}')::jsonb;
  given text;
  field record;
begin
  for field in select * from (values ('name', 120), ('headline', 160), ('bio', 4000), ('location', 120)) as f (name, most) loop
    continue when coalesce(pg_catalog.jsonb_typeof(args -> field.name), 'null') = 'null';
    given := coalesce(private.arg_text(args, field.name, field.most, field.name = 'name'), '');
    if field.name = any (closed::text[]) then
      raise exception using errcode = 'PT409', message = pg_catalog.format('Members do not see her %s, so an agent does not change it', field.name),
        detail = field.name, hint = 'She can change it on her profile page.';
    elsif given is distinct from now_said ->> field.name then
      corrected := corrected || pg_catalog.jsonb_build_object(field.name, given);
    end if;
  end loop;
  return corrected;
end
$$;

comment on function private.corrected_texts is 'The texts that differ from what stands in a profile, by field. Raises PT409 for one that members do not see, and PT422.';

create function private.agent_update_member(call private.agent_call, args jsonb)
returns jsonb
language plpgsql
volatile
set search_path = ''
as $$
declare
  member constant uuid := private.arg_uuid(args, 'member', true);
  revision constant timestamptz := private.arg_time(args, 'revision');
  visible constant boolean := private.arg_boolean(args, 'is_visible');
  her public.members;
  held public.profiles;
  corrected jsonb;
  fields text[];
begin
  perform from public.members m where m.id = member for no key update;
  her := private.known_member(args);
  perform private.require_plain_member(her);
  select p.* into held from public.profiles p where p.member_id = her.id for update;
  if revision <> held.updated_at then
    raise exception using errcode = 'PT409', message = 'Her profile was changed since you read it', detail = 'revision',
      hint = 'Read it again with members.get, and look whether your correction still fits.';
  elsif visible then
    perform private.refuse_field('is_visible', 'Only she herself shows her profile', 'Leave it out, or send false to hide her.');
  end if;
  corrected := private.corrected_texts(held, args, call.at);
  if not exists (select from pg_catalog.unnest('{name,headline,bio,location,is_visible}'::text[]) f
                  where coalesce(pg_catalog.jsonb_typeof(args -> f), 'null') <> 'null') then
    perform private.refuse_field('name', 'Nothing is said that should change', 'Send name, headline, bio, location or is_visible.');
  end if;
  fields := array(select pg_catalog.jsonb_object_keys(corrected) order by 1);
  if corrected <> '{}' then
    update public.profiles p
       set name = coalesce(corrected ->> 'name', p.name), headline = coalesce(corrected ->> 'headline', p.headline),
           bio = coalesce(corrected ->> 'bio', p.bio), location = coalesce(corrected ->> 'location', p.location)
     where p.member_id = her.id;
    perform private.note_agent_write(call, 'members.profile_corrected', 'member', her.id::text, pg_catalog.jsonb_build_object('fields', fields),
      (select pg_catalog.jsonb_object_agg(f, pg_catalog.to_jsonb(held) ->> f) from pg_catalog.unnest(fields) f),
      (select pg_catalog.jsonb_object_agg(f, pg_catalog.to_jsonb(p) ->> f) from public.profiles p, pg_catalog.unnest(fields) f where p.member_id = her.id),
      'undo_profile_correction', her.id);
  end if;
  if not visible and held.is_visible then
    update public.profiles p set is_visible = false where p.member_id = her.id;
    -- Nothing takes this back: to be seen again is her own decision.
    perform private.note_agent_write(call, 'members.profile_hidden', 'member', her.id::text, '{"is_visible": false}', member => her.id);
    fields := fields || 'is_visible'::text;
  end if;
  return pg_catalog.jsonb_build_object('data', pg_catalog.jsonb_build_object('member', her.id, 'changed', fields,
    'revision', (select p.updated_at from public.profiles p where p.member_id = her.id)));
end
$$;

comment on function private.agent_update_member is
  'members.update: corrects the texts of a profile that members see, or hides it. Never role, addresses or membership, and nobody who is a leader or an admin. Raises PT403, PT404, PT409 or PT422.';

create function private.undo_profile_correction(call private.agent_call, write private.agent_writes)
returns text
language plpgsql
volatile
set search_path = ''
as $$
declare
  her public.members;
  held public.profiles;
  moved text;
  hidden text;
begin
  if write.key_id <> call.key_id then
    return 'Another key did that.';
  end if;
  select m.* into her from public.members m where m.id = write.member_id for no key update;
  if her.role <> 'member' then
    return 'She is a leader or an admin now.';
  end if;
  select p.* into held from public.profiles p where p.member_id = write.member_id for update;
  select k into moved from pg_catalog.jsonb_object_keys(write.after) k
   where pg_catalog.to_jsonb(held) ->> k is distinct from write.after ->> k order by k limit 1;
  if moved is not null then
    return pg_catalog.format('Her %s was changed again since.', moved);
  end if;
  select k into hidden from pg_catalog.jsonb_object_keys(write.before) k
   where k = any (private.closed_fields(held.hidden_fields, held.leader_fields, 'member')::text[]) order by k limit 1;
  if hidden is not null then
    return pg_catalog.format('She has hidden her %s from members since.', hidden);
  end if;
  update public.profiles p
     set name = coalesce(write.before ->> 'name', p.name), headline = coalesce(write.before ->> 'headline', p.headline),
         bio = coalesce(write.before ->> 'bio', p.bio), location = coalesce(write.before ->> 'location', p.location)
   where p.member_id = held.member_id;
  return null;
end
$$;

comment on function private.undo_profile_correction is 'Undo of a correction: puts the earlier texts back, while all of them are still as the agent left them and members may see them. Nobody who is a leader or an admin by now.';
