// PostgREST's table of SQLSTATE to HTTP status, for the answers that @supabase/lite gives as 500.

export interface DatabaseError extends Error {
  code: string
  severity?: string
  detail?: string
  hint?: string
}

export function isDatabaseError(error: unknown): error is DatabaseError {
  return error instanceof Error && 'severity' in error && 'code' in error
}

const exact: Record<string, number> = {
  '23503': 409,
  '23505': 409,
  '25006': 405,
  '42P01': 404,
  '42P17': 500,
  '53400': 500,
  '57P01': 503,
  P0001: 400,
}

const byClass: Record<string, number> = {
  '08': 503,
  '09': 500,
  '0L': 403,
  '0P': 403,
  '25': 500,
  '28': 403,
  '2D': 500,
  '38': 500,
  '39': 500,
  '3B': 500,
  '40': 500,
  '53': 503,
  '54': 500,
  '55': 500,
  '57': 500,
  '58': 500,
  F0: 500,
  HV: 500,
  P0: 500,
  XX: 500,
}

/** The HTTP status that PostgREST gives to an SQLSTATE. `anonymous`: the role in force is anon. */
export function statusOf(code: string, anonymous: boolean): number {
  if (code === '42501') return anonymous ? 401 : 403
  if (code === '21000') return 500
  return exact[code] ?? byClass[code.slice(0, 2)] ?? 400
}

/**
 * An error of the database in the form in which @supabase/lite renders status and body as given.
 * Codes that it already renders well (PT###, PGRST, unknown columns and functions) are left alone.
 */
export function renderable(error: unknown, anonymous: boolean): unknown {
  if (!isDatabaseError(error)) return error
  if (/^PT|^PGRST/.test(error.code) || error.code === '42703' || error.code === '42883')
    return error
  const status = statusOf(error.code, anonymous)
  const body = {
    code: error.code,
    message: error.message,
    details: error.detail ?? null,
    hint: error.hint ?? null,
  }
  const headers = status === 401 ? { 'WWW-Authenticate': 'Bearer' } : {}
  return {
    code: 'PGRST',
    message: JSON.stringify(body),
    detail: JSON.stringify({ status, headers }),
  }
}
