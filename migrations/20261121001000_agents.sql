-- Room: agents. Programs that act for the community: their keys, what each may do, and what each did.

create type private.agent_scope as enum (
  'members:read', 'members:write', 'payments:read', 'payments:refund', 'payments:cancel', 'events:read', 'events:propose',
  'content:read', 'content:write', 'analytics:read', 'audience:draft', 'operations:read'
);
create type private.agent_risk as enum ('read', 'write', 'destructive');
create type private.agent_method as enum ('GET', 'POST', 'PATCH', 'DELETE');
create type private.agent_rate_class as enum ('careful', 'standard', 'bulk');

comment on type private.agent_rate_class is 'How quick a key may be; private.agent_rates says how many calls a minute.';
comment on type private.agent_scope is 'What a key may be allowed to do. One word a right; private.agent_operations says which operations it opens.';
comment on type private.agent_method is 'How an operation is asked for over HTTP.';
comment on type private.agent_risk is
  'read changes nothing. write changes something; what of it can be taken back, change_sets.undo takes back. destructive moves money, ends something or deletes.';

create table private.agent_scopes (
  scope private.agent_scope primary key,
  what text not null,
  constraint agent_scopes_what_said check (what <> '')
);
alter table private.agent_scopes enable row level security;

comment on table private.agent_scopes is 'What each scope means, in words for who gives it to a key.';

create table private.agent_operations (
  operation text primary key,
  scope private.agent_scope references private.agent_scopes (scope) on delete restrict,
  risk private.agent_risk not null,
  method private.agent_method not null,
  path text not null,
  title text not null,
  what text not null,
  handler text not null unique,
  parameters text[] not null default '{}',
  batch text,
  is_personal boolean not null default false,
  status integer not null default 200,
  place integer not null unique,
  constraint agent_operations_name_is_dotted check (operation ~ '^[a-z_]+\.[a-z_]+$'),
  constraint agent_operations_reads_are_gets check ((risk = 'read') = (method = 'GET')),
  constraint agent_operations_path_plain check (path ~ '^(/([a-z-]+|\{[a-z_]+\}))+$'),
  constraint agent_operations_batch_is_a_parameter check (batch is null or batch = any (parameters)),
  constraint agent_operations_status_good check (status in (200, 201, 202)),
  constraint agent_operations_one_a_door unique (method, path)
);
alter table private.agent_operations enable row level security;
create index agent_operations_scope on private.agent_operations (scope);

comment on table private.agent_operations is
  'Everything that agents can do: the one source of scope, operation and risk. The gateway, the Data API''s call_operation, the tools of MCP, the OpenAPI document and the page for developers are made of it.';
comment on column private.agent_operations.scope is 'What a key needs. Empty: every key may, because it is about the key itself.';
comment on column private.agent_operations.handler is 'The function in private that does it: (private.agent_call, jsonb) returns jsonb.';
comment on column private.agent_operations.parameters is 'Every parameter that it knows. Any other is refused.';
comment on column private.agent_operations.batch is 'The parameter that says how many rows it may touch: a list counts its entries, a number counts itself.';
comment on column private.agent_operations.is_personal is 'Whether it returns rows about people. Each such read is in the audit log, with how many.';

create table private.agent_rates (
  rate_class private.agent_rate_class not null,
  risk private.agent_risk not null,
  capacity integer not null,
  per interval not null,
  primary key (rate_class, risk),
  constraint agent_rates_sane check (capacity between 1 and 100000 and per between '1 second' and '1 day')
);
alter table private.agent_rates enable row level security;
create trigger agent_rates_audited
  after insert or update or delete on private.agent_rates
  for each row execute function private.audit_edit('agents.rate_edited', 'agent_rate', 'rate_class', 'risk');

comment on table private.agent_rates is
  'How often a key may call: a bucket of so many tokens that fills again over that time, one for each key and risk. Admins may edit it.';

insert into private.agent_rates (rate_class, risk, capacity, per) values
  ('careful', 'read', 30, '1 minute'), ('careful', 'write', 10, '1 minute'), ('careful', 'destructive', 3, '1 minute'),
  ('standard', 'read', 120, '1 minute'), ('standard', 'write', 60, '1 minute'), ('standard', 'destructive', 10, '1 minute'),
  ('bulk', 'read', 1200, '1 minute'), ('bulk', 'write', 300, '1 minute'), ('bulk', 'destructive', 30, '1 minute');

create function private.name_skeleton(name text)
returns text
language sql
immutable
strict
set search_path = ''
as $$
  -- Sign by sign, so that two names of the same looks come out the same wherever in them the likeness stands.
  select pg_catalog.replace(pg_catalog.replace(pg_catalog.replace(
    pg_catalog.translate(name, '012589iq-', 'olzsbglg'), 'm', 'rn'), 'w', 'vv'), 'd', 'cl')
$$;

comment on function private.name_skeleton is
  'What a name looks like at a glance: signs that are easily taken for each other (0 and o, 1 and l and i, m and rn, w and vv, d and cl …) come out the same, and hyphens go.';

create table private.agent_keys (
  id uuid primary key default gen_random_uuid(),
  name text not null unique,
  what text not null,
  scopes private.agent_scope[] not null,
  is_sandbox boolean not null default false,
  rate_class private.agent_rate_class not null default 'standard',
  expires_at timestamptz not null,
  holder_id uuid references public.members (id) on delete set null,
  refund_each bigint not null default 5000,
  refund_currency text not null default 'usd',
  refunds_a_day integer not null default 3,
  cancels_a_day integer not null default 10,
  actions_a_member integer not null default 3,
  rows_a_day integer not null default 2000,
  created_at timestamptz not null default private.clock(),
  created_by text not null,
  last_used_at timestamptz,
  held_until timestamptz,
  held_reason text,
  revoked_at timestamptz,
  revoked_reason text,
  constraint agent_keys_name_plain check (name ~ '^[a-z][a-z0-9]*(-[a-z0-9]+)*$' and pg_catalog.length(name) between 3 and 40),
  constraint agent_keys_say_what_for check (pg_catalog.btrim(what) <> ''),
  constraint agent_keys_can_something check (pg_catalog.cardinality(scopes) > 0 and pg_catalog.array_position(scopes, null) is null),
  constraint agent_keys_caps_sane check (
    refund_each >= 0 and refunds_a_day >= 0 and cancels_a_day >= 0 and actions_a_member >= 0 and rows_a_day >= 0),
  constraint agent_keys_refund_currency_is_lower check (refund_currency ~ '^[a-z]{3}$'),
  constraint agent_keys_revoked_for_a_reason check ((revoked_at is null) = (revoked_reason is null)),
  constraint agent_keys_held_for_a_reason check ((held_until is null) = (held_reason is null))
);
alter table private.agent_keys enable row level security;
-- On an expression: a column of its own would be part of a key, and then each use of the row would hold up whatever refers to it.
create unique index agent_keys_name_not_confusable on private.agent_keys (private.name_skeleton(name));
create index agent_keys_holder on private.agent_keys (holder_id);

comment on table private.agent_keys is
  'Who may act for the community without being a person. Made by admin.create_agent_key, which shows the secret once; what it may do can be edited in the row, and counts at the next request.';
comment on column private.agent_keys.name is 'How it stands in the audit log: agent:<name>.';
comment on column private.agent_keys.is_sandbox is 'A key for practice: what it changes here is done and undone at once, and money is moved at the payment provider''s sandbox only.';
comment on column private.agent_keys.holder_id is 'The member who works with it. She does not approve what it proposes.';
comment on column private.agent_keys.refund_each is 'The largest refund that it may give without asking an admin, in the smallest unit of refund_currency.';
comment on column private.agent_keys.refund_currency is 'The currency of refund_each, such as usd. A refund in any other waits for an admin: no rate of exchange decides who is asked.';
comment on column private.agent_keys.refunds_a_day is 'How many refunds a day (UTC) it may give without asking.';
comment on column private.agent_keys.cancels_a_day is 'How many subscriptions a day it may cancel without asking.';
comment on column private.agent_keys.actions_a_member is 'How often a day it may refund or cancel for the same member without asking.';
comment on column private.agent_keys.rows_a_day is 'How many rows about people it usually reads in a day at most: beyond that admins are told.';
comment on column private.agent_keys.held_until is 'It is stopped until then: by an admin, or because it did the same over and over or something unusual.';
comment on column private.agent_keys.held_reason is 'Why it is stopped. The agent is told.';

create table private.agent_secrets (
  id uuid primary key default gen_random_uuid(),
  key_id uuid not null references private.agent_keys (id) on delete cascade,
  hash bytea not null unique,
  ends_in text not null,
  created_at timestamptz not null default private.clock(),
  expires_at timestamptz,
  last_used_at timestamptz,
  revoked_at timestamptz,
  constraint agent_secrets_hash_is_sha256 check (pg_catalog.length(hash) = 32),
  constraint agent_secrets_end_is_short check (pg_catalog.length(ends_in) = 4)
);
alter table private.agent_secrets enable row level security;
create index agent_secrets_key on private.agent_secrets (key_id);

comment on table private.agent_secrets is 'The secrets of keys, as hashes: nobody can read one again. A key has two at most, while one takes over from the other.';
comment on column private.agent_secrets.last_used_at is 'When it was last shown at a door, to the minute: says whether the older of two is still needed.';
comment on column private.agent_secrets.ends_in is 'Its last four signs, so that one is known from the other.';
comment on column private.agent_secrets.expires_at is 'When it ends, before its key does. Empty: with the key.';

create table private.agent_change_sets (
  id uuid primary key default gen_random_uuid(),
  key_id uuid not null references private.agent_keys (id) on delete cascade,
  task text not null,
  opened_at timestamptz not null default private.clock(),
  undone_at timestamptz,
  undone_by text,
  constraint agent_change_sets_task_said check (pg_catalog.length(pg_catalog.btrim(task)) between 1 and 300)
);
alter table private.agent_change_sets enable row level security;
create index agent_change_sets_key on private.agent_change_sets (key_id, opened_at desc);

comment on table private.agent_change_sets is 'A task of an agent: what it wrote for it is listed together, and undone together.';

create table private.agent_writes (
  id bigint generated always as identity primary key,
  key_id uuid not null references private.agent_keys (id) on delete cascade,
  change_set uuid references private.agent_change_sets (id) on delete cascade,
  operation text not null references private.agent_operations (operation) on delete restrict,
  action text not null,
  target_type text not null,
  target_id text not null,
  member_id uuid references public.members (id) on delete cascade,
  before jsonb,
  after jsonb,
  undo text,
  correlation_id text,
  at timestamptz not null,
  undone_at timestamptz,
  undo_note text
);
alter table private.agent_writes enable row level security;
create index agent_writes_change_set on private.agent_writes (change_set, id);
create index agent_writes_key on private.agent_writes (key_id, at desc);
create index agent_writes_operation on private.agent_writes (operation);
create index agent_writes_member on private.agent_writes (member_id);
create index agent_writes_at on private.agent_writes (at);

comment on table private.agent_writes is 'Each change that an agent made, with what is needed to take it back.';
comment on column private.agent_writes.undo is 'The function in private that takes it back. Empty: it cannot be taken back.';
comment on column private.agent_writes.undo_note is 'Why it could not be taken back, or not yet, when somebody tried.';

create table private.agent_requests (
  key_id uuid not null references private.agent_keys (id) on delete cascade,
  idempotency_key text not null,
  operation text not null references private.agent_operations (operation) on delete restrict,
  fingerprint bytea not null,
  status integer,
  answer jsonb,
  at timestamptz not null,
  primary key (key_id, idempotency_key),
  constraint agent_requests_key_printable check (idempotency_key ~ '^[!-~]{1,200}$')
);
alter table private.agent_requests enable row level security;
create index agent_requests_at on private.agent_requests (at);
create index agent_requests_operation on private.agent_requests (operation);

comment on table private.agent_requests is
  'The writes that were asked for and what was answered, by Idempotency-Key: the same again gets the same answer. Answers hold ids and states, never names or addresses.';

create table private.agent_use (
  key_id uuid not null references private.agent_keys (id) on delete cascade,
  day date not null,
  operation text not null references private.agent_operations (operation) on delete restrict,
  calls bigint not null default 0,
  refused bigint not null default 0,
  rows_read bigint not null default 0,
  primary key (key_id, day, operation)
);
alter table private.agent_use enable row level security;
create index agent_use_operation on private.agent_use (operation);
create index agent_use_day on private.agent_use (day);

comment on table private.agent_use is 'How much each key did on each day (UTC): calls, refusals, and rows about people that it read.';

create table private.agent_refusals (
  id bigint generated always as identity primary key,
  key_id uuid not null references private.agent_keys (id) on delete cascade,
  operation text references private.agent_operations (operation) on delete restrict,
  status integer not null,
  reason text not null,
  field text,
  correlation_id text,
  at timestamptz not null
);
alter table private.agent_refusals enable row level security;
create index agent_refusals_key on private.agent_refusals (key_id, at desc);
create index agent_refusals_operation on private.agent_refusals (operation);
create index agent_refusals_at on private.agent_refusals (at);

comment on table private.agent_refusals is 'What living keys were refused, and why. Kept 90 days.';
comment on column private.agent_refusals.operation is 'Which operation. Empty: one that there is not, or a token that was asked for.';
