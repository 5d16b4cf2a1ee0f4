import type { Address, Metadata } from './common.ts'

/** A customer as the API answers it. */
export const newCustomer = (id: string, created: number) => ({
  id,
  object: 'customer' as const,
  address: null as Address | null,
  balance: 0,
  created,
  currency: null as string | null,
  customer_account: null,
  default_source: null,
  delinquent: false,
  description: null as string | null,
  email: null as string | null,
  invoice_prefix: id.slice(-8).toUpperCase(),
  invoice_settings: {
    custom_fields: null,
    default_payment_method: null as string | null,
    footer: null,
    rendering_options: null,
  },
  livemode: false,
  metadata: {} as Metadata,
  name: null as string | null,
  next_invoice_sequence: 1,
  phone: null as string | null,
  preferred_locales: [] as string[],
  shipping: null,
  tax_exempt: 'none' as const,
  test_clock: null,
})
export type Customer = ReturnType<typeof newCustomer>
