import { invalid, missing } from '../errors.ts'
import type { World } from '../world.ts'
import { invoiceOf, payInvoice, subscriptionOf } from './invoices.ts'
import { chargeCard, type Outcome } from './payments.ts'
import { settled } from './subscription-life.ts'

/** A payment intent that waits for the person, or a refusal. */
export function waitingIntent(world: World, id: string) {
  const intent = world.intents.get(id)
  if (!intent) throw missing('payment_intent', id)
  const method = world.methods.get(intent.payment_method ?? '')
  if (intent.status !== 'requires_action' || !method) {
    throw invalid('This payment does not wait for a confirmation.')
  }
  return { intent, method }
}

/** The person's answer to their bank: the waiting payment succeeds or fails, and its invoice with it. */
export function confirmIntent(world: World, id: string, answer: boolean): Outcome['result'] {
  const { intent, method } = waitingIntent(world, id)
  const invoice = invoiceOf(world, id)
  if (!invoice)
    return chargeCard(world, intent, method, { present: true, confirmed: answer }).result
  const retryAt = invoice.next_payment_attempt
  const paid = payInvoice(world, invoice, { method, present: true, confirmed: answer, retryAt })
  const subscription = subscriptionOf(world, invoice)
  if (paid === 'succeeded' && subscription) settled(world, subscription)
  return paid
}
