import { asksFirst, type CardInput, cardMistakes, saveCard } from '../cards.ts'
import { newCustomerDetails, type Session } from '../shapes/checkout.ts'
import type { Invoice } from '../shapes/invoice.ts'
import type { PaymentMethod } from '../shapes/payment.ts'
import { emit, now, type World } from '../world.ts'
import { notesOf } from './checkout.ts'
import { createCustomer } from './customers.ts'
import { attach, chargeCard, createIntent, makeDefault } from './payments.ts'
import { startSubscription } from './subscription-life.ts'

export interface PayInput {
  card: CardInput
  email: string
  name: string
  /** The answer to the bank's question; undefined when it was not asked yet. */
  confirmed?: boolean
}

/** What became of an attempt to pay on a checkout page. */
export type PayResult =
  | { result: 'paid'; redirect: string }
  | { result: 'mistakes'; mistakes: Record<string, string> }
  | { result: 'declined'; message: string }
  | { result: 'confirm' }
  | { result: 'closed'; status: 'complete' | 'expired' }

/** Pays an open session with a card: the one way, for the page and for the control route. */
export function paySession(world: World, session: Session, input: PayInput): PayResult {
  if (session.status !== 'open') return { result: 'closed', status: session.status }
  const mistakes = { ...whoMistakes(input), ...cardMistakes(input.card, now(world)) }
  if (Object.keys(mistakes).length > 0) return { result: 'mistakes', mistakes }
  const billing = { email: input.email, name: input.name }
  const card = saveCard(world, input.card, billing)
  // The first charge is tried before anything is created, so that a declined card leaves no trace
  // but a failed attempt, and a trial needs none.
  const begun = begin(world, session, card, input)
  if (begun) return begun
  const customer = customerFor(world, session, input)
  session.customer_details = newCustomerDetails(input.email, input.name)
  if (customer) {
    session.customer = customer
    if (session.mode === 'subscription') {
      attach(world, card, customer)
      makeDefault(world, card, customer)
    }
  }
  if (session.mode === 'subscription') subscribe(world, session, card)
  else payOnce(world, session, card)
  return { result: 'paid', redirect: complete(world, session) }
}

function whoMistakes({ email, name }: PayInput): Record<string, string> {
  return {
    ...(!/^[^@\s]+@[^@\s]+\.[^@\s]+$/.test(email.trim()) && {
      email: 'Write your e-mail address in full, such as you@example.com.',
    }),
    ...(!name.trim() && { name: 'Write the name on the card.' }),
  }
}

/** Asks the bank first when the card wants that, and stops when the bank says no. */
function begin(
  world: World,
  session: Session,
  card: PaymentMethod,
  input: PayInput,
): PayResult | undefined {
  const behaviour = world.behaviours.get(card.id)
  if (asksFirst(behaviour, true) && input.confirmed === undefined) return { result: 'confirm' }
  if (behaviour !== 'declined' && input.confirmed !== false) return undefined
  const intent = intentFor(world, session, input.email)
  const outcome = chargeCard(world, intent, card, { present: true, confirmed: input.confirmed })
  const message = outcome.result === 'failed' ? outcome.error.message : 'Your card was declined.'
  return { result: 'declined', message }
}

function intentFor(world: World, session: Session, email: string) {
  const notes = notesOf(world, session)
  const known = world.intents.get(notes.intent ?? '')
  if (known) return known
  const intent = createIntent(world, {
    amount: session.amount_total,
    currency: session.currency,
    customer: session.customer,
    description: notes.description,
    email,
    metadata: notes.intentMetadata,
    offSession: session.mode === 'subscription',
  })
  notes.intent = intent.id
  return intent
}

/** The customer of the session: the given one, a new one, or none for a guest's single payment. */
function customerFor(world: World, session: Session, input: PayInput): string | null {
  if (session.customer && world.customers.has(session.customer)) return session.customer
  if (session.mode === 'payment' && session.customer_creation !== 'always') return null
  return createCustomer(world, { email: input.email, name: input.name }).id
}

function subscribe(world: World, session: Session, card: PaymentMethod) {
  const notes = notesOf(world, session)
  const { subscription } = startSubscription(world, {
    customer: session.customer!,
    items: notes.lines.map((line) => ({ price: line.price, quantity: line.quantity })),
    metadata: notes.subscriptionMetadata,
    description: notes.description,
    trialEnd: notes.trialEnd,
    method: card,
    ownMethod: true,
    intent: notes.intent,
    present: true,
    confirmed: true,
  })
  const invoice: Invoice | undefined = world.invoices.get(subscription.latest_invoice ?? '')
  session.subscription = subscription.id
  session.invoice = invoice?.id ?? null
}

function payOnce(world: World, session: Session, card: PaymentMethod) {
  if (session.amount_total === 0) return
  const intent = intentFor(world, session, session.customer_details?.email ?? '')
  intent.customer = session.customer
  chargeCard(world, intent, card, { present: true, confirmed: true })
  session.payment_intent = intent.id
}

/** Closes the session and returns where the person goes next. */
function complete(world: World, session: Session): string {
  session.status = 'complete'
  session.payment_status = session.amount_total === 0 ? 'no_payment_required' : 'paid'
  session.url = null
  emit(world, 'checkout.session.completed', session)
  world.ledger.add('checkout.paid', session.id, {
    amount: session.amount_total,
    customer: session.customer,
    email: session.customer_details?.email,
    subscription: session.subscription,
  })
  return (session.success_url ?? world.siteUrl).replaceAll('{CHECKOUT_SESSION_ID}', session.id)
}
