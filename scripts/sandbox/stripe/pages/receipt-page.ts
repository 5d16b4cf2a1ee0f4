import { html } from 'hono/html'
import { awaitingIntent } from '../objects/invoices.ts'
import type { Invoice } from '../shapes/invoice.ts'
import type { World } from '../world.ts'
import { cardFields, type Mistakes, type Typed, testCards } from './fields.ts'
import { brand, day, money, notice, pageOf } from './layout.ts'

const unknown = (world: World) =>
  notice(world, 'This receipt is not known', 'The link may be old.', world.siteUrl, 404)

/** The hosted page of an invoice: what was billed, and whether it is paid. */
export function invoicePage(world: World, id: string, typed: Typed = {}, mistakes: Mistakes = {}) {
  const invoice = world.invoices.get(id)
  if (!invoice || invoice.status === 'draft') return unknown(world)
  const paid = invoice.status === 'paid'
  const sum = (amount: number) => money(amount, invoice.currency)
  const at = invoice.status_transitions.paid_at ?? invoice.created
  return pageOf(
    `${paid ? 'Receipt' : 'Invoice'} – ${world.merchant}`,
    html`<main class="page"><section class="card"><div class="row">${brand(world)}<span class="tag ${paid ? 'good' : 'bad'}">${paid ? 'Paid' : invoice.status}</span></div>
<div><h1>${paid ? 'Receipt' : 'Invoice'}</h1><p class="soft num">${invoice.number}</p></div>
<dl class="facts"><div><dt class="soft">${paid ? 'Paid on' : 'Date'}</dt><dd>${day(at)}</dd></div><div><dt class="soft">Billed to</dt><dd class="end">${invoice.customer_name ?? ''}<br><span class="soft">${invoice.customer_email ?? ''}</span></dd></div></dl>
<ul class="history">${invoice.lines.data.map((line) => html`<li><span>${line.description}</span><span class="num end">${sum(line.amount)}</span></li>`)}</ul>
<dl class="facts">${invoice.starting_balance ? html`<div><dt class="soft">Credit used</dt><dd class="num">${sum(invoice.amount_due - Math.max(0, invoice.total))}</dd></div>` : ''}<div><dt><strong>Total</strong></dt><dd class="num"><strong>${sum(invoice.amount_due)}</strong></dd></div></dl>
</section>${payment(world, invoice, typed, mistakes)}<p class="foot">Sandbox receipt: no real money moved.</p></main>`,
    Object.keys(mistakes).length > 0 ? 422 : 200,
  )
}

/** What is left to do for an open invoice: confirm the payment, or pay with a card. */
function payment(world: World, invoice: Invoice, typed: Typed, mistakes: Mistakes) {
  if (invoice.status !== 'open') return ''
  const intent = awaitingIntent(world, invoice)
  if (intent) {
    return html`<section class="card"><h2>Your bank asks for confirmation</h2><p><a class="button primary" href="/confirm/${intent}">Confirm payment</a></p></section>`
  }
  return html`<section class="card"><h2>Pay now</h2><form method="post" novalidate>${cardFields(typed, mistakes)}
<p class="soft small">The card is kept for later payments too.</p><button class="button primary wide">Pay ${money(invoice.amount_remaining, invoice.currency)}</button></form>${testCards}</section>`
}

/** The receipt of a single charge, with what was given back. */
export function chargePage(world: World, id: string) {
  const charge = world.charges.get(id)
  if (!charge?.paid) return unknown(world)
  const sum = (amount: number) => money(amount, charge.currency)
  return pageOf(
    `Receipt – ${world.merchant}`,
    html`<main class="page"><section class="card"><div class="row">${brand(world)}<span class="tag ${charge.refunded ? 'warn' : 'good'}">${charge.refunded ? 'Refunded' : 'Paid'}</span></div>
<h1>Receipt</h1>
<dl class="facts"><div><dt class="soft">Paid on</dt><dd>${day(charge.created)}</dd></div><div><dt class="soft">By</dt><dd class="end">${charge.billing_details.name ?? ''}<br><span class="soft">${charge.billing_details.email ?? ''}</span></dd></div><div><dt class="soft">Card</dt><dd class="num">•••• ${charge.payment_method_details.card.last4}</dd></div><div><dt class="soft">For</dt><dd class="end">${charge.description ?? 'Payment'}</dd></div>
<div><dt><strong>Amount</strong></dt><dd class="num"><strong>${sum(charge.amount)}</strong></dd></div>${charge.amount_refunded ? html`<div><dt>Given back</dt><dd class="num">−${sum(charge.amount_refunded)}</dd></div>` : ''}</dl>
</section><p class="foot">Sandbox receipt: no real money moved.</p></main>`,
  )
}
