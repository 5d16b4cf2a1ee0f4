-- public.my_data: what a resource says is read where the room shows it, and not in a file of one's own.
begin;
-- include: ../cast.sql
select plan(7);

create function pg_temp.held(who text) returns jsonb language sql as $$ select pg_temp.answer(who, 'select public.my_data() as data') -> 0 -> 'data' $$;
update public.resources set updated_by = pg_temp.person('lea');
select private.audit('member', pg_temp.person('lea')::text, 'resources.changed', 'resource', '33333333-0000-4000-8000-000000000004', '{"title": "Notes"}', '{"title": "Notes for leaders"}');

select ok(pg_temp.held('lea')::text ~ 'Notes for leaders' and pg_temp.held('lea')::text ~ 'abcdef1235', 'A leader finds what she made, drafts too');
update public.members set role = 'member' where id = pg_temp.person('lea');
select doesnt_match(pg_temp.held('lea')::text, 'Notes for leaders|A draft|Announced|No longer true|abcdef123|example.org/[0-9]',
  'Who led once finds nothing of what leaders wrote since');
select is((select count(*)::integer from pg_catalog.jsonb_array_elements(pg_temp.held('lea') -> 'resources') r where (r ->> 'created_by_you')::boolean), 7,
  'but that it was she who made them');
select ok(pg_temp.held('lea') -> 'log' @> '[{"what": "resources.changed", "by": "you", "before": null, "after": null}]', 'and what she did, when');

select is(pg_temp.held('ada') #>> '{saved_and_watched,0,title}', 'Prompts that hold', 'What a member saved stands there with its title');
update public.resources set title = 'Meant for leaders now', audience = 'leader' where id = '33333333-0000-4000-8000-000000000001';
select doesnt_match(pg_temp.held('ada')::text, 'Meant for leaders', 'which goes when it is not hers to read any more');
select is(pg_catalog.jsonb_array_length(pg_temp.held('ada') -> 'saved_and_watched'), 1, 'while that she saved it stays');

select * from finish();
rollback;
