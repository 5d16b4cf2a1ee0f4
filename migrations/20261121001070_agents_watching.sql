-- What is unusual of an agent: it reads more than it should, or than it does, is refused over and over, does what it
-- never did, or wakes after a long rest. Noticed in the transaction that did it; told once a day and key.

create table private.agent_rules (
  is_only boolean primary key default true,
  ends_soon interval not null default '14 days',
  unused_after interval not null default '60 days',
  usual_days integer not null default 14,
  usual_times integer not null default 4,
  usual_floor integer not null default 200,
  refusals_an_hour integer not null default 60,
  holds boolean not null default false,
  hold_for interval not null default '12 hours',
  constraint agent_rules_is_only check (is_only),
  constraint agent_rules_sane check (ends_soon between '1 day' and '90 days' and unused_after between '7 days' and '1 year'
    and usual_days between 3 and 60 and usual_times between 2 and 100 and usual_floor >= 0 and refusals_an_hour > 0
    and hold_for between '1 minute' and '30 days')
);
alter table private.agent_rules enable row level security;
insert into private.agent_rules default values;
create trigger agent_rules_audited
  after update on private.agent_rules
  for each row execute function private.audit_edit('agents.rules_edited', 'agent_rules', 'is_only');

comment on table private.agent_rules is 'What counts as unusual of an agent''s key, and what follows. One row, which admins may edit.';
comment on column private.agent_rules.ends_soon is 'How long before its end a key stands in admin.attention.';
comment on column private.agent_rules.unused_after is 'After how long without use a key stands there too.';
comment on column private.agent_rules.usual_days is 'How many days back its own usual is worked out from.';
comment on column private.agent_rules.usual_times is 'How many times its usual is unusual.';
comment on column private.agent_rules.usual_floor is 'Rows a day about people that are never called unusual, however few it read before. Beyond rows_a_day of the key they are all the same.';
comment on column private.agent_rules.refusals_an_hour is 'So many refusals within an hour are unusual.';
comment on column private.agent_rules.holds is 'Whether a key that reads or is refused unusually much is also stopped, for hold_for.';

create type private.agent_alert_kind as enum ('rows', 'usual', 'refusals', 'first', 'awake');

comment on type private.agent_alert_kind is
  'rows: beyond the rows a day of its key. usual: many times its own usual. refusals: refused over and over. first: something about people, or destructive, for the first time. awake: used again after a long rest.';

create table private.agent_alerts (
  key_id uuid not null references private.agent_keys (id) on delete cascade,
  day date not null,
  kind private.agent_alert_kind not null,
  said text not null,
  at timestamptz not null,
  closed_at timestamptz,
  closed_reason text,
  primary key (key_id, day, kind),
  constraint agent_alerts_closed_for_a_reason check ((closed_at is null) = (closed_reason is null))
);
alter table private.agent_alerts enable row level security;
create index agent_alerts_at on private.agent_alerts (at);

comment on table private.agent_alerts is 'What was unusual of a key, once a day and kind. It waits in admin.attention until an admin closes it. Kept a year.';

create function private.hold_agent(key private.agent_keys, until timestamptz, reason text, actor_kind private.actor_kind, actor text, why text default null)
returns void
language plpgsql
volatile
set search_path = ''
as $$
declare
  is_changed boolean;
begin
  perform pg_catalog.set_config('commons.holding', key.id::text, true);
  update private.agent_keys k set held_until = hold_agent.until, held_reason = hold_agent.reason
   where k.id = key.id and (actor_kind = 'studio' or k.held_until is null or k.held_until < hold_agent.until);
  is_changed := found;
  perform pg_catalog.set_config('commons.holding', '', true);
  if not is_changed then
    return;
  end if;
  perform private.audit(actor_kind, actor, case when until is null then 'agents.key_released' else 'agents.key_held' end, 'agent_key', key.name,
    null, pg_catalog.jsonb_build_object('until', until), coalesce(reason, why));
end
$$;

comment on function private.hold_agent is 'Stops a key until then, or lets it go on (until and reason null, why says why), and writes down who did it. What stops a key by itself never shortens what stands: an admin''s day stays a day.';

-- private.hold_agent writes its own entry, with who did it; an edit in Studio has this one.
create trigger agent_keys_held_audited
  after update of held_until on private.agent_keys
  for each row when (pg_catalog.current_setting('commons.holding', true) is distinct from new.id::text)
  execute function private.audit_agent_key();

create function private.raise_agent_alert(key uuid, day date, kind private.agent_alert_kind, said text, at timestamptz)
returns boolean
language plpgsql
volatile
set search_path = ''
as $$
declare
  rules private.agent_rules;
  held private.agent_keys;
begin
  insert into private.agent_alerts (key_id, day, kind, said, at)
  values (key, raise_agent_alert.day, raise_agent_alert.kind, raise_agent_alert.said, at)
  on conflict on constraint agent_alerts_pkey do nothing;
  if not found then
    return false;
  end if;
  select r.* into rules from private.agent_rules r;
  select k.* into held from private.agent_keys k where k.id = key;
  if rules.holds and raise_agent_alert.kind in ('rows', 'usual', 'refusals') and coalesce(held.held_until, '-infinity') < at + rules.hold_for then
    perform private.hold_agent(held, at + rules.hold_for, said, 'agent', held.name);
  end if;
  return true;
end
$$;

comment on function private.raise_agent_alert is 'Notes that something of a key is unusual, once a day and kind, and stops the key when private.agent_rules says so. Returns whether it is new.';

create function private.watch_agent_reading()
returns trigger
language plpgsql
security definer
set search_path = ''
as $$
declare
  rules private.agent_rules;
  most integer;
  today bigint;
  usual numeric;
  at constant timestamptz := private.clock();
begin
  select r.* into rules from private.agent_rules r;
  select k.rows_a_day into most from private.agent_keys k where k.id = new.key_id;
  select sum(u.rows_read) into today from private.agent_use u where u.key_id = new.key_id and u.day = new.day;
  if today > most then
    perform private.raise_agent_alert(new.key_id, new.day, 'rows', pg_catalog.format('It read %s rows about people today, and %s a day are its most', today, most), at);
  end if;
  if today > rules.usual_floor then
    -- Its usual is that of the days on which it read at all.
    select sum(u.rows_read) / count(distinct u.day) into usual from private.agent_use u
     where u.key_id = new.key_id and u.day between new.day - rules.usual_days and new.day - 1 and u.rows_read > 0;
    if today > rules.usual_times * usual then
      perform private.raise_agent_alert(new.key_id, new.day, 'usual',
        pg_catalog.format('It read %s rows about people today, and its usual is %s', today, pg_catalog.round(usual)), at);
    end if;
  end if;
  return null;
end
$$;

comment on function private.watch_agent_reading() is 'Trigger: compares what a key read about people today with its most a day and with its usual.';

create trigger agent_use_watched
  after update of rows_read on private.agent_use
  for each row when (new.rows_read > old.rows_read)
  execute function private.watch_agent_reading();
create trigger agent_use_watched_at_first
  after insert on private.agent_use
  for each row when (new.rows_read > 0)
  execute function private.watch_agent_reading();

create function private.watch_agent_habits()
returns trigger
language plpgsql
security definer
set search_path = ''
as $$
declare
  rules private.agent_rules;
  weighs boolean;
  at constant timestamptz := private.clock();
  before date;
begin
  select r.* into rules from private.agent_rules r;
  select max(u.day) into before from private.agent_use u where u.key_id = new.key_id and u.day < new.day;
  if before < (new.day - rules.unused_after)::date then
    perform private.raise_agent_alert(new.key_id, new.day, 'awake', pg_catalog.format('It is used again, after nobody did since %s', before), at);
  end if;
  select o.is_personal or o.risk = 'destructive' into weighs from private.agent_operations o where o.operation = new.operation;
  if weighs and new.calls > new.refused
     and exists (select from private.agent_use u where u.key_id = new.key_id and u.day <= new.day - rules.usual_days)
     and not exists (select from private.agent_use u where u.key_id = new.key_id and u.operation = new.operation and u.day < new.day and u.calls > u.refused) then
    perform private.raise_agent_alert(new.key_id, new.day, 'first', pg_catalog.format('It did %s for the first time', new.operation), at);
  end if;
  return null;
end
$$;

comment on function private.watch_agent_habits() is 'Trigger: notices when a key is used again after a long rest, and when one that has its habits does something weighty for the first time.';

create trigger agent_use_habits
  after insert on private.agent_use
  for each row execute function private.watch_agent_habits();
create trigger agent_use_habits_later
  after update of calls on private.agent_use
  for each row when (old.calls = old.refused and new.calls > new.refused)
  execute function private.watch_agent_habits();

create function private.watch_agent_refusals()
returns trigger
language plpgsql
security definer
set search_path = ''
as $$
declare
  most constant integer := (select r.refusals_an_hour from private.agent_rules r);
begin
  if (select count(*) from (select from private.agent_refusals f where f.key_id = new.key_id and f.at > new.at - interval '1 hour' limit most) lately) >= most then
    perform private.raise_agent_alert(new.key_id, (new.at at time zone 'UTC')::date, 'refusals', pg_catalog.format('It was refused %s times within an hour', most), new.at);
  end if;
  return null;
end
$$;

comment on function private.watch_agent_refusals() is 'Trigger: notices a key that is refused over and over.';

create trigger agent_refusals_watched
  after insert on private.agent_refusals
  for each row execute function private.watch_agent_refusals();
