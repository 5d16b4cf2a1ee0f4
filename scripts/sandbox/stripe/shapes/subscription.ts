import type { Metadata } from './common.ts'
import { type ListOf, listOf } from './common.ts'
import { type Price, planOf } from './price.ts'

export type SubscriptionStatus =
  | 'incomplete'
  | 'incomplete_expired'
  | 'trialing'
  | 'active'
  | 'past_due'
  | 'canceled'
  | 'unpaid'
  | 'paused'

export const FEEDBACK = [
  'customer_service',
  'low_quality',
  'missing_features',
  'other',
  'switched_service',
  'too_complex',
  'too_expensive',
  'unused',
] as const
export type Feedback = (typeof FEEDBACK)[number]

interface ItemInput {
  id: string
  created: number
  subscription: string
  price: Price
  quantity: number
  start: number
  end: number
}

/** One item of a subscription; the current period lives here. */
export const newSubscriptionItem = (input: ItemInput) => ({
  id: input.id,
  object: 'subscription_item' as const,
  billing_thresholds: null,
  created: input.created,
  current_period_end: input.end,
  current_period_start: input.start,
  current_trial: null,
  discounts: [],
  metadata: {} as Metadata,
  plan: planOf(input.price),
  price: input.price,
  quantity: input.quantity,
  subscription: input.subscription,
  tax_rates: [],
})
export type SubscriptionItem = ReturnType<typeof newSubscriptionItem>

export interface CancellationDetails {
  comment: string | null
  feedback: Feedback | null
  feedback_option: null
  reason: 'cancellation_requested' | 'payment_disputed' | 'payment_failed' | null
}

/** A subscription as the API answers it. */
export const newSubscription = (
  id: string,
  customer: string,
  created: number,
  currency: string,
) => ({
  id,
  object: 'subscription' as const,
  application: null,
  application_fee_percent: null,
  automatic_tax: { disabled_reason: null, enabled: false, liability: null },
  billing_cycle_anchor: created,
  billing_cycle_anchor_config: null,
  billing_mode: {
    flexible: { proration_discounts: 'included' as const },
    type: 'flexible' as const,
  },
  billing_schedules: [],
  billing_thresholds: null,
  cancel_at: null as number | null,
  cancel_at_period_end: false,
  canceled_at: null as number | null,
  cancellation_details: {
    comment: null,
    feedback: null,
    feedback_option: null,
    reason: null,
  } as CancellationDetails,
  collection_method: 'charge_automatically' as 'charge_automatically' | 'send_invoice',
  created,
  currency,
  customer,
  customer_account: null,
  days_until_due: null as number | null,
  default_payment_method: null as string | null,
  default_source: null,
  default_tax_rates: [],
  description: null as string | null,
  discounts: [],
  ended_at: null as number | null,
  invoice_settings: {
    account_tax_ids: null,
    custom_fields: null,
    description: null,
    footer: null,
    issuer: { type: 'self' as const },
  },
  items: listOf(`/v1/subscription_items?subscription=${id}`, []) as ListOf<SubscriptionItem>,
  latest_invoice: null as string | null,
  livemode: false,
  managed_payments: null,
  metadata: {} as Metadata,
  next_pending_invoice_item_invoice: null,
  on_behalf_of: null,
  pause_collection: null as { behavior: PauseBehavior; resumes_at: number | null } | null,
  payment_settings: {
    payment_method_options: null,
    payment_method_types: null,
    save_default_payment_method: 'off' as 'off' | 'on_subscription',
  },
  pending_invoice_item_interval: null,
  pending_setup_intent: null,
  pending_update: null,
  schedule: null,
  start_date: created,
  status: 'active' as SubscriptionStatus,
  test_clock: null,
  transfer_data: null,
  trial_end: null as number | null,
  trial_settings: {
    end_behavior: { billing_cycle_anchor: null, missing_payment_method: 'create_invoice' as const },
  },
  trial_start: null as number | null,
})
export type Subscription = ReturnType<typeof newSubscription> & { status_details?: PausedDetails }

export const PAUSE_BEHAVIORS = ['keep_as_draft', 'mark_uncollectible', 'void'] as const
export type PauseBehavior = (typeof PAUSE_BEHAVIORS)[number]

export interface PausedDetails {
  paused: {
    subscription: { type: 'pause_requested' }
    transitioned_at: number
    type: 'subscription'
  }
}
