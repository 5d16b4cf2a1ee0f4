-- Guards around people: who can still be reached, who looks after the others, what was once said.

create function private.guard_address()
returns trigger
language plpgsql
security definer
set search_path = ''
as $$
begin
  if tg_op = 'UPDATE' and old.verified_at is not null and new.verified_at is null then
    perform private.refuse('PT409', 'She has proved that this address is hers, and that stays true', 'verified_at',
      'If she does not use it any more, let her sign in with another one; that becomes her primary address.');
  end if;
  if not exists (select from public.member_emails e where e.member_id = old.member_id and e.is_primary)
     -- With the member go her addresses.
     and exists (select from public.members m where m.id = old.member_id) then
    perform private.refuse('PT409', 'Without a primary address she can neither sign in nor be written to', 'is_primary',
      'Make another address primary in the same edit, or delete the member with admin.delete_member.');
  end if;
  return null;
end
$$;

comment on function private.guard_address() is 'Trigger: everybody keeps a primary address, and what was proved stays proved. Raises PT409.';

-- Asked at the end of the transaction, because the rule takes the old primary address away before it sets the new one.
create constraint trigger member_emails_primary_stays
  after delete or update of is_primary, member_id on public.member_emails
  deferrable initially deferred
  for each row when (old.is_primary)
  execute function private.guard_address();
create constraint trigger member_emails_proof_stays
  after update of verified_at on public.member_emails
  not deferrable
  for each row when (old.verified_at is not null and new.verified_at is null)
  execute function private.guard_address();

create function private.guard_role()
returns trigger
language plpgsql
security definer
set search_path = ''
as $$
begin
  -- Two admins who step down at the same moment wait here for each other.
  perform pg_catalog.pg_advisory_xact_lock(pg_catalog.hashtextextended('the last admin', 0));
  if not exists (select from public.members m where m.role = 'admin' and m.id <> old.id) then
    perform private.refuse('PT409', 'She is the only admin, and somebody has to look after the others', 'role',
      'Make somebody else an admin first: admin.set_role(email, ''admin'', reason).');
  end if;
  return case when tg_op = 'DELETE' then old else new end;
end
$$;

comment on function private.guard_role() is 'Trigger: there is always an admin. Raises PT409.';

create trigger members_keep_an_admin
  before update of role on public.members
  for each row when (old.role = 'admin' and new.role <> 'admin')
  execute function private.guard_role();
create trigger members_last_admin_stays
  before delete on public.members
  for each row when (old.role = 'admin')
  execute function private.guard_role();

create function private.guard_member()
returns trigger
language plpgsql
security definer
set search_path = ''
as $$
begin
  if private.has_live_dues(old.id, private.clock()) then
    perform private.refuse('PT409', 'She pays dues, and would go on paying', 'id',
      'Delete her with admin.delete_member(email, reason), which ends what runs at Stripe and tells the other services.');
  end if;
  return old;
end
$$;

comment on function private.guard_member() is 'Trigger: nobody who pays is deleted by row. Raises PT409.';

create trigger members_who_pay_stay
  before delete on public.members
  for each row execute function private.guard_member();

create function private.guard_consent()
returns trigger
language plpgsql
security definer
set search_path = ''
as $$
begin
  if tg_op = 'UPDATE' and (old.channel, old.granted, old.source, old.at) is not distinct from (new.channel, new.granted, new.source, new.at)
     -- Two rows become one person: what she said comes along (private.merge_member).
     and pg_catalog.current_setting('commons.merging', true) = old.member_id::text then
    return new;
  elsif tg_op = 'DELETE' and not exists (select from public.members m where m.id = old.member_id) then
    return old;  -- with the member goes what she said
  end if;
  perform private.refuse('PT409', 'What she said about a channel stays on record', 'granted',
    'Add a row with what she says now; the newest one of a channel counts.');
  return null;
end
$$;

comment on function private.guard_consent() is 'Trigger: consents are only added to. Raises PT409.';

create trigger consents_append_only
  before update or delete on public.consents
  for each row execute function private.guard_consent();
create trigger consents_not_emptied
  before truncate on public.consents
  for each statement execute function private.refuse_change();

create function private.guard_price()
returns trigger
language plpgsql
security definer
set search_path = ''
as $$
begin
  if exists (select from public.subscriptions s where s.price_id = old.price_id and s.status in ('active', 'trialing', 'past_due'))
     and pg_catalog.current_setting('commons.mapping', true) is distinct from old.price_id then
    perform private.refuse('PT409', 'People pay this price now', case when tg_op = 'DELETE' then 'price_id' else 'tier' end,
      case when tg_op = 'DELETE' then 'Take is_offered away; then nobody new gets it, and those who pay it stay members.'
           else 'Say what it means with admin.map_price(...): it brings the members who pay it along.' end);
  end if;
  return case when tg_op = 'DELETE' then old else new end;
end
$$;

comment on function private.guard_price() is 'Trigger: a price that people pay keeps its meaning, unless admin.map_price changes it. Raises PT409.';

create trigger stripe_prices_in_use_keep_their_meaning
  before update of tier, purpose on public.stripe_prices
  for each row when ((old.tier, old.purpose) is distinct from (new.tier, new.purpose))
  execute function private.guard_price();
create trigger stripe_prices_in_use_stay
  before delete on public.stripe_prices
  for each row execute function private.guard_price();

create function private.guard_topic()
returns trigger
language plpgsql
security definer
set search_path = ''
as $$
declare
  people constant bigint := (select count(*) from public.profiles p where p.interests @> array[old.topic]);
  resources constant bigint := (select count(*) from public.resources r where r.topics @> array[old.topic]);
begin
  if people + resources > 0 then
    perform private.refuse('PT409', pg_catalog.format('The topic “%s” is in use: %s members, %s resources', old.name, people, resources), 'topic',
      case when tg_op = 'DELETE' then 'Take it from those resources first, or change its name or rank instead; members keep what they chose.'
           else 'Change its name instead: that is what people read.' end);
  end if;
  return case when tg_op = 'DELETE' then old else new end;
end
$$;

comment on function private.guard_topic() is 'Trigger: a topic that members or resources use is not deleted, and keeps its key. Raises PT409.';

create trigger topics_in_use_stay
  before delete on public.topics
  for each row execute function private.guard_topic();
create trigger topics_in_use_keep_their_key
  before update of topic on public.topics
  for each row when (old.topic is distinct from new.topic)
  execute function private.guard_topic();
