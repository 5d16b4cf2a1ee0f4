import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { operationNames, operationOf } from '../../../functions/agents/catalogue.ts'
import { type Agents, addressOf, everyScope, openAgents } from './support.ts'

let agents: Agents
beforeAll(async () => {
  agents = await openAgents()
})
afterAll(() => agents.close())

const nobody = '00000000-0000-4000-8000-000000000000'
const unknown = `cak_live_${'A'.repeat(43)}`
const without = (scope: string) => everyScope.filter((held) => held !== scope)

describe.each([
  ['a read', 'members.list', 'GET', '/members?limit=many&nonsense=1', undefined],
  ['a write', 'members.update', 'PATCH', `/members/${nobody}`, '{not json'],
  ['a destructive call', 'members.delete', 'DELETE', `/members/${nobody}`, '{not json'],
] as const)('Of %s with everything wrong at once', (_what, operation, method, path, body) => {
  const { scope, risk } = operationOf(operation)
  const ask = (bearer?: string) => agents.request(method, path, { bearer, body } as never)

  test('the key is looked at first', async () => {
    for (const bearer of [undefined, 'nonsense', unknown]) {
      const answer = await ask(bearer)
      expect([answer.status, answer.body.error.message]).toEqual([
        401,
        'This key is not known, or not any more',
      ])
    }
  })

  test('then the scope, which is named', async () => {
    const key = await agents.makeKey(without(scope!))
    await agents.drain(key.id, risk)
    const answer = await ask(key.secret)
    expect([answer.status, answer.body]).toEqual([
      403,
      {
        error: {
          message: `This key may not call ${operation}: it has no scope ${scope}`,
          remedy: 'Ask an admin to add the scope to the key, or use another operation.',
          scope,
        },
      },
    ])
  })

  test('then the pace, with when to come again', async () => {
    const key = await agents.makeKey([scope!])
    const answer = await agents.still(async () => {
      await agents.drain(key.id, risk)
      return await ask(key.secret)
    })
    expect([answer.status, answer.body.error.message]).toEqual([
      429,
      expect.stringMatching(
        /^This key has used up its pace: \d+ (reads|writes|destructive calls) in 60 seconds$/,
      ),
    ])
    expect(Number(answer.headers.get('retry-after'))).toBeGreaterThanOrEqual(1)
    const [use] =
      await agents.sql`select calls::int, refused::int from private.agent_use where key_id = ${key.id}`
    expect(use).toEqual({ calls: 1, refused: 1 })
  })

  test('then what was sent, and what was refused is on record', async () => {
    const key = await agents.makeKey([scope!])
    const answer = await ask(key.secret)
    const { status, field } = {
      GET: { status: 422, field: 'limit' },
      PATCH: { status: 400, field: undefined },
      DELETE: { status: 400, field: undefined },
    }[method]
    expect([answer.status, answer.body.error.field]).toEqual([status, field])
    expect(answer.body.error.remedy).toBeTruthy()
    const refusals = await agents.sql`
      select r.operation, r.status, r.reason, r.field from private.agent_refusals r where r.key_id = ${key.id}`
    expect(refusals).toEqual([
      { operation, status, reason: answer.body.error.message, field: field ?? null },
    ])
  })
})

test.each(operationNames)('%s has its door, and it asks for a key', async (operation) => {
  const { method, path } = addressOf(operation, {
    member: nobody,
    proposal: nobody,
    event: nobody,
    resource: nobody,
    draft: nobody,
    change_set: nobody,
  })
  const answer = await agents.request(method, path, {
    headers: { 'cf-connecting-ip': `203.0.113.${operationNames.indexOf(operation)}` },
  })
  expect([answer.status, answer.headers.get('www-authenticate')]).toEqual([
    401,
    'Bearer realm="commons"',
  ])
})

describe('What is sent', () => {
  let bearer: string
  beforeAll(async () => {
    bearer = (await agents.makeKey()).secret
  })
  const refused = async (method: string, path: string, body?: unknown, headers = {}) => {
    const answer = await agents.request(method, path, {
      bearer,
      body,
      headers: { 'idempotency-key': crypto.randomUUID(), ...headers },
    })
    const { message, field, remedy } = answer.body.error
    return [answer.status, message, field, remedy]
  }

  test('has to be known by name', async () => {
    const knows = 'It knows search, email, status, tier, after, limit.'
    expect(await refused('GET', '/members?colour=red')).toEqual([
      422,
      'members.list has no parameter colour',
      'colour',
      knows,
    ])
    expect(await refused('GET', '/members?ada%40example.org=1')).toEqual([
      422,
      'members.list has no parameter of such a name',
      undefined,
      knows,
    ])
    expect(await refused('GET', '/me?x=1')).toEqual([
      422,
      'keys.me has no parameter x',
      'x',
      'It takes none.',
    ])
    expect((await refused('POST', '/change-sets', { task: 'A', toString: 1 })).slice(0, 3)).toEqual(
      [422, 'change_sets.open has no parameter toString', 'toString'],
    )
    expect(
      (await refused('POST', '/change-sets', '{"task":"A","__proto__":{"x":1}}')).slice(0, 2),
    ).toEqual([422, 'change_sets.open has no parameter __proto__'])
  })

  test('is said once, and where it belongs', async () => {
    expect(await refused('GET', '/members?limit=2&limit=3')).toEqual([
      422,
      'limit is given twice',
      'limit',
      'Give it once.',
    ])
    expect(await refused('PATCH', `/members/${nobody}`, { member: nobody, name: 'Ada' })).toEqual([
      422,
      'member is given twice',
      'member',
      'It stands in the address: leave it out here.',
    ])
    expect(await refused('POST', '/change-sets?task=A', {})).toEqual([
      422,
      'change_sets.open has no parameter task',
      'task',
      'Send it in the JSON body.',
    ])
  })

  test('has the right kind, and its field is named', async () => {
    expect((await refused('GET', '/members?limit=1000'))[2]).toBe('limit')
    expect((await refused('GET', '/members?limit=1e2'))[2]).toBe('limit')
    expect((await refused('GET', '/members?limit='))[2]).toBe('limit')
    expect(await refused('GET', '/members/not-an-id')).toEqual([
      422,
      'member is not an id',
      'member',
      'Send the id as another answer gave it.',
    ])
    expect((await refused('POST', '/change-sets', {})).slice(0, 3)).toEqual([
      422,
      'task is missing',
      'task',
    ])
    expect((await refused('POST', '/change-sets', { task: 7 }))[2]).toBe('task')
    expect((await refused('POST', '/change-sets', []))[0]).toBe(422)
    expect((await refused('POST', '/change-sets', 'null')).slice(0, 3)).toEqual([
      422,
      'The arguments are not an object',
      'arguments',
    ])
  })

  test('can be stored', async () => {
    for (const task of ['a\u0000b', 'a\ud800b']) {
      expect((await refused('POST', '/change-sets', { task })).slice(0, 3)).toEqual([
        422,
        'task holds a character that cannot be stored',
        'task',
      ])
    }
    const answer = await agents.request('GET', '/members?search=%00', { bearer })
    expect([answer.status, answer.body.error.field]).toEqual([422, 'search'])
  })

  test('is JSON in UTF-8, and not more than 64 KB', async () => {
    expect((await refused('POST', '/change-sets', '{"task":')).slice(0, 2)).toEqual([
      400,
      'The body is not JSON',
    ])
    expect(
      (await refused('POST', '/change-sets', { task: 'x'.repeat(70_000) })).slice(0, 2),
    ).toEqual([413, 'The body is larger than 64 KB'])
    expect(
      (await refused('POST', '/change-sets', `${'['.repeat(30_000)}${']'.repeat(30_000)}`))[0],
    ).toBe(422)
  })

  test('has an Idempotency-Key when it writes', async () => {
    for (const key of ['', ' ', 'x'.repeat(201)]) {
      expect(
        (await refused('POST', '/change-sets', { task: 'A' }, { 'idempotency-key': key })).slice(
          0,
          3,
        ),
      ).toEqual([400, 'A write needs an Idempotency-Key', 'Idempotency-Key'])
    }
  })

  test('names a change set that is open and the key’s own', async () => {
    const other = await agents.makeKey()
    const opened = await agents.call('change_sets.open', { task: 'Mine' }, { bearer: other.secret })
    expect(opened.status).toBe(201)
    for (const changeSet of [nobody, 'nonsense', opened.body.data.change_set]) {
      expect(
        (await refused('POST', '/change-sets', { task: 'A' }, { 'change-set': changeSet })).slice(
          0,
          3,
        ),
      ).toEqual([422, 'This key has no such change set that is open', 'Change-Set'])
    }
  })
})

test('Other methods and addresses are told so, and pages of other sites get no leave to read', async () => {
  const put = await agents.request('PUT', '/members')
  expect([put.status, put.headers.get('allow')]).toEqual([405, 'GET, POST'])
  expect(put.body.error).toEqual({
    message: 'Use GET, POST here',
    remedy: 'Send it with GET or POST.',
  })
  const nowhere = await agents.request('GET', '/nowhere')
  expect([nowhere.status, nowhere.body.error]).toEqual([
    404,
    {
      message: 'There is nothing at this address',
      remedy: 'Look at /agents/openapi.json for those that there are.',
    },
  ])
  const preflight = await agents.request('OPTIONS', '/members', {
    headers: { origin: 'https://evil.example', 'access-control-request-method': 'GET' },
  })
  expect(preflight.status).toBe(405)
  const read = await agents.call(
    'keys.me',
    {},
    { bearer: (await agents.makeKey()).secret, headers: { origin: 'https://evil.example' } },
  )
  for (const answer of [preflight, read]) {
    expect([...answer.headers.keys()].filter((name) => name.startsWith('access-control'))).toEqual(
      [],
    )
  }
})

test('A request keeps its correlation id, into the answer, the refusals and the audit log', async () => {
  const key = await agents.makeKey()
  const run = crypto.randomUUID()
  const headers = { 'x-correlation-id': run }
  const answer = await agents.call('members.list', {}, { bearer: key.secret, headers })
  expect(answer.headers.get('x-correlation-id')).toBe(run)
  const [read] = await agents.sql`
    select actor_kind, actor, action, after from private.audit_log where correlation_id = ${run}`
  expect(read).toEqual({
    actor_kind: 'agent',
    actor: key.name,
    action: 'agents.read',
    after: { rows: 0 },
  })
})
