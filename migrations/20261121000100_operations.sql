-- Room: operations. The audit log comes first, because every other room writes to it.

create type private.actor_kind as enum ('member', 'admin', 'agent', 'job', 'studio', 'stripe', 'mailchimp', 'schedule', 'luma', 'slack', 'resend');
comment on type private.actor_kind is
  'Who did it, or whose word it followed. studio: an admin in Studio, under her login. schedule: by itself, at its time.';

create table private.audit_log (
  id bigint generated always as identity primary key,
  at timestamptz not null default private.clock(),
  actor_kind private.actor_kind not null,
  actor text not null,
  action text not null,
  target_type text not null,
  target_id text not null,
  before jsonb,
  after jsonb,
  reason text,
  correlation_id text,
  constraint audit_log_action_is_dotted check (action ~ '^[a-z_]+\.[a-z_]+$')
);
alter table private.audit_log enable row level security;

create index audit_log_target on private.audit_log (target_type, target_id, at);
create index audit_log_correlation on private.audit_log (correlation_id) where correlation_id is not null;

comment on table private.audit_log is 'Who did what to what, and when. Append-only: nobody changes or deletes a row, not even the service role.';
comment on column private.audit_log.actor is 'Which one of that kind: a member id, an agent''s name, a job''s kind, a Stripe event id, a Studio login.';
comment on column private.audit_log.before is 'State before the change, for money and status.';
comment on column private.audit_log.correlation_id is 'Ties together everything that one request or webhook caused.';

create function private.refuse_change()
returns trigger
language plpgsql
set search_path = ''
as $$
begin
  raise exception using
    errcode = '42501',
    message = pg_catalog.format('%s.%s is append-only', tg_table_schema, tg_table_name),
    hint = 'Write a new row that corrects the old one.';
end
$$;

comment on function private.refuse_change() is 'Trigger: makes a table append-only. Raises 42501.';

create trigger audit_log_append_only
  before update or delete or truncate on private.audit_log
  for each statement execute function private.refuse_change();

create function private.audit(
  actor_kind private.actor_kind,
  actor text,
  action text,
  target_type text,
  target_id text,
  before jsonb default null,
  after jsonb default null,
  reason text default null,
  correlation_id text default null
)
returns void
language plpgsql
volatile
set search_path = ''
as $$
declare
  -- Set while an agent's operation runs (private.run_operation): nothing that happens meanwhile was done in Studio.
  agent constant text := nullif(pg_catalog.current_setting('commons.agent', true), '');
begin
  if agent is not null and audit.actor_kind = 'studio' then
    audit.actor_kind := 'agent';
    audit.actor := agent;
  end if;
  insert into private.audit_log (actor_kind, actor, action, target_type, target_id, before, after, reason, correlation_id)
  values (audit.actor_kind, audit.actor, audit.action, audit.target_type, audit.target_id, audit.before, audit.after, audit.reason,
    coalesce(audit.correlation_id, case when agent is not null then nullif(pg_catalog.current_setting('commons.correlation', true), '') end));
end
$$;

comment on function private.audit is
  'Adds one row to the audit log, in the transaction of the change it describes. action is room.verb, such as memberships.activated. What an agent''s operation does as if in Studio is written as the agent''s.';

create function private.audit_edit()
returns trigger
language plpgsql
security definer
set search_path = ''
as $$
declare
  was constant jsonb := case when tg_op <> 'INSERT' then pg_catalog.to_jsonb(old) end;
  is_now constant jsonb := case when tg_op <> 'DELETE' then pg_catalog.to_jsonb(new) end;
begin
  if was is distinct from is_now then
    perform private.audit('studio', session_user::text, tg_argv[0], tg_argv[1],
      (select pg_catalog.string_agg(coalesce(is_now, was) ->> part, '/' order by place)
         from pg_catalog.unnest(tg_argv) with ordinality as given (part, place) where place > 2),
      was, is_now, nullif(pg_catalog.current_setting('commons.reason', true), ''));
  end if;
  return null;
end
$$;

comment on function private.audit_edit() is
  'Trigger for tables that admins edit: writes the row before and after into the audit log. Arguments: the action, the kind of thing, the columns that name one. A function may leave its reason in commons.reason.';

create unlogged table private.rate_limits (
  bucket text primary key,
  tokens double precision not null,
  refilled_at timestamptz not null
);
alter table private.rate_limits enable row level security;

create index rate_limits_refilled_at on private.rate_limits (refilled_at);

comment on table private.rate_limits is 'Token buckets of the public doors. Unlogged: a crash forgives everybody.';

create function private.take_token(bucket text, capacity integer, per interval, at timestamptz, cost integer default 1)
returns double precision
language plpgsql
volatile
set search_path = ''
as $$
declare
  held_now double precision;
begin
  insert into private.rate_limits as held (bucket, tokens, refilled_at)
  select take_token.bucket, capacity - cost, at where cost <= capacity
  on conflict on constraint rate_limits_pkey do update
    set tokens = least(
          capacity,
          held.tokens + capacity * greatest(0, extract(epoch from excluded.refilled_at - held.refilled_at)) / extract(epoch from per)
        ) - cost,
        refilled_at = greatest(held.refilled_at, excluded.refilled_at)
    where least(
          capacity,
          held.tokens + capacity * greatest(0, extract(epoch from excluded.refilled_at - held.refilled_at)) / extract(epoch from per)
        ) >= cost
  returning tokens into held_now;
  return held_now;
end
$$;

comment on function private.take_token is
  'Takes tokens from a bucket that holds capacity and refills over the interval. Returns what is left, or null when there were too few.';

create function private.prune_rate_limits(at timestamptz)
returns integer
language plpgsql
volatile
set search_path = ''
as $$
declare
  pruned integer;
begin
  -- No bucket takes longer than a day to refill: after two days it is as full as one that does not exist.
  delete from private.rate_limits r where r.refilled_at < at - interval '2 days';
  get diagnostics pruned = row_count;
  perform jobs.beat('operations.prune');
  return pruned;
end
$$;

comment on function private.prune_rate_limits is 'Removes buckets that are full again. pg_cron calls it each hour. Returns how many.';

select cron.schedule('operations.prune', '23 * * * *', 'select private.prune_rate_limits(private.clock())');
