import { StripeRefusal } from '../errors.ts'
import { confirmIntent, waitingIntent } from '../objects/confirm.ts'
import { awaitingIntent } from '../objects/invoices.ts'
import { mendCard } from '../objects/portal.ts'
import type { World } from '../world.ts'
import { confirmPage } from './checkout-page.ts'
import { cardFrom, typedIn } from './fields.ts'
import { notice, seeOther } from './layout.ts'
import { invoicePage } from './receipt-page.ts'

/** Answers `/i/<invoice>`: shows an invoice, and takes a card for one that is open. */
export async function invoiceRoute(world: World, request: Request, id: string) {
  const invoice = world.invoices.get(id)
  const known = invoice && world.customers.has(invoice.customer)
  if (request.method === 'GET' || invoice?.status !== 'open' || !known)
    return invoicePage(world, id)
  const typed = await typedIn(request)
  const outcome = mendCard(world, invoice.customer, cardFrom(typed))
  if (outcome.result === 'mistakes') return invoicePage(world, id, typed, outcome.mistakes)
  if (outcome.paid.includes(id)) return seeOther(`/i/${id}`)
  const intent = awaitingIntent(world, invoice)
  if (intent) return seeOther(`/confirm/${intent}`)
  return invoicePage(world, id, typed, { number: 'Your card was declined.' })
}

/** Answers `/confirm/<payment intent>`: the bank's question about a payment that waits for it. */
export async function confirmRoute(world: World, request: Request, id: string) {
  try {
    const { intent, method } = waitingIntent(world, id)
    if (request.method === 'GET') {
      const { amount, currency } = intent
      return await confirmPage(world, { amount, currency, last4: method.card.last4 })
    }
    const paid = confirmIntent(world, id, (await typedIn(request)).answer === 'yes')
    if (paid === 'succeeded') {
      return await notice(world, 'Thank you', 'Your payment is confirmed.', world.siteUrl, 200)
    }
    const sentence = 'Your bank did not let the payment through. Nothing was charged.'
    return await notice(world, 'Not paid', sentence, world.siteUrl, 402)
  } catch (error) {
    if (!(error instanceof StripeRefusal)) throw error
    return notice(
      world,
      'There is nothing to confirm',
      'This payment is settled.',
      world.siteUrl,
      410,
    )
  }
}
