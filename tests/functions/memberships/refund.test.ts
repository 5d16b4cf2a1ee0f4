import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type House, openHouse } from '../support/house.ts'
import { contactOf, memberOf } from '../support/people.ts'
import { type Agent, agentOf } from './agent.ts'

let house: House
let agent: Agent
beforeAll(async () => {
  house = await openHouse()
  await house.midMonth()
  agent = await agentOf(house)
})
afterAll(() => house?.close())

async function finish() {
  await house.work()
  await house.settle()
  await house.work()
}

const endsOf = async (email: string) =>
  (
    await house.sql<{ ends: string }[]>`
      select m.access_until::text as ends from public.memberships m
        join public.member_emails e on e.member_id = m.member_id where e.email = ${email}`
  )[0]!.ends

const held = async (payment: string) => {
  const rows = await house.sql<{ state: string; amount: string }[]>`
    select state, amount from private.refund_reservations where payment = ${payment} order by created_at`
  return rows.map(({ state, amount }) => `${amount} ${state}`)
}

describe('A refund that is within the limits of its agent', () => {
  it('is given at Stripe once, and access, tags and books follow', async () => {
    const { invoice, charge, email } = await agent.payer()
    expect((await contactOf(house, email))?.tags).toContain('active')
    const { status, body } = await agent.proposeRefund({ payment: invoice })
    expect(status).toBe(202)
    expect(body.data).toMatchObject({ state: 'approved', shows: { amount: 1000, left_after: 0 } })
    await finish()

    const [refund, ...more] = agent.refundsOf(charge.id)
    expect(more).toEqual([])
    expect(refund).toMatchObject({ amount: 1000, metadata: { proposal_id: body.data.id } })
    expect(await agent.proposal(body.data.id)).toMatchObject({
      state: 'carried_out',
      provider_id: refund!.id,
      error: null,
    })
    const { access_until } = await memberOf(house, email)
    const shown = body.data.shows.access as { until_then: string }
    expect(access_until.toISOString()).toBe(new Date(shown.until_then).toISOString())
    expect(await held(invoice)).toEqual(['1000 given'])

    await house.advance(1)
    await house.sql`select private.end_memberships(private.clock())`
    await finish()
    expect((await memberOf(house, email)).is_entitled).toBe(false)
    expect((await contactOf(house, email))?.tags).toContain('alumni')
  })

  it('is listed with its proposal, in part and without a link or an address', async () => {
    const { invoice, member_id } = await agent.payer()
    const { body } = await agent.proposeRefund({ payment: invoice, amount: 300 })
    await finish()
    const listed = await agent.call<Record<string, unknown>[]>('payments.refunds', {
      member: member_id,
    })
    expect(listed.body.data).toEqual([
      expect.objectContaining({
        payment: invoice,
        amount: 300,
        currency: 'usd',
        status: 'succeeded',
        proposal: body.data.id,
        member: { id: member_id, name: { written_by_people: 'Eve Example' } },
      }),
    ])
    const bills = await agent.call<Record<string, unknown>[]>('payments.invoices', {
      member: member_id,
    })
    expect(bills.body.data).toEqual([
      expect.objectContaining({ invoice, status: 'paid', amount_paid: 1000, amount_refunded: 300 }),
    ])
    expect(JSON.stringify([listed, bills])).not.toMatch(/@|https?:/)
    // The rest can follow, and not a cent more.
    expect((await agent.proposeRefund({ payment: invoice, amount: 701 })).status).toBe(422)
    const rest = await agent.proposeRefund({ payment: invoice })
    expect(rest.body.data.shows).toMatchObject({ amount: 700, already_refunded: 300 })
    await finish()
    expect((await agent.proposal(rest.body.data.id)).state).toBe('carried_out')
    expect((await agent.proposeRefund({ payment: invoice })).body.error?.message).toBe(
      'This payment was given back already',
    )
  })

  it('comes to nothing at the bank: it can be proposed again, and access is back', async () => {
    const { invoice, charge, email } = await agent.payer()
    await agent.proposeRefund({ payment: invoice })
    await finish()
    const [refund] = agent.refundsOf(charge.id)
    await agent.stripe('refund/fail', { refund: refund!.id, reason: 'lost_or_stolen_card' })
    await house.settle()
    expect(await endsOf(email)).toBe('infinity')
    expect(await held(invoice)).toEqual(['1000 freed'])
    const again = await agent.proposeRefund({ payment: invoice })
    await finish()
    expect((await agent.proposal(again.body.data.id)).state).toBe('carried_out')
  })
})

describe('A refund that Stripe refuses', () => {
  it.each([
    ['charge_disputed', 'The bank has asked for this payment back itself, so Stripe refuses to.'],
    ['balance_insufficient', 'There is not enough money on the balance at Stripe.'],
    ['charge_already_refunded', 'This payment was given back already.'],
    ['something_new', 'Stripe refuses it (something_new).'],
  ])('(%s) has failed, says why in words, and speaks for nothing', async (code, words) => {
    const { invoice, charge } = await agent.payer()
    await agent.stripe('refund/refuse', { charge: charge.id, code })
    const { body } = await agent.proposeRefund({ payment: invoice })
    await finish()
    expect(await agent.proposal(body.data.id)).toMatchObject({ state: 'failed', error: words })
    expect(await held(invoice)).toEqual(['1000 freed'])
    const again = await agent.proposeRefund({ payment: invoice })
    await finish()
    expect((await agent.proposal(again.body.data.id)).state).toBe('carried_out')
    expect(agent.refundsOf(charge.id)).toHaveLength(1)
  })

  it('fails when it was given by hand between proposal and approval', async () => {
    const { invoice, charge } = await agent.payer()
    await house.sql`update private.agent_keys set refund_each = 0 where name = ${agent.name}`
    const { body } = await agent.proposeRefund({ payment: invoice })
    await house.sql`update private.agent_keys set refund_each = 1000000 where name = ${agent.name}`
    expect(body.data.state).toBe('waiting')
    await fetch(`${house.stripe.url}/v1/refunds`, {
      method: 'POST',
      headers: { authorization: 'Bearer sk_test_sandbox' },
      body: new URLSearchParams({ charge: charge.id }),
    })
    await finish()
    await house.sql`select private.decide_proposal(${body.data.id}, true, 'studio', 'Fine', private.clock())`
    await finish()
    expect(await agent.proposal(body.data.id)).toMatchObject({ state: 'failed' })
    expect(agent.refundsOf(charge.id)).toHaveLength(1)
  })
})

describe('Practice', () => {
  let novice: Agent
  beforeAll(async () => {
    novice = await agentOf(house, { practice: true })
  })
  const settings = (key?: string, base?: string) => {
    house.env.STRIPE_SANDBOX_SECRET_KEY = key
    house.env.STRIPE_SANDBOX_API_BASE = base
  }

  it.each([
    [
      undefined,
      'There is no account at Stripe for practice: STRIPE_SANDBOX_SECRET_KEY is not set.',
    ],
    [
      'sk_live_123',
      'The account at Stripe for practice cannot be used: STRIPE_SANDBOX_SECRET_KEY is no test key.',
    ],
  ])('without an account for it (%s) moves nothing, and says why', async (key, why) => {
    settings(key)
    const { invoice, charge, member_id } = await novice.payer()
    const { body } = await novice.proposeRefund({ payment: invoice })
    const ended = await novice.proposeCancel({ member: member_id, when: 'now' })
    await finish()
    expect(await novice.proposal(body.data.id)).toMatchObject({ state: 'failed', error: why })
    expect(await novice.proposal(ended.body.data.id)).toMatchObject({ state: 'failed', error: why })
    expect(novice.refundsOf(charge.id)).toEqual([])
  })

  it('moves money at its own account only, and leaves our books alone', async () => {
    const { invoice, charge, email } = await novice.payer()
    settings('sk_test_sandbox', house.stripe.url)
    const { refund, charge: ask } = house.stripeClient
    const refused = () => Promise.reject(new Error('The real account was asked'))
    Object.assign(house.stripeClient, { refund: refused, charge: refused })
    await novice.stripe('deliveries', { mode: 'drop' })
    const { body } = await novice.proposeRefund({ payment: invoice })
    await finish()
    Object.assign(house.stripeClient, { refund, charge: ask })
    await novice.stripe('deliveries', { mode: 'normal' })
    expect((await novice.proposal(body.data.id)).state).toBe('carried_out')
    expect(novice.refundsOf(charge.id)).toHaveLength(1)
    expect(await endsOf(email)).toBe('infinity')
    expect(await house.sql`select from private.refunds where charge_id = ${charge.id}`).toEqual([])
  })
})
