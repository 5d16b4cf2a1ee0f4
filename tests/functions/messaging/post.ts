import { createHmac } from 'node:crypto'
import { fresh } from '../support/events.ts'
import type { House } from '../support/house.ts'
import { act } from '../support/people.ts'

export interface Shown {
  id: string
  to: string[]
  subject: string
  html: string
  text: string
  headers: Record<string, string>
  replyTo: string[]
  key: string
  events: { type: string }[]
}

interface Recipient {
  member?: string
  address?: string
}
interface MailWish {
  kind?: 'service' | 'optional'
  key?: string
  template?: string
  data?: object
}

/** What tests of mails ask of a house. */
export function postOf(house: () => House) {
  const sql = () => house().sql
  const self = {
    someone: (name = 'mia') => `${fresh(name)}@example.org`,
    /** A member with one proved address. */
    async member(name = 'Mia Quill') {
      const email = self.someone()
      const [row] = await sql()<{ id: string }[]>`
        with made as (insert into public.members (origin) values ('checkout') returning id),
        named as (insert into public.profiles (member_id, name) select id, ${name} from made)
        insert into public.member_emails (email, member_id, is_primary, verified_at, source)
        select ${email}, id, true, now(), 'stripe' from made returning member_id as id`
      return { id: row!.id, email }
    },
    /** Owes a mail, in the words of its template; returns its number. */
    async owe(to: Recipient, wish: MailWish = {}): Promise<number> {
      const { kind = 'service', key = fresh('mail'), template = 'event_message', data = {} } = wish
      const filled = sql().json({ title: 'Dinner in Lisbon', words: 'Bring a chair.', ...data })
      const [row] = await sql()<{ id: number }[]>`
        select private.send_email(${key}, ${template}, ${filled}, member => ${to.member ?? null}::uuid,
          address => ${to.address ?? null}, kind => ${kind}::private.email_kind) as id`
      return Number(row!.id)
    },
    async row(id: number) {
      const [row] = await sql()`select * from private.emails where id = ${id}`
      return row!
    },
    /** What Resend has for an address, the oldest first. */
    async at(address: string): Promise<Shown[]> {
      const { url } = house().resend
      const response = await fetch(`${url}/_sandbox/resend/emails?to=${address}`)
      return (await response.json()).emails.reverse()
    },
    control: (verb: string, body: object) => act(house().resend.url, `resend/${verb}`, body),
    /** Waits until every webhook that is under way has arrived. */
    settle: () => act(house().resend.url, 'resend/settle', {}),
    switches: (wish: object) => act(house().resend.url, 'webhooks', wish),
    /** Owes a mail and sends it. */
    async sent(to: Recipient, wish: MailWish = {}) {
      const id = await self.owe(to, wish)
      await house().workers.messaging.drain()
      await self.settle()
      return id
    },
    async attempts(id: number) {
      const rows = await sql()<{ outcome: string; note: string | null }[]>`
        select outcome, note from jobs.attempts where kind = 'send_email' and args ->> 'email_id' = ${String(id)} order by started_at`
      return [...rows]
    },
    /** Posts an event to our door as Resend would; answers status and body. */
    async hear(
      event: object | string,
      { id = fresh('msg'), secret = SECRET, at = new Date() } = {},
    ) {
      const body = typeof event === 'string' ? event : JSON.stringify(event)
      const response = await house().messaging.request('/messaging/resend-webhook', {
        method: 'POST',
        body,
        headers: signed(body, id, secret, at),
      })
      return { status: response.status, body: await response.json() }
    },
  }
  return self
}

export const SECRET = 'whsec_c2FuZGJveC1yZXNlbmQtc2lnbmluZy1rZXk='

/** Svix's headers for a body. */
export function signed(body: string, id: string, secret = SECRET, at = new Date()) {
  const time = String(Math.floor(at.getTime() / 1000))
  const key = Buffer.from(secret.replace('whsec_', ''), 'base64')
  const signature = createHmac('sha256', key).update(`${id}.${time}.${body}`).digest('base64')
  return { 'svix-id': id, 'svix-timestamp': time, 'svix-signature': `v1,${signature}` }
}

/** An event about a mail, as Resend words it. */
export const eventOfMail = (
  type: string,
  { id, to, tag, more = {}, at = new Date() }: EventWish,
) => ({
  type: `email.${type}`,
  created_at: at.toISOString(),
  data: {
    created_at: at.toISOString(),
    email_id: id,
    message_id: `<${id}@resend.dev>`,
    from: 'hello@mail.example.org',
    to: [to],
    subject: 'Dinner',
    ...(tag === undefined ? {} : { tags: { mail: String(tag) } }),
    ...more,
  },
})

interface EventWish {
  id: string
  to: string
  tag?: number
  more?: object
  at?: Date
}
