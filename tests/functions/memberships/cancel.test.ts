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

/** Works once what is owed: however long that takes, nothing is tried again. */
const once = () => house.still(() => house.workers.memberships.drain())

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
    await once()
    house.stripe.faults.clear()
    await agent.stripe('portal/resume', { subscription })
    await finish()
    expect((await agent.proposal(body.data.id)).state).toBe('carried_out')
    expect(atStripe(subscription).cancel_at_period_end).toBe(false)
  })
})

describe('A cancellation whose change is taken back', () => {
  /** As admin.undo_agent_writes does it: what is said of the change then. */
  const takeBack = async (proposal: string, sql = house.sql) => {
    await sql`
      select private.undo_each(array(select w.id from private.agent_writes w where w.target_id = ${proposal}),
        'studio', 'test', 'It was wrong', 'undo', private.clock())`
    return saidOf(proposal, sql)
  }
  const saidOf = async (proposal: string, sql = house.sql) => {
    const [row] = await sql<{ is_undone: boolean; undo_note: string | null }[]>`
      select undone_at is not null as is_undone, undo_note from private.agent_writes where target_id = ${proposal}`
    return row!
  }
  const ending = async () => {
    const her = await agent.payer()
    const { body } = await agent.proposeCancel({ member: her.member_id, when: 'period_end' })
    return { ...her, proposal: body.data.id }
  }
  const undone = { is_undone: true, undo_note: null }
  const owed = {
    is_undone: false,
    undo_note: 'It is being taken back at Stripe. Look again in a minute.',
  }

  it('before Stripe is asked never reaches it', async () => {
    const { proposal, subscription } = await ending()
    expect(await takeBack(proposal)).toEqual(undone)
    await finish()
    expect(atStripe(subscription)).toMatchObject({ cancel_at_period_end: false, cancel_at: null })
    expect(await agent.proposal(proposal)).toMatchObject({
      state: 'failed',
      error: 'It was taken back before Stripe was asked',
    })
  })

  it('while its job is about to ask Stripe is not asked for', async () => {
    const { proposal, subscription } = await ending()
    const other = await house.sql.reserve()
    await other`begin`
    await other`select from private.agent_proposals where id = ${proposal} for no key update`
    const drained = house.workers.memberships.drain()
    for (let waits = false; !waits; ) {
      const rows = await house.sql`
        select from pg_stat_activity where wait_event_type = 'Lock' and query like '%sending_cancel%'`
      waits = rows.length > 0
    }
    expect(await takeBack(proposal, other as unknown as typeof house.sql)).toEqual(undone)
    await other`commit`
    other.release()
    await drained
    await finish()
    expect(atStripe(subscription).cancel_at_period_end).toBe(false)
    const [effect] = await house.sql`select from jobs.effects where key = ${`cancel:${proposal}`}`
    expect(effect).toBeUndefined()
  })

  it('is said to be undone when Stripe has it, and not before', async () => {
    const { proposal, subscription } = await ending()
    await finish()
    expect(await takeBack(proposal)).toEqual(owed)
    await finish()
    expect(atStripe(subscription).cancel_at_period_end).toBe(false)
    expect(await saidOf(proposal)).toEqual(undone)
  })

  it('whose answer was lost is carried out, and then taken back', async () => {
    const { proposal, subscription } = await ending()
    house.stripe.faults.add({ kind: 'timeout_after', method: 'POST', path: subscription, times: 1 })
    await once()
    house.stripe.faults.clear()
    expect((await agent.proposal(proposal)).state).toBe('approved')
    expect(await takeBack(proposal)).toEqual(owed)
    await finish()
    await finish()
    expect((await agent.proposal(proposal)).state).toBe('carried_out')
    expect(atStripe(subscription)).toMatchObject({ cancel_at_period_end: false, cancel_at: null })
    expect(await saidOf(proposal)).toEqual(undone)
  })

  it('whose taking back lost its answer is undone when Stripe is asked again', async () => {
    const { proposal, subscription } = await ending()
    await finish()
    await takeBack(proposal)
    house.stripe.faults.add({ kind: 'timeout_after', method: 'POST', path: subscription, times: 1 })
    await finish()
    house.stripe.faults.clear()
    await finish()
    expect(atStripe(subscription).cancel_at_period_end).toBe(false)
    expect(await saidOf(proposal)).toEqual(undone)
  })

  it('stands, with the reason, when she has decided otherwise or Stripe refuses', async () => {
    const hers = await ending()
    const gone = await ending()
    const over = await ending()
    await finish()
    await agent.stripe('portal/resume', { subscription: hers.subscription })
    await finish()
    await agent.stripe('portal/cancel', { subscription: hers.subscription })
    await finish()
    await takeBack(hers.proposal)
    await takeBack(gone.proposal)
    await takeBack(over.proposal)
    house.stripe.world.subscriptions.delete(gone.subscription)
    atStripe(over.subscription).status = 'canceled'
    await finish()
    const notes = [hers, gone, over].map(({ proposal }) => saidOf(proposal))
    expect(await Promise.all(notes)).toEqual([
      { is_undone: false, undo_note: 'Somebody decided otherwise meanwhile.' },
      { is_undone: false, undo_note: 'Stripe does not know it.' },
      { is_undone: false, undo_note: 'The subscription has ended meanwhile.' },
    ])
    expect(atStripe(hers.subscription).cancel_at_period_end).toBe(true)
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
