import { describe, expect, test } from 'vitest'
import { createLog, scrub } from '../../functions/_shared/log.ts'

const lines: string[] = []
const log = createLog({ write: (line) => lines.push(line), now: () => new Date(0) })

function logged(fields: Record<string, unknown>): string {
  lines.length = 0
  log.child(fields).info('house.tested', { nested: { again: fields } })
  return lines.join('\n')
}

describe('a line of the log', () => {
  test.each([
    'email',
    'e_mail',
    'customer_email',
    'phone',
    'address',
    'password',
    'secret',
    'token',
    'access_token',
    'authorization',
    'Authorization',
    'cookie',
    'api_key',
    'apikey',
    'signature',
    'name',
    'full_name',
    'first_name',
  ])('does not say the value of %s, at any depth', (key) => {
    const line = logged({ [key]: 'kept-out-of-logs' })
    expect(line).not.toContain('kept-out-of-logs')
    expect(line).toContain('house.tested')
  })

  test.each([
    ['an e-mail address', 'payment of ada.l+x@example.org failed', 'ada.l'],
    ['a Stripe key', 'key sk_test_abcDEF123 refused', 'abcDEF123'],
    ['a restricted Stripe key', 'key rk_live_abcDEF123 refused', 'abcDEF123'],
    ['a webhook secret', 'whsec_abcDEF123', 'abcDEF123'],
    ['a key of Resend', 're_abcDEF12_abcdefGHIJKL3456', 'GHIJKL'],
    ['a Supabase secret key', 'sb_secret_abcDEF123', 'abcDEF123'],
    ['a Slack token', 'xoxb-123-abcDEF123', 'abcDEF123'],
    ['a bearer', 'Authorization: Bearer abcDEF123', 'abcDEF123'],
    ['a key of an agent', 'cak_live_abcDEF123 was refused', 'abcDEF123'],
    ['a page of Stripe', 'pay at https://invoice.stripe.com/i/acct_1/abcDEF123', 'abcDEF123'],
    ['a page as one types it', 'pay at invoice.stripe.com/i/acct_1/abcDEF123', 'abcDEF123'],
    ['a telephone number', 'call +1 415 555 0100 now', '555'],
    ['a telephone number of a country', 'call (415) 555-0100 now', '555'],
    ['an access token', 'eyJhbGciOiJFUzI1NiJ9.eyJzdWIiOiJhIn0.abcDEF123', 'abcDEF123'],
  ])('does not say %s that stands in a sentence', (_what, sentence, part) => {
    expect(scrub(sentence)).not.toContain(part)
    expect(logged({ note: sentence })).not.toContain(part)
    expect(logged({ error: new Error(sentence) })).not.toContain(part)
    expect(logged({ list: [[sentence]] })).not.toContain(part)
  })

  test('says ids, counts and moments', () => {
    const line = logged({
      member_id: '00000000-0000-4000-8000-000000000061',
      event_id: 'evt_1',
      count: 3,
    })
    for (const part of ['000000000061', 'evt_1', '3']) expect(line).toContain(part)
  })
})
