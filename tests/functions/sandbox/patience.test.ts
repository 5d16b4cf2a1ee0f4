import { afterAll, beforeAll, beforeEach, expect, test, vi } from 'vitest'
import { createResend, type ResendClient } from '../../../functions/_shared/providers/resend.ts'
import { createClock } from '../../../scripts/sandbox/lib/clock.ts'
import type { ProviderServer } from '../../../scripts/sandbox/lib/server.ts'
import { serveResend } from '../../../scripts/sandbox/resend/server.ts'
import { whileShut, writesWait } from '../support/gate.ts'
import { patientClient } from '../support/patience.ts'
import { act } from '../support/people.ts'

let provider: ProviderServer
let client: ResendClient
const clock = createClock(() => new Date())
const now = () => clock.now()

beforeAll(async () => {
  const webhook = { url: 'http://127.0.0.1:9', secret: 'whsec_c2FuZGJveC1yZXNlbmQ=' }
  const siteUrl = 'http://127.0.0.1:4321'
  provider = await serveResend({ port: 0, clock, webhook, siteUrl })
  const env: Record<string, string> = {
    RESEND_API_BASE: provider.url,
    RESEND_API_KEY: 're_sandbox',
    EMAIL_FROM: 'Women Defining AI <hello@mail.example.org>',
  }
  client = patientClient((ms) => createResend((name) => env[name], now, ms), provider, 50)
})
afterAll(() => provider?.close())
beforeEach(() => act(provider.url, 'reset', {}))

const send = (key: string) =>
  client.send(
    {
      to: 'ada@example.org',
      replyTo: 'hello@example.org',
      subject: 'Hello',
      html: '<p>Hello</p>',
      text: 'Hello',
      headers: {},
      tag: key,
    },
    key,
  )
const ends = (call: Promise<unknown>) =>
  call.then(
    () => 'an answer',
    () => 'none',
  )
const made = () => provider.ledger.entries({ effect: 'email.accepted' }).length

test.each([
  ['timeout_before', 0],
  ['timeout_after', 1],
] as const)('a patient client soon gives up on silence: %s', async (kind, effects) => {
  provider.faults.add({ kind, times: 1 })
  expect(await ends(send(kind))).toBe('none')
  expect(made()).toBe(effects)
})

test('it does not give up on a call that is only slow beside one that gets no answer', async () => {
  provider.faults.add({ kind: 'timeout_before', times: 1 })
  const looks = vi.spyOn(provider.requests, 'held')
  const { calls } = await whileShut(provider.url, async () => {
    // Two that are hasty, because of the fault; it takes the one that comes first.
    const calls = [send('one'), send('other')].map(ends)
    await writesWait(provider.url)
    looks.mockClear()
    await vi.waitFor(() => expect(looks.mock.calls.length).toBeGreaterThan(5), { timeout: 30_000 })
    return { calls }
  })
  expect((await Promise.all(calls)).sort()).toEqual(['an answer', 'none'])
  expect(made()).toBe(1)
})
