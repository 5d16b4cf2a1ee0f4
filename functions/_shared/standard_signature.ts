import { Buffer } from 'node:buffer'
import { createHmac, timingSafeEqual } from 'node:crypto'
import type { Verdict } from './signature.ts'

const MAX_AGE_SECONDS = 300

export interface StandardHeaders {
  id: string | undefined
  /** Unix seconds. */
  timestamp: string | undefined
  /** `v1,<base64>`, several parted by spaces. */
  signature: string | undefined
}

/** The key inside a `whsec_` secret is base64; another secret is taken as its bytes. */
const keyOf = (secret: string): Buffer =>
  secret.startsWith('whsec_') ? Buffer.from(secret.slice(6), 'base64') : Buffer.from(secret)

/**
 * Checks a signature of the Standard Webhooks form: HMAC-SHA256 over `<id>.<timestamp>.<raw body>`, in base64.
 * Any of the secrets may have signed, so that one can be rotated; an empty key signs nothing.
 */
export async function verifyStandardSignature(
  body: Uint8Array,
  { id, timestamp, signature }: StandardHeaders,
  secrets: readonly string[],
  now: Date,
): Promise<Verdict> {
  if (!signature) return 'missing'
  if (!id || !timestamp || !/^\d{1,12}$/.test(timestamp)) return 'malformed'
  const given = signature
    .split(' ')
    .filter((part) => part.startsWith('v1,'))
    .map((part) => Buffer.from(part.slice(3), 'base64'))
  if (given.length === 0) return 'malformed'
  const fits = secrets.some((secret) => {
    const key = keyOf(secret)
    if (key.length === 0) return false
    const wanted = createHmac('sha256', key).update(`${id}.${timestamp}.`).update(body).digest()
    return given.some((one) => one.length === wanted.length && timingSafeEqual(one, wanted))
  })
  if (!fits) return 'wrong'
  const age = Math.floor(now.getTime() / 1000) - Number(timestamp)
  if (age > MAX_AGE_SECONDS) return 'stale'
  return age < -MAX_AGE_SECONDS ? 'future' : 'valid'
}
