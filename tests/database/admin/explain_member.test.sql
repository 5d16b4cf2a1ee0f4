begin;
-- include: ../cast.sql
set local search_path = public, extensions;
select plan(19);

create function pg_temp.status_of(who text) returns text language sql as
  $$ select what from admin.explain_member(who || '@example.org') with ordinality x (at, what, source, reference, line) order by line desc limit 1 $$;

-- The truth about each of the cast.
select is(pg_temp.status_of('ada'), 'Entitled, because her monthly subscription is active and paid through ' || private.day(now() + interval '20 days') || '.', 'Ada is entitled by her subscription');
select is(pg_temp.status_of('bea'), 'Entitled, because her annual subscription is active and paid through ' || private.day(now() + interval '20 days') || '.', 'Bea too, hidden or not');
select is(pg_temp.status_of('cyn'), 'Not entitled since ' || private.day(now() - interval '34 days') || ', because her monthly subscription was canceled on '
  || private.day(now() - interval '70 days') || ', and what she had paid for is over.', 'Cyn has left');
select is(pg_temp.status_of('dot'), 'Entitled through ' || private.day(now() + interval '3 days') || ', because a payment for her monthly subscription failed on '
  || private.day(now() - interval '2 days') || ', and Stripe tries it again on ' || private.day(now() + interval '2 days') || '.', 'Dot is in grace');
select is(pg_temp.status_of('lea'), 'Entitled, because her annual subscription is active and paid through ' || private.day(now() + interval '20 days') || '.', 'Lea leads and pays');
select throws_ok($$select * from admin.explain_member('nobody@example.org')$$, 'PT404', 'Nobody here has this address', 'An unknown address is refused');
create function pg_temp.hint(email text) returns text language plpgsql as $$
declare remedy text;
begin
  perform admin.member_of(email);
  return 'found';
exception when sqlstate 'PT404' then
  get stacked diagnostics remedy = pg_exception_hint;
  return remedy;
end
$$;
select is(pg_temp.hint('nobody@example.org'), 'Look for her name in admin.members; she may use another address. Whoever was deleted is not there any more.', 'with a remedy');
select is(pg_temp.hint('eve@example.org'), 'She has a sign-in and did not finish signing up, so there is nothing more to tell.', 'Eve has only a sign-in');
insert into private.stripe_customers (customer_id, email, as_of) values ('cus_alone', 'Alone@example.org', now());
select matches(pg_temp.hint('alone@example.org'), '^Stripe knows it', 'Somebody only Stripe knows');
select throws_ok($$select * from admin.explain_member('no address')$$, 'PT422', 'This is not an e-mail address that mail can be sent to', 'What is no address is said to be none');

-- The sources.
select private.contact_synced(pg_temp.person('ada'), 'ada@example.org', 'subscribed', null, now());
select is((select what from admin.explain_member('ada@example.org') where source = 'Mailchimp'), 'Mailchimp has ada@example.org as subscribed, tagged member, active, monthly.', 'Mailchimp''s state and tags are told');
select is((select what from admin.explain_member('ada@example.org') where source = 'Donation'), 'Gift of $25.00: paid.', 'gifts');
select is((select what from admin.explain_member('ada@example.org') where source = 'Consent'), 'She allowed e-mail (At checkout).', 'consents');
select jobs.enqueue('audience', 'sync_contact', jsonb_build_object('member_id', pg_temp.person('cyn')));
select admin.abandon_job(max(job), 'she asked us not to') from admin.jobs where kind = 'sync_contact' and args ->> 'member_id' = pg_temp.person('cyn')::text and state = 'pending';
select ok(exists (select from admin.explain_member('cyn@example.org') where source = 'Job' and what like '%Given up: she asked us not to.'), 'a job that was given up, with the reason');

-- The person screen.
select is((select array[name, email, membership, gifts, consents, mailchimp] from admin.person where member_id = pg_temp.person('ada')),
  array['Ada', 'ada@example.org', pg_temp.status_of('ada'), '$25.00 in 1 gift', 'email: yes', 'subscribed (member, active, monthly)'], 'One row has it all');
select is((select array[paid_in_all, open_notices] from admin.person where email = 'ada@example.org'), array['$10.00', 'payment failed since ' || private.day(now())], 'with money and notices');
select is((select array_agg(profile order by name) from admin.person where name in ('Ada', 'Bea', 'Cyn')),
  array['visible to members', 'hidden', 'chose to be visible; not shown while she is not entitled'], 'and who sees her');
select is((select count(*)::int from admin.person p join members m on m.id = p.member_id), (select count(*)::int from members), 'It has a row for everybody');
select is_empty($$select attname from pg_attribute where attrelid in ('admin.person'::regclass, 'admin.attention'::regclass) and attnum > 0 and col_description(attrelid, attnum) is null$$, 'Every column of the screen says what it is');

select * from finish();
rollback;
