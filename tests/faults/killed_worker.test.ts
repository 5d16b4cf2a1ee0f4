import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { exchange, type Report } from '../../functions/_shared/lease.ts'
import type { Sql } from '../../functions/_shared/sql.ts'
import { systemClock } from '../../functions/_shared/worker_clock.ts'
import { openQueue, type Queue } from '../functions/jobs/queue.ts'
import { type Child, workerThatHangs } from './killed_worker_child.ts'

let queue: Queue
let sql: Sql
let child: Child | undefined
beforeAll(async () => {
  queue = await openQueue()
  sql = queue.sql as unknown as Sql
  await sql`select vault.create_secret('http://127.0.0.1:9/functions/v1', 'functions_url')`
  await sql`select vault.create_secret('test', 'worker_secret')`
})
afterEach(async () => {
  await child?.kill()
  child = undefined
  await sql`truncate pgmq.q_demo, jobs.delayed, jobs.dead, jobs.attempts, jobs.bells`
})
afterAll(() => queue?.close())

/** The lease on the one job in the queue, as its holder would report on it. */
const leaseInForce = async (): Promise<Report> => {
  const [row] = await sql<{ msg_id: number; read_ct: number; job: number }[]>`
    select msg_id::int, read_ct, (message ->> 'job')::int as job from pgmq.q_demo`
  return { ...row!, priority: 'interactive', outcome: 'completed', duration_ms: 1 }
}
const attempts = async () => [
  ...(await sql`select job::int, attempt, outcome, note from jobs.attempts order by job, attempt`),
]
const lost = { attempt: 1, outcome: 'lost', note: 'Its worker stopped without a report.' }
/** What the bell starts: a worker as it runs in production, that waits for what is due within the minute. */
const rungWorker = (greet: () => void) =>
  queue.worker(
    { greet: async () => greet(), slow: async () => greet() },
    { clock: systemClock, lingerMs: 60_000 },
  )

describe('A worker process that is killed', () => {
  test('its job is taken up again within 60 seconds, and done once', async () => {
    const [owed] = await queue.owe(1)
    child = await workerThatHangs(queue.url, 'demo', 'greet')
    expect(child.job).toBe(owed)
    const old = await leaseInForce()
    await child.kill()

    // The ring of the enqueue had been sent, and the promise to look again is the dead one's.
    await sql`delete from net.http_request_queue`
    const [tick] = await sql`select jobs.tick() as rung`
    expect(tick).toEqual({ rung: 1 })
    const [due] = await sql`select jobs.next_due_ms('demo', private.clock()) as ms`
    expect(due!.ms).toBeLessThan(60_000)
    let done = 0
    await rungWorker(() => {
      done += 1
    }).drain()
    expect(done).toBe(1)
    expect(await queue.states()).toEqual({ completed: 1 })
    const booked = [
      { job: owed, ...lost },
      { job: owed, attempt: 2, outcome: 'completed', note: null },
    ]
    expect(await attempts()).toEqual(booked)

    for (const outcome of ['completed', 'retry', 'refused', 'released'] as const) {
      const late = [{ ...old, outcome }]
      const answer = await exchange(sql, 'demo', late, { wanted: 0, reserved: 0, quiet: false })
      expect(answer.stale).toEqual([owed])
    }
    expect(await attempts()).toEqual(booked)
    expect(await queue.states()).toEqual({ completed: 1 })
  })

  test('every kind of job has a lease that ends well within the minute until the next tick', async () => {
    const kinds = await sql<{ kind: string; seconds: number }[]>`
      select queue || '/' || kind as kind, extract(epoch from lease)::float as seconds from jobs.kinds`
    expect(kinds.map(({ kind }) => kind)).toContain('audience/sync_contact')
    expect(kinds.filter(({ seconds }) => seconds > 45)).toEqual([])
  })
})

describe('A worker process that is frozen and comes back', () => {
  test('reports on a lease that another has taken over, and changes nothing', async () => {
    const [owed] = (await sql`select jobs.enqueue('demo', 'slow')::int as job`).map(
      ({ job }) => job,
    )
    child = await workerThatHangs(queue.url, 'demo', 'slow')
    await rungWorker(() => {}).drain()
    const booked = [
      { job: owed, ...lost },
      { job: owed, attempt: 2, outcome: 'completed', note: null },
    ]
    expect(await attempts()).toEqual(booked)

    const lines = await child.thaw()
    expect(lines.map(({ event, job }) => ({ event, job }))).toContainEqual({
      event: 'job.stale',
      job: owed,
    })
    expect(await attempts()).toEqual(booked)
    expect(await queue.states()).toEqual({ completed: 1 })
  })
})
