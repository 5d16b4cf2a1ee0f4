-- Room: events. Who may do what.
--
--              visitor             signed-in person    entitled member       leader             agent
--   events     published public    the same            member ones too       leader ones too    -

revoke all on public.events from anon, authenticated, service_role, agent;

grant select (id, title, description, starts_at, ends_at, time_zone, place, url, region, category, visibility, published_at)
  on public.events to anon, authenticated;
drop policy if exists select_public on public.events;
create policy select_public on public.events
  for select to anon
  using (visibility = 'public' and published_at <= (select private.clock()));
drop policy if exists select_member on public.events;
create policy select_member on public.events
  for select to authenticated
  using (
    published_at <= (select private.clock())
    and (visibility = 'public'
      or (visibility = 'member' and (select private.is_entitled()))
      or (select private.is_leader()))
  );
