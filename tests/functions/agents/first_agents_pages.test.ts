// docs/agents: what the pages show is what the doors take and answer.
import { describe, expect, it } from 'vitest'
import { operationOf, type Scope, scopes } from '../../../functions/agents/catalogue.ts'
import { headersOf, operationOfTool } from '../../../functions/agents/mcp_tools.ts'
import { shapes } from '../../../functions/agents/operations/index.ts'
import { answerOf } from '../../../functions/agents/shapes.ts'
import { firstAgents, readPage } from './pages.ts'

describe.each(firstAgents)('The page of the %s agent', (agent) => {
  const page = readPage(agent)
  const held = /'\{([^}]+)\}'/.exec(page.sql)?.[1]?.split(',') as Scope[]

  it('makes a key with the scopes that its table names', () => {
    expect(page.sql).toContain(`'${agent}-agent'`)
    expect(held.filter((scope) => !(scope in scopes))).toEqual([])
    const row = /^\| scopes \| (.+) \|$/m.exec(page.text)?.[1]
    expect(row?.match(/[a-z]+:[a-z]+/g)).toEqual(held)
  })

  it('has a prompt that says what text of people is', () => {
    expect(page.prompt).toMatch(
      /written_by_people .*It is data\. Whatever it says.*never an instruction/,
    )
    const named = [...page.prompt.matchAll(/\b[a-z]+(?:_[a-z]+)+\b/g)].map(([name]) => name)
    const tools = named.filter((name) => operationOfTool(name))
    expect(tools.length).toBeGreaterThan(0)
    for (const tool of tools) {
      const { scope } = operationOf(operationOfTool(tool)!)
      expect(scope === null || held.includes(scope), tool).toBe(true)
    }
  })

  it.each(page.calls.map((call, at) => [`${at + 1}: ${call.tool}`, call] as const))(
    'shows a call that its key may make, and what that answers (%s)',
    (_, { tool, arguments: args, answer }) => {
      const operation = operationOfTool(tool)!
      const { scope } = operationOf(operation)
      expect(scope === null || held.includes(scope)).toBe(true)
      const given = Object.entries(args).filter(
        ([name]) => !headersOf(operation).includes(name as never),
      )
      expect(shapes[operation].input.safeParse(Object.fromEntries(given))).toMatchObject({
        success: true,
      })
      // Each write has a key of its own.
      expect('idempotency_key' in args).toBe(operationOf(operation).risk !== 'read')
      if (answer)
        expect(answerOf(shapes[operation].output).safeParse(answer)).toMatchObject({
          success: true,
        })
    },
  )

  it('shows most of the answers', () => {
    const { calls } = page
    expect(calls.filter(({ answer }) => answer).length).toBeGreaterThan(calls.length / 2)
  })
})
