import { createHmac } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { registerWebhook } from '../../../scripts/luma-webhook.ts'
import { answerComplaint, webhookComplaint } from '../../../scripts/sandbox/luma/spec.ts'
import { SECRET, startLuma } from './luma-support.ts'

let luma: Awaited<ReturnType<typeof startLuma>>
beforeAll(async () => {
  luma = await startLuma()
})
afterAll(() => luma?.close())
beforeEach(async () => {
  await luma.control('reset')
  luma.receiver.received.length = 0
})

const tickets = async (event: string) =>
  (await luma.api('GET', `/v1/events/ticket-types/list?event_id=${event}`)).body.entries

describe('Luma’s API in the sandbox', () => {
  test('answers every call as Luma’s own description says', async () => {
    const wish = { name: 'Dinner', start_at: '2027-01-01T19:00:00Z', timezone: 'Europe/Lisbon' }
    const created = await luma.api('POST', '/v1/events/create', {
      ...wish,
      geo_address_json: { type: 'manual', address: 'Lisbon' },
      registration_questions: [{ id: 'q1', label: 'Diet?', required: true, question_type: 'text' }],
    })
    const event_id = created.body.id
    const guests = [{ email: 'a@example.org', name: 'Ann Archer' }]
    const [type] = await tickets(event_id)
    await luma.control('luma/register', {
      event: event_id,
      email: 'b@example.org',
      answers: { q1: 'x' },
    })
    const hook = await luma.api('POST', '/v2/webhooks/create', {
      url: 'https://example.org/hook',
      event_types: ['*'],
    })
    const id = hook.body.id
    const calls: [string, string, object?][] = [
      ['GET', '/v1/users/get-self'],
      ['GET', '/v1/calendars/get'],
      ['GET', '/v1/calendars/events/list'],
      ['GET', `/v1/events/get?event_id=${event_id}`],
      ['POST', '/v1/events/update', { event_id, name: 'Supper' }],
      ['POST', '/v1/events/guests/add', { event_id, guests }],
      [
        'POST',
        '/v1/events/guests/send-invites',
        { event_id, guests: [{ email: 'c@example.org' }] },
      ],
      ['GET', `/v1/events/guests/list?event_id=${event_id}`],
      ['GET', `/v1/events/guests/get?event_id=${event_id}&id=a@example.org`],
      [
        'POST',
        '/v1/events/guests/update-status',
        { event_id, guest_id: 'a@example.org', status: 'declined' },
      ],
      ['GET', `/v1/events/ticket-types/list?event_id=${event_id}`],
      ['POST', '/v1/events/ticket-types/create', { event_id, name: 'VIP', type: 'free' }],
      [
        'POST',
        '/v1/events/ticket-types/update',
        { event_ticket_type_id: type.id, require_approval: true },
      ],
      ['GET', `/v1/entity/lookup?slug=${event_id.slice(4)}`],
      ['GET', '/v1/webhooks/list'],
      ['GET', `/v2/webhooks/get?id=${id}`],
      ['POST', '/v2/webhooks/update', { id, status: 'paused' }],
      ['POST', '/v1/webhooks/delete', { id }],
      ['POST', '/v1/events/cancel/request', { event_id }],
    ]
    expect(answerComplaint('POST /v1/events/create', created.body)).toBeUndefined()
    expect(answerComplaint('POST /v2/webhooks/create', hook.body)).toBeUndefined()
    for (const [method, path, body] of calls) {
      const answer = await luma.api(method, path, body)
      const route = `${method} ${path.split('?')[0]}`
      expect([route, answer.status, answerComplaint(route, answer.body)]).toEqual([
        route,
        200,
        undefined,
      ])
    }
  })

  test('takes only what that description takes, and only with the calendar’s key', async () => {
    const wrong = await luma.api('POST', '/v1/events/create', { name: 'No start' })
    expect([wrong.status, wrong.body.message]).toEqual([
      400,
      'start_at: Invalid input: expected string, received undefined',
    ])
    const cover = { cover_url: 'https://example.org/a.png' }
    const event_id = await luma.create()
    for (const body of [{ event_id, ...cover }, { event_id, visibility: 'secret' }, {}]) {
      expect((await luma.api('POST', '/v1/events/update', body)).status).toBe(400)
    }
    const update = (body: object) =>
      luma.api('POST', '/v1/events/guests/update-status', {
        event_id,
        guest_id: 'nobody@example.org',
        status: 'approved',
        ...body,
      })
    expect((await update({})).status).toBe(404)
    expect((await update({ message: 'm'.repeat(201) })).status).toBe(400)
    expect((await update({ message: 'hello', send_email: false })).status).toBe(400)
    expect((await luma.api('GET', '/v1/users/get-self', undefined, 'other')).status).toBe(401)
    expect((await luma.api('GET', '/v1/events/get?event_id=evt-none')).status).toBe(404)
    expect((await luma.api('GET', '/v1/nothing')).status).toBe(404)
  })

  test('gives lists in pages of its own size, whatever is asked for', async () => {
    const event = await luma.create()
    await luma.control('luma/register-many', { event, count: 230, email: 'g%@example.org' })
    const seen = new Set<string>()
    let cursor = ''
    let pages = 0
    for (;;) {
      const query = `event_id=${event}&pagination_limit=500&pagination_cursor=${cursor}`
      const { body } = await luma.api('GET', `/v1/events/guests/list?${query}`)
      for (const { id } of body.entries) seen.add(id)
      pages += 1
      expect(body.entries.length).toBeLessThanOrEqual(100)
      // A cursor may stand on the last page too: has_more is what counts.
      expect(body.next_cursor).toBeDefined()
      if (!body.has_more) break
      cursor = body.next_cursor
    }
    expect([pages, seen.size]).toEqual([3, 230])
  })

  test('cancels in two steps, for good, and asks about refunds when somebody has paid', async () => {
    const event_id = await luma.create()
    await luma.control('luma/price', { event: event_id, cents: 1500 })
    await luma.control('luma/register', { event: event_id, email: 'payer@example.org' })
    const ask = async () => (await luma.api('POST', '/v1/events/cancel/request', { event_id })).body
    const cancel = (body: object) => luma.api('POST', '/v1/events/cancel', { event_id, ...body })
    const asked = await ask()
    expect(asked).toMatchObject({ is_paid: true, guest_count: 1 })
    const { cancellation_token } = asked
    expect((await cancel({ cancellation_token: 'other' })).status).toBe(400)
    expect((await cancel({ cancellation_token })).body.message).toContain('should_refund')
    await luma.control('clock', { advance_by: 16 * 60 })
    expect((await cancel({ cancellation_token, should_refund: true })).status).toBe(400)
    const fresh = (await ask()).cancellation_token
    const done = await cancel({ cancellation_token: fresh, should_refund: true })
    expect(done).toMatchObject({ status: 200, body: {} })
    expect((await luma.api('GET', `/v1/events/get?event_id=${event_id}`)).status).toBe(404)
    expect(luma.ledger.entries({ effect: 'guest.refunded' })).toHaveLength(1)
    await luma.control('clock', { reset: true })
  })

  test('counts 200 calls a minute, then blocks for a minute, and says so in headers', async () => {
    const first = await luma.api('GET', '/v1/users/get-self')
    expect(first.headers.get('x-ratelimit-limit')).toBe('200')
    expect(first.headers.get('x-ratelimit-remaining')).toBe('199')
    for (let call = 2; call <= 200; call++) await luma.api('GET', '/v1/users/get-self')
    const blocked = await luma.api('GET', '/v1/users/get-self')
    expect(blocked.status).toBe(429)
    expect(blocked.headers.get('retry-after')).toBe('60')
    const over = luma.clock.now().getTime() + 60_000
    expect(blocked.headers.get('x-ratelimit-reset')).toBe(String(Math.ceil(over / 1000)))
    await luma.control('clock', { advance_by: 61 })
    expect((await luma.api('GET', '/v1/users/get-self')).status).toBe(200)
    await luma.control('clock', { reset: true })
  })
})

describe('Luma’s webhooks in the sandbox', () => {
  test('are signed in Luma’s form with the whole secret, and look as its description says', async () => {
    const event = await luma.create()
    await luma.control('luma/register', { event, email: 'a@example.org', name: 'Ann' })
    await luma.control('luma/change', { event, name: 'Moved' })
    await luma.control('luma/cancel', { event })
    const messages = await luma.received(7)
    for (const { type, body, headers } of messages) {
      expect([type, webhookComplaint(type, JSON.parse(body))]).toEqual([type, undefined])
      const { t: time, v1 } = Object.fromEntries(
        String(headers['webhook-signature'])
          .split(',')
          .map((part) => part.split('=')),
      )
      expect(headers['webhook-timestamp']).toBe(time)
      expect(headers['webhook-id']).toMatch(/^msg-/)
      expect(v1).toBe(createHmac('sha256', SECRET).update(`${time}.${body}`).digest('hex'))
    }
    expect(messages.map(({ type }) => type).sort()).toEqual([
      'calendar.event.added',
      'event.canceled',
      'event.created',
      'event.updated',
      'guest.registered',
      'guest.updated',
      'ticket.registered',
    ])
  })

  test('tell of a registration twice, as registered and as updated, and again when she comes back', async () => {
    const event = await luma.create()
    await luma.received(2)
    await luma.control('luma/register', { event, email: 'a@example.org' })
    await luma.control('luma/leave', { event, guest: 'a@example.org' })
    await luma.control('luma/register', { event, email: 'a@example.org' })
    const types = (await luma.received(9)).slice(2).map(({ type }) => type)
    expect(types.filter((type) => type === 'guest.registered')).toHaveLength(2)
    expect(types.filter((type) => type === 'guest.updated')).toHaveLength(3)
  })
})

test('our webhook is registered once, found again, mended, and renewed with a new secret', async () => {
  const url = 'https://project.example.org/functions/v1/events/luma-webhook'
  const settings: Record<string, string> = {
    LUMA_API_KEY: 'luma-sandbox-key',
    LUMA_API_BASE: luma.url,
  }
  const register = (renew = false) => registerWebhook((name) => settings[name], url, renew)
  const hooks = async () =>
    (await luma.api('GET', '/v1/webhooks/list')).body.entries.filter(
      (hook: { url: string }) => hook.url === url,
    )
  const made = await register()
  expect(made).toEqual({ outcome: 'made', secret: expect.stringMatching(/^whsec_/) })
  expect(await register()).toEqual({ outcome: 'found', secret: made.secret })
  const [{ id }] = await hooks()
  await luma.api('POST', '/v2/webhooks/update', { id, status: 'paused' })
  expect((await register()).outcome).toBe('mended')
  const renewed = await register(true)
  expect(renewed.outcome).toBe('renewed')
  expect(renewed.secret).not.toBe(made.secret)
  expect(await hooks()).toMatchObject([{ status: 'active', secret: renewed.secret }])
  settings.LUMA_API_KEY = 'wrong'
  await expect(register()).rejects.toThrow('Luma answered 401')
})

test('the calendar is kept between starts, with its guests and when they came', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'luma-'))
  const stateFile = join(folder, 'luma.json')
  try {
    const first = await startLuma({ stateFile })
    const event = await first.create({ name: 'Kept' })
    await first.control('luma/register', { event, email: 'a@example.org', name: 'Ann' })
    const look = async (sandbox: typeof first) => {
      const query = `event_id=${event}`
      const guests = await sandbox.api('GET', `/v1/events/guests/list?${query}`)
      return guests.body.entries.map((guest: { id: string; registered_at: string }) => [
        guest.id,
        guest.registered_at,
      ])
    }
    const before = await look(first)
    expect(before).toHaveLength(1)
    await first.close()
    const second = await startLuma({ stateFile })
    expect(await look(second)).toEqual(before)
    expect(await second.create()).not.toBe(event)
    await second.close()
  } finally {
    rmSync(folder, { recursive: true })
  }
})
