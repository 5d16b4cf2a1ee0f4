-- What each person gets from each table, asked of the catalogue: a new table is attacked before anybody writes a test for it.

insert into public.tiers (tier, name, description, rank) values ('monthly', 'M', 'M', 101), ('annual', 'A', 'A', 102), ('donor_annual', 'D', 'D', 103)
  on conflict do nothing;
insert into public.stripe_prices (price_id, purpose, tier, currency, unit_amount, recurring_interval, is_offered) values
  ('price_house_offered', 'donation', null, 'usd', 700, 'month', true), ('price_house_old', 'donation', null, 'usd', 300, 'month', false);

create temporary table people (who text, role text);
insert into people values ('visitor', 'anon'), ('kim', 'agent'), ('kai', 'agent'), ('eve', 'authenticated'), ('ada', 'authenticated'),
  ('bea', 'authenticated'), ('cyn', 'authenticated'), ('dot', 'authenticated'), ('lea', 'authenticated');

-- Which rows of a table a person may see, as the owner of the database would ask. $1 is the person's member id.
-- A table that people may read and that does not stand here is a finding. kims: what an agent with all scopes sees;
-- one without any sees nothing of any table.
create temporary table rows_for (name text, rows text, kims text);
insert into rows_for values
  ('public.members', 'id = $1'),
  ('public.profiles', 'member_id = $1'),
  ('public.member_contacts', 'member_id = $1'),
  ('public.member_emails', 'member_id = $1'),
  ('public.consents', 'member_id = $1'),
  ('public.memberships', 'member_id = $1'),
  ('public.donations', 'member_id = $1'),
  ('public.membership_notices', 'member_id = $1'),
  ('public.subscriptions', 'customer_id in (select customer_id from private.stripe_customers where member_id = $1)'),
  ('public.invoices', 'customer_id in (select customer_id from private.stripe_customers where member_id = $1)'),
  ('public.tiers', 'true'),
  ('public.topics', 'true'),
  ('public.events', $$state = 'published' and published_at <= now() and (visibility = 'public' or visibility = 'member' and private.is_entitled($1, now()))
      or exists (select from public.members m where m.id = $1 and m.role <> 'member')$$),
  ('public.event_regions', 'true'),
  ('public.event_categories', 'true'),
  ('public.event_hosts', $$exists (select from public.events e where e.id = event_id and e.state = 'published' and e.visibility = 'public')
      or exists (select from public.members m where m.id = $1 and m.role <> 'member')$$),
  ('public.event_series', $$exists (select from public.members m where m.id = $1 and m.role <> 'member')$$),
  ('public.leader_regions', 'member_id = $1'),
  ('public.event_preferences', 'member_id = $1'),
  ('public.event_hidings', 'member_id = $1'),
  ('public.resources', $$audience = 'member' and retired_at is null and published_at <= now() and private.is_entitled($1, now())
      or exists (select from public.members m where m.id = $1 and m.role <> 'member')$$),
  ('public.resource_marks', 'member_id = $1'),
  ('public.stripe_prices', 'is_offered');
update rows_for set kims = rows where name in ('public.tiers', 'public.topics', 'public.event_regions', 'public.event_categories', 'public.stripe_prices');
update rows_for set kims = $$state = 'published' and published_at <= now() and visibility <> 'leader'$$ where name = 'public.events';
update rows_for set kims = $$audience = 'member' and retired_at is null and published_at <= now()$$ where name = 'public.resources';

create temporary view own_columns as
select c.oid, c.name, c.relkind, a.attnum, pg_catalog.quote_ident(a.attname) as col, a.attgenerated <> '' or a.attidentity = 'a' as computed
  from own_relations c join pg_catalog.pg_attribute a on a.attrelid = c.oid
 where a.attnum > 0 and not a.attisdropped and c.relkind in ('r', 'p', 'v', 'm');

-- A statement that must be refused says what it got instead.
create function pg_temp.unless_refused(who text, query text) returns text language plpgsql as $$
declare got constant jsonb := pg_temp.answer(who, query);
begin
  return case when got ->> 'sqlstate' is distinct from '42501' then who || ': ' || query || ' → ' || pg_catalog.left(got::text, 120) end;
end
$$;

create function pg_temp.reads_too_much() returns table (finding text) language plpgsql as $$
declare
  held record;
  theirs jsonb;
  hers jsonb;
begin
  -- Column by column: what is not granted is refused.
  return query
    select pg_temp.unless_refused(p.who, pg_catalog.format('select %s from %s', c.col, c.name))
      from own_columns c cross join people p
     where not pg_catalog.has_column_privilege(p.role, c.oid, c.attnum, 'select');
  -- What is granted shows exactly the rows that are hers.
  for held in
    select p.who, c.name, pg_catalog.string_agg(c.col, ', ' order by c.attnum) as cols,
           case p.who when 'kim' then r.kims when 'kai' then case when r.kims is not null then 'false' end else r.rows end as rows
      from own_columns c cross join people p left join rows_for r on r.name = c.name
     where pg_catalog.has_column_privilege(p.role, c.oid, c.attnum, 'select')
     group by p.who, c.name, r.rows, r.kims
  loop
    if held.rows is null then
      return query select held.name || ' is readable, and no test says which rows are whose';
      continue;
    end if;
    theirs := pg_temp.answer(held.who, pg_catalog.format('select %1$s from %2$s order by %1$s', held.cols, held.name));
    execute pg_catalog.format('select coalesce(pg_catalog.jsonb_agg(pg_catalog.to_jsonb(t)), ''[]'') from (select %1$s from %2$s where %3$s order by %1$s) t',
      held.cols, held.name, held.rows) into hers using case when held.who not in ('visitor', 'kim', 'kai', 'eve') then pg_temp.person(held.who) end;
    if theirs is distinct from hers then
      return query select held.who || ' reads ' || pg_catalog.left(theirs::text, 200) || ' of ' || held.name || ' and not ' || pg_catalog.left(hers::text, 200);
    end if;
  end loop;
end
$$;

create function pg_temp.writes_too_much() returns table (finding text) language plpgsql as $$
declare
  held record;
  theirs jsonb;
  hers bigint;
begin
  return query
    select pg_temp.unless_refused(p.who, pg_catalog.format('update %s set %s = %2$s returning 1', c.name, c.col))
      from own_columns c cross join people p
     where not c.computed and c.relkind = 'r' and not pg_catalog.has_column_privilege(p.role, c.oid, c.attnum, 'update');
  return query
    select pg_temp.unless_refused(p.who, pg_catalog.format('insert into %s (%s) select %2$s from %1$s returning 1', c.name, c.col))
      from own_columns c cross join people p
     where not c.computed and c.relkind = 'r' and not pg_catalog.has_column_privilege(p.role, c.oid, c.attnum, 'insert');
  return query
    select pg_temp.unless_refused(p.who, pg_catalog.format(verb, t.name))
      from own_tables t cross join people p
      cross join pg_catalog.unnest(array['delete from %s returning 1', 'insert into %s default values returning 1', 'truncate %s']) verb
     where not (verb ~ '^delete' and pg_catalog.has_table_privilege(p.role, t.oid, 'delete'))
       and not (verb ~ '^insert' and pg_catalog.has_any_column_privilege(p.role, t.oid, 'insert'));
  -- A column that she may change changes in her own rows only, also when she names no row. Resources belong to the
  -- leaders, events to those who lead them.
  for held in
    select p.who, c.name, c.col, case c.name
        when 'public.resources' then 'exists (select from public.members m where m.id = $1 and m.role <> ''member'')'
        when 'public.events' then 'exists (select from public.members m where m.id = $1 and m.role <> ''member'')
          and (created_by = $1 or region in (select region from public.leader_regions where member_id = $1)
            or id in (select event_id from public.event_hosts where member_id = $1))'
        else r.rows end as rows,
        -- What she may write and not read cannot be set to what it is.
        case when pg_catalog.has_column_privilege(p.role, c.oid, c.attnum, 'select') then c.col else 'default' end as value
      from own_columns c cross join people p join rows_for r on r.name = c.name
     where pg_catalog.has_column_privilege(p.role, c.oid, c.attnum, 'update')
  loop
    theirs := pg_temp.answer(held.who, pg_catalog.format('update %s set %s = %s returning 1', held.name, held.col, held.value));
    execute pg_catalog.format('select count(*) from %s where %s', held.name, held.rows) into hers
      using case when held.who not in ('visitor', 'kim', 'kai', 'eve') then pg_temp.person(held.who) end;
    if pg_catalog.jsonb_typeof(theirs) <> 'array' or pg_catalog.jsonb_array_length(theirs) <> hers then
      return query select held.who || ' updates ' || held.name || '.' || held.col || ': ' || pg_catalog.left(theirs::text, 120);
    end if;
  end loop;
end
$$;

create function pg_temp.calls_too_much() returns table (finding text) language sql as $$
  select pg_temp.unless_refused(p.who, pg_catalog.format('select %s.%I(%s)', f.schema, f.bare,
      (select pg_catalog.string_agg('null::' || t::regtype, ', ' order by n) from pg_catalog.unnest(
        (select proargtypes::oid[] from pg_catalog.pg_proc where oid = f.oid)) with ordinality as a (t, n))))
    from own_functions f cross join people p
   where not pg_catalog.has_function_privilege(p.role, f.oid, 'execute') and f.prorettype <> 'trigger'::regtype
     -- A strict function is not even called with nulls.
     and not f.proisstrict
$$;
