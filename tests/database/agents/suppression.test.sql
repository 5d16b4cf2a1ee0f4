-- Numbers of people, asked of every small world there is: whoever knows the rule and does the sums still cannot say of
-- any group of one to four how many they are.
begin;
set local search_path = public, extensions;
select plan(22);

select is(private.tell_numbers('{"came": 12, "waiting": 0}', '{"asked": ["came", "waiting"]}'), '{"came": 12, "waiting": 0, "asked": 12, "suppressed": false}',
  'Five and more are told, none is told, and so is their sum');
select is(private.tell_numbers('{"came": 12, "waiting": 4, "gone": 5}', '{"asked": ["came", "waiting", "gone"], "past": ["came", "gone"]}'),
  '{"came": 12, "waiting": null, "gone": 5, "asked": null, "past": 17, "suppressed": true}', 'Four are not, nor the sum that they would follow from');
select is(private.tell_numbers('{"came": 1}'), '{"came": null, "suppressed": true}', 'One is not');

-- Every world of three groups of up to nine people: worlds with the same answer are one to whoever reads it.
create temporary table parts as
select array[a, b, c]::bigint[] as world, private.tell_numbers(jsonb_build_object('a', a, 'b', b, 'c', c), '{"all": ["a", "b", "c"], "two": ["a", "b"]}') as answer
  from generate_series(0, 9) a, generate_series(0, 9) b, generate_series(0, 9) c;
create temporary view parts_given_away as
select answer from parts group by answer
having min(world[1]) between 1 and 4 and count(distinct world[1]) = 1 or min(world[2]) between 1 and 4 and count(distinct world[2]) = 1
    or min(world[3]) between 1 and 4 and count(distinct world[3]) = 1;
select is((select count(*)::int from parts), 1000, 'Of a thousand worlds with sums that are told');
select is_empty('select * from parts_given_away', 'none gives a group of one to four away');
select isnt_empty($$select 1 from parts where answer ->> 'all' is not null and answer ->> 'a' <> '0' limit 1$$, 'though much is told');

-- Parts of a total that is told in any case, once it may be.
create temporary table totals as
select w.world, private.hidden_parts(w.world) as hidden
  from (select array[a, b, c, d]::bigint[] as world
          from generate_series(0, 9) a, generate_series(0, 9) b, generate_series(0, 9) c, generate_series(0, 9) d
         where private.is_told(a + b + c + d)) w;
create temporary table told as
select t.world, (select sum(n) from unnest(t.world) n) as total,
       array(select case when not h then n end from rows from (unnest(t.world), unnest(t.hidden)) with ordinality u (n, h, place) order by place) as shown
  from totals t;
create function pg_temp.given_away(least_values integer) returns table (shown bigint[], total numeric, place integer) language sql as $$
  select t.shown, t.total, p from told t cross join generate_series(1, 4) p
   where t.shown[p] is null
   group by t.shown, t.total, p
  having bool_or(t.world[p] between 1 and 4) and count(distinct t.world[p]) < least_values
$$;
select cmp_ok((select count(*)::int from told), '>', 9000, 'Of more than nine thousand worlds whose total is told');
select is_empty('select * from pg_temp.given_away(2)', 'none gives a part of one to four away, also not to who knows how parts are hidden');
select is_empty('select * from told where exists (select from unnest(shown) n where n between 1 and 4)', 'and none tells one outright');
select is((select count(*)::int from told where world = shown and exists (select from unnest(world) n where n between 1 and 4)), 0, 'nor hides nothing where something is small');
select is((select shown from told where world = '{0,5,8,7}'), '{0,5,8,7}'::bigint[], 'Where nothing is small nothing is hidden');
select is((select shown from told where world = '{1,5,8,0}'), '{null,null,8,0}'::bigint[], 'One is hidden with the smallest beside it, the largest stays');
select is((select shown from told where world = '{3,6,6,9}'), '{null,null,null,9}'::bigint[], 'those of one size together');
select is((select shown from told where world = '{4,1,0,0}'), '{null,null,null,null}'::bigint[], 'Where nothing larger shares the total, nothing of it is told');
-- A rule that hides only what is small would be found out.
update told set shown = array(select case when n between 1 and 4 then null else n end from unnest(world) with ordinality u (n, place) order by place);
select isnt_empty('select * from pg_temp.given_away(2)', 'Hiding only what is small gives it away: this test can fail');

-- A group of people who leave one by one: every way in which up to twelve can, over three months.
create temporary table cohorts as
select array[a, b, c]::bigint[] as world, n as size, private.told_steps(n, array[a, b, c]::bigint[]) as shown
  from generate_series(0, 12) n, generate_series(0, 12) a, generate_series(0, 12) b, generate_series(0, 12) c
 where a <= n and b <= a and c <= b and private.is_told(n);
create temporary view steps_given_away as
select size, shown, p from cohorts cross join generate_series(1, 3) p
 where shown[p] is null
 group by size, shown, p
-- What nobody may know is how many are left of a few, and how many of them went since the month before.
having bool_or(world[p] between 1 and 4) and count(distinct world[p]) = 1
    or bool_or(coalesce(world[p - 1], size) - world[p] between 1 and 4) and count(distinct coalesce(world[p - 1], size) - world[p]) = 1;
select cmp_ok((select count(*)::int from cohorts), '>', 1000, 'Of more than a thousand groups');
select is_empty('select * from steps_given_away', 'none gives away how few remain, or how few left in a month');
select is_empty($$select * from cohorts where exists (
    select from generate_series(1, 3) p where shown[p] between 1 and 4
       or coalesce((select shown[q] from generate_series(p - 1, 1, -1) q where shown[q] is not null order by q desc limit 1), size) - shown[p] between 1 and 4)$$,
  'and none tells it outright');
select is(private.told_steps(20, '{20,17,15,9,4,0}'), '{20,20,15,10,null,null}'::bigint[], 'Who left is counted in whole fives');

-- Two groups, and beside them how many left of both in a month, as churn tells it: every way there is.
create temporary table pairs as
select m, n, a, b from generate_series(10, 14) m, generate_series(10, 14) n, generate_series(0, 14) a, generate_series(0, 14) b
 where a <= m and b <= n and private.is_told(a + b);
create function pg_temp.follow(in_fives boolean) returns bigint language sql as $$
  select count(*) from (
    select a, b, count(*) over (partition by m, n, a + b, x.of_a, x.of_b) as alike
      from pairs cross join lateral (select
        case when in_fives then (private.told_steps(m, array[m - a]::bigint[]))[1] when private.is_told(a) and private.is_told(m - a) then m - a end as of_a,
        case when in_fives then (private.told_steps(n, array[n - b]::bigint[]))[1] when private.is_told(b) and private.is_told(n - b) then n - b end as of_b) x) y
   where alike = 1 and (a between 1 and 4 or b between 1 and 4)
$$;
select cmp_ok(pg_temp.follow(false) * 5, '>', (select count(*) from pairs), 'Exact numbers beside the total give a small group away in one world of five');
select cmp_ok(pg_temp.follow(true) * 30, '<', (select count(*) from pairs), 'whole fives only where every group is at the edge of its five');
select is(private.told_steps(3, '{3,2}'), '{null,null}'::bigint[], 'Nothing is told of a group of three');

select * from finish();
rollback;
