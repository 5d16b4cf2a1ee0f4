begin;
-- include: ../cast.sql
set local search_path = public, extensions;
select plan(40);

-- What a refused edit says: SQLSTATE, sentence, column, and whether it says what to do instead.
create function pg_temp.refused(query text) returns text language plpgsql as $$
declare said text; field text; remedy text;
begin
  execute query;
  set constraints all immediate;
  set constraints all deferred;
  return 'allowed';
exception when others then
  get stacked diagnostics said = message_text, field = pg_exception_detail, remedy = pg_exception_hint;
  return pg_catalog.format('%s %s [%s]%s', sqlstate, said, field, case when remedy = '' then ' no remedy' else '' end);
end
$$;
create function pg_temp.who(who text) returns text language sql as $$ select pg_catalog.quote_literal(pg_temp.person(who)) $$;

-- Memberships follow the subscriptions.
select is(pg_temp.refused('update memberships set access_until = ''infinity'' where member_id = ' || pg_temp.who('cyn')),
  'PT409 Her subscriptions say access through ' || private.day(now() - interval '35 days') || ' [access_until]', 'Access is not given by editing a membership');
select is(pg_temp.refused('update memberships set access_until = now() where member_id = ' || pg_temp.who('ada')),
  'PT409 Her subscriptions say access without a known end [access_until]', 'nor taken');
select is(pg_temp.refused('update memberships set tier = ''donor_annual'' where member_id = ' || pg_temp.who('ada')),
  'PT409 Her subscription says monthly, active [tier]', 'A tier is not given by hand');
select is(pg_temp.refused('update memberships set status = ''active'' where member_id = ' || pg_temp.who('dot')),
  'PT409 Her subscription says monthly, past_due [status]', 'nor a status');
select is(pg_temp.refused('update memberships set subscription_id = ''sub_lea'' where member_id = ' || pg_temp.who('bea')),
  'PT409 Her subscription says no tier, no status [tier]', 'A membership does not stand on the subscription of another');
select is(pg_temp.refused('delete from memberships where member_id = ' || pg_temp.who('ada')),
  'PT409 She pays for this membership [member_id]', 'A membership that is paid for is not deleted');
select is(pg_temp.refused('insert into memberships (member_id, tier, status, cancel_at_period_end, access_until, member_since)
  select member_id, ''annual'', ''active'', false, ''infinity'', now() from stripe_customers_of_nobody'),
  '42P01 relation "stripe_customers_of_nobody" does not exist [] no remedy', 'What is wrong in another way is still said as it is');
select is(pg_temp.refused('update subscriptions set access_until = ''infinity'' where subscription_id = ''sub_cyn'''),
  'PT409 What Stripe says of this subscription gives access through ' || private.day(now() - interval '35 days') || ' [access_until]', 'The access of a subscription is worked out');
select is(pg_temp.refused('update profiles set access_until = ''infinity'' where member_id = ' || pg_temp.who('cyn')),
  'PT409 Her membership says access through ' || private.day(now() - interval '35 days') || ' [access_until]', 'The profile''s copy is a copy');
select is(pg_temp.refused('update memberships set member_since = now() - interval ''3 years'' where member_id = ' || pg_temp.who('ada')), 'allowed', 'Since when she is a member may be mended');
update subscriptions set status = 'canceled', ended_at = now(), canceled_at = now(), current_period_end = now() where subscription_id = 'sub_bea';
select lives_ok($$select private.recompute_subscription('sub_bea', 'test', null, now())$$, 'The rule itself ends a membership');
select is((select array[m.status::text, (m.access_until = p.access_until)::text] from memberships m join profiles p using (member_id) where member_id = pg_temp.person('bea')),
  array['canceled', 'true'], 'with its copy');

-- Addresses.
select is(pg_temp.refused('delete from member_emails where email = ''ada@example.org'''),
  'PT409 Without a primary address she can neither sign in nor be written to [is_primary]', 'The only address is not deleted');
select is(pg_temp.refused('update member_emails set is_primary = false where email = ''ada@example.org'''),
  'PT409 Without a primary address she can neither sign in nor be written to [is_primary]', 'nor made an alias');
select is(pg_temp.refused('update member_emails set verified_at = null where email = ''ada@example.org'''),
  'PT409 She has proved that this address is hers, and that stays true [verified_at]', 'What she proved stays proved');
select is(pg_temp.refused('select private.set_primary_email(' || pg_temp.who('ada') || ', ''ada@new.example'', now(), ''auth'')'), 'allowed', 'The rule gives her another primary address');
select is((select string_agg(email, ' ' order by is_primary desc) from member_emails where member_id = pg_temp.person('ada')), 'ada@new.example ada@example.org', 'and the old one stays as an alias');
select is(pg_temp.refused('delete from member_emails where email = ''ada@example.org'''), 'allowed', 'An alias may go');

-- Roles and rows of people.
update members set role = 'admin' where id = pg_temp.person('lea');
select is(pg_temp.refused('update members set role = ''leader'' where id = ' || pg_temp.who('lea')),
  'PT409 She is the only admin, and somebody has to look after the others [role]', 'The last admin stays one');
select is(pg_temp.refused('select admin.set_role(''lea@example.org'', ''member'', ''tired'')'),
  'PT409 She is the only admin, and somebody has to look after the others [role]', 'also by the function');
select admin.set_role('bea@example.org', 'admin', 'takes over');
select is(pg_temp.refused('update members set role = ''leader'' where id = ' || pg_temp.who('lea')), 'allowed', 'With another one she may step down');
select is(pg_temp.refused('delete from members where id = ' || pg_temp.who('bea')),
  'PT409 She is the only admin, and somebody has to look after the others [role]', 'The last admin is not deleted either');
select is(pg_temp.refused('delete from members where id = ' || pg_temp.who('ada')), 'PT409 She pays dues, and would go on paying [id]', 'Who pays is not deleted by row');
select is(pg_temp.refused('delete from members where id = ' || pg_temp.who('cyn')), 'allowed', 'Who does not pay any more may be, with her addresses, consents and membership');
select lives_ok($$select admin.delete_member('dot@example.org', 'asked for it by mail')$$, 'The function deletes also who pays');

-- Consents.
select is(pg_temp.refused('update consents set granted = false where member_id = ' || pg_temp.who('ada')),
  'PT409 What she said about a channel stays on record [granted]', 'What she said is not rewritten');
select is(pg_temp.refused('delete from consents where member_id = ' || pg_temp.who('ada')),
  'PT409 What she said about a channel stays on record [granted]', 'nor deleted');
select is(pg_temp.refused('update consents set member_id = ' || pg_temp.who('lea') || ' where member_id = ' || pg_temp.who('ada')),
  'PT409 What she said about a channel stays on record [granted]', 'nor put into the mouth of another');
select is(pg_temp.refused('truncate consents'), '42501 public.consents is append-only []', 'Nobody empties them');
select is(pg_temp.refused('insert into consents (member_id, channel, granted, source) values (' || pg_temp.who('ada') || ', ''email'', false, ''By telephone'')'), 'allowed', 'A new answer is added');

-- Money.
select is(pg_temp.refused('update invoices set amount_paid = 1 where invoice_id = ''in_ada'''), 'PT409 What was paid is in the books [amount_paid]', 'An invoice''s amount is not edited');
select is(pg_temp.refused('update donations set amount = 1 where checkout_session_id = ''cs_ada'''), 'PT409 What was paid is in the books [amount]', 'nor a gift''s');
select is(pg_temp.refused('update donations set amount_refunded = 100 where checkout_session_id = ''cs_ada'''), 'PT409 Stripe knows of no such refund [amount_refunded]', 'A refund is made at Stripe');
select is(pg_temp.refused('delete from invoices where invoice_id = ''in_ada'''), 'PT409 What was paid is in the books [invoice_id]', 'Receipts stay');
select is(pg_temp.refused('delete from donations where checkout_session_id = ''cs_ada'''), 'PT409 What was paid is in the books [id]', 'and gifts');
select is(pg_temp.refused('update invoices set amount_paid = 900, as_of = now() where invoice_id = ''in_ada'''), 'allowed', 'A newer word of Stripe counts');

-- Topics, and any role that could write.
select is(pg_temp.refused('delete from topics where topic = ''building'''), 'PT409 The topic “Building with AI” is in use: '
  || (select count(*) from profiles where 'building' = any (interests)) || ' members, ' || (select count(*) from resources where 'building' = any (topics)) || ' resources [topic]', 'A topic in use is not deleted');
select is(pg_temp.refused('delete from topics where topic = ''health'''), 'allowed', 'One that nobody uses is');
grant all on memberships to service_role;
grant all on invoices to service_role;
set local role service_role;
select throws_ok($$update memberships set access_until = 'infinity' where subscription_id = 'sub_bea'$$, 'PT409', null, 'The service role is refused in the same words');
select throws_ok($$update invoices set amount_paid = 0 where invoice_id = 'in_ada'$$, 'PT409', 'What was paid is in the books', 'about money too');
reset role;

select * from finish();
rollback;
