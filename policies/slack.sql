-- Room: slack. Who may do what.
--
-- Everything of this room lives in private: nobody reaches it through the Data API. A member reads her own place in
-- Slack with my_membership(), and the way in with home() while she is entitled and not there. Admins see
-- admin.slack_people, admin.slack_runs and admin.slack_link in Studio; the room's function works as the database's owner.

revoke all on private.slack_people, private.slack_runs, private.slack_lookups, private.slack_events, private.slack_settings
  from anon, authenticated, service_role, agent;
