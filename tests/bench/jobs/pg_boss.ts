import { PgBoss } from 'pg-boss'
import postgres from 'postgres'
import { type Contender, signal } from './contender.ts'

const queue = 'bench'
const schema = 'bench_pgboss'

/** pg-boss through fetch and complete, which is its fastest way; pick-up through its LISTEN/NOTIFY worker. */
export function pgBoss(url: string): Contender {
  const sql = postgres(url, { max: 2, onnotice: () => {} })
  const boss = new PgBoss({
    connectionString: url,
    schema,
    max: 4,
    supervise: false,
    schedule: false,
    useListenNotify: true,
  })
  boss.on('error', () => {})

  return {
    name: 'pg-boss',
    async prepare() {
      await sql.unsafe(`drop schema if exists ${schema} cascade`)
      await boss.start()
      await boss.createQueue(queue)
      await boss.createQueue('bench_idle', { notify: true })
    },
    async enqueue(count, batch) {
      for (let sent = 0; sent < count; sent += batch) {
        if (batch === 1) await boss.send(queue, { id: sent })
        else {
          const jobs = Array.from({ length: Math.min(batch, count - sent) }, (_, n) => ({
            data: { id: sent + n },
          }))
          await boss.insert(queue, jobs)
        }
      }
    },
    async rest() {},
    async drain(count, batch) {
      for (let done = 0; done < count; ) {
        const jobs = await boss.fetch(queue, { batchSize: batch })
        await boss.complete(
          queue,
          jobs.map((job) => job.id),
        )
        done += jobs.length
      }
    },
    async pickUp(samples) {
      let started = signal<number>()
      await boss.work('bench_idle', { pollingIntervalSeconds: 30 }, async () => {
        started.resolve(performance.now())
      })
      const times: number[] = []
      for (let n = 0; n < samples; n++) {
        started = signal<number>()
        const began = performance.now()
        await boss.send('bench_idle', { id: n })
        times.push((await started.promise) - began)
      }
      await boss.offWork('bench_idle')
      return times
    },
    async clear() {
      await sql.unsafe(`truncate ${schema}.job`)
    },
    async close() {
      await boss.stop({ graceful: false })
      await sql.unsafe(`drop schema if exists ${schema} cascade`)
      await sql.end()
    },
  }
}
