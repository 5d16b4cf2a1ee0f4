import type { Verdict } from './signature.ts'

const MAX_AGE_SECONDS = 300
const encoder = new TextEncoder()
const keys = new Map<string, Promise<CryptoKey>>()

const fromBase64 = (text: string): Uint8Array<ArrayBuffer> | undefined => {
  try {
    return Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0))
  } catch {
    return undefined
  }
}

/** Imported once for each secret and isolate. Undefined for what is no secret of Svix's: nothing fits that. */
function keyOf(secret: string): Promise<CryptoKey> | undefined {
  const known = keys.get(secret)
  if (known) return known
  const bytes = fromBase64(secret.replace(/^whsec_/, ''))
  if (!bytes?.length) return undefined
  const use = { name: 'HMAC', hash: 'SHA-256' }
  const key = crypto.subtle.importKey('raw', bytes, use, false, ['verify'])
  keys.set(secret, key)
  return key
}

export interface SvixHeaders {
  id: string | undefined
  timestamp: string | undefined
  signature: string | undefined
}

/**
 * Checks a signature in Svix's form: HMAC-SHA256 over `<id>.<unix time>.<raw body>`, in base64, of which the header
 * may hold several. Any of the secrets may have signed, so that one can be rotated; times more than five minutes
 * from `now` in either direction are refused. The comparison is Web Crypto's own, in constant time.
 */
export async function verifySvix(
  body: Uint8Array,
  { id, timestamp, signature }: SvixHeaders,
  secrets: readonly string[],
  now: Date,
): Promise<Verdict> {
  if (!id || !timestamp || !signature) return 'missing'
  const time = /^\d{1,12}$/.test(timestamp) ? Number(timestamp) : Number.NaN
  const signatures = signature
    .split(' ')
    .filter((one) => one.startsWith('v1,'))
    .flatMap((one) => fromBase64(one.slice(3)) ?? [])
  if (Number.isNaN(time) || signatures.length === 0) return 'malformed'
  const prefix = encoder.encode(`${id}.${timestamp}.`)
  const signed = new Uint8Array(prefix.length + body.length)
  signed.set(prefix)
  signed.set(body, prefix.length)
  if (!(await anyFits(signed, signatures, secrets))) return 'wrong'
  // Only after the signature: what is not signed says nothing about its age.
  const age = Math.floor(now.getTime() / 1000) - time
  if (age > MAX_AGE_SECONDS) return 'stale'
  return age < -MAX_AGE_SECONDS ? 'future' : 'valid'
}

async function anyFits(
  signed: Uint8Array<ArrayBuffer>,
  signatures: readonly Uint8Array<ArrayBuffer>[],
  secrets: readonly string[],
): Promise<boolean> {
  for (const secret of secrets) {
    const key = await keyOf(secret)
    if (!key) continue
    for (const signature of signatures) {
      if (await crypto.subtle.verify('HMAC', key, signature, signed)) return true
    }
  }
  return false
}
