-- Sending: whether a mail may go out is asked at the moment in which it would, never before.

create type private.suppression_reason as enum ('bounced', 'suppressed', 'complained');

comment on type private.suppression_reason is
  'bounced: the address does not exist. suppressed: Resend keeps it on its own list. complained: she called a mail of ours spam.';

create table private.email_suppressions (
  mark text primary key,
  address text,
  reason private.suppression_reason not null,
  since timestamptz not null,
  lifted_at timestamptz
);
alter table private.email_suppressions enable row level security;

comment on table private.email_suppressions is
  'Addresses to which nothing is sent. They stay when a person is erased, so that nobody writes to her again; then only the hash is left.';
comment on column private.email_suppressions.mark is 'The address as a keyed hash, as private.address_mark makes it.';
comment on column private.email_suppressions.lifted_at is 'When an admin allowed mail to it again. What is older does not count any more.';

create function private.is_suppressed(address text)
returns boolean
language plpgsql
stable
set search_path = ''
as $$
begin
  return exists (select from private.email_suppressions s
                  where s.mark = private.address_mark(is_suppressed.address) and s.lifted_at is null);
end
$$;

comment on function private.is_suppressed is 'Whether nothing is sent to this address: it bounced, or somebody there complained.';

create function private.suppress_address(address text, reason private.suppression_reason, at timestamptz)
returns boolean
language plpgsql
volatile
set search_path = ''
as $$
declare
  address_now text;
begin
  begin
    address_now := private.normalize_email(suppress_address.address);
  exception when sqlstate 'PT422' then
    return false;
  end;
  insert into private.email_suppressions as s (mark, address, reason, since)
  values (private.address_mark(address_now),
    -- Of somebody who was erased and did not come back only the hash is kept.
    case when not private.is_buried('address', address_now)
           or exists (select from public.member_emails e where e.email = address_now) then address_now end,
    suppress_address.reason, suppress_address.at)
  on conflict on constraint email_suppressions_pkey do update
    set reason = greatest(s.reason, excluded.reason), since = excluded.since, lifted_at = null,
        address = coalesce(excluded.address, s.address)
    where s.lifted_at < excluded.since or s.lifted_at is null and s.reason < excluded.reason;
  return found;
end
$$;

comment on function private.suppress_address is
  'Stops all mail to an address. What happened before an admin lifted it changes nothing. True when this was news.';

create function private.wants_optional_mail(member uuid)
returns boolean
language plpgsql
stable
set search_path = ''
as $$
begin
  return coalesce((select c.granted from public.consents c
                    where c.member_id = member and c.channel = 'email' order by c.id desc limit 1), true);
end
$$;

comment on function private.wants_optional_mail is
  'Whether a member wants mails that she does not need: her newest answer about e-mail, and yes while she has given none.';

create function private.email_is_moot(template text, data jsonb, at timestamptz)
returns text
language plpgsql
stable
set search_path = ''
as $$
begin
  return case
    when template in ('payment_failed', 'action_required', 'grace_ending') and private.notice_is_settled((data ->> 'notice_id')::bigint)
      then 'It was paid meanwhile'
    when template = 'card_link' and not private.is_open_invoice(data ->> 'invoice_id') then 'It was paid meanwhile'
    when template like 'guest\_%' and template <> 'guest_declined'
         and exists (select from public.events e where e.id = (data ->> 'event_id')::uuid and e.state = 'canceled') then 'It was canceled meanwhile'
    when template like 'guest\_%' and (data ->> 'starts_at')::timestamptz < at - interval '12 hours' then 'The gathering is over' end;
end
$$;

comment on function private.email_is_moot is 'Why a mail has nothing to say any more, or null when it has.';

create function private.email_to_send(email bigint, at timestamptz)
returns jsonb
language plpgsql
stable
set search_path = ''
as $$
declare
  owed private.emails;
  recipient text;
  why text;
begin
  select e.* into owed from private.emails e where e.id = email_to_send.email and e.state = 'owed';
  if owed.id is null then
    return null;
  end if;
  recipient := coalesce(owed.sent_to, owed.address,
    (select a.email from public.member_emails a where a.member_id = owed.member_id and a.is_primary));
  why := case
    when recipient is null then 'There is no address to send it to'
    when private.is_suppressed(recipient) then 'This address takes no mail: see admin.email_suppressions'
    when owed.kind = 'optional' and owed.member_id is null then 'Nobody allowed mails of this kind to this address'
    when owed.kind = 'optional' and not private.wants_optional_mail(owed.member_id) then 'She does not want mails of this kind'
    else private.email_is_moot(owed.template, owed.data, at) end;
  if why is not null then
    return pg_catalog.jsonb_build_object('withheld', why);
  end if;
  return pg_catalog.jsonb_build_object('to', recipient, 'key', owed.key, 'template', owed.template, 'data', owed.data, 'kind', owed.kind,
    'name', (select nullif(pg_catalog.split_part(p.name, ' ', 1), '') from public.profiles p where p.member_id = owed.member_id),
    'begun_at', owed.begun_at);
end
$$;

comment on function private.email_to_send is
  'What an owed mail needs to be sent now, or {"withheld": why}. Null: nothing left to do. The one place where it is decided whether a mail may go out: suppressed addresses, consent, and whether it still has something to say.';

create function private.begin_email(email bigint, at timestamptz)
returns jsonb
language plpgsql
volatile
set search_path = ''
as $$
declare
  told jsonb;
  word text;
begin
  perform from private.emails e where e.id = begin_email.email for update;
  told := private.email_to_send(email, at);
  if told ? 'withheld' then
    -- Something may have gone out before the reason came up: then that is what is true.
    update private.emails e
       set state = case when e.begun_at is null then 'withheld' else 'unclear' end::private.email_state,
           reason = told ->> 'withheld', settled_at = at
     where e.id = begin_email.email;
  elsif told ->> 'kind' = 'optional' then
    word := private.unsubscribe_word(email);
    told := told || pg_catalog.jsonb_build_object('unsubscribe', word);
  end if;
  if told ? 'to' then
    update private.emails e
       set begun_at = coalesce(e.begun_at, at), sent_to = told ->> 'to',
           unsubscribe_key = pg_catalog.encode(pg_catalog.sha256(pg_catalog.convert_to(word, 'UTF8')), 'hex')
     where e.id = begin_email.email;
  end if;
  return told;
end
$$;

comment on function private.begin_email is
  'Notes that a call to Resend is about to be made, and says with what. Commit it before the call. begun_at is there when an earlier call may have sent it already.';

create function private.advance_email(
  email bigint, state private.email_state, reason text, provider_id text, happened_at timestamptz
)
returns boolean
language plpgsql
volatile
set search_path = ''
as $$
declare
  before private.email_state;
  held private.emails;
begin
  select e.state into before from private.emails e where e.id = advance_email.email for update;
  update private.emails e
     set provider_id = coalesce(e.provider_id, advance_email.provider_id),
         sent_at = case when advance_email.state in ('sent', 'delivered', 'bounced', 'complained') then coalesce(e.sent_at, happened_at) else e.sent_at end,
         state = greatest(e.state, advance_email.state),
         reason = case when advance_email.state > e.state then advance_email.reason else e.reason end,
         settled_at = case when advance_email.state > e.state and advance_email.state <> 'sent' then happened_at else e.settled_at end
   where e.id = advance_email.email
  returning e.* into held;
  if held.data ? 'notice_id' then
    perform private.notice_sent((held.data ->> 'notice_id')::bigint,
      case when held.state in ('sent', 'delivered', 'complained') then held.sent_at end);
  end if;
  return coalesce(held.state > before, false);
end
$$;

comment on function private.advance_email is
  'Moves a mail on to a later state, whatever the order in which we hear of them. True when it moved.';

create function private.email_sent(email bigint, provider_id text, at timestamptz default private.clock())
returns void
language plpgsql
volatile
set search_path = ''
as $$
begin
  perform private.advance_email(email, 'sent', null, email_sent.provider_id, at);
end
$$;

comment on function private.email_sent is 'Records that Resend took a mail, under its number there.';

create function private.email_not_begun(email bigint)
returns void
language sql
volatile
set search_path = ''
as $$
  update private.emails e set begun_at = null, sent_to = null where e.id = email_not_begun.email and e.state = 'owed'
$$;

comment on function private.email_not_begun is 'The first call surely sent nothing (refused, or looked up at Resend), so that the next one is the first again.';

create function private.settle_email(email bigint, state private.email_state, reason text, at timestamptz default private.clock())
returns void
language plpgsql
volatile
set search_path = ''
as $$
begin
  perform private.advance_email(email, settle_email.state, pg_catalog.left(settle_email.reason, 300), null, at);
end
$$;

comment on function private.settle_email is 'Records that a mail could not be sent (failed), or that nobody knows whether it was (unclear), and why.';

create table private.email_pace (
  only_one boolean primary key default true,
  next_at timestamptz not null default '-infinity',
  gap interval not null default '250 milliseconds',
  constraint email_pace_one_row check (only_one)
);
alter table private.email_pace enable row level security;
insert into private.email_pace default values;

comment on table private.email_pace is 'How fast we write to Resend, over all workers: it takes five calls a second from everybody who uses our account, so one is left for others.';

create function private.email_turn(at timestamptz)
returns double precision
language plpgsql
volatile
set search_path = ''
as $$
declare
  turn timestamptz;
begin
  -- A clock that was set back must not hold the mails up.
  update private.email_pace p
     set next_at = case when p.next_at between at and at + interval '1 minute' then p.next_at else at end + p.gap
  returning p.next_at - p.gap into turn;
  return extract(epoch from turn - at);
end
$$;

comment on function private.email_turn is 'Takes the next turn to call Resend. Returns for how many seconds to wait for it.';
