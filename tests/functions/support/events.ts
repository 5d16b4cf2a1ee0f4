import { readFileSync } from 'node:fs'
import Stripe from 'stripe'

type Json = Record<string, unknown>

export interface StripeEvent {
  id: string
  type: string
  created: number
  livemode: boolean
  data: { object: Json & { id: string } }
}

let count = 0
/** An id that nobody has used in this run. */
export const fresh = (prefix: string) => `${prefix}_${process.pid}${Date.now()}${count++}`

export const seconds = (moment: Date | string) => Math.floor(new Date(moment).getTime() / 1000)

/** One event from its fixture file, under a new id, with parts of its object replaced. */
export function eventOf(
  type: string,
  object: Json = {},
  more: Partial<StripeEvent> = {},
): StripeEvent {
  const file = new URL(`../memberships/fixtures/${type}.json`, import.meta.url)
  const event = JSON.parse(readFileSync(file, 'utf8')) as StripeEvent
  Object.assign(event.data.object, object)
  return { ...event, id: fresh('evt'), created: seconds(new Date()), ...more }
}

export interface Wish {
  id: string
  customer: string
  status?: string
  price?: string
  periodEnd?: number
  more?: Json
}

/** The object of a subscription event. */
export function subscription({
  id,
  customer,
  status = 'active',
  price = 'price_monthly',
  periodEnd,
  more,
}: Wish) {
  const { object } = eventOf('customer.subscription.updated').data
  const items = structuredClone(object.items) as { data: { price: Json; [key: string]: unknown }[] }
  const end = periodEnd ?? seconds(new Date()) + 30 * 86_400
  const item = items.data[0]!
  Object.assign(item, {
    subscription: id,
    current_period_end: end,
    current_period_start: end - 30 * 86_400,
  })
  Object.assign(item.price, { id: price })
  return {
    ...object,
    id,
    customer,
    status,
    items,
    cancel_at: null,
    canceled_at: null,
    ended_at: null,
    cancel_at_period_end: false,
    cancellation_details: { comment: null, feedback: null, reason: null },
    ...more,
  }
}

/** The object of an invoice event of a subscription. */
export function invoice(id: string, customer: string, sub: string, more: Json = {}) {
  const { object } = eventOf('invoice.paid').data
  return {
    ...object,
    id,
    customer,
    parent: {
      type: 'subscription_details',
      quote_details: null,
      subscription_details: { metadata: {}, subscription: sub },
    },
    ...more,
  }
}

/** The headers with which Stripe would send a body. */
export async function signed(body: string, secret = 'whsec_sandbox', at = new Date()) {
  const signature = await Stripe.webhooks.generateTestHeaderStringAsync({
    payload: body,
    secret,
    timestamp: seconds(at),
  })
  return { 'content-type': 'application/json', 'stripe-signature': signature }
}
