import { z } from 'zod'
import { signature } from './delivery.ts'
import { API_VERSION } from './shapes/platform.ts'
import { idOf, now, type World } from './world.ts'

/** What is wrong with a forged delivery. `right` signs properly, to send an event of one's own. */
export const forgeSchema = z.strictObject({
  signature: z.enum(['right', 'wrong', 'stale', 'future', 'none']).default('wrong'),
  type: z.string().default('checkout.session.completed'),
  /** The event's object; an existing event's is taken when `event` names one. */
  object: z.unknown().optional(),
  event: z.string().optional(),
  livemode: z.boolean().default(false),
  /** Sent instead of an event: an empty body, or bytes that are no JSON. */
  body: z.string().optional(),
  secret: z.string().optional(),
})

const SKEW: Record<string, number> = { stale: -3_600, future: 3_600 }

/** Sends a delivery that Stripe did not make to the first endpoint, and says what it answered. */
export async function forge(
  world: World,
  wall: () => Date,
  wish: z.infer<typeof forgeSchema>,
): Promise<{ status: number; body: string }> {
  const endpoint = [...world.endpoints.values()][0]
  if (!endpoint) throw new RangeError('There is no webhook endpoint.')
  const known = wish.event ? world.events.get(wish.event) : undefined
  const event = known ?? {
    id: wish.event ?? idOf(world, 'evt'),
    object: 'event',
    api_version: API_VERSION,
    created: now(world),
    data: { object: wish.object ?? {} },
    livemode: wish.livemode,
    pending_webhooks: 1,
    request: { id: null, idempotency_key: null },
    type: wish.type,
  }
  const body = wish.body ?? JSON.stringify(event, null, 2)
  const trueSecret = world.endpointSecrets.get(endpoint.id) ?? ''
  const secret = wish.secret ?? (wish.signature === 'wrong' ? `${trueSecret}x` : trueSecret)
  const seconds = Math.floor(wall().getTime() / 1000) + (SKEW[wish.signature] ?? 0)
  const response = await fetch(endpoint.url, {
    method: 'POST',
    body,
    headers: {
      'content-type': 'application/json; charset=utf-8',
      ...(wish.signature !== 'none' && { 'stripe-signature': signature(body, secret, seconds) }),
    },
    signal: AbortSignal.timeout(30_000),
  })
  const answer = { status: response.status, body: await response.text() }
  world.ledger.add('webhook.forged', event.id, { signature: wish.signature, status: answer.status })
  return answer
}
