import { afterAll, beforeAll, expect, it } from 'vitest'
import { sdkFor, startStripe } from './stripe-support.ts'

let sandbox: Awaited<ReturnType<typeof startStripe>>
let practice: ReturnType<typeof sdkFor>
beforeAll(async () => {
  sandbox = await startStripe({ people: true })
  practice = sdkFor(sandbox.url, 'sk_test_practice')
})
afterAll(() => sandbox.close())

const chargeOf = async (stripe: typeof practice, invoice: string) => {
  const { data } = await stripe.invoicePayments.list({ invoice })
  const intent = await stripe.paymentIntents.retrieve(String(data[0]!.payment.payment_intent))
  return { intent: intent.id, charge: String(intent.latest_charge) }
}

it('What is refunded and ended at the account for practice is not at the other, and nobody is told', async () => {
  const { intent, charge } = await chargeOf(practice, 'in_bea')
  await practice.refunds.create({ payment_intent: intent, amount: 1000 })
  await practice.subscriptions.cancel('sub_bea')
  await sandbox.settle()
  expect((await practice.charges.retrieve(charge)).amount_refunded).toBe(1000)
  expect((await practice.subscriptions.retrieve('sub_bea')).status).toBe('canceled')

  const real = await chargeOf(sandbox.stripe, 'in_bea')
  expect((await sandbox.stripe.charges.retrieve(real.charge)).amount_refunded).toBe(0)
  expect((await sandbox.stripe.subscriptions.retrieve('sub_bea')).status).toBe('active')
  await expect(sandbox.stripe.charges.retrieve(charge)).rejects.toMatchObject({
    code: 'resource_missing',
  })
  expect(sandbox.delivery.deliverer.deliveries()).toEqual([])
})

it('Whoever pays at the one account is not known at the other', async () => {
  const { id } = await sandbox.stripe.customers.create({ email: 'eve@example.org' })
  await expect(practice.customers.retrieve(id)).rejects.toMatchObject({ code: 'resource_missing' })
})

it('A reset begins both anew', async () => {
  await practice.customers.create({ email: 'fay@example.org' })
  await fetch(`${sandbox.url}/_sandbox/reset`, { method: 'POST', body: '{}' })
  expect((await practice.customers.list({ email: 'fay@example.org' })).data).toEqual([])
  expect((await practice.subscriptions.retrieve('sub_bea')).status).toBe('active')
})
