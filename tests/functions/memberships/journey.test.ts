import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type House, openHouse } from '../support/house.ts'
import { act, contactOf, join, memberOf } from '../support/people.ts'

describe('A paid join becomes a welcomed member, and a cancellation ends on its day', () => {
  let house: House
  beforeAll(async () => {
    house = await openHouse()
  })
  afterAll(() => house?.close())

  it('gives access with the webhook and welcomes her at Mailchimp', async () => {
    const eve = await join(house, { email: 'eve@example.org' })
    expect(eve).toMatchObject({ status: 'active', tier: 'monthly', is_entitled: true })
    await house.work()
    expect(await contactOf(house, 'eve@example.org')).toEqual({
      email: 'eve@example.org',
      status: 'subscribed',
      tags: ['active', 'member', 'monthly'],
    })
    const journeys = house.mailchimp.ledger.entries({ effect: 'journey.started' })
    expect(journeys).toHaveLength(1)
    const [evidence] = await house.sql`
      select welcomed_at is not null as welcomed, welcome_evidence from private.audience_contacts
       where member_id = ${eve.member_id}`
    expect(evidence).toEqual({
      welcomed: true,
      welcome_evidence: expect.stringContaining('accepted the trigger'),
    })
  })

  it('keeps access after a cancellation until the end of the last day, then tags her alumni', async () => {
    const eve = await memberOf(house, 'eve@example.org')
    await act(house.stripe.url, 'stripe/portal/cancel', { subscription: eve.subscription })
    await house.settle()
    expect((await memberOf(house, 'eve@example.org')).is_entitled).toBe(true)

    await house.advance(33)
    expect(await memberOf(house, 'eve@example.org')).toMatchObject({
      status: 'canceled',
      is_entitled: false,
    })
    await house.sql`select private.end_memberships(private.clock())`
    await house.work()
    const contact = await contactOf(house, 'eve@example.org')
    expect(contact?.tags).toEqual(['alumni', 'member', 'monthly'])
  })
})
