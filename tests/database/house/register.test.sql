-- The privacy register cannot lie: it is held against the catalogue, the grants and what people really get.
begin;
-- include: own.sql
-- include: ../cast.sql
select plan(21);

create temporary view columns as
select t.oid, t.name, t.schema, a.attname as col, a.attnum, t.name || '.' || a.attname as full_name,
       pg_catalog.col_description(t.oid, a.attnum) as comment
  from own_tables t join pg_catalog.pg_attribute a on a.attrelid = t.oid and a.attnum > 0 and not a.attisdropped
 where t.schema in ('public', 'private', 'jobs');

-- Tables tied to a person: those that point at members, sign-ins or customers, over any number of steps, or carry
-- her number, her address, or a body from outside without a foreign key.
create temporary view tied as
with recursive pointing (oid) as (
  select 'public.members'::regclass::oid union select 'private.stripe_customers'::regclass::oid
  union select c.conrelid from pg_catalog.pg_constraint c join pointing p on c.confrelid = p.oid where c.contype = 'f'
)
select distinct c.oid, c.name from columns c
 where c.oid in (select oid from pointing) or c.oid in (select conrelid from pg_catalog.pg_constraint where confrelid = 'auth.users'::regclass)
    or c.col ~ '(^|_)(member|user|customer)_ids?$|email|payload|^actor$|^args$|^message$|phone';

-- What says nothing about anybody, with the reason.
create temporary table technical (pattern text, reason text);
insert into technical values
  ('\.(updated_at|as_of|as_of_event)$', 'when the row was last written, and by what'),
  ('^public\.profiles\.(name|place|interest|search)_key[s]?$', 'made of other columns, for searching'),
  ('\.(id|run_id|tombstone_id|job|msg_id|read_ct|attempt|attempts)$', 'numbers of the row itself'),
  ('^(?!public\.members\.)[a-z_.]+\.(member_id|other_member_id)$', 'whose row it is: told once, as the number of the member'),
  ('^private\.(charges|checkouts)\.(charge_id|payment_intent_id|invoice_id|dispute_id|session_id)$', 'Stripe''s numbers of a payment'),
  ('^private\.stripe_events\.(event_id|created_at|state|note|received_at|applied_at)$', 'what became of the message'),
  ('^private\.reconciliation_proposals\.(raises_access|observed_at|resolved_at)$', 'what became of the comparison'),
  ('^private\.audience_batches\.(mailchimp_batch_id|created_at|finished_at|errored)$', 'what became of the batch'),
  ('^jobs\.(delayed|attempts|dead)\.(queue|priority|kind|run_at|waiting_for|outcome|enqueued_at|started_at|duration_ms|correlation_id|reason|hint|died_at|replayed_at)$', 'what became of the job'),
  ('^public\.resources\.(?!created_by|updated_by)', 'about the resource, not about a person'),
  ('^public\.(tiers|stripe_prices|events|topics)\.', 'about what is offered, not about a person'),
  ('^public\.(event_hosts|event_series|leader_regions)\.', 'who hosts and looks after what'),
  ('^private\.(luma_events|guest_run_events)\.', 'about the event, not about a person'),
  ('^private\.(guest_messages|event_thanks)\.(?!sent_by)', 'what was written to many, and when'),
  ('^private\.luma_webhooks\.(webhook_id|type|luma_event_id|state|note|attempts|received_at|applied_at)$', 'what became of the message'),
  ('^private\.agent_keys\.(?!holder_id|created_by|what|revoked_reason|held_reason)', 'about the key, not about a person'),
  ('^private\.agent_(secrets|use|alerts)\.', 'about the key, not about a person'),
  ('^private\.(event_ideas|campaign_drafts)\.(key_id|state|created_at|decided_at|starts_at|ends_at|time_zone|region|category|event_id)$', 'about the idea, not about a person'),
  ('^private\.agent_(change_sets|writes|requests|refusals|proposals)\.(key_id|change_set|operation|status)$', 'which key, which task, which operation'),
  ('^private\.site_builds\.', 'about the site');

create temporary view unregistered as
select c.full_name as finding from columns c join tied t on t.oid = c.oid
 where coalesce(c.comment, '') !~ '^.+\. Why: .+\. Kept: .+\. Seen by: .+\.$'
   and not exists (select from technical k where c.full_name ~ k.pattern);
create temporary view unnamed as
select c.full_name as finding from columns c
 where c.comment ~ ' Why: .+\. Kept: .+\. Seen by: '
   and not exists (select from public.personal_data() d where d.what = pg_catalog.split_part(c.comment, ' Why: ', 1)
                     and d.field = pg_catalog.replace(c.col, '_', ' '));

create temporary view register as
select c.*, p.parts[1] as kept, p.parts[2] as seen_by
  from columns c, lateral (select pg_catalog.regexp_match(c.comment, ' Kept: (.+)\. Seen by: (.+)\.$') as parts) p
 where p.parts is not null;

select is_empty('select * from unregistered', 'Every column about a person says what it is, why it is held, how long, and who sees it');
select is_empty('select * from unnamed', 'and stands in what the privacy page is built from');
select cmp_ok((select count(*)::int from public.personal_data()), '>', 150, 'which is long, because a lot is held');
select is_empty($$select pattern from technical k where pattern !~ 'tiers|site_builds' and not exists (select from columns c where c.full_name ~ k.pattern)$$, 'No exception is there for nothing');
select is_empty($$select * from public.personal_data() where what is null or why is null or kept is null or seen_by is null$$, 'Nothing is left unsaid');
select is(pg_temp.answer('visitor', 'select count(*) as told from public.personal_data()'), pg_temp.answer('ada', 'select count(*) as told from public.personal_data()'),
  'A visitor reads the same as a member');

-- Who sees it.
create temporary view words as select distinct seen_by from register
 where seen_by not in ('she and admins', 'admins') and seen_by not like 'members, when she is visible%';
select is_empty('select * from words', 'Who sees it is said in words that are checked here');
create temporary view seen_by_more as
select r.full_name || ' by ' || q.role as finding
  from register r cross join request_roles q
 where r.seen_by = 'admins' and pg_catalog.has_column_privilege(q.role, r.oid, r.attnum, 'select')
union all
select r.full_name || ' by ' || q.role from register r cross join request_roles q
 where r.seen_by <> 'admins' and q.role <> 'authenticated' and pg_catalog.has_column_privilege(q.role, r.oid, r.attnum, 'select');
select is_empty('select * from seen_by_more', 'What only admins see no role of a request may read, and the rest only who is signed in');
create temporary view seen_by_nobody as
select r.full_name as finding from register r
 where r.seen_by <> 'admins' and not pg_catalog.has_column_privilege('authenticated', r.oid, r.attnum, 'select');
select is_empty('select * from seen_by_nobody', 'What she sees herself is granted to who is signed in');

-- What two people both get from a table is not only hers. Asked of every table, as everybody of the cast.
create function pg_temp.shared() returns table (finding text) language plpgsql as $$
declare
  held record;
  rows jsonb;
  seen jsonb := '{}';
  who text;
  one jsonb;
begin
  for held in
    select r.oid, r.name, pg_catalog.string_agg(pg_catalog.quote_ident(a.attname), ', ' order by a.attnum) as key
      from (select distinct oid, name from register where seen_by <> 'admins') r
      join pg_catalog.pg_index i on i.indrelid = r.oid and i.indisprimary
      join pg_catalog.pg_attribute a on a.attrelid = r.oid and a.attnum = any (i.indkey)
     group by r.oid, r.name
  loop
    foreach who in array array['ada', 'bea', 'cyn', 'dot', 'lea'] loop
      rows := pg_temp.answer(who, pg_catalog.format('select %s from %s', held.key, held.name));
      if pg_catalog.jsonb_typeof(rows) <> 'array' or rows = '[]' then
        return query select pg_catalog.format('%s gets nothing of her own from %s: %s', who, held.name, rows);
        continue;
      end if;
      for one in select value from pg_catalog.jsonb_array_elements(rows) loop
        if seen ? (held.name || one::text) then
          return query select pg_catalog.format('%s of %s is seen by %s and by %s', one, held.name, seen ->> (held.name || one::text), who);
        end if;
        seen := seen || pg_catalog.jsonb_build_object(held.name || one::text, who);
      end loop;
    end loop;
  end loop;
end
$$;
select is_empty('select * from pg_temp.shared()', 'Everybody of the cast gets her own rows of each such table, and nobody gets another''s');

-- Of a profile others get what they are said to get, by the functions that show people.
create temporary view shown as
select distinct pg_catalog.unnest(p.proargnames) as col from pg_catalog.pg_proc p
 where p.pronamespace = 'public'::regnamespace and p.proname in ('directory', 'member_page');
select is_empty($$select full_name from register where name = 'public.profiles' and seen_by like 'members%' and col not in (select col from shown)$$,
  'What members are said to see of a profile is shown to them');
select is_empty($$select full_name from register where name = 'public.profiles' and seen_by not like 'members%' and col in (select col from shown)$$,
  'and nothing else of it is');
select is_empty($$select full_name from register where name <> 'public.profiles' and seen_by like 'members%'$$, 'Nothing but profiles is for members');

-- How long.
create temporary view kept_wrongly as
-- What goes with her account hangs on her row, cascading, is emptied by the rule that erases, or is her own choice.
select r.full_name || ': ' || r.kept as finding from register r
 where r.kept ~ 'until she (deletes|changes it or deletes|takes it back or deletes) her account'
   and r.name <> 'public.members'
   and not exists (select from pg_catalog.pg_constraint k where k.conrelid = r.oid and k.contype = 'f' and k.confrelid = 'public.members'::regclass
                     and (k.confdeltype = 'c' or k.confdeltype = 'n' and r.attnum = any (k.conkey)))
   and not exists (select from pg_catalog.pg_proc p where p.pronamespace = 'private'::regnamespace and p.proname ~ '^(erase_|forget_luma_webhooks$)'
                     and p.prosrc ~ ('(update|delete from) ' || pg_catalog.replace(r.name, '.', '\.') || '\M'))
union all
select r.full_name || ': ' || r.kept from register r
 where r.kept ~ '^180 days after it (was settled|was owed|came)'
   and not exists (select from pg_catalog.pg_proc p where p.oid in ('private.forget_payloads'::regproc, 'private.forget_emails'::regproc, 'private.forget_slack_words'::regproc)
                     and p.prosrc ~ ('update ' || pg_catalog.replace(r.name, '.', '\.') || ' e set [^;]*\m' || r.col || ' = (null|''\{\}'')')
                     and pg_catalog.pg_get_function_arguments(p.oid) ~ 'keep interval DEFAULT ''180 days''')
union all
select r.full_name || ': ' || r.kept from register r
 where r.name ~ '^jobs\.(attempts|idempotency_keys|dead)$'
   and not exists (select from pg_catalog.pg_proc p where p.oid = 'jobs.prune'::regproc and p.prosrc ~ ('delete from ' || pg_catalog.replace(r.name, '.', '\.') || '\M')
                     and (pg_catalog.pg_get_function_arguments(p.oid) || p.prosrc) ~ ('''' || pg_catalog.substring(r.kept, '^\d+ days') || ''''))
union all
select r.full_name || ': ' || r.kept from register r
 where r.name = 'private.rate_limits' and (r.kept !~ '^two days' or (select prosrc from pg_catalog.pg_proc where oid = 'private.prune_rate_limits'::regproc) !~ 'interval ''2 days''');
create temporary view kept_of_agents_wrongly as
select r.full_name || ': ' || r.kept as finding
  from register r, pg_catalog.regexp_match(r.kept, '^(30 days|90 days|a year|two years)') words
 where r.name ~ '^private\.(agent_|event_ideas|campaign_drafts)' and words is not null
   and not exists (select from pg_catalog.pg_proc p where p.oid = 'private.forget_agents'::regproc
                     and p.prosrc ~ ('(update|from) ' || pg_catalog.replace(r.name, '.', '\.') || '\M')
                     and pg_catalog.pg_get_function_arguments(p.oid) ~ ('interval DEFAULT ''' || pg_catalog.replace(pg_catalog.replace(words[1], 'two', '2'), 'a ', '1 ')));
select is_empty('select * from kept_of_agents_wrongly', 'What agents leave is kept as long as it says');
select isnt_empty($$select * from register where name ~ '^private\.agent_' and kept ~ '^(30 days|90 days|a year|two years)'$$, 'and there is something to keep for a while');
select is_empty('select * from kept_wrongly', 'How long it is kept is what erasure and retention really do');

-- These rules object.
create table public.letters (id bigint primary key, member_id uuid references public.members (id) on delete set null, body text, sent_by text);
create index on public.letters (member_id);
comment on column public.letters.body is 'What she wrote. Why: to send it. Kept: until she deletes her account. Seen by: admins.';
grant select on public.letters to authenticated;
select set_has('select * from unregistered', $$values ('public.letters.sent_by')$$, 'A column about a person without its words is found');
select set_has('select * from unnamed', $$values ('public.letters.body')$$, 'and one that the privacy page does not show');
select set_has('select * from seen_by_more', $$values ('public.letters.body by authenticated')$$, 'and one that more people may read than it says');
select set_has('select * from kept_wrongly', $$values ('public.letters.body: until she deletes her account')$$, 'and one that would outlive her account');
comment on column public.letters.body is 'What she wrote. Why: to send it. Kept: for good. Seen by: the world.';
select set_has('select * from words', $$values ('the world')$$, 'and one whose readers are nobody we check');

select * from finish();
rollback;
