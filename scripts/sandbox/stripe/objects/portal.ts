import { type Call, type Route, route } from '../api.ts'
import { HOUR } from '../calendar.ts'
import { type CardInput, cardMistakes, saveCard } from '../cards.ts'
import { invalid, missing, required } from '../errors.ts'
import { oneOf, type Params, record, records, text, whole } from '../form.ts'
import {
  newPortalSession,
  type PortalFlow,
  type PortalFlowType,
  type PortalSession,
} from '../shapes/platform.ts'
import type { Subscription } from '../shapes/subscription.ts'
import { change, idOf, now, type World } from '../world.ts'
import { findPrice } from './catalogue.ts'
import { findCustomer } from './customers.ts'
import { invoicesOf, payInvoice } from './invoices.ts'
import { attach, makeDefault } from './payments.ts'
import { changePrice } from './subscription-change.ts'
import { settled } from './subscription-life.ts'
import { findSubscription } from './subscriptions.ts'

const FLOWS = [
  'payment_method_update',
  'subscription_cancel',
  'subscription_update',
  'subscription_update_confirm',
] as const
const LINK_LIVES = HOUR

function flowOf(world: World, params: Params, customer: string): PortalFlow | null {
  const data = record(params, 'flow_data')
  if (!data) return null
  const type = oneOf<PortalFlowType>(data, 'type', FLOWS)
  if (!type) throw required('flow_data[type]')
  const after = record(data, 'after_completion') ?? {}
  const back = text(record(after, 'redirect') ?? {}, 'return_url')
  const named = text(record(data, type) ?? {}, 'subscription')
  if (type !== 'payment_method_update') {
    if (!named) throw required(`flow_data[${type}][subscription]`)
    if (findSubscription(world, named, 'flow_data').customer !== customer) {
      throw missing('subscription', named, `flow_data[${type}][subscription]`)
    }
  }
  return {
    after_completion: {
      hosted_confirmation: null,
      redirect: back ? { return_url: back } : null,
      type: back ? 'redirect' : 'portal_homepage',
    },
    customer_update: null,
    subscription_cancel:
      type === 'subscription_cancel' && named ? { retention: null, subscription: named } : null,
    subscription_pause: null,
    subscription_update: type === 'subscription_update' && named ? { subscription: named } : null,
    subscription_update_confirm:
      type === 'subscription_update_confirm' && named ? confirmOf(world, data, named) : null,
    type,
  }
}

/** The one change that a link asks to confirm: an item of the subscription and the price that it moves to. */
function confirmOf(world: World, data: Params, subscription: string) {
  const at = 'flow_data[subscription_update_confirm][items]'
  const wanted = records(record(data, 'subscription_update_confirm') ?? {}, 'items')
  const [only] = wanted
  if (wanted.length !== 1 || !only) throw invalid('Exactly one item can be updated.', at)
  const id = text(only, 'id') ?? ''
  const held = findSubscription(world, subscription, 'flow_data').items.data
  if (!held.some((item) => item.id === id)) throw missing('subscription item', id, `${at}[0][id]`)
  const price = findPrice(world, text(only, 'price') ?? '', `${at}[0][price]`)
  return {
    discounts: null,
    items: [{ id, price: price.id, quantity: whole(only, 'quantity') ?? 1 }],
    subscription,
  }
}

function create(world: World, { params }: Call): PortalSession {
  const id = text(params, 'customer')
  if (!id) throw required('customer')
  const customer = findCustomer(world, id, 'customer')
  const secret = idOf(world, 'test', 40)
  const flow = flowOf(world, params, customer.id)
  const session = newPortalSession({
    id: idOf(world, 'bps'),
    created: now(world),
    customer: customer.id,
    returnUrl: text(params, 'return_url') ?? world.siteUrl,
    url: `${world.url}/p/session/${secret}${flow ? `/${flow.type.replaceAll('_', '-')}` : ''}`,
    flow,
  })
  world.portalSessions.set(session.id, session)
  world.portalLinks.set(secret, session.id)
  world.ledger.add('portal.created', session.id, { customer: customer.id })
  return session
}

export const portalRoutes: Route[] = [
  route(
    'POST',
    '/v1/billing_portal/sessions',
    'customer return_url flow_data configuration locale',
    create,
  ),
]

/** The portal session that a link opens; undefined when the link is unknown or an hour old. */
export function openPortal(world: World, secret: string): PortalSession | undefined {
  const session = world.portalSessions.get(world.portalLinks.get(secret) ?? '')
  return session && session.created + LINK_LIVES > now(world) ? session : undefined
}

/** Moves a subscription to another tier; the difference is invoiced at once. */
export function portalChange(world: World, subscription: Subscription, priceId: string) {
  const item = subscription.items.data[0]
  const price = findPrice(world, priceId, 'price')
  if (!item || !price.active) throw invalid('The price specified is inactive.', 'price')
  changePrice(world, subscription, {
    item,
    price,
    quantity: item.quantity,
    proration: 'always_invoice',
  })
}

export type MendResult =
  | { result: 'mended'; paid: string[] }
  | { result: 'declined'; paid: string[] }
  | { result: 'mistakes'; mistakes: Record<string, string> }

/**
 * Replaces a customer's card, for their subscriptions too, and pays at once what is open. A card
 * that Stripe would not attach is refused and the old one kept.
 */
export function mendCard(world: World, customerId: string, card: CardInput): MendResult {
  const customer = findCustomer(world, customerId, 'customer')
  const mistakes = cardMistakes(card, now(world))
  if (Object.keys(mistakes).length > 0) return { result: 'mistakes', mistakes }
  const method = saveCard(world, card, { email: customer.email, name: customer.name })
  if (world.behaviours.get(method.id) === 'declined') {
    return { result: 'mistakes', mistakes: { number: 'Your card was declined.' } }
  }
  attach(world, method, customer.id)
  makeDefault(world, method, customer.id)
  const paid: string[] = []
  let declined = false
  for (const subscription of world.subscriptions.values()) {
    if (subscription.customer !== customer.id || subscription.ended_at !== null) continue
    if (subscription.default_payment_method) {
      change(world, 'customer.subscription.updated', subscription, (s) => {
        s.default_payment_method = method.id
      })
    }
    for (const invoice of invoicesOf(world, subscription)) {
      if (invoice.status !== 'open') continue
      const options = { method, present: false, retryAt: invoice.next_payment_attempt }
      if (payInvoice(world, invoice, options) === 'succeeded') paid.push(invoice.id)
      else declined = true
    }
    if (paid.length > 0) settled(world, subscription)
  }
  world.ledger.add('card.replaced', customer.id, { last4: method.card.last4 })
  return { result: declined ? 'declined' : 'mended', paid }
}
