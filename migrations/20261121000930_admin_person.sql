-- The one person screen: one wide row a person.

create view admin.person with (security_invoker = true) as
select m.id as member_id,
       p.name,
       e.email,
       (select pg_catalog.string_agg(a.email || case when a.verified_at is null then ' (not proved)' else '' end, ', ' order by a.is_primary desc, a.email)
          from public.member_emails a where a.member_id = m.id) as addresses,
       c.phone,
       m.role,
       m.origin,
       m.created_at as known_since,
       (select u.last_sign_in_at from auth.users u where u.id = m.user_id) as last_sign_in,
       s.access_until > private.clock() as is_entitled,
       private.status_in_words(m.id, private.clock()) as membership,
       s.tier,
       s.status,
       s.access_until,
       s.member_since,
       (select pg_catalog.string_agg(private.money(t.amount, t.currency), ' and ' order by t.currency)
          from (select i.currency, sum(i.amount_paid)::bigint as amount from public.invoices i
                  join private.stripe_customers k on k.customer_id = i.customer_id
                 where k.member_id = m.id and i.amount_paid > 0 group by i.currency) t) as paid_in_all,
       (select pg_catalog.format('%s on %s', private.money(i.amount_paid, i.currency), private.day(i.paid_at)) from public.invoices i
          join private.stripe_customers k on k.customer_id = i.customer_id
         where k.member_id = m.id and i.amount_paid > 0 order by i.paid_at desc nulls last limit 1) as last_receipt,
       (select i.hosted_invoice_url from public.invoices i join private.stripe_customers k on k.customer_id = i.customer_id
         where k.member_id = m.id and i.amount_paid > 0 order by i.paid_at desc nulls last limit 1) as last_receipt_link,
       (select pg_catalog.string_agg(pg_catalog.format('%s in %s %s', private.money(t.amount, t.currency), t.gifts,
                 case t.gifts when 1 then 'gift' else 'gifts' end), ' and ' order by t.currency)
          from (select d.currency, sum(d.amount - d.amount_refunded)::bigint as amount, count(*) as gifts from public.donations d
                 where d.member_id = m.id and d.status in ('paid', 'partly_refunded') group by d.currency) t) as gifts,
       (select pg_catalog.string_agg(pg_catalog.format('%s: %s', t.channel, case when t.granted then 'yes' else 'no' end), ', ' order by t.channel)
          from (select distinct on (k.channel) k.channel, k.granted from public.consents k
                 where k.member_id = m.id order by k.channel, k.id desc) t) as consents,
       case when not p.is_visible and p.visibility_asked_at is null then 'hidden: she was never asked'
            when not p.is_visible then 'hidden'
            when coalesce(s.access_until, '-infinity') <= private.clock() then 'chose to be visible; not shown while she is not entitled'
            else 'visible to members' end
         || case when p.is_visible and p.hidden_fields <> '{}' then '; only she sees ' || pg_catalog.array_to_string(p.hidden_fields, ', ') else '' end
         || case when p.is_visible and p.leader_fields <> '{}' then '; only leaders see ' || pg_catalog.array_to_string(p.leader_fields, ', ') else '' end
         as profile,
       p.picture is not null as has_picture,
       (select case a.state when 'parked' then 'refused: ' || a.parked_reason else a.state::text end
                 || case when a.tags = '{}' then '' else ' (' || pg_catalog.array_to_string(a.tags, ', ') || ')' end
          from private.audience_contacts a where a.member_id = m.id) as mailchimp,
       (select private.slack_status_in_words(k.status) || coalesce(' as ' || nullif(k.display_name, ''), '')
          from private.slack_people k where k.member_id = m.id) as slack,
       (select pg_catalog.string_agg(pg_catalog.format('%s on %s (%s)', v.title, private.day(v.starts_at), g.status), '; ' order by v.starts_at, v.id)
          from private.event_guests g join public.events v on v.id = g.event_id
         where g.member_id = m.id and v.ends_at > private.clock()) as going_to,
       (select pg_catalog.string_agg(pg_catalog.format('%s: %s since %s', x.address, x.reason, private.day(x.since)), '; ' order by x.address)
          from private.email_suppressions x join public.member_emails a on a.email = x.address where a.member_id = m.id and x.lifted_at is null) as mail_stopped,
       (select pg_catalog.string_agg(pg_catalog.format('%s since %s', pg_catalog.replace(n.kind::text, '_', ' '), private.day(n.created_at)), '; ' order by n.id)
          from public.membership_notices n where n.member_id = m.id and n.resolved_at is null) as open_notices,
       (select pg_catalog.string_agg(pg_catalog.format('%s (%s)', j.kind, j.state), ', ' order by j.job)
          from admin.jobs j
         where j.state not in ('completed', 'abandoned')
           and (j.args ->> 'member_id' = m.id::text
                or j.args ->> 'customer_id' = any (private.her_customers(m.id))
                or (j.args ->> 'notice_id')::bigint = any (array(select n.id from public.membership_notices n where n.member_id = m.id)))) as open_jobs,
       (select pg_catalog.string_agg(pg_catalog.format('%s: %s', r.id, r.reason), '; ' order by r.id)
          from private.identity_reviews r where m.id in (r.member_id, r.other_member_id) and r.state = 'open') as open_reviews
  from public.members m
  join public.profiles p on p.member_id = m.id
  left join public.member_emails e on e.member_id = m.id and e.is_primary
  left join public.member_contacts c on c.member_id = m.id
  left join public.memberships s on s.member_id = m.id;

comment on view admin.person is
  'One row a person with everything about her on one screen. One of them: select * from admin.person where member_id = admin.member_of(''ada@example.org''). Her story: admin.explain_member.';
comment on column admin.person.member_id is 'Her number here, as other tables and the audit log know her.';
comment on column admin.person.name is 'What others call her.';
comment on column admin.person.email is 'The address that she is written to.';
comment on column admin.person.addresses is 'All her addresses, the primary one first.';
comment on column admin.person.phone is 'Her telephone number, if she gave one.';
comment on column admin.person.role is 'member, leader or admin. Change it with admin.set_role.';
comment on column admin.person.origin is 'How she became known: checkout, sign_up, import, admin or agent.';
comment on column admin.person.known_since is 'When her row was made.';
comment on column admin.person.last_sign_in is 'When she signed in last. Empty: never.';
comment on column admin.person.is_entitled is 'Whether she counts as a member now.';
comment on column admin.person.membership is 'Her status in one sentence: through or since when, and why.';
comment on column admin.person.tier is 'Her tier. Empty: she never paid dues.';
comment on column admin.person.status is 'Stripe''s word for her subscription.';
comment on column admin.person.access_until is 'She is entitled while now is before this moment.';
comment on column admin.person.member_since is 'Since when she has been a member.';
comment on column admin.person.paid_in_all is 'What she paid by invoices, dues and recurring gifts, refunds not taken off.';
comment on column admin.person.last_receipt is 'Her last paid invoice.';
comment on column admin.person.last_receipt_link is 'Its page at Stripe.';
comment on column admin.person.gifts is 'Her gifts, less what was given back.';
comment on column admin.person.consents is 'Her latest answer for each channel. A channel that is missing was never answered.';
comment on column admin.person.profile is 'Who sees her profile. Hide it with admin.hide_profile; only she can show it again.';
comment on column admin.person.has_picture is 'Whether she has a picture.';
comment on column admin.person.mailchimp is 'How Mailchimp has her, with her tags. Empty: it does not know her.';
comment on column admin.person.slack is 'Where she stands in Slack. Empty: nobody looked yet.';
comment on column admin.person.going_to is 'Events to come for which she registered, and what was decided.';
comment on column admin.person.mail_stopped is 'Why an address of hers takes no mail of ours. Allow it again with admin.lift_suppression.';
comment on column admin.person.open_notices is 'What she is being told about her payments.';
comment on column admin.person.open_jobs is 'What is owed for her and not done yet. More in admin.jobs.';
comment on column admin.person.open_reviews is 'Questions about who she is. Answer them as docs/admin.md says.';

create function admin.hide_profile(email text, reason text)
returns text
language plpgsql
volatile
set search_path = ''
as $$
declare
  member constant uuid := admin.member_of(hide_profile.email);
  why constant text := private.require_reason(hide_profile.reason);
begin
  update public.profiles p set is_visible = false where p.member_id = member and p.is_visible;
  if not found then
    raise exception using errcode = 'PT409', message = 'Her profile is hidden already', detail = 'email', hint = 'Nothing is left to do.';
  end if;
  perform private.audit('studio', session_user::text, 'members.profile_hidden', 'member', member::text,
    '{"is_visible": true}', '{"is_visible": false}', why);
  return 'Her profile is out of the directory. Only she can show it again, on her profile page.';
end
$$;

comment on function admin.hide_profile is
  'Takes somebody out of the directory at once, by any of her addresses, with a reason for the audit log. There is no way to show her: only she decides that. Raises PT404, PT409 or PT422.';
