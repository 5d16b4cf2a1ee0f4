import { html } from 'hono/html'
import { isPaid } from '../life.ts'
import { type Guest, going, type LumaEvent } from '../state.ts'
import { pageOf, statusTag, when } from './layout.ts'

/** What hosts see at Luma: the guests, the door, and the event's own settings. */
export function hostPage(event: LumaEvent): Promise<Response> {
  const guests = [...event.guests.values()]
  const list = guests.length
    ? guests.map((guest) => row(event, guest))
    : html`<p class="soft">Nobody yet.</p>`
  const checked = guests.filter(({ tickets }) => tickets.some((one) => one.checkedInAt)).length
  return pageOf(
    `Manage ${event.name}`,
    html`<section class="card"><p><a href="/">All events</a></p><h1>${event.name}</h1>
<p class="soft">${when(event)} · ${event.visibility} · <a href="/${event.slug}">public page</a></p>
<p>${going(event).length} going, ${checked} checked in</p></section>
<section class="card"><h2>Guests</h2>${list}</section>
${settings(event)}`,
  )
}

function row(event: LumaEvent, guest: Guest) {
  const isThere = guest.tickets.some(({ checkedInAt }) => checkedInAt)
  const buttons = [
    ...(guest.status === 'approved' ? [] : [['approved', 'Approve']]),
    ...(guest.status === 'declined' ? [] : [['declined', 'Decline']]),
    ...(guest.status === 'approved'
      ? [[isThere ? 'out' : 'in', isThere ? 'Undo' : 'Check in']]
      : []),
  ]
  return html`<div class="row"><span>${guest.name ?? guest.email} <span class="soft small">${guest.email}</span>
${statusTag(guest.status)}${isPaid(guest) ? html` <span class="tag good">Paid</span>` : ''}${isThere ? html` <span class="tag good">Here</span>` : ''}</span>
<form method="post" action="/manage/${event.id}/guest"><input type="hidden" name="guest" value="${guest.id}">
${buttons.map(([value, label]) => html`<button class="button" name="do" value="${value}">${label}</button>`)}</form></div>`
}

const settings = (event: LumaEvent) => html`<section class="card"><h2>Change it at Luma</h2>
<form method="post" action="/manage/${event.id}">
<div class="field"><label for="name">Name</label><input id="name" name="name" type="text" value="${event.name}" required></div>
<div class="field"><label for="address">Place</label><input id="address" name="address" type="text" value="${event.address ?? ''}"></div>
<div class="field"><label for="price">Price in dollars</label><input id="price" name="price" type="text" inputmode="decimal" value="${(event.ticketTypes[0]?.cents ?? 0) / 100}"></div>
<label class="choice"><input type="checkbox" name="waitlist" value="true" ${event.hasWaitlist ? 'checked' : ''}> <span>Waitlist when full</span></label>
<button class="button primary">Save</button></form>
<form method="post" action="/manage/${event.id}/cancel"><button class="button danger">Cancel the event</button></form></section>`
