const statuses = {
  validation_error: 400,
  invalid_idempotency_key: 400,
  missing_api_key: 401,
  restricted_api_key: 401,
  invalid_api_key: 403,
  not_found: 404,
  method_not_allowed: 405,
  invalid_idempotent_request: 409,
  concurrent_idempotent_requests: 409,
  missing_required_field: 422,
  invalid_from_address: 422,
  invalid_parameter: 422,
  invalid_attachment: 422,
  rate_limit_exceeded: 429,
  daily_quota_exceeded: 429,
  monthly_quota_exceeded: 429,
  application_error: 500,
} as const

export type ErrorName = keyof typeof statuses

/** An answer of Resend's that refuses a request. */
export class ResendRefusal extends Error {
  readonly code: ErrorName
  readonly status: number

  constructor(code: ErrorName, message: string, status: number = statuses[code]) {
    super(message)
    this.code = code
    this.status = status
  }

  response(headers: Record<string, string> = {}): Response {
    const { status, code, message } = this
    return Response.json({ statusCode: status, name: code, message }, { status, headers })
  }
}
