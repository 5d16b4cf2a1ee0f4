import { createHmac } from 'node:crypto'
import { createDeliverer, type Deliverer } from '../lib/deliver.ts'
import type { Message, Sign } from '../lib/post.ts'
import { seeded, shuffled } from './ids.ts'
import type { Endpoint, StripeEvent } from './shapes/platform.ts'
import type { World } from './world.ts'

export const MODES = ['normal', 'pause', 'drop', 'duplicate', 'reorder', 'shuffle'] as const
export type Mode = (typeof MODES)[number]

/**
 * The order of the events of a finished checkout. Stripe promises none; `any` changes from checkout
 * to checkout, repeatably for a seed.
 */
export const ORDERS = ['any', 'as_happened', 'checkout_first', 'invoice_first'] as const
export type Order = (typeof ORDERS)[number]

export interface Delivery {
  deliverer: Deliverer
  /** Sends the events of the operation that has just ended. */
  flush(): void
  set(wish: { mode?: Mode; order?: Order; seed?: number }): void
  settings(): { mode: Mode; order: Order; seed: number }
  /** Sends an event again to every endpoint that listens. False when there is no such event. */
  redeliver(id: string): boolean
  reset(): void
}

/** Signs a body as Stripe does: HMAC-SHA256 of `<seconds>.<body>` with the whole secret as key. */
export const signature = (body: string, secret: string, seconds: number) =>
  `t=${seconds},v1=${createHmac('sha256', secret).update(`${seconds}.${body}`).digest('hex')}`

const signWith =
  (secret: string): Sign =>
  (body, sentAt) => ({
    'stripe-signature': signature(body, secret, Math.floor(sentAt.getTime() / 1000)),
  })

const listens = (endpoint: Endpoint, type: string) =>
  endpoint.status === 'enabled' &&
  (endpoint.enabled_events.includes('*') || endpoint.enabled_events.includes(type))

export interface DeliveryOptions {
  /** Seconds of the sandbox clock between attempts. */
  retrySeconds?: readonly number[]
  /** Wall time of signatures: receivers compare it with their own clock. */
  wall: () => Date
  order: Order
  seed: number
}

/** Creates the sender of events to the webhook endpoints of a world. */
export function createDelivery(world: World, options: DeliveryOptions): Delivery {
  const { clock, ledger } = world
  let mode: Mode = 'normal'
  let { order, seed } = options
  let random = seeded(seed)
  const deliverer = createDeliverer({
    clock,
    ledger,
    url: '',
    sign: () => ({}),
    userAgent: 'Stripe/1.0 (+https://stripe.com/docs/webhooks)',
    contentType: 'application/json; charset=utf-8',
    wall: options.wall,
    ...(options.retrySeconds && { retrySeconds: options.retrySeconds }),
  })

  const message = (event: StripeEvent, endpoint: Endpoint): Message => ({
    id: event.id,
    body: JSON.stringify(event, null, 2),
    url: endpoint.url,
    sign: signWith(world.endpointSecrets.get(endpoint.id) ?? ''),
    detail: { type: event.type, endpoint: endpoint.id },
  })

  function sendAll(event: StripeEvent) {
    for (const endpoint of world.endpoints.values()) {
      if (listens(endpoint, event.type)) deliverer.send(message(event, endpoint))
    }
  }

  function arranged(batch: StripeEvent[]): StripeEvent[] {
    if (mode === 'reorder') return [...batch].reverse()
    if (mode === 'shuffle') return shuffled(batch, random)
    const isCheckout = (e: StripeEvent) => e.type === 'checkout.session.completed'
    if (!batch.some(isCheckout) || order === 'as_happened') return batch
    const first = order === 'any' ? ORDERS[1 + Math.floor(random() * 3)] : order
    if (first === 'as_happened') return batch
    const leads =
      first === 'checkout_first' ? isCheckout : (e: StripeEvent) => e.type.startsWith('invoice')
    return [...batch.filter(leads), ...batch.filter((e) => !leads(e))]
  }

  return {
    deliverer,
    flush() {
      const batch = world.batch
      world.batch = []
      for (const event of arranged(batch)) sendAll(event)
    },
    set(wish) {
      mode = wish.mode ?? mode
      order = wish.order ?? order
      if (wish.seed !== undefined) {
        seed = wish.seed
        random = seeded(seed)
      }
      deliverer.set({
        pause: mode === 'pause',
        drop: mode === 'drop',
        duplicate: mode === 'duplicate',
      })
    },
    settings: () => ({ mode, order, seed }),
    redeliver(id) {
      const event = world.events.get(id)
      if (!event) return false
      if (!deliverer.redeliver(id)) sendAll(event)
      return true
    },
    reset() {
      mode = 'normal'
      order = options.order
      seed = options.seed
      random = seeded(seed)
    },
  }
}
