import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { fresh } from '../support/events.ts'
import { type House, openHouse, PUBLISHABLE, SITE } from '../support/house.ts'
import { act, ask, join, memberOf, sessionOf, signIn } from '../support/people.ts'

let house: House
beforeAll(async () => {
  house = await openHouse()
})
afterAll(() => house?.close())

const bearer = (token: string) => ({ authorization: `Bearer ${token}` })
const sessionAt = (url: string) => house.stripe.world.sessions.get(sessionOf(url))!
const someone = () => `${fresh('someone')}@example.org`
/** Each call from an address of its own, so that no test runs into the limit of another. */
const from = (address = fresh('10')) => ({ 'x-forwarded-for': `${address}, 172.16.0.1` })
const checkout = (body: unknown, headers: Record<string, string> = {}) =>
  ask(house, 'checkout', body, { ...from(), ...headers })

describe('A visitor', () => {
  it('gets the hosted page of a tier at the price of the table', async () => {
    const { status, body } = await checkout({ tier: 'annual', email: 'Vera@Example.org ' })
    expect(status).toBe(200)
    const session = sessionAt(body.url)
    expect(session).toMatchObject({
      mode: 'subscription',
      amount_total: 10_000,
      customer_email: 'vera@example.org',
      success_url: `${SITE}/welcome?session_id={CHECKOUT_SESSION_ID}`,
      cancel_url: `${SITE}/join`,
    })
  })

  it('cannot say the price', async () => {
    const wish = {
      tier: 'monthly',
      price: 'price_x',
      unit_amount: 1,
      line_items: [],
      mode: 'payment',
    }
    const { body } = await checkout(wish)
    expect(sessionAt(body.url)).toMatchObject({ mode: 'subscription', amount_total: 1000 })
  })

  it('gives once, and comes back to a page that says thank you', async () => {
    const { body } = await checkout({ donation: { amount: 2500, note: 'For the library' } })
    expect(sessionAt(body.url)).toMatchObject({
      mode: 'payment',
      amount_total: 2500,
      submit_type: 'donate',
      metadata: { purpose: 'donation', note: 'For the library' },
      success_url: `${SITE}/thank-you?session_id={CHECKOUT_SESSION_ID}`,
      cancel_url: `${SITE}/donate`,
    })
  })

  it('gives every month', async () => {
    const { body } = await checkout({ donation: { amount: 1000, interval: 'month' } })
    expect(sessionAt(body.url)).toMatchObject({ mode: 'subscription', amount_total: 1000 })
  })

  it.each([
    [{ tier: 'platinum' }, 'tier'],
    [{}, 'tier'],
    [{ tier: 'monthly', donation: { amount: 500 } }, 'tier'],
    [{ donation: { amount: 50 } }, 'donation.amount'],
    [{ donation: { amount: 12.5 } }, 'donation.amount'],
    [{ donation: { amount: 500, currency: 'xxx' } }, 'donation.currency'],
    [{ donation: { amount: 500, interval: 'week' } }, 'donation.interval'],
    [{ tier: 'monthly', email: 'not an address' }, 'email'],
    [{ tier: 'monthly', website: 'https://spam.example' }, 'website'],
    [{ tier: 'monthly', return_path: 'https://evil.example/' }, 'return_path'],
    [{ tier: 'monthly', return_path: '//evil.example' }, 'return_path'],
    [{ tier: 'monthly', return_path: '/\\evil.example' }, 'return_path'],
    [{ tier: 'monthly', return_path: 'javascript:alert(1)' }, 'return_path'],
  ])('is told which field is wrong: %j', async (wish, field) => {
    const { status, body } = await checkout(wish)
    expect(status).toBe(422)
    expect(body.error.field).toBe(field)
    expect(body.error.message).not.toBe('')
  })

  it('comes back to a path of our own site', async () => {
    const { body } = await checkout({ tier: 'monthly', return_path: '/join?from=mail' })
    expect(sessionAt(body.url).cancel_url).toBe(`${SITE}/join?from=mail`)
  })

  it('gets one session for one Idempotency-Key, which is of no use to anybody else', async () => {
    const email = someone()
    const mine = { 'idempotency-key': 'same', ...from('10.1.1.1') }
    const first = await checkout({ tier: 'monthly', email }, mine)
    const again = await checkout({ tier: 'monthly', email }, mine)
    expect(again.body.url).toBe(first.body.url)
    const other = await checkout({ tier: 'annual', email }, mine)
    expect(other.status).toBe(409)
    const stranger = { 'idempotency-key': 'same', ...from('10.2.2.2') }
    expect((await checkout({ tier: 'monthly', email }, stranger)).body.url).not.toBe(first.body.url)
  })

  it('waits a minute after ten checkouts', async () => {
    // The clock stands: six seconds would give one back.
    await house.still(async () => {
      const here = from('10.3.3.3')
      for (let n = 0; n < 10; n++)
        expect((await checkout({ tier: 'monthly' }, here)).status).toBe(200)
      const eleventh = await checkout({ tier: 'monthly' }, here)
      expect(eleventh.status).toBe(429)
      expect(eleventh.headers.get('retry-after')).toBe('60')
      expect(eleventh.body.error.remedy).toBe('Wait a minute, then try again.')
      const refused = from('10.4.4.4')
      for (let n = 0; n < 10; n++)
        expect((await checkout({ tier: 'platinum' }, refused)).status).toBe(422)
      expect((await checkout({ tier: 'platinum' }, refused)).status).toBe(429)
      const pretended = { ...from('10.5.5.5'), 'cf-connecting-ip': '10.3.3.3' }
      expect((await checkout({ tier: 'monthly' }, pretended)).status).toBe(429)
    })
    const [kept] =
      await house.sql`select count(*) from private.rate_limits where bucket like '%10.3.3.3%'`
    expect(Number(kept?.count)).toBe(0)
  })

  it('needs the publishable key, JSON, and no more than 16 KB of it', async () => {
    expect((await checkout({ tier: 'monthly' }, { apikey: 'sb_publishable_other' })).status).toBe(
      401,
    )
    expect((await checkout('{"tier":')).status).toBe(400)
    expect((await checkout({ tier: 'x'.repeat(17_000) })).status).toBe(413)
    const asBearer = { apikey: '', ...bearer(PUBLISHABLE) }
    expect((await checkout({ tier: 'monthly' }, asBearer)).status).toBe(200)
  })

  it('may call from our own site’s pages, and from no other', async () => {
    const preflight = async (origin: string) =>
      await house.memberships.request('/memberships/checkout', {
        method: 'OPTIONS',
        headers: { origin, 'access-control-request-method': 'POST' },
      })
    const ours = await preflight(SITE)
    expect(ours.status).toBe(204)
    expect(ours.headers.get('access-control-allow-origin')).toBe(SITE)
    expect(ours.headers.get('access-control-allow-headers')).toContain('apikey')
    expect(
      (await preflight('https://evil.example')).headers.get('access-control-allow-origin'),
    ).toBeNull()
    const refused = await checkout({}, { origin: SITE })
    expect(refused.headers.get('access-control-allow-origin')).toBe(SITE)
  })
})

describe('A signed-in buyer', () => {
  it('pays for herself, whatever address she types', async () => {
    const email = someone()
    const { token } = await signIn(house, email)
    const { body } = await checkout({ tier: 'monthly', email: someone() }, bearer(token))
    const session = sessionOf(body.url)
    expect(sessionAt(body.url).customer_email).toBe(email)
    const typed = someone()
    await act(house.stripe.url, 'stripe/pay', { session, email: typed, name: 'Typed Otherwise' })
    await house.settle()
    expect(await memberOf(house, email)).toMatchObject({ is_entitled: true, tier: 'monthly' })
    await expect(memberOf(house, typed)).rejects.toThrow('Nobody')
  })

  it('who types the address of another member opens a review, and nothing is merged', async () => {
    const other = someone()
    const { member_id: owner } = await join(house, { email: other })
    const email = someone()
    const { token } = await signIn(house, email)
    const { body } = await checkout({ donation: { amount: 500 } }, bearer(token))
    const session = sessionOf(body.url)
    await act(house.stripe.url, 'stripe/pay', { session, email: other, name: 'Typed Hers' })
    await house.settle()
    const { member_id: buyer } = await memberOf(house, email)
    expect(buyer).not.toBe(owner)
    const reviews = await house.sql`
      select reason from private.identity_reviews
       where member_id = ${buyer} and other_member_id = ${owner} and state = 'open'`
    expect(reviews).toMatchObject([{ reason: 'Paid with an address of another member' }])
  })

  it('is not sold a second membership', async () => {
    const email = someone()
    await join(house, { email })
    const { token } = await signIn(house, email)
    const { status, body } = await checkout({ tier: 'annual' }, bearer(token))
    expect(status).toBe(409)
    expect(body.error).toMatchObject({ field: 'tier', message: 'You are a member already' })
  })

  it('pays as a new customer when Stripe has deleted the one that she was', async () => {
    const email = someone()
    const { customer } = await join(house, { email })
    const { token } = await signIn(house, email)
    house.stripe.world.customers.delete(customer)
    const { status, body } = await checkout({ donation: { amount: 500 } }, bearer(token))
    expect(status).toBe(200)
    expect(sessionAt(body.url)).toMatchObject({ customer: null, customer_email: email })
    expect((await checkout({ donation: { amount: 700 } }, bearer(token))).status).toBe(200)
  })

  it('is told to sign in again when her token is not valid any more', async () => {
    const { status, body } = await checkout({ tier: 'monthly' }, bearer('gone'))
    expect(status).toBe(401)
    expect(body.error.remedy).toBe('Sign in again.')
  })
})
