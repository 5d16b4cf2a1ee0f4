import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { fresh } from '../support/events.ts'
import { type House, openHouse } from '../support/house.ts'
import { ask, sessionOf } from '../support/people.ts'
import { type Agent, agentOf } from './agent.ts'

let house: House
let agent: Agent
beforeAll(async () => {
  house = await openHouse()
  await house.midMonth()
  agent = await agentOf(house)
})
afterAll(() => house?.close())

interface Sum {
  count: number
  amount: number
  fee: number
  net: number
}
interface Ledger {
  month: string
  read_through: string | null
  is_complete: boolean
  movements: number
  stripe: (Record<string, Sum> & { currency: string })[]
  ours: { currency: string; dues: number; donations: number; refunds: number; sum: number }[]
  differences: { count: number; list: Record<string, unknown>[] }
  detail?: { movement: string; payment: string | null; net: number }[]
}

async function finish() {
  await house.advance(0.001)
  await house.work()
  await house.settle()
  await house.work()
}

async function api(path: string, params: Record<string, string>) {
  const response = await fetch(`${house.stripe.url}/v1/${path}`, {
    method: 'POST',
    headers: { authorization: 'Bearer sk_test_sandbox' },
    body: new URLSearchParams(params),
  })
  if (!response.ok) throw new Error(await response.text())
  await finish()
  return (await response.json()) as { id: string }
}

async function give(donation: object) {
  const email = `${fresh('giver')}@example.org`
  const from = { 'x-forwarded-for': fresh('10') }
  const { body } = await ask(house, 'checkout', { donation, email }, from)
  await agent.stripe('pay', { session: sessionOf(body.url), email })
  await finish()
}

/** Reads Stripe's books to their end. */
async function read(how: 'hourly' | 'month' = 'hourly') {
  // What Stripe books in this very minute is left to the next reading.
  await house.advance(0.002)
  const [row] = await house.sql`
    select ${house.sql.unsafe(`private.read_ledger_${how}`)}(private.clock()) as id`
  await house.work()
  return row!.id as string | null
}

async function ledger(month: string): Promise<Ledger> {
  const { status, body } = await agent.call<Ledger>('payments.ledger', { month })
  expect(status, JSON.stringify(body)).toBe(200)
  return body.data
}

const monthOf = (seconds: number) => new Date(seconds * 1000).toISOString().slice(0, 7)
const movements = () => [...house.stripe.world.transactions.values()]
const months = () => [...new Set(movements().map(({ created }) => monthOf(created)))].sort()

/** What Stripe itself has of a month in a currency, summed up here. */
function atStripe(month: string, currency: string): Sum {
  const all = movements().filter(
    (one) => monthOf(one.created) === month && one.currency === currency,
  )
  const sum = (what: 'amount' | 'fee' | 'net') => all.reduce((total, one) => total + one[what], 0)
  return { count: all.length, amount: sum('amount'), fee: sum('fee'), net: sum('net') }
}

describe('The ledger of a busy time', () => {
  beforeAll(async () => {
    const ann = await agent.payer()
    const bob = await agent.payer({ tier: 'annual' })
    const cat = await agent.payer()
    const dan = await agent.payer()
    await give({ amount: 2500 })
    await give({ amount: 1000, interval: 'month' })
    await agent.proposeRefund({ payment: ann.invoice, amount: 333 })
    await agent.proposeRefund({ payment: cat.invoice })
    await finish()
    const lost = await agent.stripe('dispute', { charge: bob.charge.id })
    const won = await agent.stripe('dispute', { charge: dan.charge.id })
    await agent.stripe('dispute/close', { dispute: lost.id, outcome: 'lost' })
    await agent.stripe('dispute/close', { dispute: won.id, outcome: 'won' })
    // A month later: renewals, one of them after days of trying, and a refund that comes back.
    await agent.stripe('portal/mend', { customer: dan.customer, card: '4000000000000341' })
    await house.advance(31.5)
    await finish()
    await house.advance(2)
    await agent.stripe('portal/mend', { customer: dan.customer })
    await finish()
    const [back] = agent.refundsOf(cat.charge.id)
    await agent.stripe('refund/fail', { refund: back!.id })
    await agent.stripe('payout', {})
    await finish()
  })

  it('is not told before it is read, and says so', async () => {
    const told = await ledger(months()[0]!)
    expect(told).toMatchObject({
      read_through: null,
      is_complete: false,
      movements: 0,
      differences: { count: 0, list: [] },
    })
  })

  it('equals Stripe to the cent, month by month and kind by kind', async () => {
    await read()
    expect(months().length).toBeGreaterThan(1)
    for (const month of months()) {
      const told = await ledger(month)
      const [usd] = told.stripe
      expect(told.stripe).toHaveLength(1)
      expect(usd!.total).toEqual(atStripe(month, 'usd'))
      const { currency: _, total, ...kinds } = usd!
      for (const what of ['count', 'amount', 'fee', 'net'] as const) {
        const parts = Object.values(kinds as unknown as Record<string, Sum>)
        expect(parts.reduce((sum, kind) => sum + kind[what], 0)).toBe(total![what])
      }
      expect(told.movements).toBe(total!.count)
    }
    const all = await Promise.all(months().map(ledger))
    const of = (kind: string) => all.reduce((sum, { stripe }) => sum + stripe[0]![kind]!.count, 0)
    expect({ refunds: of('refunds'), disputes: of('disputes'), payouts: of('payouts') }).toEqual({
      // Given in part, given wholly and come back; taken twice and given back once.
      refunds: 3,
      disputes: 3,
      payouts: 1,
    })
  })

  it('agrees with our own books: nothing differs', async () => {
    for (const month of months()) {
      const told = await ledger(month)
      expect(told.differences).toEqual({ count: 0, list: [] })
      // Refunds that came back are not given in ours, and stand twice in Stripe's.
      const [usd] = told.stripe
      expect(told.ours[0]!.dues + told.ours[0]!.donations).toBe(usd!.charges!.amount)
    }
  })

  it('stays the same when it is read again, and while a reading is under way another is none', async () => {
    const before = await Promise.all(months().map(ledger))
    const [rows] = await house.sql`select count(*)::int as n from private.balance_transactions`
    await house.advance(0.002)
    const asked = await Promise.all(
      [1, 2, 3].map(() => house.sql`select private.read_ledger_month(private.clock()) as id`),
    )
    expect(asked.filter(([row]) => row!.id !== null)).toHaveLength(1)
    await house.work()
    const after = await Promise.all(months().map(ledger))
    const bare = (all: Ledger[]) => all.map(({ read_through: _, is_complete: __, ...rest }) => rest)
    expect(bare(after)).toEqual(bare(before))
    const [again] = await house.sql`select count(*)::int as n from private.balance_transactions`
    expect(again).toEqual(rows)
  })

  it('lists its movements in pages, the newest first, with what they paid', async () => {
    const month = months()[0]!
    const seen: NonNullable<Ledger['detail']> = []
    let after: string | undefined
    do {
      const { body } = await agent.call<Ledger>('payments.ledger', {
        month,
        detail: true,
        limit: 4,
        ...(after && { after }),
      })
      seen.push(...body.data.detail!)
      after = body.next
    } while (after)
    const expected = movements().filter(({ created }) => monthOf(created) === month)
    expect(seen.map(({ movement }) => movement).sort()).toEqual(expected.map(({ id }) => id).sort())
    expect(seen.reduce((sum, { net }) => sum + net, 0)).toBe(atStripe(month, 'usd').net)
    expect(seen.filter(({ payment }) => payment?.startsWith('in_')).length).toBeGreaterThan(3)
    expect(JSON.stringify(seen)).not.toMatch(/@|https?:/)
  })
})

describe('What differs', () => {
  it('is named with its ids: what we never heard of, what Stripe never charged, other sums', async () => {
    const { invoice, charge, customer } = await agent.payer()
    const other = await agent.payer()
    await agent.stripe('deliveries', { mode: 'drop' })
    const refund = await api('refunds', { charge: charge.id, amount: '250' })
    await agent.stripe('deliveries', { mode: 'normal' })
    const stray = await api('payment_intents', {
      amount: '777',
      currency: 'eur',
      payment_method: 'pm_card_visa',
      confirm: 'true',
    })
    other.charge.amount = 1100
    await house.sql`
      insert into public.invoices (invoice_id, customer_id, status, amount_due, amount_paid, currency, created_at, paid_at, as_of)
      values ('in_by_bank', ${customer}, 'paid', 4200, 4200, 'usd', private.clock(), private.clock(), private.clock())`
    await read()
    const month = monthOf(house.clock.now().getTime() / 1000)
    const { differences, stripe } = await ledger(month)
    const strayCharge = [...house.stripe.world.charges.values()].find(
      (one) => one.payment_intent === stray.id,
    )!
    expect(differences.count).toBe(4)
    expect(differences.list).toEqual(
      expect.arrayContaining([
        expect.objectContaining({
          what: 'not_here',
          movement: strayCharge.balance_transaction,
          payment: null,
          currency: 'eur',
          stripe: 777,
        }),
        expect.objectContaining({ what: 'not_here', refund: refund.id, stripe: -250 }),
        expect.objectContaining({ what: 'not_at_stripe', payment: 'in_by_bank', ours: 4200 }),
        expect.objectContaining({
          what: 'amount_differs',
          payment: other.invoice,
          ours: 1000,
          stripe: 1100,
        }),
      ]),
    )
    expect(stripe.map(({ currency }) => currency)).toEqual(['eur', 'usd'])
    expect(stripe[0]!.total).toEqual(atStripe(month, 'eur'))
    expect(stripe[1]!.total).toEqual(atStripe(month, 'usd'))
    expect(invoice).toMatch(/^in_/)
  })
})

describe('A reading', () => {
  it('goes through more than a hundred movements, page by page, also when Stripe fails on the way', async () => {
    const prefix = fresh('crowd')
    await agent.stripe('bulk', { subscriptions: 230, prefix, deliver: false })
    house.stripe.faults.add({ kind: 'rate_limit', path: 'balance_transactions', times: 1 })
    house.stripe.faults.add({ kind: 'server_error', path: 'balance_transactions', times: 2 })
    house.stripe.faults.add({ kind: 'garbage', path: 'invoice_payments', times: 1 })
    const reading = await read()
    house.stripe.faults.clear()
    await house.work()
    const [row] = await house.sql`
      select movements, is_complete from private.ledger_readings where id = ${reading}`
    expect(row!.is_complete).toBe(true)
    expect(row!.movements).toBeGreaterThan(230)
    const month = monthOf(house.clock.now().getTime() / 1000)
    const { stripe } = await ledger(month)
    expect(stripe.find(({ currency }) => currency === 'usd')!.total).toEqual(atStripe(month, 'usd'))
  })
})
