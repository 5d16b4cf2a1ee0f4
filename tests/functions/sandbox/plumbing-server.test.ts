import { afterAll, beforeAll, beforeEach, expect, test, vi } from 'vitest'
import { createClock } from '../../../scripts/sandbox/lib/clock.ts'
import { createGate } from '../../../scripts/sandbox/lib/gate.ts'
import { type ProviderServer, serveProvider } from '../../../scripts/sandbox/lib/server.ts'

const START = new Date('2026-11-21T10:00:00Z')
const clock = createClock(() => START)
const gate = createGate()
const resets = vi.fn()
let server: ProviderServer
beforeAll(async () => {
  server = await serveProvider({
    name: 'Echo',
    port: 0,
    clock,
    gate,
    reset: resets,
    handler: async (request) => {
      if (request.method === 'PUT') await gate.pass()
      server.ledger.add('echo', request.method, { path: new URL(request.url).pathname })
      return new Response(await request.arrayBuffer(), { headers: { 'x-type': 'echo' } })
    },
    shapeError: (kind) => new Response(kind, { status: kind === 'rate_limit' ? 429 : 500 }),
  })
})
afterAll(() => server.close())
beforeEach(async () => {
  await control('POST', 'reset', { clock: true })
})

async function control(method: string, path: string, body?: unknown) {
  const init = body === undefined ? { method } : { method, body: JSON.stringify(body) }
  const response = await fetch(`${server.url}/_sandbox/${path}`, init)
  return { status: response.status, body: await response.json() }
}

test('the body reaches the handler byte for byte', async () => {
  const bytes = new Uint8Array([0, 255, 10, 13, 195, 40])
  const response = await fetch(`${server.url}/any`, { method: 'POST', body: bytes })
  expect(new Uint8Array(await response.arrayBuffer())).toEqual(bytes)
  expect(response.headers.get('x-type')).toBe('echo')
})

test('the ledger is filtered by effect and id', async () => {
  await fetch(`${server.url}/one`)
  await fetch(`${server.url}/two`, { method: 'PUT' })
  const { body } = await control('GET', 'ledger?effect=echo&id=PUT')
  expect(body.entries).toMatchObject([{ effect: 'echo', id: 'PUT', detail: { path: '/two' } }])
})

test('requests are logged with their status; control routes are not', async () => {
  await control('POST', 'faults', [{ kind: 'server_error', times: 1 }, { kind: 'rate_limit' }])
  for (const path of ['a', 'b', 'c']) await fetch(`${server.url}/${path}`)
  const { body } = await control('GET', 'requests')
  expect(body.max_in_flight).toBe(1)
  expect(body.requests).toMatchObject([
    { method: 'GET', path: '/a', status: 500, in_flight: 1, fault: 'server_error' },
    { path: '/b', status: 429 },
    { path: '/c', status: 429 },
  ])
})

test.each([
  ['faults', { kind: 'sabotage' }],
  ['faults', { kind: 'garbage', path: '(' }],
  ['faults', { kind: 'garbage', tiems: 1 }],
  ['clock', { advance_to: 'tomorrow' }],
  ['clock', { advance_to: '2000-01-01T00:00:00Z' }],
  ['latency', { ms: -1 }],
  ['gate', { shut: 'yes' }],
  ['gate', {}],
  ['reset', { clocks: true }],
])('a wrong order to %s is refused with a sentence', async (path, body) => {
  const answer = await control('POST', path, body)
  expect(answer).toMatchObject({ status: 400, body: { error: expect.any(String) } })
})

test('the clock advances by seconds and to a moment, and is set back on request', async () => {
  await control('POST', 'clock', { advance_by: 86_400 })
  expect(clock.now()).toEqual(new Date('2026-11-22T10:00:00Z'))
  await control('POST', 'clock', { advance_to: '2099-01-01T00:00:00Z' })
  expect((await control('GET', 'clock')).body.now).toMatch(/^2099-01-01/)
  await control('POST', 'clock', { reset: true })
  expect(clock.now()).toEqual(START)
})

test('reset empties faults, ledger and log, and the provider', async () => {
  resets.mockClear()
  await control('POST', 'faults', { kind: 'garbage' })
  await fetch(`${server.url}/x`)
  await control('POST', 'reset')
  expect(resets).toHaveBeenCalledOnce()
  expect((await control('GET', 'faults')).body).toEqual({ faults: [] })
  expect((await control('GET', 'requests')).body).toMatchObject({ requests: [], max_in_flight: 0 })
  expect(server.ledger.entries()).toEqual([])
})

/** A write that stands at the gate. */
async function waitingWrite() {
  const shut = await control('POST', 'gate', { shut: true })
  expect(shut).toEqual({ status: 200, body: { shut: true, waiting: 0 } })
  const answer = fetch(`${server.url}/w`, { method: 'PUT', body: 'done' })
  const waits = { status: 200, body: { shut: true, waiting: 1 } }
  await expect.poll(() => control('GET', 'gate')).toEqual(waits)
  return { answer }
}

test('a write waits at the gate, others pass, and opening it lets it go on', async () => {
  const { answer } = await waitingWrite()
  expect((await fetch(`${server.url}/r`)).status).toBe(200)
  expect(server.ledger.entries({ id: 'PUT' })).toEqual([])
  expect((await control('PUT', 'gate', { shut: false })).status).toBe(404)
  await control('POST', 'gate', { shut: false })
  expect(await (await answer).text()).toBe('done')
  expect((await control('GET', 'gate')).body).toEqual({ shut: false, waiting: 0 })
  expect(server.ledger.entries({ id: 'PUT' })).toHaveLength(1)
})

test('a reset lets a write that waits end first, and empties what it left; it waits for nothing that a fault holds', async () => {
  await control('POST', 'faults', { kind: 'timeout_after', method: 'GET' })
  const leave = new AbortController()
  const silent = fetch(`${server.url}/s`, { signal: leave.signal })
  await expect.poll(() => server.requests.held()).toBe(1)
  const { answer } = await waitingWrite()
  const found: object[] = []
  resets.mockImplementationOnce(() => found.push(...server.ledger.entries({ id: 'PUT' })))
  await control('POST', 'reset')
  expect(found).toHaveLength(1)
  expect(server.ledger.entries()).toEqual([])
  expect(server.requests.entries()).toEqual([])
  expect((await control('GET', 'gate')).body).toEqual({ shut: false, waiting: 0 })
  expect(await (await answer).text()).toBe('done')
  leave.abort()
  await expect(silent).rejects.toThrow('aborted')
  await expect.poll(() => server.requests.inFlight()).toBe(0)
})

test('latency makes every call take at least so long, and a reset ends it', async () => {
  expect(await control('POST', 'latency', { ms: 300 })).toEqual({ status: 200, body: { ms: 300 } })
  await fetch(`${server.url}/slow`)
  // A timer of node may be a millisecond early.
  expect(server.requests.entries()[0]?.milliseconds).toBeGreaterThan(297)
  await control('POST', 'latency', { ms: 60_000 })
  await control('POST', 'reset')
  await fetch(`${server.url}/fast`)
  expect(server.requests.entries()).toMatchObject([{ path: '/fast', status: 200 }])
  expect(server.requests.entries()[0]?.milliseconds).toBeLessThan(60_000)
})

test('an unknown control names those that exist', async () => {
  const { status, body } = await control('GET', 'nothing')
  expect(status).toBe(404)
  expect(body.error).toContain('faults, ledger, requests, clock, latency, reset, gate.')
})
