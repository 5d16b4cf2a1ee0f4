import { createHmac } from 'node:crypto'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { fresh, seconds } from '../support/events.ts'
import { openRoom, type Room, SECRET } from './room.ts'

let room: Room
beforeAll(async () => {
  room = await openRoom()
})
afterAll(() => room?.close())
beforeEach(() => room.forget())

const PATH = '/events/luma-webhook'
const about = (type = 'event.updated', data: object = { id: fresh('evt') }) =>
  JSON.stringify({ type, data })

/** Luma's own form. */
function hex(body: string, { at = new Date(), secret = SECRET, id = fresh('msg') } = {}) {
  const t = seconds(at)
  const v1 = createHmac('sha256', secret).update(`${t}.${body}`).digest('hex')
  return { 'webhook-id': id, 'webhook-timestamp': `${t}`, 'webhook-signature': `t=${t},v1=${v1}` }
}

/** The form that the header names promise. */
function standard(body: string, { at = new Date(), secret = SECRET, id = fresh('msg') } = {}) {
  const t = seconds(at)
  const key = Buffer.from(secret.replace('whsec_', ''), 'base64')
  const v1 = createHmac('sha256', key).update(`${id}.${t}.${body}`).digest('base64')
  return { 'webhook-id': id, 'webhook-timestamp': `${t}`, 'webhook-signature': `v1,${v1}` }
}

async function send(body: string, headers: Record<string, string>) {
  const response = await room.app.request(PATH, { method: 'POST', body, headers })
  return { status: response.status, body: await response.json() }
}

const stored = () => room.sql`select webhook_id, type, state from private.luma_webhooks`

describe('The door for Luma’s webhooks', () => {
  it.each([
    { form: 'Luma’s', sign: hex },
    { form: 'Standard Webhooks’', sign: standard },
  ])('takes what is signed in $form form, and stores it', async ({ sign }) => {
    const body = about()
    const answer = await send(body, sign(body, { id: 'msg-1' }))
    expect(answer).toEqual({ status: 200, body: { received: true, state: 'applied' } })
    expect([...(await stored())]).toEqual([
      { webhook_id: 'msg-1', type: 'event.updated', state: 'applied' },
    ])
  })

  it.each([
    { form: 'Luma’s', sign: hex },
    { form: 'Standard Webhooks’', sign: standard },
  ])(
    'refuses what is not signed, wrong, stale or from the future in $form form',
    async ({ sign }) => {
      const body = about()
      const good = sign(body)
      const minutes = (count: number) => new Date(Date.now() + count * 60_000)
      const cases: [Record<string, string>, string][] = [
        [{ 'webhook-id': 'x' }, 'The signature header is missing'],
        [
          { ...good, 'webhook-signature': 'nonsense' },
          'The signature header is not of the form t=…,v1=…',
        ],
        [sign(body, { secret: `${SECRET}BBBB` }), 'The signature does not fit this body'],
        [sign(`${body} `), 'The signature does not fit this body'],
        [sign(body, { at: minutes(-6) }), 'The signature is more than 300 seconds old'],
        [sign(body, { at: minutes(6) }), 'The signature is more than 300 seconds in the future'],
      ]
      for (const [headers, message] of cases) {
        expect(await send(body, headers)).toEqual({ status: 400, body: { error: { message } } })
      }
      expect(await stored()).toHaveLength(0)
    },
  )

  it('takes the secret before a rotation too, and no other', async () => {
    const body = about()
    const old = { secret: 'whsec_before' }
    expect((await send(body, hex(body, old))).status).toBe(400)
    room.settings.LUMA_WEBHOOK_SECRET_PREVIOUS = old.secret
    expect((await send(body, hex(body, old))).status).toBe(200)
    delete room.settings.LUMA_WEBHOOK_SECRET_PREVIOUS
  })

  it('is closed with 503 while its secret is not configured', async () => {
    const body = about()
    delete room.settings.LUMA_WEBHOOK_SECRET
    expect((await send(body, hex(body))).status).toBe(503)
    room.settings.LUMA_WEBHOOK_SECRET = SECRET
    expect(room.lines.some((line) => line.includes('LUMA_WEBHOOK_SECRET'))).toBe(true)
  })

  it('takes POST only, no empty body, nothing above 1 MB, and only JSON with a type and data', async () => {
    expect((await room.app.request(PATH)).status).toBe(405)
    for (const [body, status] of [
      ['', 400],
      ['x'.repeat(1024 * 1024 + 1), 413],
      ['{', 400],
      ['{"type":"event.created"}', 400],
      ['{"data":{"id":"evt-1"}}', 400],
    ] as const) {
      expect((await send(body, hex(body))).status, body.slice(0, 30)).toBe(status)
    }
  })

  it('knows a message by its id, and one without by its body', async () => {
    const body = about()
    const headers = hex(body)
    expect((await send(body, headers)).body.state).toBe('applied')
    expect((await send(body, headers)).body.state).toBe('duplicate')
    const nameless = about()
    const { 'webhook-id': _id, ...without } = hex(nameless)
    expect((await send(nameless, without)).body.state).toBe('applied')
    const { 'webhook-id': _again, ...later } = hex(nameless, { at: new Date(Date.now() + 1000) })
    expect((await send(nameless, later)).body.state).toBe('duplicate')
    expect(await stored()).toHaveLength(2)
  })

  it('takes the same message twice at the same moment for one', async () => {
    const body = about()
    const headers = hex(body)
    const answers = await Promise.all([1, 2, 3, 4].map(() => send(body, headers)))
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 200])
    const states = answers.map(({ body: { state } }) => state).sort()
    expect(states).toEqual(['applied', 'duplicate', 'duplicate', 'duplicate'])
    expect(await stored()).toHaveLength(1)
  })

  it('sets aside what it does not act on, and keeps nothing of it', async () => {
    const odd = about('calendar.person.subscribed', { id: 'usr-1', email: 'her@example.org' })
    expect((await send(odd, hex(odd))).body.state).toBe('ignored')
    const [row] = await room.sql`select payload, email, note from private.luma_webhooks`
    expect(row).toEqual({
      payload: null,
      email: null,
      note: 'Commons does not act on calendar.person.subscribed',
    })
  })

  it('loses no message over a character', async () => {
    const odd = about('event.created', { id: 'evt-odd', name: 'a\u0000b\ud800' })
    expect((await send(odd, hex(odd))).body.state).toBe('applied')
    const [row] = await room.sql`select payload from private.luma_webhooks`
    expect(row!.payload.name).toBe('a\ufffdb\ufffd')
  })

  it('writes nobody’s address or name into the log', async () => {
    const body = about('guest.registered', {
      id: 'gst-1',
      user_email: 'secret.person@example.org',
      user_name: 'Secret Person',
      event: { id: 'evt-1' },
    })
    await send(body, hex(body))
    expect(room.lines.join('\n')).not.toMatch(/secret\.person|Secret Person/)
  })
})

describe('A message that cannot be applied', () => {
  it('about a guest of an event that is not known yet waits until the event is, and is applied then', async () => {
    await fetch(`${room.luma.url}/_sandbox/webhooks`, { method: 'POST', body: '{"drop":true}' })
    const { event } = await room.order<{ event: { id: string } }>('create', { name: 'At Luma' })
    await fetch(`${room.luma.url}/_sandbox/webhooks`, { method: 'POST', body: '{"drop":false}' })
    await room.order('register', { event: event.id, email: 'early@example.org', name: 'Early' })
    await room.settle()
    const waiting = await stored()
    expect(waiting.filter(({ state }) => state === 'failed').length).toBeGreaterThan(0)
    await room.work()
    expect((await stored()).filter(({ state }) => state === 'failed')).toHaveLength(0)
    const guests = await room.sql`
      select g.email::text from private.event_guests g join private.luma_events l using (event_id) where l.luma_id = ${event.id}`
    expect(guests.map(({ email }) => email)).toEqual(['early@example.org'])
  })

  it('for good is dead, stands before admins, and can be replayed or set aside', async () => {
    await room.sql`update jobs.kinds set max_attempts = 3 where kind = 'apply_luma_webhook'`
    const body = about('event.updated', { name: 'no id' })
    expect((await send(body, hex(body, { id: 'msg-dead' }))).body.state).toBe('failed')
    await room.work()
    const [held] = await room.sql`select state, attempts, note from private.luma_webhooks`
    expect(held).toMatchObject({ state: 'dead', attempts: 4 })
    const [waiting] =
      await room.sql`select id, why from admin.attention where what = 'Luma message'`
    expect(waiting!.id).toBe('msg-dead')
    expect(waiting!.why).toContain('The message names no event')
    const [replayed] = await room.sql`select admin.replay_luma_webhook('msg-dead') as said`
    expect(replayed!.said).toBe('Message msg-dead: failed.')
    await room.sql`select admin.ignore_luma_webhook('msg-dead', 'Luma sent nonsense')`
    expect(await room.sql`select from admin.attention where what = 'Luma message'`).toHaveLength(0)
  })
})
