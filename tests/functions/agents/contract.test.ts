/**
 * Every operation of the catalogue is called at the running gateway, well and badly, and each answer is held against
 * the document as it is served: status, headers and body.
 */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import {
  type OperationName,
  operationNames,
  operationOf,
  type Scope,
} from '../../../functions/agents/catalogue.ts'
import { type Args, good, type Known, nobody } from './good_calls.ts'
import { type Answer, contractOf, operationsOf, type Published } from './published.ts'
import { openWorld, type World } from './world.ts'

let world: World
let secret: string
let document: Published
let contract: ReturnType<typeof contractOf>
const known: Known = { month: '' }
const called = new Set<OperationName>()

beforeAll(async () => {
  world = await openWorld()
  known.month = world.month
  secret = (await world.newKey()).secret
  const served = await fetch(`${world.url}/openapi.json`)
  document = (await served.json()) as Published
  contract = contractOf(document)
})
afterAll(() => world?.close())

const shownArgs = (args: Args) =>
  Object.entries(args).map(([name, value]) => [name, String(value)] as [string, string])

/** Calls an operation at its address, and refuses what the document does not say of what is sent. */
async function call(
  operation: OperationName,
  args: Args,
  who = secret,
  headers: Record<string, string> = {},
): Promise<Answer & { sent: string[] }> {
  const { method, path, risk } = operationOf(operation)
  const places = [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name!)
  const rest = Object.fromEntries(Object.entries(args).filter(([name]) => !places.includes(name)))
  const address = path.replace(/\{(\w+)\}/g, (_, name: string) =>
    encodeURIComponent(String(args[name])),
  )
  const isRead = risk === 'read'
  const query =
    isRead && Object.keys(rest).length > 0 ? `?${new URLSearchParams(shownArgs(rest))}` : ''
  const answer = await world.ask(who, method, address + query, {
    headers,
    ...(isRead ? {} : { body: rest }),
  })
  const parameters = published(operation).parameters ?? []
  const sent =
    isRead || places.length > 0
      ? parameters.flatMap(({ name }, index) =>
          typeof name === 'string' && name in args
            ? contract.wrongParameter(path, method, index, args[name])
            : [],
        )
      : []
  return {
    ...answer,
    sent: [
      ...sent,
      ...(isRead || Object.keys(rest).length === 0 ? [] : contract.wrongToSend(path, method, rest)),
    ],
  }
}

const published = (operation: OperationName) =>
  operationsOf(document).find((each) => each.operation.operationId === operation)!.operation

/** What differs from the document. */
const wrong = (operation: OperationName, answer: Answer) => {
  const { path, method } = operationOf(operation)
  return contract.wrongWith(path, method, answer)
}

it('The document holds every operation of the catalogue, and the exchange of a key, and nothing else', () => {
  const names = operationsOf(document).map(({ operation }) => operation.operationId)
  expect(names.toSorted()).toEqual(['token', ...operationNames].toSorted())
})

describe('As published, a good call of', () => {
  it.each(Object.keys(good) as OperationName[])('%s', async (operation) => {
    const task = known['change_sets.open']?.change_set
    const isWrite = operationOf(operation).risk !== 'read'
    const headers: Record<string, string> = isWrite && task ? { 'change-set': String(task) } : {}
    const answer = await call(operation, good[operation](known), secret, headers)
    expect([answer.status, answer.body]).toEqual([operationOf(operation).status, expect.anything()])
    expect(wrong(operation, answer)).toEqual([])
    expect(answer.sent).toEqual([])
    expect([operation, ...emptyIn((answer.body as { data: Args }).data)]).toEqual([operation])
    known[operation] = (answer.body as { data: Args }).data
    called.add(operation)
  })

  it('payments.ledger, movement by movement', async () => {
    const answer = await call('payments.ledger', { month: known.month, detail: true, limit: 1 })
    expect(answer.body).toMatchObject({
      data: { detail: [expect.anything()] },
      next: expect.any(String),
    })
    expect(wrong('payments.ledger', answer)).toEqual([])
  })

  it('left none out', () => {
    expect([...called].toSorted()).toEqual(operationNames.toSorted())
  })
})

describe('As published, a bad call of', () => {
  it.each(operationNames)('%s', async (operation) => {
    const { scope, risk, path } = operationOf(operation)
    const args = good[operation](known)
    const refused = async (status: number, answer: Answer) => {
      expect([operation, answer.status, wrong(operation, answer)]).toEqual([operation, status, []])
      return (answer.body as { error: { field?: string; remedy?: string } }).error
    }
    await refused(401, await call(operation, args, `cak_live_${'A'.repeat(43)}`))
    if (scope) {
      const narrow = await keyWithout(scope)
      expect(await refused(403, await call(operation, args, narrow))).toMatchObject({ scope })
    }
    const extra = await refused(422, await call(operation, { ...args, sql: 'select 1' }))
    expect(extra).toMatchObject({ field: 'sql', remedy: expect.any(String) })
    if (risk !== 'read') {
      const none = await call(operation, args, secret, { 'idempotency-key': '' })
      expect(await refused(400, none)).toMatchObject({ field: 'Idempotency-Key' })
    }
    if (path.includes('{')) {
      const [place] = path.match(/(?<=\{)\w+/)!
      const lost = await call(operation, { ...args, [place]: nobody })
      // A write says first that its other arguments fit.
      expect([404, 422]).toContain(lost.status)
      expect([operation, wrong(operation, lost)]).toEqual([operation, []])
      expect(
        await refused(422, await call(operation, { ...args, [place]: 'no id' })),
      ).toMatchObject({ field: place })
    }
    for (const name of requiredOf(operation)) {
      const { [name]: _, ...less } = args
      expect(await refused(422, await call(operation, less))).toMatchObject({ field: name })
    }
  })

  it('change_sets.undo, with a token that may not write what it takes back', async () => {
    const { change_set } = (
      (await call('change_sets.open', { task: 'Texts' })).body as { data: Args }
    ).data
    const headers = { 'change-set': String(change_set) }
    const write = { ...good['members.update'](known), headline: 'For a task' }
    expect((await call('members.update', write, secret, headers)).status).toBe(200)
    const { body } = await world.ask(secret, 'POST', '/token', {
      body: { scopes: ['events:read'] },
    })
    const answer = await call('change_sets.undo', { change_set }, body.access_token)
    expect([answer.status, wrong('change_sets.undo', answer), answer.body]).toEqual([
      403,
      [],
      {
        error: {
          message: 'This token has no scope members:write, which some of it needs',
          field: 'change_set',
          remedy: 'An admin can undo it, with admin.undo_change_set.',
          scope: 'members:write',
        },
      },
    ])
  })

  it('any of them, beyond the pace of the key', async () => {
    const { secret: careful } = await world.newKey(['content:read'], { rateClass: 'careful' })
    const answer = await world.still(async () => {
      for (let turn = 0; turn < 30; turn++) {
        expect((await call('content.list', {}, careful)).status).toBe(200)
      }
      return await call('content.list', {}, careful)
    })
    expect([answer.status, wrong('content.list', answer)]).toEqual([429, []])
  })
})

it('As published, a write that is sent again, one that is too large and one that is no JSON', async () => {
  const again = { 'idempotency-key': 'the-same-again' }
  const open = () => call('change_sets.open', { task: 'Twice' }, secret, again)
  const [first, second] = [await open(), await open()]
  expect([first.headers.get('idempotent-replayed'), wrong('change_sets.open', first)]).toEqual([
    null,
    [],
  ])
  expect([second.headers.get('idempotent-replayed'), wrong('change_sets.open', second)]).toEqual([
    'true',
    [],
  ])
  expect(second.body).toEqual(first.body)
  const large = await call('change_sets.open', { task: 'x'.repeat(70_000) })
  expect([large.status, wrong('change_sets.open', large)]).toEqual([413, []])
  const broken = await world.ask(secret, 'POST', '/change-sets', { body: '{"task": ' })
  expect([broken.status, wrong('change_sets.open', broken)]).toEqual([400, []])
})

it('As published, a key is exchanged for a token', async () => {
  const narrow = (await world.newKey(['events:read'])).secret
  const cases: [number, string, unknown][] = [
    [200, secret, undefined],
    [200, secret, { scopes: ['events:read'] }],
    [422, secret, { scopes: ['everything'] }],
    [400, secret, '{'],
    [403, narrow, { scopes: ['members:read'] }],
    [413, secret, 'x'.repeat(5000)],
    [401, 'cak_live_nothing', undefined],
  ]
  for (const [status, who, body] of cases) {
    const answer = await world.ask(who, 'POST', '/token', body === undefined ? {} : { body })
    expect([answer.status, contract.wrongWith('/token', 'POST', answer)]).toEqual([status, []])
  }
})

it('An answer that differs is found: another field, another type, another status, no header', async () => {
  const answer = await call('keys.me', {})
  const { data, as_of } = answer.body as { data: Args; as_of: string }
  const { name: _, ...less } = data
  expect(wrong('keys.me', { ...answer, body: { data: { ...data, more: 1 }, as_of } })).toHaveLength(
    1,
  )
  expect(wrong('keys.me', { ...answer, body: { data: less, as_of } })).toHaveLength(1)
  expect(wrong('keys.me', { ...answer, body: { data, as_of: 'now' } })).toHaveLength(1)
  expect(wrong('keys.me', { ...answer, status: 201 })).toEqual(['201 is not published for GET /me'])
  expect(wrong('keys.me', { ...answer, headers: new Headers() })).toHaveLength(2)
})

/** Keys with every scope but one, made when they are first asked for. */
const narrow = new Map<Scope, string>()
async function keyWithout(scope: Scope): Promise<string> {
  const others = [...new Set(operationNames.flatMap((name) => operationOf(name).scope ?? []))]
  const found =
    narrow.get(scope) ?? (await world.newKey(others.filter((each) => each !== scope))).secret
  narrow.set(scope, found)
  return found
}

/** Lists in an answer that have no rows: of their shape nothing would be known. */
function emptyIn(data: unknown, name = 'data'): string[] {
  if (Array.isArray(data)) return data.length === 0 ? [name] : emptyIn(data[0], `${name}[]`)
  if (typeof data !== 'object' || data === null) return []
  return Object.entries(data).flatMap(([each, inner]) => emptyIn(inner, each))
}

/** What the body or the query of an operation must hold. */
function requiredOf(operation: OperationName): string[] {
  const { parameters = [], requestBody } = published(operation)
  const { required = [] } = (requestBody?.content['application/json'].schema ?? {}) as {
    required?: string[]
  }
  const asked = parameters.filter((each) => each.in === 'query' && each.required === true)
  return [...required, ...asked.map(({ name }) => String(name))]
}
