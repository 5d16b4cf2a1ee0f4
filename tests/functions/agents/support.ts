import { exportJWK, generateKeyPair, type JWK } from 'jose'
import { createLog, type Log } from '../../../functions/_shared/log.ts'
import type { Platform } from '../../../functions/_shared/platform.ts'
import type { Sql } from '../../../functions/_shared/sql.ts'
import { createApp } from '../../../functions/agents/app.ts'
import { type OperationName, operationOf, scopes } from '../../../functions/agents/catalogue.ts'
import { createDeps } from '../../../functions/agents/create_deps.ts'
import { type Database, openDatabase } from '../support/database.ts'

export const everyScope = Object.keys(scopes)

/** An ES256 signing key as `supabase gen signing-key` makes them. */
export async function ellipticKey(kid = 'standby-1'): Promise<JWK> {
  const { privateKey } = await generateKeyPair('ES256', { extractable: true })
  return { ...(await exportJWK(privateKey)), alg: 'ES256', use: 'sig', kid }
}

export interface Asked {
  status: number
  headers: Headers
  // biome-ignore lint/suspicious/noExplicitAny: what comes back is what the tests look at
  body: any
}

export type Agents = Awaited<ReturnType<typeof openAgents>>

/** The agents room in this process, on a database of its own, with a signing key that a test may change. */
export async function openAgents(database?: Database) {
  const db = database ?? (await openDatabase())
  const lines: string[] = []
  const log: Log = createLog({ write: (line) => lines.push(line), now: () => new Date() })
  const env: Record<string, string | undefined> = {
    SITE_URL: 'http://127.0.0.1:4321',
    SUPABASE_URL: 'http://127.0.0.1:54321',
    WORKER_SECRET: 'test-worker-secret',
    AGENT_SIGNING_KEY: JSON.stringify(await ellipticKey()),
  }
  let now = () => new Date()
  const platform: Platform = {
    env: (name) => env[name],
    log,
    now: () => now(),
    randomId: () => crypto.randomUUID(),
    waitUntil: (work) => void work,
  }
  const made = () => createApp({ ...createDeps(platform), sql: () => db.sql as unknown as Sql })
  let app = made()

  /** One request, as an agent sends it. */
  async function request(
    method: string,
    path: string,
    {
      bearer,
      headers = {},
      body,
    }: { bearer?: string; headers?: Record<string, string>; body?: unknown } = {},
  ): Promise<Asked> {
    const response = await app.request(`/agents${path}`, {
      method,
      headers: {
        'cf-connecting-ip': '192.0.2.1',
        ...(bearer === undefined ? {} : { authorization: `Bearer ${bearer}` }),
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(body === undefined
        ? {}
        : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    })
    const text = await response.text()
    return {
      status: response.status,
      headers: response.headers,
      body: text ? JSON.parse(text) : undefined,
    }
  }

  return {
    ...db,
    env,
    lines,
    platform,
    request,
    /** Calls an operation at its address: what its path takes there, the rest in the query or the body. */
    async call(
      operation: OperationName,
      args: Record<string, unknown>,
      { bearer, headers = {} }: { bearer: string; headers?: Record<string, string> },
    ): Promise<Asked> {
      const { method, path } = addressOf(operation, args)
      const isRead = method === 'GET'
      const rest = restOf(operation, args)
      const query =
        isRead && Object.keys(rest).length > 0 ? `?${new URLSearchParams(rest as never)}` : ''
      return await request(method, `${path}${query}`, {
        bearer,
        headers: isRead ? headers : { 'idempotency-key': crypto.randomUUID(), ...headers },
        ...(isRead ? {} : { body: rest }),
      })
    },
    /** Makes a key and returns its secret and id. Nobody holds it, so its scopes are given in the row, as an admin may. */
    async makeKey(
      scopes: string[] = everyScope,
      { rateClass = 'bulk', isSandbox = false }: { rateClass?: string; isSandbox?: boolean } = {},
    ): Promise<{ secret: string; id: string; name: string }> {
      const name = `agent-${crypto
        .randomUUID()
        .slice(0, 8)
        .replaceAll(/\d/g, (digit) => 'ghkpqtxyzf'[Number(digit)]!)}`
      const [row] = await db.sql<{ secret: string }[]>`
        select admin.create_agent_key(${name}, 'A test', '{events:read}', rate_class => ${rateClass}, is_sandbox => ${isSandbox}) as secret`
      const [key] = await db.sql<{ id: string }[]>`
        update private.agent_keys set scopes = ${scopes}::private.agent_scope[] where name = ${name} returning id`
      return { secret: row!.secret, id: key!.id, name }
    },
    /** Exchanges a key for a token. */
    async token(secret: string, wish: object = {}): Promise<string> {
      const answer = await request('POST', '/token', { bearer: secret, body: wish })
      if (answer.status !== 200) throw new Error(JSON.stringify(answer.body))
      return answer.body.access_token
    },
    /** Begins again with what stands in `env` now, as a redeployed function does. */
    restart(): void {
      app = made()
    },
    /** Leaves a key no call of this risk. */
    drain: (key: string, risk: string) => db.sql`
      insert into private.rate_limits (bucket, tokens, refilled_at)
      values (${`agent:${key}:${risk}`}, 0, private.clock())
      on conflict (bucket) do update set tokens = 0, refilled_at = private.clock()`,
    /** What the functions take for the time. */
    setNow(at: () => Date): void {
      now = at
    },
  }
}

/** The address of an operation for these arguments. */
export function addressOf(operation: OperationName, args: Record<string, unknown>) {
  const { method, path } = operationOf(operation)
  return {
    method,
    path: path.replaceAll(/\{(\w+)\}/g, (_, name) => encodeURIComponent(String(args[name]))),
  }
}

function restOf(operation: OperationName, args: Record<string, unknown>): Record<string, unknown> {
  const inPath = [...operationOf(operation).path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name)
  return Object.fromEntries(Object.entries(args).filter(([name]) => !inPath.includes(name)))
}
