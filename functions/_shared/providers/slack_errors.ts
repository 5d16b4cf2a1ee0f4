import {
  WebAPIHTTPError,
  WebAPIPlatformError,
  WebAPIRateLimitedError,
  WebAPIRequestError,
} from '@slack/web-api'
import { ZodError } from 'zod'
import { ProviderError, type ProviderErrorKind, parseRetryAfter } from '../provider_error.ts'

/**
 * A ProviderError of Slack. `code` is Slack's own word, such as `users_not_found`. Without one nobody knows how the
 * call ended: no answer, half of one, or a failure on Slack's side.
 */
export class SlackError extends ProviderError {
  readonly code: string | undefined

  constructor(
    kind: ProviderErrorKind,
    message: string,
    code: string | undefined,
    options: { retryAfter?: number | undefined; cause?: unknown } = {},
  ) {
    super('Slack', kind, message, options)
    this.code = code
  }
}

/** Seconds to wait when Slack says that it is too much and not for how long. */
const PAUSE = 30

const passing = new Set([
  'ratelimited',
  'rate_limited',
  'message_limit_exceeded',
  'internal_error',
  'fatal_error',
  'service_unavailable',
  'request_timeout',
  'team_added_to_org',
  'accesslimited',
])
/** Words after which the call may have had its effect all the same. */
const unclear = new Set(['internal_error', 'fatal_error', 'service_unavailable', 'request_timeout'])
const ours = new Set([
  'not_authed',
  'invalid_auth',
  'account_inactive',
  'token_revoked',
  'token_expired',
  'no_permission',
  'missing_scope',
  'not_allowed_token_type',
  'ekm_access_denied',
  'enterprise_is_restricted',
  'team_access_not_granted',
  'method_deprecated',
  'access_denied',
])

/** What Slack's own error word means for a job. */
function platformFailure(error: WebAPIPlatformError): SlackError {
  const said: unknown = error.data.error
  // The SDK hands on a body that is no JSON as the error's word.
  if (typeof said !== 'string' || !/^[a-z][a-z0-9_.]{0,80}$/.test(said)) {
    return new SlackError('retry', 'An answer of an unknown shape', undefined)
  }
  if (passing.has(said)) {
    const isPace = /limit/.test(said)
    return new SlackError('retry', said, unclear.has(said) ? undefined : said, {
      retryAfter: error.data.response_metadata?.retryAfter ?? (isPace ? PAUSE : undefined),
      cause: error,
    })
  }
  if (ours.has(said)) {
    const { needed } = error.data as { needed?: unknown }
    const what = typeof needed === 'string' ? `${said}: the app needs ${needed}` : said
    return new SlackError('misconfigured', what, said, { cause: error })
  }
  return new SlackError('refused', said, said, { cause: error })
}

/** Any failure of the SDK as the one error that our jobs know. */
export function slackFailure(error: unknown, now: Date): ProviderError {
  if (error instanceof ProviderError) return error
  if (error instanceof WebAPIRateLimitedError) {
    return new SlackError('retry', 'ratelimited', 'ratelimited', {
      retryAfter: error.retryAfter,
      cause: error,
    })
  }
  if (error instanceof WebAPIPlatformError) return platformFailure(error)
  if (error instanceof WebAPIHTTPError) {
    const { statusCode, headers } = error
    const passes = statusCode === 429 || statusCode === 408 || statusCode >= 500
    const said = parseRetryAfter(headers['retry-after'], now)
    const code = statusCode === 429 ? 'ratelimited' : statusCode >= 500 ? undefined : 'http_error'
    return new SlackError(passes ? 'retry' : 'refused', `Answered ${statusCode}`, code, {
      retryAfter: statusCode === 429 ? (said ?? PAUSE) : said,
      cause: error,
    })
  }
  // The SDK gives up on a 429 that does not say for how long, with an error of no class of its own.
  if (error instanceof Error && /Retry header/i.test(error.message)) {
    return new SlackError('retry', 'ratelimited', 'ratelimited', { retryAfter: PAUSE })
  }
  const said =
    error instanceof ZodError
      ? 'An answer of an unknown shape'
      : error instanceof WebAPIRequestError
        ? 'No usable answer'
        : 'Half an answer'
  return new SlackError('retry', said, undefined, { cause: error })
}

/** Whether Slack surely did nothing: it said no in a word of its own. */
export const surelyRefused = (error: unknown): boolean =>
  error instanceof SlackError && error.code !== undefined

/** Whether Slack answered with one of these words. */
export const isSaid = (error: unknown, ...codes: string[]): error is SlackError =>
  error instanceof SlackError && error.code !== undefined && codes.includes(error.code)
