import {
  type OperationName,
  operationOf,
  type Scope,
  scopes,
} from '../../functions/agents/catalogue.ts'
import { api, end, keys, sql } from './support.ts'

/**
 * held: the key has this one scope. missing: it has every other. revoked, expired: the key. replaced: its secret, by a
 * newer one. Of a token besides: narrow, it was asked for without the scope; withdrawn, its key lost the scope since;
 * stale, its five minutes are over.
 */
export type State =
  | 'held'
  | 'missing'
  | 'narrow'
  | 'withdrawn'
  | 'revoked'
  | 'expired'
  | 'replaced'
  | 'stale'

export interface Cell {
  door: 'gateway' | 'rest'
  with: 'key' | 'token'
  state: State
}

const ofScope: State[] = ['missing', 'narrow', 'withdrawn']
const doors: [Cell['door'], Cell['with'], State[]][] = [
  ['gateway', 'key', ['held', 'missing', 'revoked', 'expired', 'replaced']],
  ['gateway', 'token', ['held', 'narrow', 'withdrawn', 'revoked', 'expired', 'stale']],
  ['rest', 'token', ['held', 'narrow', 'withdrawn', 'revoked', 'expired', 'stale']],
]

/** The cells of an operation: an operation without a scope cannot lack one. */
export const everyCell = (scope: Scope | null): Cell[] =>
  doors.flatMap(([door, bearer, states]) =>
    states
      .filter((state) => scope !== null || !ofScope.includes(state))
      .map((state) => ({ door, with: bearer, state })),
  )

const everyScope = Object.keys(scopes) as Scope[]
const nobody = '00000000-0000-4000-8000-000000000000'
const letters = () => crypto.randomUUID().replaceAll(/[\d-]/g, '').padEnd(6, 'q')

interface Key {
  name: string
  secret: string
  token: string
  /** What a token of it is asked for with; everything that the key has when left out. */
  wanted?: Scope[]
}

/** How long a token of five minutes is used: what is left of it is longer than a test may take. */
const USED_MS = 120_000
const ageOf = (token: string) => Date.now() - claimsOf(token).iat * 1000
export const claimsOf = (token: string) =>
  JSON.parse(Buffer.from(token.split('.')[1]!, 'base64url').toString())

/** Exchanges the secret of a living key once more when its token is no longer fresh. */
export async function renewKey(key: Key): Promise<void> {
  if (ageOf(key.token) > USED_MS) key.token = await exchange(key.secret, key.wanted)
}

async function exchange(secret: string, wanted?: Scope[]): Promise<string> {
  const response = await fetch(`${api}/functions/v1/agents/token`, {
    method: 'POST',
    headers: { authorization: `Bearer ${secret}`, 'content-type': 'application/json' },
    body: JSON.stringify(wanted ? { scopes: wanted } : {}),
  })
  const body = await response.json()
  if (response.status !== 200) throw new Error(JSON.stringify(body))
  return body.access_token
}

/** Makes a key as an admin does. Its name tells it from those of other runs. Nobody holds it. */
export async function makeKey(what: string, held: Scope[] = everyScope): Promise<Key> {
  const name = `cells-${what.replaceAll(/[^a-z]/g, '-')}-${letters()}`
    .slice(0, 40)
    .replace(/-+$/, '')
    .replaceAll(/-+/g, '-')
  const [row] = await sql<{ secret: string }[]>`
    select admin.create_agent_key(${name}, 'A test', '{events:read}', rate_class => 'bulk') as secret`
  await give(name, held)
  return { name, secret: row!.secret, token: await exchange(row!.secret) }
}

/** Lets a key have these scopes and no others. */
const give = (name: string, held: Scope[]) =>
  sql`update private.agent_keys set scopes = ${held}::private.agent_scope[] where name = ${name}`

const othersThan = (scope: Scope) => everyScope.filter((other) => other !== scope)

export type World = Awaited<ReturnType<typeof openCells>>

/** A key in every state, each with a token that it gave while it was alive. */
export async function openCells() {
  const held = {} as Record<Scope, Key>
  const missing = {} as Record<Scope, Key>
  const narrow = {} as Record<Scope, Key>
  const withdrawn = {} as Record<Scope, Key>
  const names: string[] = []
  const make = async (what: string, given?: Scope[]) => {
    const key = await makeKey(what, given)
    names.push(key.name)
    return key
  }
  for (const scope of everyScope) {
    const others = othersThan(scope)
    held[scope] = await make(`held-${scope}`, [scope])
    missing[scope] = await make(`missing-${scope}`, others)
    withdrawn[scope] = await make(`withdrawn-${scope}`)
    narrow[scope] = { ...(await make(`narrow-${scope}`)), wanted: others }
    narrow[scope].token = await exchange(narrow[scope].secret, others)
    await give(withdrawn[scope].name, others)
  }
  const [any, revoked, expired, replaced] = [
    await make('any'),
    await make('revoked'),
    await make('expired'),
    await make('replaced'),
  ]
  await sql`select admin.revoke_agent_key(${revoked.name}, 'A test')`
  await sql`update private.agent_keys set expires_at = now() - interval '1 second' where name = ${expired.name}`
  await sql`select admin.rotate_agent_key(${replaced.name}, interval '0')`
  const claims = claimsOf(any.token)
  const stale = await keys.sign({ ...claims, iat: claims.iat - 400, exp: claims.exp - 400 })

  const dead: Partial<Record<State, Key>> = { revoked, expired, replaced }

  /** Lets every token that an operation is asked for with be fresh. Only a dead key gives none: its last is signed anew. */
  async function renew(scope: Scope): Promise<void> {
    for (const living of [held, missing, narrow]) await renewKey(living[scope])
    const lost = withdrawn[scope]
    if (ageOf(lost.token) > USED_MS) {
      // Once more given while the key had the scope.
      await give(lost.name, everyScope)
      await renewKey(lost)
      await give(lost.name, othersThan(scope))
    }
    for (const key of Object.values(dead)) {
      if (ageOf(key.token) <= USED_MS) continue
      const iat = Math.floor(Date.now() / 1000)
      key.token = await keys.sign({ ...claimsOf(key.token), iat, exp: iat + 300 })
    }
  }

  function bearerOf(scope: Scope, cell: Cell): string {
    if (cell.state === 'stale') return stale
    const living: Partial<Record<State, Record<Scope, Key>>> = { held, missing, narrow, withdrawn }
    const key = dead[cell.state] ?? living[cell.state]![scope]
    return cell.with === 'key' ? key.secret : key.token
  }

  return {
    names,
    /** Before an operation is asked for. */
    async prepare(operation: OperationName): Promise<void> {
      await renew(scopeFor(operation))
      // Unknown keys are slowed down after a few; here they come by the hundred.
      await sql`delete from private.rate_limits where bucket like 'agent-stranger:%'`
    },
    /** Asks for an operation as one cell says, for what is not there, so that nothing is changed. Returns it in short. */
    async ask(operation: OperationName, cell: Cell): Promise<string> {
      const bearer = bearerOf(scopeFor(operation), cell)
      const response = await (cell.door === 'gateway' ? gateway : rest)(operation, bearer)
      const body = await response.json()
      const { status } = response
      if (status === 403) return `403 ${body.error?.scope}`
      if (status === 401) return `401 ${body.error?.message ?? body.code}`
      return status < 300 || [400, 404, 409, 422].includes(status)
        ? 'let in'
        : `${status} ${JSON.stringify(body)}`
    },
  }
}

/** Whose keys an operation is tried with: any do where it needs no scope. */
const scopeFor = (operation: OperationName) => operationOf(operation).scope ?? 'members:read'

const inPath = (path: string) => [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name!)

function gateway(operation: OperationName, bearer: string): Promise<Response> {
  const { method, path } = operationOf(operation)
  return fetch(`${api}/functions/v1/agents${path.replaceAll(/\{\w+\}/g, nobody)}`, {
    method,
    headers: { authorization: `Bearer ${bearer}`, 'idempotency-key': crypto.randomUUID() },
  })
}

function rest(operation: OperationName, bearer: string): Promise<Response> {
  const args = Object.fromEntries(inPath(operationOf(operation).path).map((name) => [name, nobody]))
  return fetch(`${api}/rest/v1/rpc/call_operation`, {
    method: 'POST',
    headers: {
      apikey: keys.publishable,
      authorization: `Bearer ${bearer}`,
      'content-type': 'application/json',
    },
    body: JSON.stringify({ operation, arguments: args, idempotency_key: crypto.randomUUID() }),
  })
}

/** Ends the keys, so that nothing of them waits for an admin. */
export async function closeCells(world: World): Promise<void> {
  await sql`
    select admin.revoke_agent_key(k.name, 'The test is over')
      from private.agent_keys k where k.name = any (${world.names}) and k.revoked_at is null`
  await end()
}
