-- What admins do with drafts of campaigns; and what a leader decided about ideas, for herself.

create view admin.campaign_drafts with (security_invoker = true) as
select k.name as agent, d.subject, d.body, d.segment,
       case when d.state = 'draft' then coalesce(private.segment_size(d.segment, private.clock())::text, 'fewer than five') end as reaches_about,
       d.why, d.state, d.created_at, d.decided_at, d.decision_reason, d.id
  from private.campaign_drafts d join private.agent_keys k on k.id = d.key_id
 order by d.state = 'draft' desc, d.created_at desc;

comment on view admin.campaign_drafts is
  'Campaigns that agents drafted, those that wait first. To use one: select admin.use_draft(id), then paste the text into a campaign at Mailchimp. Nothing is sent from here.';

create function admin.use_draft(id uuid)
returns text
language plpgsql
volatile
set search_path = ''
as $$
declare
  held private.campaign_drafts;
begin
  if private.close_draft(use_draft.id, null, 'used', null, private.clock()) then
    perform private.audit('studio', session_user::text, 'audience.draft_used', 'campaign_draft', use_draft.id::text);
  end if;
  select d.* into held from private.campaign_drafts d where d.id = use_draft.id;
  return pg_catalog.concat_ws(E'\n\n', 'To: ' || private.segment_words(held.segment), 'Subject: ' || held.subject, held.body);
end
$$;

comment on function admin.use_draft is
  'Marks a campaign that an agent drafted as used, and gives its text to copy into Mailchimp, with the segment to choose there. Read it first: an agent wrote it. Raises PT404 or PT409.';

create function admin.dismiss_draft(id uuid, reason text)
returns boolean
language plpgsql
volatile
set search_path = ''
as $$
declare
  why constant text := private.require_reason(dismiss_draft.reason);
  closed constant boolean := private.close_draft(dismiss_draft.id, null, 'dismissed', why, private.clock());
begin
  if closed then
    perform private.audit('studio', session_user::text, 'audience.draft_dismissed', 'campaign_draft', dismiss_draft.id::text, null, null, why);
  end if;
  return closed;
end
$$;

comment on function admin.dismiss_draft is 'Takes a campaign that an agent drafted off the list, with the reason. False when it was so already. Raises PT404, PT409 or PT422.';

create function private.segment_words(segment jsonb)
returns text
language sql
immutable
set search_path = ''
as $$
  select pg_catalog.concat_ws(', ',
    'contacts with the tag ' || case segment ->> 'status' when 'alumni' then 'alumni' else 'active' end,
    'and the tag ' || (segment ->> 'tier'),
    case when segment ->> 'status' = 'past_due' then 'whose dues are unpaid now' end,
    'who are interested in ' || (segment ->> 'topic'),
    case segment ->> 'joined' when 'last_month' then 'who joined last month' when 'last_quarter' then 'who joined in the last three months'
      when 'last_year' then 'who joined in the last twelve months' when 'earlier' then 'who joined more than twelve months ago' end)
$$;

comment on function private.segment_words is 'A segment in words for whoever chooses it at Mailchimp.';

create function private.ideas_data(member uuid)
returns jsonb
language plpgsql
stable
set search_path = ''
as $$
begin
  return (select coalesce(pg_catalog.jsonb_agg(pg_catalog.jsonb_build_object('idea', i.id, 'title', i.title, 'decided_at', i.decided_at,
                   'decision', i.state, 'event', i.event_id) order by i.decided_at), '[]')
            from private.event_ideas i where i.decided_by = ideas_data.member);
end
$$;

comment on function private.ideas_data is 'The ideas for events about which a person decided as a leader, for herself.';
