begin;
-- include: ../memberships/stripe.sql
select plan(40);
create function pg_temp.people(wanted integer) returns void language plpgsql as $$
declare n integer := (select count(*) from memberships);
begin
  with new as (insert into members (id, origin) select gen_random_uuid(), 'checkout' from generate_series(n + 1, wanted) returning id),
    named as (insert into profiles (member_id, name) select id, 'Somebody' from new),
    reached as (insert into member_emails (email, member_id, is_primary, source) select id || '@example.org', id, true, 'stripe' from new)
  insert into memberships (member_id, tier, status, cancel_at_period_end, access_until, member_since, updated_at)
  select id, 'monthly', 'active', false, 'infinity', '2026-01-01Z', '2026-01-01Z' from new;
  update member_emails set created_at = '2026-01-01Z';
end
$$;
create function pg_temp.empty() returns void language sql as $$ truncate private.audience_batches, jobs.idempotency_keys; select admin.abandon_job(job, 'test') from admin.jobs where state in ('pending', 'retrying'); $$;

-- How many at once.
select is(private.start_audience_sync(now()), 0, 'When there is nobody to bring up to date nothing is owed');
select is(pg_temp.jobs_of('sync_contact'), 0::bigint, 'not one job');
select pg_temp.people(1);
select is(private.start_audience_sync(now()), 1, 'One person');
select is(pg_temp.jobs_of('sync_contact'), 1::bigint, 'is one job');
select is((select priority::text from admin.jobs where kind = 'sync_contact'), 'bulk', 'that lets everybody go first whom a person waits for');
select pg_temp.empty();
select pg_temp.people(500);
select is(private.start_audience_sync(now()), 500, 'Five hundred people');
select is(pg_temp.jobs_of('sync_contact'), 500::bigint, 'are brought up to date one by one');
select is((select count(*)::int from private.audience_batches), 0, 'without a batch');
select pg_temp.empty();
select pg_temp.people(501);
select is(private.start_audience_sync(now()), 501, 'Beyond that');
select is((select string_agg(cardinality(member_ids)::text, ',' order by id) from private.audience_batches), '500,1', 'they go as batches of up to five hundred');
select is(pg_temp.jobs_of('submit_batch'), 2::bigint, 'one job a batch');
select is(pg_temp.jobs_of('sync_contact'), 0::bigint, 'and none a person');
select is((select count(distinct m)::int from private.audience_batches, unnest(member_ids) m), 501, 'Nobody is left out or twice in it');

-- Handing one in.
create temporary table batch as select min(id) as id, max(id) as last from private.audience_batches;
select is((select jsonb_array_length(private.batch_targets(id, now()) -> 'targets') from batch), 500, 'A batch knows what everybody in it should be');
select is((select private.batch_targets(id, now()) - 'targets' from batch), '{"finished": false, "mailchimp_batch_id": null}', 'and that it was not handed in');
select private.batch_submitted(id, 'mc1', now()) from batch;
select is((select private.batch_targets(id, now()) ->> 'mailchimp_batch_id' from batch), 'mc1', 'Handed in it has Mailchimp''s id');
select is(pg_temp.jobs_of('check_batch'), 1::bigint, 'and somebody will look how it went');

-- It ended without errors, though one changed tier meanwhile, one had refused mail, and two had left the list, of whom we had heard of one.
create temporary table one as select member_ids[1] as changed, member_ids[2] as refused, member_ids[3] as plain, member_ids[4] as left_list,
  member_ids[5] as unheard, member_ids[6] as willing, member_ids[7] as unseen from private.audience_batches where id = (select id from batch);
create function pg_temp.state(member uuid) returns text language sql as $$ select state::text from private.audience_contacts where member_id = member $$;
create function pg_temp.page(statuses jsonb) returns jsonb language sql as $$
  select jsonb_agg(jsonb_build_object('email', upper(key) || '@Example.org', 'status', value)) from jsonb_each_text(statuses) $$;
create function pg_temp.alone() returns uuid[] language sql as
  $$ select array_agg((args ->> 'member_id')::uuid order by args) from admin.jobs where kind = 'sync_contact' and state = 'pending' $$;
insert into private.audience_contacts (member_id, email, state) select left_list, left_list || '@example.org', 'unsubscribed' from one;
update memberships set tier = 'annual' where member_id = (select changed from one);
insert into consents (member_id, channel, granted, source) select refused, 'email', false, 'test' from one;
insert into consents (member_id, channel, granted, source) select willing, 'email', true, 'test' from one;
select private.batch_finished(id, 0, now()) from batch;
select is((select tags from private.audience_contacts where member_id = (select plain from one)), '{member,active,monthly}', 'After a batch everybody in it has her tags');
select is((select count(*)::int from private.audience_contacts where state = 'subscribed'), 0, 'but nobody counts as subscribed on the batch''s word');
select is(pg_temp.jobs_of('start_welcome'), 0::bigint, 'and nobody is welcomed');
select is((select pg_temp.state(left_list) from one), 'unsubscribed', 'Who is known to have left stays so');
select is((select pg_temp.alone() from one), (select array[changed] from one), 'Who changed while it ran is looked at alone');
select is((select array_agg(args) from admin.jobs where kind = 'read_batch'), (select array[jsonb_build_object('batch_id', id, 'offset', 0)] from batch), 'Where it left the others is read');
create temporary table owed as select count(*) as n from admin.jobs;
select private.batch_finished(id, 0, now()) from batch;
select is((select count(*) from admin.jobs), (select n from owed), 'Hearing twice that it ended changes nothing');
select is((select private.batch_targets(id, now()) ->> 'finished' from batch), 'true', 'It is finished');

-- What stands at Mailchimp counts, page by page.
select is((select private.batch_read(id, pg_temp.page(jsonb_build_object(plain, 'subscribed', unheard, 'unsubscribed', left_list, 'subscribed', 'stranger', 'subscribed')), now()) from batch, one), 2,
  'A page settles whom it shows and nobody else');
select is((select array[pg_temp.state(plain), pg_temp.state(unheard), pg_temp.state(left_list)] from one), '{subscribed,unsubscribed,unsubscribed}', 'as Mailchimp has them, and never raises consent');
select is((select array_agg((args ->> 'member_id')::uuid) from admin.jobs where kind = 'start_welcome'), (select array[plain] from one), 'Who is subscribed there is welcomed, who had left is not');
select is((select private.batch_read(id, pg_temp.page(jsonb_build_object(refused, 'subscribed', willing, 'unsubscribed', 'stranger', 'archived')), now()) from batch, one), 0,
  'Where her own word differs from the list no record is enough');
select private.continue_batch_read(id, 500) from batch;
select is((select array_agg((args ->> 'offset')::int order by job) from admin.jobs where kind = 'read_batch'), '{0,500}', 'While somebody is open the next page is read');
select is((select private.batch_read(id, pg_temp.page((select jsonb_object_agg(m, 'subscribed') from one, private.audience_batches b, unnest(b.member_ids) m
  where b.id = batch.id and m not in (refused, willing, unseen))), now()) from batch), 493, 'The rest of them follow');
select is((select private.finish_batch_read(id) from batch), 3, 'Whom no page settled');
select is(pg_temp.alone(), (select array[changed, refused, willing, unseen] from one), 'is looked at alone');
update private.audience_contacts set state = 'subscribed' where state = 'new';
select private.continue_batch_read(id, 1000) from batch;
select is((select count(*)::int from admin.jobs where kind = 'read_batch'), 2, 'When nobody is open no page is read any more');

-- Errors.
select pg_temp.people(511);
insert into private.audience_batches (member_ids) select array_agg(m.member_id) from memberships m left join private.audience_contacts c using (member_id) where c.member_id is null;
create temporary table rest as select max(id) as id from private.audience_batches;
select private.batch_finished(id, 2, now()) from rest;
select is((select errored from private.audience_batches where id = (select id from rest)), 2, 'A batch with errors says how many');
select is(pg_temp.jobs_of('sync_contact'), 4 + (select cardinality(member_ids)::bigint from private.audience_batches where id = (select id from rest)), 'and everybody in it is looked at one by one');
select is((select count(*)::int from private.audience_contacts c join private.audience_batches b on c.member_id = any (b.member_ids) where b.id = (select id from rest)), 0, 'Nothing is taken for granted');

-- Bounds.
select throws_ok($$insert into private.audience_batches (member_ids) values ('{}')$$, '23514', 'new row for relation "audience_batches" violates check constraint "audience_batches_bounded"', 'No batch is empty');
select throws_ok($$insert into private.audience_batches (member_ids) select array_agg(gen_random_uuid()) from generate_series(1, 501)$$, '23514',
  'new row for relation "audience_batches" violates check constraint "audience_batches_bounded"', 'or larger than Mailchimp takes');
select is(private.batch_targets(-1, now()), null, 'A batch that does not exist has no targets');

select * from finish();
rollback;
