import { createHash, createHmac, timingSafeEqual } from 'node:crypto'

const digest = (text: string) => createHash('sha256').update(text).digest()

/** Whether two secrets are the same, in a time that does not tell how much of them agrees. */
export function sameSecret(given: string, expected: string): boolean {
  return timingSafeEqual(digest(given), digest(expected)) && expected.length > 0
}

/** SHA-256 of some bytes or text, as hex. */
export function sha256(data: string | Uint8Array): string {
  return createHash('sha256').update(data).digest('hex')
}

/** A name for a caller that does not give away the caller's address, not even by trying them all. */
export function pseudonym(address: string, secret: string): string {
  return createHmac('sha256', secret).update(address).digest('hex').slice(0, 32)
}
