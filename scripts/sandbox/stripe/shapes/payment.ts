import type { Address, Metadata } from './common.ts'

export interface CardFace {
  brand: string
  last4: string
  exp_month: number
  exp_year: number
}

export interface BillingDetails {
  address: Address | null
  email: string | null
  name: string | null
  phone: string | null
  tax_id: null
}

const CHECKS = { address_line1_check: null, address_postal_code_check: null, cvc_check: 'pass' }

/** A card as a payment method. The number itself is never kept. */
export const newPaymentMethod = (
  id: string,
  created: number,
  card: CardFace,
  billing: BillingDetails,
) => ({
  id,
  object: 'payment_method' as const,
  allow_redisplay: 'unspecified' as const,
  billing_details: billing,
  card: {
    ...card,
    checks: CHECKS,
    country: 'US',
    display_brand: card.brand,
    fingerprint: `sandbox${card.brand}${card.last4}`,
    funding: 'credit',
    generated_from: null,
    networks: { available: [card.brand], preferred: null },
    regulated_status: 'unregulated' as const,
    three_d_secure_usage: { supported: true },
    wallet: null,
  },
  created,
  customer: null as string | null,
  customer_account: null,
  livemode: false,
  metadata: {} as Metadata,
  type: 'card' as const,
})
export type PaymentMethod = ReturnType<typeof newPaymentMethod>

export interface PaymentError {
  type: 'card_error'
  code: string
  decline_code?: string
  message: string
  charge?: string
  payment_method?: PaymentMethod
}

export type IntentStatus = 'requires_payment_method' | 'requires_action' | 'succeeded' | 'canceled'

/** A payment intent as the API answers it. */
export const newPaymentIntent = (
  id: string,
  created: number,
  amount: number,
  currency: string,
) => ({
  id,
  object: 'payment_intent' as const,
  allowed_payment_method_types: null,
  amount,
  amount_capturable: 0,
  amount_details: { tip: {} },
  amount_received: 0,
  application: null,
  application_fee_amount: null,
  automatic_payment_methods: null,
  canceled_at: null as number | null,
  cancellation_reason: null as 'abandoned' | 'requested_by_customer' | 'void_invoice' | null,
  capture_method: 'automatic' as const,
  client_secret: `${id}_secret_sandbox`,
  confirmation_method: 'automatic' as const,
  created,
  currency,
  customer: null as string | null,
  customer_account: null,
  description: null as string | null,
  excluded_payment_method_types: null,
  last_payment_error: null as PaymentError | null,
  latest_charge: null as string | null,
  livemode: false,
  managed_payments: null,
  metadata: {} as Metadata,
  next_action: null as { type: string; redirect_to_url?: { return_url: null; url: string } } | null,
  on_behalf_of: null,
  payment_method: null as string | null,
  payment_method_configuration_details: null,
  payment_method_options: {
    card: {
      installments: null,
      mandate_options: null,
      network: null,
      request_three_d_secure: 'automatic' as const,
    },
  },
  payment_method_types: ['card'],
  payment_record: null,
  processing: null,
  receipt_email: null as string | null,
  review: null,
  setup_future_usage: null as 'off_session' | null,
  shipping: null,
  source: null,
  statement_descriptor: null,
  statement_descriptor_suffix: null,
  status: 'requires_payment_method' as IntentStatus,
  transfer_group: null,
})
export type PaymentIntent = ReturnType<typeof newPaymentIntent>

interface ChargeInput {
  id: string
  created: number
  intent: PaymentIntent
  method: PaymentMethod
  failure: { code: string; message: string; declineCode: string } | null
  receiptUrl: string
}

/** A charge as the API answers it: one attempt to take money from a card. */
export const newCharge = ({ id, created, intent, method, failure, receiptUrl }: ChargeInput) => ({
  id,
  object: 'charge' as const,
  amount: intent.amount,
  amount_captured: failure ? 0 : intent.amount,
  amount_refunded: 0,
  application: null,
  application_fee: null,
  application_fee_amount: null,
  balance_transaction: null as string | null,
  billing_details: method.billing_details,
  calculated_statement_descriptor: 'SANDBOX',
  captured: !failure,
  created,
  currency: intent.currency,
  customer: intent.customer,
  description: intent.description,
  disputed: false,
  failure_balance_transaction: null,
  failure_code: failure?.code ?? null,
  failure_message: failure?.message ?? null,
  fraud_details: {},
  livemode: false,
  metadata: intent.metadata,
  on_behalf_of: null,
  outcome: {
    advice_code: failure ? ('try_again_later' as const) : null,
    network_advice_code: null,
    network_decline_code: null,
    network_status: failure ? 'declined_by_network' : 'approved_by_network',
    reason: failure?.declineCode ?? null,
    risk_level: 'normal',
    seller_message: failure ? failure.message : 'Payment complete.',
    type: failure ? 'issuer_declined' : 'authorized',
  },
  paid: !failure,
  payment_intent: intent.id,
  payment_method: method.id,
  payment_method_details: {
    card: {
      amount_authorized: failure ? null : intent.amount,
      authorization_code: null,
      brand: method.card.brand,
      checks: CHECKS,
      country: 'US',
      electronic_commerce_indicator: null,
      exp_month: method.card.exp_month,
      exp_year: method.card.exp_year,
      fingerprint: method.card.fingerprint,
      funding: 'credit',
      installments: null,
      last4: method.card.last4,
      mandate: null,
      network: method.card.brand,
      network_transaction_id: null,
      regulated_status: 'unregulated' as const,
      three_d_secure: null,
      transaction_link_id: null,
      wallet: null,
    },
    type: 'card' as const,
  },
  receipt_email: intent.receipt_email,
  receipt_number: null as string | null,
  receipt_url: failure ? null : receiptUrl,
  refunded: false,
  review: null,
  shipping: null,
  source: null,
  source_transfer: null,
  statement_descriptor: null,
  statement_descriptor_suffix: null,
  status: failure ? ('failed' as const) : ('succeeded' as const),
  transfer_data: null,
  transfer_group: null,
})
export type Charge = ReturnType<typeof newCharge>
