import { clientOf } from '../_shared/client.ts'
import { Refusal } from '../_shared/problems.ts'
import type { Scope } from './catalogue.ts'
import type { DoorDeps } from './deps.ts'
import { perform } from './operate.ts'
import type { AgentClaims } from './signing.ts'

/** Who calls, as far as the request says: a key that the database will know or not, or a token of ours. */
export type Caller = { client: string } & ({ secret: string } | { claims: AgentClaims })

// As private.new_secret makes them. Anything else can be no key, and the database is not asked.
const keyShape = /^cak_(live|test)_[\w-]{43}$/

/** The one answer to a key or token that never was, has ended or was revoked; private.unknown_agent gives the same. */
export const unknownKey = () =>
  new Refusal(401, 'This key is not known, or not any more', { remedy: 'Ask an admin for a key.' })

const bearerOf = (request: Request) =>
  /^Bearer\s+(\S+)$/i.exec(request.headers.get('authorization') ?? '')?.[1] ?? ''

/** Who sent this request. Throws a 401 Refusal for what is neither a key nor a token of ours that has not ended. */
export async function callerOf(request: Request, deps: DoorDeps): Promise<Caller> {
  const bearer = bearerOf(request)
  const client = clientOf(request, deps.env)
  if (keyShape.test(bearer)) return { secret: bearer, client }
  if (!bearer.startsWith('cak_') && bearer.split('.').length === 3) {
    const claims = await deps.signingKey().verify(bearer, deps.now())
    if (claims) return { claims, client }
  }
  throw unknownKey()
}

/** The key itself, for the door that gives tokens: a token does not lengthen its own life. */
export function keyOf(request: Request): string {
  const bearer = bearerOf(request)
  if (!keyShape.test(bearer)) throw unknownKey()
  return bearer
}

/**
 * The scopes that count for a caller now: those of the key, as far as its token names them. Counts as a read.
 * Throws a Refusal for a key that is not alive (401) or out of pace (429).
 */
export async function rightsOf(
  deps: DoorDeps,
  caller: Caller,
  correlationId = deps.randomId(),
): Promise<Scope[]> {
  const { status, body, retryAfter } = await perform(deps, caller, 'keys.me', {}, { correlationId })
  if ('error' in body) {
    const { message, remedy } = body.error
    // Of a mistake of ours nobody is to think that her key has ended.
    if (status !== 401 && status !== 429) throw new Error(`keys.me was answered ${status}`)
    throw new Refusal(status, message, {
      ...(remedy ? { remedy } : {}),
      ...(retryAfter ? { retryAfter } : {}),
    })
  }
  const { scopes } = body.data as { scopes: Scope[] }
  return 'claims' in caller
    ? scopes.filter((scope) => caller.claims.scopes.includes(scope))
    : scopes
}
