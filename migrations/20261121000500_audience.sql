-- Room: audience. Mailchimp follows by itself: contact, tags, welcome journey, consent.

create type private.contact_state as enum ('new', 'subscribed', 'unsubscribed', 'cleaned', 'pending', 'archived', 'parked');
comment on type private.contact_state is
  'Mailchimp''s words, and two of ours. new: not there yet. parked: Mailchimp refuses her until she does something herself.';

create table private.audience_contacts (
  member_id uuid primary key references public.members (id) on delete cascade,
  email text,
  state private.contact_state not null default 'new',
  tags text[] not null default '{}',
  synced_at timestamptz,
  checked_in uuid,
  parked_reason text,
  remedy text,
  welcomed_at timestamptz,
  welcome_evidence text,
  name text,
  constraint audience_contacts_parked_says_why check (state <> 'parked' or (parked_reason is not null and remedy is not null))
);
alter table private.audience_contacts enable row level security;
create index audience_contacts_email on private.audience_contacts (email);

comment on table private.audience_contacts is 'What Mailchimp holds of each member, as we last left it there.';
comment on column private.audience_contacts.email is 'The address under which Mailchimp knows her. Differs from her primary address until the change was carried over.';
comment on column private.audience_contacts.tags is 'Our tags that are on at Mailchimp.';
comment on column private.audience_contacts.checked_in is 'The daily check that last saw the contact on Mailchimp''s list.';
comment on column private.audience_contacts.remedy is 'What the member must do herself before Mailchimp takes her again.';
comment on column private.audience_contacts.name is 'The name that Mailchimp has of her. Empty while we have not looked.';
comment on column private.audience_contacts.welcomed_at is 'When the welcome journey started; welcome_evidence says how we know.';

create table private.audience_retired (
  id bigint generated always as identity primary key,
  email text not null,
  reason text not null,
  at timestamptz not null default private.clock(),
  archived_at timestamptz
);
alter table private.audience_retired enable row level security;

comment on table private.audience_retired is 'Addresses that are to be archived at Mailchimp, because two rows became one.';

create table private.audience_batches (
  id bigint generated always as identity primary key,
  member_ids uuid[] not null,
  mailchimp_batch_id text,
  created_at timestamptz not null default private.clock(),
  finished_at timestamptz,
  errored integer,
  constraint audience_batches_bounded check (cardinality(member_ids) between 1 and 500)
);
alter table private.audience_batches enable row level security;

comment on table private.audience_batches is 'Bulk synchronisations: up to 500 members as one Mailchimp batch operation.';

create table private.mailchimp_events (
  body_hash text primary key,
  type text not null,
  outcome text not null,
  received_at timestamptz not null default private.clock(),
  payload jsonb
);
alter table private.mailchimp_events enable row level security;

comment on table private.mailchimp_events is 'What Mailchimp''s webhook told us, once each. It gives no event id, so the body''s hash stands in.';

create table private.audience_drift (
  id bigint generated always as identity primary key,
  run_id uuid not null,
  member_id uuid references public.members (id) on delete cascade,
  difference text not null,
  action text not null,
  at timestamptz not null default private.clock()
);
alter table private.audience_drift enable row level security;
create index audience_drift_member on private.audience_drift (member_id);
create index audience_drift_run on private.audience_drift (run_id);

comment on table private.audience_drift is 'Differences that the daily check found at Mailchimp, and what was done: repaired, or explained.';

create function private.audience_tags(member uuid, at timestamptz)
returns text[]
language sql
stable
set search_path = ''
as $$
  select array['member', case when m.access_until > at then 'active' else 'alumni' end, m.tier::text]
    from public.memberships m where m.member_id = member
$$;

comment on function private.audience_tags is 'The tags that a member should have at Mailchimp now. Null for people who never were members.';

create function private.audience_changed(member uuid, correlation_id text)
returns void
language plpgsql
volatile
set search_path = ''
as $$
begin
  if not exists (select from public.memberships m where m.member_id = member) then
    return;
  end if;
  perform jobs.enqueue('audience', 'sync_contact', pg_catalog.jsonb_build_object('member_id', member),
    correlation_id => audience_changed.correlation_id);
end
$$;

comment on function private.audience_changed is 'Owes Mailchimp a fresh look at a member. The job reads the state itself, so asking twice is harmless.';

create function private.audience_target(member uuid, at timestamptz default private.clock())
returns jsonb
language sql
stable
set search_path = ''
as $$
  select pg_catalog.jsonb_build_object(
      'email', e.email,
      'known_as', c.email,
      'name', p.name,
      'first_name', pg_catalog.split_part(p.name, ' ', 1),
      'last_name', pg_catalog.btrim(pg_catalog.substr(p.name, pg_catalog.length(pg_catalog.split_part(p.name, ' ', 1)) + 1)),
      'consents', coalesce(said.granted, true),
      'opted_in', coalesce(said.granted, false),
      'tags', (select pg_catalog.jsonb_agg(pg_catalog.jsonb_build_object('name', tag,
                 'status', case when tag = any (private.audience_tags(member, at)) then 'active' else 'inactive' end))
                 from pg_catalog.unnest('{member,active,alumni,monthly,annual,donor_annual}'::text[]) tag),
      'done', coalesce(c.email = e.email and c.state not in ('new', 'parked')
              and not (c.state = 'subscribed' and not coalesce(said.granted, true))
              -- She said yes, and Mailchimp has her as gone: somebody has to ask there again, and then tell her.
              and not (c.state in ('unsubscribed', 'cleaned') and coalesce(said.granted, false))
              -- A name is carried to whom it is used for.
              and not coalesce(c.state in ('subscribed', 'pending') and c.name <> p.name, false)
              and c.tags @> private.audience_tags(member, at) and c.tags <@ private.audience_tags(member, at), false),
      'parked', coalesce(c.state = 'parked' and c.email = e.email, false),
      -- Who carried her over before an old contact of this address was deleted for good looks again.
      'forgotten_at', (select max(f.done_at) from private.erasures f where f.provider = 'mailchimp' and f.subject = pg_catalog.md5(e.email)))
    from public.memberships m
    join public.profiles p on p.member_id = m.member_id
    join public.member_emails e on e.member_id = m.member_id and e.is_primary
    left join private.audience_contacts c on c.member_id = m.member_id
    left join lateral (select k.granted from public.consents k
                        where k.member_id = m.member_id and k.channel = 'email' order by k.id desc limit 1) said on true
   where m.member_id = member
$$;

comment on function private.audience_target is 'What Mailchimp should hold of a member, and under which address it knows her. Null when she is none of its business.';

create function private.owe_welcome(member uuid, correlation_id text, at timestamptz)
returns void
language plpgsql
volatile
set search_path = ''
as $$
begin
  if exists (
    select from public.members m join private.audience_contacts c on c.member_id = m.id
     where m.id = member and c.welcomed_at is null and c.state = 'subscribed' and m.origin <> 'import'
       and private.is_entitled(m.id, at)) then
    perform jobs.enqueue('audience', 'start_welcome', pg_catalog.jsonb_build_object('member_id', member),
      key => 'welcome:' || member::text, correlation_id => owe_welcome.correlation_id);
  end if;
end
$$;

comment on function private.owe_welcome is 'Owes a new member her welcome, once in her life. People who were imported had theirs long ago.';

create function private.contact_synced(
  member uuid, email text, status text, correlation_id text default null, at timestamptz default private.clock(),
  full_name text default null
)
returns void
language plpgsql
volatile
set search_path = ''
as $$
begin
  insert into private.audience_contacts as c (member_id, email, state, tags, synced_at, name)
  select m.id, contact_synced.email, status::private.contact_state, private.audience_tags(member, at), at, full_name
    from public.members m where m.id = member
  on conflict (member_id) do update set
    email = excluded.email, state = excluded.state, tags = excluded.tags, synced_at = excluded.synced_at,
    name = coalesce(excluded.name, c.name), parked_reason = null, remedy = null;
  perform private.owe_welcome(member, correlation_id, at);
end
$$;

comment on function private.contact_synced is 'Records that Mailchimp now holds the target state, and owes a new member her welcome, once in her life.';

create function private.park_contact(member uuid, email text, reason text, remedy text)
returns void
language sql
volatile
set search_path = ''
as $$
  insert into private.audience_contacts as c (member_id, email, state, parked_reason, remedy)
  select m.id, email, 'parked', reason, remedy from public.members m where m.id = member
  on conflict (member_id) do update
    set state = 'parked', email = excluded.email, parked_reason = excluded.parked_reason, remedy = excluded.remedy
$$;

comment on function private.park_contact is 'Puts a contact aside that Mailchimp refuses for good. No retry, no alert; the remedy says what the member must do.';

create function private.welcome_to_send(member uuid, at timestamptz default private.clock())
returns text
language sql
stable
set search_path = ''
as $$
  select c.email from private.audience_contacts c
   where c.member_id = member and c.welcomed_at is null and c.state = 'subscribed' and private.is_entitled(member, at)
$$;

comment on function private.welcome_to_send is 'The address to welcome, or null when nothing is left to do.';

create function private.welcomed(
  member uuid, evidence text, correlation_id text default null, at timestamptz default private.clock()
)
returns void
language plpgsql
volatile
set search_path = ''
as $$
begin
  update private.audience_contacts c set welcomed_at = at, welcome_evidence = evidence
   where c.member_id = member and c.welcomed_at is null;
  if found then
    perform private.audit('job', 'start_welcome', 'audience.welcomed', 'member', member::text,
      null, pg_catalog.jsonb_build_object('evidence', evidence), correlation_id => welcomed.correlation_id);
  end if;
end
$$;

comment on function private.welcomed is 'Records when the welcome journey started and how we know.';

create function private.audience_forget(member uuid)
returns void
language plpgsql
volatile
set search_path = ''
as $$
declare
  retired bigint;
begin
  insert into private.audience_retired (email, reason)
  select c.email, 'Merged into another member' from private.audience_contacts c
   where c.member_id = member and c.email is not null
  returning id into retired;
  if retired is not null then
    perform jobs.enqueue('audience', 'archive_contact', pg_catalog.jsonb_build_object('retired_id', retired));
  end if;
end
$$;

comment on function private.audience_forget is 'Owes Mailchimp the archiving of a contact whose member row goes away.';

create function private.audience_merged(kept uuid, gone uuid)
returns void
language sql
volatile
set search_path = ''
as $$
  insert into private.audience_contacts as c (member_id, state, welcomed_at, welcome_evidence)
  select kept, 'new', g.welcomed_at, g.welcome_evidence
    from private.audience_contacts g where g.member_id = gone and g.welcomed_at is not null
  on conflict (member_id) do update
    set welcomed_at = excluded.welcomed_at, welcome_evidence = excluded.welcome_evidence where c.welcomed_at is null
$$;

comment on function private.audience_merged is 'Two rows became one: whoever was welcomed as the one is not welcomed again as the other.';

select jobs.create_queue('audience', max_in_flight => 8);
select jobs.define_kind('audience', 'sync_contact', 'Brings one contact at Mailchimp to where it should be.');
select jobs.define_kind('audience', 'start_welcome', 'Starts the welcome journey, once in a member''s life.');
select jobs.define_kind('audience', 'archive_contact', 'Archives the contact of a member row that was merged.');
select jobs.define_kind('audience', 'submit_batch', 'Hands up to 500 contacts to Mailchimp as one batch.', priority => 'bulk');
select jobs.define_kind('audience', 'check_batch', 'Looks whether a batch is done.', priority => 'bulk');
select jobs.define_kind('audience', 'read_batch', 'Reads one page of where a batch left its people.', priority => 'bulk');
select jobs.define_kind('audience', 'check_drift', 'Compares one page of Mailchimp''s list with what we left there.', priority => 'bulk');
