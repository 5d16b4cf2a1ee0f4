// Speaks HTTP only and knows no machine. The health door asks the database and both providers, so
// it shows that a function has its path, its environment and its way out.
import { expect, test, vi } from 'vitest'
import { ask, target } from './support.ts'

const health = '/functions/v1/operations/health'

/** Asks the health door. A database that takes more than three seconds is down for it: that alone is looked at again. */
const askHealth = (init: Parameters<typeof ask>[1] = {}) =>
  vi.waitUntil(
    async () => {
      const answer = await ask(health, init)
      return answer.status === 503 && answer.body?.status === 'down' ? undefined : answer
    },
    { timeout: 30_000, interval: 200 },
  )

test('A function answers at its own path, and reaches the database', async () => {
  const { status, body } = await askHealth()
  expect(status).toBe(200)
  expect(['ok', 'degraded']).toContain(body.status)
  expect(body.schedules).toBeInstanceOf(Object)
})

test('A function has the settings of its providers', async () => {
  const { body } = await ask(health)
  expect(Object.keys(body.providers).sort()).toEqual(['mailchimp', 'resend', 'stripe'])
  expect(Object.values(body.providers)).not.toContain('misconfigured')
})

test('A function that checks its callers itself is reached without a key', async () => {
  expect((await askHealth({ headers: { apikey: undefined } })).status).toBe(200)
})

test('A function sees headers, method and path as they were sent', async () => {
  const sent = { 'x-correlation-id': crypto.randomUUID() }
  const answer = await ask(`${health}?a=b`, { headers: sent })
  expect(answer.headers.get('x-correlation-id')).toBe(sent['x-correlation-id'])
  const posted = await ask(health, { method: 'POST', body: '{}' })
  expect([posted.status, posted.headers.get('allow')]).toEqual([405, 'GET'])
  const elsewhere = await ask('/functions/v1/operations/nothing')
  expect(elsewhere.status).toBe(404)
  expect(elsewhere.body.error.message).toBe('There is nothing at this address')
})

test('A body arrives byte by byte: an unsigned webhook is refused by the function itself', async () => {
  const body = JSON.stringify({ id: 'evt_1', text: 'ünï\u0000' })
  const headers = { 'content-type': 'application/json', 'stripe-signature': 't=1,v1=00' }
  const answer = await ask('/functions/v1/memberships/stripe-webhook', {
    method: 'POST',
    body,
    headers,
  })
  expect(answer.status).toBe(400)
  expect(answer.body.error.message).toEqual(expect.any(String))
})

test('A function that is not there is 404 NOT_FOUND', async () => {
  const { status, body } = await ask('/functions/v1/nothing')
  expect([status, body.code]).toEqual([404, 'NOT_FOUND'])
})

test('A preflight reaches the function, which lets its own site in and nobody else', async () => {
  const preflight = (origin: string) =>
    ask('/functions/v1/memberships/checkout', {
      method: 'OPTIONS',
      headers: {
        apikey: undefined,
        origin,
        'access-control-request-method': 'POST',
        'access-control-request-headers': 'apikey,content-type',
      },
    })
  const stranger = await preflight('https://elsewhere.example')
  expect(stranger.status).toBeLessThan(300)
  expect(stranger.headers.get('access-control-allow-origin')).toBeNull()
  expect(stranger.headers.get('vary')).toMatch(/origin/i)
})

test('The platform does not show where the function really runs', async () => {
  const { headers } = await ask(health)
  expect(headers.get('location')).toBeNull()
  expect([...headers.values()].join(' ')).not.toContain(target.secret)
})
