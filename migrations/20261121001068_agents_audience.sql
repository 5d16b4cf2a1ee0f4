-- Drafts of campaigns that agents suggest. A draft is a text and a suggestion to whom it might go: an admin copies it
-- into Mailchimp by hand, or nobody does. Nothing here sends, enqueues or knows an address.

create type private.campaign_draft_state as enum ('draft', 'used', 'dismissed', 'discarded');

comment on type private.campaign_draft_state is
  'draft: for an admin to read. used: an admin took the text. dismissed: an admin does not want it. discarded: its agent took it back.';

create table private.campaign_drafts (
  id uuid primary key default gen_random_uuid(),
  key_id uuid not null references private.agent_keys (id) on delete cascade,
  subject text not null,
  body text not null,
  segment jsonb not null,
  why text not null,
  state private.campaign_draft_state not null default 'draft',
  created_at timestamptz not null,
  decided_at timestamptz,
  decision_reason text,
  constraint campaign_drafts_subject_short check (pg_catalog.length(subject) between 1 and 150),
  constraint campaign_drafts_body_bounded check (pg_catalog.length(body) between 1 and 20000),
  constraint campaign_drafts_why_said check (pg_catalog.length(pg_catalog.btrim(why)) between 1 and 500),
  constraint campaign_drafts_segment_is_an_object check (pg_catalog.jsonb_typeof(segment) = 'object'),
  constraint campaign_drafts_decided_at_a_moment check ((state = 'draft') = (decided_at is null))
);
alter table private.campaign_drafts enable row level security;
create index campaign_drafts_key on private.campaign_drafts (key_id, created_at desc, id desc);
create index campaign_drafts_newest on private.campaign_drafts (created_at desc) where state = 'draft';

comment on table private.campaign_drafts is 'Campaigns for Mailchimp that agents drafted. A person copies one there and sends it, or nobody.';
comment on column private.campaign_drafts.segment is 'To whom it might go: some of tier, status, topic and joined.';
comment on column private.campaign_drafts.why is 'Why the agent suggests it: text, and nothing that anybody obeys.';

create function private.check_segment(segment jsonb)
returns jsonb
language plpgsql
stable
set search_path = ''
as $$
declare
  part text;
begin
  if coalesce(pg_catalog.jsonb_typeof(segment), 'null') <> 'object' then
    perform private.refuse_field('segment', 'segment says nothing', 'Send an object with some of tier, status, topic and joined. To whom it might go. {"status": "active"} is every member.');
  end if;
  for part in select k from pg_catalog.jsonb_object_keys(segment) k loop
    if part not in ('tier', 'status', 'topic', 'joined') then
      perform private.refuse_field('segment', 'segment holds something that is not known', 'Use some of tier, status, topic and joined.');
    end if;
  end loop;
  return pg_catalog.jsonb_strip_nulls(pg_catalog.jsonb_build_object(
    'tier', private.arg_choice(segment, 'tier', array['monthly', 'annual', 'donor_annual']),
    'status', private.arg_choice(segment, 'status', array['active', 'past_due', 'alumni'], 'active'),
    'topic', private.arg_topic(segment, 'topic'),
    'joined', private.arg_choice(segment, 'joined', array['last_month', 'last_quarter', 'last_year', 'earlier'])));
end
$$;

comment on function private.check_segment is 'A segment in the words that there are, status active when it says none. Raises PT422.';

create function private.segment_size(segment jsonb, at timestamptz)
returns integer
language plpgsql
stable
set search_path = ''
as $$
declare
  -- By finished months, and whole fives: two segments that differ by one person have the same size.
  month constant timestamptz := pg_catalog.date_trunc('month', at, 'UTC');
  since constant timestamptz := month - case segment ->> 'joined'
    when 'last_month' then interval '1 month' when 'last_quarter' then interval '3 months' else interval '12 months' end;
  people bigint;
begin
  select pg_catalog.count(*) into people
    from public.memberships m
    join public.profiles p on p.member_id = m.member_id
    -- Who said no to mails is not reached: as private.audience_target says of one.
    left join (select distinct on (c.member_id) c.member_id, c.granted from public.consents c where c.channel = 'email'
                order by c.member_id, c.id desc) said on said.member_id = m.member_id
   where coalesce(said.granted, true)
     and case segment ->> 'status' when 'alumni' then m.access_until <= at
           when 'past_due' then m.access_until > at and m.status = 'past_due' else m.access_until > at end
     and (segment ->> 'tier' is null or m.tier::text = segment ->> 'tier')
     and (segment ->> 'topic' is null or p.interests @> array[segment ->> 'topic'])
     and case segment ->> 'joined' when 'earlier' then m.member_since < since
           else segment ->> 'joined' is null or m.member_since >= since and m.member_since < month end;
  return case when people >= 5 then people / 5 * 5 end;
end
$$;

comment on function private.segment_size is 'How many members a segment reaches who take mails, in whole fives; null for fewer than five.';

create function private.shown_draft(draft private.campaign_drafts, at timestamptz)
returns jsonb
language plpgsql
stable
set search_path = ''
as $$
begin
  return pg_catalog.jsonb_build_object('id', draft.id, 'subject', private.said(draft.subject), 'body', private.said(draft.body), 'segment', draft.segment,
    'about', private.segment_size(draft.segment, at), 'why', private.said(draft.why), 'state', draft.state, 'created_at', draft.created_at,
    'decided_at', draft.decided_at);
end
$$;

comment on function private.shown_draft is 'A draft as its agent sees it again.';

create function private.agent_list_drafts(call private.agent_call, args jsonb)
returns jsonb
language plpgsql
stable
set search_path = ''
as $$
declare
  most constant integer := private.arg_integer(args, 'limit', 1, 100, 25)::integer;
  place constant record := private.arg_cursor(args);
  one private.campaign_drafts;
  last private.campaign_drafts;
  rows jsonb := ('[]')::jsonb;
  next text;
begin
  for one in
    select d.* from private.campaign_drafts d
     where d.key_id = call.key_id and (d.created_at, d.id) < (coalesce(place.moment, 'infinity'), coalesce(place.id, 'ffffffff-ffff-ffff-ffff-ffffffffffff'))
     order by d.created_at desc, d.id desc limit most + 1
  loop
    if pg_catalog.jsonb_array_length(rows) = most then
      next := private.next_cursor(last.created_at, last.id);
      exit;
    end if;
    rows := rows || (private.shown_draft(one, call.at) - 'about');
    last := one;
  end loop;
  return pg_catalog.jsonb_build_object('data', rows, 'next', next);
end
$$;

comment on function private.agent_list_drafts is 'audience.list: the drafts of the key, the newest first.';

create function private.too_many_campaigns(key uuid)
returns text
language plpgsql
volatile
set search_path = ''
as $$
declare
  most constant integer := 20;
begin
  -- Whoever drafts at the same moment waits, and then is counted.
  perform from private.agent_keys k where k.id = key for no key update;
  return (
    select case when count(*) >= most then pg_catalog.format('%s drafts of this key still wait for an admin', most) end
      from private.campaign_drafts d where d.key_id = key and d.state = 'draft');
end
$$;

comment on function private.too_many_campaigns is 'Why a key may not have one more draft of a campaign, as a sentence without its full stop; null when it may. Holds the key.';

create function private.agent_draft_campaign(call private.agent_call, args jsonb)
returns jsonb
language plpgsql
volatile
set search_path = ''
as $$
declare
  problem text;
  subject constant text := nullif(private.tidy_line(private.arg_text(args, 'subject', 150, true)), '');
  body constant text := private.arg_text(args, 'body', 20000, true);
  why constant text := private.arg_text(args, 'why', 500, true);
  segment constant jsonb := private.check_segment(args -> 'segment');
  made uuid;
begin
  if subject is null then
    perform private.refuse_field('subject', 'subject is missing', 'Say it in a text.');
  end if;
  problem := private.too_many_campaigns(call.key_id);
  if problem is not null then
    raise exception using errcode = 'PT409', message = problem, hint = 'Discard some with audience.discard, or wait until an admin has looked at them.';
  end if;
  insert into private.campaign_drafts (key_id, subject, body, segment, why, created_at)
  values (call.key_id, subject, body, segment, why, call.at) returning id into made;
  perform private.note_agent_write(call, 'audience.drafted', 'campaign_draft', made::text,
    pg_catalog.jsonb_build_object('segment', segment), null, '{"state": "draft"}', 'undo_campaign_draft');
  return pg_catalog.jsonb_build_object('data', pg_catalog.jsonb_build_object('id', made, 'state', 'draft', 'segment', segment,
    'about', private.segment_size(segment, call.at)));
end
$$;

comment on function private.agent_draft_campaign is 'audience.draft: puts the draft of a campaign before the admins, 20 of a key at most. It sends nothing. Raises PT409 or PT422.';

create function private.close_draft(draft uuid, key uuid, state private.campaign_draft_state, reason text, at timestamptz)
returns boolean
language plpgsql
volatile
set search_path = ''
as $$
declare
  held private.campaign_drafts;
begin
  select d.* into held from private.campaign_drafts d where d.id = draft and (key is null or d.key_id = key) for update;
  if held.id is null then
    raise exception using errcode = 'PT404', message = 'There is no such draft', detail = 'draft', hint = 'Look for it among the drafts.';
  elsif held.state = close_draft.state then
    return false;
  elsif held.state <> 'draft' then
    raise exception using errcode = 'PT409', message = pg_catalog.format('This draft is %s already', held.state), detail = 'draft',
      hint = 'Nothing more can be done with it.';
  end if;
  update private.campaign_drafts d set state = close_draft.state, decided_at = at, decision_reason = close_draft.reason where d.id = held.id;
  return true;
end
$$;

comment on function private.close_draft is 'Takes a draft off the list; false when it was so already. key: only when it is this key''s. Raises PT404 or PT409.';

create function private.agent_discard_draft(call private.agent_call, args jsonb)
returns jsonb
language plpgsql
volatile
set search_path = ''
as $$
declare
  draft constant uuid := private.arg_uuid(args, 'draft', true);
begin
  if private.close_draft(draft, call.key_id, 'discarded', null, call.at) then
    perform private.note_agent_write(call, 'audience.draft_discarded', 'campaign_draft', draft::text, null,
      '{"state": "draft"}', '{"state": "discarded"}', 'undo_campaign_draft');
  end if;
  return pg_catalog.jsonb_build_object('data', pg_catalog.jsonb_build_object('id', draft, 'state', 'discarded'));
end
$$;

comment on function private.agent_discard_draft is 'audience.discard: takes back a draft of the key that nobody has used. Raises PT404 or PT409.';

create function private.undo_campaign_draft(call private.agent_call, write private.agent_writes)
returns text
language plpgsql
volatile
set search_path = ''
as $$
declare
  back constant private.campaign_draft_state := coalesce(write.before ->> 'state', 'discarded')::private.campaign_draft_state;
  problem text;
begin
  if write.key_id <> call.key_id then
    return 'Another key did that.';
  elsif back = 'draft' then
    problem := private.too_many_campaigns(call.key_id);
    if problem is not null then
      return problem || '.';
    end if;
  end if;
  update private.campaign_drafts d set state = back, decided_at = case when back = 'discarded' then call.at end, decision_reason = null
   where d.id::text = write.target_id and d.state = (write.after ->> 'state')::private.campaign_draft_state;
  return case when not found then 'An admin has decided about this draft.' end;
end
$$;

comment on function private.undo_campaign_draft is 'Discards a draft, or brings back one that was discarded, while no admin has decided about it and fewer than twenty of its key wait.';
