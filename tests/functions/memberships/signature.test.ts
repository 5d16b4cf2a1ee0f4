import { createHmac } from 'node:crypto'
import Stripe from 'stripe'
import { describe, expect, it } from 'vitest'
import { verifySignature } from '../../../functions/_shared/signature.ts'

const encoder = new TextEncoder()
const NOW = new Date('2026-11-21T12:00:00Z')
const at = (offset: number) => Math.floor(NOW.getTime() / 1000) + offset
const hmac = (secret: string, text: string) =>
  createHmac('sha256', secret).update(text).digest('hex')

/** A number generator that gives the same row for the same seed. */
function seeded(seed: number) {
  let state = seed
  return (below: number) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    // The high bits: the low ones of such a generator repeat soon.
    return Math.floor((state / 2 ** 32) * below)
  }
}

/** What the official SDK says: whether it accepts, at the same moment. */
async function sdkAccepts(body: string, header: string, secret: string): Promise<boolean> {
  try {
    // Arguments after the secret: tolerance, crypto provider, time of receipt in seconds.
    await Stripe.webhooks.signature!.verifyHeaderAsync(
      body,
      header,
      secret,
      300,
      Stripe.createSubtleCryptoProvider(),
      NOW.getTime(),
    )
    return true
  } catch {
    return false
  }
}

const own = (body: string, header: string | undefined, ...secrets: string[]) =>
  verifySignature(encoder.encode(body), header, secrets, NOW)

describe('A signature holds exactly when the official SDK says so', () => {
  const bodies = ['{}', '{"a":1}', '{"name":"Zoë 🦉"}', 'x'.repeat(5000), '{"t":"1,v1=2"}', '\n']
  const secrets = ['whsec_a', 'whsec_b', 'x', 'ключ']

  it('agrees on 2,000 generated headers, good and broken', async () => {
    const next = seeded(7)
    const pick = <T>(from: readonly T[]) => from[next(from.length)]!
    let accepted = 0
    for (let round = 0; round < 2000; round++) {
      const body = pick(bodies)
      const secret = pick(secrets)
      const time = at(pick([0, -1, -299, -300, -301, -5000, 10]))
      const right = hmac(pick([secret, secret, secret, 'whsec_other']), `${time}.${body}`)
      const v1 = pick([
        right,
        right,
        right,
        right,
        right,
        right,
        right.toUpperCase(),
        right.slice(1),
        `${right}0`,
        'zz',
        '',
      ])
      const header = pick([
        `t=${time},v1=${v1}`,
        `t=${time},v1=${hmac('old', `${time}.${body}`)},v1=${v1}`,
        `v1=${v1},t=${time}`,
        `t=${time},v1=${v1},v0=${right}`,
        `t=${time},v0=${right}`,
        `t=${time}x,v1=${v1}`,
        `t=,v1=${v1}`,
        `v1=${v1}`,
        `t=${time}`,
        `t=${time}, v1=${v1}`,
        `t=1,t=${time},v1=${v1}`,
        'nonsense',
      ])
      const expected = await sdkAccepts(body, header, secret)
      const verdict = await own(body, header, secret)
      expect({ header, body, valid: verdict === 'valid' }).toEqual({
        header,
        body,
        valid: expected,
      })
      if (expected) accepted += 1
    }
    // Enough of either kind, else the comparison says little.
    expect(accepted).toBeGreaterThan(200)
    expect(accepted).toBeLessThan(1500)
  })

  it('accepts what the SDK signs', async () => {
    const payload = '{"id":"evt_1"}'
    const header = await Stripe.webhooks.generateTestHeaderStringAsync({
      payload,
      secret: 'whsec_a',
      timestamp: at(0),
    })
    expect(await own(payload, header, 'whsec_a')).toBe('valid')
  })
})

describe('Where it is stricter than the SDK', () => {
  const header = (secret: string, offset: number) =>
    `t=${at(offset)},v1=${hmac(secret, `${at(offset)}.{}`)}`

  it('refuses a time more than 300 seconds ahead', async () => {
    expect(await own('{}', header('whsec_a', 301), 'whsec_a')).toBe('future')
    expect(await own('{}', header('whsec_a', 300), 'whsec_a')).toBe('valid')
  })

  it('never accepts an empty secret', async () => {
    expect(await own('{}', header('', 0), '')).toBe('wrong')
  })

  it('says what is wrong with a header', async () => {
    expect(await own('{}', undefined, 'whsec_a')).toBe('missing')
    expect(await own('{}', 'nonsense', 'whsec_a')).toBe('malformed')
    expect(await own('{}', header('whsec_b', 0), 'whsec_a')).toBe('wrong')
    expect(await own('{}', header('whsec_a', -301), 'whsec_a')).toBe('stale')
  })

  it('accepts either of two secrets while one is rotated', async () => {
    expect(await own('{}', header('whsec_old', 0), 'whsec_new', 'whsec_old')).toBe('valid')
  })

  it('signs the bytes as they came, not as text', async () => {
    const body = new Uint8Array([0xef, 0xbb, 0xbf, 0xff, 0x7b, 0x7d])
    const signed = createHmac('sha256', 'whsec_a')
      .update(`${at(0)}.`)
      .update(body)
      .digest('hex')
    expect(await verifySignature(body, `t=${at(0)},v1=${signed}`, ['whsec_a'], NOW)).toBe('valid')
  })
})
