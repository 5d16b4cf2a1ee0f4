-- Room: events. Gatherings that leaders write here, and that Luma carries to people. The row here is the truth.

create type public.event_visibility as enum ('public', 'member', 'leader');
create type public.event_state as enum ('draft', 'published', 'canceled');
create type public.event_origin as enum ('form', 'luma');
create type public.guest_policy as enum ('decline', 'pending');

comment on type public.event_visibility is 'Who sees an event: everybody, members, or leaders only.';
comment on type public.event_origin is 'Where an event was written first: in the leaders'' form here, or at Luma.';
comment on type public.event_state is
  'draft: only leaders see it, Luma knows nothing. published: Luma has it or is owed it. canceled: for good, because Luma deletes what is canceled.';
comment on type public.guest_policy is
  'What becomes of a guest who is not entitled. decline: with a reason and the way to join. pending: the hosts decide.';

create table public.event_regions (
  name text primary key,
  place smallint not null default 0,
  constraint event_regions_name_short check (length(btrim(name)) between 1 and 60)
);
alter table public.event_regions enable row level security;

comment on table public.event_regions is 'The regions that events are sorted by. Admins edit them in Studio; renaming one renames it everywhere.';
comment on column public.event_regions.place is 'Where it stands in lists: the lowest first.';

create table public.event_categories (
  name text primary key,
  place smallint not null default 0,
  constraint event_categories_name_short check (length(btrim(name)) between 1 and 60)
);
alter table public.event_categories enable row level security;

comment on table public.event_categories is 'The kinds of gatherings, such as Dinner or Talk. Admins edit them in Studio; renaming one renames it everywhere.';
comment on column public.event_categories.place is 'Where it stands in lists: the lowest first.';

create table public.leader_regions (
  member_id uuid not null references public.members (id) on delete cascade,
  region text not null references public.event_regions (name) on update cascade on delete cascade,
  primary key (member_id, region)
);
alter table public.leader_regions enable row level security;
create index leader_regions_region on public.leader_regions (region);

comment on table public.leader_regions is 'The regions that a leader looks after: there she may edit every event, elsewhere only her own. Admins edit it in Studio.';

create table public.event_series (
  id uuid primary key,
  created_by uuid references public.members (id) on delete set null,
  created_at timestamptz not null default private.clock()
);
alter table public.event_series enable row level security;
create index event_series_created_by on public.event_series (created_by);

comment on table public.event_series is 'Events that repeat: each is a row of its own, which its leader may change alone or together with those that follow.';
comment on column public.event_series.id is 'Made by the form, so that a form that is sent twice makes one series.';

create table public.events (
  id uuid primary key default gen_random_uuid(),
  title text not null default '',
  description text not null default '',
  starts_at timestamptz,
  ends_at timestamptz,
  time_zone text not null default 'UTC',
  place text not null default '',
  meeting_url text,
  url text,
  cover_url text,
  region text references public.event_regions (name) on update cascade on delete set null,
  category text references public.event_categories (name) on update cascade on delete set null,
  visibility public.event_visibility not null default 'member',
  capacity integer,
  approval_required boolean not null default true,
  guest_policy public.guest_policy,
  questions jsonb not null default '[]',
  state public.event_state not null default 'draft',
  published_at timestamptz,
  canceled_at timestamptz,
  cancel_reason text not null default '',
  cancel_refunds boolean not null default true,
  recording_url text,
  thanks text not null default '',
  thanked_at timestamptz,
  series_id uuid references public.event_series (id) on delete set null,
  origin public.event_origin not null default 'form',
  revision integer not null default 1,
  created_by uuid references public.members (id) on delete set null,
  updated_by uuid references public.members (id) on delete set null,
  created_at timestamptz not null default private.clock(),
  updated_at timestamptz not null default private.clock(),
  constraint events_title_short check (length(title) <= 160),
  constraint events_description_bounded check (length(description) <= 20000),
  constraint events_end_after_start check (ends_at > starts_at),
  constraint events_not_for_weeks check (ends_at <= starts_at + interval '14 days'),
  constraint events_place_short check (length(place) <= 200),
  constraint events_url_is_an_address check (url is null or (url ~ '^https?://[^\s<>"]+$' and length(url) <= 500)),
  constraint events_meeting_url_is_https check (meeting_url is null or (meeting_url ~ '^https://[^\s<>"]+$' and length(meeting_url) <= 500)),
  constraint events_cover_url_is_https check (cover_url is null or (cover_url ~ '^https://[^\s<>"]+$' and length(cover_url) <= 500)),
  constraint events_recording_url_is_https check (recording_url is null or (recording_url ~ '^https://[^\s<>"]+$' and length(recording_url) <= 500)),
  constraint events_capacity_sane check (capacity between 1 and 100000),
  constraint events_questions_are_a_list check (jsonb_typeof(questions) = 'array' and jsonb_array_length(questions) <= 10),
  constraint events_cancel_reason_short check (length(cancel_reason) <= 200),
  constraint events_thanks_bounded check (length(thanks) <= 5000),
  constraint events_published_is_whole check (
    state = 'draft' or (title <> '' and starts_at is not null and ends_at is not null and published_at is not null)
  ),
  constraint events_canceled_says_when check ((state = 'canceled') = (canceled_at is not null))
);
alter table public.events enable row level security;
create index events_starts_at on public.events (starts_at, id) where state = 'published';
create index events_region on public.events (region);
create index events_category on public.events (category);
create index events_series on public.events (series_id);
create index events_created_by on public.events (created_by);
create index events_updated_by on public.events (updated_by);

comment on table public.events is 'Gatherings: public ones stand on the site and in its feeds, the others are for members or leaders. Leaders write them here; Luma follows.';
comment on column public.events.id is 'Made by the form, so that a form that is sent twice makes one event.';
comment on column public.events.time_zone is 'The zone of the place, such as Europe/Lisbon: times are shown in it.';
comment on column public.events.place is 'Where it is, in words: an address, or Online.';
comment on column public.events.meeting_url is 'Where one joins an online gathering. Only who is going, hosts and leaders see it.';
comment on column public.events.url is 'The event''s own page at Luma, where one says that one comes. Luma names it; nobody types it.';
comment on column public.events.cover_url is 'A picture. Luma takes only those on images.lumacdn.com; others are shown here alone.';
comment on column public.events.visibility is 'Who sees it here. At Luma everything but public is private.';
comment on column public.events.capacity is 'How many guests at most. Null: no limit.';
comment on column public.events.guest_policy is 'What becomes of guests who are not entitled. Null: what the community does (private.event_rules).';
comment on column public.events.questions is 'What guests are asked: a list of {"label", "type": "text" | "long-text" | "agree-check", "required"}.';
comment on column public.events.published_at is 'Since when it is published. Set once, by the database.';
comment on column public.events.cancel_reason is 'What guests are told when it is canceled.';
comment on column public.events.cancel_refunds is 'Whether guests who paid get their money back from Luma when it is canceled.';
comment on column public.events.recording_url is 'Where the recording is, for those who may see the event.';
comment on column public.events.thanks is 'What the hosts say afterwards, on the event''s page; thanked_at is when they said it.';
comment on column public.events.origin is 'form: a leader wrote it here. luma: it was made at Luma and read back.';
comment on column public.events.revision is 'Grows with each edit. Who saves says which one she saw, so that nobody overwrites what somebody else wrote meanwhile.';

create table public.event_hosts (
  event_id uuid not null references public.events (id) on delete cascade,
  member_id uuid not null references public.members (id) on delete cascade,
  added_at timestamptz not null default private.clock(),
  primary key (event_id, member_id)
);
alter table public.event_hosts enable row level security;
create index event_hosts_member on public.event_hosts (member_id);

comment on table public.event_hosts is 'Who hosts an event, besides who created it. A host who leads may edit it.';

create table private.event_rules (
  only_one boolean primary key default true,
  guest_policy public.guest_policy not null default 'decline',
  decline_words text not null default 'This gathering is for members. You are welcome to join us and to ask again.',
  constraint event_rules_one_row check (only_one),
  constraint event_rules_decline_words_fit_luma check (length(btrim(decline_words)) between 1 and 120)
);
alter table private.event_rules enable row level security;
insert into private.event_rules default values;
create trigger event_rules_audited
  after insert or update or delete on private.event_rules
  for each row execute function private.audit_edit('events.rules_edited', 'event_rules', 'only_one');

comment on table private.event_rules is 'What the community does where an event does not say it. One row, which admins edit in Studio.';
comment on column private.event_rules.only_one is 'Always true: there is one row.';
comment on column private.event_rules.guest_policy is 'decline: guests who are not entitled hear so, with the way to join. pending: the hosts decide.';
comment on column private.event_rules.decline_words is 'What a declined guest reads in our mail; the way to join stands below it.';
