import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type House, openHouse } from '../support/house.ts'
import { memberOf } from '../support/people.ts'
import { type Agent, agentOf } from './agent.ts'

let house: House
let agent: Agent
beforeAll(async () => {
  house = await openHouse()
  agent = await agentOf(house)
})
afterAll(() => house?.close())

/** Stripe's clock moves on from the second of what was done before, then everything owed is done. */
async function finish() {
  await house.advance(0.001)
  await house.work()
  await house.settle()
  await house.work()
}

const atStripe = (id: string) => house.stripe.world.subscriptions.get(id)!
const undo = async (proposal: string) =>
  (
    await house.sql<{ why: string | null }[]>`
      select private.resume_subscription(${proposal}, 'undo', private.clock()) as why`
  )[0]!.why

describe('A cancellation that an agent proposes', () => {
  it('at once: it has ended at Stripe and here, and what is paid for stays', async () => {
    const { member_id, subscription, email } = await agent.payer()
    const { body } = await agent.proposeCancel({ member: member_id, when: 'now' })
    expect(body.data.shows).toMatchObject({ subscription, when: 'now', status: 'active' })
    await finish()
    expect(await agent.proposal(body.data.id)).toMatchObject({
      state: 'carried_out',
      provider_id: subscription,
    })
    expect(atStripe(subscription).status).toBe('canceled')
    const { status, access_until, is_entitled } = await memberOf(house, email)
    expect({ status, is_entitled }).toEqual({ status: 'canceled', is_entitled: true })
    const shown = body.data.shows.access as { until_then: string }
    expect(access_until.toISOString()).toBe(new Date(shown.until_then).toISOString())
    const again = await agent.proposeCancel({ member: member_id, when: 'now' })
    expect(again.status).toBe(409)
  })

  it('at the end of the period: runs out on its day, and can be taken back until then', async () => {
    const { member_id, subscription, email } = await agent.payer()
    const { body } = await agent.proposeCancel({ member: member_id, when: 'period_end' })
    await finish()
    expect((await agent.proposal(body.data.id)).state).toBe('carried_out')
    expect(atStripe(subscription)).toMatchObject({ status: 'active', cancel_at_period_end: true })
    const { access_until } = await memberOf(house, email)
    const shown = body.data.shows.access as { until_then: string }
    expect(access_until.toISOString()).toBe(new Date(shown.until_then).toISOString())

    expect(await undo(body.data.id)).toBeNull()
    await finish()
    expect(atStripe(subscription)).toMatchObject({ cancel_at_period_end: false, cancel_at: null })
    const [row] = await house.sql`
      select access_until::text as ends from public.memberships where member_id = ${member_id}`
    expect(row!.ends).toBe('infinity')
  })

  it('is not taken back over what she has done herself since', async () => {
    const { member_id, subscription } = await agent.payer()
    const { body } = await agent.proposeCancel({ member: member_id, when: 'period_end' })
    await finish()
    await agent.stripe('portal/resume', { subscription })
    await finish()
    await agent.stripe('portal/cancel', { subscription })
    await finish()
    expect(await undo(body.data.id)).toBeNull()
    await finish()
    expect(atStripe(subscription).cancel_at_period_end).toBe(true)
  })

  it('has failed when she has canceled herself before it was carried out', async () => {
    const { member_id, subscription } = await agent.payer()
    const { body } = await agent.proposeCancel({ member: member_id, when: 'period_end' })
    await agent.stripe('deliveries', { mode: 'drop' })
    await agent.stripe('portal/cancel', { subscription })
    await finish()
    await agent.stripe('deliveries', { mode: 'normal' })
    expect(await agent.proposal(body.data.id)).toMatchObject({
      state: 'failed',
      error: 'It was to end with its period already.',
    })
    expect(await undo(body.data.id)).toBe(
      'Only a cancellation for the end of the period can be taken back.',
    )
  })

  it('has failed when Stripe does not know it', async () => {
    const { member_id, subscription } = await agent.payer()
    const { body } = await agent.proposeCancel({ member: member_id, when: 'now' })
    house.stripe.world.subscriptions.delete(subscription)
    await finish()
    expect(await agent.proposal(body.data.id)).toMatchObject({
      state: 'failed',
      error: 'Stripe does not know it.',
    })
  })

  it.each([
    ['now', 'timeout_after', 'DELETE'],
    ['now', 'server_error', 'DELETE'],
    ['now', 'garbage', 'DELETE'],
    ['period_end', 'timeout_after', 'POST'],
    ['period_end', 'rate_limit', 'POST'],
    ['period_end', 'timeout_before', 'GET'],
  ] as const)('(%s) is made once when Stripe is in trouble (%s)', async (when, kind, method) => {
    const { member_id, subscription } = await agent.payer()
    const { body } = await agent.proposeCancel({ member: member_id, when })
    house.stripe.faults.add({ kind, method, path: subscription, times: 1 })
    await finish()
    house.stripe.faults.clear()
    await finish()
    expect((await agent.proposal(body.data.id)).state).toBe('carried_out')
    const did = house.stripe.ledger
      .entries()
      .filter(({ effect, id }) => id === subscription && effect.includes('cancel'))
    expect(did).toHaveLength(1)
  })

  it('whose answer was lost is not made again when she has kept her membership since', async () => {
    const { member_id, subscription } = await agent.payer()
    const { body } = await agent.proposeCancel({ member: member_id, when: 'period_end' })
    house.stripe.faults.add({ kind: 'timeout_after', method: 'POST', path: subscription, times: 1 })
    await house.workers.memberships.drain()
    house.stripe.faults.clear()
    await agent.stripe('portal/resume', { subscription })
    await finish()
    expect((await agent.proposal(body.data.id)).state).toBe('carried_out')
    expect(atStripe(subscription).cancel_at_period_end).toBe(false)
  })
})

describe('Dues that are unpaid', () => {
  it('are listed with since when, how often and when Stripe tries again', async () => {
    const { member_id, subscription, customer } = await agent.payer()
    await agent.stripe('portal/mend', { customer, card: '4000000000000341' })
    await house.settle()
    await house.advance(32)
    await house.work()
    await house.settle()
    const { body } = await agent.call<Record<string, unknown>[]>('payments.failed', { limit: 100 })
    expect(body.data.filter((row) => row.subscription === subscription)).toEqual([
      expect.objectContaining({
        member: { id: member_id, name: { written_by_people: 'Eve Example' } },
        amount_due: 1000,
        currency: 'usd',
        since: expect.any(String),
        attempts: expect.any(Number),
        access_until: expect.any(String),
      }),
    ])
    expect(JSON.stringify(body)).not.toMatch(/@|https?:/)
    // What runs out unpaid ends with the day, and not with the period.
    const ended = await agent.proposeCancel({ member: member_id, when: 'now' })
    await finish()
    expect((await agent.proposal(ended.body.data.id)).state).toBe('carried_out')
    const left = await agent.call<Record<string, unknown>[]>('payments.failed', { limit: 100 })
    expect(left.body.data.filter((row) => row.subscription === subscription)).toEqual([])
  })
})
