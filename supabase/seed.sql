-- Demo data for a stack on one's own machine, never for production: prices of the provider sandbox, the cast that tests and
-- demo share, forty members. Can be run again. Ids and prices are those of scripts/sandbox/stripe/seed-people.ts.

insert into public.stripe_prices (price_id, purpose, tier, currency, unit_amount, recurring_interval) values
  ('price_monthly', 'dues', 'monthly', 'usd', 1000, 'month'),
  ('price_annual', 'dues', 'annual', 'usd', 10000, 'year'),
  ('price_donor_annual', 'dues', 'donor_annual', 'usd', 25000, 'year')
on conflict do nothing;

insert into private.donation_rules (currency, minimum, maximum, product_id)
values ('usd', 100, 1000000, 'prod_donation')
on conflict do nothing;

-- One person with her sign-in (when she has one), profile, address and customer. Does nothing the second time.
create function pg_temp.demo_person(
  key text, id uuid, login uuid, email text, name text, headline text, location text, bio text,
  visible boolean, role public.member_role, joined timestamptz
)
returns void
language plpgsql
as $$
begin
  if login is not null then
    insert into auth.users (
      id, aud, role, email, email_confirmed_at, raw_app_meta_data, raw_user_meta_data,
      confirmation_token, recovery_token, email_change, email_change_token_new, email_change_token_current
    ) values (
      login, 'authenticated', 'authenticated', email, joined,
      '{"provider": "email", "providers": ["email"]}', '{}', '', '', '', '', ''
    ) on conflict do nothing;
    insert into auth.identities (id, provider, provider_id, user_id, identity_data)
    values (login, 'email', login::text, login,
      pg_catalog.jsonb_build_object('sub', login, 'email', email, 'email_verified', true))
    on conflict do nothing;
  end if;
  insert into public.members (id, user_id, role, origin, created_at)
  values (id, login, demo_person.role, 'checkout', joined) on conflict do nothing;
  insert into public.profiles (member_id, name, headline, location, bio, is_visible, visibility_asked_at)
  values (id, name, headline, location, bio, visible, joined) on conflict do nothing;
  insert into public.member_contacts (member_id) values (id) on conflict do nothing;
  insert into public.member_emails (email, member_id, is_primary, verified_at, source)
  values (demo_person.email, id, true, joined, 'stripe') on conflict do nothing;
  -- She was welcomed when she joined; a fresh demo must not welcome everybody again.
  insert into private.audience_contacts (member_id, email, welcomed_at, welcome_evidence)
  values (id, demo_person.email, joined, 'Welcomed when she joined (demo data)') on conflict do nothing;
  insert into private.stripe_customers (customer_id, member_id, email, name, as_of)
  values ('cus_' || key, id, demo_person.email, demo_person.name, joined) on conflict do nothing;
end
$$;

-- Her dues at Stripe, applied as events would be: as she joined, then as today. before: periods paid before the last paid.
create function pg_temp.demo_dues(
  key text, tier public.membership_tier, joined timestamptz, before integer default 0, status text default 'active'
)
returns void
language plpgsql
as $$
declare
  today constant timestamptz := pg_catalog.date_trunc('day', pg_catalog.now(), 'UTC');
  price constant text := 'price_' || tier;
  amount constant bigint := (select p.unit_amount from public.stripe_prices p where p.price_id = price);
  period constant interval := case when tier = 'monthly' then interval '1 month' else interval '1 year' end;
  -- Stripe counts periods from the beginning, so that the 31st comes back to the 31st.
  since constant timestamptz := joined + period * before;
  last_since constant timestamptz := joined + period * (before + case when status = 'past_due' then 1 else 0 end);
  until constant timestamptz := joined + period * (before + case when status = 'past_due' then 2 else 1 end);
  sub jsonb;
begin
  if exists (select from public.subscriptions s where s.subscription_id = 'sub_' || key) then
    return;
  end if;
  sub := pg_catalog.jsonb_build_object(
    'id', 'sub_' || key, 'customer', 'cus_' || key, 'status', 'active', 'currency', 'usd',
    'cancel_at_period_end', false,
    'items', pg_catalog.jsonb_build_object('data', pg_catalog.jsonb_build_array(pg_catalog.jsonb_build_object(
      'price', pg_catalog.jsonb_build_object('id', price, 'unit_amount', amount),
      'current_period_start', extract(epoch from last_since), 'current_period_end', extract(epoch from until)))));
  perform private.apply_subscription(sub, 'created', joined, 'demo data', 'demo data', joined);

  insert into public.invoices (invoice_id, customer_id, subscription_id, status, amount_due, amount_paid, currency,
    period_end, attempt_count, next_payment_attempt, created_at, paid_at, as_of)
  values ('in_' || key, 'cus_' || key, 'sub_' || key,
    case when status = 'past_due' then 'open' else 'paid' end::public.invoice_status,
    amount, case when status = 'past_due' then 0 else amount end, 'usd', until, 1,
    case when status = 'past_due' then (
      -- Stripe tries again one, three, five and seven days after the first attempt.
      select min(last_since + pg_catalog.make_interval(days => days)) from pg_catalog.unnest('{1,3,5,7}'::integer[]) days
       where last_since + pg_catalog.make_interval(days => days) > pg_catalog.now()) end,
    last_since, case when status <> 'past_due' then last_since end, last_since)
  on conflict do nothing;

  sub := sub || pg_catalog.jsonb_build_object('status', status);
  if status = 'canceled' then
    sub := sub || pg_catalog.jsonb_build_object('canceled_at', extract(epoch from since + interval '20 days'),
      'cancel_at_period_end', true, 'cancel_at', extract(epoch from until),
      'ended_at', extract(epoch from until), 'cancellation_details', '{"reason": "cancellation_requested"}'::jsonb);
  end if;
  perform private.apply_subscription(sub, 'fetched', case when status = 'past_due' then last_since else today end,
    'demo data', 'demo data', pg_catalog.now());
  if status = 'past_due' then
    perform private.open_notice(
      (select c.member_id from private.stripe_customers c where c.customer_id = 'cus_' || key),
      'payment_failed', 'in_' || key, 'demo data');
  end if;
end
$$;

do $$
declare
  today constant timestamptz := pg_catalog.date_trunc('day', pg_catalog.now(), 'UTC');
  one record;
  joined timestamptz;
begin
  for one in
    select people.*, case tier when 'monthly' then interval '1 month' else interval '1 year' end as period from (values
      ('ada', 1, 'Ada Park', 'Product manager, AI for public libraries', 'Oakland, California',
       'I help librarians choose, test and sometimes refuse AI tools. Before that I built search for a museum. Ask me about catalogues, cats, or how to run a pilot that people can leave.',
       true, 'member', 'monthly', 'active', 7, 12),
      ('bea', 2, 'Bea Lindholm', 'Researcher, energy forecasting', 'Gothenburg, Sweden',
       'I model wind. I prefer to read along for now.',
       false, 'member', 'annual', 'active', 0, 100),
      ('cyn', 3, 'Cyn Moreau', 'Brand strategist between two chapters', 'Brussels, Belgium',
       'Taking a break to finish a book about slogans. I will be back.',
       true, 'member', 'monthly', 'canceled', 7, 66),
      ('dot', 4, 'Dot Adeyemi', 'Game writer teaching machines to joke', 'London, United Kingdom',
       'Comedy is timing, and models have none. I run a small workshop on writing with and against them.',
       true, 'member', 'monthly', 'past_due', 4, 33),
      ('lea', 5, 'Lea Novak', 'Community lead at Women Defining AI', 'Ljubljana, Slovenia',
       'I welcome newcomers, plan our gatherings and answer within a day. Write to me when something is unclear: it is usually unclear to others too.',
       true, 'leader', 'annual', 'active', 1, 200),
      ('kim', 6, 'Kim Tran', 'Engineer, keeps our agents honest', 'Melbourne, Australia',
       'I connect the tools that this community runs on, and I read the audit log with my coffee.',
       true, 'admin', 'annual', 'active', 1, 150)
    ) as people (key, number, name, headline, location, bio, visible, role, tier, status, before, began)
  loop
    joined := today - one.began * interval '1 day' - one.before * one.period;
    perform pg_temp.demo_person(one.key,
      ('00000000-0000-4000-8000-00000000000' || one.number)::uuid,
      ('11111111-0000-4000-8000-00000000000' || one.number)::uuid,
      one.key || '@example.org', one.name, one.headline, one.location, one.bio, one.visible,
      one.role::public.member_role, joined);
    perform pg_temp.demo_dues(one.key, one.tier::public.membership_tier, joined, one.before, one.status);
  end loop;
end
$$;

do $$
declare
  today constant timestamptz := pg_catalog.date_trunc('day', pg_catalog.now(), 'UTC');
  one record;
  key text;
  tier public.membership_tier;
  since timestamptz;
begin
  for one in select * from (values
    (1, 'Amara Nwosu', 'Product lead building AI tools for clinics', 'Lagos, Nigeria',
      'I lead a small team that helps rural clinics read scans faster. Before that, ten years of hospital operations, which still shape every decision I make.'),
    (2, 'Anneliese Brandt', 'Data protection lawyer, curious about agents', 'Berlin, Germany',
      'I read terms of service for fun, and I will gladly read yours. Writing a plain-language guide to the AI Act for charities.'),
    (3, 'Beatriz Salgado', 'High school teacher, AI literacy for teenagers', 'Valparaíso, Chile',
      'My students ask better questions about models than most panels. I share the lesson plans with anyone who asks.'),
    (4, 'Brigid O''Connell', 'Founder of a two-person bookkeeping studio', 'Galway, Ireland',
      'We automated the dull half of bookkeeping and kept the half where people talk. Happy to show how.'),
    (5, 'Camille Roussel', 'Machine learning engineer, speech and accents', 'Lyon, France',
      'Speech recognition that understands my grandmother is the bar I set for my work.'),
    (6, 'Carmen Villareal', 'Community organizer and newsletter writer', 'San Antonio, Texas',
      'I write about automation and work for people who do not work in tech. Looking for stories.'),
    (7, 'Chidinma Eze', 'Startup operator, fintech and credit models', 'Nairobi, Kenya',
      'I care about who gets refused a loan and why. Mentor for first-time product managers.'),
    (8, 'Claire Dubois', 'Illustrator working out fair ways to use image models', 'Montréal, Canada',
      'Twenty years of picture books. I run a monthly drawing hour where nobody prompts anything.'),
    (9, 'Daniela Ferrari', 'Architect, parametric design and timber', 'Torino, Italy',
      'Models suggest, gravity decides. I teach an evening course on computational design.'),
    (10, 'Deepa Krishnan', 'Engineering manager, search and ranking', 'Bengaluru, India',
      'I help teams measure what they ship. Ask me about evaluation, or about long-distance cycling.'),
    (11, 'Eleni Papadaki', 'Marine biologist counting whales with computers', 'Heraklion, Greece',
      'Acoustic data, small budgets, large animals. Always looking for volunteers who can label.'),
    (12, 'Esther Kamau', 'Agronomist and co-operative chair', 'Nakuru, Kenya',
      'Advice for smallholder farmers by text message, in four languages, checked by people who farm.'),
    (13, 'Fatima Zahra Bennani', 'UX researcher, public services', 'Rabat, Morocco',
      'I test government services with those who need them most. I collect bad forms.'),
    (14, 'Freya Sørensen', 'Composer and creative coder', 'Copenhagen, Denmark',
      'I make instruments that listen back. Open to collaborations with dancers and biologists.'),
    (15, 'Grace Oyelaran', 'Nurse turned clinical informaticist', 'Manchester, United Kingdom',
      'Fifteen years on wards taught me what a good alert sounds like. Now I design them.'),
    (16, 'Hana Kovářová', 'Librarian, archives and handwriting recognition', 'Brno, Czechia',
      'We are teaching a model to read parish registers from 1740. It is better at Latin than I am.'),
    (17, 'Harriet Cole', 'Executive coach for women in technical roles', 'Boston, Massachusetts',
      'I coach through the first year after a big promotion. Office hours every second Thursday.'),
    (18, 'Imani Brooks', 'Policy analyst, algorithmic accountability', 'Washington, District of Columbia',
      'I turn audits into sentences that legislators can vote on.'),
    (19, 'Ingrid Halvorsen', 'Reservoir engineer who taught herself deep learning', 'Stavanger, Norway',
      'Proof that it is possible to start at fifty-three. Ask me anything about starting late.'),
    (20, 'Isabel Contreras', 'Translator, terminology and post-editing', 'Guadalajara, Mexico',
      'I work between Spanish, English and Nahuatl, and on who decides what a correct translation is.'),
    (21, 'Jasmine Whitfield', 'Small business owner, bakery with a forecast', 'Atlanta, Georgia',
      'I predict croissants. It saves about forty a day. The code is a spreadsheet and I am proud of it.'),
    (22, 'Joanna Wiśniewska', 'Security engineer, red teaming language models', 'Kraków, Poland',
      'I break things with permission. Starting a reading group on prompt injection.'),
    (23, 'Kavita Deshmukh', 'Founder, tutoring platform in Marathi', 'Pune, India',
      'Learning materials for children whose language the big models barely speak.'),
    (24, 'Keisha Grant', 'HR leader rethinking how we screen', 'Toronto, Canada',
      'I threw out our résumé filter and wrote down what happened. Glad to share the notes.'),
    (25, 'Laleh Ahmadi', 'Computational linguist, low-resource languages', 'Vancouver, Canada',
      'Dari, Pashto and the people who speak them. I build small corpora with big care.'),
    (26, 'Leilani Kahale', 'Climate data journalist', 'Hilo, Hawaiʻi',
      'I make charts that my aunties understand. Teaching myself to build small tools for newsrooms.'),
    (27, 'Linnea Björk', 'Game designer, characters that remember', 'Malmö, Sweden',
      'Dialogue systems with a sense of timing. I am looking for a narrative writer.'),
    (28, 'Lucía Paredes', 'Public defender, evidence from algorithms', 'Buenos Aires, Argentina',
      'I cross-examine software. Writing a handbook for defenders.'),
    (29, 'Mai Linh Pham', 'Hardware engineer, tiny models on tiny chips', 'Da Nang, Vietnam',
      'If it needs a data center it is not finished. I teach soldering to beginners on Saturdays.'),
    (30, 'Margaret Osei', 'Retired banker, angel investor', 'Accra, Ghana',
      'I invest in women who build for people like my customers: small, steady and underestimated.'),
    (31, 'Mei-Ling Chou', 'Radiologist, research on second readings', 'Taipei, Taiwan',
      'When should a doctor trust the machine, and when the reverse? I study the moments in between.'),
    (32, 'Naomi Feldman', 'Rabbi and ethicist', 'Chicago, Illinois',
      'I run conversations between engineers and people who pray. Both sides bring cake.'),
    (33, 'Nia Roberts', 'Freelance writer, explains AI to charities', 'Cardiff, Wales',
      'Plain words are a form of respect. I edit for free one hour a week: send me your page.'),
    (34, 'Noor Haddad', 'Data engineer, humanitarian logistics', 'Amman, Jordan',
      'Trucks, medicine, bad roads, worse spreadsheets. I like problems with a deadline.'),
    (35, 'Olivia Marsh', 'Physiotherapist and wearable-sensor tinkerer', 'Auckland, New Zealand',
      'I measure how people walk and help them walk better. Prototype number nine works.'),
    (36, 'Priya Raman', 'Product designer, tools for thought', 'Singapore',
      'I design for attention, not engagement. I am looking for a co-founder who disagrees with me.'),
    (37, 'Rosa Jiménez', 'Farm workers'' union organizer', 'Fresno, California',
      'Data rights for people whose work is measured by the minute.'),
    (38, 'Saoirse Byrne', 'PhD student, fairness in medical imaging', 'Dublin, Ireland',
      'Second year, first paper, many questions. I would love a mentor from industry.'),
    (39, 'Tamsin Okoro', 'Theatre director working with synthetic voices', 'Bristol, United Kingdom',
      'I put machines on stage and let the audience decide. Next piece opens in spring.'),
    (40, 'Yuki Tanabe', 'Robotics engineer, elder care', 'Osaka, Japan',
      'My grandmother is my first tester and my hardest critic.')
  ) as people (number, name, headline, location, bio)
  loop
    key := 'demo_' || pg_catalog.lpad(one.number::text, 2, '0');
    tier := case one.number % 4 when 0 then 'donor_annual' when 1 then 'monthly' else 'annual' end;
    since := today - pg_catalog.make_interval(days => case when tier = 'monthly' then one.number % 28 else one.number * 7 end);
    perform pg_temp.demo_person(key,
      ('00000000-0000-4000-8000-0000000001' || pg_catalog.lpad(one.number::text, 2, '0'))::uuid, null,
      'demo' || pg_catalog.lpad(one.number::text, 2, '0') || '@example.org', one.name, one.headline, one.location,
      one.bio, true, 'member', since);
    perform pg_temp.demo_dues(key, tier, since);
  end loop;
end
$$;

-- What the cast and some of the others offer and look for, and who sees it. Once: a later start keeps what was edited.
update public.profiles p
   set interests = said.interests, offers = said.offers, seeks = said.seeks, links = said.links,
       hidden_fields = said.hidden::public.profile_field[], leader_fields = said.leaders::public.profile_field[]
  from (values
    ('ada@example.org', '{ethics,data,getting-started}'::text[],
     'An hour on how to test an AI tool before a library, a school or a museum buys it. I bring a checklist.',
     'Somebody who has run a pilot in a public service, and ended one.', '{https://catalogue.example.org}'::text[], '{}', '{}'),
    ('bea@example.org', '{data,building}', 'Questions about forecasts and weather data, by mail.', '', '{}', '{bio}', '{}'),
    ('cyn@example.org', '{creative,business}', 'A second pair of eyes on a name or a slogan.', 'A quiet place to write.', '{}', '{}', '{}'),
    ('dot@example.org', '{creative,building,agents}', 'A workshop on dialogue: bring a scene, leave with a better one.',
     'Engineers who want their bot to be funny on purpose.', '{https://jokes.example.org/workshop}', '{}', '{}'),
    ('lea@example.org', '{leadership,getting-started,work}', 'Everything about this community: where to begin, whom to ask.',
     'Hosts for gatherings in cities that we have not met in yet.', '{}', '{}', '{}'),
    ('kim@example.org', '{agents,building,ethics}', 'Reviews of what an automation may and may not do.', '', '{}', '{}', '{seeks}'),
    ('demo01@example.org', '{health,leadership}', 'How a small clinic can try a tool without risking a patient.', 'People who write for nurses.', '{}', '{}', '{}'),
    ('demo02@example.org', '{ethics,agents,business}', 'I read one contract a month for members, for free.', 'Charities that will test my guide.', '{}', '{}', '{}'),
    ('demo05@example.org', '{building,data}', 'Reviews of speech data sets.', 'Recordings of older speakers of regional French.', '{}', '{}', '{}'),
    ('demo10@example.org', '{building,leadership,work}', 'Mock interviews for search and ranking roles.', '', '{}', '{}', '{location}'),
    ('demo17@example.org', '{leadership,work}', 'Two open half hours every second Thursday.', '', '{}', '{}', '{}'),
    ('demo22@example.org', '{agents,ethics,building}', 'I try to break your chat bot, kindly.', 'Readers for a group on prompt injection.', '{}', '{}', '{}'),
    ('demo29@example.org', '{building,education}', 'Saturday soldering, beginners first.', '', '{}', '{}', '{}'),
    ('demo33@example.org', '{creative,work}', 'One page of yours, edited, every week.', 'Charities with something to explain.', '{}', '{}', '{}'),
    ('demo36@example.org', '{business,creative}', 'Critique of a prototype, gently honest.', 'A co-founder who disagrees with me.', '{}', '{}', '{}'),
    ('demo38@example.org', '{data,health,ethics}', '', 'A mentor from industry.', '{}', '{}', '{}')
  ) as said (email, interests, offers, seeks, links, hidden, leaders)
  join public.member_emails e on e.email = said.email
 where p.member_id = e.member_id and p.offers = '' and p.seeks = '' and p.interests = '{}';

-- Everybody else is interested in something too.
update public.profiles p
   set interests = array[(array['getting-started', 'everyday-tools', 'building', 'data', 'work', 'education'])[1 + n.number % 6],
                         (array['ethics', 'leadership', 'business', 'creative', 'health', 'agents', 'work'])[1 + n.number % 7]]
  from (select e.member_id, pg_catalog.substr(e.email, 5, 2)::integer as number
          from public.member_emails e where e.email ~ '^demo[0-9]{2}@example\.org$') n
 where p.member_id = n.member_id and p.interests = '{}'
   -- Thirty-four would have work twice.
   and not (n.number % 6 = 4 and n.number % 7 = 6);

-- Hosted Supabase Auth finds people by an instance of zeros; the native stack has no such column.
do $$
begin
  if exists (select from information_schema.columns
              where table_schema = 'auth' and table_name = 'users' and column_name = 'instance_id') then
    execute $update$ update auth.users set instance_id = '00000000-0000-0000-0000-000000000000'
                      where instance_id is null and email like '%@example.org' $update$;
  end if;
end
$$;

drop function pg_temp.demo_dues, pg_temp.demo_person;
