import { describe, expect, test } from 'vitest'
import { createLog, scrub } from '../../../functions/_shared/log.ts'
import { parseRetryAfter } from '../../../functions/_shared/provider_error.ts'

const now = () => new Date('2026-11-21T00:00:00Z')

describe('A log', () => {
  const lines: string[] = []
  const log = createLog({
    write: (line) => lines.push(line),
    now,
    fields: { correlation_id: 'evt_1' },
  })
  const last = () => JSON.parse(lines.at(-1)!)

  test('is one JSON object a line and carries the correlation id', () => {
    log.child({ queue: 'audience' }).info('job.completed', { job: 7 })
    expect(last()).toEqual({
      at: '2026-11-21T00:00:00.000Z',
      level: 'info',
      event: 'job.completed',
      correlation_id: 'evt_1',
      queue: 'audience',
      job: 7,
    })
  })

  test('refuses fields that name a person or open a door, however deep', () => {
    log.warn('x', {
      email: 'ada@example.org',
      request: { Authorization: 'Bearer x', phone: '1' },
      member_id: 'm1',
    })
    expect(last()).toMatchObject({
      email: '[refused]',
      request: { Authorization: '[refused]', phone: '[refused]' },
      member_id: 'm1',
    })
  })

  test('does not fail on what cannot be written', () => {
    const circular: Record<string, unknown> = {}
    circular.self = circular
    log.error('x', { circular, big: 1n, error: new Error('to ada@example.org') })
    expect(last()).toMatchObject({ event: 'x', big: '1', error: 'Error: to [email]' })
  })

  test('takes addresses, keys and tokens out of texts', () => {
    expect(
      scrub('ada@example.org sk_live_abc123 whsec_x Bearer abc.def eyJhbGci.eyJzdWIi.c2ln'),
    ).toBe('[email] [secret] [secret] Bearer [secret] [token]')
  })
})

describe('Retry-After', () => {
  test.each([
    ['12', 12],
    ['Sat, 21 Nov 2026 00:01:00 GMT', 60],
    ['Fri, 20 Nov 2026 00:00:00 GMT', 0],
    ['-3', 0],
    ['soon', undefined],
    ['', undefined],
    [null, undefined],
  ])('%s means %s seconds', (header, seconds) => {
    expect(parseRetryAfter(header, now())).toBe(seconds)
  })
})
