import { type Route, route } from '../api.ts'
import { methodFor } from '../cards.ts'
import { cardError, invalid, missing } from '../errors.ts'
import { flag, mergeMetadata, type Params, record, text } from '../form.ts'
import { matching, newestFirst, PAGE, page, within } from '../lists.ts'
import type { Invoice, InvoicePayment } from '../shapes/invoice.ts'
import { change, type World } from '../world.ts'
import { closeInvoice, finalizeInvoice, payInvoice, subscriptionOf } from './invoices.ts'
import { cardOf, settled } from './subscription-life.ts'

const findInvoice = (world: World, id: string, param = 'id') => {
  const invoice = world.invoices.get(id)
  if (!invoice) throw missing('invoice', id, param)
  return invoice
}

/** Pays an open invoice on request; a refused card is 402. */
export function payOpenInvoice(world: World, invoice: Invoice, methodId?: string, present = false) {
  if (invoice.status === 'draft') finalizeInvoice(world, invoice)
  if (invoice.status === 'paid')
    throw invalid('Invoice is already paid', undefined, 'invoice_already_paid')
  if (invoice.status !== 'open') throw invalid('This invoice can no longer be paid.')
  const subscription = subscriptionOf(world, invoice)
  const method = methodId ? methodFor(world, methodId) : subscription && cardOf(world, subscription)
  const paid = payInvoice(world, invoice, {
    method,
    present,
    retryAt: invoice.next_payment_attempt,
  })
  if (paid === 'failed') {
    throw cardError('card_declined', 'Your card was declined.', 'generic_decline')
  }
  if (paid === 'requires_action') {
    throw cardError(
      'invoice_payment_intent_requires_action',
      'This payment requires additional user action before it can be completed successfully.',
    )
  }
  if (subscription) settled(world, subscription)
  return invoice
}

function invoices(world: World, params: Params) {
  const created = within(params, 'created')
  return newestFirst(world.invoices)
    .filter(matching(params, 'customer', (i) => i.customer))
    .filter(matching(params, 'status', (i) => i.status))
    .filter(matching(params, 'collection_method', (i) => i.collection_method))
    .filter(matching(params, 'subscription', (i) => i.parent.subscription_details.subscription))
    .filter((i) => created(i.created))
}

function invoicePayments(world: World, params: Params) {
  const payment = record(params, 'payment') ?? {}
  const created = within(params, 'created')
  return newestFirst(world.invoicePayments)
    .filter(matching(params, 'invoice', (p: InvoicePayment) => p.invoice))
    .filter(matching(params, 'status', (p) => p.status))
    .filter(matching(payment, 'payment_intent', (p) => p.payment.payment_intent))
    .filter((p) => created(p.created))
}

export const invoiceRoutes: Route[] = [
  route(
    'GET',
    '/v1/invoices',
    `customer subscription status collection_method created ${PAGE}`,
    (world, call) => page(call, '/v1/invoices', invoices(world, call.params)),
  ),
  route('GET', '/v1/invoices/:id', '', (world, { id }) => findInvoice(world, id)),
  route('POST', '/v1/invoices/:id', 'metadata description auto_advance', (world, { id, params }) =>
    change(world, 'invoice.updated', findInvoice(world, id), (invoice) => {
      invoice.metadata = mergeMetadata(invoice.metadata, params)
      invoice.description = text(params, 'description') ?? invoice.description
      invoice.auto_advance = flag(params, 'auto_advance') ?? invoice.auto_advance
    }),
  ),
  route('GET', '/v1/invoices/:id/lines', PAGE, (world, call) =>
    page(call, `/v1/invoices/${call.id}/lines`, findInvoice(world, call.id).lines.data),
  ),
  route('POST', '/v1/invoices/:id/finalize', 'auto_advance', (world, { id }) => {
    const invoice = findInvoice(world, id)
    if (invoice.status !== 'draft')
      throw invalid('This invoice is already finalized, you can’t re-finalize a non-draft invoice.')
    finalizeInvoice(world, invoice)
    return invoice
  }),
  route('POST', '/v1/invoices/:id/pay', 'payment_method off_session', (world, { id, params }) =>
    payOpenInvoice(
      world,
      findInvoice(world, id),
      text(params, 'payment_method'),
      !(flag(params, 'off_session') ?? true),
    ),
  ),
  route('POST', '/v1/invoices/:id/void', '', (world, { id }) => {
    const invoice = findInvoice(world, id)
    if (invoice.status !== 'open' && invoice.status !== 'uncollectible') {
      throw invalid(
        `You can only void an open or uncollectible invoice. This one is ${invoice.status}.`,
      )
    }
    closeInvoice(world, invoice, 'void')
    return invoice
  }),
  route('POST', '/v1/invoices/:id/mark_uncollectible', '', (world, { id }) => {
    const invoice = findInvoice(world, id)
    if (invoice.status !== 'open')
      throw invalid('You can only mark an open invoice as uncollectible.')
    closeInvoice(world, invoice, 'uncollectible')
    return invoice
  }),
  route('GET', '/v1/invoice_payments', `invoice payment status created ${PAGE}`, (world, call) =>
    page(call, '/v1/invoice_payments', invoicePayments(world, call.params)),
  ),
  route('GET', '/v1/invoice_payments/:id', '', (world, { id }) => {
    const payment = world.invoicePayments.get(id)
    if (!payment) throw missing('invoice_payment', id)
    return payment
  }),
]
