import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest'
import { fresh } from '../support/events.ts'
import { type House, openHouse } from '../support/house.ts'
import { act, contactOf, join } from '../support/people.ts'

let house: House
beforeAll(async () => {
  house = await openHouse()
  // The longest there is: whoever is made to wait is not broken off meanwhile.
  await house.sql`update jobs.kinds set lease = '10 minutes' where queue = 'audience'`
})
afterAll(() => house?.close())
afterEach(() => {
  vi.restoreAllMocks()
})

/** Members who pay until next year; imported ones have been welcomed long ago. */
async function importMembers(count: number, prefix: string, origin = 'import') {
  await house.sql`
    with made as (
      select private.create_member(${origin}, ${prefix} || n || '@example.org', 'import', null, null,
               'Bulk ' || n, private.clock()) as id
        from generate_series(1, ${count}::int) n
    )
    insert into public.memberships (member_id, tier, status, cancel_at_period_end, access_until, member_since)
    select id, 'annual', 'active', false, private.clock() + interval '1 year', private.clock() from made`
}

const calls = (path: string) =>
  house.mailchimp.requests.entries().filter((entry) => entry.path.includes(path))

describe('Many members at once', () => {
  it('go as batches of operations beyond 500, and nobody is called one by one', async () => {
    await importMembers(600, 'bulk')
    house.mailchimp.requests.clear()
    await house.sql`select private.start_audience_sync(private.clock())`
    await house.work()
    const submitted = house.mailchimp.ledger.entries({ effect: 'batch.submitted' })
    expect(submitted.map(({ detail }) => Number(detail?.total)).sort()).toEqual([1000, 200])
    expect(calls('/members/')).toEqual([])
    expect(await contactOf(house, 'bulk599@example.org')).toEqual({
      email: 'bulk599@example.org',
      status: 'subscribed',
      tags: ['active', 'annual', 'member'],
    })
    const [left] = await house.sql`select private.start_audience_sync(private.clock()) as left`
    expect(left?.left).toBe(0)
    // They were welcomed on the old site.
    expect(house.mailchimp.ledger.entries({ effect: 'journey.started' })).toEqual([])
  })

  it('count as subscribed only when Mailchimp says so: who had left before stays away and is not welcomed', async () => {
    const left = 'joined7@example.org'
    const contact = { email: left, firstName: 'Bulk', lastName: '7', consents: true }
    await house.mailchimpClient.upsertContact(contact)
    await act(house.mailchimp.url, 'mailchimp/unsubscribe', { email: left })
    // We hear of it while she is nobody here.
    await expect
      .poll(() => house.mailchimp.ledger.entries({ effect: 'webhook.delivered' }))
      .toHaveLength(1)
    await importMembers(501, 'joined', 'checkout')
    await house.sql`select private.start_audience_sync(private.clock())`
    await house.work(30)
    const people = await house.sql`
      select state, welcomed_at is not null as welcomed, count(*)::int as people
        from private.audience_contacts where email like 'joined%' group by 1, 2 order by 1`
    expect(people).toEqual([
      { state: 'subscribed', welcomed: true, people: 500 },
      { state: 'unsubscribed', welcomed: false, people: 1 },
    ])
    expect(await contactOf(house, left)).toMatchObject({ status: 'unsubscribed' })
    const journeys = house.mailchimp.ledger.entries({ effect: 'journey.started' })
    expect(journeys).toHaveLength(500)
    expect(await house.sql`select kind, last_error from jobs.dead`).toEqual([])
    const pages = calls('/members').filter(({ path }) => !path.includes('/members/'))
    expect(pages.length).toBeGreaterThan(0)
  })

  it('are looked at one by one when a batch had errors, and the refused are parked', async () => {
    await importMembers(501, 'fake-and-real')
    await house.sql`
      update public.member_emails set email = replace(email, 'fake-and-real', 'real')
       where email like 'fake-and-real%' and email not like '%real7@%'`
    await house.sql`select private.start_audience_sync(private.clock())`
    await house.work(30)
    const states = await house.sql`
      select c.state, count(*)::int as people from private.audience_contacts c
       where c.email like '%real%' group by 1 order by 1`
    expect(states).toEqual([
      { state: 'subscribed', people: 500 },
      { state: 'parked', people: 1 },
    ])
  })

  it('never have more than eight calls under way', async () => {
    await importMembers(120, 'parallel')
    const { upsertContact } = house.mailchimpClient
    const crowd = Promise.withResolvers<void>()
    let underWay = 0
    let most = 0
    // The first ones wait until there are more than four of them.
    vi.spyOn(house.mailchimpClient, 'upsertContact').mockImplementation(async (contact) => {
      underWay += 1
      most = Math.max(most, underWay)
      await crowd.promise
      return await upsertContact(contact).finally(() => {
        underWay -= 1
      })
    })
    house.mailchimp.requests.clear()
    await house.sql`select private.start_audience_sync(private.clock())`
    const worked = house.work()
    try {
      await vi.waitFor(() => expect(most).toBeGreaterThan(4), { timeout: 30_000 })
    } finally {
      crowd.resolve()
      await worked
    }
    expect(calls('/members').length).toBeGreaterThanOrEqual(240)
    expect(house.mailchimp.requests.maxInFlight()).toBeLessThanOrEqual(8)
    expect(most).toBeLessThanOrEqual(8)
  })
})

describe('The daily check', () => {
  const check = async () => {
    const [run] = await house.sql`select private.start_drift_check(private.clock()) as id`
    await house.work()
    return await house.sql`
      select e.email, d.difference, d.action from private.audience_drift d
        join public.member_emails e on e.member_id = d.member_id and e.is_primary
       where d.run_id = ${run!.id} order by e.email`
  }

  it('repairs tags, takes over lowered consent, and is quiet when nothing differs', async () => {
    const prefix = fresh('drift')
    const emails = ['a', 'b', 'c'].map((letter) => `${prefix}${letter}@example.org`)
    for (const email of emails) await join(house, { email })
    await house.work()
    expect(await check()).toEqual([])

    const [a, b] = emails as [string, string]
    await house.mailchimpClient.setTags(a, [{ name: 'active', status: 'inactive' }])
    await act(house.mailchimp.url, 'webhooks', { drop: true })
    await act(house.mailchimp.url, 'mailchimp/unsubscribe', { email: b })
    const found = await check()
    await act(house.mailchimp.url, 'webhooks', { drop: false })
    expect(found.map(({ email, action }) => [email, action])).toEqual([
      [a, 'repaired'],
      [b, 'consent lowered'],
    ])
    expect((await contactOf(house, a))?.tags).toEqual(['active', 'member', 'monthly'])
    expect((await contactOf(house, b))?.status).toBe('unsubscribed')
    expect(await check()).toEqual([])
  })
})
