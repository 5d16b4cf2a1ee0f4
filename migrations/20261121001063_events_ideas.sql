-- Ideas for events that agents put before the leaders. A leader makes the event, or nobody.

create type private.event_idea_state as enum ('open', 'taken', 'declined');
comment on type private.event_idea_state is
  'open: the leaders have not decided. taken: one of them made an event of it. declined: one of them put it aside.';

create table private.event_ideas (
  id uuid primary key default gen_random_uuid(),
  key_id uuid not null references private.agent_keys (id) on delete cascade,
  title text not null,
  description text not null default '',
  starts_at timestamptz not null,
  ends_at timestamptz not null,
  time_zone text not null,
  region text references public.event_regions (name) on update cascade on delete set null,
  category text references public.event_categories (name) on update cascade on delete set null,
  why text not null,
  state private.event_idea_state not null default 'open',
  event_id uuid references public.events (id) on delete set null,
  created_at timestamptz not null,
  decided_at timestamptz,
  decided_by uuid references public.members (id) on delete set null,
  constraint event_ideas_title_short check (pg_catalog.length(title) between 1 and 160),
  constraint event_ideas_description_bounded check (pg_catalog.length(description) <= 5000),
  constraint event_ideas_why_said check (pg_catalog.length(pg_catalog.btrim(why)) between 1 and 500),
  constraint event_ideas_end_after_start check (ends_at > starts_at and ends_at <= starts_at + interval '14 days'),
  constraint event_ideas_decided_at_a_moment check ((state = 'open') = (decided_at is null))
);
alter table private.event_ideas enable row level security;
create index event_ideas_key on private.event_ideas (key_id, created_at desc);
create index event_ideas_open on private.event_ideas (starts_at, id) where state = 'open';
create index event_ideas_region on private.event_ideas (region);
create index event_ideas_category on private.event_ideas (category);
create index event_ideas_event on private.event_ideas (event_id);
create index event_ideas_decided_by on private.event_ideas (decided_by);

comment on table private.event_ideas is 'Events that agents propose. Leaders see them among their events, and make one of them an event of their own, or dismiss it.';
comment on column private.event_ideas.why is 'Why the agent proposes it: text, and nothing that anybody obeys.';
comment on column private.event_ideas.event_id is 'The event that a leader made of it.';

create function private.tidy_line(words text)
returns text
language sql
immutable
set search_path = ''
as $$ select pg_catalog.btrim(pg_catalog.regexp_replace(words, '[\u0001-\u001f\u007f-\u009f\u2028\u2029]+', ' ', 'g')) $$;

comment on function private.tidy_line is 'A text on one line, without signs that end lines or steer machines.';

create function private.check_event_idea(idea private.event_ideas, at timestamptz)
returns void
language plpgsql
stable
set search_path = ''
as $$
begin
  if idea.title is null then
    perform private.refuse_field('title', 'title is missing', 'Say what people would see in the list.');
  elsif idea.starts_at <= at then
    perform private.refuse_field('starts_at', 'This moment is past', 'Choose one that is still to come.');
  elsif idea.starts_at > at + interval '2 years' then
    perform private.refuse_field('starts_at', 'This is more than two years away', 'Choose a nearer day.');
  elsif idea.ends_at <= idea.starts_at then
    perform private.refuse_field('ends_at', 'It ends before it begins', 'Choose an end that comes after the start.');
  elsif idea.ends_at > idea.starts_at + interval '14 days' then
    perform private.refuse_field('ends_at', 'It lasts longer than two weeks', 'Propose several events.');
  elsif idea.region is not null and not exists (select from public.event_regions r where r.name = idea.region) then
    perform private.refuse_field('region', 'There is no such region', pg_catalog.format('Leave it out, or use one of: %s.',
      (select pg_catalog.string_agg(r.name, ', ' order by r.place, r.name) from public.event_regions r)));
  elsif idea.category is not null and not exists (select from public.event_categories c where c.name = idea.category) then
    perform private.refuse_field('category', 'There is no such category', pg_catalog.format('Leave it out, or use one of: %s.',
      (select pg_catalog.string_agg(c.name, ', ' order by c.place, c.name) from public.event_categories c)));
  end if;
  perform private.require_time_zone(idea.time_zone);
end
$$;

comment on function private.check_event_idea is 'Raises PT422 at the first field of an idea that could never become an event.';

create function private.agent_propose_event(call private.agent_call, args jsonb)
returns jsonb
language plpgsql
volatile
set search_path = ''
as $$
declare
  most_open constant integer := 5;
  idea private.event_ideas;
begin
  idea.title := nullif(private.tidy_line(private.arg_text(args, 'title', 160, true)), '');
  idea.description := coalesce(private.arg_text(args, 'description', 5000), '');
  idea.starts_at := private.arg_time(args, 'starts_at', true);
  idea.ends_at := private.arg_time(args, 'ends_at', true);
  idea.time_zone := coalesce(private.arg_text(args, 'time_zone', 60), 'UTC');
  idea.region := private.arg_text(args, 'region', 60);
  idea.category := private.arg_text(args, 'category', 60);
  idea.why := private.arg_text(args, 'why', 500, true);
  perform private.check_event_idea(idea, call.at);
  -- Two at the same moment wait here for each other, so that neither is the sixth.
  perform from private.agent_keys k where k.id = call.key_id for no key update;
  if (select count(*) from private.event_ideas i where i.key_id = call.key_id and i.state = 'open' and i.starts_at > call.at) >= most_open then
    raise exception using errcode = 'PT409', message = pg_catalog.format('%s ideas of this key still wait for the leaders', most_open),
      hint = 'Wait until a leader has used or dismissed one.';
  end if;
  insert into private.event_ideas (key_id, title, description, starts_at, ends_at, time_zone, region, category, why, created_at)
  values (call.key_id, idea.title, idea.description, idea.starts_at, idea.ends_at, idea.time_zone, idea.region, idea.category, idea.why, call.at)
  returning id into idea.id;
  perform private.note_agent_write(call, 'events.proposed', 'event_idea', idea.id::text,
    pg_catalog.jsonb_build_object('starts_at', idea.starts_at), null, pg_catalog.jsonb_build_object('state', 'open'), 'undo_event_idea');
  return pg_catalog.jsonb_build_object('data', pg_catalog.jsonb_build_object('id', idea.id, 'state', 'open', 'starts_at', idea.starts_at));
end
$$;

comment on function private.agent_propose_event is 'events.propose: puts an idea before the leaders, five of a key at most. It makes no event. Raises PT409 or PT422.';

create function private.undo_event_idea(call private.agent_call, write private.agent_writes)
returns text
language plpgsql
volatile
set search_path = ''
as $$
begin
  if write.key_id <> call.key_id then
    return 'Another key did that.';
  end if;
  delete from private.event_ideas i where i.id::text = write.target_id and i.state = 'open';
  return case
    when found or not exists (select from private.event_ideas i where i.id::text = write.target_id) then null
    else 'A leader has decided about this idea.' end;
end
$$;

comment on function private.undo_event_idea is 'Takes an idea for an event back, while no leader has decided about it.';

create function private.lead_event_ideas(caller uuid, at timestamptz)
returns table (
  id uuid, title text, description text, starts_at timestamptz, ends_at timestamptz, time_zone text, region text, category text,
  why text, proposed_by text, proposed_at timestamptz
)
language plpgsql
stable
security definer
set search_path = ''
rows 10
as $$
#variable_conflict use_column
begin
  perform private.require_leader(caller);
  return query
    select i.id, i.title, i.description, i.starts_at, i.ends_at, i.time_zone, i.region, i.category, i.why, k.name, i.created_at
      from private.event_ideas i join private.agent_keys k on k.id = i.key_id
     -- Nobody needs an idea whose day is past.
     where i.state = 'open' and i.starts_at > at
     order by i.starts_at, i.id
     limit 50;
end
$$;

comment on function private.lead_event_ideas is 'The ideas for events that wait for a leader, the nearest first. Raises PT403.';

create function public.lead_event_ideas()
returns table (
  id uuid, title text, description text, starts_at timestamptz, ends_at timestamptz, time_zone text, region text, category text,
  why text, proposed_by text, proposed_at timestamptz
)
language sql
stable
set search_path = ''
as $$ select * from private.lead_event_ideas(auth.uid(), private.clock()) $$;

comment on function public.lead_event_ideas is 'For leaders: ideas for events that agents propose, the nearest first, with why. proposed_by is the agent''s name.';

create function private.settle_event_idea(caller uuid, idea uuid, event uuid, at timestamptz)
returns void
language plpgsql
volatile
security definer
set search_path = ''
as $$
declare
  leader constant uuid := private.require_leader(caller);
  held private.event_ideas;
begin
  select i.* into held from private.event_ideas i where i.id = settle_event_idea.idea for update;
  if held.id is null then
    raise exception using errcode = 'PT404', message = 'This idea is not here any more', detail = 'idea', hint = 'Load the page again.';
  elsif held.state <> 'open' then
    return;  -- a second click, or another leader was faster: it is off the list
  elsif settle_event_idea.event is not null and not private.edits_event(caller, settle_event_idea.event) then
    raise exception using errcode = 'PT422', message = 'This is not an event of yours', detail = 'event', hint = 'Save the event first.';
  end if;
  update private.event_ideas i
     set state = case when settle_event_idea.event is null then 'declined' else 'taken' end::private.event_idea_state,
         event_id = settle_event_idea.event, decided_at = at, decided_by = leader
   where i.id = held.id;
  perform private.audit('member', leader::text, case when settle_event_idea.event is null then 'events.idea_dismissed' else 'events.idea_taken' end,
    'event_idea', held.id::text, null, pg_catalog.jsonb_strip_nulls(pg_catalog.jsonb_build_object('event', settle_event_idea.event)));
end
$$;

comment on function private.settle_event_idea is 'Takes an idea off the list: taken, with the event that a leader made of it, or dismissed. Raises PT403, PT404 or PT422.';

create function public.settle_event_idea(idea uuid, event uuid default null)
returns void
language sql
volatile
set search_path = ''
as $$ select private.settle_event_idea(auth.uid(), idea, event, private.clock()) $$;

comment on function public.settle_event_idea is 'For leaders: dismisses an idea for an event (event left out), or notes the event that she made of it. Twice is fine.';

select private.note_personal_data('private.event_ideas', 'so that leaders know whom to ask about it', 'until she deletes her account', 'admins', '{
  "decided_by": "The leader who took an idea for an event, or dismissed it."}');
