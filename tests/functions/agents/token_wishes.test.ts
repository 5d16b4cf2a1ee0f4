import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { type Agents, everyScope, openAgents } from './support.ts'

// What may be asked for with a token, what is refused, and what stays on record of it.

let agents: Agents
let key: Awaited<ReturnType<Agents['makeKey']>>
beforeAll(async () => {
  agents = await openAgents()
})
beforeEach(async () => {
  key = await agents.makeKey(['members:read', 'content:write'])
})
afterAll(() => agents.close())

const ask = (body: unknown, bearer = key.secret, headers = {}) =>
  agents.request('POST', '/token', { bearer, body, headers })
const refusals = () => agents.sql`
  select operation, status, reason, field from private.agent_refusals where key_id = ${key.id} order by id`
const remedy = `Send {"scopes": […]} with some of ${everyScope.join(', ')}, or nothing for all that the key has.`

test('A scope that the key lacks is refused by name', async () => {
  const answer = await ask({ scopes: ['payments:refund'] })
  expect([answer.status, answer.body.error]).toEqual([
    403,
    {
      message: 'This key has no scope payments:refund',
      remedy: 'Ask an admin to add the scope to the key, or leave it out.',
      scope: 'payments:refund',
    },
  ])
})

test.each([
  ['a scope that there is not', { scopes: ['everything'] }, 422, 'scopes'],
  ['no scope', { scopes: [] }, 422, 'scopes'],
  ['a scope that is no text', { scopes: [1] }, 422, 'scopes'],
  ['scopes in one text', { scopes: 'members:read' }, 422, 'scopes'],
  ['something else', { scope: ['members:read'] }, 422, 'scopes'],
  ['a list', [], 422, 'scopes'],
  ['nothing', 'null', 422, 'scopes'],
  ['what is no JSON', '{', 400, undefined],
  ['too much', { scopes: ['x'.repeat(5000)] }, 413, undefined],
])('Asking for %s is refused, with what would do', async (_what, body, status, field) => {
  const answer = await ask(body)
  expect([answer.status, answer.body.error]).toEqual([
    status,
    { message: expect.any(String), ...(field ? { field } : {}), remedy },
  ])
})

test('A key that is stopped gets no token, and hears why and for how long', async () => {
  const answer = await agents.still(async () => {
    await agents.sql`select admin.hold_agent_key(${key.name}, 'It writes nonsense', private.clock() + interval '10 minutes')`
    return await ask({})
  })
  expect([answer.status, answer.body.error]).toEqual([
    429,
    {
      message: 'This key is stopped for a while: It writes nonsense',
      remedy: 'Wait, and look at what it was doing.',
    },
  ])
  expect(answer.headers.get('retry-after')).toBe('600')
  await agents.sql`select admin.release_agent_key(${key.name}, 'Mended')`
  expect((await ask({})).status).toBe(200)
})

test('Admins see what was refused: a scope, a mistake, a stop and the pace', async () => {
  await agents.still(async (to) => {
    await ask({ scopes: ['payments:refund'] })
    await ask({ scopes: ['everything'] })
    await agents.sql`select admin.hold_agent_key(${key.name}, 'A look at it', private.clock() + interval '10 minutes')`
    await ask({})
    await agents.sql`select admin.release_agent_key(${key.name}, 'Looked')`
    await to(61)
    for (let n = 0; n < 30; n++) await agents.token(key.secret)
    expect((await ask({})).status).toBe(429)
  })
  expect(await refusals()).toEqual(
    [
      [403, 'This key has no scope payments:refund', null],
      [422, 'scopes is not a list of scopes that there are', 'scopes'],
      [429, 'This key is stopped for a while: A look at it', null],
      [429, 'This key has 30 tokens a minute at most', null],
    ].map(([status, reason, field]) => ({ operation: null, status, reason, field })),
  )
})

test('Of what comes under a key that is none, nothing is looked at', async () => {
  const both = await ask('{', `cak_live_${'B'.repeat(43)}`, { 'cf-connecting-ip': '192.0.2.78' })
  expect([both.status, both.body.error.message]).toEqual([
    401,
    'This key is not known, or not any more',
  ])
})
