import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { MailchimpError } from '../../../functions/_shared/providers/mailchimp_errors.ts'
import { fresh } from '../support/events.ts'
import { type House, openHouse } from '../support/house.ts'
import { act, contactOf, join, memberOf } from '../support/people.ts'

let house: House
beforeAll(async () => {
  house = await openHouse()
})
afterAll(() => house?.close())

const someone = (name = 'someone') => `${fresh(name)}@example.org`
const heard = () => house.mailchimp.ledger.entries({ effect: 'webhook.delivered' }).length
/** What somebody does at Mailchimp, and that we have heard of it. */
async function person(action: string, body: object) {
  const before = heard()
  await act(house.mailchimp.url, `mailchimp/${action}`, body)
  await expect.poll(heard).toBeGreaterThan(before)
}
const held = async (member: string) =>
  (await house.sql`select * from private.audience_contacts where member_id = ${member}`)[0]!
const changed = async (member: string) => {
  await house.sql`select private.audience_changed(${member}::uuid, 'test')`
  await house.work()
}

/** Joins, and her contact is brought to Mailchimp. */
async function joined(email = someone()) {
  const member = await join(house, { email })
  await house.work()
  return { email, ...member }
}

describe('A contact follows its member', () => {
  it('with the tags of her tier, also when it changes', async () => {
    const ada = await joined()
    const change = { subscription: ada.subscription, price: 'price_donor_annual' }
    await house.advance(0.001)
    await act(house.stripe.url, 'stripe/portal/change', change)
    await house.settle()
    await house.work()
    expect((await memberOf(house, ada.email)).tier).toBe('donor_annual')
    expect((await contactOf(house, ada.email))?.tags).toEqual(['active', 'donor_annual', 'member'])
  })

  it('and comes back as active when she returns', async () => {
    const ada = await joined()
    await house.advance(0.001)
    await act(house.stripe.url, 'stripe/portal/cancel', { subscription: ada.subscription })
    await house.settle()
    await house.advance(33)
    await house.sql`select private.end_memberships(private.clock())`
    await house.work()
    expect((await contactOf(house, ada.email))?.tags).toContain('alumni')
    await joined(ada.email)
    expect((await contactOf(house, ada.email))?.tags).toEqual(['active', 'member', 'monthly'])
    const journeys = house.mailchimp.ledger.entries({ effect: 'journey.started' })
    expect(journeys.filter(({ detail }) => detail?.email === ada.email)).toHaveLength(1)
  })

  it('and its first name and last name are hers', async () => {
    const email = someone()
    await join(house, { email, name: 'Ada King Lovelace' })
    await house.work()
    const merge = house.mailchimp.ledger.entries({ effect: 'member.upserted' })
    expect(merge.length).toBeGreaterThan(0)
    const response = await fetch(`${house.mailchimp.url}/3.0/lists/audience1/members/${email}`, {
      headers: { authorization: `Basic ${btoa('any:sandbox-us1')}` },
    })
    expect((await response.json()).merge_fields).toMatchObject({
      FNAME: 'Ada',
      LNAME: 'King Lovelace',
    })
  })

  it('is asked for nothing when nothing changed', async () => {
    const ada = await joined()
    house.mailchimp.requests.clear()
    await changed(ada.member_id)
    expect(house.mailchimp.requests.entries()).toEqual([])
  })
})

describe('An address that changes', () => {
  const moveTo = (member: string, email: string) =>
    house.sql`select private.set_primary_email(${member}::uuid, ${email}, now(), 'auth')`

  it('moves the contact, with everything that Mailchimp knows of it', async () => {
    const ada = await joined()
    const email = someone('new')
    await moveTo(ada.member_id, email)
    await changed(ada.member_id)
    expect(await contactOf(house, ada.email)).toBeNull()
    expect(await contactOf(house, email)).toMatchObject({ status: 'subscribed', email })
    const moves = house.mailchimp.ledger.entries({ effect: 'member.upserted' })
    expect(moves.at(-1)?.detail).toMatchObject({ former_email: ada.email, created: false })
  })

  it('to one that Mailchimp has already: that one is used, the old one archived', async () => {
    const ada = await joined()
    const email = someone('there')
    const contact = { email, firstName: 'A', lastName: '', consents: true }
    await house.mailchimpClient.upsertContact(contact)
    await moveTo(ada.member_id, email)
    await changed(ada.member_id)
    expect(await contactOf(house, email)).toMatchObject({
      status: 'subscribed',
      tags: ['active', 'member', 'monthly'],
    })
    expect(await contactOf(house, ada.email)).toMatchObject({ status: 'archived' })
  })
})

describe('Consent', () => {
  it('who left at Mailchimp stays away, whatever we do', async () => {
    const ada = await joined()
    await person('unsubscribe', { email: ada.email })
    await house.sql`update private.audience_contacts set tags = '{}' where member_id = ${ada.member_id}`
    await changed(ada.member_id)
    expect(await contactOf(house, ada.email)).toMatchObject({ status: 'unsubscribed' })
    expect(await held(ada.member_id)).toMatchObject({ state: 'unsubscribed' })
  })

  it('who refuses mail here is unsubscribed there', async () => {
    const ada = await joined()
    await house.sql`
      insert into public.consents (member_id, channel, granted, source)
      values (${ada.member_id}, 'email', false, 'account page')`
    await changed(ada.member_id)
    expect(await contactOf(house, ada.email)).toMatchObject({ status: 'unsubscribed' })
    expect(await held(ada.member_id)).toMatchObject({ state: 'unsubscribed' })
  })
})

describe('Who allows mail again', () => {
  const sayYes = (member: string) => house.sql`
    insert into public.consents (member_id, channel, granted, source)
    values (${member}, 'email', true, 'account page')`

  it('after leaving at Mailchimp is parked with what she must do, not left without a word', async () => {
    const ada = await joined()
    await person('unsubscribe', { email: ada.email })
    await vi.waitFor(
      async () => {
        expect(await held(ada.member_id)).toMatchObject({ state: 'unsubscribed' })
      },
      { timeout: 30_000 },
    )
    await sayYes(ada.member_id)
    await changed(ada.member_id)
    expect(await contactOf(house, ada.email)).toMatchObject({ status: 'unsubscribed' })
    expect(await held(ada.member_id)).toMatchObject({
      state: 'parked',
      remedy: expect.stringContaining('Mailchimp’s own form'),
    })
    const [told] = await house.sql`
      select remedy from admin.parked_contacts where member_id = ${ada.member_id}`
    expect(told).toBeDefined()
  })

  it('and signed up there before: she is on the list', async () => {
    const ada = await joined()
    await sayYes(ada.member_id)
    await house.sql`
      update private.audience_contacts set state = 'unsubscribed' where member_id = ${ada.member_id}`
    await changed(ada.member_id)
    expect(await held(ada.member_id)).toMatchObject({ state: 'subscribed', remedy: null })
  })
})

describe('Who is refused for good', () => {
  it.each([
    [
      'an address that was deleted there',
      'Forgotten',
      async (email: string) => {
        await house.mailchimpClient.upsertContact({
          email,
          firstName: '',
          lastName: '',
          consents: true,
        })
        await person('forget', { email })
      },
    ],
    ['an address that looks made up', 'fake', async () => {}],
  ])('is parked with what she must do, and not tried again: %s', async (_, name, prepare) => {
    const email = `${name === 'fake' ? 'fake' : ''}${someone()}`
    await prepare(email)
    const { member_id } = await joined(email)
    expect(await held(member_id)).toMatchObject({
      state: 'parked',
      parked_reason: expect.any(String),
      remedy: expect.stringMatching(/^She /),
      welcomed_at: null,
    })
    const [dead] = await house.sql`select count(*)::int as jobs from jobs.dead`
    expect(dead?.jobs).toBe(0)
    house.mailchimp.requests.clear()
    await changed(member_id)
    expect(house.mailchimp.requests.entries()).toEqual([])
  })

  it('in a compliance state is parked too, and tried again when an admin says so', async () => {
    const email = someone()
    const { member_id } = await join(house, { email })
    const takenAgain = refuseWithCompliance(house)
    await house.work()
    expect(await held(member_id)).toMatchObject({
      state: 'parked',
      parked_reason: expect.stringContaining('off the list'),
    })
    takenAgain()
    await house.sql`select admin.unpark_contact(${member_id}::uuid, 'She signed up again')`
    await house.work()
    expect(await held(member_id)).toMatchObject({ state: 'subscribed', remedy: null })
  })
})

/**
 * Answers upserts as Mailchimp does for an address in a compliance state, until the returned function is
 * called. The sandbox says so only to callers that ask for a status, which our upsert never does.
 */
function refuseWithCompliance({ mailchimpClient }: House): () => void {
  const { upsertContact } = mailchimpClient
  mailchimpClient.upsertContact = async () => {
    throw new MailchimpError('refused', 400, 'Member In Compliance State', null)
  }
  return () => {
    mailchimpClient.upsertContact = upsertContact
  }
}
