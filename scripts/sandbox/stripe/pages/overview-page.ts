import { html } from 'hono/html'
import { layout, ledgerSection } from '../../lib/page.ts'
import type { World } from '../world.ts'
import { day, money } from './layout.ts'

const NEWEST = 50

/** What the account holds, for a person who looks at the sandbox itself. */
export function overviewPage(world: World) {
  const subscriptions = [...world.subscriptions.values()].reverse().slice(0, NEWEST)
  const sessions = [...world.sessions.values()].reverse().slice(0, NEWEST)
  const subtitle = `${world.customers.size} customers, ${world.subscriptions.size} subscriptions, ${world.events.size} events. It is ${world.clock.now().toISOString().slice(0, 16).replace('T', ' ')} UTC on the sandbox clock.`
  return layout(
    'Stripe sandbox',
    subtitle,
    html`<section><h2>Subscriptions</h2>${
      subscriptions.length
        ? html`<table><thead><tr><th>Customer</th><th>Price</th><th>Status</th><th>Period ends</th></tr></thead><tbody>${subscriptions.map(
            (s) => {
              const item = s.items.data[0]!
              const good = s.status === 'active' || s.status === 'trialing'
              return html`<tr><td data-label="Customer">${world.customers.get(s.customer)?.email ?? s.customer}</td><td data-label="Price">${item.price.id}</td><td data-label="Status"><span class="tag ${good ? 'good' : 'bad'}">${s.status}</span>${s.cancel_at ? html`<span class="tag">ends ${day(s.cancel_at)}</span>` : ''}</td><td data-label="Period ends">${day(item.current_period_end)}</td></tr>`
            },
          )}</tbody></table>`
        : html`<p class="soft">None yet.</p>`
    }</section>
<section><h2>Checkouts</h2>${
      sessions.length
        ? html`<table><thead><tr><th>Made</th><th>Amount</th><th>Status</th><th>Page</th></tr></thead><tbody>${sessions.map(
            (s) =>
              html`<tr><td data-label="Made">${day(s.created)}</td><td data-label="Amount">${money(s.amount_total, s.currency)}</td><td data-label="Status"><span class="tag">${s.status}</span></td><td data-label="Page">${s.url ? html`<a href="${s.url}">Pay</a>` : ''}</td></tr>`,
          )}</tbody></table>`
        : html`<p class="soft">None yet.</p>`
    }</section>${ledgerSection(world.ledger)}`,
  )
}
