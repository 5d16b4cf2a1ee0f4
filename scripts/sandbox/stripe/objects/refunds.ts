import { type Route, route } from '../api.ts'
import { invalid, missing, required } from '../errors.ts'
import { mergeMetadata, oneOf, type Params, text, whole } from '../form.ts'
import { matching, newestFirst, PAGE, page, within } from '../lists.ts'
import type { Charge } from '../shapes/payment.ts'
import { newRefund, REFUND_REASONS, type Refund } from '../shapes/refund.ts'
import { change, emit, idOf, now, type World } from '../world.ts'
import { book } from './payments.ts'

function chargeOf(world: World, params: Params): Charge {
  const id = text(params, 'charge')
  const intentId = text(params, 'payment_intent')
  if (!id && !intentId) throw required('payment_intent')
  if (id) {
    const charge = world.charges.get(id)
    if (!charge) throw missing('charge', id, 'charge')
    return charge
  }
  const intent = world.intents.get(intentId!)
  if (!intent) throw missing('payment_intent', intentId!, 'payment_intent')
  const charge = world.charges.get(intent.latest_charge ?? '')
  if (!charge?.paid) {
    throw invalid(
      'This PaymentIntent does not have a successful charge to refund.',
      'payment_intent',
    )
  }
  return charge
}

/** Gives money back: a part, or all that is left. Never more than was taken. */
export function createRefund(world: World, params: Params): Refund {
  const charge = chargeOf(world, params)
  const left = charge.amount_captured - charge.amount_refunded
  if (charge.disputed && !refundable(world, charge)) {
    throw invalid(
      `Charge ${charge.id} has been charged back; cannot issue a refund.`,
      'charge',
      'charge_disputed',
    )
  }
  const refusal = world.refusedRefunds.get(charge.id)
  if (refusal) {
    world.refusedRefunds.delete(charge.id)
    throw invalid(`The refund of ${charge.id} was refused.`, 'charge', refusal)
  }
  if (left === 0) {
    throw invalid(
      `Charge ${charge.id} has already been refunded.`,
      'charge',
      'charge_already_refunded',
    )
  }
  const amount = whole(params, 'amount') ?? left
  if (amount < 1) throw invalid('Invalid positive integer', 'amount', 'parameter_invalid_integer')
  if (amount > left) {
    throw invalid(
      `Refund amount ($${(amount / 100).toFixed(2)}) is greater than unrefunded amount on charge ($${(left / 100).toFixed(2)})`,
      'amount',
      'amount_too_large',
    )
  }
  const refund = newRefund(idOf(world, 're'), now(world), charge, amount)
  refund.reason = oneOf(params, 'reason', REFUND_REASONS) ?? null
  refund.metadata = mergeMetadata({}, params)
  refund.balance_transaction = book(world, {
    amount: -amount,
    fee: 0,
    currency: charge.currency,
    source: refund.id,
    type: 'refund',
  })
  world.refunds.set(refund.id, refund)
  charge.amount_refunded += amount
  charge.refunded = charge.amount_refunded === charge.amount
  emit(world, 'refund.created', refund)
  emit(world, 'charge.refunded', charge, { amount_refunded: charge.amount_refunded - amount })
  world.ledger.add('refund.created', refund.id, { amount, charge: charge.id })
  return refund
}

/** The bank sends a refund back, days after it had succeeded: the money is on the balance again. */
export function failRefund(world: World, id: string, reason: string): Refund {
  const refund = findRefund(world, id)
  if (refund.status !== 'succeeded') throw invalid('This refund cannot fail any more.')
  const charge = world.charges.get(refund.charge)
  if (!charge) throw missing('charge', refund.charge)
  const before = { status: refund.status }
  refund.status = 'failed'
  refund.failure_reason = reason
  refund.failure_balance_transaction = book(world, {
    amount: refund.amount,
    fee: 0,
    currency: refund.currency,
    source: refund.id,
    type: 'refund_failure',
  })
  charge.amount_refunded -= refund.amount
  charge.refunded = false
  emit(world, 'refund.failed', refund, before)
  emit(world, 'charge.updated', charge, { amount_refunded: charge.amount_refunded + refund.amount })
  world.ledger.add('refund.failed', refund.id, { amount: refund.amount, charge: charge.id })
  return refund
}

const refundable = (world: World, charge: Charge) =>
  [...world.disputes.values()].some((d) => d.charge === charge.id && d.status === 'won')

const findRefund = (world: World, id: string) => {
  const refund = world.refunds.get(id)
  if (!refund) throw missing('refund', id)
  return refund
}

export const refundRoutes: Route[] = [
  route(
    'POST',
    '/v1/refunds',
    'charge payment_intent amount reason metadata',
    (world, { params }) => createRefund(world, params),
  ),
  route('GET', '/v1/refunds', `charge payment_intent created ${PAGE}`, (world, call) => {
    const created = within(call.params, 'created')
    const fits = newestFirst(world.refunds)
      .filter(matching(call.params, 'charge', (r) => r.charge))
      .filter(matching(call.params, 'payment_intent', (r) => r.payment_intent))
      .filter((r) => created(r.created))
    return page(call, '/v1/refunds', fits)
  }),
  route('GET', '/v1/refunds/:id', '', (world, { id }) => findRefund(world, id)),
  route('POST', '/v1/refunds/:id', 'metadata', (world, { id, params }) =>
    change(world, 'refund.updated', findRefund(world, id), (refund) => {
      refund.metadata = mergeMetadata(refund.metadata, params)
    }),
  ),
]
