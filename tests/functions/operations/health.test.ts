import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { createLog } from '../../../functions/_shared/log.ts'
import type { Platform } from '../../../functions/_shared/platform.ts'
import { createMailchimp } from '../../../functions/_shared/providers/mailchimp.ts'
import { createResend } from '../../../functions/_shared/providers/resend.ts'
import { createStripe } from '../../../functions/_shared/providers/stripe.ts'
import { connect, type Sql } from '../../../functions/_shared/sql.ts'
import { createApp } from '../../../functions/operations/app.ts'
import { type House, openHouse } from '../support/house.ts'

let house: House
let at: number
beforeAll(async () => {
  house = await openHouse()
})
afterAll(() => house?.close())
beforeEach(async () => {
  at = Date.now()
  await house.sql`select jobs.beat(jobname) from cron.job`
})

/** Longer than a machine is ever stopped, in milliseconds: what is slow is not down. */
const PATIENT = 60_000

/** The doors, with so many milliseconds for Mailchimp and for the database to answer. */
function doors({
  sql = house.sql as unknown as Sql,
  env = house.env,
  mailchimpMs = PATIENT,
  databaseMs = PATIENT,
} = {}) {
  const read = (name: string) => env[name]
  const platform: Platform = {
    env: read,
    log: createLog({ write: (line) => house.lines.push(line), now: () => new Date() }),
    now: () => new Date(at),
    randomId: () => 'fixed',
    waitUntil: (work) => void work,
  }
  const pings = {
    stripe: async () => await createStripe(read, platform.now).ping(PATIENT),
    mailchimp: async () => await createMailchimp(read).ping(mailchimpMs),
    resend: async () => await createResend(read, platform.now, PATIENT).ping(),
  }
  return createApp({ ...platform, sql: () => sql, pings }, databaseMs)
}

const ask = async (app = doors()) => {
  const response = await app.request('/operations/health')
  return { status: response.status, body: await response.json() }
}

describe('Health', () => {
  it('is ok when everything answers', async () => {
    const { status, body } = await ask()
    expect(status).toBe(200)
    expect(body).toMatchObject({
      status: 'ok',
      database: 'ok',
      providers: { stripe: 'ok', mailchimp: 'ok', resend: 'ok' },
      schedules: { 'jobs.tick': { ok: true } },
    })
  })

  it('is degraded, not down, while a provider does not answer', async () => {
    house.mailchimp.faults.add({ kind: 'timeout_before' })
    const { status, body } = await ask(doors({ mailchimpMs: 300 }))
    house.mailchimp.faults.clear()
    expect(status).toBe(200)
    expect(body).toMatchObject({
      status: 'degraded',
      providers: { stripe: 'ok', mailchimp: 'unreachable', resend: 'ok' },
    })
  })

  it('tells a wrong or missing key from a provider that does not answer', async () => {
    const wrong = {
      ...house.env,
      STRIPE_SECRET_KEY: 'sk_test_other',
      MAILCHIMP_API_KEY: undefined,
      RESEND_API_KEY: 're_wrong',
    }
    const { body } = await ask(doors({ env: wrong }))
    const all = { stripe: 'misconfigured', mailchimp: 'misconfigured', resend: 'misconfigured' }
    expect(body.providers).toEqual(all)
  })

  it('takes a key that may only send for a good one', async () => {
    const careful = { ...house.env, RESEND_API_KEY: 're_sandbox_sending' }
    expect((await ask(doors({ env: careful }))).body.providers).toMatchObject({ resend: 'ok' })
  })

  it('is degraded when a schedule stands still, a queue is paused or a job is dead', async () => {
    await house.sql`update jobs.heartbeats set at = now() - interval '10 minutes' where name = 'jobs.tick'`
    expect((await ask()).body).toMatchObject({
      status: 'degraded',
      schedules: { 'jobs.tick': { ok: false } },
    })
    await house.sql`delete from jobs.heartbeats where name = 'jobs.tick'`
    expect((await ask()).body).toMatchObject({
      status: 'degraded',
      schedules: { 'jobs.tick': { ok: false } },
    })
    await house.sql`select jobs.beat('jobs.tick')`

    await house.sql`select admin.pause_queue('audience', 'A test')`
    expect((await ask()).body).toMatchObject({
      status: 'degraded',
      queues: { audience: { enabled: false } },
    })
    await house.sql`select admin.resume_queue('audience')`
    expect((await ask()).body.status).toBe('ok')
  })

  it('is degraded while a job that could run has no worker for five minutes', async () => {
    await house.sql`select jobs.enqueue('audience', 'check_drift')`
    // What is live goes by the real clock, which nobody can hold: room for a slow machine on either side.
    const wait = (seconds: number) => house.sql`
      update pgmq.q_audience_bulk set vt = clock_timestamp() - ${seconds} * interval '1 second'`
    await wait(180)
    expect((await ask()).body.status).toBe('ok')
    await wait(301)
    const { body } = await ask()
    expect(body.status).toBe('degraded')
    expect(body.queues.audience.oldest_ready_seconds).toBeGreaterThanOrEqual(301)
    await house.sql`delete from pgmq.q_audience_bulk`

    // What is delayed goes by ours: to the second.
    await house.still(async () => {
      const delay = (seconds: number) => house.sql`
        update jobs.delayed set run_at = private.clock() - ${seconds} * interval '1 second'`
      await house.sql`select jobs.enqueue('audience', 'check_drift', run_at => private.clock() + interval '1 hour')`
      await delay(300)
      expect((await ask()).body).toMatchObject({
        status: 'ok',
        queues: { audience: { oldest_ready_seconds: 300 } },
      })
      await delay(301)
      expect((await ask()).body).toMatchObject({
        status: 'degraded',
        queues: { audience: { oldest_ready_seconds: 301 } },
      })
    })
    await house.sql`delete from jobs.delayed`
    expect((await ask()).body.status).toBe('ok')
  })

  it('is degraded while an event of Stripe waits for a person', async () => {
    await house.sql`
      insert into private.stripe_events (event_id, type, created_at, state, payload)
      values ('evt_dead', 'invoice.paid', now(), 'dead', '{}')`
    expect((await ask()).body).toMatchObject({ status: 'degraded', stripe_events_waiting: 1 })
    await house.sql`select admin.ignore_event('evt_dead', 'A test')`
    expect((await ask()).body.status).toBe('ok')
  })

  it('is down with 503 when the database does not answer', async () => {
    const nowhere = connect(() => 'postgresql://postgres@127.0.0.1:1/postgres', 1)
    const { status, body } = await ask(doors({ sql: nowhere }))
    await nowhere.end()
    expect(status).toBe(503)
    expect(body).toMatchObject({ status: 'down', database: 'unreachable' })
  })

  it('is down also when the database takes too long, and says so in the log', async () => {
    const silent = (() => new Promise(() => {})) as unknown as Sql
    const from = house.lines.length
    const { status, body } = await ask(doors({ sql: silent, databaseMs: 1 }))
    expect(status).toBe(503)
    expect(body).toMatchObject({ status: 'down', database: 'unreachable' })
    const said = house.lines.slice(from).filter((line) => line.includes('database.unreachable'))
    expect(said).toEqual([expect.stringContaining('The database took too long')])
  })

  it('asks the providers once in thirty seconds, however often it is asked', async () => {
    const app = doors()
    house.stripe.requests.clear()
    await Promise.all([ask(app), ask(app), ask(app)])
    at += 29_000
    await ask(app)
    expect(house.stripe.requests.entries()).toHaveLength(1)
    at += 1_000
    await ask(app)
    expect(house.stripe.requests.entries()).toHaveLength(2)
  })

  it('tells no secret and no address', async () => {
    const text = JSON.stringify((await ask()).body)
    const values = Object.values(house.env).filter((value) => value && value.length > 6)
    expect(values.length).toBeGreaterThan(8)
    for (const value of values) expect(text).not.toContain(value)
    expect(text).not.toMatch(/@|127\.0\.0\.1|postgres/)
  })
})
