/**
 * Entitlement and directory as a member under RLS, beside the owner of the tables without it, at growing sizes.
 *   node tests/bench/directory.ts <postgres url> [--quick]
 */
import postgres from 'postgres'

export interface DirectoryBenchRow {
  members: number
  question: string
  /** Medians in milliseconds, round trip included. */
  member: number
  owner: number
  /** Median of the paired ratios member / owner. */
  ratio: number
}

const viewer = '00000000-0000-4000-8000-000000000001'
const columns = 'member_id, name, headline, location, picture, interests, name_key'
const listed = 'is_visible and access_until > now()'

/** What a member asks, and the same question by hand for the owner. */
const questions = {
  'am I entitled': {
    member: 'select public.is_entitled()',
    owner: `select exists (select from public.memberships where member_id = '${viewer}' and access_until > now())`,
  },
  'first page': {
    member: 'select * from public.directory()',
    owner: `select ${columns} from public.profiles where ${listed} order by name_key, member_id limit 24`,
  },
  'next page': {
    member: `select * from public.directory(after_name => 'maria garcia 5', after_id => '${viewer}')`,
    owner: `select ${columns} from public.profiles where ${listed} and (name_key, member_id) > ('maria garcia 5', '${viewer}')
      order by name_key, member_id limit 24`,
  },
  'search, few hits': {
    member: `select * from public.directory(search => 'Lindqvist 7310')`,
    owner: `select ${columns} from public.profiles where ${listed} and search_key like '%lindqvist%' and search_key like '%7310%'
      order by name_key, member_id limit 24`,
  },
  'search, many hits': {
    member: `select * from public.directory(search => 'engineer')`,
    owner: `select ${columns} from public.profiles where ${listed} and search_key like '%engineer%'
      order by name_key, member_id limit 24`,
  },
  'search, no hit': {
    member: `select * from public.directory(search => 'zoologist')`,
    owner: `select ${columns} from public.profiles where ${listed} and search_key like '%zoologist%'
      order by name_key, member_id limit 24`,
  },
  place: {
    member: `select * from public.directory(place => 'Lisbon')`,
    owner: `select ${columns} from public.profiles where ${listed} and place_key = 'lisbon'
      order by name_key, member_id limit 24`,
  },
  'interest, common': {
    member: `select * from public.directory(interest => 'building')`,
    owner: `select ${columns} from public.profiles where ${listed} and interest_keys @> '{building}'
      order by name_key, member_id limit 24`,
  },
  'interest, common, last page': {
    member: `select * from public.directory(interest => 'building', after_name => 'zoe lindqvist 99', after_id => '${viewer}')`,
    owner: `select ${columns} from public.profiles where ${listed} and interest_keys @> '{building}'
      and (name_key, member_id) > ('zoe lindqvist 99', '${viewer}') order by name_key, member_id limit 24`,
  },
  'interest, rare': {
    member: `select * from public.directory(interest => 'health')`,
    owner: `select ${columns} from public.profiles where ${listed} and interest_keys @> '{health}'
      order by name_key, member_id limit 24`,
  },
  'words, place and interest': {
    member: `select * from public.directory(search => 'engineer', place => 'Oslo', interest => 'building')`,
    owner: `select ${columns} from public.profiles where ${listed} and search_key like '%engineer%' and place_key = 'oslo'
      and interest_keys @> '{building}' order by name_key, member_id limit 24`,
  },
  'places while typing': {
    member: `select * from public.directory_places('li')`,
    owner: `select distinct place_key from public.profiles where ${listed} and place_key >= 'li' and place_key < 'lj'
      order by place_key limit 8`,
  },
  "one person's page": {
    member: `select * from public.member_page('00000000-0000-4000-8000-000000000003')`,
    owner: `select ${columns}, bio, offers, seeks, links from public.profiles where ${listed}
      and member_id = '00000000-0000-4000-8000-000000000003'`,
  },
} as const

/** Adds members number `from` to `to`: believable names, half of them visible, nine in ten entitled. */
async function populate(sql: postgres.Sql, from: number, to: number) {
  await sql.unsafe(`
    create temp table if not exists fresh (n int, id uuid);
    truncate fresh;
    insert into fresh select n, ('00000000-0000-4000-8000-' || lpad(to_hex(n), 12, '0'))::uuid from generate_series(${from}, ${to}) n;
    insert into auth.users (id, email) select id, 'bench' || n || '@example.org' from fresh where n = 1 on conflict do nothing;
    insert into public.members (id, user_id, origin) select id, case when n = 1 then id end, 'import' from fresh;
    insert into public.profiles (member_id, name, headline, bio, location, offers, seeks, interests, is_visible, access_until)
    select id,
      (array['Maria Garcia','Ada Okafor','Zoë Lindqvist','Mei Chen','Fatima Al-Sayed','Ines Ferreira','Priya Nair','Anna Kowalska'])[1 + n % 8] || ' ' || n,
      (array['Data engineer','Product manager','Researcher','Founder','Teacher'])[1 + n % 5] || ' at company ' || n % 977,
      (array['Loves maps and models.','Builds tools for hospitals.','Works on quantum ' || n % 1000,'Writes about ethics.'])[1 + n % 4],
      (array['Lisbon','Nairobi','São Paulo','Oslo','Delhi','Austin','Berlin'])[1 + n % 7] || case when n % 50 = 0 then '' else ' ' || n % 300 end,
      (array['Reviews of code','An hour of listening','Advice on grants ' || n % 500])[1 + n % 3],
      (array['A mentor','Company for a pilot','People who count whales ' || n % 300])[1 + n % 3],
      case when n % 997 = 0 then '{health}' when n % 3 = 0 then '{building,data}' when n % 3 = 1 then '{ethics}' else '{}' end::text[],
      n % 9 < 5, case when n % 10 = 0 then now() - interval '1 day' else 'infinity' end
      from fresh;
    insert into public.memberships (member_id, tier, status, cancel_at_period_end, access_until, member_since)
    select id, 'monthly', 'active', false, case when n % 10 = 0 then now() - interval '1 day' else 'infinity' end, now() from fresh;`)
  await sql.unsafe('vacuum analyze public.profiles')
  await sql.unsafe('vacuum analyze public.memberships')
  await sql.unsafe('analyze public.members')
}

const median = (values: number[]) =>
  values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN

async function time(sql: postgres.Sql | postgres.TransactionSql, query: string): Promise<number> {
  const began = performance.now()
  await sql.unsafe(query, [], { prepare: true })
  return performance.now() - began
}

/** Runs the comparison; `url` is a throw-away database with our migrations. */
export async function run(
  url: string,
  options: { sizes?: number[]; samples?: number } = {},
): Promise<DirectoryBenchRow[]> {
  const { sizes = [1_000, 100_000, 1_000_000], samples = 41 } = options
  const owner = postgres(url, { max: 1, onnotice: () => {} })
  const member = postgres(url, { max: 1, onnotice: () => {} })
  const rows: DirectoryBenchRow[] = []
  let held = 0
  try {
    await member`select set_config('request.jwt.claims', ${JSON.stringify({ sub: viewer, role: 'authenticated' })}, false)`
    await member`set role authenticated`
    for (const size of sizes) {
      for (let from = held + 1; from <= size; from += 100_000)
        await populate(owner, from, Math.min(size, from + 99_999))
      held = size
      for (const [question, asked] of Object.entries(questions)) {
        const pairs: { member: number; owner: number }[] = []
        for (let sample = -5; sample < samples; sample++) {
          const pair = {
            member: await time(member, asked.member),
            owner: await time(owner, asked.owner),
          }
          if (sample >= 0) pairs.push(pair)
        }
        rows.push({
          members: size,
          question,
          member: median(pairs.map((pair) => pair.member)),
          owner: median(pairs.map((pair) => pair.owner)),
          ratio: median(pairs.map((pair) => pair.member / pair.owner)),
        })
      }
    }
  } finally {
    await owner.end()
    await member.end()
  }
  return rows
}

if (import.meta.main) {
  const quick = process.argv.includes('--quick')
  console.table(await run(process.argv[2] ?? '', quick ? { sizes: [1_000, 100_000] } : {}))
}
