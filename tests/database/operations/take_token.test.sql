begin;
set local search_path = public, extensions;
select plan(19);
create function pg_temp.take(seconds double precision default 0, bucket text default 'door', cost integer default 1) returns double precision language sql as
  $$ select private.take_token(bucket, 3, interval '1 minute', '2026-06-15 12:00Z'::timestamptz + seconds * interval '1 second', cost) $$;

select is(pg_temp.take(), 2::float8, 'A new bucket is full, less what was taken');
select is(pg_temp.take(), 1::float8, 'The second takes the next');
select is(pg_temp.take(), 0::float8, 'The third takes the last');
select is(pg_temp.take(), null, 'The fourth finds none');
select is(pg_temp.take(), null, 'and trying again costs nothing');
select is(pg_temp.take(0, 'other'), 2::float8, 'Another bucket is another matter');
select is(pg_temp.take(19.999), null, 'A token takes its time to come back');
select is(pg_temp.take(20), 0::float8, 'A third of the minute refills a third');
select is(pg_temp.take(20), null, 'and no more');
select is(pg_temp.take(5), null, 'A clock that goes back gives nothing');
select is(pg_temp.take(30), null, 'nor makes anything come twice');
select is(pg_temp.take(3600), 2::float8, 'After an hour it is full, not fuller');
select is(pg_temp.take(3600, cost => 2), 0::float8, 'Something dear takes more at once');
select is(pg_temp.take(3600, cost => 2), null, 'when there is enough');
select is(pg_temp.take(7200, cost => 3), 0::float8, 'The whole bucket may go at once');
select is(pg_temp.take(9000, cost => 4), null, 'but never more than it holds');
select is(pg_temp.take(0, 'fresh', 4), null, 'not even from a bucket that nobody used');

select is(private.prune_rate_limits('2026-06-15 12:00Z'::timestamptz + interval '2 days'), 0, 'Buckets of the last two days are kept');
select is(private.prune_rate_limits('2026-06-15 14:00Z'::timestamptz + interval '2 days 1 second'), 2, 'older ones are full again and go');

select * from finish();
rollback;
