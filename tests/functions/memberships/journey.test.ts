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

  it('can be followed by one id from the webhook to the effect', async () => {
    const eve = await memberOf(house, 'eve@example.org')
    const [first] = await house.sql<{ id: string }[]>`
      select correlation_id as id from jobs.attempts
       where kind = 'sync_contact' and args ->> 'member_id' = ${eve.member_id} order by job limit 1`
    const id = first!.id
    const lines = house.lines
      .map((line) => JSON.parse(line))
      .filter((line) => line.correlation_id === id)
    expect(lines.map((line) => [line.event, line.kind ?? line.type])).toEqual([
      ['stripe.event', expect.any(String)],
      ['job.completed', 'sync_contact'],
      ['job.completed', 'start_welcome'],
    ])
    const [event] = await house.sql`select state from private.stripe_events where event_id = ${id}`
    expect(event).toEqual({ state: 'applied' })
    const audited =
      await house.sql`select action from private.audit_log where correlation_id = ${id} order by id`
    expect(audited.map(({ action }) => action)).toEqual(
      expect.arrayContaining(['memberships.started', 'audience.welcomed']),
    )
    const attempts =
      await house.sql`select kind from jobs.attempts where correlation_id = ${id} order by job`
    expect(attempts.map(({ kind }) => kind)).toEqual(['sync_contact', 'start_welcome'])
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
