// Speaks HTTP only and knows no machine: what it expects is what hosted Supabase answers.
import { expect, test } from 'vitest'
import { ask, makePerson, target } from './support.ts'

const browser = 'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 Chrome/156.0 Safari/537.36'

test('A request without an API key is refused', async () => {
  const answer = await ask('/rest/v1/tiers', { headers: { apikey: undefined } })
  expect(answer.status).toBe(401)
  expect(answer.body.message).toBe('No API key found in request')
})

test('A request with a key that is none of the project is refused', async () => {
  const apikey = `${target.publishable.slice(0, -4)}0000`
  const answer = await ask('/rest/v1/tiers', { headers: { apikey } })
  expect(answer.status).toBe(401)
  expect(answer.body.message).toBe('Invalid API key')
})

test('The publishable key may stand in the address', async () => {
  const answer = await ask(`/rest/v1/tiers?select=tier&apikey=${target.publishable}`, {
    headers: { apikey: undefined },
  })
  expect(answer.status).toBe(200)
  expect(answer.body.length).toBeGreaterThan(0)
})

test('The secret key is refused when a browser sends it', async () => {
  const headers = { apikey: target.secret, 'user-agent': browser }
  const answer = await ask('/auth/v1/admin/users', { headers })
  expect(answer.status).toBe(401)
  expect(answer.text).not.toContain('"users"')
})

test('The secret key opens the doors of an administrator', async () => {
  const answer = await ask('/auth/v1/admin/users?per_page=1', {
    headers: { apikey: target.secret },
  })
  expect(answer.status).toBe(200)
  expect(answer.body.users).toBeInstanceOf(Array)
})

test('The publishable key, repeated as bearer, makes nobody more than a visitor', async () => {
  const headers = { authorization: `Bearer ${target.publishable}` }
  expect((await ask('/rest/v1/tiers?select=tier', { headers })).status).toBe(200)
  const answer = await ask('/rest/v1/members', { headers })
  expect([answer.status, answer.body.code]).toEqual([401, '42501'])
})

test('The secret key as bearer beside the publishable key gives no rights', async () => {
  const headers = { authorization: `Bearer ${target.secret}` }
  const answer = await ask('/auth/v1/admin/users', { headers })
  expect([401, 403]).toContain(answer.status)
})

test('A bearer that is no token is refused, not taken for a visitor', async () => {
  const answer = await ask('/rest/v1/tiers', { headers: { authorization: 'Bearer garbage' } })
  expect([answer.status, answer.body.code]).toEqual([401, 'PGRST301'])
  expect(answer.headers.get('www-authenticate')).toMatch(/^Bearer/)
})

test('A token whose signature was made elsewhere is refused', async () => {
  const { session } = await makePerson()
  const [head, , signature] = session.access_token.split('.')
  const claims = Buffer.from(JSON.stringify({ role: 'service_role', exp: 9999999999 }))
  const forged = [head, claims.toString('base64url'), signature].join('.')
  const authorization = `Bearer ${forged}`
  const answer = await ask('/rest/v1/tiers', { headers: { authorization } })
  expect([answer.status, answer.body.code]).toEqual([401, 'PGRST301'])
})

test('A token without signature is refused', async () => {
  const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url')
  const token = `${part({ alg: 'none', typ: 'JWT' })}.${part({ role: 'service_role' })}.`
  const answer = await ask('/rest/v1/tiers', { headers: { authorization: `Bearer ${token}` } })
  expect([answer.status, answer.body.code]).toEqual([401, 'PGRST301'])
})

const { sign } = target
if (sign) {
  const now = () => Math.floor(Date.now() / 1000)
  const asRole = async (role: string, more: object = {}) => ({
    authorization: `Bearer ${await sign({ role, sub: crypto.randomUUID(), exp: now() + 60, ...more })}`,
  })

  test('A token that has ended is refused', async () => {
    const headers = await asRole('authenticated', { iat: now() - 7200, exp: now() - 3600 })
    const answer = await ask('/rest/v1/tiers', { headers })
    expect([answer.status, answer.body.code]).toEqual([401, 'PGRST303'])
    expect(answer.body.message).toBe('JWT expired')
  })

  test('A token of the role agent acts as that role and no other', async () => {
    const headers = await asRole('agent')
    const answer = await ask('/rest/v1/members', { headers })
    expect([answer.status, answer.body.code]).toEqual([403, '42501'])
    expect(answer.body.message).toBe('permission denied for table members')
  })

  test('A token cannot name a role that the Data API may not take', async () => {
    const answer = await ask('/rest/v1/tiers', { headers: await asRole('postgres') })
    expect([answer.status, answer.body.code]).toEqual([403, '42501'])
    expect(answer.body.message).toBe('permission denied to set role "postgres"')
  })
}
