-- Demo data of the events room. It can be run again.

-- Gatherings of the coming weeks; a draft and one for leaders, which visitors and members never see.
insert into public.events (id, title, description, starts_at, ends_at, time_zone, place, url, region, category, visibility, published_at)
select pg_catalog.format('00000000-0000-4000-9000-0000000000%s', pg_catalog.lpad(e.number::text, 2, '0'))::uuid,
       e.title, e.description,
       (pg_catalog.date_trunc('day', pg_catalog.now(), 'UTC')::date + e.days + e.at_hour) at time zone e.time_zone,
       (pg_catalog.date_trunc('day', pg_catalog.now(), 'UTC')::date + e.days + e.at_hour) at time zone e.time_zone + e.lasts,
       e.time_zone, e.place, e.url, e.region, e.category, e.visibility::public.event_visibility, pg_catalog.now() - e.published
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
