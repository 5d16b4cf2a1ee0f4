import { html } from 'hono/html'
import { notesOf } from '../objects/checkout.ts'
import type { Session } from '../shapes/checkout.ts'
import type { World } from '../world.ts'
import { cardFields, field, type Mistakes, type Typed, testCards } from './fields.ts'
import { brand, day, money, pageOf } from './layout.ts'

const VERBS = {
  auto: 'Pay',
  book: 'Book',
  donate: 'Donate',
  pay: 'Pay',
  subscribe: 'Subscribe',
} as const

function wording(world: World, session: Session) {
  const { lines, trialEnd } = notesOf(world, session)
  const first = lines[0]!
  const every = first.price.recurring
  const total = lines.reduce((sum, line) => sum + line.amount_total, 0)
  const per = every
    ? ` per ${every.interval_count > 1 ? `${every.interval_count} ` : ''}${every.interval}${every.interval_count > 1 ? 's' : ''}`
    : ''
  const today = money(session.amount_total, session.currency)
  const verb = session.submit_type ? VERBS[session.submit_type] : 'Pay'
  const button =
    session.mode === 'subscription' ? (trialEnd ? 'Start trial' : 'Subscribe') : `${verb} ${today}`
  const title =
    session.mode === 'subscription' ? `Subscribe to ${first.description}` : first.description
  return { lines, trialEnd, total: money(total, session.currency), per, today, button, title }
}

function summary(world: World, session: Session) {
  const { lines, trialEnd, total, per, today, title } = wording(world, session)
  return html`<section class="side" aria-label="Summary"><div class="side-in">
<div class="top">${
    session.cancel_url
      ? html`<a class="back" href="${session.cancel_url}">← Back</a>`
      : html`<span></span>`
  }<span class="tag">Test mode</span></div>
${brand(world)}
<div><h1>${title}</h1><p class="amount num">${total}<small>${per}</small></p>
${trialEnd ? html`<p class="soft">Free until ${day(trialEnd)}</p>` : ''}</div>
<div class="lines">${lines.map(
    (line) =>
      html`<div><span>${line.description}${line.quantity > 1 ? ` × ${line.quantity}` : ''}${per ? html`<br><span class="soft small">Billed every ${line.price.recurring?.interval}</span>` : ''}</span><span class="num">${money(line.amount_total, session.currency)}</span></div>`,
  )}<div class="sum"><span>Due today</span><span class="num">${today}</span></div></div>
</div></section>`
}

/** The page on which a person pays; shown again with `mistakes` or a refusal, the form kept. */
export function checkoutPage(
  world: World,
  session: Session,
  typed: Typed,
  mistakes: Mistakes = {},
  refusal?: string,
) {
  const { button, per } = wording(world, session)
  const fixed =
    session.customer_email ?? (session.customer ? session.customer_details?.email : null)
  const values = { ...typed, email: fixed ?? typed.email ?? '' }
  const wrong = Object.keys(mistakes).length
  const status = refusal ? 402 : wrong ? 422 : 200
  return pageOf(
    `${button} – ${world.merchant}`,
    html`<div class="split">${summary(world, session)}
<main class="main"><div class="main-in">
<form method="post" novalidate>
${refusal ? html`<p class="note bad" role="alert"><strong>${refusal}</strong> Nothing was charged. Try again or use another card.</p>` : ''}
${wrong && !refusal ? html`<p class="note bad" role="alert">Please check ${wrong === 1 ? 'the field' : `the ${wrong} fields`} marked below. Nothing was charged.</p>` : ''}
<h2>Contact</h2>
${field({ name: 'email', label: 'E-mail', type: 'email', autocomplete: 'email', placeholder: 'you@example.com', readonly: Boolean(fixed) }, values, mistakes)}
<h2>Card</h2>
${cardFields(values, mistakes)}
${field({ name: 'name', label: 'Name on card', autocomplete: 'cc-name' }, values, mistakes)}
${session.custom_text.submit ? html`<p class="small soft">${session.custom_text.submit.message}</p>` : ''}
<button class="button primary wide" type="submit">${button}</button>
${per ? html`<p class="small soft">By subscribing you allow ${world.merchant} to charge your card until you cancel.</p>` : ''}
</form>
${testCards}
<p class="foot">Sandbox checkout: no real money moves.</p>
</div></main></div>`,
    status,
  )
}

/** The bank's question before a payment with a card that wants it. */
export const confirmPage = (
  world: World,
  payment: { amount: number; currency: string; last4: string },
) =>
  pageOf(
    'Confirm your payment',
    html`<main class="page"><section class="card"><div class="row"><span class="brand"><span class="mark" aria-hidden="true">SB</span>Sandbox Bank</span><span class="tag">Test mode</span></div>
<h1>Is this you?</h1>
<p class="soft">${world.merchant} asks for a payment with your card. Confirm that you started it.</p>
<dl class="facts"><div><dt class="soft">To</dt><dd>${world.merchant}</dd></div><div><dt class="soft">Amount</dt><dd class="num">${money(payment.amount, payment.currency)}</dd></div><div><dt class="soft">Card</dt><dd class="num">•••• ${payment.last4}</dd></div></dl>
<form method="post"><button class="button primary wide" name="answer" value="yes">Confirm payment</button><button class="button wide" name="answer" value="no">This was not me</button></form></section></main>`,
  )
