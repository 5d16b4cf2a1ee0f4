-- What waits for an admin is told in Slack, once a thing.

create table private.slack_alerts (
  what text not null,
  id text not null,
  seen_at timestamptz not null,
  message_id bigint references private.slack_messages (id) on delete set null,
  primary key (what, id)
);
alter table private.slack_alerts enable row level security;
create index slack_alerts_message on private.slack_alerts (message_id);

comment on table private.slack_alerts is 'What of admin.attention was told in the alerts channel. A row goes a day after its thing did: should it come back later, it is told again.';
comment on column private.slack_alerts.what is 'As in admin.attention, together with id.';
comment on column private.slack_alerts.seen_at is 'When the thing last waited for somebody.';

create function private.without_addresses(words text)
returns text
language sql
immutable
set search_path = ''
as $$ select pg_catalog.regexp_replace(words, '[^\s"''<>@]+@[^\s"''<>@]+\.[^\s"''<>@]+', '[address]', 'g') $$;

comment on function private.without_addresses is 'A text whose e-mail addresses are covered, so that it may leave the house.';

create function private.new_alerts()
returns table (what text, id text, why text, do_this text)
language plpgsql
stable
set search_path = ''
as $$
begin
  return query select distinct on (a.since, a.what, a.id) a.what, a.id, private.without_addresses(a.why), a.do_this
    from admin.attention a
   where not exists (select from private.slack_alerts t where t.what = a.what and t.id = a.id)
     -- What cannot be said in Slack would only make more of the same.
     and not (a.what = 'Dead job' and exists (select from jobs.dead d where d.job::text = a.id and d.queue = 'slack'))
   order by a.since, a.what, a.id;
end
$$;

comment on function private.new_alerts is 'What waits for an admin and was not told yet, oldest first, without addresses. Failures of Slack itself are left out.';

create function private.tell_alerts(at timestamptz, most integer default 10)
returns integer
language plpgsql
volatile
set search_path = ''
as $$
declare
  things jsonb;
  told integer;
  message bigint;
begin
  perform jobs.beat('slack.alerts');
  -- Held, so that two runs at once do not tell the same.
  perform from private.slack_channels c where c.purpose = 'alerts' and c.channel_id is not null for update;
  if not found then
    return 0;
  end if;
  update private.slack_alerts t set seen_at = at from admin.attention a where a.what = t.what and a.id = t.id;
  delete from private.slack_alerts t where t.seen_at < at - interval '1 day';
  if (select count(*) from private.slack_messages m where m.channel = 'alerts' and m.created_at > at - interval '1 hour')
     >= (select r.alerts_an_hour from private.slack_rules r) then
    return 0;
  end if;

  select pg_catalog.jsonb_agg(pg_catalog.to_jsonb(n)), count(*) into things, told from private.new_alerts() n;
  if told = 0 then
    return 0;
  end if;
  message := private.post_to_slack(
    pg_catalog.format('alerts:%s:%s', extract(epoch from at), pg_catalog.md5(things::text)), 'alerts',
    pg_catalog.jsonb_build_object('more', greatest(told - most, 0), 'things', (
      select pg_catalog.jsonb_agg(t.thing || pg_catalog.jsonb_build_object('why', pg_catalog.left(t.thing ->> 'why', 300)) order by t.place)
        from pg_catalog.jsonb_array_elements(things) with ordinality t (thing, place) where t.place <= most)),
    channel => 'alerts');
  insert into private.slack_alerts (what, id, seen_at, message_id)
  select t.thing ->> 'what', t.thing ->> 'id', at, message from pg_catalog.jsonb_array_elements(things) t (thing)
  on conflict do nothing;
  return told;
end
$$;

comment on function private.tell_alerts is
  'Tells the alerts channel what waits for an admin since the last time, all in one message, and not more often than private.slack_rules says. Returns how many things. pg_cron calls it every five minutes.';

select cron.schedule('slack.alerts', '*/5 * * * *', 'select private.tell_alerts(private.clock())'),
       jobs.beat('slack.alerts');
