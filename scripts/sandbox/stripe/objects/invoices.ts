import { DAY } from '../calendar.ts'
import {
  type BillingReason,
  type Invoice,
  type Line,
  newInvoice,
  newInvoicePayment,
} from '../shapes/invoice.ts'
import type { PaymentMethod } from '../shapes/payment.ts'
import type { Subscription } from '../shapes/subscription.ts'
import { emit, idOf, now, type PendingLine, type World } from '../world.ts'
import { chargeCard, createIntent, type Outcome, type Presence } from './payments.ts'

/** Days after the first failed attempt on which a renewal is tried again. */
export const RETRY_DAYS = [1, 3, 5, 7] as const

/** Drafts an invoice for a subscription: its lines, what waited for it, and the customer's balance. */
export function draftInvoice(
  world: World,
  subscription: Subscription,
  reason: BillingReason,
  drafts: PendingLine[],
): Invoice {
  const customer = world.customers.get(subscription.customer)
  if (!customer) throw new Error(`Customer ${subscription.customer} has no record.`)
  const invoice = newInvoice({
    id: idOf(world, 'in'),
    created: now(world),
    currency: subscription.currency,
    customer,
    reason,
    subscription: { id: subscription.id, metadata: { ...subscription.metadata } },
    collectionMethod: subscription.collection_method,
    merchant: world.merchant,
  })
  const waiting = world.pendingLines.get(subscription.id) ?? []
  world.pendingLines.delete(subscription.id)
  invoice.lines.data = [...waiting, ...drafts].map(
    (line): Line => ({ ...line, id: idOf(world, 'il'), invoice: invoice.id }),
  )
  const item = subscription.items.data[0]
  if (item) {
    // Stripe names the period that has just ended here; the lines name the one that is paid for.
    invoice.period_start =
      reason === 'subscription_cycle' ? (previousStart(item) ?? now(world)) : now(world)
    invoice.period_end = now(world)
  }
  const total = invoice.lines.data.reduce((sum, line) => sum + line.amount, 0)
  invoice.subtotal = total
  invoice.subtotal_excluding_tax = total
  invoice.total = total
  invoice.total_excluding_tax = total
  invoice.starting_balance = customer.balance
  invoice.amount_due = Math.max(0, total + customer.balance)
  invoice.amount_remaining = invoice.amount_due
  world.invoices.set(invoice.id, invoice)
  world.invoicesOf.set(subscription.id, [
    ...(world.invoicesOf.get(subscription.id) ?? []),
    invoice.id,
  ])
  subscription.latest_invoice = invoice.id
  emit(world, 'invoice.created', invoice)
  return invoice
}

const previousStart = (item: Subscription['items']['data'][number]) =>
  item.current_period_start - (item.current_period_end - item.current_period_start)

/** Gives an invoice its number and makes it payable. One with nothing to pay is paid at once. */
export function finalizeInvoice(world: World, invoice: Invoice) {
  const customer = world.customers.get(invoice.customer)
  if (customer) {
    invoice.number = `${customer.invoice_prefix}-${String(customer.next_invoice_sequence).padStart(4, '0')}`
    customer.next_invoice_sequence += 1
    customer.balance = Math.min(0, invoice.total + customer.balance)
    invoice.ending_balance = customer.balance
  }
  invoice.status = 'open'
  invoice.effective_at = now(world)
  invoice.status_transitions.finalized_at = now(world)
  invoice.webhooks_delivered_at = now(world)
  invoice.hosted_invoice_url = `${world.url}/i/${invoice.id}`
  if (invoice.collection_method === 'send_invoice') {
    const days = subscriptionOf(world, invoice)?.days_until_due ?? 30
    invoice.due_date = now(world) + days * DAY
  }
  emit(world, 'invoice.finalized', invoice)
  if (invoice.amount_due === 0) markPaid(world, invoice)
}

/** Every invoice of a subscription, the oldest first. */
export const invoicesOf = (world: World, subscription: Subscription): Invoice[] =>
  (world.invoicesOf.get(subscription.id) ?? []).map((id) => world.invoices.get(id)!)

/** The payment of an invoice, if one was begun. */
const paymentOf = (world: World, invoice: Invoice) =>
  world.invoicePayments.get(world.paymentOf.get(invoice.id) ?? '')

export interface PayOptions extends Presence {
  method: PaymentMethod | undefined
  /** A payment intent that was begun earlier, on a checkout page. */
  intent?: string | null
  /** Unix seconds of the next attempt after a failure; null when there will be none. */
  retryAt: number | null
}

/** Tries to pay an open invoice with a card. A customer without a card counts as a failed attempt. */
export function payInvoice(world: World, invoice: Invoice, options: PayOptions): Outcome['result'] {
  const started = paymentOf(world, invoice)
  const known = world.intents.get(started?.payment.payment_intent ?? options.intent ?? '')
  const intent =
    known ??
    createIntent(world, {
      amount: invoice.amount_due,
      currency: invoice.currency,
      customer: invoice.customer,
      description: describe(invoice),
      email: invoice.customer_email,
      offSession: true,
    })
  intent.customer = invoice.customer
  if (!started) {
    const payment = newInvoicePayment(idOf(world, 'inpay'), invoice, intent.id, now(world))
    world.invoicePayments.set(payment.id, payment)
    world.paymentOf.set(invoice.id, payment.id)
  }
  if (options.method) {
    const outcome = chargeCard(world, intent, options.method, options)
    if (outcome.result === 'succeeded') {
      invoice.attempted = true
      invoice.attempt_count += 1
      markPaid(world, invoice)
      return 'succeeded'
    }
    if (outcome.result === 'requires_action') {
      invoice.attempted = true
      invoice.attempt_count += 1
      invoice.next_payment_attempt = options.retryAt
      emit(world, 'invoice.payment_action_required', invoice)
      return 'requires_action'
    }
  }
  invoice.attempted = true
  invoice.attempt_count += 1
  invoice.next_payment_attempt = options.retryAt
  if (options.retryAt === null) invoice.auto_advance = false
  emit(world, 'invoice.payment_failed', invoice)
  world.ledger.add('invoice.payment_failed', invoice.id, {
    attempt: invoice.attempt_count,
    customer: invoice.customer,
  })
  return 'failed'
}

const describe = (invoice: Invoice) =>
  invoice.billing_reason === 'subscription_create' ? 'Subscription creation' : 'Subscription update'

function markPaid(world: World, invoice: Invoice) {
  const at = now(world)
  invoice.status = 'paid'
  invoice.attempted = true
  invoice.amount_paid = invoice.amount_due
  invoice.amount_remaining = 0
  invoice.next_payment_attempt = null
  invoice.auto_advance = false
  invoice.status_transitions.paid_at = at
  const payment = paymentOf(world, invoice)
  if (payment) {
    payment.status = 'paid'
    payment.amount_paid = payment.amount_requested
    payment.status_transitions.paid_at = at
    emit(world, 'invoice_payment.paid', payment)
  }
  emit(world, 'invoice.paid', invoice)
  emit(world, 'invoice.payment_succeeded', invoice)
  world.ledger.add('invoice.paid', invoice.id, {
    amount: invoice.amount_paid,
    customer: invoice.customer,
    reason: invoice.billing_reason,
    subscription: invoice.parent.subscription_details.subscription,
  })
}

/** The open invoice that a payment intent is for, if there is one. */
export function invoiceOf(world: World, intent: string): Invoice | undefined {
  for (const [invoice, payment] of world.paymentOf) {
    if (world.invoicePayments.get(payment)?.payment.payment_intent === intent) {
      return world.invoices.get(invoice)
    }
  }
  return undefined
}

/** The payment intent of an invoice that waits for the person's confirmation. */
export function awaitingIntent(world: World, invoice: Invoice): string | undefined {
  const intent = world.intents.get(paymentOf(world, invoice)?.payment.payment_intent ?? '')
  return invoice.status === 'open' && intent?.status === 'requires_action' ? intent.id : undefined
}

/** Closes an open or draft invoice for good without payment. */
export function closeInvoice(world: World, invoice: Invoice, status: 'void' | 'uncollectible') {
  invoice.status = status
  invoice.next_payment_attempt = null
  invoice.auto_advance = false
  if (status === 'void') invoice.status_transitions.voided_at = now(world)
  else invoice.status_transitions.marked_uncollectible_at = now(world)
  emit(world, status === 'void' ? 'invoice.voided' : 'invoice.marked_uncollectible', invoice)
}

/** The subscription that an invoice belongs to. */
export const subscriptionOf = (world: World, invoice: Invoice) =>
  world.subscriptions.get(invoice.parent.subscription_details.subscription)
