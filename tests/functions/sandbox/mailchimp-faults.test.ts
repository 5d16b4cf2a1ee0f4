import { afterAll, beforeAll, beforeEach, expect, test, vi } from 'vitest'
import { hashOf, LIST, startMailchimp } from './mailchimp-support.ts'

let sandbox: Awaited<ReturnType<typeof startMailchimp>>
beforeAll(async () => {
  sandbox = await startMailchimp({ url: 'http://127.0.0.1:9/none' })
})
afterAll(() => sandbox.close())
beforeEach(() => sandbox.control('reset', {}))

const EVE = 'eve@example.org'
const upserts = () => sandbox.ledger.entries({ effect: 'member.upserted', id: hashOf(EVE) }).length
/** Asks, and gives up in the middle: once `reached` holds, and before the whole answer has come. */
async function putInVain(reached: () => void) {
  const leave = new AbortController()
  const contact = { email_address: EVE, status_if_new: 'subscribed' }
  const path = `/lists/${LIST}/members/${hashOf(EVE)}`
  const failed = expect(sandbox.api('PUT', path, contact, leave.signal)).rejects.toThrow('gave up')
  await vi.waitFor(reached, { timeout: 30_000 })
  leave.abort(new Error('gave up'))
  await failed
}
const underWay = () => expect(sandbox.requests.inFlight()).toBe(1)
const done = () => expect(upserts()).toBe(1)

test('rate_limit: 429 in the provider shape, and no header of its own', async () => {
  await sandbox.control('faults', { kind: 'rate_limit', times: 1 })
  const refused = await sandbox.put(EVE)
  expect(refused).toMatchObject({ status: 429, body: { title: 'Too Many Requests' } })
  expect(refused.headers.get('retry-after')).toBeNull()
  expect(upserts()).toBe(0)
  expect((await sandbox.put(EVE)).status).toBe(200)
})

test('rate_limit with retryAfter sends Retry-After', async () => {
  await sandbox.control('faults', { kind: 'rate_limit', times: 1, retryAfter: 7 })
  expect((await sandbox.put(EVE)).headers.get('retry-after')).toBe('7')
})

test('server_error: 500 in the provider shape, without the effect', async () => {
  await sandbox.control('faults', { kind: 'server_error', times: 1 })
  const failed = await sandbox.put(EVE)
  expect(failed).toMatchObject({ status: 500, body: { title: 'Internal Server Error' } })
  expect(upserts()).toBe(0)
})

/** Waits until a request with this fault has come and gone. */
const hit = (fault: string) =>
  vi.waitFor(
    () => {
      const hits = sandbox.requests.entries().filter((entry) => entry.fault === fault)
      expect(hits).toMatchObject([{ method: 'PUT', status: 0 }])
    },
    { timeout: 30_000 },
  )

test('timeout_before does nothing, timeout_after does it, and neither answers', async () => {
  await sandbox.control('faults', { kind: 'timeout_before', times: 1 })
  await putInVain(underWay)
  await hit('timeout_before')
  expect(upserts()).toBe(0)
  await sandbox.control('faults', { kind: 'timeout_after', times: 1 })
  await putInVain(done)
  await hit('timeout_after')
  expect(upserts()).toBe(1)
})

test('slow_drip: the answer comes byte by byte, too slowly for whoever does not wait', async () => {
  await sandbox.control('faults', { kind: 'slow_drip', times: 1 })
  await putInVain(done)
  await hit('slow_drip')
  expect(upserts()).toBe(1)
})

test('garbage: 200 that is no JSON', async () => {
  await sandbox.control('faults', { kind: 'garbage', times: 1 })
  await expect(sandbox.put(EVE)).rejects.toThrow(SyntaxError)
})

test('a fault hits only the method and path it names', async () => {
  await sandbox.control('faults', { kind: 'server_error', method: 'POST', path: '/tags$' })
  expect((await sandbox.put(EVE)).status).toBe(200)
  const tags = { tags: [{ name: 'member', status: 'active' }] }
  const answer = await sandbox.api('POST', `/lists/${LIST}/members/${hashOf(EVE)}/tags`, tags)
  expect(answer.status).toBe(500)
  await sandbox.control('faults', undefined, 'DELETE')
  expect((await sandbox.control('faults')).body).toEqual({ faults: [] })
})

test('the eleventh call at once is refused', async () => {
  await sandbox.control('faults', { kind: 'timeout_before', times: 10 })
  const leave = new AbortController()
  const held = Array.from({ length: 10 }, () =>
    sandbox.api('GET', '/ping', undefined, leave.signal).catch(() => 'left'),
  )
  await vi.waitFor(() => expect(sandbox.requests.inFlight()).toBe(10), { timeout: 30_000 })
  const refused = await sandbox.api('GET', '/ping')
  expect(refused).toMatchObject({ status: 429, body: { title: 'Too Many Requests' } })
  expect(refused.headers.get('retry-after')).toBeNull()
  leave.abort()
  await Promise.all(held)
  await vi.waitFor(() => expect(sandbox.requests.inFlight()).toBe(0), { timeout: 30_000 })
  expect((await sandbox.api('GET', '/ping')).status).toBe(200)
  expect((await sandbox.control('requests')).body).toMatchObject({
    in_flight: 0,
    max_in_flight: 11,
  })
})

test('the page shows the audience, escaped', async () => {
  await sandbox.put(EVE, { merge_fields: { FNAME: '<b>Eve</b>' } })
  const response = await fetch(sandbox.url)
  const page = await response.text()
  expect(response.headers.get('content-type')).toContain('text/html')
  expect(page).toContain(EVE)
  expect(page).not.toContain('<b>Eve')
})
