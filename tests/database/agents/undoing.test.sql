-- What taking back does not do: lead members elsewhere, write where an agent may not, hold more than a key may, or say that
-- something is done before it is.
begin;
-- include: ../cast.sql
-- include: calling.sql
-- include: proposing.sql
set local search_path = public, extensions;
select plan(52);
update private.agent_rates set capacity = 1000;

create function pg_temp.task() returns uuid language sql as $$ select (pg_temp.data('change_sets.open', jsonb_build_object('task', 'Task ' || gen_random_uuid())) ->> 'change_set')::uuid $$;
-- Undoes a task, and says of each change what became of it.
create function pg_temp.undo(task uuid) returns text[] language sql as $$
  select array_agg((w.value ->> 'action') || ': ' || coalesce(w.value ->> 'why_not', 'undone') order by w.place)
    from jsonb_array_elements(pg_temp.data('change_sets.undo', jsonb_build_object('change_set', task)) -> 'writes') with ordinality w (value, place)
$$;
create temp table task (name text, id uuid);
create function pg_temp.named(name text) returns uuid language sql as $$ select t.id from pg_temp.task t where t.name = named.name $$;

-- Where a published resource leads.
create function pg_temp.draft(more jsonb) returns uuid language sql as $$
  select (pg_temp.data('content.create', '{"title": "A draft", "summary": "About it", "topics": ["agents"]}' || more) ->> 'id')::uuid
$$;
create temp table shelf as select name, pg_temp.draft(args) as id from (values
  ('link', '{"kind": "link", "url": "https://evil.example/"}'::jsonb), ('later', '{"kind": "link", "url": "https://evil.example/"}'),
  ('video', '{"kind": "video", "video_url": "https://vimeo.com/11111111"}'), ('mine', '{"kind": "link", "url": "https://first.example/"}')) d (name, args);
create function pg_temp.leads(name text) returns text language sql as $$
  select coalesce(r.url, r.video_url) from public.resources r join pg_temp.shelf s on s.id = r.id where s.name = leads.name
$$;
create function pg_temp.change(name text, more jsonb) returns text language sql as $$
  select a -> 'body' -> 'data' ->> 'stage' from pg_temp.shelf s, pg_temp.ask('content.update', jsonb_build_object('resource', s.id, 'revision', 1) || more, null, pg_temp.named('shelf')) a
   where s.name = change.name
$$;
insert into task values ('shelf', pg_temp.task());
select is(array[pg_temp.change('link', '{"url": "https://good.example/"}'), pg_temp.change('later', '{"url": "https://good.example/", "title": "Later"}'),
  pg_temp.change('video', '{"video_url": "https://vimeo.com/22222222"}'), pg_temp.change('mine', '{"url": "https://second.example/"}')], '{draft,draft,draft,draft}', 'A key changes where its own drafts lead');
update resources r set published_at = now() from shelf s where s.id = r.id and s.name = 'link';
update resources r set published_at = now() + interval '1 day' from shelf s where s.id = r.id and s.name = 'later';
update resources r set published_at = now(), has_captions = true from shelf s where s.id = r.id and s.name = 'video';
select is(pg_temp.undo(pg_temp.named('shelf')), array['resources.corrected: undone', 'resources.corrected: A leader has published it: what it leads to is changed by a leader.',
    'resources.corrected: A leader has published it: what it leads to is changed by a leader.', 'resources.corrected: A leader has published it: what it leads to is changed by a leader.'],
  'Taking a task back does not change where a published one leads');
select is(array[pg_temp.leads('link'), pg_temp.leads('later'), pg_temp.leads('video'), pg_temp.leads('mine')],
  '{https://good.example/,https://good.example/,https://vimeo.com/22222222,https://first.example/}', 'also one that is announced, or a video; a draft of its own leads where it did');
select is((select title from resources r join shelf s on s.id = r.id where s.name = 'later'), 'Later', 'A change is taken back wholly or not at all');
insert into task values ('texts', pg_temp.task());
select pg_temp.ask('content.update', jsonb_build_object('resource', r.id, 'revision', r.revision, 'title', 'By mistake'), null, pg_temp.named('texts')) from resources r join shelf s on s.id = r.id where s.name = 'link';
select is(pg_temp.undo(pg_temp.named('texts')), '{"resources.corrected: undone"}', 'Texts of a published one go back');

-- Whom an agent does not change.
insert into task values ('people', pg_temp.task());
select pg_temp.data('members.update', pg_temp.of(who) || '{"headline": "By the agent", "bio": "By the agent"}', pg_temp.named('people')) from unnest(array['ada', 'bea', 'dot']) who;
select pg_temp.data('members.update', pg_temp.of('ada') || '{"location": "Rome"}', pg_temp.named('people'));
update profiles set is_visible = true where member_id = pg_temp.person('bea');
select pg_temp.data('members.update', pg_temp.of('bea') || '{"bio": "By the agent"}', pg_temp.named('people'));
update profiles set hidden_fields = '{bio}' where member_id = pg_temp.person('ada');
update profiles set leader_fields = '{bio}' where member_id = pg_temp.person('bea');
update members set role = 'leader' where id = pg_temp.person('dot');
select is(pg_temp.undo(pg_temp.named('people')), array['members.profile_corrected: She has hidden her bio from members since.', 'members.profile_corrected: undone',
  'members.profile_corrected: She is a leader or an admin now.', 'members.profile_corrected: She has hidden her bio from members since.'], 'What an agent may not change any more, undoing does not either');
select is((select array[headline, bio, location] from profiles where member_id = pg_temp.person('ada')), '{By the agent,By the agent,Oakland}', 'What she hid since stays as it is, and what members see goes back');
select is((select bio from profiles where member_id = pg_temp.person('dot')), 'By the agent', 'Nothing is written in the profile of a leader');
update members set role = 'member' where id = pg_temp.person('dot');
update profiles set hidden_fields = '{}' where member_id = pg_temp.person('ada');
select is(admin.undo_change_set(pg_temp.named('people'), 'She asked'), '2 taken back, 1 left: undo_note in admin.agent_writes says why.', 'An admin tries again what fits again');
select is((select bio from profiles where member_id = pg_temp.person('dot')), 'Bio of dot', 'and then it is done');

-- How much a key may hold.
insert into task values ('drafts', pg_temp.task());
create function pg_temp.campaign(task uuid default null) returns uuid language sql as $$
  select (pg_temp.data('audience.draft', jsonb_build_object('subject', 'Nr ' || gen_random_uuid(), 'body', 'Come back.', 'segment', '{"status": "active"}'::jsonb, 'why', 'They slip away'), task) ->> 'id')::uuid
$$;
create temp table campaign as select pg_temp.campaign() as id from generate_series(1, 20);
select pg_temp.data('audience.discard', jsonb_build_object('draft', id), pg_temp.named('drafts')) from (select id from campaign limit 2) c;
select pg_temp.campaign();
select is(pg_temp.undo(pg_temp.named('drafts')), '{audience.draft_discarded: undone,audience.draft_discarded: 20 drafts of this key still wait for an admin.}', 'As many come back as may wait');
select is((select count(*)::int from private.campaign_drafts where state = 'draft' and key_id = pg_temp.agent_key('kim')), 20, 'Twenty campaigns of a key wait, whichever way');
insert into task values ('retired', pg_temp.task());
insert into resources (id, kind, title, url, drafted_by) select gen_random_uuid(), 'link', 'Draft ' || n, 'https://example.org/d', pg_temp.agent_key('kim') from generate_series(1, 49) n;
select is((select count(*)::int from resources where drafted_by = pg_temp.agent_key('kim') and published_at is null and retired_at is null), 50, 'Fifty drafts of resources wait');
select pg_temp.data('content.delete', jsonb_build_object('resource', id, 'reason', 'No use'), pg_temp.named('retired')) from (select id from resources where title in ('Draft 1', 'Draft 2')
  union all select '33333333-0000-4000-8000-000000000003') r;
select isnt(pg_temp.draft('{"kind": "link"}'), null, 'One is made instead');
select is((select array_agg(u order by u) from unnest(pg_temp.undo(pg_temp.named('retired'))) u), '{resources.taken_out: 50 drafts of this key still wait for the leaders.,resources.taken_out: undone,resources.taken_out: undone}',
  'As many come back as may wait; what was published comes back in any case');
select is((select retired_at from resources where id::text like '%000003'), null, 'as before');

-- A cancellation.
update private.agent_keys set cancels_a_day = 100, actions_a_member = 100 where id = pg_temp.agent_key('kim');
create function pg_temp.cancel(who text, task text, ends text default 'period_end') returns uuid language sql as $$
  select (pg_temp.data('payments.propose_cancel', pg_temp.of(who) || jsonb_build_object('when', ends, 'reason', 'Because ' || gen_random_uuid()), pg_temp.named(task)) ->> 'id')::uuid
$$;
create function pg_temp.stands(proposal uuid) returns text language sql as $$
  select format('%s, %s%s', p.state, coalesce(p.error, 'no error'), case when p.closed_at is not null then ', closed' end) from private.agent_proposals p where p.id = proposal
$$;
create function pg_temp.said_of(proposal uuid) returns text language sql as $$
  select coalesce(w.undo_note, case when w.undone_at is not null then 'undone' else 'stands' end) from private.agent_writes w where w.target_id = proposal::text
$$;
create function pg_temp.jobs(proposal uuid) returns text language sql as $$
  select coalesce(string_agg(l.kind, ', ' order by l.kind), 'none') from jobs.live() l where l.args ->> 'proposal_id' = proposal::text
$$;
create temp table asked (name text, id uuid);
create function pg_temp.asked(name text) returns uuid language sql as $$ select a.id from pg_temp.asked a where a.name = asked.name $$;
insert into task select name, pg_temp.task() from unnest(array['early', 'early now', 'sent', 'refused', 'now', 'done', 'stuck']) name;
insert into asked values ('early', pg_temp.cancel('ada', 'early')), ('early now', pg_temp.cancel('dot', 'early now', 'now'));
select is(pg_temp.stands(pg_temp.asked('early')), 'approved, no error', 'A cancellation within the limits is approved at once');
select is(pg_temp.undo(pg_temp.named('early')), '{agents.proposed: undone}', 'Before Stripe is asked it is taken back here');
select is(pg_temp.stands(pg_temp.asked('early')), 'failed, It was taken back before Stripe was asked, closed', 'The proposal says so, and waits for nobody');
select is((select count(*)::int from private.agent_proposals_attention(now() + interval '2 days') a where a.id = pg_temp.asked('early')::text), 0, 'nor stands among what admins must see to');
select is(private.begin_cancel(pg_temp.asked('early')), null, 'Its job has nothing to do');
select is(private.sending_cancel(pg_temp.asked('early'), 1), false, 'and does not ask Stripe, when it had begun before');
select is((select count(*)::int from jobs.effects where key like 'cancel:%'), 0, 'of which there is no trace either');
select is(pg_temp.undo(pg_temp.named('early now')), '{agents.proposed: undone}', 'So is one that would end at once');
-- Stripe is being asked.
insert into asked values ('sent', pg_temp.cancel('ada', 'sent'));
select is(private.sending_cancel(pg_temp.asked('sent'), 1), true, 'Its job notes that it asks Stripe');
select is(private.sending_cancel(pg_temp.asked('sent'), 1), true, 'twice is once');
select is(pg_temp.undo(pg_temp.named('sent')), '{"agents.proposed: It is being taken back at Stripe. Look again in a minute."}', 'From then on nothing says that it is undone');
select is(pg_temp.stands(pg_temp.asked('sent')) || ': ' || pg_temp.jobs(pg_temp.asked('sent')), 'approved, no error: carry_out_cancel', 'It is carried out first');
select private.cancel_settled(pg_temp.asked('sent'), null, null, null, 'c', now());
select is(pg_temp.stands(pg_temp.asked('sent')) || ': ' || pg_temp.jobs(pg_temp.asked('sent')), 'carried_out, no error: carry_out_cancel, resume', 'and then taken back at Stripe');
select is(private.resume_owed(pg_temp.asked('sent')) ->> 'subscription', 'sub_ada', 'by a job');
select private.resume_settled(pg_temp.asked('sent'), null, null, 'Somebody decided otherwise meanwhile.', 'c', now());
select is(pg_temp.said_of(pg_temp.asked('sent')), 'Somebody decided otherwise meanwhile.', 'which says when it could not');
select is(pg_temp.data('change_sets.undo', jsonb_build_object('change_set', pg_temp.named('sent'))) - 'writes' - 'undone_at' - 'change_set', '{"undone": 0, "left": 1}', 'Asked again, the task says so as well');
select private.resume_settled(pg_temp.asked('sent'), null, null, null, 'c', now());
select is(pg_temp.said_of(pg_temp.asked('sent')), 'undone', 'and when it was');
select is((select format('%s:%s', actor_kind, actor) from private.audit_log where action = 'agents.write_undone' and target_id = pg_temp.asked('sent')::text), 'job:memberships.resume', 'as the log does');
select private.resume_settled(pg_temp.asked('sent'), null, null, 'Somebody decided otherwise meanwhile.', 'c', now());
select is(pg_temp.said_of(pg_temp.asked('sent')), 'undone', 'What was taken back stays so, whichever job comes late');
insert into asked values ('refused', pg_temp.cancel('bea', 'refused'));
select private.sending_cancel(pg_temp.asked('refused'), 2);
select pg_temp.undo(pg_temp.named('refused'));
select private.cancel_settled(pg_temp.asked('refused'), null, null, 'Stripe does not know it.', 'c', now());
select is(pg_temp.said_of(pg_temp.asked('refused')), 'It could not be done, so there is nothing to take back.', 'What Stripe refused need not be taken back');
insert into asked values ('now', pg_temp.cancel('bea', 'now', 'now'));
select private.sending_cancel(pg_temp.asked('now'), 3);
select is(pg_temp.undo(pg_temp.named('now')), '{"agents.proposed: Only a cancellation for the end of the period can be taken back."}', 'What ends at once cannot be, once Stripe is asked');
insert into asked values ('done', pg_temp.cancel('dot', 'done'));
select private.sending_cancel(pg_temp.asked('done'), 4);
select private.cancel_settled(pg_temp.asked('done'), null, null, null, 'c', now());
select is(pg_temp.jobs(pg_temp.asked('done')), 'carry_out_cancel', 'Nobody takes back what nobody asked to');
select pg_temp.undo(pg_temp.named('done'));
select private.resume_settled(pg_temp.asked('done'), null, null, 'Stripe refuses it (busy).', 'c', now());
select admin.undo_change_set(pg_temp.named('done'), 'Once more');
select is(pg_temp.jobs(pg_temp.asked('done')), 'carry_out_cancel, resume, resume', 'It is asked for as often as an admin wants');

insert into asked values ('stuck', pg_temp.cancel('lea', 'stuck'));
select private.sending_cancel(pg_temp.asked('stuck'), 5);
select pg_temp.undo(pg_temp.named('stuck'));
do $$ begin perform admin.abandon_job(l.job, 'It never ends') from jobs.live() l where l.args ->> 'proposal_id' = pg_temp.asked('stuck')::text; end $$;
select is(admin.close_proposal(pg_temp.asked('stuck'), 'By hand') || pg_temp.said_of(pg_temp.asked('stuck')), 'trueIt was given up: look whether it was done.', 'What is given up is not said to be under way');

-- All that a key wrote since a moment.
create temp table times as select now() as then;
update private.agent_writes set at = at - interval '1 day';
update private.agent_change_sets set opened_at = opened_at - interval '1 day';
insert into task values ('late', pg_temp.task()), ('both', pg_temp.task());
update profiles set leader_fields = '{}', headline = 'Her own', bio = 'Her own', location = 'Her own' where member_id in (pg_temp.person('ada'), pg_temp.person('bea'), pg_temp.person('dot'));
select pg_temp.data('members.update', pg_temp.of('ada') || '{"headline": "Vandalised"}');
select pg_temp.data('members.update', pg_temp.of('ada') || '{"headline": "Vandalised again"}', pg_temp.named('late'));
select pg_temp.data('members.update', pg_temp.of('bea') || '{"bio": "Vandalised"}', pg_temp.named('both'));
update private.agent_writes set at = at - interval '2 hours' where change_set = pg_temp.named('both');
select pg_temp.data('members.update', pg_temp.of('bea') || '{"location": "Vandalised"}', pg_temp.named('both'));
select pg_temp.data('members.update', pg_temp.of('dot') || '{"headline": "Vandalised"}');
select pg_temp.ask('members.update', pg_temp.of('dot') || '{"bio": "By Kai"}', who => 'kai');
update profiles set headline = 'Mended by herself' where member_id = pg_temp.person('dot');
select throws_ok($$select admin.undo_agent_writes('nobody', now(), 'x')$$, 'PT404', 'There is no such key', 'An admin says which key');
select throws_ok($$select admin.undo_agent_writes('kim-agent', now() - interval '1 hour', ' ')$$, 'PT422', 'A reason is missing', 'why');
select throws_ok($$select admin.undo_agent_writes('kim-agent', null, 'x')$$, 'PT422', 'Say since when, by a time that is over', 'and since when');
select throws_ok($$select admin.undo_agent_writes('kim-agent', now() + interval '1 hour', 'x')$$, 'PT422', 'Say since when, by a time that is over', 'which is not to come');
select is(admin.undo_agent_writes('kim-agent', now() - interval '1 hour', 'Its secret leaked'), '3 taken back, 1 left: undo_note in admin.agent_writes says why.', 'Everything that a key wrote since then is taken back, for a task or for none');
select results_eq($$select headline, bio, location from profiles where member_id in (pg_temp.person('ada'), pg_temp.person('bea'), pg_temp.person('dot')) order by member_id$$,
  $$values ('Her own', 'Her own', 'Her own'), ('Her own', 'Vandalised', 'Her own'), ('Mended by herself', 'By Kai', 'Her own')$$, 'newest first; not what was before, what another key wrote, and what she mended herself');
select is((select undo_note from private.agent_writes where member_id = pg_temp.person('dot') and key_id = pg_temp.agent_key('kim') order by id desc limit 1), 'Her headline was changed again since.', 'which says why');
select is((select array_agg(t.name order by t.name) from task t join private.agent_change_sets c on c.id = t.id where c.undone_by = 'studio:' || session_user), '{both,late}', 'Its tasks are over with that');
select is((select format('%s %s %s', target_id, after - 'since', reason) from private.audit_log where action = 'agents.writes_undone'), 'kim-agent {"left": 1, "undone": 3} Its secret leaked', 'On record, with the reason');
select is((select count(*)::int from private.audit_log where action = 'agents.write_undone' and reason = 'Its secret leaked' and actor_kind = 'studio'), 3, 'each of them');
select is(admin.undo_agent_writes('kim-agent', now() - interval '1 hour', 'Again'), '0 taken back, 1 left: undo_note in admin.agent_writes says why.', 'Called again, it tries what was left');
select is(admin.undo_change_set(pg_temp.named('both'), 'The rest'), '1 taken back, 0 left: undo_note in admin.agent_writes says why.', 'What was before is taken back by its task');

select * from finish();
rollback;
