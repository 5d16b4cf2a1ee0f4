-- What is not kept for ever.

create function private.forget_payloads(at timestamptz, keep interval default '180 days', most integer default 20000)
returns integer
language plpgsql
volatile
set search_path = ''
as $$
declare
  stripe integer;
  mailchimp integer;
begin
  perform jobs.beat('operations.forget');
  -- The row stays, so that a late duplicate is still known for one; names and addresses go.
  update private.stripe_events e set payload = null
   where e.event_id = any (array(
     select old.event_id from private.stripe_events old
      where old.received_at < at - keep and old.payload is not null
        and old.state in ('applied', 'ignored', 'superseded')
      limit most));
  get diagnostics stripe = row_count;
  update private.mailchimp_events e set payload = null
   where e.body_hash = any (array(
     select old.body_hash from private.mailchimp_events old
      where old.received_at < at - keep and old.payload is not null
      limit most));
  get diagnostics mailchimp = row_count;
  return stripe + mailchimp;
end
$$;

comment on function private.forget_payloads is
  'Removes the bodies of settled webhooks, which hold names and addresses, after half a year. What still waits for a person keeps its body. pg_cron calls it each night.';

select cron.schedule('operations.forget', '43 2 * * *', 'select private.forget_payloads(private.clock())'),
       jobs.beat('operations.forget');
