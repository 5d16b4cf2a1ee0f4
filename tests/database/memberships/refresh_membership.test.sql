begin;
-- include: stripe.sql
select plan(23);
create function pg_temp.membership() returns text[] language sql as
  $$ select array[tier::text, status::text, (ended_at is null)::text] from memberships where member_id = pg_temp.ada() $$;

-- Somebody who never paid.
select pg_temp.receive('customer.subscription.created', pg_temp.sub(status => 'incomplete'), '2026-06-15 12:00Z');
select ok(exists (select from subscriptions where subscription_id = 'sub_ada'), 'An unfinished first payment is recorded');
select is((select count(*)::int from memberships), 0, 'but makes nobody a member');

-- A donor.
select pg_temp.receive('customer.subscription.created', pg_temp.sub('sub_gift', price => 'price_adhoc',
  more => '{"items": {"data": [{"price": {"id": "price_adhoc", "product": "prod_donation", "unit_amount": 500}, "current_period_end": 1784116800}]}}'), '2026-06-15 12:00Z');
select is(pg_temp.has('purpose', 'sub_gift'), 'donation', 'A subscription to the donation product is a donation, whatever its price');
select is((select count(*)::int from memberships), 0, 'Donating every month does not make a member');

-- She pays.
select pg_temp.receive('customer.subscription.updated', pg_temp.sub(), '2026-06-15 12:01Z');
select is(pg_temp.membership(), array['monthly', 'active', 'true'], 'Paying does');
select is(pg_temp.has('past_due_since'), null, 'and nothing is owed any more');

-- Tier change.
select pg_temp.receive('customer.subscription.updated', pg_temp.sub(price => 'price_annual', ends => '2027-06-20Z'), '2026-06-20Z');
select is(pg_temp.membership(), array['annual', 'active', 'true'], 'Changing the tier changes the membership');
select is((select count(*)::int from memberships), 1, 'and keeps it one');
select is((select after ->> 'tier' from private.audit_log where action = 'memberships.changed' order by id desc limit 1), 'annual', 'The audit log tells the new tier');
select is((select before ->> 'tier' from private.audit_log where action = 'memberships.changed' order by id desc limit 1), 'monthly', 'and the old one');

-- Two subscriptions: the best that gives access counts.
select pg_temp.receive('customer.subscription.created', pg_temp.sub('sub_two'), '2026-06-21Z');
select is(pg_temp.membership(), array['annual', 'active', 'true'], 'With a monthly one beside it the annual one counts');
select pg_temp.receive('customer.subscription.updated', pg_temp.sub(price => 'price_annual', ends => '2026-07-20Z', more => '{"cancel_at_period_end": true}'), '2026-06-22Z');
select is(pg_temp.membership(), array['annual', 'active', 'true'], 'It counts while it still gives access');
select is(pg_temp.until(), 'infinity', 'and access is the longer of both');
select pg_temp.receive('customer.subscription.deleted', pg_temp.ended(at => '2026-07-20Z', ends => '2026-07-20Z'), '2026-07-20Z', at => '2026-07-21 00:00Z');
select is(pg_temp.membership(), array['monthly', 'active', 'true'], 'When it is over the other counts');

-- The last one ends: the tier is that of the last, not of the best there ever was.
select pg_temp.receive('customer.subscription.deleted', pg_temp.ended('sub_two', '2026-09-10Z', ends => '2026-09-10Z'), '2026-09-11 09:00Z');
select is(pg_temp.membership(), array['monthly', 'canceled', 'false'], 'Who leaves is remembered in the tier she left');
select is((select count(*)::int from private.audit_log where action = 'memberships.ended'), 1, 'An end that is already past is carried out at once');

create temporary table owed as select pg_temp.jobs_of('sync_contact') as n;
select pg_temp.receive('customer.subscription.created', pg_temp.sub('sub_again', ends => '2026-10-20Z'), '2026-09-20Z');
select is(pg_temp.jobs_of('sync_contact'), (select n + 1 from owed), 'Who comes back in the same tier is told to Mailchimp as well');

-- Two customers of one person.
insert into private.stripe_customers (customer_id, member_id, as_of) values ('cus_other', pg_temp.ada(), '2026-06-01Z');
select pg_temp.receive('customer.subscription.created', pg_temp.sub('sub_three', price => 'price_donor_annual', ends => '2027-10-01Z', customer => 'cus_other'), '2026-10-01Z');
select is(pg_temp.membership(), array['donor_annual', 'active', 'true'], 'A subscription of her other customer is hers too');
select is((select count(*)::int from memberships), 1, 'in the same membership');
select is((select subscription_id from memberships), 'sub_three', 'The membership names the subscription that counts');

-- Nothing to do.
select lives_ok($$select private.refresh_membership(null, 'test', null, '2026-10-01Z')$$, 'A customer without a member changes no membership');
create temporary table logged as select count(*) as n from private.audit_log;
select private.refresh_membership(pg_temp.ada(), 'test', null, '2026-10-02Z');
select is((select count(*) from private.audit_log), (select n from logged), 'Looking again without a change writes nothing');
select is((select name from profiles where member_id = pg_temp.ada()), 'Ada Example', 'Her profile is untouched by all this');

select * from finish();
rollback;
