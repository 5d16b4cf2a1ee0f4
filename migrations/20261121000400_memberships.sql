-- Room: memberships. What is sold, who pays, until when each member has access.

create type public.membership_tier as enum ('monthly', 'annual', 'donor_annual');
create type public.subscription_status as enum (
  'incomplete', 'incomplete_expired', 'trialing', 'active', 'past_due', 'canceled', 'unpaid', 'paused'
);
create type public.price_purpose as enum ('dues', 'donation');
create type public.donation_status as enum ('pending', 'paid', 'failed', 'refunded', 'partly_refunded');
create type public.invoice_status as enum ('draft', 'open', 'paid', 'uncollectible', 'void');
create type public.notice_kind as enum ('payment_failed', 'action_required', 'grace_ending');

comment on type public.membership_tier is 'What a member pays for. donor_annual: a year, with a gift in it.';
comment on type public.subscription_status is 'Stripe''s words for how a subscription stands.';
comment on type public.price_purpose is 'What a payment is for. dues give access, a donation gives none.';
comment on type public.donation_status is
  'How a gift stands. pending: the bank has not said yet. failed: nothing came. partly_refunded: some of it was given back.';
comment on type public.invoice_status is
  'Stripe''s words for how an invoice stands. open: unpaid. uncollectible: given up. void: never meant to be paid.';
comment on type public.notice_kind is
  'What a member is told about a payment. action_required: her bank asks her to confirm it. grace_ending: her access ends soon.';

create table public.tiers (
  tier public.membership_tier primary key,
  name text not null,
  description text not null,
  rank integer not null unique,
  constraint tiers_rank_positive check (rank > 0)
);
alter table public.tiers enable row level security;

comment on table public.tiers is 'The tiers of membership. rank: the higher one counts when somebody has two.';

insert into public.tiers (tier, name, description, rank) values
  ('monthly', 'Monthly', 'Everything, month by month. Cancel whenever you like.', 1),
  ('annual', 'Annual', 'Everything, for a year, at the price of ten months.', 2),
  ('donor_annual', 'Donor', 'Everything, for a year, and a gift that pays for somebody else''s place.', 3);

create table public.stripe_prices (
  price_id text primary key,
  purpose public.price_purpose not null,
  tier public.membership_tier references public.tiers (tier) on delete restrict,
  currency text not null,
  unit_amount bigint not null,
  recurring_interval text not null,
  is_offered boolean not null default true,
  constraint stripe_prices_dues_have_a_tier check ((purpose = 'dues') = (tier is not null)),
  constraint stripe_prices_currency_is_iso check (currency ~ '^[a-z]{3}$'),
  constraint stripe_prices_amount_positive check (unit_amount > 0),
  constraint stripe_prices_interval_known check (recurring_interval in ('month', 'year'))
);
alter table public.stripe_prices enable row level security;
create unique index stripe_prices_one_offer_a_tier on public.stripe_prices (tier, currency)
  where is_offered and purpose = 'dues';
create index stripe_prices_tier on public.stripe_prices (tier);

create trigger stripe_prices_audited
  after insert or update or delete on public.stripe_prices
  for each row execute function private.audit_edit('memberships.price_edited', 'stripe_price', 'price_id');

comment on table public.stripe_prices is 'Which Stripe price means what. A price that is not here is never guessed: its events wait until somebody maps it.';
comment on column public.stripe_prices.unit_amount is 'In the currency''s smallest unit, such as cents.';
comment on column public.stripe_prices.is_offered is 'Whether new buyers are offered this price. Old prices stay mapped for those who still pay them.';

create table private.donation_rules (
  currency text primary key,
  minimum bigint not null,
  maximum bigint not null,
  product_id text not null,
  constraint donation_rules_bounds_ordered check (0 < minimum and minimum <= maximum),
  constraint donation_rules_currency_is_iso check (currency ~ '^[a-z]{3}$')
);
alter table private.donation_rules enable row level security;

create trigger donation_rules_audited
  after insert or update or delete on private.donation_rules
  for each row execute function private.audit_edit('memberships.donation_rule_edited', 'donation_rule', 'currency');

comment on table private.donation_rules is 'Bounds of a single donation, in the currency''s smallest unit, and the Stripe product that donations are booked on. Subscriptions to that product are donations, whatever their price.';

create table private.stripe_customers (
  customer_id text primary key,
  member_id uuid references public.members (id) on delete set null,
  email text,
  name text,
  as_of timestamptz not null,
  deleted_at timestamptz
);
alter table private.stripe_customers enable row level security;
create index stripe_customers_member on private.stripe_customers (member_id);

comment on table private.stripe_customers is 'Stripe''s customers and whose they are. Without a member until an e-mail or a checkout tells.';

create table public.subscriptions (
  subscription_id text primary key,
  customer_id text not null references private.stripe_customers (customer_id) on delete restrict,
  purpose public.price_purpose not null,
  tier public.membership_tier,
  price_id text not null,
  unit_amount bigint,
  currency text not null,
  status public.subscription_status not null,
  current_period_start timestamptz,
  current_period_end timestamptz,
  cancel_at_period_end boolean not null default false,
  cancel_at timestamptz,
  canceled_at timestamptz,
  ended_at timestamptz,
  cancellation_reason text,
  trial_end timestamptz,
  past_due_since timestamptz,
  access_cut_at timestamptz,
  access_until timestamptz not null default '-infinity',
  as_of timestamptz not null,
  as_of_event text not null,
  constraint subscriptions_as_of_event_known check (as_of_event in ('created', 'updated', 'deleted', 'fetched')),
  constraint subscriptions_dues_have_a_tier check ((purpose = 'dues') = (tier is not null))
);
alter table public.subscriptions enable row level security;
create index subscriptions_customer on public.subscriptions (customer_id);
create index subscriptions_past_due on public.subscriptions (past_due_since, subscription_id) where status = 'past_due';

comment on table public.subscriptions is 'Stripe''s subscriptions, dues and recurring donations, as Stripe last told us.';
comment on column public.subscriptions.past_due_since is 'Since when dues are unpaid. Kept when the subscription is then canceled, because that last period was never paid.';
comment on column public.subscriptions.access_cut_at is 'Set by a refund or a dispute through private.adjustment_rules: access ends here at the latest.';
comment on column public.subscriptions.as_of_event is 'Where that state came from: created, updated, deleted (events) or fetched (asked from Stripe).';
comment on column public.subscriptions.as_of is 'The moment at Stripe for which this row is true. An older event never overwrites it.';

create table public.memberships (
  member_id uuid primary key references public.members (id) on delete cascade,
  subscription_id text references public.subscriptions (subscription_id) on delete set null,
  tier public.membership_tier not null,
  status public.subscription_status not null,
  current_period_end timestamptz,
  cancel_at_period_end boolean not null,
  access_until timestamptz not null,
  member_since timestamptz not null,
  ended_at timestamptz,
  updated_at timestamptz not null default private.clock()
);
alter table public.memberships enable row level security;
create index memberships_access_until on public.memberships (access_until) where ended_at is null;
create index memberships_subscription on public.memberships (subscription_id);
create index memberships_member_since on public.memberships (member_since desc);
create trigger memberships_touch before update on public.memberships
  for each row execute function private.touch_updated_at();

comment on table public.memberships is 'One row a member who ever paid dues: the best of her subscriptions. Tier changes keep the row.';
comment on column public.memberships.access_until is 'She is entitled while now is before this moment. infinity: no end is known.';
comment on column public.memberships.ended_at is 'When the end of access was carried out (tags, audit). Null while entitled.';

create table public.invoices (
  invoice_id text primary key,
  customer_id text not null references private.stripe_customers (customer_id) on delete restrict,
  subscription_id text,
  status public.invoice_status not null,
  amount_due bigint not null,
  amount_paid bigint not null,
  currency text not null,
  period_end timestamptz,
  attempt_count integer not null default 0,
  next_payment_attempt timestamptz,
  retries_over_at timestamptz,
  hosted_invoice_url text,
  invoice_pdf text,
  created_at timestamptz not null,
  paid_at timestamptz,
  as_of timestamptz not null
);
alter table public.invoices enable row level security;
create index invoices_customer on public.invoices (customer_id, created_at desc);
create index invoices_subscription on public.invoices (subscription_id, created_at desc);
create index invoices_newest on public.invoices (created_at desc, invoice_id desc);
create index invoices_unpaid on public.invoices (status, created_at desc, invoice_id desc) where status <> 'paid';
create index invoices_paid_at on public.invoices (paid_at) where status = 'paid';

comment on table public.invoices is 'Stripe''s invoices and receipts, for the member''s billing page and for knowing whether Stripe still retries.';
comment on column public.invoices.retries_over_at is 'When Stripe said that it will not try this payment again.';

create table public.donations (
  id uuid primary key default gen_random_uuid(),
  member_id uuid references public.members (id) on delete set null,
  checkout_session_id text unique,
  invoice_id text unique,
  subscription_id text,
  payment_intent_id text unique,
  amount bigint not null,
  amount_refunded bigint not null default 0,
  currency text not null,
  status public.donation_status not null,
  note text,
  in_honour_of text,
  donated_at timestamptz not null,
  constraint donations_amount_positive check (amount > 0),
  constraint donations_refund_within_amount check (amount_refunded between 0 and amount),
  constraint donations_have_a_source check (checkout_session_id is not null or invoice_id is not null)
);
alter table public.donations enable row level security;
create index donations_member on public.donations (member_id, donated_at desc);
create index donations_newest on public.donations (donated_at desc, id desc);

comment on table public.donations is 'Gifts, apart from dues: one-off (from a checkout) and recurring (one row an invoice). Amounts in the smallest unit.';

create table private.charges (
  charge_id text primary key,
  customer_id text,
  payment_intent_id text,
  invoice_id text,
  amount bigint not null,
  amount_refunded bigint not null default 0,
  amount_reported bigint not null default 0,
  currency text not null,
  refunded_at timestamptz,
  dispute_id text,
  dispute_status text,
  disputed_at timestamptz,
  dispute_closed_at timestamptz,
  as_of timestamptz not null,
  constraint charges_refund_within_amount check (amount_refunded between 0 and amount)
);
alter table private.charges enable row level security;
create index charges_payment_intent on private.charges (payment_intent_id);
create index charges_invoice on private.charges (invoice_id);
create index charges_customer on private.charges (customer_id);

comment on table private.charges is 'Charges that were refunded or disputed, and the invoice that they paid once Stripe has told us which.';
comment on column private.charges.amount_reported is 'The most that Stripe ever said was given back. amount_refunded is that less what did not arrive.';

create type private.adjustment_cause as enum ('refund_full', 'refund_partial', 'dispute_opened', 'dispute_won', 'dispute_lost');
create type private.adjustment_effect as enum ('keep', 'end_access');

comment on type private.adjustment_cause is
  'What happened to a payment. full, partial: how much of it was given back. dispute: her bank asked for it back.';
comment on type private.adjustment_effect is 'What that does to access. keep: nothing. end_access: it ends with that day.';

create table private.adjustment_rules (
  cause private.adjustment_cause primary key,
  effect private.adjustment_effect not null,
  explanation text not null
);
alter table private.adjustment_rules enable row level security;

comment on table private.adjustment_rules is 'What a refund or a dispute of the latest dues payment does to access. Admins may edit it.';

insert into private.adjustment_rules (cause, effect, explanation) values
  ('refund_full', 'end_access', 'The whole payment went back: access ends with the day of the refund.'),
  ('refund_partial', 'keep', 'A part went back as a courtesy: access stays.'),
  ('dispute_opened', 'keep', 'The bank is still asking: access stays until it decides.'),
  ('dispute_won', 'keep', 'The payment stands: access stays.'),
  ('dispute_lost', 'end_access', 'The payment was taken back: access ends with the day of the decision.');

create trigger adjustment_rules_audited
  after insert or update or delete on private.adjustment_rules
  for each row execute function private.audit_edit('memberships.adjustment_rule_edited', 'adjustment_rule', 'cause');

create table private.checkouts (
  session_id text primary key,
  mode text not null,
  state text not null,
  payment_status text,
  customer_id text,
  member_id uuid references public.members (id) on delete set null,
  amount_total bigint,
  currency text,
  as_of timestamptz not null,
  constraint checkouts_state_known check (state in ('complete', 'expired', 'open'))
);
alter table private.checkouts enable row level security;
create index checkouts_member on private.checkouts (member_id);

comment on table private.checkouts is 'Checkout sessions that ended, paid or expired: the source of the checkout success rate.';

create table public.membership_notices (
  id bigint generated always as identity primary key,
  member_id uuid not null references public.members (id) on delete cascade,
  kind public.notice_kind not null,
  invoice_id text not null references public.invoices (invoice_id) on delete cascade,
  created_at timestamptz not null default private.clock(),
  sent_at timestamptz,
  resolved_at timestamptz,
  constraint membership_notices_once unique (invoice_id, kind)
);
alter table public.membership_notices enable row level security;
create index membership_notices_member on public.membership_notices (member_id);

comment on table public.membership_notices is 'What a member is told about a failing payment: once when it first fails, once before the grace ends, never after it recovered.';

select jobs.create_queue('memberships', max_in_flight => 20);
select jobs.define_kind('memberships', 'apply_event', 'Applies a Stripe event that failed before. Asks nobody outside, so it soon needs a person.', max_attempts => 8);
select jobs.define_kind('memberships', 'refresh_subscription', 'Asks Stripe for the current state of a subscription.', base_delay => '2 seconds');
select jobs.define_kind('memberships', 'refresh_customer', 'Asks Stripe for the current state of a customer.', base_delay => '2 seconds');
select jobs.define_kind('memberships', 'resolve_customer', 'Asks Stripe whose a customer is, when no event said so.');
select jobs.define_kind('memberships', 'resolve_charge', 'Asks Stripe which invoice a refunded or disputed charge paid.');
select jobs.define_kind('memberships', 'reconcile', 'Compares one page of Stripe''s subscriptions with ours.', priority => 'bulk');
