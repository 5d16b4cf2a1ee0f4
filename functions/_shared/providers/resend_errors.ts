import { ProviderError, type ProviderErrorKind, parseRetryAfter } from '../provider_error.ts'

/** What Resend says when it does not do what it was asked: the SDK gives it back and throws nothing. */
export interface ResendProblem {
  name: string
  /** Null: there was no answer, or none that could be read. */
  statusCode: number | null
}

/** A ProviderError of Resend, with its name for what went wrong. Its message may hold the address, so it is left out. */
export class ResendError extends ProviderError {
  readonly code: string
  readonly status: number | null

  constructor(
    kind: ProviderErrorKind,
    { name, statusCode }: ResendProblem,
    retryAfter: number | undefined,
  ) {
    const code = /^[a-z_]{1,60}$/.test(name) ? name : 'unknown'
    super('Resend', kind, [statusCode, code].filter(Boolean).join(' '), { retryAfter })
    this.code = code
    this.status = statusCode
  }
}

const HOUR = 3600

/** Seconds to wait where Resend does not say how long. None of these is a failure of the job, so each has a pause. */
const pauses: Record<string, number> = {
  rate_limit_exceeded: 2,
  // Somebody else sends this very mail at this moment; afterwards its answer is there to be read.
  concurrent_idempotent_requests: 5,
  daily_quota_exceeded: HOUR,
  monthly_quota_exceeded: HOUR,
}

const ours = new Set([
  'missing_api_key',
  'invalid_api_key',
  'restricted_api_key',
  'invalid_from_address',
  'invalid_access',
])

function kindOf({ name, statusCode }: ResendProblem): ProviderErrorKind {
  if (name in pauses) return 'retry'
  if (ours.has(name)) return 'misconfigured'
  if (statusCode === null || statusCode < 400 || statusCode >= 500) return 'retry'
  if (statusCode === 429 || statusCode === 408) return 'retry'
  // 403 is also how it says that the domain of EMAIL_FROM is not verified.
  return statusCode === 401 || statusCode === 403 ? 'misconfigured' : 'refused'
}

/** What went wrong at Resend, as one ProviderError. */
export function resendFailure(
  problem: ResendProblem,
  headers: Record<string, string> | null,
  now: Date,
): ResendError {
  const said = parseRetryAfter(headers?.['retry-after'], now)
  const pause = pauses[problem.name] ?? (problem.statusCode === 429 ? 2 : undefined)
  // A second's pause is no use where a day's or a month's mails are spent.
  const least = problem.name.endsWith('_quota_exceeded') ? Math.max(said ?? 0, HOUR) : said
  return new ResendError(kindOf(problem), problem, least ?? pause)
}

/** Whether a call surely sent nothing: Resend explained why not, or we could not even ask. */
export function surelyNotSent(error: unknown): boolean {
  if (!(error instanceof ResendError)) {
    return error instanceof ProviderError && error.kind === 'misconfigured'
  }
  if (error.code === 'concurrent_idempotent_requests') return false
  if (error.code === 'invalid_idempotent_request') return false
  return error.status !== null && error.status >= 400 && error.status < 500 && error.status !== 408
}
