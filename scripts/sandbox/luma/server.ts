import type { Clock } from '../lib/clock.ts'
import { createDeliverer } from '../lib/deliver.ts'
import { createLedger } from '../lib/ledger.ts'
import { type ProviderServer, serveProvider } from '../lib/server.ts'
import { apiOf } from './api.ts'
import { controlOf } from './control.ts'
import { createLimiter } from './limits.ts'
import { pagesOf } from './pages/routes.ts'
import { Problem, problemResponse } from './problems.ts'
import { createCalendar } from './state.ts'
import { createKeeper, loadCalendar } from './store.ts'
import { createWebhooks } from './webhooks.ts'

export interface LumaOptions {
  /** 0 takes a free port. */
  port: number
  clock: Clock
  /** Where webhooks go, and the secret that signs them. */
  webhook: { url: string; secret: string }
  siteUrl: string
  apiKey?: string
  /** Where the calendar is kept between starts; without it a start begins empty. */
  stateFile?: string
  /** Milliseconds: how long faults hold a connection, and between dripped bytes. */
  pace?: { hold: number; drip: number }
}

// Luma's own schedule is not published.
const RETRIES = [5, 30, 120, 600, 3600]

/** Serves the Luma sandbox: the public API for one calendar, and its pages for guests and hosts. */
export async function serveLuma(options: LumaOptions): Promise<ProviderServer> {
  const { clock, apiKey = 'luma-sandbox-key' } = options
  const ledger = createLedger(clock)
  const calendar = createCalendar(clock, ledger)
  const limiter = createLimiter(clock)
  const deliverer = createDeliverer({
    url: options.webhook.url,
    sign: () => ({}),
    ledger,
    clock,
    retrySeconds: RETRIES,
    userAgent: 'Luma-Webhook/1.0',
    concurrency: 4,
  })
  const webhooks = createWebhooks(calendar, deliverer, options.webhook)
  calendar.announce = webhooks.announce

  const api = apiOf(calendar)
  api.route('/', webhooks.routes)
  api.onError((error) => {
    if (error instanceof Problem) return problemResponse(error)
    throw error
  })
  api.notFound(() => problemResponse(new Problem(404, 'Not found.')))
  const pages = pagesOf(calendar, options.siteUrl)
  const keeper = createKeeper(calendar, options.stateFile)
  if (options.stateFile) loadCalendar(calendar, options.stateFile)
  const control = controlOf(calendar, limiter)

  const server = await serveProvider({
    name: 'Luma',
    port: options.port,
    clock,
    ledger,
    deliverer,
    isApi: (path) => /^\/v\d\//.test(path),
    page: () => pages.overview(),
    async control(request, path) {
      const answer = await control(request, path)
      keeper.changed()
      return answer
    },
    async handler(request) {
      if (request.method !== 'GET') keeper.changed()
      if (!/^\/v\d\//.test(new URL(request.url).pathname)) return pages.handle(request)
      if (request.headers.get('x-luma-api-key') !== apiKey) {
        return problemResponse(new Problem(401, 'Invalid API key.'))
      }
      return limiter.pass(async () => api.fetch(request))
    },
    shapeError: (kind) =>
      problemResponse(
        kind === 'rate_limit'
          ? new Problem(429, 'Too many requests.')
          : new Problem(500, 'Internal server error.'),
      ),
    reset() {
      calendar.reset()
      webhooks.reset()
      limiter.reset()
    },
    ...(options.pace ? { pace: options.pace } : {}),
  })
  calendar.origin = server.url
  return {
    ...server,
    async close() {
      await server.close()
      keeper.save()
    },
  }
}
