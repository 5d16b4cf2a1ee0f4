import type { Clock } from '../lib/clock.ts'
import type { Ledger } from '../lib/ledger.ts'
import { newId, type Random } from './ids.ts'
import type { BalanceTransaction, Payout } from './shapes/balance.ts'
import type { Session, SessionLine } from './shapes/checkout.ts'
import type { Customer } from './shapes/customer.ts'
import type { Invoice, InvoicePayment, Line } from './shapes/invoice.ts'
import type { Charge, PaymentIntent, PaymentMethod } from './shapes/payment.ts'
import {
  API_VERSION,
  type Endpoint,
  type PortalSession,
  type StripeEvent,
} from './shapes/platform.ts'
import type { Price, Product } from './shapes/price.ts'
import type { Dispute, Refund } from './shapes/refund.ts'
import type { Subscription } from './shapes/subscription.ts'

/** What a test card does when it is charged. */
export type CardBehaviour =
  | 'ok'
  | 'declined'
  | 'later_fails'
  | 'needs_confirmation'
  | 'always_needs_confirmation'

/** What a checkout session remembers beside the fields that the API shows. */
export interface SessionNotes {
  lines: SessionLine[]
  subscriptionMetadata: Record<string, string>
  intentMetadata: Record<string, string>
  description: string | null
  trialEnd: number | null
  /** The payment intent of declined attempts; the one that succeeds is the same. */
  intent: string | null
}

/** A price difference that waits for the next invoice. */
export type PendingLine = Omit<Line, 'id' | 'invoice'>

const emptyState = () => ({
  customers: new Map<string, Customer>(),
  deletedCustomers: new Set<string>(),
  products: new Map<string, Product>(),
  prices: new Map<string, Price>(),
  methods: new Map<string, PaymentMethod>(),
  behaviours: new Map<string, CardBehaviour>(),
  intents: new Map<string, PaymentIntent>(),
  charges: new Map<string, Charge>(),
  transactions: new Map<string, BalanceTransaction>(),
  refunds: new Map<string, Refund>(),
  /** Charges whose next refund is refused, and with which code. */
  refusedRefunds: new Map<string, string>(),
  payouts: new Map<string, Payout>(),
  disputes: new Map<string, Dispute>(),
  sessions: new Map<string, Session>(),
  sessionNotes: new Map<string, SessionNotes>(),
  /** What was typed on a checkout page that waits for the bank's confirmation. */
  typed: new Map<string, Record<string, string>>(),
  subscriptions: new Map<string, Subscription>(),
  /** Subscriptions whose trial's end was announced, three days ahead. */
  announcedTrials: new Set<string>(),
  pendingLines: new Map<string, PendingLine[]>(),
  invoices: new Map<string, Invoice>(),
  invoicePayments: new Map<string, InvoicePayment>(),
  /** Ids of invoices by subscription, and of the payment of an invoice: scans are slow on many. */
  invoicesOf: new Map<string, string[]>(),
  paymentOf: new Map<string, string>(),
  portalSessions: new Map<string, PortalSession>(),
  /** Secret part of a portal link → portal session id. */
  portalLinks: new Map<string, string>(),
  endpoints: new Map<string, Endpoint>(),
  endpointSecrets: new Map<string, string>(),
  events: new Map<string, StripeEvent>(),
  /** Events of the operation under way; they are handed to delivery together. */
  batch: [] as StripeEvent[],
})

/** The names of what `emptyWorld` forgets and a state file keeps. */
export const stateKeys = Object.keys(emptyState()) as (keyof ReturnType<typeof emptyState>)[]

export interface WorldOptions {
  clock: Clock
  ledger: Ledger
  random: Random
  merchant: string
  siteUrl: string
}

/** Everything that this Stripe account holds, and what its operations need to work. */
export interface World extends ReturnType<typeof emptyState>, WorldOptions {
  /** Origin of the hosted pages; known once the server listens. */
  url: string
  /** The moment being lived through while the clock advances; null: now. */
  at: number | null
  /** The API request under way, which events name as their cause. */
  request: { id: string | null; idempotency_key: string | null }
}

export const createWorld = (options: WorldOptions): World => ({
  ...emptyState(),
  ...options,
  url: '',
  at: null,
  request: { id: null, idempotency_key: null },
})

/** Forgets every object. */
export function emptyWorld(world: World) {
  Object.assign(world, emptyState())
}

/** The current moment in Unix seconds of the sandbox clock. */
export const now = (world: World) => world.at ?? Math.floor(world.clock.now().getTime() / 1000)

export const idOf = (world: World, prefix: string, length?: number) =>
  newId(world.random, prefix, length)

/** Records an event with the object as it is now. Delivery follows when the operation is over. */
export function emit(
  world: World,
  type: string,
  object: unknown,
  previous?: Record<string, unknown>,
): StripeEvent {
  const event: StripeEvent = {
    id: idOf(world, 'evt'),
    object: 'event',
    api_version: API_VERSION,
    created: now(world),
    data: {
      object: structuredClone(object),
      ...(previous && { previous_attributes: previous }),
    },
    livemode: false,
    pending_webhooks: [...world.endpoints.values()].filter((e) => e.status === 'enabled').length,
    request: { ...world.request },
    type,
  }
  world.events.set(event.id, event)
  world.batch.push(event)
  return event
}

/** Changes an object and records an `…updated` event with what it was before; none when nothing changed. */
export function change<T extends object>(
  world: World,
  type: string,
  object: T,
  mutate: (object: T) => void,
): T {
  const before = structuredClone(object)
  mutate(object)
  const previous = difference(before, object)
  if (previous) emit(world, type, object, previous)
  return object
}

/** The old values of the keys that differ, nested records key by key; undefined when equal. */
export function difference(before: object, after: object): Record<string, unknown> | undefined {
  const old = before as Record<string, unknown>
  const fresh = after as Record<string, unknown>
  const changes: Record<string, unknown> = {}
  for (const key of new Set([...Object.keys(old), ...Object.keys(fresh)])) {
    if (isRecord(old[key]) && isRecord(fresh[key])) {
      const inner = difference(old[key], fresh[key])
      if (inner) changes[key] = inner
    } else if (JSON.stringify(old[key]) !== JSON.stringify(fresh[key])) {
      changes[key] = old[key] ?? null
    }
  }
  return Object.keys(changes).length > 0 ? changes : undefined
}

const isRecord = (value: unknown): value is object =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
