-- What Resend tells us afterwards: stored once, applied in the same transaction.

create table private.resend_events (
  svix_id text primary key,
  type text not null,
  email_id bigint references private.emails (id) on delete set null,
  happened_at timestamptz not null,
  received_at timestamptz not null default private.clock(),
  outcome text not null default 'received',
  payload jsonb
);
alter table private.resend_events enable row level security;
create index resend_events_email on private.resend_events (email_id);
create index resend_events_received on private.resend_events (received_at) where payload is not null;

comment on table private.resend_events is 'What Resend''s webhook told us, once each: sent, delivered, came back, called spam.';
comment on column private.resend_events.outcome is 'applied: a mail moved on or an address was stopped. superseded: something later was known already. ignored: nothing follows from it. unknown mail: not one of ours. erased: of somebody who had her account deleted.';

create function private.resend_mail(data jsonb)
returns bigint
language plpgsql
stable
set search_path = ''
as $$
declare
  tagged constant text := pg_catalog.substring(resend_mail.data -> 'tags' ->> 'mail', '^\d{1,18}$');
begin
  return coalesce(
    (select e.id from private.emails e where e.provider_id = resend_mail.data ->> 'email_id'),
    -- The answer to our call may be lost, or later than this. Another house may share the account, so the address counts as well.
    (select e.id from private.emails e
      where e.id = tagged::bigint and e.provider_id is null and e.begun_at is not null
        and e.sent_to = pg_catalog.lower(resend_mail.data -> 'to' ->> 0)));
end
$$;

comment on function private.resend_mail is 'The mail that an event is about: by Resend''s number, or by our own number in its tag and its address.';

create function private.lower_email_consent(member uuid, source text, actor private.actor_kind, at timestamptz, correlation_id text default null)
returns boolean
language plpgsql
volatile
set search_path = ''
as $$
begin
  perform from public.members m where m.id = member for update;
  if not found or not private.wants_optional_mail(member) then
    return false;
  end if;
  insert into public.consents (member_id, channel, granted, source, at)
  values (member, 'email', false, lower_email_consent.source, lower_email_consent.at);
  perform private.audit(lower_email_consent.actor, lower_email_consent.source, 'messaging.unsubscribed', 'member', member::text,
    null, pg_catalog.jsonb_build_object('channel', 'email', 'granted', false), correlation_id => lower_email_consent.correlation_id);
  perform private.audience_changed(member, lower_email_consent.correlation_id);
  return true;
end
$$;

comment on function private.lower_email_consent is 'A member said no to mails that she does not need. Said once; Mailchimp is told. False when she had said so before.';

create function private.hear_of_address(address text, type text, data jsonb, happened_at timestamptz, correlation_id text, at timestamptz)
returns boolean
language plpgsql
volatile
set search_path = ''
as $$
declare
  stops constant private.suppression_reason := (case
    when type = 'email.complained' then 'complained' when type = 'email.suppressed' then 'suppressed'
    -- A full mailbox or a sleeping server is not for good.
    when type = 'email.bounced' and data -> 'bounce' ->> 'type' = 'Permanent' then 'bounced' end)::private.suppression_reason;
  her uuid;
begin
  if stops is null then
    return false;
  end if;
  -- The order of locks is the same everywhere: the address, the member, then her mails.
  perform private.lock_email(pg_catalog.lower(address));
  if not private.suppress_address(address, stops, happened_at) then
    return false;
  end if;
  select e.member_id into her from public.member_emails e where e.email = pg_catalog.lower(address);
  if her is not null then
    perform private.audit('resend', type, 'messaging.suppressed', 'member', her::text, null,
      pg_catalog.jsonb_build_object('reason', stops), correlation_id => hear_of_address.correlation_id);
    if stops = 'complained' then
      perform private.lower_email_consent(her, 'A complaint about a mail', 'resend', at, hear_of_address.correlation_id);
    end if;
  end if;
  return true;
end
$$;

comment on function private.hear_of_address is
  'What an event says of the address: mail to one that does not exist, or whose reader complained, stops. A complaint is a no as well. True when this was news.';

create function private.mail_in_words(type text, data jsonb)
returns text
language plpgsql
immutable
set search_path = ''
as $$
begin
  return case type
    when 'email.bounced' then 'It came back (' || pg_catalog.concat_ws(', ', pg_catalog.lower(data -> 'bounce' ->> 'type'), pg_catalog.lower(data -> 'bounce' ->> 'subType')) || ')'
    when 'email.complained' then 'She called it spam'
    when 'email.suppressed' then 'Resend keeps this address on its list of those that take no mail'
    when 'email.failed' then pg_catalog.concat_ws(': ', 'Resend could not send it', pg_catalog.left(data -> 'failed' ->> 'reason', 100)) end;
end
$$;

comment on function private.mail_in_words is 'Why a mail did not arrive, from an event of Resend''s.';

create function private.receive_resend_event(
  svix_id text, happened_at timestamptz, payload jsonb, correlation_id text default null, at timestamptz default private.clock()
)
returns text
language plpgsql
volatile
set search_path = ''
as $$
declare
  kind constant text := payload ->> 'type';
  data constant jsonb := coalesce(payload -> 'data', '{}');
  recipients constant text[] := case when pg_catalog.jsonb_typeof(data -> 'to') = 'array'
    then array(select t from pg_catalog.jsonb_array_elements_text(data -> 'to') t order by 1) else '{}' end;
  becomes constant private.email_state := (case kind
    when 'email.sent' then 'sent' when 'email.delivered' then 'delivered' when 'email.failed' then 'failed'
    when 'email.suppressed' then 'withheld' when 'email.bounced' then 'bounced' when 'email.complained' then 'complained' end)::private.email_state;
  mail bigint;
  recipient text;
  news boolean := false;
  verdict text;
begin
  -- First of all, so that of the same message ten times at once nine wait here for the one.
  insert into private.resend_events (svix_id, type, happened_at, received_at, payload)
  values (receive_resend_event.svix_id, kind, receive_resend_event.happened_at, at, receive_resend_event.payload)
  on conflict on constraint resend_events_pkey do nothing;
  if not found then
    return 'duplicate';
  end if;
  foreach recipient in array recipients loop
    news := private.hear_of_address(recipient, kind, data, receive_resend_event.happened_at, receive_resend_event.correlation_id, at) or news;
  end loop;
  mail := private.resend_mail(data);
  if becomes is not null and mail is not null then
    news := private.advance_email(mail, becomes, private.mail_in_words(kind, data), data ->> 'email_id', receive_resend_event.happened_at) or news;
  end if;
  verdict := case when news then 'applied' when becomes is null then 'ignored' when mail is null then 'unknown mail' else 'superseded' end;
  if mail is null and exists (
    select from pg_catalog.unnest(recipients) r
     where private.is_buried('address', r) and not exists (select from public.member_emails e where e.email = pg_catalog.lower(r))) then
    -- She had her account deleted: that something came is all that is kept.
    verdict := 'erased';
  end if;
  update private.resend_events e
     set outcome = verdict, email_id = mail, payload = case when verdict <> 'erased' then e.payload end
   where e.svix_id = receive_resend_event.svix_id;
  return verdict;
end
$$;

comment on function private.receive_resend_event is
  'Takes one message of Resend''s webhook: keeps it, moves its mail on, and stops mail to addresses that came back or complained. Returns applied, superseded, ignored, unknown mail, erased or duplicate.';
