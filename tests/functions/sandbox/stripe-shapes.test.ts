import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Sandbox, startStripe } from './stripe-support.ts'

let sandbox: Sandbox
beforeAll(async () => {
  sandbox = await startStripe()
})
afterAll(() => sandbox.close())

const headers = { authorization: 'Bearer sk_test_sandbox' }
/** The answer as it is on the wire, before the SDK turns anything into its own types. */
const wire = async (path: string) =>
  (await (await fetch(`${sandbox.url}/v1/${path}`, { headers })).json()) as Record<string, unknown>

/** Fields that older tutorials read and that this API version no longer has. */
const GONE = {
  subscription: ['current_period_start', 'current_period_end', 'plan', 'quantity', 'discount'],
  invoice: ['subscription', 'charge', 'payment_intent', 'paid', 'tax', 'discount', 'payments'],
  charge: ['invoice', 'refunds'],
  payment_intent: ['invoice', 'charges'],
}

test('what the API version has removed is not there, and what replaces it is', async () => {
  const { session, subscription } = await sandbox.subscribe()
  const own = await wire(`subscriptions/${subscription}`)
  const invoice = await wire(`invoices/${session.invoice}`)
  const payments = await sandbox.stripe.invoicePayments.list({ invoice: String(session.invoice) })
  const intent = await wire(`payment_intents/${payments.data[0]!.payment.payment_intent}`)
  const charge = await wire(`charges/${intent.latest_charge}`)
  for (const object of [own, invoice, charge, intent]) {
    const name = String(object.object) as keyof typeof GONE
    for (const field of GONE[name]) expect(object, `${name}.${field}`).not.toHaveProperty(field)
  }
  expect(own).toMatchObject({
    billing_mode: { type: 'flexible' },
    items: {
      data: [
        {
          object: 'subscription_item',
          current_period_start: expect.any(Number),
          current_period_end: expect.any(Number),
          plan: { object: 'plan', id: 'price_monthly', amount: 1000 },
        },
      ],
    },
  })
  expect(invoice).toMatchObject({
    number: expect.stringMatching(/^[A-Z0-9]+-0001$/),
    parent: { type: 'subscription_details', subscription_details: { subscription } },
    lines: {
      data: [
        {
          amount: 1000,
          parent: {
            type: 'subscription_item_details',
            subscription_item_details: { subscription, proration: false },
          },
          pricing: { type: 'price_details', price_details: { price: 'price_monthly' } },
        },
      ],
    },
  })
})

test('decimals are strings on the wire, money is whole minor units', async () => {
  const price = await wire('prices/price_monthly')
  expect(price).toMatchObject({ unit_amount: 1000, unit_amount_decimal: '1000', currency: 'usd' })
  const { session } = await sandbox.subscribe()
  const lines = await wire(`invoices/${session.invoice}/lines`)
  expect(lines).toMatchObject({
    data: [{ quantity: 1, quantity_decimal: '1', pricing: { unit_amount_decimal: '1000' } }],
  })
})

test('nothing is live, and ids have the prefixes that people know', async () => {
  const { session, subscription, customer } = await sandbox.subscribe()
  expect(session.id).toMatch(/^cs_test_\w{58}$/)
  expect(subscription).toMatch(/^sub_\w{24}$/)
  expect(customer).toMatch(/^cus_\w{14}$/)
  const events = await sandbox.stripe.events.list({ limit: 100 })
  for (const event of events.data) {
    expect(event.id).toMatch(/^evt_\w{24}$/)
    expect(event).toMatchObject({
      object: 'event',
      livemode: false,
      api_version: '2026-10-28.endive',
    })
    const object = event.data.object as unknown as Record<string, unknown>
    expect(object).toHaveProperty('object')
    if ('livemode' in object) expect(object.livemode).toBe(false)
  }
})

test('an `updated` event says what it was before, and only that', async () => {
  const { subscription } = await sandbox.subscribe()
  sandbox.heard()
  await sandbox.stripe.subscriptions.update(subscription, { metadata: { a: '1' } })
  await sandbox.stripe.subscriptions.update(subscription, { metadata: { a: '1' } })
  await sandbox.settle()
  const [event, ...more] = sandbox.listener.events
  expect(event?.data.previous_attributes).toEqual({ metadata: { a: null } })
  expect(more).toEqual([])
})

test('an event keeps the object as it was, whatever happens to it later', async () => {
  const { subscription } = await sandbox.subscribe()
  const [created] = (await sandbox.stripe.events.list({ type: 'customer.subscription.created' }))
    .data
  expect(created?.data.object).toMatchObject({ id: subscription, status: 'incomplete' })
  expect((await sandbox.stripe.subscriptions.retrieve(subscription)).status).toBe('active')
})

test('the account and its balance answer, for a check of reachability', async () => {
  expect(await wire('account')).toMatchObject({ id: 'acct_sandbox', object: 'account' })
  expect(await wire('balance')).toMatchObject({ object: 'balance', livemode: false })
})

test('the front page shows the subscriptions and what happened', async () => {
  await sandbox.subscribe('price_annual', '4242424242424242', 'front@example.org')
  const html = await (await fetch(sandbox.url)).text()
  expect(html).toContain('front@example.org')
  expect(html).toContain('subscription.created')
})
