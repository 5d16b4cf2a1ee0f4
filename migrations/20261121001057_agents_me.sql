-- What a key can ask about itself.

create function private.agent_me(call private.agent_call, args jsonb)
returns jsonb
language sql
stable
set search_path = ''
as $$
  select pg_catalog.jsonb_build_object('data', pg_catalog.jsonb_build_object(
           'key', held.id, 'name', held.name, 'scopes', held.scopes, 'sandbox', held.is_sandbox, 'expires_at', held.expires_at,
           'limits', pg_catalog.jsonb_build_object('refund_each', held.refund_each, 'refund_currency', held.refund_currency,
             'refunds_a_day', held.refunds_a_day, 'cancels_a_day', held.cancels_a_day, 'actions_a_member', held.actions_a_member),
           'left_today', private.limits_left(held, call.at),
           'rates', (select pg_catalog.jsonb_object_agg(r.risk, pg_catalog.jsonb_build_object('capacity', r.capacity, 'seconds', extract(epoch from r.per)::integer))
                       from private.agent_rates r where r.rate_class = held.rate_class),
           'operations', (select coalesce(pg_catalog.jsonb_agg(o.operation order by o.place), '[]') from private.agent_operations o
                           where o.scope is null
                              -- A token may have been given fewer scopes than its key has.
                              or o.scope = any (held.scopes) and o.scope::text = any (pg_catalog.string_to_array(pg_catalog.current_setting('commons.scopes', true), ' ')))))
    from private.agent_keys held where held.id = call.key_id
$$;

comment on function private.agent_me is 'keys.me: what the key is, its limits, what is left of them today, and what whoever asks may do: of a token that was made narrower, what that one may.';
