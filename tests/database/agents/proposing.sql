-- What tests of proposals share. Include it after the cast and calling.sql.

-- A paid invoice of hers.
create function pg_temp.paid(who text, invoice text, amount bigint, currency text default 'usd') returns text language sql as $$
  insert into public.invoices (invoice_id, customer_id, subscription_id, status, amount_due, amount_paid, currency, created_at, paid_at, as_of)
  values (invoice, 'cus_' || who, 'sub_' || who, 'paid', amount, amount, currency, pg_catalog.now() - interval '3 days', pg_catalog.now() - interval '3 days',
    pg_catalog.now() - interval '3 days')
  returning invoice_id
$$;

create function pg_temp.refund(payment text, amount bigint, who text default 'kim', at timestamptz default pg_catalog.now(), reason text default 'She paid twice')
returns jsonb language sql as $$
  select pg_temp.ask('payments.propose_refund', pg_catalog.jsonb_build_object('payment', payment, 'amount', amount, 'reason', reason), who => who, at => at)
$$;

create function pg_temp.outcome(answer jsonb) returns text language sql as $$
  select coalesce(answer -> 'body' -> 'data' ->> 'state', answer -> 'body' -> 'error' ->> 'message')
    || coalesce(': ' || (answer -> 'body' -> 'data' ->> 'why_waiting'), '')
$$;

-- A proposal that waits, its id. The loop breaker, which would stop a key that asks the same so often, forgets it each time.
create function pg_temp.waits(payment text default 'in_big', amount bigint default 6000, who text default 'kim', at timestamptz default pg_catalog.now())
returns uuid language sql as $$
  delete from private.rate_limits where bucket like 'agent-loop:%';
  select (pg_temp.refund(payment, amount, who, at, 'She paid twice: ' || gen_random_uuid()) -> 'body' -> 'data' ->> 'id')::uuid
$$;

create function pg_temp.state(proposal uuid) returns text language sql as $$
  select concat_ws(' ', p.state::text, p.decided_by) from private.agent_proposals p where p.id = proposal
$$;

-- What a statement is refused with: SQLSTATE, sentence, [column], remedy.
create function pg_temp.refused(statement text) returns text language plpgsql as $$
declare
  field text;
  remedy text;
begin
  execute statement;
  return 'it went through';
exception when others then
  get stacked diagnostics field = pg_exception_detail, remedy = pg_exception_hint;
  return pg_catalog.format('%s %s [%s] %s', sqlstate, sqlerrm, field, remedy);
end
$$;

-- An admin with a sign-in.
create function pg_temp.admin(who text) returns uuid language plpgsql as $$
begin
  insert into auth.users (id, email, email_confirmed_at) values (pg_temp.login(who), who || '@example.org', pg_catalog.now());
  insert into public.members (id, user_id, role, origin) values (pg_temp.person(who), pg_temp.login(who), 'admin', 'admin');
  insert into public.profiles (member_id, name) values (pg_temp.person(who), pg_catalog.initcap(who));
  insert into public.member_emails (email, member_id, is_primary, verified_at, source)
  values (who || '@example.org', pg_temp.person(who), true, pg_catalog.now(), 'auth');
  return pg_temp.person(who);
end
$$;
