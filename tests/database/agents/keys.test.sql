-- Keys: how admins make, rotate, stop and end them, and what can never be made of one.
begin;
-- include: ../cast.sql
set local search_path = public, extensions;
select plan(62);

create function pg_temp.refusal(query text) returns text language plpgsql as $$
declare field text; hint text;
begin
  execute query;
  return 'done';
exception when others then
  get stacked diagnostics field = pg_exception_detail, hint = pg_exception_hint;
  return pg_catalog.format('%s %s [%s]%s', sqlstate, sqlerrm, field, case when coalesce(hint, '') = '' then ' and no remedy' else '' end);
end
$$;
create function pg_temp.reads(secret text, at timestamptz default pg_catalog.now()) returns text language sql as $$
  select private.gateway_request(secret, null, 'keys.me', '{}', null, null, null, 'here', 'test', at) ->> 'status'
$$;
create function pg_temp.logged() returns text language sql as $$
  select pg_catalog.concat_ws(' ', actor_kind, action, target_id, reason) from private.audit_log order by id desc limit 1
$$;

-- Made.
create temporary table shown as select admin.create_agent_key('finance-agent', 'Month''s end', '{payments:read,payments:refund,payments:read}', holder_email => 'lea@example.org') as secret;
select matches((select secret from shown), '^cak_live_[A-Za-z0-9_-]{43}$', 'A new key''s secret is shown once');
select is((select count(*)::int from private.agent_keys k, private.agent_secrets s, private.audit_log l, shown
            where pg_catalog.strpos(pg_catalog.concat_ws(' ', pg_catalog.to_jsonb(k), pg_catalog.to_jsonb(s), pg_catalog.to_jsonb(l)), secret) > 0), 0, 'and stands nowhere');
select ok((select (scopes::text[], expires_at, holder_id, created_by, is_sandbox) = ('{payments:read,payments:refund}'::text[], now() + interval '90 days', pg_temp.person('lea'), session_user::text, false)
             from private.agent_keys where name = 'finance-agent'),
  'The key has its scopes once each, ends in 90 days, and is Lea''s');
select is(pg_temp.logged(), 'studio agents.key_edited finance-agent', 'Who made it is on record');
select is((select count(*)::int from private.audit_log where target_type = 'agent_key' and (after ? 'what' or before ? 'what')), 0, 'without the words about it, which may name somebody');
select is((select array[state, array_to_string(secrets, ' '), holder] from admin.agent_keys where name = 'finance-agent'),
  array['alive, never used', (select '…' || right(secret, 4) || ', alive, never used' from shown), 'Lea'], 'Admins see it, and of its secret the last four signs');
select is((select pg_temp.reads(secret) from shown), '200', 'It opens what it should');
select ok((select state = 'alive' and secrets[1] ~ 'last used' from admin.agent_keys where name = 'finance-agent'), 'and is seen to be used');
select is((select pg_temp.reads(overlay(secret placing 'x' from 30 for 1) || 'x') from shown), '401', 'A secret that is not quite it opens nothing');
select matches((select admin.create_agent_key('try-out', 'Practice', '{members:read}', is_sandbox => true)), '^cak_test_', 'A key for practice is known by its secret');

-- What is refused.
select is(pg_temp.refusal(query), said, title) from (values
  ($$select admin.create_agent_key('Finance', 'x', '{members:read}')$$, 'PT422 This is no name for a key [name]', 'A name is plain'),
  ($$select admin.create_agent_key('a-', 'x', '{members:read}')$$, 'PT422 This is no name for a key [name]', 'does not end in a hyphen'),
  ($$select admin.create_agent_key(null, 'x', '{members:read}')$$, 'PT422 This is no name for a key [name]', 'and is there'),
  ($$select admin.create_agent_key('new-agent', '  ', '{members:read}')$$, 'PT422 Say what the key is for [what]', 'It is said what a key is for'),
  ($$select admin.create_agent_key('new-agent', 'x', '{}')$$, 'PT422 A key without scopes can do nothing [scopes]', 'It has a scope'),
  ($$select admin.create_agent_key('new-agent', 'x', null)$$, 'PT422 A key without scopes can do nothing [scopes]', 'at least'),
  ($$select admin.create_agent_key('new-agent', 'x', '{members:read,NULL}')$$, 'PT422 There is no such scope [scopes]', 'none of which is nothing'),
  ($$select admin.create_agent_key('new-agent', 'x', '{members:everything}')$$, 'PT422 There is no such scope [scopes]', 'or made up'),
  ($$select admin.create_agent_key('new-agent', 'x', '{members:read}', now() - interval '1 second')$$, 'PT422 This key would be over before it begins [expires_at]', 'It ends later'),
  ($$select admin.create_agent_key('new-agent', 'x', '{members:read}', now() + interval '1 year 1 second')$$, 'PT422 A key ends within a year [expires_at]', 'and within a year'),
  ($$select admin.create_agent_key('new-agent', 'x', '{members:read}', rate_class => 'endless')$$, 'PT422 There is no such class [rate_class]', 'Its pace is one that there is'),
  ($$select admin.create_agent_key('new-agent', 'x', '{events:read,payments:refund}')$$, 'PT422 What this key proposes is approved by somebody else than who works with it [holder_email]', 'Who works with it is said of a key that may ask for money'),
  ($$select admin.create_agent_key('new-agent', 'x', '{events:read,payments:cancel}')$$, 'PT422 What this key proposes is approved by somebody else than who works with it [holder_email]', 'for an end'),
  ($$select admin.create_agent_key('new-agent', 'x', '{events:read,members:write}')$$, 'PT422 What this key proposes is approved by somebody else than who works with it [holder_email]', 'or for a deletion'),
  ($$select admin.create_agent_key('new-agent', 'x', '{members:read}', holder_email => 'nobody@example.org')$$, 'PT404 Nobody here has this address [email]', 'Its holder is somebody'),
  ($$select admin.create_agent_key('finance-agent', 'x', '{members:read}')$$, 'PT409 There is a key finance-agent, and this name is taken for it at a glance [name]', 'A name is given once'),
  ($$select admin.create_agent_key('f1nance-agent', 'x', '{members:read}')$$, 'PT409 There is a key finance-agent, and this name is taken for it at a glance [name]', 'and so is the look of it'),
  ($$select admin.rotate_agent_key('nobody-agent')$$, 'PT404 There is no such key [name]', 'Only what there is is rotated'),
  ($$select admin.rotate_agent_key('finance-agent', '31 days')$$, 'PT422 Two secrets overlap for 30 days at most [overlap]', 'Two secrets overlap for a while'),
  ($$select admin.rotate_agent_key('finance-agent', '-1 day')$$, 'PT422 Two secrets overlap for 30 days at most [overlap]', 'that is not over'),
  ($$select admin.rotate_agent_key('finance-agent', null)$$, 'PT422 Two secrets overlap for 30 days at most [overlap]', 'and ends'),
  ($$select admin.revoke_agent_key('finance-agent', ' ')$$, 'PT422 A reason is missing [reason]', 'Whoever ends a key says why'),
  ($$select admin.revoke_agent_secret('finance-agent', 'none', 'leaked')$$, 'PT404 This key has no living secret that ends so [ends_in]', 'and a secret that is not there is not ended'),
  ($$update private.agent_keys set name = 'finance-robot' where name = 'finance-agent'$$, 'PT409 The audit log knows this key by its name, and that stays [name]', 'A name stays'),
  ($$update private.agent_keys set is_sandbox = true where name = 'finance-agent'$$, 'PT409 A key for practice never becomes a live one, nor a live one a key for practice [is_sandbox]', 'A live key stays live'),
  ($$update private.agent_keys set is_sandbox = false where name = 'try-out'$$, 'PT409 A key for practice never becomes a live one, nor a live one a key for practice [is_sandbox]', 'and one for practice stays that'),
  ($$update private.agent_keys set scopes = '{}' where name = 'finance-agent'$$, 'PT422 A key without scopes can do nothing [scopes]', 'Scopes are not all taken'),
  ($$update private.agent_keys set expires_at = now() + interval '2 years' where name = 'finance-agent'$$, 'PT422 A key ends within a year [expires_at]', 'The end is moved within a year'),
  ($$update private.agent_keys set refund_each = -1 where name = 'finance-agent'$$, 'PT422 A limit is no less than nothing [refund_each]', 'A limit is none at the least'),
  ($$update private.agent_keys set held_until = now() + interval '1 day' where name = 'finance-agent'$$, 'PT422 A key is stopped with its reason [held_reason]', 'A key is stopped for a reason'),
  ($$delete from private.agent_keys where name = 'finance-agent'$$, 'PT409 What a key did stays on record, and so does the key [name]', 'A key is not deleted'),
  ($$update private.agent_secrets set hash = pg_catalog.sha256('x') where key_id = (select id from private.agent_keys where name = 'finance-agent')$$, 'PT409 A secret is what it was made as [hash]', 'nor is its secret changed'),
  ($$update private.agent_secrets set key_id = (select id from private.agent_keys where name = 'try-out') where key_id = (select id from private.agent_keys where name = 'finance-agent')$$,
    'PT409 A secret is what it was made as [hash]', 'or given to another key')) as refused (query, said, title);

-- Two secrets overlap, and no more.
create temporary table second as select admin.rotate_agent_key('finance-agent', '2 hours') as secret;
select is(array[(select pg_temp.reads(secret) from shown), (select pg_temp.reads(secret) from second)], '{200,200}', 'After a rotation both secrets work');
select is(pg_temp.refusal($$select admin.rotate_agent_key('finance-agent')$$), 'PT409 This key has two secrets already [name]', 'A third is refused');
select is(pg_temp.refusal($$insert into private.agent_secrets (key_id, hash, ends_in) select id, pg_catalog.sha256('y'), 'abcd' from private.agent_keys where name = 'finance-agent'$$),
  'PT409 This key has two secrets already [key_id]', 'also by hand');
select is(array[(select pg_temp.reads(secret, now() + interval '2 hours') from shown), (select pg_temp.reads(secret, now() + interval '2 hours') from second)], '{401,200}',
  'When the overlap is over the older one opens nothing');
select is(admin.revoke_agent_secret('finance-agent', (select right(secret, 4) from second), 'It was in a log'), 1, 'One secret is ended at once');
select is(array[(select pg_temp.reads(secret) from shown), (select pg_temp.reads(secret) from second)], '{200,401}', 'and the other goes on');
select is(pg_temp.refusal($$update private.agent_secrets set revoked_at = null where revoked_at is not null$$), 'PT409 This secret was revoked, and does not come back [revoked_at]', 'It does not come back');

-- What is edited in the row counts at the next request.
create function pg_temp.status(operation text) returns text language sql as $$
  select private.gateway_request((select secret from shown), null, operation, '{}', null, null, null, 'here', 'test', now()) ->> 'status'
$$;
select is(pg_temp.status('payments.refunds') || ' ' || pg_temp.status('members.list'), '200 403', 'What a key may do');
update private.agent_keys set scopes = '{members:read}' where name = 'finance-agent';
select is(pg_temp.status('payments.refunds') || ' ' || pg_temp.status('members.list'), '403 200', 'is what its row says at that moment');

-- Stopped, and ended.
select is(admin.hold_agent_key('finance-agent', 'Looks odd'), now() + interval '1 day', 'A key is stopped for a day');
select is(pg_temp.status('members.list'), '429', 'and then does nothing');
select is((select state from admin.agent_keys where name = 'finance-agent'), pg_catalog.format('stopped until %s UTC: Looks odd', pg_catalog.to_char(now() + interval '1 day', 'YYYY-MM-DD HH24:MI')), 'which admins see');
select ok(admin.release_agent_key('finance-agent', 'It was me') and pg_temp.logged() = 'studio agents.key_released finance-agent It was me' and pg_temp.status('members.list') = '200', 'until it is let go');
select admin.revoke_agent_key('finance-agent', 'It was found in a repository');
select is(pg_temp.logged(), 'studio agents.key_edited finance-agent It was found in a repository', 'A key is ended for a reason');
select is((select pg_temp.reads(secret) from shown), '401', 'and from the next request on it opens nothing');
select is(pg_temp.refusal($$update private.agent_keys set revoked_at = null, revoked_reason = null where name = 'finance-agent'$$), 'PT409 This key was revoked, and does not come back [revoked_at]', 'It does not come back');
select is(pg_temp.refusal($$select admin.rotate_agent_key('finance-agent')$$) || ' ' || pg_temp.refusal($$select admin.create_agent_key('finance-agent', 'x', '{members:read}')$$),
  'PT409 This key has ended [name] PT409 There is a key finance-agent, and this name is taken for it at a glance [name]', 'neither by a new secret nor by its name');

-- Names of one look, in every place: each pair stands for a sign, or two, that is taken for the other.
create temporary table alike (a text, b text);
insert into alike values ('0', 'o'), ('1', 'l'), ('1', 'i'), ('l', 'i'), ('2', 'z'), ('5', 's'), ('8', 'b'), ('9', 'g'), ('q', 'g'), ('rn', 'm'), ('vv', 'w'), ('cl', 'd'),
  ('c1', 'd'), ('ci', 'd'), ('r-n', 'm'), ('-', ''), ('vvv', 'vw'), ('vw', 'wv'), ('rrn', 'rm');
create temporary table stems as
  select pg_catalog.translate(pg_catalog.substr(pg_catalog.md5(n::text), 1, 1 + n % 9), '0123456789', 'hjkpruvxyz') as before,
         pg_catalog.translate(pg_catalog.substr(pg_catalog.md5('x' || n), 1, 1 + n % 7), '0123456789', 'hjkpruvxyz') as after
    from pg_catalog.generate_series(1, 500) n;
select is_empty($$select s.before || a.a || s.after, s.before || a.b || s.after from stems s cross join alike a
  where private.name_skeleton(s.before || a.a || s.after) <> private.name_skeleton(s.before || a.b || s.after)$$,
  '9,500 pairs of names that look alike are one name');
-- And names that a person tells apart are two: letters that nobody takes for each other.
select is_empty($$select s.before, x, y from stems s, pg_catalog.unnest('{a,e,f,h,j,k,p,t,u,x,y}'::text[]) x, pg_catalog.unnest('{a,e,f,h,j,k,p,t,u,x,y}'::text[]) y
  where x < y and private.name_skeleton(s.before || x || s.after) = private.name_skeleton(s.before || y || s.after)$$,
  'and 27,500 pairs that do not are two');

select * from finish();
rollback;
