-- How often a key may call, and exactly when it may again.
begin;
set local search_path = public, extensions;
-- include: ../cast.sql
select plan(19);

create function pg_temp.ask(seconds double precision, operation text default 'keys.me', args jsonb default '{}') returns jsonb language plpgsql as $$
declare held private.agent_keys;
begin
  select k.* into held from private.agent_keys k where k.id = pg_temp.agent_key('kim');
  return private.agent_request(held, held.scopes::text[], operation, args, null, gen_random_uuid()::text, null, 'pace', '2026-06-15 12:00Z'::timestamptz + seconds * interval '1 second');
end
$$;
-- The statuses of so many calls, at one moment.
create function pg_temp.burst(seconds double precision, times integer) returns text language sql as $$
  select string_agg(format('%s×%s', n, status), ' ' order by status) from (
    select pg_temp.ask(seconds) ->> 'status' as status, count(*) as n from generate_series(1, times) group by 1) s
$$;

-- Any bucket: after the seconds that it says, the call is let in, and a second earlier it is not.
create temporary table emptied as
select b.*, private.take_token(b.bucket, b.capacity, b.per, b.at, b.capacity) as left_over
  from (select 'b' || row_number() over () as bucket, capacity, per, least(cost, capacity) as cost, '2026-06-15 12:00Z'::timestamptz as at
          from unnest(array[1, 3, 7, 10, 30, 60, 120, 1200]) capacity, unnest(array['1 second', '1 minute', '1 hour', '1 day']::interval[]) per, unnest(array[1, 2, 40]) cost) b;
create temporary table tried as
select e.*, private.seconds_until_token(bucket, capacity, per, at, cost) as waits, private.take_token(bucket, capacity, per, at, cost) is null as is_refused
  from emptied e;
select is((select count(*) from tried where is_refused), 96::bigint, 'Buckets of every size are empty');
select is((select count(*) from tried where private.take_token(bucket, capacity, per, at + (waits - 1) * interval '1 second', cost) is not null and waits > 1), 0::bigint,
  'A second before Retry-After none lets a call in');
select is((select count(*) from tried where private.take_token(bucket, capacity, per, at + waits * interval '1 second', cost) is null), 0::bigint,
  'after it, every one does');

select is(pg_temp.burst(0, 125), '120×200 5×429', 'A standard key reads 120 times at once');
select is(pg_temp.ask(0) ->> 'retry_after', '1', 'then waits for the next');
select is(pg_temp.burst(1, 5), '2×200 3×429', 'A second gives two');
select is(pg_temp.burst(-30, 2), '2×429', 'A clock that goes back gives none');
select is(pg_temp.burst(120, 125), '120×200 5×429', 'After a minute there are 120 again, and no more');
select is((select count(*) from private.agent_refusals r where r.key_id = pg_temp.agent_key('kim') and r.status = 429), 2::bigint, 'Of those who wait one a minute is written down');
select is((select u.calls::text || ' ' || u.refused::text from private.agent_use u where u.key_id = pg_temp.agent_key('kim')), '258 16', 'and all are counted');

select is(pg_temp.ask(0, 'content.update_many', '{"most": 61}') -> 'body' -> 'error' ->> 'message', 'This asks for 61 rows at once, and 60 are the most', 'What never fits is said so');
select is(pg_temp.ask(0, 'content.update_many', '{"most": 60}') ->> 'retry_after', '1', 'and took one token, so that sixty are a second away');
select is(pg_temp.ask(0, 'content.update_many', '{"most": 59.5}') ->> 'status', '429', 'Part of a row is a row');
select is(pg_temp.ask(0, 'content.update_many', '{"most": "60"}') ->> 'status', '422', 'What is no number costs one, and is refused');

-- A name that there is not costs what a read costs, and stands on record.
update private.agent_keys set rate_class = 'careful' where id = pg_temp.agent_key('kim');
delete from private.agent_refusals;
create function pg_temp.guess(seconds double precision, times integer) returns text language sql as $$
  select string_agg(format('%s×%s', n, status), ' ' order by status) from (
    select pg_temp.ask(seconds, 'nope.x') ->> 'status' as status, count(*) as n from generate_series(1, times) group by 1) s
$$;
select is(pg_temp.guess(600, 35), '30×404 5×429', 'A careful key guesses thirty names at once');
select is(pg_temp.ask(600, 'nope.x') ->> 'retry_after', '2', 'then waits');
select is((select string_agg(format('%s×%s %s', n, status, operation), ', ' order by status) from (
    select r.status, r.operation, count(*) as n from private.agent_refusals r group by 1, 2) f), '30×404 , 1×429 ', 'and admins see it, under no operation');
select is(pg_temp.burst(600, 1), '1×429', 'It has no read left either');
update private.agent_keys set held_until = '2026-06-15 12:30Z', held_reason = 'A look at it' where id = pg_temp.agent_key('kim');
select is(pg_temp.ask(1200, 'nope.x') #>> '{body,error,message}', 'This key is stopped for a while: A look at it', 'A key that is stopped hears so, whatever it asks for');

select * from finish();
rollback;
