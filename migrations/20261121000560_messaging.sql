-- Room: messaging. E-mails that Commons sends itself, through Resend: one row each, sent once.

create type private.email_kind as enum ('service', 'optional');
create type private.email_state as enum ('owed', 'unclear', 'sent', 'delivered', 'withheld', 'failed', 'bounced', 'complained');

comment on type private.email_kind is
  'service: answers what she did or owes, so it goes out unless the address does not take mail. optional: only with her consent, and with a way to stop it.';
comment on type private.email_state is
  'In the order in which they may follow each other: a late message never takes a mail back. unclear: the answer to the call was lost, and nobody knows whether it went out. withheld: not sent, and reason says why. failed: Resend refused it for good.';

create table private.emails (
  id bigint generated always as identity primary key,
  key text not null unique,
  member_id uuid references public.members (id) on delete cascade,
  address text,
  template text not null,
  data jsonb not null default '{}',
  kind private.email_kind not null default 'service',
  state private.email_state not null default 'owed',
  reason text,
  provider_id text unique,
  correlation_id text,
  created_at timestamptz not null default private.clock(),
  begun_at timestamptz,
  sent_to text,
  sent_at timestamptz,
  settled_at timestamptz,
  closed_at timestamptz,
  forgotten_at timestamptz,
  unsubscribe_key text unique,
  constraint emails_go_to_somebody check ((member_id is null) <> (address is null) or forgotten_at is not null),
  constraint emails_key_fits_a_header check (key ~ '^[!-~]{1,200}$'),
  constraint emails_address_normal check (address = private.normalize_email(address)),
  constraint emails_template_is_a_word check (template ~ '^[a-z][a-z_]{0,40}$')
);
alter table private.emails enable row level security;
create index emails_member on private.emails (member_id);
create index emails_address on private.emails (address) where address is not null;
create index emails_to_forget on private.emails (created_at) where forgotten_at is null;
create index emails_wait_for_somebody on private.emails (id) where state in ('failed', 'unclear') and closed_at is null;

comment on table private.emails is 'Every e-mail that we owed somebody, and what became of it.';
comment on column private.emails.key is 'What the mail is about, in one word: the same key is one mail, however often it is owed. Also Resend''s idempotency key.';
comment on column private.emails.address is 'Where it goes for people who are no members. A member''s mail goes to her primary address of the moment in which it is sent.';
comment on column private.emails.data is 'What the template fills in. No secrets, no addresses.';
comment on column private.emails.begun_at is 'When the first call was made whose answer we do not have. Resend knows the key again for a day from then on.';
comment on column private.emails.sent_to is 'The address to which it goes or went. It stays the same for every attempt, or Resend would take the second for another mail.';
comment on column private.emails.settled_at is 'When it became certain what became of it.';
comment on column private.emails.closed_at is 'When an admin took it off the list of mails that did not go out.';
comment on column private.emails.forgotten_at is 'When what it said was removed. The key stays, so that it is never owed again.';
comment on column private.emails.unsubscribe_key is 'The hash of the word in the link that stops mails of this kind. Only in the optional ones.';

create function private.email_lane(template text)
returns jobs.priority
language sql
immutable
set search_path = ''
as $$
  select case when template in ('event_message', 'event_thanks', 'event_canceled', 'slack_nudge') then 'bulk' else 'interactive' end::jobs.priority
$$;

comment on function private.email_lane is
  'Which mails go to many at once: those let an answer pass that somebody waits for, because all of them share one pace.';

create function private.send_email(
  key text, template text, data jsonb default '{}', member uuid default null, address text default null,
  kind private.email_kind default 'service', run_at timestamptz default null, correlation_id text default null
)
returns bigint
language plpgsql
volatile
set search_path = ''
as $$
declare
  owed bigint;
begin
  insert into private.emails (key, member_id, address, template, data, kind, correlation_id)
  values (send_email.key, send_email.member, case when send_email.member is null then private.normalize_email(send_email.address) end,
    send_email.template, send_email.data, send_email.kind, send_email.correlation_id)
  on conflict on constraint emails_key_key do nothing
  returning id into owed;
  if owed is null then
    return (select e.id from private.emails e where e.key = send_email.key);
  end if;
  perform jobs.enqueue('messaging', 'send_email', pg_catalog.jsonb_build_object('email_id', owed),
    key => 'email:' || owed::text, priority => private.email_lane(send_email.template), run_at => send_email.run_at, correlation_id => send_email.correlation_id);
  return owed;
end
$$;

comment on function private.send_email is
  'Owes one e-mail, in the caller''s transaction: to a member, or to an address of somebody who is none. The same key is the same mail: it is owed once, and its number comes back.';

select jobs.create_queue('messaging', max_in_flight => 4);
select jobs.define_kind('messaging', 'send_email', 'Sends one e-mail through Resend.');
select jobs.define_kind('messaging', 'lift_suppression', 'Asks Resend to send to an address again.');
