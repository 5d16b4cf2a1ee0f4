begin;
-- include: ../cast.sql
-- include: calling.sql
set local search_path = public, extensions;
select plan(45);

create function pg_temp.open_task(task text) returns uuid language sql as $$
  select (pg_temp.data('change_sets.open', jsonb_build_object('task', task)) ->> 'change_set')::uuid
$$;
create function pg_temp.set_of(task uuid) returns jsonb language sql as $$ select jsonb_build_object('change_set', task) $$;
-- What undo said of each change: its action, and whether it was taken back or why not.
create function pg_temp.undone(answer jsonb) returns text[] language sql as $$
  select array_agg((w.value ->> 'action') || ': ' || coalesce(w.value ->> 'why_not', 'undone') order by w.place)
    from jsonb_array_elements(answer -> 'writes') with ordinality w (value, place)
$$;

-- A task and what is written for it.
create temp table task (name text, id uuid);
insert into task values ('texts', pg_temp.open_task('Correct Ada and Dot'));
create function pg_temp.task(name text) returns uuid language sql as $$ select t.id from pg_temp.task t where t.name = task.name $$;
select is(pg_temp.data('change_sets.get', pg_temp.set_of(pg_temp.task('texts'))) - '{opened_at}'::text[],
  jsonb_build_object('change_set', pg_temp.task('texts'), 'task', private.said('Correct Ada and Dot'), 'undone_at', null, 'count', 0, 'writes', '[]'::jsonb), 'A task begins empty');
select pg_temp.data('members.update', pg_temp.of('ada') || '{"headline": "One", "location": "Rome"}', pg_temp.task('texts'));
select pg_temp.data('members.update', pg_temp.of('ada') || '{"headline": "Two"}', pg_temp.task('texts'));
select pg_temp.data('members.update', pg_temp.of('dot') || '{"bio": "Three"}', pg_temp.task('texts'));
select pg_temp.data('members.update', pg_temp.of('dot') || '{"is_visible": false}', pg_temp.task('texts'));
select pg_temp.data('members.update', pg_temp.of('bea') || '{"name": "Not of the task"}');
select is((select array_agg((w ->> 'action') || ' ' || (w ->> 'can_be_undone')) from jsonb_array_elements(pg_temp.data('change_sets.get', pg_temp.set_of(pg_temp.task('texts'))) -> 'writes') w),
  array['members.profile_hidden false', 'members.profile_corrected true', 'members.profile_corrected true', 'members.profile_corrected true'],
  'What was written for it is listed, newest first, and whether it can be taken back');
select is(pg_temp.data('change_sets.get', pg_temp.set_of(pg_temp.task('texts'))) -> 'writes' -> 0 ->> 'why_not', 'To be seen again is her own decision.', 'and why not');
select is((select (after ->> 'rows')::integer from private.audit_log where action = 'agents.read' and target_id = 'change_sets.get' order by id desc limit 1), 4, 'Each that is about a member counts as a read of one');
select doesnt_match(pg_temp.data('change_sets.get', pg_temp.set_of(pg_temp.task('texts')))::text, 'Rome|Three', 'The list holds no texts');

-- Undone in one call.
create temp table first_answer as select pg_temp.ask('change_sets.undo', pg_temp.set_of(pg_temp.task('texts'))) as answer;
select is((select pg_temp.undone(answer -> 'body' -> 'data') from first_answer),
  array['members.profile_hidden: To be seen again is her own decision.', 'members.profile_corrected: undone', 'members.profile_corrected: undone', 'members.profile_corrected: undone'],
  'The newest first, each for itself');
select is((select array[answer -> 'body' -> 'data' ->> 'undone', answer -> 'body' -> 'data' ->> 'left'] from first_answer), '{3,1}', 'It says how many');
select results_eq($$select headline, location from profiles where member_id = pg_temp.person('ada')$$, $$values ('ada works on language models', 'Oakland')$$, 'All is as it was before the first');
select is((select bio from profiles where member_id = pg_temp.person('dot')), 'Bio of dot', 'for everybody');
select is((select is_visible from profiles where member_id = pg_temp.person('dot')), false, 'Who was hidden stays hidden');
select is((select name from profiles where member_id = pg_temp.person('bea')), 'Not of the task', 'What was not of the task stays');
select is((select count(*)::integer from private.audit_log where action = 'agents.write_undone' and actor_kind = 'agent' and actor = 'kim-agent' and target_type = 'member'), 3, 'Each is in the audit log, at whom it was about');
select is((select l.after from private.audit_log l where l.action = 'agents.change_set_undone'), '{"undone": 3, "left": 1}', 'and the whole');
select is((select count(*)::integer from private.explain_member(pg_temp.person('ada'), now()) where what = 'What an agent did was taken back: members: profile corrected, by agent:kim-agent.'), 2, 'Her story tells it');

-- Twice.
update profiles set headline = 'Her own since' where member_id = pg_temp.person('ada');
select is(pg_temp.data('change_sets.undo', pg_temp.set_of(pg_temp.task('texts'))), (select answer -> 'body' -> 'data' from first_answer), 'The second time the answer is the same');
select is((select headline from profiles where member_id = pg_temp.person('ada')), 'Her own since', 'and nothing happens');
select is((select count(*)::integer from private.audit_log where action = 'agents.change_set_undone'), 1, 'once on record');
select is((pg_temp.ask('members.update', pg_temp.of('ada') || '{"headline": "Late"}', null, pg_temp.task('texts'))) ->> 'status', '422', 'Nothing more is written for a task that was undone');
select is(pg_temp.data('change_sets.get', pg_temp.set_of(pg_temp.task('texts'))) -> 'writes' -> 1 ->> 'can_be_undone', 'false', 'Its list says so');

-- What others did meanwhile.
insert into task values ('meanwhile', pg_temp.open_task('Again'));
select pg_temp.data('members.update', pg_temp.of('ada') || '{"headline": "By the agent", "bio": "By the agent"}', pg_temp.task('meanwhile'));
update profiles set is_visible = true where member_id = pg_temp.person('dot');
select pg_temp.data('members.update', pg_temp.of('dot') || '{"bio": "By the agent"}', pg_temp.task('meanwhile'));
update profiles set bio = 'By herself' where member_id = pg_temp.person('ada');
select is(pg_temp.undone(pg_temp.data('change_sets.undo', pg_temp.set_of(pg_temp.task('meanwhile')))),
  array['members.profile_corrected: undone', 'members.profile_corrected: Her bio was changed again since.'], 'What she wrote since is left alone, and the rest is taken back');
select is((select array[headline, bio] from profiles where member_id = pg_temp.person('ada')), array['By the agent', 'By herself'], 'wholly: half of a change is not taken back');
select is((select bio from profiles where member_id = pg_temp.person('dot')), 'Bio of dot', 'Dot has her own again');

-- Somebody new.
insert into task values ('new', pg_temp.open_task('New people'));
create temp table made (who text, id uuid);
insert into made select who, (pg_temp.data('members.create', jsonb_build_object('email', who || '@example.org', 'name', who), pg_temp.task('new')) ->> 'member')::uuid
  from unnest(array['uma', 'vera', 'wil']) who;
select pg_temp.data('members.update', jsonb_build_object('member', (select id from made where who = 'uma'), 'name', 'Uma Thé'), pg_temp.task('new'));
insert into auth.users (id, email, email_confirmed_at) values ('99999999-0000-4000-8000-000000000002', 'vera@example.org', now());
insert into public.consents (member_id, channel, granted, source) select id, 'email', true, 'Told us' from made where who = 'wil';
select is(pg_temp.undone(pg_temp.data('change_sets.undo', pg_temp.set_of(pg_temp.task('new')))), array['members.profile_corrected: undone',
    'members.created: Something came of it since. An admin can delete her, with admin.delete_member.', 'members.created: Something came of it since. An admin can delete her, with admin.delete_member.',
    'members.created: undone'], 'A row that nothing came of goes again; who signed in, or said something, stays');
select is((select array_agg(m.who order by m.who) from made m join members using (id)), '{vera,wil}', 'They are here');
select is((select count(*)::integer from member_emails where email = 'uma@example.org'), 0, 'and her address is free again');
select is(pg_temp.ask('members.create', '{"email": "uma@example.org", "name": "Uma"}') ->> 'status', '201', 'for whoever comes next');
select is((select count(*)::integer from private.agent_writes w where w.change_set = pg_temp.task('new') and (w.before::text ~ 'uma' or w.after::text ~ 'Uma')), 0, 'Of her texts nothing is kept');

-- A proposal.
insert into task values ('asked', pg_temp.open_task('Ask'));
select pg_temp.data('members.delete', pg_temp.of('bea') || '{"reason": "She asked"}', pg_temp.task('asked'));
select is(pg_temp.undone(pg_temp.data('change_sets.undo', pg_temp.set_of(pg_temp.task('asked')))), array['agents.proposed: undone'], 'A proposal that waits is withdrawn with its task');
select is((select state::text from private.agent_proposals where member_id = pg_temp.person('bea')), 'withdrawn', 'as it says');

-- What fails.
create function private.undo_badly(call private.agent_call, write private.agent_writes) returns text language plpgsql volatile set search_path = '' as $$
begin
  update public.profiles set bio = 'half' where member_id = write.member_id;
  case write.target_id
    when 'constraint' then update public.profiles set name = pg_catalog.repeat('x', 500) where member_id = write.member_id;
    when 'refused' then raise exception using errcode = 'PT409', message = 'It is not as it was';
    else raise exception using errcode = '40001', message = 'again';
  end case;
  return null;
end $$;
create function pg_temp.note(target text, task uuid) returns bigint language sql as $$
  select private.note_agent_write((pg_temp.agent_key('kim'), 'kim-agent', false, 'members.update', task, 'test', now())::private.agent_call,
    'members.profile_corrected', 'member', target, '{}', '{}', '{}', 'undo_badly', pg_temp.person('dot'))
$$;
insert into task values ('fails', pg_temp.open_task('Fails'));
select pg_temp.data('members.update', pg_temp.of('dot') || '{"headline": "Fine"}', pg_temp.task('fails'));
select pg_temp.note(what, pg_temp.task('fails')) from unnest(array['constraint', 'refused']) what;
select is(pg_temp.undone(pg_temp.data('change_sets.undo', pg_temp.set_of(pg_temp.task('fails')))),
  array['members.profile_corrected: It is not as it was.', 'members.profile_corrected: This text is longer than 120 characters.', 'members.profile_corrected: undone'],
  'One that cannot be taken back keeps the others from nothing');
select is((select bio from profiles where member_id = pg_temp.person('dot')), 'Bio of dot', 'and leaves no half of itself');
insert into task values ('crash', pg_temp.open_task('Crash'));
select pg_temp.note('crash', pg_temp.task('crash'));
select pg_temp.data('members.update', pg_temp.of('dot') || '{"headline": "Newest"}', pg_temp.task('crash'));
select throws_ok(format('select pg_temp.data(''change_sets.undo'', %L)', pg_temp.set_of(pg_temp.task('crash'))), '40001', 'again', 'What another attempt may cure is no answer');
select is((select array[headline, (select undone_at::text from private.agent_change_sets where id = pg_temp.task('crash'))] from profiles where member_id = pg_temp.person('dot')),
  array['Newest', null], 'and nothing of it was done');

-- Whose it is.
insert into task values ('mine', pg_temp.open_task('Mine'));
select pg_temp.data('members.update', pg_temp.of('dot') || '{"headline": "Mine"}', pg_temp.task('mine'));
select is(pg_temp.refusal('change_sets.get', pg_temp.set_of(pg_temp.task('mine')), 'kai'), '404 This key has no such change set [change_set]', 'Another key does not see it');
select is(pg_temp.refusal('change_sets.undo', pg_temp.set_of(pg_temp.task('mine')), 'kai'), '404 This key has no such change set [change_set]', 'nor undo it');
update private.agent_keys set scopes = '{members:read}' where id = pg_temp.agent_key('kim');
select is(pg_temp.refusal('change_sets.undo', pg_temp.set_of(pg_temp.task('mine'))), '403 This key has no scope members:write any more, which some of it needs [change_set]', 'What it may not write any more it does not undo either');
select is((select headline from profiles where member_id = pg_temp.person('dot')), 'Mine', 'nothing happened');
select throws_ok(format('select admin.undo_change_set(%L, '' '')', pg_temp.task('mine')), 'PT422', 'A reason is missing', 'An admin says why');
select throws_ok('select admin.undo_change_set(''00000000-0000-4000-8000-000000000000'', ''Oops'')', 'PT404', 'There is no such change set', 'and which');
select is(admin.undo_change_set(pg_temp.task('mine'), 'It was wrong'), '1 taken back, 0 left: undo_note in admin.agent_writes says why.', 'An admin undoes what a key may not');
select is((select headline from profiles where member_id = pg_temp.person('dot')), 'Newest', 'and it is undone');
select results_eq($$select actor_kind::text, reason from private.audit_log where action = 'agents.write_undone' order by id desc limit 1$$, $$values ('studio', 'It was wrong')$$, 'as the admin''s doing, with the reason');
update profiles set bio = 'By the agent' where member_id = pg_temp.person('ada');
select is(admin.undo_change_set(pg_temp.task('meanwhile'), 'Ada asked for it'), '1 taken back, 0 left: undo_note in admin.agent_writes says why.', 'An admin may try again what was left');
select is((select array[headline, bio] from profiles where member_id = pg_temp.person('ada')), array['Her own since', 'Bio of ada'], 'and then it fits');

-- Bounds.
select is(pg_temp.refusal('change_sets.undo', '{"change_set": "x"}', 'kai'), '422 change_set is not an id [change_set]', 'A change set has an id');

select * from finish();
rollback;
