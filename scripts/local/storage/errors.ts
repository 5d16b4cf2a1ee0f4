import { json } from '../http.ts'

/** A refusal in the shape of Supabase Storage: nearly all are HTTP 400 and tell the real status in the body. */
export class StorageError extends Error {
  statusCode: number
  code: string
  error: string
  constructor(statusCode: number, code: string, error: string, message: string) {
    super(message)
    this.statusCode = statusCode
    this.code = code
    this.error = error
  }

  response(): Response {
    const { statusCode, code, error, message } = this
    const status = statusCode === 500 ? 500 : 400
    return json(status, { statusCode: String(statusCode), code, error, message })
  }
}

export const noSuchKey = () => new StorageError(404, 'NoSuchKey', 'not_found', 'Object not found')
export const noSuchBucket = () =>
  new StorageError(404, 'NoSuchBucket', 'Bucket not found', 'Bucket not found')
export const invalidKey = (key: string) =>
  new StorageError(400, 'InvalidKey', 'InvalidKey', `Invalid key: ${key}`)
export const tooLarge = () => {
  const message = 'The object exceeded the maximum allowed size'
  return new StorageError(413, 'EntityTooLarge', 'Payload too large', message)
}
export const wrongType = (type: string) =>
  new StorageError(
    415,
    'InvalidMimeType',
    'invalid_mime_type',
    `mime type ${type} is not supported`,
  )
export const invalidToken = (message: string) =>
  new StorageError(400, 'InvalidJWT', 'InvalidJWT', message)
export const invalidRequest = (message: string) =>
  new StorageError(400, 'InvalidRequest', 'Error', message)

/** What the database said, as Storage tells it. */
export function ofDatabase(error: unknown): unknown {
  const { code, message } = error as { code?: string; message: string }
  if (code === '42501') {
    const said = message.replace(/ for table "\w+"$/, '')
    return new StorageError(403, 'AccessDenied', 'Unauthorized', said)
  }
  if (code === '23505') {
    return new StorageError(
      409,
      'ResourceAlreadyExists',
      'Duplicate',
      'The resource already exists',
    )
  }
  if (code === '23503') {
    const said = 'The parent resource is not found'
    return new StorageError(404, 'RelatedResourceNotFound', 'Not found', said)
  }
  if (code && /^[0-9A-Z]{5}$/.test(code))
    return new StorageError(500, 'DatabaseError', code, message)
  return error
}
