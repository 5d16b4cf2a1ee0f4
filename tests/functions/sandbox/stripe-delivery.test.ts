import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { type Sandbox, startListener, startStripe } from './stripe-support.ts'

let sandbox: Sandbox
beforeEach(async () => {
  sandbox = await startStripe({ retrySeconds: [60, 3_600] })
})
afterEach(() => sandbox.close())

const rename = (id: string, name: string) => sandbox.stripe.customers.update(id, { name })

describe('the ways in which events can arrive', () => {
  test('paused ones wait and come in order when the pause is over', async () => {
    await sandbox.act('deliveries', { mode: 'pause' })
    const { id } = await sandbox.stripe.customers.create({ name: 'A' })
    await rename(id, 'B')
    await sandbox.settle()
    expect(sandbox.heard()).toEqual([])
    await sandbox.act('deliveries', { mode: 'normal' })
    expect(sandbox.heard()).toEqual(['customer.created', 'customer.updated'])
  })

  test('dropped ones never come, but are listed and can be sent again', async () => {
    await sandbox.act('deliveries', { mode: 'drop' })
    await sandbox.stripe.customers.create({ name: 'A' })
    await sandbox.settle()
    expect(sandbox.heard()).toEqual([])
    const missed = await sandbox.stripe.events.list({ delivery_success: false })
    expect(missed.data.map((e) => e.type)).toEqual(['customer.created'])
    await sandbox.act('redeliver', { event: missed.data[0]!.id })
    expect(sandbox.heard()).toEqual(['customer.created'])
    expect((await sandbox.stripe.events.list({ delivery_success: true })).data).toHaveLength(1)
  })

  test('duplicates carry the same event id', async () => {
    await sandbox.act('deliveries', { mode: 'duplicate' })
    await sandbox.stripe.customers.create({ name: 'A' })
    await sandbox.settle()
    const [one, two] = sandbox.listener.events
    expect(two?.id).toBe(one?.id)
    expect(sandbox.heard()).toHaveLength(2)
  })

  test('reordered ones come last first', async () => {
    await sandbox.act('deliveries', { mode: 'reorder' })
    await sandbox.subscribe()
    const heard = sandbox.heard()
    expect(heard[0]).toBe('checkout.session.completed')
    expect(heard.at(-1)).toBe('customer.created')
  })

  test('shuffled ones come in an order that a seed repeats', async () => {
    const orders: string[][] = []
    for (const seed of [7, 7, 8]) {
      await sandbox.act('deliveries', { mode: 'shuffle', seed })
      await sandbox.subscribe()
      orders.push(sandbox.heard())
    }
    expect(orders[1]).toEqual(orders[0])
    expect(orders[2]).not.toEqual(orders[0])
    expect(orders[2]?.toSorted()).toEqual(orders[0]?.toSorted())
  })

  test('of a first subscription either the checkout or the invoice may lead', async () => {
    const leads: (string | undefined)[] = []
    for (const order of ['checkout_first', 'invoice_first']) {
      await sandbox.act('deliveries', { order })
      await sandbox.subscribe()
      leads.push(sandbox.heard()[0])
    }
    expect(leads).toEqual(['checkout.session.completed', 'invoice.created'])
  })
})

test('an endpoint that fails is tried again when the clock says so, and then given up', async () => {
  sandbox.listener.answer.status = 503
  await sandbox.stripe.customers.create({ name: 'A' })
  await sandbox.settle()
  await sandbox.advanceDays(0.001)
  await sandbox.advanceDays(0.05)
  expect(sandbox.ledger.entries({ effect: 'webhook.failed' })).toHaveLength(3)
  expect(sandbox.ledger.entries({ effect: 'webhook.abandoned' })).toHaveLength(1)
  sandbox.listener.answer.status = 200
  const [event] = (await sandbox.stripe.events.list()).data
  await sandbox.act('redeliver', { event: event!.id })
  expect(sandbox.heard()).toEqual(['customer.created'])
})

test('forged, stale and unsigned deliveries are refused by the official verifier', async () => {
  for (const signature of ['wrong', 'stale', 'none']) {
    const forged = await sandbox.act('forge', { signature })
    expect(forged.body.status, signature).toBe(400)
  }
  expect(sandbox.listener.refused()).toBe(3)
  expect(sandbox.heard()).toEqual([])
  const own = await sandbox.act('forge', {
    signature: 'right',
    type: 'account.updated',
    livemode: true,
  })
  expect(own.body.status).toBe(200)
  expect(sandbox.listener.events[0]).toMatchObject({ type: 'account.updated', livemode: true })
})

test('an endpoint of one’s own gets only the types that it asked for, with its own secret', async () => {
  const own = await startListener()
  try {
    const endpoint = await sandbox.stripe.webhookEndpoints.create({
      url: own.url,
      enabled_events: ['customer.updated'],
      api_version: '2026-10-28.endive',
    })
    expect(endpoint.secret).toMatch(/^whsec_/)
    const { id } = await sandbox.stripe.customers.create({ name: 'A' })
    await rename(id, 'B')
    await sandbox.settle()
    // The listener knows another secret, so its refusals are exactly what was sent to it.
    expect(own.refused()).toBe(1)
    await sandbox.stripe.webhookEndpoints.update(endpoint.id, { disabled: true })
    await rename(id, 'C')
    await sandbox.settle()
    expect(own.refused()).toBe(1)
    await sandbox.stripe.webhookEndpoints.del(endpoint.id)
    const left = await sandbox.stripe.webhookEndpoints.list()
    expect(left.data.map((e) => e.id)).toEqual(['we_sandbox'])
  } finally {
    own.close()
  }
})

test('an event names the request that caused it', async () => {
  const customer = await sandbox.stripe.customers.create({ name: 'A' }, { idempotencyKey: 'mine' })
  await vi.waitFor(() => expect(sandbox.listener.events).toHaveLength(1), { timeout: 30_000 })
  expect(sandbox.listener.events[0]?.request).toEqual({
    id: customer.lastResponse.requestId,
    idempotency_key: 'mine',
  })
})

test('nothing is sent about a bulk of subscribers unless it is asked for', async () => {
  const quiet = await sandbox.act('bulk', { subscriptions: 3 })
  expect(quiet.body.made).toHaveLength(3)
  expect(sandbox.heard()).toEqual([])
  await sandbox.act('bulk', { subscriptions: 1, prefix: 'loud', deliver: true })
  expect(sandbox.heard()).toContain('customer.subscription.created')
  expect((await sandbox.stripe.events.list({ limit: 100 })).data.length).toBeGreaterThan(30)
})
