import type { Ctx } from '../_shared/http.ts'
import type { Answered } from './operate.ts'

/** An operation's answer over HTTP. */
export function respond(c: Ctx, { status, body, retryAfter, isReplayed }: Answered): Response {
  if (retryAfter !== undefined) c.header('Retry-After', String(retryAfter))
  if (isReplayed) c.header('Idempotent-Replayed', 'true')
  return c.json('error' in body ? { error: inOrder(body.error) } : body, status as 200)
}

/**
 * A refusal to the letter as the doors themselves write it. The database keeps its parts in an order of its own, by which
 * one could tell a key that was revoked from one that never was.
 */
const inOrder = ({ message, field, remedy, scope }: Refused) => ({ message, field, remedy, scope })

type Refused = Extract<Answered['body'], { error: unknown }>['error']
