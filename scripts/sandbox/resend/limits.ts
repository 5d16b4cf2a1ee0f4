import type { Clock } from '../lib/clock.ts'
import { ResendRefusal } from './errors.ts'

/** Counts requests in windows of a second of the sandbox clock. Null: within the limit; headers go on every answer. */
export function createLimit(perSecond: () => number, clock: Clock) {
  let window = 0
  let used = 0
  return (): { headers: Record<string, string>; refusal: Response | null } => {
    const limit = perSecond()
    if (limit === 0) return { headers: {}, refusal: null }
    const now = Math.floor(clock.now().getTime() / 1000)
    if (now !== window) {
      window = now
      used = 0
    }
    used += 1
    const headers = {
      'ratelimit-limit': String(limit),
      'ratelimit-remaining': String(Math.max(0, limit - used)),
      'ratelimit-reset': '1',
    }
    if (used <= limit) return { headers, refusal: null }
    const words = `Too many requests. You can only make ${limit} requests per second.`
    const refusal = new ResendRefusal('rate_limit_exceeded', words)
    return { headers, refusal: refusal.response({ ...headers, 'retry-after': '1' }) }
  }
}
