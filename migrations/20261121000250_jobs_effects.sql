-- Calls to providers that must not happen twice, though jobs may run twice.

create function jobs.begin_effect(key text, job bigint, provider text)
returns jobs.effect_state
language plpgsql
volatile
set search_path = ''
as $$
declare
  finished timestamptz;
begin
  insert into jobs.effects (key, job, provider) values (begin_effect.key, begin_effect.job, begin_effect.provider)
  on conflict on constraint effects_pkey do nothing;
  if found then
    return 'go'::jobs.effect_state;
  end if;
  select e.finished_at into finished from jobs.effects e where e.key = begin_effect.key;
  return case when finished is null then 'ambiguous' else 'done' end::jobs.effect_state;
end
$$;

comment on function jobs.begin_effect is
  'Asks to make a call that must not happen twice. Commit it before the call: an open transaction would forget it together with the crash it guards against.';

create function jobs.finish_effect(key text, result jsonb default null)
returns void
language sql
volatile
set search_path = ''
as $$
  update jobs.effects e set finished_at = private.clock(), result = finish_effect.result
  where e.key = finish_effect.key and e.finished_at is null
$$;

comment on function jobs.finish_effect is 'The call was made. result holds what proves it, such as the provider''s id and time.';

create function jobs.drop_effect(key text)
returns void
language sql
volatile
set search_path = ''
as $$ delete from jobs.effects e where e.key = drop_effect.key and e.finished_at is null $$;

comment on function jobs.drop_effect is 'The call surely did not happen (refused, or looked up at the provider), so that it may be begun again. A finished one stays.';

create function jobs.begin_effect_again(key text, began timestamptz)
returns boolean
language plpgsql
volatile
set search_path = ''
as $$
begin
  update jobs.effects e set started_at = pg_catalog.clock_timestamp() + (private.clock() - pg_catalog.now())
  where e.key = begin_effect_again.key and e.started_at = began and e.finished_at is null;
  return found;
end
$$;

comment on function jobs.begin_effect_again is
  'Takes over an ambiguous call that was looked up at the provider and did not happen. began: when the attempt that was looked for began. Only one of several who looked gets true and makes the call.';
