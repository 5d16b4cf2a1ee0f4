import { createHmac } from 'node:crypto'
import { exportJWK, generateKeyPair, SignJWT } from 'jose'
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest'
import { ask, keys, makePeople, sql, tokenFor, verdict } from './support.ts'

let cast: Awaited<ReturnType<typeof makePeople>>
beforeAll(async () => {
  cast = await makePeople()
})
afterAll(() => cast.leave())

const base64 = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url')
const soon = () => Math.floor(Date.now() / 1000) + 600

/** What a request with this token can read of people: its status, or how many rows. */
async function reads(token: string) {
  const answer = await ask('profiles?select=name', { token })
  return { status: answer.status, rows: Array.isArray(answer.body) ? answer.body.length : 0 }
}

test('A true token is taken, so that the refusals below mean something', async () => {
  expect(await reads(cast.people.member.token ?? '')).toEqual({
    status: 200,
    rows: expect.any(Number),
  })
  expect((await reads(cast.people.member.token ?? '')).rows).toBe(1)
})

describe('a token', () => {
  const claims = () => ({
    sub: cast.people.member.userId,
    role: 'authenticated',
    aud: 'authenticated',
    exp: soon(),
  })

  test('that is signed by somebody else is refused', async () => {
    const { privateKey, publicKey } = await generateKeyPair('ES256', { extractable: true })
    const kid = keys.jwks.keys[0]?.kid ?? ''
    const stolenName = await new SignJWT(claims())
      .setProtectedHeader({ alg: 'ES256', kid })
      .sign(privateKey)
    const ownKey = await new SignJWT(claims())
      .setProtectedHeader({ alg: 'ES256', jwk: await exportJWK(publicKey) })
      .sign(privateKey)
    for (const token of [stolenName, ownKey]) expect((await reads(token)).status).toBe(401)
  })

  test('that is signed by nobody is refused', async () => {
    for (const alg of ['none', 'None', 'NONE'])
      expect((await reads(`${base64({ alg, typ: 'JWT' })}.${base64(claims())}.`)).status).toBe(401)
  })

  test('that uses what everybody can read as its secret is refused', async () => {
    const kid = keys.jwks.keys[0]?.kid
    for (const secret of [
      JSON.stringify(keys.jwks.keys[0]),
      keys.publishable,
      'super-secret-jwt-token-with-at-least-32-characters-long',
    ]) {
      const text = `${base64({ alg: 'HS256', typ: 'JWT', kid })}.${base64({ ...claims(), role: 'service_role' })}`
      expect(
        (await reads(`${text}.${createHmac('sha256', secret).update(text).digest('base64url')}`))
          .status,
      ).toBe(401)
    }
  })

  test('whose claims were changed is refused', async () => {
    const [head, , signature] = (cast.people.member.token ?? '').split('.')
    const forged = base64({ ...claims(), sub: cast.people.leader.userId })
    expect((await reads(`${head}.${forged}.${signature}`)).status).toBe(401)
  })

  test('that is over, or not yet, is refused', async () => {
    const past = Math.floor(Date.now() / 1000) - 3600
    expect((await reads(await keys.sign({ ...claims(), exp: past }))).status).toBe(401)
    expect((await reads(await keys.sign({ ...claims(), nbf: soon() + 3600 }))).status).toBe(401)
  })

  test.each([
    '',
    'x',
    'a.b',
    'a.b.c',
    'a.b.c.d',
    'e30.e30.e30',
    '\u00e9.\u00e9.\u00e9'.normalize(),
    '%00.%00.%00',
    'null',
    '../../etc',
  ])('that is garbage (%j) gives nothing', async (token) => {
    const { status, rows } = await reads(encodeURIComponent(token))
    expect(rows).toBe(0)
    expect(status).toBe(401)
  })

  // Signed by the true key, which would take a mistake of the auth server: the database still says no.
  test.each([
    'postgres',
    'supabase_admin',
    'supabase_auth_admin',
    'authenticator',
    'dashboard_user',
    'pg_read_all_data',
    'nobody',
    '',
  ])('cannot make its bearer the role %j', async (role) => {
    const answer = await ask('profiles?select=name', {
      token: await tokenFor(cast.people.member.userId, role),
    })
    expect(answer.status).toBeGreaterThanOrEqual(400)
    expect(answer.status).toBeLessThan(500)
  })

  test('of the service role reads no table that was not granted to it', async () => {
    const token = await tokenFor(cast.people.member.userId, 'service_role')
    for (const table of ['members', 'profiles', 'member_emails', 'donations'])
      expect(verdict(await ask(table, { token }))).toEqual({ status: 403, code: '42501' })
  })

  test('does not make anybody a leader, an admin or a member by what it says about itself', async () => {
    const more = {
      user_role: 'admin',
      user_metadata: { role: 'admin', is_admin: true, member_id: cast.people.leader.memberId },
      app_metadata: { role: 'admin', provider: 'email', claims_admin: true },
    }
    const stranger = await tokenFor(cast.people.stranger.userId, 'authenticated', more)
    expect(await reads(stranger)).toEqual({ status: 200, rows: 0 })
    const ended = await tokenFor(cast.people.ended.userId, 'authenticated', more)
    expect(await reads(ended)).toEqual({ status: 200, rows: 1 })
    const member = await tokenFor(cast.people.member.userId, 'authenticated', more)
    expect((await ask('members?select=role', { token: member })).body).toEqual([{ role: 'member' }])
  })

  test('of a deleted account sees nothing', async () => {
    expect(await reads(await tokenFor(crypto.randomUUID()))).toEqual({ status: 200, rows: 0 })
  })

  test('with a sub that is no id breaks nothing open', async () => {
    for (const sub of ["' or true --", '00000000-0000-0000-0000-000000000000', '*', ''])
      expect((await reads(await tokenFor(sub))).rows).toBe(0)
  })

  test("of an agent with a member's id sees nothing of her", async () => {
    const token = await tokenFor(cast.people.member.userId, 'agent', {
      scopes: ['*'],
      scope: 'admin',
    })
    expect(verdict(await ask('profiles?select=name', { token }))).toEqual({
      status: 403,
      code: '42501',
    })
  })
})

describe('a key', () => {
  const bare = (apikey: string | undefined, headers: Record<string, string> = {}) =>
    ask('tiers', { headers: { ...(apikey === undefined ? {} : { apikey }), ...headers } })

  test("that is wrong, or somebody's token, is refused", async () => {
    for (const key of [
      '',
      'sb_publishable_wrong',
      'sb_secret_wrong',
      cast.people.member.token ?? '',
    ])
      expect((await bare(key)).status).toBe(401)
  })

  test('for servers is refused from a browser', async () => {
    const answer = await bare(keys.secret, {
      'user-agent': 'Mozilla/5.0 (X11; Linux x86_64) Chrome/156.0',
    })
    expect(answer.status).toBe(401)
  })

  test('sent as a bearer makes nobody anything', async () => {
    const answer = await ask('members', { token: keys.secret })
    expect(verdict(answer)).toEqual({ status: 401, code: '42501' })
  })
})

test('Headers that only the gateway may set change nobody', async () => {
  const forged = JSON.stringify({ role: 'service_role', sub: cast.people.leader.userId })
  const headers = {
    role: 'postgres',
    'x-role': 'postgres',
    'request.jwt.claims': forged,
    'x-jwt-claims': forged,
    'x-supabase-role': 'service_role',
    'x-forwarded-user': cast.people.leader.userId,
    prefer: 'role=postgres',
  }
  expect(verdict(await ask('members', { headers }))).toEqual({ status: 401, code: '42501' })
  const [people] = await sql`select count(*)::int as all from public.members`
  expect(people?.all, 'there is somebody to hide').toBeGreaterThan(0)
})

test('An agent’s token that names a member opens no billing portal', async () => {
  const portal = (token: string) =>
    fetch(`${inject('urls').functions}/memberships/portal`, {
      method: 'POST',
      headers: {
        apikey: keys.publishable,
        authorization: `Bearer ${token}`,
        'content-type': 'application/json',
      },
      body: '{}',
    })
  const own = { sub: cast.people.member.userId, aud: 'authenticated', exp: soon() }
  const agent = await portal(await keys.sign({ ...own, role: 'agent' }))
  expect(agent.status).toBe(401)
  // The member herself gets past the sign-in: she has nothing to manage yet, and is told so.
  expect((await portal(cast.people.member.token ?? '')).status).not.toBe(401)
})
