import { globSync, readFileSync } from 'node:fs'
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest'
import { erasureOf } from '../support/erasure.ts'
import { eventOf, fresh } from '../support/events.ts'
import { type House, openHouse } from '../support/house.ts'
import { act, ask, join, memberOf, receive, sessionOf, signIn } from '../support/people.ts'

let house: House
const { atStripe, deadJobs, erase, erasures, holding, latest, newcomer, someone } = erasureOf(
  () => house,
)
beforeAll(async () => {
  house = await openHouse()
})
afterAll(() => house?.close())
afterEach(async () => {
  vi.restoreAllMocks()
  house.stripe.faults.clear()
  await act(house.stripe.url, 'stripe/deliveries', { mode: 'normal' })
})

describe('What comes late about her', () => {
  it('a duplicate of everything that Stripe ever sent brings nothing back', async () => {
    const her = await newcomer()
    const sent = [...house.stripe.world.events.values()].filter((event) =>
      JSON.stringify(event).includes(her.customer),
    )
    expect(sent.length).toBeGreaterThan(4)
    await erase(her.user, her.email)
    await house.work()
    for (const event of sent) {
      // As Stripe sends it again, and once more as an event of its own.
      expect(await receive(house, event)).toBe('duplicate')
      await receive(house, { ...event, id: fresh('evt') })
    }
    await house.work()
    expect(await holding(her.email, her.name)).toEqual([])
    expect(await deadJobs()).toEqual([])
  })

  const types = globSync('*.json', { cwd: new URL('fixtures/', import.meta.url).pathname }).map(
    (file) => file.replace('.json', ''),
  )
  it.each(types)('a late %s leaves no trace of who she is', async (type) => {
    const her = await newcomer()
    await erase(her.user, her.email)
    const text = readFileSync(new URL(`fixtures/${type}.json`, import.meta.url), 'utf8')
    const { object } = JSON.parse(text).data
    const person = {
      ...('email' in object || object.object === 'customer'
        ? { email: her.email, name: her.name }
        : {}),
      ...(object.object === 'invoice'
        ? { customer_email: her.email, customer_name: her.name }
        : {}),
      ...(object.object === 'checkout.session'
        ? {
            customer_details: { email: her.email, name: her.name },
            customer_email: her.email,
            client_reference_id: her.user,
            payment_intent: fresh('pi'),
            metadata: { note: her.name },
          }
        : {}),
      ...(object.object === 'charge'
        ? { billing_details: { email: her.email, name: her.name }, receipt_email: her.email }
        : {}),
      ...(object.object === 'dispute'
        ? { evidence: { customer_email_address: her.email, customer_name: her.name } }
        : {}),
      ...(object.object === 'refund'
        ? { metadata: { note: her.name }, instructions_email: her.email }
        : {}),
      ...(object.object === 'subscription'
        ? { metadata: { user_id: her.user, note: her.name } }
        : {}),
    }
    const id = object.object === 'customer' ? her.customer : fresh('late')
    const about =
      object.object === 'customer' || object.object === 'dispute' ? {} : { customer: her.customer }
    const event = eventOf(type, { ...person, ...about, id })
    expect(JSON.stringify(event)).toContain(her.name)
    const state = await receive(house, event)
    expect(['applied', 'ignored', 'superseded', 'dead']).toContain(state)
    await house.work()
    expect(await holding(her.email, her.name)).toEqual([])
  })

  it('a checkout that she paid before, and whose events all come after, is ended and deleted as well', async () => {
    const email = someone()
    const { id: user } = await signIn(house, email)
    const opened = await ask(
      house,
      'checkout',
      { tier: 'monthly', email },
      { 'x-forwarded-for': fresh('10') },
    )
    await act(house.stripe.url, 'stripe/deliveries', { mode: 'pause' })
    await act(house.stripe.url, 'stripe/pay', {
      session: sessionOf(opened.body.url),
      name: 'Quilla Late',
    })
    await erase(user, email)
    await act(house.stripe.url, 'stripe/deliveries', { mode: 'normal' })
    await house.settle()
    await house.work()
    await house.settle()
    await house.work()
    const session = await atStripe(`checkout/sessions/${sessionOf(opened.body.url)}`)
    expect(await atStripe(`customers/${session.customer}`)).toMatchObject({ deleted: true })
    expect(await atStripe(`subscriptions/${session.subscription}`)).toMatchObject({
      status: 'canceled',
    })
    expect((await erasures('stripe', await latest())).map(({ state }) => state)).toEqual(['done'])
    expect(await holding(email, 'Quilla Late')).toEqual([])
  })

  it('a checkout that she left open is closed, so that nobody pays for an account that is gone', async () => {
    const her = await newcomer()
    const { token } = await (async () => {
      const made = fresh('token')
      house.tokens.set(made, { id: her.user, email: her.email })
      return { token: made }
    })()
    const gift = await ask(
      house,
      'checkout',
      { donation: { amount: 2500, currency: 'usd' } },
      { authorization: `Bearer ${token}`, 'x-forwarded-for': fresh('10') },
    )
    expect(gift.status).toBe(200)
    await erase(her.user, her.email)
    await house.work()
    await house.settle()
    expect(await atStripe(`checkout/sessions/${sessionOf(gift.body.url)}`)).toMatchObject({
      status: 'expired',
    })
    expect(await holding(her.email, her.name)).toEqual([])
  })

  it('what comes in the very moment of the erasure neither stops it nor outlives it', async () => {
    for (let round = 0; round < 6; round++) {
      const her = await newcomer()
      const sent = [...house.stripe.world.events.values()]
        .filter((event) => JSON.stringify(event).includes(her.customer))
        .map((event) => ({ ...event, id: fresh('evt'), created: event.created + 1 }))
      expect(sent.length).toBeGreaterThan(4)
      await Promise.all([
        ...sent.map((event) => receive(house, event)),
        erase(her.user, her.email),
        ...sent.map((event) => receive(house, { ...event, id: fresh('evt') })),
        erase(her.user, her.email),
      ])
      await house.work()
      await house.settle()
      await house.work()
      expect(await holding(her.email, her.name)).toEqual([])
      expect(await atStripe(`customers/${her.customer}`)).toMatchObject({ deleted: true })
    }
    expect(await deadJobs()).toEqual([])
  })

  it('nothing that a nightly comparison finds brings her back', async () => {
    const her = await newcomer()
    await erase(her.user, her.email)
    await house.sql`select private.start_reconciliation(private.clock())`
    await house.work()
    await house.settle()
    await house.sql`select private.start_reconciliation(private.clock())`
    await house.work()
    expect([
      ...(await house.sql`select difference from private.reconciliation_proposals where state = 'open'`),
    ]).toEqual([])
    expect(await holding(her.email, her.name)).toEqual([])
  })
})

it('Whoever joins again later is a member as everybody is, and hears what only she can do at Mailchimp', async () => {
  const her = await newcomer()
  await erase(her.user, her.email)
  await house.work()
  await house.settle()
  await house.advance(2)
  const again = await join(house, { email: her.email, name: 'Quilla Again' })
  expect(again).toMatchObject({ status: 'active', is_entitled: true })
  expect(again.member_id).not.toBe(her.member_id)
  expect(again.customer).not.toBe(her.customer)
  await house.work()
  const [contact] =
    await house.sql`select state, remedy from private.audience_contacts where member_id = ${again.member_id}`
  expect(contact).toMatchObject({
    state: 'parked',
    remedy: expect.stringContaining('Mailchimp’s own form'),
  })
  expect(await memberOf(house, her.email)).toMatchObject({ member_id: again.member_id })
  expect(await deadJobs()).toEqual([])
})
