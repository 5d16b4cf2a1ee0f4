-- What admins see of mails, and what they can do. No view shows what a mail said.

create view admin.emails with (security_invoker = true) as
select e.id, pg_catalog.replace(e.template, '_', ' ') as about,
       coalesce(p.name, e.address) as recipient, coalesce(e.sent_to, e.address) as address, e.member_id, e.kind, e.state,
       case e.state
         when 'owed' then 'It waits for its turn; admin.jobs shows why'
         when 'unclear' then 'Nobody knows whether it went out'
         when 'sent' then 'Resend has it, and has not said that it arrived'
         when 'delivered' then 'It arrived'
         when 'withheld' then 'It was not sent'
         when 'failed' then 'Resend does not take it'
         when 'bounced' then 'It came back'
         when 'complained' then 'It arrived, and she called it spam' end as state_in_words,
       e.reason, e.created_at as owed_at, e.sent_at, e.settled_at,
       case when e.state in ('failed', 'unclear') and e.closed_at is null
         then pg_catalog.format('select admin.send_email_again(%s, ''why''); or admin.close_email(%s, ''why'');', e.id, e.id) end as do_this,
       e.provider_id, e.correlation_id
  from private.emails e
  left join public.profiles p on p.member_id = e.member_id;

comment on view admin.emails is 'Every e-mail that Commons owed somebody, what became of it and why. What it said is not shown.';
comment on column admin.emails.kind is 'service: answers what she did or owes. optional: only while she wants such mails.';
comment on column admin.emails.provider_id is 'Its number at Resend, to look it up there.';

create view admin.email_suppressions with (security_invoker = true) as
select coalesce(s.address, '(of somebody who was erased)') as address, e.member_id,
       case s.reason when 'bounced' then 'Mail to it came back for good' when 'suppressed' then 'Resend keeps it on its own list'
         when 'complained' then 'She called a mail of ours spam' end as why,
       s.since, s.lifted_at,
       case when s.lifted_at is null and s.address is not null
         then pg_catalog.format('select admin.lift_suppression(%L, ''why'');', s.address) end as do_this
  from private.email_suppressions s
  left join public.member_emails e on e.email = s.address;

comment on view admin.email_suppressions is 'Addresses to which nothing is sent, and why. Membership and events go on without mail; she may give another address.';

create function admin.lift_suppression(address text, reason text)
returns void
language plpgsql
volatile
set search_path = ''
as $$
declare
  why constant text := private.require_reason(lift_suppression.reason);
  held constant text := private.address_mark(lift_suppression.address);
  her constant uuid := (select e.member_id from public.member_emails e where private.address_mark(e.email) = held);
begin
  update private.email_suppressions s set lifted_at = private.clock(), address = private.normalize_email(lift_suppression.address)
   where s.mark = held and s.lifted_at is null;
  if not found then
    raise exception using errcode = 'PT404', message = 'Mail to this address is not stopped', detail = 'address',
      hint = 'Look at admin.email_suppressions.';
  end if;
  perform jobs.enqueue('messaging', 'lift_suppression', pg_catalog.jsonb_build_object('mark', held));
  perform private.audit('studio', session_user, 'messaging.suppression_lifted', case when her is null then 'address' else 'member' end,
    coalesce(her::text, held), null, null, why);
end
$$;

comment on function admin.lift_suppression is
  'Allows mail to an address again, here and at Resend, after the cause is gone: she mended her mailbox, or asked for our mails. Raises PT404 or PT422.';

create function private.suppression_to_lift(mark text)
returns text
language sql
stable
set search_path = ''
as $$ select s.address from private.email_suppressions s where s.mark = suppression_to_lift.mark and s.lifted_at is not null $$;

comment on function private.suppression_to_lift is 'The address that Resend is to take off its list, or null when that is not wanted any more.';

create function admin.send_email_again(email bigint, reason text)
returns void
language plpgsql
volatile
set search_path = ''
as $$
declare
  why constant text := private.require_reason(send_email_again.reason);
begin
  update private.emails e
     set state = 'owed', reason = null, settled_at = null, closed_at = null, begun_at = null, sent_to = null
   where e.id = send_email_again.email and e.state in ('failed', 'unclear', 'withheld') and e.forgotten_at is null;
  if not found then
    raise exception using errcode = 'PT409', message = 'This mail cannot be sent again', detail = 'email',
      hint = 'Only one that failed, was withheld, or whose end nobody knows. Look at admin.emails.';
  end if;
  perform jobs.enqueue('messaging', 'send_email', pg_catalog.jsonb_build_object('email_id', send_email_again.email));
  perform private.audit('studio', session_user, 'messaging.email_sent_again', 'email', send_email_again.email::text, null, null, why);
end
$$;

comment on function admin.send_email_again is
  'Sends a mail that failed, was withheld, or whose end nobody knows. Whether it may go out is asked anew. Look at Resend first when its end is not known, or she may get it twice. Raises PT409 or PT422.';

create function admin.close_email(email bigint, reason text)
returns void
language plpgsql
volatile
set search_path = ''
as $$
declare
  why constant text := private.require_reason(close_email.reason);
begin
  update private.emails e set closed_at = private.clock()
   where e.id = close_email.email and e.state in ('failed', 'unclear') and e.closed_at is null;
  if not found then
    raise exception using errcode = 'PT409', message = 'This mail is not waiting for anybody', detail = 'email', hint = 'Look at admin.emails.';
  end if;
  perform private.audit('studio', session_user, 'messaging.email_closed', 'email', close_email.email::text, null, null, why);
end
$$;

comment on function admin.close_email is 'Takes a mail that did not go out off the list, after somebody looked at it. It is not sent.';
