import { z } from 'zod'
import type { Ctx } from '../_shared/http.ts'
import type { Platform } from '../_shared/platform.ts'
import { ProviderError } from '../_shared/provider_error.ts'
import type { Sql } from '../_shared/sql.ts'

/** What is asked for its health besides the database: does nothing when it answers, else rejects. */
export type Ping = () => Promise<void>

export interface DoorDeps extends Platform {
  sql(): Sql
  /** By provider. */
  pings: Record<string, Ping>
}

type Reach = 'ok' | 'unreachable' | 'misconfigured'
type Status = 'ok' | 'degraded' | 'down'

const CACHED_MS = 30_000
/** How long the database may take to answer, unless something else is said. */
const DATABASE_MS = 3_000
/** A job that could run and waits for longer has no worker. */
const READY_SECONDS = 300

/** What private.health says; more may be in it, which is shown as it is. */
const report = z.looseObject({
  schedules: z.record(z.string(), z.looseObject({ ok: z.boolean() })),
  queues: z.record(
    z.string(),
    z.looseObject({ enabled: z.boolean(), dead: z.number(), oldest_ready_seconds: z.number() }),
  ),
  stripe_events_waiting: z.number(),
})

type Report = z.output<typeof report>

/**
 * Makes the health door: 200 with status ok or degraded, 503 with down when the database does not answer.
 * Providers are asked at most every 30 seconds, however often the door is.
 */
export function health(deps: DoorDeps, databaseMs = DATABASE_MS): (c: Ctx) => Promise<Response> {
  let known: { at: number; reach: Promise<Record<string, Reach>> } | undefined

  function providers(): Promise<Record<string, Reach>> {
    const at = deps.now().getTime()
    if (!known || at - known.at >= CACHED_MS) known = { at, reach: askAll(deps) }
    return known.reach
  }

  return async (c) => {
    const [database, reach] = await Promise.all([askDatabase(deps, databaseMs), providers()])
    if (!database) {
      return c.json({ status: 'down', database: 'unreachable', providers: reach }, 503)
    }
    const reached = Object.values(reach).every((one) => one === 'ok')
    const status: Status = reached && isFine(database) ? 'ok' : 'degraded'
    return c.json({ status, ...database, providers: reach })
  }
}

function isFine({ schedules, queues, stripe_events_waiting }: Report): boolean {
  return (
    // A schedule that is not there at all is as bad as one that stopped.
    schedules['jobs.tick'] !== undefined &&
    Object.values(schedules).every((one) => one.ok) &&
    Object.values(queues).every(
      (one) => one.enabled && one.dead === 0 && one.oldest_ready_seconds <= READY_SECONDS,
    ) &&
    stripe_events_waiting === 0
  )
}

async function askAll(deps: DoorDeps): Promise<Record<string, Reach>> {
  const asked = Object.entries(deps.pings).map(async ([name, ping]) => {
    try {
      await ping()
      return [name, 'ok'] as const
    } catch (error) {
      const isOurs = !(error instanceof ProviderError) || error.kind === 'misconfigured'
      deps.log.warn('provider.unreachable', { provider: name, error })
      return [name, isOurs ? 'misconfigured' : 'unreachable'] as const
    }
  })
  return Object.fromEntries(await Promise.all(asked))
}

async function askDatabase(deps: DoorDeps, patienceMs: number): Promise<Report | null> {
  let timer: ReturnType<typeof setTimeout> | undefined
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error('The database took too long')), patienceMs)
  })
  try {
    const asked = deps.sql()<
      { health: unknown }[]
    >`select private.health(private.clock()) as health`
    const [row] = await Promise.race([asked, late])
    return report.parse(row?.health)
  } catch (error) {
    deps.log.error('database.unreachable', { error })
    return null
  } finally {
    clearTimeout(timer)
  }
}
