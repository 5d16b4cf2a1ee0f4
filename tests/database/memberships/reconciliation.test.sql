begin;
-- include: stripe.sql
select plan(40);
create function pg_temp.run(page jsonb[], run bigint default null, at timestamptz default '2026-06-20 03:30Z') returns bigint language plpgsql as $$
begin
  run := coalesce(run, private.start_reconciliation(at));
  perform private.compare_subscriptions(run, pg_catalog.to_jsonb(page), at, at);
  perform private.continue_reconciliation(run, null, at);
  return run;
end
$$;
create function pg_temp.proposal(sub text) returns text language sql as
  $$ select state::text || case when raises_access then ', raised' else '' end from private.reconciliation_proposals where subscription_id = sub order by id desc limit 1 $$;
select pg_temp.receive('customer.subscription.created', pg_temp.sub(), '2026-06-15Z');
create temporary table first_run as select pg_temp.run(array[pg_temp.sub()]) as run;

-- Agreement.
select is((select array[seen, differing] from private.reconciliation_runs), array[1, 0], 'When Stripe and we agree nothing is proposed');
select isnt((select finished_at from private.reconciliation_runs), null, 'and the run says that it ended');
select is(pg_temp.jobs_of('reconcile'), 1::bigint, 'A run is a job');

-- Missing here.
select pg_temp.run(array[pg_temp.sub(), pg_temp.sub('sub_missed')]);
select is(pg_temp.proposal('sub_missed'), 'applied, raised', 'A subscription whose webhook was missed is taken over at once');
select is(pg_temp.has('status', 'sub_missed'), 'active', 'and is here');
select is(pg_temp.jobs_of('resolve_customer'), 1::bigint, 'and Stripe is asked whose it is');
select pg_temp.run(array[pg_temp.sub(), pg_temp.sub('sub_missed'), pg_temp.sub('sub_tried', 'incomplete_expired'), pg_temp.ended('sub_long_gone', '2026-01-15Z', ends => '2026-01-15Z')]);
select is(pg_temp.proposal('sub_tried'), null, 'What never gave access is no difference');
select is(pg_temp.proposal('sub_long_gone'), null, 'nor what ended long ago');
select pg_temp.run(array[pg_temp.sub(), pg_temp.sub('sub_missed'), pg_temp.ended('sub_paid_through', '2026-06-18Z')]);
select is(pg_temp.has('access_until', 'sub_paid_through')::timestamptz, '2026-07-16Z', 'What was canceled but is paid through is taken over');
select pg_temp.run(array[pg_temp.sub(), pg_temp.sub('sub_missed'), pg_temp.sub('sub_unmapped', price => 'price_unmapped')]);
select is((select array[state::text, resolution] from private.reconciliation_proposals where subscription_id = 'sub_unmapped'),
  array['open', 'Stripe price price_unmapped is not mapped to a tier'], 'An unmapped price waits for a person, with its reason');

-- Taking access away.
select pg_temp.run(array[pg_temp.ended(at => '2026-06-18Z', ends => '2026-06-18Z'), pg_temp.sub('sub_missed')]);
select is(pg_temp.proposal('sub_ada'), 'open', 'What takes access away waits for a person');
select is(pg_temp.has('status'), 'active', 'and nothing is changed by itself');
select is((select difference from admin.reconciliation where subscription_id = 'sub_ada' and state = 'open'),
  'status: canceled at Stripe, active here; paid until: 2026-06-18 00:00:00+00 at Stripe, 2026-07-15 12:00:00+00 here', 'The proposal says what differs, and nothing else');
select pg_temp.run(array[pg_temp.ended(at => '2026-06-18Z', ends => '2026-06-18Z'), pg_temp.sub('sub_missed')]);
select is((select count(*)::int from private.reconciliation_proposals where subscription_id = 'sub_ada'), 1, 'The next night it is the same proposal');
select is(admin.accept_proposal((select id from private.reconciliation_proposals where subscription_id = 'sub_ada')), 'applied', 'An admin accepts it');
select is(pg_temp.has('status'), 'canceled', 'and it is as Stripe says');
select is((select count(*)::int from private.audit_log where action = 'memberships.proposal_accepted' and target_id = 'sub_ada'), 1, 'which is in the audit log');
select throws_ok($$select admin.accept_proposal((select id from private.reconciliation_proposals where subscription_id = 'sub_ada'))$$, 'PT409', 'This proposal is not open', 'Accepting twice is refused');
select throws_ok($$select admin.accept_proposal(-1)$$, 'PT409', 'This proposal is not open', 'So is accepting what is not there');

-- Set to end in the portal, and back.
select pg_temp.run(array[pg_temp.sub('sub_missed', more => jsonb_build_object('cancel_at', pg_temp.epoch('2026-07-15 12:00Z')))]);
select is(pg_temp.proposal('sub_missed'), 'open', 'An end that was set at Stripe and missed here is a difference');
select is((select difference from admin.reconciliation where subscription_id = 'sub_missed' and state = 'open'),
  'ends: 2026-07-15 12:00:00+00 at Stripe, none here', 'which the proposal names');
select is(private.subscription_differences(s, pg_temp.sub('sub_missed', price => 'price_annual', customer => 'cus_other')),
  'price: price_annual at Stripe, price_monthly here; customer: cus_other at Stripe, cus_ada here', 'So are another price and another customer')
  from subscriptions s where s.subscription_id = 'sub_missed';
select throws_ok($$select admin.dismiss_proposal((select max(id) from private.reconciliation_proposals), ' ')$$, 'PT422', 'A reason is missing', 'Dismissing needs a reason');
select lives_ok($$select admin.dismiss_proposal((select max(id) from private.reconciliation_proposals where state = 'open' and subscription_id = 'sub_missed'), 'She wrote to us')$$, 'With one it is done');
select is(pg_temp.has('access_until', 'sub_missed'), 'infinity', 'and things stay as they are');
select throws_ok($$select admin.dismiss_proposal((select max(id) from private.reconciliation_proposals where subscription_id = 'sub_missed'), 'again')$$, 'PT409', 'This proposal is not open', 'Dismissing twice is refused');
select pg_temp.run(array[pg_temp.sub('sub_missed', more => '{"cancel_at_period_end": true}')]);
select pg_temp.run(array[pg_temp.sub('sub_missed')]);
select is((select array[state::text, resolution] from private.reconciliation_proposals where subscription_id = 'sub_missed' order by id desc limit 1),
  array['dismissed', 'It differs no longer'], 'A proposal whose difference is gone closes by itself');

-- Overtaken.
select pg_temp.run(array[pg_temp.sub('sub_missed', 'unpaid')]);
select pg_temp.receive('customer.subscription.updated', pg_temp.sub('sub_missed'), '2026-06-20 09:00Z');
select throws_ok($$select admin.accept_proposal((select max(id) from private.reconciliation_proposals where subscription_id = 'sub_missed'))$$, 'PT409', 'Something newer arrived since', 'A proposal that was overtaken cannot be accepted');
select pg_temp.run(array[pg_temp.sub('sub_missed', 'past_due')]);
select is((select count(*)::int from private.reconciliation_proposals where subscription_id = 'sub_missed' and ours ->> 'as_of' > '2026-06-20T09'), 0, 'What is newer here than the look at Stripe is not compared');

-- Unknown at Stripe.
select pg_temp.receive('customer.subscription.created', pg_temp.sub('sub_gift', price => 'price_adhoc',
  more => '{"items": {"data": [{"price": {"id": "price_adhoc", "product": "prod_donation", "unit_amount": 500}, "current_period_end": 1784116800}]}}'), '2026-06-15Z');
create temporary table last_run as select pg_temp.run(array[]::jsonb[], at => '2026-06-21 03:30Z') as run;
select is((select difference from private.reconciliation_proposals where subscription_id = 'sub_gift'), 'Here it is alive; Stripe does not know it', 'What Stripe does not know is proposed for its end');
select is(pg_temp.has('status', 'sub_missed'), 'active', 'and lives until a person says so');
select is(admin.accept_proposal((select max(id) from private.reconciliation_proposals where subscription_id = 'sub_missed')), 'applied', 'Accepting ends it');
select is(pg_temp.has('access_until', 'sub_missed')::timestamptz, '2026-06-22Z', 'with the day on which it was missed at Stripe');
select is(admin.accept_proposal((select max(id) from private.reconciliation_proposals where subscription_id = 'sub_gift')), 'applied', 'A gift that Stripe does not know is ended the same way');
select is((select count(*)::int from private.reconciliation_seen), 0, 'Nothing is left of the run');

-- Found again after all.
select pg_temp.run(array[pg_temp.sub('sub_missed')], at => '2026-06-22 03:30Z');
select is(pg_temp.has('status', 'sub_missed'), 'active', 'If Stripe knows it the next night, our mistake is mended by itself');

-- A page that is delivered twice, after the run has ended.
create temporary table proposed as select count(*) as n from private.reconciliation_proposals;
select is(private.compare_subscriptions((select run from last_run), jsonb_build_array(pg_temp.sub('sub_other')), '2026-06-23Z', '2026-06-23Z'), 0, 'A page that comes twice is compared once');
select private.continue_reconciliation((select run from last_run), null, '2026-06-23Z');
select is((select count(*) from private.reconciliation_proposals), (select n from proposed), 'and does not declare everybody unknown at Stripe');

-- While it runs, the world goes on.
create temporary table long_run as select private.start_reconciliation('2026-06-25 03:30Z') as run;
select pg_temp.receive('customer.subscription.created', pg_temp.sub('sub_during'), '2026-06-25 03:31Z');
select private.continue_reconciliation((select run from long_run), null, '2026-06-25 03:35Z');
select is(pg_temp.proposal('sub_during'), null, 'What began while it ran is not declared unknown at Stripe');

-- Pages.
select private.continue_reconciliation(private.start_reconciliation('2026-06-24Z'), 'sub_x', '2026-06-24Z');
select is((select count(*)::int from admin.jobs where kind = 'reconcile' and args ->> 'after' = 'sub_x'), 1, 'While there is more, the next page is owed');

select * from finish();
rollback;
