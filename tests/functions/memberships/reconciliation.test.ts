import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { fresh } from '../support/events.ts'
import { type House, openHouse } from '../support/house.ts'
import { act, join, memberOf } from '../support/people.ts'

let house: House
beforeAll(async () => {
  house = await openHouse()
})
afterAll(() => house?.close())

const someone = () => `${fresh('someone')}@example.org`
const stripe = <T = { id: string }>(action: string, body: object) =>
  act<T>(house.stripe.url, `stripe/${action}`, body)

/** The nightly comparison, run to its end. */
async function reconcile() {
  const [run] = await house.sql`select private.start_reconciliation(private.clock()) as id`
  await house.work()
  const [row] = await house.sql`
    select seen, differing, finished_at is not null as finished from private.reconciliation_runs
     where id = ${run!.id}`
  return row
}

const proposalOf = async (subscription: string) =>
  (
    await house.sql`
      select id, state, raises_access, difference from admin.reconciliation
       where subscription_id = ${subscription} order by id desc limit 1`
  )[0]

/** What happens while no webhook arrives and 30 days pass, after which Stripe forgets its events. */
async function unheard(what: () => Promise<unknown>) {
  await stripe('deliveries', { mode: 'drop' })
  await what()
  await house.settle()
  await stripe('deliveries', { mode: 'normal' })
}

describe('The nightly comparison with Stripe', () => {
  it('finds nothing when nothing was missed', async () => {
    await join(house, { email: someone() })
    expect(await reconcile()).toMatchObject({ differing: 0, finished: true })
  })

  it('gives access to somebody whose webhooks were all missed', async () => {
    const { made } = await stripe<{ made: { subscription: string; email: string }[] }>('bulk', {
      subscriptions: 1,
      prefix: fresh('missed'),
    })
    const { subscription, email } = made[0]!
    expect(await reconcile()).toMatchObject({ differing: 1 })
    expect(await memberOf(house, email)).toMatchObject({ is_entitled: true, subscription })
    expect(await proposalOf(subscription)).toMatchObject({ state: 'applied', raises_access: true })
  })

  it('brings back somebody who came to Stripe again more than 30 days ago', async () => {
    const email = someone()
    const { subscription } = await join(house, { email })
    await stripe('portal/cancel', { subscription })
    await house.settle()
    // Joined and cancelled within a second: Stripe is asked, once its clock has passed that second.
    await house.advance(0.001)
    await house.work()
    expect((await memberOf(house, email)).access_until.getTime()).toBeLessThan(Infinity)
    await unheard(async () => {
      await stripe('portal/resume', { subscription })
      await house.settle()
      await house.advance(65)
    })
    expect((await memberOf(house, email)).is_entitled).toBe(false)
    await reconcile()
    expect(await memberOf(house, email)).toMatchObject({ is_entitled: true, status: 'active' })
  })

  it('never takes access away by itself: that waits for a person', async () => {
    const email = someone()
    const { subscription } = await join(house, { email })
    await unheard(() => stripe('portal/cancel', { subscription, now: true }))
    // Stripe's clock moves on from the second in which she joined.
    await house.advance(0.01)
    await reconcile()
    const proposal = await proposalOf(subscription)
    expect(proposal).toMatchObject({ state: 'open', raises_access: false })
    expect(proposal?.difference).toBe('status: canceled at Stripe, active here')
    expect((await memberOf(house, email)).status).toBe('active')

    await house.sql`select admin.accept_proposal(${proposal!.id})`
    expect((await memberOf(house, email)).status).toBe('canceled')
    const [audit] = await house.sql`
      select count(*)::int as rows from private.audit_log
       where action = 'memberships.proposal_accepted' and target_id = ${subscription}`
    expect(audit?.rows).toBe(1)
    await expect(house.sql`select admin.accept_proposal(${proposal!.id})`).rejects.toMatchObject({
      code: 'PT409',
    })
  })

  it('names what is alive here and unknown at Stripe', async () => {
    const { subscription } = await join(house, { email: someone() })
    house.stripe.world.subscriptions.delete(subscription)
    await house.advance(0.01)
    await reconcile()
    expect(await proposalOf(subscription)).toMatchObject({
      state: 'open',
      difference: 'Here it is alive; Stripe does not know it',
    })
  })

  it('goes through every page of more than a hundred', async () => {
    await stripe('bulk', { subscriptions: 230, prefix: fresh('many') })
    const run = await reconcile()
    expect(run?.finished).toBe(true)
    expect(run?.seen).toBeGreaterThan(230)
    expect(run?.differing).toBe(230)
  })
})
