-- Room: jobs. What Commons owes to other systems, and what became of it.
-- A job that can run now is one pgmq message; everything about it that is not "can run now" is a row here.

create type jobs.priority as enum ('interactive', 'bulk');
comment on type jobs.priority is 'interactive: a person waits for it. bulk: imports, reconciliation, anything nobody waits for.';

create type jobs.outcome as enum ('completed', 'retry', 'deferred', 'dead', 'lost');
comment on type jobs.outcome is
  'How one attempt ended. retry: it failed and will run again. deferred: the provider asked us to wait. dead: a person must look. lost: its worker stopped without a word.';

create type jobs.dead_reason as enum ('attempts_exhausted', 'refused', 'misconfigured', 'worker_lost', 'abandoned');
comment on type jobs.dead_reason is
  'attempts_exhausted: it failed too often. refused: the provider will never accept it. misconfigured: our settings are wrong. worker_lost: its worker stopped each time. abandoned: an admin gave it up.';

create type jobs.waiting_for as enum ('schedule', 'retry', 'provider');
comment on type jobs.waiting_for is 'Why a job is not due yet: its own schedule, the pause before a retry, or a wait the provider asked for.';

create type jobs.effect_state as enum ('go', 'done', 'ambiguous');
comment on type jobs.effect_state is
  'go: make the call. done: it was made. ambiguous: it was begun and nobody knows how it ended, so look at the provider first.';

create sequence jobs.job_ids;
comment on sequence jobs.job_ids is 'The number a job keeps through retries and replays.';

create table jobs.queues (
  name text primary key,
  is_enabled boolean not null default true,
  paused_reason text,
  max_in_flight integer,
  batch_size integer not null default 50,
  drain_path text not null,
  created_at timestamptz not null default private.clock(),
  constraint queues_name_is_a_room check (name ~ '^[a-z][a-z_]{0,30}$' and name !~ '_bulk$'),
  constraint queues_paused_says_why check (is_enabled = (paused_reason is null)),
  constraint queues_max_in_flight_positive check (max_in_flight > 0),
  constraint queues_batch_size_sane check (batch_size between 1 and 1000),
  constraint queues_drain_path_rooted check (drain_path ~ '^/')
);
alter table jobs.queues enable row level security;

-- Rows come with migrations; what is edited afterwards is an admin's doing.
create trigger queues_audited
  after update or delete on jobs.queues
  for each row execute function private.audit_edit('jobs.queue_edited', 'queue', 'name');

comment on table jobs.queues is 'One queue a room. Pause and resume it with admin.pause_queue and admin.resume_queue.';
comment on column jobs.queues.is_enabled is 'The kill switch: while false nothing of this queue is started. What runs already may finish.';
comment on column jobs.queues.max_in_flight is 'How many jobs may run at once over all workers, because the provider allows no more. Empty: no limit.';
comment on column jobs.queues.batch_size is 'How many jobs a worker may claim with one call.';
comment on column jobs.queues.drain_path is 'Where the doorbell rings, below the functions'' base address.';

create table jobs.kinds (
  queue text not null references jobs.queues (name) on delete cascade,
  kind text not null,
  max_attempts smallint not null default 30,
  base_delay interval not null default '5 seconds',
  max_delay interval not null default '1 hour',
  backoff_factor numeric(4, 2) not null default 2,
  jitter numeric(3, 2) not null default 0.2,
  lease interval not null default '30 seconds',
  max_deferrals smallint not null default 100,
  priority jobs.priority not null default 'interactive',
  comment text not null,
  primary key (queue, kind),
  constraint kinds_kind_is_a_word check (kind ~ '^[a-z][a-z_]{0,62}$'),
  constraint kinds_max_attempts_positive check (max_attempts between 1 and 100),
  constraint kinds_delays_ordered check (base_delay > '0' and max_delay >= base_delay),
  constraint kinds_backoff_factor_grows check (backoff_factor >= 1),
  constraint kinds_jitter_is_a_share check (jitter between 0 and 0.5),
  constraint kinds_lease_bounded check (lease between '2 seconds' and '10 minutes'),
  constraint kinds_max_deferrals_positive check (max_deferrals >= 0)
);
alter table jobs.kinds enable row level security;

create trigger kinds_audited
  after update or delete on jobs.kinds
  for each row execute function private.audit_edit('jobs.kind_edited', 'job_kind', 'queue', 'kind');

comment on table jobs.kinds is 'How each kind of job is retried. May be edited here; a change counts from the next attempt on.';
comment on column jobs.kinds.max_attempts is 'After so many failed attempts the job is dead. The default waits out a provider that is away for most of a day.';
comment on column jobs.kinds.base_delay is 'Pause after the first failure. Each further pause is backoff_factor times longer, up to max_delay.';
comment on column jobs.kinds.jitter is 'Share by which a pause is made longer or shorter by chance, so that failed jobs do not come back all at once.';
comment on column jobs.kinds.lease is 'How long one attempt may take. A worker that has not reported by then is taken for dead. Over 45 seconds a killed worker''s job waits longer than a minute.';
comment on column jobs.kinds.max_deferrals is 'How often a provider may ask us to wait before that counts as a failed attempt.';
comment on column jobs.kinds.priority is 'Used when the caller of jobs.enqueue does not say.';

create table jobs.delayed (
  job bigint primary key,
  queue text not null references jobs.queues (name) on delete cascade,
  priority jobs.priority not null,
  run_at timestamptz not null,
  kind text not null,
  waiting_for jobs.waiting_for not null,
  last_error text,
  message jsonb not null
);
alter table jobs.delayed enable row level security;

create index delayed_due on jobs.delayed (queue, priority, run_at);

comment on table jobs.delayed is 'Jobs that are due later. They stay out of the live queue, because a queue slows down with what it must walk past.';
comment on column jobs.delayed.message is 'The message as it goes into the queue when due.';

create table jobs.attempts (
  job bigint not null,
  msg_id bigint not null,
  read_ct integer not null,
  queue text not null,
  priority jobs.priority not null,
  kind text not null,
  attempt smallint not null,
  outcome jobs.outcome not null,
  args jsonb not null,
  note text,
  enqueued_at timestamptz not null,
  started_at timestamptz not null,
  duration_ms integer not null,
  correlation_id text,
  primary key (job, msg_id, read_ct)
);
alter table jobs.attempts enable row level security;

-- What was done about one person is found by the numbers that her jobs carry.
create index attempts_args on jobs.attempts using hash (args);

comment on table jobs.attempts is 'One row for each attempt that ended. A completed job is its last attempt here. Pruned after 30 days.';
comment on column jobs.attempts.msg_id is 'With read_ct the lease of this attempt: the message it came from, and how often that had been claimed.';
comment on column jobs.attempts.note is 'What the handler said: the error of a failed attempt, or a remark such as "nothing left to do".';
comment on column jobs.attempts.attempt is 'Counts failed and lost attempts. A deferral does not raise it.';

create table jobs.dead (
  job bigint primary key,
  queue text not null references jobs.queues (name) on delete cascade,
  priority jobs.priority not null,
  kind text not null,
  args jsonb not null,
  correlation_id text,
  attempts smallint not null,
  reason jobs.dead_reason not null,
  hint text not null,
  last_error text,
  enqueued_at timestamptz not null,
  died_at timestamptz not null,
  abandoned_reason text,
  replayed_at timestamptz,
  constraint dead_abandoned_says_why check ((reason = 'abandoned') = (abandoned_reason is not null))
);
alter table jobs.dead enable row level security;

create index dead_queue on jobs.dead (queue, died_at);

comment on table jobs.dead is 'Jobs that will not run again by themselves. Replay with admin.replay_job, give up with admin.abandon_job.';
comment on column jobs.dead.hint is 'What to do before replaying.';
comment on column jobs.dead.replayed_at is 'Set when an admin sent it back to the queue. If it dies again it stands here anew.';

create table jobs.idempotency_keys (
  key text primary key,
  job bigint not null,
  created_at timestamptz not null default private.clock()
);
alter table jobs.idempotency_keys enable row level security;

comment on table jobs.idempotency_keys is 'Keys given to jobs.enqueue: the same key names the same job. Pruned after 90 days.';

create table jobs.effects (
  key text primary key,
  job bigint not null,
  provider text not null,
  started_at timestamptz not null default private.clock(),
  finished_at timestamptz,
  result jsonb,
  constraint effects_result_needs_end check (result is null or finished_at is not null)
);
alter table jobs.effects enable row level security;

create index effects_job on jobs.effects (job);

comment on table jobs.effects is 'Calls to providers that must not happen twice. Kept for good: they are the evidence and the guard.';
comment on column jobs.effects.finished_at is 'Empty: the call was begun and nobody knows how it ended.';

create table jobs.heartbeats (
  name text primary key,
  at timestamptz not null
);
alter table jobs.heartbeats enable row level security;

comment on table jobs.heartbeats is 'When each schedule last ran, by the real clock. An old row means that pg_cron stands still.';

-- Unlogged and small: a crash forgets it, and then the bell simply rings once too often.
create unlogged table jobs.bells (
  queue text primary key references jobs.queues (name) on delete cascade,
  busy_until timestamptz not null
);
alter table jobs.bells enable row level security;

comment on table jobs.bells is 'Until when a worker has promised to look at a queue by itself, so that nobody needs to ring.';
