import { randomUUID } from 'node:crypto'
import type { Clock } from '../lib/clock.ts'
import type { Ledger } from '../lib/ledger.ts'
import type { SendRequest } from './validate.ts'

export type MailEvent =
  | 'sent'
  | 'delivered'
  | 'delivery_delayed'
  | 'bounced'
  | 'complained'
  | 'failed'
  | 'suppressed'

export interface Mail extends SendRequest {
  id: string
  messageId: string
  createdAt: string
  key: string | null
  /** What happened to it, in order. */
  events: { type: MailEvent; at: string }[]
}

export interface Suppression {
  id: string
  email: string
  origin: 'bounce' | 'complaint' | 'manual'
  createdAt: string
}

/** What an address does with the mail that comes to it from now on. */
export type Habit = 'bounce' | 'soft_bounce' | 'complain' | 'fail' | 'delay'

/** Tells the world what happened to a mail, with what Resend adds for its kind. */
export type Announce = (mail: Mail, type: MailEvent, more?: object) => void

export type Post = ReturnType<typeof createPost>

const testHabits: Record<string, Habit> = { bounced: 'bounce', complained: 'complain' }
const bare = (address: string) =>
  (/<([^<>]+)>\s*$/.exec(address)?.[1] ?? address).trim().toLowerCase()

const permanent = {
  type: 'Permanent',
  subType: 'General',
  message: "The recipient's email provider sent a hard bounce message.",
}
const transient = {
  type: 'Transient',
  subType: 'MailboxFull',
  message: "The recipient's mailbox was full.",
}

/** The account as Resend holds it: mails with what happened to them, suppressed addresses, and habits of addresses. */
export function createPost(clock: Clock, ledger: Ledger) {
  const mails = new Map<string, Mail>()
  const suppressions = new Map<string, Suppression>()
  const habits = new Map<string, Habit>()
  const post = { announce: (() => {}) as Announce }
  const now = () => clock.now().toISOString()

  function happen(mail: Mail, type: MailEvent, more: object = {}) {
    mail.events.push({ type, at: now() })
    ledger.add(`email.${type}`, mail.id, { to: mail.to, subject: mail.subject })
    post.announce(mail, type, more)
  }

  function suppress(email: string, origin: Suppression['origin']) {
    const known = suppressions.get(email)
    if (known) return known
    const made = { id: randomUUID(), email, origin, createdAt: now() }
    suppressions.set(email, made)
    ledger.add('suppression.added', made.id, { email, origin })
    return made
  }

  function bounce(mail: Mail, email: string, soft: boolean) {
    happen(mail, 'bounced', { bounce: soft ? transient : permanent })
    if (!soft) suppress(email, 'bounce')
  }

  function complain(mail: Mail, email: string) {
    happen(mail, 'complained')
    suppress(email, 'complaint')
  }

  function habitOf(email: string): Habit | 'suppress' | undefined {
    const [local = '', domain] = email.split('@')
    const test = domain === 'resend.dev' ? local.split('+')[0] : undefined
    if (test === 'suppressed') return 'suppress'
    return (test && testHabits[test]) || habits.get(email)
  }

  /** The way of one accepted mail: Resend sends it on, and hears what became of it. */
  function travel(mail: Mail) {
    const email = bare(mail.to[0] ?? '')
    const habit = habitOf(email)
    if (suppressions.has(email) || habit === 'suppress') {
      const message = 'Resend has suppressed sending to this address.'
      return happen(mail, 'suppressed', {
        suppressed: { type: 'OnAccountSuppressionList', message },
      })
    }
    if (habit === 'fail')
      return happen(mail, 'failed', { failed: { reason: 'reached_daily_quota' } })
    happen(mail, 'sent')
    if (habit === 'delay') return happen(mail, 'delivery_delayed')
    if (habit === 'bounce' || habit === 'soft_bounce') {
      return bounce(mail, email, habit === 'soft_bounce')
    }
    happen(mail, 'delivered')
    if (habit === 'complain') complain(mail, email)
  }

  return Object.assign(post, {
    mails,
    suppressions,
    suppress,
    accept(request: SendRequest, key: string | null): Mail {
      const id = randomUUID()
      const messageId = `<${id}@mail.resend.dev>`
      const mail = { ...request, id, messageId, createdAt: now(), key, events: [] }
      mails.set(id, mail)
      ledger.add('email.accepted', id, { to: mail.to, subject: mail.subject, key })
      travel(mail)
      return mail
    },
    /** The newest mail to an address. */
    latest: (email: string) =>
      [...mails.values()].findLast(({ to }) => to.some((one) => bare(one) === email)),
    /** From now on the address behaves like this; the newest mail to it does so at once. */
    turn(address: string, habit: Habit | 'deliver'): boolean {
      const email = bare(address)
      if (habit === 'deliver') return habits.delete(email)
      habits.set(email, habit)
      const mail = this.latest(email)
      if (!mail || suppressions.has(email)) return false
      if (habit === 'bounce' || habit === 'soft_bounce') bounce(mail, email, habit !== 'bounce')
      if (habit === 'complain') complain(mail, email)
      return true
    },
    reset() {
      mails.clear()
      suppressions.clear()
      habits.clear()
    },
  })
}
