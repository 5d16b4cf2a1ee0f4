begin;
-- include: ../jobs/demo_queue.sql
set local search_path = public, extensions;
select plan(13);
create function pg_temp.logged(type text, named text) returns text[] language sql as $$
  select array[actor_kind::text, actor, action] from private.audit_log where target_type = type and target_id = named order by id desc limit 1
$$;
create function pg_temp.changed(type text, named text, field text) returns text[] language sql as $$
  select array[before ->> field, after ->> field] from private.audit_log where target_type = type and target_id = named order by id desc limit 1
$$;

-- What admins edit in Studio.
update private.adjustment_rules set effect = 'end_access' where cause = 'refund_partial';
select is(pg_temp.logged('adjustment_rule', 'refund_partial'), array['studio', session_user::text, 'memberships.adjustment_rule_edited'], 'Who changed what a refund does is on record');
select is(pg_temp.changed('adjustment_rule', 'refund_partial', 'effect'), array['keep', 'end_access'], 'with the rule before and after');

insert into stripe_prices (price_id, purpose, tier, currency, unit_amount, recurring_interval, is_offered) values ('price_edit', 'dues', 'annual', 'chf', 9000, 'year', false);
select is(pg_temp.changed('stripe_price', 'price_edit', 'tier'), array[null, 'annual'], 'So is a new price');
update stripe_prices set is_offered = true where price_id = 'price_edit';
select is(pg_temp.changed('stripe_price', 'price_edit', 'is_offered'), array['false', 'true'], 'that it is offered now');
delete from stripe_prices where price_id = 'price_edit';
select is(pg_temp.changed('stripe_price', 'price_edit', 'is_offered'), array['true', null], 'and that it is gone');

insert into private.donation_rules values ('chf', 100, 1000, 'prod_x');
update private.donation_rules set maximum = 2000 where currency = 'chf';
select is(pg_temp.changed('donation_rule', 'chf', 'maximum'), array['1000', '2000'], 'So are the bounds of a donation');

update jobs.kinds set max_attempts = 5 where queue = 'demo' and kind = 'greet';
select is(pg_temp.logged('job_kind', 'demo/greet'), array['studio', session_user::text, 'jobs.kind_edited'], 'how a kind of job is retried');
select is(pg_temp.changed('job_kind', 'demo/greet', 'max_attempts'), array['3', '5'], 'with the number before and after');
update jobs.queues set max_in_flight = 2 where name = 'demo';
select is((pg_temp.changed('queue', 'demo', 'max_in_flight'))[2], '2', 'and how much a queue may do at once');

-- One row a change.
create temporary table so_far as select count(*) as n from private.audit_log;
update jobs.queues set max_in_flight = 2 where name = 'demo';
select is((select count(*) from private.audit_log), (select n from so_far), 'Writing the same again is no change');
select admin.pause_queue('demo', 'A test');
select is((select count(*) from private.audit_log), (select n + 1 from so_far), 'A pause is one row');
select is((select reason from private.audit_log where target_type = 'queue' order by id desc limit 1), 'A test', 'with its reason');
update jobs.queues set batch_size = 7 where name = 'demo';
select is((select reason from private.audit_log where target_type = 'queue' order by id desc limit 1), null, 'which does not stick to the next change');

select * from finish();
rollback;
