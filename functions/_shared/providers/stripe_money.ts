import type Stripe from 'stripe'
import type { Snapshot, StripeObject } from './stripe.ts'

/** A stretch of time in Stripe's seconds: from the first, up to and without the second. */
export interface Window {
  from: number
  until: number
}

export interface Page {
  rows: StripeObject[]
  /** Where the next page begins; null after the last. */
  next: string | null
}

export interface RefundWish {
  paymentIntent: string
  amount: number
  /** The proposal that it carries out: by this the refund is found again at Stripe. */
  proposal: string
}

/** What moves money at Stripe, and what tells how it moved. */
export interface MoneyVerbs {
  /** The payment intents that paid an invoice: one, or none when it was paid otherwise. */
  paymentsOfInvoice(invoice: string): Promise<string[]>
  /** Gives a payment back, wholly or in part. */
  refund(wish: RefundWish, idempotencyKey: string): Promise<Snapshot<StripeObject>>
  /** The refund that a proposal has made of a payment already, or null. */
  refundOf(paymentIntent: string, proposal: string): Promise<Snapshot<StripeObject> | null>
  refundById(id: string): Promise<Snapshot<StripeObject>>
  charge(id: string): Promise<Snapshot<StripeObject>>
  /** Ends a subscription at once: nothing is given back and nothing more is charged. */
  cancelNow(subscription: string): Promise<Snapshot<StripeObject>>
  /** Lets a subscription end with its paid period, in the name of a proposal. */
  cancelAtPeriodEnd(subscription: string, proposal: string): Promise<Snapshot<StripeObject>>
  /** Takes such a cancellation back. */
  keep(subscription: string): Promise<Snapshot<StripeObject>>
  /** Up to 100 movements on the balance, the newest first, after the given one. */
  balancePage(window: Window, after: string | null): Promise<Page>
  /** Up to 100 payments of invoices that were begun in the window. */
  invoicePaymentsPage(window: Window, after: string | null): Promise<Page>
  /** What a payment has paid: the payment of an invoice, or null. */
  invoicePaymentOf(paymentIntent: string): Promise<StripeObject | null>
}

/** What the verbs need of the client that they belong to. */
export interface Connection {
  stripe: Stripe
  call<T>(work: () => Promise<T>): Promise<T>
  /** An answer of Stripe's with the moment for which it is true. */
  snapshot(
    ask: () => Promise<object & { lastResponse: { headers: Record<string, string> } }>,
  ): Promise<Snapshot<StripeObject>>
}

const plain = (value: unknown) => JSON.parse(JSON.stringify(value)) as StripeObject

const idOf = (value: unknown): string | null =>
  typeof value === 'string' ? value : ((value as { id?: string } | null | undefined)?.id ?? null)

const created = ({ from, until }: Window) => ({ gte: from, lt: until })

const nextOf = (page: { has_more: boolean; data: { id?: string }[] }) =>
  page.has_more ? (page.data.at(-1)?.id ?? null) : null

/** A movement with what it says of the charge or the refund behind it; nothing about people. */
function movement(transaction: Stripe.BalanceTransaction): StripeObject {
  const { source } = transaction
  const behind = typeof source === 'object' ? (plain(source) as Record<string, unknown>) : {}
  return {
    ...plain({ ...transaction, fee_details: undefined, description: undefined }),
    source: idOf(source),
    payment_intent: idOf(behind.payment_intent),
    source_amount: behind.amount ?? null,
    source_currency: behind.currency ?? null,
  }
}

function paymentOfInvoice(payment: Stripe.InvoicePayment): StripeObject {
  return {
    id: payment.id,
    invoice: idOf(payment.invoice),
    payment_intent: idOf(payment.payment.payment_intent),
    amount: payment.amount_paid ?? payment.amount_requested,
    currency: payment.currency,
    created: payment.created,
  }
}

export function moneyVerbs({ stripe, call, snapshot }: Connection): MoneyVerbs {
  return {
    paymentsOfInvoice: (invoice) =>
      call(async () => {
        const payments = await stripe.invoicePayments.list({ invoice, status: 'paid', limit: 100 })
        return payments.data
          .map(({ payment }) => idOf(payment.payment_intent))
          .filter((intent) => intent !== null)
      }),

    refund: ({ paymentIntent, amount, proposal }, idempotencyKey) =>
      snapshot(() =>
        stripe.refunds.create(
          {
            payment_intent: paymentIntent,
            amount,
            reason: 'requested_by_customer',
            metadata: { proposal_id: proposal },
          },
          { idempotencyKey },
        ),
      ),

    refundOf: async (paymentIntent, proposal) => {
      const found = await call(async () => {
        const all = stripe.refunds.list({ payment_intent: paymentIntent, limit: 100 })
        for await (const { id, metadata } of all) {
          if (metadata?.proposal_id === proposal) return id
        }
        return null
      })
      return found ? await snapshot(() => stripe.refunds.retrieve(found)) : null
    },

    refundById: (id) => snapshot(() => stripe.refunds.retrieve(id)),

    charge: (id) => snapshot(() => stripe.charges.retrieve(id)),

    cancelNow: (id) =>
      snapshot(() => stripe.subscriptions.cancel(id, { invoice_now: false, prorate: false })),

    cancelAtPeriodEnd: (id, proposal) =>
      snapshot(() =>
        stripe.subscriptions.update(id, {
          cancel_at_period_end: true,
          metadata: { cancel_proposal: proposal },
        }),
      ),

    keep: (id) =>
      snapshot(() =>
        stripe.subscriptions.update(id, {
          cancel_at_period_end: false,
          metadata: { cancel_proposal: '' },
        }),
      ),

    balancePage: (window, after) =>
      call(async () => {
        const page = await stripe.balanceTransactions.list({
          created: created(window),
          limit: 100,
          expand: ['data.source'],
          ...(after ? { starting_after: after } : {}),
        })
        return { rows: page.data.map(movement), next: nextOf(page) }
      }),

    invoicePaymentsPage: (window, after) =>
      call(async () => {
        const page = await stripe.invoicePayments.list({
          created: created(window),
          status: 'paid',
          limit: 100,
          ...(after ? { starting_after: after } : {}),
        })
        return { rows: page.data.map(paymentOfInvoice), next: nextOf(page) }
      }),

    invoicePaymentOf: (paymentIntent) =>
      call(async () => {
        const payments = await stripe.invoicePayments.list({
          payment: { type: 'payment_intent', payment_intent: paymentIntent },
          limit: 1,
        })
        const [payment] = payments.data
        return payment ? paymentOfInvoice(payment) : null
      }),
  }
}
