import { afterAll, beforeAll, beforeEach, expect, test, vi } from 'vitest'
import { type Sandbox, sdkFor, startStripe } from './stripe-support.ts'

let sandbox: Sandbox
beforeAll(async () => {
  sandbox = await startStripe()
})
afterAll(() => sandbox.close())
beforeEach(async () => {
  await fetch(`${sandbox.url}/_sandbox/reset`, { method: 'POST', body: '{}' })
})

const create = (key: string, leave?: AbortSignal) =>
  sdkFor(sandbox.url, 'sk_test_sandbox', leave).customers.create(
    { email: 'ada@example.org' },
    { idempotencyKey: key },
  )
/** Asks, and gives up once the sandbox has the request and keeps silent. */
async function createInVain(key: string, silent: () => void) {
  const leave = new AbortController()
  const asked = create(key, leave.signal)
  const failed = expect(asked).rejects.toMatchObject({ type: 'StripeConnectionError' })
  await vi.waitFor(silent, { timeout: 30_000 })
  leave.abort()
  await failed
}
const made = () => sandbox.ledger.entries({ effect: 'customer.created' }).length

test('a rate limit is the SDK’s rate-limit error, with Retry-After', async () => {
  sandbox.faults.add({ kind: 'rate_limit', times: 1, retryAfter: 3 })
  await expect(create('k')).rejects.toMatchObject({
    type: 'StripeRateLimitError',
    statusCode: 429,
    headers: { 'retry-after': '3' },
  })
  expect(made()).toBe(0)
})

test('a server error is the SDK’s API error, and nothing happened', async () => {
  sandbox.faults.add({ kind: 'server_error', times: 1, path: '/v1/customers' })
  await expect(create('k')).rejects.toMatchObject({ type: 'StripeAPIError', statusCode: 500 })
  expect(made()).toBe(0)
  await create('k')
  expect(made()).toBe(1)
})

test('after a time-out the effect may be there, and the same key finds it', async () => {
  sandbox.faults.add({ kind: 'timeout_after', times: 1 })
  await createInVain('k', () => expect(made()).toBe(1))
  const found = await create('k')
  const all = await sandbox.stripe.customers.list({ email: 'ada@example.org' })
  expect(all.data.map((c) => c.id)).toEqual([found.id])
})

test('a time-out before the effect leaves nothing behind', async () => {
  sandbox.faults.add({ kind: 'timeout_before', times: 1 })
  await createInVain('k', () => expect(sandbox.requests.inFlight()).toBe(1))
  await vi.waitFor(() => expect(sandbox.requests.inFlight()).toBe(0), { timeout: 30_000 })
  expect(made()).toBe(0)
})

test('garbage is no answer', async () => {
  sandbox.faults.add({ kind: 'garbage', times: 1 })
  await expect(create('k')).rejects.toMatchObject({ type: 'StripeAPIError' })
})

test('the hosted pages go on while the API is down', async () => {
  const session = await sandbox.stripe.checkout.sessions.create({
    mode: 'subscription',
    line_items: [{ price: 'price_monthly', quantity: 1 }],
    success_url: 'http://localhost:4321/welcome',
  })
  sandbox.faults.add({ kind: 'server_error' })
  expect((await fetch(session.url!)).status).toBe(200)
})
