import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { type Sandbox, startStripe } from './stripe-support.ts'

let sandbox: Sandbox
beforeAll(async () => {
  sandbox = await startStripe()
})
afterAll(() => sandbox.close())
beforeEach(() => {
  sandbox.heard()
})

const membership = (more: object = {}) =>
  sandbox.stripe.checkout.sessions.create({
    mode: 'subscription',
    line_items: [{ price: 'price_monthly', quantity: 1 }],
    success_url: 'http://localhost:4321/welcome?session={CHECKOUT_SESSION_ID}',
    cancel_url: 'http://localhost:4321/join',
    ...more,
  })

describe('a membership', () => {
  test('is paid, and everything about it arrives signed', async () => {
    const session = await membership({
      customer_email: 'eve@example.org',
      client_reference_id: 'member-1',
      metadata: { purpose: 'dues' },
      subscription_data: { metadata: { member: 'member-1' } },
    })
    expect(session).toMatchObject({ status: 'open', payment_status: 'unpaid', amount_total: 1000 })
    const paid = await sandbox.act('pay', { session: session.id })
    expect(paid.body).toEqual({
      result: 'paid',
      redirect: `http://localhost:4321/welcome?session=${session.id}`,
    })
    const completed = sandbox.listener.events.find((e) => e.type === 'checkout.session.completed')
    expect(completed).toMatchObject({
      api_version: '2026-10-28.endive',
      livemode: false,
      data: {
        object: {
          id: session.id,
          client_reference_id: 'member-1',
          metadata: { purpose: 'dues' },
          payment_status: 'paid',
          customer_details: { email: 'eve@example.org' },
        },
      },
    })
    expect(sandbox.heard()).toEqual([
      'customer.created',
      'payment_method.attached',
      'customer.updated',
      'customer.subscription.created',
      'invoice.created',
      'invoice.finalized',
      'payment_intent.created',
      'charge.succeeded',
      'payment_intent.succeeded',
      'invoice_payment.paid',
      'invoice.paid',
      'invoice.payment_succeeded',
      'customer.subscription.updated',
      'checkout.session.completed',
    ])
    const done = await sandbox.stripe.checkout.sessions.retrieve(session.id, {
      expand: ['subscription', 'customer'],
    })
    expect(done.subscription).toMatchObject({ status: 'active', metadata: { member: 'member-1' } })
    expect(done.customer).toMatchObject({ email: 'eve@example.org', name: 'Test Person' })
    expect(sandbox.listener.refused()).toBe(0)
  })

  test('belongs to the customer that the site names, whatever address is typed', async () => {
    const known = await sandbox.stripe.customers.create({ email: 'ada@example.org' })
    const session = await membership({ customer: known.id })
    await sandbox.act('pay', { session: session.id, email: 'other@example.org' })
    const done = await sandbox.stripe.checkout.sessions.retrieve(session.id)
    expect(done).toMatchObject({ customer: known.id, status: 'complete' })
    expect(await sandbox.stripe.customers.retrieve(known.id)).toMatchObject({
      email: 'ada@example.org',
    })
  })

  test('is not created by a declined card, and the same session can be paid afterwards', async () => {
    const session = await membership()
    const refused = await sandbox.act('pay', { session: session.id, card: '4000000000000002' })
    expect(refused.body).toEqual({ result: 'declined', message: 'Your card was declined.' })
    expect(sandbox.heard()).toEqual([
      'payment_intent.created',
      'charge.failed',
      'payment_intent.payment_failed',
    ])
    expect(await sandbox.stripe.checkout.sessions.retrieve(session.id)).toMatchObject({
      status: 'open',
      subscription: null,
    })
    expect((await sandbox.act('pay', { session: session.id })).body).toMatchObject({
      result: 'paid',
    })
    expect(sandbox.heard()).toContain('checkout.session.completed')
  })

  test('is paid once: a second payment of the session changes nothing', async () => {
    const { session } = await sandbox.subscribe()
    const before = sandbox.ledger.entries({ effect: 'subscription.created' }).length
    expect((await sandbox.act('pay', { session: session.id })).body).toEqual({
      result: 'closed',
      status: 'complete',
    })
    expect(sandbox.ledger.entries({ effect: 'subscription.created' })).toHaveLength(before)
  })

  test('needs a recurring price, and a donation one that is not', async () => {
    const recurring = membership({ mode: 'payment' })
    await expect(recurring).rejects.toMatchObject({ statusCode: 400, param: 'line_items' })
    const unknown = membership({ line_items: [{ price: 'price_nobody', quantity: 1 }] })
    await expect(unknown).rejects.toMatchObject({ code: 'resource_missing', statusCode: 400 })
  })
})

test('a session that nobody pays expires after a day, or when it is told to', async () => {
  const old = await membership()
  const told = await membership()
  await sandbox.stripe.checkout.sessions.expire(told.id)
  await sandbox.advanceDays(1.01)
  expect(sandbox.heard()).toEqual(['checkout.session.expired', 'checkout.session.expired'])
  expect(await sandbox.stripe.checkout.sessions.retrieve(old.id)).toMatchObject({
    status: 'expired',
    url: null,
  })
  await expect(sandbox.stripe.checkout.sessions.expire(old.id)).rejects.toMatchObject({
    statusCode: 400,
  })
})
