-- Room: audience. Who may do what.
--
-- Everything of this room lives in private: nobody reaches it through the Data API. Admins see
-- admin.parked_contacts in Studio; the room's function works as the database's owner.

revoke all on private.audience_contacts, private.audience_retired, private.audience_batches, private.mailchimp_events,
  private.audience_drift from anon, authenticated, service_role, agent;
