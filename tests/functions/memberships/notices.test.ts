import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { fresh } from '../support/events.ts'
import { type House, openHouse, SITE } from '../support/house.ts'
import { act, ask, join, memberOf, sessionOf } from '../support/people.ts'

let house: House
beforeAll(async () => {
  house = await openHouse()
})
afterAll(() => house?.close())

/** Custom events that Mailchimp has recorded for somebody. */
const told = (email: string) =>
  house.mailchimp.ledger
    .entries({ effect: 'event.recorded' })
    .filter(({ detail }) => detail?.email === email)
    .map(({ detail }) => detail as { name: string; properties: Record<string, string> })

/** Joins with a card that works once and fails from the second period on. */
async function joinWithFailingCard() {
  const email = `${fresh('dot')}@example.org`
  const joined = await join(house, { email, card: '4000000000000341' })
  await house.work()
  return { email, ...joined }
}

const warn = async () => {
  await house.sql`select private.warn_before_grace_ends(private.clock())`
  await house.work()
}

describe('A payment that fails', () => {
  it('is told once, with one way to mend the card, and access stays while Stripe retries', async () => {
    const dot = await joinWithFailingCard()
    await house.advance(31)
    await house.work()
    expect(await memberOf(house, dot.email)).toMatchObject({
      status: 'past_due',
      is_entitled: true,
    })
    expect(told(dot.email)).toMatchObject([
      { name: 'payment_failed', properties: { link: `${SITE}/account?mend=card` } },
    ])
    // Stripe tries again, and fails again: she knows already.
    await house.advance(4)
    await house.work()
    expect(told(dot.email).filter(({ name }) => name === 'payment_failed')).toHaveLength(1)
  })

  it('is followed by one warning before the grace ends', async () => {
    const dot = await joinWithFailingCard()
    await house.advance(31)
    await house.work()
    let warnedOn: number | undefined
    for (let day = 0; day < 20; day++) {
      const warned = told(dot.email).some(({ name }) => name === 'grace_ending')
      if (warned) warnedOn ??= day
      if (!(await memberOf(house, dot.email)).is_entitled) break
      await warn()
      await warn()
      await house.advance(1)
      await house.work()
    }
    expect(told(dot.email).map(({ name }) => name)).toEqual(['payment_failed', 'grace_ending'])
    expect(warnedOn, 'not on top of the first notice').toBeGreaterThanOrEqual(3)
    expect((await memberOf(house, dot.email)).is_entitled).toBe(false)
  })

  it('is not mentioned again once it has recovered', async () => {
    const dot = await joinWithFailingCard()
    await house.advance(31)
    await act(house.stripe.url, 'stripe/portal/mend', { customer: dot.customer })
    await house.settle()
    await house.advance(5)
    await house.work()
    await warn()
    expect(await memberOf(house, dot.email)).toMatchObject({ status: 'active', is_entitled: true })
    expect(told(dot.email).filter(({ name }) => name === 'grace_ending')).toEqual([])
  })

  it('of a donation is told to nobody', async () => {
    const email = `${fresh('don')}@example.org`
    const wish = { donation: { amount: 1000, interval: 'month' }, email }
    const { body } = await ask(house, 'checkout', wish, { 'x-forwarded-for': fresh('10') })
    const session = sessionOf(body.url)
    await act(house.stripe.url, 'stripe/pay', { session, card: '4000000000000341', name: 'Don' })
    await house.settle()
    await house.advance(31)
    await house.work()
    const [failed] = await house.sql`
      select s.status, i.status as invoice, n.id as notice
        from public.subscriptions s
        join private.stripe_customers c on c.customer_id = s.customer_id and c.email = ${email}
        join public.invoices i on i.subscription_id = s.subscription_id and i.status = 'open'
        left join public.membership_notices n on n.invoice_id = i.invoice_id`
    expect(failed).toEqual({ status: 'past_due', invoice: 'open', notice: null })
  })
})
