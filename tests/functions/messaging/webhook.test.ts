import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { fresh } from '../support/events.ts'
import { type House, openHouse } from '../support/house.ts'
import { eventOfMail, postOf, SECRET, signed } from './post.ts'

let house: House
beforeAll(async () => {
  house = await openHouse()
})
afterAll(() => house?.close())
beforeEach(() => {
  house.env.RESEND_WEBHOOK_SECRET = SECRET
  delete house.env.RESEND_WEBHOOK_SECRET_PREVIOUS
})

const post = postOf(() => house)
const { member, sent, row, hear, settle, control, switches } = post
const suppressed = async (address: string) => {
  const [held] = await house.sql`
    select reason, lifted_at from private.email_suppressions where mark = private.address_mark(${address})`
  return held ?? null
}
const kept = (svix: string) =>
  house.sql`select outcome, payload from private.resend_events where svix_id = ${svix}`

describe('What Resend says of a mail', () => {
  it('moves it on: it arrived', async () => {
    const mia = await member()
    expect(await row(await sent({ member: mia.id }))).toMatchObject({ state: 'delivered' })
  })

  it('counts once, though every message comes twice and the last one first', async () => {
    const mia = await member()
    await switches({ duplicate: true, reorder: true })
    const id = await sent({ member: mia.id })
    await switches({ duplicate: false, reorder: false })
    await settle()
    expect(await row(id)).toMatchObject({ state: 'delivered' })
    const events = await house.sql`
      select type, outcome from private.resend_events where email_id = ${id} order by type`
    expect([...events]).toEqual([
      { type: 'email.delivered', outcome: 'applied' },
      { type: 'email.sent', outcome: 'superseded' },
    ])
  })

  it('never takes a mail back: a late "sent" changes nothing after it bounced', async () => {
    const mia = await member()
    const id = await sent({ member: mia.id })
    const { provider_id } = await row(id)
    await control('bounce', { email: mia.email })
    await settle()
    expect(await row(id)).toMatchObject({ state: 'bounced' })
    const late = eventOfMail('sent', { id: provider_id, to: mia.email })
    expect((await hear(late)).body.outcome).toBe('superseded')
    expect(await row(id)).toMatchObject({ state: 'bounced' })
  })

  it('tells which mail it is even when the answer to our call was lost', async () => {
    const mia = await member()
    const id = await post.owe({ member: mia.id })
    await house.sql`select private.begin_email(${id}, now())`
    const event = eventOfMail('delivered', { id: 'lost', to: mia.email, tag: id })
    expect((await hear(event)).body.outcome).toBe('applied')
    await house.work()
    expect(await post.at(mia.email)).toEqual([])
    expect(await row(id)).toMatchObject({ state: 'delivered', provider_id: 'lost' })
  })

  it('is not believed of a mail with the same number that went to somebody else', async () => {
    const mia = await member()
    const id = await post.owe({ member: mia.id })
    await house.sql`select private.begin_email(${id}, now())`
    const event = eventOfMail('bounced', { id: 'another', to: 'pat@example.net', tag: id })
    expect((await hear(event)).body.outcome).toBe('unknown mail')
    expect(await row(id)).toMatchObject({ state: 'owed' })
    await house.work()
  })
})

describe('An address', () => {
  it('that does not exist gets no more mail', async () => {
    const mia = await member()
    await control('bounce', { email: mia.email })
    await sent({ member: mia.id })
    await settle()
    expect(await suppressed(mia.email)).toMatchObject({ reason: 'bounced', lifted_at: null })
    expect(await row(await sent({ member: mia.id }))).toMatchObject({ state: 'withheld' })
    expect(await post.at(mia.email)).toHaveLength(1)
  })

  it('whose mailbox is full today gets the next one', async () => {
    const mia = await member()
    await control('bounce', { email: mia.email, soft: true })
    expect(await row(await sent({ member: mia.id }))).toMatchObject({ state: 'bounced' })
    expect(await suppressed(mia.email)).toBeNull()
    await control('deliver', { email: mia.email })
    expect(await row(await sent({ member: mia.id }))).toMatchObject({ state: 'delivered' })
  })

  it('whose reader calls our mail spam gets none, and that is a no to the newsletter too', async () => {
    const mia = await member()
    await control('complain', { email: mia.email })
    await sent({ member: mia.id })
    await settle()
    expect(await suppressed(mia.email)).toMatchObject({ reason: 'complained' })
    const consents = await house.sql`
      select granted, source from public.consents where member_id = ${mia.id} and channel = 'email'`
    expect([...consents]).toEqual([{ granted: false, source: 'A complaint about a mail' }])
  })

  it('is written to again once an admin lifts it, here and at Resend', async () => {
    const mia = await member()
    await control('bounce', { email: mia.email })
    await sent({ member: mia.id })
    await settle()
    await control('deliver', { email: mia.email })
    await house.sql`select admin.lift_suppression(${mia.email}, 'She mended her mailbox')`
    await house.work()
    expect(await row(await sent({ member: mia.id }))).toMatchObject({ state: 'delivered' })
    // What happened before does not stop it again.
    const old = { id: 'old', to: mia.email, at: new Date(Date.now() - 3_600_000) }
    const bounce = { bounce: { type: 'Permanent', subType: 'General', message: '' } }
    await hear(eventOfMail('bounced', { ...old, more: bounce }))
    expect((await suppressed(mia.email))?.lifted_at).toBeInstanceOf(Date)
  })

  it('of somebody who was erased is kept as a hash only, and nothing she got is', async () => {
    const mia = await member('Mia Featherstone')
    await control('bounce', { email: mia.email })
    await sent({ member: mia.id })
    await settle()
    await house.sql`
      select private.erase_person(${mia.id}, null, 'studio', 'test', 'asked for it', private.clock())`
    const late = fresh('late')
    const event = eventOfMail('complained', { id: 'gone', to: mia.email })
    expect((await hear(event, { id: late })).body.outcome).toBe('erased')
    expect(await kept(late)).toEqual([{ outcome: 'erased', payload: null }])
    const [held] = await house.sql`
      select (select count(*)::int from private.emails e where to_jsonb(e)::text like ${`%${mia.email}%`}) as mails,
             (select count(*)::int from private.resend_events e where to_jsonb(e)::text like ${`%${mia.email}%`}) as events,
             (select count(*)::int from private.email_suppressions s where s.address = ${mia.email}) as addresses,
             private.is_suppressed(${mia.email}) as still`
    expect(held).toEqual({ mails: 0, events: 0, addresses: 0, still: true })
  })
})

describe('At the same moment', () => {
  it('somebody is erased and her complaint comes: neither waits for ever, and only the hash is left', async () => {
    const people = await Promise.all(Array.from({ length: 6 }, () => member()))
    await Promise.all(people.map(({ id }) => post.owe({ member: id })))
    await house.work()
    await settle()
    await Promise.all(
      people.flatMap(({ id, email }) => [
        hear(eventOfMail('complained', { id: 'same', to: email })).then(({ status }) =>
          expect(status).toBe(200),
        ),
        house.sql`select private.erase_person(${id}, null, 'studio', 'test', 'asked for it', private.clock())`,
      ]),
    )
    for (const { email } of people) {
      const [held] = await house.sql`
        select address from private.email_suppressions where mark = private.address_mark(${email})`
      expect(held).toEqual({ address: null })
    }
  })
})

describe('The door', () => {
  const event = () => eventOfMail('delivered', { id: 'none', to: 'pat@example.net' })

  it.each([
    ['without headers', {}, 'The svix headers are missing'],
    [
      'with a signature of no known form',
      { 'svix-id': 'a', 'svix-timestamp': '1', 'svix-signature': 'v2,abc' },
      'The signature header is not of the form v1,…',
    ],
  ])('refuses a message %s', async (_what, headers, message) => {
    const answer = await house.messaging.request('/messaging/resend-webhook', {
      method: 'POST',
      body: JSON.stringify(event()),
      headers: headers as Record<string, string>,
    })
    expect(answer.status).toBe(400)
    expect((await answer.json()).error.message).toBe(message)
  })

  it('refuses a wrong secret, another body, and times more than five minutes off', async () => {
    const minutes = (n: number) => new Date(Date.now() + n * 60_000)
    const wrong = await hear(event(), { secret: `whsec_${btoa('another secret')}` })
    expect(wrong).toMatchObject({ status: 400, body: { error: { message: /does not fit/ } } })
    const body = JSON.stringify(event())
    const changed = await house.messaging.request('/messaging/resend-webhook', {
      method: 'POST',
      body: body.replace('delivered', 'bounced'),
      headers: signed(body, 'msg_changed'),
    })
    expect(changed.status).toBe(400)
    expect((await hear(event(), { at: minutes(-6) })).body.error.message).toMatch(/seconds old/)
    expect((await hear(event(), { at: minutes(6) })).body.error.message).toMatch(/in the future/)
    expect((await hear(event(), { at: minutes(-4) })).status).toBe(200)
  })

  it('takes either secret while it is changed, and none at all without one', async () => {
    const next = `whsec_${Buffer.from('the next secret of this door').toString('base64')}`
    house.env.RESEND_WEBHOOK_SECRET = next
    expect((await hear(event())).status).toBe(400)
    house.env.RESEND_WEBHOOK_SECRET_PREVIOUS = SECRET
    expect((await hear(event())).status).toBe(200)
    expect((await hear(event(), { secret: next })).status).toBe(200)
    delete house.env.RESEND_WEBHOOK_SECRET
    expect((await hear(event())).status).toBe(503)
  })

  it('keeps what it does not know, and takes the same message ten times at once as one', async () => {
    const unknown = {
      type: 'contact.updated',
      created_at: 'yesterday',
      data: { id: 1, to: 'text' },
    }
    const id = fresh('msg')
    const answers = await Promise.all(Array.from({ length: 10 }, () => hear(unknown, { id })))
    expect(answers.map(({ status }) => status)).toEqual(Array(10).fill(200))
    expect(answers.filter(({ body }) => body.outcome === 'duplicate')).toHaveLength(9)
    expect(await kept(id)).toMatchObject([{ outcome: 'ignored' }])
  })

  it('stores what Postgres cannot hold without it, and refuses what is no event', async () => {
    const odd = eventOfMail('delivered', { id: 'a\0b\ud800', to: 'pat@example.net' })
    expect((await hear(odd)).status).toBe(200)
    expect((await hear('[1, 2]')).status).toBe(400)
    expect((await hear('no json')).body.error.message).toBe('The body is not JSON')
  })
})
