import { readdirSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { eventOf, fresh, invoice, seconds, subscription } from '../support/events.ts'
import { type House, openHouse } from '../support/house.ts'
import { memberOf, receive } from '../support/people.ts'

let house: House
beforeAll(async () => {
  house = await openHouse()
})
afterAll(() => house?.close())

const noteOf = async (id: string) =>
  (await house.sql`select state, note from private.stripe_events where event_id = ${id}`)[0]

const subscriptionRow = async (id: string) =>
  (
    await house.sql`
      select status, tier, current_period_end, as_of_event from public.subscriptions
       where subscription_id = ${id}`
  )[0]

/** A customer whose member is known, without asking Stripe. */
async function payer() {
  const customer = fresh('cus')
  const email = `${customer}@example.org`.toLowerCase()
  const customer_details = { email, name: 'Ada Example' }
  const session = { id: fresh('cs'), customer, customer_details }
  await receive(house, eventOf('checkout.session.completed', session))
  return { customer, email, id: fresh('sub') }
}

describe('One fixture an event', () => {
  const types = readdirSync(new URL('./fixtures/', import.meta.url)).map((f) => f.slice(0, -5))
  const acted = [
    'charge.dispute.closed',
    'charge.dispute.created',
    'charge.refunded',
    'checkout.session.async_payment_failed',
    'checkout.session.async_payment_succeeded',
    'checkout.session.completed',
    'checkout.session.expired',
    'customer.deleted',
    'customer.subscription.created',
    'customer.subscription.deleted',
    'customer.subscription.paused',
    'customer.subscription.resumed',
    'customer.subscription.updated',
    'customer.updated',
    'invoice.paid',
    'invoice.payment_action_required',
    'invoice.payment_failed',
    'refund.created',
    'refund.failed',
    'refund.updated',
  ]

  it('for every type that is acted on', () => {
    expect(types.filter((type) => type !== 'customer.created').sort()).toEqual(acted)
  })

  it.each(acted)('%s is applied', async (type) => {
    const event = eventOf(type)
    // Objects of one's own, so that no event stands in the way of another.
    event.data.object.id = fresh('obj')
    if (!type.startsWith('customer.') || type.includes('subscription')) {
      event.data.object.customer = fresh('cus')
    }
    if (type.startsWith('checkout.')) {
      event.data.object.payment_intent = fresh('pi')
    }
    await receive(house, event)
    expect(await noteOf(event.id)).toEqual({ state: 'applied', note: null })
  })
})

describe('Events in whatever order', () => {
  it('an older event never overwrites a newer one', async () => {
    const { customer, id } = await payer()
    const now = seconds(new Date())
    const newer = eventOf(
      'customer.subscription.updated',
      subscription({ id, customer, status: 'past_due' }),
      { created: now },
    )
    const older = eventOf('customer.subscription.updated', subscription({ id, customer }), {
      created: now - 5,
    })
    const first = eventOf(
      'customer.subscription.created',
      subscription({ id, customer, status: 'incomplete' }),
      { created: now - 9 },
    )
    expect(await receive(house, newer)).toBe('applied')
    expect(await receive(house, older)).toBe('superseded')
    expect(await receive(house, first)).toBe('superseded')
    expect(await subscriptionRow(id)).toMatchObject({ status: 'past_due' })
  })

  it('whatever comes after the end changes nothing', async () => {
    const { customer, id } = await payer()
    const now = seconds(new Date())
    const ended = subscription({ id, customer, status: 'canceled', more: { ended_at: now } })
    await receive(
      house,
      eventOf('customer.subscription.created', subscription({ id, customer }), {
        created: now - 60,
      }),
    )
    expect(
      await receive(house, eventOf('customer.subscription.deleted', ended, { created: now })),
    ).toBe('applied')
    expect(
      await receive(
        house,
        eventOf('customer.subscription.updated', subscription({ id, customer }), {
          created: now + 1,
        }),
      ),
    ).toBe('superseded')
  })

  it('the payment may be known before its subscription, and both before their buyer', async () => {
    const { customer, email, id } = await payer()
    const paid = invoice(fresh('in'), customer, id)
    expect(await receive(house, eventOf('invoice.paid', paid))).toBe('applied')
    expect(
      await receive(
        house,
        eventOf('customer.subscription.created', subscription({ id, customer })),
      ),
    ).toBe('applied')
    expect(await memberOf(house, email)).toMatchObject({ is_entitled: true, subscription: id })
  })

  it('a subscription whose buyer comes last is hers all the same', async () => {
    const id = fresh('sub')
    const customer = fresh('cus')
    const email = `${customer}@example.org`.toLowerCase()
    await receive(house, eventOf('customer.subscription.created', subscription({ id, customer })))
    const session = { customer, customer_details: { email, name: 'Late Buyer' }, subscription: id }
    await receive(house, eventOf('checkout.session.completed', { ...session, id: fresh('cs') }))
    expect(await memberOf(house, email)).toMatchObject({ is_entitled: true, tier: 'monthly' })
  })
})

describe('An unmapped price', () => {
  it('is never guessed: the event waits as dead, and applies when mapped and replayed', async () => {
    const { customer, email, id } = await payer()
    const price = fresh('price')
    const event = eventOf('customer.subscription.created', subscription({ id, customer, price }))
    expect(await receive(house, event)).toBe('dead')
    expect((await noteOf(event.id))?.note).toBe(`Stripe price ${price} is not mapped to a tier`)
    expect((await memberOf(house, email)).subscription).toBeNull()

    await house.sql`select admin.map_price(${price}, 'annual', 'usd', 9000, 'year')`
    const [replayed] = await house.sql`select admin.replay_event(${event.id}) as state`
    expect(replayed?.state).toBe('applied')
    expect(await memberOf(house, email)).toMatchObject({ is_entitled: true, tier: 'annual' })
  })
})

describe('An event that fails here', () => {
  it('is kept, tried again by itself, and blocks nobody', async () => {
    const { customer, id } = await payer()
    await house.sql`alter table public.subscriptions add constraint broken check (subscription_id <> ${house.sql.unsafe(`'${id}'`)})`
    const event = eventOf('customer.subscription.created', subscription({ id, customer }))
    expect(await receive(house, event)).toBe('failed')
    expect((await noteOf(event.id))?.note).toContain('broken')
    const other = await payer()
    const neighbour = subscription({ id: other.id, customer: other.customer })
    expect(await receive(house, eventOf('customer.subscription.created', neighbour))).toBe(
      'applied',
    )

    await house.sql`alter table public.subscriptions drop constraint broken`
    await house.work()
    expect(await noteOf(event.id)).toEqual({ state: 'applied', note: null })
  })

  it('ends as dead, with its reason, after the last attempt', async () => {
    const { customer, id } = await payer()
    const event = eventOf(
      'customer.subscription.created',
      subscription({ id, customer, status: 'unheard_of' }),
    )
    expect(await receive(house, event)).toBe('failed')
    await house.work(20)
    expect(await noteOf(event.id)).toMatchObject({
      state: 'dead',
      note: expect.stringContaining('unheard_of'),
    })
    const [dead] = await house.sql`
      select reason, last_error from jobs.dead where args ->> 'event_id' = ${event.id}`
    expect(dead).toMatchObject({
      reason: 'refused',
      last_error: expect.stringContaining('unheard_of'),
    })
  })
})
