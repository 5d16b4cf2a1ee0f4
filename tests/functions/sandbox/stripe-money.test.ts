import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { type Sandbox, startStripe } from './stripe-support.ts'

let sandbox: Sandbox
beforeAll(async () => {
  sandbox = await startStripe()
})
afterAll(() => sandbox.close())
beforeEach(() => {
  sandbox.heard()
})

/** A paid subscription and the charge of its first invoice. */
async function paidCharge() {
  const { customer, session } = await sandbox.subscribe()
  const payments = await sandbox.stripe.invoicePayments.list({ invoice: String(session.invoice) })
  const intent = String(payments.data[0]!.payment.payment_intent)
  const charge = (await sandbox.stripe.charges.list({ payment_intent: intent })).data[0]!
  sandbox.heard()
  return { customer, intent, charge, invoice: String(session.invoice) }
}

test('an invoice leads to its payment, and the payment back to the invoice', async () => {
  const { invoice, intent } = await paidCharge()
  const back = await sandbox.stripe.invoicePayments.list({
    payment: { type: 'payment_intent', payment_intent: intent },
  })
  expect(back.data).toMatchObject([{ invoice, status: 'paid', amount_paid: 1000 }])
})

test('a refund gives back a part, then the rest, and never more than was taken', async () => {
  const { intent, charge } = await paidCharge()
  const part = await sandbox.stripe.refunds.create({
    payment_intent: intent,
    amount: 400,
    reason: 'requested_by_customer',
  })
  expect(part).toMatchObject({ amount: 400, status: 'succeeded', charge: charge.id })
  const tooMuch = sandbox.stripe.refunds.create({ charge: charge.id, amount: 601 })
  await expect(tooMuch).rejects.toMatchObject({ statusCode: 400, param: 'amount' })
  const rest = await sandbox.stripe.refunds.create({ charge: charge.id })
  expect(rest.amount).toBe(600)
  const again = sandbox.stripe.refunds.create({ charge: charge.id })
  await expect(again).rejects.toMatchObject({ code: 'charge_already_refunded' })
  const after = await sandbox.stripe.charges.retrieve(charge.id, { expand: ['refunds'] })
  expect(after).toMatchObject({ refunded: true, amount_refunded: 1000 })
  expect(after.refunds?.data.map((r) => r.amount)).toEqual([600, 400])
  await sandbox.settle()
  expect(sandbox.heard()).toEqual([
    'refund.created',
    'charge.refunded',
    'refund.created',
    'charge.refunded',
  ])
})

test('two refunds of everything at the same moment give the money back once', async () => {
  const { charge } = await paidCharge()
  const both = await Promise.allSettled([
    sandbox.stripe.refunds.create({ charge: charge.id }),
    sandbox.stripe.refunds.create({ charge: charge.id }),
  ])
  expect(both.map((b) => b.status).sort()).toEqual(['fulfilled', 'rejected'])
  expect((await sandbox.stripe.charges.retrieve(charge.id)).amount_refunded).toBe(1000)
})

test('a dispute takes the money until it is decided, and it blocks a refund', async () => {
  const { charge } = await paidCharge()
  const dispute = (await sandbox.act('dispute', { charge: charge.id })).body
  expect(dispute).toMatchObject({ status: 'needs_response', amount: 1000, charge: charge.id })
  expect((await sandbox.stripe.charges.retrieve(charge.id)).disputed).toBe(true)
  const refund = sandbox.stripe.refunds.create({ charge: charge.id })
  await expect(refund).rejects.toMatchObject({ code: 'charge_disputed' })
  await sandbox.act('dispute/close', { dispute: dispute.id, outcome: 'won' })
  expect(await sandbox.stripe.disputes.retrieve(dispute.id)).toMatchObject({ status: 'won' })
  expect(sandbox.heard()).toEqual([
    'charge.dispute.created',
    'charge.dispute.funds_withdrawn',
    'charge.dispute.closed',
    'charge.dispute.funds_reinstated',
  ])
  const twice = await sandbox.act('dispute/close', { dispute: dispute.id, outcome: 'lost' })
  expect(twice.status).toBe(400)
})

test('a lost dispute keeps the money and says so', async () => {
  const { charge } = await paidCharge()
  const dispute = (await sandbox.act('dispute', { charge: charge.id, reason: 'duplicate' })).body
  await sandbox.act('dispute/close', { dispute: dispute.id, outcome: 'lost' })
  const listed = await sandbox.stripe.disputes.list({ charge: charge.id })
  expect(listed.data).toMatchObject([{ status: 'lost', reason: 'duplicate' }])
  expect(sandbox.heard()).not.toContain('charge.dispute.funds_reinstated')
})

test('each charge shows what it cost', async () => {
  const { charge } = await paidCharge()
  const full = await sandbox.stripe.charges.retrieve(charge.id, { expand: ['balance_transaction'] })
  expect(full.balance_transaction).toMatchObject({
    amount: 1000,
    fee: 59,
    net: 941,
    type: 'charge',
  })
})

test('an intent that the API confirms with a declined card is a card error', async () => {
  const declined = sandbox.stripe.paymentIntents.create({
    amount: 500,
    currency: 'usd',
    payment_method: 'pm_card_chargeDeclined',
    confirm: true,
  })
  await expect(declined).rejects.toMatchObject({
    type: 'StripeCardError',
    statusCode: 402,
    code: 'card_declined',
    decline_code: 'generic_decline',
    payment_intent: { status: 'requires_payment_method' },
  })
})

test('an open invoice can be paid by the API with another card', async () => {
  const { subscription } = await sandbox.subscribe('price_monthly', '4000000000000341')
  await sandbox.advanceDays(31.1)
  const open = (await sandbox.stripe.invoices.list({ subscription, limit: 1 })).data[0]!
  const refused = sandbox.stripe.invoices.pay(open.id!)
  await expect(refused).rejects.toMatchObject({ statusCode: 402 })
  const paid = await sandbox.stripe.invoices.pay(open.id!, { payment_method: 'pm_card_visa' })
  expect(paid).toMatchObject({ status: 'paid', amount_remaining: 0 })
  expect((await sandbox.stripe.subscriptions.retrieve(subscription)).status).toBe('active')
})
