// Speaks HTTP and supabase-js only and knows no machine: sign-in with a proof of who began it.
import { createClient } from '@supabase/supabase-js'
import { expect, test } from 'vitest'
import { mailTo } from './mailbox.ts'
import { ask, makeUser, target, visitor } from './support.ts'

/** A client that keeps its verifier as a browser would, and the place where it does. */
function browserLike() {
  const kept = new Map<string, string>()
  const storage = {
    getItem: (key: string) => kept.get(key) ?? null,
    setItem: (key: string, value: string) => void kept.set(key, value),
    removeItem: (key: string) => void kept.delete(key),
  }
  const auth = {
    flowType: 'pkce',
    storage,
    autoRefreshToken: false,
    detectSessionInUrl: false,
  } as const
  return createClient(target.url, target.publishable, { auth })
}

/** Begins a sign-in and opens the mailed link; returns the client and the code it led back with. */
async function begin() {
  const user = await makeUser()
  const client = browserLike()
  const { error } = await client.auth.signInWithOtp({ email: user.email })
  expect(error).toBeNull()
  const { tokenHash } = await mailTo(user.email)
  const query = new URLSearchParams({ token: tokenHash, type: 'magiclink' })
  const answer = await ask(`/auth/v1/verify?${query}`, { headers: { apikey: undefined } })
  expect(answer.status).toBe(303)
  const back = new URL(answer.headers.get('location') ?? '')
  expect(back.hash).not.toContain('access_token')
  return { user, client, tokenHash, code: back.searchParams.get('code') ?? '' }
}

if (target.mailbox) {
  test('The link of a sign-in that began with a proof leads back with a code, not a session', async () => {
    const { user, client, tokenHash, code } = await begin()
    expect(tokenHash).toMatch(/^pkce_/)
    const { data, error } = await client.auth.exchangeCodeForSession(code)
    expect(error).toBeNull()
    expect(data.user?.id).toBe(user.id)
  })

  test('The code works once', async () => {
    const { client, code } = await begin()
    const body = JSON.stringify({ auth_code: code, code_verifier: 'unknown' })
    await client.auth.exchangeCodeForSession(code)
    const headers = { 'content-type': 'application/json' }
    const again = await ask('/auth/v1/token?grant_type=pkce', { method: 'POST', body, headers })
    expect([again.status, again.body.error_code]).toEqual([404, 'flow_state_not_found'])
  })

  test('The code is worth nothing to whoever did not begin the sign-in', async () => {
    const { code } = await begin()
    const body = JSON.stringify({ auth_code: code, code_verifier: 'x'.repeat(56) })
    const headers = { 'content-type': 'application/json' }
    const stolen = await ask('/auth/v1/token?grant_type=pkce', { method: 'POST', body, headers })
    expect([stolen.status, stolen.body.error_code]).toEqual([400, 'bad_code_verifier'])
  })

  test('The mailed token hash of such a sign-in can be posted from any page', async () => {
    const { email, id } = await makeUser()
    await browserLike().auth.signInWithOtp({ email })
    const { tokenHash: token_hash } = await mailTo(email)
    const { data } = await visitor().auth.verifyOtp({ type: 'email', token_hash })
    expect(data.user?.id).toBe(id)
  })
}

test('A code that nobody was given is refused', async () => {
  const body = JSON.stringify({ auth_code: crypto.randomUUID(), code_verifier: 'x'.repeat(56) })
  const headers = { 'content-type': 'application/json' }
  const answer = await ask('/auth/v1/token?grant_type=pkce', { method: 'POST', body, headers })
  expect([answer.status, answer.body.error_code]).toEqual([404, 'flow_state_not_found'])
})
