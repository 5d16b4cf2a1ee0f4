-- Tokens that our own key signed, and that should open nothing all the same: against every table and every function.
begin;
-- include: ../house/own.sql
-- include: ../cast.sql
select plan(5);

insert into private.agent_keys (id, name, what, scopes, expires_at, created_by)
values (pg_temp.agent_key('narrow'), 'narrow-agent', 'Narrow', '{operations:read}', now() + interval '9 days', 'test');
insert into private.agent_secrets (id, key_id, hash, ends_in)
values (pg_temp.agent_secret('narrow'), pg_temp.agent_key('narrow'), pg_catalog.sha256('narrow'), 'abcd');

create function pg_temp.true_claims() returns jsonb language sql as $$
  select pg_catalog.jsonb_build_object('role', 'agent', 'aud', 'agents', 'sub', pg_temp.agent_key('kim'), 'secret_id', pg_temp.agent_secret('kim'), 'jti', gen_random_uuid(),
    'scopes', pg_catalog.to_jsonb(pg_catalog.enum_range(null::private.agent_scope)), 'iat', extract(epoch from now())::bigint, 'exp', extract(epoch from now())::bigint + 300)
$$;
create temporary table forged as
select f.what, (pg_temp.true_claims() || f.change) - f.lost as claims from (values
  ('no scope', '{"scopes": []}'::jsonb, ''), ('scopes that there are not', '{"scopes": ["*", "admin", ""]}', ''), ('scopes in a text', '{"scopes": "events:read content:read payments:read members:read"}', ''),
  ('scopes in an object', '{"scopes": {"events:read": true}}', ''), ('scopes that are no texts', '{"scopes": [1, null, {}, ["events:read"]]}', ''), ('no scopes at all', '{}', 'scopes'),
  ('scopes that its row lacks', pg_catalog.jsonb_build_object('sub', pg_temp.agent_key('narrow'), 'secret_id', pg_temp.agent_secret('narrow')), ''),
  ('another key''s secret', pg_catalog.jsonb_build_object('secret_id', pg_temp.agent_secret('kai')), ''), ('no secret', '{}', 'secret_id'), ('a secret that is no id', '{"secret_id": "1"}', ''),
  ('no audience', '{}', 'aud'), ('another audience', '{"aud": "authenticated"}', ''), ('two audiences', '{"aud": ["agents", "authenticated"]}', ''),
  ('no sub', '{}', 'sub'), ('a sub that is no id', '{"sub": "'' or true --"}', ''), ('a sub that is null', '{"sub": null}', ''), ('a key that there is not', pg_catalog.jsonb_build_object('sub', gen_random_uuid()), ''),
  ('a member''s number', pg_catalog.jsonb_build_object('sub', pg_temp.person('lea')), ''), ('a leader''s sign-in', pg_catalog.jsonb_build_object('sub', pg_temp.login('lea')), ''),
  ('a leader''s session', pg_catalog.jsonb_build_object('sub', pg_temp.login('lea'), 'aud', 'authenticated', 'session_id', gen_random_uuid(), 'app_metadata', '{"role": "admin"}'::jsonb), 'secret_id'),
  ('an hour to live', pg_catalog.jsonb_build_object('exp', extract(epoch from now())::bigint + 3600), ''), ('no end', '{}', 'exp'), ('no beginning', '{}', 'iat')) as f (what, change, lost);
insert into public.stripe_prices (price_id, purpose, currency, unit_amount, recurring_interval, is_offered) values ('price_forged', 'donation', 'usd', 700, 'month', true);
create temporary table attempts (what text, thing text, got text);
grant insert on attempts to agent;

create function pg_temp.try(of text, forged jsonb, thing text, query text) returns void language plpgsql as $$
declare got text;
begin
  perform pg_catalog.set_config('request.jwt.claims', forged::text, true), pg_catalog.set_config('role', 'agent', true);
  begin
    execute query into got;
    got := coalesce(got, 'nothing');
  exception when others then
    got := sqlstate;
  end;
  perform pg_catalog.set_config('role', 'none', true), pg_catalog.set_config('request.jwt.claims', '', true);
  insert into attempts values (of, thing, got);
end
$$;
create temporary table things as
select 'table ' || c.bare as thing, pg_catalog.format('select (count(*) > 0)::text from (select 1 from public.%I limit 1) t', c.bare) as query
  from own_relations c where c.schema = 'public' and c.relkind in ('r', 'p', 'v', 'm')
union all
select 'function ' || f.name, pg_catalog.format('select public.%I(%s)', f.bare,
    (select pg_catalog.string_agg('null::' || t::regtype, ', ' order by n) from pg_catalog.unnest((select p.proargtypes::oid[] from pg_catalog.pg_proc p where p.oid = f.oid)) with ordinality a (t, n)))
  from own_functions f where f.schema = 'public' and f.prorettype <> 'trigger'::regtype
union all
select 'operation ' || o, pg_catalog.format('select coalesce((public.call_operation(%L, %L) #>> ''{error,message}''), ''done'')', o, a)
  from (values ('members.list', '{}'), ('operations.explain_member', pg_catalog.jsonb_build_object('member', pg_temp.person('ada'))::text), ('payments.invoices', '{}'), ('events.list', '{}')) x (o, a);
select pg_temp.try(f.what, f.claims, t.thing, t.query) from forged f cross join things t;

select is((select count(*) from attempts), (select count(*) from forged) * (select count(*) from things), format('%s attempts: %s forged tokens × %s tables, functions and operations',
  (select count(*) from attempts), (select count(*) from forged), (select count(*) from things)));
select is_empty($$select * from attempts where thing like 'table %' and got not in ('false', '42501')$$, 'No forged token reads a row of any table');
select is_empty($$select * from attempts where thing like 'function %' and got is distinct from '42501' and thing !~ 'public\.(personal_data|call_operation)\('$$, 'or calls a function that is not for agents');
select is_empty($$select * from attempts where thing like 'operation %' and (got !~ '^(42501|This key is not known|Too many unknown keys|This key may not)')
    and not (what = 'scopes that its row lacks' and thing = 'operation operations.explain_member')$$, 'or does what it has no scope for');
select pg_temp.try('true', pg_temp.true_claims(), t.thing, t.query) from things t;
select ok((select count(*) > 6 from attempts where what = 'true' and got = 'true') and (select bool_and(got = 'done') from attempts where what = 'true' and thing like 'operation %'),
  'A true one reads its tables and does its operations, so that there was something to refuse');

select * from finish();
rollback;
