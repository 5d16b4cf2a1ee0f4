-- Tasks of agents: what was written for one is listed together, and taken back together.

create function private.agent_open_change_set(call private.agent_call, args jsonb)
returns jsonb
language plpgsql
volatile
set search_path = ''
as $$
declare
  opened uuid;
begin
  insert into private.agent_change_sets (key_id, task, opened_at) values (call.key_id, private.arg_text(args, 'task', 300, true), call.at)
  returning id into opened;
  -- Kept for practice, too: it holds nothing but what the key itself did.
  return pg_catalog.jsonb_build_object('keep', true, 'data', pg_catalog.jsonb_build_object('change_set', opened, 'opened_at', call.at));
end
$$;

comment on function private.agent_open_change_set is 'change_sets.open: begins a task.';

create function private.why_final(action text)
returns text
language plpgsql
immutable
set search_path = ''
as $$
begin
  return case action
    when 'members.profile_hidden' then 'To be seen again is her own decision.'
    when 'members.card_link_sent' then 'A mail that was sent stays sent.'
    else 'This cannot be taken back.' end;
end
$$;

comment on function private.why_final is 'Why a change of this kind cannot be taken back.';

create function private.agent_get_change_set(call private.agent_call, args jsonb)
returns jsonb
language plpgsql
stable
set search_path = ''
as $$
declare
  most constant integer := 200;
  held private.agent_change_sets;
begin
  select c.* into held from private.agent_change_sets c where c.id = private.arg_uuid(args, 'change_set', true) and c.key_id = call.key_id;
  if held.id is null then
    raise exception using errcode = 'PT404', message = 'This key has no such change set', detail = 'change_set', hint = 'Open one with change_sets.open.';
  end if;
  return pg_catalog.jsonb_build_object(
    'rows', (select count(n.member_id) from (select w.member_id from private.agent_writes w where w.change_set = held.id order by w.id desc limit most) n),
    'data', pg_catalog.jsonb_build_object(
    'change_set', held.id, 'task', private.said(held.task), 'opened_at', held.opened_at, 'undone_at', held.undone_at,
    'count', (select count(*) from private.agent_writes w where w.change_set = held.id),
    'writes', (
      select coalesce(pg_catalog.jsonb_agg(pg_catalog.jsonb_build_object('write', w.id, 'operation', w.operation, 'action', w.action,
               'target_type', w.target_type, 'target', w.target_id, 'at', w.at, 'undone_at', w.undone_at,
               'can_be_undone', w.undo is not null and w.undone_at is null and held.undone_at is null,
               'why_not', case when w.undone_at is null then coalesce(w.undo_note, case when w.undo is null then private.why_final(w.action) end) end)
               order by w.id desc), '[]')
        from (select n.* from private.agent_writes n where n.change_set = held.id order by n.id desc limit most) w)));
end
$$;

comment on function private.agent_get_change_set is 'change_sets.get: what was written for a task, newest first, the last 200, and whether each can be taken back.';

create function private.undo_write(call private.agent_call, write private.agent_writes)
returns text
language plpgsql
volatile
set search_path = ''
as $$
declare
  code text;
  message text;
  why text;
begin
  if write.undo is null then
    return private.why_final(write.action);
  end if;
  begin
    execute pg_catalog.format('select private.%I($1, $2)', write.undo) into why using call, write;
    return why;
  exception when others then
    get stacked diagnostics code = returned_sqlstate, message = message_text;
    -- What another attempt may cure is not kept as the truth: the whole undo fails, and is asked for again.
    if code !~ '^(PT4|22|23|42501)' then
      raise;
    end if;
    return case when code like 'PT4%' then message || '.' else 'It does not fit any more with what is there now.' end;
  end;
end
$$;

comment on function private.undo_write is
  'Takes one change back, wholly or not at all. Null when it was, else the sentence why not. A refusal of one (PT4xx, a constraint) leaves the others alone; what another attempt may cure is raised.';

create function private.targets_of(writes bigint[], kind text)
returns uuid[]
language sql
stable
set search_path = ''
as $$ select array(select w.target_id::uuid from private.agent_writes w where w.id = any (writes) and w.target_type = kind) $$;

comment on function private.targets_of is 'The rows of this kind that these changes are about.';

create function private.undo_each(writes bigint[], actor_kind private.actor_kind, actor text, reason text, correlation_id text, at timestamptz)
returns integer
language plpgsql
volatile
set search_path = ''
as $$
declare
  made constant uuid[] := array(select w.target_id::uuid from private.agent_writes w where w.id = any (writes) and w.undo = 'undo_member_creation');
  one bigint;
  write private.agent_writes;
  why text;
  undone integer := 0;
begin
  -- Everything that it may come to, in the order of everywhere: addresses, whom it is about, the keys, their tasks, what they
  -- asked for, the changes, what was changed. Whoever erases or merges somebody, revokes a key, decides, or takes back something
  -- else at the same moment is waited for or waits, and never both.
  perform private.lock_email(a.email) from (select e.email from public.member_emails e where e.member_id = any (made) order by e.email) a;
  perform from public.members m
    where m.id = any (made || array(select w.member_id from private.agent_writes w where w.id = any (writes) and w.member_id is not null))
    order by m.id for update;
  perform from private.agent_keys k where k.id in (select w.key_id from private.agent_writes w where w.id = any (writes)) order by k.id for no key update;
  perform from private.agent_change_sets c
    where c.id in (select w.change_set from private.agent_writes w where w.id = any (writes)) order by c.id for no key update;
  perform from private.agent_proposals p
    where p.state in ('waiting', 'approved') and p.id = any (private.targets_of(writes, 'agent_proposal')) order by p.id for no key update;
  perform from private.agent_writes w where w.id = any (writes) order by w.id for no key update;
  perform from private.event_ideas i where i.id = any (private.targets_of(writes, 'event_idea')) order by i.id for update;
  perform from private.campaign_drafts d where d.id = any (private.targets_of(writes, 'campaign_draft')) order by d.id for update;
  perform from public.resources r where r.id = any (private.targets_of(writes, 'resource')) order by r.id for update;
  foreach one in array writes loop
    select w.* into write from private.agent_writes w where w.id = one and w.undone_at is null;
    continue when not found;
    why := private.undo_write((
      select (k.id, k.name, k.is_sandbox, 'change_sets.undo', null, correlation_id, at)::private.agent_call
        from private.agent_keys k where k.id = write.key_id), write);
    update private.agent_writes w set undone_at = case when why is null then undo_each.at end, undo_note = why where w.id = write.id;
    if why is null then
      undone := undone + 1;
      perform private.audit(actor_kind, actor, 'agents.write_undone', write.target_type, write.target_id,
        null, pg_catalog.jsonb_build_object('write', write.id, 'action', write.action), reason, correlation_id);
    end if;
  end loop;
  return undone;
end
$$;

comment on function private.undo_each is
  'Takes these changes back in their order, each by its own function and each for itself; what could not be keeps a sentence why, and what somebody else took back meanwhile is left alone. Returns how many it took back.';

create function private.not_undone(writes bigint[])
returns bigint
language sql
stable
set search_path = ''
as $$ select count(*) from private.agent_writes w where w.id = any (writes) and w.undone_at is null $$;

comment on function private.not_undone is 'How many of these changes were not taken back.';

create function private.undo_writes(
  change_set uuid, again boolean, actor_kind private.actor_kind, actor text, reason text, correlation_id text, at timestamptz
)
returns integer
language plpgsql
volatile
set search_path = ''
as $$
#variable_conflict use_variable
declare
  held private.agent_change_sets;
  writes bigint[];
  undone integer;
begin
  -- Whoever writes for this task holds it until the end: a second undo and a late write wait here for each other.
  perform private.hold_change_set(change_set, true);
  select c.* into held from private.agent_change_sets c where c.id = change_set;
  if held.undone_at is not null and not again then
    return 0;
  end if;
  writes := array(select w.id from private.agent_writes w where w.change_set = held.id and w.undone_at is null order by w.id desc);
  undone := private.undo_each(writes, actor_kind, actor, reason, correlation_id, at);
  update private.agent_change_sets c set undone_at = coalesce(c.undone_at, at), undone_by = coalesce(c.undone_by, actor_kind::text || ':' || actor)
   where c.id = held.id;
  perform private.audit(actor_kind, actor, 'agents.change_set_undone', 'agent_change_set', held.id::text,
    null, pg_catalog.jsonb_build_object('undone', undone, 'left', private.not_undone(writes)), reason, correlation_id);
  return undone;
end
$$;

comment on function private.undo_writes is
  'Takes back what was written for a task, newest first. Done once, unless asked for again, which tries what was left. Returns how many it took back.';

create function private.agent_undo_change_set(call private.agent_call, args jsonb)
returns jsonb
language plpgsql
volatile
set search_path = ''
as $$
declare
  wanted constant uuid := private.arg_uuid(args, 'change_set', true);
  missing text;
  is_lost boolean;
begin
  if not exists (select from private.agent_change_sets c where c.id = wanted and c.key_id = call.key_id) then
    raise exception using errcode = 'PT404', message = 'This key has no such change set', detail = 'change_set', hint = 'Open one with change_sets.open.';
  end if;
  -- Taking back is writing: what a key may not do any more it does not undo either.
  select o.scope::text, o.scope <> all (k.scopes) into missing, is_lost
    from private.agent_writes w join private.agent_operations o on o.operation = w.operation join private.agent_keys k on k.id = w.key_id
   where w.change_set = wanted and w.undone_at is null and w.undo is not null
     and (o.scope <> all (k.scopes) or o.scope::text <> all (pg_catalog.string_to_array(pg_catalog.current_setting('commons.scopes', true), ' ')))
   order by w.id limit 1;
  if missing is not null then
    return private.agent_answer(403, pg_catalog.format(
        case when is_lost then 'This key has no scope %s any more, which some of it needs' else 'This token has no scope %s, which some of it needs' end, missing),
      'change_set', 'An admin can undo it, with admin.undo_change_set.', scope => missing);
  end if;
  perform private.undo_writes(wanted, false, 'agent', call.key_name, null, call.correlation_id, call.at);
  return (
    select pg_catalog.jsonb_build_object('keep', true, 'data', pg_catalog.jsonb_build_object(
             'change_set', c.id, 'undone_at', c.undone_at,
             'undone', (select count(*) from private.agent_writes w where w.change_set = c.id and w.undone_at is not null),
             'left', (select count(*) from private.agent_writes w where w.change_set = c.id and w.undone_at is null),
             'writes', (select coalesce(pg_catalog.jsonb_agg(pg_catalog.jsonb_build_object('write', w.id, 'action', w.action,
                                 'target_type', w.target_type, 'target', w.target_id, 'is_undone', w.undone_at is not null, 'why_not', w.undo_note)
                                 order by w.id desc), '[]')
                          from private.agent_writes w where w.change_set = c.id)))
      from private.agent_change_sets c where c.id = wanted);
end
$$;

comment on function private.agent_undo_change_set is
  'change_sets.undo: takes a task back as far as it goes, and says of each change whether it was. What others changed meanwhile is left alone. The second time nothing happens, and the answer is the same.';

create function admin.undo_change_set(id uuid, reason text)
returns text
language plpgsql
volatile
set search_path = ''
as $$
declare
  undone integer;
  remaining bigint;
begin
  if not exists (select from private.agent_change_sets c where c.id = undo_change_set.id) then
    raise exception using errcode = 'PT404', message = 'There is no such change set', detail = 'id', hint = 'Look for it in admin.agent_writes.';
  end if;
  undone := private.undo_writes(undo_change_set.id, true, 'studio', session_user::text, private.require_reason(reason),
    'undo-' || undo_change_set.id::text, private.clock());
  select count(*) into remaining from private.agent_writes w where w.change_set = undo_change_set.id and w.undone_at is null;
  return pg_catalog.format('%s taken back, %s left: undo_note in admin.agent_writes says why.', undone, remaining);
end
$$;

comment on function admin.undo_change_set is
  'Takes back what an agent wrote for one task, also what was left when it was tried before. What others changed meanwhile is left alone. Raises PT404 or PT422.';

create function admin.undo_agent_writes(name text, since timestamptz, reason text)
returns text
language plpgsql
volatile
set search_path = ''
as $$
declare
  at constant timestamptz := private.clock();
  why constant text := private.require_reason(reason);
  held private.agent_keys;
  writes bigint[];
  undone integer;
begin
  if since is null or since > at then
    perform private.refuse_field('since', 'Say since when, by a time that is over', 'Look at the times in admin.agent_writes.');
  end if;
  held := private.key_named(undo_agent_writes.name, is_held => false);
  -- Whoever writes for one of its tasks, or takes it back, is waited for; what is written for none is seen when it is done.
  perform private.hold_change_set(c.id, true) from (
    select distinct w.change_set as id from private.agent_writes w where w.key_id = held.id and w.at >= since and w.change_set is not null order by 1) c;
  writes := array(select w.id from private.agent_writes w where w.key_id = held.id and w.at >= since and w.undone_at is null order by w.id desc);
  undone := private.undo_each(writes, 'studio', session_user::text, why, 'undo-' || held.name, at);
  -- Its tasks are over with that: what is left of them an admin takes back.
  update private.agent_change_sets c set undone_at = at, undone_by = 'studio:' || session_user::text
   where c.undone_at is null and c.id in (select w.change_set from private.agent_writes w where w.id = any (writes));
  perform private.audit('studio', session_user::text, 'agents.writes_undone', 'agent_key', held.name,
    null, pg_catalog.jsonb_build_object('since', since, 'undone', undone, 'left', private.not_undone(writes)), why, 'undo-' || held.name);
  return pg_catalog.format('%s taken back, %s left: undo_note in admin.agent_writes says why.', undone, private.not_undone(writes));
end
$$;

comment on function admin.undo_agent_writes is
  'Takes back what a key wrote since then, for a task or for none, newest first, also what was left when it was tried before. What others changed meanwhile is left alone. Stop the key first. Raises PT404 or PT422.';
