-- The link with which a member mends her card: sent to her, never given to an agent.

create function private.unpaid_dues(member uuid)
returns public.invoices
language plpgsql
stable
set search_path = ''
as $$
declare
  unpaid public.invoices;
begin
  select i.* into unpaid
    from public.memberships m
    join public.subscriptions s on s.subscription_id = m.subscription_id and s.status = 'past_due'
    join public.invoices i on i.subscription_id = s.subscription_id and i.status = 'open'
   where m.member_id = member
   order by i.created_at desc limit 1;
  return unpaid;
end
$$;

comment on function private.unpaid_dues is 'The invoice over dues that a member has not paid and that another card would settle; null when there is none.';

create function private.agent_send_card_link(call private.agent_call, args jsonb)
returns jsonb
language plpgsql
volatile
set search_path = ''
as $$
declare
  member constant uuid := private.arg_uuid(args, 'member', true);
  mail constant text := pg_catalog.format('card_link:%s:%s', member, (call.at at time zone 'UTC')::date);
  her public.members;
  unpaid public.invoices;
begin
  -- Two agents who have the same thought at the same moment send one mail.
  perform from public.members m where m.id = member for no key update;
  her := private.known_member(args);
  unpaid := private.unpaid_dues(her.id);
  if unpaid.invoice_id is null then
    raise exception using errcode = 'PT409', message = 'No payment of hers fails now', detail = 'member',
      hint = 'members.slipping with why payment_failed says whose does.';
  elsif exists (select from private.emails e where e.key = mail) then
    raise exception using errcode = 'PT409', message = 'She was sent this link today', detail = 'member', hint = 'Once a day is enough: try tomorrow.';
  elsif private.is_suppressed((select e.email from public.member_emails e where e.member_id = her.id and e.is_primary)) then
    raise exception using errcode = 'PT409', message = 'Mail to her address is stopped', detail = 'member',
      hint = 'A person has to reach her in another way; operations.explain_member says why.';
  end if;
  perform private.tell_member(her.id, 'card_link', pg_catalog.jsonb_build_object('invoice_id', unpaid.invoice_id, 'amount', unpaid.amount_due,
      'currency', unpaid.currency, 'access_until', (select m.access_until from public.memberships m where m.member_id = her.id)),
    mail, call.correlation_id);
  perform private.note_agent_write(call, 'members.card_link_sent', 'member', her.id::text, '{}', member => her.id);
  return pg_catalog.jsonb_build_object('data', pg_catalog.jsonb_build_object('member', her.id, 'state', 'owed'));
end
$$;

comment on function private.agent_send_card_link is
  'members.send_card_link: owes a member whose payment fails a mail that leads to her own billing page, once a day. Raises PT404, PT409 or PT422.';
