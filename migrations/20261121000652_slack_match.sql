-- The one rule by which a Slack account is a member's: an address that she proved, or the account that we knew as hers.

create function private.own_slack_people(people jsonb)
returns table (member_id uuid, id text, name text, status private.slack_status, updated bigint)
language plpgsql
stable
set search_path = ''
as $$
declare
  home constant text := (select s.team_id from private.slack_settings s);
begin
  return query
    select distinct on (owner.member_id) owner.member_id, said.id, said.name, said.status, said.updated
      from pg_catalog.jsonb_to_recordset(people)
        as said (id text, email text, name text, status private.slack_status, "isBot" boolean, "isInvited" boolean, updated bigint, team text)
      left join public.member_emails e on e.email = pg_catalog.lower(said.email) and e.verified_at is not null
      left join private.slack_people p on e.member_id is null and p.slack_user_id = said.id
     cross join lateral (select coalesce(e.member_id, p.member_id) as member_id) owner
     where owner.member_id is not null and not said."isBot" and not said."isInvited"
       -- Somebody of another workspace who is met in a shared channel is not in ours.
       and (said.team is null or home is null or said.team = home or said.team like 'E%')
     -- Of several accounts of one person the one that she can use counts.
     order by owner.member_id, said.status, (e.member_id is null), said.updated desc;
end
$$;

comment on function private.own_slack_people is 'Which of these Slack accounts are members'', one each. Bots, guests of shared channels and people who were only invited are nobody''s.';

create function private.match_slack_people(people jsonb, run bigint, at timestamptz)
returns integer
language plpgsql
volatile
set search_path = ''
as $$
declare
  ours jsonb;
  matched integer;
begin
  select pg_catalog.jsonb_agg(pg_catalog.to_jsonb(o) order by o.member_id) into ours from private.own_slack_people(people) o;
  if ours is null then
    return 0;
  end if;
  -- An account whose address is another member's now was hers until here.
  update private.slack_people p
     set status = 'not_found', slack_user_id = null, display_name = null, slack_updated = 0, seen_in_run = null, synced_at = at
    from pg_catalog.jsonb_to_recordset(ours) o (member_id uuid, id text)
   where p.slack_user_id = o.id and p.member_id <> o.member_id;

  insert into private.slack_people as p
    (member_id, status, slack_user_id, display_name, last_seen_at, synced_at, slack_updated, seen_in_run)
  select o.member_id, o.status, o.id, o.name, case when o.status <> 'deactivated' then at end, at, o.updated, run
    from pg_catalog.jsonb_to_recordset(ours) o (member_id uuid, id text, name text, status private.slack_status, updated bigint)
   order by o.member_id
  on conflict on constraint slack_people_pkey do update set
    (status, slack_user_id, display_name, slack_updated) = (
      select k.status, k.slack_user_id, k.display_name, k.slack_updated
        from (select p.status, p.slack_user_id, p.display_name, p.slack_updated, true as is_kept
              union all
              select excluded.status, excluded.slack_user_id, excluded.display_name, excluded.slack_updated, false) k
       where k.is_kept = case
         when p.slack_user_id = excluded.slack_user_id then
           -- What came late is older than what is known: an event overtook it.
           excluded.slack_updated between 1 and p.slack_updated - 1
         else
           -- Another account of hers counts when it is better, or when this run has not seen the known one.
           p.status < excluded.status and (run is null or p.seen_in_run = run)
       end),
    last_seen_at = coalesce(excluded.last_seen_at, p.last_seen_at),
    synced_at = greatest(p.synced_at, excluded.synced_at),
    seen_in_run = coalesce(excluded.seen_in_run, p.seen_in_run);
  get diagnostics matched = row_count;
  return matched;
end
$$;

comment on function private.match_slack_people is
  'Records what Slack says about some of its people, of those who are members. run: the run that asked, null for an event or a single look-up. Returns how many are members.';
