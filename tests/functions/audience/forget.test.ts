import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest'
import { subscriberHash } from '../../../functions/_shared/providers/mailchimp.ts'
import { erasureOf } from '../support/erasure.ts'
import { fresh } from '../support/events.ts'
import { type House, openHouse } from '../support/house.ts'
import { contactOf, join, signIn } from '../support/people.ts'

let house: House
const { deadJobs, erase, erasures, holding, latest, newcomer, someone } = erasureOf(() => house)
beforeAll(async () => {
  house = await openHouse()
})
afterAll(() => house?.close())
afterEach(() => {
  vi.restoreAllMocks()
  house.mailchimp.faults.clear()
})

/** Works once what is owed: however long that takes, nothing is tried again. */
const once = () => house.still(() => house.workers.audience.drain())

const PATH = '/audience/mailchimp-webhook/mailchimp-path-secret'
async function hook(type: string, data: Record<string, string>) {
  const body = new URLSearchParams({
    type,
    fired_at: '2026-11-21 12:00:00',
    'data[id]': fresh('contact'),
    'data[list_id]': 'audience1',
    ...data,
  })
  const response = await house.audience.request(PATH, { method: 'POST', body })
  return (await response.json()).outcome
}

describe('Forgetting a contact at Mailchimp', () => {
  it.each(['rate_limit', 'server_error', 'timeout_before', 'timeout_after', 'garbage'] as const)(
    'outlasts %s: it stays owed, and is done when Mailchimp answers again',
    async (kind) => {
      const her = await newcomer()
      await erase(her.user, her.email)
      house.mailchimp.faults.add({ kind, path: 'delete-permanent' })
      await once()
      expect((await erasures('mailchimp', await latest()))[0]?.state).toBe('owed')
      house.mailchimp.faults.clear()
      await house.work()
      expect((await erasures('mailchimp', await latest()))[0]?.state).toBe('done')
      expect(await contactOf(house, her.email)).toBeNull()
      expect(await deadJobs()).toEqual([])
    },
  )

  it('keeps the hash of her address for a day, for a second look, and then not even that', async () => {
    // Somebody with a sign-in, whom Mailchimp does not know when it is asked to forget her.
    const email = someone()
    const { id: user } = await signIn(house, email)
    await erase(user, email)
    const tombstone = await latest()
    await once()
    expect(await erasures('mailchimp', tombstone)).toMatchObject([
      { state: 'done', outcome: 'Mailchimp did not know this address' },
    ])
    const subject = async () => {
      const [row] = await house.sql`
        select subject from private.erasures where provider = 'mailchimp' and tombstone_id = ${tombstone}`
      return row!.subject
    }
    expect(await subject()).toBe(subscriberHash(email))
    const [again] = await house.sql`
      select extract(epoch from run_at - private.clock()) / 3600 as hours from jobs.delayed
       where kind = 'forget_contact' and message -> 'args' ->> 'again' = 'true' order by job desc limit 1`
    expect(Number(again!.hours)).toBeCloseTo(24, 1)

    // A batch that was on its way brings her there in between.
    const contact = { email, firstName: 'Quilla', lastName: 'Feather', consents: true }
    await house.mailchimpClient.upsertContact(contact)
    expect(await contactOf(house, email)).not.toBeNull()
    await house.work()
    expect(await contactOf(house, email)).toBeNull()
    expect(await subject()).toBeNull()
  })

  it('also when she has joined again before Mailchimp answered: she hears that she has to sign up there herself', async () => {
    const her = await newcomer()
    await erase(her.user, her.email)
    const tombstone = await latest()
    house.mailchimp.faults.add({ kind: 'server_error', times: 1, path: 'delete-permanent' })
    await once()
    await house.advance(0.001)
    const again = await join(house, { email: her.email, name: 'Quilla Again' })
    await house.work()
    await house.work()
    expect((await erasures('mailchimp', tombstone))[0]).toMatchObject({
      state: 'done',
      outcome: 'Contact deleted for good',
    })
    expect(await contactOf(house, her.email)).toBeNull()
    const [contact] = await house.sql`
      select state, remedy from private.audience_contacts where member_id = ${again.member_id}`
    expect(contact).toMatchObject({
      state: 'parked',
      remedy: expect.stringContaining('Mailchimp’s own form'),
    })
    expect(await deadJobs()).toEqual([])
  })

  it.each([
    { when: 'before it ends', early: false, note: 'she was erased meanwhile' },
    { when: 'between two of its calls', early: true, note: 'nothing left to do' },
  ])(
    'reaches a contact that a worker brings there while she is erased, and forgotten $when',
    async ({ early, note }) => {
      const her = await newcomer()
      await house.sql`update private.audience_contacts set tags = '{}' where member_id = ${her.member_id}`
      // One at a time, so that the job that forgets her waits for this one.
      await house.sql`update jobs.queues set max_in_flight = 1 where name = 'audience'`
      const { setTags } = house.mailchimpClient
      vi.spyOn(house.mailchimpClient, 'setTags').mockImplementationOnce(async (email, tags) => {
        // Her contact is in the worker's hands; she deletes her account, and Mailchimp is asked before the worker ends.
        await erase(her.user, her.email)
        if (early) await house.mailchimpClient.forget(subscriberHash(email))
        await setTags(email, tags)
      })
      await house.sql`select private.audience_changed(${her.member_id}::uuid, null)`
      await once()
      await house.sql`update jobs.queues set max_in_flight = 8 where name = 'audience'`
      expect(await contactOf(house, her.email)).toBeNull()
      const [attempt] = await house.sql`
      select note from jobs.attempts where kind = 'sync_contact' and args ->> 'member_id' = ${her.member_id}
       order by started_at desc limit 1`
      expect(attempt!.note).toBe(note)
      await house.work()
      expect(await holding(her.email, her.name)).toEqual([])
      expect(await deadJobs()).toEqual([])
    },
  )

  it('lets every job that still waits for her end quietly', async () => {
    const her = await newcomer()
    const [notice] = await house.sql`
      insert into public.membership_notices (member_id, kind, invoice_id)
      select ${her.member_id}, 'payment_failed', i.invoice_id from public.invoices i where i.customer_id = ${her.customer}
      returning id`
    await house.sql`
      select jobs.enqueue('audience', k, jsonb_build_object('member_id', ${her.member_id}::text)),
             jobs.enqueue('memberships', 'refresh_customer', jsonb_build_object('customer_id', ${her.customer}::text)),
             private.send_email('notice:' || ${notice!.id}::text, 'payment_failed', jsonb_build_object('notice_id', ${notice!.id}::int), member => ${her.member_id}::uuid),
             jobs.enqueue('memberships', 'resolve_customer', jsonb_build_object('customer_id', ${her.customer}::text)),
             jobs.enqueue('memberships', 'refresh_subscription', jsonb_build_object('subscription_id', ${her.subscription}::text))
        from unnest(array['sync_contact', 'start_welcome']) k`
    await house.sql`
      with made as (insert into private.audience_batches (member_ids) values (array[${her.member_id}::uuid]) returning id)
      select jobs.enqueue('audience', 'submit_batch', jsonb_build_object('batch_id', id)) from made`
    await erase(her.user, her.email)
    await house.work()
    // Whatever was tried again on the way, the last word of each is that it is done.
    const failed = await house.sql`
      select kind, note from (
        select distinct on (job) kind, note, outcome, args from jobs.attempts order by job, started_at desc) last
       where outcome <> 'completed'
         and (args ->> 'member_id' = ${her.member_id} or args ->> 'customer_id' = ${her.customer} or args ->> 'subscription_id' = ${her.subscription})`
    expect([...failed]).toEqual([])
    expect(await deadJobs()).toEqual([])
    expect(await holding(her.email, her.name)).toEqual([])
  })
})

describe('What Mailchimp says of her later', () => {
  it.each([
    ['unsubscribe', 'data[email]'],
    ['cleaned', 'data[email]'],
    ['profile', 'data[email]'],
    ['subscribe', 'data[email]'],
    ['upemail', 'data[old_email]'],
    ['upemail', 'data[new_email]'],
  ])('a late %s (%s) is not kept', async (type, field) => {
    const her = await newcomer()
    const message = { [field]: her.email.toUpperCase(), 'data[merges][LNAME]': her.name }
    await erase(her.user, her.email)
    await house.work()
    expect(await hook(type, message)).toBe('erased')
    expect(await holding(her.email, her.name)).toEqual([])
  })

  it('a daily check that finds her contact still there brings nothing back', async () => {
    const her = await newcomer()
    await erase(her.user, her.email)
    await house.sql`
      select private.compare_contacts(gen_random_uuid(), ${house.sql.json([{ email: her.email, status: 'subscribed', tags: ['member'] }])})`
    await house.sql`select private.start_audience_sync(private.clock())`
    await house.work()
    expect(await contactOf(house, her.email)).toBeNull()
    expect(await holding(her.email, her.name)).toEqual([])
  })
})
