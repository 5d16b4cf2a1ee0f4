import { StripeRefusal } from './errors.ts'

interface Answer {
  status: number
  body: unknown
}

interface Kept {
  request: string
  at: number
  /** Undefined while the first request with the key is still running. */
  answer?: Answer
}

export interface Idempotency {
  /** Runs `work` once for a key, and answers later requests with the same key from the store. */
  once(
    key: string,
    request: string,
    work: () => Promise<Answer>,
  ): Promise<Answer & { replayed: boolean }>
  /** How many keys are kept. */
  size(): number
  clear(): void
}

const KEEP_MS = 24 * 60 * 60 * 1000

/**
 * Stripe's idempotency: the same key with the same request gives the stored answer, 500s and card
 * declines included; with another request 400; while the first is running 409. Refusals before any
 * work began are not stored. Keys are forgotten after 24 hours of the sandbox clock.
 */
export function createIdempotency(clock: () => number): Idempotency {
  const kept = new Map<string, Kept>()

  function prune() {
    // A Map keeps the order of insertion, so the old ones stand first.
    for (const [key, entry] of kept) {
      if (entry.at > clock() - KEEP_MS) break
      kept.delete(key)
    }
  }

  function replay(key: string, entry: Kept, request: string) {
    if (entry.request !== request) {
      throw new StripeRefusal(400, {
        type: 'idempotency_error',
        message: `Keys for idempotent requests can only be used with the same parameters they were first used with. Try using a key other than '${key}' if you meant to execute a different request.`,
      })
    }
    if (!entry.answer) {
      throw new StripeRefusal(409, {
        type: 'idempotency_error',
        code: 'idempotency_key_in_use',
        message: `There is currently another in-progress request using this Idempotent Key (that probably means you submitted twice, and the other request is still going through): ${key}.`,
      })
    }
    return { ...entry.answer, replayed: true }
  }

  return {
    async once(key, request, work) {
      if (key.length > 255) {
        throw new StripeRefusal(400, {
          type: 'invalid_request_error',
          message: 'Idempotency keys may be up to 255 characters long.',
        })
      }
      prune()
      const known = kept.get(key)
      if (known) return replay(key, known, request)
      const entry: Kept = { request, at: clock() }
      kept.set(key, entry)
      try {
        entry.answer = await work()
        return { ...entry.answer, replayed: false }
      } catch (error) {
        if (error instanceof StripeRefusal && error.executed) {
          entry.answer = { status: error.status, body: { error: error.body } }
        } else kept.delete(key)
        throw error
      }
    },
    size() {
      prune()
      return kept.size
    },
    clear: () => kept.clear(),
  }
}
