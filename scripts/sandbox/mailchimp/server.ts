import { Hono } from 'hono'
import type { Clock } from '../lib/clock.ts'
import { createDeliverer } from '../lib/deliver.ts'
import { createLedger } from '../lib/ledger.ts'
import { breakSignatures } from '../lib/post.ts'
import { type ProviderServer, serveProvider } from '../lib/server.ts'
import { createBatches } from './batches.ts'
import { type Journey, journeyRoutes } from './journeys.ts'
import { listRoutes } from './lists.ts'
import { memberRoutes } from './members.ts'
import { audiencePage } from './page.ts'
import { peopleControl } from './people.ts'
import { notFound, Problem, problemResponse } from './problems.ts'
import { createAudience } from './state.ts'
import { trim } from './trim.ts'
import { createWebhooks, signer } from './webhooks.ts'

export interface MailchimpOptions {
  /** 0 takes a free port. */
  port: number
  clock: Clock
  /** The endpoint that is registered from the start. The path of its url holds our own secret. */
  webhook: { url: string; secret?: string | undefined }
  apiKey?: string
  listId?: string
  journeys?: readonly Journey[]
  /** Milliseconds: how long faults hold a connection, and between dripped bytes. */
  pace?: { hold: number; drip: number }
}

const MINUTE = 60
// Growing intervals over 75 minutes.
const RETRIES = [1, 4, 10, 20, 40].map((minutes) => minutes * MINUTE)
// Calls that one key may have under way at once.
const MAX_IN_FLIGHT = 10

/** Serves the Mailchimp sandbox: Marketing API 3.0 for one audience, in memory. */
export async function serveMailchimp(options: MailchimpOptions): Promise<ProviderServer> {
  const { clock, apiKey = 'sandbox-us1', listId = 'audience1' } = options
  const journeys = options.journeys ?? [{ id: 1, stepId: 1, name: 'Welcome' }]
  const ledger = createLedger(clock)
  const audience = createAudience(listId, clock, ledger)
  const deliverer = createDeliverer({
    url: options.webhook.url,
    sign: signer(options.webhook.secret),
    // Without a signature the secret in the path is all there is to get wrong.
    forge: (url, headers) =>
      Object.keys(headers).length
        ? { url, headers: breakSignatures(headers) }
        : { url: `${url}-forged`, headers },
    ledger,
    clock,
    retrySeconds: RETRIES,
    contentType: 'application/x-www-form-urlencoded',
    userAgent: 'MailChimp.com WebHook',
  })
  const webhooks = createWebhooks(audience, deliverer, options.webhook)
  audience.announce = webhooks.send

  const api = new Hono()
  const batches = createBatches(audience, async (request) => await api.fetch(request))
  api.onError((error) => {
    if (error instanceof Problem) return problemResponse(error)
    throw error
  })
  api.notFound((c) => {
    const known = api.routes.some(({ path }) =>
      new RegExp(`^${path.replace(/:\w+/g, '[^/]+')}$`).test(c.req.path),
    )
    const detail = 'The requested method and resource are not compatible.'
    return problemResponse(known ? new Problem('Method Not Allowed', detail) : notFound())
  })
  api.get('/3.0/ping', (c) => c.json({ health_status: "Everything's Chimpy!" }))
  api.route(`/3.0/lists/${listId}/members`, memberRoutes(audience))
  api.route(`/3.0/lists/${listId}/webhooks`, webhooks.routes)
  api.route(`/3.0/lists/${listId}`, listRoutes(audience))
  api.route('/3.0/customer-journeys', journeyRoutes(audience, journeys))
  api.route('/3.0/batches', batches.routes)

  async function handler(request: Request): Promise<Response> {
    const url = new URL(request.url)
    if (url.pathname.startsWith('/batch-results/')) return batches.download(request)
    if (!isAuthorised(request.headers.get('authorization'), apiKey)) {
      const detail =
        "Your API key may be invalid, or you've attempted to access the wrong datacenter."
      return problemResponse(new Problem('API Key Invalid', detail))
    }
    const response = await api.fetch(request)
    const asked = url.searchParams.has('fields') || url.searchParams.has('exclude_fields')
    if (!asked || !response.ok || response.status === 204) return response
    return Response.json(trim(await response.json(), url.searchParams))
  }

  return await serveProvider({
    name: 'Mailchimp',
    port: options.port,
    clock,
    ledger,
    deliverer,
    handler,
    isApi: (path) => path.startsWith('/3.0/'),
    maxInFlight: MAX_IN_FLIGHT,
    page: () => audiencePage(audience, journeys),
    control: peopleControl(audience),
    shapeError: (kind) =>
      problemResponse(
        kind === 'rate_limit'
          ? new Problem(
              'Too Many Requests',
              'You have exceeded the limit of 10 simultaneous connections.',
            )
          : new Problem('Internal Server Error', 'An unexpected internal error has occurred.'),
      ),
    reset() {
      audience.reset()
      batches.reset()
      webhooks.reset()
    },
    ...(options.pace ? { pace: options.pace } : {}),
  })
}

/** Basic with any user name and the key as password, or the key as a bearer. */
function isAuthorised(header: string | null, apiKey: string): boolean {
  const [scheme, value = ''] = (header ?? '').split(' ')
  if (scheme?.toLowerCase() === 'bearer') return value === apiKey
  if (scheme?.toLowerCase() !== 'basic') return false
  const decoded = Buffer.from(value, 'base64').toString()
  return decoded.slice(decoded.indexOf(':') + 1) === apiKey && decoded.includes(':')
}
