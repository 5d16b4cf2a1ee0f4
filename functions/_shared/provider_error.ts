/**
 * What went wrong at a provider, in the three ways that matter to a job:
 * `retry` may work later, `refused` never will, `misconfigured` needs a person to mend our settings.
 */
export type ProviderErrorKind = 'retry' | 'refused' | 'misconfigured'

export interface ProviderErrorOptions {
  /** Seconds after which the provider wants to be asked again (its Retry-After). */
  retryAfter?: number | undefined
  cause?: unknown
}

/** The one error that provider clients throw. The message is shown to admins: no secrets, no personal data. */
export class ProviderError extends Error {
  readonly provider: string
  readonly kind: ProviderErrorKind
  readonly retryAfter: number | undefined

  constructor(
    provider: string,
    kind: ProviderErrorKind,
    message: string,
    options: ProviderErrorOptions = {},
  ) {
    super(message, { cause: options.cause })
    this.name = 'ProviderError'
    this.provider = provider
    this.kind = kind
    this.retryAfter = options.retryAfter
  }
}

/**
 * Reads a Retry-After header: seconds, or a date. Returns seconds, at least 0; undefined when there is none
 * or it says nothing.
 */
export function parseRetryAfter(value: string | null | undefined, now: Date): number | undefined {
  if (value === null || value === undefined || value.trim() === '') return undefined
  const seconds = Number(value)
  if (Number.isFinite(seconds)) return Math.max(0, seconds)
  const date = Date.parse(value)
  return Number.isNaN(date) ? undefined : Math.max(0, (date - now.getTime()) / 1000)
}
