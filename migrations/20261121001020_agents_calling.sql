-- Who calls an operation, and how that is counted and refused.

create function private.agent_claims()
returns jsonb
language plpgsql
stable
set search_path = ''
as $$
declare
  claims constant jsonb := nullif(pg_catalog.current_setting('request.jwt.claims', true), '')::jsonb;
  uuid_shape constant text := '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$';
begin
  if claims ->> 'role' is distinct from 'agent' or claims ->> 'aud' is distinct from 'agents'
     or coalesce(claims ->> 'sub', '') !~ uuid_shape or coalesce(claims ->> 'secret_id', '') !~ uuid_shape
     or pg_catalog.jsonb_typeof(claims -> 'scopes') is distinct from 'array'
     or pg_catalog.jsonb_typeof(claims -> 'exp') is distinct from 'number'
     or pg_catalog.jsonb_typeof(claims -> 'iat') is distinct from 'number' then
    return null;
  elsif (claims ->> 'exp')::numeric - (claims ->> 'iat')::numeric > 300 then
    -- Ours live five minutes. One that lives longer was made by somebody else, whatever signed it.
    return null;
  end if;
  return claims;
end
$$;

comment on function private.agent_claims is 'What the token of the request says, when it is an agent''s as POST agents/token makes them; else null. The Data API has checked its signature and its end.';

create function private.living_key(key_id uuid, secret_id uuid, at timestamptz)
returns private.agent_keys
language plpgsql
stable
set search_path = ''
as $$
declare
  held private.agent_keys;
begin
  select k.* into held
    from private.agent_keys k join private.agent_secrets s on s.key_id = k.id
   where k.id = living_key.key_id and s.id = living_key.secret_id
     and k.revoked_at is null and k.expires_at > at
     and s.revoked_at is null and coalesce(s.expires_at, 'infinity') > at;
  return held;
end
$$;

comment on function private.living_key is 'The key, when it and the secret that it came with are neither revoked nor expired at this moment; else null.';

create function private.secret_of(given text)
returns private.agent_secrets
language plpgsql
stable
set search_path = ''
as $$
declare
  found_secret private.agent_secrets;
begin
  select s.* into found_secret from private.agent_secrets s
   where s.hash = pg_catalog.sha256(pg_catalog.convert_to(given, 'UTF8'));
  return found_secret;
end
$$;

comment on function private.secret_of is 'The row of this secret, alive or not, or null. Found by its hash, so that the time it takes tells nothing.';

create function private.token_scopes(claims jsonb)
returns text[]
language sql
immutable
set search_path = ''
as $$
  select array(select pg_catalog.jsonb_array_elements_text(claims -> 'scopes'))
$$;

comment on function private.token_scopes is 'The scopes that a token names. They count as far as its key still has them.';

create function private.agent_may(scope private.agent_scope)
returns boolean
language plpgsql
stable
security definer
set search_path = ''
as $$
declare
  claims constant jsonb := private.agent_claims();
  at constant timestamptz := private.clock();
  held private.agent_keys;
begin
  if claims is null then
    return false;
  end if;
  held := private.living_key((claims ->> 'sub')::uuid, (claims ->> 'secret_id')::uuid, at);
  return coalesce(agent_may.scope = any (held.scopes) and claims -> 'scopes' ? agent_may.scope::text
    and coalesce(held.held_until, at) <= at, false);
end
$$;

comment on function private.agent_may is
  'Whether the agent of the request may do this now: its key is alive and not stopped, and both the token and the key''s row have the scope. For policies: call it as (select private.agent_may(''…'')).';

create function private.acting_agent()
returns text
language plpgsql
stable
set search_path = ''
as $$
begin
  return nullif(pg_catalog.current_setting('commons.agent', true), '');
end
$$;

comment on function private.acting_agent is 'The name of the agent whose operation runs in this transaction, or null. Only private.run_operation sets it.';

create function private.agent_answer(status integer, message text, field text default null, remedy text default null, retry_after integer default null, scope text default null)
returns jsonb
language sql
immutable
set search_path = ''
as $$
  select pg_catalog.jsonb_strip_nulls(pg_catalog.jsonb_build_object(
    'status', status, 'retry_after', retry_after,
    'body', pg_catalog.jsonb_build_object('error', pg_catalog.jsonb_build_object(
      'message', message, 'field', field, 'remedy', remedy, 'scope', scope))))
$$;

comment on function private.agent_answer is 'A refusal, in the one shape that every door gives: what happened, which field, what would do.';

create function private.unknown_agent()
returns jsonb
language sql
immutable
set search_path = ''
as $$
  select private.agent_answer(401, 'This key is not known, or not any more', remedy => 'Ask an admin for a key.')
$$;

comment on function private.unknown_agent is 'The one answer to a key that never was, has ended or was revoked: nobody learns which.';

create function private.note_secret_used(secret private.agent_secrets, at timestamptz)
returns void
language plpgsql
volatile
set search_path = ''
as $$
begin
  -- To the minute, and never waiting for anybody: a busy key neither writes at each call nor queues here.
  if secret.last_used_at is null or secret.last_used_at < at - interval '1 minute' then
    update private.agent_secrets s set last_used_at = at
     where s.id in (select o.id from private.agent_secrets o where o.id = secret.id for no key update skip locked);
    update private.agent_keys k set last_used_at = at
     where k.id in (select o.id from private.agent_keys o where o.id = secret.key_id for no key update skip locked);
  end if;
end
$$;

comment on function private.note_secret_used is 'Notes when a secret and its key were last used.';

create function private.count_use(key uuid, operation text, at timestamptz, refused integer default 0, rows_read bigint default 0)
returns void
language plpgsql
volatile
set search_path = ''
as $$
begin
  insert into private.agent_use as u (key_id, day, operation, calls, refused, rows_read)
  values (key, (at at time zone 'UTC')::date, count_use.operation, 1, count_use.refused, count_use.rows_read)
  on conflict on constraint agent_use_pkey do update
    set calls = u.calls + 1, refused = u.refused + excluded.refused, rows_read = u.rows_read + excluded.rows_read;
end
$$;

comment on function private.count_use is 'Counts one call of a key for the day.';

create function private.refuse_agent(key uuid, operation text, answer jsonb, correlation_id text, at timestamptz)
returns jsonb
language plpgsql
volatile
set search_path = ''
as $$
declare
  error constant jsonb := answer -> 'body' -> 'error';
  is_pace constant boolean := answer ->> 'status' = '429';
  bucket constant text := pg_catalog.format('agent-refusals:%s:%s', case when is_pace then 'pace' else 'rest' end, key);
begin
  -- Who is told to wait is noted once a minute, and who is refused over and over 60 times: no agent fills the table.
  if private.take_token(bucket, case when is_pace then 1 else 60 end, '1 minute', at) is not null then
    insert into private.agent_refusals (key_id, operation, status, reason, field, correlation_id, at)
    values (key, refuse_agent.operation, (answer ->> 'status')::integer,
      coalesce(answer ->> 'failure', pg_catalog.left(private.scrub(error ->> 'message'), 300)), pg_catalog.left(error ->> 'field', 60),
      refuse_agent.correlation_id, at);
  end if;
  if refuse_agent.operation is not null then
    perform private.count_use(key, refuse_agent.operation, at, refused => 1);
  end if;
  return answer;
end
$$;

comment on function private.refuse_agent is 'Notes that a living key was refused something, without addresses and numbers that its sentence says again, and gives the refusal back. operation: null for what is none, such as a token.';
