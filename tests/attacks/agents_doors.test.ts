import { SignJWT } from 'jose'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { claimsOf, makeKey, renewKey } from './agents_cells.ts'
import { api, ask, end, keys, makePeople, sql, tokenFor, verdict } from './support.ts'

let cast: Awaited<ReturnType<typeof makePeople>>
let agent: Awaited<ReturnType<typeof makeKey>>
let other: Awaited<ReturnType<typeof makeKey>>
beforeAll(async () => {
  cast = await makePeople()
  agent = await makeKey('doors')
  other = await makeKey('slow', ['events:read'])
})
beforeEach(async () => {
  await renewKey(agent)
  await renewKey(other)
})
afterAll(async () => {
  await sql`select admin.revoke_agent_key(k, 'The test is over') from unnest(${[agent.name, other.name]}::text[]) k`
  await cast.leave()
  await end()
})

const call = (operation: string, more: object = {}, token = agent.token) =>
  ask('rpc/call_operation', { method: 'POST', token, body: { operation, ...more } })

/** One request to anything of the project, with a bearer. */
async function knock(method: string, path: string, bearer: string, body?: unknown) {
  const response = await fetch(`${api}${path}`, {
    method,
    headers: {
      apikey: keys.publishable,
      authorization: `Bearer ${bearer}`,
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  })
  const text = await response.text()
  return {
    status: response.status,
    text,
    body: text.startsWith('{') ? JSON.parse(text) : undefined,
  }
}

describe('Through the Data API an agent', () => {
  test('is answered as at the gateway, with the status that fits', async () => {
    const answer = await call('keys.me')
    expect([answer.status, answer.body.data.name]).toEqual([200, agent.name])
    expect(answer.headers.get('cache-control')).toBe('no-store')
    const key = crypto.randomUUID()
    const write = { arguments: { task: 'At the Data API' }, idempotency_key: key }
    const first = await call('change_sets.open', write)
    const again = await call('change_sets.open', write)
    expect([first.status, again.status, again.headers.get('idempotent-replayed')]).toEqual([
      201,
      201,
      'true',
    ])
    expect(again.body).toEqual(first.body)
    expect(
      (await call('change_sets.open', { arguments: { task: 'Else' }, idempotency_key: key }))
        .status,
    ).toBe(422)
    expect((await call('change_sets.open', { arguments: { task: 'No key' } })).status).toBe(400)
    const misfit = await call('members.list', { arguments: { limit: 1000 } })
    expect([misfit.status, misfit.body.error.field]).toEqual([422, 'limit'])
    const forbidden = await call('members.list', {}, other.token)
    expect([forbidden.status, forbidden.body.error.scope]).toEqual([403, 'members:read'])
    expect((await call('nothing.like_it')).status).toBe(404)
  })

  test('is told when to come again', async () => {
    // So far away that nothing comes back to the bucket while this asks.
    const [bucket] = await sql`
      insert into private.rate_limits (bucket, tokens, refilled_at)
      select 'agent:' || id || ':read', 0, private.clock() + interval '1 hour' from private.agent_keys where name = ${other.name}
      on conflict (bucket) do update set tokens = 0, refilled_at = excluded.refilled_at
      returning bucket`
    const left = async () => {
      const [row] = await sql`
        select extract(epoch from refilled_at - private.clock())::float8 as seconds
          from private.rate_limits where bucket = ${bucket!.bucket}`
      return row!.seconds as number
    }
    const before = await left()
    const answer = await call('events.list', {}, other.token)
    expect(answer.status).toBe(429)
    // The seconds until then, and the part of one in which the first token comes.
    const told = Number(answer.headers.get('retry-after'))
    expect(told).toBeGreaterThanOrEqual(await left())
    expect(told).toBeLessThanOrEqual(Math.ceil(before + 1))
    await sql`delete from private.rate_limits where bucket = ${bucket!.bucket}`
  })

  test('does not get around counting by reading with GET', async () => {
    const calls = async () =>
      (
        await sql`select sum(calls)::int as n from private.agent_use u join private.agent_keys k on k.id = u.key_id where k.name = ${agent.name}`
      )[0]!.n
    const before = await calls()
    const answer = await ask('rpc/call_operation?operation=members.list', { token: agent.token })
    expect(verdict(answer)).toEqual({ status: 405, code: '25006' })
    expect(await calls()).toBe(before)
  })

  test('has no use for a token that was made to live longer, or that names somebody else', async () => {
    const claims = claimsOf(agent.token)
    const forged = [
      { exp: claims.exp + 1 },
      { aud: 'authenticated' },
      { sub: 'ada' },
      { secret_id: undefined },
      { scopes: '*' },
    ]
    for (const change of forged) {
      const answer = await call('keys.me', {}, await keys.sign({ ...claims, ...change }))
      expect([verdict(answer), answer.body.message]).toEqual([
        { status: 403, code: '42501' },
        'Only agents call operations',
      ])
    }
    const borrowed = await call(
      'keys.me',
      {},
      await keys.sign({ ...claims, sub: claimsOf(other.token).sub }),
    )
    expect([borrowed.status, borrowed.body.error.message]).toEqual([
      401,
      'This key is not known, or not any more',
    ])
  })

  test('is known by a token of the older shared secret too, and by no other secret', async () => {
    const signed = (secret: string | Uint8Array, alg = 'HS256') =>
      new SignJWT(claimsOf(agent.token))
        .setProtectedHeader({ alg, typ: 'JWT' })
        .sign(typeof secret === 'string' ? new TextEncoder().encode(secret) : secret)
    expect((await call('keys.me', {}, await signed(keys.legacySecret))).status).toBe(200)
    for (const secret of [
      JSON.stringify(keys.jwks.keys[0]),
      keys.jwks.keys[0]!.x!,
      keys.publishable,
      `${keys.legacySecret}x`,
    ]) {
      expect(verdict(await call('keys.me', {}, await signed(secret)))).toEqual({
        status: 401,
        code: 'PGRST301',
      })
    }
    expect(
      verdict(await call('keys.me', {}, await signed(keys.legacySecret.padEnd(64, 'x'), 'HS512'))),
    ).toEqual({ status: 401, code: 'PGRST301' })
  })

  test('ends with its key, at the next request', async () => {
    const brief = await makeKey('brief')
    expect((await call('keys.me', {}, brief.token)).status).toBe(200)
    await sql`select admin.revoke_agent_key(${brief.name}, 'A test')`
    expect((await call('keys.me', {}, brief.token)).status).toBe(401)
    expect((await knock('GET', '/functions/v1/agents/me', brief.token)).status).toBe(401)
    expect((await knock('GET', '/functions/v1/agents/me', brief.secret)).status).toBe(401)
    expect((await knock('POST', '/functions/v1/agents/token', brief.secret)).status).toBe(401)
  })
})

test('Operations of agents are closed to everybody else', async () => {
  for (const kind of ['visitor', 'stranger', 'member', 'leader'] as const) {
    const { token } = cast.people[kind]
    const answer = await ask('rpc/call_operation', {
      method: 'POST',
      token,
      body: { operation: 'keys.me' },
    })
    expect(verdict(answer), kind).toEqual({ status: token ? 403 : 401, code: '42501' })
  }
  const service = await fetch(`${api}/rest/v1/rpc/call_operation`, {
    method: 'POST',
    headers: { apikey: keys.secret, 'content-type': 'application/json' },
    body: JSON.stringify({ operation: 'keys.me' }),
  })
  expect([service.status, (await service.json()).code]).toEqual([403, '42501'])
})

test('A token of a member, of the service, or a key of the project opens nothing at the gateway', async () => {
  const bearers = [
    cast.people.leader.token!,
    await tokenFor(cast.people.member.userId, 'service_role'),
    await tokenFor(cast.people.member.userId, 'agent'),
    keys.publishable,
    keys.secret,
  ]
  for (const bearer of bearers) {
    for (const [method, path] of [
      ['GET', '/me'],
      ['GET', '/members'],
      ['POST', '/token'],
      ['POST', '/mcp'],
    ] as const) {
      const answer = await knock(
        method,
        `/functions/v1/agents${path}`,
        bearer,
        method === 'POST' ? {} : undefined,
      )
      expect([answer.status, answer.body?.error?.message], path).toEqual([
        401,
        'This key is not known, or not any more',
      ])
    }
  }
})

test.each([
  ['GET', '/auth/v1/user', undefined],
  ['PUT', '/auth/v1/user', { email: 'taken.over@attack.example' }],
  ['POST', '/auth/v1/logout', undefined],
  ['POST', '/functions/v1/memberships/portal', {}],
  ['POST', '/functions/v1/memberships/checkout', { tier: 'monthly' }],
  ['PUT', '/functions/v1/members/picture', undefined],
  ['POST', '/functions/v1/memberships/drain', undefined],
  ['POST', '/functions/v1/agents/token', {}],
] as const)('A token of an agent is nobody at %s %s', async (method, path, body) => {
  const bearers = [
    agent.token,
    await keys.sign({ ...claimsOf(agent.token), sub: cast.people.member.userId }),
  ]
  for (const [which, bearer] of bearers.entries()) {
    const answer = await knock(method, path, bearer, body)
    // The auth server knows members by their id, so a token with one would be taken; ours never hold one.
    if (which === 1 && path.startsWith('/auth/')) continue
    expect([401, 403, 404, 405], `${answer.status} ${answer.text}`).toContain(answer.status)
  }
  const [user] = await sql`select email from auth.users where id = ${cast.people.member.userId}`
  expect(user!.email).toBe(cast.people.member.email)
})

test('A token of an agent never holds the id of a member or a user', async () => {
  const { sub, secret_id, jti } = claimsOf(agent.token)
  const found = await sql`
    select from auth.users where id in ${sql([sub, secret_id, jti])}
    union all select from public.members where id in ${sql([sub, secret_id, jti])}`
  expect(found).toHaveLength(0)
})

test('A token of an agent opens no file', async () => {
  const listed = await knock('POST', '/storage/v1/object/list/resources', agent.token, {
    prefix: '',
  })
  expect(listed.status === 200 ? JSON.parse(listed.text) : []).toEqual([])
  const [file] =
    await sql`select bucket_id, name from storage.objects where bucket_id <> 'pictures' limit 1`
  expect(file, 'there is a file to hide').toBeDefined()
  const read = await knock(
    'GET',
    `/storage/v1/object/authenticated/${file!.bucket_id}/${file!.name}`,
    agent.token,
  )
  expect([400, 403, 404]).toContain(read.status)
})
