import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import Stripe from 'stripe'
import { createClock } from '../../../scripts/sandbox/lib/clock.ts'
import { type StripeOptions, serveStripe } from '../../../scripts/sandbox/stripe/server.ts'

export const DAY = 86_400
const SECRET = 'whsec_sandbox'

/** A web server that verifies what it gets with the official SDK and keeps the events. */
export async function startListener() {
  const verifier = new Stripe('sk_test_listener')
  const events: Stripe.Event[] = []
  const answer = { status: 200 }
  let refused = 0
  const server = createServer(async (request, response) => {
    let body = ''
    for await (const chunk of request) body += chunk
    const header = String(request.headers['stripe-signature'])
    try {
      const event = await verifier.webhooks.constructEventAsync(body, header, SECRET)
      if (answer.status < 300) events.push(event)
      response.writeHead(answer.status).end()
    } catch {
      refused += 1
      response.writeHead(400).end('bad signature')
    }
  })
  // The sender ends what is idle: an end of ours could meet its next event, and be a failure.
  server.keepAliveTimeout = 0
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  const { port } = server.address() as AddressInfo
  return {
    url: `http://127.0.0.1:${port}/`,
    events,
    answer,
    refused: () => refused,
    close() {
      server.closeAllConnections()
      server.close()
    },
  }
}

/** The official SDK, pointed at a server on this machine. `leave` is when it gives up on answers. */
export function sdkFor(url: string, key = 'sk_test_sandbox', leave?: AbortSignal) {
  const { hostname, port } = new URL(url)
  return new Stripe(key, {
    host: hostname,
    port: Number(port),
    protocol: 'http',
    httpClient: Stripe.createFetchHttpClient((input: RequestInfo | URL, init?: RequestInit) => {
      const signals = [init?.signal, leave].filter((signal) => signal != null)
      return fetch(input, { ...init, signal: AbortSignal.any(signals) })
    }),
    maxNetworkRetries: 0,
    telemetry: false,
  })
}

/** A Stripe sandbox on a free port, its listener, the SDK, and shortcuts for the controls. */
export async function startStripe(more: Partial<StripeOptions> & { at?: string } = {}) {
  // A fixed day, so that no test depends on how long the current month is.
  const { at = '2027-03-01T00:00:00Z', ...options } = more
  const began = Date.now()
  const base = Date.parse(at)
  const clock = createClock(() => new Date(base + Date.now() - began))
  const listener = await startListener()
  const server = await serveStripe({
    port: 0,
    clock,
    siteUrl: 'http://localhost:4321',
    webhook: { url: listener.url, secret: SECRET },
    order: 'as_happened',
    ...options,
  })
  const stripe = sdkFor(server.url)

  /** Runs a control action and waits until its events have arrived. */
  async function act(name: string, body: object = {}) {
    const response = await fetch(`${server.url}/_sandbox/stripe/${name}`, {
      method: 'POST',
      body: JSON.stringify(body),
    })
    await server.settle()
    return { status: response.status, body: await response.json() }
  }

  const advanceDays = (days: number) =>
    clock.advanceTo(new Date(clock.now().getTime() + days * DAY * 1000))

  /** Opens a checkout and pays it; answers the subscription and its customer. */
  async function subscribe(
    price = 'price_monthly',
    card = '4242424242424242',
    email = 'eve@example.org',
  ) {
    const session = await stripe.checkout.sessions.create({
      mode: 'subscription',
      line_items: [{ price, quantity: 1 }],
      success_url: 'http://localhost:4321/welcome?session={CHECKOUT_SESSION_ID}',
      customer_email: email,
    })
    await act('pay', { session: session.id, card })
    const paid = await stripe.checkout.sessions.retrieve(session.id)
    return {
      session: paid,
      subscription: String(paid.subscription),
      customer: String(paid.customer),
    }
  }

  /** The types of the events that arrived since the last look. */
  const heard = () => listener.events.splice(0).map((event) => event.type)

  return {
    ...server,
    stripe,
    listener,
    act,
    advanceDays,
    subscribe,
    heard,
    async close() {
      await server.close()
      listener.close()
    },
  }
}

export type Sandbox = Awaited<ReturnType<typeof startStripe>>

/** What somebody types on a card form when all is well. */
export const GOOD = {
  email: 'eve@example.org',
  number: '4242 4242 4242 4242',
  expiry: '12 / 34',
  cvc: '123',
  name: 'Eve Okafor',
}

/** Opens a hosted page, or posts its form, without following where it leads. */
export async function read(url: string, form?: Record<string, string>) {
  const response = await fetch(url, {
    redirect: 'manual',
    ...(form && { method: 'POST', body: new URLSearchParams(form) }),
  })
  const location = response.headers.get('location')
  return { status: response.status, location, html: await response.text() }
}
