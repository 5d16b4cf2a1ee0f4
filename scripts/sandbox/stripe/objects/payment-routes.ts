import { type Route, route } from '../api.ts'
import { cardParams, methodFor, saveCard } from '../cards.ts'
import { cardError, invalid, missing, required } from '../errors.ts'
import { flag, mergeMetadata, oneOf, record, text, unsettable, whole } from '../form.ts'
import { matching, newestFirst, PAGE, page, within } from '../lists.ts'
import { change, emit, now, type World } from '../world.ts'
import { findCustomer } from './customers.ts'
import { attach, chargeCard, createIntent } from './payments.ts'

const find = <T>(objects: Map<string, T>, what: string, id: string): T => {
  const object = objects.get(id)
  if (!object) throw missing(what, id)
  return object
}

/** Charges a payment intent with the card that a request names; a refusal is 402. */
function confirm(world: World, id: string, methodId: string | undefined, offSession: boolean) {
  const intent = find(world.intents, 'payment_intent', id)
  if (intent.status === 'succeeded' || intent.status === 'canceled') {
    throw invalid(
      `You cannot confirm this PaymentIntent because it has a status of ${intent.status}.`,
      undefined,
      'payment_intent_unexpected_state',
    )
  }
  const name = methodId ?? intent.payment_method
  if (!name) throw required('payment_method')
  const method = methodFor(world, name)
  const outcome = chargeCard(world, intent, method, { present: !offSession })
  if (outcome.result === 'failed') {
    const { code, message, decline_code: decline } = outcome.error
    throw cardError(code, message, decline, structuredClone(intent))
  }
  return intent
}

export const paymentRoutes: Route[] = [
  route(
    'POST',
    '/v1/payment_methods',
    'type card billing_details metadata',
    (world, { params }) => {
      if (oneOf(params, 'type', ['card']) !== 'card') throw required('type')
      const billing = record(params, 'billing_details') ?? {}
      const method = saveCard(world, cardParams(world, params), {
        email: text(billing, 'email') ?? null,
        name: text(billing, 'name') ?? null,
      })
      method.metadata = mergeMetadata({}, params)
      return method
    },
  ),
  route('GET', '/v1/payment_methods', `customer type ${PAGE}`, (world, call) => {
    const fits = newestFirst(world.methods).filter(
      matching(call.params, 'customer', (m) => m.customer),
    )
    return page(call, '/v1/payment_methods', fits)
  }),
  route('GET', '/v1/payment_methods/:id', '', (world, { id }) =>
    find(world.methods, 'PaymentMethod', id),
  ),
  route('POST', '/v1/payment_methods/:id/attach', 'customer', (world, { id, params }) => {
    const customer = findCustomer(world, text(params, 'customer') ?? '', 'customer')
    const method = methodFor(world, id)
    if (world.behaviours.get(method.id) === 'declined') {
      throw cardError('card_declined', 'Your card was declined.', 'generic_decline')
    }
    return attach(world, method, customer.id)
  }),
  route('POST', '/v1/payment_methods/:id/detach', '', (world, { id }) => {
    const method = find(world.methods, 'PaymentMethod', id)
    const holder = world.customers.get(method.customer ?? '')
    if (holder?.invoice_settings.default_payment_method === id) {
      holder.invoice_settings.default_payment_method = null
    }
    const before = { customer: method.customer }
    method.customer = null
    emit(world, 'payment_method.detached', method, before)
    return method
  }),
  route(
    'POST',
    '/v1/payment_intents',
    'amount currency customer description metadata payment_method confirm off_session receipt_email automatic_payment_methods setup_future_usage return_url',
    (world, { params }) => {
      const amount = whole(params, 'amount')
      const currency = text(params, 'currency')
      if (amount === undefined) throw required('amount')
      if (!currency) throw required('currency')
      const customer = text(params, 'customer')
      const intent = createIntent(world, {
        amount,
        currency,
        customer: customer ? findCustomer(world, customer, 'customer').id : null,
        description: text(params, 'description') ?? null,
        email: text(params, 'receipt_email') ?? null,
        metadata: mergeMetadata({}, params),
      })
      const method = text(params, 'payment_method')
      if (!flag(params, 'confirm')) return intent
      return confirm(world, intent.id, method, flag(params, 'off_session') ?? false)
    },
  ),
  route('GET', '/v1/payment_intents', `customer created ${PAGE}`, (world, call) => {
    const created = within(call.params, 'created')
    const fits = newestFirst(world.intents)
      .filter(matching(call.params, 'customer', (i) => i.customer))
      .filter((i) => created(i.created))
    return page(call, '/v1/payment_intents', fits)
  }),
  route('GET', '/v1/payment_intents/:id', 'client_secret', (world, { id }) =>
    find(world.intents, 'payment_intent', id),
  ),
  route(
    'POST',
    '/v1/payment_intents/:id/confirm',
    'payment_method off_session return_url',
    (world, { id, params }) =>
      confirm(world, id, text(params, 'payment_method'), flag(params, 'off_session') ?? false),
  ),
  route(
    'POST',
    '/v1/payment_intents/:id/cancel',
    'cancellation_reason',
    (world, { id, params }) => {
      const intent = find(world.intents, 'payment_intent', id)
      if (intent.status === 'succeeded' || intent.status === 'canceled') {
        throw invalid(
          `You cannot cancel this PaymentIntent because it has a status of ${intent.status}.`,
          undefined,
          'payment_intent_unexpected_state',
        )
      }
      intent.status = 'canceled'
      intent.canceled_at = now(world)
      intent.cancellation_reason =
        oneOf(params, 'cancellation_reason', ['abandoned', 'requested_by_customer']) ?? null
      emit(world, 'payment_intent.canceled', intent)
      return intent
    },
  ),
  route('GET', '/v1/charges', `customer payment_intent created ${PAGE}`, (world, call) => {
    const created = within(call.params, 'created')
    const fits = newestFirst(world.charges)
      .filter(matching(call.params, 'customer', (c) => c.customer))
      .filter(matching(call.params, 'payment_intent', (c) => c.payment_intent))
      .filter((c) => created(c.created))
    return page(call, '/v1/charges', fits)
  }),
  route('GET', '/v1/charges/:id', '', (world, { id }) => find(world.charges, 'charge', id)),
  route('POST', '/v1/charges/:id', 'metadata description', (world, { id, params }) =>
    change(world, 'charge.updated', find(world.charges, 'charge', id), (charge) => {
      charge.metadata = mergeMetadata(charge.metadata, params)
      charge.description = unsettable(params, 'description') ?? charge.description
    }),
  ),
  route('GET', '/v1/balance_transactions', `source type created ${PAGE}`, (world, call) => {
    const created = within(call.params, 'created')
    const fits = newestFirst(world.transactions)
      .filter(matching(call.params, 'source', (t) => t.source))
      .filter(matching(call.params, 'type', (t) => t.type))
      .filter((t) => created(t.created))
    return page(call, '/v1/balance_transactions', fits)
  }),
  route('GET', '/v1/balance_transactions/:id', '', (world, { id }) =>
    find(world.transactions, 'balance transaction', id),
  ),
]
