import { z } from 'zod'
import { ProviderError, type ProviderErrorKind, parseRetryAfter } from '../provider_error.ts'

/** A ProviderError of Luma. `status` is 0 when no answer came, so that nobody knows what Luma did. */
export class LumaError extends ProviderError {
  readonly status: number

  constructor(
    kind: ProviderErrorKind,
    status: number,
    message: string,
    more: { retryAfter?: number | undefined; cause?: unknown } = {},
  ) {
    super('Luma', kind, message, more)
    this.status = status
  }
}

/** Whether the call surely changed nothing at Luma: it said so itself, or was never asked. */
export const surelyNothingHappened = (error: unknown): boolean =>
  error instanceof LumaError && (error.kind !== 'retry' || error.status === 429)

/** Whether Luma says that there is no such event or guest (any more). */
export const isGone = (error: unknown): boolean =>
  error instanceof LumaError && error.status === 404

/** Whether Luma says that another calendar manages it. */
export const isForeign = (error: unknown): boolean =>
  error instanceof LumaError && error.status === 403

// Luma documents no errors. Seen is {"message": "…", "code": null | "…"}; anything else is taken as no words.
const shape = z.object({ message: z.string() })

/** Longest block that Luma's documentation names, in seconds. */
const BLOCK = 60

/** What an answer that is no success means for a job. */
export function lumaFailure(status: number, headers: Headers, text: string, now: Date): LumaError {
  const said = words(text)
  const message = said ? `${status} ${said}` : `${status}`
  if (status === 429) {
    const asked = parseRetryAfter(headers.get('retry-after'), now)
    const retryAfter = Math.max(asked ?? resetOf(headers, now) ?? BLOCK, 1)
    return new LumaError('retry', status, message, { retryAfter })
  }
  if (status === 401 || status === 403) return new LumaError('misconfigured', status, message)
  if (status === 408 || status >= 500) return new LumaError('retry', status, message)
  return new LumaError('refused', status, message)
}

function words(text: string): string | undefined {
  try {
    const parsed = shape.safeParse(JSON.parse(text))
    return parsed.success ? parsed.data.message.slice(0, 300) : undefined
  } catch {
    return undefined
  }
}

/** Seconds until X-RateLimit-Reset, which may be a moment (in seconds, ms or ISO) or a number of seconds. */
function resetOf(headers: Headers, now: Date): number | undefined {
  const value = headers.get('x-ratelimit-reset')
  if (!value) return undefined
  const number = Number(value)
  const moment = Number.isNaN(number)
    ? Date.parse(value)
    : number > 1e12
      ? number
      : number > 1e9
        ? number * 1000
        : now.getTime() + number * 1000
  if (Number.isNaN(moment)) return undefined
  return Math.min(Math.max((moment - now.getTime()) / 1000, 0), 10 * BLOCK)
}
