begin;
select plan(2);

-- The pauses of a kind between its first attempt and its last, without chance.
create function pg_temp.patience(k jobs.kinds) returns interval language sql as $$
  select sum(jobs.backoff(k, n, 0.5)) from generate_series(1, k.max_attempts - 1) n
$$;

select cmp_ok((select count(*)::int from jobs.kinds k where k.kind <> 'apply_event'), '>', 8, 'There are kinds of jobs that speak to providers');
select is((select string_agg(k.queue || '/' || k.kind || ' ' || pg_temp.patience(k)::text, ', ') from jobs.kinds k
            where k.kind <> 'apply_event' and pg_temp.patience(k) < interval '12 hours'), null,
  'A provider that is away for half a day kills no job');

select * from finish();
rollback;
