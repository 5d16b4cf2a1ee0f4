import { type Context, Hono, type MiddlewareHandler } from 'hono'
import { type Env, MissingSetting } from './env.ts'
import type { Log } from './log.ts'
import { answerTo } from './problems.ts'

export type Variables = { correlationId: string; log: Log }
export type App = Hono<{ Variables: Variables }>
export type Ctx = Context<{ Variables: Variables }>
type Handler = (c: Ctx) => Response | Promise<Response>
export type Method = 'GET' | 'POST' | 'PATCH' | 'DELETE'

/** What every door needs, whichever room it belongs to. */
export interface HttpDeps {
  env: Env
  log: Log
  /** Random part of correlation ids. */
  randomId(): string
}

/** A caller's own id: a UUID, because it is kept for good, where no name may stand and no id of ours be taken. */
const CORRELATION = /^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/i

/** An app with our errors, correlation ids (`x-correlation-id`, in and out) and log lines. */
export function createHttp(deps: HttpDeps): App {
  const app: App = new Hono()
  app.use(async (c, next) => {
    const given = c.req.header('x-correlation-id') ?? ''
    const correlationId = CORRELATION.test(given) ? given : deps.randomId()
    c.set('correlationId', correlationId)
    c.set('log', deps.log.child({ correlation_id: correlationId }))
    await next()
    c.header('x-correlation-id', correlationId)
  })
  app.onError((error, c) => {
    const log = c.get('log') ?? deps.log
    const { status, body, headers } = answerTo(error)
    if (error instanceof MissingSetting)
      log.error('configuration.missing', { setting: error.setting })
    else if (status >= 500) log.error('request.failed', { path: c.req.routePath, status, error })
    else log.info('request.refused', { path: c.req.routePath, status, message: body.error.message })
    return c.json(body, status, headers)
  })
  app.notFound((c) => c.json({ error: { message: 'There is nothing at this address' } }, 404))
  return app
}

/** Adds a route for exactly these methods; any other is answered with 405 and `Allow`. */
export function route(app: App, path: string, methods: Partial<Record<Method, Handler>>): void {
  for (const [method, handler] of Object.entries(methods)) app.on(method, path, handler)
  const allow = Object.keys(methods).join(', ')
  const message = `Use ${allow} here`
  const remedy = `Send it with ${allow.replaceAll(', ', ' or ')}.`
  app.all(path, (c) => c.json({ error: { message, remedy } }, 405, { Allow: allow }))
}

/** Lets the pages of our own site, and no other, call a door from the browser. */
export function siteOnly(env: Env): MiddlewareHandler {
  return async (c, next) => {
    const origin = c.req.header('origin')
    const allowed = origin !== undefined && origin === originOf(env('SITE_URL'))
    if (c.req.method === 'OPTIONS') {
      const headers = new Headers({ vary: 'Origin' })
      if (allowed) {
        headers.set('access-control-allow-origin', origin)
        headers.set('access-control-allow-methods', 'GET, POST, OPTIONS')
        headers.set(
          'access-control-allow-headers',
          'authorization, apikey, content-type, idempotency-key, x-client-info, x-correlation-id',
        )
        headers.set('access-control-max-age', '3600')
      }
      return new Response(null, { status: 204, headers })
    }
    await next()
    c.header('vary', 'Origin')
    if (allowed) {
      c.header('access-control-allow-origin', origin)
      c.header('access-control-expose-headers', 'retry-after, x-correlation-id')
    }
  }
}

function originOf(site: string | undefined): string | undefined {
  return site && URL.canParse(site) ? new URL(site).origin : undefined
}
