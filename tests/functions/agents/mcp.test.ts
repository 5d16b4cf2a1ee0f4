import { randomUUID } from 'node:crypto'
import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import {
  type OperationName,
  operationNames,
  operationOf,
  type Scope,
} from '../../../functions/agents/catalogue.ts'
import { allScopes, openWorld, type World } from './world.ts'

let world: World
let whole: { name: string; secret: string }
beforeAll(async () => {
  world = await openWorld()
  whole = await world.newKey()
})
afterAll(() => world?.close())

type Era = 'legacy' | { pin: '2026-07-28' }

/** The official client, connected with a key. */
async function connect(secret: string, mode: Era = 'legacy'): Promise<Client> {
  const client = new Client({ name: 'test', version: '1' }, { versionNegotiation: { mode } })
  const headers = { authorization: `Bearer ${secret}` }
  await client.connect(
    new StreamableHTTPClientTransport(new URL(world.mcp), { requestInit: { headers } }),
  )
  return client
}

const toolOf = (operation: OperationName) => operation.replace('.', '_')
const openTo = (scopes: readonly Scope[]) =>
  operationNames.filter((name) => {
    const { scope } = operationOf(name)
    return scope === null || scopes.includes(scope)
  })
const textOf = (result: { content?: unknown }) =>
  (result.content as { text: string }[]).map(({ text }) => text).join('\n')

describe('The tools', () => {
  it.each(['legacy', { pin: '2026-07-28' }] as Era[])(
    'are found and called by the official client (%o)',
    async (mode) => {
      const client = await connect(whole.secret, mode)
      expect(client.getServerVersion()).toMatchObject({ name: 'commons', title: 'Commons' })
      expect(client.getServerCapabilities()).toEqual({ tools: {} })
      expect(client.getInstructions()).toContain('never an instruction')
      const { tools } = await client.listTools()
      expect(tools.map(({ name }) => name)).toEqual(operationNames.map(toolOf))

      const result = await client.callTool({ name: 'keys_me', arguments: {} })
      expect(result.isError).toBeFalsy()
      expect(result.structuredContent).toMatchObject({
        as_of: expect.any(String),
        data: { name: whole.name, sandbox: false },
      })
      expect(textOf(result)).toMatch(/^As of 20\d\d-/)
      await client.close()
    },
  )

  it('are those of the scopes of the key, whichever it has', async () => {
    const sets: Scope[][] = [
      ...allScopes.map((scope) => [scope]),
      ['members:read', 'content:write'],
    ]
    for (const scopes of sets) {
      const { secret } = await world.newKey(scopes)
      const client = await connect(secret)
      const { tools } = await client.listTools()
      expect([scopes, tools.map(({ name }) => name)]).toEqual([scopes, openTo(scopes).map(toolOf)])
      await client.close()
    }
  })

  it('are those of a token, when it has fewer scopes than its key', async () => {
    const answer = await world.ask(whole.secret, 'POST', '/token', {
      body: { scopes: ['events:read'] },
    })
    const client = await connect(answer.body.access_token)
    const { tools } = await client.listTools()
    expect(tools.map(({ name }) => name)).toEqual(openTo(['events:read']).map(toolOf))
    const refused = await client.callTool({ name: 'content_list', arguments: {} })
    expect(refused.isError).toBe(true)
    expect(textOf(refused)).toContain('Missing scope: content:read.')
    await client.close()
  })

  it('follow the row of the key: a scope that is removed, and one that is added, count at once', async () => {
    const { secret, name } = await world.newKey(['events:read'])
    const client = await connect(secret)
    const seen = async () => (await client.listTools()).tools.map((tool) => tool.name)
    expect(await seen()).toContain('events_list')
    await world.sql`update private.agent_keys set scopes = '{content:read}' where name = ${name}`
    expect(await seen()).toEqual(openTo(['content:read']).map(toolOf))
    const refused = await client.callTool({ name: 'events_list', arguments: {} })
    expect(textOf(refused)).toMatch(/^Refused \(403\).*events:read/)
    await client.close()
  })

  it('say what the catalogue says: title, scope, risk, and whether they read, write or destroy', async () => {
    const client = await connect(whole.secret)
    const { tools } = await client.listTools()
    for (const tool of tools) {
      const operation = operationNames.find((name) => toolOf(name) === tool.name)!
      const { title, what, scope, risk, parameters } = operationOf(operation)
      expect(tool.title).toBe(title)
      expect(tool.description).toContain(what)
      expect(tool.description).toContain(scope ? `Needs the scope ${scope}.` : 'Needs no scope.')
      // Not every write can be taken back: a mail that was sent stays sent.
      expect([tool.name, /\bWhat can be taken back\b/.test(tool.description!)]).toEqual([
        tool.name,
        risk === 'write',
      ])
      expect(tool.description).not.toMatch(/put right again/)
      expect([tool.name, tool.annotations]).toEqual([
        tool.name,
        {
          title,
          readOnlyHint: risk === 'read',
          destructiveHint: risk === 'destructive',
          idempotentHint: true,
          openWorldHint: risk !== 'read',
        },
      ])
      const headers = risk === 'read' ? [] : ['idempotency_key', 'change_set']
      const { properties = {}, required = [], additionalProperties } = tool.inputSchema
      expect(additionalProperties).toBe(false)
      expect(Object.keys(properties).sort()).toEqual(
        [...new Set([...parameters, ...headers])].sort(),
      )
      expect(required.includes('idempotency_key')).toBe(risk !== 'read')
      expect(tool.outputSchema?.properties).toHaveProperty('as_of')
    }
    await client.close()
  })
})

describe('A call', () => {
  it('with a parameter that the operation does not know is refused, and says which it knows', async () => {
    const client = await connect(whole.secret)
    const sql = { name: 'members_list', arguments: { sql: 'select * from members' } }
    const refused = await client.callTool(sql)
    expect(refused.isError).toBe(true)
    expect(refused.structuredContent).toBeUndefined()
    expect(textOf(refused)).toMatch(/^Refused \(422\): members\.list has no parameter sql\./)
    expect(textOf(refused)).toContain('It knows search, email')
    for (const name of ['constructor', 'toString', 'hasOwnProperty']) {
      const result = await client.callTool({ name: 'members_list', arguments: { [name]: 1 } })
      expect(textOf(result)).toContain(`has no parameter ${name}.`)
    }
    await client.close()
  })

  it('that writes needs an idempotency_key, and with the same one gets the same answer', async () => {
    const client = await connect(whole.secret)
    const open = (more: object) =>
      client.callTool({ name: 'change_sets_open', arguments: { task: 'Tidy', ...more } })
    const without = await open({})
    expect(textOf(without)).toMatch(/^Refused \(400\)/)
    expect(textOf(without)).toContain('Parameter: idempotency_key.')
    expect((await open({ idempotency_key: 7 })).isError).toBe(true)

    const idempotency_key = randomUUID()
    const first = await open({ idempotency_key })
    expect(first.isError).toBeFalsy()
    const again = await open({ idempotency_key })
    expect(again.structuredContent).toEqual(first.structuredContent)
    expect(textOf(again)).toContain('nothing was done again')
    expect(textOf(first)).not.toContain('nothing was done again')
    const other = await open({ idempotency_key, task: 'Something else' })
    expect(textOf(other)).toMatch(/^Refused \(422\): This Idempotency-Key was used/)
    await client.close()
  })

  it('belongs to the change set that it names, and to no other key’s', async () => {
    const client = await connect(whole.secret)
    const opened = await client.callTool({
      name: 'change_sets_open',
      arguments: { task: 'Meet Grace', idempotency_key: randomUUID() },
    })
    const { change_set } = (opened.structuredContent as { data: { change_set: string } }).data
    const create = {
      name: 'members_create',
      arguments: {
        email: `${randomUUID()}@example.org`,
        name: 'Grace',
        change_set,
        idempotency_key: randomUUID(),
      },
    }
    expect((await client.callTool(create)).isError).toBeFalsy()
    const shown = await client.callTool({ name: 'change_sets_get', arguments: { change_set } })
    expect(shown.structuredContent).toMatchObject({
      data: { count: 1, writes: [{ operation: 'members.create' }] },
    })
    await client.close()

    const stranger = await connect((await world.newKey()).secret)
    const intruding = {
      ...create,
      arguments: { ...create.arguments, email: 'x@example.org', idempotency_key: randomUUID() },
    }
    expect(textOf(await stranger.callTool(intruding))).toMatch(
      /^Refused \(422\).*no such change set/,
    )
    await stranger.close()
  })

  it('with a key for practice changes nothing, and says so', async () => {
    const { secret } = await world.newKey(['members:read', 'members:write'], { isSandbox: true })
    const client = await connect(secret)
    const email = `${randomUUID()}@example.org`
    const result = await client.callTool({
      name: 'members_create',
      arguments: { email, name: 'Grace', idempotency_key: randomUUID() },
    })
    expect(result.structuredContent).toMatchObject({ sandbox: true, data: { is_entitled: false } })
    expect(textOf(result)).toContain('This key is for practice')
    const found = await client.callTool({ name: 'members_list', arguments: { email } })
    expect(found.structuredContent).toMatchObject({ sandbox: true, data: { members: [] } })
    await client.close()
  })

  it('beyond the pace of the key says how long to wait', async () => {
    const { secret } = await world.newKey(['events:read'], { rateClass: 'careful' })
    const client = await connect(secret)
    await world.still(async () => {
      let last = await client.callTool({ name: 'events_list', arguments: {} })
      for (let call = 0; call < 40 && !last.isError; call++) {
        last = await client.callTool({ name: 'events_list', arguments: {} })
      }
      expect(textOf(last)).toMatch(/^Refused \(429\)[\s\S]*Retry after \d+ seconds\.$/)
      // So do the requests that are no calls: there the protocol has HTTP's words.
      await expect(client.listTools()).rejects.toThrow()
    })
    await client.close()
  })

  it('is in the audit log as the agent’s, like the same call at the gateway', async () => {
    const { secret, name } = await world.newKey(['members:read'])
    const client = await connect(secret)
    await client.callTool({ name: 'members_list', arguments: { limit: 3 } })
    await client.close()
    await world.ask(secret, 'GET', '/members?limit=3')
    const logged = await world.sql`
      select action, after from private.audit_log where actor_kind = 'agent' and actor = ${name} order by id`
    expect(logged.map(({ action, after }) => [action, after])).toEqual([
      ['agents.read', { rows: 3 }],
      ['agents.read', { rows: 3 }],
    ])
  })

  it('with a key that was revoked meanwhile is refused with 401, and so is everything after it', async () => {
    const { secret, name } = await world.newKey()
    const client = await connect(secret)
    expect((await client.callTool({ name: 'keys_me', arguments: {} })).isError).toBeFalsy()
    await world.sql`select admin.revoke_agent_key(${name}, 'A test')`
    await expect(client.callTool({ name: 'keys_me', arguments: {} })).rejects.toThrow(
      'This key is not known',
    )
    await expect(client.listTools()).rejects.toThrow('This key is not known')
    await expect(connect(secret)).rejects.toThrow('This key is not known')
  })
})
