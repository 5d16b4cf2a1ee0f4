-- Keys: made, rotated, held and revoked by admins, in Studio. A secret is shown once, by the function that makes it.

create function private.guard_agent_key()
returns trigger
language plpgsql
security definer
set search_path = ''
as $$
declare
  twin text;
begin
  if tg_op = 'DELETE' then
    perform private.refuse('PT409', 'What a key did stays on record, and so does the key', 'name', 'End it with admin.revoke_agent_key(name, reason).');
  elsif tg_op = 'UPDATE' then
    if (new.id, new.name, new.created_at, new.created_by) is distinct from (old.id, old.name, old.created_at, old.created_by) then
      perform private.refuse('PT409', 'The audit log knows this key by its name, and that stays', 'name', 'Make a new key with admin.create_agent_key, and revoke this one.');
    elsif new.is_sandbox <> old.is_sandbox then
      perform private.refuse('PT409', 'A key for practice never becomes a live one, nor a live one a key for practice', 'is_sandbox', 'Make a new key with admin.create_agent_key.');
    elsif old.revoked_at is not null and new.revoked_at is distinct from old.revoked_at then
      perform private.refuse('PT409', 'This key was revoked, and does not come back', 'revoked_at', 'Make a new key with admin.create_agent_key.');
    end if;
  end if;
  if coalesce(new.name, '') !~ '^[a-z][a-z0-9]*(-[a-z0-9]+)*$' or pg_catalog.length(new.name) not between 3 and 40 then
    perform private.refuse_field('name', 'This is no name for a key', 'Use 3 to 40 small letters, digits and hyphens, such as finance-agent.');
  elsif coalesce(pg_catalog.btrim(new.what), '') = '' then
    perform private.refuse_field('what', 'Say what the key is for', 'A few words, for whoever finds it in a year.');
  elsif coalesce(pg_catalog.cardinality(new.scopes), 0) = 0 or pg_catalog.array_position(new.scopes, null) is not null then
    perform private.refuse_field('scopes', 'A key without scopes can do nothing', 'Give it some of those in admin.agent_scopes; to stop it, hold or revoke it.');
  elsif least(new.refund_each, new.refunds_a_day, new.cancels_a_day, new.actions_a_member, new.rows_a_day) < 0 then
    perform private.refuse_field(case when new.refund_each < 0 then 'refund_each' when new.refunds_a_day < 0 then 'refunds_a_day' when new.cancels_a_day < 0 then 'cancels_a_day'
      when new.actions_a_member < 0 then 'actions_a_member' else 'rows_a_day' end, 'A limit is no less than nothing', 'Write 0, and every single one waits for an admin.');
  elsif (tg_op = 'INSERT' or new.expires_at is distinct from old.expires_at) and new.expires_at > private.clock() + interval '1 year' then
    perform private.refuse_field('expires_at', 'A key ends within a year', 'Choose a time in the next twelve months; it can be moved on again later.');
  end if;
  if (new.revoked_at is null) <> (new.revoked_reason is null) or (new.held_until is null) <> (new.held_reason is null) then
    perform private.refuse_field(case when (new.revoked_at is null) <> (new.revoked_reason is null) then 'revoked_reason' else 'held_reason' end,
      'A key is stopped with its reason', 'Fill both columns or neither, or call admin.revoke_agent_key or admin.hold_agent_key.');
  end if;
  if tg_op = 'INSERT' then
    select k.name into twin from private.agent_keys k where private.name_skeleton(k.name) = private.name_skeleton(new.name);
    if twin is not null then
      perform private.refuse('PT409', pg_catalog.format('There is a key %s, and this name is taken for it at a glance', twin), 'name',
        'Choose a name that nobody mistakes for another, also of a key that was revoked.');
    end if;
  end if;
  return new;
end
$$;

comment on function private.guard_agent_key() is 'Trigger: what a key is stays, what it may do can be edited, and what cannot be right is refused. Raises PT409 or PT422.';

create trigger agent_keys_guarded
  before insert or update on private.agent_keys
  for each row execute function private.guard_agent_key();
create trigger agent_keys_stay
  before delete on private.agent_keys
  for each row execute function private.guard_agent_key();

create function private.audit_agent_key()
returns trigger
language plpgsql
security definer
set search_path = ''
as $$
declare
  -- What people wrote there may name somebody, and the log is for good.
  words constant text[] := '{what,held_reason,revoked_reason,last_used_at}';
  was constant jsonb := case when tg_op <> 'INSERT' then pg_catalog.to_jsonb(old) - words end;
  is_now constant jsonb := case when tg_op <> 'DELETE' then pg_catalog.to_jsonb(new) - words end;
begin
  if was is distinct from is_now then
    perform private.audit('studio', session_user::text, 'agents.key_edited', 'agent_key', coalesce(is_now, was) ->> 'name', was, is_now,
      nullif(pg_catalog.current_setting('commons.reason', true), ''));
  end if;
  return null;
end
$$;

comment on function private.audit_agent_key() is 'Trigger: writes a key before and after an edit into the audit log, without the words about it. A function may leave its reason in commons.reason.';

create trigger agent_keys_audited
  after insert or delete or update of name, scopes, is_sandbox, rate_class, expires_at, holder_id, refund_each, refund_currency, refunds_a_day,
    cancels_a_day, actions_a_member, rows_a_day, revoked_at
  on private.agent_keys
  for each row execute function private.audit_agent_key();

create function private.living_secrets(key uuid, at timestamptz)
returns integer
language sql
stable
set search_path = ''
as $$
  select count(*)::integer from private.agent_secrets s
   where s.key_id = key and s.revoked_at is null and coalesce(s.expires_at, 'infinity') > at
$$;

comment on function private.living_secrets is 'How many secrets of a key are neither revoked nor over.';

create function private.guard_agent_secret()
returns trigger
language plpgsql
security definer
set search_path = ''
as $$
declare
  at constant timestamptz := private.clock();
begin
  if tg_op = 'INSERT' then
    -- Two rotations at the same moment wait here for each other.
    perform from private.agent_keys k where k.id = new.key_id for no key update;
    if new.revoked_at is null and coalesce(new.expires_at, 'infinity') > at and private.living_secrets(new.key_id, at) > 1 then
      perform private.refuse('PT409', 'This key has two secrets already', 'key_id', 'Wait until the older one ends, or end it with admin.revoke_agent_secret.');
    end if;
  elsif (new.id, new.key_id, new.hash, new.ends_in, new.created_at) is distinct from (old.id, old.key_id, old.hash, old.ends_in, old.created_at) then
    perform private.refuse('PT409', 'A secret is what it was made as', 'hash', 'Make a new one with admin.rotate_agent_key.');
  elsif old.revoked_at is not null and new.revoked_at is distinct from old.revoked_at then
    perform private.refuse('PT409', 'This secret was revoked, and does not come back', 'revoked_at', 'Make a new one with admin.rotate_agent_key.');
  elsif old.expires_at <= at and new.expires_at is distinct from old.expires_at then
    perform private.refuse('PT409', 'This secret is over, and does not come back', 'expires_at', 'Make a new one with admin.rotate_agent_key.');
  end if;
  return new;
end
$$;

comment on function private.guard_agent_secret() is 'Trigger: two living secrets a key at most, and one that has ended stays so. Raises PT409.';

create trigger agent_secrets_guarded
  before insert or update on private.agent_secrets
  for each row execute function private.guard_agent_secret();

create function private.new_secret(key uuid, is_sandbox boolean, expires_at timestamptz, at timestamptz)
returns text
language plpgsql
volatile
set search_path = ''
as $$
declare
  secret constant text := case when is_sandbox then 'cak_test_' else 'cak_live_' end
    || pg_catalog.rtrim(pg_catalog.translate(pg_catalog.encode(extensions.gen_random_bytes(32), 'base64'), '+/', '-_'), '=');
begin
  insert into private.agent_secrets (key_id, hash, ends_in, created_at, expires_at)
  values (key, pg_catalog.sha256(pg_catalog.convert_to(secret, 'UTF8')), pg_catalog.right(secret, 4), at, new_secret.expires_at);
  return secret;
end
$$;

comment on function private.new_secret is 'Makes a secret of 256 random bits, keeps its hash, and returns it: the only time that anybody sees it.';

create function admin.create_agent_key(
  name text, what text, scopes text[], expires_at timestamptz default null, rate_class text default 'standard',
  is_sandbox boolean default false, holder_email text default null
)
returns text
language plpgsql
volatile
set search_path = ''
as $$
declare
  at constant timestamptz := private.clock();
  ends constant timestamptz := coalesce(create_agent_key.expires_at, at + interval '90 days');
  made uuid;
begin
  if not coalesce(scopes, '{}') <@ pg_catalog.enum_range(null::private.agent_scope)::text[] then
    perform private.refuse_field('scopes', 'There is no such scope', 'Use some of those in admin.agent_scopes.');
  elsif holder_email is null
        and exists (select from pg_catalog.unnest(pg_catalog.enum_range(null::private.agent_proposal_kind)) k where private.proposal_scope(k)::text = any (scopes)) then
    perform private.refuse_field('holder_email', 'What this key proposes is approved by somebody else than who works with it',
      'Say in holder_email which member works with it.');
  elsif ends <= at then
    perform private.refuse_field('expires_at', 'This key would be over before it begins', 'Choose a time in the next twelve months.');
  elsif not coalesce(rate_class = any (pg_catalog.enum_range(null::private.agent_rate_class)::text[]), false) then
    perform private.refuse_field('rate_class', 'There is no such class', 'Use careful, standard or bulk.');
  end if;
  insert into private.agent_keys (name, what, scopes, is_sandbox, rate_class, expires_at, holder_id, created_at, created_by)
  values (create_agent_key.name, pg_catalog.btrim(what),
    array(select distinct s from pg_catalog.unnest(scopes::private.agent_scope[]) s order by s), coalesce(is_sandbox, false),
    create_agent_key.rate_class::private.agent_rate_class, ends,
    case when holder_email is not null then admin.member_of(holder_email) end, at, session_user::text)
  returning id into made;
  return private.new_secret(made, coalesce(is_sandbox, false), null, at);
exception when unique_violation then
  -- Somebody made one of that look at the same moment.
  perform private.refuse('PT409', 'There is a key that this name is taken for at a glance', 'name', 'Choose a name that nobody mistakes for another.');
  return null;
end
$$;

comment on function admin.create_agent_key is
  'Makes a key for an agent and returns its secret, this one time. scopes: some of admin.agent_scopes. expires_at: 90 days from now when left out, a year at most. holder_email: the member who works with it; she cannot approve what it proposes, so a key that may propose (payments:refund, payments:cancel, members:write) has one. Raises PT422 for what does not fit, PT409 for a name that is taken or looks like another.';

create function private.key_named(name text, is_held boolean default true)
returns private.agent_keys
language plpgsql
volatile
set search_path = ''
as $$
declare
  held private.agent_keys;
begin
  if is_held then
    perform from private.agent_keys k where k.name = key_named.name for no key update;
  end if;
  select k.* into held from private.agent_keys k where k.name = key_named.name;
  if held.id is null then
    raise exception using errcode = 'PT404', message = 'There is no such key', detail = 'name', hint = 'Look for it in admin.agent_keys.';
  end if;
  return held;
end
$$;

comment on function private.key_named is 'The key of this name, locked so that two admins do one thing after the other; is_held false leaves that to who comes to people first. Raises PT404.';

create function admin.rotate_agent_key(name text, overlap interval default '24 hours')
returns text
language plpgsql
volatile
set search_path = ''
as $$
declare
  held constant private.agent_keys := private.key_named(rotate_agent_key.name);
  at constant timestamptz := private.clock();
  made text;
begin
  if held.revoked_at is not null or held.expires_at <= at then
    perform private.refuse('PT409', 'This key has ended', 'name',
      case when held.revoked_at is not null then 'Make a new one with admin.create_agent_key.' else 'Move its expires_at on in private.agent_keys, then rotate it.' end);
  elsif overlap is null or overlap < '0' or overlap > '30 days' then
    perform private.refuse_field('overlap', 'Two secrets overlap for 30 days at most', 'Choose a time from 0 to 30 days.');
  elsif private.living_secrets(held.id, at) > 1 then
    perform private.refuse('PT409', 'This key has two secrets already', 'name', 'Wait until the older one ends, or end it with admin.revoke_agent_secret.');
  end if;
  update private.agent_secrets s set expires_at = least(coalesce(s.expires_at, 'infinity'), at + overlap)
   where s.key_id = held.id and s.revoked_at is null and coalesce(s.expires_at, 'infinity') > at;
  made := private.new_secret(held.id, held.is_sandbox, null, at);
  perform private.audit('studio', session_user::text, 'agents.key_rotated', 'agent_key', held.name, null,
    pg_catalog.jsonb_build_object('older_ends_at', at + overlap, 'newer_ends_in', pg_catalog.right(made, 4)));
  return made;
end
$$;

comment on function admin.rotate_agent_key is
  'Gives a key a new secret and returns it, this one time. The older one goes on for the overlap, so that nothing stops meanwhile. Raises PT409 when the key has ended or has two already.';

create function admin.revoke_agent_secret(name text, ends_in text, reason text)
returns integer
language plpgsql
volatile
set search_path = ''
as $$
declare
  why constant text := private.require_reason(reason);
  held constant private.agent_keys := private.key_named(revoke_agent_secret.name);
  revoked integer;
begin
  update private.agent_secrets s set revoked_at = private.clock()
   where s.key_id = held.id and s.ends_in = revoke_agent_secret.ends_in and s.revoked_at is null;
  get diagnostics revoked = row_count;
  if revoked = 0 then
    perform private.refuse('PT404', 'This key has no living secret that ends so', 'ends_in', 'Look at secrets in admin.agent_keys: their last four signs stand there.');
  end if;
  perform private.audit('studio', session_user::text, 'agents.secret_revoked', 'agent_key', held.name, null,
    pg_catalog.jsonb_build_object('ends_in', revoke_agent_secret.ends_in), why);
  return revoked;
end
$$;

comment on function admin.revoke_agent_secret is 'Ends one secret of a key at once, by its last four signs: it and the tokens made with it are refused from the next request on. Returns how many. Raises PT404 when there is none.';

create function admin.revoke_agent_key(name text, reason text)
returns void
language plpgsql
volatile
set search_path = ''
as $$
declare
  why constant text := private.require_reason(reason);
  held constant private.agent_keys := private.key_named(revoke_agent_key.name);
begin
  perform pg_catalog.set_config('commons.reason', why, true);
  update private.agent_keys k set revoked_at = private.clock(), revoked_reason = why
   where k.id = held.id and k.revoked_at is null;
  perform pg_catalog.set_config('commons.reason', '', true);
end
$$;

comment on function admin.revoke_agent_key is 'Ends a key for good: all its secrets and tokens are refused from the next request on. It stays in the list, and its name is not given again. Twice changes nothing.';
