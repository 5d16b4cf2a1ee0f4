import { createLog } from '../../../functions/_shared/log.ts'
import type { Platform } from '../../../functions/_shared/platform.ts'
import { createSlack } from '../../../functions/_shared/providers/slack.ts'
import type { Sql } from '../../../functions/_shared/sql.ts'
import { createWorker } from '../../../functions/_shared/worker.ts'
import { systemClock, type WorkerClock } from '../../../functions/_shared/worker_clock.ts'
import { createApp } from '../../../functions/slack/app.ts'
import type { JobDeps } from '../../../functions/slack/deps.ts'
import { handlers } from '../../../functions/slack/jobs/index.ts'
import { serveHttp } from '../../../scripts/local/http.ts'
import { createClock } from '../../../scripts/sandbox/lib/clock.ts'
import { serveSlack } from '../../../scripts/sandbox/slack/server.ts'
import { freePort, openDatabase } from '../support/database.ts'
import { SITE } from '../support/house.ts'
import { patientClient } from '../support/patience.ts'
import { act } from '../support/people.ts'

/** Milliseconds that Slack's client waits while a fault holds the answer back. */
const MOMENT_MS = 400
export const SECRET = 'slack-signing-test'

// The worker's short looks at an empty queue are shortened.
const quickClock: WorkerClock = {
  ...systemClock,
  after: (ms, callback) => systemClock.after(ms <= 1000 ? ms / 20 : ms, callback),
}

export type Room = Awaited<ReturnType<typeof openRoom>>

/**
 * The slack room with a database of its own and the Slack sandbox, whose events come over HTTP. `wall` is the time as
 * the sandbox sees it.
 */
export async function openRoom(wall: () => Date = () => new Date()) {
  const db = await openDatabase()
  const clock = createClock(wall)
  const port = await freePort()
  const door = `http://127.0.0.1:${port}`
  const slack = await serveSlack({
    port: 0,
    clock,
    webhook: { url: `${door}/slack`, secret: SECRET },
    siteUrl: SITE,
    pace: { hold: 2000, drip: 100 },
    // How fast a door answers is no matter of these tests, and a second delivery would be.
    patience: 60_000,
  })
  const sql = db.sql as unknown as Sql
  const settings: Record<string, string | undefined> = {
    SITE_URL: SITE,
    WORKER_SECRET: 'test-worker-secret',
    SLACK_API_BASE: `${slack.url}/api/`,
    SLACK_BOT_TOKEN: 'xoxb-sandbox',
    SLACK_ADMIN_TOKEN: 'xoxp-sandbox-admin',
    SLACK_SIGNING_SECRET: SECRET,
  }
  const env = (name: string) => settings[name]
  const lines: string[] = []
  const log = createLog({ write: (line) => lines.push(line), now: () => new Date() })
  const now = () => clock.now()
  const client = patientClient((ms) => createSlack(env, now, ms), slack, MOMENT_MS)
  const deps: JobDeps = { sql, slack: client, siteUrl: SITE, now }
  const workerOf = (own: JobDeps, lingerMs = 0) =>
    createWorker<JobDeps>({
      queue: 'slack',
      handlers,
      sql,
      deps: own,
      log,
      lingerMs,
      clock: quickClock,
    })
  const worker = workerOf(deps)
  let behind: Promise<unknown>[] = []
  const platform: Platform = {
    env,
    log,
    now: () => new Date(),
    randomId: () => crypto.randomUUID(),
    waitUntil: (work) => void behind.push(work),
  }
  const app = createApp({
    ...platform,
    sql: () => sql,
    slack: () => client,
    drain: () => worker.drain(),
  })
  const server = await serveHttp(port, (request) => app.fetch(request))
  // `work` makes due what waits. By itself nothing comes back within one test, however long that takes.
  await db.sql`
    update jobs.kinds set base_delay = '1 hour', max_delay = '2 hours' where queue = 'slack'`

  /** Waits for what the doors do behind their answers. */
  async function settled() {
    const all = behind
    behind = []
    await Promise.all(all)
  }

  return {
    ...db,
    app,
    slack,
    client,
    deps,
    workerOf,
    lines,
    settings,
    settled,
    clock,
    /** A control of the sandbox: what people in the workspace do, and how Slack behaves. */
    control: <T = { id: string }>(verb: string, body: object) =>
      act<T>(slack.url, `slack/${verb}`, body),
    async state() {
      const response = await fetch(`${slack.url}/_sandbox/slack/state`)
      return (await response.json()) as {
        people: { id: string; email: string; isInvited: boolean }[]
        channels: {
          id: string
          name: string
          kind: string
          members: string[]
          messages: object[]
        }[]
      }
    },
    /** Works the queue until nothing is owed; what waits for its time is made due. */
    async work(rounds = 12) {
      for (let round = 0; round < rounds; round++) {
        await db.sql`update jobs.delayed set run_at = private.clock() where run_at > private.clock()`
        const { claimed } = await worker.drain()
        const [left] = await db.sql`select exists (select from jobs.delayed) as any`
        if (claimed === 0 && !left!.any) return
      }
    },
    /** Works once what is due now. */
    drain: () => worker.drain(),
    /** A member, entitled unless said otherwise; her id. */
    async member(email: string, { entitled = true, verified = true } = {}): Promise<string> {
      const id = crypto.randomUUID()
      await db.sql`insert into public.members (id, origin) values (${id}, 'admin')`
      await db.sql`insert into public.profiles (member_id, name) values (${id}, ${email.split('@')[0]!})`
      await db.sql`
        insert into public.member_emails (email, member_id, is_primary, verified_at, source)
        values (${email}, ${id}, true, case when ${verified} then private.clock() end, 'admin')`
      await db.sql`
        insert into public.memberships (member_id, tier, status, cancel_at_period_end, access_until, member_since)
        values (${id}, 'annual', 'active', false, private.clock() + case when ${entitled} then interval '90 days' else interval '-1 day' end,
          private.clock() - interval '1 year')`
      return id
    },
    /** Where each member stands, by the part of her address before the @. */
    async standing(): Promise<Record<string, string>> {
      const rows = await db.sql<{ who: string; status: string }[]>`
        select split_part(e.email, '@', 1) as who, coalesce(p.status::text, 'not asked for') as status
          from public.member_emails e left join private.slack_people p on p.member_id = e.member_id
         where e.is_primary order by 1`
      return Object.fromEntries(rows.map(({ who, status }) => [who, status]))
    },
    /** Empties everything, so that the next test begins with nobody. */
    async forget() {
      await settled()
      await fetch(`${slack.url}/_sandbox/reset`, { method: 'POST' })
      await db.sql`delete from public.members`
      await db.sql`truncate jobs.attempts, jobs.delayed, jobs.dead, jobs.effects, jobs.idempotency_keys,
        private.slack_runs, private.slack_lookups, private.slack_events`
      await db.sql.unsafe('truncate pgmq.q_slack, pgmq.q_slack_bulk')
      await db.sql`
        update private.slack_settings set team_id = null, team_name = null, team_url = null, share_link = null,
          share_link_expires_at = null, share_link_uses_left = null, invite_channels = '{}', most_lookups = 1000, joined_since = 0`
      lines.length = 0
    },
    async close() {
      worker.stop()
      await Promise.all([slack.close(), server.close()])
      await db.close()
    },
  }
}
