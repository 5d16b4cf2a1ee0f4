import { createLedger } from '../lib/ledger.ts'
import { type ApiOptions, createApi } from './api.ts'
import { createIdempotency } from './idempotency.ts'
import { liveUntil } from './life.ts'
import { createWorld, emptyWorld, now, type World, type WorldOptions } from './world.ts'

export interface Practice {
  world: World
  api(request: Request): Promise<Response>
  /** Lets what is due at this moment of the sandbox clock happen. */
  live(): void
  /** Begins anew with what `seed` puts there. */
  reset(): void
}

/**
 * A second account at the same address, reached with an API key of its own: what one of Stripe's sandboxes is beside the
 * account that moves money. It sends no webhooks, and ends with the process.
 */
export function createPractice(
  options: Omit<WorldOptions, 'ledger'> & Pick<ApiOptions, 'routes' | 'apiKey' | 'gate'>,
  seed: (world: World) => void,
): Practice {
  const { apiKey, routes, gate, ...about } = options
  const world = createWorld({ ...about, ledger: createLedger(about.clock) })
  const idempotency = createIdempotency(() => about.clock.now().getTime())
  /** Nobody listens to its events. */
  const flush = () => {
    world.batch = []
  }
  return {
    world,
    api: createApi({
      world,
      routes,
      apiKey,
      idempotency,
      flush,
      gate,
      crash: () => false,
    }),
    live: () => liveUntil(world, now(world), flush),
    reset() {
      idempotency.clear()
      emptyWorld(world)
      seed(world)
      flush()
    },
  }
}
