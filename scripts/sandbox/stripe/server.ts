import type { Clock } from '../lib/clock.ts'
import { createGate } from '../lib/gate.ts'
import { createLedger } from '../lib/ledger.ts'
import { type ProviderServer, serveProvider } from '../lib/server.ts'
import { createApi, json, keyOf } from './api.ts'
import { stripeControl } from './control.ts'
import { createDelivery, type Delivery, type Order } from './delivery.ts'
import { createIdempotency } from './idempotency.ts'
import { type Random, systemRandom } from './ids.ts'
import { liveUntil } from './life.ts'
import { catalogueRoutes } from './objects/catalogue.ts'
import { checkoutRoutes } from './objects/checkout.ts'
import { customerRoutes } from './objects/customers.ts'
import { disputeRoutes } from './objects/disputes.ts'
import { invoiceRoutes } from './objects/invoice-routes.ts'
import { paymentRoutes } from './objects/payment-routes.ts'
import { payoutRoutes } from './objects/payouts.ts'
import { platformRoutes } from './objects/platform.ts'
import { portalRoutes } from './objects/portal.ts'
import { refundRoutes } from './objects/refunds.ts'
import { subscriptionRoutes } from './objects/subscriptions.ts'
import { overviewPage } from './pages/overview-page.ts'
import { servePage } from './pages/pages.ts'
import { createPractice } from './practice.ts'
import { seedCatalogue, seedEndpoint } from './seed.ts'
import { seedPeople } from './seed-people.ts'
import { createKeeper, loadWorld } from './store.ts'
import { createWorld, emptyWorld, type World } from './world.ts'

export interface StripeOptions {
  /** 0 takes a free port. */
  port: number
  clock: Clock
  /** Where events go from the start; further endpoints can be created over the API. */
  webhook?: { url: string; secret: string }
  /** Where the hosted pages send a person back to when nothing else is said. */
  siteUrl: string
  /** Start with the members of the demo data; without them the account has no customers. */
  people?: boolean
  /** The name on the hosted pages; by default the site's host name. */
  merchant?: string
  /** Origin of the hosted pages as a browser reaches them; by default the server's own. */
  publicUrl?: string
  apiKey?: string
  /** Which event of a finished checkout goes out first. */
  order?: Order
  seed?: number
  /** Seconds of the sandbox clock between attempts at delivery. */
  retrySeconds?: readonly number[]
  random?: Random
  /** Where the account is kept between runs; without it everything ends with the process. */
  stateFile?: string
  /** Wall time: signatures carry it, and time passes by it between advances of the clock. */
  wall?: () => Date
  /** Milliseconds: how long a held connection lives at most, and the pause between dripped bytes. */
  pace?: { hold: number; drip: number }
}

export interface StripeServer extends ProviderServer {
  world: World
  delivery: Delivery
  /** Resolves when every event that can be delivered has been. */
  settle(): Promise<void>
}

// Stripe's sandboxes try three times over a few hours; the first comes soon, so that a function
// that was just restarting is reached while somebody watches.
const RETRIES = [10, 3_600, 10_800] as const

/** The API key of the account for practice. */
const PRACTICE_KEY = 'sk_test_practice'

const merchantOf = (siteUrl: string) => {
  const { hostname } = new URL(siteUrl)
  return hostname === 'localhost' || hostname === '127.0.0.1' ? 'Women Defining AI' : hostname
}

/** Serves a Stripe account on this machine: the API, the hosted pages, webhooks and controls. */
export async function serveStripe(options: StripeOptions): Promise<StripeServer> {
  const { clock, webhook, siteUrl } = options
  const wall = options.wall ?? (() => new Date())
  const ledger = createLedger(clock)
  const merchant = options.merchant ?? merchantOf(siteUrl)
  const world = createWorld({
    clock,
    ledger,
    random: options.random ?? systemRandom,
    merchant,
    siteUrl,
  })
  const delivery = createDelivery(world, {
    wall,
    order: options.order ?? 'any',
    seed: options.seed ?? 1,
    retrySeconds: options.retrySeconds ?? RETRIES,
  })
  const idempotency = createIdempotency(() => clock.now().getTime())
  const gate = createGate()
  const work = { crashes: 0 }
  const keeper = createKeeper(world, options.stateFile)
  /** Sends the events of the operation that has just ended, and has its result kept. */
  const flush = () => {
    delivery.flush()
    keeper.changed()
  }
  const routes = [
    ...catalogueRoutes,
    ...customerRoutes,
    ...checkoutRoutes,
    ...subscriptionRoutes,
    ...invoiceRoutes,
    ...paymentRoutes,
    ...refundRoutes,
    ...disputeRoutes,
    ...payoutRoutes,
    ...portalRoutes,
    ...platformRoutes((event) =>
      delivery.deliverer.deliveries().some((d) => d.id === event.id && d.state === 'delivered'),
    ),
  ]
  const api = createApi({
    world,
    routes,
    apiKey: options.apiKey ?? 'sk_test_sandbox',
    idempotency,
    flush,
    gate,
    crash() {
      if (work.crashes === 0) return false
      work.crashes -= 1
      return true
    },
  })

  const seed = (account: World) => {
    seedCatalogue(account)
    if (options.people) seedPeople(account)
  }
  const practice = createPractice(
    { clock, random: systemRandom, merchant, siteUrl, routes, apiKey: PRACTICE_KEY, gate },
    seed,
  )

  const live = () => {
    liveUntil(world, Math.floor(clock.now().getTime() / 1000), flush)
    practice.live()
  }
  const known = options.stateFile !== undefined && loadWorld(world, options.stateFile)
  clock.onAdvance(async () => {
    live()
    await delivery.deliverer.settle()
  })
  // Between advances time passes by itself: a session may expire while nobody touches the clock.
  const ticking = setInterval(live, 1_000)
  ticking.unref()

  const server = await serveProvider({
    name: 'Stripe',
    port: options.port,
    clock,
    ledger,
    deliverer: delivery.deliverer,
    gate,
    ...(options.pace && { pace: options.pace }),
    page: () => overviewPage(world),
    isApi: (path) => path.startsWith('/v1/'),
    async handler(request) {
      const { pathname } = new URL(request.url)
      if (pathname.startsWith('/v1/')) {
        return keyOf(request) === PRACTICE_KEY ? practice.api(request) : api(request)
      }
      try {
        return await servePage(world, request)
      } finally {
        flush()
      }
    },
    control: (request, path) =>
      stripeControl({ world, delivery, wall, work, flush }, request, path),
    reset() {
      work.crashes = 0
      idempotency.clear()
      delivery.reset()
      emptyWorld(world)
      seed(world)
      seedEndpoint(world, webhook)
      keeper.save()
      practice.reset()
    },
    shapeError: (kind) =>
      kind === 'rate_limit'
        ? json(429, {
            error: {
              type: 'invalid_request_error',
              code: 'rate_limit',
              message: 'Request rate limit exceeded. Retry with exponential backoff.',
            },
          })
        : json(500, { error: { type: 'api_error', message: 'An unknown error occurred.' } }),
  })
  world.url = options.publicUrl ?? server.url
  // Receipts name their page, so the first ones are written once the address is known.
  if (!known) seed(world)
  seedEndpoint(world, webhook)
  practice.world.url = world.url
  practice.reset()

  return {
    ...server,
    world,
    delivery,
    settle: () => delivery.deliverer.settle(),
    async close() {
      clearInterval(ticking)
      keeper.save()
      await server.close()
    },
  }
}
