import { Resend } from 'resend'
import { z } from 'zod'
import { type Env, optional, required } from '../env.ts'
import { ProviderError } from '../provider_error.ts'
import { ResendError, type ResendProblem, resendFailure } from './resend_errors.ts'

export interface OutgoingMail {
  to: string
  subject: string
  html: string
  text: string
  /** Where an answer to it goes. */
  replyTo: string
  headers: Record<string, string>
  /** Comes back with everything that Resend says of this mail. */
  tag: string
}

export interface Looked {
  /** Resend's numbers of the mails that may be it, the newest first. */
  ids: string[]
  /** Whether everything since then was looked through: if not, it may be there all the same. */
  isWhole: boolean
}

/** Resend in the few verbs that we use. Every verb throws ProviderError and ends within 10 seconds. */
export interface ResendClient {
  /** Hands over one mail and returns its number. The same key within a day is the same mail, sent once. */
  send(mail: OutgoingMail, key: string, signal?: AbortSignal): Promise<string>
  /** Looks for a mail among those since a moment, by address and subject. Needs a key that may read. */
  find(mail: { to: string; subject: string; since: Date }, signal?: AbortSignal): Promise<Looked>
  /** Takes an address off Resend's own list of those that get no mail; one that is not on it is fine. */
  unsuppress(address: string, signal?: AbortSignal): Promise<void>
  /** Whether Resend answers and knows our key. */
  ping(): Promise<void>
}

const TIMEOUT_MS = 10_000
/** Pages of a hundred mails that are looked through at most. */
const MOST_PAGES = 20

const sent = z.object({ id: z.string().min(1) })
const listed = z.object({
  has_more: z.boolean(),
  data: z.array(
    z.object({
      id: z.string(),
      to: z.array(z.string()),
      subject: z.string().nullish(),
      created_at: z.string(),
    }),
  ),
})

interface Answer {
  data: unknown
  error: ResendProblem | null
  headers: Record<string, string> | null
}

/** Connects the official SDK. RESEND_API_BASE points elsewhere than api.resend.com, for tests and the sandbox. */
export function createResend(env: Env, now: () => Date, timeoutMs = TIMEOUT_MS): ResendClient {
  const base = optional(env, 'RESEND_API_BASE')
  const from = required(env, 'EMAIL_FROM')
  const resend = new Resend(required(env, 'RESEND_API_KEY'), base ? { baseUrl: base } : {})

  async function ask<S extends z.ZodType>(
    shape: S,
    signal: AbortSignal | undefined,
    call: (options: { signal: AbortSignal }) => Promise<Answer>,
  ): Promise<z.output<S>> {
    const ends = AbortSignal.timeout(timeoutMs)
    let answer: Answer
    try {
      answer = await call({ signal: signal ? AbortSignal.any([signal, ends]) : ends })
    } catch (error) {
      throw new ProviderError('Resend', 'retry', 'No usable answer', { cause: error })
    }
    if (answer.error) throw resendFailure(answer.error, answer.headers, now())
    const parsed = shape.safeParse(answer.data)
    if (parsed.success) return parsed.data
    throw new ProviderError('Resend', 'retry', 'An answer of an unknown shape', {
      cause: parsed.error,
    })
  }

  return {
    async send({ tag, ...mail }, key, signal) {
      const { id } = await ask(sent, signal, (options) =>
        resend.emails.send(
          { from, ...mail, tags: [{ name: 'mail', value: tag }] },
          { ...options, idempotencyKey: key },
        ),
      )
      return id
    },

    async find({ to, subject, since }, signal) {
      const ids: string[] = []
      let after: string | undefined
      for (let page = 0; page < MOST_PAGES; page++) {
        const { data, has_more } = await ask(listed, signal, (options) =>
          resend.emails.list({ limit: 100, ...(after ? { after } : {}) }, options),
        )
        for (const mail of data) {
          if (Date.parse(mail.created_at) < since.getTime()) return { ids, isWhole: true }
          if (mail.subject === subject && mail.to.some((one) => one.toLowerCase() === to)) {
            ids.push(mail.id)
          }
        }
        after = data.at(-1)?.id
        if (!has_more || !after) return { ids, isWhole: true }
      }
      return { ids, isWhole: false }
    },

    async unsuppress(address, signal) {
      try {
        await ask(z.unknown(), signal, (options) => resend.suppressions.remove(address, options))
      } catch (error) {
        if (!(error instanceof ResendError && error.status === 404)) throw error
      }
    },

    async ping() {
      try {
        await ask(listed, undefined, (options) => resend.emails.list({ limit: 1 }, options))
      } catch (error) {
        // A key that may only send is told so, which is an answer.
        if (!(error instanceof ResendError && error.code === 'restricted_api_key')) throw error
      }
    },
  }
}
