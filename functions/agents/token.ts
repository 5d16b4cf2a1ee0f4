import { z } from 'zod'
import { readJson } from '../_shared/body.ts'
import { clientOf } from '../_shared/client.ts'
import type { Ctx } from '../_shared/http.ts'
import { Refusal } from '../_shared/problems.ts'
import { keyOf } from './caller.ts'
import { type Scope, scopes } from './catalogue.ts'
import type { DoorDeps } from './deps.ts'
import type { Answered, Problem } from './operate.ts'
import { respond } from './respond.ts'
import { LIFETIME } from './signing.ts'

const known = Object.keys(scopes) as [Scope, ...Scope[]]

/** Only some of the key's scopes, for a task that needs no more. */
const wish = z.strictObject({
  scopes: z.array(z.enum(known)).min(1).max(known.length).optional(),
})

interface Row {
  status: number
  key: string
  secret_id: string
  scopes: Scope[]
  body: Answered['body']
  retry_after?: number
}

/** What is asked for. What is wrong with it is said when the key is known to live. */
async function readWish(c: Ctx): Promise<{ wanted: Scope[] | null; problem: Problem | null }> {
  try {
    const { scopes: wanted = null } = await readJson(c.req.raw, wish, 4096)
    return { wanted, problem: null }
  } catch (error) {
    if (!(error instanceof Refusal)) throw error
    const { status, message, field } = error
    return {
      wanted: null,
      problem: { status: status as 422, message, ...(field ? { field } : {}) },
    }
  }
}

/**
 * Exchanges a key for a token of five minutes, with which the Data API can be used directly. A token opens nothing by
 * itself: the database asks at every statement whether the key behind it is alive and still has the scope.
 */
export async function token(c: Ctx, deps: DoorDeps): Promise<Response> {
  const signingKey = deps.signingKey()
  const secret = keyOf(c.req.raw)
  const { wanted, problem } = await readWish(c)
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
