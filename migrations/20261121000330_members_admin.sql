-- Roles are given by admins in Studio, and every change of one is on record.

create function private.audit_role_change()
returns trigger
language plpgsql
security definer
set search_path = ''
as $$
begin
  perform private.audit('studio', session_user::text, 'members.role_changed', 'member', new.id::text,
    pg_catalog.jsonb_build_object('role', old.role), pg_catalog.jsonb_build_object('role', new.role),
    nullif(pg_catalog.current_setting('commons.reason', true), ''));
  return null;
end
$$;

comment on function private.audit_role_change() is 'Trigger: writes each change of a role into the audit log, also one made by editing the row.';

create trigger members_role_audited
  after update of role on public.members
  for each row when (old.role is distinct from new.role)
  execute function private.audit_role_change();

create function admin.set_role(email text, role public.member_role, reason text)
returns text
language plpgsql
volatile
set search_path = ''
as $$
declare
  address constant text := private.normalize_email(set_role.email);
  why constant text := private.require_reason(set_role.reason);
begin
  perform pg_catalog.set_config('commons.reason', why, true);
  update public.members m set role = set_role.role
    from public.member_emails e
   where e.member_id = m.id and e.email = address;
  if not found then
    raise exception using errcode = 'PT404', message = 'Nobody here has this address', detail = 'email',
      hint = 'Look her up in admin.members; she has to join or sign up first.';
  end if;
  perform pg_catalog.set_config('commons.reason', '', true);
  return pg_catalog.format('%s is %s now.', address, set_role.role);
end
$$;

comment on function admin.set_role is 'Makes somebody a member, leader or admin, by any of her addresses. Audited with the reason. Raises PT404 or PT422.';
