import { lazy, required } from '../_shared/env.ts'
import type { Platform } from '../_shared/platform.ts'
import { createResend } from '../_shared/providers/resend.ts'
import { connect } from '../_shared/sql.ts'
import { createWorker } from '../_shared/worker.ts'
import type { DoorDeps, JobDeps } from './deps.ts'
import { handlers } from './jobs/index.ts'

/** As many as may wait for their turn: the pace itself is kept by the database. */
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
      queue: 'messaging',
      handlers,
      sql: sql(),
      deps: {
        sql: sql(),
        resend: createResend(env, now),
        siteUrl: required(env, 'SITE_URL'),
        doorsUrl: new URL('/functions/v1/messaging', required(env, 'SUPABASE_URL')).href,
        wait: (seconds) => new Promise((done) => setTimeout(done, seconds * 1000)),
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
