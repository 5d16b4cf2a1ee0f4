-- One call, from who it is to what it is answered: in this order, in one transaction, through whichever door.

create function private.rehearsed_writes(call private.agent_call, begun bigint)
returns jsonb
language plpgsql
stable
set search_path = ''
as $$
begin
  return (
    select pg_catalog.jsonb_build_object('writes', pg_catalog.jsonb_agg(pg_catalog.jsonb_strip_nulls(pg_catalog.jsonb_build_object(
             'action', l.action, 'target_type', l.target_type, 'target_id', l.target_id, 'after', l.after)) order by l.id))
      from private.audit_log l
     where l.id > begun and l.actor_kind = 'agent' and l.actor = call.key_name and l.correlation_id is not distinct from call.correlation_id
       and exists (select from private.agent_writes w where w.key_id = call.key_id and w.at = call.at and w.operation = call.operation
                      and w.action = l.action and w.target_type = l.target_type and w.target_id = l.target_id)
    having count(*) > 0);
end
$$;

comment on function private.rehearsed_writes is
  'What private.note_agent_write put into the audit log, after the entry begun, for a call that is about to be undone: what was done to what, and never texts of people. Null: it changed nothing.';

create function private.run_operation(call private.agent_call, operation private.agent_operations, args jsonb)
returns jsonb
language plpgsql
volatile
set search_path = ''
as $$
declare
  claims constant text := coalesce(pg_catalog.current_setting('request.jwt.claims', true), '');
  result jsonb;
  code text;
  message text;
  field text;
  remedy text;
  begun bigint;
  tried jsonb;
begin
  -- Nobody is signed in while an operation runs, whichever door it came through: what a member or an admin may do by
  -- being asked for by name is not open to an agent. What is audited says the agent's name (private.audit).
  perform pg_catalog.set_config('request.jwt.claims', '', true), pg_catalog.set_config('commons.agent', call.key_name, true),
    pg_catalog.set_config('commons.correlation', coalesce(call.correlation_id, ''), true);
  begin
    if call.is_sandbox and operation.risk <> 'read' then
      begun := coalesce((select max(l.id) from private.audit_log l), 0);
    end if;
    execute pg_catalog.format('select private.%I($1, $2)', operation.handler) into result using call, args;
    if begun is not null and not result ? 'body' and coalesce((result ->> 'keep')::boolean, false) is false then
      tried := private.rehearsed_writes(call, begun);
      raise exception using errcode = 'CM010', message = 'rehearsed';
    end if;
  exception
    when sqlstate 'CM010' then
      -- Done and undone at once; what it would have answered is in result. What was tried, and with what, stays on record.
      perform private.audit('agent', call.key_name, 'agents.rehearsed', 'operation', operation.operation, null, tried, null, call.correlation_id);
    when others then
      get stacked diagnostics code = returned_sqlstate, message = message_text, field = pg_exception_detail, remedy = pg_exception_hint;
      if code ~ '^PT4\d\d$' then
        result := private.agent_answer(pg_catalog.right(code, 3)::integer, message, nullif(field, ''), nullif(remedy, ''),
          case when code = 'PT429' then 60 end);
      elsif code ~ '^(08|40|53|55|57|PT)' then
        -- The database is busy or going down: nothing is kept, and the same again may well succeed.
        raise;
      else
        -- A mistake of ours. Answered and kept, so that it counts for the pace of who meets it again and again.
        raise warning '% failed: % %', operation.operation, code, message;
        result := private.agent_answer(500, 'Something went wrong on our side', remedy => 'Try again in a minute, then tell an admin.')
          || pg_catalog.jsonb_build_object('failure', 'SQLSTATE ' || code);
      end if;
  end;
  perform pg_catalog.set_config('request.jwt.claims', claims, true), pg_catalog.set_config('commons.agent', '', true),
    pg_catalog.set_config('commons.correlation', '', true);
  if result ? 'body' then
    return result;
  end if;
  return pg_catalog.jsonb_build_object('status', coalesce((result ->> 'status')::integer, operation.status),
    'rows', coalesce((result ->> 'rows')::bigint, 0),
    'body', pg_catalog.jsonb_strip_nulls(pg_catalog.jsonb_build_object('as_of', call.at, 'next', result -> 'next', 'sandbox', nullif(call.is_sandbox, false)))
      || pg_catalog.jsonb_build_object('data', result -> 'data'));
end
$$;

comment on function private.run_operation is
  'Runs an operation''s handler, and undoes it when it refuses (PT4xx), fails, or when the key is for practice. The handler returns data, and may return next (the cursor of the next page), rows (of people that it gave), status, and keep (a proposal, which practice keeps).';

create function private.open_change_set(key uuid, given text, operation text)
returns uuid
language plpgsql
volatile
set search_path = ''
as $$
declare
  opened uuid;
begin
  select c.id into opened from private.agent_change_sets c where c.key_id = key
     and c.id = case when given ~* '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$' then given::uuid end;
  -- Held, so that an undo of the whole waits for what is being written, and what comes after it finds the set closed.
  -- An undo writes nothing for it, and holds what it takes back.
  if operation <> 'change_sets.undo' then
    perform private.hold_change_set(opened, false);
  end if;
  return (select c.id from private.agent_change_sets c where c.id = opened and c.undone_at is null);
end
$$;

comment on function private.open_change_set is 'The change set, held, when it is this key''s and was not undone; else null.';

create function private.break_loop(key private.agent_keys, operation private.agent_operations, print bytea, at timestamptz)
returns jsonb
language plpgsql
volatile
set search_path = ''
as $$
declare
  most constant integer := 5;
  bucket constant text := pg_catalog.format('agent-loop:%s:%s', key.id, pg_catalog.encode(print, 'hex'));
begin
  if private.take_token(bucket, most, '1 hour', at) is not null then
    return null;
  end if;
  perform private.hold_agent(key, at + interval '15 minutes',
    pg_catalog.format('it asked for the same %s more than %s times', operation.operation, most), 'agent', key.name);
  return private.agent_answer(429, pg_catalog.format('This key asked for the same %s over and over, and is stopped for 15 minutes', operation.operation),
    remedy => 'Look at the answers that it had; the same again does not help.', retry_after => 900);
end
$$;

comment on function private.break_loop is
  'Stops a key that asks for the same write more than five times within an hour, for 15 minutes: under new Idempotency-Keys, or under the same one when it was refused each time. What is answered again does not come here. Null: go on.';

create function private.misfit(operation private.agent_operations, args jsonb, problem jsonb, idempotency_key text)
returns jsonb
language plpgsql
stable
set search_path = ''
as $$
declare
  unknown text;
begin
  if problem is not null then
    return private.agent_answer((problem ->> 'status')::integer, problem ->> 'message', problem ->> 'field', problem ->> 'remedy');
  elsif pg_catalog.jsonb_typeof(args) is distinct from 'object' then
    return private.agent_answer(422, 'The arguments are not an object', 'arguments', 'Send a JSON object.');
  elsif pg_catalog.pg_column_size(args) > 65536 then
    return private.agent_answer(413, 'The arguments are larger than 64 KB', remedy => 'Send less at once.');
  end if;
  select k into unknown from pg_catalog.jsonb_object_keys(args) k where k <> all (operation.parameters) order by k limit 1;
  if unknown is not null then
    -- Said again only when it looks like a name: whatever else stands there is not carried into our records.
    unknown := case when unknown ~ '^[A-Za-z_]{1,40}$' then unknown end;
    return private.agent_answer(422, pg_catalog.format('%s has no parameter %s', operation.operation, coalesce(unknown, 'of such a name')), unknown,
      case when operation.parameters = '{}' then 'It takes none.' else pg_catalog.format('It knows %s.', pg_catalog.array_to_string(operation.parameters, ', ')) end);
  elsif operation.risk <> 'read' and coalesce(idempotency_key, '') !~ '^[!-~]{1,200}$' then
    return private.agent_answer(400, 'A write needs an Idempotency-Key', 'Idempotency-Key',
      'Send a new one of 1 to 200 printable signs for each write, and the same one when you send that write again.');
  end if;
  return null;
end
$$;

comment on function private.misfit is 'What is wrong with what a call sent, before its operation looks at it; null when nothing is. problem: what the door found already.';

create function private.write_once(
  call private.agent_call, key private.agent_keys, operation private.agent_operations, args jsonb, idempotency_key text, change_set text
)
returns jsonb
language plpgsql
volatile
set search_path = ''
as $$
#variable_conflict use_variable
declare
  print constant bytea := pg_catalog.sha256(pg_catalog.convert_to(
    pg_catalog.format(E'%s\n%s\n%s', operation.operation, args, pg_catalog.lower(change_set)), 'UTF8'));
  -- A model that goes round in circles finds new words for why each time.
  loop_print constant bytea := pg_catalog.sha256(pg_catalog.convert_to(pg_catalog.format(E'%s\n%s', operation.operation, args - 'reason'), 'UTF8'));
  -- What it became when somebody whom it named was erased (private.erase_agents).
  erased constant text := 'erased:' || pg_catalog.encode(pg_catalog.sha256(pg_catalog.convert_to(idempotency_key, 'UTF8')), 'hex');
  earlier private.agent_requests;
  answer jsonb;
begin
  if exists (select from private.agent_requests r where r.key_id = key.id and r.idempotency_key = erased) then
    idempotency_key := erased;
  end if;
  -- Who sends the same at the same moment waits here until the first is answered.
  insert into private.agent_requests (key_id, idempotency_key, operation, fingerprint, at)
  values (key.id, idempotency_key, operation.operation, print, call.at)
  on conflict on constraint agent_requests_pkey do nothing;
  if not found then
    select r.* into earlier from private.agent_requests r where r.key_id = key.id and r.idempotency_key = write_once.idempotency_key;
    if earlier.fingerprint is distinct from print then
      return private.agent_answer(422, 'This Idempotency-Key was used for something else', 'Idempotency-Key', 'Send a new one.');
    end if;
    return pg_catalog.jsonb_build_object('status', earlier.status, 'body', earlier.answer, 'is_replayed', true);
  end if;
  if change_set is not null then
    call.change_set := private.open_change_set(key.id, change_set, operation.operation);
    if call.change_set is null then
      answer := private.agent_answer(422, 'This key has no such change set that is open', 'Change-Set', 'Open one first, with change_sets.open.');
    end if;
  end if;
  -- All of a key's writes wait in one line: whoever stops it stops those as well.
  answer := coalesce(answer, private.break_loop(key, operation, loop_print, call.at), private.ended_meanwhile(key, operation, call.at),
    private.run_operation(call, operation, args));
  if answer -> 'body' ? 'error' then
    -- Nothing was done, so the key stays free for what is sent instead.
    delete from private.agent_requests r where r.key_id = key.id and r.idempotency_key = write_once.idempotency_key;
  else
    update private.agent_requests r set status = (answer ->> 'status')::integer, answer = answer -> 'body'
     where r.key_id = key.id and r.idempotency_key = write_once.idempotency_key;
  end if;
  return answer;
end
$$;

comment on function private.write_once is
  'Runs a writing operation under its Idempotency-Key: the same again gets the answer that the first had, also at the same moment and after a day; something else under it is refused.';

create function private.agent_request(
  key private.agent_keys, token_scopes text[], operation text, args jsonb, problem jsonb, idempotency_key text, change_set text,
  correlation_id text, at timestamptz
)
returns jsonb
language plpgsql
volatile
set search_path = ''
as $$
declare
  wanted private.agent_operations;
  call private.agent_call;
  answer jsonb;
begin
  if key.id is null then
    return private.unknown_agent();
  end if;
  select o.* into wanted from private.agent_operations o where o.operation = agent_request.operation;
  if wanted.operation is null then
    -- Who asks for names that there are not pays for a read, and stands on record.
    wanted.risk := 'read';
    return private.refuse_agent(key.id, null, coalesce(private.admit_agent(key, token_scopes, wanted, args, at),
      private.agent_answer(404, 'There is no such operation', 'operation', 'Look at the OpenAPI document for those that there are.')), correlation_id, at);
  end if;
  call := (key.id, key.name, key.is_sandbox, wanted.operation, null, correlation_id, at);
  -- What an operation does that takes other scopes than its own is held against the token too (change_sets.undo).
  perform pg_catalog.set_config('commons.scopes', pg_catalog.array_to_string(token_scopes, ' '), true);
  if wanted.risk = 'read' then
    if not wanted.is_personal then
      -- A read that is counted a moment late harms nobody. What is about people is answered when it is on record.
      perform pg_catalog.set_config('synchronous_commit', 'off', true);
    end if;
    -- Looked at first and paid for at the end: the bucket is held for a moment only, and a key's reads do not wait for
    -- each other. Whom others were faster than learns nothing.
    answer := private.admit_agent(key, token_scopes, wanted, args, at, takes => false);
    if answer is null then
      answer := coalesce(private.misfit(wanted, args, problem, idempotency_key), private.run_operation(call, wanted, args));
      answer := coalesce(private.admit_agent(key, token_scopes, wanted, args, at), answer);
    end if;
  else
    answer := coalesce(private.admit_agent(key, token_scopes, wanted, args, at), private.misfit(wanted, args, problem, idempotency_key),
      private.write_once(call, key, wanted, args, idempotency_key, change_set));
  end if;
  if answer -> 'body' ? 'error' then
    return private.refuse_agent(key.id, wanted.operation, answer, correlation_id, at);
  end if;
  if wanted.is_personal then
    perform private.audit('agent', key.name, 'agents.read', 'operation', wanted.operation, null,
      pg_catalog.jsonb_build_object('rows', answer -> 'rows'), null, correlation_id);
  end if;
  perform private.count_use(key.id, wanted.operation, at, rows_read => case when wanted.is_personal then (answer ->> 'rows')::bigint else 0 end);
  return answer - 'rows';
end
$$;

comment on function private.agent_request is
  'One call of an agent: 401 for a key that is not alive, 403 for a scope that it lacks, 429 for its pace, 400, 413 or 422 for what it sent, then the operation. problem: what the door''s own check of the arguments found, or null. Returns status, body, retry_after, is_replayed; failure when it is a mistake of ours.';

create function private.note_agent_write(
  call private.agent_call, action text, target_type text, target_id text, log jsonb, before jsonb default null, after jsonb default null,
  undo text default null, member uuid default null
)
returns bigint
language plpgsql
volatile
set search_path = ''
as $$
declare
  noted bigint;
begin
  insert into private.agent_writes (key_id, change_set, operation, action, target_type, target_id, member_id, before, after, undo, correlation_id, at)
  values (call.key_id, call.change_set, call.operation, action, target_type, target_id, member, before, after, undo, call.correlation_id, call.at)
  returning id into noted;
  perform private.audit('agent', call.key_name, action, target_type, target_id, null, log, null, call.correlation_id);
  return noted;
end
$$;

comment on function private.note_agent_write is
  'What each writing operation calls: puts the change into the audit log as agent:<name>, and into the task''s change set. log stays for good, so it holds ids, amounts and names of fields, never texts of people; before and after are for undo, the function that takes it back.';
