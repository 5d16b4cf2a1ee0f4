import type { Gate } from '../lib/gate.ts'
import { StripeRefusal } from './errors.ts'
import { expand } from './expand.ts'
import { decodeForm, items, type Params } from './form.ts'
import type { Idempotency } from './idempotency.ts'
import { API_VERSION } from './shapes/platform.ts'
import { idOf, type World } from './world.ts'

/** One request to the API, decoded. `id` is the id in the path, '' when there is none. */
export interface Call {
  id: string
  params: Params
}

/** An endpoint. `params` names every parameter it knows: others are refused, as Stripe does. */
export interface Route {
  method: 'GET' | 'POST' | 'DELETE'
  path: string
  params: string
  run(world: World, call: Call): unknown
}

export const route = (
  method: Route['method'],
  path: string,
  params: string,
  run: Route['run'],
): Route => ({ method, path, params, run })

export interface ApiOptions {
  world: World
  routes: Route[]
  apiKey: string
  idempotency: Idempotency
  /** Called after each request, when its events may go out. */
  flush(): void
  /** At which a write waits while it is shut. */
  gate: Gate
  /** True when this write is to fail with a 500 after it was accepted. */
  crash(): boolean
}

const matcher = (path: string) =>
  new RegExp(`^${path.replaceAll('.', '\\.').replace(':id', '([^/]+)')}$`)

/** Builds the handler of /v1: authentication, decoding, idempotency, the route, expansion. */
export function createApi(options: ApiOptions) {
  const { world, idempotency } = options
  const table = options.routes.map((r) => ({
    ...r,
    pattern: matcher(r.path),
    known: new Set(['expand', ...r.params.split(' ')]),
  }))

  async function answer(request: Request, url: URL, body: string, requestId: string) {
    authenticate(request, options.apiKey)
    const fits = table.find((r) => r.method === request.method && r.pattern.test(url.pathname))
    if (!fits) throw unknownUrl(request.method, url.pathname)
    const key = request.method === 'POST' ? request.headers.get('idempotency-key') : null
    const run = async () => {
      if (request.method !== 'GET') await options.gate.pass()
      const params = decodeForm(request.method === 'POST' ? body : url.search.slice(1))
      const unknown = Object.keys(params).find((name) => !fits.known.has(name))
      if (unknown) throw unknownParameter(unknown)
      const id = decodeURIComponent(fits.pattern.exec(url.pathname)?.[1] ?? '')
      if (request.method !== 'GET' && options.crash()) throw crashed()
      world.request = { id: requestId, idempotency_key: key }
      try {
        const result = fits.run(world, { id, params })
        return { status: 200, body: expand(world, result, items(params, 'expand')) }
      } finally {
        world.request = { id: null, idempotency_key: null }
        options.flush()
      }
    }
    if (!key) return { ...(await run()), replayed: false }
    return idempotency.once(key, `${request.method} ${url.pathname}\n${body}`, run)
  }

  return async function handle(request: Request): Promise<Response> {
    const url = new URL(request.url)
    const requestId = idOf(world, 'req', 14)
    const headers: Record<string, string> = {
      'request-id': requestId,
      'stripe-version': request.headers.get('stripe-version') ?? API_VERSION,
      // Time here is the sandbox's: callers read from it as of when an answer is true.
      date: world.clock.now().toUTCString(),
    }
    const key = request.headers.get('idempotency-key')
    if (key) headers['idempotency-key'] = key
    try {
      const done = await answer(request, url, await request.text(), requestId)
      if (done.replayed) headers['idempotent-replayed'] = 'true'
      return json(done.status, done.body, headers)
    } catch (error) {
      if (!(error instanceof StripeRefusal)) throw error
      if (error.status === 409) headers['stripe-should-retry'] = 'true'
      const body = { ...error.body, request_log_url: `${world.url}/logs/${requestId}` }
      return json(error.status, { error: body }, headers)
    }
  }
}

export const json = (status: number, body: unknown, headers: Record<string, string> = {}) =>
  new Response(`${JSON.stringify(body, null, 2)}\n`, {
    status,
    headers: { 'content-type': 'application/json', ...headers },
  })

/** The API key that a request shows, as Basic or Bearer; '' when it shows none. */
export function keyOf(request: Request): string {
  const header = request.headers.get('authorization') ?? ''
  const basic = /^Basic (.+)$/i.exec(header)?.[1]
  if (basic) return Buffer.from(basic, 'base64').toString().split(':')[0] ?? ''
  return /^Bearer (.+)$/i.exec(header)?.[1] ?? ''
}

function authenticate(request: Request, apiKey: string) {
  const given = keyOf(request)
  if (given === apiKey) return
  const message = given
    ? `Invalid API Key provided: ${given.slice(0, 8)}****${given.slice(-4)}`
    : 'You did not provide an API key. You need to provide your API key in the Authorization header.'
  throw new StripeRefusal(401, { type: 'invalid_request_error', message })
}

const unknownUrl = (method: string, path: string) =>
  new StripeRefusal(404, {
    type: 'invalid_request_error',
    message: `Unrecognized request URL (${method}: ${path}).`,
  })

const unknownParameter = (param: string) =>
  new StripeRefusal(400, {
    type: 'invalid_request_error',
    code: 'parameter_unknown',
    message: `Received unknown parameter: ${param}`,
    param,
  })

const crashed = () =>
  new StripeRefusal(
    500,
    { type: 'api_error', message: 'An unknown error occurred while the request was processed.' },
    true,
  )
