import type { Handler } from '../../../functions/_shared/attempt.ts'
import { silentLog } from '../../../functions/_shared/log.ts'
import type { Sql } from '../../../functions/_shared/sql.ts'
import { createWorker, type Worker, type WorkerOptions } from '../../../functions/_shared/worker.ts'
import { systemClock, type WorkerClock } from '../../../functions/_shared/worker_clock.ts'
import { type Database, openDatabase } from '../support/database.ts'

// The worker's looks at an empty queue are shortened; its long limits stay.
const quickClock: WorkerClock = {
  ...systemClock,
  after: (ms, callback) => systemClock.after(ms <= 1000 ? ms / 20 : ms, callback),
}

export interface Queue extends Database {
  worker(handlers: Record<string, Handler<object>>, more?: Partial<WorkerOptions<object>>): Worker
  /** Enqueues so many jobs of kind `greet`, numbered from 1 in `args.n`. Returns their ids. */
  owe(count: number, more?: { priority?: 'interactive' | 'bulk' }): Promise<number[]>
  /** How many jobs are in each state. */
  states(): Promise<Record<string, number>>
  /** Resolves when the condition holds; fails after a minute. */
  until(condition: () => boolean | Promise<boolean>): Promise<void>
}

/** A database of one's own with a queue `demo`: `greet` for people, `slow` with the shortest lease there is. */
export async function openQueue(): Promise<Queue> {
  const db = await openDatabase()
  const sql = db.sql as unknown as Sql
  await sql`select jobs.create_queue('demo')`
  await sql`select jobs.define_kind('demo', 'greet', 'Greets somebody.', base_delay => '10 milliseconds', max_attempts => 3)`
  await sql`select jobs.define_kind('demo', 'slow', 'Takes its time.', lease => '2 seconds', base_delay => '10 milliseconds', max_attempts => 3)`
  return {
    ...db,
    worker: (handlers, more = {}) =>
      createWorker({
        queue: 'demo',
        sql,
        handlers,
        log: silentLog,
        clock: quickClock,
        lingerMs: 0,
        ...more,
      }),
    async owe(count, { priority = 'interactive' } = {}) {
      const [row] = await sql<{ ids: number[] }[]>`
        select jobs.enqueue_many('demo', 'greet',
          array(select jsonb_build_object('n', n) from generate_series(1, ${count}::int) n order by n),
          priority => ${priority}::jobs.priority) as ids`
      return row!.ids.map(Number)
    },
    async states() {
      const rows = await sql<{ state: string; count: number }[]>`
        select state::text, count(*)::integer from admin.jobs where queue = 'demo' group by 1`
      return Object.fromEntries(rows.map((row) => [row.state, row.count]))
    },
    async until(condition) {
      const end = Date.now() + 60_000
      while (!(await condition())) {
        if (Date.now() > end) throw new Error('What the test waits for did not come about.')
        await new Promise((resolve) => setImmediate(resolve))
      }
    },
  }
}
