-- What an admin sees and does about Luma, and how long its messages are kept.

create view admin.luma_events with (security_invoker = true) as
select e.title, e.starts_at, e.state, l.state as at_luma, l.error, l.error_detail, l.luma_id, e.url, l.twin_id, l.failures, l.retry_at,
       l.synced_at, l.seen_at, l.wanted_revision, l.synced_revision, l.has_waitlist, l.approval_required, e.origin, l.job, e.id as event_id
  from private.luma_events l join public.events e on e.id = l.event_id;

comment on view admin.luma_events is
  'Each event and how it stands at Luma. Those with an error are tried again by themselves; admin.send_to_luma(event_id, reason) does so at once.';
comment on column admin.luma_events.error is 'What its leader reads.';
comment on column admin.luma_events.twin_id is 'A second event at Luma with the same reference: delete it there, then admin.forget_luma_twin(event_id, reason).';

create view admin.luma_webhooks with (security_invoker = true) as
select webhook_id, type, state, note, luma_event_id, guest_id, received_at, applied_at, attempts, payload
  from private.luma_webhooks;

comment on view admin.luma_webhooks is
  'Every message from Luma. Those in state dead need attention: admin.replay_luma_webhook(webhook_id) or admin.ignore_luma_webhook(webhook_id, reason).';

create view admin.luma_read_backs with (security_invoker = true) as
select id, started_at, finished_at, entries, unknown, edited, missing, refused, pages
  from private.luma_read_backs;

comment on view admin.luma_read_backs is 'Each reading of all events at Luma, and what it found. admin.read_luma() begins one now.';

create function admin.replay_luma_webhook(webhook_id text)
returns text
language plpgsql
volatile
set search_path = ''
as $$
declare
  outcome constant text := private.apply_luma_webhook(webhook_id, false, private.clock());
begin
  perform private.audit('studio', session_user::text, 'events.luma_webhook_replayed', 'luma_webhook', webhook_id, null,
    pg_catalog.jsonb_build_object('state', outcome));
  return pg_catalog.format('Message %s: %s.', webhook_id, outcome);
end
$$;

comment on function admin.replay_luma_webhook is 'Applies a message of Luma again that could not be applied. A settled one stays as it is.';

create function admin.ignore_luma_webhook(webhook_id text, reason text)
returns text
language plpgsql
volatile
set search_path = ''
as $$
declare
  why constant text := private.require_reason(reason);
begin
  update private.luma_webhooks w set state = 'ignored', note = why
   where w.webhook_id = ignore_luma_webhook.webhook_id and w.state in ('failed', 'dead');
  if not found then
    raise exception using errcode = 'PT409', message = 'This message does not wait for anybody', detail = 'webhook_id',
      hint = 'Look at its state in admin.luma_webhooks.';
  end if;
  perform private.audit('studio', session_user::text, 'events.luma_webhook_ignored', 'luma_webhook', webhook_id, null,
    pg_catalog.jsonb_build_object('state', 'ignored'), why);
  return pg_catalog.format('Message %s is set aside.', webhook_id);
end
$$;

comment on function admin.ignore_luma_webhook is 'Sets a message aside that cannot be applied, for a stated reason.';

create function admin.send_to_luma(event_id uuid, reason text)
returns text
language plpgsql
volatile
set search_path = ''
as $$
declare
  at constant timestamptz := private.clock();
  why constant text := private.require_reason(reason);
  job bigint;
begin
  -- As if Luma had been told nothing, so that everything is told; what exists is not created again.
  update private.luma_events l set sent = '{}', state = case when l.state = 'live' then 'changing' else l.state end,
      synced_revision = least(l.synced_revision, l.wanted_revision - 1)
   where l.event_id = send_to_luma.event_id and l.state <> 'canceled';
  if not found then
    raise exception using errcode = 'PT409', message = 'Luma is owed nothing about this event', detail = 'event_id',
      hint = 'Look it up in admin.luma_events.';
  end if;
  job := private.owe_luma(event_id, null, at);
  perform private.audit('studio', session_user::text, 'events.sent_to_luma', 'event', event_id::text, null,
    pg_catalog.jsonb_build_object('job', job), why);
  return pg_catalog.format('Job %s sends the whole event again.', job);
end
$$;

comment on function admin.send_to_luma is 'Sends an event to Luma again, whole, for a stated reason: after an edit there that should not stay, or after trouble.';

create function admin.forget_luma_twin(event_id uuid, reason text)
returns text
language plpgsql
volatile
set search_path = ''
as $$
declare
  why constant text := private.require_reason(reason);
  twin text;
begin
  select l.twin_id into twin from private.luma_events l where l.event_id = forget_luma_twin.event_id for update;
  if twin is null then
    raise exception using errcode = 'PT409', message = 'This event has no twin', detail = 'event_id', hint = 'Look it up in admin.luma_events.';
  end if;
  update private.luma_events l set twin_id = null where l.event_id = forget_luma_twin.event_id;
  perform private.audit('studio', session_user::text, 'events.luma_twin_forgotten', 'event', event_id::text,
    pg_catalog.jsonb_build_object('twin_id', twin), null, why);
  return pg_catalog.format('%s is forgotten. If it still stands at Luma, it comes back as an event of its own.', twin);
end
$$;

comment on function admin.forget_luma_twin is 'Says that a second event at Luma with the same reference was looked after, for a stated reason.';

create function admin.read_luma()
returns text
language plpgsql
volatile
set search_path = ''
as $$
declare
  run constant bigint := private.start_read_back(private.clock());
begin
  perform private.audit('studio', session_user::text, 'events.read_back_asked', 'luma_read_back', run::text);
  return pg_catalog.format('Reading %s runs. See admin.luma_read_backs.', run);
end
$$;

comment on function admin.read_luma is 'Reads all events at Luma now, or goes on with a reading that has not ended.';

create function private.luma_attention(at timestamptz)
returns table (what text, id text, why text, since timestamptz, do_this text)
language plpgsql
stable
set search_path = ''
as $$
begin
  return query
  select 'Event not at Luma', l.event_id::text, pg_catalog.concat_ws(': ', e.title, coalesce(l.error_detail, l.error, 'nobody carries it')),
         coalesce(l.synced_at, e.published_at), 'docs/runbooks/luma.md; then admin.send_to_luma(event_id, reason)'
    from private.luma_events l join public.events e on e.id = l.event_id
   where l.state not in ('live', 'canceled')
     and (l.state = 'failed' or (l.failures >= 5 and l.error is not null) or l.retry_at < at - interval '15 minutes')
  union all
  select 'Two events at Luma', l.event_id::text, pg_catalog.format('%s: %s stands there besides %s', e.title, l.twin_id, l.luma_id),
         l.synced_at, 'delete it at Luma, then admin.forget_luma_twin(event_id, reason)'
    from private.luma_events l join public.events e on e.id = l.event_id where l.twin_id is not null
  union all
  select 'Luma message', w.webhook_id, w.type || ': ' || coalesce(w.note, ''), w.received_at,
         'admin.replay_luma_webhook(webhook_id) or admin.ignore_luma_webhook(webhook_id, reason)'
    from private.luma_webhooks w where w.state = 'dead'
  union all
  select 'Luma list not believed', r.id::text, r.refused, r.started_at, 'see to LUMA_API_KEY, then admin.read_luma()'
    from private.luma_read_backs r
   where r.refused is not null and not exists (select from private.luma_read_backs later where later.id > r.id and later.finished_at is not null);
end
$$;

comment on function private.luma_attention is 'What about Luma waits for a person, for admin.attention.';

create function private.forget_luma_webhooks(addresses text[])
returns integer
language plpgsql
volatile
set search_path = ''
as $$
declare
  forgotten integer;
begin
  -- The row stays, so that a late duplicate is still known for one.
  update private.luma_webhooks w
     set payload = null, email = null, state = case when w.state in ('failed', 'dead') then 'ignored' else w.state end,
         note = case when w.state in ('failed', 'dead') then 'Its guest was forgotten' else w.note end
   where w.email = any (select pg_catalog.lower(a) from pg_catalog.unnest(addresses) a);
  get diagnostics forgotten = row_count;
  return forgotten;
end
$$;

comment on function private.forget_luma_webhooks is 'Removes what Luma''s messages hold about somebody, by her addresses. Returns how many there were.';

create function private.forget_old_luma_webhooks(at timestamptz, keep interval default '30 days', most integer default 20000)
returns integer
language plpgsql
volatile
set search_path = ''
as $$
declare
  forgotten integer;
begin
  perform jobs.beat('events.forget');
  update private.luma_webhooks w set payload = null, email = null
   where w.webhook_id = any (array(
     select old.webhook_id from private.luma_webhooks old
      where old.received_at < at - keep and old.payload is not null and old.state in ('applied', 'ignored', 'superseded')
      order by old.received_at limit most));
  get diagnostics forgotten = row_count;
  delete from private.luma_webhooks w where w.received_at < at - interval '1 year' and w.payload is null;
  return forgotten;
end
$$;

comment on function private.forget_old_luma_webhooks is
  'Removes the bodies of settled messages of Luma after 30 days, and their rows after a year. pg_cron calls it each night.';

select cron.schedule('events.forget', '47 2 * * *', 'select private.forget_old_luma_webhooks(private.clock())'),
       jobs.beat('events.forget');
