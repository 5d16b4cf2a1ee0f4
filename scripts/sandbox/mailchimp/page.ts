import { html } from 'hono/html'
import { layout, ledgerSection } from '../lib/page.ts'
import type { Journey } from './journeys.ts'
import type { Audience } from './state.ts'

const NEWEST = 200

/** The audience as a web page: who is in it, with which tags, and who was welcomed. */
export async function audiencePage(
  audience: Audience,
  journeys: readonly Journey[],
): Promise<string> {
  const contacts = [...audience.contacts.values()].reverse()
  const subscribed = contacts.filter((c) => c.status === 'subscribed' && !c.archived).length
  const names = new Map(journeys.map((j) => [`${j.id}/${j.stepId}`, j.name]))
  const rows = contacts.slice(0, NEWEST).map((contact) => {
    const status = contact.archived ? 'archived' : contact.status
    const journey = [...contact.journeys].map((key) => names.get(key)).join(', ')
    const name = [contact.mergeFields.FNAME, contact.mergeFields.LNAME].filter(Boolean).join(' ')
    return html`<tr>
<td data-label="Contact">${name ? html`${name}<br>` : ''}<span class="soft">${contact.email}</span></td>
<td data-label="Status"><span class="${status === 'subscribed' ? 'good' : 'bad'}">${status}</span></td>
<td data-label="Tags">${[...contact.tags.keys()].map((tag) => html`<span class="tag">${tag}</span>`)}</td>
<td data-label="Journey">${journey || html`<span class="soft">none</span>`}</td>
<td data-label="Last change"><time>${contact.lastChanged.slice(0, 16).replace('T', ' ')}</time></td>
</tr>`
  })
  const table = html`<section><h2>Contacts</h2>${
    rows.length
      ? html`<table><thead><tr><th>Contact</th><th>Status</th><th>Tags</th><th>Journey</th><th>Last change</th></tr></thead>
<tbody>${rows}</tbody></table>`
      : html`<p class="soft">Nobody yet.</p>`
  }</section>`
  const subtitle = `Contacts: ${contacts.length}, of them subscribed: ${subscribed}. A stand-in on this machine.`
  return await layout(
    'Mailchimp sandbox',
    subtitle,
    html`${table}${ledgerSection(audience.ledger)}`,
  )
}
