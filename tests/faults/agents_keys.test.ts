import postgres from 'postgres'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Agents, openAgents } from '../functions/agents/support.ts'

// Keys that are edited, ended or lost while they are used, and clocks that move.
let agents: Agents
beforeAll(async () => {
  agents = await openAgents()
})
afterAll(() => agents.close())

let born = 0
/** A member with a profile, for an agent to correct. */
async function member(): Promise<string> {
  born += 1
  const [row] = await agents.sql<{ id: string }[]>`
    select private.create_member('sign_up', ${`fault${born}@example.org`}, 'auth', now(), null, ${`Fault ${born}`}, now()) as id`
  return row!.id
}
const nameOf = async (id: string) =>
  (await agents.sql`select name from public.profiles where member_id = ${id}`)[0]?.name

/** Starts a write that waits in the middle, because somebody else holds the row; `go` lets it end. */
async function writeThatWaits(bearer: string, idempotencyKey: string) {
  const id = await member()
  const other = postgres(agents.url, { max: 1, onnotice: () => {} })
  const holder = await other.reserve()
  await holder`begin`
  await holder`select from public.profiles where member_id = ${id} for update`
  const ask = () =>
    agents.call(
      'members.update',
      { member: id, name: 'Corrected' },
      { bearer, headers: { 'idempotency-key': idempotencyKey } },
    )
  const answer = ask()
  await expect.poll(async () => (await waiting()).length, { interval: 10 }).toBeGreaterThan(0)
  return {
    id,
    answer,
    ask,
    async go() {
      await holder`commit`
      holder.release()
      await other.end({ timeout: 1 })
    },
  }
}
const waiting = () =>
  agents.sql<{ pid: number }[]>`select pid from pg_stat_activity
       where wait_event_type = 'Lock' and state = 'active' and datname = current_database()`

const statusOf = async (bearer: string) => (await agents.request('GET', '/me', { bearer })).status

test('A revocation waits for nobody: what had begun ends, and nothing begins after it', async () => {
  const key = await agents.makeKey()
  const token = await agents.token(key.secret)
  const write = await writeThatWaits(token, 'revoked-meanwhile')
  await agents.sql`select admin.revoke_agent_key(${key.name}, 'It leaked')`
  expect([await statusOf(key.secret), await statusOf(token)]).toEqual([401, 401])
  await write.go()
  expect((await write.answer).status).toBe(200)
  expect(await nameOf(write.id)).toBe('Corrected')
  // Not even the answer that it had is given again.
  expect((await write.ask()).status).toBe(401)
})

test('A scope that is taken in the middle of a request is missed from the next one on', async () => {
  const key = await agents.makeKey()
  const write = await writeThatWaits(key.secret, 'edited-meanwhile')
  await agents.sql`update private.agent_keys set scopes = '{events:read}' where id = ${key.id}`
  const next = await agents.call('members.list', {}, { bearer: key.secret })
  expect([next.status, next.body.error.scope]).toEqual([403, 'members:read'])
  await write.go()
  expect((await write.answer).status).toBe(200)
  expect((await write.ask()).status).toBe(403)
})

test('A key that is stopped in the middle of a request keeps what it did, and waits', async () => {
  const key = await agents.makeKey()
  const write = await writeThatWaits(key.secret, 'stopped-meanwhile')
  await agents.sql`select admin.hold_agent_key(${key.name}, 'Let me look')`
  const next = await agents.call('events.list', {}, { bearer: key.secret })
  expect([next.status, Number(next.headers.get('retry-after')) > 3600]).toEqual([429, true])
  await write.go()
  expect((await write.answer).status).toBe(200)
  await agents.sql`select admin.release_agent_key(${key.name}, 'It is fine')`
  expect((await write.ask()).headers.get('idempotent-replayed')).toBe('true')
})

test('A row that somebody removes by force, guards and all, leaves a key that nobody knows', async () => {
  const key = await agents.makeKey()
  const token = await agents.token(key.secret)
  const write = await writeThatWaits(token, 'removed-meanwhile')
  const removal = agents.sql.begin(async (tx) => {
    await tx`alter table private.agent_keys disable trigger agent_keys_stay`
    await tx`delete from private.agent_keys where id = ${key.id}`
    await tx`alter table private.agent_keys enable trigger agent_keys_stay`
  })
  // It waits for the write, which refers to the key.
  await expect.poll(async () => (await waiting()).length, { interval: 10 }).toBeGreaterThan(1)
  await write.go()
  expect((await write.answer).status).toBe(200)
  await removal
  expect([await statusOf(key.secret), await statusOf(token)]).toEqual([401, 401])
  const [left] = await agents.sql`
    select (select count(*) from private.agent_secrets where key_id = ${key.id})
         + (select count(*) from private.agent_requests where key_id = ${key.id}) as rows,
           (select count(*)::int from private.audit_log where actor_kind = 'agent' and actor = ${key.name}) as logged`
  expect(left).toEqual({ rows: '0', logged: expect.any(Number) })
  expect(left?.logged, 'what it did is on record all the same').toBeGreaterThan(0)
})

test('A connection that dies in the middle does nothing, and the same again is done once', async () => {
  const key = await agents.makeKey()
  const write = await writeThatWaits(key.secret, 'killed-meanwhile')
  for (const { pid } of await waiting()) await agents.sql`select pg_terminate_backend(${pid})`
  expect((await write.answer).status).toBeGreaterThanOrEqual(500)
  await write.go()
  expect(await nameOf(write.id)).not.toBe('Corrected')
  const again = await write.ask()
  expect([again.status, again.headers.get('idempotent-replayed')]).toEqual([200, null])
  expect(
    (await agents.sql`select from private.agent_writes where member_id = ${write.id}`).length,
  ).toBe(1)
})

test('Two admins who rotate at the same moment make one new secret, and two who take one look make one key', async () => {
  const key = await agents.makeKey()
  const [one, two] = [postgres(agents.url, { max: 1 }), postgres(agents.url, { max: 1 })]
  const rotated = await Promise.allSettled(
    [one, two].map((sql) => sql`select admin.rotate_agent_key(${key.name})`),
  )
  expect(rotated.map((each) => each.status).sort()).toEqual(['fulfilled', 'rejected'])
  const made = await Promise.allSettled([
    one`select admin.create_agent_key('moment-agent', 'x', '{events:read}')`,
    two`select admin.create_agent_key('rnoment-agent', 'x', '{events:read}')`,
  ])
  expect(made.map((each) => each.status).sort()).toEqual(['fulfilled', 'rejected'])
  for (const each of [...rotated, ...made])
    if (each.status === 'rejected') expect(each.reason.code).toBe('PT409')
  const [count] = await agents.sql`
    select (select count(*)::int from private.agent_secrets where key_id = ${key.id}) as secrets,
           (select count(*)::int from private.agent_keys where name ~ 'oment-agent$') as keys`
  expect(count).toEqual({ secrets: 2, keys: 1 })
  await Promise.all([one.end(), two.end()])
})

test('When the clock moves on, what is over is over; when it moves back, it is not', async () => {
  const key = await agents.makeKey()
  const [row] = await agents.sql<
    { secret: string }[]
  >`select admin.rotate_agent_key(${key.name}, '2 hours') as secret`
  const newer = row!.secret
  const states = async () => [await statusOf(key.secret), await statusOf(newer)]
  expect(await states()).toEqual([200, 200])
  await agents.still(async (to) => {
    await to(2 * 3600 + 5)
    expect(await states()).toEqual([401, 200])
    await to(91 * 86_400)
    expect(await states()).toEqual([401, 401])
  })
  // The pace of the days that were skipped is not owed: the key works on at once.
  expect(await states()).toEqual([200, 200])
})
