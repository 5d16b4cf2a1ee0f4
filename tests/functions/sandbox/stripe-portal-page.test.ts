import { afterAll, beforeAll, expect, test } from 'vitest'
import { GOOD, read, type Sandbox, startStripe } from './stripe-support.ts'

let sandbox: Sandbox
beforeAll(async () => {
  sandbox = await startStripe()
})
afterAll(() => sandbox.close())

async function portal(card = GOOD.number, flow?: object) {
  const paid = await sandbox.subscribe('price_monthly', card.replaceAll(' ', ''))
  const session = await sandbox.stripe.billingPortal.sessions.create({
    customer: paid.customer,
    return_url: 'http://localhost:4321/account',
    ...flow,
  })
  return { ...paid, url: session.url }
}

test('the billing page shows the plan, the card and the invoices with their receipts', async () => {
  const { url } = await portal()
  const { html } = await read(url)
  expect(html).toContain('Membership, monthly')
  expect(html).toContain('•••• 4242')
  expect(html).toContain('href="http://localhost:4321/account"')
  const receipt = /href="([^"]*\/i\/in_[^"]+)"/.exec(html)?.[1]
  expect((await read(receipt!)).html).toContain('$10.00')
})

test('the billing page cancels with a reason, and takes it back', async () => {
  const { url, subscription } = await portal()
  expect((await read(`${url}/cancel/${subscription}`)).html).toContain('Why are you leaving?')
  const left = await read(`${url}/cancel/${subscription}`, { feedback: 'unused', comment: 'Bye' })
  expect(left.location).toMatch(/\?done=canceled$/)
  expect(await sandbox.stripe.subscriptions.retrieve(subscription)).toMatchObject({
    cancel_at_period_end: true,
    cancellation_details: { feedback: 'unused', comment: 'Bye' },
  })
  expect((await read(url)).html).toContain('Keep my plan')
  await read(`${url}/keep`, { subscription })
  expect((await sandbox.stripe.subscriptions.retrieve(subscription)).cancel_at_period_end).toBe(
    false,
  )
})

test('the billing page changes the tier among the offered ones only', async () => {
  const { url, subscription } = await portal()
  const form = `${url}/change/${subscription}`
  expect((await read(form)).html).not.toContain('price_donation_monthly_10')
  expect((await read(form, { price: 'price_donation_monthly_10' })).status).toBe(422)
  expect((await read(form, { price: 'price_annual' })).location).toMatch(/\?done=changed$/)
  const after = await sandbox.stripe.subscriptions.retrieve(subscription)
  expect(after.items.data[0]?.price.id).toBe('price_annual')
})

test('the billing page mends a card and pays what is owed', async () => {
  const { url, subscription, customer } = await portal('4000 0000 0000 0341')
  await sandbox.advanceDays(31.1)
  expect((await read(url)).status).toBe(410)
  const fresh = await sandbox.stripe.billingPortal.sessions.create({ customer })
  expect((await read(fresh.url)).html).toContain('Payment failed')
  const refused = await read(`${fresh.url}/card`, { ...GOOD, number: '4000 0000 0000 0002' })
  expect(refused.status).toBe(422)
  expect((await read(`${fresh.url}/card`, GOOD)).location).toMatch(/\?done=paid$/)
  expect((await sandbox.stripe.subscriptions.retrieve(subscription)).status).toBe('active')
})

test('the billing page does nothing to the subscription of somebody else', async () => {
  const mine = await portal()
  const other = await portal()
  await read(`${mine.url}/cancel/${other.subscription}`, {})
  expect((await sandbox.stripe.subscriptions.retrieve(other.subscription)).cancel_at).toBeNull()
  expect((await read(`${sandbox.url}/p/session/test_guess`)).status).toBe(410)
})

test('the billing page opens on one step when the site asks for it, and goes back where it says', async () => {
  const paid = await sandbox.subscribe()
  const session = await sandbox.stripe.billingPortal.sessions.create({
    customer: paid.customer,
    flow_data: {
      type: 'subscription_cancel',
      subscription_cancel: { subscription: paid.subscription },
      after_completion: {
        type: 'redirect',
        redirect: { return_url: 'http://localhost:4321/bye' },
      },
    },
  })
  expect((await read(session.url)).html).toContain('Cancel your plan')
  expect((await read(session.url, { feedback: 'other' })).location).toBe(
    'http://localhost:4321/bye',
  )
})
