import { createHmac } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { fresh, seconds } from '../support/events.ts'
import { type House, openHouse } from '../support/house.ts'
import { act, join } from '../support/people.ts'

let house: House
beforeAll(async () => {
  house = await openHouse()
})
afterAll(() => house?.close())

const PATH = '/audience/mailchimp-webhook/mailchimp-path-secret'

const form = (type: string, email: string, more: Record<string, string> = {}) =>
  new URLSearchParams({
    type,
    fired_at: '2026-11-21 12:00:00',
    'data[id]': fresh('contact'),
    'data[list_id]': 'audience1',
    'data[email]': email,
    'data[merges][FNAME]': 'Ada',
    ...more,
  }).toString()

async function send(body: string, headers: Record<string, string> = {}, path = PATH) {
  const response = await house.audience.request(path, {
    method: 'POST',
    body,
    headers: { 'content-type': 'application/x-www-form-urlencoded', ...headers },
  })
  return { status: response.status, body: await response.json() }
}

async function member() {
  const email = `${fresh('ada')}@example.org`
  const joined = await join(house, { email })
  await house.work()
  return { email, ...joined }
}

const consentsOf = async (id: string) =>
  await house.sql`
  select granted, source from public.consents where member_id = ${id} order by id`

describe('The address of the webhook', () => {
  it('answers the probe that Mailchimp makes before it accepts it', async () => {
    expect((await house.audience.request(PATH)).status).toBe(200)
  })

  it('does not exist without the secret', async () => {
    for (const path of [`${PATH}x`, PATH.slice(0, -1), '/audience/mailchimp-webhook/']) {
      expect((await house.audience.request(path)).status).toBe(404)
      expect((await send(form('unsubscribe', 'a@example.org'), {}, path)).status).toBe(404)
    }
  })

  it('takes no other method, no empty body, no body without a type, and none above 1 MB', async () => {
    const response = await house.audience.request(PATH, { method: 'DELETE' })
    expect(response.status).toBe(405)
    expect(response.headers.get('allow')).toBe('GET, POST')
    expect((await send('')).status).toBe(400)
    expect((await send('data[email]=a@example.org')).body.error.field).toBe('type')
    expect((await send('x'.repeat(1024 * 1024 + 1))).status).toBe(413)
  })

  it('is closed with 503 while its secret is not configured', async () => {
    const secret = house.env.MAILCHIMP_WEBHOOK_PATH_SECRET
    delete house.env.MAILCHIMP_WEBHOOK_PATH_SECRET
    expect((await send(form('unsubscribe', 'a@example.org'))).status).toBe(503)
    house.env.MAILCHIMP_WEBHOOK_PATH_SECRET = secret
  })
})

describe('A signature, where one is configured', () => {
  const sign = (body: string, at = new Date(), secret = 'signing') => {
    const t = seconds(at)
    const v1 = createHmac('sha256', secret).update(`${t}.${body}`).digest('hex')
    return { 'x-mailchimp-signature': `t=${t},v1=${v1}` }
  }
  beforeAll(() => {
    house.env.MAILCHIMP_WEBHOOK_SIGNING_SECRET = 'signing'
  })
  afterAll(() => {
    delete house.env.MAILCHIMP_WEBHOOK_SIGNING_SECRET
  })

  it('lets in what is signed, and nothing that is unsigned, forged, stale or from the future', async () => {
    const body = form('profile', 'nobody@example.org')
    expect((await send(body, sign(body))).status).toBe(200)
    expect((await send(body)).status).toBe(400)
    expect((await send(body, sign(body, new Date(), 'other'))).status).toBe(400)
    expect((await send(body, sign(body, new Date(Date.now() - 301_000)))).status).toBe(400)
    // How far ahead is too far, to the second, is told by memberships/signature.test.ts; here the machine may be slow.
    expect((await send(body, sign(body, new Date(Date.now() + 600_000)))).status).toBe(400)
    expect((await send(`${body}&x=1`, sign(body))).status).toBe(400)
  })
})

describe('What Mailchimp may say', () => {
  it('that somebody left: consent is lowered, once', async () => {
    const ada = await member()
    await act(house.mailchimp.url, 'mailchimp/unsubscribe', { email: ada.email })
    await vi.waitFor(
      async () => {
        expect(await consentsOf(ada.member_id)).toEqual([
          { granted: false, source: 'Mailchimp: unsubscribe' },
        ])
      },
      { timeout: 30_000 },
    )
    const body = form('unsubscribe', ada.email)
    const sent = { 'x-correlation-id': crypto.randomUUID() }
    expect((await send(body, sent)).body.outcome).toBe('applied')
    const audited = await house.sql`
      select action from private.audit_log where correlation_id = ${sent['x-correlation-id']}`
    expect(audited).toEqual([{ action: 'audience.consent_lowered' }])
    expect((await send(body)).body.outcome).toBe('duplicate')
    expect(await consentsOf(ada.member_id)).toHaveLength(2)
  })

  it('the same thing ten times at once: it is taken once', async () => {
    const ada = await member()
    const body = form('unsubscribe', ada.email)
    const answers = await Promise.all(Array.from({ length: 10 }, () => send(body)))
    expect(answers.map(({ body: { outcome } }) => outcome).sort()).toEqual([
      'applied',
      ...Array(9).fill('duplicate'),
    ])
    expect(await consentsOf(ada.member_id)).toHaveLength(1)
    const audit = await house.sql`
      select actor from private.audit_log
       where target_id = ${ada.member_id} and action = 'audience.consent_lowered'`
    expect(audit).toHaveLength(1)
  })

  it('never that somebody agreed: a subscribe that comes late or is made up raises nothing', async () => {
    const ada = await member()
    await send(form('cleaned', ada.email))
    expect((await send(form('subscribe', ada.email))).body.outcome).toBe('ignored')
    expect(await consentsOf(ada.member_id)).toEqual([
      { granted: false, source: 'Mailchimp: cleaned' },
    ])
    const [contact] = await house.sql`
      select state from private.audience_contacts where member_id = ${ada.member_id}`
    expect(contact?.state).toBe('cleaned')
  })

  it('something of a type that we do not know, of somebody whom we do not know, of another audience', async () => {
    const ada = await member()
    expect((await send(form('campaign', ada.email))).body.outcome).toBe('ignored')
    expect((await send(form('unsubscribe', 'nobody@example.org'))).body.outcome).toBe(
      'unknown contact',
    )
    const elsewhere = form('unsubscribe', ada.email, { 'data[list_id]': 'other' })
    expect((await send(elsewhere)).body.outcome).toBe('another audience')
    expect(await consentsOf(ada.member_id)).toEqual([])
  })

  it('nothing that breaks us', async () => {
    for (const body of [
      'type=unsubscribe',
      'type[]=x&data=1',
      'type=x&data[__proto__][a]=1',
      'type=x&data[email]=%00',
    ]) {
      expect((await send(body)).status).toBeLessThan(500)
    }
  })
})
