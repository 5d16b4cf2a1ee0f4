-- Room: jobs. Who may what:
--
--   who                    | queues, kinds, delayed, attempts, dead, keys, effects | jobs.* functions | admin.jobs, admin.*
--   visitor (anon)         | nothing                                               | nothing          | nothing
--   member (authenticated) | nothing                                               | nothing          | nothing
--   agent                  | nothing                                               | nothing          | nothing
--   service_role           | nothing                                               | nothing          | nothing
--   postgres (the worker through its database address, other rooms' functions, an admin in Studio) | everything
--
-- The tables have row level security and no policy, so even a grant given by mistake would show no row.
-- Nothing of this room is served: a queue that the Data API could write would be a way to command our workers.

revoke all on schema jobs, admin from public, anon, authenticated, agent, service_role;
revoke all on all tables in schema jobs from public, anon, authenticated, agent, service_role;
revoke all on all sequences in schema jobs from public, anon, authenticated, agent, service_role;
revoke all on all functions in schema jobs from public, anon, authenticated, agent, service_role;
revoke all on admin.jobs from public, anon, authenticated, agent, service_role;
revoke all on function
  admin.replay_job(bigint),
  admin.replay_dead_jobs(text, text),
  admin.abandon_job(bigint, text),
  admin.pause_queue(text, text),
  admin.resume_queue(text)
from public, anon, authenticated, agent, service_role;
