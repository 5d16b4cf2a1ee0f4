import { addInterval, DAY, nextPeriodEnd } from '../calendar.ts'
import { invalid } from '../errors.ts'
import type { PaymentMethod } from '../shapes/payment.ts'
import { type Price, planOf } from '../shapes/price.ts'
import {
  type CancellationDetails,
  newSubscription,
  newSubscriptionItem,
  type Subscription,
} from '../shapes/subscription.ts'
import { change, emit, idOf, now, type World } from '../world.ts'
import {
  closeInvoice,
  draftInvoice,
  finalizeInvoice,
  invoicesOf,
  payInvoice,
  RETRY_DAYS,
  subscriptionOf,
} from './invoices.ts'
import { periodLines } from './lines.ts'
import type { Outcome, Presence } from './payments.ts'

export interface StartInput extends Presence {
  customer: string
  items: { price: Price; quantity: number }[]
  metadata: Record<string, string>
  description: string | null
  trialEnd: number | null
  method: PaymentMethod | undefined
  /** True when the card belongs to this subscription, not to the customer. */
  ownMethod?: boolean
  /** A payment intent that was begun on the checkout page. */
  intent?: string | null
  collection?: 'charge_automatically' | 'send_invoice'
  /** Days that an invoice which is sent may wait for payment; 30 when left out. */
  daysUntilDue?: number
  /** False leaves the first invoice open (`default_incomplete`). */
  payNow?: boolean
}

/** Starts a subscription: the first invoice is made and, without a trial, paid. */
export function startSubscription(
  world: World,
  input: StartInput,
): { subscription: Subscription; paid: Outcome['result'] } {
  const at = now(world)
  const first = input.items[0]
  const recurring = first?.price.recurring
  if (!first || !recurring) throw invalid('The price must be recurring.', 'items[0][price]')
  const subscription = newSubscription(idOf(world, 'sub'), input.customer, at, first.price.currency)
  const trial = input.trialEnd !== null && input.trialEnd > at
  const anchor = trial ? input.trialEnd! : at
  subscription.billing_cycle_anchor = anchor
  subscription.metadata = { ...input.metadata }
  subscription.description = input.description
  subscription.collection_method = input.collection ?? 'charge_automatically'
  subscription.days_until_due =
    input.collection === 'send_invoice' ? (input.daysUntilDue ?? 30) : null
  subscription.default_payment_method = input.ownMethod ? (input.method?.id ?? null) : null
  const end = trial ? anchor : addInterval(at, recurring.interval, recurring.interval_count)
  subscription.items.data = input.items.map(({ price, quantity }) =>
    newSubscriptionItem({
      id: idOf(world, 'si', 14),
      created: at,
      subscription: subscription.id,
      price,
      quantity,
      start: at,
      end,
    }),
  )
  if (trial) {
    subscription.status = 'trialing'
    subscription.trial_start = at
    subscription.trial_end = anchor
  } else if (subscription.collection_method === 'send_invoice') subscription.status = 'active'
  else subscription.status = 'incomplete'
  world.subscriptions.set(subscription.id, subscription)
  emit(world, 'customer.subscription.created', subscription)
  world.ledger.add('subscription.created', subscription.id, {
    customer: input.customer,
    price: first.price.id,
    status: subscription.status,
  })
  const invoice = draftInvoice(
    world,
    subscription,
    'subscription_create',
    periodLines(world, subscription),
  )
  finalizeInvoice(world, invoice)
  if (invoice.status === 'paid') return { subscription, paid: settled(world, subscription) }
  if (subscription.collection_method === 'send_invoice' || input.payNow === false) {
    return { subscription, paid: 'requires_action' }
  }
  const paid = payInvoice(world, invoice, { ...input, retryAt: null })
  if (paid === 'succeeded') settled(world, subscription)
  return { subscription, paid }
}

/** A paid invoice makes the subscription active again, unless it is trialing, ended or still owes. */
export function settled(world: World, subscription: Subscription): 'succeeded' {
  const owes = invoicesOf(world, subscription).some(
    (i) => i.status === 'open' && i.collection_method === 'charge_automatically',
  )
  const waits = ['incomplete', 'past_due', 'unpaid'].includes(subscription.status)
  if (waits && !owes) {
    change(world, 'customer.subscription.updated', subscription, (s) => {
      s.status = 'active'
    })
  }
  const customer = world.customers.get(subscription.customer)
  if (customer?.delinquent && !owes) {
    change(world, 'customer.updated', customer, (c) => {
      c.delinquent = false
    })
  }
  return 'succeeded'
}

/** The card that a subscription's invoices are charged to. */
export function cardOf(world: World, subscription: Subscription): PaymentMethod | undefined {
  const customer = world.customers.get(subscription.customer)
  const id =
    subscription.default_payment_method ?? customer?.invoice_settings.default_payment_method
  return id ? world.methods.get(id) : undefined
}

/** Begins the next period: the items move on, an invoice is made and charged. */
export function renewSubscription(world: World, subscription: Subscription) {
  const at = now(world)
  const recurring = subscription.items.data[0]?.price.recurring
  if (!recurring) return
  change(world, 'customer.subscription.updated', subscription, (s) => {
    if (s.status === 'trialing') s.status = 'active'
    for (const item of s.items.data) {
      item.current_period_start = item.current_period_end
      item.current_period_end = nextPeriodEnd(
        s.billing_cycle_anchor,
        item.current_period_start,
        recurring.interval,
        recurring.interval_count,
      )
      item.plan = planOf(item.price)
    }
  })
  const invoice = draftInvoice(
    world,
    subscription,
    'subscription_cycle',
    periodLines(world, subscription),
  )
  const pause = subscription.pause_collection
  if (pause) {
    if (pause.behavior === 'keep_as_draft') invoice.auto_advance = false
    else closeInvoice(world, invoice, pause.behavior === 'void' ? 'void' : 'uncollectible')
    return
  }
  finalizeInvoice(world, invoice)
  if (invoice.status !== 'open' || invoice.collection_method === 'send_invoice') return
  const retryAt = at + RETRY_DAYS[0] * DAY
  const paid = payInvoice(world, invoice, {
    method: cardOf(world, subscription),
    present: false,
    retryAt,
  })
  if (paid === 'succeeded') settled(world, subscription)
  else fallBehind(world, subscription)
}

function fallBehind(world: World, subscription: Subscription) {
  change(world, 'customer.subscription.updated', subscription, (s) => {
    s.status = 'past_due'
  })
  const customer = world.customers.get(subscription.customer)
  if (!customer) return
  change(world, 'customer.updated', customer, (c) => {
    c.delinquent = true
  })
}

/** Tries a failed invoice again; after the last attempt the subscription is canceled. */
export function retryInvoice(world: World, id: string) {
  const invoice = world.invoices.get(id)
  const subscription = invoice && subscriptionOf(world, invoice)
  if (!invoice || !subscription || invoice.next_payment_attempt === null) return
  const days = RETRY_DAYS[invoice.attempt_count]
  const firstAttempt = invoice.status_transitions.finalized_at ?? invoice.created
  const retryAt = days === undefined ? null : firstAttempt + days * DAY
  const paid = payInvoice(world, invoice, {
    method: cardOf(world, subscription),
    present: false,
    retryAt,
  })
  if (paid === 'succeeded') settled(world, subscription)
  else if (retryAt === null) endSubscription(world, subscription, 'payment_failed')
}

/** Ends a subscription at once. What is still owed is not tried again. */
export function endSubscription(
  world: World,
  subscription: Subscription,
  reason: CancellationDetails['reason'],
) {
  const at = now(world)
  subscription.status = 'canceled'
  subscription.canceled_at ??= at
  subscription.ended_at = at
  delete subscription.status_details
  subscription.cancellation_details.reason ??= reason
  for (const invoice of invoicesOf(world, subscription)) {
    invoice.next_payment_attempt = null
    invoice.auto_advance = false
  }
  emit(world, 'customer.subscription.deleted', subscription)
  world.ledger.add('subscription.canceled', subscription.id, {
    customer: subscription.customer,
    reason: subscription.cancellation_details.reason,
  })
}
