-- The doors: the gateway, with a key or a token; the exchange of one for the other; and the Data API.

create function private.refuse_stranger(client text, at timestamptz)
returns jsonb
language plpgsql
volatile
set search_path = ''
as $$
declare
  bucket constant text := 'agent-stranger:' || coalesce(client, '');
begin
  if private.take_token(bucket, 20, '1 minute', at) is not null then
    return private.unknown_agent();
  end if;
  return private.agent_answer(429, 'Too many unknown keys came from here', remedy => 'Wait as long as Retry-After says, and look at the key.',
    retry_after => private.seconds_until_token(bucket, 20, '1 minute', at, 1));
end
$$;

comment on function private.refuse_stranger is
  'The answer to a key or token that is not alive: 401, and 429 when more than 20 a minute came from the same client. Who holds a living key is never refused for what a neighbour at the same address guesses.';

create function private.gateway_request(
  secret text, claims jsonb, operation text, args jsonb, problem jsonb, idempotency_key text, change_set text, client text,
  correlation_id text, at timestamptz
)
returns jsonb
language plpgsql
volatile
set search_path = ''
as $$
declare
  known private.agent_secrets;
  key private.agent_keys;
  answer jsonb;
begin
  if secret is not null then
    known := private.secret_of(secret);
  else
    select s.* into known from private.agent_secrets s where s.id = (claims ->> 'secret_id')::uuid and s.key_id = (claims ->> 'sub')::uuid;
  end if;
  key := private.living_key(known.key_id, known.id, at);
  if key.id is null then
    return private.refuse_stranger(client, at);
  end if;
  answer := private.agent_request(key, case when secret is not null then key.scopes::text[] else private.token_scopes(claims) end,
    operation, args, problem, idempotency_key, change_set, correlation_id, at);
  -- At the end: whoever revokes the key must not wait for an operation of its that takes long.
  perform private.note_secret_used(known, at);
  return answer || pg_catalog.jsonb_build_object('key', key.id);
end
$$;

comment on function private.gateway_request is
  'The gateway''s one call. Either the secret of a key, or the claims of a token whose signature, shape and end the gateway has checked. client: a pseudonym of where it came from.';

create function private.grant_agent_token(
  secret text, wanted text[], problem jsonb, jti uuid, client text, correlation_id text, at timestamptz
)
returns jsonb
language plpgsql
volatile
set search_path = ''
as $$
declare
  most constant integer := 30;
  known constant private.agent_secrets := private.secret_of(secret);
  key constant private.agent_keys := private.living_key(known.key_id, known.id, at);
  bucket constant text := 'agent-token:' || key.id::text;
  lacking text;
  refusal jsonb;
begin
  if key.id is null then
    return private.refuse_stranger(client, at);
  end if;
  perform private.note_secret_used(known, at);
  select w into lacking from pg_catalog.unnest(wanted) w where w <> all (key.scopes::text[]) limit 1;
  if lacking is not null then
    refusal := private.agent_answer(403, pg_catalog.format('This key has no scope %s', lacking),
      remedy => 'Ask an admin to add the scope to the key, or leave it out.', scope => lacking);
  elsif key.held_until > at then
    refusal := private.held_answer(key, at);
  elsif private.take_token(bucket, most, '1 minute', at) is null then
    refusal := private.agent_answer(429, pg_catalog.format('This key has %s tokens a minute at most', most),
      remedy => 'Use a token for its five minutes, and wait as long as Retry-After says.',
      retry_after => private.seconds_until_token(bucket, most, '1 minute', at, 1));
  elsif problem is not null then
    refusal := private.agent_answer((problem ->> 'status')::integer, problem ->> 'message', problem ->> 'field', problem ->> 'remedy');
  end if;
  if refusal is not null then
    return private.refuse_agent(key.id, null, refusal, correlation_id, at) || pg_catalog.jsonb_build_object('key', key.id);
  end if;
  perform private.audit('agent', key.name, 'agents.token_given', 'agent_key', key.name, null,
    pg_catalog.jsonb_build_object('jti', jti, 'ends_in', known.ends_in), null, correlation_id);
  return pg_catalog.jsonb_build_object('status', 200, 'key', key.id, 'secret_id', known.id,
    'scopes', coalesce(wanted, key.scopes::text[]));
end
$$;

comment on function private.grant_agent_token is
  'Whether the holder of this secret gets a token now, and for what: 401, 403 for a scope that the key lacks, 429 while it is stopped and beyond 30 a minute, then what the door found wrong (problem), else its key, secret and scopes. wanted: only these scopes; null, all of the key. Writes it into the audit log.';

create function private.call_operation(claims jsonb, operation text, args jsonb, idempotency_key text, change_set text, at timestamptz)
returns jsonb
language plpgsql
volatile
security definer
set search_path = ''
as $$
declare
  answer jsonb;
  headers jsonb;
  field text;
begin
  -- The definer's rights reach further than the caller's: whose token it is comes from the request itself.
  if claims is null or claims is distinct from private.agent_claims() then
    raise exception using errcode = '42501', message = 'Only agents call operations', hint = 'Exchange an agent''s key for a token first.';
  end if;
  answer := private.gateway_request(null, claims, operation, args, null, idempotency_key, change_set, claims ->> 'sub', 'rest-' || gen_random_uuid()::text, at);
  -- What is a header at the other doors is a parameter here.
  field := case answer #>> '{body,error,field}' when 'Idempotency-Key' then 'idempotency_key' when 'Change-Set' then 'change_set' end;
  if field is not null then
    answer := pg_catalog.jsonb_set(answer, '{body,error,field}', pg_catalog.to_jsonb(field));
  end if;
  headers := pg_catalog.jsonb_build_array(pg_catalog.jsonb_build_object('Cache-Control', 'no-store'));
  if answer ? 'retry_after' then
    headers := headers || pg_catalog.jsonb_build_object('Retry-After', answer ->> 'retry_after');
  end if;
  if answer ? 'is_replayed' then
    headers := headers || '{"Idempotent-Replayed": "true"}'::jsonb;
  end if;
  perform pg_catalog.set_config('response.status', answer ->> 'status', true), pg_catalog.set_config('response.headers', headers::text, true);
  return answer -> 'body';
end
$$;

comment on function private.call_operation is 'The Data API''s door to the operations of agents: the same checks, the same answers. Raises 42501 for everybody who is no agent.';

create function public.call_operation(operation text, arguments jsonb default '{}', idempotency_key text default null, change_set text default null)
returns jsonb
language sql
volatile
set search_path = ''
as $$ select private.call_operation(private.agent_claims(), operation, arguments, idempotency_key, change_set, private.clock()) $$;

comment on function public.call_operation is
  'For agents: runs one operation of their API under the token''s own scopes, with pace, audit and Idempotency-Key as at the gateway. Answers data and as_of, or error, with the HTTP status that fits.';
