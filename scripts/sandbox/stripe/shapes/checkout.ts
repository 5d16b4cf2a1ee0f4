import type { Address, Metadata } from './common.ts'
import type { Price } from './price.ts'

/** A line of a checkout session; its object name is `item`. */
export const newSessionLine = (
  id: string,
  price: Price,
  quantity: number,
  description: string,
) => ({
  id,
  object: 'item' as const,
  adjustable_quantity: null,
  amount_discount: 0,
  amount_subtotal: price.unit_amount * quantity,
  amount_tax: 0,
  amount_total: price.unit_amount * quantity,
  currency: price.currency,
  description,
  metadata: {} as Metadata,
  price,
  quantity,
})
export type SessionLine = ReturnType<typeof newSessionLine>

export interface CustomerDetails {
  address: Address | null
  business_name: null
  email: string | null
  individual_name: null
  name: string | null
  phone: null
  tax_exempt: 'none'
  tax_ids: []
}

export const newCustomerDetails = (email: string | null, name: string | null): CustomerDetails => ({
  address: null,
  business_name: null,
  email,
  individual_name: null,
  name,
  phone: null,
  tax_exempt: 'none',
  tax_ids: [],
})

/** A checkout session as the API answers it. */
export const newSession = (id: string, created: number, mode: 'payment' | 'subscription') => ({
  id,
  object: 'checkout.session' as const,
  adaptive_pricing: null,
  after_expiration: null,
  allow_promotion_codes: null as boolean | null,
  allowed_payment_method_types: null,
  amount_subtotal: 0,
  amount_total: 0,
  automatic_tax: { enabled: false, liability: null, provider: null, status: null },
  billing_address_collection: null as 'auto' | 'required' | null,
  cancel_url: null as string | null,
  client_reference_id: null as string | null,
  client_secret: null,
  collected_information: null,
  consent: null,
  consent_collection: null,
  created,
  currency: 'usd',
  currency_conversion: null,
  custom_fields: [],
  custom_text: {
    after_submit: null,
    shipping_address: null,
    submit: null as { message: string } | null,
    terms_of_service_acceptance: null,
  },
  customer: null as string | null,
  customer_account: null,
  customer_creation: null as 'always' | 'if_required' | null,
  customer_details: null as CustomerDetails | null,
  customer_email: null as string | null,
  discounts: [],
  expires_at: created + 86_400,
  integration_identifier: null,
  invoice: null as string | null,
  invoice_creation: null as unknown,
  livemode: false,
  locale: null,
  managed_payments: null,
  metadata: {} as Metadata,
  mode,
  origin_context: null,
  payment_intent: null as string | null,
  payment_link: null,
  payment_method_collection:
    mode === 'subscription' ? ('always' as const) : ('if_required' as const),
  payment_method_configuration_details: null,
  payment_method_options: { card: { request_three_d_secure: 'automatic' as const } },
  payment_method_types: ['card'],
  payment_status: 'unpaid' as 'paid' | 'unpaid' | 'no_payment_required',
  permissions: null,
  recovered_from: null,
  saved_payment_method_options: null,
  setup_intent: null,
  shipping_address_collection: null,
  shipping_cost: null,
  shipping_options: [],
  status: 'open' as 'open' | 'complete' | 'expired',
  submit_type: null as 'auto' | 'book' | 'donate' | 'pay' | 'subscribe' | null,
  subscription: null as string | null,
  success_url: null as string | null,
  total_details: { amount_discount: 0, amount_shipping: 0, amount_tax: 0 },
  ui_mode: 'hosted_page' as const,
  url: null as string | null,
  wallet_options: null,
})
export type Session = ReturnType<typeof newSession>
