import { afterEach, beforeEach, expect, test } from 'vitest'
import { DAY, type Sandbox, startStripe } from './stripe-support.ts'

let sandbox: Sandbox
beforeEach(async () => {
  sandbox = await startStripe({ at: '2027-01-31T12:00:00Z' })
})
afterEach(() => sandbox.close())

const subscriptionOf = (id: string) => sandbox.stripe.subscriptions.retrieve(id)
const periodEnd = async (id: string) =>
  new Date((await subscriptionOf(id)).items.data[0]!.current_period_end * 1000)
    .toISOString()
    .slice(0, 10)

test('a month that begins on the 31st ends on the last day of February and returns to the 31st', async () => {
  const { subscription } = await sandbox.subscribe()
  expect(await periodEnd(subscription)).toBe('2027-02-28')
  await sandbox.advanceDays(28.1)
  expect(await periodEnd(subscription)).toBe('2027-03-31')
})

test('a renewal moves the period, makes an invoice and charges the card', async () => {
  const { subscription } = await sandbox.subscribe()
  sandbox.heard()
  await sandbox.advanceDays(28.1)
  expect(sandbox.heard()).toEqual([
    'customer.subscription.updated',
    'invoice.created',
    'invoice.finalized',
    'payment_intent.created',
    'charge.succeeded',
    'payment_intent.succeeded',
    'invoice_payment.paid',
    'invoice.paid',
    'invoice.payment_succeeded',
  ])
  const { data } = await sandbox.stripe.invoices.list({ subscription })
  expect(data.map((i) => [i.billing_reason, i.status, i.amount_paid])).toEqual([
    ['subscription_cycle', 'paid', 1000],
    ['subscription_create', 'paid', 1000],
  ])
  expect(data[0]?.parent?.subscription_details?.subscription).toBe(subscription)
  expect((await subscriptionOf(subscription)).status).toBe('active')
})

test('a long jump lives through every renewal in between, each at its own moment', async () => {
  const { subscription } = await sandbox.subscribe()
  await sandbox.advanceDays(182)
  const { data } = await sandbox.stripe.invoices.list({ subscription, limit: 100 })
  const days = data.map((i) => new Date(i.created * 1000).toISOString().slice(5, 10))
  expect(days).toEqual(['07-31', '06-30', '05-31', '04-30', '03-31', '02-28', '01-31'])
})

test('a card that fails later makes the subscription past due, with the next attempt announced', async () => {
  const { subscription } = await sandbox.subscribe('price_monthly', '4000000000000341')
  sandbox.heard()
  await sandbox.advanceDays(28.1)
  const failed = (await sandbox.stripe.invoices.list({ subscription, limit: 1 })).data[0]!
  expect(failed).toMatchObject({ status: 'open', attempt_count: 1, attempted: true })
  expect(failed.next_payment_attempt).toBe(failed.status_transitions.finalized_at! + DAY)
  expect((await subscriptionOf(subscription)).status).toBe('past_due')
  expect(sandbox.heard()).toContain('invoice.payment_failed')
})

test('a mended card pays what is owed at once and the subscription is active again', async () => {
  const { subscription, customer } = await sandbox.subscribe('price_monthly', '4000000000000341')
  await sandbox.advanceDays(29.1)
  sandbox.heard()
  expect((await sandbox.act('portal/mend', { customer })).body).toMatchObject({ result: 'mended' })
  expect((await subscriptionOf(subscription)).status).toBe('active')
  const heard = sandbox.heard()
  expect(heard).toContain('invoice.paid')
  expect(heard.at(-1)).toBe('customer.updated')
  await sandbox.advanceDays(14)
  expect((await subscriptionOf(subscription)).status).toBe('active')
})

test('retries come on days 1, 3, 5 and 7, and after the last the subscription is canceled', async () => {
  const { subscription } = await sandbox.subscribe('price_monthly', '4000000000000341')
  await sandbox.advanceDays(28.1)
  sandbox.heard()
  const attempts: number[] = []
  for (let day = 1; day <= 7; day += 1) {
    await sandbox.advanceDays(1)
    if (sandbox.heard().includes('invoice.payment_failed')) attempts.push(day)
  }
  expect(attempts).toEqual([1, 3, 5, 7])
  expect(await subscriptionOf(subscription)).toMatchObject({
    status: 'canceled',
    cancellation_details: { reason: 'payment_failed' },
  })
  const invoice = (await sandbox.stripe.invoices.list({ subscription, limit: 1 })).data[0]
  expect(invoice).toMatchObject({ status: 'open', attempt_count: 5, next_payment_attempt: null })
})

test('a plan that is cancelled runs to its end, and can be kept until then', async () => {
  const { subscription } = await sandbox.subscribe()
  await sandbox.act('portal/cancel', { subscription, reason: 'too_expensive', comment: 'Sorry' })
  const leaving = await subscriptionOf(subscription)
  expect(leaving).toMatchObject({
    status: 'active',
    cancel_at_period_end: true,
    cancel_at: leaving.items.data[0]!.current_period_end,
    cancellation_details: {
      reason: 'cancellation_requested',
      feedback: 'too_expensive',
      comment: 'Sorry',
    },
  })
  await sandbox.act('portal/resume', { subscription })
  expect(await subscriptionOf(subscription)).toMatchObject({ cancel_at: null, canceled_at: null })
  await sandbox.act('portal/cancel', { subscription })
  sandbox.heard()
  await sandbox.advanceDays(28.1)
  expect(sandbox.heard()).toEqual(['customer.subscription.deleted'])
  const ended = await subscriptionOf(subscription)
  expect(ended).toMatchObject({ status: 'canceled', ended_at: leaving.cancel_at })
  await sandbox.advanceDays(60)
  expect(sandbox.heard()).toEqual([])
})

test('a trial costs nothing, is announced three days before its end, and then is charged', async () => {
  const customer = await sandbox.stripe.customers.create({
    payment_method: 'pm_card_visa',
    invoice_settings: { default_payment_method: 'pm_card_visa' },
  })
  const trial = await sandbox.stripe.subscriptions.create({
    customer: customer.id,
    items: [{ price: 'price_annual' }],
    trial_period_days: 10,
    expand: ['latest_invoice'],
  })
  expect(trial).toMatchObject({
    status: 'trialing',
    latest_invoice: { amount_due: 0, status: 'paid' },
  })
  await sandbox.advanceDays(7.1)
  expect(sandbox.heard()).toContain('customer.subscription.trial_will_end')
  await sandbox.advanceDays(3)
  expect(await subscriptionOf(trial.id)).toMatchObject({ status: 'active' })
  const first = (await sandbox.stripe.invoices.list({ subscription: trial.id, limit: 1 })).data[0]
  expect(first).toMatchObject({ amount_paid: 10_000, billing_reason: 'subscription_cycle' })
})

test('a first payment that never comes lets the subscription expire after 23 hours', async () => {
  const customer = await sandbox.stripe.customers.create({ email: 'late@example.org' })
  const waiting = await sandbox.stripe.subscriptions.create({
    customer: customer.id,
    items: [{ price: 'price_monthly' }],
    payment_behavior: 'default_incomplete',
  })
  expect(waiting.status).toBe('incomplete')
  await sandbox.advanceDays(1)
  expect((await subscriptionOf(waiting.id)).status).toBe('incomplete_expired')
  expect(sandbox.heard()).toContain('invoice.voided')
})
