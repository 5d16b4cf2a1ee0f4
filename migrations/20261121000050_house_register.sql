-- The privacy register: each column that holds something about a person says what it is, why it is held, for how
-- long, and who sees it. It stands where everybody looks, in the comment of the column, in one fixed form:
--   <What it is.> Why: <why>. Kept: <how long>. Seen by: <who>.
-- The privacy page is built from these comments (public.personal_data), and tests hold them against the grants,
-- the erasure and the retention that really are.

create function private.note_personal_data(holder regclass, why text, kept text, seen_by text, fields jsonb)
returns void
language plpgsql
volatile
set search_path = ''
as $$
declare
  field record;
  what text;
begin
  for field in select e.key, e.value #>> '{}' as said from pg_catalog.jsonb_each(fields) e loop
    what := coalesce(field.said, (
      select pg_catalog.split_part(pg_catalog.col_description(a.attrelid, a.attnum), ' Why: ', 1)
        from pg_catalog.pg_attribute a where a.attrelid = holder and a.attname = field.key));
    if coalesce(what, '') !~ '\.$' then
      raise exception using errcode = '22023', message = pg_catalog.format('%s.%s does not say what it is', holder, field.key),
        hint = 'Give the sentence, or write a comment on the column first.';
    end if;
    execute pg_catalog.format('comment on column %s.%I is %L', holder, field.key,
      pg_catalog.format('%s Why: %s. Kept: %s. Seen by: %s.', what, why, kept, seen_by));
  end loop;
end
$$;

comment on function private.note_personal_data is
  'Writes the register of personal data into the comments of columns. fields: the column and what it is; null takes the sentence that its comment begins with.';
