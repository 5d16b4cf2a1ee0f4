begin;
-- include: ../cast.sql
set local search_path = public, extensions;
select plan(5);
create function pg_temp.forgotten() returns text language sql as
  $$ select private.audience_target(pg_temp.person('ada'), now()) ->> 'forgotten_at' $$;

-- Somebody with Ada's address had her account deleted; Ada is who joined again before Mailchimp had answered.
insert into private.tombstones (erased_at, asked_by) values (now() - interval '1 hour', 'member');
insert into private.erasures (tombstone_id, provider, subject, owed_at)
select id, 'mailchimp', md5('ada@example.org'), erased_at from private.tombstones;
insert into private.audience_contacts (member_id, email, state) values (pg_temp.person('ada'), 'ada@example.org', 'subscribed')
on conflict (member_id) do update set state = 'subscribed';

select is(pg_temp.forgotten(), null, 'While the deletion is owed, it has no time');
select private.contact_forgotten((select id from private.erasures), 'Contact deleted for good', now());
select isnt(pg_temp.forgotten(), null, 'Once it is done, what Mailchimp should hold of her is another thing than before');
select is((select state::text from private.audience_contacts where member_id = pg_temp.person('ada')), 'new', 'and she has to be carried over anew');
select is((select count(*)::int from admin.jobs where kind = 'sync_contact' and correlation_id like 'erasure-%' and args ->> 'member_id' = pg_temp.person('ada')::text), 1, 'which is owed');
select is(private.audience_target(pg_temp.person('bea'), now()) ->> 'forgotten_at', null, 'Nobody else is concerned');

select * from finish();
rollback;
