/**
 * Everything that is measured: `npm run bench`, or `npm run bench -- webhooks jobs` for some of it; `--quick` for a
 * smaller run. Prints a table a question and writes tests/bench/results/<time>.json.
 */
import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { cpus, totalmem } from 'node:os'
import { join } from 'node:path'
import { bootstrap } from '../../scripts/local/bootstrap.ts'
import { startCluster } from '../../scripts/local/cluster.ts'
import { migrate } from '../../scripts/local/migrate.ts'
import { runFolder } from '../../scripts/local/run-folder.ts'
import { startStack } from '../../scripts/local/stack.ts'
import * as agents from './agents.ts'
import * as calendar from './calendar.ts'
import * as directory from './directory.ts'
import { runRule } from './guest_rule.ts'
import * as guests from './guests.ts'
import * as jobs from './jobs.ts'
import * as pages from './pages.ts'
import * as paidToTagged from './paid_to_tagged.ts'
import * as slackWalk from './slack_walk.ts'
import * as webhooks from './webhooks.ts'

const quick = process.argv.includes('--quick')
const asked = process.argv.slice(2).filter((word) => !word.startsWith('--'))

/** A database of its own with our migrations, thrown away afterwards. */
async function onFreshDatabase<T>(work: (url: string) => Promise<T>): Promise<T> {
  const folder = runFolder('db-bench')
  rmSync(folder, { recursive: true, force: true })
  const cluster = await startCluster({ folder, port: 15_920 })
  try {
    await bootstrap(cluster.url('supabase_admin'))
    await migrate(cluster.url('postgres'))
    return await work(cluster.url('postgres'))
  } finally {
    await cluster.stop()
    rmSync(folder, { recursive: true, force: true })
  }
}

async function onFreshStack<T>(
  work: (stack: Awaited<ReturnType<typeof startStack>>) => Promise<T>,
): Promise<T> {
  const ports = {
    gateway: 17321,
    postgres: 17322,
    mailbox: 17324,
    site: 17421,
    stripe: 17111,
    mailchimp: 17112,
    vimeo: 17113,
    luma: 17114,
    slack: 17115,
    resend: 17116,
  }
  const stack = await startStack({
    name: 'bench',
    ports,
    seed: true,
    functions: true,
    sandbox: true,
    reset: true,
  })
  try {
    return await work(stack)
  } finally {
    await stack.close()
    rmSync(stack.folder, { recursive: true, force: true })
  }
}

const benches: Record<string, { title: string; run(): Promise<object[]> }> = {
  webhooks: {
    title:
      'Webhook ingest: events a second and milliseconds; oursIsTimes is our rate over the row’s',
    run: () => onFreshDatabase((url) => webhooks.run(url, quick ? { rounds: 2, count: 400 } : {})),
  },
  jobs: {
    title: 'Jobs: enqueue, drain, pick-up; ratios are how many times better than the peer',
    run: () =>
      onFreshDatabase(async (url) =>
        jobs.flat(
          await jobs.run(
            url,
            quick ? { rounds: 2, jobs: 1000, finished: 20_000, delayed: 10_000 } : {},
          ),
        ),
      ),
  },
  'paid-to-tagged': {
    title: 'From the webhook that makes a member to her tags at Mailchimp, in milliseconds',
    run: () =>
      onFreshStack((stack) => paidToTagged.run(stack, quick ? { samples: 8, ahead: 200 } : {})),
  },
  guests: {
    title:
      'A sweep over 2,000 guests beside 10,000 members, with Luma’s limit on (200 a minute; five times that without --real-time)',
    run: () =>
      onFreshDatabase((url) =>
        guests.run(url, {
          faster: process.argv.includes('--real-time') ? 1 : 5,
          ...(quick ? { guests: 400, members: 2_000 } : {}),
        }),
      ),
  },
  'guest-rule': {
    title: 'The rule on guests at 100,000 members, in milliseconds, and the indexes that it reads',
    run: () =>
      onFreshDatabase((url) =>
        runRule(url, quick ? { members: 10_000, guests: 1_000, samples: 50 } : {}),
      ),
  },
  directory: {
    title:
      'Directory and entitlement: a member under RLS beside the owner without it, in milliseconds',
    run: () =>
      onFreshDatabase((url) => directory.run(url, quick ? { sizes: [1_000, 100_000] } : {})),
  },
  'slack-walk': {
    title:
      'A run through everybody in Slack under Slack’s limits, in seconds of its time, beside the least that these limits allow',
    run: () => slackWalk.run(quick ? { people: 2_000, absent: 60 } : {}),
  },
  calendar: {
    title:
      'The calendar as a member reads it: milliseconds, round trip included, and blocks of 8 kB',
    run: () =>
      onFreshDatabase((url) =>
        calendar.run(url, quick ? { members: 10_000, guests: 40_000, samples: 11 } : {}),
      ),
  },
  agents: {
    title:
      'The gateway of agents beside the Data API alone, in milliseconds; the limiter; and how long a revoked key is answered',
    run: () =>
      onFreshStack((stack) =>
        agents.run(stack, quick ? { samples: 100, heat: 1000, rounds: 3 } : {}),
      ),
  },
  pages: {
    title:
      'Pages on a phone: processor four times slower, slow 4G (150 ms, 1.6 Mbit/s), nothing cached; milliseconds and KB',
    run: () => onFreshStack((stack) => pages.run(stack, quick ? { rounds: 2 } : {})),
  },
}

const rounded = (row: object) =>
  Object.fromEntries(
    Object.entries(row).map(([key, value]) => [
      key,
      typeof value === 'number'
        ? Math.round(value * 100) / 100
        : typeof value === 'object'
          ? JSON.stringify(value)
          : value,
    ]),
  )

const unknown = asked.filter((name) => !benches[name])
if (unknown.length > 0) {
  console.error(
    `There is no bench ${unknown.join(', ')}. There are: ${Object.keys(benches).join(', ')}.`,
  )
  process.exit(1)
}
const results: Record<string, object[]> = {}
for (const [name, bench] of Object.entries(benches)) {
  if (asked.length > 0 && !asked.includes(name)) continue
  console.log(`\n${bench.title}`)
  results[name] = await bench.run()
  console.table(results[name].map(rounded))
}
const folder = join(import.meta.dirname, 'results')
mkdirSync(folder, { recursive: true })
const at = new Date().toISOString()
const file = join(folder, `${at.slice(0, 19).replaceAll(':', '-')}.json`)
const machine = {
  cpus: cpus().length,
  model: cpus()[0]?.model,
  memory_gib: Math.round(totalmem() / 2 ** 30),
  node: process.version,
}
writeFileSync(file, `${JSON.stringify({ at, machine, quick, results }, null, 2)}\n`)
console.log(`\nWritten: ${file.slice(file.indexOf('tests/'))}`)
process.exit(0)
