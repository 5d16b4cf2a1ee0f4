import { addInterval } from '../calendar.ts'
import { invalid } from '../errors.ts'
import { type Price, planOf } from '../shapes/price.ts'
import type { Feedback, Subscription, SubscriptionItem } from '../shapes/subscription.ts'
import { change, emit, now, type PendingLine, type World } from '../world.ts'
import { closeInvoice, draftInvoice, finalizeInvoice, payInvoice } from './invoices.ts'
import { periodLines, prorationLines } from './lines.ts'
import { cardOf, settled } from './subscription-life.ts'

export type Proration = 'always_invoice' | 'create_prorations' | 'none'

/** Refuses a change of a subscription that has ended. */
export function assertLive(subscription: Subscription) {
  if (subscription.ended_at === null) return
  throw invalid('A canceled subscription can only update its cancellation_details and metadata.')
}

export interface PriceChange {
  item: SubscriptionItem
  price: Price
  quantity: number
  proration: Proration
}

/**
 * Moves an item to another price or quantity. The difference is invoiced now when the interval
 * changes or `always_invoice` is asked for, and otherwise waits for the next invoice.
 */
export function changePrice(world: World, subscription: Subscription, wish: PriceChange) {
  const { item, price, quantity, proration } = wish
  assertLive(subscription)
  if (!price.recurring) throw invalid('The price must be recurring.', 'items[0][price]')
  if (price.currency !== subscription.currency) {
    throw invalid('The price must have the currency of the subscription.', 'items[0][price]')
  }
  if (price.id === item.price.id && quantity === item.quantity) return
  const at = now(world)
  const trial = subscription.status === 'trialing'
  const old = item.price.recurring
  const { interval, interval_count: count } = price.recurring
  const restarts = !trial && (old?.interval !== interval || old.interval_count !== count)
  const lines: PendingLine[] =
    trial || proration === 'none'
      ? []
      : prorationLines(world, subscription, item, { price, quantity, at, restarts })
  let full: PendingLine[] = []
  change(world, 'customer.subscription.updated', subscription, (s) => {
    item.price = price
    item.plan = planOf(price)
    item.quantity = quantity
    if (!restarts) return
    s.billing_cycle_anchor = at
    for (const one of s.items.data) {
      one.current_period_start = at
      one.current_period_end = addInterval(at, interval, count)
    }
    if (s.cancel_at_period_end) s.cancel_at = addInterval(at, interval, count)
    full = periodLines(world, s)
  })
  world.ledger.add('subscription.price_changed', subscription.id, { price: price.id })
  if (!restarts && proration !== 'always_invoice') {
    const waiting = world.pendingLines.get(subscription.id) ?? []
    if (lines.length) world.pendingLines.set(subscription.id, [...waiting, ...lines])
    return
  }
  if (lines.length + full.length > 0) invoiceNow(world, subscription, [...lines, ...full])
}

/** Invoices lines at once and charges the card; when that fails the subscription is past due. */
export function invoiceNow(world: World, subscription: Subscription, lines: PendingLine[]) {
  const invoice = draftInvoice(world, subscription, 'subscription_update', lines)
  finalizeInvoice(world, invoice)
  if (invoice.status !== 'open' || invoice.collection_method === 'send_invoice') return
  const method = cardOf(world, subscription)
  if (payInvoice(world, invoice, { method, present: false, retryAt: null }) === 'succeeded') {
    settled(world, subscription)
    return
  }
  change(world, 'customer.subscription.updated', subscription, (s) => {
    s.status = 'past_due'
  })
}

export interface CancelWords {
  feedback?: Feedback | null
  comment?: string | null
}

/** Lets a subscription run to the end of what is paid, and end there. */
export function cancelAtPeriodEnd(
  world: World,
  subscription: Subscription,
  words: CancelWords = {},
) {
  assertLive(subscription)
  change(world, 'customer.subscription.updated', subscription, (s) => {
    s.cancel_at_period_end = true
    s.cancel_at = s.items.data[0]?.current_period_end ?? now(world)
    s.canceled_at = now(world)
    s.cancellation_details.reason = 'cancellation_requested'
    say(s, words)
  })
  world.ledger.add('subscription.cancel_scheduled', subscription.id, {
    cancel_at: subscription.cancel_at,
  })
}

/** Copies the reason that somebody gave for leaving. */
export function say(subscription: Subscription, { feedback, comment }: CancelWords) {
  if (feedback !== undefined) subscription.cancellation_details.feedback = feedback
  if (comment !== undefined) subscription.cancellation_details.comment = comment
}

/** Takes a scheduled cancellation back. */
export function keepSubscription(world: World, subscription: Subscription) {
  assertLive(subscription)
  change(world, 'customer.subscription.updated', subscription, (s) => {
    s.cancel_at_period_end = false
    s.cancel_at = null
    s.canceled_at = null
    Object.assign(s.cancellation_details, { comment: null, feedback: null, reason: null })
  })
  world.ledger.add('subscription.kept', subscription.id)
}

/** Pauses a subscription: no invoices and no service until it is resumed. */
export function pauseSubscription(world: World, subscription: Subscription) {
  assertLive(subscription)
  if (subscription.status !== 'active' && subscription.status !== 'trialing') {
    throw invalid('Only an active subscription can be paused.')
  }
  subscription.status = 'paused'
  subscription.status_details = {
    paused: {
      subscription: { type: 'pause_requested' },
      transitioned_at: now(world),
      type: 'subscription',
    },
  }
  emit(world, 'customer.subscription.paused', subscription)
  world.ledger.add('subscription.paused', subscription.id)
}

/** Resumes a paused subscription; with `restart` a new period begins now and is invoiced. */
export function resumeSubscription(world: World, subscription: Subscription, restart: boolean) {
  assertLive(subscription)
  if (subscription.status !== 'paused') throw invalid('The subscription is not paused.')
  const at = now(world)
  const recurring = subscription.items.data[0]?.price.recurring
  const ended = subscription.items.data.some((item) => item.current_period_end <= at)
  const renews = (restart || ended) && recurring
  subscription.status = 'active'
  delete subscription.status_details
  if (renews) {
    subscription.billing_cycle_anchor = at
    for (const item of subscription.items.data) {
      item.current_period_start = at
      item.current_period_end = addInterval(at, recurring.interval, recurring.interval_count)
    }
  }
  emit(world, 'customer.subscription.resumed', subscription)
  world.ledger.add('subscription.resumed', subscription.id)
  if (renews) invoiceNow(world, subscription, periodLines(world, subscription))
}

/** A first payment that never came: the subscription expires and its invoice is void. */
export function expireIncomplete(world: World, subscription: Subscription) {
  change(world, 'customer.subscription.updated', subscription, (s) => {
    s.status = 'incomplete_expired'
    s.ended_at = now(world)
  })
  const invoice = world.invoices.get(subscription.latest_invoice ?? '')
  if (invoice?.status === 'open') closeInvoice(world, invoice, 'void')
}
