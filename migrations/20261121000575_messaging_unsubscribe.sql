-- Stopping mails with one press, without a sign-in: by the link in a mail, or the button of a mail program (RFC 8058).

create table private.unsubscribe_secret (
  is_only boolean primary key default true,
  secret bytea not null default extensions.gen_random_bytes(32),
  constraint unsubscribe_secret_is_only check (is_only)
);
alter table private.unsubscribe_secret enable row level security;
insert into private.unsubscribe_secret default values;

comment on table private.unsubscribe_secret is
  'What the words in links to unsubscribe are made with. One row, made by chance here, known nowhere else. Changing it changes no link that was sent.';

create function private.unsubscribe_word(email bigint)
returns text
language plpgsql
stable
set search_path = ''
as $$
begin
  -- The same for every attempt, or Resend would take the second attempt for another mail.
  return pg_catalog.translate(pg_catalog.encode(extensions.hmac(pg_catalog.convert_to('unsubscribe:' || email::text, 'UTF8'),
    (select s.secret from private.unsubscribe_secret s), 'sha256'), 'base64'), '+/=', '-_');
end
$$;

comment on function private.unsubscribe_word is 'The word in a mail''s link to unsubscribe, which nobody can guess. Only its hash is kept.';

create function private.unsubscribe(key text, source text, correlation_id text default null, at timestamptz default private.clock())
returns text
language plpgsql
volatile
set search_path = ''
as $$
declare
  member constant uuid := (select e.member_id from private.emails e where e.unsubscribe_key = unsubscribe.key);
begin
  if member is null then
    raise exception using errcode = 'PT404', message = 'This link does not stop any mails',
      hint = 'It may not be whole. Open it from the mail again, or say no on your page of notifications.';
  end if;
  return case when private.lower_email_consent(member, unsubscribe.source, 'member', at, unsubscribe.correlation_id)
    then 'stopped' else 'stopped before' end;
end
$$;

comment on function private.unsubscribe is
  'Stops the mails that a member does not need, for whoever has the link of one of them. key: the hash of its word. Raises PT404. Asking twice is fine.';
