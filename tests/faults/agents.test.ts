import postgres from 'postgres'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Sql } from '../../functions/_shared/sql.ts'
import { createApp } from '../../functions/agents/app.ts'
import { rightsOf } from '../../functions/agents/caller.ts'
import { createDeps } from '../../functions/agents/create_deps.ts'
import { type Agents, openAgents } from '../functions/agents/support.ts'

let agents: Agents
let key: Awaited<ReturnType<Agents['makeKey']>>
beforeAll(async () => {
  agents = await openAgents()
  key = await agents.makeKey()
})
afterAll(() => agents.close())

/** The room with a database connection of the test's own making. */
const roomWith = (sql: unknown) =>
  createApp({ ...createDeps(agents.platform), sql: () => sql as Sql })

const open = (app: ReturnType<typeof roomWith>, task: string, idempotencyKey: string) =>
  app.request('/agents/change-sets', {
    method: 'POST',
    headers: {
      authorization: `Bearer ${key.secret}`,
      'idempotency-key': idempotencyKey,
      'content-type': 'application/json',
    },
    body: JSON.stringify({ task }),
  })
const made = async (task: string) =>
  (await agents.sql`select from private.agent_change_sets where task = ${task}`).length

test('Without its database the gateway says so, at every door, and when to come again', async () => {
  // No port of those that are given out: nobody comes to listen there meanwhile.
  const nowhere = postgres('postgresql://postgres@127.0.0.1:1/postgres', { connect_timeout: 1 })
  const app = roomWith(nowhere)
  const bearer = { authorization: `Bearer ${key.secret}` }
  for (const [method, path] of [
    ['GET', '/agents/me'],
    ['POST', '/agents/change-sets'],
    ['POST', '/agents/token'],
  ] as const) {
    const response = await app.request(path, {
      method,
      headers: bearer,
      ...(method === 'POST' ? { body: '{}' } : {}),
    })
    expect([response.status, response.headers.get('retry-after')]).toEqual([503, '5'])
    expect(await response.json()).toEqual({
      error: { message: 'The database does not answer', remedy: 'Try again in a minute.' },
    })
  }
  await nowhere.end({ timeout: 0 })
})

test('An answer that was lost on its way is given again, and nothing is done twice', async () => {
  const url = new URL(agents.url)
  const sql = postgres(url.href, { max: 1, onnotice: () => {} })
  // The database keeps what it did, and the function that asked is gone before it hears of it.
  const losing = new Proxy(sql, {
    apply: async (target, self, args) => {
      await Reflect.apply(target, self, args)
      throw Object.assign(new Error('read ECONNRESET'), { code: 'ECONNRESET' })
    },
  })
  expect((await open(roomWith(losing), 'Lost', 'lost-1')).status).toBe(503)
  expect(await made('Lost')).toBe(1)
  const again = await open(roomWith(sql), 'Lost', 'lost-1')
  expect([again.status, again.headers.get('idempotent-replayed')]).toEqual([201, 'true'])
  const { data } = await again.json()
  const [row] = await agents.sql`select id from private.agent_change_sets where task = 'Lost'`
  expect(data.change_set).toBe(row!.id)
  expect(await made('Lost')).toBe(1)
  await sql.end({ timeout: 1 })
})

test('A call whose connection is cut before the end leaves nothing, and the same again does it', async () => {
  const sql = postgres(agents.url, {
    max: 1,
    onnotice: () => {},
    connection: { application_name: 'to-be-cut' },
  })
  // Somebody holds the key's bucket, so that the call waits in the middle of its transaction.
  await agents.sql`select private.take_token(${`agent:${key.id}:write`}, 300, '1 minute', now())`
  const holder = await agents.sql.reserve()
  await holder`begin`
  await holder`update private.rate_limits set tokens = tokens where bucket = ${`agent:${key.id}:write`}`
  const waiting = open(roomWith(sql), 'Cut', 'cut-1')
  const cut = () => agents.sql`
    select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'to-be-cut' and wait_event_type = 'Lock'`
  await expect.poll(async () => (await cut()).length).toBe(1)
  const answer = await waiting
  expect(answer.status).toBe(503)
  await holder`rollback`
  holder.release()
  expect(await made('Cut')).toBe(0)
  const again = await open(roomWith(agents.sql), 'Cut', 'cut-1')
  expect([again.status, again.headers.get('idempotent-replayed')]).toEqual([201, null])
  expect(await made('Cut')).toBe(1)
  await sql.end({ timeout: 0 })
})

test('Twenty the same at once, over connections of their own, have one effect', async () => {
  const pools = Array.from({ length: 20 }, () =>
    postgres(agents.url, { max: 1, onnotice: () => {} }),
  )
  const answers = await Promise.all(pools.map((sql) => open(roomWith(sql), 'Twenty', 'twenty-1')))
  const bodies = await Promise.all(answers.map((answer) => answer.text()))
  expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([201]))
  expect(new Set(bodies).size).toBe(1)
  expect(await made('Twenty')).toBe(1)
  await Promise.all(pools.map((sql) => sql.end({ timeout: 1 })))
})

test('After a crash of the database, whose limits are forgotten, what was answered is still known', async () => {
  const first = await open(roomWith(agents.sql), 'Before', 'crash-1')
  // What a crash leaves of an unlogged table.
  await agents.sql`truncate private.rate_limits`
  const again = await open(roomWith(agents.sql), 'Before', 'crash-1')
  expect([again.status, again.headers.get('idempotent-replayed')]).toEqual([201, 'true'])
  expect(await again.json()).toEqual(await first.json())
})

test('Calls that stand in each other’s way are asked to come again', async () => {
  const deadlocked = Object.assign(
    () =>
      Promise.reject(
        new postgres.PostgresError({ code: '40P01', message: 'deadlock detected' } as never),
      ),
    { json: (value: unknown) => value },
  )
  const answer = await open(roomWith(deadlocked), 'Crossed', 'crossed-1')
  expect([answer.status, answer.headers.get('retry-after')]).toEqual([503, '5'])
})

test('Reads of one key do not wait for each other, and its pace is exact all the same', async () => {
  const careful = await agents.makeKey(['members:read'], { rateClass: 'careful' })
  await agents.sql`
    create function private.agent_wait(call private.agent_call, args jsonb) returns jsonb language plpgsql as
    $$ begin perform pg_advisory_xact_lock_shared(5); return '{"data": null}'; end $$`
  await agents.sql`
    insert into private.agent_operations (place, operation, risk, method, path, title, what, handler)
    values (9001, 'probe.wait', 'read', 'GET', '/probe', 'x', 'x', 'agent_wait')`
  const holder = await agents.sql.reserve()
  await holder`select pg_advisory_lock(5)`
  const slow = postgres(agents.url, { max: 1, onnotice: () => {} })
  const waiting = slow<{ answer: { status: number } }[]>`
    select private.gateway_request(${careful.secret}, null, 'probe.wait', '{}', null, null, null, 'here', 'slow', private.clock()) as answer`.execute()
  const isWaiting = () =>
    agents.sql`select from pg_locks where locktype = 'advisory' and not granted`
  await expect.poll(async () => (await isWaiting()).length).toBe(1)
  await agents.still(async () => {
    const answers = await Promise.all(
      Array.from({ length: 40 }, () => agents.call('keys.me', {}, { bearer: careful.secret })),
    )
    const statuses = answers.map(({ status }) => status)
    expect([
      statuses.filter((status) => status === 200).length,
      statuses.filter((status) => status === 429).length,
    ]).toEqual([30, 10])
    await holder`select pg_advisory_unlock(5)`
    holder.release()
    // The one that waited pays at its end, and finds nothing left.
    expect((await waiting)[0]!.answer.status).toBe(429)
  })
  await slow.end({ timeout: 1 })
})

test('A mistake of ours is not taken for the end of a key', async () => {
  const deps = { ...createDeps(agents.platform), sql: () => agents.sql as unknown as Sql }
  const caller = { client: 'here', secret: key.secret }
  const signature = '(private.agent_call, jsonb)'
  await agents.sql.unsafe(`alter function private.agent_me${signature} rename to agent_me_away`)
  await expect(rightsOf(deps, caller)).rejects.toThrow('keys.me was answered 500')
  expect(agents.lines.at(-1)).toContain('"event":"agent.failed"')
  expect(agents.lines.at(-1)).toContain('SQLSTATE 42883')
  await agents.sql.unsafe(`alter function private.agent_me_away${signature} rename to agent_me`)
  expect(await rightsOf(deps, caller)).toContain('payments:refund')
  await expect(rightsOf(deps, { ...caller, secret: 'cak_live_x' })).rejects.toMatchObject({
    status: 401,
  })
})
