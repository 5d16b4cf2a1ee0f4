import { type Env, required } from './env.ts'
import type { Ctx } from './http.ts'
import { Refusal } from './problems.ts'
import { sameSecret } from './secrets.ts'

export interface DrainDeps {
  env: Env
  /** Works the room's queue until nothing is due. */
  drain(): Promise<unknown>
  /** Keeps the isolate alive until the promise settles. */
  waitUntil(work: Promise<unknown>): void
}

/**
 * The door that the doorbell rings: answers 202 at once and drains behind it, because whoever rings
 * does not wait. 401 without WORKER_SECRET as bearer, 503 when the secret is not configured.
 */
export function drainDoor(deps: DrainDeps): (c: Ctx) => Response {
  return (c) => {
    const secret = required(deps.env, 'WORKER_SECRET')
    const given = /^Bearer\s+(\S+)$/i.exec(c.req.header('authorization') ?? '')?.[1] ?? ''
    if (!sameSecret(given, secret)) throw new Refusal(401, 'This door is for the worker')
    const log = c.get('log')
    deps.waitUntil(deps.drain().catch((error: unknown) => log.error('worker.failed', { error })))
    return c.json({ accepted: true }, 202)
  }
}
