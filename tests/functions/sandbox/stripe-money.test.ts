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

test('a refund that the bank sends back is failed, and the money is on the balance again', async () => {
  const { charge } = await paidCharge()
  const given = await sandbox.stripe.refunds.create({ charge: charge.id })
  await sandbox.settle()
  sandbox.heard()
  const { status } = await sandbox.act('refund/fail', {
    refund: given.id,
    reason: 'expired_or_canceled_card',
  })
  expect(status).toBe(200)
  expect(sandbox.heard()).toEqual(['refund.failed', 'charge.updated'])
  expect(await sandbox.stripe.refunds.retrieve(given.id)).toMatchObject({
    status: 'failed',
    failure_reason: 'expired_or_canceled_card',
  })
  const after = await sandbox.stripe.charges.retrieve(charge.id)
  expect(after).toMatchObject({ refunded: false, amount_refunded: 0 })
  const moved = await sandbox.stripe.balanceTransactions.list({ source: given.id })
  expect(moved.data.map((t) => [t.reporting_category, t.amount])).toEqual([
    ['refund_failure', 1000],
    ['refund', -1000],
  ])
  expect((await sandbox.act('refund/fail', { refund: given.id })).status).toBe(400)
  // What came back can be given again.
  expect((await sandbox.stripe.refunds.create({ charge: charge.id })).amount).toBe(1000)
})

test('a refund can be refused once, with a code', async () => {
  const { charge } = await paidCharge()
  await sandbox.act('refund/refuse', { charge: charge.id, code: 'balance_insufficient' })
  const refused = sandbox.stripe.refunds.create({ charge: charge.id })
  await expect(refused).rejects.toMatchObject({ statusCode: 400, code: 'balance_insufficient' })
  expect((await sandbox.stripe.refunds.create({ charge: charge.id })).status).toBe('succeeded')
})

test('the refunds of a payment are listed with what was noted on them', async () => {
  const { intent, charge } = await paidCharge()
  for (const proposal_id of ['one', 'two']) {
    await sandbox.stripe.refunds.create({
      charge: charge.id,
      amount: 10,
      metadata: { proposal_id },
    })
  }
  const listed = await sandbox.stripe.refunds.list({ payment_intent: intent })
  expect(listed.data.map(({ metadata }) => metadata?.proposal_id)).toEqual(['two', 'one'])
})

test('the balance is listed with what moved it, a payout takes what is there', async () => {
  const { charge } = await paidCharge()
  const paid = (await sandbox.act('payout', {})).body
  const { data } = await sandbox.stripe.balanceTransactions.list({
    expand: ['data.source'],
    created: { gte: charge.created },
    limit: 100,
  })
  expect(data[0]).toMatchObject({
    type: 'payout',
    amount: -paid.amount,
    fee: 0,
    source: { id: paid.id },
  })
  expect(data.find(({ source }) => (source as { id: string }).id === charge.id)).toMatchObject({
    reporting_category: 'charge',
    source: { object: 'charge', amount: 1000, payment_intent: charge.payment_intent },
  })
  expect((await sandbox.act('payout', {})).body.error).toMatchObject({
    code: 'balance_insufficient',
  })
  expect((await sandbox.stripe.payouts.retrieve(paid.id)).status).toBe('paid')
})

test('what a dispute takes and gives back are categories of their own', async () => {
  const { charge } = await paidCharge()
  const dispute = (await sandbox.act('dispute', { charge: charge.id })).body
  await sandbox.act('dispute/close', { dispute: dispute.id, outcome: 'won' })
  const moved = await sandbox.stripe.balanceTransactions.list({ source: dispute.id })
  expect(moved.data.map((t) => t.reporting_category)).toEqual(['dispute_reversal', 'dispute'])
})

test('payments of invoices are listed by when they were begun', async () => {
  const { invoice } = await paidCharge()
  const [payment] = (await sandbox.stripe.invoicePayments.list({ invoice })).data
  const at = payment!.created
  const during = await sandbox.stripe.invoicePayments.list({
    invoice,
    created: { gte: at, lt: at + 1 },
  })
  const later = await sandbox.stripe.invoicePayments.list({ invoice, created: { gte: at + 1 } })
  expect([during.data.length, later.data.length]).toEqual([1, 0])
})
