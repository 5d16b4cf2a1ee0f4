import { MissingSetting } from './env.ts'
import { ProviderError } from './provider_error.ts'
import { isSqlError, isUnavailable } from './sql.ts'

/** The one shape of an error: what happened, which field it is about, what the reader can do. */
export interface ErrorBody {
  error: { message: string; field?: string; remedy?: string }
}

/** Statuses that a door answers a mistake of its caller with. */
export type RefusalStatus = 400 | 401 | 403 | 404 | 405 | 409 | 413 | 415 | 422 | 429

/** A request that is refused because of something its sender got wrong. */
export class Refusal extends Error {
  readonly status: RefusalStatus
  readonly field: string | undefined
  readonly remedy: string | undefined
  /** In how many seconds the same may be tried again. */
  readonly retryAfter: number | undefined

  constructor(
    status: RefusalStatus,
    message: string,
    more: { field?: string; remedy?: string; retryAfter?: number } = {},
  ) {
    super(message)
    this.name = 'Refusal'
    this.status = status
    this.field = more.field
    this.remedy = more.remedy
    this.retryAfter = more.retryAfter
  }
}

export interface Answer {
  status: RefusalStatus | 500 | 502 | 503
  body: ErrorBody
  headers: Record<string, string>
}

const answer = (
  status: Answer['status'],
  message: string,
  more: { field?: string | undefined; remedy?: string | undefined } = {},
  headers: Record<string, string> = {},
): Answer => ({
  status,
  headers,
  body: {
    error: {
      message,
      ...(more.field ? { field: more.field } : {}),
      ...(more.remedy ? { remedy: more.remedy } : {}),
    },
  },
})

const later = { remedy: 'Try again in a minute.' }

/** The answer to an error: ours, Postgres's (SQLSTATE PT + status), or a provider's. Nothing internal gets out. */
export function answerTo(error: unknown): Answer {
  if (error instanceof Refusal) {
    const { retryAfter } = error
    const headers: Record<string, string> =
      retryAfter === undefined ? {} : { 'Retry-After': String(retryAfter) }
    return answer(error.status, error.message, error, headers)
  }
  if (error instanceof MissingSetting) {
    const remedy = 'Write to us: somebody has to set it up.'
    return answer(503, 'This door is not set up yet', { remedy }, { 'Retry-After': '60' })
  }
  if (error instanceof ProviderError) return answerToProvider(error)
  if (isSqlError(error) && /^PT4\d\d$/.test(error.code)) {
    const status = Number(error.code.slice(2)) as RefusalStatus
    const headers: Record<string, string> = status === 429 ? { 'Retry-After': '60' } : {}
    return answer(status, error.message, { field: error.detail, remedy: error.hint }, headers)
  }
  if (isUnavailable(error)) {
    return answer(503, 'The database does not answer', later, { 'Retry-After': '5' })
  }
  return answer(500, 'Something went wrong on our side', later)
}

/** Providers as a caller knows them. */
const calledBy: Record<string, string> = { Storage: 'The store of files' }

function answerToProvider(error: ProviderError): Answer {
  const provider = calledBy[error.provider] ?? 'The payment provider'
  if (error.kind === 'retry') {
    const seconds = String(Math.ceil(error.retryAfter ?? 5))
    return answer(503, `${provider} does not answer`, later, { 'Retry-After': seconds })
  }
  if (error.kind === 'misconfigured') return answer(503, `${provider} is not set up yet`)
  return answer(502, `${provider} refused this`, {
    remedy: 'Write to us; we will look at it.',
  })
}
