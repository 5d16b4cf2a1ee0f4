import postgres from 'postgres'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { exchange, type Lease, type Report } from '../../functions/_shared/lease.ts'
import type { Sql } from '../../functions/_shared/sql.ts'
import { openQueue, type Queue } from '../functions/jobs/queue.ts'

let queue: Queue
let sql: Sql
beforeAll(async () => {
  queue = await openQueue()
  sql = queue.sql as unknown as Sql
})
afterAll(() => queue?.close())
afterEach(
  () =>
    sql`truncate pgmq.q_demo, pgmq.q_demo_bulk, jobs.delayed, jobs.dead, jobs.attempts, jobs.bells, jobs.idempotency_keys`,
)

const claim = (wanted: number) =>
  exchange(sql, 'demo', [], { wanted, reserved: 0, quiet: false }).then(({ claimed }) => claimed)
const completed = (lease: Lease): Report => ({
  job: lease.job,
  priority: lease.priority,
  msg_id: lease.msg_id,
  read_ct: lease.read_ct,
  outcome: 'completed',
  duration_ms: 1,
})
const report = (reports: Report[]) =>
  exchange(sql, 'demo', reports, { wanted: 0, reserved: 0, quiet: false })
const leasesRunOut = () =>
  sql`update pgmq.q_demo set vt = now() - interval '1 second' where vt > now()`

describe('Jobs under stress', () => {
  test('eight workers at once run every job exactly once, also while more come in', async () => {
    const ran = new Map<number, number>()
    const workers = Array.from({ length: 8 }, () =>
      queue.worker({
        greet: async (job) => {
          ran.set(job.id, (ran.get(job.id) ?? 0) + 1)
        },
      }),
    )
    const owed = await queue.owe(400)
    const draining = workers.map((worker) => worker.drain())
    for (let n = 0; n < 5; n++)
      owed.push(...(await queue.owe(100, { priority: n % 2 ? 'bulk' : 'interactive' })))
    await Promise.all(draining)
    await workers[0]!.drain()
    expect([...ran.keys()].sort((a, b) => a - b)).toEqual(owed.sort((a, b) => a - b))
    expect([...ran.values()].every((times) => times === 1)).toBe(true)
    expect(await queue.states()).toEqual({ completed: 900 })
  })

  test('eight workers together stay within what the provider allows', async () => {
    await sql`update jobs.queues set max_in_flight = 3 where name = 'demo'`
    let now = 0
    let most = 0
    const greet = async () => {
      now += 1
      most = Math.max(most, now)
      await sql`select 1`
      now -= 1
    }
    await queue.owe(120)
    await Promise.all(
      Array.from({ length: 8 }, () => queue.worker({ greet }, { lingerMs: 3000 }).drain()),
    )
    await sql`update jobs.queues set max_in_flight = null where name = 'demo'`
    expect(await queue.states()).toEqual({ completed: 120 })
    expect(most).toBeLessThanOrEqual(3)
  })

  test('a worker that dies between claim and report loses nothing: its job runs again', async () => {
    const [id] = await queue.owe(1)
    expect((await claim(1)).map((lease) => lease.job)).toEqual([id])
    expect(await queue.worker({ greet: async () => {} }).drain()).toMatchObject({ claimed: 0 })
    await leasesRunOut()
    expect(await queue.worker({ greet: async () => {} }).drain()).toMatchObject({ completed: 1 })
    const rows = await sql`select outcome, attempt from jobs.attempts order by attempt`
    expect([...rows]).toEqual([
      { outcome: 'lost', attempt: 1 },
      { outcome: 'completed', attempt: 2 },
    ])
  })

  test("the backstop wakes a worker in time for a dead one's lease", async () => {
    await queue.owe(1)
    const [lease] = await claim(1)
    expect(lease!.lease_ms).toBeLessThanOrEqual(45_000)
    const [due] = await sql`select jobs.next_due_ms('demo', private.clock()) as ms`
    // A tick comes every minute and waits for whatever is due within the next: 60 s at the most.
    expect(due!.ms).toBeGreaterThan(0)
    expect(due!.ms).toBeLessThan(45_000)
    let taken = 0
    const greet = async () => {
      taken += 1
    }
    const draining = queue.worker({ greet }, { lingerMs: 60_000 }).drain()
    await leasesRunOut()
    await queue.worker({ greet }).drain()
    // Whichever of the two took it.
    await draining
    expect(taken).toBe(1)
  })

  test("a stale worker's report changes nothing, whatever it says", async () => {
    const [id] = await queue.owe(1)
    const [old] = await claim(1)
    await leasesRunOut()
    const [fresh] = await claim(1)
    for (const outcome of ['completed', 'retry', 'refused', 'released'] as const) {
      expect(await report([{ ...completed(old!), outcome }])).toMatchObject({ stale: [id] })
    }
    expect(await queue.states()).toEqual({ processing: 1 })
    expect(await report([completed(fresh!)])).toMatchObject({ stale: [] })
    expect(await queue.states()).toEqual({ completed: 1 })
  })

  test('a stale and a fresh report at the same moment end in one completion', async () => {
    await queue.owe(50)
    const old = await claim(50)
    await leasesRunOut()
    const fresh = await claim(50)
    await Promise.all([report(old.map(completed)), report(fresh.reverse().map(completed))])
    expect(await queue.states()).toEqual({ completed: 50 })
  })

  test('a job that is enqueued in a transaction that fails was never owed', async () => {
    const failed = sql.begin(async (tx) => {
      await tx`select jobs.enqueue('demo', 'greet', key => 'greet:ada')`
      throw new Error('the change failed')
    })
    await expect(failed).rejects.toThrow('the change failed')
    expect(await queue.states()).toEqual({})
    const [row] =
      await sql`select jobs.enqueue('demo', 'greet', key => 'greet:ada') is not null as owed`
    expect(row).toEqual({ owed: true })
    expect(await queue.states()).toEqual({ pending: 1 })
  })

  test('many callers with one key at the same moment owe one job', async () => {
    const rows = await Promise.all(
      Array.from(
        { length: 20 },
        () => sql`select jobs.enqueue('demo', 'greet', key => 'greet:bea') as job`,
      ),
    )
    expect(new Set(rows.map(([row]) => row!.job)).size).toBe(1)
    expect(await queue.states()).toEqual({ pending: 1 })
  })

  test('the database stays away for a moment: the worker asks again and nothing is lost', async () => {
    await queue.owe(5)
    const other = postgres(queue.url, { max: 1, onnotice: () => {} })
    const held = Promise.withResolvers<void>()
    // What the worker says of its jobs is held up until its connection is seen waiting, and is gone.
    const cut = async () => {
      await other.begin(async (tx) => {
        await tx`lock table pgmq.q_demo in access exclusive mode`
        held.resolve()
        await expect
          .poll(
            () => sql`
            select pg_terminate_backend(pid, 60000) as is_gone from pg_stat_activity
             where wait_event_type = 'Lock' and query like '%jobs.exchange%'`,
          )
          .toEqual([{ is_gone: true }])
      })
      await other.end({ timeout: 1 })
    }
    let cutting: Promise<void> | undefined
    const worker = queue.worker({
      greet: async (job) => {
        if (job.args.n !== 3) return
        cutting ??= cut()
        await Promise.race([held.promise, cutting])
      },
    })
    await worker.drain()
    await cutting
    expect(await queue.states()).toEqual({ completed: 5 })
  })

  test('a burst of changes rings once, and one that fails does not ring', async () => {
    await sql`select vault.create_secret('http://127.0.0.1:9/functions/v1', 'functions_url')`
    await sql`select vault.create_secret('test', 'worker_secret')`
    const rings = async () =>
      (await sql`select id from net.http_request_queue where url like '%/demo/drain'`).length
    await sql
      .begin(async (tx) => {
        await tx`select jobs.enqueue('demo', 'greet')`
        throw new Error('rolled back')
      })
      .catch(() => {})
    expect(await rings()).toBe(0)
    for (let n = 0; n < 20; n++) await sql`select jobs.enqueue('demo', 'greet')`
    expect(await rings()).toBe(1)
    expect((await claim(50)).length).toBe(20)
  })
})
