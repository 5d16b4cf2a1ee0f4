import Stripe from 'stripe'
import { ProviderError, type ProviderErrorKind, parseRetryAfter } from '../provider_error.ts'

/** A ProviderError of Stripe, with the words that Stripe has for it. */
export class StripeError extends ProviderError {
  /** Such as `resource_missing`, or the error's type where it has no code. */
  readonly code: string
  readonly param: string | undefined
  /** Of the HTTP answer; undefined when there was none that could be read. */
  readonly status: number | undefined

  constructor(error: InstanceType<typeof Stripe.errors.StripeError>, now: Date) {
    const { code, param, statusCode } = error
    // The message of Stripe may repeat what somebody typed; codes and parameter names do not.
    const what = [statusCode, code ?? error.type, param].filter(Boolean).join(' ')
    super('Stripe', kindOf(error), what, {
      retryAfter: parseRetryAfter(error.headers?.['retry-after'], now),
      cause: error,
    })
    this.code = code ?? error.rawType ?? error.type
    this.param = param
    this.status = statusCode
  }
}

function kindOf(error: InstanceType<typeof Stripe.errors.StripeError>): ProviderErrorKind {
  const status = error.statusCode
  // No status: no answer, or one that was no JSON.
  if (status === undefined || status < 400 || status >= 500) return 'retry'
  if (status === 429 || status === 409 || error.code === 'rate_limit') return 'retry'
  if (status === 401 || status === 403) return 'misconfigured'
  return 'refused'
}

/** What went wrong at Stripe, as one ProviderError. */
export function stripeFailure(error: unknown, now: Date): ProviderError {
  if (error instanceof ProviderError) return error
  if (error instanceof Stripe.errors.StripeError) return new StripeError(error, now)
  const name = error instanceof Error ? error.name : 'error'
  return new ProviderError('Stripe', 'retry', `No usable answer (${name})`, { cause: error })
}
