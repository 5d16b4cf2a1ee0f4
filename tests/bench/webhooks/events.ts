import { createHmac } from 'node:crypto'

/** A signed request body. */
export interface Signed {
  body: string
  signature: string
}

/** A subscription of the given member as Stripe shows it, with the fields that a real one has. */
function subscription(index: number, periodEnd: number) {
  const item = {
    id: `si_bench_${index}`,
    object: 'subscription_item',
    billing_thresholds: null,
    created: 1_760_000_000,
    current_period_start: periodEnd - 2_592_000,
    current_period_end: periodEnd,
    discounts: [],
    metadata: {},
    price: {
      id: 'price_monthly',
      object: 'price',
      active: true,
      billing_scheme: 'per_unit',
      created: 1_750_000_000,
      currency: 'usd',
      custom_unit_amount: null,
      livemode: false,
      lookup_key: null,
      metadata: {},
      nickname: null,
      product: 'prod_membership',
      recurring: {
        interval: 'month',
        interval_count: 1,
        meter: null,
        trial_period_days: null,
        usage_type: 'licensed',
      },
      tax_behavior: 'unspecified',
      tiers_mode: null,
      transform_quantity: null,
      type: 'recurring',
      unit_amount: 1000,
      unit_amount_decimal: '1000',
    },
    quantity: 1,
    subscription: `sub_bench_${index}`,
    tax_rates: [],
  }
  return {
    id: `sub_bench_${index}`,
    object: 'subscription',
    application: null,
    application_fee_percent: null,
    automatic_tax: { disabled_reason: null, enabled: false, liability: null },
    billing_cycle_anchor: 1_760_000_000,
    billing_mode: { type: 'flexible', flexible: { proration_discounts: 'included' } },
    billing_thresholds: null,
    cancel_at: null,
    cancel_at_period_end: false,
    canceled_at: null,
    cancellation_details: { comment: null, feedback: null, reason: null },
    collection_method: 'charge_automatically',
    created: 1_760_000_000,
    currency: 'usd',
    customer: `cus_bench_${index}`,
    days_until_due: null,
    default_payment_method: `pm_bench_${index}`,
    default_source: null,
    default_tax_rates: [],
    description: null,
    discounts: [],
    ended_at: null,
    invoice_settings: { account_tax_ids: null, issuer: { type: 'self' } },
    items: {
      object: 'list',
      data: [item],
      has_more: false,
      total_count: 1,
      url: `/v1/subscription_items?subscription=sub_bench_${index}`,
    },
    latest_invoice: `in_bench_${index}`,
    livemode: false,
    metadata: { purpose: 'dues', tier: 'monthly' },
    next_pending_invoice_item_invoice: null,
    on_behalf_of: null,
    pause_collection: null,
    payment_settings: {
      payment_method_options: null,
      payment_method_types: null,
      save_default_payment_method: 'off',
    },
    pending_invoice_item_interval: null,
    pending_setup_intent: null,
    pending_update: null,
    schedule: null,
    start_date: 1_760_000_000,
    status: 'active',
    test_clock: null,
    transfer_data: null,
    trial_end: null,
    trial_settings: { end_behavior: { missing_payment_method: 'create_invoice' } },
    trial_start: null,
  }
}

/**
 * Distinct, signed `customer.subscription.updated` events over a number of members. `changing` of them
 * (0 to 1) move the period, so that the membership changes and is audited; the others repeat what is known.
 */
export function events(
  count: number,
  options: { round: number; members: number; changing: number; secret: string; now: Date },
): Signed[] {
  const seconds = Math.floor(options.now.getTime() / 1000)
  return Array.from({ length: count }, (_, index) => {
    const member = index % options.members
    const moves = index % 100 < options.changing * 100
    const created = seconds + options.round * count + index
    const periodEnd = 1_900_000_000 + (moves ? options.round * count + index : 0)
    const body = JSON.stringify({
      id: `evt_bench_${options.round}_${index}`,
      object: 'event',
      api_version: '2026-10-28.endive',
      created,
      data: { object: subscription(member, periodEnd), previous_attributes: {} },
      livemode: false,
      pending_webhooks: 1,
      request: { id: null, idempotency_key: null },
      type: 'customer.subscription.updated',
    })
    const mac = createHmac('sha256', options.secret).update(`${seconds}.${body}`).digest('hex')
    return { body, signature: `t=${seconds},v1=${mac}` }
  })
}
