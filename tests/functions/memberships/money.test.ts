import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { fresh } from '../support/events.ts'
import { type House, openHouse } from '../support/house.ts'
import { act, ask, join, memberOf, sessionOf } from '../support/people.ts'

let house: House
beforeAll(async () => {
  house = await openHouse()
  await house.midMonth()
})
afterAll(() => house?.close())

const someone = () => `${fresh('someone')}@example.org`
const stripe = (action: string, body: object) => act(house.stripe.url, `stripe/${action}`, body)
const from = () => ({ 'x-forwarded-for': fresh('10') })

/** Calls Stripe's API at the sandbox as an employee at the dashboard would. */
async function api(path: string, params: Record<string, string>) {
  const response = await fetch(`${house.stripe.url}/v1/${path}`, {
    method: 'POST',
    headers: { authorization: 'Bearer sk_test_sandbox' },
    body: new URLSearchParams(params),
  })
  if (!response.ok) throw new Error(await response.text())
  await house.settle()
  await house.work()
}

async function give(donation: object, email = someone()) {
  const { body } = await ask(house, 'checkout', { donation, email }, from())
  await stripe('pay', { session: sessionOf(body.url), email, name: 'Don Example' })
  await house.settle()
  await house.work()
  return email
}

const donations = async (email: string) =>
  await house.sql`
  select d.amount, d.amount_refunded, d.status, d.note, d.subscription_id is not null as recurring
    from public.donations d join public.member_emails e on e.member_id = d.member_id
   where e.email = ${email} order by d.donated_at`

/** The latest charge of a person. */
const chargeOf = (customer: string) =>
  [...house.stripe.world.charges.values()].filter((c) => c.customer === customer).at(-1)!

describe('Donations', () => {
  it('once: booked to the giver, apart from dues', async () => {
    const email = await give({ amount: 2500, note: 'For the library' })
    expect(await donations(email)).toEqual(
      [
        {
          amount: 2500,
          amount_refunded: 0,
          status: 'paid',
          note: 'For the library',
          recurring: false,
        },
      ].map((row) => ({ ...row, amount: '2500', amount_refunded: '0' })),
    )
    expect((await memberOf(house, email)).is_entitled).toBe(false)
  })

  it('every month: one row an invoice, and no access', async () => {
    const email = await give({ amount: 1000, interval: 'month' })
    await house.advance(32)
    const rows = await donations(email)
    expect(rows.map(({ amount, status }) => [Number(amount), status])).toEqual([
      [1000, 'paid'],
      [1000, 'paid'],
    ])
    expect(rows.every(({ recurring }) => recurring)).toBe(true)
    expect((await memberOf(house, email)).is_entitled).toBe(false)
  })

  it('given back in part and then wholly', async () => {
    const email = await give({ amount: 5000 })
    const intent = [...house.stripe.world.intents.values()].at(-1)!
    await api('refunds', { payment_intent: intent.id, amount: '2000' })
    expect(await donations(email)).toMatchObject([
      { amount_refunded: '2000', status: 'partly_refunded' },
    ])
    await api('refunds', { payment_intent: intent.id })
    expect(await donations(email)).toMatchObject([{ amount_refunded: '5000', status: 'refunded' }])
  })
})

describe('What a refund or a dispute of dues does to access, by the written table', () => {
  const endsToday = async (email: string) => {
    const { access_until } = await memberOf(house, email)
    return access_until.getTime() - house.clock.now().getTime() <= 86_400_000
  }

  it('a full refund ends it with that day', async () => {
    const email = someone()
    const { customer } = await join(house, { email })
    await api('refunds', { charge: chargeOf(customer).id })
    expect(await endsToday(email)).toBe(true)
    expect((await memberOf(house, email)).is_entitled).toBe(true)
    await house.advance(1)
    expect((await memberOf(house, email)).is_entitled).toBe(false)
  })

  it('a part of it does not', async () => {
    const email = someone()
    const { customer } = await join(house, { email })
    await api('refunds', { charge: chargeOf(customer).id, amount: '300' })
    expect(await endsToday(email)).toBe(false)
  })

  it.each([
    ['won', false],
    ['lost', true],
  ] as const)('a dispute keeps it while the bank asks; %s', async (outcome, ends) => {
    const email = someone()
    const { customer } = await join(house, { email })
    const dispute = await stripe('dispute', { charge: chargeOf(customer).id })
    await house.settle()
    await house.work()
    expect(await endsToday(email)).toBe(false)
    await stripe('dispute/close', { dispute: dispute.id, outcome })
    await house.settle()
    await house.work()
    expect(await endsToday(email)).toBe(ends)
  })

  it('follows the table when an admin changes it', async () => {
    await house.sql`update private.adjustment_rules set effect = 'keep' where cause = 'refund_full'`
    const email = someone()
    const { customer } = await join(house, { email })
    await api('refunds', { charge: chargeOf(customer).id })
    expect(await endsToday(email)).toBe(false)
    await house.sql`update private.adjustment_rules set effect = 'end_access' where cause = 'refund_full'`
  })
})
