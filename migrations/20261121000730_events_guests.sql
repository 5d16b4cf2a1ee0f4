-- Guests: who said at Luma that she comes, what was decided about her, and why.

create type private.guest_status as enum ('pending', 'approved', 'declined', 'waitlist', 'invited');
create type private.guest_decider as enum ('rule', 'host', 'luma');
create type private.guest_reason as enum (
  'entitled', 'host', 'leader', 'open', 'full', 'seat_freed', 'unverified', 'not_entitled', 'leaders_only', 'paid', 'by_host', 'at_luma'
);
create type private.decision_state as enum ('recorded', 'owed', 'told', 'superseded', 'failed');

comment on type private.guest_status is
  'Luma''s words, shortened: pending (pending_approval), approved (also session), declined (by the hosts, or she withdrew), waitlist, invited (has not answered yet).';
comment on type private.guest_decider is
  'rule: private.decide_guest. host: a leader at the desk here. luma: somebody at Luma, a host or the guest herself. What people decided the rule never overturns.';
comment on type private.guest_reason is
  'Why it was decided. open: nobody has to be approved. full: welcome, but no seat is left. unverified: a member''s address that nobody has proved yet. paid: not entitled, but who paid is never declined.';
comment on type private.decision_state is
  'recorded: there is nothing to tell Luma. owed: Luma has still to hear of it. told: Luma has it. superseded: something else was decided before Luma heard. failed: Luma would not take it.';

create table private.guest_runs (
  id bigint generated always as identity primary key,
  started_at timestamptz not null,
  finished_at timestamptz,
  started_by text not null,
  events integer not null default 0,
  looked_at integer not null default 0,
  approved integer not null default 0,
  declined integer not null default 0,
  left_pending integer not null default 0,
  waitlisted integer not null default 0,
  promoted integer not null default 0,
  failed integer not null default 0,
  took interval generated always as (finished_at - started_at) stored
);
alter table private.guest_runs enable row level security;
create unique index guest_runs_one_open on private.guest_runs ((true)) where finished_at is null;

comment on table private.guest_runs is 'One row for each sweep over the guest lists at Luma, with what came of it. admin.guest_runs shows it.';
comment on column private.guest_runs.started_by is 'schedule, or the Studio login of who asked for it.';
comment on column private.guest_runs.left_pending is 'Guests who were still pending when they had been looked at: the hosts decide, or she has to sign in once.';
comment on column private.guest_runs.failed is 'Guests that could not be read, and events whose list could not be read to its end.';

create table private.guest_run_events (
  run_id bigint not null references private.guest_runs (id) on delete cascade,
  event_id uuid not null references public.events (id) on delete cascade,
  page_cursor text,
  pages integer not null default 0,
  listing_since timestamptz not null,
  finished_at timestamptz,
  error text,
  primary key (run_id, event_id)
);
alter table private.guest_run_events enable row level security;
create index guest_run_events_event on private.guest_run_events (event_id);

comment on table private.guest_run_events is 'How far a sweep is with one event: a sweep that has to wait for Luma goes on where it stopped.';
comment on column private.guest_run_events.page_cursor is 'The page to ask for next; null is the first. Each page counts once, because it must name the cursor that stands here.';
comment on column private.guest_run_events.listing_since is 'When its list was begun: who was not seen since is not on it.';

create table private.event_guests (
  id bigint generated always as identity primary key,
  event_id uuid not null references public.events (id) on delete cascade,
  luma_guest_id text not null,
  member_id uuid references public.members (id) on delete cascade,
  email text,
  name text not null default '',
  status private.guest_status not null,
  luma_status private.guest_status not null,
  decided_by private.guest_decider,
  reason private.guest_reason,
  words text not null default '',
  registered_at timestamptz,
  is_paid boolean not null default false,
  checked_in_at timestamptz,
  checked_in_here boolean not null default false,
  no_show_at timestamptz,
  answers jsonb not null default '[]',
  is_erased boolean not null default false,
  seen_at timestamptz not null,
  page_mark text,
  constraint event_guests_once unique (event_id, luma_guest_id),
  constraint event_guests_email_normal check (email = private.normalize_email(email)),
  constraint event_guests_name_short check (length(name) <= 200),
  constraint event_guests_answers_are_a_list check (jsonb_typeof(answers) = 'array'),
  constraint event_guests_erased_is_empty check (not is_erased or (member_id is null and email is null and name = '' and answers = '[]'))
);
alter table private.event_guests enable row level security;
create index event_guests_by_status on private.event_guests (event_id, status, registered_at, id);
create index event_guests_by_time on private.event_guests (event_id, registered_at, id);
create index event_guests_member on private.event_guests (member_id, event_id);
create index event_guests_email on private.event_guests (email);

comment on table private.event_guests is 'Who said at Luma that she comes to an event, as Luma last said it, and what she is by our decision.';
comment on column private.event_guests.member_id is 'The member who proved this address. Stays when she changes her addresses later.';
comment on column private.event_guests.status is 'What she is by the last decision. It counts here at once, also while Luma has still to hear of it.';
comment on column private.event_guests.luma_status is 'What Luma last said. She holds a seat while either of the two is approved.';
comment on column private.event_guests.decided_by is 'Who decided last. Null: nobody yet.';
comment on column private.event_guests.words is 'The host''s own reason for the last decision.';
comment on column private.event_guests.checked_in_here is 'Whether she was checked in at the desk here and not at Luma.';
comment on column private.event_guests.no_show_at is 'When it was noted that she was approved and did not come. Only where anybody was checked in at all.';
comment on column private.event_guests.is_erased is 'She had her data deleted: nothing of her is left, and the row goes when Luma has taken her off the list.';
comment on column private.event_guests.page_mark is 'A fingerprint of what Luma''s list last said of her: the same again is passed over.';
comment on column private.event_guests.seen_at is 'The moment that Luma''s last word dates from; an older one changes nothing.';

create table private.guest_decisions (
  id bigint generated always as identity primary key,
  guest_id bigint not null references private.event_guests (id) on delete cascade,
  was private.guest_status not null,
  status private.guest_status not null,
  reason private.guest_reason not null,
  policy public.guest_policy,
  decided_by private.guest_decider not null,
  actor_id uuid references public.members (id) on delete set null,
  words text not null default '',
  run_id bigint references private.guest_runs (id) on delete set null,
  state private.decision_state not null,
  error text,
  decided_at timestamptz not null,
  told_at timestamptz,
  correlation_id text,
  constraint guest_decisions_words_short check (length(words) <= 200),
  constraint guest_decisions_failed_says_why check (state <> 'failed' or error is not null)
);
alter table private.guest_decisions enable row level security;
create index guest_decisions_guest on private.guest_decisions (guest_id, id desc);
create index guest_decisions_run on private.guest_decisions (run_id);
create index guest_decisions_actor on private.guest_decisions (actor_id);
create index guest_decisions_open on private.guest_decisions (decided_at) where state in ('owed', 'failed');

comment on table private.guest_decisions is 'Every decision about a guest: one row each, with its reason, and one row in the audit log.';
comment on column private.guest_decisions.policy is 'Which policy applied, where she was not entitled.';
comment on column private.guest_decisions.actor_id is 'The leader who decided at the desk.';
comment on column private.guest_decisions.words is 'The reason that the leader gave. A guest who is declined reads it.';
comment on column private.guest_decisions.state is 'Whether Luma has heard of it.';

create table private.guest_messages (
  id bigint generated always as identity primary key,
  event_id uuid not null references public.events (id) on delete cascade,
  sent_by uuid references public.members (id) on delete set null,
  audience text not null,
  words text not null,
  recipients integer not null default 0,
  sent_at timestamptz not null,
  constraint guest_messages_words_bounded check (length(btrim(words)) between 1 and 4000)
);
alter table private.guest_messages enable row level security;
create index guest_messages_event on private.guest_messages (event_id, sent_at desc);
create index guest_messages_sent_by on private.guest_messages (sent_by);

comment on table private.guest_messages is 'What hosts wrote to the guests of an event, and to how many. Nobody who writes sees an address.';
comment on column private.guest_messages.audience is 'Whom it went to: approved, pending, waitlist or all.';
