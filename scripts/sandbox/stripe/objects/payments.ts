import { asksFirst } from '../cards.ts'
import { newBalanceTransaction, type TransactionType } from '../shapes/balance.ts'
import {
  type Charge,
  newCharge,
  newPaymentIntent,
  type PaymentError,
  type PaymentIntent,
  type PaymentMethod,
} from '../shapes/payment.ts'
import { change, emit, idOf, now, type World } from '../world.ts'

interface IntentInput {
  amount: number
  currency: string
  customer: string | null
  description: string | null
  email: string | null
  metadata?: Record<string, string>
  offSession?: boolean
}

/** Creates a payment intent that waits for a card. */
export function createIntent(world: World, input: IntentInput): PaymentIntent {
  const intent = newPaymentIntent(idOf(world, 'pi'), now(world), input.amount, input.currency)
  intent.customer = input.customer
  intent.description = input.description
  intent.receipt_email = input.email
  intent.metadata = input.metadata ?? {}
  intent.setup_future_usage = input.offSession ? 'off_session' : null
  world.intents.set(intent.id, intent)
  emit(world, 'payment_intent.created', intent)
  return intent
}

export type Outcome =
  | { result: 'succeeded'; charge: Charge }
  | { result: 'failed'; charge: Charge; error: PaymentError }
  | { result: 'requires_action' }

export interface Presence {
  /** True when the person is at the page and can confirm. */
  present: boolean
  /** What they answered to their bank's question; undefined: not asked yet. */
  confirmed?: boolean
}

const DECLINED = {
  code: 'card_declined',
  declineCode: 'generic_decline',
  message: 'Your card was declined.',
}
const UNCONFIRMED = {
  code: 'payment_intent_authentication_failure',
  declineCode: 'authentication_required',
  message:
    'We are unable to authenticate your payment method. Please try again or use another card.',
}

/** Charges a card for an intent, or asks for the confirmation that the card needs. */
export function chargeCard(
  world: World,
  intent: PaymentIntent,
  method: PaymentMethod,
  presence: Presence,
): Outcome {
  const behaviour = world.behaviours.get(method.id) ?? 'ok'
  intent.payment_method = method.id
  if (asksFirst(behaviour, presence.present) && presence.confirmed === undefined) {
    intent.status = 'requires_action'
    intent.next_action = {
      type: 'redirect_to_url',
      redirect_to_url: { return_url: null, url: `${world.url}/confirm/${intent.id}` },
    }
    emit(world, 'payment_intent.requires_action', intent)
    return { result: 'requires_action' }
  }
  const refused = behaviour === 'declined' || (behaviour === 'later_fails' && !presence.present)
  const failure = refused ? DECLINED : presence.confirmed === false ? UNCONFIRMED : null
  const id = idOf(world, 'ch')
  const charge = newCharge({
    id,
    created: now(world),
    intent,
    method,
    failure,
    receiptUrl: `${world.url}/receipts/${id}`,
  })
  world.charges.set(id, charge)
  intent.latest_charge = id
  intent.next_action = null
  return failure ? fail(world, intent, method, charge, failure) : succeed(world, intent, charge)
}

function fail(
  world: World,
  intent: PaymentIntent,
  method: PaymentMethod,
  charge: Charge,
  failure: typeof DECLINED,
): Outcome {
  const error: PaymentError = {
    type: 'card_error',
    code: failure.code,
    decline_code: failure.declineCode,
    message: failure.message,
    charge: charge.id,
    payment_method: method,
  }
  intent.status = 'requires_payment_method'
  intent.payment_method = null
  intent.last_payment_error = error
  emit(world, 'charge.failed', charge)
  emit(world, 'payment_intent.payment_failed', intent)
  world.ledger.add('charge.failed', charge.id, { amount: charge.amount, customer: charge.customer })
  return { result: 'failed', charge, error }
}

function succeed(world: World, intent: PaymentIntent, charge: Charge): Outcome {
  intent.status = 'succeeded'
  intent.amount_received = intent.amount
  intent.last_payment_error = null
  charge.balance_transaction = book(world, {
    amount: charge.amount,
    // The usual fee of a card payment in the United States.
    fee: Math.round(charge.amount * 0.029) + 30,
    currency: charge.currency,
    source: charge.id,
    type: 'charge',
  })
  emit(world, 'charge.succeeded', charge)
  emit(world, 'payment_intent.succeeded', intent)
  world.ledger.add('charge.succeeded', charge.id, {
    amount: charge.amount,
    customer: charge.customer,
  })
  return { result: 'succeeded', charge }
}

/** Books a movement on the account's balance and returns its id. */
export function book(
  world: World,
  entry: {
    amount: number
    fee: number
    currency: string
    source: string
    type: TransactionType
  },
): string {
  const id = idOf(world, 'txn')
  world.transactions.set(id, newBalanceTransaction({ id, created: now(world), ...entry }))
  return id
}

/** Attaches a card to a customer. */
export function attach(world: World, method: PaymentMethod, customer: string) {
  if (method.customer === customer) return method
  method.customer = customer
  emit(world, 'payment_method.attached', method)
  return method
}

/** Makes an attached card the one that a customer's invoices are charged to. */
export function makeDefault(world: World, method: PaymentMethod, customerId: string) {
  const customer = world.customers.get(customerId)
  if (!customer) return
  change(world, 'customer.updated', customer, (c) => {
    c.invoice_settings.default_payment_method = method.id
  })
}
