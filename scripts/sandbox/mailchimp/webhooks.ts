import { createHmac } from 'node:crypto'
import { Hono } from 'hono'
import { z } from 'zod'
import type { Deliverer } from '../lib/deliver.ts'
import { ANSWER_WITHIN_MS, type Sign } from '../lib/post.ts'
import { notFound, Problem, readBody } from './problems.ts'
import { links } from './shapes.ts'
import type { Announce, Audience } from './state.ts'

const events = ['subscribe', 'unsubscribe', 'profile', 'cleaned', 'upemail', 'campaign'] as const
const sources = ['user', 'admin', 'api'] as const

const flags = <K extends string>(keys: readonly K[]) =>
  z.looseObject(Object.fromEntries(keys.map((key) => [key, z.boolean().optional()])))
const webhookBody = z.looseObject({ url: z.url(), events: flags(events), sources: flags(sources) })
const changeBody = webhookBody.partial()

interface Webhook {
  id: string
  url: string
  events: Record<string, unknown>
  sources: Record<string, unknown>
  secret: string | undefined
}

export interface Webhooks {
  routes: Hono
  /** Sends a change to every endpoint that wants it from this source. */
  send: Announce
  reset(): void
}

/** `t=<unix>,v1=<hex>`: HMAC-SHA256 over `<t>.<body>`. No header without a secret. */
export function signer(secret: string | undefined): Sign {
  return (body, sentAt) => {
    if (!secret) return {} as Record<string, string>
    const t = Math.floor(sentAt.getTime() / 1000)
    const v1 = createHmac('sha256', secret).update(`${t}.${body}`).digest('hex')
    return { 'X-Mailchimp-Signature': `t=${t},v1=${v1}` }
  }
}

/** Flattens `{ merges: { FNAME: 'Ada' } }` to `data[merges][FNAME]=Ada`. */
export function formBody(type: string, firedAt: Date, data: Record<string, unknown>): string {
  const form = new URLSearchParams({
    type,
    fired_at: firedAt.toISOString().slice(0, 19).replace('T', ' '),
  })
  const add = (prefix: string, value: unknown) => {
    if (typeof value === 'object' && value !== null) {
      for (const [key, inner] of Object.entries(value)) add(`${prefix}[${key}]`, inner)
    } else form.append(prefix, String(value ?? ''))
  }
  add('data', data)
  return form.toString()
}

/**
 * The audience's webhooks. `initial` is there from the start (as if made in the web interface); one
 * that is made by the API is probed with GET first, and shows its signing secret once when signing
 * is on.
 */
export function createWebhooks(
  audience: Audience,
  deliverer: Deliverer,
  initial: { url: string; secret?: string | undefined },
): Webhooks {
  const { listId, clock } = audience
  const hooks = new Map<string, Webhook>()
  const app = new Hono()
  let sent = 0

  function reset() {
    hooks.clear()
    sent = 0
    const all = Object.fromEntries(events.map((event) => [event, true]))
    hooks.set('initial', {
      id: 'initial',
      url: initial.url,
      events: all,
      // Without `api`: what we change ourselves must not come back.
      sources: { user: true, admin: true, api: false },
      secret: initial.secret,
    })
  }
  reset()

  const shape = (hook: Webhook, url: string) => ({
    id: hook.id,
    url: hook.url,
    events: Object.fromEntries(events.map((event) => [event, hook.events[event] === true])),
    sources: Object.fromEntries(sources.map((source) => [source, hook.sources[source] === true])),
    list_id: listId,
    _links: links(new URL(url).origin, `/lists/${listId}/webhooks/${hook.id}`),
  })

  async function probe(url: string) {
    const answer = await fetch(url, { signal: AbortSignal.timeout(ANSWER_WITHIN_MS) }).catch(
      () => undefined,
    )
    await answer?.body?.cancel()
    if (answer?.status !== 200) {
      throw new Problem(
        'Invalid Resource',
        'We could not validate the webhook: it must answer GET with 200.',
      )
    }
  }

  const find = (id: string) => {
    const hook = hooks.get(id)
    if (!hook) throw notFound()
    return hook
  }

  app.get('/', (c) =>
    c.json({
      webhooks: [...hooks.values()].map((hook) => shape(hook, c.req.url)),
      list_id: listId,
      total_items: hooks.size,
      _links: links(new URL(c.req.url).origin, `/lists/${listId}/webhooks`),
    }),
  )
  app.post('/', async (c) => {
    const body = await readBody(c.req.raw, webhookBody)
    await probe(body.url)
    const id = crypto.randomUUID().slice(0, 8)
    const secret =
      initial.secret === undefined ? undefined : crypto.randomUUID().replaceAll('-', '')
    const hook = { id, url: body.url, events: body.events, sources: body.sources, secret }
    hooks.set(id, hook)
    return c.json({ ...shape(hook, c.req.url), ...(secret ? { signing_secret: secret } : {}) })
  })
  app.get('/:id', (c) => c.json(shape(find(c.req.param('id')), c.req.url)))
  app.patch('/:id', async (c) => {
    const hook = find(c.req.param('id'))
    const change = await readBody(c.req.raw, changeBody)
    if (change.url) await probe(change.url)
    hook.url = change.url ?? hook.url
    Object.assign(hook.events, change.events)
    Object.assign(hook.sources, change.sources)
    return c.json(shape(hook, c.req.url))
  })
  app.delete('/:id', (c) => {
    hooks.delete(find(c.req.param('id')).id)
    return c.body(null, 204)
  })

  return {
    routes: app,
    reset,
    send(type, source, data) {
      const body = formBody(type, clock.now(), data)
      for (const hook of hooks.values()) {
        if (hook.events[type] !== true || hook.sources[source] !== true) continue
        sent += 1
        const detail = { type, email: data.email ?? data.new_email }
        deliverer.send({
          id: `webhook_${sent}`,
          body,
          url: hook.url,
          sign: signer(hook.secret),
          detail,
        })
      }
    },
  }
}
