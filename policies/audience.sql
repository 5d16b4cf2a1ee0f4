-- Room: audience. Who may do what.
--
-- Everything of this room lives in private: nobody reaches it through the Data API. Admins see
-- admin.parked_contacts and admin.campaign_drafts in Studio; the room's function works as the database's owner.

revoke all on private.audience_contacts, private.audience_retired, private.audience_batches, private.mailchimp_events,
  private.audience_drift, private.campaign_drafts from anon, authenticated, service_role, agent;
