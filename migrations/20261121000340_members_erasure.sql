-- Erasure: what stays of somebody who had her account deleted (a tombstone that nobody can read her from), and
-- what is still owed to be erased elsewhere.

create type private.tombstone_kind as enum ('member', 'user', 'customer', 'payment', 'address');
create type private.erasure_provider as enum ('stripe', 'mailchimp', 'storage', 'luma');

comment on type private.tombstone_kind is
  'What an erased person is recognised by: ids of her row, her sign-in, her customers and payments at Stripe; an address as a keyed hash.';
comment on type private.erasure_provider is 'Who else is to erase her. storage: her pictures here.';

create table private.tombstones (
  id bigint generated always as identity primary key,
  erased_at timestamptz not null,
  asked_by private.actor_kind not null
);
alter table private.tombstones enable row level security;

comment on table private.tombstones is 'One row an erased person: that it happened, when, and who asked. It keeps late webhooks and jobs from bringing anything back.';
comment on column private.tombstones.asked_by is 'member: she did it herself. studio: an admin did it for her. agent: an agent proposed it, and an admin agreed.';

create table private.tombstone_keys (
  kind private.tombstone_kind not null,
  key text not null,
  tombstone_id bigint not null references private.tombstones (id) on delete cascade,
  primary key (kind, key, tombstone_id)
);
alter table private.tombstone_keys enable row level security;
create index tombstone_keys_tombstone on private.tombstone_keys (tombstone_id);

comment on table private.tombstone_keys is 'What an erased person is recognised by when something about her comes late: ids that lead nowhere any more, and addresses as keyed hashes.';
comment on column private.tombstone_keys.key is 'An id of ours or of Stripe. For kind address the HMAC of it, which nobody can turn back into the address.';

create table private.erasure_secret (
  is_only boolean primary key default true,
  secret bytea not null default extensions.gen_random_bytes(32),
  constraint erasure_secret_is_only check (is_only)
);
alter table private.erasure_secret enable row level security;
insert into private.erasure_secret default values;

comment on table private.erasure_secret is 'The key of the hashes in private.tombstone_keys. One row, made by chance here, known nowhere else. Changing it makes the tombstones blind to addresses.';

create table private.erasures (
  id bigint generated always as identity primary key,
  tombstone_id bigint not null references private.tombstones (id) on delete cascade,
  provider private.erasure_provider not null,
  subject text,
  job bigint,
  owed_at timestamptz not null,
  done_at timestamptz,
  outcome text,
  constraint erasures_once unique (tombstone_id, provider, subject),
  constraint erasures_done_says_what check ((done_at is null) = (outcome is null))
);
alter table private.erasures enable row level security;
create index erasures_subject on private.erasures (subject) where subject is not null;

comment on table private.erasures is 'What is to be erased outside of this database, one row a thing. Owed until done_at says that it is done. admin.erasures shows it.';
comment on column private.erasures.subject is 'What the provider knows it by: a Stripe customer, a Mailchimp subscriber hash, a folder of pictures. Emptied once nothing can be left of it.';

create function private.address_mark(address text)
returns text
language plpgsql
stable
set search_path = ''
as $$
begin
  return pg_catalog.encode(extensions.hmac(
    pg_catalog.convert_to(private.normalize_email(address), 'UTF8'), (select s.secret from private.erasure_secret s), 'sha256'), 'hex');
exception when sqlstate 'PT422' then
  return null;
end
$$;

comment on function private.address_mark is 'An address as a tombstone keeps it: comparable, not readable. Null for what is no address.';

create function private.buried_in(kind private.tombstone_kind, key text)
returns private.tombstones
language plpgsql
stable
security definer
set search_path = ''
as $$
declare
  latest private.tombstones;
begin
  select t.* into latest
    from private.tombstone_keys k join private.tombstones t on t.id = k.tombstone_id
   where k.kind = buried_in.kind
     and k.key = case when buried_in.kind = 'address' then private.address_mark(buried_in.key) else buried_in.key end
   order by t.erased_at desc limit 1;
  return latest;
end
$$;

comment on function private.buried_in is 'The tombstone, the latest one, of somebody who was known by this; null (all of it) when nobody erased was.';

create function private.is_buried(kind private.tombstone_kind, key text)
returns boolean
language plpgsql
stable
security definer
set search_path = ''
as $$
begin
  return exists (select from private.tombstone_keys k
    where k.kind = is_buried.kind
      and k.key = case when is_buried.kind = 'address' then private.address_mark(is_buried.key) else is_buried.key end);
end
$$;

comment on function private.is_buried is 'Whether somebody who was erased was known by this.';

create function private.bury(tombstone bigint, kind private.tombstone_kind, keys text[])
returns void
language sql
volatile
set search_path = ''
as $$
  insert into private.tombstone_keys (kind, key, tombstone_id)
  select bury.kind, known.key, bury.tombstone
    from (select distinct case when bury.kind = 'address' then private.address_mark(k) else k end as key
            from pg_catalog.unnest(bury.keys) k) known
   where known.key is not null
  on conflict do nothing
$$;

comment on function private.bury is 'Adds what an erased person was known by to her tombstone. Addresses are given in clear and kept as hashes.';

create function private.owe_erasure(
  tombstone bigint, provider private.erasure_provider, subject text, queue text, kind text, at timestamptz, args jsonb default '{}'
)
returns void
language plpgsql
volatile
set search_path = ''
as $$
declare
  owed bigint;
begin
  insert into private.erasures (tombstone_id, provider, subject, owed_at)
  values (owe_erasure.tombstone, owe_erasure.provider, owe_erasure.subject, at)
  on conflict on constraint erasures_once do nothing
  returning id into owed;
  if owed is not null then
    update private.erasures e
       set job = jobs.enqueue(owe_erasure.queue, owe_erasure.kind,
             owe_erasure.args || pg_catalog.jsonb_build_object('erasure_id', owed),
             key => 'erase:' || owed::text, correlation_id => 'erasure-' || owe_erasure.tombstone::text)
     where e.id = owed;
  end if;
end
$$;

comment on function private.owe_erasure is 'Owes the erasure of one thing at one provider, and the job that does it. The same thing twice is owed once.';

create function private.erasure_owed(erasure bigint)
returns text
language sql
stable
set search_path = ''
as $$ select e.subject from private.erasures e where e.id = erasure and e.done_at is null $$;

comment on function private.erasure_owed is 'What a job is to erase, as the provider knows it; null when nothing is left to do.';

create function private.erasure_done(erasure bigint, outcome text, at timestamptz default private.clock())
returns void
language plpgsql
volatile
set search_path = ''
as $$
declare
  done private.erasures;
begin
  update private.erasures e set done_at = at, outcome = erasure_done.outcome
   where e.id = erasure and e.done_at is null
  returning e.* into done;
  if done.id is not null then
    perform private.audit('job', done.provider::text, 'members.erased_elsewhere', 'tombstone', done.tombstone_id::text,
      null, pg_catalog.jsonb_build_object('provider', done.provider, 'outcome', done.outcome),
      correlation_id => 'erasure-' || done.tombstone_id::text);
  end if;
end
$$;

comment on function private.erasure_done is 'Records that an owed erasure was done, once, and how. outcome: words without anything personal.';

create function private.forget_limits(ids text[])
returns void
language sql
volatile
set search_path = ''
as $$ delete from private.rate_limits r where pg_catalog.split_part(r.bucket, ':', 2) = any (ids) $$;

comment on function private.forget_limits is 'Forgets how often these people asked for something.';

create view admin.erasures with (security_invoker = true) as
select e.id, e.provider, case when e.done_at is not null then 'done'
         when j.state in ('dead', 'abandoned') then 'stuck' else 'owed' end as state,
       t.erased_at, t.asked_by, e.outcome, e.done_at, j.attempts, j.last_error,
       case when j.state in ('dead', 'abandoned') then pg_catalog.format('select admin.replay_job(%s);', e.job) end as do_this,
       e.job, e.tombstone_id
  from private.erasures e
  join private.tombstones t on t.id = e.tombstone_id
  left join lateral (
    -- Only of what is still owed, because this looks into every queue.
    select a.state, a.attempts, a.last_error from admin.jobs a where e.done_at is null and a.job = e.job and a.state <> 'completed' limit 1
  ) j on true;

comment on view admin.erasures is 'Everything that is erased outside of this database for people who had their account deleted: done, still owed, or stuck until somebody helps. Names nobody.';
comment on column admin.erasures.state is 'owed: tried by itself until it is done. stuck: its job is dead; do what do_this says once the cause is gone.';
