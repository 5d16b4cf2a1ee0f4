import postgres from 'postgres'
import { createWorker, type Worker } from '../../../functions/_shared/worker.ts'
import { type Contender, signal } from './contender.ts'

const queue = 'bench'

/** Our own queue, with everything on: ledger of attempts, leases, dead letters, bell. */
export function commons(url: string): Contender {
  const sql = postgres(url, { max: 4, onnotice: () => {} })
  const workers = new Map<number, Worker>()
  let handled = () => {}

  const workerOf = (batch: number) => {
    const known = workers.get(batch)
    if (known) return known
    const made = createWorker({
      queue,
      sql,
      concurrency: batch,
      lingerMs: 0,
      handlers: { noop: async () => handled() },
    })
    workers.set(batch, made)
    return made
  }

  return {
    name: 'commons',
    async prepare() {
      await sql`select jobs.create_queue(${queue}, batch_size => 100)`
      await sql`select jobs.define_kind(${queue}, 'noop', 'Does nothing; for measuring.')`
      // The bell must have somewhere to ring, or its cost would be missing from the numbers.
      for (const [name, value] of [
        ['functions_url', 'http://127.0.0.1:9/functions/v1'],
        ['worker_secret', 'bench-worker-secret'],
      ] as const) {
        await sql`select vault.create_secret(${value}, ${name})
          where not exists (select from vault.secrets where name = ${name})`
      }
    },
    async enqueue(count, batch) {
      for (let sent = 0; sent < count; sent += batch) {
        if (batch === 1) {
          await sql`select jobs.enqueue(${queue}, 'noop', ${sql.json({ id: sent })})`
        } else {
          const args = Array.from({ length: Math.min(batch, count - sent) }, (_, n) => ({
            id: sent + n,
          }))
          await sql`select jobs.enqueue_many(${queue}, 'noop',
            array(select jsonb_array_elements(${sql.json(args)})))`
        }
      }
    },
    async rest() {
      // A worker still looks around after its last job, and would take the next ones before the watch runs.
      await Promise.all(drainedLater.splice(0))
    },
    async drain(count, batch) {
      const done = signal()
      let left = count
      handled = () => {
        left -= 1
        if (left === 0) done.resolve()
      }
      const drained = workerOf(batch).drain()
      await done.promise
      // Booked means gone from the live queue: the next exchange does it, a moment after the last handler.
      for (;;) {
        const [row] = await sql`select exists (select from pgmq.q_bench) as waiting`
        if (!row!.waiting) break
      }
      handled = () => {}
      drainedLater.push(drained)
    },
    async pickUp(samples) {
      const worker = workerOf(8)
      // The doorbell without its HTTP hop: pg_net's queue wakes us, we wake the worker.
      const bell = await sql.listen('pg_net', () => void worker.drain())
      const times: number[] = []
      for (let n = 0; n < samples; n++) {
        await worker.drain()
        await sql`delete from net.http_request_queue`
        const started = signal<number>()
        handled = () => started.resolve(performance.now())
        const began = performance.now()
        await sql`select jobs.enqueue(${queue}, 'noop', ${sql.json({ id: n })})`
        times.push((await started.promise) - began)
      }
      await bell.unlisten()
      await worker.drain()
      return times
    },
    async clear() {
      await Promise.all(drainedLater.splice(0))
      await sql`truncate pgmq.q_bench, pgmq.q_bench_bulk`
      await sql`delete from jobs.delayed where queue = ${queue}`
      await sql`truncate jobs.attempts`
    },
    async close() {
      await Promise.all(drainedLater.splice(0))
      await sql.end()
    },
  }
}

// A drain looks again for about a second after the last job; that second is nobody's waiting time.
const drainedLater: Promise<unknown>[] = []
