import { createLog } from '../../../functions/_shared/log.ts'
import type { Platform } from '../../../functions/_shared/platform.ts'
import { createLuma } from '../../../functions/_shared/providers/luma.ts'
import type { Sql } from '../../../functions/_shared/sql.ts'
import { createWorker } from '../../../functions/_shared/worker.ts'
import { systemClock, type WorkerClock } from '../../../functions/_shared/worker_clock.ts'
import { createApp } from '../../../functions/events/app.ts'
import type { JobDeps } from '../../../functions/events/deps.ts'
import { handlers } from '../../../functions/events/jobs/index.ts'
import { paceOf } from '../../../functions/events/pace.ts'
import { serveHttp } from '../../../scripts/local/http.ts'
import { createClock } from '../../../scripts/sandbox/lib/clock.ts'
import { serveLuma } from '../../../scripts/sandbox/luma/server.ts'
import { freePort, openDatabase } from '../support/database.ts'
import { SITE } from '../support/house.ts'
import { patientClient } from '../support/patience.ts'

export const SECRET = 'whsec_luma_sandbox'

// The worker's short looks at an empty queue are shortened.
const quickClock: WorkerClock = {
  ...systemClock,
  after: (ms, callback) => systemClock.after(ms <= 1000 ? ms / 20 : ms, callback),
}

export type Room = Awaited<ReturnType<typeof openRoom>>

/** What the sandbox says of an event, with what Luma's own answer leaves out. */
export interface AtLuma {
  id: string
  name: string
  description_md: string
  start_at: string
  visibility: string
  max_capacity: number | null
  require_approval: boolean
  show_guest_list: boolean
  meeting_url: string | null
  geo_address_json: { address: string } | null
  registration_questions: { label: string; question_type: string; required: boolean }[]
  cover_url: string
  url: string
  guests: number
}

/**
 * The events room with a database of its own and the Luma sandbox, whose webhooks come over HTTP. Only the worker is
 * started by the test, with `work`.
 */
export async function openRoom() {
  const db = await openDatabase()
  const clock = createClock(() => new Date())
  const port = await freePort()
  const door = `http://127.0.0.1:${port}/events/luma-webhook`
  const luma = await serveLuma({
    port: 0,
    clock,
    webhook: { url: door, secret: SECRET },
    siteUrl: SITE,
    pace: { hold: 2000, drip: 5 },
  })
  const sql = db.sql as unknown as Sql
  const settings: Record<string, string | undefined> = {
    SITE_URL: SITE,
    WORKER_SECRET: 'test-worker-secret',
    LUMA_API_BASE: luma.url,
    LUMA_API_KEY: 'luma-sandbox-key',
    LUMA_WEBHOOK_SECRET: SECRET,
  }
  const env = (name: string) => settings[name]
  const lines: string[] = []
  const log = createLog({ write: (line) => lines.push(line), now: () => new Date() })
  const now = () => clock.now()
  const client = patientClient((ms) => createLuma(env, paceOf(sql, now), now, ms), luma, 300)
  const deps: JobDeps = { sql, luma: client, siteUrl: SITE, now }
  const workerWith = (own: JobDeps, concurrency = 8) =>
    createWorker<JobDeps>({
      queue: 'events',
      handlers,
      sql,
      deps: own,
      log,
      lingerMs: 0,
      clock: quickClock,
      concurrency,
    })
  const worker = workerWith(deps)
  const platform: Platform = {
    env,
    log,
    now: () => new Date(),
    randomId: () => crypto.randomUUID(),
    waitUntil: (work) => void work,
  }
  const app = createApp({ ...platform, sql: () => sql, drain: () => worker.drain() })
  const server = await serveHttp(port, async (request) => app.fetch(request))

  async function order<T>(what: string, body: object = {}): Promise<T> {
    const response = await fetch(`${luma.url}/_sandbox/luma/${what}`, {
      method: 'POST',
      body: JSON.stringify(body),
    })
    const answer = await response.json()
    if (!response.ok) throw new Error(`${what}: ${JSON.stringify(answer)}`)
    return answer as T
  }

  /** Waits until every webhook that is under way has arrived. */
  async function settle() {
    for (;;) {
      const answer = await fetch(`${luma.url}/_sandbox/webhooks`).then((reply) => reply.json())
      const states = answer.deliveries.map(({ state }: { state: string }) => state)
      if (!states.includes('waiting')) return
      await new Promise((done) => setImmediate(done))
    }
  }

  /** As fast as the machine is; a test of the pace sets it itself. */
  async function unlimit() {
    await db.sql`update private.luma_pace set next_at = '-infinity', blocked_until = null, per_minute = 10000`
    await order('limit', { per_minute: 0 })
  }
  await unlimit()
  // `work` makes due what waits. By itself nothing comes back within one test, however long that takes.
  await db.sql`
    update jobs.kinds set base_delay = '1 hour', max_delay = '2 hours' where queue = 'events'`

  return {
    ...db,
    app,
    door,
    clock,
    luma,
    client,
    deps,
    log,
    lines,
    settings,
    order,
    settle,
    worker,
    /** A worker of its own with other parts: one that dies half-way, for example. */
    workerWith,
    /** Works the queue until nothing is owed; what waits for its time is made due. */
    async work(rounds = 8) {
      for (let round = 0; round < rounds; round++) {
        await settle()
        await db.sql`update jobs.delayed set run_at = private.clock() where run_at > private.clock()`
        const { claimed } = await worker.drain()
        await settle()
        const [left] = await db.sql`
          select exists (select from jobs.delayed where queue = 'events')
              or exists (select from pgmq.q_events) or exists (select from pgmq.q_events_bulk) as any`
        if (claimed === 0 && !left!.any) return
      }
    },
    /** Works once what is due now. */
    drain: () => worker.drain(),
    /** A published event as a leader writes one; its id. */
    async publish(fields: Record<string, unknown> = {}): Promise<string> {
      const wish = {
        id: crypto.randomUUID(),
        title: 'Dinner in Lisbon',
        description: 'One long table.',
        starts_at: new Date(Date.now() + 10 * 86_400_000).toISOString(),
        ends_at: new Date(Date.now() + 10 * 86_400_000 + 7_200_000).toISOString(),
        time_zone: 'Europe/Lisbon',
        place: 'Lisbon, Portugal',
        visibility: 'public',
        state: 'published',
        ...fields,
      }
      const [row] = await db.sql`
        insert into public.events ${db.sql(wish as never)} returning id`
      return row!.id
    },
    /** An event here, with how it stands at Luma. */
    async held(id: string) {
      const [row] = await db.sql`
        select e.*, l.luma_id, l.state as luma_state, l.error, l.error_detail, l.synced_revision, l.wanted_revision,
               l.marker, l.twin_id, l.retry_at, l.claim, l.has_waitlist, l.failures
          from public.events e left join private.luma_events l on l.event_id = e.id where e.id = ${id}`
      return row!
    },
    /** Everything at Luma. */
    async atLuma(): Promise<AtLuma[]> {
      const answer = await fetch(`${luma.url}/_sandbox/luma/events`).then((reply) => reply.json())
      return answer.events
    },
    /** What Luma did, by effect. */
    did: (effect: string) => luma.ledger.entries({ effect }),
    /** How the jobs of this room ended, in order. */
    async outcomes(kind = 'carry_to_luma'): Promise<string[]> {
      const rows = await db.sql`
        select outcome || coalesce(': ' || note, '') as said from jobs.attempts
         where queue = 'events' and kind = ${kind} order by job, attempt, read_ct, started_at`
      return rows.map(({ said }) => said)
    },
    /** Begins anew: no events here or there, nothing owed, no faults. */
    async forget() {
      await settle()
      await db.sql`truncate jobs.attempts, jobs.delayed, jobs.dead, jobs.effects, private.luma_webhooks, private.luma_read_backs`
      await db.sql`delete from pgmq.q_events`
      await db.sql`delete from pgmq.q_events_bulk`
      await db.sql`delete from public.events`
      await fetch(`${luma.url}/_sandbox/reset`, { method: 'POST' })
      await unlimit()
    },
    async close() {
      worker.stop()
      await Promise.all([luma.close(), server.close()])
      await db.close()
    },
  }
}
