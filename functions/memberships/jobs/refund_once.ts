import { beginAgain, beginEffect, dropEffect } from '../../_shared/effect.ts'
import { ProviderError } from '../../_shared/provider_error.ts'
import type { Snapshot, StripeClient, StripeObject } from '../../_shared/providers/stripe.ts'
import { StripeError } from '../../_shared/providers/stripe_errors.ts'
import type { Sql } from '../../_shared/sql.ts'
import { refusalInWords } from './refusals.ts'

/**
 * How long an unheard call is given before Stripe's list is believed, in seconds: more than a call may take, so that
 * nothing is under way any more.
 */
const SETTLES = 60

export interface OwedRefund {
  proposal: string
  amount: number
  invoice: string | null
  payment_intent: string | null
}

interface Context {
  sql: Sql
  stripe: StripeClient
  job: number
}

type Refund = Snapshot<StripeObject>

/**
 * Makes a refund, once. The call is on record before it is made; one whose end nobody knows is looked up among the
 * payment's refunds by the proposal's number before it is made again, whatever Stripe still remembers of its
 * idempotency key. Returns the refund, or why there surely is none and will be none.
 */
export async function refundOnce(
  owed: OwedRefund,
  context: Context,
): Promise<Refund | { why: string }> {
  const { stripe } = context
  let intent = owed.payment_intent
  try {
    if (!intent) {
      const only = await onlyPaymentOf(stripe, owed.invoice)
      if (typeof only !== 'string') return only
      intent = only
    }
    return (await lookUp(intent, owed, context)) ?? (await give(intent, owed, context))
  } catch (error) {
    const why = refusalInWords(error)
    if (!why) throw error
    // Stripe may refuse because the call whose answer was lost has come through in this very moment.
    return (intent && (await listed(intent, owed, stripe))) || { why }
  }
}

/** The one payment of an invoice. Paid by none or in parts, nobody can say which part goes back. */
async function onlyPaymentOf(
  stripe: StripeClient,
  invoice: string | null,
): Promise<string | { why: string }> {
  const intents = invoice ? await stripe.paymentsOfInvoice(invoice) : []
  if (intents.length === 1) return intents[0]!
  return {
    why:
      intents.length === 0
        ? 'Stripe knows no card payment behind this.'
        : 'This invoice was paid in several parts: give them back at Stripe.',
  }
}

/** The refund, where one was begun before. Null: none was made, and from here on it is ours to make. */
async function lookUp(
  intent: string,
  { proposal }: OwedRefund,
  { sql, stripe, job }: Context,
): Promise<Refund | null> {
  const key = `refund:${proposal}`
  const effect = await beginEffect(sql, key, job, 'stripe')
  if (effect.state === 'go') return null
  const found = await stripe.refundOf(intent, proposal)
  if (found) return found
  if (effect.state !== 'ambiguous') {
    throw new ProviderError('Stripe', 'refused', 'It was made, and Stripe does not list it')
  }
  const [age] = await sql<{ seconds: number }[]>`
    select extract(epoch from private.clock() - ${effect.began.exactly}::text::timestamptz)::float8 as seconds`
  const patience = SETTLES - age!.seconds
  if (patience > 0) {
    const retryAfter = Math.ceil(patience)
    throw new ProviderError('Stripe', 'retry', 'It may have been made: looking again shortly', {
      retryAfter,
    })
  }
  if (await beginAgain(sql, key, effect.began)) return null
  throw new ProviderError('Stripe', 'retry', 'Another worker is at it', { retryAfter: SETTLES })
}

async function give(
  intent: string,
  { proposal, amount }: OwedRefund,
  { sql, stripe }: Context,
): Promise<Refund> {
  const [sending] = await sql<{ key: string | null }[]>`
    select private.sending_refund(${proposal}::uuid, ${intent}, private.clock()) as key`
  if (!sending?.key) throw new ProviderError('Stripe', 'retry', 'It is no longer owed')
  try {
    return await stripe.refund({ paymentIntent: intent, amount, proposal }, sending.key)
  } catch (error) {
    if (surelyNotMade(error)) await dropEffect(sql, `refund:${proposal}`)
    else if (error instanceof StripeError && (error.status ?? 0) >= 500) {
      // Stripe repeats such an answer for the same key, whether or not it made the refund.
      await sql`select private.refund_key_is_spent(${proposal}::uuid)`
    }
    throw error
  }
}

/** Stripe refused it before it did anything, so that it may be tried anew and need not be looked up. */
function surelyNotMade(error: unknown): boolean {
  if (!(error instanceof StripeError) || error.status === undefined) return false
  // A conflict says that the same call is under way, or was made with the same key.
  if (error.status === 409 || error.code === 'idempotency_error') return false
  return error.status >= 400 && error.status < 500
}

async function listed(
  intent: string,
  { proposal }: OwedRefund,
  stripe: StripeClient,
): Promise<Refund | null> {
  try {
    return await stripe.refundOf(intent, proposal)
  } catch (error) {
    // Of a payment that Stripe does not know there is no refund either.
    if (refusalInWords(error)) return null
    throw error
  }
}
