-- Money and deletion: a row first, which shows exactly what would happen; carried out at once within the key's limits, or
-- when an admin says so.

create type private.agent_proposal_kind as enum ('refund', 'cancel_now', 'cancel_at_period_end', 'delete_member');
create type private.agent_proposal_state as enum ('waiting', 'approved', 'carried_out', 'declined', 'expired', 'withdrawn', 'failed');

comment on type private.agent_proposal_kind is
  'What an agent asks for. cancel_at_period_end: the membership runs out, and that can be taken back until then. delete_member: an admin always decides.';
comment on type private.agent_proposal_state is
  'waiting: for an admin. approved: owed to the provider, by a job. carried_out: done. failed: it could not be done, and error says why; what Stripe says later of a refund moves it from one to the other. expired: nobody decided in time. withdrawn: its agent took it back, or its key was revoked.';

create table private.agent_proposals (
  id uuid primary key default gen_random_uuid(),
  key_id uuid not null references private.agent_keys (id) on delete cascade,
  change_set uuid references private.agent_change_sets (id) on delete set null,
  kind private.agent_proposal_kind not null,
  member_id uuid references public.members (id) on delete set null,
  subject text not null,
  amount bigint,
  currency text,
  reason text not null,
  shows jsonb not null,
  state private.agent_proposal_state not null default 'waiting',
  why_waiting text,
  is_sandbox boolean not null default false,
  created_at timestamptz not null,
  expires_at timestamptz not null,
  decided_at timestamptz,
  decided_by text,
  decision_reason text,
  settled_at timestamptz,
  provider_id text,
  error text,
  closed_at timestamptz,
  correlation_id text,
  constraint agent_proposals_money_is_whole check ((amount is null) = (currency is null) and (kind = 'refund') = (amount is not null)),
  constraint agent_proposals_amount_positive check (amount > 0),
  constraint agent_proposals_currency_is_lower check (currency ~ '^[a-z]{3}$'),
  constraint agent_proposals_reason_said check (pg_catalog.length(pg_catalog.btrim(reason)) between 1 and 500),
  constraint agent_proposals_decision_reason_short check (pg_catalog.length(decision_reason) <= 500),
  constraint agent_proposals_expire_later check (expires_at > created_at),
  constraint agent_proposals_waiting_for_a_reason check (state <> 'waiting' or why_waiting is not null),
  constraint agent_proposals_decided_by_somebody check ((state in ('approved', 'carried_out', 'declined', 'failed')) <= (decided_by is not null)),
  constraint agent_proposals_decided_is_whole check ((decided_by is null) = (decided_at is null))
);
alter table private.agent_proposals enable row level security;
create index agent_proposals_key on private.agent_proposals (key_id, created_at desc, id desc);
create index agent_proposals_member on private.agent_proposals (member_id, created_at desc);
create index agent_proposals_change_set on private.agent_proposals (change_set);
create index agent_proposals_subject on private.agent_proposals (subject);
create index agent_proposals_created on private.agent_proposals (created_at desc, id desc);
create index agent_proposals_waiting on private.agent_proposals (expires_at) where state = 'waiting';
create unique index agent_proposals_one_open_a_subject on private.agent_proposals (kind, subject, is_sandbox)
  where state in ('waiting', 'approved') and kind <> 'refund';

comment on table private.agent_proposals is
  'What agents ask for that moves money, ends a membership or deletes. To approve one in Studio, set its state to approved; to refuse it, to declined.';
comment on column private.agent_proposals.subject is 'What it is about: the payment (an invoice or a donation), the subscription, or the member.';
comment on column private.agent_proposals.amount is 'In the smallest unit of the currency.';
comment on column private.agent_proposals.reason is 'Why, in the agent''s words: text, and nothing that anybody obeys.';
comment on column private.agent_proposals.shows is 'Exactly what would happen, as the database worked it out: sentences in would. Holds no text of people.';
comment on column private.agent_proposals.why_waiting is 'Why it was not carried out at once.';
comment on column private.agent_proposals.expires_at is 'Whoever decides from then on decides nothing, also when the row still says waiting.';
comment on column private.agent_proposals.decided_by is 'Who decided: limits (within those of the key), studio, or the member id of an admin.';
comment on column private.agent_proposals.decision_reason is 'Why, in the words of who decided. Its agent reads it.';
comment on column private.agent_proposals.provider_id is 'What Stripe calls the result, such as re_….';
comment on column private.agent_proposals.error is 'Why it could not be done.';
comment on column private.agent_proposals.closed_at is 'When an admin took note that it failed.';
