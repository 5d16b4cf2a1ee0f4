import Stripe from 'stripe'
import { type Env, optional, required } from '../env.ts'
import { ProviderError } from '../provider_error.ts'
import { StripeError, stripeFailure } from './stripe_errors.ts'
import { type Connection, type MoneyVerbs, moneyVerbs } from './stripe_money.ts'

/** The version of Stripe's API that everything here is written for. The webhook endpoint uses the same. */
export const STRIPE_API_VERSION = '2026-10-28.endive'

/** Something read from Stripe, and a moment for which it is surely true. */
export interface Snapshot<T> {
  value: T
  asOf: Date
}

export type StripeObject = Record<string, unknown>

export interface SubscriptionsPage {
  subscriptions: StripeObject[]
  asOf: Date
  /** Where the next page begins; null after the last. */
  next: string | null
}

export interface PortalRequest {
  customer: string
  returnUrl: string
  flow?:
    | { kind: 'mend_card' }
    | { kind: 'cancel' | 'change'; subscription: string }
    /** A change to one price, which the page only asks to confirm. */
    | { kind: 'confirm'; subscription: string; price: string }
}

/** Stripe in the few words that we use. Every verb throws ProviderError and ends within 10 seconds. */
export interface StripeClient extends MoneyVerbs {
  /** Opens a hosted checkout, in Stripe's own parameters; returns its address. */
  createCheckout(params: StripeObject, idempotencyKey: string): Promise<string>
  openPortal(request: PortalRequest, idempotencyKey: string): Promise<string>
  subscription(id: string): Promise<Snapshot<StripeObject>>
  /** A customer, or null when Stripe has deleted it. */
  customer(id: string): Promise<Snapshot<StripeObject | null>>
  /** The id of the invoice that a payment paid, or null when it paid none. */
  invoiceOfPaymentIntent(paymentIntent: string): Promise<string | null>
  /** Closes the checkouts that a customer has open, so that nothing more is paid by them. */
  closeCheckouts(customer: string): Promise<void>
  /** Ends whatever of a customer still runs, at once and without a refund. Returns each as it is then. */
  endSubscriptions(customer: string): Promise<Snapshot<StripeObject>[]>
  /** Deletes a customer for good; one who is gone counts as deleted. */
  deleteCustomer(id: string): Promise<void>
  /** Up to 100 subscriptions of whatever status, after the given one. */
  subscriptionsPage(after: string | null): Promise<SubscriptionsPage>
  /** Whether Stripe answers and knows our key. */
  ping(timeoutMs?: number): Promise<void>
}

/** Whether a secret key acts on real money. */
export const isLiveKey = (key: string): boolean => /^[sr]k_live_/.test(key)

/** Whether a secret key can only act on play money. */
const isTestKey = (key: string): boolean => /^[sr]k_test_/.test(key)

const TIMEOUT_MS = 10_000

function connect(key: string, base: string | undefined, timeoutMs: number): Stripe {
  const url = base ? new URL(base) : undefined
  return new Stripe(key, {
    apiVersion: STRIPE_API_VERSION,
    // Its own time-out ends with the headers; this one also ends a body that only drips.
    httpClient: Stripe.createFetchHttpClient((input: RequestInfo | URL, init?: RequestInit) =>
      fetch(input, {
        ...init,
        signal: AbortSignal.any([
          AbortSignal.timeout(timeoutMs),
          ...(init?.signal ? [init.signal] : []),
        ]),
      }),
    ),
    maxNetworkRetries: 0,
    timeout: timeoutMs,
    telemetry: false,
    ...(url
      ? {
          host: url.hostname,
          port: url.port || (url.protocol === 'https:' ? '443' : '80'),
          protocol: url.protocol === 'https:' ? 'https' : 'http',
        }
      : {}),
  })
}

/** The moment for which an answer is true: when Stripe sent it, less the time that the call took. */
function asOf(response: { headers: Record<string, string> }, began: Date, now: Date): Date {
  const sent = Date.parse(response.headers.date ?? '')
  const end = Number.isNaN(sent) ? now.getTime() : sent
  return new Date(end - (now.getTime() - began.getTime()))
}

// Decimal objects of the SDK become strings again, as they came over the wire.
const plain = (value: unknown) => JSON.parse(JSON.stringify(value)) as StripeObject

/** Connects the official SDK. STRIPE_API_BASE points elsewhere than api.stripe.com, for tests and the sandbox. */
export function createStripe(env: Env, now: () => Date, timeoutMs = TIMEOUT_MS): StripeClient {
  const key = required(env, 'STRIPE_SECRET_KEY')
  return clientOf(key, optional(env, 'STRIPE_API_BASE'), now, timeoutMs)
}

/**
 * The account at Stripe that keys for practice work on: with a key of its own, which never acts on real money, and
 * never with the other's settings. Throws MissingSetting, and ProviderError for a key that is live.
 */
export function createPracticeStripe(
  env: Env,
  now: () => Date,
  timeoutMs = TIMEOUT_MS,
): StripeClient {
  const key = required(env, 'STRIPE_SANDBOX_SECRET_KEY')
  if (!isTestKey(key)) {
    throw new ProviderError('Stripe', 'misconfigured', 'STRIPE_SANDBOX_SECRET_KEY is no test key')
  }
  return clientOf(key, optional(env, 'STRIPE_SANDBOX_API_BASE'), now, timeoutMs)
}

function clientOf(
  key: string,
  base: string | undefined,
  now: () => Date,
  timeoutMs: number,
): StripeClient {
  const stripe = connect(key, base, timeoutMs)

  async function call<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await work()
    } catch (error) {
      throw stripeFailure(error, now())
    }
  }

  const snapshot: Connection['snapshot'] = (ask) =>
    call(async () => {
      const began = now()
      const found = await ask()
      return { value: plain(found), asOf: asOf(found.lastResponse, began, now()) }
    })

  const isGone = (error: unknown) =>
    error instanceof StripeError && error.code === 'resource_missing'

  /** What is not there any more needs nothing done. */
  async function unlessGone(work: () => Promise<void>): Promise<void> {
    try {
      await call(work)
    } catch (error) {
      if (!isGone(error)) throw error
    }
  }

  /** One of several that may have ended by itself since they were listed: Stripe refuses, and that is well. */
  async function unlessOver(work: () => Promise<unknown>): Promise<void> {
    try {
      await work()
    } catch (error) {
      const failure = stripeFailure(error, now())
      if (failure.kind !== 'refused') throw failure
    }
  }

  /** Stripe wants to know which item of the subscription changes its price; ours have one. */
  async function nameItem(subscription: string, params: Stripe.BillingPortal.SessionCreateParams) {
    const { items } = await stripe.subscriptions.retrieve(subscription)
    const [item] = items.data
    const [wanted] = params.flow_data?.subscription_update_confirm?.items ?? []
    if (wanted && item) wanted.id = item.id
  }

  return {
    ...moneyVerbs({ stripe, call, snapshot }),

    createCheckout: (params, idempotencyKey) =>
      call(async () => {
        const wanted = params as Stripe.Checkout.SessionCreateParams
        const session = await stripe.checkout.sessions.create(wanted, { idempotencyKey })
        return session.url ?? ''
      }),

    openPortal: (request, idempotencyKey) =>
      call(async () => {
        const params = portalParams(request)
        if (request.flow?.kind === 'confirm') await nameItem(request.flow.subscription, params)
        const session = await stripe.billingPortal.sessions.create(params, { idempotencyKey })
        return session.url
      }),

    subscription: (id) => snapshot(() => stripe.subscriptions.retrieve(id)),

    customer: (id) =>
      call(async () => {
        const began = now()
        const found = await stripe.customers.retrieve(id)
        const value = found.deleted ? null : plain(found)
        return { value, asOf: asOf(found.lastResponse, began, now()) }
      }),

    invoiceOfPaymentIntent: (paymentIntent) =>
      call(async () => {
        const payments = await stripe.invoicePayments.list({
          payment: { type: 'payment_intent', payment_intent: paymentIntent },
          limit: 1,
        })
        const invoice = payments.data[0]?.invoice
        return typeof invoice === 'string' ? invoice : (invoice?.id ?? null)
      }),

    closeCheckouts: (customer) =>
      unlessGone(async () => {
        const open = stripe.checkout.sessions.list({ customer, status: 'open', limit: 100 })
        for await (const { id } of open) {
          await unlessOver(() => stripe.checkout.sessions.expire(id))
        }
      }),

    endSubscriptions: async (customer) => {
      const ended: Snapshot<StripeObject>[] = []
      await unlessGone(async () => {
        // Without a status Stripe lists those that have not been canceled.
        for await (const { id } of stripe.subscriptions.list({ customer, limit: 100 })) {
          const began = now()
          await unlessOver(async () => {
            const found = await stripe.subscriptions.cancel(id, {
              invoice_now: false,
              prorate: false,
            })
            ended.push({ value: plain(found), asOf: asOf(found.lastResponse, began, now()) })
          })
        }
      })
      return ended
    },

    deleteCustomer: (id) =>
      unlessGone(async () => {
        await stripe.customers.del(id)
      }),

    subscriptionsPage: (after) =>
      call(async () => {
        const began = now()
        const page = await stripe.subscriptions.list({
          status: 'all',
          limit: 100,
          ...(after ? { starting_after: after } : {}),
        })
        return {
          subscriptions: page.data.map(plain),
          asOf: asOf(page.lastResponse, began, now()),
          next: page.has_more ? (page.data.at(-1)?.id ?? null) : null,
        }
      }),

    ping: (patienceMs = 2000) =>
      call(async () => {
        await connect(key, base, patienceMs).prices.list({ limit: 1 })
      }),
  }
}

function portalParams({ customer, returnUrl, flow }: PortalRequest) {
  const params: Stripe.BillingPortal.SessionCreateParams = { customer, return_url: returnUrl }
  if (!flow) return params
  const completion = { type: 'redirect', redirect: { return_url: returnUrl } } as const
  if (flow.kind === 'mend_card') {
    params.flow_data = { type: 'payment_method_update', after_completion: completion }
  } else if (flow.kind === 'cancel') {
    const { subscription } = flow
    params.flow_data = {
      type: 'subscription_cancel',
      subscription_cancel: { subscription },
      after_completion: completion,
    }
  } else if (flow.kind === 'confirm') {
    const { subscription, price } = flow
    params.flow_data = {
      type: 'subscription_update_confirm',
      subscription_update_confirm: { subscription, items: [{ id: '', price, quantity: 1 }] },
      after_completion: completion,
    }
  } else {
    const { subscription } = flow
    params.flow_data = {
      type: 'subscription_update',
      subscription_update: { subscription },
      after_completion: completion,
    }
  }
  return params
}
