// Speaks HTTP only and knows no machine: a page of any origin may use the API.
import { expect, test } from 'vitest'
import { ask } from './support.ts'

const origin = 'https://members.example'
const asked = 'apikey,authorization,content-type,prefer,x-client-info,x-retry-count'

test.each([
  ['/rest/v1/profiles', 'PATCH'],
  ['/rest/v1/rpc/sign_up', 'POST'],
  ['/auth/v1/otp', 'POST'],
  ['/auth/v1/user', 'PUT'],
])('A preflight of %s lets a page send %s, without a key', async (path, method) => {
  const answer = await ask(path, {
    method: 'OPTIONS',
    headers: {
      apikey: undefined,
      origin,
      'access-control-request-method': method,
      'access-control-request-headers': asked,
    },
  })
  expect(answer.status).toBeLessThan(300)
  expect(['*', origin]).toContain(answer.headers.get('access-control-allow-origin'))
  expect(answer.headers.get('access-control-allow-methods')).toContain(method)
  const allowed = (answer.headers.get('access-control-allow-headers') ?? '').toLowerCase()
  for (const name of asked.split(',')) expect(allowed).toContain(name)
})

test.each([
  ['/rest/v1/tiers', 200],
  ['/rest/v1/members', 401],
  ['/auth/v1/settings', 200],
  ['/auth/v1/user', 401],
])('A page may read the answer of %s (%i)', async (path, status) => {
  const answer = await ask(path, { headers: { origin } })
  expect(answer.status).toBe(status)
  expect(['*', origin]).toContain(answer.headers.get('access-control-allow-origin'))
})

test('A page may read how many rows there are', async () => {
  const headers = { origin, prefer: 'count=exact' }
  const answer = await ask('/rest/v1/tiers', { headers })
  expect(answer.headers.get('access-control-expose-headers')?.toLowerCase()).toContain(
    'content-range',
  )
})
