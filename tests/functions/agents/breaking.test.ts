import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Sql } from '../../../functions/_shared/sql.ts'
import { createDeps } from '../../../functions/agents/create_deps.ts'
import { perform } from '../../../functions/agents/operate.ts'
import { type Agents, openAgents } from './support.ts'

// What was sent to break the doors of this room, and how each answers.

let agents: Agents
let key: Awaited<ReturnType<Agents['makeKey']>>
beforeAll(async () => {
  agents = await openAgents()
  key = await agents.makeKey(undefined, { rateClass: 'careful' })
})
afterAll(() => agents.close())

/** As the door of MCP asks, where what are headers elsewhere is text of JSON, which holds anything. */
const open = (task: string, idempotencyKey: string, changeSet?: string) =>
  perform(
    { ...createDeps(agents.platform), sql: () => agents.sql as unknown as Sql },
    { secret: key.secret, client: 'here' },
    'change_sets.open',
    { task },
    { idempotencyKey, changeSet, correlationId: 'breaking' },
  )

const tokens = async (risk: string) => {
  const [row] = await agents.sql<{ tokens: number }[]>`
    select tokens from private.rate_limits where bucket = ${`agent:${key.id}:${risk}`}`
  return row?.tokens
}

test('What Postgres cannot store is refused in every place of a call, and costs what any mistake costs', async () => {
  await agents.still(async () => {
    await agents.sql`delete from private.rate_limits`
    const sent: [Parameters<typeof open>, number, string][] = [
      [['a\0b', 'k1'], 422, 'task'],
      [['Texts', 'k\0'], 400, 'Idempotency-Key'],
      [['Texts', 'k3', '\0'], 422, 'Change-Set'],
      [['Texts', 'k4', '\ud800'], 422, 'Change-Set'],
    ]
    for (const [args, status, field] of sent) {
      expect(await open(...args)).toMatchObject({ status, body: { error: { field } } })
    }
    expect(await tokens('write')).toBe(6)
  })
})

test('A name that nobody knows is not said again, however deep it stands, and is kept nowhere', async () => {
  const address = 'ada.lovelace@example.org'
  const { status, body } = await agents.call(
    'audience.draft',
    { subject: 's', body: 'b', why: 'w', segment: { [address]: 1 } },
    { bearer: key.secret },
  )
  expect([status, body.error.field]).toEqual([422, 'segment'])
  expect(JSON.stringify(body)).not.toContain('lovelace')
  const kept = await agents.sql`select to_jsonb(r)::text as row from private.agent_refusals r`
  expect(kept.length).toBeGreaterThan(0)
  expect(JSON.stringify(kept)).not.toContain('lovelace')
})

test('Values that are no JSON for people are refused by name, and never a fault of ours', async () => {
  const bearer = key.secret
  await agents.sql`delete from private.rate_limits`
  const deep = '['.repeat(20_000) + ']'.repeat(20_000)
  for (const body of [
    'null',
    '[]',
    '1',
    '"x"',
    '{"task": 1e400}',
    '{"task": null}',
    `{"task": ${deep}}`,
    `{"__proto__": ${deep}}`,
    '{"task": "a", "task": 5}',
    '{"constructor": "x"}',
    '{"ｔask": "x"}',
    '{"task": "\\ud800"}',
    deep,
    '\u0000',
    '',
  ]) {
    await agents.sql`delete from private.rate_limits`
    const { status } = await agents.request('POST', '/change-sets', {
      bearer,
      body,
      headers: { 'idempotency-key': crypto.randomUUID() },
    })
    expect([400, 422], body.slice(0, 40)).toContain(status)
  }
  for (const query of [
    'limit=1e9',
    'limit=-1',
    'limit=99999999999999999999',
    'after=%00',
    'email=',
    'limit[]=1',
    'constructor=1',
    'status=active&status=none',
  ]) {
    await agents.sql`delete from private.rate_limits`
    const { status } = await agents.request('GET', `/members?${query}`, { bearer })
    expect([400, 422], query).toContain(status)
  }
})
