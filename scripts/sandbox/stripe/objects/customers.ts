import { type Route, route } from '../api.ts'
import { methodFor } from '../cards.ts'
import { invalid, missing } from '../errors.ts'
import { items, mergeMetadata, oneOf, type Params, record, text, unsettable } from '../form.ts'
import { matching, newestFirst, PAGE, page, within } from '../lists.ts'
import { type Address, emptyAddress } from '../shapes/common.ts'
import { type Customer, newCustomer } from '../shapes/customer.ts'
import type { PaymentMethod } from '../shapes/payment.ts'
import { change, emit, idOf, now, type World } from '../world.ts'
import { attach } from './payments.ts'
import { endSubscription } from './subscription-life.ts'

/** A customer that exists; 404 (400 in a parameter) when it never did or was deleted. */
export function findCustomer(world: World, id: string, param = 'id'): Customer {
  const customer = world.customers.get(id)
  if (!customer) throw missing('customer', id, param)
  return customer
}

/** Creates a customer. E-mail addresses are not unique, as at Stripe. */
export function createCustomer(world: World, params: Params): Customer {
  const customer = newCustomer(idOf(world, 'cus', 14), now(world))
  const card = text(params, 'payment_method')
  const method = card ? methodFor(world, card) : undefined
  assign(world, customer, params, method)
  world.customers.set(customer.id, customer)
  emit(world, 'customer.created', customer)
  world.ledger.add('customer.created', customer.id, { email: customer.email })
  if (method) attach(world, method, customer.id)
  return customer
}

/** Copies parameters to a customer; `fresh` is the card that is about to be attached. */
function assign(world: World, customer: Customer, params: Params, fresh?: PaymentMethod) {
  const email = unsettable(params, 'email')
  if (email && !/^[^@\s]+@[^@\s]+$/.test(email)) {
    throw invalid(`Invalid email address: ${email}`, 'email', 'email_invalid')
  }
  if (email !== undefined) customer.email = email
  for (const key of ['name', 'phone', 'description'] as const) {
    const value = unsettable(params, key)
    if (value !== undefined) customer[key] = value
  }
  const address = record(params, 'address')
  if (address) customer.address = { ...emptyAddress(), ...(address as Partial<Address>) }
  const locales = items(params, 'preferred_locales')
  if (locales.length > 0) customer.preferred_locales = locales.map(String)
  customer.metadata = mergeMetadata(customer.metadata, params)
  const wanted = text(record(params, 'invoice_settings') ?? {}, 'default_payment_method')
  if (wanted) {
    const own = wanted === text(params, 'payment_method') ? fresh : world.methods.get(wanted)
    if (!own || (own !== fresh && own.customer !== customer.id)) {
      throw missing('PaymentMethod', wanted, 'invoice_settings[default_payment_method]')
    }
    customer.invoice_settings.default_payment_method = own.id
  }
}

/** Deletes a customer at once: subscriptions end, and only the id is remembered. */
export function deleteCustomer(world: World, id: string) {
  const customer = findCustomer(world, id)
  for (const subscription of world.subscriptions.values()) {
    if (subscription.customer === id && subscription.ended_at === null) {
      endSubscription(world, subscription, 'cancellation_requested')
    }
  }
  world.customers.delete(id)
  world.deletedCustomers.add(id)
  emit(world, 'customer.deleted', customer)
  world.ledger.add('customer.deleted', id)
  return { id, object: 'customer', deleted: true }
}

const FIELDS = 'email name phone description metadata address invoice_settings'

export const customerRoutes: Route[] = [
  route(
    'POST',
    '/v1/customers',
    `${FIELDS} payment_method preferred_locales`,
    (world, { params }) => createCustomer(world, params),
  ),
  route('GET', '/v1/customers', `email created ${PAGE}`, (world, call) => {
    const created = within(call.params, 'created')
    const fits = newestFirst(world.customers)
      // Stripe compares the address exactly, with its case.
      .filter(matching(call.params, 'email', (c) => c.email))
      .filter((c) => created(c.created))
    return page(call, '/v1/customers', fits)
  }),
  route('GET', '/v1/customers/:id', '', (world, { id }) =>
    world.deletedCustomers.has(id)
      ? { id, object: 'customer', deleted: true }
      : findCustomer(world, id),
  ),
  route('POST', '/v1/customers/:id', `${FIELDS} preferred_locales`, (world, { id, params }) =>
    change(world, 'customer.updated', findCustomer(world, id), (customer) =>
      assign(world, customer, params),
    ),
  ),
  route('DELETE', '/v1/customers/:id', '', (world, { id }) => deleteCustomer(world, id)),
  route('GET', '/v1/customers/:id/payment_methods', `type ${PAGE}`, (world, call) => {
    findCustomer(world, call.id)
    oneOf(call.params, 'type', ['card'])
    const fits = newestFirst(world.methods).filter((m) => m.customer === call.id)
    return page(call, `/v1/customers/${call.id}/payment_methods`, fits)
  }),
]
