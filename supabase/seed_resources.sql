-- Demo data of the resources room, after the people of seed.sql. It can be run again.

-- What leaders have shared: two for leaders only, a draft, one to come and one that was retired. The numbers are
-- those that the Vimeo sandbox knows; what it would say of them is filled in, so that a fresh demo asks nobody.
insert into public.resources (id, kind, title, summary, topics, audience, url, video_url, has_captions,
  published_at, retired_at, review_by, created_by, updated_by, created_at)
select pg_catalog.format('00000000-0000-4000-a000-0000000000%s', pg_catalog.lpad(r.number::text, 2, '0'))::uuid,
       r.kind::public.resource_kind, r.title, r.summary, r.topics::text[], r.audience::public.resource_audience,
       case r.kind when 'link' then r.address end, case r.kind when 'video' then r.address end,
       r.kind = 'video' and r.number <> 12,
       pg_catalog.now() - pg_catalog.make_interval(days => r.days_ago, hours => r.number), case when r.number = 14 then pg_catalog.now() - interval '20 days' end,
       (pg_catalog.now() at time zone 'UTC')::date + r.review, l.id, l.id, pg_catalog.now() - interval '200 days'
  from (values
    (1, 'video', 'Prompts that survive contact with colleagues',
     'Forty minutes with Deepa Krishnan: how to write down what you ask of a model so that the person after you can change it. Three examples, one of them a failure.',
     '{building,everyday-tools}', 'member', 'https://vimeo.com/900000001/a1b2c3d4e5', 3, 300),
    (2, 'video', 'Reading an audit without a law degree',
     'Imani Brooks goes through one public audit of a welfare algorithm, line by line, and shows which five sentences matter.',
     '{ethics,data}', 'member', 'https://vimeo.com/900000002/b1c2d3e4f5', 11, 200),
    (3, 'link', 'A checklist for ending a pilot',
     'Ada''s one page: what to agree on before a trial starts, so that stopping it is a decision and not a quarrel.',
     '{work,leadership}', 'member', 'https://catalogue.example.org/ending-a-pilot', 6, 120),
    (4, 'video', 'Your first agent, and what it must never do',
     'Kim Tran builds a small assistant that files receipts, then takes its permissions away one by one until it is safe to leave alone.',
     '{agents,building}', 'member', 'https://vimeo.com/900000003', 19, 250),
    (5, 'link', 'Plain words for the AI Act',
     'Anneliese Brandt''s guide for charities: what applies to you, what does not, and the two forms that you will need.',
     '{ethics,business}', 'member', 'https://guide.example.org/ai-act', 27, 60),
    (6, 'video', 'Forecasting croissants in a spreadsheet',
     'Jasmine Whitfield saves forty croissants a day. She shows every cell of it, and where it was wrong last Easter.',
     '{data,business,getting-started}', 'member', 'https://vimeo.com/900000004/c1d2e3f4a5', 34, 365),
    (7, 'link', 'Lesson plans for fourteen-year-olds',
     'Beatriz Salgado''s six lessons on how models learn, in Spanish and English, with the worksheets.',
     '{education,getting-started}', 'member', 'https://lessons.example.org/ai', 48, 180),
    (8, 'video', 'Writing dialogue with and against a machine',
     'Dot Adeyemi''s workshop: a scene, three drafts, and the moment when the joke comes back to life.',
     '{creative}', 'member', 'https://vimeo.com/900000005/d1e2f3a4b5', 62, 400),
    (9, 'link', 'Where to begin when everything is new',
     'A reading order for the first month: eleven short things, in the sequence that our members wish they had had.',
     '{getting-started,everyday-tools}', 'member', 'https://start.example.org/first-month', 90, -5),
    (10, 'video', 'How we welcome a newcomer',
     'For leaders: the first two weeks of a member, what we write and when, and what we learned from those who left early.',
     '{leadership}', 'leader', 'https://vimeo.com/900000006/e1f2a3b4c5', 15, 90),
    (11, 'link', 'Hosting kit for a dinner',
     'For leaders: invitation, seating, the question of the evening, and what to do when somebody is unkind.',
     '{leadership}', 'leader', 'https://kit.example.org/dinner', 40, 150),
    (12, 'video', 'Small models on small chips',
     'Recorded at Mai Linh Pham''s Saturday class. The captions are not checked yet.',
     '{building}', 'member', 'https://vimeo.com/900000007/f1a2b3c4d5', null, null),
    (13, 'link', 'Grants that fund public-interest AI',
     'Twenty-three funders with deadlines, sizes and what they really want to read. Opens with the spring list.',
     '{business,work}', 'member', 'https://grants.example.org/spring', -6, 90),
    (14, 'link', 'Tools that we recommended last year',
     'Kept for the record. Half of them have changed their terms since.',
     '{everyday-tools}', 'member', 'https://tools.example.org/last-year', 380, null)
  ) as r (number, kind, title, summary, topics, audience, address, days_ago, review)
  cross join (select m.id from public.members m where m.role = 'leader' order by m.created_at limit 1) l
on conflict do nothing;

update public.resources r
   set embed_state = 'ready', video_title = r.title, described_at = r.created_at, duration_seconds = v.seconds
  from (values ('900000001', 2412), ('900000002', 3127), ('900000003', 1866), ('900000004', 1204), ('900000005', 2975),
    ('900000006', 744), ('900000007', 3301)) as v (vimeo_id, seconds)
 where r.vimeo_id = v.vimeo_id and r.described_at is null;

insert into public.resource_marks (member_id, resource_id, saved_at, watched_at)
select e.member_id, pg_catalog.format('00000000-0000-4000-a000-0000000000%s', k.number)::uuid,
       case when k.saved then pg_catalog.now() - interval '2 days' end, case when k.watched then pg_catalog.now() - interval '1 day' end
  from (values ('ada@example.org', '02', true, false), ('ada@example.org', '06', false, true), ('bea@example.org', '01', true, true),
    ('dot@example.org', '04', true, false), ('lea@example.org', '10', false, true), ('cyn@example.org', '06', true, false)) as k (email, number, saved, watched)
  join public.member_emails e on e.email = k.email
on conflict do nothing;
