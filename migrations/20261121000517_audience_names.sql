-- A name that she changes here reaches Mailchimp, where mails greet her by it.

create function private.audience_renamed()
returns trigger
language plpgsql
security definer
set search_path = ''
as $$
begin
  -- What Mailchimp has is the old one, unless we know better. Who gets no mail needs no name there.
  update private.audience_contacts c set name = coalesce(c.name, old.name)
   where c.member_id = new.member_id and c.state in ('subscribed', 'pending');
  if found then
    perform private.audience_changed(new.member_id, null);
  end if;
  return null;
end
$$;

comment on function private.audience_renamed() is 'Trigger: owes Mailchimp the new name of a member to whom mails go.';

create trigger profiles_renamed
  after update of name on public.profiles
  for each row when (old.name is distinct from new.name)
  execute function private.audience_renamed();
