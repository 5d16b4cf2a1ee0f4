import { createHmac } from 'node:crypto'
import { Hono } from 'hono'
import type { Deliverer } from '../lib/deliver.ts'
import type { Sign } from '../lib/post.ts'
import { paged } from './pages_of_list.ts'
import { Problem } from './problems.ts'
import type { Announce, Calendar } from './state.ts'

interface Webhook {
  id: string
  url: string
  event_types: string[]
  status: 'active' | 'paused'
  secret: string
  created_at: string
}

type Body = Record<string, unknown>

/**
 * Luma's form: `Webhook-Signature: t=<unix>,v1=<hex>`, HMAC-SHA256 over `<t>.<body>`, keyed by the whole secret with
 * its prefix. The header names are those of Standard Webhooks, the form is not.
 */
export const signer =
  (id: string, secret: string): Sign =>
  (body, sentAt) => {
    const t = Math.floor(sentAt.getTime() / 1000)
    const v1 = createHmac('sha256', secret).update(`${t}.${body}`).digest('hex')
    return {
      'Webhook-Id': id,
      'Webhook-Timestamp': String(t),
      'Webhook-Signature': `t=${t},v1=${v1}`,
    }
  }

/** The calendar's webhooks. `initial` is there from the start, as if made on Luma's own pages. */
export function createWebhooks(
  calendar: Calendar,
  deliverer: Deliverer,
  initial: { url: string; secret: string },
) {
  const hooks = new Map<string, Webhook>()
  const routes = new Hono<{ Variables: { body: Body } }>()

  function reset() {
    hooks.clear()
    hooks.set('whk-initial', {
      id: 'whk-initial',
      url: initial.url,
      event_types: ['*'],
      status: 'active',
      secret: initial.secret,
      created_at: calendar.clock.now().toISOString(),
    })
  }
  reset()

  const find = (id: unknown): Webhook => {
    const hook = hooks.get(String(id))
    if (!hook) throw new Problem(404, 'Webhook not found.')
    return hook
  }

  routes.get('/v1/webhooks/list', (c) =>
    c.json(paged([...hooks.values()], new URL(c.req.url).searchParams, 50)),
  )
  routes.get('/v2/webhooks/get', (c) => c.json(find(c.req.query('id'))))
  routes.post('/v2/webhooks/create', (c) => {
    const { url, event_types } = c.get('body') as { url: string; event_types: string[] }
    const hook: Webhook = {
      id: calendar.id('whk'),
      url,
      event_types,
      status: 'active',
      secret: `whsec_${crypto.randomUUID().replaceAll('-', '')}`,
      created_at: calendar.clock.now().toISOString(),
    }
    hooks.set(hook.id, hook)
    return c.json(hook)
  })
  routes.post('/v2/webhooks/update', (c) => {
    const { id, event_types, status } = c.get('body') as Partial<Webhook>
    return c.json(
      Object.assign(find(id), event_types ? { event_types } : {}, status ? { status } : {}),
    )
  })
  routes.post('/v1/webhooks/delete', (c) => {
    hooks.delete(find(c.get('body').id).id)
    return c.json({})
  })

  const announce: Announce = (type, data) => {
    const body = JSON.stringify({ type, data })
    for (const hook of hooks.values()) {
      if (hook.status !== 'active') continue
      if (!hook.event_types.includes('*') && !hook.event_types.includes(type)) continue
      const id = calendar.id('msg')
      const about = 'id' in data ? data.id : undefined
      deliverer.send({
        id,
        body,
        url: hook.url,
        sign: signer(id, hook.secret),
        detail: { type, about },
      })
    }
  }
  return { routes, reset, announce }
}
