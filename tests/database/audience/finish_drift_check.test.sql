begin;
-- include: ../cast.sql
select plan(5);

insert into private.audience_contacts (member_id, email, state, tags, synced_at)
select m.member_id, e.email, 'subscribed', private.audience_tags(m.member_id, now()), now() - interval '1 day'
  from public.memberships m join public.member_emails e on e.member_id = m.member_id and e.is_primary
on conflict (member_id) do update set email = excluded.email, state = 'subscribed', tags = excluded.tags, synced_at = excluded.synced_at;

create temp table run as select gen_random_uuid() as id;
create temp table everybody as select count(*)::integer as n from private.audience_contacts;

select private.compare_contacts((select id from run), (
  select jsonb_agg(jsonb_build_object('email', c.email, 'status', 'subscribed', 'tags', to_jsonb(c.tags)))
    from private.audience_contacts c where c.email <> 'ada@example.org'));
select is((select private.finish_drift_check((select id from run))), 1, 'A contact that no page showed is noticed at the end of the check');
select is((select state::text from private.audience_contacts where email = 'ada@example.org'), 'archived',
  'It counts as removed at Mailchimp, which is respected');
select is((select count(*)::integer from private.audience_contacts where state = 'subscribed'), (select n - 1 from everybody),
  'Everybody whom the list showed stays as she was');
select is((select count(*)::integer from private.audience_drift d join private.audience_contacts c using (member_id)
            where c.email = 'ada@example.org' and d.difference like '%does not show%'), 1, 'The drift says what was found, once');

update private.audience_contacts set state = 'subscribed', checked_in = null, synced_at = now();
select is((select private.finish_drift_check(gen_random_uuid())), 0,
  'Somebody brought to Mailchimp while the check ran is not taken for removed');

select * from finish();
rollback;
