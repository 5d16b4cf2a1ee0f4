import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Clock } from './clock.ts'
import { control } from './control.ts'
import type { Deliverer } from './deliver.ts'
import { createFaultSwitch, type Fault, type FaultSwitch } from './faults.ts'
import type { Gate } from './gate.ts'
import { dripResponse, holdConnection, sendResponse, toRequest } from './http.ts'
import { createLedger, type Ledger } from './ledger.ts'
import { ledgerPage } from './page.ts'
import { createRequestLog, type RequestLog, type Visit } from './requests.ts'

export interface ProviderServer {
  name: string
  /** Origin, without a slash at the end. */
  url: string
  clock: Clock
  ledger: Ledger
  faults: FaultSwitch
  requests: RequestLog
  close(): Promise<void>
}

export interface ProviderOptions {
  name: string
  /** 0 takes a free port. */
  port: number
  clock: Clock
  /** Answers everything that is not a control route, and not `GET /` when `page` is given. */
  handler(request: Request): Promise<Response>
  /** Empties the provider's own state; called by `POST /_sandbox/reset`. */
  reset?(): void
  /** The provider's own error body. A Retry-After header is added here when a fault asks for it. */
  shapeError(kind: 'rate_limit' | 'server_error'): Response
  /** The ledger that the handler writes; a new one when left out. */
  ledger?: Ledger
  /** Adds the routes under /_sandbox/webhooks that switch duplicates, reordering and so on. */
  deliverer?: Deliverer
  /** At which the provider's writes can be made to wait; adds the route /_sandbox/gate. */
  gate?: Gate
  /** Further control routes; undefined means "not mine". Gets the whole request. */
  control?(request: Request, path: string): Promise<Response | undefined>
  /** HTML of `GET /`; the ledger when left out. */
  page?(request: Request): Promise<string> | string
  /** Which paths are the provider's API: faults, latency and counting apply to these only. */
  isApi?(path: string): boolean
  /** More API requests than this at once are answered with the rate limit error. */
  maxInFlight?: number
  /** Milliseconds: how long a held connection lives at most, and the pause between dripped bytes. */
  pace?: { hold: number; drip: number }
}

/** Serves one provider on this machine, with its control routes, faults and request log. */
export async function serveProvider(options: ProviderOptions): Promise<ProviderServer> {
  const { name, clock, ledger = createLedger(clock) } = options
  const faults = createFaultSwitch()
  const requests = createRequestLog(clock)
  const latency = { ms: 0 }
  const pace = options.pace ?? { hold: 120_000, drip: 100 }
  const isApi = options.isApi ?? ((path: string) => path !== '/' && path !== '/favicon.ico')
  const controls = { ...options, ledger, faults, requests, latency }

  async function misbehave(
    fault: Fault,
    visit: Visit,
    outgoing: ServerResponse,
    answer: () => Promise<Response>,
  ) {
    switch (fault.kind) {
      case 'rate_limit':
      case 'server_error': {
        const response = options.shapeError(fault.kind)
        const headers = new Headers(response.headers)
        if (fault.retryAfter !== undefined) headers.set('retry-after', String(fault.retryAfter))
        await sendResponse(
          outgoing,
          new Response(response.body, { status: response.status, headers }),
        )
        return response.status
      }
      case 'garbage': {
        const headers = { 'content-type': 'application/json' }
        await sendResponse(outgoing, new Response('<<< {"not": json', { headers }))
        return 200
      }
      case 'timeout_after':
        await answer()
        visit.hold()
        await holdConnection(outgoing, pace.hold)
        return 0
      case 'timeout_before':
        visit.hold()
        await holdConnection(outgoing, pace.hold)
        return 0
      case 'slow_drip': {
        const response = await answer()
        visit.hold()
        await dripResponse(outgoing, response, pace.drip)
        return outgoing.destroyed && !outgoing.writableFinished ? 0 : response.status
      }
    }
  }

  async function serveApi(request: Request, path: string, outgoing: ServerResponse) {
    const visit = requests.arrive(request.method, path)
    let status = 0
    let fault: Fault | undefined
    try {
      const crowded = options.maxInFlight !== undefined && visit.inFlight > options.maxInFlight
      fault = crowded ? undefined : faults.take(request.method, path)
      if (fault) {
        status = await misbehave(fault, visit, outgoing, () => options.handler(request))
        return
      }
      if (latency.ms && !crowded) await new Promise((done) => setTimeout(done, latency.ms))
      const response = crowded ? options.shapeError('rate_limit') : await options.handler(request)
      status = response.status
      await sendResponse(outgoing, response)
    } finally {
      visit.end(status, fault?.kind)
    }
  }

  async function serve(incoming: IncomingMessage, outgoing: ServerResponse) {
    const request = await toRequest(incoming)
    const { pathname } = new URL(request.url)
    if (pathname === '/_sandbox' || pathname.startsWith('/_sandbox/')) {
      return sendResponse(outgoing, await control(request, pathname, controls))
    }
    if (pathname === '/' && request.method === 'GET') {
      const page = options.page ? await options.page(request) : await ledgerPage(name, ledger)
      const headers = { 'content-type': 'text/html; charset=utf-8' }
      return sendResponse(outgoing, new Response(page, { headers }))
    }
    if (isApi(pathname)) return serveApi(request, pathname, outgoing)
    return sendResponse(outgoing, await options.handler(request))
  }

  const server = createServer((incoming, outgoing) => {
    serve(incoming, outgoing).catch((error: unknown) => {
      // A client that left while it was still sending is nobody's mistake.
      if (incoming.destroyed && !incoming.complete) return
      // A mistake in the sandbox itself: say so plainly, so that it is not taken for a fault.
      console.error(`sandbox ${name}: ${incoming.method} ${incoming.url}`, error)
      if (!outgoing.headersSent) outgoing.writeHead(599, { 'content-type': 'text/plain' })
      outgoing.end(`The ${name} sandbox failed: ${String(error)}`)
    })
  })
  // An idle connection is its client's to end, used or not: a cut just as a request is sent looks like a fault.
  Object.assign(server, { keepAliveTimeout: 0, headersTimeout: 0, requestTimeout: 0 })
  await new Promise<void>((done, fail) => {
    server.once('error', fail)
    server.listen(options.port, '127.0.0.1', done)
  })
  const { port } = server.address() as AddressInfo

  return {
    name,
    url: `http://127.0.0.1:${port}`,
    clock,
    ledger,
    faults,
    requests,
    async close() {
      options.deliverer?.close()
      server.closeAllConnections()
      await new Promise<void>((done) => server.close(() => done()))
    },
  }
}
