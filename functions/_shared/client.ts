import type { Env } from './env.ts'
import { required } from './env.ts'
import { pseudonym } from './secrets.ts'

/**
 * Whom to rate-limit, under a name that does not give the address away. The platform's edge says who connected
 * in cf-connecting-ip, which a caller cannot write; x-forwarded-for is for hosts without that edge.
 */
export function clientOf(request: Request, env: Env): string {
  const forwarded = request.headers.get('x-forwarded-for')?.split(',')[0]?.trim()
  const address = request.headers.get('cf-connecting-ip') || forwarded || 'unknown'
  return pseudonym(address, required(env, 'WORKER_SECRET'))
}
