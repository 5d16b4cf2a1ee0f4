/** A webhook as the provider hands it to the deliverer. */
export interface Message {
  /** The provider's event id, or one of the sandbox's own. */
  id: string
  /** The exact bytes that are signed and sent. */
  body: string
  /** Overrides the deliverer's address and signature: for providers with many endpoints. */
  url?: string
  sign?: Sign
  /** Goes into the ledger with every attempt. */
  detail?: object
}

/** What became of a message. `status` is the last HTTP status, 0 when there was no answer. */
export interface Delivery {
  id: string
  state: 'waiting' | 'retrying' | 'delivered' | 'dropped' | 'abandoned'
  attempts: number
  status: number
}

/** The signature headers of a body that is sent at this moment of wall time. */
export type Sign = (body: string, sentAt: Date) => Record<string, string>

/** Where and how messages are posted. */
export interface Post {
  url: string
  sign: Sign
  /** Address and headers of a forged copy; by default the true ones with every `v1=` signature broken. */
  forge?: (
    url: string,
    headers: Record<string, string>,
  ) => { url: string; headers: Record<string, string> }
  /** Default application/json. */
  contentType?: string
  userAgent?: string
  /** Wall milliseconds after which an endpoint that does not answer counts as failed. */
  answerWithinMs?: number
  /**
   * Signatures carry wall time, not sandbox time: receivers compare it with their own clock, which
   * nobody advances.
   */
  wall?: () => Date
}

/** Longer than providers wait: a machine that is busy with other things is no endpoint that hangs. */
export const ANSWER_WITHIN_MS = 60_000

/** Replaces every `v1=` signature by zeros of the same length. */
export const breakSignatures = (headers: Record<string, string>) =>
  Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [
      name,
      value.replace(
        /(v1=)([0-9a-f]+)/g,
        (_, key: string, hex: string) => key + '0'.repeat(hex.length),
      ),
    ]),
  )

/** Posts a message once. Never throws: no answer is status 0 with the reason. */
export async function postMessage(
  message: Message,
  post: Post,
  kind: 'true' | 'forged',
): Promise<{ status: number; error?: string }> {
  const sign = message.sign ?? post.sign
  const signed = sign(message.body, (post.wall ?? (() => new Date()))())
  const honest = { url: message.url ?? post.url, headers: signed }
  const forge = post.forge ?? ((url, headers) => ({ url, headers: breakSignatures(headers) }))
  const { url, headers } = kind === 'forged' ? forge(honest.url, honest.headers) : honest
  try {
    const response = await fetch(url, {
      method: 'POST',
      body: message.body,
      headers: {
        'content-type': post.contentType ?? 'application/json',
        'user-agent': post.userAgent ?? 'Sandbox/1.0',
        ...headers,
      },
      redirect: 'manual',
      signal: AbortSignal.timeout(post.answerWithinMs ?? ANSWER_WITHIN_MS),
    })
    await response.arrayBuffer()
    return { status: response.status }
  } catch (error) {
    return { status: 0, error: error instanceof Error ? error.message : String(error) }
  }
}
