import { type ListOf, listOf, type Metadata } from './common.ts'
import type { Customer } from './customer.ts'

export interface LineInput {
  id: string
  invoice: string
  amount: number
  currency: string
  description: string
  period: { start: number; end: number }
  price: { id: string; product: string; unitAmount: number }
  quantity: number
  proration: boolean
  subscription: string
  subscriptionItem: string
  metadata: Metadata
}

/** One line of an invoice. */
export const newLine = (line: LineInput) => ({
  id: line.id,
  object: 'line_item' as const,
  amount: line.amount,
  currency: line.currency,
  description: line.description,
  discount_amounts: [],
  discountable: !line.proration,
  discounts: [],
  invoice: line.invoice,
  livemode: false,
  metadata: line.metadata,
  parent: {
    invoice_item_details: null,
    subscription_item_details: {
      invoice_item: null,
      proration: line.proration,
      proration_details: { credited_items: null },
      subscription: line.subscription,
      subscription_item: line.subscriptionItem,
    },
    type: 'subscription_item_details' as const,
  },
  period: line.period,
  pretax_credit_amounts: [],
  pricing: {
    price_details: { price: line.price.id, product: line.price.product },
    type: 'price_details' as const,
    unit_amount_decimal: String(line.price.unitAmount),
  },
  quantity: line.quantity,
  quantity_decimal: String(line.quantity),
  subscription: line.subscription,
  subtotal: line.amount,
  taxes: [],
})
export type Line = ReturnType<typeof newLine>

export type BillingReason = 'subscription_create' | 'subscription_cycle' | 'subscription_update'
export type InvoiceStatus = 'draft' | 'open' | 'paid' | 'uncollectible' | 'void'

interface InvoiceInput {
  id: string
  created: number
  currency: string
  customer: Customer
  reason: BillingReason
  subscription: { id: string; metadata: Metadata }
  collectionMethod: 'charge_automatically' | 'send_invoice'
  merchant: string
}

/** An invoice as the API answers it; amounts are set when its lines are known. */
export const newInvoice = (input: InvoiceInput) => ({
  id: input.id,
  object: 'invoice' as const,
  account_country: 'US',
  account_name: input.merchant,
  account_tax_ids: null,
  amount_due: 0,
  amount_overpaid: 0,
  amount_paid: 0,
  amount_remaining: 0,
  amount_shipping: 0,
  application: null,
  attempt_count: 0,
  attempted: false,
  auto_advance: true,
  automatic_tax: {
    disabled_reason: null,
    enabled: false,
    liability: null,
    provider: null,
    status: null,
  },
  automatically_finalizes_at: null,
  billing_reason: input.reason,
  collection_method: input.collectionMethod,
  created: input.created,
  currency: input.currency,
  custom_fields: null,
  customer: input.customer.id,
  customer_account: null,
  customer_address: input.customer.address,
  customer_email: input.customer.email,
  customer_name: input.customer.name,
  customer_phone: input.customer.phone,
  customer_shipping: null,
  customer_tax_exempt: 'none' as const,
  customer_tax_ids: [],
  default_payment_method: null as string | null,
  default_source: null,
  default_tax_rates: [],
  description: null as string | null,
  discounts: [],
  due_date: null as number | null,
  effective_at: null as number | null,
  ending_balance: null as number | null,
  footer: null,
  from_invoice: null,
  hosted_invoice_url: null as string | null,
  invoice_pdf: null as string | null,
  issuer: { type: 'self' as const },
  last_finalization_error: null,
  latest_revision: null,
  lines: listOf(`/v1/invoices/${input.id}/lines`, []) as ListOf<Line>,
  livemode: false,
  metadata: {} as Metadata,
  next_payment_attempt: null as number | null,
  number: null as string | null,
  on_behalf_of: null,
  parent: {
    quote_details: null,
    subscription_details: {
      metadata: input.subscription.metadata,
      subscription: input.subscription.id,
    },
    type: 'subscription_details' as const,
  },
  payment_settings: {
    default_mandate: null,
    payment_method_options: null,
    payment_method_types: null,
  },
  period_end: input.created,
  period_start: input.created,
  post_payment_credit_notes_amount: 0,
  pre_payment_credit_notes_amount: 0,
  receipt_number: null as string | null,
  rendering: null,
  shipping_cost: null,
  shipping_details: null,
  starting_balance: 0,
  statement_descriptor: null,
  status: 'draft' as InvoiceStatus,
  status_transitions: {
    finalized_at: null as number | null,
    marked_uncollectible_at: null as number | null,
    paid_at: null as number | null,
    voided_at: null as number | null,
  },
  subtotal: 0,
  subtotal_excluding_tax: 0,
  test_clock: null,
  total: 0,
  total_discount_amounts: [],
  total_excluding_tax: 0,
  total_pretax_credit_amounts: [],
  total_taxes: [],
  webhooks_delivered_at: null as number | null,
})
export type Invoice = ReturnType<typeof newInvoice>

/** The link from an invoice to the payment intent that pays it. */
export const newInvoicePayment = (
  id: string,
  invoice: Invoice,
  intent: string,
  created: number,
) => ({
  id,
  object: 'invoice_payment' as const,
  amount_paid: null as number | null,
  amount_requested: invoice.amount_due,
  created,
  currency: invoice.currency,
  invoice: invoice.id,
  is_default: true,
  livemode: false,
  payment: { payment_intent: intent, type: 'payment_intent' as const },
  status: 'open' as 'open' | 'paid' | 'canceled',
  status_transitions: { canceled_at: null as number | null, paid_at: null as number | null },
})
export type InvoicePayment = ReturnType<typeof newInvoicePayment>
