import type Stripe from 'stripe'
import { afterAll, beforeAll, beforeEach, expect, test, vi } from 'vitest'
import { whileShut, writesWait } from '../support/gate.ts'
import { type Sandbox, startStripe } from './stripe-support.ts'

let sandbox: Sandbox
beforeAll(async () => {
  sandbox = await startStripe()
})
afterAll(() => sandbox.close())
beforeEach(async () => {
  await fetch(`${sandbox.url}/_sandbox/reset`, { method: 'POST', body: '{}' })
})

const create = (email: string, key: string) =>
  sandbox.stripe.customers.create({ email }, { idempotencyKey: key })
/** Begins a write, does something while it is under way, and gives what both came to. */
function during<T>(write: () => Promise<Stripe.Customer>, work: () => Promise<T>) {
  return whileShut(sandbox.url, async () => {
    const answer = write()
    await writesWait(sandbox.url)
    return { answer, done: await work() }
  })
}
const made = () => sandbox.ledger.entries({ effect: 'customer.created' }).length

test('the same key with the same parameters gives the stored answer and does nothing', async () => {
  const first = await create('ada@example.org', 'key-1')
  const second = await create('ada@example.org', 'key-1')
  expect(second).toEqual(first)
  // With the fetch client the SDK hands out the response of fetch itself.
  const headers = second.lastResponse.headers as unknown as Headers
  expect(headers.get('idempotent-replayed')).toBe('true')
  expect(second.lastResponse.idempotencyKey).toBe('key-1')
  expect(made()).toBe(1)
})

test('the same key with other parameters, or for another call, is refused', async () => {
  await create('ada@example.org', 'key-1')
  const other = { type: 'StripeIdempotencyError', statusCode: 400 }
  await expect(create('bea@example.org', 'key-1')).rejects.toMatchObject(other)
  const product = sandbox.stripe.products.create({ name: 'Mug' }, { idempotencyKey: 'key-1' })
  await expect(product).rejects.toMatchObject(other)
  expect(made()).toBe(1)
})

test('while the first request runs, a second with its key gets 409, and later the answer', async () => {
  const again = () => create('ada@example.org', 'k')
  const refused = { statusCode: 409, code: 'idempotency_key_in_use' }
  const { answer } = await during(again, () => expect(again()).rejects.toMatchObject(refused))
  expect(await again()).toEqual(await answer)
  expect(made()).toBe(1)
})

test('the SDK gets through a concurrent duplicate by its own retry', async () => {
  const retrying = () =>
    sandbox.stripe.customers.create(
      { email: 'ada@example.org' },
      { idempotencyKey: 'k', maxNetworkRetries: 5 },
    )
  const refused = () => sandbox.requests.entries().filter(({ status }) => status === 409)
  const { answer, done } = await during(retrying, async () => {
    const second = retrying()
    await vi.waitFor(() => expect(refused().length).toBeGreaterThan(0), { timeout: 30_000 })
    return { second }
  })
  expect((await done.second).id).toBe((await answer).id)
  expect(made()).toBe(1)
})

test('a 500 that came after the work had begun is replayed', async () => {
  await sandbox.act('crash', { times: 1 })
  await expect(create('ada@example.org', 'key-1')).rejects.toMatchObject({ statusCode: 500 })
  await expect(create('ada@example.org', 'key-1')).rejects.toMatchObject({ statusCode: 500 })
  expect((await create('ada@example.org', 'key-2')).email).toBe('ada@example.org')
})

test('a declined card is replayed too', async () => {
  const pay = () =>
    sandbox.stripe.paymentIntents.create(
      { amount: 500, currency: 'usd', payment_method: 'pm_card_chargeDeclined', confirm: true },
      { idempotencyKey: 'pay-1' },
    )
  await expect(pay()).rejects.toMatchObject({ statusCode: 402 })
  await expect(pay()).rejects.toMatchObject({ statusCode: 402 })
  expect(sandbox.ledger.entries({ effect: 'charge.failed' })).toHaveLength(1)
})

test('a request that was refused before any work may be corrected under the same key', async () => {
  const wrong = create('no address', 'key-1')
  await expect(wrong).rejects.toMatchObject({ statusCode: 400, param: 'email' })
  expect((await create('ada@example.org', 'key-1')).email).toBe('ada@example.org')
})

test('a key is forgotten after 24 hours of the sandbox clock, and then does the work again', async () => {
  const first = await create('ada@example.org', 'key-1')
  await sandbox.advanceDays(0.99)
  expect((await create('ada@example.org', 'key-1')).id).toBe(first.id)
  await sandbox.advanceDays(0.02)
  expect((await create('ada@example.org', 'key-1')).id).not.toBe(first.id)
  expect(made()).toBe(2)
})

test('a key that is too long is refused', async () => {
  await expect(create('ada@example.org', 'k'.repeat(256))).rejects.toMatchObject({
    statusCode: 400,
  })
})
