-- Room: messaging. Who may do what.
--
-- Everything of this room lives in private: nobody reaches it through the Data API, and no template or address is
-- chosen by a request. Admins see admin.emails and admin.email_suppressions in Studio; the room's function works as the
-- database's owner. Who stops mails by a link does so through the function, which knows her by the link alone.

revoke all on private.emails, private.email_suppressions, private.resend_events, private.email_pace, private.unsubscribe_secret
  from anon, authenticated, service_role, agent;
