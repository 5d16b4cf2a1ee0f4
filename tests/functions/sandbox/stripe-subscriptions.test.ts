import { afterEach, beforeEach, expect, test } from 'vitest'
import { type Sandbox, startStripe } from './stripe-support.ts'

let sandbox: Sandbox
beforeEach(async () => {
  sandbox = await startStripe()
})
afterEach(() => sandbox.close())

const payer = () =>
  sandbox.stripe.customers.create({
    email: 'ada@example.org',
    payment_method: 'pm_card_visa',
    invoice_settings: { default_payment_method: 'pm_card_visa' },
  })

const newestInvoice = async (subscription: string) =>
  (await sandbox.stripe.invoices.list({ subscription, limit: 1 })).data[0]!

test('the API starts a subscription with the customer’s card and expands what is asked for', async () => {
  const customer = await payer()
  const subscription = await sandbox.stripe.subscriptions.create({
    customer: customer.id,
    items: [{ price: 'price_annual', quantity: 2 }],
    metadata: { member: '1' },
    expand: ['latest_invoice.payments', 'customer'],
  })
  expect(subscription).toMatchObject({
    status: 'active',
    metadata: { member: '1' },
    customer: { email: 'ada@example.org' },
    latest_invoice: { amount_paid: 20_000, payments: { data: [{ status: 'paid' }] } },
  })
})

test('without a card a subscription is refused, and with a declined one stays incomplete', async () => {
  const customer = await sandbox.stripe.customers.create({})
  const items = [{ price: 'price_monthly' }]
  const none = sandbox.stripe.subscriptions.create({ customer: customer.id, items })
  await expect(none).rejects.toMatchObject({ statusCode: 400, code: 'resource_missing' })
  const method = await sandbox.stripe.paymentMethods.create({
    type: 'card',
    card: { number: '4000000000000002', exp_month: 12, exp_year: 2034, cvc: '123' },
  })
  const declined = await sandbox.stripe.subscriptions.create({
    customer: customer.id,
    items,
    default_payment_method: method.id,
  })
  expect(declined.status).toBe('incomplete')
})

test('another interval starts a new period, credits what is left and charges at once', async () => {
  const { subscription } = await sandbox.subscribe()
  await sandbox.advanceDays(15.5)
  sandbox.heard()
  const before = await sandbox.stripe.subscriptions.retrieve(subscription)
  const changed = await sandbox.stripe.subscriptions.update(subscription, {
    items: [{ id: before.items.data[0]!.id, price: 'price_annual' }],
  })
  expect(changed.items.data[0]).toMatchObject({ price: { id: 'price_annual' } })
  const end = new Date(changed.items.data[0]!.current_period_end * 1000)
  expect(end.toISOString().slice(0, 10)).toBe('2028-03-16')
  const invoice = await newestInvoice(subscription)
  expect(invoice).toMatchObject({ billing_reason: 'subscription_update', status: 'paid' })
  expect(invoice.lines.data.map((line) => line.amount)).toEqual([-500, 10_000])
  expect(invoice.amount_paid).toBe(9_500)
  await sandbox.settle()
  const event = sandbox.listener.events.find((e) => e.type === 'customer.subscription.updated')
  expect(event?.data.previous_attributes).toMatchObject({
    items: { data: [{ price: { id: 'price_monthly' } }] },
  })
})

test('the same interval leaves the period, and the difference waits for the next invoice', async () => {
  const { subscription } = await sandbox.subscribe('price_annual')
  await sandbox.advanceDays(183)
  const before = await sandbox.stripe.subscriptions.retrieve(subscription)
  const item = before.items.data[0]!
  await sandbox.stripe.subscriptions.update(subscription, {
    items: [{ id: item.id, price: 'price_donor_annual' }],
  })
  expect((await newestInvoice(subscription)).billing_reason).toBe('subscription_create')
  const after = await sandbox.stripe.subscriptions.retrieve(subscription)
  expect(after.items.data[0]!.current_period_end).toBe(item.current_period_end)
  await sandbox.advanceDays(184)
  const renewal = await newestInvoice(subscription)
  expect(renewal.lines.data).toHaveLength(3)
  expect(renewal.lines.data.at(-1)).toMatchObject({ amount: 25_000 })
})

test('a cheaper tier leaves a credit that the next invoices use up', async () => {
  const { subscription, customer } = await sandbox.subscribe('price_donor_annual')
  await sandbox.act('portal/change', { subscription, price: 'price_monthly' })
  expect(await newestInvoice(subscription)).toMatchObject({ amount_due: 0, status: 'paid' })
  expect(await sandbox.stripe.customers.retrieve(customer)).toMatchObject({ balance: -24_000 })
  await sandbox.advanceDays(31.1)
  expect(await newestInvoice(subscription)).toMatchObject({
    amount_due: 0,
    starting_balance: -24_000,
  })
  expect(await sandbox.stripe.customers.retrieve(customer)).toMatchObject({ balance: -23_000 })
})

test('a paused subscription makes no invoices until it is resumed', async () => {
  const { subscription } = await sandbox.subscribe()
  sandbox.heard()
  await sandbox.stripe.subscriptions.pause(subscription, { type: 'subscription' })
  await sandbox.advanceDays(40)
  expect(sandbox.heard()).toEqual(['customer.subscription.paused'])
  expect((await sandbox.stripe.subscriptions.retrieve(subscription)).status).toBe('paused')
  const resumed = await sandbox.stripe.subscriptions.resume(subscription, {})
  expect(resumed.status).toBe('active')
  await sandbox.settle()
  const heard = sandbox.heard()
  expect(heard[0]).toBe('customer.subscription.resumed')
  expect(heard).toContain('invoice.paid')
})

test('paused collection keeps the subscription active and voids its invoices', async () => {
  const { subscription } = await sandbox.subscribe()
  await sandbox.stripe.subscriptions.update(subscription, {
    pause_collection: { behavior: 'void' },
  })
  await sandbox.advanceDays(31.1)
  expect((await newestInvoice(subscription)).status).toBe('void')
  const again = await sandbox.stripe.subscriptions.update(subscription, { pause_collection: null })
  expect(again).toMatchObject({ status: 'active', pause_collection: null })
})

test('cancelling at once ends it, and it is listed only when ended ones are asked for', async () => {
  const { subscription, customer } = await sandbox.subscribe()
  const canceled = await sandbox.stripe.subscriptions.cancel(subscription, {
    cancellation_details: { feedback: 'unused' },
  })
  expect(canceled).toMatchObject({
    status: 'canceled',
    cancellation_details: { feedback: 'unused', reason: 'cancellation_requested' },
  })
  expect((await sandbox.stripe.subscriptions.list({ customer })).data).toEqual([])
  const all = await sandbox.stripe.subscriptions.list({ customer, status: 'all' })
  expect(all.data.map((s) => s.id)).toEqual([subscription])
  const revive = sandbox.stripe.subscriptions.update(subscription, { cancel_at_period_end: true })
  await expect(revive).rejects.toMatchObject({ statusCode: 400 })
})

test('a deleted customer takes the subscription along and is remembered by id only', async () => {
  const { subscription, customer } = await sandbox.subscribe()
  sandbox.heard()
  await sandbox.stripe.customers.del(customer)
  await sandbox.settle()
  expect(sandbox.heard()).toEqual(['customer.subscription.deleted', 'customer.deleted'])
  expect(await sandbox.stripe.customers.retrieve(customer)).toEqual({
    id: customer,
    object: 'customer',
    deleted: true,
  })
  const left = await sandbox.stripe.subscriptions.retrieve(subscription, { expand: ['customer'] })
  expect(left).toMatchObject({ status: 'canceled', customer: { deleted: true } })
})

test('a subscription that is billed by invoice waits for the payment and stays active', async () => {
  const customer = await sandbox.stripe.customers.create({ email: 'office@example.org' })
  const subscription = await sandbox.stripe.subscriptions.create({
    customer: customer.id,
    items: [{ price: 'price_annual' }],
    collection_method: 'send_invoice',
    days_until_due: 14,
  })
  expect(subscription.status).toBe('active')
  const invoice = await newestInvoice(subscription.id)
  expect(invoice).toMatchObject({ status: 'open', due_date: invoice.created + 14 * 86_400 })
  await sandbox.advanceDays(20)
  expect((await newestInvoice(subscription.id)).attempt_count).toBe(0)
})
