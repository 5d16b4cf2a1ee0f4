import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { type House, openHouse, SITE } from '../support/house.ts'
import { postOf } from './post.ts'

let house: House
beforeAll(async () => {
  house = await openHouse()
  // The longest there is: whoever is made to wait is not broken off meanwhile.
  await house.sql`update jobs.kinds set lease = '10 minutes' where queue = 'messaging'`
})
afterAll(() => house?.close())
beforeEach(() => house.resend.faults.clear())
afterEach(() => {
  vi.restoreAllMocks()
})

const post = postOf(() => house)
const { owe, sent, row, at, attempts, member } = post

describe('A mail that is owed', () => {
  it('goes out once, to her address of the moment, with a plain-text twin', async () => {
    const mia = await member()
    const id = await sent({ member: mia.id })
    const [mail, ...more] = await at(mia.email)
    expect(more).toEqual([])
    expect(mail?.subject).toBe('Dinner in Lisbon: a message from the hosts')
    expect(mail?.text).toContain('Hello Mia,')
    expect(mail?.html).toContain('Bring a chair.')
    expect(mail?.headers).toEqual({})
    expect(mail?.replyTo).toEqual(['hello@womendefiningai.example'])
    expect(await row(id)).toMatchObject({
      state: 'delivered',
      provider_id: mail?.id,
      sent_to: mia.email,
    })
  })

  it('is one mail however often it is owed, also at the same moment', async () => {
    const mia = await member()
    const wish = { key: `once:${mia.id}` }
    const ids = await Promise.all([1, 2, 3].map(() => owe({ member: mia.id }, wish)))
    expect(new Set(ids).size).toBe(1)
    await house.work()
    expect(await at(mia.email)).toHaveLength(1)
    await house.sql`select jobs.enqueue('messaging', 'send_email', ${house.sql.json({ email_id: ids[0]! })})`
    await house.work()
    expect(await at(mia.email)).toHaveLength(1)
    expect((await attempts(ids[0]!)).at(-1)).toMatchObject({ note: 'nothing left to do' })
  })

  it('goes to somebody who is no member as well', async () => {
    const address = post.someone('guest')
    await sent({ address }, { template: 'guest_pending' })
    const [mail] = await at(address)
    expect(mail?.text).toContain('Hello,\n')
  })

  it.each([
    ['a template that does not exist', 'no_such_mail', {}, 'There is no template "no_such_mail"'],
    ['data that do not fit', 'event_message', { words: '' }, 'words'],
  ])('with %s has failed at once, and waits for a person', async (_what, template, data, why) => {
    const id = await sent({ address: post.someone() }, { template, data })
    expect(await row(id)).toMatchObject({
      state: 'failed',
      reason: expect.stringContaining(why),
    })
    await house.sql`update private.emails set settled_at = settled_at - interval '1 hour' where id = ${id}`
    const [waiting] = await house.sql`
      select do_this from admin.attention where what = 'Mail not sent' and id = ${String(id)}`
    expect(waiting?.do_this).toContain('admin.send_email_again')
  })
})

it('An answer that somebody waits for passes what goes to many', async () => {
  const guests = Array.from({ length: 12 }, () => post.someone('many'))
  for (const address of guests) await owe({ address })
  const waiting = post.someone('waiting')
  await owe({ address: waiting }, { template: 'guest_approved' })
  const { resend } = house.messagingDeps
  const { send } = resend
  const answered = Promise.withResolvers<void>()
  let begun = 0
  let ahead = Number.POSITIVE_INFINITY
  // Whoever has begun before her waits until she has her answer.
  vi.spyOn(resend, 'send').mockImplementation(async (mail, ...rest) => {
    if (mail.to !== waiting) {
      begun += 1
      await answered.promise
      return await send(mail, ...rest)
    }
    return await send(mail, ...rest).finally(() => {
      ahead = begun
      answered.resolve()
    })
  })
  const drained = house.workers.messaging.drain()
  try {
    await vi.waitFor(() => expect(ahead).toBeLessThan(4), { timeout: 30_000 })
  } finally {
    answered.resolve()
    await drained
  }
  expect(await drained).toMatchObject({ completed: 13, failed: 0 })
  const order = house.resend.ledger
    .entries({ effect: 'email.accepted' })
    .map(({ detail }) => (detail?.to as string[] | undefined)?.[0] ?? '')
    .filter((to) => guests.includes(to) || to === waiting)
  expect(order).toHaveLength(13)
  expect(order.indexOf(waiting)).toBe(0)
})

describe('Before it goes out it is asked again', () => {
  it('whether she still wants such mails: a no between owing and sending counts', async () => {
    const mia = await member()
    const optional = await owe({ member: mia.id }, { kind: 'optional', template: 'slack_nudge' })
    const needed = await owe({ member: mia.id })
    await house.sql`
      insert into public.consents (member_id, channel, granted, source) values (${mia.id}, 'email', false, 'test')`
    await house.work()
    expect(await row(optional)).toMatchObject({
      state: 'withheld',
      reason: 'She does not want mails of this kind',
    })
    expect(await row(needed)).toMatchObject({ provider_id: expect.any(String) })
    expect(await at(mia.email)).toHaveLength(1)
  })

  it('whether her address takes mail', async () => {
    const mia = await member()
    const id = await owe({ member: mia.id })
    await house.sql`select private.suppress_address(${mia.email}, 'bounced', now())`
    await house.work()
    expect(await row(id)).toMatchObject({ state: 'withheld', sent_at: null })
    expect(await at(mia.email)).toEqual([])
  })

  it('whether she is still there', async () => {
    const mia = await member()
    const id = await owe({ member: mia.id })
    await house.sql`delete from public.members where id = ${mia.id}`
    await house.work()
    expect((await attempts(id)).at(-1)).toMatchObject({
      outcome: 'completed',
      note: 'nothing left to do',
    })
  })
})

describe('An optional mail', () => {
  it('can be stopped with one press in her mail program, and by a link in its text', async () => {
    const mia = await member()
    await sent({ member: mia.id }, { kind: 'optional', template: 'slack_nudge' })
    const [mail] = await at(mia.email)
    const target = /^<(.+)>$/.exec(mail?.headers['List-Unsubscribe'] ?? '')?.[1] ?? ''
    expect(target).toMatch(/\/messaging\/unsubscribe\/[\w-]{43}$/)
    expect(mail?.headers['List-Unsubscribe-Post']).toBe('List-Unsubscribe=One-Click')
    const word = target.split('/').at(-1)
    expect(mail?.text).toContain(`Stop mails like this one:\n${SITE}/unsubscribe/#${word}`)
    expect(mail?.html).toContain(`href="${SITE}/unsubscribe/#${word}"`)
    const [held] = await house.sql`
      select count(*)::int as n from private.emails e where to_jsonb(e)::text like ${`%${word}%`}`
    expect(held?.n, 'the word itself is kept nowhere').toBe(0)
  })

  it('is not sent to somebody who is no member: nobody said yes', async () => {
    const address = post.someone('guest')
    const id = await sent({ address }, { kind: 'optional', template: 'slack_nudge' })
    expect(await row(id)).toMatchObject({ state: 'withheld' })
    expect(await at(address)).toEqual([])
  })
})
