import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { handlerMs } from '../../../functions/_shared/attempt.ts'
import { ProviderError } from '../../../functions/_shared/provider_error.ts'
import { systemClock } from '../../../functions/_shared/worker_clock.ts'
import { openQueue, type Queue } from './queue.ts'

let queue: Queue
beforeAll(async () => {
  queue = await openQueue()
  // The longest there is: no machine is stopped for so long that a lease ends by itself.
  await queue.sql`update jobs.kinds set lease = '10 minutes' where queue = 'demo'`
})
afterAll(() => queue?.close())
afterEach(
  () =>
    queue.sql`truncate pgmq.q_demo, pgmq.q_demo_bulk, jobs.delayed, jobs.dead, jobs.attempts, jobs.bells`,
)

describe('A worker', () => {
  test('runs each job once, with its args, and books what the handler remarks', async () => {
    const ids = await queue.owe(120)
    const seen: number[] = []
    const summary = await queue
      .worker({
        greet: async (job) => {
          seen.push(job.id)
          return { note: `hello ${job.args.n}` }
        },
      })
      .drain()
    expect(seen.sort((a, b) => a - b)).toEqual(ids)
    expect(summary).toMatchObject({ claimed: 120, completed: 120, failed: 0, stale: 0 })
    const [row] = await queue.sql`select note, attempt from jobs.attempts where job = ${ids[6]!}`
    expect(row).toEqual({ note: 'hello 7', attempt: 1 })
  })

  test('never runs more at once than it may', async () => {
    await queue.owe(40)
    let now = 0
    let most = 0
    await queue
      .worker(
        {
          greet: async () => {
            now += 1
            most = Math.max(most, now)
            await new Promise((resolve) => setImmediate(resolve))
            now -= 1
          },
        },
        { concurrency: 5 },
      )
      .drain()
    expect(most).toBe(5)
  })

  test('retries a failure until it is dead, and says why without leaking an address', async () => {
    const [id] = await queue.owe(1)
    const attempts: number[] = []
    const worker = queue.worker(
      {
        greet: async (job) => {
          attempts.push(job.attempt)
          throw new Error('no such member: ada@example.org')
        },
      },
      { lingerMs: 5000 },
    )
    await worker.drain()
    expect(attempts).toEqual([1, 2, 3])
    const [dead] = await queue.sql`select reason, last_error from jobs.dead where job = ${id!}`
    expect(dead).toEqual({ reason: 'attempts_exhausted', last_error: 'no such member: [email]' })
  })

  test('passes on what the provider said: wait, never, or mend the settings', async () => {
    await queue.owe(3)
    const errors = [
      new ProviderError('mailchimp', 'retry', 'too many requests', { retryAfter: 60 }),
      new ProviderError('mailchimp', 'refused', 'address is gone'),
      new ProviderError('mailchimp', 'misconfigured', 'API key is wrong'),
    ]
    await queue
      .worker({ greet: async (job) => Promise.reject(errors[Number(job.args.n) - 1]) })
      .drain()
    const delayed = await queue.sql`select waiting_for, last_error from jobs.delayed`
    expect([...delayed]).toEqual([
      { waiting_for: 'provider', last_error: 'mailchimp: too many requests' },
    ])
    const dead = await queue.sql`select reason from jobs.dead order by reason`
    expect(dead.map((row) => row.reason)).toEqual(['refused', 'misconfigured'])
  })

  test('reports a quick job without waiting for a slow one beside it', async () => {
    await queue.owe(2)
    const slow = Promise.withResolvers<void>()
    const draining = queue
      .worker({ greet: (job) => (job.args.n === 1 ? slow.promise : Promise.resolve()) })
      .drain()
    await queue.until(async () => (await queue.states()).completed === 1)
    expect(await queue.states()).toEqual({ completed: 1, processing: 1 })
    slow.resolve()
    await draining
    expect(await queue.states()).toEqual({ completed: 2 })
  })

  test("takes a person's job while bulk jobs fill its other places", async () => {
    await queue.owe(10, { priority: 'bulk' })
    const hold = Promise.withResolvers<void>()
    const started: number[] = []
    const worker = queue.worker(
      {
        greet: async (job) => {
          started.push(job.id)
          await hold.promise
        },
      },
      { concurrency: 4 },
    )
    const draining = worker.drain()
    await queue.until(() => started.length === 3)
    const [person] = await queue.owe(1)
    await queue.until(() => started.length === 4)
    expect(started[3]).toBe(person)
    hold.resolve()
    await draining
    expect(await queue.states()).toEqual({ completed: 11 })
  })

  test('breaks off a handler that outstays its lease, and tries again', async () => {
    await queue.sql`select jobs.enqueue('demo', 'slow')`
    const signals: AbortSignal[] = []
    const limit = handlerMs(600_000)
    await queue
      .worker(
        {
          slow: (job, { signal }) => {
            signals.push(signal)
            return job.attempt === 1 ? new Promise<void>(() => {}) : Promise.resolve()
          },
        },
        {
          lingerMs: 5000,
          // Eight minutes pass in a moment; the lease, which goes by the database's clock, does not end.
          clock: {
            ...systemClock,
            after: (ms, callback) => systemClock.after(ms === limit ? 0 : ms, callback),
          },
        },
      )
      .drain()
    expect(signals[0]!.aborted).toBe(true)
    const rows = await queue.sql`select outcome, note from jobs.attempts order by attempt`
    expect([...rows]).toEqual([
      { outcome: 'retry', note: 'No answer within 480000 ms.' },
      { outcome: 'completed', note: null },
    ])
    expect(handlerMs(2000), 'of the shortest lease there is').toBe(1000)
  })

  test('looks again at once when it is poked, and drains once only', async () => {
    const first = Promise.withResolvers<void>()
    const seen: number[] = []
    const worker = queue.worker({
      greet: async (job) => {
        seen.push(job.id)
        await first.promise
      },
    })
    await queue.owe(1)
    const draining = worker.drain()
    await queue.until(() => seen.length === 1)
    await queue.owe(1)
    expect(worker.drain()).toBe(draining)
    await queue.until(() => seen.length === 2)
    first.resolve()
    expect(await draining).toMatchObject({ completed: 2 })
  })

  test('reports a job that ends while it looks at the queue for the last time', async () => {
    await queue.owe(1)
    let end = () => {}
    let calls = 0
    // Its last looks come after three empty ones; the job ends while such a call is under way.
    const watched = new Proxy(queue.sql, {
      apply(target, self, args) {
        const answer = Reflect.apply(target as never, self, args)
        calls += 1
        if (calls === 7) end()
        return answer
      },
    })
    const summary = await queue
      .worker(
        { greet: () => new Promise<void>((resolve) => (end = resolve)) },
        { sql: watched as never },
      )
      .drain()
    expect(summary).toMatchObject({ claimed: 1, completed: 1 })
    expect(await queue.states()).toEqual({ completed: 1 })
  })

  test('gives back what it has in hand when the platform stops it', async () => {
    await queue.owe(3)
    let started = 0
    const worker = queue.worker({
      greet: (_, { signal }) => {
        started += 1
        return new Promise((_, reject) =>
          signal.addEventListener('abort', () => reject(new Error('fetch aborted'))),
        )
      },
    })
    const draining = worker.drain()
    await queue.until(() => started === 3)
    worker.stop()
    expect(await draining).toMatchObject({ released: 3, failed: 0 })
    expect(await queue.states()).toEqual({ pending: 3 })
    expect(await queue.worker({ greet: async () => {} }).drain()).toMatchObject({ completed: 3 })
    const rows = await queue.sql`select distinct attempt, outcome from jobs.attempts`
    expect([...rows]).toEqual([{ attempt: 1, outcome: 'completed' }])
  })

  test('keeps a job whose kind it does not know for the next deployment', async () => {
    await queue.sql`select jobs.enqueue('demo', 'slow')`
    await queue.worker({}).drain()
    const [row] = await queue.sql`select outcome, note from jobs.attempts order by attempt`
    expect(row).toEqual({ outcome: 'retry', note: 'This worker has no handler for "slow".' })
  })
})
