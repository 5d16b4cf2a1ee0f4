/**
 * What the gateway of agents costs: the same read through the Data API alone, through its call of an operation and
 * through the gateway; the limiter on one hot key; and how long a revoked key still gets an answer.
 */
import postgres from 'postgres'
import type { Stack } from '../../scripts/local/stack.ts'

export interface AgentsBenchRow {
  what: string
  p50?: number
  p95?: number
  a_second?: number
  note?: string
}

interface Options {
  /** Reads of each kind. */
  samples: number
  /** Milliseconds for which the hot key is called. */
  heat: number
  /** How often a key is revoked under load, for each door. */
  rounds: number
}

const quantile = (took: number[], at: number) =>
  [...took].sort((a, b) => a - b)[Math.min(took.length - 1, Math.floor(took.length * at))]!

const letters = () => crypto.randomUUID().replaceAll(/[\d-]/g, '').padEnd(6, 'q')

export async function run(stack: Stack, options: Partial<Options> = {}): Promise<AgentsBenchRow[]> {
  const { samples, heat, rounds } = { samples: 500, heat: 4000, rounds: 8, ...options }
  const { sql, urls, keys } = stack
  // Nobody waits for the limiter where the gateway is measured.
  await sql`update private.agent_rates set capacity = 100000, per = '1 second' where rate_class = 'bulk'`

  async function makeKey() {
    const name = `bench-${letters()}`.slice(0, 40)
    const [row] = await sql<{ secret: string }[]>`
      select admin.create_agent_key(${name}, 'Bench', '{events:read}', rate_class => 'bulk') as secret`
    const response = await fetch(`${urls.functions}/agents/token`, {
      method: 'POST',
      headers: { authorization: `Bearer ${row!.secret}` },
    })
    const { access_token } = (await response.json()) as { access_token: string }
    return { name, secret: row!.secret, token: access_token }
  }
  type Key = Awaited<ReturnType<typeof makeKey>>

  const gateway = (bearer: string) =>
    fetch(`${urls.functions}/agents/events?limit=25`, {
      headers: { authorization: `Bearer ${bearer}` },
    })
  const rest = (path: string, bearer: string, init: RequestInit = {}) =>
    fetch(`${urls.api}/rest/v1/${path}`, {
      ...init,
      headers: {
        apikey: keys.publishable,
        authorization: `Bearer ${bearer}`,
        'content-type': 'application/json',
      },
    })
  const rpc = (bearer: string) =>
    rest('rpc/call_operation', bearer, {
      method: 'POST',
      body: '{"operation":"events.list","arguments":{"limit":25}}',
    })
  const doors: Record<string, (key: Key) => Promise<Response>> = {
    'the table, at the Data API alone': ({ token }) =>
      rest(
        'events?select=id,title,starts_at,ends_at,time_zone,place,region,category,visibility,state,capacity&state=eq.published&order=starts_at,id&limit=25',
        token,
      ),
    'the operation, at the Data API': ({ token }) => rpc(token),
    'the operation, at the gateway with a token': ({ token }) => gateway(token),
    'the operation, at the gateway with a key': ({ secret }) => gateway(secret),
  }

  const key = await makeKey()
  const took = Object.fromEntries(Object.keys(doors).map((door) => [door, [] as number[]]))
  // One after the other in turn, so that each meets the same machine.
  for (let n = -20; n < samples; n++) {
    for (const [door, ask] of Object.entries(doors)) {
      const began = performance.now()
      const response = await ask(key)
      const body = await response.text()
      if (response.status !== 200) throw new Error(`${door}: ${response.status} ${body}`)
      if (n >= 0) took[door]!.push(performance.now() - began)
    }
  }
  const rows: AgentsBenchRow[] = Object.entries(took).map(([door, times]) => ({
    what: `25 events: ${door}`,
    p50: quantile(times, 0.5),
    p95: quantile(times, 0.95),
  }))

  // What everything around an operation costs: one that does nothing.
  await sql.unsafe(`
    create function private.agent_nothing(call private.agent_call, args jsonb) returns jsonb language plpgsql stable set search_path = '' as
    $$ begin return '{"data": null}'; end $$;
    insert into private.agent_operations (place, operation, scope, risk, method, path, title, what, handler)
    values (9001, 'bench.nothing', 'events:read', 'read', 'GET', '/bench', 'Nothing', 'Does nothing.', 'agent_nothing')`)
  for (const connections of [1, 4]) {
    rows.push(
      await heatUp(
        urls.database,
        'take_token alone',
        connections,
        heat,
        (db) => db`
      select private.take_token('bench-hot', 100000, '1 second', private.clock())`,
      ),
    )
    rows.push(
      await heatUp(
        urls.database,
        'key, scope, bucket, an operation that does nothing, counted',
        connections,
        heat,
        (db) => db`
      select private.gateway_request(${key.secret}, null, 'bench.nothing', '{}', null, null, null, 'bench', 'bench', private.clock())`,
      ),
    )
    rows.push(
      await heatUp(
        urls.database,
        'key, scope, bucket, 25 events, counted',
        connections,
        heat,
        (db) => db`
      select private.gateway_request(${key.secret}, null, 'events.list', '{"limit": 25}', null, null, null, 'bench', 'bench', private.clock())`,
      ),
    )
    rows.push(
      await heatUp(
        urls.database,
        'key, no scope: refused and counted',
        connections,
        heat,
        (db) => db`
      select private.gateway_request(${key.secret}, null, 'members.list', '{}', null, null, null, 'bench', 'bench', private.clock())`,
      ),
    )
  }

  const { [Object.keys(doors)[0]!]: _table, ...operations } = doors
  for (const [door, ask] of Object.entries(operations)) {
    const lasts: number[] = []
    for (let round = 0; round < rounds; round++)
      lasts.push(await untilRefused(sql, await makeKey(), ask))
    rows.push({
      what: `from revocation to the last success: ${door}`,
      p50: quantile(lasts, 0.5),
      p95: Math.max(...lasts),
      note: 'p95 is the slowest; below 0, none came after it',
    })
  }
  return rows
}

/** Calls on one hot key for a while, over so many connections. */
async function heatUp(
  url: string,
  what: string,
  connections: number,
  heat: number,
  call: (db: postgres.Sql) => Promise<unknown>,
): Promise<AgentsBenchRow> {
  const pools = Array.from({ length: connections }, () =>
    postgres(url, { max: 1, onnotice: () => {} }),
  )
  const took: number[] = []
  await Promise.all(pools.map((db) => call(db)))
  const end = performance.now() + heat
  await Promise.all(
    pools.map(async (db) => {
      while (performance.now() < end) {
        const began = performance.now()
        await call(db)
        took.push(performance.now() - began)
      }
    }),
  )
  await Promise.all(pools.map((db) => db.end()))
  return {
    what: `one hot key in SQL, ${connections} connection${connections > 1 ? 's' : ''}: ${what}`,
    p50: quantile(took, 0.5),
    p95: quantile(took, 0.95),
    a_second: (took.length / heat) * 1000,
  }
}

/**
 * Asks without a pause from four sides, revokes the key, and says how many milliseconds after that the last good answer
 * was sent for. What was asked for before and answered after does not count: it was allowed when it was asked.
 */
async function untilRefused(
  sql: postgres.Sql,
  key: { name: string; secret: string; token: string },
  ask: (key: never) => Promise<Response>,
): Promise<number> {
  let last = Number.NEGATIVE_INFINITY
  let refused = 0
  const asking = Array.from({ length: 4 }, async () => {
    while (refused < 20) {
      const began = performance.now()
      const response = await ask(key as never)
      await response.arrayBuffer()
      if (response.status === 200) last = Math.max(last, began)
      else refused += 1
    }
  })
  await new Promise((resolve) => setTimeout(resolve, 100))
  await sql`select admin.revoke_agent_key(${key.name}, 'Bench')`
  const revoked = performance.now()
  await Promise.all(asking)
  return last - revoked
}
