-- The slash command /membership: what the home page of the site says, in few words.

create function private.slack_membership(slack_user_id text, at timestamptz)
returns jsonb
language plpgsql
volatile
set search_path = ''
as $$
declare
  member uuid;
begin
  if private.take_token('slack:' || slack_membership.slack_user_id, 10, interval '1 minute', at) is null then
    return '{"too_fast": true}'::jsonb;
  end if;
  select p.member_id into member from private.slack_people p
   where p.slack_user_id = slack_membership.slack_user_id and p.status in ('active', 'inactive');
  if member is null then
    return '{"known": false}'::jsonb;
  end if;
  return private.membership_card(member, at) || pg_catalog.jsonb_build_object(
    'known', true,
    'event', case when private.is_entitled(member, at) then (
      select e.event from pg_catalog.jsonb_array_elements(private.my_events(member, at)) with ordinality e (event, place)
       where e.event ->> 'state' = 'published'
       order by e.event ->> 'standing' in ('approved', 'checked_in') desc, e.place limit 1) end);
end
$$;

comment on function private.slack_membership is
  'What a person in Slack hears about her own membership, by her number there and nothing else: the same functions as the home page asks. Ten questions a minute each.';
