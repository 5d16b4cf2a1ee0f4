import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { api, keys, makePeople } from './support.ts'

let cast: Awaited<ReturnType<typeof makePeople>>
beforeAll(async () => {
  cast = await makePeople()
})
afterAll(() => cast.leave())

const secrets =
  /sk_test_|whsec_|sb_secret_|local-worker-secret|mailchimp-path-secret|luma-sandbox-key|postgresql:\/\/|sandbox-us1/
const traces = /\bat \w+ \(|\.ts:\d+|node_modules|SQLSTATE|select private\.|PostgresError/

interface Knock {
  method?: string
  headers?: Record<string, string>
  body?: BodyInit
}

/** Knocks at a door of an Edge Function; whatever it answers must not give anything away. */
async function knock(path: string, { method = 'POST', headers = {}, body }: Knock = {}) {
  const response = await fetch(`${api}/functions/v1/${path}`, {
    method,
    headers,
    ...(body === undefined ? {} : { body }),
  })
  const text = await response.text()
  expect(text).not.toMatch(secrets)
  expect(text).not.toMatch(traces)
  return { status: response.status, text, headers: response.headers }
}

const asVisitor = () => ({ apikey: keys.publishable })
const as = (token: string | undefined) => ({ ...asVisitor(), authorization: `Bearer ${token}` })

/** Every door that takes a POST, and how it refuses who has no business there. */
const doors = [
  { path: 'memberships/drain', stranger: 401 },
  { path: 'audience/drain', stranger: 401 },
  { path: 'members/drain', stranger: 401 },
  { path: 'members/picture', stranger: 401 },
  { path: 'memberships/portal', stranger: 401 },
  { path: 'memberships/checkout', stranger: 401 },
  { path: 'memberships/stripe-webhook', stranger: 400 },
  { path: 'messaging/drain', stranger: 401 },
  { path: 'messaging/resend-webhook', stranger: 400 },
  { path: 'messaging/unsubscribe/wrong', stranger: 404 },
  { path: 'slack/drain', stranger: 401 },
  { path: 'slack/events', stranger: 400 },
  { path: 'slack/commands', stranger: 400 },
  { path: 'slack/interactions', stranger: 400 },
  { path: 'events/drain', stranger: 401 },
  { path: 'events/luma-webhook', stranger: 400 },
  { path: 'audience/mailchimp-webhook/wrong', stranger: 404 },
]

describe.each(doors)('$path', ({ path, stranger }) => {
  test('refuses who brings nothing', async () => {
    expect((await knock(path, { body: '{}' })).status).toBe(stranger)
    expect((await knock(path)).status).toBe(stranger)
  })

  test("refuses who brings somebody else's, or a forged, key", async () => {
    for (const authorization of [
      'Bearer ',
      'Bearer x',
      'Bearer undefined',
      'Bearer null',
      'Bearer sb_secret_wrong',
      'Basic eDp4',
      `Bearer ${'x'.repeat(4000)}`,
    ]) {
      const { status } = await knock(path, { headers: { authorization }, body: '{}' })
      expect(status, authorization.slice(0, 20)).toBe(stranger)
    }
  })

  test.each(['GET', 'PUT', 'PATCH', 'DELETE', 'HEAD'])('does not answer to %s', async (method) => {
    // Mailchimp asks its address with GET; a wrong secret is an address that does not exist.
    const { status, headers } = await knock(path, { method })
    expect([404, 405]).toContain(status)
    if (status === 405) expect(headers.get('allow')).toContain('POST')
  })

  test.each([
    ['ten megabytes', 'x'.repeat(10 * 1024 * 1024)],
    ['a hundred thousand brackets', '['.repeat(100_000)],
    ['bytes that are no text', new Uint8Array([0xff, 0xfe, 0x00, 0xc0, 0xaf])],
    ['a nul', '{"tier": "\\u0000"}'],
    ['half of a letter', '{"tier": "\\ud800"}'],
    ['half a body', '{"tier": "mon'],
    ['a prototype', '{"__proto__": {"tier": "monthly"}, "constructor": {}}'],
    [
      'an injection',
      '{"tier": "monthly\'; drop table members; --", "email": "\'||version()||\'@x.y"}',
    ],
    ['nothing but null', 'null'],
  ])('takes no harm from %s', async (_what, body) => {
    for (const headers of [
      asVisitor(),
      { ...as(cast.people.stranger.token), 'content-type': 'application/json' },
    ]) {
      const { status } = await knock(path, { headers, body })
      expect(status).toBeGreaterThanOrEqual(400)
      expect(status).toBeLessThan(500)
    }
  })

  test('lets no page of another site read its answers', async () => {
    for (const origin of ['https://evil.example', 'null', 'http://127.0.0.1:4321.evil.example'])
      for (const method of ['POST', 'OPTIONS']) {
        const { headers } = await knock(path, {
          method,
          headers: { ...asVisitor(), origin, 'access-control-request-method': 'POST' },
        })
        expect(headers.get('access-control-allow-origin')).toBeNull()
        expect(headers.get('access-control-allow-credentials')).toBeNull()
      }
  })
})

describe('the checkout', () => {
  test.each([
    'https://evil.example/',
    '//evil.example',
    '\\\\evil.example',
    'javascript:alert(1)',
    'https:evil.example',
    '/\\evil.example',
    'http://127.0.0.1:4321@evil.example/',
    '\t//evil.example',
    'data:text/html,x',
  ])('sends nobody back to %j', async (return_path) => {
    const { status, text } = await knock('memberships/checkout', {
      headers: asVisitor(),
      body: JSON.stringify({ tier: 'monthly', return_path }),
    })
    expect(status).toBe(422)
    expect(JSON.parse(text).error.field).toBe('return_path')
  })
})

describe('what the functions say of themselves', () => {
  test('health tells no secret, address or person', async () => {
    const { text, status } = await knock('operations/health', { method: 'GET' })
    expect([200, 503]).toContain(status)
    for (const person of Object.values(cast.people)) expect(text).not.toContain(person.email)
    expect(text).not.toMatch(/@/)
  })

  test.each([
    'memberships',
    'memberships/',
    'memberships/../audience/drain',
    'memberships/.env',
    '_shared/env.ts',
    'operations/..%2f..%2fetc%2fpasswd',
    'nobody',
    'memberships/%00',
  ])('there is nothing at %s', async (path) => {
    const { status } = await knock(path, { method: 'GET' })
    expect(status).toBeGreaterThanOrEqual(400)
    expect(status).toBeLessThan(500)
  })
})
