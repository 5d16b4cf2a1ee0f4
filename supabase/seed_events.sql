-- Demo data of the events room. It can be run again.

insert into public.event_regions (name, place)
values ('Everywhere', 0), ('North America', 1), ('Europe', 2), ('Oceania', 3)
on conflict do nothing;
insert into public.event_categories (name, place)
values ('Open hour', 0), ('Dinner', 1), ('Talk', 2), ('Demo', 3), ('Working session', 4), ('Picnic', 5), ('Planning', 6)
on conflict do nothing;

-- Gatherings of the coming weeks; a draft and one for leaders, which visitors and members never see.
insert into public.events (id, title, description, starts_at, ends_at, time_zone, place, url, region, category, visibility, state, published_at,
  capacity, recording_url, thanks)
select pg_catalog.format('00000000-0000-4000-9000-0000000000%s', pg_catalog.lpad(e.number::text, 2, '0'))::uuid,
       e.title, e.description,
       (pg_catalog.date_trunc('day', pg_catalog.now(), 'UTC')::date + e.days + e.at_hour) at time zone e.time_zone,
       (pg_catalog.date_trunc('day', pg_catalog.now(), 'UTC')::date + e.days + e.at_hour) at time zone e.time_zone + e.lasts,
       e.time_zone, e.place, e.url, e.region, e.category, e.visibility::public.event_visibility,
       case when e.published is null then 'draft' else 'published' end::public.event_state, pg_catalog.now() - e.published,
       case e.number when 2 then 12 end, case e.number when 8 then 'https://vimeo.com/900000004/c1d2e3f4a5' end,
       case e.number when 8 then 'Thank you for staying for the questions. The pilot that was stopped is the one we still talk about.' else '' end
  from (values
    (1, 'Open hour: ask anything', 'An open hour for beginners. Bring the tool that confuses you and the question that you think is too small. Nobody records it.',
     6, time '18:00', interval '1 hour', 'America/New_York', 'Online', 'https://events.example.org/open-hour', 'Everywhere', 'Open hour', 'public', interval '9 days'),
    (2, 'Dinner in Lisbon', 'Twelve seats, one long table, one question: what did you stop doing by hand this year? Vegetarian by default.',
     12, time '19:30', interval '3 hours', 'Europe/Lisbon', 'Lisbon, Portugal', 'https://events.example.org/dinner-lisbon', 'Europe', 'Dinner', 'public', interval '8 days'),
    (3, 'Reading an audit together', 'Imani Brooks walks us through one public audit of an algorithm, line by line. No law degree needed.',
     19, time '12:00', interval '90 minutes', 'America/New_York', 'Online', 'https://events.example.org/reading-an-audit', 'Everywhere', 'Talk', 'public', interval '5 days'),
    (4, 'Show what you built', 'Ten minutes each, half-finished things welcome. We clap for the bug that taught you most.',
     33, time '17:00', interval '2 hours', 'Europe/London', 'Online', 'https://events.example.org/show-what-you-built', 'Everywhere', 'Demo', 'public', interval '2 days'),
    (5, 'Members'' working session', 'Cameras optional, two quiet halves and a break. Say at the start what you want done by the end.',
     3, time '16:00', interval '2 hours', 'UTC', 'Online', 'https://events.example.org/working-session', 'Everywhere', 'Working session', 'member', interval '6 days'),
    (6, 'Leaders'' planning call', 'Next quarter''s gatherings: who hosts what, and where.',
     4, time '15:00', interval '1 hour', 'UTC', 'Online', 'https://events.example.org/planning', 'Everywhere', 'Planning', 'leader', interval '6 days'),
    (7, 'Summer picnic in Melbourne', 'By the river, with hats and blankets.',
     45, time '11:00', interval '3 hours', 'Australia/Melbourne', 'Melbourne, Australia', null, 'Oceania', 'Picnic', 'public', null),
    (8, 'What we learned from a year of pilots', 'Three members, three pilots, one that was stopped.',
     -20, time '18:00', interval '1 hour', 'Europe/Berlin', 'Online', 'https://events.example.org/year-of-pilots', 'Everywhere', 'Talk', 'public', interval '40 days')
  ) as e (number, title, description, days, at_hour, lasts, time_zone, place, url, region, category, visibility, published)
on conflict do nothing;

-- Lea leads: she looks after Europe, made these, and hosts two of them; one belongs to a series.
insert into public.leader_regions (member_id, region)
select m.id, 'Europe' from public.members m join public.member_emails e on e.member_id = m.id where e.email = 'lea@example.org'
on conflict do nothing;
insert into public.event_series (id, created_by)
select '00000000-0000-4000-9100-000000000001', e.member_id from public.member_emails e where e.email = 'lea@example.org'
on conflict do nothing;
update public.events ev set created_by = e.member_id
  from public.member_emails e where e.email = 'lea@example.org' and ev.created_by is null and ev.id::text like '00000000-0000-4000-9000-%';
insert into public.event_hosts (event_id, member_id)
select ev.id, e.member_id from public.events ev, public.member_emails e
 where e.email = 'lea@example.org' and ev.id in ('00000000-0000-4000-9000-000000000002', '00000000-0000-4000-9000-000000000005')
on conflict do nothing;

-- Some members show that they go.
insert into public.event_preferences (member_id, shows_going)
select e.member_id, true from public.member_emails e join public.profiles p using (member_id)
 where p.is_visible and e.email in ('demo01@example.org', 'demo02@example.org', 'demo03@example.org', 'demo05@example.org', 'demo06@example.org', 'demo07@example.org')
on conflict do nothing;
