import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { createClock } from '../../../scripts/sandbox/lib/clock.ts'
import { createDeliverer, type Deliverer } from '../../../scripts/sandbox/lib/deliver.ts'
import { createLedger } from '../../../scripts/sandbox/lib/ledger.ts'
import { startReceiver } from './mailchimp-support.ts'

const START = new Date('2026-11-21T10:00:00Z')
const after = (seconds: number) => new Date(START.getTime() + seconds * 1000)

const clock = createClock(() => START)
const ledger = createLedger(clock)
let receiver: Awaited<ReturnType<typeof startReceiver>>
let deliverer: Deliverer
beforeEach(async () => {
  clock.reset()
  ledger.clear()
  receiver = await startReceiver()
  deliverer = createDeliverer({
    url: receiver.url,
    sign: () => ({ 'x-signature': 't=1,v1=abc123' }),
    ledger,
    clock,
    retrySeconds: [60, 600],
    reorderMs: 20,
  })
})
afterEach(() => {
  deliverer.close()
  receiver.close()
})

const send = (...ids: string[]) => {
  for (const id of ids) deliverer.send({ id, body: id, detail: { type: 'test' } })
}
const bodies = () => receiver.received.map((hook) => hook.body)
const effects = (id: string) => ledger.entries({ id }).map((entry) => entry.effect)

test('messages arrive in order, signed, and are noted', async () => {
  send('a', 'b', 'c')
  await deliverer.settle()
  expect(bodies()).toEqual(['a', 'b', 'c'])
  expect(receiver.received[0]?.headers['x-signature']).toBe('t=1,v1=abc123')
  expect(ledger.entries({ effect: 'webhook.delivered', id: 'a' })).toMatchObject([
    { detail: { type: 'test', status: 200, attempt: 1 } },
  ])
})

test('a failure is tried again when the clock has passed the interval, and then abandoned', async () => {
  receiver.answer.status = 500
  send('a')
  await deliverer.settle()
  await clock.advanceTo(after(59))
  expect(bodies()).toHaveLength(1)
  await clock.advanceTo(after(60))
  expect(bodies()).toHaveLength(2)
  await clock.advanceTo(after(60 + 600))
  expect(effects('a')).toEqual([
    'webhook.failed',
    'webhook.failed',
    'webhook.failed',
    'webhook.abandoned',
  ])

  receiver.answer.status = 200
  expect(deliverer.redeliver('a')).toBe(true)
  await deliverer.settle()
  expect(deliverer.deliveries()).toMatchObject([{ id: 'a', state: 'delivered', status: 200 }])
  expect(deliverer.redeliver('unknown')).toBe(false)
})

test('no attempt comes before the sandbox clock has come so far, however long that takes', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
  try {
    receiver.answer.status = 500
    send('a')
    await deliverer.settle()
    receiver.answer.status = 200
    vi.advanceTimersByTime(86_400_000)
    await deliverer.settle()
    expect(bodies()).toHaveLength(1)
    await clock.advanceTo(after(60))
    expect(effects('a')).toEqual(['webhook.failed', 'webhook.delivered'])
  } finally {
    vi.useRealTimers()
  }
})

test('one long jump makes every attempt that was due in between', async () => {
  receiver.answer.status = 503
  send('a')
  await deliverer.settle()
  await clock.advanceTo(after(86_400))
  expect(bodies()).toHaveLength(3)
})

test('a failing message does not hold up its neighbours', async () => {
  receiver.answer.status = 500
  send('a')
  await deliverer.settle()
  receiver.answer.status = 200
  send('b')
  await deliverer.settle()
  expect(deliverer.deliveries()).toMatchObject([{ state: 'retrying' }, { state: 'delivered' }])
})

test('duplicate sends twice', async () => {
  deliverer.set({ duplicate: true })
  send('a')
  await deliverer.settle()
  expect(bodies()).toEqual(['a', 'a'])
  expect(ledger.entries({ effect: 'webhook.delivered', id: 'a' })).toMatchObject([
    { detail: { attempt: 1 } },
    { detail: { attempt: 1, duplicate: true } },
  ])
})

test('reorder sends the last first', async () => {
  deliverer.set({ reorder: true })
  send('a', 'b', 'c')
  await deliverer.settle()
  expect(bodies()).toEqual(['c', 'b', 'a'])
})

test('what comes during a pause is one batch, however long it takes', async () => {
  deliverer.set({ reorder: true, pause: true })
  send('a')
  await new Promise((done) => setTimeout(done, 50))
  send('b')
  await deliverer.settle()
  expect(bodies()).toEqual([])
  deliverer.set({ pause: false })
  await deliverer.settle()
  expect(bodies()).toEqual(['b', 'a'])
})

test('drop sends nothing until it is redelivered', async () => {
  deliverer.set({ drop: true })
  send('a')
  expect(effects('a')).toEqual(['webhook.dropped'])
  deliverer.set({ drop: false })
  deliverer.redeliver('a')
  await deliverer.settle()
  expect(bodies()).toEqual(['a'])
})

test('pause holds everything until it is off', async () => {
  deliverer.set({ pause: true })
  send('a', 'b')
  await deliverer.settle()
  expect(bodies()).toEqual([])
  deliverer.set({ pause: false })
  await deliverer.settle()
  expect(bodies()).toEqual(['a', 'b'])
})

test('forge sends a copy with a broken signature first', async () => {
  deliverer.set({ forge: true })
  send('a')
  await deliverer.settle()
  const signatures = receiver.received.map((hook) => hook.headers['x-signature'])
  expect(signatures).toEqual(['t=1,v1=000000', 't=1,v1=abc123'])
  expect(effects('a')).toEqual(['webhook.forged', 'webhook.delivered'])
})

test('what was on its way at a reset leaves no trace after it', async () => {
  send('a')
  deliverer.reset()
  ledger.clear()
  await deliverer.settle()
  expect(ledger.entries()).toEqual([])
  expect(deliverer.deliveries()).toEqual([])
})

test('nobody at the other end is a failure with its reason', async () => {
  receiver.close()
  send('a')
  await vi.waitFor(() => expect(effects('a')).toEqual(['webhook.failed']), { timeout: 30_000 })
  expect(ledger.entries({ id: 'a' })[0]?.detail).toMatchObject({
    status: 0,
    error: expect.any(String),
  })
})
