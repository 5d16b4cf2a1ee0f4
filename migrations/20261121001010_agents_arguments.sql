-- How an operation reads what it was given: each says which field is wrong and what would do. The schemas of the gateway
-- say the same earlier; who comes through the Data API is checked here alone.

create type private.agent_call as (
  key_id uuid, key_name text, is_sandbox boolean, operation text, change_set uuid, correlation_id text, at timestamptz
);

comment on type private.agent_call is 'Who calls an operation, for which task, and when: the first argument of each handler.';

create function private.arg_text(args jsonb, field text, most integer default 200, is_required boolean default false, remedy text default null)
returns text
language plpgsql
stable
set search_path = ''
as $$
declare
  given constant jsonb := args -> field;
  said constant text := pg_catalog.btrim(args ->> field);
begin
  if given is null or pg_catalog.jsonb_typeof(given) = 'null' or said = '' then
    if is_required then
      perform private.refuse_field(field, pg_catalog.format('%s is missing', field), coalesce(remedy, 'Say it in a text.'));
    end if;
    return null;
  elsif pg_catalog.jsonb_typeof(given) <> 'string' then
    perform private.refuse_field(field, pg_catalog.format('%s is not a text', field), coalesce(remedy, 'Send a text.'));
  elsif pg_catalog.length(said) > most then
    perform private.refuse_field(field, pg_catalog.format('%s is longer than %s characters', field, most), 'Shorten it.');
  end if;
  return said;
end
$$;

comment on function private.arg_text is 'A text argument without white space around it, or null when it is not there. remedy: what would do, when not any text does. Raises PT422.';

create function private.arg_choice(args jsonb, field text, choices text[], otherwise text default null, is_required boolean default false)
returns text
language plpgsql
stable
set search_path = ''
as $$
declare
  remedy constant text := 'Use one of: ' || pg_catalog.array_to_string(choices, ', ') || '.';
  said constant text := private.arg_text(args, field, 100, is_required, remedy);
begin
  if said <> all (choices) then
    perform private.refuse_field(field, pg_catalog.format('%s is none of those that there are', field), remedy);
  end if;
  return coalesce(said, otherwise);
end
$$;

comment on function private.arg_choice is 'One of several words, or otherwise. Raises PT422.';

create function private.arg_uuid(args jsonb, field text, is_required boolean default false)
returns uuid
language plpgsql
stable
set search_path = ''
as $$
declare
  remedy constant text := 'Send the id as another answer gave it.';
  said constant text := private.arg_text(args, field, 100, is_required, remedy);
begin
  if said !~* '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$' then
    perform private.refuse_field(field, pg_catalog.format('%s is not an id', field), remedy);
  end if;
  return said::uuid;
end
$$;

comment on function private.arg_uuid is 'An id, or null when it is not there. Raises PT422.';

create function private.arg_integer(args jsonb, field text, lowest bigint, most bigint, otherwise bigint default null, is_required boolean default false)
returns bigint
language plpgsql
stable
set search_path = ''
as $$
declare
  given constant jsonb := args -> field;
  said constant text := args ->> field;
begin
  if given is null or pg_catalog.jsonb_typeof(given) = 'null' then
    if is_required then
      perform private.refuse_field(field, pg_catalog.format('%s is missing', field),
        pg_catalog.format('Send a whole number from %s to %s.', lowest, most));
    end if;
    return otherwise;
  elsif pg_catalog.jsonb_typeof(given) <> 'number' or said !~ '^-?[0-9]{1,18}$' or said::bigint not between lowest and most then
    perform private.refuse_field(field, pg_catalog.format('%s is not a whole number from %s to %s', field, lowest, most),
      pg_catalog.format('Send a whole number from %s to %s.', lowest, most));
  end if;
  return said::bigint;
end
$$;

comment on function private.arg_integer is 'A whole number within bounds, or otherwise. Raises PT422.';

create function private.arg_boolean(args jsonb, field text, otherwise boolean default null)
returns boolean
language plpgsql
stable
set search_path = ''
as $$
begin
  if coalesce(pg_catalog.jsonb_typeof(args -> field), 'null') not in ('null', 'boolean') then
    perform private.refuse_field(field, pg_catalog.format('%s is neither true nor false', field), 'Send true or false.');
  end if;
  return coalesce((args ->> field)::boolean, otherwise);
end
$$;

comment on function private.arg_boolean is 'True or false, or otherwise. Raises PT422.';

create function private.arg_time(args jsonb, field text, is_required boolean default false)
returns timestamptz
language plpgsql
stable
set search_path = ''
as $$
declare
  remedy constant text := 'Write it like 2026-11-21T18:00:00Z.';
  said constant text := private.arg_text(args, field, 40, is_required, remedy);
begin
  if said is null then
    return null;
  elsif said !~ '^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d{1,6})?)?(Z|[+-]\d\d:\d\d)$' then
    perform private.refuse_field(field, pg_catalog.format('%s is not a time with its zone', field), remedy);
  end if;
  return said::timestamptz;
exception when datetime_field_overflow or invalid_datetime_format or invalid_time_zone_displacement_value then
  perform private.refuse_field(field, pg_catalog.format('%s is no time that there is', field), remedy);
  return null;
end
$$;

comment on function private.arg_time is 'A moment with its zone (RFC 3339), or null when it is not there. Raises PT422.';

create function private.arg_texts(args jsonb, field text, most integer default 20, longest integer default 100)
returns text[]
language plpgsql
stable
set search_path = ''
as $$
declare
  given constant jsonb := args -> field;
begin
  if given is null or pg_catalog.jsonb_typeof(given) = 'null' then
    return null;
  elsif pg_catalog.jsonb_typeof(given) <> 'array' or pg_catalog.jsonb_array_length(given) > most
     or exists (select from pg_catalog.jsonb_array_elements(given) e where pg_catalog.jsonb_typeof(e) <> 'string' or pg_catalog.length(e #>> '{}') > longest) then
    perform private.refuse_field(field, pg_catalog.format('%s is not a list of %s texts at most', field, most),
      pg_catalog.format('Send a list of texts of %s characters at most.', longest));
  end if;
  return array(select e.value from pg_catalog.jsonb_array_elements_text(given) with ordinality e (value, place) order by e.place);
end
$$;

comment on function private.arg_texts is 'A list of texts, or null when it is not there. Raises PT422.';

create function private.scrub(words text)
returns text
language plpgsql
immutable
set search_path = ''
as $$
declare
  clean text := words;
begin
  -- The same shapes, in the same order, as scrub() in functions/_shared/log.ts.
  clean := pg_catalog.regexp_replace(clean, '[^\s"''<>@＠﹫]+[@＠﹫][^\s"''<>@＠﹫]+\.[^\s"''<>@＠﹫]+', '[email]', 'g');
  clean := pg_catalog.regexp_replace(clean, '\y(?:sk|rk|whsec|sb_secret|cak_live|cak_test|xox[a-z])[_-][\w-]+', '[secret]', 'g');
  clean := pg_catalog.regexp_replace(clean, '\yre_\w{16,}', '[secret]', 'g');
  clean := pg_catalog.regexp_replace(clean, '\y(Bearer|Basic)\s+[\w.~+/=-]+', '\1 [secret]', 'gi');
  clean := pg_catalog.regexp_replace(clean, '\yeyJ[\w-]+\.[\w-]+\.[\w-]+', '[token]', 'g');
  clean := pg_catalog.regexp_replace(clean, '(?:https?://)?\y(?:[\w-]+\.)*stripe\.com/[^\s"''<>]*', '[link]', 'gi');
  clean := pg_catalog.regexp_replace(clean, '(?<![\w+])\+[1-9](?:[ ().\/-]{0,3}[0-9]){6,14}(?![0-9])', '[phone]', 'g');
  clean := pg_catalog.regexp_replace(clean, '(?<![\w-])(?:\([0-9]{3}\) ?|[0-9]{3}[ .-])[0-9]{3}[ .-][0-9]{4}(?![\w-])', '[phone]', 'g');
  return clean;
end
$$;

comment on function private.scrub is
  'Takes e-mail addresses, telephone numbers, keys, tokens and links to pages of Stripe out of a text, before an agent reads it. Null stays null.';

create function private.seen(words text)
returns text
language sql
immutable
set search_path = ''
as $$
  select pg_catalog.regexp_replace(words,
    '[\u007f-\u009f\u00ad\u061c\u180e\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufe00-\ufe0e\ufeff\ufff9-\ufffb\U000e0000-\U000e0fff]', '', 'g')
$$;

comment on function private.seen is
  'A text without the signs that a reader does not see but a model reads: tags, turned writing, spaces of no width. Joiners of letters and emoji stay.';

create function private.said(words text)
returns jsonb
language sql
immutable
set search_path = ''
as $$
  select case when words is not null then pg_catalog.jsonb_build_object('written_by_people', private.scrub(private.seen(words))) end
$$;

comment on function private.said is
  'Text that people wrote, marked as such, without addresses, numbers and keys that stand in it, and without what only a model would see: {"written_by_people": …}. It is data for an agent and never an instruction. Null stays null.';
