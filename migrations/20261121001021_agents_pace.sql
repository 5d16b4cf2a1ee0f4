-- Whether an agent may call now: scope, then whether it is stopped, then pace.

create function private.seconds_until_token(bucket text, capacity integer, per interval, at timestamptz, cost integer)
returns integer
language plpgsql
stable
set search_path = ''
as $$
declare
  held private.rate_limits;
  missing double precision;
begin
  select r.* into held from private.rate_limits r where r.bucket = seconds_until_token.bucket;
  missing := cost - coalesce(held.tokens, capacity);
  -- Rounded first: what is a billionth over a whole second is that second.
  return greatest(1, pg_catalog.ceil(pg_catalog.round((missing * extract(epoch from per)::double precision / capacity
    - extract(epoch from at - coalesce(held.refilled_at, at))::double precision)::numeric, 6)))::integer;
end
$$;

comment on function private.seconds_until_token is 'In how many seconds a bucket will hold this many tokens, for Retry-After. One at least.';

create function private.holds_tokens(bucket text, capacity integer, per interval, at timestamptz, cost integer)
returns boolean
language plpgsql
stable
set search_path = ''
as $$
begin
  return coalesce((select least(capacity, r.tokens + capacity * greatest(0, extract(epoch from at - r.refilled_at)) / extract(epoch from per)) >= cost
                     from private.rate_limits r where r.bucket = holds_tokens.bucket), cost <= capacity);
end
$$;

comment on function private.holds_tokens is 'Whether private.take_token would give this many now. Holds nothing, so that it waits for nobody.';

create function private.agent_cost(operation private.agent_operations, args jsonb)
returns integer
language plpgsql
immutable
set search_path = ''
as $$
declare
  given constant jsonb := args -> operation.batch;
begin
  return case
    when pg_catalog.jsonb_typeof(given) = 'array' then least(greatest(pg_catalog.jsonb_array_length(given), 1), 1000000)
    when pg_catalog.jsonb_typeof(given) = 'number' then least(greatest(pg_catalog.ceil((given #>> '{}')::numeric), 1), 1000000)
    else 1
  end::integer;
end
$$;

comment on function private.agent_cost is 'How many tokens a call takes: one, or the rows of its batch.';

create function private.held_answer(key private.agent_keys, at timestamptz)
returns jsonb
language plpgsql
stable
set search_path = ''
as $$
begin
  return case when key.held_until > at then
    private.agent_answer(429, pg_catalog.format('This key is stopped for a while: %s', key.held_reason),
      remedy => 'Wait, and look at what it was doing.', retry_after => greatest(1, pg_catalog.ceil(extract(epoch from key.held_until - at)))::integer) end;
end
$$;

comment on function private.held_answer is 'What a key that is stopped hears, with the reason and until when; null for one that is not.';

create function private.admit_agent(
  key private.agent_keys, token_scopes text[], operation private.agent_operations, args jsonb, at timestamptz, takes boolean default true
)
returns jsonb
language plpgsql
volatile
set search_path = ''
as $$
declare
  rate private.agent_rates;
  asked constant integer := private.agent_cost(operation, args);
  cost integer := asked;
  bucket constant text := pg_catalog.format('agent:%s:%s', key.id, operation.risk);
  has_enough boolean;
begin
  if operation.scope is not null and not (coalesce(operation.scope = any (key.scopes), false) and coalesce(operation.scope::text = any (token_scopes), false)) then
    return private.agent_answer(403, pg_catalog.format('This key may not call %s: it has no scope %s', operation.operation, operation.scope),
      remedy => 'Ask an admin to add the scope to the key, or use another operation.', scope => operation.scope::text);
  elsif key.held_until > at then
    return private.held_answer(key, at);
  end if;
  select r.* into rate from private.agent_rates r where r.rate_class = key.rate_class and r.risk = operation.risk;
  if asked > rate.capacity then
    -- It never fits, so waiting would not help: it takes one token like any other mistake.
    cost := 1;
  end if;
  if takes then
    has_enough := private.take_token(bucket, rate.capacity, rate.per, at, cost) is not null;
  else
    has_enough := private.holds_tokens(bucket, rate.capacity, rate.per, at, cost);
  end if;
  if not has_enough then
    return private.agent_answer(429, pg_catalog.format('This key has used up its pace: %s %s in %s seconds', rate.capacity,
        case operation.risk when 'read' then 'reads' when 'write' then 'writes' else 'destructive calls' end, extract(epoch from rate.per)::integer),
      remedy => 'Wait as long as Retry-After says.',
      retry_after => private.seconds_until_token(bucket, rate.capacity, rate.per, at, cost));
  elsif asked > rate.capacity then
    return private.agent_answer(422, pg_catalog.format('This asks for %s rows at once, and %s are the most', asked, rate.capacity),
      operation.batch, pg_catalog.format('Ask for %s rows at most.', rate.capacity));
  end if;
  return null;
end
$$;

comment on function private.admit_agent is
  'Whether a living key may make this call now: scope (403), then pace (429; all tokens of a key share its buckets). Null: it may. takes: false only looks, and the tokens are taken later.';

create function private.ended_meanwhile(key private.agent_keys, operation private.agent_operations, at timestamptz)
returns jsonb
language plpgsql
stable
set search_path = ''
as $$
declare
  now_held private.agent_keys;
begin
  select k.* into now_held from private.agent_keys k where k.id = key.id;
  if now_held.id is null or now_held.revoked_at is not null or now_held.expires_at <= at then
    return private.unknown_agent();
  elsif operation.scope <> all (now_held.scopes) then
    return private.agent_answer(403, pg_catalog.format('This key may not call %s any more: it has lost the scope %s', operation.operation, operation.scope),
      remedy => 'Ask an admin to add the scope to the key, or use another operation.', scope => operation.scope::text);
  end if;
  return private.held_answer(now_held, at);
end
$$;

comment on function private.ended_meanwhile is
  'What a key hears that was revoked or stopped, or lost the scope, while its call waited for others of the same key. Looked up anew; null: it may go on.';
