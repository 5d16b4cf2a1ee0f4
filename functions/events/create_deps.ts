import { lazy, required } from '../_shared/env.ts'
import type { Platform } from '../_shared/platform.ts'
import { createLuma } from '../_shared/providers/luma.ts'
import { connect } from '../_shared/sql.ts'
import { createWorker } from '../_shared/worker.ts'
import type { DoorDeps, JobDeps } from './deps.ts'
import { handlers } from './jobs/index.ts'
import { paceOf } from './pace.ts'

/** As many as jobs.queues lets run at once. */
const CONCURRENCY = 8

/**
 * Builds what the room needs from its platform. Each part is made at its first use. `stop` ends a drain
 * soon: what it has in hand goes back to the queue.
 */
export function createDeps(platform: Platform): DoorDeps & { stop(): void } {
  const { env, now, log } = platform
  const sql = lazy(() => connect(env))
  let stop = () => {}
  const worker = lazy(() => {
    const made = createWorker<JobDeps>({
      queue: 'events',
      handlers,
      sql: sql(),
      deps: {
        sql: sql(),
        luma: createLuma(env, paceOf(sql(), now), now),
        siteUrl: required(env, 'SITE_URL'),
        now,
      },
      log,
      concurrency: CONCURRENCY,
    })
    stop = made.stop
    return made
  })
  return {
    ...platform,
    sql,
    // Not async: a setting that is missing is said to who rings, with 503.
    drain: () => worker().drain(),
    stop: () => stop(),
  }
}
