import { type Route, route } from '../api.ts'
import { invalid, missing } from '../errors.ts'
import { newestFirst, PAGE, page, within } from '../lists.ts'
import { newPayout, type Payout } from '../shapes/balance.ts'
import { emit, idOf, now, type World } from '../world.ts'
import { book } from './payments.ts'

/** Pays what is on the balance in a currency out to the bank. 400 when there is nothing. */
export function payOut(world: World, currency: string): Payout {
  const amount = [...world.transactions.values()]
    .filter((t) => t.currency === currency)
    .reduce((sum, t) => sum + t.net, 0)
  if (amount <= 0) throw invalid('There is nothing to pay out.', 'currency', 'balance_insufficient')
  const payout = newPayout(idOf(world, 'po'), now(world), amount, currency)
  payout.balance_transaction = book(world, {
    amount: -amount,
    fee: 0,
    currency,
    source: payout.id,
    type: 'payout',
  })
  world.payouts.set(payout.id, payout)
  emit(world, 'payout.created', payout)
  emit(world, 'payout.paid', payout)
  world.ledger.add('payout.paid', payout.id, { amount, currency })
  return payout
}

export const payoutRoutes: Route[] = [
  route('GET', '/v1/payouts', `created ${PAGE}`, (world, call) => {
    const created = within(call.params, 'created')
    return page(
      call,
      '/v1/payouts',
      newestFirst(world.payouts).filter((p) => created(p.created)),
    )
  }),
  route('GET', '/v1/payouts/:id', '', (world, { id }) => {
    const payout = world.payouts.get(id)
    if (!payout) throw missing('payout', id)
    return payout
  }),
]
