import { type Call, type Route, route } from '../api.ts'
import { DAY } from '../calendar.ts'
import { invalid, missing, required } from '../errors.ts'
import { mergeMetadata, oneOf, type Params, record, records, text, whole } from '../form.ts'
import { matching, newestFirst, PAGE, page, within } from '../lists.ts'
import { newCustomerDetails, newSession, newSessionLine, type Session } from '../shapes/checkout.ts'
import { emit, idOf, now, type SessionNotes, type World } from '../world.ts'
import { createPrice, findPrice } from './catalogue.ts'
import { findCustomer } from './customers.ts'
import { trialEndOf } from './subscriptions.ts'

export const findSession = (world: World, id: string) => {
  const session = world.sessions.get(id)
  if (!session) throw missing('checkout.session', id)
  return session
}

export const notesOf = (world: World, session: Session): SessionNotes =>
  world.sessionNotes.get(session.id)!

function lineOf(world: World, params: Params, at: number, mode: Session['mode']) {
  const inline = record(params, 'price_data')
  const id = text(params, 'price')
  if (!inline && !id) throw required(`line_items[${at}][price]`)
  const price = inline
    ? createPrice(world, inline)
    : findPrice(world, id!, `line_items[${at}][price]`)
  // A price made for one session is not offered to anybody else.
  if (inline) price.active = false
  else if (!price.active) {
    throw invalid(
      'The price specified is inactive. This field only accepts active prices.',
      `line_items[${at}][price]`,
    )
  }
  if (mode === 'payment' && price.recurring) {
    throw invalid(
      'You specified `payment` mode but passed a recurring price. Either switch to `subscription` mode or use only one-time prices.',
      'line_items',
    )
  }
  if (mode === 'subscription' && !price.recurring) {
    throw invalid(
      'You must provide at least one recurring price in `subscription` mode when using prices.',
      'line_items',
    )
  }
  const quantity = whole(params, 'quantity') ?? 1
  const name = world.products.get(price.product)?.name ?? price.id
  return newSessionLine(idOf(world, 'li'), price, quantity, name)
}

function create(world: World, { params }: Call): Session {
  const at = now(world)
  const mode = oneOf(params, 'mode', ['payment', 'subscription'])
  if (!mode) throw required('mode')
  const success = text(params, 'success_url')
  if (!success) throw required('success_url')
  const customer = text(params, 'customer')
  const email = text(params, 'customer_email')
  if (customer && email) {
    throw invalid('You may only specify one of these parameters: customer, customer_email.')
  }
  oneOf(params, 'ui_mode', ['hosted_page'])
  const lines = records(params, 'line_items').map((line, i) => lineOf(world, line, i, mode))
  if (lines.length === 0) throw required('line_items')
  const session = newSession(idOf(world, 'cs_test', 58), at, mode)
  const expiresAt = whole(params, 'expires_at')
  if (expiresAt !== undefined && (expiresAt < at + 1_790 || expiresAt > at + DAY + 10)) {
    throw invalid(
      'The `expires_at` timestamp must be at least 30 minutes and at most 24 hours from Checkout Session creation.',
      'expires_at',
    )
  }
  session.expires_at = expiresAt ?? session.expires_at
  session.success_url = success
  session.cancel_url = text(params, 'cancel_url') ?? null
  session.client_reference_id = text(params, 'client_reference_id') ?? null
  session.metadata = mergeMetadata({}, params)
  session.customer = customer ? findCustomer(world, customer, 'customer').id : null
  session.customer_email = email ?? null
  session.customer_details = customer
    ? newCustomerDetails(world.customers.get(customer)?.email ?? null, null)
    : email
      ? newCustomerDetails(email, null)
      : null
  session.customer_creation =
    mode === 'payment' && !customer
      ? (oneOf(params, 'customer_creation', ['always', 'if_required']) ?? 'if_required')
      : null
  session.submit_type =
    oneOf(params, 'submit_type', ['auto', 'book', 'donate', 'pay', 'subscribe']) ?? null
  session.billing_address_collection =
    oneOf(params, 'billing_address_collection', ['auto', 'required']) ?? null
  const message = text(record(record(params, 'custom_text') ?? {}, 'submit') ?? {}, 'message')
  session.custom_text.submit = message ? { message } : null
  session.currency = lines[0]!.currency
  session.url = `${world.url}/c/pay/${session.id}`
  const forSubscription = record(params, 'subscription_data') ?? {}
  const forIntent = record(params, 'payment_intent_data') ?? {}
  const notes: SessionNotes = {
    lines,
    subscriptionMetadata: mergeMetadata({}, forSubscription),
    intentMetadata: mergeMetadata({}, forIntent),
    description: text(forSubscription, 'description') ?? text(forIntent, 'description') ?? null,
    trialEnd: trialEndOf(world, forSubscription),
    intent: null,
  }
  const total = lines.reduce((sum, line) => sum + line.amount_total, 0)
  session.amount_subtotal = total
  session.amount_total = notes.trialEnd === null ? total : 0
  world.sessions.set(session.id, session)
  world.sessionNotes.set(session.id, notes)
  world.ledger.add('checkout.created', session.id, { mode, amount: session.amount_total })
  return session
}

/** Expires an open session; 400 when it is complete or already expired. */
export function expireSession(world: World, session: Session): Session {
  if (session.status !== 'open') {
    throw invalid(
      `Only Checkout Sessions with a status in ["open"] can be expired. This Checkout Session has a status of \`${session.status}\`.`,
    )
  }
  session.status = 'expired'
  session.url = null
  emit(world, 'checkout.session.expired', session)
  world.ledger.add('checkout.expired', session.id)
  return session
}

const CREATE =
  'mode line_items success_url cancel_url customer customer_email customer_creation customer_update client_reference_id metadata subscription_data payment_intent_data expires_at ui_mode submit_type locale allow_promotion_codes billing_address_collection payment_method_collection invoice_creation custom_text allowed_payment_method_types phone_number_collection name_collection saved_payment_method_options payment_method_options automatic_tax consent_collection'

export const checkoutRoutes: Route[] = [
  route('POST', '/v1/checkout/sessions', CREATE, create),
  route(
    'GET',
    '/v1/checkout/sessions',
    `customer payment_intent subscription status created customer_details ${PAGE}`,
    (world, call) => {
      const created = within(call.params, 'created')
      const email = text(record(call.params, 'customer_details') ?? {}, 'email')
      const fits = newestFirst(world.sessions)
        .filter(matching(call.params, 'customer', (s) => s.customer))
        .filter(matching(call.params, 'payment_intent', (s) => s.payment_intent))
        .filter(matching(call.params, 'subscription', (s) => s.subscription))
        .filter(matching(call.params, 'status', (s) => s.status))
        .filter((s) => created(s.created) && (!email || s.customer_details?.email === email))
      return page(call, '/v1/checkout/sessions', fits)
    },
  ),
  route('GET', '/v1/checkout/sessions/:id', '', (world, { id }) => findSession(world, id)),
  route('POST', '/v1/checkout/sessions/:id', 'metadata', (world, { id, params }) => {
    const session = findSession(world, id)
    session.metadata = mergeMetadata(session.metadata, params)
    return session
  }),
  route('POST', '/v1/checkout/sessions/:id/expire', '', (world, { id }) =>
    expireSession(world, findSession(world, id)),
  ),
  route('GET', '/v1/checkout/sessions/:id/line_items', PAGE, (world, call) => {
    const { lines } = notesOf(world, findSession(world, call.id))
    return page(call, `/v1/checkout/sessions/${call.id}/line_items`, lines)
  }),
]
