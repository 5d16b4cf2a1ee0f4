// Speaks HTTP and supabase-js only and knows no machine: sessions, their tokens and their end.
import { createRemoteJWKSet, decodeProtectedHeader, jwtVerify } from 'jose'
import { expect, test } from 'vitest'
import { ask, makePerson, openSession, target, visitor } from './support.ts'

const userOf = (token: string) =>
  ask('/auth/v1/user', { headers: { authorization: `Bearer ${token}` } })
const refresh = (refresh_token: string) => visitor().auth.refreshSession({ refresh_token })

test('An access token verifies against the published keys and carries what policies read', async () => {
  const { id, email, session } = await makePerson()
  const keys = createRemoteJWKSet(new URL(`${target.url}/auth/v1/.well-known/jwks.json`))
  const issuer = `${target.url}/auth/v1`
  const { payload } = await jwtVerify(session.access_token, keys, { issuer })
  expect(payload).toMatchObject({
    sub: id,
    email,
    aud: 'authenticated',
    role: 'authenticated',
    aal: 'aal1',
    is_anonymous: false,
    app_metadata: { provider: 'email', providers: ['email'] },
  })
  expect(payload.session_id).toEqual(expect.stringMatching(/^[0-9a-f-]{36}$/))
  expect(payload.amr).toEqual([{ method: 'otp', timestamp: expect.any(Number) }])
  expect((payload.exp ?? 0) - (payload.iat ?? 0)).toBe(session.expires_in)
  expect(decodeProtectedHeader(session.access_token)).toMatchObject({ alg: 'ES256', typ: 'JWT' })
})

test('The published keys hold no private part', async () => {
  const { body } = await ask('/auth/v1/.well-known/jwks.json', { headers: { apikey: undefined } })
  expect(body.keys.length).toBeGreaterThan(0)
  for (const key of body.keys) expect(key).not.toHaveProperty('d')
})

test('getClaims reads a token without asking the server for the user', async () => {
  const { id, client } = await makePerson()
  const { data, error } = await client.auth.getClaims()
  expect(error).toBeNull()
  expect(data?.claims.sub).toBe(id)
})

test('getClaims refuses a token that was changed', async () => {
  const { session, client } = await makePerson()
  const [head, body, signature = ''] = session.access_token.split('.')
  const changed = `${signature.startsWith('A') ? 'B' : 'A'}${signature.slice(1)}`
  const { data, error } = await client.auth.getClaims([head, body, changed].join('.'))
  expect(data).toBeNull()
  expect(error?.message).toMatch(/signature/i)
})

test('A refresh gives new tokens in the same session', async () => {
  const { id, session } = await makePerson()
  const { data, error } = await refresh(session.refresh_token)
  expect(error).toBeNull()
  expect(data.user?.id).toBe(id)
  expect(data.session?.refresh_token).not.toBe(session.refresh_token)
  expect((await userOf(data.session?.access_token ?? '')).status).toBe(200)
})

test('Two tabs that refresh at once both stay signed in', async () => {
  const both = async () => {
    const { session } = await makePerson()
    const began = performance.now()
    const answers = await Promise.all([1, 2].map(() => refresh(session.refresh_token)))
    return { answers, took: performance.now() - began }
  }
  // Ten seconds apart it would be theft: two that a busy machine held apart for so long were not at once.
  let { answers, took } = await both()
  while (took >= 10_000) ({ answers, took } = await both())
  expect(answers.map(({ error }) => error)).toEqual([null, null])
  const last = answers[1]?.data.session?.refresh_token ?? ''
  expect((await refresh(last)).error).toBeNull()
})

test('A refresh token that was never given is refused', async () => {
  const { error } = await refresh('abcdefghijkl')
  expect([error?.status, error?.code]).toEqual([400, 'refresh_token_not_found'])
})

test('Signing out ends every session of the person', async () => {
  const one = await makePerson()
  const two = await openSession(one.email)
  expect((await one.client.auth.signOut()).error).toBeNull()
  for (const { session } of [one, two]) {
    const { status, body } = await userOf(session.access_token)
    expect([status, body.error_code]).toEqual([403, 'session_not_found'])
    expect((await refresh(session.refresh_token)).error?.status).toBe(400)
  }
})

test('Signing out here leaves the other sessions alone', async () => {
  const one = await makePerson()
  const two = await openSession(one.email)
  await one.client.auth.signOut({ scope: 'local' })
  expect((await userOf(one.session.access_token)).status).toBe(403)
  expect((await userOf(two.session.access_token)).status).toBe(200)
})

test('Signing out elsewhere leaves this session alone', async () => {
  const one = await makePerson()
  const two = await openSession(one.email)
  await one.client.auth.signOut({ scope: 'others' })
  expect((await userOf(one.session.access_token)).status).toBe(200)
  expect((await userOf(two.session.access_token)).status).toBe(403)
})

test('An access token outlives the sign-out in the Data API, so policies must read rows', async () => {
  const { client, session } = await makePerson()
  await client.auth.signOut()
  const headers = { authorization: `Bearer ${session.access_token}` }
  expect((await ask('/rest/v1/members', { headers })).status).toBe(200)
})

test('Nobody is told about a user without a token', async () => {
  const { status, body } = await ask('/auth/v1/user')
  expect([status, body.error_code]).toEqual([401, 'no_authorization'])
})

test('A person changes their own metadata and not what the project says of them', async () => {
  const { session } = await makePerson()
  const answer = await ask('/auth/v1/user', {
    method: 'PUT',
    body: JSON.stringify({ data: { theme: 'dark' }, app_metadata: { role: 'leader' } }),
    headers: {
      authorization: `Bearer ${session.access_token}`,
      'content-type': 'application/json',
    },
  })
  expect(answer.status).toBe(200)
  expect(answer.body.user_metadata).toMatchObject({ theme: 'dark' })
  expect(answer.body.app_metadata).not.toHaveProperty('role')
})
