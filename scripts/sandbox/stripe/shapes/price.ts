import type { Metadata } from './common.ts'

/** A product as the API answers it. */
export const newProduct = (id: string, created: number, name: string) => ({
  id,
  object: 'product' as const,
  active: true,
  created,
  default_price: null as string | null,
  description: null as string | null,
  images: [] as string[],
  livemode: false,
  marketing_features: [],
  metadata: {} as Metadata,
  name,
  package_dimensions: null,
  shippable: null,
  statement_descriptor: null,
  tax_code: null,
  tax_details: null,
  type: 'service' as const,
  unit_label: null,
  updated: created,
  url: null,
})
export type Product = ReturnType<typeof newProduct>

export interface Recurring {
  interval: 'day' | 'week' | 'month' | 'year'
  interval_count: number
  meter: null
  trial_period_days: number | null
  usage_type: 'licensed'
}

interface PriceInput {
  id: string
  created: number
  product: string
  currency: string
  amount: number
  recurring: Recurring | null
}

/** A price as the API answers it. */
export const newPrice = ({ id, created, product, currency, amount, recurring }: PriceInput) => ({
  id,
  object: 'price' as const,
  active: true,
  billing_scheme: 'per_unit' as const,
  created,
  currency,
  custom_unit_amount: null,
  livemode: false,
  lookup_key: null as string | null,
  metadata: {} as Metadata,
  nickname: null as string | null,
  product,
  recurring,
  tax_behavior: 'unspecified' as const,
  tiers_mode: null,
  transform_quantity: null,
  type: recurring ? ('recurring' as const) : ('one_time' as const),
  unit_amount: amount,
  unit_amount_decimal: String(amount),
})
export type Price = ReturnType<typeof newPrice>

/** The older `plan` object that subscription items still carry beside the price. */
export const planOf = (price: Price) => ({
  id: price.id,
  object: 'plan' as const,
  active: price.active,
  amount: price.unit_amount,
  amount_decimal: price.unit_amount_decimal,
  billing_scheme: price.billing_scheme,
  created: price.created,
  currency: price.currency,
  interval: price.recurring?.interval ?? ('month' as const),
  interval_count: price.recurring?.interval_count ?? 1,
  livemode: false,
  metadata: price.metadata,
  meter: null,
  nickname: price.nickname,
  product: price.product,
  tiers_mode: null,
  transform_usage: null,
  trial_period_days: null,
  usage_type: 'licensed' as const,
})
