import { afterEach, beforeEach, expect, test } from 'vitest'
import { GOOD, read, type Sandbox, startStripe } from './stripe-support.ts'

let sandbox: Sandbox
beforeEach(async () => {
  sandbox = await startStripe()
})
afterEach(() => sandbox.close())

const ALWAYS_ASKS = '4000002760003184'
const statusOf = async (id: string) => (await sandbox.stripe.subscriptions.retrieve(id)).status
const newestInvoice = async (subscription: string) =>
  (await sandbox.stripe.invoices.list({ subscription, limit: 1, expand: ['data.payments'] }))
    .data[0]!

/** A renewal that the bank wants confirmed, with the invoice and the payment that wait. */
async function waitingRenewal() {
  const { subscription } = await sandbox.subscribe('price_monthly', ALWAYS_ASKS)
  sandbox.heard()
  await sandbox.advanceDays(31.1)
  const invoice = await newestInvoice(subscription)
  const intent = String(invoice.payments!.data[0]!.payment.payment_intent)
  return { subscription, invoice, intent }
}

test('a renewal that needs the person is announced and leaves the subscription past due', async () => {
  const { subscription, invoice, intent } = await waitingRenewal()
  expect(sandbox.heard()).toContain('invoice.payment_action_required')
  expect(await statusOf(subscription)).toBe('past_due')
  expect(invoice).toMatchObject({ status: 'open', attempt_count: 1 })
  const waiting = await sandbox.stripe.paymentIntents.retrieve(intent)
  expect(waiting).toMatchObject({
    status: 'requires_action',
    next_action: {
      type: 'redirect_to_url',
      redirect_to_url: { url: `${sandbox.url}/confirm/${intent}` },
    },
  })
})

test('the person confirms on the page that the invoice leads to', async () => {
  const { subscription, invoice, intent } = await waitingRenewal()
  expect((await read(invoice.hosted_invoice_url!)).html).toContain(`/confirm/${intent}`)
  const page = `${sandbox.url}/confirm/${intent}`
  expect((await read(page)).html).toContain('•••• 3184')
  expect((await read(page, { answer: 'yes' })).html).toContain('Your payment is confirmed')
  expect(await statusOf(subscription)).toBe('active')
  expect((await read(page)).status).toBe(410)
})

test('a refusal is a failed payment, and nobody confirming ends it like any other', async () => {
  const { subscription, intent } = await waitingRenewal()
  sandbox.heard()
  expect((await sandbox.act('confirm', { intent, answer: false })).body).toEqual({
    result: 'failed',
  })
  expect(sandbox.heard()).toContain('invoice.payment_failed')
  await sandbox.advanceDays(8)
  expect(await statusOf(subscription)).toBe('canceled')
})

test('an open invoice can be paid on its own page with another card', async () => {
  const { subscription } = await sandbox.subscribe('price_monthly', '4000000000000341')
  await sandbox.advanceDays(31.1)
  const { id, hosted_invoice_url: url } = await newestInvoice(subscription)
  expect((await read(url!)).html).toContain('Pay $10.00')
  const refused = await read(url!, { ...GOOD, number: '4000000000000341' })
  expect(refused.status).toBe(422)
  expect(refused.html).toContain('id="number-error"')
  expect(await read(url!, GOOD)).toMatchObject({ status: 303, location: `/i/${id}` })
  expect((await read(url!)).html).not.toContain('Pay $10.00')
  expect(await statusOf(subscription)).toBe('active')
})
