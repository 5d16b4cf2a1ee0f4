/**
 * The calendar as a member reads it: lists, searches, one page and her feed, beside the number of blocks they touch.
 *   node tests/bench/calendar.ts <postgres url> [--quick]
 */
import postgres from 'postgres'

export interface CalendarBenchRow {
  members: number
  events: number
  guests: number
  question: string
  /** Milliseconds, round trip included. */
  median: number
  slowest: number
  /** Blocks of 8 kB that one answer reads. */
  blocks: number
}

const viewer = '00000000-0000-4000-8000-000000000001'
const eventId = (number: number) =>
  `00000000-0000-4000-9000-${number.toString(16).padStart(12, '0')}`
/** Every hundredth event is a big one; the last of them has a page of its own here. */
const big = eventId(5000)

const questions: Record<string, string> = {
  'what is on': 'select * from public.find_events()',
  'the next page': `select * from public.find_events(after_starts => now() + interval '20 days', after_id => '${viewer}')`,
  'what was': 'select * from public.find_events(past => true)',
  'what was, years ago': `select * from public.find_events(past => true, after_starts => now() - interval '4 years', after_id => '${viewer}')`,
  'region and category': `select * from public.find_events(in_region => 'Region 3', of_category => 'Category 2')`,
  'mine, still to come': 'select * from public.find_events(mine => true)',
  'mine, over': 'select * from public.find_events(past => true, mine => true)',
  'search, few hits': `select * from public.find_events(past => true, search => 'gathering 4242')`,
  'search, many hits': `select * from public.find_events(past => true, search => 'lisbon')`,
  'search, no hit': `select * from public.find_events(search => 'zoologist')`,
  'one event': `select public.event_page('${eventId(4242)}')`,
  'one event with 2,000 guests': `select public.event_page('${big}')`,
  'beside the calendar': 'select public.my_calendar()',
  'the home page': 'select public.home()',
  'the calendar feed': `select private.feed_events(m, now()) from public.members m where m.id = '${viewer}'`,
}
/** Asked by the function, not as the member. */
const asOwner = ['the calendar feed']

/** Believable members, events over eight years, and guests: some forty an event, two thousand at every hundredth. */
async function populate(sql: postgres.Sql, members: number, events: number, guests: number) {
  const usual = Math.floor((guests - (events / 100) * 200) / events)
  await sql.unsafe(`
    insert into auth.users (id, email) values ('${viewer}', 'bench@example.org') on conflict do nothing;
    create temp table people as select n, ('00000000-0000-4000-8000-' || lpad(to_hex(n), 12, '0'))::uuid as id from generate_series(1, ${members}) n;
    insert into public.members (id, user_id, origin) select id, case when n = 1 then id end, 'import' from people;
    insert into public.profiles (member_id, name, headline, is_visible, access_until)
    select id, (array['Maria Garcia','Ada Okafor','Zoë Lindqvist','Mei Chen'])[1 + n % 4] || ' ' || n, 'Works with data', n % 9 < 5,
      case when n % 10 = 0 then now() - interval '1 day' else 'infinity' end from people;
    insert into public.memberships (member_id, tier, status, cancel_at_period_end, access_until, member_since)
    select id, 'monthly', 'active', false, case when n % 10 = 0 then now() - interval '1 day' else 'infinity' end, now() from people;
    insert into public.event_preferences (member_id, shows_going) select id, true from people where n % 3 = 0;
    insert into public.event_regions (name, place) select 'Region ' || n, n from generate_series(0, 5) n;
    insert into public.event_categories (name, place) select 'Category ' || n, n from generate_series(0, 6) n;
    alter table public.events disable trigger user;
    insert into public.events (id, title, description, starts_at, ends_at, place, url, meeting_url, region, category, visibility, capacity, state, published_at, canceled_at, recording_url)
    select ('00000000-0000-4000-9000-' || lpad(to_hex(n), 12, '0'))::uuid, 'Gathering ' || n, repeat('What we will talk about. ', 40),
      t.starts, t.starts + interval '2 hours', (array['Lisbon, Portugal','Online','Nairobi, Kenya','Oslo, Norway','Austin, Texas'])[1 + n % 5],
      'https://events.example.org/' || n, 'https://meet.example.org/' || n, 'Region ' || n % 6, 'Category ' || n % 7,
      (case when n % 20 = 0 and n % 100 <> 0 then 'leader' when n % 3 = 0 then 'public' else 'member' end)::public.event_visibility,
      case when n % 4 = 0 then 2500 end, (case when n % 50 = 1 then 'canceled' else 'published' end)::public.event_state, now() - interval '9 years',
      case when n % 50 = 1 then now() - interval '1 day' end, case when n % 3 = 0 then 'https://vimeo.com/' || 100000 + n end
      from generate_series(1, ${events}) n
      -- Some three hundred still to come, the rest over the last eight years.
      cross join lateral (select now() + ((n - ${events} + 300) || ' days')::interval * case when n > ${events} - 300 then 0.5 else 0.62 end as starts) t;
    alter table public.events enable trigger user;
    insert into private.event_guests (event_id, member_id, luma_guest_id, status, luma_status, registered_at, seen_at)
    select e.id, ('00000000-0000-4000-8000-' || lpad(to_hex(1 + (e.n * 7919 + g * 104729) % ${members}), 12, '0'))::uuid,
      'gst-' || e.n || '-' || g, s.status, s.status, now() - (g || ' minutes')::interval, now()
      from (select n, ('00000000-0000-4000-9000-' || lpad(to_hex(n), 12, '0'))::uuid as id from generate_series(1, ${events}) n) e
      cross join lateral generate_series(1, ${usual} + case when e.n % 100 = 0 then 200 else 0 end + case when e.n = ${events} then 1760 else 0 end) g
      cross join lateral (select (case when g % 10 = 0 then 'declined' when g % 7 = 0 then 'pending' when g % 11 = 0 then 'waitlist'
        else 'approved' end)::private.guest_status as status) s;
    -- She has been to many.
    insert into private.event_guests (event_id, member_id, luma_guest_id, status, luma_status, registered_at, seen_at)
    select ('00000000-0000-4000-9000-' || lpad(to_hex(n), 12, '0'))::uuid, '${viewer}', 'gst-viewer-' || n, 'approved', 'approved', now(), now()
      from generate_series(${events} - 4000, ${events}, 16) n;`)
  for (const table of ['public.profiles', 'public.events', 'private.event_guests'])
    await sql.unsafe(`vacuum analyze ${table}`)
  await sql.unsafe('analyze')
}

const median = (values: number[]) =>
  values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN

/** How many blocks an answer reads, asked of the planner. */
async function blocksOf(sql: postgres.Sql, question: string): Promise<number> {
  const [row] = await sql.unsafe(`explain (analyze, buffers, format json) ${question}`)
  const plan = row?.['QUERY PLAN'][0].Plan
  return plan['Shared Hit Blocks'] + plan['Shared Read Blocks']
}

/** Runs the questions; `url` is a throw-away database with our migrations. */
export async function run(
  url: string,
  options: { members?: number; events?: number; guests?: number; samples?: number } = {},
): Promise<CalendarBenchRow[]> {
  const { members = 100_000, events = 5_000, guests = 200_000, samples = 41 } = options
  const owner = postgres(url, { max: 1, onnotice: () => {} })
  const member = postgres(url, { max: 1, onnotice: () => {} })
  try {
    await populate(owner, members, events, guests)
    await member`select set_config('request.jwt.claims', ${JSON.stringify({ sub: viewer, role: 'authenticated' })}, false)`
    await member`set role authenticated`
    const [held] = await owner`select count(*)::int as guests from private.event_guests`
    const rows: CalendarBenchRow[] = []
    for (const [question, asked] of Object.entries(questions)) {
      const who = asOwner.includes(question) ? owner : member
      const times: number[] = []
      for (let sample = -5; sample < samples; sample++) {
        const began = performance.now()
        await who.unsafe(asked, [], { prepare: true })
        if (sample >= 0) times.push(performance.now() - began)
      }
      rows.push({
        members,
        events,
        guests: held?.guests,
        question,
        median: median(times),
        slowest: Math.max(...times),
        blocks: await blocksOf(who, asked),
      })
    }
    return rows
  } finally {
    await owner.end()
    await member.end()
  }
}

if (import.meta.main) console.table(await run(process.argv[2] ?? ''))
