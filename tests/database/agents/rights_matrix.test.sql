-- Every scope × every operation × every state that a key can be in × every door; then every table the same way. The cells
-- are made of the catalogue, so that an operation or a table which somebody adds is walked at once.
begin;
-- include: ../house/own.sql
-- include: ../cast.sql
select plan(11);

-- A minute goes by from call to call, so that nothing here is refused for its pace.
create or replace function private.clock() returns timestamptz language plpgsql stable set search_path = ''
as $$ begin return pg_catalog.now() + coalesce(nullif(pg_catalog.current_setting('test.minute', true), ''), '0')::integer * interval '1 minute'; end $$;

create temporary table scopes as select s as scope from pg_catalog.unnest(pg_catalog.enum_range(null::private.agent_scope)) s;
create temporary table states (state text, is_alive boolean, in_row text, in_claim text);
insert into states values
  ('held', true, 'only', 'only'), ('missing in the row', true, 'others', 'all'), ('missing in the claim', true, 'all', 'others'),
  ('key revoked', false, 'all', 'all'), ('secret revoked', false, 'all', 'all'), ('key expired', false, 'all', 'all'),
  ('secret expired', false, 'all', 'all'), ('key stopped', true, 'only', 'only');

create function pg_temp.given(which text, scope private.agent_scope) returns private.agent_scope[] language sql as $$
  select case which when 'only' then array[scope] else array(select s.scope from scopes s where which = 'all' or s.scope <> given.scope order by 1) end
$$;

-- One key a scope and state.
create temporary table keys as
select s.scope, t.*, pg_temp.given(t.in_row, s.scope) as row_scopes, pg_temp.given(t.in_claim, s.scope) as claim_scopes, pg_catalog.md5(s.scope || t.state)::uuid as id, pg_catalog.md5('secret' || s.scope || t.state)::uuid as secret_id,
       'cak_live_' || pg_catalog.md5(t.state || s.scope) as secret
  from scopes s cross join states t;
insert into private.agent_keys (id, name, what, scopes, rate_class, expires_at, created_by, revoked_at, revoked_reason, held_until, held_reason)
select id, 'k' || pg_catalog.md5(secret), 'Matrix', row_scopes, 'bulk',
       now() + case state when 'key expired' then interval '-1 minute' else interval '200 days' end, 'test',
       case state when 'key revoked' then now() end, case state when 'key revoked' then 'test' end,
       case state when 'key stopped' then now() + interval '100 days' end, case state when 'key stopped' then 'test' end
  from keys;
insert into private.agent_secrets (id, key_id, hash, ends_in, revoked_at, expires_at)
select secret_id, id, pg_catalog.sha256(pg_catalog.convert_to(secret, 'UTF8')), 'abcd', case state when 'secret revoked' then now() end,
       case state when 'secret expired' then now() - interval '1 minute' end
  from keys;

create function pg_temp.claims(key keys) returns jsonb language sql as $$
  select pg_catalog.jsonb_build_object('role', 'agent', 'aud', 'agents', 'sub', key.id, 'secret_id', key.secret_id,
    'scopes', pg_catalog.to_jsonb(key.claim_scopes), 'iat', 1, 'exp', 301)
$$;

-- What must come out. An argument that no operation knows tells who was let in: she is told so, and nothing is done.
create function pg_temp.due(key keys, wanted private.agent_operations, by_secret boolean) returns text language sql as $$
  select case
    when not key.is_alive then '401'
    when wanted.scope <> all (key.row_scopes) or not by_secret and wanted.scope <> all (key.claim_scopes) then '403 ' || wanted.scope
    when key.state = 'key stopped' then '429'
    else 'let in' end
$$;
create function pg_temp.outcome(status text, body jsonb) returns text language sql as $$
  select case when status = '403' then '403 ' || (body -> 'error' ->> 'scope') when status = '422' and body -> 'error' ->> 'field' = 'no_such_argument' then 'let in' else status end
$$;

create temporary table cells (door text, scope private.agent_scope, operation text, state text, due text, got text, body jsonb);
grant insert on cells to agent;

create function pg_temp.walk() returns void language plpgsql as $$
declare
  key keys;
  wanted private.agent_operations;
  answer jsonb;
  minute integer := 0;
begin
  for key in select * from keys loop
    for wanted in select * from private.agent_operations loop
      minute := minute + 1;
      perform pg_catalog.set_config('test.minute', minute::text, true);
      answer := private.gateway_request(key.secret, null, wanted.operation, '{"no_such_argument": 1}', null, null, null, key.id::text, 'test', private.clock());
      insert into cells values ('gateway, with the key', key.scope, wanted.operation, key.state, pg_temp.due(key, wanted, true),
        pg_temp.outcome(answer ->> 'status', answer -> 'body'), answer -> 'body');
      answer := private.gateway_request(null, pg_temp.claims(key), wanted.operation, '{"no_such_argument": 1}', null, null, null, key.secret, 'test', private.clock());
      insert into cells values ('gateway, with a token', key.scope, wanted.operation, key.state, pg_temp.due(key, wanted, false),
        pg_temp.outcome(answer ->> 'status', answer -> 'body'), answer -> 'body');
      perform pg_catalog.set_config('request.jwt.claims', pg_temp.claims(key)::text, true), pg_catalog.set_config('role', 'agent', true);
      answer := public.call_operation(wanted.operation, '{"no_such_argument": 1}');
      perform pg_catalog.set_config('role', 'none', true), pg_catalog.set_config('request.jwt.claims', '', true);
      insert into cells values ('Data API', key.scope, wanted.operation, key.state, pg_temp.due(key, wanted, false),
        pg_temp.outcome(pg_catalog.current_setting('response.status'), answer), answer);
    end loop;
  end loop;
end
$$;
select pg_temp.walk();

select is((select count(*) from cells), (select count(*) from scopes) * (select count(*) from private.agent_operations) * (select count(*) from states) * 3,
  format('%s cells were walked: %s scopes × %s operations × %s states × 3 doors', (select count(*) from cells), (select count(*) from scopes),
    (select count(*) from private.agent_operations), (select count(*) from states)));
select is_empty('select door, scope, operation, state, due, got, body from cells where got is distinct from due limit 20',
  'In each cell comes out what the catalogue says: let in, 403 with the scope that is missing, 429 for a key that is stopped, or 401');
select ok((select count(distinct due) from cells) > 12 and (select bool_and(n > 0) from (select count(*) filter (where c.due = 'let in') n from cells c group by c.operation) o),
  'Each operation is let in somewhere, and each scope is missed somewhere');
select is((select count(distinct body) from cells where got = '401'), 1::bigint, 'Whoever is not known, over or revoked hears one and the same');
select is_empty($$select operation from private.agent_operations where scope is null and operation !~ '^(keys|proposals|change_sets)\.'$$,
  'Without a scope a key reaches only itself, its proposals and its tasks');
select is_empty($$select r.operation from private.agent_requests r$$, 'Not one of these calls was kept as a write');

-- Tables of the Data API, directly.
create temporary table tables as select bare from own_relations where schema = 'public' and relkind in ('r', 'p', 'v', 'm');
create temporary table opened (table_name text, scope private.agent_scope);
insert into opened values ('events', 'events:read'), ('event_regions', 'events:read'), ('event_categories', 'events:read'),
  ('resources', 'content:read'), ('topics', 'content:read'), ('tiers', 'payments:read'), ('stripe_prices', 'payments:read');
insert into public.stripe_prices (price_id, purpose, currency, unit_amount, recurring_interval, is_offered) values ('price_matrix', 'donation', 'usd', 700, 'month', true);
create temporary table looks (table_name text, scope private.agent_scope, state text, got text);
grant insert on looks to agent;
create function pg_temp.look() returns void language plpgsql as $$
declare
  key keys;
  one text;
  got text;
begin
  for key in select * from keys loop
    perform pg_catalog.set_config('request.jwt.claims', pg_temp.claims(key)::text, true);
    for one in select t.bare from tables t loop
      perform pg_catalog.set_config('role', 'agent', true);
      begin
        execute pg_catalog.format('select (count(*) > 0)::text from (select 1 from public.%I limit 1) t', one) into got;
      exception when insufficient_privilege then
        got := 'refused';
      end;
      perform pg_catalog.set_config('role', 'none', true);
      insert into looks values (one, key.scope, key.state, got);
    end loop;
  end loop;
  perform pg_catalog.set_config('request.jwt.claims', '', true);
end
$$;
select pg_temp.look();

select is((select count(*) from looks), (select count(*) from scopes) * (select count(*) from tables) * (select count(*) from states),
  format('%s more cells: %s tables × %s scopes × %s states', (select count(*) from looks), (select count(*) from tables),
    (select count(*) from scopes), (select count(*) from states)));
select is_empty($$
  select l.* from looks l join keys k using (scope, state) left join opened o using (table_name)
   where l.got is distinct from case
     when o.scope is null then 'refused'
     when k.is_alive and k.state <> 'key stopped' and o.scope = any (k.row_scopes) and o.scope = any (k.claim_scopes) then 'true'
     else 'false' end limit 20
$$, 'An agent reads the tables of its scopes, and no row of any table when its key is over, revoked, stopped or lacks the scope; all others are refused to it');
select is((select count(*) from opened), (select count(distinct table_name) from looks where got = 'true'), 'Each table that is opened shows something to who may');

-- The matrix speaks when a door is left open.
update private.agent_operations set scope = null where operation = 'payments.ledger';
select pg_catalog.set_config('test.minute', '20000', true);
select is((select pg_temp.outcome(a ->> 'status', a -> 'body') from keys k, private.gateway_request(k.secret, null, 'payments.ledger', '{"no_such_argument": 1}', null, null, null, 'x', 'test', private.clock()) a
            where k.scope = 'events:read' and k.state = 'held'), 'let in', 'An operation that lost its scope would be let in');
select isnt((select due from cells where operation = 'payments.ledger' and scope = 'events:read' and state = 'held' limit 1), 'let in', 'and the cells above object to that');

select * from finish();
rollback;
