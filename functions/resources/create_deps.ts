import { bucketOf } from '../_shared/bucket.ts'
import { lazy } from '../_shared/env.ts'
import type { Platform } from '../_shared/platform.ts'
import { createVimeo } from '../_shared/providers/vimeo.ts'
import { connect } from '../_shared/sql.ts'
import { createWorker } from '../_shared/worker.ts'
import type { DoorDeps, JobDeps } from './deps.ts'
import { handlers } from './jobs/index.ts'

/** As many as jobs.queues lets run at once. */
const CONCURRENCY = 4

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
      queue: 'resources',
      handlers,
      sql: sql(),
      deps: { sql: sql(), vimeo: createVimeo(env, now), files: bucketOf(env, 'resources') },
      log,
      concurrency: CONCURRENCY,
    })
    stop = made.stop
    return made
  })
  return {
    ...platform,
    // Not async: a setting that is missing is said to who rings, with 503.
    drain: () => worker().drain(),
    stop: () => stop(),
  }
}
