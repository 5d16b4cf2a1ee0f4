import { afterAll, beforeAll, expect, test } from 'vitest'
import { DAY, type Sandbox, startStripe } from './stripe-support.ts'

let sandbox: Sandbox
beforeAll(async () => {
  sandbox = await startStripe({ people: true })
})
afterAll(() => sandbox.close())

const today = Date.parse('2027-03-01T00:00:00Z') / 1000

test('the demo members have been there for a while, and nobody is told of it', async () => {
  const { data } = await sandbox.stripe.subscriptions.list({ status: 'all', limit: 100 })
  expect(data).toHaveLength(46)
  const ada = await sandbox.stripe.subscriptions.retrieve('sub_ada')
  expect(ada).toMatchObject({ customer: 'cus_ada', status: 'active', latest_invoice: 'in_ada' })
  expect(ada.items.data[0]).toMatchObject({
    subscription: 'sub_ada',
    current_period_start: today - 12 * DAY,
  })
  const { data: events } = await sandbox.stripe.events.list()
  expect(events).toEqual([])
})

test('Cyn has left, and Dot owes a renewal that is tried again', async () => {
  expect(await sandbox.stripe.subscriptions.retrieve('sub_cyn')).toMatchObject({
    status: 'canceled',
    cancellation_details: { reason: 'cancellation_requested' },
  })
  expect(await sandbox.stripe.subscriptions.retrieve('sub_dot')).toMatchObject({
    status: 'past_due',
  })
  const owed = await sandbox.stripe.invoices.retrieve('in_dot')
  expect(owed).toMatchObject({ status: 'open', amount_due: 1000, customer: 'cus_dot' })
  expect(owed.next_payment_attempt).toBeGreaterThan(today)
})

test('who has been a member for long has a receipt for every period that she paid', async () => {
  const paid = async (key: string) => {
    const { data } = await sandbox.stripe.invoices.list({ customer: `cus_${key}`, limit: 100 })
    return data.filter(({ status }) => status === 'paid').map(({ id }) => id)
  }
  expect(await paid('ada')).toEqual(['in_ada', ...[7, 6, 5, 4, 3, 2, 1].map((n) => `in_ada_${n}`)])
  const first = await sandbox.stripe.invoices.retrieve('in_ada_1')
  expect((await fetch(first.hosted_invoice_url ?? '')).status).toBe(200)
  expect(await paid('bea')).toEqual(['in_bea'])
  expect(await paid('lea')).toEqual(['in_lea', 'in_lea_1'])
  // Four months, and the one in which her card began to fail was paid with the card before it.
  expect(await paid('dot')).toEqual([5, 4, 3, 2, 1].map((n) => `in_dot_${n}`))
})
