import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { type Sandbox, startStripe } from './stripe-support.ts'

let sandbox: Sandbox
beforeAll(async () => {
  sandbox = await startStripe({ merchant: 'Women <Defining> AI' })
})
afterAll(() => sandbox.close())
beforeEach(() => {
  sandbox.heard()
})

const GOOD = {
  email: 'eve@example.org',
  number: '4242 4242 4242 4242',
  expiry: '12 / 34',
  cvc: '123',
  name: 'Eve Okafor',
}

async function read(url: string, form?: Record<string, string>) {
  const response = await fetch(url, {
    redirect: 'manual',
    ...(form && { method: 'POST', body: new URLSearchParams(form) }),
  })
  const location = response.headers.get('location')
  return { status: response.status, location, html: await response.text() }
}

const open = (more: object = {}) =>
  sandbox.stripe.checkout.sessions.create({
    mode: 'subscription',
    line_items: [{ price: 'price_monthly', quantity: 1 }],
    success_url: 'http://localhost:4321/welcome?session={CHECKOUT_SESSION_ID}',
    cancel_url: 'http://localhost:4321/join',
    ...more,
  })

describe('the checkout page', () => {
  test('says who is paid, how much and how often, with a label for every field', async () => {
    const { html } = await read((await open()).url!)
    expect(html).toContain('Women &lt;Defining&gt; AI')
    expect(html).toContain('$10.00')
    expect(html).toContain('per month')
    expect(html).toContain('href="http://localhost:4321/join"')
    for (const name of ['email', 'number', 'expiry', 'cvc', 'name']) {
      expect(html).toContain(`<label for="${name}">`)
      expect(html).toContain(`id="${name}" name="${name}"`)
    }
    expect(html).not.toContain('<script')
  })

  test('takes the payment and sends the person on', async () => {
    const session = await open()
    const paid = await read(session.url!, GOOD)
    expect(paid).toMatchObject({
      status: 303,
      location: `http://localhost:4321/welcome?session=${session.id}`,
    })
    await sandbox.settle()
    expect(sandbox.heard()).toContain('checkout.session.completed')
    const again = await read(session.url!, GOOD)
    expect(again).toMatchObject({ status: 200, location: null })
    expect(again.html).toContain('You are all done here')
  })

  test('ties each mistake to its field and keeps what was typed', async () => {
    const wrong = { ...GOOD, number: '4242 4242 4242 4241', expiry: '01 / 20', name: '' }
    const { status, html } = await read((await open()).url!, wrong)
    expect(status).toBe(422)
    for (const name of ['number', 'expiry', 'name']) {
      expect(html).toContain(`aria-describedby="${name}-error"`)
      expect(html).toContain(`id="${name}-error"`)
    }
    expect(html).not.toContain('id="email-error"')
    expect(html).toContain('value="eve@example.org"')
    expect(html).toContain('role="alert"')
  })

  test('says that a card was declined and keeps the form', async () => {
    const session = await open()
    const { status, html } = await read(session.url!, { ...GOOD, number: '4000000000000002' })
    expect(status).toBe(402)
    expect(html).toContain('Your card was declined.')
    expect(html).toContain('value="Eve Okafor"')
    expect((await sandbox.stripe.checkout.sessions.retrieve(session.id)).status).toBe('open')
  })

  test('asks the bank when the card wants it: no is declined, yes is paid', async () => {
    const session = await open()
    const card = { ...GOOD, number: '4000 0025 0000 3155' }
    const asked = await read(session.url!, card)
    expect(asked).toMatchObject({ status: 303, location: `/c/pay/${session.id}/confirm` })
    const bank = `${sandbox.url}${asked.location}`
    expect((await read(bank)).html).toContain('•••• 3155')
    expect((await read(bank, { answer: 'no' })).status).toBe(402)
    await read(session.url!, card)
    expect((await read(bank, { answer: 'yes' })).location).toContain('/welcome?session=cs_test_')
  })

  test('does not let anybody change an address that the site has fixed', async () => {
    const session = await open({ customer_email: 'fixed@example.org' })
    expect((await read(session.url!)).html).toMatch(/id="email"[^>]*readonly/)
    await read(session.url!, { ...GOOD, email: 'other@example.org' })
    const done = await sandbox.stripe.checkout.sessions.retrieve(session.id)
    expect(done.customer_details?.email).toBe('fixed@example.org')
  })

  test('is gone when the session has expired or never was', async () => {
    const session = await open()
    const { url } = session
    await sandbox.stripe.checkout.sessions.expire(session.id)
    expect((await read(url!)).status).toBe(410)
    expect((await read(`${sandbox.url}/c/pay/cs_test_nobody`)).status).toBe(404)
  })
})

describe('the billing page', () => {
  async function portal(card = GOOD.number, flow?: object) {
    const paid = await sandbox.subscribe('price_monthly', card.replaceAll(' ', ''))
    const session = await sandbox.stripe.billingPortal.sessions.create({
      customer: paid.customer,
      return_url: 'http://localhost:4321/account',
      ...flow,
    })
    return { ...paid, url: session.url }
  }

  test('shows the plan, the card and the invoices with their receipts', async () => {
    const { url } = await portal()
    const { html } = await read(url)
    expect(html).toContain('Membership, monthly')
    expect(html).toContain('•••• 4242')
    expect(html).toContain('href="http://localhost:4321/account"')
    const receipt = /href="([^"]*\/i\/in_[^"]+)"/.exec(html)?.[1]
    expect((await read(receipt!)).html).toContain('$10.00')
  })

  test('cancels with a reason, and takes it back', async () => {
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

  test('changes the tier among the offered ones only', async () => {
    const { url, subscription } = await portal()
    const form = `${url}/change/${subscription}`
    expect((await read(form)).html).not.toContain('price_donation_monthly_10')
    expect((await read(form, { price: 'price_donation_monthly_10' })).status).toBe(422)
    expect((await read(form, { price: 'price_annual' })).location).toMatch(/\?done=changed$/)
    const after = await sandbox.stripe.subscriptions.retrieve(subscription)
    expect(after.items.data[0]?.price.id).toBe('price_annual')
  })

  test('mends a card and pays what is owed', async () => {
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

  test('does nothing to the subscription of somebody else', async () => {
    const mine = await portal()
    const other = await portal()
    await read(`${mine.url}/cancel/${other.subscription}`, {})
    expect((await sandbox.stripe.subscriptions.retrieve(other.subscription)).cancel_at).toBeNull()
    expect((await read(`${sandbox.url}/p/session/test_guess`)).status).toBe(410)
  })

  test('opens on one step when the site asks for it, and goes back where it says', async () => {
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
})
