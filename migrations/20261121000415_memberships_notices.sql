-- Notices about a failing payment: owed once an invoice and kind, sent by e-mail and Slack, never after it recovered.

create function private.open_notice(member uuid, kind public.notice_kind, invoice_id text, correlation_id text)
returns boolean
language plpgsql
volatile
set search_path = ''
as $$
declare
  notice bigint;
begin
  insert into public.membership_notices (member_id, kind, invoice_id)
  values (member, open_notice.kind, open_notice.invoice_id)
  on conflict on constraint membership_notices_once do nothing
  returning id into notice;
  if notice is not null then
    perform private.tell_member(open_notice.member, open_notice.kind::text,
      (select pg_catalog.jsonb_build_object('notice_id', notice, 'amount', i.amount_due, 'currency', i.currency,
                'next_attempt', i.next_payment_attempt, 'access_until', m.access_until)
         from public.invoices i left join public.memberships m on m.member_id = open_notice.member
        where i.invoice_id = open_notice.invoice_id),
      'notice:' || notice::text, open_notice.correlation_id);
  end if;
  return notice is not null;
end
$$;

comment on function private.open_notice is 'Owes a member one notice about one invoice, by e-mail and in Slack when she is there: she needs it, so it does not ask for consent. Returns false when she was already told.';

create function private.notice_is_settled(notice bigint)
returns boolean
language plpgsql
stable
set search_path = ''
as $$
begin
  return not exists (select from public.membership_notices n where n.id = notice and n.resolved_at is null);
end
$$;

comment on function private.notice_is_settled is 'Whether there is nothing left to tell: it was paid meanwhile, an admin closed it, or the notice is gone.';

create function private.is_open_invoice(invoice text)
returns boolean
language plpgsql
stable
set search_path = ''
as $$
begin
  return exists (select from public.invoices i where i.invoice_id = invoice and i.status = 'open');
end
$$;

comment on function private.is_open_invoice is 'Whether an invoice still waits to be paid, so that there is a card to mend.';

create function private.notice_sent(notice bigint, at timestamptz)
returns void
language plpgsql
volatile
set search_path = ''
as $$
begin
  update public.membership_notices n set sent_at = at where n.id = notice and n.sent_at is distinct from at;
end
$$;

comment on function private.notice_sent is 'Records when a notice went out. Null: it did not, or came back.';

create function admin.close_notice(notice bigint, reason text)
returns void
language plpgsql
volatile
set search_path = ''
as $$
declare
  why constant text := private.require_reason(close_notice.reason);
begin
  update public.membership_notices n set resolved_at = private.clock()
   where n.id = notice and n.sent_at is null and n.resolved_at is null;
  if not found then
    raise exception using errcode = 'PT409', message = 'This notice is not waiting', detail = 'notice',
      hint = 'It was sent, or paid for, meanwhile: look at public.membership_notices.';
  end if;
  perform private.audit('studio', session_user, 'memberships.notice_closed', 'notice', notice::text, null, null, why);
end
$$;

comment on function admin.close_notice is 'Takes a notice that could not be sent off the list, after somebody told the member in another way. It is not sent any more.';
