import type { z } from 'zod'

/** The errors that callers can tell apart, by `title`, as the real service words them. */
const statuses = {
  'Invalid Resource': 400,
  'JSON Parse Error': 400,
  'Bad Request': 400,
  'Member Exists': 400,
  'Forgotten Email Not Subscribed': 400,
  'Member In Compliance State': 400,
  // The real wording for a contact that is in the journey already is not documented.
  'Contact Already In Journey': 400,
  'API Key Invalid': 401,
  'Resource Not Found': 404,
  'Method Not Allowed': 405,
  'Too Many Requests': 429,
  'Internal Server Error': 500,
} as const

export type ProblemTitle = keyof typeof statuses
export interface FieldError {
  field: string
  message: string
}

/** Thrown by the routes; the server answers it as `application/problem+json`. */
export class Problem extends Error {
  readonly title: ProblemTitle
  readonly errors: FieldError[] | undefined

  constructor(title: ProblemTitle, detail: string, errors?: FieldError[]) {
    super(detail)
    this.title = title
    this.errors = errors
  }
}

/** The error as an answer in the provider's shape. `instance` is a fresh id a time, as there. */
export function problemResponse({ title, message, errors }: Problem): Response {
  const status = statuses[title]
  const body = {
    type: 'https://mailchimp.com/developer/marketing/docs/errors/',
    title,
    status,
    detail: message,
    instance: crypto.randomUUID(),
    ...(errors ? { errors } : {}),
  }
  const headers = { 'content-type': 'application/problem+json; charset=utf-8' }
  return new Response(JSON.stringify(body), { status, headers })
}

const INVALID =
  "The resource submitted could not be validated. For field-specific details, see the 'errors' array."

/** "Invalid Resource" with one message a field. */
export const invalid = (...errors: FieldError[]) => new Problem('Invalid Resource', INVALID, errors)

export const notFound = () =>
  new Problem('Resource Not Found', 'The requested resource could not be found.')

/** Reads a JSON body and checks it; throws the provider's own errors. */
export async function readBody<S extends z.ZodType>(
  request: Request,
  schema: S,
): Promise<z.output<S>> {
  let json: unknown
  try {
    json = JSON.parse(await request.text())
  } catch {
    throw new Problem('JSON Parse Error', 'We encountered an unspecified JSON parsing error.')
  }
  const parsed = schema.safeParse(json)
  if (parsed.success) return parsed.data
  throw invalid(
    ...parsed.error.issues.map(({ path, message }) => ({ field: path.join('.'), message })),
  )
}
