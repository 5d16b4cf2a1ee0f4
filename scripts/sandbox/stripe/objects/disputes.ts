import { type Route, route } from '../api.ts'
import { invalid, missing } from '../errors.ts'
import { mergeMetadata } from '../form.ts'
import { matching, newestFirst, PAGE, page, within } from '../lists.ts'
import { type Dispute, newDispute } from '../shapes/refund.ts'
import { change, emit, idOf, now, type World } from '../world.ts'
import { book } from './payments.ts'

const DISPUTE_FEE = 1_500

export const findDispute = (world: World, id: string) => {
  const dispute = world.disputes.get(id)
  if (!dispute) throw missing('dispute', id)
  return dispute
}

/** A cardholder disputes a charge: the money is taken back until the dispute is decided. */
export function openDispute(world: World, chargeId: string, reason = 'fraudulent'): Dispute {
  const charge = world.charges.get(chargeId)
  if (!charge) throw missing('charge', chargeId)
  if (!charge.paid || charge.disputed) throw invalid('This charge cannot be disputed.', 'charge')
  charge.disputed = true
  const dispute = newDispute(idOf(world, 'du'), now(world), charge, reason)
  move(world, dispute, -dispute.amount, DISPUTE_FEE)
  world.disputes.set(dispute.id, dispute)
  emit(world, 'charge.dispute.created', dispute)
  emit(world, 'charge.dispute.funds_withdrawn', dispute)
  world.ledger.add('dispute.created', dispute.id, { charge: charge.id, amount: dispute.amount })
  return dispute
}

/** Decides a dispute; when it is won the money comes back. 400 when it is already decided. */
export function closeDispute(world: World, dispute: Dispute, outcome: 'won' | 'lost'): Dispute {
  if (dispute.status !== 'needs_response') throw invalid('This dispute is already closed.')
  const before = { status: dispute.status }
  dispute.status = outcome
  if (outcome === 'won') move(world, dispute, dispute.amount, 0)
  emit(world, 'charge.dispute.closed', dispute, before)
  if (outcome === 'won') emit(world, 'charge.dispute.funds_reinstated', dispute)
  world.ledger.add('dispute.closed', dispute.id, { outcome })
  return dispute
}

function move(world: World, dispute: Dispute, amount: number, fee: number) {
  const id = book(world, {
    amount,
    fee,
    currency: dispute.currency,
    source: dispute.id,
    type: 'adjustment',
  })
  dispute.balance_transactions.push(world.transactions.get(id)!)
}

export const disputeRoutes: Route[] = [
  route('GET', '/v1/disputes', `charge payment_intent created ${PAGE}`, (world, call) => {
    const created = within(call.params, 'created')
    const fits = newestFirst(world.disputes)
      .filter(matching(call.params, 'charge', (d) => d.charge))
      .filter(matching(call.params, 'payment_intent', (d) => d.payment_intent))
      .filter((d) => created(d.created))
    return page(call, '/v1/disputes', fits)
  }),
  route('GET', '/v1/disputes/:id', '', (world, { id }) => findDispute(world, id)),
  route('POST', '/v1/disputes/:id', 'metadata evidence submit', (world, { id, params }) =>
    change(world, 'charge.dispute.updated', findDispute(world, id), (dispute) => {
      dispute.metadata = mergeMetadata(dispute.metadata, params)
      if (params.evidence) dispute.evidence_details.has_evidence = true
    }),
  ),
  route('POST', '/v1/disputes/:id/close', '', (world, { id }) =>
    closeDispute(world, findDispute(world, id), 'lost'),
  ),
]
