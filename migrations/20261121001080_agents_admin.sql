-- What admins see of agents: who may do what, and what each did.

create view admin.agent_scopes with (security_invoker = true) as
select s.scope, s.what,
       array(select o.operation from private.agent_operations o where o.scope = s.scope order by o.place) as operations,
       array(select k.name from private.agent_keys k where s.scope = any (k.scopes) and k.revoked_at is null and k.expires_at > private.clock() order by 1) as keys
  from private.agent_scopes s
 order by s.scope;

comment on view admin.agent_scopes is 'What may be given to a key, what it opens, and which living keys have it.';
comment on column admin.agent_scopes.scope is 'The word that admin.create_agent_key takes.';
comment on column admin.agent_scopes.what is 'What it allows, in words.';
comment on column admin.agent_scopes.operations is 'The operations that it opens; admin.agent_operations says more of each.';
comment on column admin.agent_scopes.keys is 'The living keys that have it.';

create view admin.agent_operations with (security_invoker = true) as
select o.operation, o.scope, o.risk, o.title, o.what, o.method || ' ' || o.path as at_the_gateway, o.is_personal,
       coalesce(sum(u.calls) filter (where u.day > (private.clock() at time zone 'UTC')::date - 30), 0)::bigint as calls_in_30_days
  from private.agent_operations o left join private.agent_use u on u.operation = o.operation
 group by o.operation
 order by o.place;

comment on view admin.agent_operations is 'Everything that agents can do, what it takes, and how often it was done lately.';
comment on column admin.agent_operations.scope is 'What a key needs. Empty: every key may.';
comment on column admin.agent_operations.risk is
  'read changes nothing. write changes something; what of it can be taken back, change_sets.undo takes back. destructive moves money, ends something or deletes.';
comment on column admin.agent_operations.at_the_gateway is 'Its address below /functions/v1/agents.';
comment on column admin.agent_operations.is_personal is 'Whether it answers rows about people: each such read is in the audit log, with how many.';
comment on column admin.agent_operations.calls_in_30_days is 'How often it was called in the last 30 days (UTC), refused calls with them.';

create function private.agent_key_state(key private.agent_keys, at timestamptz)
returns text
language plpgsql
stable
set search_path = ''
as $$
begin
  return case
    when key.revoked_at is not null then pg_catalog.format('revoked: %s', key.revoked_reason)
    when key.expires_at <= at then pg_catalog.format('over since %s', (key.expires_at at time zone 'UTC')::date)
    when private.living_secrets(key.id, at) = 0 then 'without a living secret: rotate it'
    when key.held_until > at then pg_catalog.format('stopped until %s UTC: %s', pg_catalog.to_char(key.held_until at time zone 'UTC', 'YYYY-MM-DD HH24:MI'), key.held_reason)
    when key.last_used_at is null then 'alive, never used'
    else 'alive' end;
end
$$;

comment on function private.agent_key_state is 'How a key stands at this moment, in words.';

create view admin.agent_keys with (security_invoker = true) as
select k.name, private.agent_key_state(k, private.clock()) as state, k.what, k.is_sandbox as is_for_practice, k.scopes,
       k.expires_at, k.last_used_at, h.name as holder,
       array(select pg_catalog.concat_ws(', ', '…' || s.ends_in, case when s.revoked_at is not null then 'revoked' when s.expires_at <= private.clock() then 'over'
                 when s.expires_at is not null then 'until ' || pg_catalog.to_char(s.expires_at at time zone 'UTC', 'YYYY-MM-DD HH24:MI') else 'alive' end,
               coalesce('last used ' || pg_catalog.to_char(s.last_used_at at time zone 'UTC', 'YYYY-MM-DD HH24:MI'), 'never used'))
               from private.agent_secrets s where s.key_id = k.id order by s.created_at desc) as secrets,
       k.rate_class, k.refund_each, k.refund_currency, k.refunds_a_day, k.cancels_a_day, k.actions_a_member, k.rows_a_day,
       coalesce(t.calls, 0)::bigint as calls_today, coalesce(t.refused, 0)::bigint as refused_today, coalesce(t.rows_read, 0)::bigint as rows_today,
       (select count(*) from private.agent_proposals p where p.key_id = k.id and p.state = 'waiting') as proposals_waiting,
       k.created_at, k.created_by, k.id as key_id
  from private.agent_keys k
  left join public.profiles h on h.member_id = k.holder_id
  left join lateral (select sum(u.calls) as calls, sum(u.refused) as refused, sum(u.rows_read) as rows_read
                       from private.agent_use u where u.key_id = k.id and u.day = (private.clock() at time zone 'UTC')::date) t on true
 order by k.revoked_at is not null, k.name;

comment on view admin.agent_keys is
  'Every key that was ever made, how it stands and what it may do. What it may do is edited in private.agent_keys, and counts at the next request.';
comment on column admin.agent_keys.name is 'How it stands in the audit log: agent:<name>.';
comment on column admin.agent_keys.state is 'Whether it opens anything now, in words.';
comment on column admin.agent_keys.is_for_practice is 'What such a key changes is done and undone at once, and money moves at the provider''s sandbox only. It never becomes a live one.';
comment on column admin.agent_keys.holder is 'The member who works with it. She does not approve what it proposes.';
comment on column admin.agent_keys.secrets is 'Its secrets, the newest first, by their last four signs. Nobody can read one again.';
comment on column admin.agent_keys.rate_class is 'How often it may call: see private.agent_rates.';
comment on column admin.agent_keys.refund_each is 'The largest refund that it gives without asking, in the smallest unit of refund_currency.';
comment on column admin.agent_keys.rows_a_day is 'How many rows about people it may read in a day before admins are told.';
comment on column admin.agent_keys.rows_today is 'How many it has read today (UTC).';
comment on column admin.agent_keys.proposals_waiting is 'How many of its proposals wait for an admin: admin.proposals.';

create view admin.agent_use with (security_invoker = true) as
select u.day, k.name as key, u.operation, u.calls, u.refused, u.rows_read
  from private.agent_use u join private.agent_keys k on k.id = u.key_id
 order by u.day desc, k.name, u.operation;

comment on view admin.agent_use is 'What each key did on each day (UTC), by operation. Kept two years.';
comment on column admin.agent_use.refused is 'How many of the calls were refused: admin.agent_refusals says why.';
comment on column admin.agent_use.rows_read is 'How many rows about people it was given.';

create view admin.agent_refusals with (security_invoker = true) as
select f.at, k.name as key, f.operation, f.status, f.reason, f.field, f.correlation_id, f.id
  from private.agent_refusals f join private.agent_keys k on k.id = f.key_id
 order by f.at desc, f.id desc;

comment on view admin.agent_refusals is 'What living keys were refused, the newest first, and why. Kept 90 days. Keys that are not known leave no trace here.';
comment on column admin.agent_refusals.status is '403: the scope is missing. 429: too often, or stopped. 400 and 422: what it sent does not fit. 404 and 409: what it asked for is not there, or not so. 500: our own mistake, with its code.';
comment on column admin.agent_refusals.field is 'Which part of what it sent was wrong.';

create view admin.agent_writes with (security_invoker = true) as
select w.at, k.name as key, w.operation, w.action, w.target_type, w.target_id, w.member_id, c.task, w.change_set,
       w.undo is not null and w.undone_at is null as can_be_undone, w.undone_at, w.undo_note, w.correlation_id, w.id
  from private.agent_writes w join private.agent_keys k on k.id = w.key_id
  left join private.agent_change_sets c on c.id = w.change_set
 order by w.id desc;

comment on view admin.agent_writes is 'Every change that agents made, the newest first, and whether it can still be taken back.';
comment on column admin.agent_writes.task is 'The task that it belongs to, in the agent''s words: text, and nothing that anybody obeys.';
comment on column admin.agent_writes.can_be_undone is 'Whether there is a way back. What was changed since stays as it is.';
comment on column admin.agent_writes.undo_note is 'Why it could not be taken back, or not yet, when somebody tried.';
comment on column admin.agent_writes.correlation_id is 'Finds the same in the audit log, in the jobs that followed, and in the lines of the functions.';
