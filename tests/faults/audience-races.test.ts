import { afterAll, afterEach, beforeAll, describe, expect, it, type MockInstance, vi } from 'vitest'
import { mailchimpFailure } from '../../functions/_shared/providers/mailchimp_errors.ts'
import { fresh } from '../functions/support/events.ts'
import { type House, openHouse } from '../functions/support/house.ts'
import { act, contactOf, join } from '../functions/support/people.ts'

let house: House
beforeAll(async () => {
  house = await openHouse()
})
afterAll(() => house?.close())
afterEach(async () => {
  vi.restoreAllMocks()
  house.mailchimp.faults.clear()
  await act(house.mailchimp.url, 'webhooks', { drop: false })
  await house.sql`delete from jobs.dead`
})

const someone = () => `${fresh('someone')}@example.org`
const leave = (email: string) => act(house.mailchimp.url, 'mailchimp/unsubscribe', { email })
const journeys = (email: string) =>
  house.mailchimp.ledger
    .entries({ effect: 'journey.started' })
    .filter(({ detail }) => detail?.email === email)
const held = async (member: string) =>
  (
    await house.sql`
      select state, welcomed_at, welcome_evidence, remedy from private.audience_contacts
       where member_id = ${member}`
  )[0]
const consents = (member: string) =>
  house.sql`select granted, source from public.consents where member_id = ${member}`
const dead = () => house.sql`select job, kind, reason, last_error from jobs.dead`
const attempts = (kind: string, member: string) =>
  house.sql`
    select outcome, note from jobs.attempts
     where kind = ${kind} and args ->> 'member_id' = ${member} order by started_at`
const refuse = (body: object) => mailchimpFailure({ status: 400, response: { body } })

describe('Who leaves between her contact and her welcome', () => {
  it.each([
    { when: 'and her welcome is asked for once', lost: 0 },
    { when: 'and a first call was lost on the way', lost: 1 },
  ])('is no dead job, and on record as gone: $when', async ({ lost }) => {
    const email = someone()
    await act(house.mailchimp.url, 'webhooks', { drop: true })
    const { startJourney } = house.mailchimpClient
    const trigger = vi.spyOn(house.mailchimpClient, 'startJourney')
    if (lost) trigger.mockRejectedValueOnce(new Error('The worker was killed'))
    trigger.mockImplementationOnce(async (address) => {
      await leave(address)
      await startJourney(address)
    })
    const { member_id } = await join(house, { email })
    await house.work()
    expect(trigger).toHaveBeenCalledTimes(lost + 1)
    expect([...(await dead())]).toEqual([])
    expect(journeys(email)).toEqual([])
    expect(await held(member_id)).toMatchObject({ state: 'unsubscribed', welcomed_at: null })
    expect([...(await consents(member_id))]).toEqual([
      { granted: false, source: 'Mailchimp: unsubscribed when asked' },
    ])
    expect((await attempts('start_welcome', member_id)).at(-1)).toEqual({
      outcome: 'completed',
      note: 'not subscribed any more',
    })
  })

  it('and who moved to another address meanwhile is welcomed there', async () => {
    const email = someone()
    const moved = someone()
    const { startJourney } = house.mailchimpClient
    const { member_id } = await join(house, { email })
    vi.spyOn(house.mailchimpClient, 'startJourney').mockImplementationOnce(async (address) => {
      const contact = { email: moved, firstName: 'Eve', lastName: '', consents: true }
      await house.mailchimpClient.changeAddress(address, contact)
      await house.sql`
        update private.audience_contacts set email = ${moved} where member_id = ${member_id}`
      await startJourney(address)
    })
    await house.work()
    expect([...(await dead())]).toEqual([])
    expect(journeys(moved)).toHaveLength(1)
  })
})

describe('A refusal of the welcome in words that nobody knows', () => {
  const unknown = refuse({ title: 'Bad Request', detail: 'Something about ada@example.org.' })

  it('is dead as refused, and nothing is on record as begun', async () => {
    const { member_id } = await refusedAfter(() => {})
    expect(await dead()).toMatchObject([
      { kind: 'start_welcome', reason: 'refused', last_error: 'Mailchimp: 400 Bad Request' },
    ])
    const effects = await house.sql`
      select from jobs.effects where key = ${`welcome:${member_id}`}`
    expect(effects).toHaveLength(0)
  })

  it('after a call that may have worked says what to look at, and the record ends it', async () => {
    const { member_id, email } = await refusedAfter((trigger) => {
      trigger.mockRejectedValueOnce(new Error('The worker was killed'))
    })
    const [{ job, last_error } = { job: 0, last_error: '' }] = await dead()
    const finish = /select (jobs\.finish_effect\('[\w:-]+'\))/.exec(last_error)?.[1]
    expect(last_error).toContain('may have started the journey')
    expect(finish).toBe(`jobs.finish_effect('welcome:${member_id}')`)

    vi.restoreAllMocks()
    await house.sql.unsafe(`select ${finish}`)
    await house.sql`select admin.replay_job(${job})`
    await house.work()
    expect(journeys(email)).toEqual([])
    expect(await held(member_id)).toMatchObject({
      welcomed_at: expect.any(Date),
      welcome_evidence: expect.stringContaining('ledger'),
    })
  })

  it('never lets her address or the words into a log', async () => {
    await refusedAfter(() => {})
    const lines = house.lines.filter((line) => line.includes('start_welcome')).join('\n')
    expect(lines).toContain('400 Bad Request')
    expect(lines).not.toMatch(/Something about|ada@example/)
  })

  async function refusedAfter(
    prepare: (trigger: MockInstance<House['mailchimpClient']['startJourney']>) => void,
  ) {
    const email = someone()
    const trigger = vi.spyOn(house.mailchimpClient, 'startJourney')
    prepare(trigger)
    trigger.mockRejectedValue(unknown)
    const { member_id } = await join(house, { email })
    await house.work()
    return { member_id, email }
  }
})

describe('A refusal in the title and words of the general error', () => {
  it('after a lost answer is the evidence that the journey had started', async () => {
    const email = someone()
    const { startJourney } = house.mailchimpClient
    vi.spyOn(house.mailchimpClient, 'startJourney')
      .mockImplementationOnce(async (address) => {
        await startJourney(address)
        throw new Error('The worker was killed')
      })
      .mockRejectedValueOnce(
        refuse({ title: 'Bad Request', detail: `${email} is in this automation flow already.` }),
      )
    const { member_id } = await join(house, { email })
    await house.work()
    expect(journeys(email)).toHaveLength(1)
    expect((await held(member_id))?.welcome_evidence).toContain('in the journey already')
    expect([...(await dead())]).toEqual([])
  })
})

describe('A contact that Mailchimp refuses for another field than her address', () => {
  it('is not parked with a remedy that does not help: an admin reads the field', async () => {
    const email = someone()
    vi.spyOn(house.mailchimpClient, 'upsertContact').mockRejectedValue(
      refuse({ title: 'Invalid Resource', errors: [{ field: 'FNAME', message: 'Too long' }] }),
    )
    const { member_id } = await join(house, { email })
    await house.work()
    expect(await held(member_id)).toBeUndefined()
    expect(await dead()).toMatchObject([
      { kind: 'sync_contact', last_error: 'Mailchimp: 400 Invalid Resource: FNAME' },
    ])
    expect(await contactOf(house, email)).toBeNull()
  })
})
