-- Demo data of the agents room, after the people of seed.sql. It can be run again. None of these keys has a secret:
-- admin.rotate_agent_key(name, '0') makes one and shows it, so that nothing in these files opens anything anywhere.

insert into private.agent_keys (name, what, scopes, is_sandbox, rate_class, expires_at, holder_id, refund_each, created_at, created_by, last_used_at)
select k.name, k.what, k.scopes::private.agent_scope[], k.is_sandbox, k.rate_class::private.agent_rate_class, pg_catalog.now() + interval '300 days', e.member_id, 2000,
       pg_catalog.now() - interval '25 days', 'demo data', pg_catalog.now() - interval '3 hours'
  from (values
    ('kim-practice', 'Kim tries out what agents can do', pg_catalog.enum_range(null::private.agent_scope)::text[], true, 'standard', 'kim@example.org'),
    ('finance-agent', 'Month''s end: the ledger, failed payments, refunds given', '{payments:read}', false, 'standard', 'lea@example.org'),
    ('support-agent', 'Answers members: explains, mends a card, cancels', '{members:read,members:write,payments:read,payments:refund,payments:cancel,operations:read}', false, 'careful', 'lea@example.org'),
    ('engagement-agent', 'Looks who slips away, drafts mails, suggests evenings', '{members:read,events:read,events:propose,content:read,analytics:read,audience:draft}', false, 'standard', 'lea@example.org')
  ) as k (name, what, scopes, is_sandbox, rate_class, email)
  join public.member_emails e on e.email = k.email
 where not exists (select from private.agent_keys held where held.name = k.name);

-- Three quiet weeks.
insert into private.agent_use (key_id, day, operation, calls, refused, rows_read)
select k.id, (pg_catalog.now() at time zone 'UTC')::date - ago, u.operation, u.calls + (ago * 7) % 4, case when ago % 9 = 4 then 1 else 0 end,
       case when u.rows > 0 then u.rows + (ago * 5) % 11 else 0 end
  from pg_catalog.generate_series(21, 0, -1) ago
  cross join (values ('finance-agent', 'payments.ledger', 2, 0), ('finance-agent', 'payments.failed', 3, 4), ('support-agent', 'members.get', 5, 6),
    ('support-agent', 'operations.explain_member', 4, 5), ('engagement-agent', 'members.slipping', 1, 20), ('engagement-agent', 'analytics.attendance', 3, 0),
    ('kim-practice', 'events.list', 1, 0)) as u (key, operation, calls, rows)
  join private.agent_keys k on k.name = u.key
 where not (u.key = 'kim-practice' and ago % 5 <> 0)
 order by ago desc
on conflict do nothing;

insert into private.agent_refusals (key_id, operation, status, reason, field, correlation_id, at)
select k.id, f.operation, f.status, f.reason, f.field, 'demo', pg_catalog.now() - f.ago
  from (values
    ('support-agent', 'payments.ledger', 422, 'month is not a month', 'month', interval '4 days'),
    ('engagement-agent', 'content.create', 403, 'This key may not content.create: it has no scope content:write', null, interval '9 days'),
    ('finance-agent', 'payments.invoices', 404, 'There is no such member', 'member', interval '2 hours')) as f (key, operation, status, reason, field, ago)
  join private.agent_keys k on k.name = f.key
 where not exists (select from private.agent_refusals r where r.correlation_id = 'demo');
