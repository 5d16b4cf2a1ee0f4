-- Stand-in for pg_net: requests are rows; the local gateway takes them and writes the responses.
-- A NOTIFY travels on commit, so a transaction that is rolled back sends nothing, as with the original.

create schema if not exists net;

create domain net.http_method as text
  check (value ilike 'get' or value ilike 'post' or value ilike 'delete');

-- Unlogged, as the original: a crash empties it. A call is a doorbell, never the record.
create unlogged table net.http_request_queue (
  id bigserial,
  method net.http_method not null,
  url text not null,
  headers jsonb,
  body bytea,
  timeout_milliseconds int not null
);

create unlogged table net._http_response (
  id bigint,
  status_code integer,
  content_type text,
  headers jsonb,
  content text,
  timed_out bool,
  error_msg text,
  created timestamptz not null default now()
);
create index on net._http_response (created);

create function net._urlencode_string(string varchar)
returns text
language sql
immutable strict
as $$
  select string_agg(
    case
      when octet_length(c) = 1 and c ~ '[A-Za-z0-9_.~-]' then c
      else (
        select string_agg('%' || upper(lpad(to_hex(get_byte(convert_to(c, 'UTF8'), i)), 2, '0')), '' order by i)
        from generate_series(0, octet_length(c) - 1) as i
      )
    end, '' order by place)
  from regexp_split_to_table(string, '') with ordinality as t (c, place)
$$;

create function net._encode_url_with_params_array(url text, params_array text[])
returns text
language sql
immutable
as $$
  select case
    when coalesce(array_length(params_array, 1), 0) = 0 then url
    else url || case when strpos(url, '?') > 0 then '&' else '?' end || array_to_string(params_array, '&')
  end
$$;

create function net.wake()
returns void
language sql
as $$ select pg_notify('pg_net', '') $$;

create function net.check_worker_is_up()
returns void
language plpgsql
as $$
begin
  if not exists (select from pg_stat_activity where application_name = 'pg_net drain') then
    raise exception using
      message = 'the pg_net background worker is not up',
      detail = 'the local gateway takes the requests, and it is not connected';
  end if;
end
$$;

create function net._enqueue(
  method text, url text, params jsonb, headers jsonb, body bytea, timeout_milliseconds int
)
returns bigint
language sql
as $$
  insert into net.http_request_queue (method, url, headers, body, timeout_milliseconds)
  values (
    method,
    net._encode_url_with_params_array(url, array(
      select net._urlencode_string(key) || '=' || net._urlencode_string(value) from jsonb_each_text(params)
    )),
    headers, body, timeout_milliseconds
  );
  select net.wake();
  select currval('net.http_request_queue_id_seq')
$$;

create function net.http_get(
  url text, params jsonb default '{}', headers jsonb default '{}', timeout_milliseconds int default 5000
)
returns bigint
language sql
as $$ select net._enqueue('GET', url, params, headers, null, timeout_milliseconds) $$;

create function net.http_delete(
  url text, params jsonb default '{}', headers jsonb default '{}',
  timeout_milliseconds int default 5000, body jsonb default null
)
returns bigint
language sql
as $$ select net._enqueue('DELETE', url, params, headers, convert_to(body::text, 'UTF8'), timeout_milliseconds) $$;

create function net.http_post(
  url text, body jsonb default '{}', params jsonb default '{}',
  headers jsonb default '{"Content-Type": "application/json"}', timeout_milliseconds int default 5000
)
returns bigint
language plpgsql
as $$
declare
  content_type text := (
    select header.value from jsonb_each_text(coalesce(headers, '{}')) as header where lower(header.key) = 'content-type' limit 1
  );
begin
  if content_type is null then
    headers := coalesce(headers, '{}') || '{"Content-Type": "application/json"}';
  elsif split_part(lower(content_type), ';', 1) <> 'application/json' then
    raise exception 'Content-Type header must be "application/json"';
  end if;
  return net._enqueue('POST', url, params, headers, convert_to(body::text, 'UTF8'), timeout_milliseconds);
end
$$;

grant usage on schema net to public;
grant all on all tables in schema net to public;
grant all on all sequences in schema net to public;
