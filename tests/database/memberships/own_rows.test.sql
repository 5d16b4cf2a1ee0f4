begin;
-- include: ../cast.sql
set local search_path = public, extensions;
select plan(44);
create function pg_temp.refusal(who text, query text) returns text language sql as
  $$ select a ->> 'sqlstate' || ' ' || (a ->> 'message') from pg_temp.answer(who, query) a where jsonb_typeof(a) = 'object' $$;
create function pg_temp.first(who text, query text) returns text language sql as $$ select pg_temp.answer(who, query) #>> '{0,x}' $$;
create function pg_temp.rows(who text, query text) returns integer language sql as $$ select jsonb_array_length(pg_temp.answer(who, query)) $$;
insert into stripe_prices (price_id, purpose, tier, currency, unit_amount, recurring_interval, is_offered) values
  ('price_now', 'dues', 'monthly', 'chf', 1000, 'month', true), ('price_then', 'dues', 'monthly', 'chf', 900, 'month', false);

-- What a member has.
select is(pg_temp.first('ada', 'select tier as x from memberships'), 'monthly', 'Ada sees her own membership');
select is(pg_temp.first('ada', 'select subscription_id as x from subscriptions'), 'sub_ada', 'her own subscription');
select is(pg_temp.first('ada', 'select invoice_id as x from invoices'), 'in_ada', 'her own receipts');
select is(pg_temp.first('ada', 'select note as x from donations'), 'Gift of ada', 'her own gifts');
select is(pg_temp.first('ada', 'select invoice_id as x from membership_notices'), 'in_ada', 'and what she was told');
select is(pg_temp.rows('ada', format('select %s from %s', field, what)), 1, 'and of ' || what || ' no row of others')
  from (values ('tier', 'memberships'), ('status', 'subscriptions'), ('status', 'invoices'), ('status', 'donations'), ('id', 'membership_notices')) as t (field, what);
select ok((select min(n) = 5 from (values ((select count(*) from memberships)), ((select count(*) from subscriptions)), ((select count(*) from invoices)),
  ((select count(*) from donations)), ((select count(*) from membership_notices))) as t (n)), 'though five people have one in each');
select is(pg_temp.first('cyn', 'select tier as x from memberships'), 'monthly', 'Who has left still sees what she had');
select is(pg_temp.first('cyn', 'select invoice_id as x from invoices'), 'in_cyn', 'and her receipts');
select is(pg_temp.rows('lea', 'select invoice_id from invoices'), 1, 'A leader sees her own receipts only');
select is(pg_temp.rows('eve', format('select %s from %s', field, what)), 0, 'Who never joined sees nothing in ' || what)
  from (values ('tier', 'memberships'), ('status', 'subscriptions'), ('status', 'invoices'), ('status', 'donations'), ('id', 'membership_notices')) as t (field, what);

-- What nobody sees or writes.
select is(pg_temp.refusal('ada', 'select customer_id from subscriptions'), '42501 permission denied for table subscriptions', 'Stripe''s id of a customer is not shown');
select is(pg_temp.refusal('ada', 'select payment_intent_id from donations'), '42501 permission denied for table donations', 'nor that of a payment');
select is(pg_temp.refusal('ada', 'select * from private.stripe_customers'), '42501 permission denied for table stripe_customers', 'nor the customers');
select is(pg_temp.refusal('ada', 'select * from private.stripe_events'), '42501 permission denied for table stripe_events', 'nor what Stripe told');
select is(pg_temp.refusal('ada', format('update %s set %s returning 1', what, change)), '42501 permission denied for table ' || what, 'Nobody changes ' || what || ' by hand')
  from (values ('memberships', 'access_until = ''infinity'''), ('subscriptions', 'status = ''active'''), ('invoices', 'status = ''paid'''),
    ('donations', 'amount = 1'), ('membership_notices', 'sent_at = now()'), ('tiers', 'rank = 9'), ('stripe_prices', 'unit_amount = 1')) as t (what, change);
select is(pg_temp.refusal('ada', 'insert into memberships (member_id, tier, status, cancel_at_period_end, access_until, member_since) values (gen_random_uuid(), ''annual'', ''active'', false, ''infinity'', now()) returning 1'),
  '42501 permission denied for table memberships', 'Nobody makes herself a member');
select is(pg_temp.refusal('ada', 'select private.receive_stripe_event(''{}'', false)'), '42501 permission denied for function receive_stripe_event', 'or plays Stripe');
select is(pg_temp.refusal('ada', 'select private.open_checkout(null, ''{}'')'), '42501 permission denied for function open_checkout', 'or goes past the checkout''s door');
select is(pg_temp.refusal('ada', 'select private.open_portal(gen_random_uuid())'), '42501 permission denied for function open_portal', 'or opens another''s portal');
select is(pg_temp.refusal('ada', 'select private.refresh_membership(gen_random_uuid(), '''', '''', now())'), '42501 permission denied for function refresh_membership', 'or has a membership computed');

-- Visitors and agents.
select is(pg_temp.rows('visitor', 'select tier from tiers'), 3, 'A visitor sees what there is to join');
select is(pg_temp.rows('visitor', 'select tier from stripe_prices where currency = ''chf'''), 1, 'and the prices on offer, not those of old');
select is(pg_temp.refusal('visitor', 'select price_id from stripe_prices'), '42501 permission denied for table stripe_prices', 'but not Stripe''s ids of them');
select is(pg_temp.refusal('visitor', format('select 1 from %s', what)), '42501 permission denied for table ' || what, 'A visitor cannot read ' || what)
  from unnest(array['memberships', 'subscriptions', 'invoices', 'donations', 'membership_notices']) what;
select is(pg_temp.refusal('kim', 'select 1 from memberships'), '42501 permission denied for table memberships', 'nor can an agent read memberships');

select * from finish();
rollback;
