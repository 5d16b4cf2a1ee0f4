import { importJWK, type JWK, type JWTPayload, SignJWT } from 'jose'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Agents, ellipticKey, openAgents } from './support.ts'

let agents: Agents
let secret: string
let id: string
beforeAll(async () => {
  agents = await openAgents()
  agents.setNow(() => at)
  ;({ secret, id } = await agents.makeKey(['members:read', 'content:write']))
})
afterAll(() => agents.close())

const dead = {
  error: {
    message: 'This key is not known, or not any more',
    remedy: 'Ask an admin for a key.',
  },
}
const payloadOf = (token: string) =>
  JSON.parse(Buffer.from(token.split('.')[1]!, 'base64url').toString())
const headerOf = (token: string) =>
  JSON.parse(Buffer.from(token.split('.')[0]!, 'base64url').toString())
const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url')
// The functions' clock stands: a token of five minutes is as good at the end of a slow run as at its beginning.
const at = new Date()
const seconds = () => Math.floor(at.getTime() / 1000)

const shared: JWK = { kty: 'oct', k: Buffer.alloc(40, 'a shared secret').toString('base64url') }
const kinds = [
  ['a signing key of the project (ES256)', () => ellipticKey()],
  ['the shared secret of an older project (HS256)', async () => shared],
] as const

describe.each(kinds)('With %s', (_, makeKey) => {
  let jwk: JWK
  let claims: JWTPayload
  beforeAll(async () => {
    jwk = await makeKey()
    agents.env.AGENT_SIGNING_KEY = JSON.stringify(jwk)
    agents.restart()
    claims = payloadOf(await agents.token(secret))
  })
  const alg = () => (jwk.kty === 'EC' ? 'ES256' : 'HS256')
  /** A token as ours, but for what is said. */
  async function forge(
    change: object,
    { header = {}, key = jwk }: { header?: object; key?: JWK } = {},
  ) {
    const kid = jwk.kid ? { kid: jwk.kid } : {}
    return await new SignJWT({ ...claims, ...change })
      .setProtectedHeader({ alg: alg(), typ: 'JWT', ...kid, ...header })
      .sign(await importJWK(key, alg()))
  }
  const me = (bearer: string) => agents.call('keys.me', {}, { bearer })
  async function expectDead(bearer: string) {
    const answer = await me(bearer)
    expect([answer.status, answer.body]).toEqual([401, dead])
    expect(answer.headers.get('www-authenticate')).toBe('Bearer realm="commons"')
  }

  test('A key is exchanged for a token of five minutes, which names the key and never a member', async () => {
    const answer = await agents.request('POST', '/token', { bearer: secret })
    expect(answer.status).toBe(200)
    expect(answer.headers.get('cache-control')).toBe('no-store')
    const { access_token, ...rest } = answer.body
    expect(rest).toEqual({
      token_type: 'bearer',
      expires_in: 300,
      scopes: ['members:read', 'content:write'],
    })
    const { iat, exp, jti, secret_id, ...said } = payloadOf(access_token)
    expect(said).toEqual({
      role: 'agent',
      aud: 'agents',
      sub: id,
      scopes: ['members:read', 'content:write'],
    })
    expect(exp - iat).toBe(300)
    expect(iat).toBe(seconds())
    expect([jti, secret_id]).toEqual([
      expect.stringMatching(/^[0-9a-f-]{36}$/),
      expect.stringMatching(/^[0-9a-f-]{36}$/),
    ])
    expect(headerOf(access_token)).toEqual({
      alg: alg(),
      typ: 'JWT',
      ...(jwk.kid ? { kid: jwk.kid } : {}),
    })
    const [log] =
      await agents.sql`select actor_kind, action, after from private.audit_log where after ->> 'jti' = ${jti}`
    expect(log).toEqual({
      actor_kind: 'agent',
      action: 'agents.token_given',
      after: { jti, ends_in: secret.slice(-4) },
    })
  })

  test('The token opens what its key may', async () => {
    const answer = await me(await forge({}))
    expect([answer.status, answer.body.data?.key]).toEqual([200, id])
  })

  test('A token for some scopes only lacks the others, also those that its key has', async () => {
    const narrow = await agents.token(secret, { scopes: ['members:read'] })
    expect((await agents.call('members.list', {}, { bearer: narrow })).status).toBe(200)
    const answer = await agents.call('content.create', {}, { bearer: narrow })
    expect([answer.status, answer.body.error.scope]).toEqual([403, 'content:write'])
  })

  test('A token that names a scope which its key lacks gains nothing by it', async () => {
    const answer = await agents.call(
      'payments.failed',
      {},
      { bearer: await forge({ scopes: ['payments:read'] }) },
    )
    expect([answer.status, answer.body.error.scope]).toEqual([403, 'payments:read'])
  })

  test('A token that has ended is refused, to the second', async () => {
    await expectDead(await forge({ iat: seconds() - 301, exp: seconds() - 1 }))
    const token = await agents.token(secret)
    const { exp } = payloadOf(token)
    agents.setNow(() => new Date((exp - 1) * 1000))
    expect((await me(token)).status).toBe(200)
    agents.setNow(() => new Date(exp * 1000))
    await expectDead(token)
    agents.setNow(() => at)
  })

  test('A token that would live longer than five minutes is refused, whoever signed it', async () => {
    await expectDead(await forge({ exp: seconds() + 301 }))
    await expectDead(await forge({ iat: seconds() + 3600, exp: seconds() + 3900 }))
    await expectDead(await forge({ exp: undefined }))
    await expectDead(await forge({ iat: undefined }))
  })

  test.each([
    ['another audience', { aud: 'authenticated' }],
    ['several audiences', { aud: ['agents', 'authenticated'] }],
    ['no audience', { aud: undefined }],
    ['the role of a member', { role: 'authenticated' }],
    ['the service role', { role: 'service_role' }],
    ['no role', { role: undefined }],
    ['a key that is no id', { sub: 'ada' }],
    ['a key that does not exist', { sub: '00000000-0000-4000-8000-000000000000' }],
    ['a secret that does not exist', { secret_id: '00000000-0000-4000-8000-000000000000' }],
    ['scopes that are no list', { scopes: 'members:read' }],
    ['no id of its own', { jti: undefined }],
  ])('A token with %s is refused', async (_what, change) => {
    await expectDead(await forge(change))
  })

  test('A token of another key than this one, or without a signature, is refused', async () => {
    await expectDead(await forge({}, { header: { kid: 'another' } }))
    const stranger =
      jwk.kty === 'EC'
        ? await ellipticKey(jwk.kid)
        : { ...shared, k: Buffer.alloc(40, 'x').toString('base64url') }
    await expectDead(await forge({}, { key: stranger }))
    const token = await forge({})
    const [head, , signature] = token.split('.')
    await expectDead([head, part({ ...claims, scopes: ['payments:refund'] }), signature].join('.'))
    await expectDead(`${part({ alg: 'none', typ: 'JWT' })}.${part(claims)}.`)
    await expectDead(
      `${part({ alg: 'none', typ: 'JWT', kid: jwk.kid })}.${part(claims)}.${signature}`,
    )
    await expectDead('eyJ.eyJ.sig')
    await expectDead('a.b.c.d')
  })

  test('A token does not lengthen its own life', async () => {
    const answer = await agents.request('POST', '/token', { bearer: await forge({}) })
    expect([answer.status, answer.body]).toEqual([401, dead])
  })
})

test('The public part of a signing key is not taken for a shared secret, nor one algorithm for the other', async () => {
  const jwk = await ellipticKey()
  agents.env.AGENT_SIGNING_KEY = JSON.stringify(jwk)
  agents.restart()
  const claims = payloadOf(await agents.token(secret))
  const { d: _private, ...shown } = jwk
  const asSecrets = [JSON.stringify(shown), shown.x!, Buffer.from(shown.x!, 'base64url')]
  for (const asSecret of asSecrets) {
    const key = typeof asSecret === 'string' ? new TextEncoder().encode(asSecret) : asSecret
    const token = await new SignJWT(claims)
      .setProtectedHeader({ alg: 'HS256', kid: jwk.kid! })
      .sign(key)
    const answer = await agents.call('keys.me', {}, { bearer: token })
    expect([answer.status, answer.body]).toEqual([401, dead])
  }
})

test('A secret that never was, that ended, and that was revoked are answered alike', async () => {
  const exchange = async (bearer: string) => {
    const { status, body } = await agents.request('POST', '/token', {
      bearer,
      headers: { 'cf-connecting-ip': '192.0.2.77' },
    })
    // As it was written: also the order of its parts would tell one from the other.
    return [status, JSON.stringify(body)]
  }
  const [ended, revoked, older] = [
    await agents.makeKey(),
    await agents.makeKey(),
    await agents.makeKey(),
  ]
  await agents.sql`update private.agent_keys set expires_at = now() - interval '1 second' where id = ${ended.id}`
  await agents.sql`select admin.revoke_agent_key(${revoked.name}, 'It leaked')`
  const [rotated] =
    await agents.sql`select admin.rotate_agent_key(${older.name}, interval '0') as secret`
  for (const bearer of [
    `cak_live_${'A'.repeat(43)}`,
    ended.secret,
    revoked.secret,
    older.secret,
    'cak_live_short',
    'sb_publishable_x',
    '',
  ]) {
    expect(await exchange(bearer), bearer.slice(0, 12)).toEqual([401, JSON.stringify(dead)])
    const { body } = await agents.request('GET', '/me', {
      bearer,
      headers: { 'cf-connecting-ip': '192.0.2.79' },
    })
    expect(JSON.stringify(body), bearer.slice(0, 12)).toBe(JSON.stringify(dead))
  }
  expect((await exchange(rotated!.secret))[0], 'the secret that took over').toBe(200)
})

test.each([
  ['without a signing key', undefined],
  ['with a key that is no JWK', 'a word'],
  ['with a public key', JSON.stringify({ kty: 'EC', crv: 'P-256', kid: 'x', x: 'a', y: 'b' })],
  ['with a shared secret that can be guessed', JSON.stringify({ kty: 'oct', k: 'c2VjcmV0' })],
])(
  '%s there are no tokens, keys work all the same, and the log names the setting',
  async (_, value) => {
    agents.env.AGENT_SIGNING_KEY = value
    agents.restart()
    agents.lines.length = 0
    const answer = await agents.request('POST', '/token', { bearer: secret })
    expect([answer.status, answer.body.error]).toEqual([
      503,
      { message: 'This door is not set up yet', remedy: 'Write to us: somebody has to set it up.' },
    ])
    expect(answer.headers.get('retry-after')).toBe('60')
    const stranger = await agents.request('POST', '/token', { bearer: 'sb_publishable_x' })
    expect(stranger.status, 'what is no key is told so first').toBe(401)
    expect(agents.lines.join()).toContain('"setting":"AGENT_SIGNING_KEY"')
    if (value) expect(agents.lines.join()).not.toContain(value)
    expect((await agents.call('keys.me', {}, { bearer: secret })).status).toBe(200)
  },
)

test('No key and no token is ever in the log', async () => {
  agents.env.AGENT_SIGNING_KEY = JSON.stringify(await ellipticKey())
  agents.restart()
  agents.lines.length = 0
  const token = await agents.token(secret)
  await agents.call('keys.me', {}, { bearer: token })
  await agents.call('keys.me', {}, { bearer: secret })
  await agents.call('keys.me', {}, { bearer: `${token}x` })
  const said = agents.lines.join('\n')
  expect(said).toContain('agent.answered')
  expect(said).not.toContain(secret.slice(9))
  expect(said).not.toContain(token.split('.')[2]!)
})
