-- Room: operations. Who may do what.
--
-- The audit log and the rate limits live in private and are written by functions only. Not even the
-- service role changes a row of the audit log: it has no privilege, and a trigger refuses.

revoke all on private.audit_log, private.rate_limits from anon, authenticated, service_role, agent;
