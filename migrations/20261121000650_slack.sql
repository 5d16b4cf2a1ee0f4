-- Room: slack. Who is in the workspace, what is said there, and who should not be there any more.

create type private.slack_status as enum ('active', 'inactive', 'deactivated', 'not_found');
comment on type private.slack_status is
  'active: a full member of the workspace. inactive: restricted to some channels (a guest). deactivated: her account there is off. not_found: no account has an address of hers.';

create table private.slack_people (
  member_id uuid primary key references public.members (id) on delete cascade,
  status private.slack_status not null,
  slack_user_id text unique,
  display_name text,
  last_seen_at timestamptz,
  synced_at timestamptz not null,
  slack_updated bigint not null default 0,
  seen_in_run bigint,
  invited_at timestamptz,
  invite_note text,
  constraint slack_people_id_is_slacks check (slack_user_id is null or slack_user_id ~ '^[UW][A-Z0-9]{2,20}$'),
  constraint slack_people_found_has_id check ((status = 'not_found') = (slack_user_id is null))
);
alter table private.slack_people enable row level security;

comment on table private.slack_people is 'Where each member stands in the Slack workspace, as Slack last said.';
comment on column private.slack_people.last_seen_at is 'When Slack last told us that she has a working account there: by the walk, by a look-up, or by an event of hers.';
comment on column private.slack_people.synced_at is 'When her status was last confirmed.';
comment on column private.slack_people.slack_updated is 'Slack''s own time of the last change that we know, in seconds: what is older changes nothing.';
comment on column private.slack_people.seen_in_run is 'The last run that found her.';
comment on column private.slack_people.invite_note is 'What became of the invitation that we sent through Slack.';

create type private.slack_run_kind as enum ('scheduled', 'asked');
create type private.slack_run_state as enum ('walking', 'looking_up', 'done', 'refused', 'failed');
comment on type private.slack_run_kind is 'scheduled: by itself, twice a day. asked: an admin wanted it now.';
comment on type private.slack_run_state is
  'walking: reads the list of people page by page. looking_up: asks by address for who was not on it. refused: it would have made members unknown who were known, so nothing was taken away. failed: it was given up.';

create table private.slack_runs (
  id bigint generated always as identity primary key,
  kind private.slack_run_kind not null,
  state private.slack_run_state not null default 'walking',
  asked_by text,
  accept_losses boolean not null default false,
  cursor text not null default '',
  pages integer not null default 0,
  seen integer not null default 0,
  known_before integer not null default 0,
  matched integer not null default 0,
  to_look_up integer not null default 0,
  looked_up integer not null default 0,
  failed integer not null default 0,
  lost integer not null default 0,
  note text,
  started_at timestamptz not null,
  touched_at timestamptz not null,
  finished_at timestamptz,
  constraint slack_runs_end_is_said check ((finished_at is null) = (state in ('walking', 'looking_up')))
);
alter table private.slack_runs enable row level security;
create unique index slack_runs_one_open on private.slack_runs ((true)) where finished_at is null;

comment on table private.slack_runs is 'Each time we asked Slack for everybody: how far it came and what it found.';
comment on column private.slack_runs.cursor is 'Where the next page begins. Stored together with what the page before said, so that a crash repeats a page and loses none.';
comment on column private.slack_runs.known_before is 'How many members Slack knew when the run began.';
comment on column private.slack_runs.lost is 'How many of those Slack did not know any more at its end.';
comment on column private.slack_runs.touched_at is 'When it last went on. A run that stands still is taken up again.';

create type private.slack_answer as enum ('found', 'not_found', 'failed');
comment on type private.slack_answer is 'What a look-up by address came to. failed: Slack gave no answer, three times.';

create table private.slack_lookups (
  run_id bigint not null references private.slack_runs (id) on delete cascade,
  member_id uuid not null references public.members (id) on delete cascade,
  attempts integer not null default 0,
  outcome private.slack_answer,
  error text,
  looked_at timestamptz,
  constraint slack_lookups_pkey primary key (run_id, member_id)
);
alter table private.slack_lookups enable row level security;
create index slack_lookups_member on private.slack_lookups (member_id);

comment on table private.slack_lookups is 'Members whom a run did not find on Slack''s list and asks for by address, one by one.';

create table private.slack_events (
  event_id text primary key,
  type text not null,
  outcome text not null,
  member_id uuid references public.members (id) on delete cascade,
  said jsonb,
  received_at timestamptz not null default private.clock()
);
alter table private.slack_events enable row level security;
create index slack_events_member on private.slack_events (member_id);
create index slack_events_received on private.slack_events (received_at);

comment on table private.slack_events is 'What Slack''s events told us, once each. Of people who are no members only that something came.';
comment on column private.slack_events.said is 'Her status and Slack''s time of it, as the event had them. Neither name nor address.';

create table private.slack_settings (
  is_only boolean primary key default true,
  team_id text,
  team_name text,
  team_url text,
  share_link text,
  share_link_expires_at timestamptz,
  share_link_uses_left integer,
  joined_since integer not null default 0,
  checked_at timestamptz,
  checked_by text,
  invite_channels text[] not null default '{}',
  most_lookups integer not null default 1000,
  constraint slack_settings_is_one_row check (is_only),
  constraint slack_settings_link_is_one check (share_link ~ '^https?://\S+$'),
  constraint slack_settings_uses_not_negative check (share_link_uses_left >= 0),
  constraint slack_settings_channels_are_slacks check (array_to_string(invite_channels, ' ') ~ '^([CG][A-Z0-9]{2,20}( |$))*$'),
  constraint slack_settings_lookups_bounded check (most_lookups between 0 and 5000)
);
alter table private.slack_settings enable row level security;
insert into private.slack_settings default values;

comment on table private.slack_settings is 'What Commons knows of the workspace, and the link by which new members join it. One row; the link is kept by an admin.';
comment on column private.slack_settings.team_id is 'Slack''s id of the workspace, as it last said. Empty: we never reached it.';
comment on column private.slack_settings.share_link is 'Slack > Invite people > Copy invite link. Slack''s API can neither read nor make one. Only entitled members who are not in Slack yet are shown it.';
comment on column private.slack_settings.share_link_expires_at is 'When Slack says that the link ends. Empty: never.';
comment on column private.slack_settings.share_link_uses_left is 'How many people could still join by it when an admin last looked. Empty: not known.';
comment on column private.slack_settings.joined_since is 'How many people joined since an admin last looked, as Slack''s events told.';
comment on column private.slack_settings.invite_channels is 'Ids of the channels that people are invited to where the plan allows invitations by an app.';
comment on column private.slack_settings.most_lookups is 'How many members one run asks for by address at most. Who is left has her turn in the next one.';

create function private.keep_slack_settings()
returns trigger
language plpgsql
volatile
set search_path = ''
as $$
begin
  if (new.share_link, new.share_link_expires_at, new.share_link_uses_left)
     is distinct from (old.share_link, old.share_link_expires_at, old.share_link_uses_left) then
    new.checked_at := private.clock();
    new.checked_by := session_user;
    new.joined_since := 0;
    -- The link opens a door, so the log says that it changed and not what it is.
    perform private.audit('studio', session_user, 'slack.share_link_changed', 'slack', 'share_link',
      pg_catalog.jsonb_build_object('expires_at', old.share_link_expires_at, 'uses_left', old.share_link_uses_left),
      pg_catalog.jsonb_build_object('expires_at', new.share_link_expires_at, 'uses_left', new.share_link_uses_left,
        'another_link', new.share_link is distinct from old.share_link));
  end if;
  return new;
end
$$;

comment on function private.keep_slack_settings() is 'Trigger: an admin who edits the share link is noted, and the count of who joined by it begins anew.';

create trigger keep before update on private.slack_settings
  for each row execute function private.keep_slack_settings();

create function private.note_slack_workspace(team_id text, name text, url text)
returns void
language plpgsql
volatile
set search_path = ''
as $$
begin
  update private.slack_settings s
     set team_id = note_slack_workspace.team_id, team_name = note_slack_workspace.name, team_url = note_slack_workspace.url
   where (s.team_id, s.team_name, s.team_url)
         is distinct from (note_slack_workspace.team_id, note_slack_workspace.name, note_slack_workspace.url);
end
$$;

comment on function private.note_slack_workspace is 'Records whose workspace our token opens.';

select jobs.create_queue('slack', max_in_flight => 4);
