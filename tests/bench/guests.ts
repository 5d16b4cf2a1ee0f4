/**
 * 10,000 members and 2,000 guests of eight events, whom no webhook told of: a sweep reads every list, decides, and
 * tells Luma, with Luma's limits on. The provider allows 200 calls a minute, so the time beside it is what 200 a
 * minute alone would cost. Without --real-time both limits, Luma's and ours, are raised by the same factor and the
 * block is shortened by it: what is measured is then how near our pace keeps to the limit, not a quarter of an hour.
 */
import postgres from 'postgres'
import { createLog } from '../../functions/_shared/log.ts'
import { createLuma } from '../../functions/_shared/providers/luma.ts'
import type { Sql } from '../../functions/_shared/sql.ts'
import { createWorker } from '../../functions/_shared/worker.ts'
import { createApp } from '../../functions/events/app.ts'
import type { JobDeps } from '../../functions/events/deps.ts'
import { handlers } from '../../functions/events/jobs/index.ts'
import { paceOf } from '../../functions/events/pace.ts'
import { serveHttp } from '../../scripts/local/http.ts'
import { createClock } from '../../scripts/sandbox/lib/clock.ts'
import { serveLuma } from '../../scripts/sandbox/luma/server.ts'
import { freePort } from '../functions/support/database.ts'
import { addGatherings, addMembers } from './guest_rule.ts'

const PER_MINUTE = 200
const SITE = 'http://127.0.0.1:4321'
const SECRET = 'whsec_bench'

export interface SweepRow {
  what: string
  limitPerMinute: number
  calls: number
  seconds: number
  /** What the limit alone costs for so many calls. */
  minimumSeconds: number
  callsPerMinute: number
  refused429: number
}

export interface SweepOptions {
  members?: number
  guests?: number
  /** Both limits are so many times higher; 1 is real time. */
  faster?: number
}

/** Luma's sandbox, the door that its webhooks come to, and a worker: the events room as it runs. */
async function openRoom(url: string, faster: number) {
  const pool = postgres(url, {
    max: 10,
    onnotice: () => {},
    types: { bigint: { to: 20, from: [20], parse: Number, serialize: String } },
  })
  const sql = pool as unknown as Sql
  const clock = createClock(() => new Date())
  const port = await freePort()
  const webhook = { url: `http://127.0.0.1:${port}/events/luma-webhook`, secret: SECRET }
  const luma = await serveLuma({ port: 0, clock, webhook, siteUrl: SITE })
  const settings: Record<string, string> = {
    SITE_URL: SITE,
    LUMA_API_BASE: luma.url,
    LUMA_API_KEY: 'luma-sandbox-key',
    LUMA_WEBHOOK_SECRET: SECRET,
    WORKER_SECRET: 'bench',
  }
  const env = (name: string) => settings[name]
  const now = () => new Date()
  const log = createLog({ write: () => {}, now })
  const client = createLuma(env, paceOf(sql, now), now)
  const deps: JobDeps = { sql, luma: client, siteUrl: SITE, now }
  const worker = createWorker<JobDeps>({ queue: 'events', handlers, sql, deps, log })
  const app = createApp({
    env,
    log,
    now,
    randomId: () => crypto.randomUUID(),
    waitUntil: (work) => void work,
    sql: () => sql,
    drain: () => worker.drain(),
  })
  const server = await serveHttp(port, async (request) => app.fetch(request))
  const order = async (what: string, body: object) => {
    const answer = await fetch(`${luma.url}/_sandbox/luma/${what}`, {
      method: 'POST',
      body: JSON.stringify(body),
    })
    if (!answer.ok) throw new Error(`${what}: ${await answer.text()}`)
  }
  await order('limit', { per_minute: PER_MINUTE * faster, block: 60 / faster })
  await pool`update private.luma_pace set per_minute = per_minute * ${faster}`
  return {
    pool,
    luma,
    worker,
    order,
    async close() {
      worker.stop()
      await Promise.all([luma.close(), server.close()])
      await pool.end({ timeout: 1 })
    },
  }
}

type Room = Awaited<ReturnType<typeof openRoom>>

const callsOf = ({ luma }: Room) =>
  luma.requests.entries().filter(({ path }) => path.startsWith('/v'))

/** Works until the question says that it is done, and says how long that took in seconds. */
async function until(room: Room, isDone: () => Promise<boolean>): Promise<number> {
  const began = performance.now()
  while (!(await isDone())) {
    // As the doorbell does: whoever works goes on, whoever has ended begins again.
    const work = room.worker.drain()
    work.catch(() => {})
    await Promise.race([work, new Promise((done) => setTimeout(done, 100))])
  }
  return (performance.now() - began) / 1000
}

export async function run(url: string, options: SweepOptions = {}): Promise<SweepRow[]> {
  const { members = 10_000, guests = 2_000, faster = 5 } = options
  const room = await openRoom(url, faster)
  const { pool, luma, order } = room
  try {
    await addMembers(pool, 1, members)
    // Every fifth guest is nobody of ours.
    const events = await addGatherings(pool, luma.url, 8)
    const each = Math.floor(guests / events.length)
    for (const [place, event] of events.entries()) {
      const known = Math.floor(each * 0.8)
      await order('register-many', {
        event,
        count: known,
        from: 1 + place * known,
        email: 'member%@example.org',
      })
      await order('register-many', {
        event,
        count: each - known,
        email: `stranger${place}-%@example.org`,
      })
    }
    await pool`delete from pgmq.q_events`
    luma.requests.clear()
    const rows: SweepRow[] = []
    const measure = async (what: string, isDone: () => Promise<boolean>) => {
      const before = callsOf(room).length
      const seconds = await until(room, isDone)
      const made = callsOf(room).slice(before)
      const perMinute = PER_MINUTE * faster
      rows.push({
        what,
        limitPerMinute: perMinute,
        calls: made.length,
        seconds,
        minimumSeconds: (made.length / perMinute) * 60,
        callsPerMinute: (made.length / seconds) * 60,
        refused429: made.filter(({ status }) => status === 429).length,
      })
    }
    const none = async (query: string) =>
      !(await pool.unsafe(`select exists (${query}) as any`))[0]!.any
    const openRun = () => none('select from private.guest_runs where finished_at is null')
    const owed = () =>
      none(
        `select from private.guest_decisions where state = 'owed' union all select from private.guest_runs where finished_at is null`,
      )

    await pool`select private.start_guest_sweep(private.clock())`
    await measure(`${guests} guests of ${events.length} events read and decided`, openRun)
    await measure('… and Luma told of each', owed)
    const whole: SweepRow = { ...rows[0]!, what: 'both together' }
    whole.calls += rows[1]!.calls
    whole.seconds += rows[1]!.seconds
    whole.minimumSeconds += rows[1]!.minimumSeconds
    whole.refused429 += rows[1]!.refused429
    whole.callsPerMinute = (whole.calls / whole.seconds) * 60
    rows.push(whole)
    await check(pool, each, events.length)
    await pool`select private.start_guest_sweep(private.clock())`
    await measure('a second sweep, in which nothing is new', owed)
    return rows
  } finally {
    await room.close()
  }
}

/** What was measured has to be right as well. */
async function check(pool: postgres.Sql, each: number, events: number) {
  const [row] = await pool`
    select count(*) filter (where g.status = 'approved' and g.luma_status = 'approved')::int as approved,
           count(*) filter (where g.status = 'declined' and g.luma_status = 'declined')::int as declined
      from private.event_guests g`
  const [mails] = await pool`select count(*)::int as owed from private.emails`
  const approved = Math.floor(each * 0.8) * events
  const wanted = { approved, declined: each * events - approved, owed: each * events }
  const got = { ...row, ...mails }
  if (JSON.stringify(got) !== JSON.stringify(wanted)) {
    throw new Error(`Wanted ${JSON.stringify(wanted)}, got ${JSON.stringify(got)}`)
  }
}
