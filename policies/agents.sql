-- Room: agents. Who may do what.
--
--                      visitor, member, leader    agent
--   agent_* (private)  -                          -
--   call_operation     -                          runs the operations of its scopes, with pace, audit and Idempotency-Key
--   agent_proposals_waiting, decide_agent_proposal
--                      admins on the site;        -
--                      everybody else hears 403
--   agent_may          -                          asked by the policies of other rooms, at every statement: whether the key of the
--                                                 token is alive, and both it and the token have the scope
--
-- The strict rule: with the Data API alone an agent reads what holds nobody's data, and writes nothing.
--
--   events:read        events that members see, event_regions, event_categories
--   content:read       resources that members see (not where their files lie), topics
--   payments:read      tiers, stripe_prices that are offered
--
-- Everything about people, and every write, goes through call_operation, the gateway or MCP: a read of the Data API runs
-- read-only, so it could be neither counted nor written into the audit log.

revoke all on private.agent_scopes, private.agent_operations, private.agent_rates, private.agent_keys, private.agent_secrets,
  private.agent_change_sets, private.agent_writes, private.agent_requests, private.agent_use, private.agent_refusals, private.agent_proposals,
  private.agent_rules, private.agent_alerts
  from anon, authenticated, service_role, agent;

grant execute on function private.agent_claims() to agent;
grant execute on function private.agent_may(private.agent_scope) to agent;
grant execute on function private.call_operation(jsonb, text, jsonb, text, text, timestamptz) to agent;
grant execute on function public.call_operation(text, jsonb, text, text) to agent;

grant execute on function private.agent_proposals_waiting(uuid, timestamptz, integer) to authenticated;
grant execute on function public.agent_proposals_waiting() to authenticated;
grant execute on function private.decide_agent_proposal(uuid, uuid, boolean, text, timestamptz) to authenticated;
grant execute on function public.decide_agent_proposal(uuid, boolean, text) to authenticated;
