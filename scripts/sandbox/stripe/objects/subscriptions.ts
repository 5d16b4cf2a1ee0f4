import { type Call, type Route, route } from '../api.ts'
import { DAY } from '../calendar.ts'
import { methodFor } from '../cards.ts'
import { cardError, invalid, missing, required } from '../errors.ts'
import {
  flag,
  mergeMetadata,
  oneOf,
  type Params,
  record,
  records,
  text,
  unsettable,
  whole,
} from '../form.ts'
import { matching, newestFirst, PAGE, page, within } from '../lists.ts'
import { FEEDBACK, PAUSE_BEHAVIORS, type Subscription } from '../shapes/subscription.ts'
import { change, now, type World } from '../world.ts'
import { findPrice } from './catalogue.ts'
import { findCustomer } from './customers.ts'
import { attach } from './payments.ts'
import {
  assertLive,
  cancelAtPeriodEnd,
  changePrice,
  keepSubscription,
  type Proration,
  pauseSubscription,
  resumeSubscription,
  say,
} from './subscription-change.ts'
import { endSubscription, startSubscription } from './subscription-life.ts'

export const findSubscription = (world: World, id: string, param = 'id') => {
  const subscription = world.subscriptions.get(id)
  if (!subscription) throw missing('subscription', id, param)
  return subscription
}

function create(world: World, { params }: Call): Subscription {
  const customer = findCustomer(world, text(params, 'customer') ?? '', 'customer')
  const items = records(params, 'items').map((item) => ({
    price: findPrice(world, text(item, 'price') ?? '', 'items[0][price]'),
    quantity: whole(item, 'quantity') ?? 1,
  }))
  if (items.length === 0) throw required('items')
  const own = text(params, 'default_payment_method')
  const method = own ? methodFor(world, own) : customerCard(world, customer.id)
  if (own && method) attach(world, method, customer.id)
  const collection = oneOf(params, 'collection_method', ['charge_automatically', 'send_invoice'])
  const behaviour = oneOf(params, 'payment_behavior', [
    'allow_incomplete',
    'default_incomplete',
    'error_if_incomplete',
  ])
  const trialEnd = trialEndOf(world, params)
  const needsCard = trialEnd === null && collection !== 'send_invoice'
  if (needsCard && !method && behaviour !== 'default_incomplete') {
    throw invalid(
      'This customer has no attached payment source or default payment method. Please consider adding a default payment method.',
      undefined,
      'resource_missing',
    )
  }
  const { subscription, paid } = startSubscription(world, {
    customer: customer.id,
    items,
    metadata: mergeMetadata({}, params),
    description: text(params, 'description') ?? null,
    trialEnd,
    method,
    ownMethod: Boolean(own),
    collection,
    daysUntilDue: whole(params, 'days_until_due'),
    payNow: behaviour !== 'default_incomplete',
    present: true,
  })
  if (paid === 'failed' && behaviour === 'error_if_incomplete') {
    throw cardError('card_declined', 'Your card was declined.', 'generic_decline')
  }
  if (flag(params, 'cancel_at_period_end')) cancelAtPeriodEnd(world, subscription)
  return subscription
}

const customerCard = (world: World, id: string) =>
  world.methods.get(world.customers.get(id)?.invoice_settings.default_payment_method ?? '')

/** The end of the trial that the parameters ask for, in Unix seconds; null for none. */
export function trialEndOf(world: World, params: Params): number | null {
  const days = whole(params, 'trial_period_days')
  if (days !== undefined) return now(world) + days * DAY
  if (text(params, 'trial_end') === 'now') return null
  return whole(params, 'trial_end') ?? null
}

function update(world: World, { id, params }: Call): Subscription {
  const subscription = findSubscription(world, id)
  if (
    Object.keys(params).some((key) => !['metadata', 'cancellation_details', 'expand'].includes(key))
  ) {
    assertLive(subscription)
  }
  change(world, 'customer.subscription.updated', subscription, (s) => assign(world, s, params))
  const wish = flag(params, 'cancel_at_period_end')
  if (wish === true && !subscription.cancel_at_period_end) {
    cancelAtPeriodEnd(world, subscription, words(params))
  } else if (wish === false && subscription.cancel_at_period_end) {
    keepSubscription(world, subscription)
  }
  const proration =
    oneOf<Proration>(params, 'proration_behavior', [
      'always_invoice',
      'create_prorations',
      'none',
    ]) ?? 'create_prorations'
  for (const [at, wanted] of records(params, 'items').entries()) {
    const item = subscription.items.data.find((i) => i.id === text(wanted, 'id'))
    if (!item) throw missing('subscription item', text(wanted, 'id') ?? '', `items[${at}][id]`)
    const price = text(wanted, 'price')
    changePrice(world, subscription, {
      item,
      price: price ? findPrice(world, price, `items[${at}][price]`) : item.price,
      quantity: whole(wanted, 'quantity') ?? item.quantity,
      proration,
    })
  }
  return subscription
}

/** Copies the plain fields: everything but items and the scheduled cancellation. */
function assign(world: World, s: Subscription, params: Params) {
  s.metadata = mergeMetadata(s.metadata, params)
  const description = unsettable(params, 'description')
  if (description !== undefined) s.description = description
  const method = text(params, 'default_payment_method')
  if (method) s.default_payment_method = attach(world, methodFor(world, method), s.customer).id
  if (params.cancellation_details && params.cancel_at_period_end === undefined)
    say(s, words(params))
  const cancelAt = unsettable(params, 'cancel_at')
  if (cancelAt !== undefined) {
    s.cancel_at = cancelAt === null ? null : (whole(params, 'cancel_at') ?? null)
    s.canceled_at = cancelAt === null ? null : now(world)
    s.cancellation_details.reason = cancelAt === null ? null : 'cancellation_requested'
  }
  const pause = params.pause_collection === '' ? null : record(params, 'pause_collection')
  if (pause === null) s.pause_collection = null
  else if (pause) {
    const behavior = oneOf(pause, 'behavior', PAUSE_BEHAVIORS)
    if (!behavior) throw required('pause_collection[behavior]')
    s.pause_collection = { behavior, resumes_at: whole(pause, 'resumes_at') ?? null }
  }
  if (s.status === 'trialing' && params.trial_end !== undefined) {
    // The clock ends a trial whose end has come, so `now` needs no second way of doing it.
    const end = trialEndOf(world, params) ?? now(world)
    s.trial_end = end
    s.billing_cycle_anchor = end
    for (const item of s.items.data) item.current_period_end = end
  }
}

const words = (params: Params) => {
  const details = record(params, 'cancellation_details') ?? {}
  return { feedback: oneOf(details, 'feedback', FEEDBACK), comment: unsettable(details, 'comment') }
}

function list(world: World, call: Call) {
  const { params } = call
  const status = text(params, 'status')
  const created = within(params, 'created')
  const ended = ['canceled', 'incomplete_expired']
  const ofStatus = (s: Subscription) => {
    if (status === 'all') return true
    if (status === 'ended') return ended.includes(s.status)
    return status ? s.status === status : s.status !== 'canceled'
  }
  const fits = newestFirst(world.subscriptions)
    .filter(matching(params, 'customer', (s) => s.customer))
    .filter(matching(params, 'collection_method', (s) => s.collection_method))
    .filter((s) => ofStatus(s) && created(s.created))
    .filter((s) => {
      const price = text(params, 'price')
      return price === undefined || s.items.data.some((item) => item.price.id === price)
    })
  return page(call, '/v1/subscriptions', fits)
}

const SHARED =
  'items metadata description default_payment_method collection_method days_until_due payment_behavior payment_settings proration_behavior trial_end cancel_at cancel_at_period_end off_session trial_settings'

export const subscriptionRoutes: Route[] = [
  route(
    'POST',
    '/v1/subscriptions',
    `customer trial_period_days currency billing_mode ${SHARED}`,
    create,
  ),
  route(
    'GET',
    '/v1/subscriptions',
    `customer status created price collection_method ${PAGE}`,
    list,
  ),
  route('GET', '/v1/subscriptions/:id', '', (world, { id }) => findSubscription(world, id)),
  route('POST', '/v1/subscriptions/:id', `cancellation_details pause_collection ${SHARED}`, update),
  route(
    'DELETE',
    '/v1/subscriptions/:id',
    'cancellation_details invoice_now prorate',
    (world, { id, params }) => {
      const subscription = findSubscription(world, id)
      if (subscription.ended_at !== null) throw missing('subscription', id)
      for (const wish of ['invoice_now', 'prorate']) {
        if (flag(params, wish)) throw invalid(`The sandbox cannot do ${wish} on cancel.`, wish)
      }
      say(subscription, words(params))
      endSubscription(world, subscription, 'cancellation_requested')
      return subscription
    },
  ),
  route(
    'POST',
    '/v1/subscriptions/:id/pause',
    'type bill_for invoicing_behavior',
    (world, { id }) => {
      pauseSubscription(world, findSubscription(world, id))
      return findSubscription(world, id)
    },
  ),
  route(
    'POST',
    '/v1/subscriptions/:id/resume',
    'billing_cycle_anchor proration_behavior proration_date payment_behavior',
    (world, { id, params }) => {
      const anchor = record(params, 'billing_cycle_anchor')
      resumeSubscription(world, findSubscription(world, id), text(anchor ?? {}, 'type') === 'now')
      return findSubscription(world, id)
    },
  ),
  route('GET', '/v1/subscription_items', `subscription ${PAGE}`, (world, call) => {
    const subscription = text(call.params, 'subscription')
    if (!subscription) throw required('subscription')
    const items = findSubscription(world, subscription, 'subscription').items.data
    return page(call, '/v1/subscription_items', items)
  }),
]
