import type { Clock } from '../lib/clock.ts'
import { Problem, problemResponse } from './problems.ts'

export interface Limit {
  /** Calls a minute; 0 is no limit. */
  per_minute: number
  /** Seconds of the block after one too many. */
  block: number
}

/** 200 calls a minute for a key, GET and POST together, and a minute's block on excess. */
export const LUMA: Limit = { per_minute: 200, block: 60 }

export interface Limiter {
  /** Answers 429 itself, or lets the request through; either way the three headers tell where the key stands. */
  pass(answer: () => Promise<Response>): Promise<Response>
  set(limit: Partial<Limit>): Limit
  reset(): void
}

/** Counts calls in windows of a minute, on the sandbox's clock. */
export function createLimiter(clock: Clock): Limiter {
  let limit = { ...LUMA }
  let began = 0
  let used = 0
  let blockedUntil = 0

  const headersAt = (now: number) => {
    const blocked = blockedUntil > now
    return {
      'x-ratelimit-limit': String(limit.per_minute),
      'x-ratelimit-remaining': String(blocked ? 0 : Math.max(0, limit.per_minute - used)),
      'x-ratelimit-reset': String(Math.ceil((blocked ? blockedUntil : began + 60_000) / 1000)),
    }
  }

  return {
    async pass(answer) {
      if (!limit.per_minute) return answer()
      const now = clock.now().getTime()
      if (blockedUntil <= now) {
        if (now >= began + 60_000) [began, used] = [now, 0]
        used += 1
        if (used > limit.per_minute) blockedUntil = now + limit.block * 1000
      }
      const isBlocked = blockedUntil > now
      const response = isBlocked
        ? problemResponse(new Problem(429, 'Too many requests. You are blocked for a minute.'))
        : await answer()
      const headers = new Headers(response.headers)
      for (const [name, value] of Object.entries(headersAt(now))) headers.set(name, value)
      if (isBlocked) headers.set('retry-after', String(Math.ceil((blockedUntil - now) / 1000)))
      return new Response(response.body, { status: response.status, headers })
    },
    set(change) {
      limit = { ...limit, ...change }
      ;[began, used, blockedUntil] = [0, 0, 0]
      return limit
    },
    reset() {
      limit = { ...LUMA }
      ;[began, used, blockedUntil] = [0, 0, 0]
    },
  }
}
