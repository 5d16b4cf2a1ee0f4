import { lazy } from '../_shared/env.ts'
import type { Platform } from '../_shared/platform.ts'
import { createPracticeStripe, createStripe } from '../_shared/providers/stripe.ts'
import { connect } from '../_shared/sql.ts'
import { authOf } from '../_shared/user.ts'
import { createWorker } from '../_shared/worker.ts'
import type { DoorDeps, JobDeps } from './deps.ts'
import { handlers } from './jobs/index.ts'

/**
 * Builds what the room needs from its platform. Each part is made at its first use. `stop` ends a drain
 * soon: what it has in hand goes back to the queue.
 */
export function createDeps(platform: Platform): DoorDeps & { stop(): void } {
  const { env, now, log } = platform
  const sql = lazy(() => connect(env))
  const stripe = lazy(() => createStripe(env, now))
  const practice = lazy(() => createPracticeStripe(env, now))
  let stop = () => {}
  const worker = lazy(() => {
    const made = createWorker<JobDeps>({
      queue: 'memberships',
      handlers,
      sql: sql(),
      deps: { sql: sql(), stripe: stripe(), practice },
      log,
    })
    stop = made.stop
    return made
  })
  return {
    ...platform,
    sql,
    stripe,
    askAuth: lazy(() => authOf(env)),
    // Not async: a setting that is missing is said to who rings, with 503.
    drain: () => worker().drain(),
    stop: () => stop(),
  }
}
