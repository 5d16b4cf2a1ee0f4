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
const DATABASE_MS = 3_000

/** What private.health says; more may be in it, which is shown as it is. */
const report = z.looseObject({
  schedules: z.record(z.string(), z.looseObject({ ok: z.boolean() })),
  queues: z.record(z.string(), z.looseObject({ enabled: z.boolean(), dead: z.number() })),
})

/**
 * Makes the health door: 200 with status ok or degraded, 503 with down when the database does not answer.
 * Providers are asked at most every 30 seconds, however often the door is.
 */
export function health(deps: DoorDeps): (c: Ctx) => Promise<Response> {
  let known: { at: number; reach: Promise<Record<string, Reach>> } | undefined

  function providers(): Promise<Record<string, Reach>> {
    const at = deps.now().getTime()
    if (!known || at - known.at >= CACHED_MS) known = { at, reach: askAll(deps) }
    return known.reach
  }

  return async (c) => {
    const [database, reach] = await Promise.all([askDatabase(deps), providers()])
    if (!database) {
      return c.json({ status: 'down', database: 'unreachable', providers: reach }, 503)
    }
    const isFine =
      Object.values(reach).every((one) => one === 'ok') &&
      // A heartbeat that was never there is as bad as one that stopped.
      database.schedules['jobs.tick'] !== undefined &&
      Object.values(database.schedules).every((one) => one.ok) &&
      Object.values(database.queues).every((one) => one.enabled && one.dead === 0)
    const status: Status = isFine ? 'ok' : 'degraded'
    return c.json({ status, ...database, providers: reach })
  }
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

async function askDatabase(deps: DoorDeps): Promise<z.output<typeof report> | null> {
  let timer: ReturnType<typeof setTimeout> | undefined
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error('The database took too long')), DATABASE_MS)
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
