import { lazy, required } from '../_shared/env.ts'
import type { Platform } from '../_shared/platform.ts'
import { createSlack } from '../_shared/providers/slack.ts'
import { connect } from '../_shared/sql.ts'
import { createWorker } from '../_shared/worker.ts'
import type { DoorDeps, JobDeps } from './deps.ts'
import { handlers } from './jobs/index.ts'

/** Milliseconds that an answer to somebody who pressed a button may take. */
const SOON = 5_000
/** Few at once: Slack counts calls by method and minute, and messages by channel and second. */
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
      queue: 'slack',
      handlers,
      sql: sql(),
      deps: {
        sql: sql(),
        slack: createSlack(env, now),
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
    slack: lazy(() => createSlack(env, now, SOON)),
    // Not async: a setting that is missing is said to who rings, with 503.
    drain: () => worker().drain(),
    stop: () => stop(),
  }
}
