import { invalid } from './errors.ts'
import type { Value } from './form.ts'
import { listOf } from './shapes/common.ts'
import type { World } from './world.ts'

type Fields = Record<string, unknown>

/** Whatever can stand behind a movement on the balance. */
const sourceOf = (world: World, id: string): unknown =>
  world.charges.get(id) ?? world.refunds.get(id) ?? world.disputes.get(id) ?? world.payouts.get(id)

const byField = (world: World): Record<string, Map<string, unknown>> => ({
  charge: world.charges,
  customer: world.customers,
  default_payment_method: world.methods,
  default_price: world.prices,
  balance_transaction: world.transactions,
  invoice: world.invoices,
  latest_charge: world.charges,
  latest_invoice: world.invoices,
  payment_intent: world.intents,
  payment_method: world.methods,
  price: world.prices,
  product: world.products,
  subscription: world.subscriptions,
})

/** Lists that an object only carries when they are asked for. */
function attached(world: World, owner: Fields, field: string): unknown {
  const id = String(owner.id)
  switch (`${owner.object}.${field}`) {
    case 'checkout.session.line_items':
      return listOf(
        `/v1/checkout/sessions/${id}/line_items`,
        world.sessionNotes.get(id)?.lines ?? [],
      )
    case 'invoice.payments':
      return listOf(
        `/v1/invoice_payments?invoice=${id}`,
        [...world.invoicePayments.values()].filter((p) => p.invoice === id),
      )
    case 'charge.refunds':
      return listOf(
        `/v1/charges/${id}/refunds`,
        [...world.refunds.values()].filter((r) => r.charge === id).reverse(),
      )
    case 'customer.subscriptions':
      return listOf(
        `/v1/customers/${id}/subscriptions`,
        [...world.subscriptions.values()]
          .filter((s) => s.customer === id && s.status !== 'canceled')
          .reverse(),
      )
    default:
      return undefined
  }
}

/**
 * A copy of an answer with the paths of `expand` replaced by whole objects: `latest_invoice`,
 * `data.customer`, `latest_invoice.payments`. 400 for a path that cannot be expanded.
 */
export function expand(world: World, answer: unknown, paths: Value[]): unknown {
  const copy = structuredClone(answer)
  for (const path of paths) {
    if (typeof path !== 'string') throw invalid('Invalid expand', 'expand')
    walk(world, copy, path.split('.'), path)
  }
  return copy
}

function walk(world: World, here: unknown, steps: string[], whole: string) {
  if (Array.isArray(here)) {
    for (const one of here) walk(world, one, steps, whole)
    return
  }
  if (typeof here !== 'object' || here === null || steps.length === 0) return
  const fields = here as Fields
  const [step, ...rest] = steps as [string, ...string[]]
  const value = fields[step]
  if (typeof value === 'string') {
    const found = step === 'source' ? sourceOf(world, value) : byField(world)[step]?.get(value)
    if (found) fields[step] = structuredClone(found)
    else if (step !== 'customer' || !world.deletedCustomers.has(value)) throw unexpandable(whole)
    else fields[step] = { id: value, object: 'customer', deleted: true }
  } else if (value === undefined) {
    const list = attached(world, fields, step)
    if (list === undefined) throw unexpandable(whole)
    fields[step] = structuredClone(list)
  }
  walk(world, fields[step], rest, whole)
}

const unexpandable = (path: string) =>
  invalid(`This property cannot be expanded (${path}).`, 'expand')
