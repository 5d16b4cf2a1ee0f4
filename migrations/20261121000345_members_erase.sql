-- The one rule by which everything about a person goes, whoever asks for it.

create function private.own_addresses(member uuid, login uuid)
returns text[]
language sql
stable
set search_path = ''
as $$
  select coalesce(pg_catalog.array_agg(known.address), '{}')
    from (select e.email as address from public.member_emails e where e.member_id = member
          union select pg_catalog.lower(u.email) from auth.users u where u.id = login) known
   where known.address is not null
$$;

comment on function private.own_addresses is 'The addresses that a person would call hers: those of her member row and of her sign-in.';

create function private.addresses_of(member uuid, login uuid)
returns text[]
language plpgsql
stable
set search_path = ''
as $$
begin
  return coalesce((
    select pg_catalog.array_agg(distinct pg_catalog.lower(known.address) order by pg_catalog.lower(known.address))
      from pg_catalog.unnest(private.own_addresses(member, login) || private.audience_addresses(member)) known (address)
     where private.address_mark(known.address) is not null
       and not exists (select from public.member_emails e
                        where e.email = pg_catalog.lower(known.address) and e.member_id is distinct from member)), '{}');
end
$$;

comment on function private.addresses_of is
  'Every address that is a person''s own: those of her row and her sign-in, and where we led Mailchimp to her. Not what she typed at Stripe: that may be somebody else''s, whose sign-in and newsletter are not hers to take away.';

create function private.former_ids(member uuid)
returns text[]
language sql
stable
set search_path = ''
as $$
  with recursive merged (id) as (
    select member::text
    union
    select l.before ->> 'merged' from merged m
      join private.audit_log l on l.target_type = 'member' and l.target_id = m.id and l.action = 'members.merged'
     where l.before ->> 'merged' is not null
  )
  select pg_catalog.array_agg(id) from merged
$$;

comment on function private.former_ids is 'The id of a member and those of rows that were merged into hers.';

create function private.keep_an_admin(member uuid, by_herself boolean)
returns void
language plpgsql
volatile
set search_path = ''
as $$
begin
  if not exists (select from public.members m where m.id = member and m.role = 'admin') then
    return;
  end if;
  -- Two admins who leave at the same moment wait here for each other.
  perform pg_catalog.pg_advisory_xact_lock(pg_catalog.hashtextextended('the last admin', 0));
  if not exists (select from public.members m where m.role = 'admin' and m.id <> member) then
    raise exception using errcode = 'PT409', detail = 'confirm',
      message = case when by_herself then 'You are' else 'She is' end || ' the only admin, and somebody has to look after the others',
      hint = 'Make somebody else an admin first.';
  end if;
end
$$;

comment on function private.keep_an_admin is 'Raises PT409 when this member is the last admin.';

create function private.erase_sign_in(logins uuid[], addresses text[])
returns void
language plpgsql
volatile
set search_path = ''
as $$
declare
  traces constant text[] := array(select '%' || pg_catalog.replace(word, '\', '_') || '%' from pg_catalog.unnest(logins::text[] || addresses) word);
begin
  -- Sessions, tokens and identities go with the row; these two hold no foreign key. Not every stack has them.
  if pg_catalog.to_regclass('auth.flow_state') is not null then
    delete from auth.flow_state f where f.user_id = any (logins);
  end if;
  if pg_catalog.to_regclass('auth.audit_log_entries') is not null then
    -- It grows with each sign-in and has no index that helps, so she is looked for as text before a row is taken
    -- apart: a fifth of the time. The text may match too much, never too little, because each row has her number.
    delete from auth.audit_log_entries l
     where l.id = any (array(
       select hit.id
         from (select k.id, k.payload from auth.audit_log_entries k
                where k.payload::text like any (traces)
               offset 0) hit
        where hit.payload ->> 'actor_id' = any (logins::text[]) or pg_catalog.lower(hit.payload ->> 'actor_username') = any (addresses)
           or hit.payload -> 'traits' ->> 'user_id' = any (logins::text[])
           or pg_catalog.lower(hit.payload -> 'traits' ->> 'user_email') = any (addresses)));
  end if;
  -- What she stored for everybody stays, without her number.
  update storage.objects o set owner = null, owner_id = null where o.owner_id = any (logins::text[]);
  delete from auth.users u where u.id = any (logins);
end
$$;

comment on function private.erase_sign_in is 'Removes sign-ins with all their sessions: from then on nobody is signed in as them, and their old tokens see nothing.';

create function private.erase_elsewhere(tombstone bigint, member uuid, customers text[], addresses text[], at timestamptz)
returns void
language plpgsql
volatile
set search_path = ''
as $$
declare
  one text;
begin
  -- One line a provider. A room that carries people to another service says here what it then has to take back.
  foreach one in array customers loop
    perform private.owe_erasure(tombstone, 'stripe', one, 'memberships', 'erase_customer', at);
  end loop;
  foreach one in array addresses loop
    perform private.owe_erasure(tombstone, 'mailchimp', pg_catalog.md5(one), 'audience', 'forget_contact', at);
  end loop;
  if member is not null then
    perform private.owe_erasure(tombstone, 'storage', member::text, 'members', 'sweep_pictures', at,
      pg_catalog.jsonb_build_object('member_id', member));
  end if;
end
$$;

comment on function private.erase_elsewhere is 'Owes the erasure of a person at every provider that this house carried her to. The one place where a new provider joins in.';

create function private.hold_person(member uuid, login uuid)
returns text[]
language plpgsql
volatile
set search_path = ''
as $$
declare
  address text;
begin
  -- The same order as everywhere: addresses, customers, the member. Whoever is at work on her is waited for.
  foreach address in array private.addresses_of(member, login) loop
    perform private.lock_email(address);
  end loop;
  perform private.hold_customers_of(member, private.own_addresses(member, login));
  perform from public.members m where m.id = member for update;
  perform from auth.users u where u.id = login for update;
  -- What was found for her meanwhile is hers too.
  return private.hold_customers_of(member, private.own_addresses(member, login));
end
$$;

comment on function private.hold_person is 'Holds a person until the end, in the order of everywhere, and returns her customers. Either may be null.';

create function private.erase_person(member uuid, login uuid, asked_by private.actor_kind, actor text, reason text, at timestamptz)
returns bigint
language plpgsql
volatile
set search_path = ''
as $$
declare
  customers constant text[] := private.hold_person(member, login);
  addresses text[];
  logins uuid[];
  tombstone bigint;
begin
  if not exists (select from public.members m where m.id = member) and not exists (select from auth.users u where u.id = login) then
    return null;  -- a second click that waited for the first
  end if;
  addresses := private.addresses_of(member, login);
  perform private.keep_an_admin(member, erase_person.asked_by = 'member');
  -- A second sign-in that proved an address of hers is hers too, unless it is another member's.
  select coalesce(pg_catalog.array_agg(u.id), '{}') into logins from auth.users u
   where u.id = login or (pg_catalog.lower(u.email) = any (addresses)
     and not exists (select from public.members m where m.user_id = u.id and m.id is distinct from member));

  -- The guards of other tables let an erasure pass.
  perform pg_catalog.set_config('commons.erasing', 'yes', true);
  insert into private.tombstones (erased_at, asked_by) values (at, erase_person.asked_by) returning id into tombstone;
  perform private.bury(tombstone, 'member', private.former_ids(member));
  perform private.bury(tombstone, 'user', logins::text[]);
  perform private.bury(tombstone, 'address', addresses);

  perform private.erase_payments(tombstone, member, customers, addresses, at);
  perform private.erase_contacts(member, addresses);
  perform private.erase_emails(member, addresses);
  perform private.erase_guests(tombstone, member, addresses, at);
  delete from private.identity_reviews r
   where member in (r.member_id, r.other_member_id) or r.email = any (addresses) or r.evidence ->> 'user_id' = any (logins::text[]);
  perform private.erase_slack(member, at);
  perform private.erase_agents(member, addresses, at);
  delete from public.members m where m.id = member;
  perform private.erase_sign_in(logins, addresses);
  perform private.forget_limits(logins::text[] || member::text);
  perform private.erase_elsewhere(tombstone, member, customers, addresses, at);
  perform private.audit(erase_person.asked_by, actor, 'members.erased', case when member is null then 'user' else 'member' end,
    coalesce(member, login)::text, null, pg_catalog.jsonb_build_object('tombstone', tombstone), reason, 'erasure-' || tombstone::text);
  perform pg_catalog.set_config('commons.erasing', '', true);
  return tombstone;
end
$$;

comment on function private.erase_person is
  'Erases a person: everything about her here, in this transaction; what is elsewhere is owed. Payments stay in the books without her. Either of member and login may be null. Null when it had been done. Raises PT409 for the last admin.';

create function private.delete_my_account(caller uuid, confirm text, at timestamptz)
returns void
language plpgsql
volatile
security definer
set search_path = ''
as $$
declare
  mine constant uuid := (select m.id from public.members m where m.user_id = caller);
begin
  if caller is null then
    raise exception using errcode = 'PT403', message = 'Sign in first', hint = 'Only you can delete your account.';
  end if;
  if not exists (select from auth.users u where u.id = caller) then
    return;  -- a second click, or an old token: it is done
  end if;
  if not coalesce(private.address_mark(confirm) = any (
       select private.address_mark(known) from pg_catalog.unnest(private.own_addresses(mine, caller)) known), false) then
    raise exception using errcode = 'PT422', message = 'This is not the address that you are signed in with', detail = 'confirm',
      hint = 'Type your own address, exactly as it is shown above.';
  end if;
  perform private.erase_person(mine, caller, 'member', coalesce(mine, caller)::text, null, at);
end
$$;

comment on function private.delete_my_account is 'The signed-in person has everything about her erased, after typing an address of hers. Raises PT403, PT409 or PT422. Asking twice is fine.';

create function public.delete_my_account(confirm text)
returns void
language sql
volatile
set search_path = '' set statement_timeout = '60s' -- the Data API takes this time instead of its own
as $$ select private.delete_my_account(auth.uid(), confirm, private.clock()) $$;

comment on function public.delete_my_account is 'Deletes the signed-in person''s account and everything about her, for good. confirm: her own address, typed. What is to be deleted at Stripe and Mailchimp is owed at the same moment.';

create function admin.delete_member(email text, reason text)
returns text
language plpgsql
volatile
set search_path = ''
as $$
declare
  address constant text := private.normalize_email(delete_member.email);
  why constant text := private.require_reason(delete_member.reason);
  member constant uuid := (select e.member_id from public.member_emails e where e.email = address);
  login constant uuid := coalesce((select m.user_id from public.members m where m.id = member),
    (select u.id from auth.users u where pg_catalog.lower(u.email) = address));
  word text;
  tombstone bigint;
begin
  if member is null and login is null then
    raise exception using errcode = 'PT404', message = 'Nobody here has this address', detail = 'email',
      hint = 'Look her up in admin.members. Whoever was deleted is not there any more.';
  end if;
  -- The reason stays in the audit log for good, so it must not name her.
  for word in
    select pg_catalog.unnest(private.addresses_of(member, login) || private.payment_addresses(member))
    union all select w from public.profiles p, pg_catalog.regexp_split_to_table(p.name, '\s+') w
     where p.member_id = member and pg_catalog.length(w) > 2
  loop
    if pg_catalog.strpos(private.fold(why), private.fold(word)) > 0 then
      raise exception using errcode = 'PT422', message = 'The reason names her, and it stays in the audit log', detail = 'reason',
        hint = 'Say why without her name or address, such as: asked for it by mail on 3 May.';
    end if;
  end loop;
  tombstone := private.erase_person(member, login, 'studio', session_user, why, private.clock());
  if tombstone is null then
    raise exception using errcode = 'PT409', message = 'She was erased, or became one with another row, at this very moment', detail = 'email',
      hint = 'Look whether she is still in admin.members.';
  end if;
  return pg_catalog.format('Erased here. What is owed elsewhere: select * from admin.erasures where tombstone_id = %s;', tombstone);
end
$$;

comment on function admin.delete_member is
  'Erases a person for good, by any of her addresses: everything here at once, the rest as admin.erasures shows. Cannot be undone. The reason must not name her. Raises PT404, PT409 or PT422.';
