import type { Metadata } from './common.ts'

/** The API version that the pinned SDK speaks; events are rendered in it too. */
export const API_VERSION = '2026-10-28.endive'

export interface StripeEvent {
  id: string
  object: 'event'
  api_version: string
  created: number
  data: { object: unknown; previous_attributes?: Record<string, unknown> }
  livemode: boolean
  pending_webhooks: number
  request: { id: string | null; idempotency_key: string | null }
  type: string
}

/** An address that events are sent to. `secret` is only shown when it is created. */
export const newEndpoint = (id: string, created: number, url: string, events: string[]) => ({
  id,
  object: 'webhook_endpoint' as const,
  api_version: API_VERSION as string | null,
  application: null,
  created,
  description: null as string | null,
  enabled_events: events,
  livemode: false,
  metadata: {} as Metadata,
  status: 'enabled' as 'enabled' | 'disabled',
  url,
})
export type Endpoint = ReturnType<typeof newEndpoint>

interface PortalInput {
  id: string
  created: number
  customer: string
  returnUrl: string | null
  url: string
  flow: PortalFlow | null
}

export type PortalFlowType =
  | 'payment_method_update'
  | 'subscription_cancel'
  | 'subscription_update'
  | 'subscription_update_confirm'

export interface PortalFlow {
  after_completion: {
    hosted_confirmation: null
    redirect: { return_url: string } | null
    type: 'portal_homepage' | 'redirect'
  }
  customer_update: null
  subscription_cancel: { retention: null; subscription: string } | null
  subscription_pause: null
  subscription_update: { subscription: string } | null
  subscription_update_confirm: {
    discounts: null
    items: { id: string; price: string; quantity: number }[]
    subscription: string
  } | null
  type: PortalFlowType
}

/** A billing portal session: a short-lived link for one customer. */
export const newPortalSession = (input: PortalInput) => ({
  id: input.id,
  object: 'billing_portal.session' as const,
  after_expiration: null,
  configuration: 'bpc_sandbox',
  created: input.created,
  customer: input.customer,
  customer_account: null,
  flow: input.flow,
  livemode: false,
  locale: null,
  on_behalf_of: null,
  return_url: input.returnUrl,
  url: input.url,
})
export type PortalSession = ReturnType<typeof newPortalSession>
