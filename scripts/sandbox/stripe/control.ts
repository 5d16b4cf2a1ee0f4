import { z } from 'zod'
import { bulk } from './bulk.ts'
import { easyCard } from './cards.ts'
import { type Delivery, MODES, ORDERS } from './delivery.ts'
import { StripeRefusal } from './errors.ts'
import { forge, forgeSchema } from './forge.ts'
import { expireSession, findSession } from './objects/checkout.ts'
import { confirmIntent } from './objects/confirm.ts'
import { closeDispute, findDispute, openDispute } from './objects/disputes.ts'
import { paySession } from './objects/pay.ts'
import { payOut } from './objects/payouts.ts'
import { mendCard, portalChange } from './objects/portal.ts'
import { failRefund } from './objects/refunds.ts'
import { cancelAtPeriodEnd, keepSubscription } from './objects/subscription-change.ts'
import { endSubscription } from './objects/subscription-life.ts'
import { findSubscription } from './objects/subscriptions.ts'
import { FEEDBACK } from './shapes/subscription.ts'
import type { World } from './world.ts'

export interface ControlDeps {
  world: World
  delivery: Delivery
  /** Wall time of forged signatures. */
  wall(): Date
  /** Called after each action, when its events may go out. */
  flush(): void
  /** How many of the next writes fail with a 500. */
  work: { crashes: number }
}

type Action = (deps: ControlDeps, body: unknown) => unknown

const id = z.string().min(1)

/** Every action: the same code that the hosted pages run, without a browser. */
const actions: Record<string, Action> = {
  deliveries({ delivery }, body) {
    const mode = z.enum(MODES).optional()
    const order = z.enum(ORDERS).optional()
    delivery.set(z.strictObject({ mode, order, seed: z.int().optional() }).parse(body))
    return delivery.settings()
  },
  async settle({ delivery }) {
    await delivery.deliverer.settle()
    return { settled: true }
  },
  redeliver({ delivery }, body) {
    const { event } = z.strictObject({ event: id }).parse(body)
    if (!delivery.redeliver(event)) throw new RangeError(`No event has the id ${event}.`)
    return { redelivered: event }
  },
  forge: ({ world, wall }, body) => forge(world, wall, forgeSchema.parse(body)),
  crash({ work }, body) {
    work.crashes = z.strictObject({ times: z.int().min(0) }).parse(body).times
    return work
  },
  pay({ world }, body) {
    const wish = z
      .strictObject({
        session: id,
        card: z.string().default('4242424242424242'),
        email: z.string().optional(),
        name: z.string().default('Test Person'),
        confirmed: z.boolean().default(true),
      })
      .parse(body)
    const session = findSession(world, wish.session)
    const known = session.customer_details?.email ?? session.customer_email
    return paySession(world, session, {
      card: easyCard(world, wish.card),
      email: wish.email ?? known ?? 'person@example.com',
      name: wish.name,
      confirmed: wish.confirmed,
    })
  },
  confirm({ world }, body) {
    const wish = z.strictObject({ intent: id, answer: z.boolean().default(true) }).parse(body)
    return { result: confirmIntent(world, wish.intent, wish.answer) }
  },
  expire({ world }, body) {
    return expireSession(
      world,
      findSession(world, z.strictObject({ session: id }).parse(body).session),
    )
  },
  'portal/cancel'({ world }, body) {
    const wish = z
      .strictObject({
        subscription: id,
        reason: z.enum(FEEDBACK).optional(),
        comment: z.string().optional(),
        now: z.boolean().default(false),
      })
      .parse(body)
    const subscription = findSubscription(world, wish.subscription)
    if (wish.now) endSubscription(world, subscription, 'cancellation_requested')
    else cancelAtPeriodEnd(world, subscription, { feedback: wish.reason, comment: wish.comment })
    return subscription
  },
  'portal/resume'({ world }, body) {
    const wish = z.strictObject({ subscription: id }).parse(body)
    const subscription = findSubscription(world, wish.subscription)
    keepSubscription(world, subscription)
    return subscription
  },
  'portal/change'({ world }, body) {
    const wish = z.strictObject({ subscription: id, price: id }).parse(body)
    const subscription = findSubscription(world, wish.subscription)
    portalChange(world, subscription, wish.price)
    return subscription
  },
  'portal/mend'({ world }, body) {
    const wish = z.strictObject({ customer: id, card: id.default('4242424242424242') }).parse(body)
    return mendCard(world, wish.customer, easyCard(world, wish.card))
  },
  dispute({ world }, body) {
    const wish = z.strictObject({ charge: id, reason: z.string().optional() }).parse(body)
    return openDispute(world, wish.charge, wish.reason)
  },
  'dispute/close'({ world }, body) {
    const wish = z.strictObject({ dispute: id, outcome: z.enum(['won', 'lost']) }).parse(body)
    return closeDispute(world, findDispute(world, wish.dispute), wish.outcome)
  },
  'refund/refuse'({ world }, body) {
    const wish = z.strictObject({ charge: id, code: id }).parse(body)
    world.refusedRefunds.set(wish.charge, wish.code)
    return wish
  },
  'refund/fail'({ world }, body) {
    const wish = z.strictObject({ refund: id, reason: z.string().default('unknown') }).parse(body)
    return failRefund(world, wish.refund, wish.reason)
  },
  payout: ({ world }, body) =>
    payOut(world, z.strictObject({ currency: z.string().default('usd') }).parse(body).currency),
  bulk: ({ world, delivery }, body) => bulk(world, delivery, body),
}

const ROOT = '/_sandbox/stripe/'

/** Answers the control routes of this provider; undefined when the path is not one of them. */
export async function stripeControl(
  deps: ControlDeps,
  request: Request,
  path: string,
): Promise<Response | undefined> {
  if (!path.startsWith(ROOT)) return undefined
  const name = path.slice(ROOT.length)
  if (request.method === 'GET' && name === 'deliveries') {
    const deliveries = deps.delivery.deliverer.deliveries()
    return Response.json({ ...deps.delivery.settings(), deliveries })
  }
  const action = actions[name]
  if (request.method !== 'POST' || !action) {
    const known = Object.keys(actions).join(', ')
    return Response.json({ error: `No such action. There are: ${known}.` }, { status: 404 })
  }
  const text = await request.text()
  try {
    return Response.json((await action(deps, text ? JSON.parse(text) : {})) ?? {})
  } catch (error) {
    if (!(error instanceof StripeRefusal)) throw error
    return Response.json({ error: error.body }, { status: error.status })
  } finally {
    deps.flush()
  }
}
