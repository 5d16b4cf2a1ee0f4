-- A changed name reaches Mailchimp, once, and only where mails go.
begin;
-- include: ../cast.sql
select plan(8);

create function pg_temp.owed() returns integer language sql as $$
  select count(*)::integer from admin.jobs where kind = 'sync_contact' and args ->> 'member_id' = pg_temp.person('ada')::text
$$;
create function pg_temp.done() returns text language sql as $$ select private.audience_target(pg_temp.person('ada'), now()) ->> 'done' $$;
select private.contact_synced(pg_temp.person('ada'), 'ada@example.org', 'subscribed', null, now(), 'Ada');
create temporary table before as select pg_temp.owed() as jobs;

select is(pg_temp.done(), 'true', 'Mailchimp has her as she is');
create temporary table said as select pg_temp.answer('ada', $$update public.profiles set headline = 'New' returning 1$$);
select is(pg_temp.owed(), (select jobs from before), 'A new headline is none of its business');
insert into said select pg_temp.answer('ada', $$update public.profiles set name = 'Ada Lovelace' returning 1$$);
select is(pg_temp.owed(), (select jobs + 1 from before), 'A new name is owed to it');
select is(pg_temp.done(), 'false', 'and the job has something to do');
select private.contact_synced(pg_temp.person('ada'), 'ada@example.org', 'subscribed', null, now(), 'Ada Lovelace');
select is(pg_temp.done(), 'true', 'until it is carried over');

-- A batch brought her there without telling us the name.
update private.audience_contacts set name = null where member_id = pg_temp.person('ada');
insert into said select pg_temp.answer('ada', $$update public.profiles set name = 'Augusta' returning 1$$);
select ok(pg_temp.done() = 'false' and (select name from private.audience_contacts where member_id = pg_temp.person('ada')) = 'Ada Lovelace',
  'What was hers before is what it has, so there is something to do');

update private.audience_contacts set state = 'unsubscribed' where member_id = pg_temp.person('ada');
update before set jobs = pg_temp.owed();
insert into said select pg_temp.answer('ada', $$update public.profiles set name = 'Nobody' returning 1$$);
select is(pg_temp.owed(), (select jobs from before), 'Who gets no mail is left alone there');
select is((select count(*)::integer from said where answer::text ~ 'sqlstate'), 0, 'and each change was hers to make');

select * from finish();
rollback;
