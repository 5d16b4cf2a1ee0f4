-- Who is who: linking sign-ins to members, creating members, reviewing doubtful cases.

create function private.open_identity_review(
  member_id uuid, other_member_id uuid, email text, reason text, evidence jsonb
)
returns void
language sql
volatile
set search_path = ''
as $$
  insert into private.identity_reviews (member_id, other_member_id, email, reason, evidence)
  select open_identity_review.member_id, open_identity_review.other_member_id, open_identity_review.email,
         open_identity_review.reason, coalesce(open_identity_review.evidence, '{}')
   where not exists (
     select from private.identity_reviews r
      where r.state = 'kept_apart' and r.member_id = open_identity_review.member_id
        and r.other_member_id is not distinct from open_identity_review.other_member_id
        and r.email = open_identity_review.email and r.reason = open_identity_review.reason)
  on conflict do nothing
$$;

comment on function private.open_identity_review is 'Puts a doubtful identity on the admins'' list, once: while it is open, and after an admin kept the two apart, it is not put there again.';

create function private.lock_email(address text)
returns void
language sql
volatile
set search_path = ''
as $$ select pg_catalog.pg_advisory_xact_lock(pg_catalog.hashtextextended('member_email:' || address, 0)) $$;

comment on function private.lock_email is
  'Until the end of the transaction nobody else decides whose this address is, so that a payment and a sign-up at the same moment make one member.';

create function private.create_member(
  origin public.member_origin, email text, email_source text, verified_at timestamptz,
  user_id uuid, full_name text, at timestamptz
)
returns uuid
language plpgsql
volatile
set search_path = ''
as $$
declare
  created uuid;
begin
  insert into public.members (user_id, origin, created_at) values (user_id, origin, at) returning id into created;
  insert into public.profiles (member_id, name)
  values (created, pg_catalog.left(pg_catalog.btrim(coalesce(full_name, '')), 120));
  insert into public.member_contacts (member_id) values (created);
  insert into public.member_emails (email, member_id, is_primary, verified_at, source)
  values (private.normalize_email(email), created, true, verified_at, email_source);
  -- What an agent does is noted by its operation, under its own name.
  if origin <> 'agent' then
    perform private.audit('member', created::text, 'members.created', 'member', created::text,
      null, pg_catalog.jsonb_build_object('origin', origin), null, null);
  end if;
  return created;
end
$$;

comment on function private.create_member is 'Creates a member with an empty profile and one primary address. Raises 23505 when the address is taken.';

create function private.set_primary_email(member_id uuid, email text, verified_at timestamptz, source text)
returns void
language plpgsql
volatile
set search_path = ''
as $$
#variable_conflict use_column
declare
  address constant text := private.normalize_email(set_primary_email.email);
begin
  -- An address that nobody ever proved is replaced; a proved one stays as an alias.
  delete from public.member_emails e
   where e.member_id = set_primary_email.member_id and e.is_primary and e.verified_at is null and e.email <> address;
  update public.member_emails e set is_primary = false
   where e.member_id = set_primary_email.member_id and e.is_primary and e.email <> address;
  insert into public.member_emails as e (email, member_id, is_primary, verified_at, source)
  values (address, set_primary_email.member_id, true, set_primary_email.verified_at, set_primary_email.source)
  on conflict (email) do update
    set is_primary = true, verified_at = coalesce(e.verified_at, excluded.verified_at)
    where e.member_id = excluded.member_id;
end
$$;

comment on function private.set_primary_email is 'Makes an address the member''s primary one. The caller tells the audience room.';

create function private.link_user(user_id uuid, email text, at timestamptz)
returns uuid
language plpgsql
volatile
security definer
set search_path = ''
as $$
#variable_conflict use_column
declare
  address constant text := private.normalize_email(link_user.email);
  mine uuid;
  owner public.members;
begin
  select m.id into mine from public.members m where m.user_id = link_user.user_id;
  select m.* into owner from public.members m
    join public.member_emails e on e.member_id = m.id
   where e.email = address
     for update of m;

  if owner.id is null and mine is null then
    return null;  -- a stranger: signing in does not make a member
  elsif owner.id is null then
    perform private.set_primary_email(mine, address, at, 'auth');
    perform private.audit('member', mine::text, 'members.email_changed', 'member', mine::text);
    perform private.audience_changed(mine, null);
    return mine;
  elsif mine is not null and owner.id <> mine then
    perform private.open_identity_review(mine, owner.id, address,
      'Signed in with an address of another member', pg_catalog.jsonb_build_object('user_id', link_user.user_id));
    return mine;
  elsif owner.user_id is not null and owner.user_id <> link_user.user_id then
    perform private.open_identity_review(owner.id, null, address,
      'A second sign-in proved this address', pg_catalog.jsonb_build_object('user_id', link_user.user_id));
    return null;
  end if;

  update public.member_emails e set verified_at = coalesce(e.verified_at, at) where e.email = address and e.verified_at is null;
  if mine is not null and not exists (select from public.member_emails e where e.email = address and e.is_primary) then
    -- She signs in with an older address of hers again, so that is where she is reached.
    perform private.set_primary_email(mine, address, at, 'auth');
    perform private.audit('member', mine::text, 'members.email_changed', 'member', mine::text);
    perform private.audience_changed(mine, null);
  end if;
  if owner.user_id is null then
    update public.members m set user_id = link_user.user_id where m.id = owner.id;
    perform private.audit('member', owner.id::text, 'members.linked', 'member', owner.id::text,
      null, pg_catalog.jsonb_build_object('user_id', link_user.user_id));
  end if;
  return owner.id;
end
$$;

comment on function private.link_user is
  'Links a sign-in with a proved address to the member who has that address. Returns the member, or null for a stranger. Doubt goes to the review list.';

create function private.on_auth_user_confirmed()
returns trigger
language plpgsql
security definer
set search_path = ''
as $$
begin
  if new.email is not null and new.email_confirmed_at is not null then
    begin
      perform private.link_user(new.id, new.email, private.clock());
    exception when others then
      -- Signing in must work even when linking does not; the next sign-in tries again.
      raise warning 'linking user % failed: %', new.id, sqlstate;
    end;
  end if;
  return new;
end
$$;

comment on function private.on_auth_user_confirmed() is 'Trigger on auth.users: links the sign-in once its address is proved.';

create trigger commons_link_member
  after insert or update of email, email_confirmed_at, last_sign_in_at on auth.users
  for each row execute function private.on_auth_user_confirmed();

create function private.my_member_id()
returns uuid
language plpgsql
stable
security definer
set search_path = ''
as $$
begin
  return (select m.id from public.members m where m.user_id = auth.uid());
end
$$;

comment on function private.my_member_id() is 'The member who is signed in, or null. For policies: call it as (select private.my_member_id()).';

create function private.is_leader()
returns boolean
language plpgsql
stable
security definer
set search_path = ''
as $$
begin
  return exists (select from public.members m where m.user_id = auth.uid() and m.role in ('leader', 'admin'));
end
$$;

comment on function private.is_leader() is 'Whether who is signed in is a leader or an admin at this moment. For policies: call it as (select private.is_leader()).';

create function private.sign_up(caller uuid, full_name text, visible boolean, at timestamptz)
returns uuid
language plpgsql
volatile
security definer
set search_path = ''
as $$
declare
  address text;
  member uuid;
begin
  select u.email into address from auth.users u where u.id = caller and u.email_confirmed_at is not null;
  if address is null then
    raise exception using errcode = 'PT403', message = 'Sign in first',
      hint = 'Enter the code that was sent to your e-mail address.';
  end if;
  if pg_catalog.btrim(coalesce(full_name, '')) = '' or pg_catalog.length(full_name) > 120 then
    raise exception using errcode = 'PT422', message = 'Your name is missing or longer than 120 characters',
      detail = 'name', hint = 'Write the name that other members should see.';
  end if;
  if visible is null then
    raise exception using errcode = 'PT422', message = 'Say whether other members may find you',
      detail = 'visible', hint = 'Choose yes or no; it can be changed at any time.';
  end if;
  perform private.lock_email(private.normalize_email(address));
  member := private.link_user(caller, address, at);
  if member is null then
    if exists (select from public.member_emails e where e.email = private.normalize_email(address)) then
      raise exception using errcode = 'PT409', message = 'This address belongs to another sign-in',
        detail = 'email', hint = 'Write to us; somebody will look at it.';
    end if;
    member := private.create_member('sign_up', address, 'auth', at, caller, full_name, at);
  end if;
  update public.profiles p
     set name = pg_catalog.btrim(full_name), is_visible = visible, visibility_asked_at = at
   where p.member_id = member;
  return member;
end
$$;

comment on function private.sign_up is
  'Makes the signed-in person a member (a row, not yet a paying one) and records her answer about visibility. Raises PT403, PT409 or PT422.';

create function public.sign_up(name text, visible boolean)
returns uuid
language sql
volatile
set search_path = ''
as $$ select private.sign_up(auth.uid(), name, visible, private.clock()) $$;

comment on function public.sign_up is 'Makes the signed-in person a member. name: what other members see. visible: whether they may find her.';

create function private.claim_payment(caller uuid, paid_with text, at timestamptz)
returns text
language plpgsql
volatile
security definer
set search_path = ''
as $$
declare
  mine uuid;
  address constant text := private.normalize_email(paid_with);
  owner uuid;
begin
  select m.id into mine from public.members m where m.user_id = caller;
  if mine is null then
    raise exception using errcode = 'PT403', message = 'Sign up first', hint = 'Finish signing up, then ask again.';
  end if;
  if private.take_token('claim:' || mine::text, 5, interval '1 day', at) is null then
    raise exception using errcode = 'PT429', message = 'Too many requests today', hint = 'Ask again tomorrow, or write to us.';
  end if;
  select e.member_id into owner from public.member_emails e where e.email = address and e.member_id <> mine;
  perform private.open_identity_review(mine, owner, address, 'Says that she paid with another address', '{}');
  -- The same answer whether or not anybody has that address.
  return 'We will look at it and write to you.';
end
$$;

comment on function private.claim_payment is
  'A signed-in person says that she paid with another address. Opens a review; the answer never tells whether the address is known.';

create function public.claim_payment(paid_with text)
returns text
language sql
volatile
set search_path = ''
as $$ select private.claim_payment(auth.uid(), paid_with, private.clock()) $$;

comment on function public.claim_payment is 'Says that one paid with another address. A person looks at it; nothing merges by itself.';
