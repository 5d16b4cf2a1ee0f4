// The examples of the OpenAPI document and of the page for developers: each call is taken, each answer can be.
import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import {
  type OperationName,
  operationNames,
  operationOf,
} from '../../../functions/agents/catalogue.ts'
import { ids, NOW } from '../../../functions/agents/example_cast.ts'
import { exampleData, exampleInput } from '../../../functions/agents/examples.ts'
import { shapes } from '../../../functions/agents/operations/index.ts'
import { repository } from '../../../scripts/local/run-folder.ts'
import { furnish } from './furnish.ts'
import { type Args, good, type Known } from './good_calls.ts'
import { type Agents, openAgents } from './support.ts'

let agents: Agents
let secret: string
const known: Known = { month: '' }
/** When it is here: the moment of what `furnish` made. */
let now: Date

beforeAll(async () => {
  agents = await openAgents()
  for (const file of globSync('supabase/seed*.sql', { cwd: repository }).sort()) {
    await agents.sql.unsafe(readFileSync(join(repository, file), 'utf8')).simple()
  }
  now = await furnish(agents.sql as never)
  known.month = now.toISOString().slice(0, 7)
  secret = (await agents.makeKey()).secret
})
afterAll(() => agents?.close())

const then = new Date(NOW)
const monthOf = (at: Date) => at.getUTCFullYear() * 12 + at.getUTCMonth()

/** A time, day or month of the examples, moved by as much as has passed since they were asked for. */
function moved(value: unknown): unknown {
  if (typeof value !== 'string' || !/^\d{4}-\d{2}/.test(value)) return value
  if (/^\d{4}-\d{2}$/.test(value)) {
    const [year, month] = value.split('-').map(Number)
    const at = new Date(Date.UTC(year!, month! - 1 + monthOf(now) - monthOf(then)))
    return at.toISOString().slice(0, 7)
  }
  const at = new Date(Date.parse(value) + now.getTime() - then.getTime()).toISOString()
  return value.length === 10 ? at.slice(0, 10) : at
}

/** What stands for something of this world: ids, and what an earlier answer gave. */
const named = new Set<unknown>([...Object.values(ids), 'in_1SVx2kQ4', 'sub_1SVx2kQ4'])

/** The call of the example, about people and things that there are here. */
function here(operation: OperationName): Args {
  const own = good[operation](known)
  const args = Object.entries(exampleInput(operation)).map(([name, value]) => [
    name,
    named.has(value) || name === 'revision' ? own[name] : moved(value),
  ])
  return Object.fromEntries(args)
}

/** Every text in an answer with the name of its field. */
function* textsIn(data: unknown, name = ''): Generator<[string, string]> {
  if (typeof data === 'string') yield [name, data]
  else if (Array.isArray(data)) for (const each of data) yield* textsIn(each, name)
  else if (typeof data === 'object' && data !== null) {
    for (const [each, inner] of Object.entries(data)) {
      yield* textsIn(inner, each === 'written_by_people' ? name : each)
    }
  }
}

describe('The example of', () => {
  it.each(Object.keys(good) as OperationName[])('%s is a call that is taken', async (operation) => {
    const answer = await agents.call(operation, here(operation), { bearer: secret })
    expect([answer.status, answer.body]).toEqual([operationOf(operation).status, expect.anything()])
    const { data } = answer.body
    expect(shapes[operation].output.safeParse(data).error).toBeUndefined()
    known[operation] = data
  })

  it.each(operationNames)('%s answers what there can be', (operation) => {
    const data = exampleData(operation)
    expect(shapes[operation].output.safeParse(data).error).toBeUndefined()
    // A field of which nobody said what stands in it shows its own name, or a title.
    const unsaid = [...textsIn(data)].filter(
      ([name, text]) =>
        text === name.replaceAll('_', ' ') ||
        (/circle/i.test(text) && !/title|page_url/.test(name)),
    )
    expect(unsaid).toEqual([])
  })

  it.each(['payments.propose_refund', 'payments.propose_cancel', 'members.delete'] as const)(
    '%s answers the proposal that it makes',
    (operation) => {
      const parts = (proposal: Args) => {
        const { kind, state, why_waiting, decided_by, change_set, shows } = proposal
        const { would, access = {}, ...rest } = shows as Args
        return [
          { kind, state, why_waiting, decided_by, change_set },
          Object.keys(rest).toSorted(),
          Object.keys(access as object).toSorted(),
          (would as string[]).at(-1)!.slice(0, 20),
        ]
      }
      expect(parts(exampleData(operation) as Args)).toEqual(parts(known[operation]!))
    },
  )

  it('a proposal is decided and settled as its state says', () => {
    const shown = operationNames
      .flatMap<Args>((name) => exampleData(name) as Args | Args[])
      .filter((each) => Object.hasOwn(each, 'why_waiting'))
    expect(shown.length).toBe(6)
    for (const { state, why_waiting, created_at, expires_at, ...one } of shown) {
      const ended = ['carried_out', 'withdrawn'].includes(state as string)
      expect([one.kind, one.settled_at !== null]).toEqual([one.kind, ended])
      expect(one.decided_at === null).toBe(one.decided_by === null)
      expect(why_waiting === null).toBe(one.decided_by === 'limits')
      expect(one.decided_by === null).toBe(['waiting', 'withdrawn'].includes(state as string))
      expect(one.provider_id !== null).toBe(state === 'carried_out')
      expect(one.error).toBeNull()
      expect(Date.parse(expires_at as string) - Date.parse(created_at as string)).toBe(72 * 3.6e6)
    }
  })

  it('the goals, the key and what failed are as they are here', () => {
    const first = (operation: OperationName, list: string) =>
      (exampleData(operation) as Record<string, Args[]>)[list]![0]!
    const { goal, what, unit, at_most } = first('operations.goals', 'goals')
    expect(known['operations.goals']!.goals).toContainEqual(
      expect.objectContaining({ goal, what, unit, at_most }),
    )
    const { kind, about } = first('operations.dead_jobs', 'jobs')
    expect(known['operations.dead_jobs']!.jobs).toContainEqual(
      expect.objectContaining({ kind, about }),
    )
    const { limits, left_today } = known['keys.me']!
    expect(exampleData('keys.me')).toMatchObject({
      limits,
      left_today: { ...(left_today as Args), resets_at: '2026-11-22T00:00:00Z' },
    })
  })
})
