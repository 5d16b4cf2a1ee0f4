import { StripeError } from '../../_shared/providers/stripe_errors.ts'

/** What Stripe's refusals mean, for whoever looks at the proposal. */
const words: Record<string, string> = {
  charge_already_refunded: 'This payment was given back already.',
  charge_disputed: 'The bank has asked for this payment back itself, so Stripe refuses to.',
  amount_too_large: 'More was asked for than is left of this payment.',
  refund_disputed_payment: 'The bank has asked for this payment back itself, so Stripe refuses to.',
  balance_insufficient: 'There is not enough money on the balance at Stripe.',
  insufficient_funds: 'There is not enough money on the balance at Stripe.',
  charge_expired_for_refund: 'This payment is too old: Stripe does not give it back any more.',
  resource_missing: 'Stripe does not know it.',
}

/**
 * Why Stripe will not do it, in a sentence; null when that is not what happened: a fault that passes, or settings of
 * ours that a person must mend.
 */
export function refusalInWords(error: unknown): string | null {
  if (!(error instanceof StripeError) || error.kind !== 'refused') return null
  // The key was used for something else: that says nothing of whether it happened.
  if (error.code === 'idempotency_error') return null
  return words[error.code] ?? `Stripe refuses it (${error.code}).`
}
