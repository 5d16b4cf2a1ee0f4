begin;
-- include: own.sql
select plan(11);

create temporary view long_commands as
select jobname as finding from cron.job
 where command !~ '^select [a-z_]+\.[a-z_]+\(([a-z_]+\.[a-z_]+\(\))?\)$';

create temporary view commands_without_function as
select jobname as finding from cron.job
 where not exists (select from own_functions f
                    where f.schema || '.' || f.bare = pg_catalog."substring"(command, '^select ([a-z_]+\.[a-z_]+)\('));

-- Debian's pg_cron knows minutes only, so a schedule in seconds would work hosted and fail here. That each is active was
-- seen before these tests put them to sleep.
create temporary view odd_schedules as
select coalesce(jobname, jobid::text) as finding from cron.job
 where jobname is null or schedule !~ '^(\S+ ){4}\S+$' or username <> 'postgres';

-- Health looks at the heartbeat of that name, from the birth of the schedule on.
create temporary view silent_schedules as
select jobname as finding from cron.job
 where not exists (select from own_functions f
                    where f.schema || '.' || f.bare = pg_catalog."substring"(command, '^select ([a-z_]+\.[a-z_]+)\(')
                      and pg_catalog.strpos(f.prosrc, 'jobs.beat(' || pg_catalog.quote_literal(jobname) || ')') > 0);

create temporary view unborn_schedules as
select jobname as finding from cron.job where jobname not in (select name from jobs.heartbeats);

create temporary view unknown_periods as
select jobname as finding from cron.job where private.longest_silence(schedule) is null;

select isnt_empty('select * from cron.job', 'There are schedules');
select is_empty('select * from long_commands', 'A schedule calls one function and does nothing else');
select is_empty('select * from commands_without_function', 'A schedule calls a function of ours that exists');
select is_empty('select * from odd_schedules', 'Schedules are named, and in minutes');
select is_empty('select * from silent_schedules', 'What a schedule calls says that it ran, under the schedule''s name');
select is_empty('select * from unborn_schedules', 'A schedule counts from its birth');
select is_empty('select * from unknown_periods', 'Health knows how long a schedule may be silent');

select cron.schedule('careless', '0 4 * * 0', 'delete from private.rate_limits; select jobs.forgotten()');
select set_has('select * from long_commands', $$values ('careless')$$, 'A schedule that does the work itself is found');
select set_has('select * from commands_without_function', $$values ('careless')$$, 'A schedule that calls nothing of ours is found');
select set_has('select * from silent_schedules', $$values ('careless')$$, 'One that leaves no heartbeat is found');
select set_has('select * from unknown_periods', $$values ('careless')$$, 'One whose period health cannot judge is found');

select * from finish();
rollback;
