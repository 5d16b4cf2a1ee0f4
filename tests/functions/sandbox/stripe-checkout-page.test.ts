import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { GOOD, read, type Sandbox, startStripe } from './stripe-support.ts'

let sandbox: Sandbox
beforeAll(async () => {
  sandbox = await startStripe({ merchant: 'Women <Defining> AI' })
})
afterAll(() => sandbox.close())
beforeEach(() => {
  sandbox.heard()
})

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
