/** The body of a Stripe error, under the key `error`. */
export interface ErrorBody {
  type: 'api_error' | 'card_error' | 'idempotency_error' | 'invalid_request_error'
  message: string
  code?: string
  param?: string
  decline_code?: string
  advice_code?: string
  doc_url?: string
  payment_intent?: unknown
}

/** A refusal that the API answers with; `status` is the HTTP status. */
export class StripeRefusal extends Error {
  readonly status: number
  readonly body: ErrorBody
  /** True when work had begun: only such answers are kept under an idempotency key. */
  readonly executed: boolean
  constructor(status: number, body: ErrorBody, executed = false) {
    super(body.message)
    this.status = status
    this.body = body
    this.executed = executed
  }
}

const docs = (code?: string) =>
  code ? { code, doc_url: `https://stripe.com/docs/error-codes/${code.replaceAll('_', '-')}` } : {}

/** 400: a parameter is wrong. */
export const invalid = (message: string, param?: string, code?: string) =>
  new StripeRefusal(400, {
    type: 'invalid_request_error',
    message,
    ...docs(code),
    ...(param && { param }),
  })

/** 400 `parameter_missing`. */
export const required = (param: string) =>
  invalid(`Missing required param: ${param}.`, param, 'parameter_missing')

/** 404 `resource_missing` in the path, 400 in a parameter, as Stripe distinguishes them. */
export const missing = (what: string, id: string, param = 'id') =>
  new StripeRefusal(param === 'id' ? 404 : 400, {
    type: 'invalid_request_error',
    message: `No such ${what}: '${id}'`,
    ...docs('resource_missing'),
    param,
  })

/** 402: the card was refused. */
export const cardError = (code: string, message: string, declineCode?: string, intent?: unknown) =>
  new StripeRefusal(
    402,
    {
      type: 'card_error',
      message,
      ...docs(code),
      ...(declineCode && { decline_code: declineCode }),
      ...(intent ? { payment_intent: intent } : {}),
    },
    true,
  )
