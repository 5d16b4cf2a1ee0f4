/**
 * A mistake is told in the same words at every door: the gateway and MCP find it by the shapes of their operations, the
 * Data API by what the database asks of each argument.
 */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type OperationName, operationNames } from '../../../functions/agents/catalogue.ts'
import { exampleInput } from '../../../functions/agents/examples.ts'
import { resultOf } from '../../../functions/agents/mcp_words.ts'
import { misfit, parametersOf } from '../../../functions/agents/misfit.ts'
import { type Agents, openAgents } from './support.ts'

let agents: Agents
let secret: string
beforeAll(async () => {
  agents = await openAgents()
  secret = (await agents.makeKey()).secret
  await agents.sql`update private.agent_rates set capacity = 100000`
})
afterAll(() => agents.close())

/** What the Data API's door says, where nobody but the database looks at the arguments. */
async function atRpc(operation: OperationName, args: object) {
  const [, payload] = (await agents.token(secret)).split('.')
  const claims = Buffer.from(payload!, 'base64url').toString()
  return await agents.sql.begin(async (tx) => {
    await tx`select set_config('request.jwt.claims', ${claims}, true)`
    await tx`set local role agent`
    const [row] = await tx`
      select public.call_operation(${operation}, ${tx.json(args as never)}, ${crypto.randomUUID()}) -> 'error' as error`
    return row!.error
  })
}

const whole = 'limit is not a whole number from 1 to 100'
test.each([
  ['members.list', 'limit', 1000, whole, 'Send a whole number from 1 to 100.'],
  ['members.list', 'limit', 'abc', whole, 'Send a whole number from 1 to 100.'],
  [
    'members.list',
    'tier',
    'golden',
    'tier is none of those that there are',
    'Use one of: monthly, annual, donor_annual.',
  ],
  ['members.get', 'member', 'ada', 'member is not an id', 'Send the id as another answer gave it.'],
  ['payments.ledger', 'month', '2026-13-01', 'month is not a month', 'Write it like 2026-11.'],
] as const)('%s with a %s of %j', async (operation, field, value, message, remedy) => {
  const said = { message, field, remedy }
  const answer = await agents.call(operation, { [field]: value }, { bearer: secret })
  expect([answer.status, answer.body.error]).toEqual([422, said])
  expect(await atRpc(operation, { [field]: value })).toEqual(said)
})

const wrong = [
  ...[undefined, null, 5, -1, 90_000, 1.5, true, [], ['x', 1], {}, { x: 1 }, { status: 'gold' }],
  ...['', ' ', 'x', 'y'.repeat(21_000), '2026-13', '2026-13-40', '2026-02-30'],
  ...['2026-02-30T12:00:00Z', '2026-11-21T18:00:00+29:00'],
]

/** Where a page begins each list says in its own way, and which queues there are only the database knows. */
const own = ['after', 'queue']

/** What the two say of a value, or nothing where the database takes it, or stumbles over something else first. */
async function bothOf(operation: OperationName, name: string, value: unknown) {
  const args = { ...exampleInput(operation), [name]: value }
  const problem = misfit(operation, args)
  const isNothing = value === null || (typeof value === 'string' && value.trim() === '')
  // Nothing is as good as left out for the database, where it may be.
  if (!problem || (isNothing && !problem.message.endsWith('is missing'))) return undefined
  // What fits well enough for the database is asked for over and over, and nobody is to be stopped for it.
  await agents.sql`delete from private.rate_limits`
  const [row] = await agents.sql`
    select private.gateway_request(${secret}, null, ${operation}, ${agents.sql.json(args as never)}, null,
      ${crypto.randomUUID()}, null, 'here', 'words', private.clock()) #> '{body,error}' as error`
  const { error } = row!
  return error?.field === problem.field ? { problem, error } : undefined
}

test('Every parameter of every operation, with values of every kind', async () => {
  const compared = new Set<string>()
  for (const operation of operationNames) {
    const names = Object.keys(parametersOf(operation)).filter((name) => !own.includes(name))
    for (const name of names) {
      for (const value of wrong) {
        const both = await bothOf(operation, name, value)
        if (!both) continue
        const { problem, error } = both
        expect([operation, problem.message]).toEqual([operation, error.message])
        // Of what any text may stand in, the gateway also says what it is.
        expect(problem.remedy?.slice(0, error.remedy.length)).toBe(error.remedy)
        compared.add(`${operation} ${name}`)
      }
    }
  }
  expect(compared.size).toBeGreaterThan(70)
})

test('What an operation takes texts for is said behind what would do', () => {
  expect(misfit('change_sets.open', {})).toEqual({
    status: 422,
    field: 'task',
    message: 'task is missing',
    remedy: 'Say it in a text. What the task is, in a sentence that names nobody.',
  })
})

test('A header is named as the door knows it', async () => {
  const bearer = secret
  const open = (headers: Record<string, string>) =>
    agents.request('POST', '/change-sets', { bearer, headers, body: { task: 'A task' } })
  const unkeyed = await open({})
  const lost = await open({ 'idempotency-key': 'h1', 'change-set': 'none' })
  expect([unkeyed.body.error.field, lost.body.error.field]).toEqual([
    'Idempotency-Key',
    'Change-Set',
  ])
  const fields = await agents.sql.begin(async (tx) => {
    const [, payload] = (await agents.token(secret)).split('.')
    const claims = Buffer.from(payload!, 'base64url').toString()
    await tx`select set_config('request.jwt.claims', ${claims}, true)`
    await tx`set local role agent`
    return await tx`
      select public.call_operation('change_sets.open', '{"task": "A task"}', k, s) #>> '{error,field}' as field
        from (values (null, null), ('h2', 'none')) as given (k, s)`
  })
  expect(fields.map(({ field }) => field)).toEqual(['idempotency_key', 'change_set'])
  for (const { body } of [unkeyed, lost]) {
    const { content } = resultOf({ status: 422, body, isReplayed: false })
    expect(content).toEqual([
      { type: 'text', text: expect.stringMatching(/^Parameter: (idempotency_key|change_set)\.$/m) },
    ])
  }
})
