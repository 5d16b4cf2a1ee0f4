-- What an agent is answered, as the gateway would have it: {"status", "body"}. Include it after the cast.
-- The key of kim-agent has every scope. A write gets an Idempotency-Key of its own unless one is given.
create function pg_temp.ask(operation text, args jsonb default '{}', key text default null, task uuid default null, who text default 'kim', at timestamptz default pg_catalog.now())
returns jsonb language plpgsql as $$
declare
  held private.agent_keys;
begin
  select k.* into held from private.agent_keys k where k.id = pg_temp.agent_key(who);
  return private.agent_request(held, held.scopes::text[], operation, args, null, coalesce(key, gen_random_uuid()::text), task::text, 'ask', at);
end
$$;

create function pg_temp.data(operation text, args jsonb default '{}', task uuid default null, at timestamptz default pg_catalog.now())
returns jsonb language sql as $$ select pg_temp.ask(operation, args, null, task, 'kim', at) -> 'body' -> 'data' $$;

-- A refusal in a line: status, message, [field], and whether it says what would do.
create function pg_temp.refusal(operation text, args jsonb default '{}', who text default 'kim') returns text language sql as $$
  select pg_catalog.format('%s %s [%s]%s', a ->> 'status', a -> 'body' -> 'error' ->> 'message', a -> 'body' -> 'error' ->> 'field',
           case when a -> 'body' -> 'error' ? 'remedy' then '' else ' no remedy' end)
    from pg_temp.ask(operation, args, null, null, who) a
$$;

create function pg_temp.of(who text) returns jsonb language sql as $$ select pg_catalog.jsonb_build_object('member', pg_temp.person(who)) $$;
