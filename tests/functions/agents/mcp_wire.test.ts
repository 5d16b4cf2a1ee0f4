import { execFile } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openWorld, type World } from './world.ts'

let world: World
let key: { name: string; secret: string }
beforeAll(async () => {
  world = await openWorld()
  key = await world.newKey()
})
afterAll(() => world?.close())

const call = (method: string, params?: object, id: number | undefined = 1) => ({
  jsonrpc: '2.0',
  ...(id === undefined ? {} : { id }),
  method,
  ...(params ? { params } : {}),
})
const hello = call('initialize', {
  protocolVersion: '2025-06-18',
  capabilities: {},
  clientInfo: { name: 'wire', version: '1' },
})
const me = call('tools/call', { name: 'keys_me', arguments: {} })
const unknown = {
  error: { message: 'This key is not known, or not any more', remedy: 'Ask an admin for a key.' },
}

interface Wire {
  secret?: string | undefined
  method?: string
  headers?: Record<string, string>
}

/** One request as bytes; what comes back as messages, whether as JSON or as events. */
async function send(
  body: unknown,
  { secret = key.secret, method = 'POST', headers = {} }: Wire = {},
) {
  const response = await fetch(world.mcp, {
    method,
    headers: {
      accept: 'application/json, text/event-stream',
      ...(method === 'POST' ? { 'content-type': 'application/json' } : {}),
      ...(secret ? { authorization: `Bearer ${secret}` } : {}),
      ...headers,
    },
    ...(method === 'POST' ? { body: typeof body === 'string' ? body : JSON.stringify(body) } : {}),
  })
  const text = await response.text()
  const said = response.headers.get('content-type')?.includes('event-stream')
    ? [...text.matchAll(/^data: (.+)$/gm)].map(([, data]) => JSON.parse(data!))
    : text && JSON.parse(text)
  return { status: response.status, headers: response.headers, said }
}

describe('Without a living key', () => {
  const dead = `cak_live_${'A'.repeat(43)}`
  const tokenOfNobody = 'eyJhbGciOiJub25lIn0.eyJyb2xlIjoiYWdlbnQifQ.'
  const messages = [
    hello,
    call('tools/list'),
    me,
    call('tools/call', { name: 'no_such' }),
    call('ping'),
    '{broken',
    [me],
    call('notifications/initialized', undefined, undefined),
  ]

  it.each([
    ['none', ''],
    ['one that never was', dead],
    ['a word', 'please'],
    ['a token that nobody signed', tokenOfNobody],
  ])('every message is answered with the same 401: %s', async (_, secret) => {
    for (const message of messages) {
      const { status, said, headers } = await send(message, { secret })
      expect([message, status, said]).toEqual([message, 401, unknown])
      expect(headers.get('www-authenticate')).toMatch(/^Bearer/)
    }
    expect((await send(null, { secret, method: 'GET' })).status).toBe(401)
  })

  it('also a call that the protocol refuses before it is made', async () => {
    const broken = call('tools/call', { name: 'keys_me', arguments: 'no object' })
    expect((await send(broken, { secret: dead })).status).toBe(401)
    const { status, said } = await send(broken)
    expect(JSON.stringify([status, said])).toContain('-32602')
  })

  it('the publishable key of the project and a member’s token open nothing', async () => {
    for (const secret of ['sb_publishable_test', 'sb_secret_test'])
      expect((await send(hello, { secret })).status).toBe(401)
  })
})

describe('What is no request of the protocol', () => {
  it('is refused in its words: broken JSON, no JSON-RPC, an unknown method', async () => {
    const broken = await send('{"jsonrpc": "2.0", ')
    expect([broken.status, broken.said.error.code]).toEqual([400, -32700])
    for (const wrong of [
      {},
      { hello: 1 },
      'null',
      '7',
      '"text"',
      [],
      { jsonrpc: '1.0', id: 1, method: 'x' },
    ]) {
      const { status, said } = await send(wrong)
      expect([wrong, status, said.error?.code < 0]).toEqual([wrong, 400, true])
    }
    const { said } = await send(call('resources/list'))
    expect(said[0].error.code).toBe(-32601)
  })

  it('comes as another type of content, by another method, or from a page of another site', async () => {
    expect((await send(hello, { headers: { 'content-type': 'text/plain' } })).status).toBe(415)
    expect((await send(hello, { headers: { accept: 'text/html' } })).status).toBe(406)
    for (const method of ['GET', 'DELETE', 'PUT', 'PATCH']) {
      const { status, headers } = await send(null, { method })
      expect([method, status, headers.get('allow')]).toEqual([method, 405, 'POST'])
    }
    const foreign = await send(hello, { headers: { origin: 'https://evil.example' } })
    expect([foreign.status, foreign.said.error.message]).toEqual([
      403,
      'Pages of other sites do not call this door',
    ])
    expect((await send(hello, { headers: { origin: 'http://127.0.0.1:4321' } })).status).toBe(200)
  })

  it('is too large', async () => {
    const { status, said } = await send({ ...me, padding: 'x'.repeat(70_000) })
    expect([status, said]).toEqual([413, { error: { message: 'The body is larger than 64 KB' } }])
  })

  it('names a revision that nobody speaks', async () => {
    const { status, said } = await send(call('tools/list'), {
      headers: { 'mcp-protocol-version': '1999-01-01' },
    })
    expect([status, JSON.stringify(said)]).toEqual([400, expect.stringContaining('version')])
  })

  it('nests deeper than anybody reads', async () => {
    const deep = `${'['.repeat(20_000)}${']'.repeat(20_000)}`
    const text = `{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"members_list","arguments":{"search":${deep}}}}`
    const { status, said } = await send(text)
    expect(status).toBeLessThan(500)
    expect(JSON.stringify(said)).toMatch(/Refused|error/)
    expect((await send(me)).status).toBe(200)
  })
})

describe('There are no sessions', () => {
  it('none is given, and one that a client invents means nothing', async () => {
    const { headers, status } = await send(hello)
    expect([status, headers.get('mcp-session-id')]).toEqual([200, null])
    const invented = { headers: { 'mcp-session-id': 'of somebody else' } }
    const mine = await send(me, invented)
    expect(mine.said[0].result.structuredContent.data.name).toBe(key.name)
    const other = await world.newKey(['events:read'])
    const hers = await send(me, { ...invented, secret: other.secret })
    expect(hers.said[0].result.structuredContent.data.name).toBe(other.name)
  })

  it('each message of a batch is judged by itself', async () => {
    const batch = [
      call('tools/list', undefined, 1),
      call('tools/call', { name: 'keys_me', arguments: {} }, 2),
      call('tools/call', { name: 'no_such_tool', arguments: {} }, 3),
      call('tools/call', { name: 'members_get', arguments: { member: 'nobody' } }, 4),
    ]
    const { status, said } = await send(batch)
    expect(status).toBe(200)
    const answers = Object.fromEntries(said.flat().map((one: { id: number }) => [one.id, one]))
    expect(answers[1].result.tools.length).toBeGreaterThan(5)
    expect(answers[2].result.structuredContent.data.name).toBe(key.name)
    expect(answers[3].error).toEqual({ code: -32602, message: 'There is no such tool' })
    expect(answers[4].result).toMatchObject({
      isError: true,
      content: [{ text: expect.stringMatching(/^Refused \(422\): member/) }],
    })
    const flood = Array.from({ length: 101 }, (_, id) => call('ping', undefined, id))
    expect((await send(flood)).status).toBe(400)
  })

  it('nothing can be waited for: a subscription is refused', async () => {
    const { said } = await send(
      call('subscriptions/listen', {
        notifications: { toolsListChanged: true },
        _meta: {
          'io.modelcontextprotocol/protocolVersion': '2026-07-28',
          'io.modelcontextprotocol/clientInfo': { name: 'wire', version: '1' },
          'io.modelcontextprotocol/clientCapabilities': {},
        },
      }),
      { headers: { 'mcp-protocol-version': '2026-07-28', 'mcp-method': 'subscriptions/listen' } },
    )
    expect(said).toMatchObject({ error: { message: 'Subscription limit reached' } })
  })
})

describe('The inspector', () => {
  const home = mkdtempSync(join(tmpdir(), 'commons-inspector-'))
  afterAll(() => rmSync(home, { recursive: true, force: true }))

  const { resolve } = createRequire(import.meta.url)
  const manifest = resolve('@modelcontextprotocol/inspector/package.json')
  const inspector = join(
    dirname(manifest),
    JSON.parse(readFileSync(manifest, 'utf8')).bin['mcp-inspector'],
  )

  async function inspect(...args: string[]) {
    const { stdout } = await promisify(execFile)(
      process.execPath,
      [
        inspector,
        '--cli',
        world.mcp,
        '--transport',
        'http',
        // It gives up after 15 seconds by itself.
        '--connect-timeout',
        '120000',
        '--header',
        `Authorization: Bearer ${key.secret}`,
        ...args,
      ],
      { env: { ...process.env, HOME: home } },
    )
    return JSON.parse(stdout)
  }

  it('lists the tools and calls them', async () => {
    const { tools } = await inspect('--method', 'tools/list')
    expect(tools.map(({ name }: { name: string }) => name)).toContain('members_list')
    const found = await inspect(
      '--method',
      'tools/call',
      '--tool-name',
      'members_list',
      '--tool-arg',
      'limit=2',
    )
    expect(found.structuredContent.data.members).toHaveLength(2)
  })
})

it('What was said is in no log: no argument, no key, no text of people', () => {
  const logged = world.lines.join('\n')
  expect(logged).toContain('"operation":"keys.me"')
  expect(logged).not.toContain(key.secret.slice(9))
  expect(logged).not.toMatch(/Ada Park|evil|wire|padding/)
})
