import { createLog, type Log } from '../../../functions/_shared/log.ts'
import type { Platform } from '../../../functions/_shared/platform.ts'
import { createMailchimp } from '../../../functions/_shared/providers/mailchimp.ts'
import { createResend } from '../../../functions/_shared/providers/resend.ts'
import { createPracticeStripe, createStripe } from '../../../functions/_shared/providers/stripe.ts'
import type { Sql } from '../../../functions/_shared/sql.ts'
import type { User } from '../../../functions/_shared/user.ts'
import { createWorker } from '../../../functions/_shared/worker.ts'
import { systemClock, type WorkerClock } from '../../../functions/_shared/worker_clock.ts'
import { createApp as audienceApp } from '../../../functions/audience/app.ts'
import type { JobDeps as AudienceJobs } from '../../../functions/audience/deps.ts'
import { handlers as audienceHandlers } from '../../../functions/audience/jobs/index.ts'
import { createApp as membershipsApp } from '../../../functions/memberships/app.ts'
import type { JobDeps as MembershipsJobs } from '../../../functions/memberships/deps.ts'
import { handlers as membershipsHandlers } from '../../../functions/memberships/jobs/index.ts'
import { createApp as messagingApp } from '../../../functions/messaging/app.ts'
import type { JobDeps as MessagingJobs } from '../../../functions/messaging/deps.ts'
import { handlers as messagingHandlers } from '../../../functions/messaging/jobs/index.ts'
import { serveHttp } from '../../../scripts/local/http.ts'
import { createClock } from '../../../scripts/sandbox/lib/clock.ts'
import { serveMailchimp } from '../../../scripts/sandbox/mailchimp/server.ts'
import { serveResend } from '../../../scripts/sandbox/resend/server.ts'
import { serveStripe } from '../../../scripts/sandbox/stripe/server.ts'
import { type Database, freePort, openDatabase } from './database.ts'
import { patientClient } from './patience.ts'

export const SITE = 'http://127.0.0.1:4321'
export const PUBLISHABLE = 'sb_publishable_test'

const settings = {
  SITE_URL: SITE,
  WORKER_SECRET: 'test-worker-secret',
  SUPABASE_PUBLISHABLE_KEYS: JSON.stringify({ default: PUBLISHABLE }),
  STRIPE_SECRET_KEY: 'sk_test_sandbox',
  STRIPE_WEBHOOK_SECRET: 'whsec_sandbox',
  MAILCHIMP_API_KEY: 'sandbox-us1',
  MAILCHIMP_LIST_ID: 'audience1',
  MAILCHIMP_WELCOME_JOURNEY_ID: '1',
  MAILCHIMP_WELCOME_STEP_ID: '1',
  MAILCHIMP_WEBHOOK_PATH_SECRET: 'mailchimp-path-secret',
  RESEND_API_KEY: 're_sandbox',
  RESEND_WEBHOOK_SECRET: 'whsec_c2FuZGJveC1yZXNlbmQtc2lnbmluZy1rZXk=',
  EMAIL_FROM: 'Women Defining AI <hello@mail.example.org>',
}

// The worker's short looks at an empty queue are shortened; its long limits stay.
const quickClock: WorkerClock = {
  ...systemClock,
  after: (ms, callback) => systemClock.after(ms <= 1000 ? ms / 20 : ms, callback),
}

export type House = Awaited<ReturnType<typeof openHouse>>

/**
 * The rooms that answer to Stripe, with a database of their own and the provider sandboxes, wired as in production: webhooks
 * come over HTTP, clients are the official SDKs. Only the worker is started by the test, with `work`.
 */
export async function openHouse(database?: Database) {
  const db = database ?? (await openDatabase())
  const port = await freePort()
  const functions = `http://127.0.0.1:${port}`
  const clock = createClock(() => new Date())
  const secret = settings.STRIPE_WEBHOOK_SECRET
  const stripe = await serveStripe({
    port: 0,
    clock,
    webhook: { url: `${functions}/memberships/stripe-webhook`, secret },
    siteUrl: SITE,
  })
  const hook = `${functions}/audience/mailchimp-webhook/${settings.MAILCHIMP_WEBHOOK_PATH_SECRET}`
  const mailchimp = await serveMailchimp({ port: 0, clock, webhook: { url: hook } })

  const resend = await serveResend({
    port: 0,
    clock,
    webhook: {
      url: `${functions}/messaging/resend-webhook`,
      secret: settings.RESEND_WEBHOOK_SECRET,
    },
    siteUrl: SITE,
    pace: { hold: 2000, drip: 5 },
  })

  const env: Record<string, string | undefined> = {
    ...settings,
    RESEND_API_BASE: resend.url,
    STRIPE_API_BASE: stripe.url,
    MAILCHIMP_API_BASE: mailchimp.url,
  }
  const lines: string[] = []
  const log: Log = createLog({ write: (line) => lines.push(line), now: () => new Date() })
  /** Access tokens and whose they are. */
  const tokens = new Map<string, User>()
  const sql = db.sql as unknown as Sql
  const read = (name: string) => env[name]
  const stripeClient = patientClient((ms) => createStripe(read, () => clock.now(), ms), stripe)
  const mailchimpClient = patientClient((ms) => createMailchimp(read, ms), mailchimp)

  const worker = <Deps extends object>(queue: string, handlers: never, deps: Deps) =>
    createWorker<Deps>({ queue, handlers, sql, deps, log, lingerMs: 0, clock: quickClock })
  const membershipsDeps: MembershipsJobs = {
    sql,
    stripe: stripeClient,
    practice: () => createPracticeStripe(read, () => clock.now()),
  }
  const audienceDeps: AudienceJobs = {
    sql,
    mailchimp: mailchimpClient,
    now: () => clock.now(),
  }
  const messagingDeps: MessagingJobs = {
    sql,
    resend: patientClient((ms) => createResend(read, () => clock.now(), ms), resend),
    siteUrl: SITE,
    doorsUrl: `${functions}/messaging`,
    // The pace is the database's business, and tested there.
    wait: async () => {},
  }
  const workers = {
    memberships: worker('memberships', membershipsHandlers as never, membershipsDeps),
    audience: worker('audience', audienceHandlers as never, audienceDeps),
    messaging: worker('messaging', messagingHandlers as never, messagingDeps),
  }

  const platform: Platform = {
    env: read,
    log,
    now: () => new Date(),
    randomId: () => crypto.randomUUID(),
    waitUntil: (work) => void work,
  }
  const memberships = membershipsApp({
    ...platform,
    sql: () => sql,
    stripe: () => stripeClient,
    askAuth: () => async (token) => tokens.get(token) ?? null,
    drain: () => workers.memberships.drain(),
  })
  const audience = audienceApp({
    ...platform,
    sql: () => sql,
    drain: () => workers.audience.drain(),
  })
  const messaging = messagingApp({
    ...platform,
    sql: () => sql,
    drain: () => workers.messaging.drain(),
  })
  const rooms: Record<string, typeof memberships> = { audience, memberships, messaging }
  const server = await serveHttp(port, (request) => {
    const room = new URL(request.url).pathname.split('/')[1] ?? ''
    return (rooms[room] ?? memberships).fetch(request)
  })

  /** Works the queues until nothing is owed; what waits for its time is made due. */
  async function work(rounds = 10) {
    for (let round = 0; round < rounds; round++) {
      await db.sql`update jobs.delayed set run_at = private.clock() where run_at > private.clock()`
      const done = await Promise.all(Object.values(workers).map((one) => one.drain()))
      const [left] = await db.sql`select exists (select from jobs.delayed) as any`
      if (done.every(({ claimed }) => claimed === 0) && !left!.any) return
    }
  }

  return {
    ...db,
    env,
    lines,
    log,
    tokens,
    clock,
    stripe,
    mailchimp,
    resend,
    memberships,
    audience,
    messaging,
    functions,
    workers,
    work,
    stripeClient,
    mailchimpClient,
    membershipsDeps,
    audienceDeps,
    messagingDeps,
    /** Waits until every webhook that is under way has been delivered. */
    settle: () => stripe.settle(),
    /** Moves everybody's time forward, as the local stack does. */
    async advance(days: number) {
      const further = (from: number) => from + days * 86_400_000
      // By how much, and not to when: however long one of the two takes, they agree afterwards.
      await db.travel(further(clock.now().getTime() - Date.now()) / 1000)
      await clock.advanceTo(new Date(further(clock.now().getTime())))
      await stripe.settle()
    },
    /** Moves on to noon of the 10th of next month: whenever a test runs, neither midnight nor a month's end is near. */
    async midMonth() {
      const now = clock.now()
      const to = Date.UTC(now.getUTCFullYear(), now.getUTCMonth() + 1, 10, 12)
      await this.advance((to - now.getTime()) / 86_400_000)
    },
    async close() {
      await Promise.all([stripe.close(), mailchimp.close(), resend.close(), server.close()])
      for (const one of Object.values(workers)) one.stop()
      await db.close()
    },
  }
}
