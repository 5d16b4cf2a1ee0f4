begin;
-- include: demo_queue.sql
select plan(10);

select is(jobs.begin_effect('welcome:ada', 7, 'mailchimp'), 'go', 'The first to ask may make the call');
select is(jobs.begin_effect('welcome:ada', 7, 'mailchimp'), 'ambiguous', 'Who comes before its end is known must look at the provider first');
select is(jobs.begin_effect('welcome:ada', 8, 'mailchimp'), 'ambiguous', 'whichever job asks');
select jobs.drop_effect('welcome:ada');
select is(jobs.begin_effect('welcome:ada', 8, 'mailchimp'), 'go', 'A call that surely did not happen may be made');
select jobs.finish_effect('welcome:ada', '{"journey": 1}');
select is(jobs.begin_effect('welcome:ada', 9, 'mailchimp'), 'done', 'A call that happened is not made again');
select jobs.drop_effect('welcome:ada');
select is(jobs.begin_effect('welcome:ada', 9, 'mailchimp'), 'done', 'and cannot be forgotten');
select jobs.finish_effect('welcome:ada', '{"journey": 2}');
select is((select result from jobs.effects where key = 'welcome:ada'), '{"journey": 1}', 'Its evidence is not overwritten');
select ok((select finished_at >= started_at from jobs.effects where key = 'welcome:ada'), 'It says when the call was made');
select is((select job from jobs.effects where key = 'welcome:ada'), 8::bigint, 'and for which job');
select is(jobs.begin_effect('welcome:bea', 9, 'mailchimp'), 'go', 'Another key is another call');

select * from finish();
rollback;
