import { ResendRefusal } from './errors.ts'

interface Kept {
  request: string
  at: number
  /** Undefined while the first request with the key is still under way. */
  answer?: object
}

const KEEP_MS = 24 * 60 * 60 * 1000

/**
 * Resend's idempotency keys: the same key with the same body gives the first answer and sends nothing, with another
 * body 409, and 409 of another name while the first is under way. A key is forgotten after 24 hours of the sandbox
 * clock; what was refused is not kept.
 */
export function createIdempotency(clock: () => number) {
  const kept = new Map<string, Kept>()

  return {
    async once(
      key: string | null,
      request: string,
      work: () => Promise<object>,
    ): Promise<{ answer: object; replayed: boolean }> {
      if (key === null) return { answer: await work(), replayed: false }
      if (key.length < 1 || key.length > 256) {
        throw new ResendRefusal(
          'invalid_idempotency_key',
          'The key must be between 1-256 chars. Retry with a valid key or without supplying an idempotency key.',
        )
      }
      for (const [name, { at }] of kept) if (at <= clock() - KEEP_MS) kept.delete(name)
      const known = kept.get(key)
      if (known && known.request !== request) {
        throw new ResendRefusal(
          'invalid_idempotent_request',
          'Same idempotency key used with a different request payload. Change your idempotency key or payload.',
        )
      }
      if (known && !known.answer) {
        throw new ResendRefusal(
          'concurrent_idempotent_requests',
          'Same idempotency key used while original request is still in progress. Try request again later.',
        )
      }
      if (known?.answer) return { answer: known.answer, replayed: true }
      const entry: Kept = { request, at: clock() }
      kept.set(key, entry)
      try {
        entry.answer = await work()
        return { answer: entry.answer, replayed: false }
      } catch (error) {
        kept.delete(key)
        throw error
      }
    },
    clear: () => kept.clear(),
  }
}
