import type { z } from 'zod'
import { Refusal } from './problems.ts'

const tooLarge = (limit: number) =>
  new Refusal(413, `The body is larger than ${Math.floor(limit / 1024)} KB`)

/**
 * The raw bytes of a request. Throws a 413 Refusal above the limit, counted while reading when the
 * request does not say its length.
 */
export async function readBytes(request: Request, limit: number): Promise<Uint8Array<ArrayBuffer>> {
  const declared = request.headers.get('content-length')
  if (Number(declared) > limit) throw tooLarge(limit)
  if (declared !== null) {
    const bytes = new Uint8Array(await request.arrayBuffer())
    if (bytes.length > limit) throw tooLarge(limit)
    return bytes
  }
  const chunks: Uint8Array[] = []
  let length = 0
  // Leaving the loop cancels the stream: the rest is never read.
  for await (const chunk of request.body ?? []) {
    length += chunk.length
    if (length > limit) throw tooLarge(limit)
    chunks.push(chunk)
  }
  const bytes = new Uint8Array(length)
  let at = 0
  for (const chunk of chunks) {
    bytes.set(chunk, at)
    at += chunk.length
  }
  return bytes
}

/** Parses JSON and checks it. Throws a Refusal with this status that names the first wrong field. */
export function parseJson<S extends z.ZodType>(
  text: string,
  schema: S,
  status: 400 | 422,
): z.output<S> {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    throw new Refusal(400, 'The body is not JSON')
  }
  const parsed = schema.safeParse(value)
  if (parsed.success) return parsed.data
  const issue = parsed.error.issues[0]
  const field = issue?.path.join('.') ?? ''
  throw new Refusal(
    status,
    field ? `${field}: ${issue?.message}` : (issue?.message ?? 'Wrong body'),
    {
      ...(field ? { field } : {}),
    },
  )
}

/** Whether any text in it holds what Postgres cannot store: a NUL, or half of a surrogate pair. */
export function isUnstorable(value: unknown): boolean {
  if (typeof value === 'string') return value.includes('\0') || !value.isWellFormed()
  return typeof value === 'object' && value !== null && Object.values(value).some(isUnstorable)
}

/** Reads a JSON body of at most `limit` bytes and checks it: 413, 400 (no JSON) or 422 (wrong field). */
export async function readJson<S extends z.ZodType>(
  request: Request,
  schema: S,
  limit = 16 * 1024,
): Promise<z.output<S>> {
  const bytes = await readBytes(request, limit)
  const body = parseJson(new TextDecoder().decode(bytes) || '{}', schema, 422)
  if (isUnstorable(body)) throw new Refusal(422, 'The text holds a character that cannot be stored')
  return body
}
