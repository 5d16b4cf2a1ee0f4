import { createHmac, randomUUID } from 'node:crypto'
import type { Clock } from '../lib/clock.ts'
import type { Deliverer } from '../lib/deliver.ts'
import type { Sign } from '../lib/post.ts'
import type { Announce } from './state.ts'

const SECOND = 1
const MINUTE = 60 * SECOND
const HOUR = 60 * MINUTE

/** When Resend tries again an endpoint that did not answer with 2xx. */
export const RETRIES = [
  5 * SECOND,
  5 * MINUTE,
  30 * MINUTE,
  2 * HOUR,
  5 * HOUR,
  10 * HOUR,
  10 * HOUR,
]

/** Svix's signature of one message: HMAC-SHA256 over `<id>.<unix>.<body>`, with the secret behind `whsec_`. */
export function signer(secret: string, id: string): Sign {
  const key = Buffer.from(secret.replace(/^whsec_/, ''), 'base64')
  return (body, sentAt) => {
    const time = String(Math.floor(sentAt.getTime() / 1000))
    const signature = createHmac('sha256', key).update(`${id}.${time}.${body}`).digest('base64')
    return { 'svix-id': id, 'svix-timestamp': time, 'svix-signature': `v1,${signature}` }
  }
}

/** The same headers with a signature that fits nothing. */
export const breakSvix = (headers: Record<string, string>) => ({
  ...headers,
  'svix-signature': `v1,${Buffer.alloc(32).toString('base64')}`,
})

/** Tells the registered endpoint what happened to a mail, as Resend's events do. */
export function createAnnouncer(deliverer: Deliverer, clock: Clock, secret: string): Announce {
  return (mail, type, more = {}) => {
    const id = `msg_${randomUUID().replaceAll('-', '')}`
    const body = JSON.stringify({
      type: `email.${type}`,
      created_at: clock.now().toISOString(),
      data: {
        created_at: mail.createdAt,
        email_id: mail.id,
        message_id: mail.messageId,
        from: mail.from,
        to: mail.to,
        subject: mail.subject,
        ...(mail.tags.length
          ? { tags: Object.fromEntries(mail.tags.map(({ name, value }) => [name, value])) }
          : {}),
        ...more,
      },
    })
    const detail = { type: `email.${type}`, email: mail.id }
    deliverer.send({ id, body, sign: signer(secret, id), detail })
  }
}
