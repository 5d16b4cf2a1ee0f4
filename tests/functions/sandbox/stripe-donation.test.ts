import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Sandbox, startStripe } from './stripe-support.ts'

let sandbox: Sandbox
beforeAll(async () => {
  sandbox = await startStripe()
})
afterAll(() => sandbox.close())

const donation = (more: object = {}) =>
  sandbox.stripe.checkout.sessions.create({
    mode: 'payment',
    submit_type: 'donate',
    line_items: [
      {
        price_data: { currency: 'usd', unit_amount: 1500, product_data: { name: 'Donation' } },
        quantity: 2,
      },
    ],
    payment_intent_data: { metadata: { kind: 'donation' } },
    success_url: 'http://localhost:4321/thanks',
    ...more,
  })

test('a donation takes any amount from a guest and makes no customer', async () => {
  const session = await donation()
  await sandbox.act('pay', { session: session.id, email: 'guest@example.org' })
  const done = await sandbox.stripe.checkout.sessions.retrieve(session.id, {
    expand: ['payment_intent', 'line_items'],
  })
  expect(done).toMatchObject({ customer: null, amount_total: 3000, payment_status: 'paid' })
  expect(done.payment_intent).toMatchObject({
    status: 'succeeded',
    amount_received: 3000,
    metadata: { kind: 'donation' },
  })
  expect(done.line_items?.data[0]).toMatchObject({ description: 'Donation', quantity: 2 })
})

test('a donation makes a customer when it is asked to', async () => {
  const session = await donation({ customer_creation: 'always' })
  await sandbox.act('pay', { session: session.id, email: 'giver@example.org' })
  const found = await sandbox.stripe.customers.list({ email: 'giver@example.org' })
  expect(found.data).toHaveLength(1)
})

test('a donation with a card that asks for confirmation fails when the bank is told no', async () => {
  const session = await donation()
  const card = '4000002500003155'
  const refused = await sandbox.act('pay', { session: session.id, card, confirmed: false })
  expect(refused.body).toMatchObject({ result: 'declined' })
  const paid = await sandbox.act('pay', { session: session.id, card })
  expect(paid.body).toMatchObject({ result: 'paid' })
})
