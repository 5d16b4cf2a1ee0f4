import { html } from 'hono/html'
import { cardOf } from '../objects/subscription-life.ts'
import type { Customer } from '../shapes/customer.ts'
import type { Invoice } from '../shapes/invoice.ts'
import type { PortalSession } from '../shapes/platform.ts'
import type { Subscription } from '../shapes/subscription.ts'
import type { World } from '../world.ts'
import { brand, day, type Html, money, pageOf, shortDay } from './layout.ts'

export interface Portal {
  world: World
  session: PortalSession
  customer: Customer
  /** Path of this portal, without a slash at the end. */
  root: string
}

/** The frame of every portal page. */
export const portalFrame = (portal: Portal, title: string, body: Html, status = 200) =>
  pageOf(
    `${title} – ${portal.world.merchant}`,
    html`<main class="page"><header class="row">${brand(portal.world)}<span class="tag warn">Test mode</span></header>
${portal.session.return_url ? html`<p><a class="back" href="${portal.session.return_url}">← Back to ${portal.world.merchant}</a></p>` : ''}
<h1>${title}</h1>${body}<p class="foot">Sandbox billing: no real money moves.</p></main>`,
    status,
  )

const DONE: Record<string, string> = {
  canceled: 'Your plan is cancelled. You keep it until the day shown below.',
  kept: 'Welcome back: your plan goes on as before.',
  changed: 'Your plan has been changed.',
  card: 'Your new card is saved.',
  paid: 'Your new card is saved and what was owed is paid.',
  declined: 'Your new card is saved, but what is owed could not be charged to it.',
  failed: 'Your plan has been changed, but the difference could not be charged to your card.',
}

/** What a person sees first: their plans, their card, their invoices. */
export function portalHome(portal: Portal, done: string | null) {
  const { world, customer } = portal
  const said = done ? DONE[done] : undefined
  const bad = done === 'declined' || done === 'failed'
  const plans = [...world.subscriptions.values()].filter(
    (s) => s.customer === customer.id && s.ended_at === null,
  )
  const invoices = [...world.invoices.values()]
    .filter((i) => i.customer === customer.id && i.status !== 'draft')
    .reverse()
  return portalFrame(
    portal,
    'Your plan and billing',
    html`${said ? html`<p class="note ${bad ? 'bad' : 'good'}" role="status">${said}</p>` : ''}
${plans.length ? plans.map((s) => planCard(portal, s)) : html`<section class="card"><h2>No plan</h2><p class="soft">You have no plan at the moment.</p></section>`}
${methodCard(portal, plans[0])}
<section class="card"><h2>Billing history</h2>${
      invoices.length
        ? html`<ul class="history wide">${invoices.slice(0, 24).map((i) => invoiceRow(world, i))}</ul>`
        : html`<p class="soft">No invoices yet.</p>`
    }</section>`,
  )
}

const STATUS: Record<string, [string, string]> = {
  active: ['Active', 'good'],
  trialing: ['Trial', 'good'],
  past_due: ['Payment failed', 'bad'],
  unpaid: ['Unpaid', 'bad'],
  paused: ['Paused', 'warn'],
  incomplete: ['Waiting for payment', 'warn'],
}

function planCard({ world, root }: Portal, s: Subscription) {
  const item = s.items.data[0]!
  const name = world.products.get(item.price.product)?.name ?? item.price.id
  const [word, tone] = s.cancel_at ? ['Ending', 'warn'] : (STATUS[s.status] ?? [s.status, ''])
  const next = s.cancel_at ?? item.current_period_end
  return html`<section class="card" aria-label="${name}"><div class="row"><h2>${name}</h2><span class="tag ${tone}">${word}</span></div>
<div><p><strong class="num">${money(item.price.unit_amount * item.quantity, item.price.currency)}</strong> <span class="soft">per ${item.price.recurring?.interval}</span></p>
<p class="soft">${s.cancel_at ? html`Ends on <strong>${day(next)}</strong>. You will not be charged again.` : html`Next payment on <strong>${day(next)}</strong>`}</p></div>
${s.status === 'past_due' ? html`<p class="note bad">Your last payment did not go through. <a href="${root}/card">Update your card</a> and it is paid at once.</p>` : ''}
<div class="actions">${
    s.cancel_at
      ? html`<form method="post" action="${root}/keep"><input type="hidden" name="subscription" value="${s.id}"><button class="button primary">Keep my plan</button></form>`
      : html`<a class="button" href="${root}/change/${s.id}">Change plan</a><a class="button" href="${root}/cancel/${s.id}">Cancel plan</a>`
  }</div></section>`
}

function methodCard({ world, root, customer }: Portal, plan: Subscription | undefined) {
  const fallback = world.methods.get(customer.invoice_settings.default_payment_method ?? '')
  const method = (plan && cardOf(world, plan)) ?? fallback
  const brandName = method && method.card.brand[0]!.toUpperCase() + method.card.brand.slice(1)
  return html`<section class="card"><h2>Card</h2><div class="row">${
    method
      ? html`<p>${brandName} <span class="num">•••• ${method.card.last4}</span><br><span class="soft small">Expires ${String(method.card.exp_month).padStart(2, '0')}/${method.card.exp_year}</span></p>`
      : html`<p class="soft">No card saved.</p>`
  }<a class="button" href="${root}/card">${method ? 'Update card' : 'Add a card'}</a></div></section>`
}

function invoiceRow(world: World, invoice: Invoice) {
  const paid = invoice.status === 'paid'
  const tone = paid ? 'good' : invoice.status === 'open' ? 'bad' : ''
  const product = invoice.lines.data.at(-1)?.pricing.price_details.product ?? ''
  const what = world.products.get(product)?.name ?? ''
  return html`<li><span>${shortDay(invoice.created)}</span><span class="num end">${money(invoice.amount_due, invoice.currency)}</span><span class="soft small">${what}</span><span class="end"><span class="tag ${tone}">${paid ? 'Paid' : invoice.status === 'open' ? 'Open' : invoice.status}</span> <a href="${world.url}/i/${invoice.id}" aria-label="${paid ? 'Receipt' : 'Invoice'} of ${day(invoice.created)}">${paid ? 'Receipt' : 'Invoice'}</a></span></li>`
}
