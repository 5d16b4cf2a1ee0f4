import { Resend } from 'resend'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { createClock } from '../../../scripts/sandbox/lib/clock.ts'
import { serveResend } from '../../../scripts/sandbox/resend/server.ts'
import { whileShut, writesWait } from '../support/gate.ts'
import { startReceiver } from './mailchimp-support.ts'

const SECRET = 'whsec_c2FuZGJveC1yZXNlbmQtc2lnbmluZy1rZXk='
let sandbox: Awaited<ReturnType<typeof serveResend>>
let receiver: Awaited<ReturnType<typeof startReceiver>>
let resend: Resend
// It stands still: what counts by the second, and what is tried again, does so when a test says.
const began = new Date()
const clock = createClock(() => began)

beforeAll(async () => {
  receiver = await startReceiver()
  const webhook = { url: receiver.url, secret: SECRET }
  sandbox = await serveResend({ port: 0, clock, webhook, siteUrl: 'http://127.0.0.1:4321' })
  resend = new Resend('re_sandbox', { baseUrl: sandbox.url })
})
afterAll(async () => {
  await sandbox.close()
  receiver.close()
})

const control = async (path: string, body: object = {}) => {
  const init = { method: 'POST', body: JSON.stringify(body) }
  return await (await fetch(`${sandbox.url}/_sandbox/${path}`, init)).json()
}
beforeEach(async () => {
  await control('reset')
  receiver.received.length = 0
})

const mail = (more: object = {}) => ({
  from: 'Women Defining AI <hello@mail.example.org>',
  to: 'ada@example.org',
  subject: 'Hello',
  html: '<p>Hello</p>',
  text: 'Hello',
  ...more,
})
const types = async (id: string | undefined) => {
  await control('resend/settle')
  return receiver.received
    .map(({ body }) => JSON.parse(body))
    .filter(({ data }) => data.email_id === id)
    .map(({ type }) => type)
}

describe('Sending', () => {
  test('gives a number, under which the mail can be read', async () => {
    const { data, error } = await resend.emails.send(mail({ tags: [{ name: 'mail', value: '7' }] }))
    expect(error).toBeNull()
    const read = await resend.emails.get(data?.id ?? '')
    expect(read.data).toMatchObject({
      object: 'email',
      to: ['ada@example.org'],
      subject: 'Hello',
      html: '<p>Hello</p>',
      text: 'Hello',
      last_event: 'delivered',
    })
    expect((await resend.emails.get('none')).error).toMatchObject({ name: 'not_found' })
  })

  test.each([
    [{ to: [] }, 422, 'missing_required_field'],
    [{ subject: '' }, 422, 'missing_required_field'],
    [{ html: undefined, text: undefined }, 422, 'validation_error'],
    [{ to: 'nobody' }, 422, 'validation_error'],
    [{ to: 'ädä@example.org' }, 422, 'validation_error'],
    [{ to: Array(51).fill('ada@example.org') }, 422, 'validation_error'],
    [{ from: 'hello' }, 422, 'invalid_from_address'],
    [{ from: 'hello@gmail.com' }, 403, 'validation_error'],
    [{ tags: [{ name: 'mail', value: 'a b' }] }, 422, 'validation_error'],
  ])('refuses %j with %i %s', async (more, statusCode, name) => {
    const { data, error } = await resend.emails.send(mail(more) as never)
    expect(data).toBeNull()
    expect(error).toMatchObject({ statusCode, name, message: expect.any(String) })
  })

  test('asks for a key, and for the right one', async () => {
    const as = (key: string) => new Resend(key, { baseUrl: sandbox.url })
    expect((await as('re_wrong').emails.send(mail())).error).toMatchObject({
      statusCode: 403,
      name: 'invalid_api_key',
    })
    expect((await as('re_sandbox_sending').emails.send(mail())).error).toBeNull()
    expect((await as('re_sandbox_sending').emails.list()).error).toMatchObject({
      statusCode: 401,
      name: 'restricted_api_key',
    })
    expect((await fetch(`${sandbox.url}/emails`, { method: 'POST' })).status).toBe(401)
  })
})

describe('An idempotency key', () => {
  const send = (key: string, more: object = {}) =>
    resend.emails.send(mail(more), { idempotencyKey: key })

  test('gives the first answer again, and refuses another mail', async () => {
    const first = await send('once')
    expect((await send('once')).data).toEqual(first.data)
    expect((await send('once', { subject: 'Other' })).error).toMatchObject({
      statusCode: 409,
      name: 'invalid_idempotent_request',
    })
    expect(sandbox.ledger.entries({ effect: 'email.accepted' })).toHaveLength(1)
    expect((await send('x'.repeat(257))).error).toMatchObject({
      statusCode: 400,
      name: 'invalid_idempotency_key',
    })
  })

  test('is in use while the first mail with it is under way', async () => {
    const { first } = await whileShut(sandbox.url, async () => {
      const under = { first: send('busy') }
      await writesWait(sandbox.url)
      expect((await send('busy')).error).toMatchObject({
        statusCode: 409,
        name: 'concurrent_idempotent_requests',
      })
      return under
    })
    expect((await first).data).not.toBeNull()
    expect((await send('busy')).data).toEqual((await first).data)
  })

  test('is forgotten after a day, and never learnt from a refusal', async () => {
    const first = await send('daily')
    await control('clock', { advance_by: 24 * 3600 + 1 })
    expect((await send('daily')).data).not.toEqual(first.data)
    expect((await send('mended', { to: 'nobody' })).error).not.toBeNull()
    expect((await send('mended')).error).toBeNull()
  })
})

describe('What happens to a mail', () => {
  test.each([
    ['delivered@resend.dev', ['email.sent', 'email.delivered']],
    ['bounced@resend.dev', ['email.sent', 'email.bounced']],
    ['bounced+label@resend.dev', ['email.sent', 'email.bounced']],
    ['complained@resend.dev', ['email.sent', 'email.delivered', 'email.complained']],
    ['suppressed@resend.dev', ['email.suppressed']],
  ])('to %s is told by signed webhooks', async (to, expected) => {
    const { data } = await resend.emails.send(mail({ to, tags: [{ name: 'mail', value: '7' }] }))
    expect(await types(data?.id)).toEqual(expected)
    const last = receiver.received.at(-1)!
    const header = (name: string) => String(last.headers[name])
    const event = resend.webhooks.verify({
      payload: last.body,
      headers: {
        id: header('svix-id'),
        timestamp: header('svix-timestamp'),
        signature: header('svix-signature'),
      },
      webhookSecret: SECRET,
    })
    expect(event).toMatchObject({ data: { email_id: data?.id, to: [to], tags: { mail: '7' } } })
  })

  test('changes when a person does something about it, and her address is suppressed', async () => {
    const { data } = await resend.emails.send(mail())
    await control('resend/complain', { email: 'ada@example.org' })
    expect(await types(data?.id)).toContain('email.complained')
    const listed = await resend.suppressions.list({ origin: 'complaint' })
    expect(listed.data?.data).toMatchObject([{ email: 'ada@example.org', origin: 'complaint' }])
    const again = await resend.emails.send(mail())
    expect(await types(again.data?.id)).toEqual(['email.suppressed'])
    await control('resend/deliver', { email: 'ada@example.org' })
    expect((await resend.suppressions.remove('ada@example.org')).error).toBeNull()
    const after = await resend.emails.send(mail())
    expect(await types(after.data?.id)).toEqual(['email.sent', 'email.delivered'])
  })

  test('is told again until the endpoint takes it, and a forged copy fits nothing', async () => {
    receiver.answer.status = 500
    await control('webhooks', { forge: true })
    const { data } = await resend.emails.send(mail())
    await control('resend/settle')
    receiver.answer.status = 200
    await control('clock', { advance_by: 6 })
    expect(await types(data?.id)).toContain('email.delivered')
    const { deliveries } = await (await fetch(`${sandbox.url}/_sandbox/webhooks`)).json()
    expect(deliveries.map(({ state }: { state: string }) => state)).toEqual([
      'delivered',
      'delivered',
    ])
    const forged = receiver.received.find(({ headers }) =>
      /A{40}/.test(String(headers['svix-signature'])),
    )
    expect(forged).toBeDefined()
  })
})

describe('Limits', () => {
  test('of calls a second are said in headers, and a call too many is refused', async () => {
    await control('resend/limit', { per_second: 2 })
    const all = await Promise.all(Array.from({ length: 8 }, () => resend.emails.send(mail())))
    const refused = all.filter(({ error }) => error)
    expect(refused).toHaveLength(6)
    expect(refused[0]).toMatchObject({
      error: { statusCode: 429, name: 'rate_limit_exceeded' },
      headers: { 'retry-after': '1', 'ratelimit-limit': '2', 'ratelimit-remaining': '0' },
    })
    await control('clock', { advance_by: 1 })
    expect((await resend.emails.send(mail())).error).toBeNull()
  })

  test('of a day and a month have names of their own', async () => {
    for (const reached of ['daily', 'monthly']) {
      await control('resend/quota', { reached })
      expect((await resend.emails.send(mail())).error).toMatchObject({
        statusCode: 429,
        name: `${reached}_quota_exceeded`,
      })
    }
  })
})

test('Lists are read in pages, the newest first', async () => {
  for (let n = 1; n <= 5; n++) await resend.emails.send(mail({ subject: `Mail ${n}` }))
  const first = await resend.emails.list({ limit: 2 })
  expect(first.data).toMatchObject({
    has_more: true,
    data: [{ subject: 'Mail 5' }, { subject: 'Mail 4' }],
  })
  const after = first.data?.data.at(-1)?.id ?? ''
  const rest = await resend.emails.list({ limit: 100, after })
  expect(rest.data).toMatchObject({ has_more: false })
  expect(rest.data?.data.map(({ subject }) => subject)).toEqual(['Mail 3', 'Mail 2', 'Mail 1'])
})

test('The page shows each mail as it looks, and runs nothing of it', async () => {
  const html = '<p>Hi <b>Ada</b></p><script>alert(1)</script>'
  await resend.emails.send(mail({ html, text: 'Hi Ada <x>', subject: 'A <b>bold</b> one' }))
  const page = await (await fetch(sandbox.url)).text()
  expect(page).toContain('sandbox="allow-popups allow-popups-to-escape-sandbox"')
  expect(page).toContain('&lt;script&gt;alert(1)')
  expect(page).not.toContain('<script>')
  expect(page).toContain('Hi Ada &lt;x&gt;')
  expect(page).toContain('A &lt;b&gt;bold&lt;/b&gt; one')
})
