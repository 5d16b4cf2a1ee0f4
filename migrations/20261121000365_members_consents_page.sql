-- What the page of notifications and consent shows, in one answer.

create function private.my_consents(caller uuid)
returns jsonb
language plpgsql
stable
security definer
set search_path = ''
as $$
declare
  mine constant uuid := (select m.id from public.members m where m.user_id = caller);
begin
  if mine is null then
    return null;
  end if;
  return pg_catalog.jsonb_build_object(
    'email', (select e.email from public.member_emails e where e.member_id = mine and e.is_primary),
    'phone', (select c.phone from public.member_contacts c where c.member_id = mine),
    'mailchimp', private.mailchimp_words(mine),
    'channels', (
      select pg_catalog.jsonb_agg(pg_catalog.jsonb_build_object('channel', channel.name, 'history', coalesce((
               select pg_catalog.jsonb_agg(pg_catalog.jsonb_build_object('granted', c.granted, 'at', c.at, 'source', c.source) order by c.id desc)
                 from (select k.* from public.consents k where k.member_id = mine and k.channel = channel.name
                        order by k.id desc limit 50) c), '[]')) order by channel.name)
        from pg_catalog.unnest(pg_catalog.enum_range(null::public.consent_channel)) channel (name)));
end
$$;

comment on function private.my_consents is 'A member''s answers about each channel, newest first, and what Mailchimp holds of her. Null for who is no member.';

create function public.my_consents()
returns jsonb
language sql
stable
set search_path = ''
as $$ select private.my_consents(auth.uid()) $$;

comment on function public.my_consents is 'One''s own answers about e-mail, Slack and WhatsApp with date and source, newest first, and what Mailchimp says. Null for who is no member yet.';
