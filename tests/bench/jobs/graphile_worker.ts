import { Logger, makeWorkerUtils, run, type WorkerUtils } from 'graphile-worker'
import postgres from 'postgres'
import { type Contender, signal } from './contender.ts'

const schema = 'bench_graphile'

/** graphile-worker with prepared statements, and for batches with its local queue and batched completion. */
export function graphileWorker(url: string): Contender {
  const sql = postgres(url, { max: 2, onnotice: () => {} })
  const logger = new Logger(() => () => {})
  let utils: WorkerUtils
  let handled = () => {}

  const runner = (batch: number) =>
    run({
      connectionString: url,
      noHandleSignals: true,
      logger,
      schema,
      concurrency: batch,
      maxPoolSize: Math.min(batch + 2, 10),
      taskList: { noop: async () => handled() },
      preset: {
        worker: {
          schema,
          preparedStatements: true,
          ...(batch > 1 ? { localQueue: { size: batch }, completeJobBatchDelay: 0 } : {}),
        },
      },
    })

  return {
    name: 'graphile-worker',
    async prepare() {
      await sql.unsafe(`drop schema if exists ${schema} cascade`)
      utils = await makeWorkerUtils({ connectionString: url, schema, logger, maxPoolSize: 2 })
      await utils.migrate()
    },
    async enqueue(count, batch) {
      for (let sent = 0; sent < count; sent += batch) {
        if (batch === 1) await utils.addJob('noop', { id: sent })
        else {
          const jobs = Array.from({ length: Math.min(batch, count - sent) }, (_, n) => ({
            identifier: 'noop',
            payload: { id: sent + n },
          }))
          await utils.addJobs(jobs)
        }
      }
    },
    async rest() {
      await Promise.all(stopping.splice(0))
    },
    async drain(count, batch) {
      const done = signal()
      let left = count
      handled = () => {
        left -= 1
        if (left === 0) done.resolve()
      }
      const running = await runner(batch)
      await done.promise
      for (;;) {
        const [row] = await sql.unsafe(
          `select exists (select from ${schema}._private_jobs) as waiting`,
        )
        if (!row!.waiting) break
      }
      stopping.push(running.stop())
    },
    async pickUp(samples) {
      const running = await runner(1)
      const times: number[] = []
      for (let n = 0; n <= samples; n++) {
        const started = signal<number>()
        handled = () => started.resolve(performance.now())
        const began = performance.now()
        await utils.addJob('noop', { id: n })
        times.push((await started.promise) - began)
      }
      await running.stop()
      // The first one also paid for the worker's start.
      return times.slice(1)
    },
    async clear() {
      await Promise.all(stopping.splice(0))
      await sql.unsafe(`truncate ${schema}._private_jobs`)
    },
    async close() {
      await Promise.all(stopping.splice(0))
      await utils.release()
      await sql.unsafe(`drop schema if exists ${schema} cascade`)
      await sql.end()
    },
  }
}

const stopping: Promise<void>[] = []
