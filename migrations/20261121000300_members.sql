-- Room: members. People, before and after they have a login; their addresses and consents.

create type public.member_role as enum ('member', 'leader', 'admin');
create type public.member_origin as enum ('checkout', 'sign_up', 'import', 'admin', 'agent');
create type public.consent_channel as enum ('email', 'slack', 'whatsapp');

comment on type public.member_role is 'What somebody may do here. leader: runs events and resources. admin: these too, and decides what agents ask for.';
comment on type public.member_origin is
  'How a member''s row came to be. sign_up: she signed in before she paid. import: from the old site. admin and agent: made for her.';
comment on type public.consent_channel is 'What a member allows or refuses to be reached by, besides what she needs.';

create function private.fold(words text)
returns text
language sql
immutable
strict
parallel safe
set search_path = ''
as $$ select pg_catalog.lower(extensions.unaccent('extensions.unaccent'::pg_catalog.regdictionary, words)) $$;

comment on function private.fold(text) is
  'Lower case without accents, for searching and sorting. Declared immutable because the dictionary that unaccent reads ships with Postgres and is not edited.';

create function private.normalize_email(address text)
returns text
language plpgsql
immutable
set search_path = ''
as $$
declare
  -- White space of every kind and the invisible characters that travel with copied text.
  invisible constant text := '[\s\u0001-\u001f\u007f-\u00a0\u00ad\u1680\u180e\u2000-\u200f\u2028-\u202f\u205f-\u206f\u3000\ufeff]';
  result text;
begin
  if address is null then
    return null;
  end if;
  result := pg_catalog.lower(pg_catalog.normalize(
    pg_catalog.regexp_replace(address, '^' || invisible || '+|' || invisible || '+$', '', 'g'), 'NFKC'));
  if result !~ '^[^\s@<>"(),:;\\]+@[^\s@.<>"(),:;\\]+(\.[^\s@.<>"(),:;\\]+)+$'
     or result ~ invisible
     or pg_catalog.length(result) > 254 then
    raise exception using
      errcode = 'PT422',
      message = 'This is not an e-mail address that mail can be sent to',
      detail = 'email',
      hint = 'Write it like name@example.org.';
  end if;
  return result;
end
$$;

comment on function private.normalize_email(text) is
  'The one spelling of an address: trimmed of all white space, Unicode NFKC, lower case. Null stays null. Raises PT422 when it is no address.';

create table public.members (
  id uuid primary key default gen_random_uuid(),
  user_id uuid unique references auth.users (id) on delete set null,
  role public.member_role not null default 'member',
  origin public.member_origin not null,
  created_at timestamptz not null default private.clock(),
  updated_at timestamptz not null default private.clock()
);
alter table public.members enable row level security;

comment on table public.members is 'A person, whatever their status. The row may exist before the person ever signs in.';
comment on column public.members.user_id is 'The sign-in of this person. Set only when that sign-in has proved an address of the member.';
comment on column public.members.role is 'What the person may do: member, leader (runs events and resources), admin. Nobody can change their own.';
comment on column public.members.origin is 'How the row came to be: checkout, sign_up, import from the old site, admin, or agent.';

create trigger members_touch before update on public.members
  for each row execute function private.touch_updated_at();

create table public.member_contacts (
  member_id uuid primary key references public.members (id) on delete cascade,
  phone text,
  updated_at timestamptz not null default private.clock(),
  constraint member_contacts_phone_is_e164 check (phone is null or phone ~ '^\+[1-9][0-9]{6,14}$')
);
alter table public.member_contacts enable row level security;
create trigger member_contacts_touch before update on public.member_contacts
  for each row execute function private.touch_updated_at();

comment on table public.member_contacts is 'Private ways to reach a member. Only she sees them.';
comment on column public.member_contacts.phone is 'International form, such as +14155550100.';

create table public.member_emails (
  email text primary key,
  member_id uuid not null references public.members (id) on delete cascade,
  is_primary boolean not null default false,
  verified_at timestamptz,
  source text not null,
  created_at timestamptz not null default private.clock(),
  constraint member_emails_normal check (email = private.normalize_email(email)),
  constraint member_emails_alias_is_verified check (is_primary or verified_at is not null),
  constraint member_emails_source_known check (source in ('stripe', 'auth', 'import', 'admin', 'merge', 'agent'))
);
alter table public.member_emails enable row level security;
create index member_emails_member on public.member_emails (member_id);
create unique index member_emails_one_primary on public.member_emails (member_id) where is_primary;

comment on table public.member_emails is 'Addresses of a member: one primary, and aliases that were verified. An address belongs to one member.';
comment on column public.member_emails.verified_at is 'When the person proved that the address is hers. Null only for a primary address that came from a payment, an import or an agent.';

create table public.consents (
  id bigint generated always as identity primary key,
  member_id uuid not null references public.members (id) on delete cascade,
  channel public.consent_channel not null,
  granted boolean not null,
  source text not null,
  at timestamptz not null default private.clock()
);
alter table public.consents enable row level security;
create index consents_latest on public.consents (member_id, channel, id desc);

comment on table public.consents is 'Each time a member allowed or refused a channel, and where she said so. The newest row of a channel counts.';

create type private.review_state as enum ('open', 'merged', 'kept_apart');
comment on type private.review_state is 'open: a person has to look. merged: it was one person. kept_apart: it is two, and is not asked again.';

create table private.identity_reviews (
  id bigint generated always as identity primary key,
  member_id uuid not null references public.members (id) on delete cascade,
  other_member_id uuid references public.members (id) on delete set null,
  email text not null,
  reason text not null,
  evidence jsonb not null default '{}',
  state private.review_state not null default 'open',
  opened_at timestamptz not null default private.clock(),
  resolved_at timestamptz,
  resolution text
);
alter table private.identity_reviews enable row level security;
create unique index identity_reviews_open_once on private.identity_reviews (member_id, email, reason) where state = 'open';
create index identity_reviews_member on private.identity_reviews (member_id);
create index identity_reviews_other on private.identity_reviews (other_member_id);

comment on table private.identity_reviews is 'Two rows that may be one person, such as a payment from another address. A person decides; nothing merges by itself.';
