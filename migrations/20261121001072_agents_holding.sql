-- What admins do about a key that does something unusual, and what waits for them.

create function admin.hold_agent_key(name text, reason text, until timestamptz default null)
returns timestamptz
language plpgsql
volatile
set search_path = ''
as $$
declare
  why constant text := private.require_reason(reason);
  held constant private.agent_keys := private.key_named(hold_agent_key.name);
  at constant timestamptz := private.clock();
  stops constant timestamptz := coalesce(hold_agent_key.until, at + interval '1 day');
begin
  if held.revoked_at is not null then
    perform private.refuse('PT409', 'This key was revoked, so there is nothing to stop', 'name', 'Look at its state in admin.agent_keys.');
  elsif stops <= at then
    perform private.refuse_field('until', 'This time is over', 'Choose one to come, or leave it out for a day from now.');
  end if;
  perform private.hold_agent(held, stops, why, 'studio', session_user::text);
  return stops;
end
$$;

comment on function admin.hold_agent_key is
  'Stops a key from its next request on, for a day when until is left out: every call is answered with 429 and this reason, it gets no token, and what it reads of tables is empty. Nothing of it is lost; admin.release_agent_key lets it go on. Returns until when.';

create function admin.release_agent_key(name text, reason text)
returns boolean
language plpgsql
volatile
set search_path = ''
as $$
declare
  why constant text := private.require_reason(reason);
  held constant private.agent_keys := private.key_named(release_agent_key.name);
begin
  if held.held_until is null then
    return false;
  end if;
  perform private.hold_agent(held, null, null, 'studio', session_user::text, why);
  return true;
end
$$;

comment on function admin.release_agent_key is 'Lets a key that was stopped go on. Returns whether it was stopped.';

create function admin.close_agent_alerts(name text, reason text)
returns integer
language plpgsql
volatile
set search_path = ''
as $$
declare
  why constant text := private.require_reason(reason);
  held constant private.agent_keys := private.key_named(close_agent_alerts.name);
  closed integer;
begin
  update private.agent_alerts a set closed_at = private.clock(), closed_reason = why where a.key_id = held.id and a.closed_at is null;
  get diagnostics closed = row_count;
  if closed > 0 then
    perform private.audit('studio', session_user::text, 'agents.alerts_closed', 'agent_key', held.name, null, pg_catalog.jsonb_build_object('alerts', closed), why);
  end if;
  return closed;
end
$$;

comment on function admin.close_agent_alerts is 'Takes what was unusual of a key off admin.attention, once somebody has looked at it. Returns how many.';

create function private.agents_attention(at timestamptz)
returns table (what text, id text, why text, since timestamptz, do_this text)
language sql
stable
set search_path = ''
as $$
  select 'Unusual agent', k.name || ' ' || a.day::text, pg_catalog.string_agg(a.said, '. ' order by a.at), min(a.at),
         pg_catalog.format('look at admin.agent_use and admin.agent_writes; admin.hold_agent_key(%1$L, reason) stops it, admin.close_agent_alerts(%1$L, reason) says that it was looked at', k.name)
    from private.agent_alerts a join private.agent_keys k on k.id = a.key_id
   where a.closed_at is null
   group by k.name, a.day
  union all
  select 'Agent held', k.name, pg_catalog.format('It is stopped until %s: %s', pg_catalog.to_char(k.held_until at time zone 'UTC', 'YYYY-MM-DD HH24:MI'), k.held_reason), null,
         pg_catalog.format('look at what it did; admin.release_agent_key(%1$L, reason) lets it go on, admin.revoke_agent_key(%1$L, reason) ends it', k.name)
    from private.agent_keys k
   -- What stops for a few minutes only goes on by itself.
   where k.held_until > at + interval '20 minutes' and k.revoked_at is null and k.expires_at > at
  union all
  select 'Agent key ends', k.name, pg_catalog.format('It ends on %s', (k.expires_at at time zone 'UTC')::date), k.expires_at - r.ends_soon,
         pg_catalog.format('move expires_at on in private.agent_keys, and admin.rotate_agent_key(%L), or let it end', k.name)
    from private.agent_keys k, private.agent_rules r
   where k.revoked_at is null and k.expires_at > at and k.expires_at <= at + r.ends_soon
  union all
  select 'Agent key unused', k.name, pg_catalog.format('Nobody used it since %s', (coalesce(k.last_used_at, k.created_at) at time zone 'UTC')::date),
         coalesce(k.last_used_at, k.created_at) + r.unused_after, pg_catalog.format('admin.revoke_agent_key(%L, reason), unless somebody still needs it', k.name)
    from private.agent_keys k, private.agent_rules r
   where k.revoked_at is null and k.expires_at > at and coalesce(k.last_used_at, k.created_at) <= at - r.unused_after
$$;

comment on function private.agents_attention is 'What of the agents'' keys waits for an admin: unusual use, keys that are stopped, end soon, or are not used.';
