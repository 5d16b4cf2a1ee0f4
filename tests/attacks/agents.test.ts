import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { parts, readManifest } from '../../scripts/grants.ts'
import {
  type Agent,
  type Answer,
  agentToken,
  allScopes,
  ask,
  keys,
  makeAgent,
  makePeople,
  sql,
  verdict,
} from './support.ts'

// Tokens of agents that should open nothing, or less than they say, against every table and every function.
const manifest = readManifest()
const relations: { name: string; column: string }[] = await sql`
  select c.relname as name, (array_agg(a.attname::text order by a.attnum))[1] as column
    from pg_class c join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped and a.attidentity = '' and a.attgenerated = ''
   where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p', 'v', 'm')
   group by c.relname order by 1`
const tables = relations.map((one) => one.name)
const functions: { name: string; full: string; args: string[] }[] = await sql`
  select p.proname as name, 'public.' || p.proname || '(' || coalesce((
           select string_agg(case when t.typnamespace = 'pg_catalog'::regnamespace or t.typelem <> 0 then format_type(t.oid, null)
                    else t.typnamespace::regnamespace || '.' || t.typname end, ',' order by place)
             from unnest(p.proargtypes::oid[]) with ordinality as a (type, place) join pg_type t on t.oid = a.type), '') || ')' as full,
         coalesce(p.proargnames[1:p.pronargs], '{}') as args
    from pg_proc p where p.pronamespace = 'public'::regnamespace and p.prorettype <> 'trigger'::regtype order by 1`
/** The columns of a table that are granted to agents at all. */
const open = (table: string) => parts(manifest.relations[`public.${table}`]?.agent?.select)

const past = new Date(Date.now() - 60_000)
let cast: Awaited<ReturnType<typeof makePeople>>
let narrow: Agent
const made: Agent[] = []
beforeAll(async () => {
  cast = await makePeople()
  narrow = await make(['events:read'])
})
afterAll(async () => {
  await sql`update private.agent_keys set revoked_at = now(), revoked_reason = 'test' where revoked_at is null and id = any (${made.map((one) => one.id)}::uuid[])`
  await cast.leave()
})

async function make(...given: Parameters<typeof makeAgent>) {
  const agent = await makeAgent(...given)
  made.push(agent)
  return agent
}
/**
 * Tokens that were signed by the true key, as a mistake of ours might: the database still says no. One of each kind goes
 * the whole way over HTTP; every state of a key and every forged claim is tried in tests/database/agents.
 */
const closed: Record<string, () => Promise<string>> = {
  'without a scope': () => agentToken(cast.agent, { scopes: [] }),
  'of a revoked key': async () => agentToken(await make(allScopes, { revoked_at: past })),
  'whose sub is no id': () => agentToken(cast.agent, { sub: "' or true --" }),
  "with a leader's session": () =>
    keys.sign({
      role: 'agent',
      aud: 'authenticated',
      sub: cast.people.leader.userId,
      session_id: crypto.randomUUID(),
      app_metadata: { role: 'admin' },
    }),
  'that calls itself a person': () => agentToken(cast.agent, { role: 'authenticated' }),
}

const rows = (answer: Answer) => (Array.isArray(answer.body) ? answer.body.length : 0)
const call = (token: string, operation: string, args: Record<string, unknown> = {}) =>
  ask('rpc/call_operation', {
    method: 'POST',
    body: { operation, arguments: args, idempotency_key: crypto.randomUUID() },
    token,
  })
/** Tables that everybody who has signed in may read, which is what a person without a row is. */
const forPeople = [
  'event_regions',
  'event_categories',
  'tiers',
  'topics',
  'stripe_prices',
  'events',
  'event_hosts',
]

test('There is something to reach, and a true token reaches it', async () => {
  expect(tables.length).toBeGreaterThan(20)
  expect(functions.length).toBeGreaterThan(40)
  const token = await agentToken(cast.agent)
  const seen = await Promise.all(
    tables
      .filter((table) => open(table).length > 0)
      .map(
        async (table) =>
          [table, rows(await ask(`${table}?select=${open(table).join(',')}`, { token }))] as const,
      ),
  )
  expect(seen.length).toBeGreaterThan(5)
  for (const [table, count] of seen) expect(count, table).toBeGreaterThan(0)
  expect((await call(token, 'keys.me')).body.data.key).toBe(cast.agent.id)
})

describe.each(Object.entries(closed))('A token %s', (name, make) => {
  const isPerson = name === 'that calls itself a person'

  test('reads no row of any table', async () => {
    const token = await make()
    const found = await Promise.all(
      tables.map(async (table) => {
        const columns = open(table).length > 0 ? open(table).join(',') : '*'
        const answer = await ask(`${table}?select=${columns}`, { token })
        return { table, rows: rows(answer), status: answer.status }
      }),
    )
    const seen = found.filter((one) => one.rows > 0).map((one) => one.table)
    expect(seen.filter((table) => !isPerson || !forPeople.includes(table))).toEqual([])
    for (const one of found) expect([200, 401, 403], one.table).toContain(one.status)
  })

  test('changes no row of any table', async () => {
    const token = await make()
    for (const method of ['POST', 'PATCH', 'DELETE'] as const) {
      const answers = await Promise.all(
        relations.map(({ name: table, column }) =>
          ask(method === 'POST' ? table : `${table}?${column}=not.is.null`, {
            method,
            token,
            headers: { prefer: 'return=representation' },
            ...(method === 'DELETE' ? {} : { body: { [column]: null } }),
          }),
        ),
      )
      for (const [index, answer] of answers.entries()) {
        const door = `${method} ${tables[index]}`
        // Who signed in and is nobody may delete her own events: of which there are none.
        if (isPerson) expect(answer.status < 300 && rows(answer) > 0, door).toBe(false)
        else expect([401, 403], door).toContain(answer.status)
      }
    }
  })

  test('calls nothing', async () => {
    const token = await make()
    const answers = await Promise.all(
      functions.map((one) =>
        ask(`rpc/${one.name}`, {
          method: 'POST',
          body: Object.fromEntries(one.args.map((arg) => [arg, null])),
          token,
        }),
      ),
    )
    for (const [index, answer] of answers.entries()) {
      const one = functions[index]
      if (parts(manifest.functions[one?.full ?? '']).includes('agent')) continue
      if (isPerson) expect(answer.text, one?.full).not.toContain(cast.mark)
      else expect([401, 403], one?.full).toContain(answer.status)
    }
  })

  test('does no operation that takes a scope', async () => {
    const token = await make()
    for (const [operation, args] of [
      ['members.list', {}],
      ['members.create', { email: `forged.${cast.mark}@attack.example`, name: 'Forged' }],
      ['payments.invoices', {}],
      ['operations.explain_member', { member: cast.people.member.memberId }],
    ] as const) {
      const answer = await call(token, operation, args)
      expect([401, 403, 429], operation).toContain(answer.status)
      expect(answer.text).not.toContain(cast.people.member.name)
    }
    expect(
      (
        await sql`select 1 from public.member_emails where email = ${`forged.${cast.mark}@attack.example`}`
      ).length,
    ).toBe(0)
  })
})

test('A token that says more than its key may has what both have, at once', async () => {
  const token = await agentToken(narrow, { scopes: allScopes })
  expect(rows(await ask('events?select=id', { token }))).toBeGreaterThan(0)
  expect(rows(await ask('resources?select=id', { token }))).toBe(0)
  expect((await call(token, 'members.list')).body.error.scope).toBe('members:read')
  await sql`update private.agent_keys set scopes = '{content:read}' where id = ${narrow.id}`
  expect(rows(await ask('events?select=id', { token }))).toBe(0)
  expect(rows(await ask('resources?select=id', { token }))).toBeGreaterThan(0)
})

test('What stands in a file or behind a video is not told to an agent', async () => {
  const token = await agentToken(cast.agent)
  for (const column of ['video_url', 'vimeo_id', 'vimeo_hash', 'file_path', 'created_by', 'search'])
    expect(verdict(await ask(`resources?select=${column}`, { token })), column).toEqual({
      status: 403,
      code: '42501',
    })
  for (const column of ['meeting_url', 'guest_policy', 'created_by'])
    expect(verdict(await ask(`events?select=${column}`, { token })), column).toEqual({
      status: 403,
      code: '42501',
    })
  // Nor by the way of a filter, an order, or another table.
  expect(verdict(await ask('resources?select=id&file_path=like.*', { token })).code).toBe('42501')
  expect(verdict(await ask('resources?select=id&order=video_url', { token })).code).toBe('42501')
  expect(
    (await ask('events?select=id,event_hosts(member_id)', { token })).status,
  ).toBeGreaterThanOrEqual(400)
})
