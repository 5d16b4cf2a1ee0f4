begin;
set local search_path = public, extensions;
select plan(13);

-- A moment of its own, so that what ran before in this database counts for nothing.
update private.luma_pace set next_at = '-infinity', blocked_until = null, per_minute = 170;

create function pg_temp.turns(priority text, moment timestamptz, wanted integer) returns integer language plpgsql as $$
declare
  taken integer := 0;
begin
  for n in 1..wanted loop
    exit when private.luma_turn(priority::jobs.priority, moment) > 0;
    taken := taken + 1;
  end loop;
  return taken;
end
$$;

select is(private.luma_turn('interactive', '2026-12-01 10:00:00Z'), 0::double precision, 'the first call goes at once');
select is(pg_temp.turns('interactive', '2026-12-01 10:00:00Z', 500), 24, 'a burst of 25 in all goes at once');
select ok(private.luma_turn('interactive', '2026-12-01 10:00:00Z') between 0.001 and 0.36, 'then it waits for the next place, a third of a second');
select ok(private.luma_turn('bulk', '2026-12-01 10:00:00Z') > 4, 'bulk work waits longer, until half the burst is free again');

create temp table minute as
select sum(pg_temp.turns('interactive', '2026-12-01 11:00:00Z'::timestamptz + n * interval '1 second', 500)) as calls from generate_series(0, 59) n;
select is((select calls from minute) <= 200, true, 'however it is asked, a minute holds at most 200 calls');
select is((select calls from minute) >= 180, true, 'and nearly as many, so that nobody waits without need');

update private.luma_pace set next_at = '-infinity';
select is(pg_temp.turns('bulk', '2026-12-01 12:00:00Z', 500), 13, 'bulk work takes half the burst');
select is(pg_temp.turns('interactive', '2026-12-01 12:00:00Z', 500), 12, 'and leaves the rest to what people wait for');

select lives_ok($$ select private.luma_blocked('2026-12-01 13:01:00Z') $$, 'Luma blocks us');
select is(private.luma_turn('interactive', '2026-12-01 13:00:00Z'), 60::double precision, 'everybody waits until the block ends');
select lives_ok($$ select private.luma_blocked('2026-12-01 13:00:30Z') $$, 'a worker that heard of an earlier end');
select is(private.luma_turn('interactive', '2026-12-01 13:00:59Z'), 1::double precision, 'does not shorten it');
select is(private.luma_turn('interactive', '2026-12-01 13:01:01Z'), 0::double precision, 'and then calls go again');

select * from finish();
rollback;
