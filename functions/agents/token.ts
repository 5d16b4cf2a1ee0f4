import { readBytes } from '../_shared/body.ts'
import { clientOf } from '../_shared/client.ts'
import type { Ctx } from '../_shared/http.ts'
import { Refusal } from '../_shared/problems.ts'
import { keyOf } from './caller.ts'
import { type Scope, scopes } from './catalogue.ts'
import type { DoorDeps } from './deps.ts'
import type { Problem } from './misfit.ts'
import type { Answered } from './operate.ts'
import { respond } from './respond.ts'
import { LIFETIME } from './signing.ts'

const known: readonly string[] = Object.keys(scopes)
const remedy = `Send {"scopes": […]} with some of ${known.join(', ')}, or nothing for all that the key has.`

interface Row {
  status: number
  key: string
  secret_id: string
  scopes: Scope[]
  body: Answered['body']
  retry_after?: number
}

type Wish = { wanted: Scope[] | null; problem: Problem | null }

const refuse = (problem: Problem): Wish => ({ wanted: null, problem })

/** What is asked for: only some of the key's scopes, for a task that needs no more. */
async function readWish(request: Request): Promise<Wish> {
  let text: string
  try {
    text = new TextDecoder().decode(await readBytes(request, 4096))
  } catch (error) {
    if (!(error instanceof Refusal)) throw error
    return refuse({ status: 413, message: error.message, remedy })
  }
  try {
    return wishOf(JSON.parse(text || '{}'))
  } catch {
    return refuse({ status: 400, message: 'The body is not JSON', remedy })
  }
}

/** What is wrong with it is said when the key is known to live. */
function wishOf(body: unknown): Wish {
  if (typeof body !== 'object' || body === null || Array.isArray(body)) {
    return refuse({ status: 422, message: 'The body is not an object', field: 'scopes', remedy })
  }
  if (Object.keys(body).some((name) => name !== 'scopes')) {
    const message = 'A token is asked for with scopes, and nothing else'
    return refuse({ status: 422, message, field: 'scopes', remedy })
  }
  const { scopes: wanted } = body as { scopes?: unknown }
  if (wanted === undefined) return { wanted: null, problem: null }
  const fits =
    Array.isArray(wanted) &&
    wanted.length > 0 &&
    wanted.length <= known.length &&
    wanted.every((scope) => known.includes(scope))
  if (fits) return { wanted, problem: null }
  const message = 'scopes is not a list of scopes that there are'
  return refuse({ status: 422, message, field: 'scopes', remedy })
}

/**
 * Exchanges a key for a token of five minutes, with which the Data API can be used directly. A token opens nothing by
 * itself: the database asks at every statement whether the key behind it is alive and still has the scope.
 */
export async function token(c: Ctx, deps: DoorDeps): Promise<Response> {
  const secret = keyOf(c.req.raw)
  const signingKey = deps.signingKey()
  const { wanted, problem } = await readWish(c.req.raw)
  const [jti, correlationId] = [crypto.randomUUID(), c.get('correlationId')]
  const sql = deps.sql()
  const [row] = await sql<{ answer: Row }[]>`
    select private.grant_agent_token(${secret}, ${wanted}::text[], ${problem && sql.json({ ...problem })}, ${jti},
      ${clientOf(c.req.raw, deps.env)}, ${correlationId}, private.clock()) as answer`
  const { status, body, retry_after, key, secret_id, scopes: granted } = row!.answer
  c.get('log').info('agent.token', { status, key, jti })
  if (status !== 200) {
    const retryAfter = retry_after === undefined ? {} : { retryAfter: retry_after }
    return respond(c, { status, body, isReplayed: false, ...retryAfter })
  }
  const claims = { sub: key, secret_id, jti, scopes: granted }
  const access_token = await signingKey.sign(claims, deps.now())
  return c.json({ access_token, token_type: 'bearer', expires_in: LIFETIME, scopes: granted })
}
