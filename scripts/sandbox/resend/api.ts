import { Hono } from 'hono'
import type { Clock } from '../lib/clock.ts'
import type { Gate } from '../lib/gate.ts'
import { ResendRefusal } from './errors.ts'
import { createIdempotency } from './idempotency.ts'
import type { Mail, Post, Suppression } from './state.ts'
import { readSend } from './validate.ts'

/** What can be switched on in the account. */
export interface Account {
  /** Requests a second; 0 is no limit. */
  perSecond: number
  quota: 'daily' | 'monthly' | null
  /** What mail may come from. */
  domains: readonly string[]
}

interface Paged {
  id: string
}

/** One page of a list, by Resend's cursors. */
function page<T extends Paged>(all: T[], query: (name: string) => string | undefined) {
  const limit = Number(query('limit') ?? 20)
  if (!Number.isInteger(limit) || limit < 1 || limit > 100) {
    throw new ResendRefusal('validation_error', 'The `limit` must be between 1 and 100.', 422)
  }
  const [after, before] = [query('after'), query('before')]
  if (after && before) {
    throw new ResendRefusal('validation_error', 'Use `after` or `before`, not both.', 422)
  }
  const at = all.findIndex(({ id }) => id === (after ?? before))
  if ((after || before) && at < 0) throw new ResendRefusal('not_found', 'Cursor not found')
  const from = after ? at + 1 : before ? Math.max(0, at - limit) : 0
  const until = before ? at : Math.min(all.length, from + limit)
  const has_more = before ? from > 0 : until < all.length
  return { object: 'list' as const, has_more, data: all.slice(from, until) }
}

const summary = (mail: Mail) => ({
  id: mail.id,
  message_id: mail.messageId,
  to: mail.to,
  from: mail.from,
  created_at: mail.createdAt,
  subject: mail.subject,
  bcc: mail.bcc,
  cc: mail.cc,
  reply_to: mail.replyTo,
  last_event: mail.events.at(-1)?.type ?? 'queued',
  scheduled_at: null,
})

const suppression = ({ id, email, origin, createdAt }: Suppression) => ({
  object: 'suppression' as const,
  id,
  email,
  origin,
  created_at: createdAt,
})

/** Resend's API in the parts that we use: sending, reading and listing mails, and the suppression list. */
export function createApi(post: Post, account: Account, clock: Clock, gate: Gate) {
  const api = new Hono()
  const idempotency = createIdempotency(() => clock.now().getTime())
  api.onError((error) => {
    if (error instanceof ResendRefusal) return error.response()
    throw error
  })
  api.notFound(() =>
    new ResendRefusal('not_found', 'The requested endpoint was not found').response(),
  )

  api.post('/emails', async (c) => {
    if (account.quota) {
      const message = `You have reached your ${account.quota} email sending quota.`
      return new ResendRefusal(`${account.quota}_quota_exceeded`, message).response()
    }
    const raw = await c.req.text()
    let json: unknown
    try {
      json = JSON.parse(raw)
    } catch {
      throw new ResendRefusal('validation_error', 'The request body is not JSON.')
    }
    const key = c.req.header('idempotency-key') ?? null
    const { answer, replayed } = await idempotency.once(key, raw, async () => {
      const request = readSend(json, account.domains)
      await gate.pass()
      return { id: post.accept(request, key).id }
    })
    return c.json(answer, 200, replayed ? { 'idempotent-replayed': 'true' } : {})
  })
  api.get('/emails', (c) => {
    const all = [...post.mails.values()].reverse()
    const { data, ...rest } = page(all, (name) => c.req.query(name))
    return c.json({ ...rest, data: data.map(summary) })
  })
  api.get('/emails/:id', (c) => {
    const mail = post.mails.get(c.req.param('id'))
    if (!mail) throw new ResendRefusal('not_found', 'Email not found')
    return c.json({
      object: 'email',
      ...summary(mail),
      html: mail.html,
      text: mail.text,
      tags: mail.tags,
    })
  })

  api.get('/suppressions', (c) => {
    const origin = c.req.query('origin')
    const all = [...post.suppressions.values()].reverse()
    const { data, ...rest } = page(
      origin ? all.filter((one) => one.origin === origin) : all,
      (name) => c.req.query(name),
    )
    return c.json({ ...rest, data: data.map(suppression) })
  })
  api.post('/suppressions', async (c) => {
    const { email } = (await c.req.json()) as { email?: string }
    if (!email) throw new ResendRefusal('missing_required_field', 'Missing `email` field.')
    await gate.pass()
    const { id } = post.suppress(email.toLowerCase(), 'manual')
    return c.json({ object: 'suppression', id }, 201)
  })
  const found = (name: string) => {
    const one = [...post.suppressions.values()].find(
      ({ id, email }) => id === name || email === name.toLowerCase(),
    )
    if (!one) throw new ResendRefusal('not_found', 'Suppression not found')
    return one
  }
  api.get('/suppressions/:name', (c) => c.json(suppression(found(c.req.param('name')))))
  api.delete('/suppressions/:name', async (c) => {
    await gate.pass()
    const { id, email } = found(c.req.param('name'))
    post.suppressions.delete(email)
    return c.json({ object: 'suppression', id, deleted: true })
  })
  return { fetch: (request: Request) => api.fetch(request), reset: () => idempotency.clear() }
}
