-- How the database speaks to admins: money, days, and what happened, in words.

create function private.money(amount bigint, currency text)
returns text
language plpgsql
immutable
set search_path = ''
as $$
declare
  code constant text := pg_catalog.lower(currency);
  -- Stripe's amounts are in the smallest unit, and not every currency has hundredths.
  places constant integer := case
    when code in ('bif', 'clp', 'djf', 'gnf', 'jpy', 'kmf', 'krw', 'mga', 'pyg', 'rwf', 'ugx', 'vnd', 'vuv', 'xaf', 'xof', 'xpf') then 0
    when code in ('bhd', 'jod', 'kwd', 'omr', 'tnd') then 3
    else 2 end;
  figure constant text := pg_catalog.to_char(pg_catalog.abs(amount)::numeric / 10 ^ places,
    'FM999,999,999,999,990' || case places when 0 then '' else '.' || pg_catalog.repeat('0', places) end);
begin
  return case when amount < 0 then '-' else '' end || case code
    when 'usd' then '$' || figure when 'eur' then '€' || figure when 'gbp' then '£' || figure
    else pg_catalog.upper(code) || ' ' || figure end;
end
$$;

comment on function private.money is 'An amount in the smallest unit as people write it: $10.00, €1,200.00, JPY 500.';

create function private.day(at timestamptz)
returns text
language plpgsql
immutable
set search_path = ''
as $$
begin
  return case when pg_catalog.isfinite(at) then pg_catalog.to_char(at at time zone 'UTC', 'FMDD FMMonth YYYY') end;
end
$$;

comment on function private.day is 'A day as people write it: 4 March 2027, in UTC. Null for infinity.';

create function private.access_in_words(until timestamptz)
returns text
language plpgsql
immutable
set search_path = ''
as $$
begin
  return case
    when until = 'infinity' then 'access without a known end'
    when until is null or until = '-infinity' then 'no access'
    -- Access ends at a midnight; the day that people mean is the one before it.
    else 'access through ' || private.day(until - interval '1 second') end;
end
$$;

comment on function private.access_in_words is 'What access_until means: access through a day, without a known end, or none.';

create function private.membership_in_words(state jsonb)
returns text
language plpgsql
immutable
set search_path = ''
as $$
begin
  return pg_catalog.concat_ws(', ', pg_catalog.replace(state ->> 'tier', '_', ' '), pg_catalog.replace(state ->> 'status', '_', ' '),
    private.access_in_words((state ->> 'access_until')::timestamptz));
end
$$;

comment on function private.membership_in_words is 'A membership as the audit log keeps it, in words: annual, active, access without a known end.';

create function private.deed_in_words(action text, before jsonb, after jsonb)
returns text
language plpgsql
immutable
set search_path = ''
as $$
begin
  return case action
    when 'members.created' then pg_catalog.format('She became known here (%s)', pg_catalog.replace(after ->> 'origin', '_', ' '))
    when 'members.linked' then 'Her sign-in was linked to her'
    when 'members.email_changed' then 'Her primary address changed'
    when 'members.role_changed' then pg_catalog.format('Her role changed from %s to %s', before ->> 'role', after ->> 'role')
    when 'members.merged' then pg_catalog.format('The row %s was merged into hers', before ->> 'merged')
    when 'members.kept_apart' then 'A question about who she is was answered: they are two people'
    when 'members.profile_hidden' then 'Her profile was taken out of the directory'
    when 'members.profile_corrected' then 'Her profile was corrected: '
      || pg_catalog.array_to_string(array(select pg_catalog.jsonb_array_elements_text(after -> 'fields')), ', ')
    when 'members.card_link_sent' then 'She was sent the link to mend her card'
    when 'agents.write_undone' then 'What an agent did was taken back: ' || pg_catalog.replace(pg_catalog.replace(after ->> 'action', '.', ': '), '_', ' ')
    when 'memberships.started' then 'Her membership began: ' || private.membership_in_words(after)
    when 'memberships.returned' then 'She came back: ' || private.membership_in_words(after)
    when 'memberships.changed' then pg_catalog.format('Her membership changed from (%s) to (%s)',
      private.membership_in_words(before), private.membership_in_words(after))
    when 'memberships.ended' then 'Her access ended, and Mailchimp is told'
    when 'memberships.refunded' then pg_catalog.format('%s of a payment of %s was given back',
      private.money((after ->> 'amount_refunded')::bigint, after ->> 'currency'), private.money((after ->> 'amount')::bigint, after ->> 'currency'))
    when 'memberships.refund_failed' then pg_catalog.format('A refund of %s did not arrive',
      private.money((after ->> 'amount')::bigint, after ->> 'currency'))
    when 'memberships.dispute_created' then pg_catalog.format('Her bank asks for a payment of %s back',
      private.money((after ->> 'amount')::bigint, after ->> 'currency'))
    when 'memberships.dispute_closed' then pg_catalog.format('The dispute over a payment of %s was closed: %s',
      private.money((after ->> 'amount')::bigint, after ->> 'currency'), after ->> 'dispute_status')
    when 'memberships.price_edited' then pg_catalog.format('The price that she pays was edited: %s for %s',
      pg_catalog.replace(coalesce(after ->> 'tier', after ->> 'purpose', 'removed'), '_', ' '),
      private.money((coalesce(after, before) ->> 'unit_amount')::bigint, coalesce(after, before) ->> 'currency'))
    when 'memberships.event_replayed' then pg_catalog.format('A Stripe event was applied again and is %s now', after ->> 'state')
    when 'memberships.event_ignored' then 'A Stripe event was set aside'
    when 'memberships.proposal_accepted' then 'What Stripe says was taken over'
    when 'memberships.proposal_dismissed' then 'A difference to Stripe was left as it is'
    when 'audience.welcomed' then 'Her welcome by mail began'
    when 'audience.unparked' then 'Mailchimp was asked again to take her'
    when 'memberships.notice_closed' then 'A notice that could not be sent was closed'
    when 'messaging.unsubscribed' then 'She said no to e-mail from one of our mails'
    when 'messaging.suppressed' then 'E-mail to her address was stopped: ' || pg_catalog.replace(after ->> 'reason', '_', ' ')
    when 'messaging.suppression_lifted' then 'E-mail to her address was allowed again'
    when 'slack.invited' then 'She was invited to Slack'
    when 'slack.put_in_channel' then 'She was put into a channel of Slack'
    when 'slack.taken_out_of_channel' then 'She was taken out of a channel of Slack'
    when 'events.calendar_made' then 'She made a private address for her calendar'
    when 'events.calendar_revoked' then 'She took her private calendar address back'
    when 'jobs.replayed' then 'A job was sent back to work'
    when 'jobs.abandoned' then 'A job was given up'
    -- A deed that nobody put into words yet is still told.
    else pg_catalog.replace(pg_catalog.replace(action, '.', ': '), '_', ' ') end;
end
$$;

comment on function private.deed_in_words is 'A row of the audit log as a sentence without its full stop.';

create function private.stripe_words(type text, object jsonb)
returns text
language plpgsql
immutable
set search_path = ''
as $$
declare
  sum constant text := private.money(coalesce((object ->> 'amount_refunded')::bigint, (object ->> 'amount_total')::bigint,
    nullif((object ->> 'amount_paid')::bigint, 0), (object ->> 'amount_due')::bigint, (object ->> 'amount')::bigint), object ->> 'currency');
  paid constant text := private.day(private.moment(object -> 'items' -> 'data' -> 0 ->> 'current_period_end'));
begin
  return case type
    when 'customer.subscription.created' then 'a subscription began'
    when 'customer.subscription.updated' then 'a subscription changed'
    when 'customer.subscription.paused' then 'a subscription was paused'
    when 'customer.subscription.resumed' then 'a subscription goes on'
    when 'customer.subscription.deleted' then 'a subscription ended'
    when 'invoice.paid' then 'a payment' || coalesce(' of ' || sum, '') || ' succeeded'
    when 'invoice.payment_failed' then 'a payment' || coalesce(' of ' || sum, '') || ' failed'
    when 'invoice.payment_action_required' then 'a payment' || coalesce(' of ' || sum, '') || ' waits for her to confirm it'
    when 'checkout.session.completed' then 'she finished a checkout' || coalesce(' of ' || sum, '')
    when 'checkout.session.expired' then 'a checkout ran out unpaid'
    when 'checkout.session.async_payment_succeeded' then 'the payment of a checkout arrived'
    when 'checkout.session.async_payment_failed' then 'the payment of a checkout failed'
    when 'charge.refunded' then coalesce(sum || ' was given back', 'a payment was given back')
    when 'refund.created' then coalesce('a refund of ' || sum || ' began', 'a refund began')
    when 'refund.updated' then 'what is known of a refund changed'
    when 'refund.failed' then coalesce('a refund of ' || sum || ' did not arrive', 'a refund did not arrive')
    when 'charge.dispute.created' then 'her bank asks for a payment back'
    when 'charge.dispute.closed' then 'her bank decided about a dispute' || coalesce(' (' || (object ->> 'status') || ')', '')
    when 'customer.updated' then 'her name or address there changed'
    when 'customer.deleted' then 'her customer there was deleted'
    else type end
    || case when type like 'customer.subscription.%' and object ->> 'status' is not null
         then pg_catalog.format(' (%s%s)', pg_catalog.replace(object ->> 'status', '_', ' '), ', paid through ' || paid) else '' end;
end
$$;

comment on function private.stripe_words is 'What a Stripe event says, in words. object: what it is about, or null when its body is not kept any more.';
