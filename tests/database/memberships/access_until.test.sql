begin;
set local search_path = public, extensions;
set local timezone = 'Pacific/Auckland';
select plan(25);

-- One row a case: what Stripe says of a subscription, and until when it gives access.
create function pg_temp.until(
  status subscription_status, ends timestamptz default null, cancel_at timestamptz default null, ended timestamptz default null,
  reason text default null, late_since timestamptz default null, next_try timestamptz default null, gave_up timestamptz default null,
  cut timestamptz default null
) returns timestamptz language sql as $$
  select private.access_until(status, ends, cancel_at, ended, reason, late_since, next_try, gave_up, cut)
$$;

select is(pg_temp.until('active', '2026-07-15Z'), 'infinity', 'An active subscription gives access without an end');
select is(pg_temp.until('trialing', '2026-07-15Z'), 'infinity', 'A trial gives access like a paid subscription');
select is(pg_temp.until('active', cancel_at => '2026-07-15 10:00Z'), '2026-07-16Z', 'One that will be canceled gives access through that day');
select is(pg_temp.until('active', cancel_at => '2026-07-15 00:00Z'), '2026-07-16Z', 'A period that ends at midnight gives the day that begins then');
select is(pg_temp.until('active', cancel_at => '2026-07-14 23:59:59.999999Z'), '2026-07-15Z', 'A microsecond earlier it gives the day before only');
select is(pg_temp.until('trialing', cancel_at => '2026-12-31 23:00Z'), '2027-01-01Z', 'A year''s last day ends with the year in UTC, wherever the database stands');

select is(pg_temp.until('past_due', late_since => '2026-07-01 10:00Z'), '2026-07-16Z', 'Past due without word of a retry: fourteen days of grace after the day it failed');
select is(pg_temp.until('past_due', late_since => '2026-07-01Z', next_try => '2026-07-04 09:00Z'), '2026-07-06Z',
  'While Stripe retries: through the day after the next attempt');
select is(pg_temp.until('past_due', late_since => '2026-07-01Z', next_try => '2026-07-04Z', gave_up => '2026-07-03 01:00Z'), '2026-07-04Z',
  'Once Stripe has given up: through that day');

select is(pg_temp.until('canceled', '2026-07-15 12:00Z', ended => '2026-07-15 12:00Z'), '2026-07-16Z', 'Canceled at the period''s end: through that day');
select is(pg_temp.until('canceled', '2026-07-15 12:00Z', ended => '2026-06-20Z'), '2026-07-16Z', 'Canceled at once but paid through: until the paid period''s last day is over');
select is(pg_temp.until('canceled', '2026-06-15Z', ended => '2026-06-20 10:00Z'), '2026-06-21Z', 'Ended after its period: through the day it ended');
select is(pg_temp.until('canceled', null, ended => '2026-06-20 10:00Z'), '2026-06-21Z', 'Canceled without a known period: through the day it ended');
select is(pg_temp.until('canceled', '2026-07-15Z', ended => '2026-06-20 10:00Z', late_since => '2026-06-15Z'), '2026-06-21Z',
  'Canceled while dues were unpaid: the unpaid period gives nothing');
select is(pg_temp.until('canceled', '2026-07-15Z', ended => '2026-06-20Z', reason => 'payment_failed'), '2026-06-21Z', 'Canceled because a payment failed: the same');
select is(pg_temp.until('canceled', '2026-07-15Z', ended => '2026-06-20Z', reason => 'payment_disputed'), '2026-06-21Z', 'Canceled because of a dispute: the same');

select is(pg_temp.until('unpaid', '2026-07-15Z'), '-infinity', 'Unpaid gives no access');
select is(pg_temp.until('incomplete', '2026-07-15Z'), '-infinity', 'A first payment that is not complete gives no access');
select is(pg_temp.until('incomplete_expired', '2026-07-15Z', ended => '2026-06-20Z'), '-infinity', 'A first payment that never came gives no access');
select is(pg_temp.until('paused', '2026-07-15Z'), '-infinity', 'A paused subscription gives no access');

select is(pg_temp.until('active', cut => '2026-06-20 10:00Z'), '2026-06-21Z', 'A refund that ends access ends it with its day, though Stripe says active');
select is(pg_temp.until('canceled', '2026-07-15Z', ended => '2026-06-10Z', cut => '2026-08-01Z'), '2026-07-16Z', 'A refund never makes access longer');
select is(pg_temp.until('unpaid', cut => '2026-08-01Z'), '-infinity', 'A refund gives nothing to who had nothing');
select is(pg_temp.until('past_due', late_since => '2026-07-01Z', cut => '2026-07-01 23:59:59.999999Z'), '2026-07-02Z', 'A cut in the last microsecond of a day counts for that day');
select is(private.end_of_utc_day('infinity'), 'infinity', 'What has no end ends on no day');

select * from finish();
rollback;
