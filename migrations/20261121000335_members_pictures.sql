-- Pictures of members: a closed bucket that only the room's own door writes to, the rule that makes an object
-- somebody's picture, and the sweep that removes what is nobody's.

insert into storage.buckets (id, name, public, file_size_limit, allowed_mime_types)
values ('pictures', 'pictures', false, 2097152, array['image/jpeg', 'image/png', 'image/webp'])
on conflict (id) do update set
  public = excluded.public, file_size_limit = excluded.file_size_limit, allowed_mime_types = excluded.allowed_mime_types;

select jobs.create_queue('members', max_in_flight => 8);
select jobs.define_kind('members', 'sweep_pictures', 'Removes pictures from the store that are nobody''s picture any more.');

create function private.picture_type(path text)
returns text
language sql
immutable
strict
set search_path = ''
as $$
  select case pg_catalog.substring(path, '\.([a-z]+)$')
    when 'jpg' then 'image/jpeg' when 'png' then 'image/png' when 'webp' then 'image/webp' end
$$;

comment on function private.picture_type is 'The type of picture that a path''s ending promises; null for anything else.';

create function private.admit_picture(caller uuid, content_type text, at timestamptz)
returns text
language plpgsql
volatile
security definer
set search_path = ''
as $$
declare
  member constant uuid := (select m.id from public.members m where m.user_id = caller);
  ending constant text := case content_type when 'image/jpeg' then '.jpg' when 'image/png' then '.png' when 'image/webp' then '.webp' end;
  path constant text := member::text || '/' || pg_catalog.gen_random_uuid()::text || ending;
begin
  if member is null then
    raise exception using errcode = 'PT403', message = 'Sign up first', hint = 'Finish signing up, then choose a picture.';
  end if;
  if path is null then
    raise exception using errcode = 'PT422', message = 'A picture is a JPEG, PNG or WebP file', detail = 'picture',
      hint = 'Save it as one of these, then choose it again.';
  end if;
  if private.take_token('picture:' || member::text, 10, interval '1 hour', at) is null then
    raise exception using errcode = 'PT429', message = 'Too many pictures within an hour', detail = 'picture',
      hint = 'Choose your favourite, and try again later.';
  end if;
  -- Owed before anything is stored: whoever crashes on the way leaves nothing behind for good.
  perform jobs.enqueue('members', 'sweep_pictures', pg_catalog.jsonb_build_object('member_id', member, 'path', path),
    run_at => at + interval '10 minutes');
  return path;
end
$$;

comment on function private.admit_picture is
  'Says under which path a member may store a new picture, and owes the look that removes it again if it does not become hers. Raises PT403, PT422 or PT429.';

create function private.set_picture(caller uuid, path text)
returns void
language plpgsql
volatile
security definer
set search_path = ''
as $$
declare
  member constant uuid := (select m.id from public.members m where m.user_id = caller);
  stored jsonb;
begin
  if member is null then
    raise exception using errcode = 'PT403', message = 'Sign up first', hint = 'Finish signing up, then choose a picture.';
  end if;
  if path is null or path !~ ('^' || member::text || '/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\.(jpg|png|webp)$') then
    raise exception using errcode = 'PT422', message = 'This is not a place for your picture', detail = 'picture',
      hint = 'Send the picture through the picture door, which gives it a place.';
  end if;
  select o.metadata into stored from storage.objects o where o.bucket_id = 'pictures' and o.name = path;
  if not found then
    raise exception using errcode = 'PT409', message = 'The picture did not arrive', detail = 'picture', hint = 'Choose it again.';
  end if;
  if stored ->> 'mimetype' is distinct from private.picture_type(path) then
    raise exception using errcode = 'PT422', message = 'The file is of another type than its name says', detail = 'picture',
      hint = 'A picture is a JPEG, PNG or WebP file.';
  end if;
  if coalesce((stored ->> 'size')::bigint, 0) not between 1 and 2097152 then
    raise exception using errcode = 'PT422', message = 'A picture has at most 2 MB, and is not empty', detail = 'picture',
      hint = 'Choose a smaller one.';
  end if;
  update public.profiles p set picture = path where p.member_id = member and p.picture is distinct from path;
  if found then
    perform private.audit('member', member::text, 'members.picture_set', 'member', member::text,
      null, pg_catalog.jsonb_build_object('picture', path));
  end if;
end
$$;

comment on function private.set_picture is
  'Makes a stored object the member''s picture, after a look at its folder, type and size. The one before is removed. Raises PT403, PT409 or PT422.';

create function private.remove_picture(caller uuid)
returns void
language plpgsql
volatile
security definer
set search_path = ''
as $$
declare
  member constant uuid := (select m.id from public.members m where m.user_id = caller);
begin
  if member is null then
    raise exception using errcode = 'PT403', message = 'Sign up first', hint = 'Finish signing up; there is no picture yet.';
  end if;
  update public.profiles p set picture = null where p.member_id = member and p.picture is not null;
  if found then
    perform private.audit('member', member::text, 'members.picture_removed', 'member', member::text);
  end if;
end
$$;

comment on function private.remove_picture is 'Takes a member''s picture away; the store forgets it within a moment. Raises PT403.';

create function public.remove_picture()
returns void
language sql
volatile
set search_path = ''
as $$ select private.remove_picture(auth.uid()) $$;

comment on function public.remove_picture is 'Takes one''s own picture away. A new one is sent to the picture door.';

create function private.owe_picture_sweep()
returns trigger
language plpgsql
security definer
set search_path = ''
as $$
begin
  perform jobs.enqueue('members', 'sweep_pictures', case tg_op
    when 'DELETE' then pg_catalog.jsonb_build_object('member_id', old.member_id)
    else pg_catalog.jsonb_build_object('member_id', old.member_id, 'path', old.picture) end);
  return null;
end
$$;

comment on function private.owe_picture_sweep() is
  'Trigger: a picture that is replaced or taken away, by whomever, leaves the store; with the profile goes the whole folder.';

create trigger profiles_picture_replaced
  after update of picture on public.profiles
  for each row when (old.picture is not null and old.picture is distinct from new.picture)
  execute function private.owe_picture_sweep();
create trigger profiles_picture_left
  after delete on public.profiles
  for each row when (old.picture is not null)
  execute function private.owe_picture_sweep();

create function private.stray_pictures(member uuid, path text default null)
returns setof text
language sql
stable
set search_path = ''
as $$
  select o.name from storage.objects o
   where o.bucket_id = 'pictures' and o.name like member::text || '/%'
     and (stray_pictures.path is null or o.name = stray_pictures.path)
     and not exists (select from public.profiles p where p.member_id = member and p.picture = o.name)
   order by o.name
   limit 100
$$;

comment on function private.stray_pictures is
  'Stored objects of a member''s folder that are not her picture, at most a hundred; of one path, when one is given. For a member who is gone: all of them.';

create function private.sees_picture(path text)
returns boolean
language plpgsql
stable
security definer
set search_path = ''
as $$
begin
  return exists (
    select from public.profiles p
     where p.picture = sees_picture.path and p.is_visible and p.access_until > private.clock()
       and not 'picture' = any (private.closed_fields(p.hidden_fields, p.leader_fields, private.eyes_of(auth.uid()))));
end
$$;

comment on function private.sees_picture is
  'For the policy of the bucket: whether this is the picture of somebody who lets the signed-in person see it. The policy asks first whether that person is entitled.';
