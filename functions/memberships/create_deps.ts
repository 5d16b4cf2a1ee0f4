import { lazy } from '../_shared/env.ts'
import type { Platform } from '../_shared/platform.ts'
import { createStripe } from '../_shared/providers/stripe.ts'
import { connect } from '../_shared/sql.ts'
import { authOf } from '../_shared/user.ts'
import { createWorker } from '../_shared/worker.ts'
import type { DoorDeps, JobDeps } from './deps.ts'
import { handlers } from './jobs/index.ts'

/** Builds what the room needs from its platform. Each part is made at its first use. */
export function createDeps(platform: Platform): DoorDeps {
  const { env, now, log } = platform
  const sql = lazy(() => connect(env))
  const stripe = lazy(() => createStripe(env, now))
  const worker = lazy(() =>
    createWorker<JobDeps>({
      queue: 'memberships',
      handlers,
      sql: sql(),
      deps: { sql: sql(), stripe: stripe() },
      log,
    }),
  )
  return {
    ...platform,
    sql,
    stripe,
    askAuth: lazy(() => authOf(env)),
    drain: async () => await worker().drain(),
  }
}
