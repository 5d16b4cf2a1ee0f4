import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { eventOf, fresh, seconds, subscription } from '../support/events.ts'
import { type House, openHouse } from '../support/house.ts'
import { act, join, memberOf, receive } from '../support/people.ts'

let house: House
beforeAll(async () => {
  house = await openHouse()
})
afterAll(() => house?.close())

const someone = () => `${fresh('someone')}@example.org`
/** A paying subscriber at Stripe of whom no webhook has told. */
async function quietSubscriber() {
  const wish = { subscriptions: 1, prefix: fresh('quiet') }
  const { made } = await act<{ made: { customer: string; subscription: string }[] }>(
    house.stripe.url,
    'stripe/bulk',
    wish,
  )
  return made[0]!
}

const statusOf = async (id: string) =>
  (
    await house.sql`select status, tier, as_of_event from public.subscriptions where subscription_id = ${id}`
  )[0]

const customerOf = async (id: string) =>
  (
    await house.sql`
      select email, deleted_at is not null as deleted from private.stripe_customers
       where customer_id = ${id}`
  )[0]

describe('Two events of the same second', () => {
  it('end in what Stripe says, whichever came last', async () => {
    const { customer, subscription: id } = await join(house, { email: someone() })
    const created = seconds(new Date()) + 5
    const wrong = subscription({ id, customer, status: 'past_due' })
    const other = subscription({ id, customer, status: 'unpaid' })
    expect(await receive(house, eventOf('customer.subscription.updated', wrong, { created }))).toBe(
      'applied',
    )
    const second = eventOf('customer.subscription.updated', other, { created })
    await receive(house, second)
    const [event] = await house.sql`
      select note from private.stripe_events where event_id = ${second.id}`
    expect(event?.note).toContain('Stripe was asked')

    // Stripe's clock has to pass that second, as it does by itself in the two seconds that the job waits.
    await house.advance(0.001)
    await house.work()
    expect(await statusOf(id)).toMatchObject({ status: 'active', as_of_event: 'fetched' })
  })

  it('ask again when Stripe was asked within that second', async () => {
    const { customer, subscription: id } = await join(house, { email: someone() })
    const created = seconds(house.clock.now()) + 600
    const ahead = subscription({ id, customer, status: 'past_due' })
    await receive(house, eventOf('customer.subscription.updated', ahead, { created }))
    const [job] = await house.sql`
      select jobs.enqueue('memberships', 'refresh_subscription',
        ${house.sql.json({ subscription_id: id })}) as id`
    await house.workers.memberships.drain()
    const [waiting] = await house.sql`
      select waiting_for, last_error from jobs.delayed where job = ${job!.id}`
    expect(waiting).toMatchObject({
      waiting_for: 'provider',
      last_error: expect.stringContaining('too early'),
    })
    await house.advance(0.01)
    await house.work()
    expect(await statusOf(id)).toMatchObject({ status: 'active' })
  })
})

describe('Two changed addresses of the same second', () => {
  const first = '0@first.example.org'
  const second = '1@second.example.org'

  it.each([
    ['in order', first, second],
    ['the other way round', second, first],
  ])('end in the one that Stripe has, delivered %s', async (_, ...emails) => {
    const { customer } = await join(house, { email: someone() })
    const truth = someone()
    const held = house.stripe.world.customers.get(customer)!
    held.email = truth
    const created = seconds(house.clock.now()) + 5
    const events = emails.map((email) =>
      eventOf('customer.updated', { id: customer, name: held.name, email }, { created }),
    )
    for (const event of events) expect(await receive(house, event)).toBe('applied')
    const [asked] = await house.sql`
      select note from private.stripe_events where event_id = ${events[1]!.id}`
    expect(asked?.note).toContain('Stripe was asked')
    await house.advance(0.001)
    await house.work()
    expect(await customerOf(customer)).toMatchObject({ email: truth, deleted: false })
    expect(await memberOf(house, truth)).toMatchObject({ customer })
  })

  it('end in a deleted customer when Stripe has deleted her meanwhile', async () => {
    const { customer } = await join(house, { email: someone() })
    const created = seconds(house.clock.now()) + 5
    for (const email of [first, second]) {
      await receive(house, eventOf('customer.updated', { id: customer, email }, { created }))
    }
    Object.assign(house.stripe.world.customers.get(customer)!, { deleted: true })
    await house.advance(0.001)
    await house.work()
    expect(await customerOf(customer)).toMatchObject({ deleted: true })
  })

  it('ask again when Stripe was asked within that second', async () => {
    const { customer } = await join(house, { email: someone() })
    const created = seconds(house.clock.now()) + 600
    await receive(house, eventOf('customer.updated', { id: customer, email: first }, { created }))
    const [job] = await house.sql`
      select jobs.enqueue('memberships', 'refresh_customer',
        ${house.sql.json({ customer_id: customer })}) as id`
    await house.workers.memberships.drain()
    const [waiting] = await house.sql`
      select waiting_for, last_error from jobs.delayed where job = ${job!.id}`
    expect(waiting).toMatchObject({
      waiting_for: 'provider',
      last_error: expect.stringContaining('too early'),
    })
  })
})

describe('A customer whom no event named', () => {
  it('is asked for at Stripe', async () => {
    const email = someone()
    const { customer, subscription: id } = await quietSubscriber()
    house.stripe.world.customers.get(customer)!.email = email
    await receive(
      house,
      eventOf('customer.subscription.created', subscription({ id, customer: customer })),
    )
    await house.work()
    expect(await memberOf(house, email)).toMatchObject({ is_entitled: true, subscription: id })
  })

  it('blocks nobody when Stripe has deleted her', async () => {
    const id = fresh('sub')
    const { customer } = await quietSubscriber()
    await receive(
      house,
      eventOf('customer.subscription.created', subscription({ id, customer: customer })),
    )
    Object.assign(house.stripe.world.customers.get(customer)!, { deleted: true })
    await house.work()
    const [held] = await house.sql`
      select deleted_at is not null as deleted from private.stripe_customers where customer_id = ${customer}`
    expect(held?.deleted).toBe(true)
    const late = subscription({
      id,
      customer: customer,
      status: 'canceled',
      more: { ended_at: seconds(new Date()) },
    })
    expect(
      await receive(
        house,
        eventOf('customer.subscription.deleted', late, { created: seconds(house.clock.now()) + 1 }),
      ),
    ).toBe('applied')
  })
})

describe('An unmapped price that Stripe names when asked', () => {
  it('goes to the admins with the remedy, and works once it is mapped', async () => {
    const { subscription: id } = await join(house, { email: someone() })
    const sub = house.stripe.world.subscriptions.get(id)!
    const price = fresh('price')
    Object.assign(sub.items.data[0]!.price, { id: price })
    const [job] = await house.sql`
      select jobs.enqueue('memberships', 'refresh_subscription',
        ${house.sql.json({ subscription_id: id })}) as id`
    await house.work()
    const [dead] = await house.sql`select reason, last_error from jobs.dead where job = ${job!.id}`
    expect(dead).toMatchObject({
      reason: 'refused',
      last_error: expect.stringContaining('admin.map_price'),
    })
    await house.sql`select admin.map_price(${price}, 'annual', 'usd', 1000, 'month')`
    await house.sql`select admin.replay_job(${job!.id}::bigint)`
    await house.work()
    expect(await statusOf(id)).toMatchObject({ tier: 'annual' })
  })
})
