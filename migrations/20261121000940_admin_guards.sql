-- Guards: edits that cannot be right are refused with a sentence and a hint, whoever makes them and wherever. They
-- look at what changed only (`when`), and compare with what it follows from, so that the rules' own writes pass.

create function private.refuse(status text, message text, field text, remedy text)
returns void
language plpgsql
stable
set search_path = ''
as $$
begin
  raise exception using errcode = status, message = refuse.message, detail = field, hint = remedy;
end
$$;

comment on function private.refuse is 'Raises an error for an admin: SQLSTATE, sentence, the column, and what to do instead.';

-- The planner's switches keep it on the indexes, also when its plan was made while the tables were empty.
create function private.guard_membership()
returns trigger
language plpgsql
security definer
set search_path = '' set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off
as $$
declare
  until timestamptz;
  told public.subscriptions;
begin
  select max(s.access_until) into until
    from private.stripe_customers c join public.subscriptions s on s.customer_id = c.customer_id and s.purpose = 'dues'
   where c.member_id = new.member_id;
  if until is null then
    return new;  -- Stripe knows nothing of her, so there is nothing to disagree with
  end if;
  select s.* into told from public.subscriptions s
    join private.stripe_customers c on c.customer_id = s.customer_id and c.member_id = new.member_id
   where s.subscription_id = new.subscription_id;
  if new.access_until <> until then
    perform private.refuse('PT409', pg_catalog.format('Her subscriptions say %s', private.access_in_words(until)), 'access_until',
      'Change the subscription at Stripe; the membership follows by itself. admin.explain_member tells why it stands as it does.');
  elsif (new.tier, new.status) is distinct from (told.tier, told.status) then
    perform private.refuse('PT409', pg_catalog.format('Her subscription says %s, %s', coalesce(told.tier::text, 'no tier'), coalesce(told.status::text, 'no status')),
      case when new.tier is distinct from told.tier then 'tier' else 'status' end,
      'Change the subscription at Stripe; the membership follows by itself. What a price means is said with admin.map_price.');
  end if;
  return new;
end
$$;

comment on function private.guard_membership() is 'Trigger: a membership says what the subscriptions say. Raises PT409.';

create trigger memberships_follow_subscriptions
  before update of tier, status, access_until, subscription_id on public.memberships
  for each row when ((old.tier, old.status, old.access_until, old.subscription_id)
    is distinct from (new.tier, new.status, new.access_until, new.subscription_id)
    -- A subscription that is removed takes its number along, and nothing else.
    and (new.subscription_id is not null or (old.tier, old.status, old.access_until) is distinct from (new.tier, new.status, new.access_until)))
  execute function private.guard_membership();
create trigger memberships_begin_with_subscriptions
  before insert on public.memberships
  for each row execute function private.guard_membership();

create function private.guard_membership_end()
returns trigger
language plpgsql
security definer
set search_path = ''
as $$
begin
  -- With the member goes her membership.
  if exists (select from public.members m where m.id = old.member_id) and private.has_live_dues(old.member_id, private.clock()) then
    perform private.refuse('PT409', 'She pays for this membership', 'member_id',
      'Cancel the subscription at Stripe; the membership then ends by itself.');
  end if;
  return old;
end
$$;

comment on function private.guard_membership_end() is 'Trigger: a membership that is paid for is not deleted. Raises PT409.';

create trigger memberships_stay_while_paid
  before delete on public.memberships
  for each row when (old.ended_at is null)
  execute function private.guard_membership_end();

create function private.guard_subscription_access()
returns trigger
language plpgsql
security definer
set search_path = ''
as $$
begin
  if new.access_until <> private.subscription_access(new) then
    perform private.refuse('PT409', pg_catalog.format('What Stripe says of this subscription gives %s',
      private.access_in_words(private.subscription_access(new))), 'access_until',
      'Change the subscription at Stripe. What refunds and disputes do is said in private.adjustment_rules.');
  end if;
  return new;
end
$$;

comment on function private.guard_subscription_access() is 'Trigger: the access that a subscription gives is the one that the rule works out. Raises PT409.';

create trigger subscriptions_access_is_worked_out
  before update of access_until on public.subscriptions
  for each row when (old.access_until is distinct from new.access_until)
  execute function private.guard_subscription_access();

create function private.guard_profile_access()
returns trigger
language plpgsql
security definer
set search_path = ''
as $$
declare
  until constant timestamptz := coalesce(
    (select m.access_until from public.memberships m where m.member_id = new.member_id), '-infinity');
begin
  if new.access_until <> until then
    perform private.refuse('PT409', pg_catalog.format('Her membership says %s', private.access_in_words(until)), 'access_until',
      'This column is a copy of the membership''s and follows it by itself.');
  end if;
  return new;
end
$$;

comment on function private.guard_profile_access() is 'Trigger: the profile''s copy of access_until is that of the membership. Raises PT409.';

create trigger profiles_access_is_a_copy
  before update of access_until on public.profiles
  for each row when (old.access_until is distinct from new.access_until)
  execute function private.guard_profile_access();

create function private.guard_amount()
returns trigger
language plpgsql
security definer
set search_path = ''
as $$
begin
  perform private.refuse('PT409', 'What was paid is in the books', tg_argv[0],
    'Give money back at Stripe; the refund then shows here by itself.');
  return null;
end
$$;

comment on function private.guard_amount() is 'Trigger: an amount is changed by Stripe''s word only, and what was paid is not deleted. Raises PT409.';

-- Stripe's newer word about an invoice moves as_of on or changes its status; a hand in Studio changes the amount alone.
create trigger invoices_amounts_are_stripes
  before update of amount_due, amount_paid, currency on public.invoices
  for each row when ((old.amount_due, old.amount_paid, old.currency) is distinct from (new.amount_due, new.amount_paid, new.currency)
    and new.as_of <= old.as_of and new.status = old.status)
  execute function private.guard_amount('amount_paid');
create trigger donations_amounts_stay
  before update of amount, currency on public.donations
  for each row when ((old.amount, old.currency) is distinct from (new.amount, new.currency))
  execute function private.guard_amount('amount');
create trigger invoices_paid_stay
  before delete on public.invoices
  for each row when (old.amount_paid > 0)
  execute function private.guard_amount('invoice_id');
create trigger donations_paid_stay
  before delete on public.donations
  for each row when (old.status <> 'failed')
  execute function private.guard_amount('id');

create function private.guard_refund()
returns trigger
language plpgsql
security definer
set search_path = ''
as $$
begin
  if not exists (select from private.charges c where c.payment_intent_id = new.payment_intent_id
                   and least(new.amount, c.amount_refunded) = new.amount_refunded)
     and not exists (select from private.charges c where c.invoice_id = new.invoice_id
                   and least(new.amount, c.amount_refunded) = new.amount_refunded) then
    perform private.refuse('PT409', 'Stripe knows of no such refund', 'amount_refunded',
      'Give money back at Stripe; the refund then shows here by itself.');
  end if;
  return new;
end
$$;

comment on function private.guard_refund() is 'Trigger: what was given back of a gift is what Stripe gave back. Raises PT409.';

create trigger donations_refunds_are_stripes
  before update of amount_refunded on public.donations
  for each row when (old.amount_refunded is distinct from new.amount_refunded)
  execute function private.guard_refund();
