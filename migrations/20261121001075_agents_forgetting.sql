-- What of agents is not kept: by the calendar, when a person is erased, and when two rows become one person.

create function private.empty_proposal(proposal uuid, said text)
returns boolean
language plpgsql
volatile
set search_path = ''
as $$
begin
  -- Its guard lets pass what is announced to it.
  perform pg_catalog.set_config('commons.proposal', proposal::text, true);
  update private.agent_proposals p
     set reason = said, shows = '{"would": []}', decision_reason = null, error = case when p.error is not null then said end
   where p.id = proposal;
  perform pg_catalog.set_config('commons.proposal', '', true);
  return true;
end
$$;

comment on function private.empty_proposal is 'Takes the words out of a proposal; kind, sums, times and numbers stay for the books.';

create function private.forget_agents(
  at timestamptz, keep_requests interval default '30 days', keep_refusals interval default '90 days', keep_secrets interval default '90 days',
  keep_writes interval default '1 year', keep_tasks interval default '1 year', keep_alerts interval default '1 year',
  keep_use interval default '2 years', keep_proposals interval default '2 years', most integer default 20000
)
returns integer
language plpgsql
volatile
set search_path = ''
as $$
declare
  gone integer := 0;
  n integer;
begin
  perform jobs.beat('agents.forget');
  delete from private.agent_requests r where (r.key_id, r.idempotency_key) in (
    select o.key_id, o.idempotency_key from private.agent_requests o where o.at < forget_agents.at - keep_requests limit most);
  get diagnostics n = row_count;
  gone := gone + n;
  delete from private.agent_refusals r where r.id in (select o.id from private.agent_refusals o where o.at < forget_agents.at - keep_refusals limit most);
  get diagnostics n = row_count;
  gone := gone + n;
  delete from private.agent_use u where (u.key_id, u.day, u.operation) in (
    select o.key_id, o.day, o.operation from private.agent_use o where o.day < (forget_agents.at - keep_use)::date limit most);
  get diagnostics n = row_count;
  gone := gone + n;
  delete from private.agent_alerts a where a.at < forget_agents.at - keep_alerts and a.closed_at is not null;
  get diagnostics n = row_count;
  gone := gone + n;
  -- That it was written, where and when, is in the audit log anyway; what stood there goes, and with it the way back.
  update private.agent_writes w set before = null, after = null, undo = null
   where w.id in (select o.id from private.agent_writes o
                   where o.at < forget_agents.at - keep_writes and (o.before is not null or o.after is not null or o.undo is not null) limit most);
  get diagnostics n = row_count;
  gone := gone + n;
  update private.agent_change_sets c set task = 'Forgotten' where c.opened_at < forget_agents.at - keep_tasks and c.task <> 'Forgotten';
  get diagnostics n = row_count;
  gone := gone + n;
  gone := gone + (select count(private.empty_proposal(o.id, 'Forgotten')) from (
    select p.id from private.agent_proposals p where p.settled_at < forget_agents.at - keep_proposals and p.reason <> 'Forgotten' order by p.id limit most) o);
  delete from private.event_ideas i where i.decided_at < forget_agents.at - keep_proposals;
  get diagnostics n = row_count;
  gone := gone + n;
  delete from private.campaign_drafts d where d.decided_at < forget_agents.at - keep_proposals;
  get diagnostics n = row_count;
  gone := gone + n;
  -- A secret that has ended opens nothing; its last four signs are of use as long as somebody may wonder about it.
  delete from private.agent_secrets s
   where least(s.revoked_at, s.expires_at, (select least(k.revoked_at, k.expires_at) from private.agent_keys k where k.id = s.key_id)) < forget_agents.at - keep_secrets;
  get diagnostics n = row_count;
  return gone + n;
end
$$;

comment on function private.forget_agents is
  'Removes what is kept of agents for a while only: answers a month, refusals and ended secrets three, what stood in changed rows a year, words of proposals, ideas, drafts and numbers of use two. pg_cron calls it each night. Returns how many rows.';

select cron.schedule('agents.forget', '13 3 * * *', 'select private.forget_agents(private.clock())'),
       jobs.beat('agents.forget');

create function private.plain_words(said text)
returns text
language sql
immutable
strict
set search_path = ''
as $$ select ' ' || pg_catalog.btrim(pg_catalog.regexp_replace(private.fold(said), '[^[:alnum:]@]+', ' ', 'g')) || ' ' $$;

comment on function private.plain_words is 'A text as words with one space around each, in lower case without accents: what is looked for in it is looked for as whole words.';

create function private.names_any(said text, words text[])
returns boolean
language plpgsql
stable
set search_path = ''
as $$
declare
  folded constant text := private.fold(said);
  plain text;
  word text;
begin
  foreach word in array words loop
    -- Most texts name nobody: a look for its first word, before the text is taken apart, tells so ten times faster.
    if pg_catalog.strpos(folded, pg_catalog.split_part(word, ' ', 2)) > 0 then
      plain := coalesce(plain, private.plain_words(said));
      if pg_catalog.strpos(plain, word) > 0 then
        return true;
      end if;
    end if;
  end loop;
  return false;
end
$$;

comment on function private.names_any is 'Whether a text holds one of these words (private.plain_words), as whole words.';

create function private.erase_agents(member uuid, addresses text[], at timestamptz)
returns void
language plpgsql
volatile
set search_path = ''
as $$
declare
  -- What she is called by: her addresses, her whole name, and the longer words of it; a short one alone (May, Will) is
  -- too often just a word. Agents write texts, and may name her.
  words constant text[] := array(
    select private.plain_words(w) from pg_catalog.unnest(addresses) w where w <> ''
    union select private.plain_words(p.name) from public.profiles p where p.member_id = member and p.name <> ''
    union select private.plain_words(w) from public.profiles p, pg_catalog.regexp_split_to_table(p.name, '[\s-]+') w
     where p.member_id = member and pg_catalog.length(w) > 4);
  keys uuid[];
  tasks uuid[];
  hers uuid[];
  writes bigint[];
begin
  -- Keys, their tasks, their proposals, then what they changed, each in the order of their numbers, as whoever revokes or takes back holds them.
  keys := array(select k.id from private.agent_keys k
    where k.holder_id = member or private.names_any(pg_catalog.concat_ws(' ', k.what, k.held_reason, k.revoked_reason), words)
    order by k.id for no key update);
  -- A task was about her when it wrote to her, or proposed something about her, or names her.
  tasks := array(select c.id from private.agent_change_sets c
    where exists (select from private.agent_writes w where w.change_set = c.id and w.member_id = member)
       or exists (select from private.agent_proposals p where p.change_set = c.id and (p.member_id = member or p.subject = member::text))
       or private.names_any(c.task, words)
    order by c.id for no key update);
  hers := array(select p.id from private.agent_proposals p
    where p.member_id = member or private.names_any(pg_catalog.concat_ws(' ', p.reason, p.shows, p.decision_reason, p.error), words)
    order by p.id for no key update);
  update private.agent_keys k
     set what = case when private.names_any(k.what, words) then 'Of somebody who was erased' else k.what end,
         held_reason = case when private.names_any(k.held_reason, words) then 'Erased' else k.held_reason end,
         revoked_reason = case when private.names_any(k.revoked_reason, words) then 'Erased' else k.revoked_reason end,
         holder_id = case when k.holder_id <> member then k.holder_id end
   where k.id = any (keys);
  update private.agent_change_sets c set task = 'About somebody who was erased' where c.id = any (tasks);
  perform private.empty_proposal(p.id, 'Erased') from private.agent_proposals p where p.member_id = member;
  perform private.erase_proposals(member, at);
  writes := array(select w.id from private.agent_writes w
    where w.member_id = member or private.names_any(pg_catalog.concat_ws(' ', w.before, w.after, w.undo_note), words)
    order by w.id for no key update);
  delete from private.agent_writes w where w.member_id = member;
  update private.agent_writes w set before = null, after = null, undo = null, undo_note = null where w.id = any (writes);
  -- The row goes on keeping a write from being done twice, under a name that nobody can read her from.
  update private.agent_requests r set idempotency_key = 'erased:' || pg_catalog.encode(pg_catalog.sha256(pg_catalog.convert_to(r.idempotency_key, 'UTF8')), 'hex')
   where private.names_any(r.idempotency_key, words);
  update private.agent_refusals f set reason = 'Erased', field = null, correlation_id = null
   where private.names_any(pg_catalog.concat_ws(' ', f.reason, f.field, f.correlation_id), words);
  update private.event_ideas i set title = 'About somebody who was erased', description = '', why = 'About somebody who was erased'
   where i.id = any (array(select n.id from private.event_ideas n
                             where private.names_any(pg_catalog.concat_ws(' ', n.title, n.description, n.why), words) order by n.id for update));
  update private.campaign_drafts d set subject = 'About somebody who was erased', body = 'Erased', why = 'Erased', decision_reason = null
   where d.id = any (array(select n.id from private.campaign_drafts n
                             where private.names_any(pg_catalog.concat_ws(' ', n.subject, n.body, n.segment, n.why, n.decision_reason), words) order by n.id for update));
  perform private.empty_proposal(p.id, 'About somebody who was erased') from private.agent_proposals p
    where private.names_any(pg_catalog.concat_ws(' ', p.reason, p.shows, p.decision_reason, p.error), words);
  -- What was answered is kept for who sends the same again: from now on that is what is left of the proposal.
  update private.agent_requests r set answer = pg_catalog.jsonb_set(r.answer, '{data}', private.shown_proposal(p))
    from private.agent_proposals p where p.id = any (hers) and r.key_id = p.key_id and r.answer #>> '{data,id}' = p.id::text;
  -- Slack has shown her name, or that it was she who decided.
  perform private.owe_slack_update(m.id, pg_catalog.format('erased:%s', extract(epoch from at)))
     from private.agent_proposals p join private.slack_messages m on m.key = 'agent_proposal:' || p.id::text
    where (p.id = any (hers) or p.decided_by = member::text) and m.state = 'sent';
  update private.agent_alerts a set closed_reason = 'Erased' where private.names_any(a.closed_reason, words);
end
$$;

comment on function private.erase_agents is
  'Takes a person out of what agents did and said: her rows go, and texts that name her. Amounts and numbers of what was refunded or ended stay for the books. Called before her row goes.';

create function private.agents_merged(kept uuid, gone uuid, at timestamptz)
returns void
language plpgsql
volatile
set search_path = ''
as $$
begin
  -- A key before its proposals, as whoever revokes it holds them.
  perform from private.agent_keys k where k.holder_id = gone order by k.id for no key update;
  update private.agent_keys k set holder_id = kept where k.holder_id = gone;
  perform private.proposals_merged(kept, gone, at);
  -- What was changed in the row that goes cannot be put back in it.
  update private.agent_writes w set member_id = kept, undo = null where w.member_id = gone;
end
$$;

comment on function private.agents_merged is 'Moves what agents did and proposed about one member to another, and the keys that she holds.';

create function private.agent_data(member uuid)
returns jsonb
language plpgsql
stable
set search_path = ''
as $$
begin
  return pg_catalog.jsonb_build_object(
    'changes', (select coalesce(pg_catalog.jsonb_agg(pg_catalog.jsonb_build_object('agent', k.name, 'what', o.title, 'action', w.action,
                  'id', w.target_id, 'kind', w.target_type, 'at', w.at, 'before', w.before, 'after', w.after, 'undo', w.undo, 'undone_at', w.undone_at,
                  'undo_note', w.undo_note, 'task', c.task, 'task_id', w.change_set, 'operation', w.operation, 'correlation_id', w.correlation_id) order by w.id desc), '[]')
                  from private.agent_writes w join private.agent_keys k on k.id = w.key_id join private.agent_operations o on o.operation = w.operation
                  left join private.agent_change_sets c on c.id = w.change_set
                 where w.member_id = member),
    'proposals', private.proposals_data(member),
    'keys', (select coalesce(pg_catalog.jsonb_agg(pg_catalog.to_jsonb(k) - 'holder_id' order by k.created_at), '[]')
               from private.agent_keys k where k.holder_id = member));
end
$$;

comment on function private.agent_data is 'What the agents room holds about a member: what agents changed of hers and proposed about her, and the keys that she works with.';
